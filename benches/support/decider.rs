//! A CORS service as one writes it by hand, for one origin that is static text: it decides
//! for real, with all headers prepared.

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, ready};

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::value;

/// The origin of prepared answers to preflights.
const ALLOWED: &str = "https://app0.example.com";

/// The answer to an allowed preflight.
static ANSWER: LazyLock<HeaderMap> = LazyLock::new(|| {
    HeaderMap::from_iter([
        (
            ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static(ALLOWED),
        ),
        (ACCESS_CONTROL_ALLOW_CREDENTIALS, value::TRUE),
        (ACCESS_CONTROL_ALLOW_HEADERS, value::HEADERS),
        (ACCESS_CONTROL_ALLOW_METHODS, value::METHODS),
        (ACCESS_CONTROL_MAX_AGE, value::MAX_AGE),
        (VARY, value::VARY_PREFLIGHT),
    ])
});

#[derive(Clone)]
pub(crate) struct Decider<S> {
    pub(crate) inner: S,
    /// Of static text, so that a clone counts nothing.
    pub(crate) allowed: HeaderValue,
}

impl<S, B, R> Service<Request<B>> for Decider<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = DeciderFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let headers = request.headers();
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = origins.next();
        let is_allowed =
            origin.is_some_and(|origin| origin == self.allowed) && origins.next().is_none();
        if *request.method() == Method::OPTIONS && origin.is_some() {
            if let Some(method) = headers.get(ACCESS_CONTROL_REQUEST_METHOD) {
                let is_allowed = is_allowed && allows(method, headers);
                return DeciderFuture::Preflight { is_allowed };
            }
        }
        let is_allowed = is_allowed
            && matches!(
                *request.method(),
                Method::GET | Method::PUT | Method::DELETE
            );
        DeciderFuture::Actual {
            inner: self.inner.call(request),
            allowed: is_allowed.then(|| self.allowed.clone()),
        }
    }
}

fn allows(method: &HeaderValue, headers: &HeaderMap) -> bool {
    let names = headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS);
    matches!(method.as_bytes(), b"GET" | b"PUT" | b"DELETE")
        && names.iter().all(|line| {
            let mut names = line.as_bytes().split(|&byte| byte == b',');
            names.all(|name| {
                let name = name.trim_ascii();
                name.eq_ignore_ascii_case(b"content-type")
                    || name.eq_ignore_ascii_case(b"authorization")
            })
        })
}

pin_project! {
    #[project = DeciderProj]
    pub(crate) enum DeciderFuture<F> {
        Actual { #[pin] inner: F, allowed: Option<HeaderValue> },
        Preflight { is_allowed: bool },
    }
}

impl<F, B: Default, E> Future for DeciderFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = match self.project() {
            DeciderProj::Preflight { is_allowed } => {
                let mut response = Response::new(B::default());
                if *is_allowed {
                    *response.status_mut() = StatusCode::NO_CONTENT;
                    response.headers_mut().clone_from(&ANSWER);
                } else {
                    *response.status_mut() = StatusCode::FORBIDDEN;
                    response.headers_mut().insert(VARY, value::VARY_PREFLIGHT);
                }
                response
            }
            DeciderProj::Actual { inner, allowed } => {
                let mut response = ready!(inner.poll(cx))?;
                let headers = response.headers_mut();
                if let Some(origin) = allowed.take() {
                    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, value::TRUE);
                    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, value::EXPOSED);
                }
                headers.append(VARY, value::VARY);
                response
            }
        };
        Poll::Ready(Ok(response))
    }
}
