//! Dangers of origins and patterns, and which of them a policy takes on.

use std::collections::HashMap;

use super::Report;
use crate::config::{AllowedDanger, CorsConfig, Danger};
use crate::origin::{
    self, Host, MAX_LABEL, Origin, OriginPattern, Pattern, PatternKind, Port, is_above_suffixes,
    is_http, is_public_suffix,
};
use crate::problem::{Advisory, AdvisoryKind, ConfigError, ConfigErrorKind};

/// A danger, with an origin that shows it.
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

pub(super) fn of_pattern(pattern: &Pattern<'_>) -> Vec<Found> {
    let mut dangers = Vec::new();
    if pattern.scheme == "http" && !is_loopback(&pattern.host) {
        dangers.push((Danger::InsecureOrigins, sample(pattern, "app")));
    }
    match pattern.host {
        Host::Exact(_) => {}
        // The sites of browsers are of http and https.
        _ if !is_http(pattern.scheme) => {
            dangers.push((Danger::Unbounded, sample(pattern, "evil")));
        }
        Host::Any => {}
        _ if is_loopback(&pattern.host) => {}
        Host::Subdomains { base } | Host::InLabel { base, .. } => {
            if is_public_suffix(base) || is_above_suffixes(base) {
                let mut witnesses = ["evil", "evil.a"].iter().map(|word| sample(pattern, word));
                let first = sample(pattern, "evil");
                let witness = match pattern.host {
                    Host::Subdomains { .. } => witnesses.find(|origin| can_be_registered(origin)),
                    _ => None,
                };
                let witness = witness.unwrap_or(first);
                dangers.push((Danger::PublicSuffixSubdomains, witness));
            }
        }
    }
    dangers
}

fn can_be_registered(origin: &str) -> bool {
    let host = Origin::parse(origin).map(|origin| origin.host());
    host.is_some_and(|host| {
        // Not what only its owner can have, below a name such as `code.run`.
        !is_public_suffix(host)
            && !host
                .split_once('.')
                .is_some_and(|(_, base)| is_above_suffixes(base))
    })
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

/// The dangers that a policy has taken on, and which of them its entries need.
pub(super) struct Ledger<'a> {
    config: &'a CorsConfig,
    needed: HashMap<(Danger, Option<PatternKind>), bool>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(config: &'a CorsConfig) -> Self {
        let allowed = config.dangerously_allow.iter();
        Ledger {
            config,
            needed: allowed.map(|allowed| (key(allowed), false)).collect(),
        }
    }

    /// The policy takes the danger on for an entry that needs it: by the entry's name,
    /// or by the bare one if the entry shows that it needs it.
    pub(super) fn takes_on(&mut self, danger: Danger, entry: &OriginPattern) -> bool {
        let bare = matches!(entry.kind, PatternKind::Text(_)).then_some(None);
        let keys = bare.into_iter().chain([Some(entry.kind.clone())]);
        let mut is_taken_on = false;
        for kind in keys {
            if let Some(needed) = self.needed.get_mut(&(danger, kind)) {
                *needed = true;
                is_taken_on = true;
            }
        }
        is_taken_on
    }

    /// Enters a danger of an entry: an error with credentials, unless it is taken on,
    /// and an advisory without.
    pub(super) fn enter(
        &mut self,
        report: &mut Report,
        field: &str,
        entry: &OriginPattern,
        (danger, witness): Found,
    ) {
        let value = entry.source();
        if !self.config.allow_credentials {
            if danger != Danger::AnyOriginWithCredentials {
                let kind = AdvisoryKind::Danger { danger, witness };
                report.advisories.push(Advisory::new(field, value, kind));
            }
        } else if !self.takes_on(danger, entry) {
            let allow = match &entry.kind {
                PatternKind::Text(_) => format!("\"{danger}\""),
                _ => danger.for_entry(entry.clone()).to_string(),
            };
            let kind = ConfigErrorKind::Danger {
                danger,
                witness,
                allow,
            };
            report.errors.push(ConfigError::new(field, value, kind));
        }
    }

    /// Remarks what was taken on without need.
    pub(super) fn close(&self, report: &mut Report) {
        for (place, allowed) in self.config.dangerously_allow.iter().enumerate() {
            if self.needed.get(&key(allowed)) == Some(&false) {
                let field = format!("dangerously_allow[{place}]");
                let kind = AdvisoryKind::DangerNotNeeded;
                let advisory = Advisory::new(field, allowed.to_string(), kind);
                report.advisories.push(advisory);
            }
        }
    }
}

fn key(allowed: &AllowedDanger) -> (Danger, Option<PatternKind>) {
    let entry = allowed.entry.as_ref();
    (allowed.danger, entry.map(|entry| entry.kind.clone()))
}
