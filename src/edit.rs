//! What happens to the headers of a response.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    SET_COOKIE, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::action::DEBUG_HEADER;
use crate::policy::{Expose, Policy};
use crate::vary::Vary;

static ANY: HeaderValue = HeaderValue::from_static("*");

/// What is to happen to the headers of the application's response.
///
/// It owns all that it needs; it does not hold the policy.
#[derive(Debug)]
#[must_use]
pub struct ResponseEdit {
    /// `None` leaves the response as it is.
    edit: Option<Edit>,
    /// What the choice of the policy depends on.
    vary: Option<Arc<Vary>>,
    /// What tells the decision. Boxed, for it is rare.
    told: Option<Box<HeaderValue>>,
}

#[derive(Debug)]
struct Edit {
    added: Added,
    vary: Option<&'static Vary>,
    keeps_inner: bool,
}

/// The headers that are added beside `Vary`.
#[derive(Debug)]
enum Added {
    Nothing,
    /// Those of a response that is shared with an origin, or with `*`.
    Share {
        origin: HeaderValue,
        credentials: bool,
        expose: Expose,
    },
    /// Those of a preflight's answer.
    Preflight(Box<HeaderMap>),
}

impl ResponseEdit {
    /// The response stays as it is.
    pub(crate) fn untouched() -> Self {
        ResponseEdit {
            edit: None,
            vary: None,
            told: None,
        }
    }

    pub(crate) fn share_with(policy: &Policy, origin: &HeaderValue) -> Self {
        let added = Added::Share {
            origin: origin.clone(),
            credentials: policy.0.config.allow_credentials,
            expose: policy.0.expose.clone(),
        };
        ResponseEdit::new(policy, added, policy.0.vary)
    }

    pub(crate) fn share_with_all(policy: &Policy) -> Self {
        ResponseEdit::share_with(policy, &ANY)
    }

    pub(crate) fn withhold(policy: &Policy) -> Self {
        ResponseEdit::new(policy, Added::Nothing, policy.0.vary)
    }

    pub(crate) fn decorate(policy: &Policy, headers: HeaderMap) -> Self {
        let added = Added::Preflight(Box::new(headers));
        ResponseEdit::new(policy, added, Some(policy.0.preflight.vary))
    }

    fn new(policy: &Policy, added: Added, vary: Option<&'static Vary>) -> Self {
        let keeps_inner = policy.keeps_inner_headers();
        ResponseEdit {
            edit: Some(Edit {
                added,
                vary,
                keeps_inner,
            }),
            vary: None,
            told: None,
        }
    }

    /// Edits the headers of a response, whatever its status.
    ///
    /// Unless the policy keeps them, all `Access-Control-*` headers that are
    /// there are removed. Names are merged into `Vary`, never removed. In a
    /// map that cannot grow any more, the headers are left out: the browser
    /// then denies.
    pub fn apply(self, headers: &mut HeaderMap) {
        if let Some(edit) = self.edit {
            edit.apply(headers);
        }
        if let Some(vary) = self.vary {
            vary.merge_into(headers);
        }
        if let Some(told) = self.told {
            let _ = headers.try_insert(&DEBUG_HEADER, *told);
        }
    }

    pub(crate) fn vary_on(&mut self, vary: Arc<Vary>) {
        self.vary = Some(vary);
    }

    pub(crate) fn tell(&mut self, told: HeaderValue) {
        self.told = Some(Box::new(told));
    }
}

impl Edit {
    fn apply(self, headers: &mut HeaderMap) {
        let (mut is_controlled, mut is_shared, mut varies) = (false, false, false);
        for name in headers.keys() {
            is_controlled |= is_access_control(name);
            is_shared |= *name == ACCESS_CONTROL_ALLOW_ORIGIN;
            varies |= *name == VARY;
        }
        let keeps_inner = self.keeps_inner && is_shared;
        if !keeps_inner {
            if is_controlled {
                remove_access_control(headers);
            }
            self.added.insert_into(headers);
        }
        match self.vary {
            Some(vary) if varies => vary.merge_into(headers),
            Some(vary) => drop(headers.try_insert(VARY, vary.value().clone())),
            None => {}
        }
    }
}

impl Added {
    /// It is tempting to reserve, but at most four headers are added, so the
    /// map grows at most once by itself; and an empty one becomes larger.
    fn insert_into(self, headers: &mut HeaderMap) {
        match self {
            Added::Nothing => {}
            Added::Share {
                origin,
                credentials,
                expose,
            } => {
                let exposed = match expose {
                    Expose::Nothing => None,
                    Expose::Value(value) => Some(value),
                    Expose::Present => present_names(headers),
                };
                let _ = headers.try_insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                if credentials {
                    let _ = headers.try_insert(
                        ACCESS_CONTROL_ALLOW_CREDENTIALS,
                        const { HeaderValue::from_static("true") },
                    );
                }
                if let Some(exposed) = exposed {
                    let _ = headers.try_insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
                }
            }
            Added::Preflight(added) => {
                for (name, value) in added.iter().filter(|(name, _)| *name != VARY) {
                    let _ = headers.try_insert(name, value.clone());
                }
            }
        }
    }
}

fn is_access_control(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

#[cold]
fn remove_access_control(headers: &mut HeaderMap) {
    let names: Vec<_> = headers
        .keys()
        .filter(|name| is_access_control(name))
        .cloned()
        .collect();
    for name in names {
        headers.remove(name);
    }
}

/// The names that `*` stands for where browsers take it for a name: those of
/// the response, but for what they show anyway or never.
#[cold]
fn present_names(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut list = String::new();
    for name in headers
        .keys()
        .filter(|name| !is_shown_anyway(name.as_str()) && !is_hidden(name))
    {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(name.as_str());
    }
    HeaderValue::try_from(list)
        .ok()
        .filter(|list| !list.is_empty())
}

/// ([Fetch, CORS-safelisted response-header name](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name))
pub(crate) fn is_shown_anyway(name: &str) -> bool {
    matches!(
        name,
        "cache-control"
            | "content-language"
            | "content-length"
            | "content-type"
            | "expires"
            | "last-modified"
            | "pragma"
    )
}

/// ([Fetch, forbidden response-header name](https://fetch.spec.whatwg.org/#forbidden-response-header-name))
pub(crate) fn is_hidden(name: &HeaderName) -> bool {
    *name == SET_COOKIE || name.as_str() == "set-cookie2"
}
