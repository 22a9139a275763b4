//! The headers that a policy gives to the application's responses.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    SET_COOKIE, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::compiled::{Expose, Policy};
use super::notice::Notice;
use super::vary::Vary;
use crate::config::InnerHeaders;

/// Says what was decided, in policies with `debug`.
pub(super) static DEBUG_HEADER: HeaderName = HeaderName::from_static("x-cors-debug");

/// Edits the headers of the application's response.
///
/// It holds the policy and the request's origin.
#[derive(Debug)]
#[must_use]
pub struct ResponseEdit {
    pub(super) policy: Policy,
    pub(super) step: Step,
    pub(super) vary: Option<&'static Vary>,
    /// Boxed because few responses need it.
    pub(super) extra: Option<Box<Extra>>,
}

#[derive(Debug)]
pub(super) enum Step {
    /// The application's headers stand.
    Leave { is_preflight: bool },
    /// The page may read the response, which is shared with this origin or `*`.
    Share(HeaderValue),
    /// The page may not read the response.
    Withhold { is_preflight: bool },
    /// The answer to a preflight gets the lists of what is allowed.
    List {
        lists: Box<HeaderMap>,
        is_allowed: bool,
    },
}

#[derive(Debug, Default)]
pub(super) struct Extra {
    debug: Option<HeaderValue>,
    /// The request headers that the choice of the policy depends on.
    choice: Option<Arc<Vary>>,
}

impl Extra {
    #[cold]
    fn notice(&mut self, notice: Notice) {
        if let Some(debug) = &mut self.debug {
            let text = String::from_utf8_lossy(debug.as_bytes());
            if let Ok(text) = HeaderValue::try_from(format!("{text}; {notice}")) {
                *debug = text;
            }
        }
    }
}

impl ResponseEdit {
    #[cold]
    pub(super) fn vary_on(&mut self, choice: Arc<Vary>) {
        self.extra.get_or_insert_default().choice = Some(choice);
    }

    #[cold]
    pub(super) fn debug(&mut self, text: HeaderValue) {
        self.extra.get_or_insert_default().debug = Some(text);
    }

    /// Edits the headers of the application's response, whatever its status.
    ///
    /// All `Access-Control-*` headers that are there are removed, unless the policy leaves
    /// them to the application. Names are merged into `Vary`, never removed. If the map has
    /// no room for all of `Vary`, the response is not shared, so that no cache gives it to
    /// another page.
    #[inline]
    pub fn apply(self, headers: &mut HeaderMap) {
        self.apply_to(headers, None, |_, _| {});
    }

    /// Edits the headers, and reports the mistakes that they and the status reveal.
    #[inline]
    pub(crate) fn apply_to(
        mut self,
        headers: &mut HeaderMap,
        status: Option<StatusCode>,
        tell: impl Fn(&Policy, Notice),
    ) {
        let tell = |policy: &Policy, extra: Option<&mut Extra>, notice| {
            if let Some(extra) = extra {
                extra.notice(notice);
            }
            tell(policy, notice);
        };
        let (mut is_controlled, mut varies) = (false, false);
        for name in headers.keys() {
            varies |= *name == VARY;
            is_controlled |= is_access_control(name);
        }
        if let Step::List { .. }
        | Step::Leave { is_preflight: true }
        | Step::Withhold { is_preflight: true } = self.step
        {
            if let Some(notice) = status.and_then(Notice::of_answer) {
                tell(&self.policy, self.extra.as_deref_mut(), notice);
            }
        }
        let is_kept = is_controlled && self.keeps_inner(headers);
        if is_controlled && !is_kept {
            remove_access_control(headers);
            // Where the application may set them, it is no mistake that it does.
            if self.policy.config().inner_headers == InnerHeaders::Replace {
                tell(&self.policy, self.extra.as_deref_mut(), Notice::Replaced);
            }
        }
        let policy = &self.policy.0;
        let exposed = match (&self.step, &policy.expose) {
            (Step::Share(_), Expose::Value(value)) => Some(value.clone()),
            (Step::Share(_), Expose::Present) => present_names(headers),
            _ => None,
        };
        let is_varied = match self.vary {
            Some(vary) if varies => vary.merge_into(headers),
            Some(vary) => headers.try_insert(VARY, vary.value().clone()).is_ok(),
            None => true,
        };
        // Without all of its `Vary`, a cache could give the response to another page.
        if !(is_varied && self.varies_on_choice(headers)) && policy.config.enabled {
            return remove_access_control(headers);
        }
        // A map that cannot grow any more stays as it is. It is tempting to reserve, but at
        // most four headers are added, so the map grows at most once by itself.
        let mut insert = |name: HeaderName, value| drop(headers.try_insert(name, value));
        match self.step {
            Step::Share(origin) if !is_kept => {
                insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                if policy.config.allow_credentials {
                    let value = const { HeaderValue::from_static("true") };
                    insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, value);
                }
                if let Some(exposed) = exposed {
                    insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
                }
            }
            Step::List { lists, .. } if !is_kept => {
                for (name, value) in lists.iter().filter(|(name, _)| *name != VARY) {
                    insert(name.clone(), value.clone());
                }
            }
            _ => {}
        }
        if let Some(debug) = self.extra.and_then(|extra| extra.debug) {
            insert(DEBUG_HEADER.clone(), debug);
        }
    }

    /// Adds what the choice of the policy depends on to `Vary`; `false` if it has no room.
    #[inline]
    fn varies_on_choice(&self, headers: &mut HeaderMap) -> bool {
        let choice = self.extra.as_ref().and_then(|extra| extra.choice.as_ref());
        choice.is_none_or(|choice| choice.merge_into(headers))
    }

    /// The application's headers stand: those of a preflight that is left to it, and those
    /// of a response that the policy allows and leaves to it.
    #[cold]
    fn keeps_inner(&self, headers: &HeaderMap) -> bool {
        match self.step {
            Step::Leave { .. } => true,
            Step::Share(_)
            | Step::List {
                is_allowed: true, ..
            } => {
                self.policy.config().inner_headers == InnerHeaders::Keep
                    && headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
            }
            _ => false,
        }
    }
}

/// Goes by the prefix, because browsers may know more CORS headers than have a constant.
#[inline]
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

/// The names to send where browsers would take `*` for a name: all headers of
/// the response but those that pages can always or never read.
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
fn is_hidden(name: &HeaderName) -> bool {
    *name == SET_COOKIE || name.as_str() == "set-cookie2"
}
