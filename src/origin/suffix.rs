//! Public suffixes.

/// Whether anyone can register names directly under the host.
pub(crate) fn is_public_suffix(host: &str) -> bool {
    !host.contains('.')
}
