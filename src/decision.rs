//! What a policy decides about a request. Knows nothing of Tower.

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use crate::method::is_forbidden;
use crate::origin::{Match, Mismatch, Origin, OriginPattern};
use crate::policy::{Grant, Policy};
use crate::request_headers::{Fault, token};

pub(crate) static REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Registered methods have up to 17 bytes.
const MAX_METHOD: usize = 64;

/// Whether a request is a CORS-preflight request: `OPTIONS` with an `Origin`
/// and an `Access-Control-Request-Method`
/// ([Fetch](https://fetch.spec.whatwg.org/#cors-preflight-request)).
///
/// For layers outside this one that authenticate, limit or route, and must let
/// preflights through: they never carry credentials.
///
/// ```
/// use http::{Method, Request};
///
/// let request = Request::options("/")
///     .header("origin", "https://app.example.com")
///     .header("access-control-request-method", "PUT")
///     .body(())?;
/// assert!(tower_cors::is_preflight(request.method(), request.headers()));
/// # Ok::<(), http::Error>(())
/// ```
#[must_use]
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// What kind of request it is, in the words of Fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// It has no `Origin`.
    NotCors,
    /// A CORS-preflight request; see [`is_preflight`].
    Preflight,
    /// Any other request with an `Origin`.
    Actual,
}

/// Whether the policy allows a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict<'a> {
    /// There is no origin to decide about.
    NotCors,
    /// The page may read the response; of a preflight: may send the request.
    Allowed,
    /// It may not.
    Denied(DenyReason<'a>),
}

/// Why the policy denies a request. Borrows from the request's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DenyReason<'a> {
    /// There are several `Origin` headers, which no browser sends.
    SeveralOrigins,
    /// The `Origin` is not what browsers send.
    OriginMalformed,
    /// No entry of `allow_origins` matches.
    OriginNotAllowed,
    /// `Access-Control-Request-Method` is not one method.
    MethodMalformed,
    /// The preflight asks for a method that scripts cannot send.
    MethodForbidden,
    /// `allow_methods` does not list the method.
    MethodNotAllowed,
    /// `Access-Control-Request-Headers` is not a list of names.
    HeadersMalformed,
    /// `Access-Control-Request-Headers` is longer than any list that the
    /// policy could allow.
    HeadersTooLong,
    /// The preflight asks for a header that scripts cannot set.
    HeaderForbidden(&'a str),
    /// `allow_headers` does not cover this header.
    HeaderNotAllowed(&'a str),
    /// The preflight asks for access to a private network.
    PrivateNetworkNotAllowed,
}

/// What a policy decides about one request, without allocation.
///
/// [`action`](Decision::action) turns it into what to do.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Decision<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) kind: RequestKind,
    pub(crate) verdict: Verdict<'a>,
    pub(crate) origin: Option<&'a HeaderValue>,
    matched: Option<Match>,
    /// Of a request without `Origin`: whether its method is listed.
    pub(crate) method_allowed: bool,
    pub(crate) asks_private_network: bool,
    /// Whether server enforcement lets pass what the policy denies.
    pub(crate) same_origin: bool,
}

impl<'a> Decision<'a> {
    /// What kind of request it is.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }

    /// Whether the request is allowed, and why not.
    #[must_use]
    pub fn verdict(&self) -> Verdict<'a> {
        self.verdict
    }

    /// Whether the verdict is [`Verdict::Allowed`].
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    /// The first `Origin` header of the request.
    #[must_use]
    pub fn origin(&self) -> Option<&'a HeaderValue> {
        self.origin
    }

    /// The entry of [`allow_origins`](field@crate::CorsConfig::allow_origins), in
    /// [`Policy::config`], that allows the origin.
    ///
    /// Among several regular expressions, telling which one allocates.
    #[must_use]
    pub fn matched(&self) -> Option<&'a OriginPattern> {
        self.policy
            .0
            .config
            .allow_origins
            .get(self.matched_index()?)
    }

    pub(crate) fn matched_index(&self) -> Option<usize> {
        self.policy
            .0
            .origins
            .index(self.matched?, self.origin?.as_bytes())
    }
}

impl Policy {
    /// Decides about a request by its method and headers. Pure; allocates
    /// nothing; the work is bounded whatever the headers hold.
    ///
    /// Two things can only be seen in the request's URI, for which there is
    /// [`decide_request`](Policy::decide_request): that `OPTIONS *` is never a
    /// preflight, and over HTTP/2 the server's own origin.
    pub fn decide<'a>(&'a self, method: &Method, headers: &'a HeaderMap) -> Decision<'a> {
        self.decide_at(None, method, headers)
    }

    /// Decides about a request by its method, headers and URI.
    pub fn decide_request<'a, B>(&'a self, request: &'a Request<B>) -> Decision<'a> {
        self.decide_at(Some(request.uri()), request.method(), request.headers())
    }

