//! The service.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD};
use http::{HeaderValue, Request, Response};
use tower_service::Service;

use super::body::EmptyBody;
use super::future::{ResponseFuture, State};
use super::source::{Policies, Source};
use crate::policy::vary::Vary;
use crate::policy::{Action, Decision, RequestHead, RequestKind, Verdict};
use crate::text::{Escaped, Printable};

/// A service with a CORS policy: it answers preflights itself, and edits the
/// headers of the inner service's responses.
///
/// Errors are the inner service's: an error has no response to edit. Readiness is
/// the inner service's too, so preflights wait while a limit inside is used up. With
/// a `LoadShed` between the layer and the limit, they are always answered.
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
    shared: Arc<Shared>,
}

/// All that the services of one layer share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) source: Source,
    /// The request headers that the choice of the policy depends on.
    pub(super) reads: Option<Arc<Vary>>,
    pub(super) observer: Option<Observer>,
}

/// A function that sees decisions.
pub(super) struct Observer(pub(super) Box<dyn Fn(&Decision<'_>) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<fn>")
    }
}

impl<S> Cors<S> {
    pub(super) fn new(inner: S, shared: Arc<Shared>) -> Self {
        Cors { inner, shared }
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
        let (head, shared) = (RequestHead::from(&request), &self.shared);
        let chosen;
        let policy = match &shared.source {
            Source::Fixed(Policies::One(policy)) => policy,
            source => {
                chosen = source.policy(&head);
                &chosen
            }
        };
        let decision = policy.decide(head);
        let mut action = decision.action();
        if !shared.is_plain(&decision) {
            action = shared.tell(decision, action);
        }
        let state = match action {
            Action::Answer(response) => State::Answer {
                response: Some(response),
            },
            Action::Forward(edit) => State::Forward {
                inner: self.inner.call(request),
                edit: Some(edit),
            },
        };
        ResponseFuture { state }
    }
}

impl Shared {
    /// Nobody watches, and the choice of the policy adds nothing to `Vary`.
    #[inline]
    fn is_plain(&self, decision: &Decision<'_>) -> bool {
        #[cfg(feature = "tracing")]
        let is_heard = super::trace::is_heard(decision);
        #[cfg(not(feature = "tracing"))]
        let is_heard = false;
        let is_told = self.observer.is_some() || decision.policy.config().debug || is_heard;
        self.reads.is_none() && !is_told
    }

    /// Tells those who watch what was decided. It takes both by value: a reference would
    /// force all of it into memory, for each request.
    #[cold]
    fn tell(&self, decision: Decision<'_>, mut action: Action) -> Action {
        let config = decision.policy.config();
        if let Some(reads) = &self.reads {
            action.vary_on(reads);
        }
        if !config.enabled {
            return action;
        }
        if let Some(Observer(observe)) = &self.observer {
            observe(&decision);
        }
        #[cfg(feature = "tracing")]
        super::trace::decision(&decision);
        if config.debug {
            if let Some(text) = debug_header(&decision) {
                action.debug(text);
            }
        }
        action
    }
}

/// The characters of the debug header: entries of policies and requests may be long.
const MAX_DEBUG: usize = 256;

/// The kind of request, the verdict, and why, such as
/// `preflight; denied; no entry of allow_origins matches; asks for PUT with x-a`.
fn debug_header(decision: &Decision<'_>) -> Option<HeaderValue> {
    let kind = decision.kind().as_str();
    let mut text = match decision.verdict() {
        None => format!("{kind}; not decided; {}", decision.notice()?),
        Some(Verdict::Denied(_)) => {
            let exempt = match decision.is_exempt() {
                true => ", but exempt as the server's own origin",
                false => "",
            };
            format!("{kind}; denied{exempt}; {}", decision.cause()?)
        }
        Some(Verdict::Allowed) => format!("{kind}; allowed; {} matches", decision.matched()?),
    };
    if decision.kind() == RequestKind::Preflight {
        let headers = decision.head().headers();
        for (word, name) in [
            ("; asks for", ACCESS_CONTROL_REQUEST_METHOD),
            (" with", ACCESS_CONTROL_REQUEST_HEADERS),
        ] {
            if let Some(asked) = headers.get(name) {
                text = format!("{text}{word} {}", Escaped(asked));
            }
        }
    }
    // A pattern need not be ASCII if it is a regex.
    let mut text = Printable(&text).to_string();
    if text.len() > MAX_DEBUG {
        text.truncate(MAX_DEBUG - 3);
        text += "...";
    }
    HeaderValue::try_from(text).ok()
}
