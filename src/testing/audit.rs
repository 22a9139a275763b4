//! The audit: what an assembled service lets pages do.

use std::fmt::Display;
use std::mem;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    AUTHORIZATION, CONTENT_LENGTH, VARY,
};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use tower_service::Service;

use super::body::Body;
use super::browser::Browser;
use super::cache::Permission;
use super::cors_check::cors_check;
use super::finding::{Finding, FindingKind, Report};
use super::header_list::{extract_tokens, get};
use super::hint::Failure;
use super::hostile::hostile_origins;
use super::log::Sent;
use super::origin::Origin;
use super::page::Page;
use super::preflight::{judge, preflight_request};
use super::reason::BlockReason;
use super::request::{Credentials, FetchRequest, Tainting};

/// A path that no service has.
const UNKNOWN_PATH: &str = "/tower-cors-audit/no-such-path";
/// A terabyte, a `Content-Length` that no service takes.
const HUGE: HeaderValue = HeaderValue::from_static("1099511627776");
/// The most requests that look for a rate limit.
const FLOOD: usize = 100;
/// Response headers that are no lists.
const SINGLE: [HeaderName; 3] = [
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_MAX_AGE,
];

/// A request that reached the service, and its response.
type Exchange = (Sent, Response<()>);

/// An audit of a service, from [`audit`](super::audit()) or [`Page::audit`].
#[derive(Debug)]
#[must_use = "nothing is sent before `run`"]
pub struct Audit<S, B = Body> {
    page: Page<S, B>,
    requests: Vec<FetchRequest>,
    report: Report,
}

/// Prepares an audit of an assembled service, whichever CORS layer it has. `origin` is the
/// origin of a page that may use the service.
///
/// # Panics
///
/// As [`Browser::page`].
#[track_caller]
pub fn audit<S: Clone>(service: S, origin: &str) -> Audit<S> {
    Browser::new(service).page(origin).audit()
}

impl<S, B> Page<S, B> {
    /// Prepares an [`audit`](super::audit()) of the browser's service for this page, with
    /// the browser's cookies.
    pub fn audit(self) -> Audit<S, B> {
        Audit {
            page: self,
            requests: Vec::new(),
            report: Report::default(),
        }
    }
}

impl<S, B> Audit<S, B> {
    /// Sets the [credentials mode](Page::credentials) of the requests added from here on.
    pub fn credentials(mut self, mode: Credentials) -> Self {
        self.page = self.page.credentials(mode);
        self
    }

    /// Adds a request that the page makes, with the headers that its script sets.
    ///
    /// # Panics
    ///
    /// When no page could send it.
    #[track_caller]
    pub fn request(mut self, request: Request<impl Into<Body>>) -> Self {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string();
        match self
            .page
            .construct(parts.method, &url, parts.headers, body.into())
        {
            Ok(request) => self.requests.push(request),
            Err(blocked) => panic!("no page can send this request: {blocked}"),
        }
        self
    }

    /// Adds a finding, unless the same was found at this URL before.
    fn find(
        &mut self,
        kind: FindingKind,
        hint: Option<String>,
        (request, response): (Sent, impl Into<Option<Response<()>>>),
    ) {
        let findings = &mut self.report.findings;
        if !findings
            .iter()
            .any(|old| old.kind == kind && old.request.url == request.url)
        {
            findings.push(Finding {
                repair: hint.unwrap_or_else(|| kind.code_and_repair().1.to_owned()),
                kind,
                request,
                response: response.into(),
            });
        }
    }

