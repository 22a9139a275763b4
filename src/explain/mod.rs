//! Explains in words what a policy decides about a request, and why.
//!
//! [`Decision::explain`](crate::Decision::explain) makes an [`Explanation`].
//!
//! This room uses `policy`, `config`, `origin` and `text`. To read: `checks` makes the
//! explanation, check by check; `outcome` says who answers; `near_miss` finds the nearest
//! entry, by the `difference` of each.

mod checks;
mod difference;
mod near_miss;
mod outcome;

use std::fmt;

pub use difference::Difference;
pub use near_miss::NearMiss;

use crate::policy::RequestKind;

/// A decision about a request, check by check, in the order of Fetch. Its `Display` is
/// meant for people.
///
/// ```
/// use http::Request;
/// use tower_cors::CorsConfig;
///
/// let policy = CorsConfig::new(["https://*.example.com"]).compile()?;
/// let request = Request::get("/").header("origin", "https://example.com").body(())?;
/// assert_eq!(
///     policy.decide(&request).explain().to_string(),
///     "GET from `https://example.com` is an actual request: denied\n\
///      - origin: denied, no entry of allow_origins matches; the nearest is \
///        `https://*.example.com`, which matches subdomains only; \
///        to allow this too, list `https://example.com` beside it\n\
///      - method: allowed, `GET` is listed\n\
///      it is left to the service, and the page cannot read the response\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    method: String,
    origin: Option<String>,
    kind: RequestKind,
    allowed: bool,
    exempt: bool,
    checks: Vec<Check>,
    matched: Option<usize>,
    near_miss: Option<NearMiss>,
    outcome: String,
}

/// One check of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    subject: Subject,
    passed: bool,
    detail: String,
}

/// The subject of a [`Check`].
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
    /// The server that the request is meant for, and the page that may send it there.
    Server,
}

impl Explanation {
    /// The kind of request.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }

    /// The policy allows it. A request without an origin is neither allowed nor denied:
    /// `false`.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.allowed
    }

    /// [Server enforcement](crate::Enforcement::Server) lets it pass although it is denied,
    /// because it comes from the server's own origin.
    #[must_use]
    pub fn is_exempt(&self) -> bool {
        self.exempt
    }

    /// All checks, those after a failed one included.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The cause of a denial in one line: the detail of the first check that failed.
    ///
    /// It is what the log and the debug header say.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        let failed = self.checks.iter().find(|check| !check.passed);
        failed.map(Check::detail)
    }

    /// The place in `allow_origins`, of
    /// [`Policy::config`](crate::Policy::config), that allows the origin.
    /// Where a list names something twice, its places are not those of the file.
    #[must_use]
    pub fn matched(&self) -> Option<usize> {
        self.matched
    }

    /// The entry that nearly allows the origin, if none does.
    #[must_use]
    pub fn near_miss(&self) -> Option<&NearMiss> {
        self.near_miss.as_ref()
    }

    /// The consequence: who answers, and what the browser makes of it.
    #[must_use]
    pub fn outcome(&self) -> &str {
        &self.outcome
    }
}

impl Check {
    /// The subject of the check.
    #[must_use]
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// It passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.passed
    }

    /// The reason, in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match (self.allowed, self.exempt) {
            (true, _) => "allowed",
            (false, true) => "denied, but exempt as the server's own origin",
            (false, false) => "denied",
        };
        let method = &self.method;
        match (&self.origin, self.kind) {
            (None, _) => writeln!(f, "{method} without an `Origin` is not a CORS request")?,
            (Some(origin), RequestKind::NotCors) => {
                writeln!(f, "{method} from `{origin}`: the policy is switched off")?;
            }
            (Some(origin), RequestKind::Preflight) => {
                writeln!(f, "{method} from `{origin}` is a preflight: {verdict}")?;
            }
            (Some(origin), _) => {
                writeln!(
                    f,
                    "{method} from `{origin}` is an actual request: {verdict}"
                )?;
            }
        }
        for check in &self.checks {
            writeln!(f, "- {check}")?;
        }
        writeln!(f, "it is {}", self.outcome)
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
            Subject::Server => "server",
        })
    }
}
