//! The entry that an origin misses by least.

use std::fmt;

use crate::nearest::distance_within;
use crate::origin::{Host, Origin, OriginPattern, Pattern, PatternFault, Port, repair};
use crate::policy::Policy;

/// The entry of `allow_origins` that an origin misses by least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    index: usize,
    entry: String,
    difference: Difference,
}

/// In what an origin differs from the entry that nearly matches it, the
/// smallest difference first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Difference {
    /// It would match if it were written as browsers do.
    Form(PatternFault),
    /// It has a dot at its end.
    TrailingDot,
    /// The scheme.
    Scheme,
    /// The port.
    Port,
    /// The entry matches subdomains of this very host.
    Apex,
    /// It is a subdomain of the entry's host.
    Subdomain,
    /// It has more labels than an in-label pattern matches.
    Labels,
    /// Only the end of its host is the entry's, without a dot before it.
    Suffix,
    /// Its host begins with the entry's host, and goes on.
    Prefix,
    /// A few letters.
    Spelling,
}

impl NearMiss {
    /// The entry's place in `allow_origins`, of
    /// [`Policy::config`](crate::Policy::config).
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The entry, as written.
    #[must_use]
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// What differs.
    #[must_use]
    pub fn difference(&self) -> &Difference {
        &self.difference
    }

    /// The nearest entry for an origin that none matches.
    pub(super) fn find(policy: &Policy, text: &str) -> Option<Self> {
        let entries = &policy.0.config.allow_origins;
        let Some(origin) = Origin::parse(text) else {
            let fault = Pattern::parse(text).err()?;
            let repaired = repair(text)?;
            let found = policy.0.origins.find(repaired.as_bytes()).ok()?;
            let index = policy.0.origins.index(found, repaired.as_bytes())?;
            let entry = entries.get(index)?.to_string();
            return Some(NearMiss {
                index,
                entry,
                difference: Difference::Form(fault),
            });
        };
        let misses = entries.iter().enumerate().filter_map(|(index, entry)| {
            let OriginPattern::Text(entry) = entry else {
                return None;
            };
            let pattern = Pattern::parse(entry).ok()?;
            Some((difference(&pattern, &origin)?, index, entry))
        });
        let (difference, index, entry) = misses.min()?;
        Some(NearMiss {
            index,
            entry: entry.clone(),
            difference,
        })
    }
}

/// What keeps the pattern from matching, if it is one thing.
fn difference(pattern: &Pattern<'_>, origin: &Origin<'_>) -> Option<Difference> {
    let same_scheme = pattern.scheme == origin.scheme();
    let same_port = match pattern.port {
        Port::Any => true,
        Port::Exact(port) => port == origin.port(),
    };
    if !pattern.host.matches(origin.host()) {
        let host = host_difference(&pattern.host, origin.host())?;
        return (same_scheme && same_port).then_some(host);
    }
    match (same_scheme, same_port) {
        (false, true) => Some(Difference::Scheme),
        (true, false) => Some(Difference::Port),
        _ => None,
    }
}

fn host_difference(pattern: &Host<'_>, host: &str) -> Option<Difference> {
    if let Some(host) = host.strip_suffix('.')
        && pattern.matches(host)
    {
        return Some(Difference::TrailingDot);
    }
    let (base, is_exact) = match *pattern {
        Host::Any => return None,
        Host::Exact(base) => (base, true),
        Host::Subdomains { base } if host == base => return Some(Difference::Apex),
        Host::Subdomains { base } => (base, false),
        Host::InLabel { base, .. } => {
            let labels = host.strip_suffix(base)?.strip_suffix('.')?;
            return labels.contains('.').then_some(Difference::Labels);
        }
    };
    match host.strip_suffix(base) {
        Some(rest) if is_exact && rest.ends_with('.') => return Some(Difference::Subdomain),
        Some(_) => return Some(Difference::Suffix),
        None if host
            .strip_prefix(base)
            .is_some_and(|rest| rest.starts_with('.')) =>
        {
            return Some(Difference::Prefix);
        }
        None => {}
    }
    let near = is_exact && distance_within(host, base, 2).is_some();
    near.then_some(Difference::Spelling)
}

impl fmt::Display for NearMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NearMiss {
            index,
            entry,
            difference,
        } = self;
        write!(f, "the nearest is allow_origins[{index}] `{entry}`, ")?;
        match difference {
            Difference::Form(fault) => write!(f, "but {fault}"),
            Difference::TrailingDot => {
                f.write_str("but a host with a dot at its end is another host")
            }
            Difference::Scheme => f.write_str("from which the scheme differs"),
            Difference::Port => f.write_str("from which the port differs"),
            Difference::Apex => write!(
                f,
                "which matches subdomains only; list `{}` beside it",
                entry.replacen("*.", "", 1)
            ),
            Difference::Subdomain => write!(
                f,
                "which does not match its subdomains; list `{}` for them",
                entry.replacen("://", "://*.", 1)
            ),
            Difference::Labels => f.write_str("whose `*` matches no dot"),
            Difference::Suffix => {
                f.write_str("whose name it only ends in: it belongs to someone else")
            }
            Difference::Prefix => {
                f.write_str("whose name it only begins with: it belongs to someone else")
            }
            Difference::Spelling => f.write_str("which is spelled otherwise"),
        }
    }
}