    /// Judges a response on the way of the page's own `request`.
    fn expect(
        &mut self,
        request: &FetchRequest,
        exchange: Exchange,
        outcome: Result<(), BlockReason>,
    ) {
        let (status, headers) = (exchange.1.status(), exchange.1.headers());
        let is_twice = |name: &&HeaderName| headers.get_all(*name).iter().count() > 1;
        if let Some(name) = SINGLE.iter().find(is_twice) {
            self.find(FindingKind::HeaderTwice(name.clone()), None, exchange);
        } else if let Err(reason) = outcome {
            let Failure { reason, hint } = Failure::new(reason, request, status, headers);
            let kind = match (exchange.0.is_preflight(), status.as_u16()) {
                (true, 401 | 403 | 407) => FindingKind::PreflightRejected,
                (true, 404 | 405) => FindingKind::PreflightNotRouted,
                (_, 400..) => FindingKind::UnreadableError(status),
                _ => FindingKind::Blocked(reason),
            };
            self.find(kind, hint, exchange);
        }
    }
}

impl<S, B, RB> Audit<S, B>
where
    S: Service<Request<B>, Response = Response<RB>, Error: Display> + Clone,
    B: From<Vec<u8>>,
{
    /// Sends the requests, and others that change nothing.
    ///
    /// Each request is sent as it is once, after its preflight and if a browser would.
    /// Without any, the page sends `GET /`. Beside them the audit sends preflights and safe
    /// requests, which are `GET` in place of other methods: from hostile origins, without
    /// credentials, with a `Content-Length` of a terabyte, and 100 times to an unknown
    /// path, to meet a rate limit. An error of another cause, such as a panic, needs a
    /// request that provokes it.
    pub async fn run(mut self) -> Report {
        if self.requests.is_empty() {
            self = self.request(Request::new(()));
        }
        let mut readable = None;
        for request in mem::take(&mut self.requests) {
            readable = self.examine(request).await.or(readable);
        }
        // Last, because a rate limit would answer everything else.
        if let Some(safe) = readable {
            self.flood(&safe).await;
        }
        self.report
    }

    /// Returns a safe request to the URL, if the page can read the response.
    async fn examine(&mut self, request: FetchRequest) -> Option<FetchRequest> {
        let mut safe = request.clone();
        if ![Method::GET, Method::HEAD].contains(&safe.method) {
            safe.method = Method::GET;
            safe.body = None;
        }
        self.own_request(&request).await?;
        self.holes(&request, &safe).await?;
        let exchange = self.send(safe.clone()).await?;
        let outcome = check(&safe, &exchange);
        self.vary(&safe, exchange).await?;
        outcome.ok()?;

        let [mut anonymous, mut huge] = [safe.clone(), safe.clone()];
        anonymous.headers.remove(AUTHORIZATION);
        anonymous.settings.credentials = Credentials::Omit;
        huge.headers.insert(CONTENT_LENGTH, HUGE);
        self.provoke(&safe, anonymous).await?;
        self.provoke(&safe, huge).await?;
        Some(safe)
    }

    /// Sends the request as it is. If the service fails, that is a finding.
    async fn send(&mut self, mut request: FetchRequest) -> Option<Exchange> {
        if !request.origin.is_same_origin(request.current_url()) {
            request.tainting = Tainting::Cors;
        }
        let outcome = self.page.browser.http_network_fetch(&request).await;
        let sent = self.page.browser.state().last_sent()?;
        match outcome {
            Ok(response) => Some((sent, response.map(|_| ()))),
            Err(reason) => {
                let repair = format!("{reason}: answer with a response, inside the CORS layer");
                self.find(FindingKind::Blocked(reason), Some(repair), (sent, None));
                None
            }
        }
    }

    async fn own_request(&mut self, request: &FetchRequest) -> Option<()> {
        if !Permission::needed_by(request).is_empty() {
            let (sent, response) = self.send(preflight_request(request)).await?;
            let outcome = judge(request, response.status(), response.headers());
            let is_denied = outcome.is_err();
            self.expect(request, (sent, response), outcome.map(|_| ()));
            if is_denied {
                return Some(());
            }
        }
        let exchange = self.send(request.clone()).await?;
        let outcome = check(request, &exchange);
        self.expect(request, exchange, outcome);
        Some(())
    }

    async fn holes(&mut self, request: &FetchRequest, safe: &FetchRequest) -> Option<()> {
        let probes = [preflight_request(request), safe.clone()];
        // A service may be open to anyone, but then without credentials.
        let mut usual = 1;
        for hostile in hostile_origins(&request.origin) {
            let (access, exchange) = self.most_access(&probes, &hostile.origin).await?;
            let meant = match hostile.sibling {
                Some(sibling) => self.most_access(&probes, &sibling).await?.0,
                None => 0,
            };
            if access > usual.max(meant) {
                self.find(hostile.kind.clone(), None, exchange);
            }
            if hostile.kind == FindingKind::AnyOriginWithCredentials {
                usual = access;
            }
        }
        Some(())
    }

    async fn most_access(
        &mut self,
        [preflight, safe]: &[FetchRequest; 2],
        origin: &Origin,
    ) -> Option<(usize, Exchange)> {
        let preflight = self.access(preflight.clone(), origin).await?;
        let actual = self.access(safe.clone(), origin).await?;
        match actual.0 > preflight.0 {
            true => Some(actual),
            false => Some(preflight),
        }
    }

    /// Returns the number of credentials modes in which pages of `origin` pass the check:
    /// 0, 1 without credentials, 2 also with them.
    async fn access(
        &mut self,
        mut probe: FetchRequest,
        origin: &Origin,
    ) -> Option<(usize, Exchange)> {
        probe.origin = origin.clone();
        let exchange = self.send(probe.clone()).await?;
        let mut passes = |mode| {
            probe.settings.credentials = mode;
            check(&probe, &exchange).is_ok()
        };
        let access =
            usize::from(passes(Credentials::Omit)) + usize::from(passes(Credentials::Include));
        Some((access, exchange))
    }

    /// If the answer depends on the origin, it has to say so to all who ask: to the page,
    /// to a foreign one, and to the service's own, which sends no `Origin`.
    async fn vary(&mut self, safe: &FetchRequest, exchange: Exchange) -> Option<()> {
        let [mut foreign, mut own] = [safe.clone(), safe.clone()];
        foreign.origin = Origin::Opaque;
        own.origin = Origin::of_page(own.current_url().as_str())?;
        let exchanges = [exchange, self.send(foreign).await?, self.send(own).await?];

        let values = |(_, response): &Exchange| SINGLE.map(|name| get(response.headers(), &name));
        if exchanges
            .iter()
            .all(|other| values(other) == values(&exchanges[0]))
        {
            return Some(());
        }
        let is_silent = |(_, response): &Exchange| {
            let names = extract_tokens(response.headers(), &VARY).ok().flatten();
            let is_origin = |name: &String| name == "*" || name.eq_ignore_ascii_case("origin");
            !names.is_some_and(|names| names.iter().any(is_origin))
        };
        if let Some(exchange) = exchanges.into_iter().find(is_silent) {
            self.find(FindingKind::MissingVary, None, exchange);
        }
        Some(())
    }

    async fn flood(&mut self, safe: &FetchRequest) -> Option<()> {
        let headers = safe.headers.clone();
        let unknown = self
            .page
            .construct(Method::GET, UNKNOWN_PATH, headers, ().into())
            .ok()?;
        for _ in 0..FLOOD {
            self.provoke(safe, unknown.clone()).await?;
        }
        Some(())
    }

    /// Sends a request that may be answered with an error, which the page has to be able
    /// to read as it reads the response to the `safe` request.
    async fn provoke(&mut self, safe: &FetchRequest, probe: FetchRequest) -> Option<()> {
        let exchange = self.send(probe).await?;
        if exchange.1.status().as_u16() >= 400 {
            let outcome = check(safe, &exchange);
            self.expect(safe, exchange, outcome);
        }
        Some(())
    }
}

fn check(request: &FetchRequest, (_, response): &Exchange) -> Result<(), BlockReason> {
    cors_check(request, response.headers()).map_err(BlockReason::CorsCheck)
}
