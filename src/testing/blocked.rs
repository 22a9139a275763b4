//! A response that a page may not read, and why.

use std::error::Error;
use std::fmt;

use http::{HeaderName, Method, StatusCode};

use super::cors_check::{CorsCheckFailure, Escaped};
use super::hint::hint;
use super::request::FetchRequest;

/// A fetch that failed: what the script sees as a `TypeError`, with what only the
/// console says.
///
/// Prints as Chromium's console does, followed by a [hint](Self::hint) on a line of
/// its own, if there is one. `Debug` prints the same, for the sake of `unwrap`.
#[derive(Clone, PartialEq, Eq)]
pub struct Blocked(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    reason: BlockReason,
    hint: Option<String>,
    method: Method,
    origin: String,
    url: String,
    /// Where it began, if a redirect led to `url`.
    redirected_from: Option<String>,
}

impl Blocked {
    pub(super) fn new(failure: Failure, request: &FetchRequest) -> Self {
        let (first, current) = (request.first_url(), request.current_url());
        Self(Box::new(Details {
            hint: hint(&failure.reason, failure.status),
            reason: failure.reason,
            method: request.method.clone(),
            origin: request.origin.to_string(),
            url: current.to_string(),
            redirected_from: (first != current).then(|| first.to_string()),
        }))
    }

    /// For what fails before there is a request.
    pub(super) fn before_request(reason: BlockReason, method: Method, origin: String) -> Self {
        Self(Box::new(Details {
            reason,
            hint: None,
            method,
            origin,
            url: String::new(),
            redirected_from: None,
        }))
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &BlockReason {
        &self.0.reason
    }

    /// The likely mistake in the server, where the failure suggests one: a CORS layer
    /// inside routing or authentication, for example.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details {
            reason,
            hint,
            method,
            origin,
            url,
            redirected_from,
        } = &*self.0;
        match reason.class() {
            Class::TypeError => write!(
                f,
                "TypeError: Failed to execute 'fetch' on 'Window': {reason}"
            )?,
            Class::Network => write!(f, "{method} {url} {reason}")?,
            Class::CorsPolicy => {
                write!(f, "Access to fetch at '{url}' ")?;
                if let Some(first) = redirected_from {
                    write!(f, "(redirected from '{first}') ")?;
                }
                write!(
                    f,
                    "from origin '{origin}' has been blocked by CORS policy: {reason}"
                )?;
            }
        }
        match hint {
            None => Ok(()),
            Some(hint) => write!(f, "\nhint: {hint}"),
        }
    }
}

impl fmt::Debug for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Blocked {}

/// Why a fetch failed.
///
/// Prints as the part of Chromium's message that says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BlockReason {
    /// The URL does not parse, or is not HTTP(S).
    InvalidUrl(String),
    /// The URL has a user name or password, which
    /// [`new Request`](https://fetch.spec.whatwg.org/#dom-request) refuses.
    UrlWithCredentials(String),
    /// A [forbidden method](https://fetch.spec.whatwg.org/#forbidden-method).
    ForbiddenMethod(Method),
    /// `GET` and `HEAD` [have no body](https://fetch.spec.whatwg.org/#dom-request).
    BodyNotAllowed,

    /// The answer to the preflight failed the
    /// [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check).
    PreflightCorsCheck(CorsCheckFailure),
    /// The answer to the preflight is a redirect, which is never followed.
    PreflightRedirect(StatusCode),
    /// The answer to the preflight has no
    /// [ok status](https://fetch.spec.whatwg.org/#ok-status).
    PreflightStatus(StatusCode),
    /// `Access-Control-Allow-Methods` is not a list of methods
    /// ([step 7.3](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)).
    MalformedAllowMethods(String),
    /// `Access-Control-Allow-Headers` is not a list of names
    /// ([step 7.3](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)).
    MalformedAllowHeaders(String),
    /// `Access-Control-Allow-Methods` does not list the method
    /// ([step 7.5](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)).
    MethodNotAllowed(Method),
    /// `Access-Control-Allow-Headers` does not list the name
    /// ([steps 7.6 and 7.7](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)).
    HeaderNotAllowed(HeaderName),

    /// The response, or a redirect on the way to it, failed the
    /// [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check).
    CorsCheck(CorsCheckFailure),
    /// A redirect leads to a URL with a user name or password
    /// ([steps 9 and 10](https://fetch.spec.whatwg.org/#concept-http-redirect-fetch)).
    RedirectWithCredentials(String),
    /// A redirect's `Location` does not parse, is not HTTP(S), or there are several
    /// ([steps 5 and 6](https://fetch.spec.whatwg.org/#concept-http-redirect-fetch)).
    InvalidRedirect(String),
    /// This would be the 21st redirect
    /// ([step 7](https://fetch.spec.whatwg.org/#concept-http-redirect-fetch)).
    TooManyRedirects,

    /// The service, or the response's body, failed with this error.
    Network(String),
}

