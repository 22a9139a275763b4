//! Public suffixes: under which names anyone can register a name.

/// Whether anyone may be able to register names directly under the host.
///
/// Single labels that the list does not know are public suffixes too, by its
/// default rule `*`.
pub(crate) fn is_public_suffix(host: &str) -> bool {
    registrable(host).is_none()
}

/// The registrable domain of a host: its public suffix and one label more.
/// `None` if the host is itself a public suffix.
pub(crate) fn registrable(host: &str) -> Option<&str> {
    list::registrable(host.strip_suffix('.').unwrap_or(host))
}

#[cfg(feature = "public-suffix-list")]
mod list {
    pub(super) fn registrable(host: &str) -> Option<&str> {
        psl2::lookup(host)?.registrable_domain()
    }
}

/// Without the list, every last label is taken for a public suffix, and nothing
/// else is: `co.uk` counts as a domain that someone registered.
#[cfg(not(feature = "public-suffix-list"))]
mod list {
    pub(super) fn registrable(host: &str) -> Option<&str> {
        let dot = host.rfind('.')?;
        let start = host[..dot].rfind('.').map_or(0, |dot| dot + 1);
        Some(&host[start..])
    }
}
