//! What a policy decides about a request. Knows nothing of Tower.

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, HeaderValue, Method};

use super::compiled::{Grant, Policy};
use super::method::{MAX_METHOD, Methods, is_forbidden};
use super::preflight_request::{Asked, Lines, origin_lines};
use super::reason::{DenyReason, OutsideBorder, RequestKind, Verdict};
use super::request_head::RequestHead;
use super::request_headers::token;
use super::same_origin::is_same_origin;
use crate::origin::{Match, Mismatch, OriginPattern};

/// Recognises a CORS-preflight request: `OPTIONS` with an `Origin` and an
/// `Access-Control-Request-Method`
/// ([Fetch](https://fetch.spec.whatwg.org/#cors-preflight-request)).
///
/// It is for layers outside this one that authenticate, limit or route. They must let
/// preflights through, because preflights never carry credentials. `OPTIONS *`, which is
/// never a preflight, can only be recognised by its URI. Where this layer does not answer
/// preflights (decorated, forwarded, no policy), what is let through reaches the
/// application.
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

/// What a policy decides about one request, without allocation.
///
/// [`action`](Decision::action) turns it into what to do.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Decision<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) head: RequestHead<'a>,
    pub(crate) outcome: Outcome<'a>,
    origin: Lines<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome<'a> {
    /// There is no `Origin`.
    NotCors,
    Preflight(Checked<'a>),
    Actual(Checked<'a>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Checked<'a> {
    Allowed(Match),
    /// No entry matches. Why not is worked out for those who ask.
    OriginDenied,
    /// An entry matches, but something else is not allowed.
    Denied(Match, DenyReason<'a>),
}

impl<'a> Checked<'a> {
    #[inline]
    fn of(found: Match, checked: Result<(), DenyReason<'a>>) -> Self {
        match checked {
            Ok(()) => Checked::Allowed(found),
            Err(reason) => Checked::Denied(found, reason),
        }
    }
}

impl<'a> Decision<'a> {
    /// The kind of request.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        match self.outcome {
            Outcome::NotCors => RequestKind::NotCors,
            Outcome::Preflight(_) => RequestKind::Preflight,
            Outcome::Actual(_) => RequestKind::Actual,
        }
    }

    /// The verdict on a CORS request; `None` for any other. The reason for a denied origin
    /// is worked out here, not when the decision is made.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict<'a>> {
        Some(match self.checked()? {
            Checked::Allowed(_) => Verdict::Allowed,
            Checked::OriginDenied => Verdict::Denied(self.origin_reason()),
            Checked::Denied(_, reason) => Verdict::Denied(reason),
        })
    }

    fn checked(&self) -> Option<Checked<'a>> {
        match self.outcome {
            Outcome::NotCors => None,
            Outcome::Preflight(checked) | Outcome::Actual(checked) => Some(checked),
        }
    }

    /// The reason why no entry allows the origin.
    #[cold]
    fn origin_reason(&self) -> DenyReason<'a> {
        let Some(origin) = self.origin.only() else {
            return DenyReason::SeveralOrigins;
        };
        let policy = &self.policy.0;
        match policy.origins.mismatch(origin.as_bytes()) {
            Mismatch::Malformed => DenyReason::OriginMalformed,
            Mismatch::NotListed => DenyReason::OriginNotAllowed,
            Mismatch::OutsideBorder {
                index,
                origin,
                is_scheme,
            } => DenyReason::OriginOutsideBorder(OutsideBorder {
                entry: &policy.config.allow_origins[index],
                origin,
                is_scheme,
            }),
        }
    }

    /// The reason why the policy denies the CORS request, if it does.
    #[must_use]
    pub fn deny_reason(&self) -> Option<DenyReason<'a>> {
        match self.verdict()? {
            Verdict::Denied(reason) => Some(reason),
            Verdict::Allowed => None,
        }
    }

    /// A name for logs and counters: `not-cors`, `allowed` or `denied`.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self.checked() {
            None => "not-cors",
            Some(Checked::Allowed(_)) => "allowed",
            Some(_) => "denied",
        }
    }

    /// The policy allows the CORS request.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self.checked(), Some(Checked::Allowed(_)))
    }

    /// Server enforcement lets a denied request pass, because it comes from the server's
    /// own origin ([`Enforcement::Server`](crate::Enforcement::Server)).
    #[inline]
    #[must_use]
    pub fn is_exempt(&self) -> bool {
        match (self.outcome, self.origin.first) {
            (Outcome::Actual(Checked::OriginDenied | Checked::Denied(..)), Some(origin)) => {
                self.policy.enforced_here()
                    && is_same_origin(self.head.uri, self.head.headers, origin)
            }
            _ => false,
        }
    }

    /// The head of the request: method, URI, and what a preflight asked for.
    #[must_use]
    pub fn head(&self) -> RequestHead<'a> {
        self.head
    }

    /// The first `Origin` header of the request.
    #[must_use]
    pub fn origin(&self) -> Option<&'a HeaderValue> {
        self.origin.first
    }

    /// The entry of [`allow_origins`](field@crate::CorsConfig::allow_origins), in
    /// [`Policy::config`], that allows the origin.
    ///
    /// Finding the entry allocates if it is one of several regular expressions.
    #[must_use]
    pub fn matched(&self) -> Option<&'a OriginPattern> {
        self.policy
            .0
            .config
            .allow_origins
            .get(self.matched_index()?)
    }

    pub(crate) fn matched_index(&self) -> Option<usize> {
        let found = match self.checked()? {
            Checked::Allowed(found) | Checked::Denied(found, _) => found,
            Checked::OriginDenied => return None,
        };
        let origin = self.origin.first?;
        self.policy.0.origins.index(found, origin.as_bytes())
    }
}

