//! The border of a regex or a predicate: how far it may reach.
//!
//! Patterns with a `*` are open too. Their border follows from the pattern itself, and
//! `pattern_table` enforces it.
//!
//! With credentials, no regex or predicate reaches beyond the sites that it is meant for.
//! The border is enforced when a request is decided, so compiling a policy does not have
//! to prove anything about a regex. With the border `example.com` and `app.example.org`:
//!
//! | origin | inside |
//! |---|---|
//! | `https://example.com`, `https://a.b.example.com:8443` | yes |
//! | `https://app.example.org`, `https://x.app.example.org` | yes |
//! | `https://www.example.org` | no: neither `app.example.org` nor below it |
//! | `https://evilexample.com`, `https://example.com.evil.net` | no |
//! | `http://example.com` | no: not https |
//! | `http://localhost` | no: loopback is a site of its own |
//!
//! With the border `amazonaws.com`, `https://evil.s3.amazonaws.com` is below the domain and
//! outside all the same: `s3.amazonaws.com` is a public suffix, so the origin's site is
//! `evil.s3.amazonaws.com`. Both names end in the domain, so sites are compared by length.

use std::cell::OnceCell;

use super::fault::WithinFault;
use super::punycode::is_broken;
use super::serialised::{Origin, is_host};
use super::site::{is_address, is_listed_suffix, is_loopback, is_public_suffix, site};

/// The name by which a border admits this machine.
pub(crate) const LOOPBACK: &str = "localhost";

/// The origin of a request, with its site once that has been looked up.
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

    /// The length of the site's name in bytes; 0 if the host has none. The public suffix
    /// list is asked once, however many entries match.
    pub(super) fn site_len(&self) -> usize {
        *self.site_len.get_or_init(|| site_len(self.origin.host()))
    }
}

/// The length of the name of a host's site in bytes; 0 if it has none.
pub(super) fn site_len(host: &str) -> usize {
    site(host).map_or(0, str::len)
}

/// How far a regex or a predicate may reach.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Border {
    /// Admits plain http beyond loopback.
    pub(crate) plain_http: bool,
    /// Admits schemes other than http and https.
    pub(crate) other_schemes: bool,
    /// `None` admits every host.
    pub(crate) domains: Option<Box<[Domain]>>,
}

impl Border {
    /// The origin is inside the border, and the entry matches it. Cheap tests come
    /// first: the public suffix list is asked only after the entry has matched.
    pub(super) fn admits(&self, candidate: &Candidate<'_>, matches: impl FnOnce() -> bool) -> bool {
        if !self.admits_scheme(&candidate.origin) {
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

    /// If it does not, the origin is outside whatever its host is.
    pub(super) fn admits_scheme(&self, origin: &Origin<'_>) -> bool {
        match origin.scheme() {
            "https" => true,
            "http" => self.plain_http || is_loopback(origin.host()),
            _ => self.other_schemes,
        }
    }
}

/// One domain of a border, such as `example.com` and `app.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Domain {
    /// As written.
    pub(crate) name: Box<str>,
    /// The length of its site's name in bytes. IP addresses and single labels have no
    /// site and stand for themselves alone.
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

    /// The host is this domain or below it, or both are loopback.
    fn is_around(&self, host: &str) -> bool {
        match host.strip_suffix(&*self.name) {
            Some("") => true,
            Some(labels) if labels.ends_with('.') => self.site_len > 0,
            _ => *self.name == *LOOPBACK && is_loopback(host),
        }
    }

    /// Both are of one site, given that the domain [is around](Domain::is_around) the host.
    fn is_site_of(&self, candidate: &Candidate<'_>) -> bool {
        let host = candidate.origin.host();
        *host == *self.name || is_loopback(host) || candidate.site_len() == self.site_len
    }
}
