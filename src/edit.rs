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

/// What is to happen to the headers of the application's response.
///
/// It owns all that it needs; it does not hold the policy.
#[derive(Debug, Default)]
#[must_use]
pub struct ResponseEdit {
    /// Whether anything but `choice` and `told` is done.
    edits: bool,
    /// Whether headers of the application stand if it shares the response.
    keeps_inner: bool,
    /// Whom the response is shared with: an origin, or `*`.
    origin: Option<HeaderValue>,
    credentials: bool,
    exposed: Option<HeaderValue>,
    exposes_present: bool,
    /// The headers of a preflight's answer, of which there are few.
    preflight: Option<Box<HeaderMap>>,
    vary: Option<&'static Vary>,
    /// What the choice of the policy depends on.
    choice: Option<Arc<Vary>>,
    /// What tells the decision.
    told: Option<Box<HeaderValue>>,
}

impl ResponseEdit {
    /// The response stays as it is.
    pub(crate) fn untouched() -> Self {
        ResponseEdit::default()
    }

    #[inline]
    pub(crate) fn share_with(policy: &Policy, origin: &HeaderValue) -> Self {
        let expose = &policy.0.expose;
        ResponseEdit {
            origin: Some(origin.clone()),
            credentials: policy.0.config.allow_credentials,
            exposed: match expose {
                Expose::Value(value) => Some(value.clone()),
                Expose::Nothing | Expose::Present => None,
            },
            exposes_present: matches!(expose, Expose::Present),
            ..ResponseEdit::withhold(policy)
        }
    }

    #[inline]
    pub(crate) fn withhold(policy: &Policy) -> Self {
        ResponseEdit {
            edits: true,
            keeps_inner: policy.keeps_inner_headers(),
            vary: policy.0.vary,
            ..ResponseEdit::default()
        }
    }

    pub(crate) fn decorate(policy: &Policy, headers: HeaderMap) -> Self {
        ResponseEdit {
            preflight: Some(Box::new(headers)),
            vary: Some(policy.0.preflight.vary),
            ..ResponseEdit::withhold(policy)
        }
    }

    /// The response to a preflight stays as it is, but for what tells of it.
    pub(crate) fn leave(policy: &Policy) -> Self {
        ResponseEdit {
            vary: Some(policy.0.preflight.vary),
            ..ResponseEdit::default()
        }
    }

    /// Edits the headers of a response, whatever its status.
    ///
    /// Unless the policy keeps them, all `Access-Control-*` headers that are
    /// there are removed. Names are merged into `Vary`, never removed. In a
    /// map that cannot grow any more, the headers are left out: the browser
    /// then denies.
    pub fn apply(mut self, headers: &mut HeaderMap) {
        self.apply_once(headers);
    }

    /// The same in place, for an edit is dear to move.
    pub(crate) fn apply_once(&mut self, headers: &mut HeaderMap) {
        if self.edits {
            self.edit(headers);
        }
        if let Some(choice) = &self.choice {
            choice.merge_into(headers);
        }
        if let Some(told) = &self.told {
            insert(headers, DEBUG_HEADER.clone(), HeaderValue::clone(told));
            if let Some(vary) = self.vary {
                vary.merge_into(headers);
            }
        }
    }

    pub(crate) fn vary_on(&mut self, choice: Arc<Vary>) {
        self.choice = Some(choice);
    }

    pub(crate) fn tell(&mut self, told: HeaderValue) {
        self.told = Some(Box::new(told));
    }

    #[inline]
    fn edit(&mut self, headers: &mut HeaderMap) {
        let (mut is_controlled, mut varies) = (false, false);
        for name in headers.keys() {
            varies |= *name == VARY;
            is_controlled |= is_access_control(name);
        }
        let keeps_inner =
            is_controlled && self.keeps_inner && headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
        if !keeps_inner {
            if is_controlled {
                remove_access_control(headers);
            }
            self.add(headers);
        }
        match self.vary {
            Some(vary) if varies => vary.merge_into(headers),
            Some(vary) => insert(headers, VARY, vary.value().clone()),
            None => {}
        }
    }

    /// It is tempting to reserve, but at most four headers are added, so the
    /// map grows at most once by itself; and an empty one becomes larger.
    #[inline]
    fn add(&mut self, headers: &mut HeaderMap) {
        if let Some(origin) = self.origin.take() {
            if self.exposes_present {
                self.exposed = present_names(headers);
            }
            insert(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            if self.credentials {
                insert(
                    headers,
                    ACCESS_CONTROL_ALLOW_CREDENTIALS,
                    const { HeaderValue::from_static("true") },
                );
            }
            if let Some(exposed) = self.exposed.take() {
                insert(headers, ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
            }
        } else if let Some(added) = self.preflight.take() {
            for (name, value) in added.iter().filter(|(name, _)| *name != VARY) {
                insert(headers, name.clone(), value.clone());
            }
        }
    }
}

/// A map that cannot grow any more stays as it is.
pub(crate) fn insert(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    let _ = headers.try_insert(name, value);
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
