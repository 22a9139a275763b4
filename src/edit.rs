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
/// It holds one reference to the policy, and a reference to the bytes of the
/// request's `Origin` if the response names it.
#[derive(Debug)]
#[must_use]
pub struct ResponseEdit {
    edit: Edit,
    /// What the choice of the policy depends on.
    vary: Option<Arc<Vary>>,
    /// What tells the decision. Boxed, for it is rare.
    told: Option<Box<HeaderValue>>,
}

#[derive(Debug)]
enum Edit {
    Untouched,
    /// Share the response with the origin, or with everyone.
    Share(Policy, Option<HeaderValue>),
    Withhold(Policy),
    /// Add the headers of a preflight's answer.
    Decorate(Policy, Box<HeaderMap>),
}

impl ResponseEdit {
    /// The response stays as it is.
    pub(crate) fn untouched() -> Self {
        Edit::Untouched.into()
    }

    pub(crate) fn share(policy: &Policy, origin: Option<&HeaderValue>) -> Self {
        Edit::Share(policy.clone(), origin.cloned()).into()
    }

    pub(crate) fn withhold(policy: &Policy) -> Self {
        Edit::Withhold(policy.clone()).into()
    }

    pub(crate) fn decorate(policy: &Policy, headers: HeaderMap) -> Self {
        Edit::Decorate(policy.clone(), Box::new(headers)).into()
    }

    /// Edits the headers of a response, whatever its status.
    ///
    /// Unless the policy keeps them, all `Access-Control-*` headers that are
    /// there are removed. Names are merged into `Vary`, never removed. In a
    /// map that cannot grow any more, the headers are left out: the browser
    /// then denies.
    pub fn apply(self, headers: &mut HeaderMap) {
        self.edit.apply(headers);
        if let Some(vary) = self.vary {
            vary.merge_into(headers);
        }
        if let Some(told) = self.told {
            let _ = headers.try_insert(DEBUG_HEADER.clone(), *told);
        }
    }

    pub(crate) fn vary_on(&mut self, vary: Arc<Vary>) {
        self.vary = Some(vary);
    }

    pub(crate) fn tell(&mut self, told: HeaderValue) {
        self.told = Some(Box::new(told));
    }
}

impl From<Edit> for ResponseEdit {
    fn from(edit: Edit) -> Self {
        ResponseEdit {
            edit,
            vary: None,
            told: None,
        }
    }
}

impl Edit {
    fn apply(&self, headers: &mut HeaderMap) {
        let (Edit::Share(policy, _) | Edit::Withhold(policy) | Edit::Decorate(policy, _)) = self
        else {
            return;
        };
        let kept = headers.keys().any(is_access_control) && {
            let keeps = policy.keeps_inner_headers();
            if !keeps {
                remove_access_control(headers);
            }
            keeps
        };
        let mut vary = policy.0.vary.as_ref();
        match self {
            Edit::Share(_, origin) if !kept => policy.share(headers, origin.as_ref()),
            Edit::Decorate(_, added) => {
                vary = Some(&policy.0.preflight.vary);
                let added = added.iter().filter(|(name, _)| !kept && *name != VARY);
                for (name, value) in added {
                    let _ = headers.try_insert(name, value.clone());
                }
            }
            _ => {}
        }
        if let Some(vary) = vary {
            vary.merge_into(headers);
        }
    }
}

impl Policy {
    fn share(&self, headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
        let exposed = match &self.0.expose {
            Expose::Nothing => None,
            Expose::Value(value) => Some(value.clone()),
            Expose::Present => present_names(headers),
        };
        // At most these three and `Vary`.
        let _ = headers.try_reserve(4);
        let origin = origin.unwrap_or(&ANY).clone();
        let _ = headers.try_insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.0.config.allow_credentials {
            let _ = headers.try_insert(
                ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
        }
        if let Some(exposed) = exposed {
            let _ = headers.try_insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
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
