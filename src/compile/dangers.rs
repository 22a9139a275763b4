//! What an attacker could make of an origin pattern.

use std::collections::BTreeSet;

use super::Report;
use crate::advisory::{Advisory, AdvisoryKind};
use crate::config::{CorsConfig, Danger};
use crate::error::{ConfigError, ConfigErrorKind};
use crate::origin::{
    self, Below, Host, MAX_LABEL, Origin, Pattern, Port, is_above_suffixes, is_public_suffix,
};
#[cfg(feature = "regex")]
use crate::origin::{CheckedRegex, Finding, Subject, audit};

/// A danger, with an origin that shows it; without one if none was found.
pub(super) type Found = (Danger, String);

/// Of `*`.
pub(super) fn of_any() -> Found {
    (
        Danger::AnyOriginWithCredentials,
        "https://evil.example".to_owned(),
    )
}

/// Of `null`.
pub(super) fn of_null() -> Found {
    (Danger::NullOrigin, "null".to_owned())
}

pub(super) fn of_pattern(pattern: &Pattern<'_>, below: &mut Below) -> Vec<Found> {
    let mut dangers = Vec::new();
    if pattern.scheme == "http" && !is_loopback(&pattern.host) {
        dangers.push((Danger::InsecureOrigins, sample(pattern, "app")));
    }
    match pattern.host {
        _ if is_loopback(&pattern.host) => {}
        // All names right below `code.run` are public suffixes themselves, and
        // so somebody else's.
        Host::InLabel { base, .. } => {
            if is_public_suffix(base) || is_above_suffixes(base) {
                dangers.push((Danger::PublicSuffixSubdomains, sample(pattern, "evil")));
            }
        }
        Host::Subdomains { base } if is_public_suffix(base) => {
            let mut witnesses = ["evil", "evil.a"].iter().map(|word| sample(pattern, word));
            let witness = witnesses.find(|origin| can_be_registered(origin));
            dangers.extend(witness.map(|witness| (Danger::PublicSuffixSubdomains, witness)));
        }
        Host::Subdomains { base } => {
            if let Some(suffix) = below.of(base).first() {
                let name = base.strip_suffix('.').unwrap_or(base);
                let labels = suffix.strip_suffix(name).unwrap_or_default();
                let witness = sample(pattern, &format!("evil.{}", labels.trim_end_matches('.')));
                dangers.push((Danger::PublicSuffixSubdomains, witness));
            }
        }
        Host::Exact(_) | Host::Any => {}
    }
    dangers
}

/// Of a regex that compiles; an error if no origin matches it.
#[cfg(feature = "regex")]
pub(super) fn of_regex(
    regex: &CheckedRegex,
    subject: Subject,
) -> Result<Vec<Found>, ConfigErrorKind> {
    let audit = audit(regex, subject);
    let unbounded = match audit.finding {
        Finding::NeverMatches => return Err(ConfigErrorKind::RegexNeverMatches),
        Finding::Pinned(_) => None,
        Finding::Unpinned { witness } => Some((Danger::UnboundedRegex, witness)),
        Finding::UnderSuffix { witness } => Some((Danger::PublicSuffixSubdomains, witness)),
        Finding::TooComplex => Some((Danger::UnboundedRegex, String::new())),
    };
    let insecure = audit
        .insecure
        .map(|witness| (Danger::InsecureOrigins, witness));
    Ok(unbounded.into_iter().chain(insecure).collect())
}

fn can_be_registered(origin: &str) -> bool {
    Origin::parse(origin).is_some_and(|origin| !is_public_suffix(origin.host()))
}

fn is_loopback(host: &Host<'_>) -> bool {
    match *host {
        Host::Any => false,
        Host::Exact(host) | Host::Subdomains { base: host } | Host::InLabel { base: host, .. } => {
            origin::is_loopback(host)
        }
    }
}

/// An origin that the pattern matches: with the word, if that fits in a name.
fn sample(pattern: &Pattern<'_>, word: &str) -> String {
    let origin = fill(pattern, word);
    let has_room = |label: &str| label.len() <= MAX_LABEL;
    match Origin::parse(&origin) {
        Some(parsed) if parsed.host().split('.').all(has_room) => origin,
        _ => fill(pattern, "a"),
    }
}

fn fill(pattern: &Pattern<'_>, word: &str) -> String {
    let scheme = pattern.scheme;
    let host = match pattern.host {
        Host::Exact(host) => host.to_owned(),
        Host::Subdomains { base } => format!("{word}.{base}"),
        Host::InLabel {
            prefix,
            suffix,
            base,
        } => format!("{prefix}{word}{suffix}.{base}"),
        Host::Any => word.to_owned(),
    };
    match pattern.port {
        Port::Exact(Some(port)) => format!("{scheme}://{host}:{port}"),
        Port::Exact(None) | Port::Any => format!("{scheme}://{host}"),
    }
}

/// The dangers that a policy has taken on, and which of them it needs.
pub(super) struct Ledger<'a> {
    config: &'a CorsConfig,
    needed: BTreeSet<Danger>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(config: &'a CorsConfig) -> Self {
        Ledger {
            config,
            needed: BTreeSet::new(),
        }
    }

    /// Enters a danger: an error with credentials, unless it is taken on, and
    /// an advisory without.
    pub(super) fn enter(
        &mut self,
        report: &mut Report,
        field: &str,
        value: &str,
        (danger, witness): Found,
        suggestion: Option<String>,
    ) {
        let with_credentials = self.config.allow_credentials;
        if with_credentials && self.config.dangerously_allow.contains(&danger) {
            self.needed.insert(danger);
        } else if with_credentials {
            let kind = ConfigErrorKind::Danger { danger, witness };
            let error = ConfigError::new(field, value, kind);
            report.errors.push(error.suggest(suggestion));
        } else if danger != Danger::AnyOriginWithCredentials && !witness.is_empty() {
            let kind = AdvisoryKind::Danger { danger, witness };
            report.advisories.push(Advisory::new(field, value, kind));
        }
    }

    /// Remarks what was taken on without need.
    pub(super) fn close(self, report: &mut Report) {
        for (place, danger) in self.config.dangerously_allow.iter().enumerate() {
            if !self.needed.contains(danger) {
                let field = format!("dangerously_allow[{place}]");
                let kind = AdvisoryKind::DangerNotNeeded;
                report
                    .advisories
                    .push(Advisory::new(field, danger.as_str(), kind));
            }
        }
    }
}
