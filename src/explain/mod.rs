//! What a policy decides about a request, and why, in words.

mod near_miss;

use std::fmt;

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD};
use http::{HeaderMap, HeaderValue, Method};

pub use near_miss::{Difference, NearMiss};

use crate::config::{AllowHeaders, CorsConfig};
use crate::decision::{Decision, DenyReason, RequestKind, Verdict};
use crate::escape::Escaped;
use crate::policy::{Grant, Policy};

/// What a policy decides about a request, check by check, in the order of
/// Fetch. Its `Display` is meant for people.
///
/// ```
/// use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
/// use tower_cors::CorsConfig;
///
/// let policy = CorsConfig::new(["https://*.example.com"]).compile()?;
/// let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("https://example.com"))]);
/// assert_eq!(
///     policy.explain(&Method::GET, &headers).to_string(),
///     "GET from `https://example.com` is an actual request: denied\n\
///      - origin: denied, no entry of allow_origins matches; the nearest is allow_origins[0] \
///        `https://*.example.com`, which matches subdomains only; \
///        list `https://example.com` beside it\n\
///      - method: allowed, `GET` is listed\n"
/// );
/// # Ok::<(), tower_cors::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    method: String,
    origin: Option<String>,
    kind: RequestKind,
    allowed: bool,
    checks: Vec<Check>,
    matched: Option<usize>,
    near_miss: Option<NearMiss>,
}

/// One check of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    subject: Subject,
    passed: bool,
    detail: String,
}

/// What a [`Check`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// The `Origin`.
    Origin,
    /// The method, or the one that a preflight asks for.
    Method,
    /// The headers that a preflight asks for.
    Headers,
    /// Access to a private network, if a preflight asks for it.
    PrivateNetwork,
}

impl Explanation {
    /// What kind of request it is.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }

    /// Whether the policy allows it. A request without an origin is not
    /// allowed and not denied: `false`.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.allowed
    }

    /// All checks, those after a failed one included.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The place in `allow_origins`, of [`Policy::config`], that allows the
    /// origin.
    #[must_use]
    pub fn matched(&self) -> Option<usize> {
        self.matched
    }

    /// The entry that nearly allows the origin, if none does.
    #[must_use]
    pub fn near_miss(&self) -> Option<&NearMiss> {
        self.near_miss.as_ref()
    }
}

impl Check {
    /// What is checked.
    #[must_use]
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// Whether it passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.passed
    }

    /// Why, in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.allowed { "allowed" } else { "denied" };
        let Some(origin) = &self.origin else {
            return writeln!(
                f,
                "{} without an `Origin` is not a CORS request",
                self.method
            );
        };
        let kind = match self.kind {
            RequestKind::Preflight => "a preflight",
            _ => "an actual request",
        };
        writeln!(f, "{} from `{origin}` is {kind}: {verdict}", self.method)?;
        self.checks
            .iter()
            .try_for_each(|check| writeln!(f, "- {check}"))
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.passed { "allowed" } else { "denied" };
        write!(f, "{}: {outcome}, {}", self.subject, self.detail)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Subject::Origin => "origin",
            Subject::Method => "method",
            Subject::Headers => "headers",
            Subject::PrivateNetwork => "private network",
        })
    }
}

impl Policy {
    /// Explains what [`decide`](Policy::decide) says about a request.
    ///
    /// It looks at all entries of the policy and allocates; it is for people,
    /// not for each request.
    #[must_use]
    pub fn explain(&self, method: &Method, headers: &HeaderMap) -> Explanation {
        let decision = self.decide(method, headers);
        let mut explanation = Explanation {
            method: method.to_string(),
            origin: decision.origin().map(shown),
            kind: decision.kind(),
            allowed: decision.is_allowed(),
            checks: Vec::new(),
            matched: decision.matched_index(),
            near_miss: None,
        };
        if decision.kind() == RequestKind::NotCors {
            return explanation;
        }
        explanation.check_origin(&decision);
        if decision.kind() == RequestKind::Actual {
            explanation.check_method(self, self.check_actual_method(method), method.as_str());
        } else {
            let mut asked = headers.get_all(ACCESS_CONTROL_REQUEST_METHOD).iter();
            let method = asked.next().filter(|_| asked.next().is_none());
            let text = method.map(shown).unwrap_or_default();
            explanation.check_method(self, self.check_asked_method(method), &text);
            explanation.check_headers(self, headers);
            if decision.asks_private_network {
                let checked = self.check_private_network(true);
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

    fn check_origin(&mut self, decision: &Decision<'_>) {
        let policy = decision.policy;
        if policy.0.grant == Grant::Everyone {
            self.push(Subject::Origin, true, "`*` allows any".to_owned());
            return;
        }
        if let (Some(index), Some(entry)) = (decision.matched_index(), decision.matched()) {
            self.push(
                Subject::Origin,
                true,
                format!("allow_origins[{index}] `{entry}` matches"),
            );
            return;
        }
        let Verdict::Denied(reason) = decision.verdict() else {
            return;
        };
        let mut detail = reason.to_string();
        let origin = decision.origin().and_then(|origin| origin.to_str().ok());
        if reason != DenyReason::SeveralOrigins {
            self.near_miss = origin.and_then(|origin| NearMiss::find(policy, origin));
        }
        if let Some(near) = &self.near_miss {
            detail = format!("{detail}; {near}");
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

    fn check_headers(&mut self, policy: &Policy, headers: &HeaderMap) {
        let checked = policy.check_asked_headers(headers);
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

impl fmt::Display for DenyReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DenyReason::SeveralOrigins => {
                "there are several `Origin` headers; a proxy or a client adds one, browsers send one"
            }
            DenyReason::OriginMalformed => "this is not how browsers send an origin",
            DenyReason::OriginNotAllowed => "no entry of allow_origins matches",
            DenyReason::MethodMalformed => {
                "`Access-Control-Request-Method` is not one method"
            }
            DenyReason::MethodForbidden => "scripts cannot send this method",
            DenyReason::MethodNotAllowed => "allow_methods does not list the method",
            DenyReason::HeadersMalformed => {
                "`Access-Control-Request-Headers` is not a list of names"
            }
            DenyReason::HeadersTooLong => {
                "`Access-Control-Request-Headers` is longer than any list that could be allowed"
            }
            DenyReason::HeaderForbidden(name) => {
                return write!(f, "scripts cannot set the header `{name}`");
            }
            DenyReason::HeaderNotAllowed(name) => {
                return write!(f, "allow_headers does not cover `{name}`");
            }
            DenyReason::PrivateNetworkNotAllowed => "allow_private_network is not set",
        })
    }
}
