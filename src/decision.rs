//! What a policy decides about a request. Knows nothing of Tower.

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};

use crate::asked::{Asked, Lines};
use crate::method::{MAX_METHOD, Methods, is_forbidden};
use crate::origin::{Match, Mismatch, OriginPattern};
use crate::policy::{Grant, Policy};
use crate::request_headers::token;
use crate::same_origin::is_same_origin;
use crate::verdict::{DenyReason, OutsideBorder, RequestKind, Verdict};

/// Whether a request is a CORS-preflight request: `OPTIONS` with an `Origin`
/// and an `Access-Control-Request-Method`
/// ([Fetch](https://fetch.spec.whatwg.org/#cors-preflight-request)).
///
/// For layers outside this one that authenticate, limit or route, and must let
/// preflights through: they never carry credentials. `OPTIONS *`, which is never
/// a preflight, can only be told by its URI. Where preflights are not answered
/// by this layer (decorated, forwarded, no policy), what is let through reaches
/// the application.
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

    /// Whether server enforcement lets a denied request pass, because it comes
    /// from the server's own origin.
    #[must_use]
    pub fn is_exempt(&self) -> bool {
        self.same_origin
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
    /// nothing (but for what regular expressions
    /// cache when they are first used by a thread); the work is bounded whatever the
    /// headers hold.
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

    /// The same, compiled once: not into each caller, of which one is generic.
    pub(crate) fn decide_at<'a>(
        &'a self,
        uri: Option<&Uri>,
        method: &Method,
        headers: &'a HeaderMap,
    ) -> Decision<'a> {
        self.decide_here(uri, method, headers, Asked::read)
    }

    #[allow(
        clippy::inline_always,
        reason = "in `act`, where the decision then stays in registers"
    )]
    #[inline(always)]
    pub(crate) fn decide_here<'a>(
        &'a self,
        uri: Option<&Uri>,
        method: &Method,
        headers: &'a HeaderMap,
        read: impl FnOnce(&'a HeaderMap) -> Asked<'a>,
    ) -> Decision<'a> {
        let decision = Decision {
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
        let asked = (*method == Method::OPTIONS).then(|| read(headers));
        let origins = match &asked {
            Some(asked) => asked.origin,
            None => Lines::of(headers, ORIGIN),
        };
        let Some(origin) = origins.first else {
            return Decision {
                method_allowed: self.0.methods.allow(method),
                ..decision
            };
        };
        let found = self.check_origin(origin, origins.several);
        let decision = Decision {
            kind: RequestKind::Actual,
            origin: Some(origin),
            matched: found.ok(),
            ..decision
        };
        if let Some(asked) = asked {
            if let Some(verdict) = self.check_preflight(uri, headers, &asked, found) {
                return Decision {
                    kind: RequestKind::Preflight,
                    verdict,
                    asks_private_network: asked.private_network,
                    ..decision
                };
            }
        }
        match found.and_then(|_| self.check_actual_method(method)) {
            Ok(()) => Decision {
                verdict: Verdict::Allowed,
                ..decision
            },
            Err(reason) => Decision {
                verdict: Verdict::Denied(reason),
                same_origin: self.enforced_here() && is_same_origin(uri, headers, origin),
                ..decision
            },
        }
    }

    /// The verdict on a preflight, in the order of
    /// [Fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0); `None`
    /// is any other request.
    #[inline]
    fn check_preflight<'a>(
        &self,
        uri: Option<&Uri>,
        headers: &'a HeaderMap,
        asked: &Asked<'a>,
        found: Result<Match, DenyReason<'a>>,
    ) -> Option<Verdict<'a>> {
        asked.method.first?;
        if uri.is_some_and(|uri| uri.path() == "*") {
            return None;
        }
        let checked = found
            .and_then(|_| self.check_asked_method(asked.method.only()))
            .and_then(|()| match (asked.headers.several, asked.headers.first) {
                (true, _) => self.check_asked_headers(headers),
                (false, Some(line)) => self.0.request_headers.check_line(line),
                (false, None) => Ok(()),
            })
            .and_then(|()| self.check_private_network(asked.private_network));
        Some(checked.map_or_else(Verdict::Denied, |()| Verdict::Allowed))
    }

    /// ([Fetch, CORS check](https://fetch.spec.whatwg.org/#cors-check), from
    /// the other side.)
    #[inline]
    fn check_origin<'a>(
        &'a self,
        origin: &'a HeaderValue,
        several: bool,
    ) -> Result<Match, DenyReason<'a>> {
        if self.0.grant == Grant::Everyone {
            // The answer is `*` whatever stands there.
            return Ok(Match::Entry(0));
        }
        if several {
            return Err(DenyReason::SeveralOrigins);
        }
        let found = self.0.origins.find(origin.as_bytes());
        found.ok_or_else(|| self.origin_reason(origin))
    }

    #[inline(never)]
    fn origin_reason<'a>(&'a self, origin: &'a HeaderValue) -> DenyReason<'a> {
        match self.0.origins.mismatch(origin.as_bytes()) {
            Mismatch::Malformed => DenyReason::OriginMalformed,
            Mismatch::NotListed => DenyReason::OriginNotAllowed,
            Mismatch::OutsideBorder {
                index,
                origin,
                is_scheme,
            } => DenyReason::OriginOutsideBorder(OutsideBorder {
                entry: &self.0.config.allow_origins[index],
                origin,
                is_scheme,
            }),
        }
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
