//! In what an origin differs from an entry.

use crate::origin::{Host, Origin, Pattern, PatternFault, Port, is_public_suffix};
use crate::text::distance_within;

/// More changes are no slip.
const MOST_EDITS: usize = 2;
/// One change in so many bytes is a slip.
const BYTES_PER_EDIT: usize = 6;

/// The names by which a machine calls itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

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
    /// The scheme and the port.
    SchemeAndPort,
    /// Both hosts are names of the machine itself, such as `localhost` and
    /// `127.0.0.1`.
    Loopback,
    /// The entry matches subdomains of this very host.
    Apex,
    /// The entry is a subdomain of this very host.
    Parent,
    /// It is a subdomain of the entry's host.
    Subdomain,
    /// It has more labels than an in-label pattern matches.
    Labels,
    /// Its leftmost label is not of the form that an in-label pattern matches.
    Label,
    /// A few letters.
    Spelling,
    /// Only the end of its host is the entry's, without a dot before it.
    Suffix,
    /// Its host begins with the entry's host, and goes on.
    Prefix,
    /// Another host of the same domain.
    Sibling,
}

impl Difference {
    /// The difference that keeps the pattern from matching, if it is small.
    pub(super) fn between(pattern: &Pattern<'_>, origin: &Origin<'_>) -> Option<Self> {
        let same_scheme = pattern.scheme == origin.scheme();
        let same_port = match pattern.port {
            Port::Any => true,
            Port::Exact(port) => port == origin.port(),
        };
        if !pattern.host.matches(origin.host()) {
            let host = || host_difference(&pattern.host, origin.host());
            return (same_scheme && same_port).then(host)?;
        }
        match (same_scheme, same_port) {
            // Any host of another scheme is far from this one.
            (false, _) if pattern.host == Host::Any => None,
            (false, true) => Some(Difference::Scheme),
            (true, false) => Some(Difference::Port),
            (false, false) => Some(Difference::SchemeAndPort),
            (true, true) => None,
        }
    }
}

fn host_difference(pattern: &Host<'_>, host: &str) -> Option<Difference> {
    let dotless = host.strip_suffix('.');
    if dotless.is_some_and(|host| pattern.matches(host)) {
        return Some(Difference::TrailingDot);
    }
    let (base, is_exact) = match *pattern {
        Host::Any => return None,
        Host::Exact(base) => (base, true),
        Host::Subdomains { base } | Host::InLabel { base, .. } if host == base => {
            return Some(Difference::Apex);
        }
        Host::Subdomains { base } => (base, false),
        Host::InLabel { base, .. } => {
            let labels = host.strip_suffix(base)?.strip_suffix('.')?;
            return Some(match labels.contains('.') {
                true => Difference::Labels,
                false => Difference::Label,
            });
        }
    };
    if LOOPBACK.contains(&base) && LOOPBACK.contains(&host) {
        return Some(Difference::Loopback);
    }
    match host.strip_suffix(base) {
        Some(rest) if is_exact && rest.ends_with('.') => return Some(Difference::Subdomain),
        Some(_) => return Some(Difference::Suffix),
        None if goes_on_with_dot(host, base) => return Some(Difference::Prefix),
        None => {}
    }
    if !is_exact || is_address(base) || is_address(host) {
        return None;
    }
    let parent = base
        .strip_suffix(host)
        .and_then(|rest| rest.strip_suffix('.'));
    if parent.is_some() && !is_public_suffix(host) {
        return Some(Difference::Parent);
    }
    let most = MOST_EDITS.min(base.len().min(host.len()) / BYTES_PER_EDIT);
    if distance_within(host, base, most).is_some() {
        return Some(Difference::Spelling);
    }
    let shared = shared_domain(host, base)?;
    (!is_public_suffix(shared)).then_some(Difference::Sibling)
}

fn goes_on_with_dot(host: &str, base: &str) -> bool {
    host.strip_prefix(base)
        .is_some_and(|rest| rest.starts_with('.'))
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// The labels that both hosts end in.
fn shared_domain<'a>(host: &'a str, other: &str) -> Option<&'a str> {
    let labels = std::iter::zip(host.rsplit('.'), other.rsplit('.'));
    let same = labels.take_while(|(a, b)| a == b).map(|(a, _)| a.len() + 1);
    let len = same.sum::<usize>().checked_sub(1)?;
    host.get(host.len().checked_sub(len)?..)
}
