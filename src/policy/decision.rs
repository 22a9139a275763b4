//! The decision about a request. This module knows nothing of Tower.

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, HeaderValue, Method};

use super::compiled::{Exempt, Policy};
use super::preflight_request::{Lines, PreflightRequest};
use super::reason::{DenyReason, OutsideBorder, RequestKind, Verdict};
use super::request_head::RequestHead;
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

/// A policy's decision about one request.
///
/// [`action`](Decision::action) turns it into an answer or an edit of the response.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Decision<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) head: RequestHead<'a>,
    pub(super) outcome: Outcome<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome<'a> {
    /// The policy is switched off.
    Off,
    /// The server must not serve this, whatever CORS allows.
    NotServed(DenyReason<'a>),
    /// There is no `Origin`.
    NotCors,
    Preflight(CorsRequest<'a>),
    Actual(CorsRequest<'a>),
}

/// A request with an `Origin`, and what the policy says to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CorsRequest<'a> {
    pub(super) origin: &'a HeaderValue,
    has_several_origins: bool,
    pub(super) checked: Checked<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Checked<'a> {
    Allowed(Match),
    /// No entry matches. The reason is worked out for those who ask.
    OriginDenied,
    /// An entry matches, but something else is not allowed.
    Denied(Match, DenyReason<'a>),
}

impl CorsRequest<'_> {
    #[inline]
    pub(super) fn is_allowed(&self) -> bool {
        matches!(self.checked, Checked::Allowed(_))
    }
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
    /// The kind of request. A policy that is switched off takes none for a CORS request.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        match self.outcome {
            Outcome::Off | Outcome::NotCors => RequestKind::NotCors,
            Outcome::NotServed(_) => match is_preflight(self.head.method, self.head.headers) {
                true => RequestKind::Preflight,
                false if self.origin().is_some() => RequestKind::Actual,
                false => RequestKind::NotCors,
            },
            Outcome::Preflight(_) => RequestKind::Preflight,
            Outcome::Actual(_) => RequestKind::Actual,
        }
    }

    /// The verdict on a CORS request, or on one that the server must not serve; `None` for
    /// any other. The reason for a denied origin
    /// is worked out here, not when the decision is made.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict<'a>> {
        if let Some(reason) = self.not_served() {
            return Some(Verdict::Denied(reason));
        }
        let request = self.cors_request()?;
        Some(match request.checked {
            Checked::Allowed(_) => Verdict::Allowed,
            Checked::OriginDenied => Verdict::Denied(self.origin_reason(&request)),
            Checked::Denied(_, reason) => Verdict::Denied(reason),
        })
    }

    /// The reason why the server must not serve the request, whatever CORS allows.
    pub(crate) fn not_served(&self) -> Option<DenyReason<'a>> {
        match self.outcome {
            Outcome::NotServed(reason) => Some(reason),
            _ => None,
        }
    }

    fn cors_request(&self) -> Option<CorsRequest<'a>> {
        match self.outcome {
            Outcome::Off | Outcome::NotServed(_) | Outcome::NotCors => None,
            Outcome::Preflight(request) | Outcome::Actual(request) => Some(request),
        }
    }

    /// The reason why no entry allows the origin.
    #[cold]
    fn origin_reason(&self, request: &CorsRequest<'a>) -> DenyReason<'a> {
        if request.has_several_origins {
            return DenyReason::SeveralOrigins;
        }
        let policy = &self.policy.0;
        match policy.origins.mismatch(request.origin.as_bytes()) {
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

    /// A name for logs and counters: `off`, `not-cors`, `allowed` or `denied`.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self.outcome {
            Outcome::Off => "off",
            Outcome::NotCors => "not-cors",
            _ if self.is_allowed() => "allowed",
            _ => "denied",
        }
    }

    /// The policy allows the CORS request.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        let request = self.cors_request();
        request.is_some_and(|request| request.is_allowed())
    }

    /// Server enforcement lets a denied request pass, because it comes from the server's
    /// own origin ([`Enforcement::Server`](crate::Enforcement::Server)).
    #[inline]
    #[must_use]
    pub fn is_exempt(&self) -> bool {
        match self.outcome {
            Outcome::Actual(request) if !request.is_allowed() && !request.has_several_origins => {
                let (head, origin) = (&self.head, request.origin);
                self.policy.is_enforced_by_server()
                    && match &self.policy.0.exempt {
                        Exempt::Own(own) => own.has(head, origin),
                        Exempt::SameOrigin => is_same_origin(head.uri, head.headers, origin),
                        Exempt::Nobody => false,
                    }
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
        self.head.headers.get(ORIGIN)
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
        let request = self.cors_request()?;
        let found = match request.checked {
            Checked::Allowed(found) | Checked::Denied(found, _) => found,
            Checked::OriginDenied => return None,
        };
        self.policy
            .0
            .origins
            .index(found, request.origin.as_bytes())
    }
}

impl Policy {
    /// Decides about a request, without side effects. It allocates only what regular
    /// expressions cache when a thread first uses them; the work is bounded
    /// whatever the headers hold.
    #[inline]
    pub fn decide<'a>(&'a self, request: impl Into<RequestHead<'a>>) -> Decision<'a> {
        let head = request.into();
        let outcome = |outcome| Decision {
            policy: self,
            head,
            outcome,
        };
        if !self.0.config.enabled {
            return outcome(Outcome::Off);
        }
        if let Exempt::Own(own) = &self.0.exempt {
            if let Err(reason) = own.check(&head) {
                return outcome(Outcome::NotServed(reason));
            }
        }
        let (origins, preflight) = if *head.method == Method::OPTIONS {
            read_options(&head)
        } else {
            let mut lines = head.headers.get_all(ORIGIN).iter();
            let (first, several) = (lines.next(), lines.next().is_some());
            (Lines { first, several }, None)
        };
        let Some(origin) = origins.first else {
            return outcome(Outcome::NotCors);
        };
        let found = match &self.0.any_origin {
            // The answer is `*` whatever stands there.
            Some(_) => Some(Match::Entry(0)),
            None if origins.several => None,
            None => self.0.origins.find(origin.as_bytes()),
        };
        let checked = match (found, &preflight) {
            (None, _) => Checked::OriginDenied,
            (Some(found), None) => Checked::of(found, self.0.methods.check(head.method)),
            (Some(found), Some(asked)) => Checked::of(found, self.check_preflight(&head, asked)),
        };
        let request = CorsRequest {
            origin,
            has_several_origins: origins.several,
            checked,
        };
        outcome(match preflight {
            Some(_) => Outcome::Preflight(request),
            None => Outcome::Actual(request),
        })
    }

    /// Checks what a preflight asks for, in the order of
    /// [Fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0).
    #[inline]
    fn check_preflight<'a>(
        &self,
        head: &RequestHead<'a>,
        asked: &PreflightRequest<'a>,
    ) -> Result<(), DenyReason<'a>> {
        self.0.methods.check_requested(asked.method.only())?;
        match (asked.headers.several, asked.headers.first) {
            (true, _) => self.check_requested_headers(head.headers)?,
            (false, Some(line)) => self.0.request_headers.check_line(line)?,
            (false, None) => {}
        }
        self.check_private_network(asked.private_network)
    }

    pub(crate) fn check_requested_headers<'a>(
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

/// The origins of an `OPTIONS`, and what it asks for if it is a preflight.
#[inline]
fn read_options<'a>(head: &RequestHead<'a>) -> (Lines<'a>, Option<PreflightRequest<'a>>) {
    let asked = PreflightRequest::read(head.headers);
    let origins = asked.origin;
    let is_preflight = asked.method.first.is_some() && head.uri.is_none_or(|uri| uri.path() != "*");
    (origins, is_preflight.then_some(asked))
}
