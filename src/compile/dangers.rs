//! The dangers that origin patterns have, each with an origin that shows it.

use crate::config::Danger;
use crate::origin::{
    Host, MAX_LABEL, Origin, Pattern, is_above_suffixes, is_http, is_loopback, is_public_suffix,
};

pub(super) fn of_pattern(pattern: &Pattern<'_>) -> Vec<(Danger, String)> {
    let mut dangers = Vec::new();
    let is_loopback = is_on_loopback(pattern);
    if pattern.scheme == "http" && !is_loopback {
        dangers.push((Danger::InsecureOrigins, sample(pattern, "app")));
    }
    let is_suffix = |base: &&str| is_public_suffix(base) || is_above_suffixes(base);
    match (pattern.host, pattern.host.base().filter(is_suffix)) {
        (Host::Exact(_), _) => {}
        // Only http and https have sites.
        _ if !is_http(pattern.scheme) => {
            dangers.push((Danger::Unbounded, sample(pattern, "evil")));
        }
        (host, Some(base)) if !is_loopback => {
            // Nobody can register `evil.code.run`, which is a public suffix itself.
            let is_suffix = is_public_suffix(&format!("evil.{base}"));
            let word = match host {
                Host::Subdomains { .. } if is_suffix => "evil.a",
                _ => "evil",
            };
            dangers.push((Danger::PublicSuffixSubdomains, sample(pattern, word)));
        }
        _ => {}
    }
    dangers
}

/// The host is this machine, or below its name.
pub(super) fn is_on_loopback(pattern: &Pattern<'_>) -> bool {
    let name = match pattern.host {
        Host::Exact(host) => Some(host),
        open => open.base(),
    };
    name.is_some_and(is_loopback)
}

/// An origin that the pattern matches. The word takes the place of the `*`, if it fits
/// into the label.
fn sample(pattern: &Pattern<'_>, word: &str) -> String {
    let text = pattern.to_string();
    let text = text.strip_suffix(":*").unwrap_or(&text);
    let origin = text.replace('*', word);
    let has_room = |label: &str| label.len() <= MAX_LABEL;
    match Origin::parse(&origin) {
        Some(parsed) if parsed.host().split('.').all(has_room) => origin,
        _ => text.replace('*', "a"),
    }
}