impl BlockReason {
    fn class(&self) -> Class {
        match self {
            Self::InvalidUrl(_)
            | Self::UrlWithCredentials(_)
            | Self::ForbiddenMethod(_)
            | Self::BodyNotAllowed => Class::TypeError,
            Self::InvalidRedirect(_) | Self::TooManyRedirects | Self::Network(_) => Class::Network,
            Self::PreflightCorsCheck(_)
            | Self::PreflightRedirect(_)
            | Self::PreflightStatus(_)
            | Self::MalformedAllowMethods(_)
            | Self::MalformedAllowHeaders(_)
            | Self::MethodNotAllowed(_)
            | Self::HeaderNotAllowed(_)
            | Self::CorsCheck(_)
            | Self::RedirectWithCredentials(_) => Class::CorsPolicy,
        }
    }
}

impl fmt::Display for BlockReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PREFLIGHT: &str = "Response to preflight request doesn't pass access control check: ";
        match self {
            Self::InvalidUrl(url) => write!(f, "Failed to parse URL from {url}"),
            Self::UrlWithCredentials(url) => write!(
                f,
                "Request cannot be constructed from a URL that includes credentials: {url}"
            ),
            Self::ForbiddenMethod(method) => {
                write!(f, "'{method}' HTTP method is unsupported.")
            }
            Self::BodyNotAllowed => f.write_str("Request with GET/HEAD method cannot have body."),
            Self::PreflightCorsCheck(failure) => write!(f, "{PREFLIGHT}{failure}"),
            Self::PreflightRedirect(_) => {
                write!(
                    f,
                    "{PREFLIGHT}Redirect is not allowed for a preflight request."
                )
            }
            Self::PreflightStatus(_) => {
                write!(f, "{PREFLIGHT}It does not have HTTP ok status.")
            }
            Self::MalformedAllowMethods(_) => f.write_str(
                "Cannot parse Access-Control-Allow-Methods response header field in preflight \
                 response.",
            ),
            Self::MalformedAllowHeaders(_) => f.write_str(
                "Cannot parse Access-Control-Allow-Headers response header field in preflight \
                 response.",
            ),
            Self::MethodNotAllowed(method) => write!(
                f,
                "Method {method} is not allowed by Access-Control-Allow-Methods in preflight \
                 response."
            ),
            Self::HeaderNotAllowed(name) => write!(
                f,
                "Request header field {name} is not allowed by Access-Control-Allow-Headers in \
                 preflight response."
            ),
            Self::CorsCheck(failure) => failure.fmt(f),
            Self::RedirectWithCredentials(url) => write!(
                f,
                "Redirect location '{}' contains a username and password, which is disallowed \
                 for cross-origin requests.",
                Escaped(url)
            ),
            Self::InvalidRedirect(location) => {
                write!(
                    f,
                    "net::ERR_INVALID_REDIRECT (Location: '{}')",
                    Escaped(location)
                )
            }
            Self::TooManyRedirects => f.write_str("net::ERR_TOO_MANY_REDIRECTS"),
            Self::Network(error) => write!(f, "net::ERR_FAILED ({error})"),
        }
    }
}

/// Who speaks on the console.
#[derive(Clone, Copy, Debug)]
enum Class {
    TypeError,
    Network,
    CorsPolicy,
}

/// A reason, and the status that came with it.
#[derive(Debug)]
pub(super) struct Failure {
    reason: BlockReason,
    status: Option<StatusCode>,
}

impl Failure {
    pub(super) fn new(reason: BlockReason, status: StatusCode) -> Self {
        Self {
            reason,
            status: Some(status),
        }
    }
}

impl From<BlockReason> for Failure {
    fn from(reason: BlockReason) -> Self {
        Self {
            reason,
            status: None,
        }
    }
}
