//! Each check of a request, in words.

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD};
use http::{HeaderMap, HeaderValue, Method};

use super::outcome::outcome;
use super::{Check, Explanation, NearMiss, Subject};
use crate::config::{AllowHeaders, CorsConfig};
use crate::origin::PatternKind;
use crate::policy::{Decision, DenyReason, Lines, Policy, RequestKind, asks_private_network};
use crate::text::Escaped;

/// So many entries are compared to explain, at most: a few tenths of a second.
const MOST_ENTRIES: usize = 100_000;
/// And to log a denial, which clients can cause as often as they like: a few milliseconds.
const MOST_LOGGED_ENTRIES: usize = 1_000;

impl Decision<'_> {
    /// Explains the decision.
    ///
    /// It looks at the entries of the policy (of a very long list, at the first
    /// 100,000) and allocates; it is for people, not for each request.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        self.explain_within(MOST_ENTRIES)
    }

    /// The cause of a denial, for the log and the debug header.
    pub(crate) fn cause(&self) -> Option<String> {
        let explanation = self.explain_within(MOST_LOGGED_ENTRIES);
        explanation.cause().map(str::to_owned)
    }

    fn explain_within(&self, most_entries: usize) -> Explanation {
        let (decision, policy) = (self, self.policy);
        let headers = decision.head.headers;
        let mut explanation = Explanation {
            method: self.head().method().to_string(),
            origin: decision.origin().map(shown),
            kind: decision.kind(),
            allowed: decision.is_allowed(),
            exempt: decision.is_exempt(),
            checks: Vec::new(),
            matched: decision.matched_index(),
            near_miss: None,
            outcome: outcome(decision),
        };
        if let Some(reason) = decision.not_served() {
            explanation.push(Subject::Server, false, reason.to_string());
            return explanation;
        }
        if decision.kind() == RequestKind::NotCors {
            return explanation;
        }
        explanation.check_origin(decision, most_entries);
        if decision.kind() == RequestKind::Actual {
            let method = self.head().method();
            let checked = policy.0.methods.check(method);
            explanation.check_method(policy, checked, method.as_str());
            if method == Method::OPTIONS && !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
                explanation.say_how_to_preflight();
            }
        } else {
            let method = Lines::of(headers, ACCESS_CONTROL_REQUEST_METHOD).only();
            let text = method.map(shown).unwrap_or_default();
            explanation.check_method(policy, policy.0.methods.check_requested(method), &text);
            explanation.check_headers(policy, headers);
            if asks_private_network(headers) {
                let checked = policy.check_private_network(true);
                let detail = match checked {
                    Ok(()) => "allow_private_network is set".to_owned(),
                    Err(reason) => reason.to_string(),
                };
                explanation.push(Subject::PrivateNetwork, checked.is_ok(), detail);
            }
        }
        explanation
    }
}

impl Explanation {
    fn push(&mut self, subject: Subject, passed: bool, detail: String) {
        self.checks.push(Check {
            subject,
            passed,
            detail,
        });
    }

    fn check_origin(&mut self, decision: &Decision<'_>, most_entries: usize) {
        let policy = decision.policy;
        if policy.0.any_origin.is_some() {
            self.push(Subject::Origin, true, "`*` allows any".to_owned());
            return;
        }
        if let (Some(index), Some(entry)) = (decision.matched_index(), decision.matched()) {
            self.push(
                Subject::Origin,
                true,
                match entry.kind {
                    PatternKind::Predicate(_) => format!(
                        "the function at place {index} of allow_origins, duplicates left out, \
                         allows it"
                    ),
                    _ => format!("`{entry}` of allow_origins matches"),
                },
            );
            return;
        }
        let Some(reason) = decision.deny_reason() else {
            return;
        };
        let mut detail = reason.to_string();
        let origin = decision.origin().and_then(|origin| origin.to_str().ok());
        if !matches!(
            reason,
            DenyReason::SeveralOrigins | DenyReason::OriginOutsideBorder(_)
        ) {
            self.near_miss = origin.and_then(|origin| NearMiss::find(policy, origin, most_entries));
        }
        if let Some(near) = &self.near_miss {
            detail = format!("{detail}; {near}");
        } else if origin == Some("null") {
            detail.push_str("; this is what sandboxed frames and pages from files have");
        }
        self.push(Subject::Origin, false, detail);
    }

    fn check_method(&mut self, policy: &Policy, checked: Result<(), DenyReason<'_>>, asked: &str) {
        let listed = &policy.0.config.allow_methods;
        let detail = match checked {
            Ok(()) if listed.iter().any(|method| method == "*") => "`*` allows any".to_owned(),
            Ok(()) => format!("`{asked}` is listed"),
            Err(DenyReason::MethodNotAllowed) => {
                let upper = asked.to_ascii_uppercase();
                match listed
                    .iter()
                    .find(|method| method.eq_ignore_ascii_case(&upper))
                {
                    Some(method) => {
                        format!("`{asked}` is not listed; `{method}` is, and case matters")
                    }
                    None => format!(
                        "`{asked}` is not listed; allow_methods has {}",
                        list(listed)
                    ),
                }
            }
            Err(reason) => reason.to_string(),
        };
        self.push(Subject::Method, checked.is_ok(), detail);
    }

    /// People try `OPTIONS` by hand, and forget what makes it a preflight.
    fn say_how_to_preflight(&mut self) {
        // The line is made to be pasted: an origin must not end its quotes.
        let is_plain = |origin: &&str| {
            let mut bytes = origin.bytes();
            bytes.all(|b| b.is_ascii_alphanumeric() || b":/.-_[]".contains(&b))
        };
        let origin = self.origin.as_deref().filter(is_plain).unwrap_or("ORIGIN");
        if let Some(check) = self.checks.last_mut() {
            check.detail = format!(
                "{}; this is no preflight; one is `curl -i -X OPTIONS URL -H 'Origin: {origin}' \
                 -H 'Access-Control-Request-Method: GET'`",
                check.detail
            );
        }
    }

    fn check_headers(&mut self, policy: &Policy, headers: &HeaderMap) {
        let checked = policy.check_requested_headers(headers);
        let asked = headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
        let asked: Vec<_> = asked.map(shown).collect();
        let detail = match checked {
            Ok(()) if asked.is_empty() => "none are asked for".to_owned(),
            Ok(()) => format!("`{}` is covered", asked.join(", ")),
            Err(DenyReason::HeaderNotAllowed(name)) => not_covered(name, &policy.0.config),
            Err(reason) => reason.to_string(),
        };
        self.push(Subject::Headers, checked.is_ok(), detail);
    }
}

fn not_covered(name: &str, config: &CorsConfig) -> String {
    match &config.allow_headers {
        AllowHeaders::List(names) if names.iter().any(|name| name == "*") => {
            format!("`*` does not cover `{name}`; list it beside it")
        }
        AllowHeaders::List(names) if !names.is_empty() => {
            format!("`{name}` is not covered; allow_headers has {}", list(names))
        }
        _ => format!("`{name}` is not covered; allow_headers is empty"),
    }
}

fn shown(value: &HeaderValue) -> String {
    Escaped(value).to_string()
}

fn list(names: &[String]) -> String {
    format!("`{}`", names.join("`, `"))
}
