//! The audit: what an assembled service lets pages do.

use std::collections::HashSet;
use std::fmt::Display;
use std::mem;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION, CONTENT_LENGTH,
    VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use tower_service::Service;

use super::body::Body;
use super::browser::Browser;
use super::cache::Permission;
use super::cors_check::cors_check;
use super::finding::{Finding, FindingKind, Report};
use super::header_list::{get, isomorphic_decode};
use super::hint::Failure;
use super::hostile::hostile_origins;
use super::log::Sent;
use super::origin::Origin;
use super::page::Page;
use super::preflight::{judge, preflight_request};
use super::reason::BlockReason;
use super::request::{Credentials, FetchRequest, Tainting};

/// The last part of a path that no service has.
const UNKNOWN: &str = "tower-cors-audit-no-such-path";
/// A terabyte, a `Content-Length` that no service takes.
const HUGE: HeaderValue = HeaderValue::from_static("1099511627776");
/// The most requests that look for a rate limit.
const FLOOD: usize = 100;
/// Response headers that are no lists.
const SINGLE: [HeaderName; 2] = [
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
];

/// A request that was answered, and the headers of the response.
type Exchange = (Sent, HeaderMap);

/// An audit of a service, from [`audit`](super::audit()) or [`Page::audit`].
#[derive(Debug)]
#[must_use = "nothing is sent before `run`"]
pub struct Audit<S, B = Body> {
    page: Page<S, B>,
    requests: Vec<FetchRequest>,
    findings: Vec<Finding>,
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
            findings: Vec::new(),
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
        let request = self.page.build(request);
        self.requests
            .push(request.expect("no page can send this request"));
        self
    }

    fn find(&mut self, kind: FindingKind, hint: Option<String>, (request, response): Exchange) {
        let repair = hint.unwrap_or_else(|| kind.code_and_repair().1.to_owned());
        self.findings.push(Finding {
            kind,
            request,
            response,
            repair,
        });
    }

    /// Judges what the page's own `request` led to: the answer to its preflight, or a
    /// response. Returns true if a browser lets the page go on.
    fn expect(&mut self, request: &FetchRequest, exchange: Exchange) -> bool {
        let (sent, headers) = &exchange;
        let (is_preflight, status) = (sent.is_preflight(), sent.status.unwrap_or_default());
        let outcome = match is_preflight {
            true => judge(request, status, headers).map(|_| ()),
            false => cors_check(request, headers).map_err(BlockReason::CorsCheck),
        };
        let is_allowed = outcome.is_ok();
        let is_twice = |name: &&HeaderName| headers.get_all(*name).iter().count() > 1;
        if let Some(name) = SINGLE.iter().find(is_twice) {
            self.find(FindingKind::HeaderTwice(name.clone()), None, exchange);
        } else if let Err(reason) = outcome {
            let Failure { reason, hint } = Failure::new(reason, request, status, headers);
            let kind = match (is_preflight, status.as_u16()) {
                (true, 401 | 403 | 407) => FindingKind::PreflightRejected,
                (true, 404 | 405) => FindingKind::PreflightNotRouted,
                (_, 400..) => FindingKind::UnreadableError(status),
                _ => FindingKind::Blocked(reason),
            };
            self.find(kind, hint, exchange);
        }
        is_allowed
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
            let safe = self.examine(request).await;
            readable = readable.or(safe);
        }
        // Last, because a rate limit would answer everything else.
        if let Some(safe) = readable {
            self.flood(&safe).await;
        }
        let mut seen = HashSet::new();
        let Self { mut findings, .. } = self;
        findings.retain(|found| seen.insert((found.kind.clone(), found.request.url.clone())));
        Report { findings }
    }

    /// Returns a safe request to the URL, if the page can read the response. Stops where
    /// the service fails.
    async fn examine(&mut self, request: FetchRequest) -> Option<FetchRequest> {
        let mut safe = request.clone();
        if ![Method::GET, Method::HEAD].contains(&safe.method) {
            safe.method = Method::GET;
            safe.body = None;
        }
        let mut may_send = true;
        if !Permission::needed_by(&request).is_empty() {
            let exchange = self.send(preflight_request(&request)).await?;
            may_send = self.expect(&request, exchange);
        }
        if may_send {
            let exchange = self.send(request.clone()).await?;
            self.expect(&request, exchange);
        }
        self.holes(&request, &safe).await?;
        self.vary(&safe).await?;
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
            Ok(response) => Some((sent, response.into_parts().0.headers)),
            Err(reason) => {
                let repair = format!("{reason}: answer with a response, inside the CORS layer");
                let kind = FindingKind::Blocked(reason);
                self.find(kind, Some(repair), (sent, HeaderMap::new()));
                None
            }
        }
    }

    async fn holes(&mut self, request: &FetchRequest, safe: &FetchRequest) -> Option<()> {
        let probes = [preflight_request(request), safe.clone()];
        // A service may be open to anyone, but then without credentials.
        let mut usual = 1;
        for (kind, origin, sibling) in hostile_origins(&request.origin) {
            let (access, exchange) = self.access(&probes, &origin).await?;
            let meant = match sibling {
                Some(sibling) => self.access(&probes, &sibling).await?.0,
                None => 0,
            };
            if access > usual.max(meant) {
                self.find(kind.clone(), None, exchange?);
            }
            if kind == FindingKind::AnyOrigin {
                usual = access;
            }
        }
        Some(())
    }

    /// Returns 2 if pages of `origin` pass the check with credentials, 1 if they pass it
    /// without, otherwise 0.
    async fn access(
        &mut self,
        probes: &[FetchRequest; 2],
        origin: &Origin,
    ) -> Option<(usize, Option<Exchange>)> {
        let mut most = (0, None);
        for mut probe in probes.clone() {
            probe.origin = origin.clone();
            let exchange = self.send(probe.clone()).await?;
            let mut passes = |mode: &Credentials| {
                probe.settings.credentials = *mode;
                cors_check(&probe, &exchange.1).is_ok()
            };
            let modes = [Credentials::Omit, Credentials::Include];
            let access = modes.iter().filter(|mode| passes(mode)).count();
            if access > most.0 {
                most = (access, Some(exchange));
            }
        }
        Some(most)
    }

    /// If the answer depends on the origin, it has to say so to all who ask: to the page,
    /// to a foreign one, and to the service's own, which sends no `Origin`. Returns `None`
    /// if the page cannot read it.
    async fn vary(&mut self, safe: &FetchRequest) -> Option<()> {
        let [mut foreign, mut own] = [safe.clone(), safe.clone()];
        foreign.origin = Origin::Opaque;
        own.origin = Origin::of_page(own.current_url().as_str())?;
        let mut exchanges = Vec::new();
        for request in [safe.clone(), foreign, own] {
            exchanges.push(self.send(request).await?);
        }
        let readable = cors_check(safe, &exchanges[0].1).ok();
        let values = |exchange: &Exchange| SINGLE.map(|name| get(&exchange.1, &name));
        let usual = values(&exchanges[0]);
        let depends = exchanges.iter().any(|exchange| values(exchange) != usual);
        let is_silent = |(_, headers): &Exchange| {
            let vary = isomorphic_decode(&get(headers, &VARY).unwrap_or_default());
            let mut names = vary.split(',').map(|name| name.trim().to_ascii_lowercase());
            !names.any(|name| name == "*" || name == "origin")
        };
        if let Some(exchange) = exchanges.into_iter().find(is_silent).filter(|_| depends) {
            self.find(FindingKind::MissingVary, None, exchange);
        }
        readable
    }

    /// Looks for a missing page, and then for a rate limit.
    async fn flood(&mut self, safe: &FetchRequest) -> Option<()> {
        let url = safe.current_url().join(UNKNOWN).ok()?;
        let (method, headers, body) = (Method::GET, safe.headers.clone(), Body::default());
        let page = &self.page;
        let unknown = page.construct(method, url.as_str(), headers, body).ok()?;
        for _ in 0..FLOOD {
            self.provoke(safe, unknown.clone()).await?;
        }
        Some(())
    }

    /// Sends a request that may be answered with an error, which the page has to be able
    /// to read as it reads the response to the `safe` request.
    async fn provoke(&mut self, safe: &FetchRequest, probe: FetchRequest) -> Option<()> {
        let exchange = self.send(probe).await?;
        let status = exchange.0.status.unwrap_or_default();
        if status.is_client_error() || status.is_server_error() {
            self.expect(safe, exchange);
        }
        Some(())
    }
}