    #[inline]
    fn decide_at<'a>(
        &'a self,
        uri: Option<&Uri>,
        method: &Method,
        headers: &'a HeaderMap,
    ) -> Decision<'a> {
        let mut decision = Decision {
            policy: self,
            headers,
            kind: RequestKind::NotCors,
            verdict: Verdict::NotCors,
            origin: None,
            matched: None,
            method_allowed: true,
            asks_private_network: false,
            same_origin: false,
        };
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else {
            decision.method_allowed = self.0.methods.allows(method.as_str());
            return decision;
        };
        decision.origin = Some(origin);
        let several = origins.next().is_some();
        let denied = self
            .check_origin(origin, several, &mut decision.matched)
            .err();

        let may_be_preflight = method == Method::OPTIONS && uri.is_none_or(|uri| uri.path() != "*");
        let mut asked_methods = may_be_preflight
            .then(|| headers.get_all(ACCESS_CONTROL_REQUEST_METHOD).iter())
            .into_iter()
            .flatten();
        let denied = if let Some(asked) = asked_methods.next() {
            decision.kind = RequestKind::Preflight;
            decision.asks_private_network = headers
                .get(&REQUEST_PRIVATE_NETWORK)
                .is_some_and(|value| value == "true");
            let asked = Some(asked).filter(|_| asked_methods.next().is_none());
            denied.or_else(|| self.check_preflight(asked, &decision).err())
        } else {
            decision.kind = RequestKind::Actual;
            denied.or_else(|| self.check_actual_method(method).err())
        };
        decision.verdict = match denied {
            None => Verdict::Allowed,
            Some(reason) => {
                decision.same_origin = self.enforced_here()
                    && decision.kind == RequestKind::Actual
                    && is_same_origin(uri, headers, origin);
                Verdict::Denied(reason)
            }
        };
        decision
    }

    /// ([Fetch, CORS check](https://fetch.spec.whatwg.org/#cors-check), from
    /// the other side.)
    fn check_origin(
        &self,
        origin: &HeaderValue,
        several: bool,
        matched: &mut Option<Match>,
    ) -> Result<(), DenyReason<'static>> {
        if self.0.grant == Grant::Everyone {
            // The answer is `*` whatever stands there.
            *matched = Some(Match::Entry(0));
            return Ok(());
        }
        if several {
            return Err(DenyReason::SeveralOrigins);
        }
        match self.0.origins.find(origin.as_bytes()) {
            Ok(found) => *matched = Some(found),
            Err(Mismatch::Malformed) => return Err(DenyReason::OriginMalformed),
            Err(Mismatch::NotListed) => return Err(DenyReason::OriginNotAllowed),
        }
        Ok(())
    }

    pub(crate) fn check_actual_method(&self, method: &Method) -> Result<(), DenyReason<'static>> {
        // Over HTTP/2, a WebSocket handshake is a CONNECT where HTTP/1.1 has a
        // GET (RFC 8441).
        let method = if method == Method::CONNECT {
            &Method::GET
        } else {
            method
        };
        match self.0.methods.allows(method.as_str()) {
            true => Ok(()),
            false => Err(DenyReason::MethodNotAllowed),
        }
    }

    /// ([Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0),
    /// in its order.)
    fn check_preflight<'a>(
        &self,
        method: Option<&HeaderValue>,
        decision: &Decision<'a>,
    ) -> Result<(), DenyReason<'a>> {
        self.check_asked_method(method)?;
        self.check_asked_headers(decision.headers)?;
        self.check_private_network(decision.asks_private_network)
    }

    /// `None` is anything but one line.
    pub(crate) fn check_asked_method(
        &self,
        method: Option<&HeaderValue>,
    ) -> Result<(), DenyReason<'static>> {
        let method = method
            .map(HeaderValue::as_bytes)
            .filter(|method| method.len() <= MAX_METHOD);
        let method = method.and_then(token).ok_or(DenyReason::MethodMalformed)?;
        if is_forbidden(method) {
            Err(DenyReason::MethodForbidden)
        } else if !self.0.methods.allows(method) {
            Err(DenyReason::MethodNotAllowed)
        } else {
            Ok(())
        }
    }

    pub(crate) fn check_asked_headers<'a>(
        &self,
        headers: &'a HeaderMap,
    ) -> Result<(), DenyReason<'a>> {
        let lines = headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS);
        self.0
            .request_headers
            .check(&lines)
            .map_err(|fault| match fault {
                Fault::Malformed => DenyReason::HeadersMalformed,
                Fault::TooLong => DenyReason::HeadersTooLong,
                Fault::Forbidden(name) => DenyReason::HeaderForbidden(name),
                Fault::NotAllowed(name) => DenyReason::HeaderNotAllowed(name),
            })
    }

    pub(crate) fn check_private_network(&self, asked: bool) -> Result<(), DenyReason<'static>> {
        match asked && !self.0.config.allow_private_network {
            true => Err(DenyReason::PrivateNetworkNotAllowed),
            false => Ok(()),
        }
    }
}

/// Whether a request comes from the server's own origin: browsers say so by
/// `Sec-Fetch-Site`; those that do not (old ones, and all on plaintext sites)
/// send the authority twice.
fn is_same_origin(uri: Option<&Uri>, headers: &HeaderMap, origin: &HeaderValue) -> bool {
    let mut sites = headers.get_all(&SEC_FETCH_SITE).iter();
    if let Some(site) = sites.next() {
        return sites.next().is_none() && (site == "same-origin" || site == "none");
    }
    let authority = uri
        .and_then(|uri| uri.authority().map(Authority::as_str))
        .or_else(|| headers.get(HOST)?.to_str().ok());
    let origin = origin.to_str().ok().and_then(Origin::parse);
    match (origin, authority) {
        (Some(origin), Some(authority)) => {
            let default_port = match origin.scheme() {
                "http" => ":80",
                "https" => ":443",
                // `tauri://localhost` is no page of the server at `localhost`.
                _ => return false,
            };
            let authority = authority.strip_suffix(default_port).unwrap_or(authority);
            origin.authority().eq_ignore_ascii_case(authority)
        }
        _ => false,
    }
}
