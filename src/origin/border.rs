//! The border of an open entry: how far it may reach.
//!
//! With credentials no regex or predicate reaches beyond the sites that it is for.
//! The rule is enforced when a request is decided, so that no property of the
//! regex has to be proved when the policy is compiled. An example, with the border
//! `example.com` and `app.example.org`:
//!
//! | origin | inside |
//! |---|---|
//! | `https://example.com`, `https://a.b.example.com:8443` | yes |
//! | `https://app.example.org`, `https://x.app.example.org` | yes |
//! | `https://www.example.org` | no: neither `app.example.org` nor below it |
//! | `https://evilexample.com`, `https://example.com.evil.net` | no |
//! | `http://example.com` | no: not https |
//! | `http://localhost` | no: loopback is a site of its own |

use std::cell::OnceCell;

use super::fault::WithinFault;
use super::grammar::{Host, Pattern};
use super::punycode::is_broken;
use super::repair::repair;
use super::site::{is_address, is_listed_suffix, is_loopback, is_public_suffix, site};
use super::{Origin, is_host};

/// The name of the site that loopback is.
pub(crate) const LOOPBACK: &str = "localhost";

/// An origin that is matched, with its site once that was looked up.
pub(super) struct Candidate<'a> {
    pub(super) origin: Origin<'a>,
    site_len: OnceCell<usize>,
}

impl<'a> Candidate<'a> {
    pub(super) fn new(origin: Origin<'a>) -> Self {
        Candidate {
            origin,
            site_len: OnceCell::new(),
        }
    }

    /// The bytes of the site's name; 0 if the host has none. The public suffix list
    /// is asked once, whatever the number of entries that match.
    pub(super) fn site_len(&self) -> usize {
        *self.site_len.get_or_init(|| site_len(self.origin.host()))
    }
}

/// The bytes of the name of a host's site; 0 if it has none.
pub(super) fn site_len(host: &str) -> usize {
    site(host).map_or(0, str::len)
}

/// The schemes that an entry may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Schemes {
    /// Plain http, beyond loopback.
    pub(crate) plain_http: bool,
    /// Any scheme but http and https.
    pub(crate) others: bool,
}

impl Schemes {
    pub(crate) const ANY: Schemes = Schemes {
        plain_http: true,
        others: true,
    };

    fn admit(self, origin: &Origin<'_>) -> bool {
        match origin.scheme() {
            "https" => true,
            "http" => self.plain_http || is_loopback(origin.host()),
            _ => self.others,
        }
    }
}

/// How far a regex or a predicate may reach.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Border {
    pub(crate) schemes: Schemes,
    /// `None` is unbounded.
    pub(crate) domains: Option<Box<[Domain]>>,
}

impl Border {
    /// The origin is inside the border, and the entry matches it. Cheap tests come
    /// first: the public suffix list is asked only after the entry has matched.
    pub(super) fn admits(&self, candidate: &Candidate<'_>, matches: impl FnOnce() -> bool) -> bool {
        if !self.schemes.admit(&candidate.origin) {
            return false;
        }
        let Some(domains) = &self.domains else {
            return matches();
        };
        let host = candidate.origin.host();
        let mut around = domains.iter().filter(|domain| domain.is_around(host));
        match around.next() {
            Some(first) if matches() => {
                first.is_site_of(candidate) || around.any(|domain| domain.is_site_of(candidate))
            }
            _ => false,
        }
    }

    /// The border keeps the origin out by its scheme, whatever the host.
    pub(crate) fn refuses_scheme(&self, origin: &Origin<'_>) -> bool {
        !self.schemes.admit(origin)
    }
}

/// One domain of a border, such as `example.com` and `app.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Domain {
    name: Box<str>,
    /// The bytes of its site's name. IP addresses and single labels have no site:
    /// they stand for themselves alone.
    site_len: usize,
}

impl Domain {
    pub(crate) fn parse(text: &str) -> Result<Self, WithinFault> {
        if !is_host("https", text) || is_broken(text) {
            return Err(WithinFault::NotADomain);
        }
        // A single label that is no top-level domain stands for itself.
        let is_name = text.trim_end_matches('.').contains('.') || is_listed_suffix(text);
        if is_name && !is_address(text) && !is_loopback(text) && is_public_suffix(text) {
            return Err(WithinFault::PublicSuffix);
        }
        Ok(Domain {
            name: text.into(),
            site_len: site_len(text),
        })
    }

    /// The domain as it is written.
    #[cfg(feature = "regex")]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// It is this machine, or names and addresses of it.
    #[cfg(feature = "regex")]
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.name)
    }

    /// The host is this domain, below it, or loopback where that is the domain.
    fn is_around(&self, host: &str) -> bool {
        match host.strip_suffix(&*self.name) {
            Some("") => true,
            Some(labels) if labels.ends_with('.') => self.site_len > 0,
            _ => *self.name == *LOOPBACK && is_loopback(host),
        }
    }

    /// Of a host that it [is around](Domain::is_around): both are of one site.
    fn is_site_of(&self, candidate: &Candidate<'_>) -> bool {
        let host = candidate.origin.host();
        *host == *self.name || is_loopback(host) || candidate.site_len() == self.site_len
    }
}

/// The domain that the author most likely meant by a text that is not a domain.
pub(crate) fn repair_domain(text: &str) -> Option<String> {
    // A cookie's domain has a dot in front.
    let repaired = repair(text.trim_start_matches('.'))?;
    let domain = match Pattern::parse(&repaired).ok()?.host {
        Host::Exact(host) => host,
        Host::Subdomains { base } | Host::InLabel { base, .. } => base,
        Host::Any => return None,
    };
    Domain::parse(domain).is_ok().then(|| domain.to_owned())
}
