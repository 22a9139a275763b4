//! The service.

use std::task::{Context, Poll};

use http::{HeaderValue, Request, Response};
use tower_service::Service;

use super::body::EmptyBody;
use super::future::ResponseFuture;
use super::observe::Observer;
use super::source::Source;
use crate::policy::{Action, Decision, Policy, RequestHead, Verdict};
use crate::text::Printable;

/// A service with a CORS policy: it answers preflights itself, and edits the
/// headers of the inner service's responses.
///
/// Readiness and errors are the inner service's; an error has no response to
/// edit. So while a limit inside is used up, preflights wait too; a `LoadShed`
/// between the layer and the limit is always ready, and they are answered.
///
/// A preflight is answered without calling the inner service, which then
/// keeps what it reserved when it became ready, such as the permit of a
/// concurrency limit, until it is called or dropped. Servers that make or
/// clone a service for each connection or request, as hyper and axum do, drop
/// it soon.
#[derive(Clone, Debug)]
#[must_use]
pub struct Cors<S> {
    inner: S,
    source: Source,
    observer: Option<Observer>,
}

impl<S> Cors<S> {
    pub(crate) fn new(inner: S, source: Source, observer: Option<Observer>) -> Self {
        Cors {
            inner,
            source,
            observer,
        }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Cors<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: EmptyBody,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let head = RequestHead::from(&request);
        let mut action = match self.source.policy(&head) {
            Some(policy) => act(policy, &head, self.observer.as_ref()),
            None => Action::leave(),
        };
        if let Some(vary) = self.source.vary() {
            action.vary_on(vary.clone());
        }
        match action.is_answer() {
            true => ResponseFuture::answer(action),
            false => ResponseFuture::edit(self.inner.call(request), action),
        }
    }
}

/// The characters of what `debug` says: entries of policies may be long.
const MAX_DEBUG: usize = 256;

/// Decides about a request, tells those who watch, and says what to do.
#[inline]
fn act(policy: Policy, head: &RequestHead<'_>, observer: Option<&Observer>) -> Action {
    #[cfg(feature = "tracing")]
    let is_heard = super::trace::is_heard();
    #[cfg(not(feature = "tracing"))]
    let is_heard = false;
    let decision = policy.decide(*head);
    let mut action = decision.steps();
    if observer.is_some() || policy.config().debug || is_heard {
        tell(&decision, observer, &mut action);
    }
    action.policy = Some(policy);
    action
}

#[cold]
fn tell(decision: &Decision<'_>, observer: Option<&Observer>, action: &mut Action) {
    if let Some(observer) = observer {
        observer.observe(decision);
    }
    #[cfg(feature = "tracing")]
    super::trace::decision(decision);
    if decision.policy.config().debug && decision.verdict().is_some() {
        action.extra().debug = Some(debug_header(decision));
    }
}

/// Such as `actual; denied; no entry of allow_origins matches`.
fn debug_header(decision: &Decision<'_>) -> HeaderValue {
    let kind = decision.kind().as_str();
    let text = match (decision.verdict(), decision.matched()) {
        (Some(Verdict::Denied(reason)), _) if decision.is_exempt() => {
            format!("{kind}; denied, but exempt as the server's own origin; {reason}")
        }
        (Some(Verdict::Denied(reason)), _) => format!("{kind}; denied; {reason}"),
        (_, Some(entry)) => format!("{kind}; allowed; {entry} matches"),
        (_, None) => format!("{kind}; allowed"),
    };
    // A pattern need not be ASCII if it is a regex.
    let text: String = Printable(&text)
        .to_string()
        .chars()
        .take(MAX_DEBUG)
        .collect();
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("?"))
}
