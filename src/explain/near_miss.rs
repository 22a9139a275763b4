//! The entry that an origin misses by least.

use std::fmt;

use super::difference::Difference;
use crate::origin::{Host, Origin, Pattern, Port, is_public_suffix, repair};
use crate::policy::Policy;

/// The entry of `allow_origins` that an origin misses by least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    index: usize,
    entry: String,
    origin: String,
    difference: Difference,
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

    /// How the origin differs from the entry.
    #[must_use]
    pub fn difference(&self) -> &Difference {
        &self.difference
    }

    /// The nearest of the first entries for an origin that none matches.
    pub(super) fn find(policy: &Policy, text: &str, most_entries: usize) -> Option<Self> {
        let entries = &policy.0.config.allow_origins;
        let Some(origin) = Origin::parse(text) else {
            let fault = Pattern::parse(text).err()?;
            let repaired = repair(text)?;
            let found = policy.0.origins.find(repaired.as_bytes())?;
            let index = policy.0.origins.index(found, repaired.as_bytes())?;
            let entry = entries.get(index)?.to_string();
            return Some(NearMiss {
                index,
                entry,
                origin: text.to_owned(),
                difference: Difference::Form(fault),
            });
        };
        let entries = entries.iter().take(most_entries).enumerate();
        let misses = entries.filter_map(|(index, entry)| {
            let entry = entry.text()?;
            let pattern = Pattern::parse(entry).ok()?;
            Some((Difference::between(&pattern, &origin)?, index, entry))
        });
        let (difference, index, entry) = misses.min()?;
        Some(NearMiss {
            index,
            entry: entry.to_owned(),
            origin: text.to_owned(),
            difference,
        })
    }
}

/// All names under a host are in the same hands.
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
