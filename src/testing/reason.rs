//! The reasons why a fetch fails, in the words of Chromium's console.

use std::fmt;

use http::{HeaderName, Method, StatusCode};

use super::cors_check::{CorsCheckFailure, escape};

/// The reason why a fetch failed.
///
/// Prints as the part of Chromium's message that gives it.
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
    /// The answer to the preflight is a redirect. Those are never followed.
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
                escape(url)
            ),
            Self::InvalidRedirect(location) => {
                write!(
                    f,
                    "net::ERR_INVALID_REDIRECT (Location: '{}')",
                    escape(location)
                )
            }
            Self::TooManyRedirects => f.write_str("net::ERR_TOO_MANY_REDIRECTS"),
            Self::Network(error) => write!(f, "net::ERR_FAILED ({error})"),
        }
    }
}