impl Policy {
    /// Decides about a request. Pure; allocates nothing, but for what regular
    /// expressions cache when a thread first uses them; the work is bounded
    /// whatever the headers hold.
    #[inline]
    pub fn decide<'a>(&'a self, request: impl Into<RequestHead<'a>>) -> Decision<'a> {
        let head = &request.into();
        let headers = head.headers;
        let (origin, preflight) = match *head.method == Method::OPTIONS {
            true => read_preflight(head),
            false => (origin_lines(headers), None),
        };
        let outcome = if origin.first.is_none() {
            Outcome::NotCors
        } else {
            match (self.match_origin(&origin), preflight) {
                (None, None) => Outcome::Actual(Checked::OriginDenied),
                (None, Some(_)) => Outcome::Preflight(Checked::OriginDenied),
                (Some(found), None) => {
                    Outcome::Actual(Checked::of(found, self.check_actual_method(head.method)))
                }
                (Some(found), Some(asked)) => {
                    Outcome::Preflight(Checked::of(found, self.check_preflight(headers, &asked)))
                }
            }
        };
        Decision {
            policy: self,
            head: *head,
            outcome,
            origin,
        }
    }

    /// Checks what a preflight asks for, in the order of
    /// [Fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0).
    #[inline]
    fn check_preflight<'a>(
        &self,
        headers: &'a HeaderMap,
        asked: &Asked<'a>,
    ) -> Result<(), DenyReason<'a>> {
        self.check_asked_method(asked.method.only())?;
        match (asked.headers.several, asked.headers.first) {
            (true, _) => self.check_asked_headers(headers)?,
            (false, Some(line)) => self.0.request_headers.check_line(line)?,
            (false, None) => {}
        }
        self.check_private_network(asked.private_network)
    }

    /// The entry that allows an origin
    /// ([Fetch, CORS check](https://fetch.spec.whatwg.org/#cors-check), from
    /// the other side).
    #[inline]
    fn match_origin(&self, origin: &Lines<'_>) -> Option<Match> {
        if self.0.grant == Grant::Everyone {
            // The answer is `*` whatever stands there.
            return Some(Match::Entry(0));
        }
        self.0.origins.find(origin.only()?.as_bytes())
    }

    #[inline]
    pub(crate) fn check_actual_method(&self, method: &Method) -> Result<(), DenyReason<'static>> {
        // Over HTTP/2, a WebSocket handshake is a CONNECT where HTTP/1.1 has a
        // GET (RFC 8441).
        let method = if method == Method::CONNECT {
            &Method::GET
        } else {
            method
        };
        match self.0.methods.allow(method) {
            true => Ok(()),
            false => Err(DenyReason::MethodNotAllowed),
        }
    }

    /// `None` is anything but one line.
    pub(crate) fn check_asked_method(
        &self,
        method: Option<&HeaderValue>,
    ) -> Result<(), DenyReason<'static>> {
        let method = method
            .map(HeaderValue::as_bytes)
            .filter(|method| method.len() <= MAX_METHOD)
            .ok_or(DenyReason::MethodMalformed)?;
        // What is listed was checked when the policy was compiled.
        if self.0.methods.list(method) {
            return Ok(());
        }
        let method = token(method).ok_or(DenyReason::MethodMalformed)?;
        match self.0.methods {
            _ if is_forbidden(method) => Err(DenyReason::MethodForbidden),
            Methods::Any => Ok(()),
            Methods::List(_) => Err(DenyReason::MethodNotAllowed),
        }
    }

    pub(crate) fn check_asked_headers<'a>(
        &self,
        headers: &'a HeaderMap,
    ) -> Result<(), DenyReason<'a>> {
        let lines = headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS);
        self.0.request_headers.check(&lines)
    }

    pub(crate) fn check_private_network(&self, asked: bool) -> Result<(), DenyReason<'static>> {
        match asked && !self.0.config.allow_private_network {
            true => Err(DenyReason::PrivateNetworkNotAllowed),
            false => Ok(()),
        }
    }
}

/// The origin, and the headers that make an `OPTIONS` a preflight, if they
/// do.
#[inline]
fn read_preflight<'a>(head: &RequestHead<'a>) -> (Lines<'a>, Option<Asked<'a>>) {
    let asked = Asked::read(head.headers);
    let origin = asked.origin;
    let is_preflight = asked.method.first.is_some() && head.uri.is_none_or(|uri| uri.path() != "*");
    (origin, is_preflight.then_some(asked))
}
