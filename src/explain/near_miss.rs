//! The entry that an origin misses by least.

use std::fmt;

use crate::nearest::distance_within;
use crate::origin::{
    Host, Origin, OriginPattern, Pattern, PatternFault, Port, is_public_suffix, repair,
};
use crate::policy::Policy;

/// So many entries are compared, at most: a few tenths of a second.
const MOST_ENTRIES: usize = 100_000;
/// More changes are no slip.
const MOST_EDITS: usize = 2;
/// One change in so many bytes is a slip.
const BYTES_PER_EDIT: usize = 6;

/// The names by which a machine calls itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The entry of `allow_origins` that an origin misses by least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    index: usize,
    entry: String,
    origin: String,
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

impl NearMiss {
    /// The entry's place in `allow_origins`, of
    /// [`Policy::config`](crate::Policy::config): not that in the file, where a
    /// list names something twice.
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
                origin: text.to_owned(),
                difference: Difference::Form(fault),
            });
        };
        let entries = entries.iter().take(MOST_ENTRIES).enumerate();
        let misses = entries.filter_map(|(index, entry)| {
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
            origin: text.to_owned(),
            difference,
        })
    }
}

/// What keeps the pattern from matching, if it is little.
fn difference(pattern: &Pattern<'_>, origin: &Origin<'_>) -> Option<Difference> {
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

/// Whether all names under a host are in the same hands.
fn owns_subdomains(host: &str) -> bool {
    host == "localhost" || !is_public_suffix(host)
}

impl fmt::Display for NearMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the nearest is `{}`, ", self.entry)?;
        if let Difference::Form(fault) = &self.difference {
            return write!(f, "but {fault}");
        }
        // Both were parsed when this was made.
        let (Ok(entry), Some(origin)) = (Pattern::parse(&self.entry), Origin::parse(&self.origin))
        else {
            return Ok(());
        };
        let schemes = (entry.scheme, origin.scheme());
        let ports = (PortName::of(entry.port), PortName(origin.port()));
        match &self.difference {
            Difference::Form(_) => Ok(()),
            Difference::TrailingDot => {
                f.write_str("but a host with a dot at its end is another host")
            }
            Difference::Scheme => {
                write!(
                    f,
                    "with the scheme `{}` instead of `{}`",
                    schemes.0, schemes.1
                )
            }
            Difference::Port => write!(f, "with {} instead of {}", ports.0, ports.1),
            Difference::SchemeAndPort => write!(
                f,
                "with the scheme `{}` and {} instead of `{}` and {}",
                schemes.0, ports.0, schemes.1, ports.1
            ),
            Difference::Loopback => f.write_str(
                "which may be the same machine, but browsers compare the names of hosts; open the \
                 page by that name, or list this one too",
            ),
            Difference::Apex => write!(
                f,
                "which matches subdomains only; to allow this too, list `{origin}` beside it"
            ),
            Difference::Parent => write!(
                f,
                "which is a subdomain of this host; to allow this too, list `{origin}` beside it"
            ),
            Difference::Subdomain => {
                f.write_str("which does not match its subdomains; ")?;
                write!(f, "to allow this one too, list `{origin}` beside it")?;
                match entry.host {
                    Host::Exact(base) if owns_subdomains(base) => write!(
                        f,
                        ", or `{}` for all of them",
                        self.entry.replacen("://", "://*.", 1)
                    ),
                    _ => f.write_str("; others can register names there, so do not allow them all"),
                }
            }
            Difference::Labels => f.write_str("whose `*` matches no dot"),
            Difference::Label => {
                let label = |host: &str| host.split('.').next().unwrap_or_default().to_owned();
                let form = self.entry.split_once("://").map_or("", |(_, host)| host);
                write!(
                    f,
                    "whose `{}` does not match `{}`",
                    label(form),
                    label(origin.host())
                )
            }
            Difference::Suffix => f.write_str(
                "whose name it only ends in: this is another domain, which may belong to someone \
                 else",
            ),
            Difference::Prefix => f.write_str(
                "whose name it only begins with: this is another domain, which may belong to \
                 someone else",
            ),
            Difference::Spelling => f.write_str("which is spelled otherwise"),
            Difference::Sibling => f.write_str("which is another host of the same domain"),
        }
    }
}

/// A port, for people.
struct PortName(Option<u16>);

impl PortName {
    fn of(port: Port) -> Self {
        match port {
            Port::Exact(port) => PortName(port),
            // It never differs.
            Port::Any => PortName(None),
        }
    }
}

impl fmt::Display for PortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(port) => write!(f, "port {port}"),
            None => f.write_str("the default port"),
        }
    }
}
