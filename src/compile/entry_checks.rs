//! Checks that all kinds of entries share: dangers and borders.

use std::collections::{HashMap, HashSet};

use super::report::Report;
use crate::config::{AllowedDanger, CorsConfig, Danger};
use crate::origin::{Border, Domain, OriginPattern, PatternKind, repair_domain};
use crate::problem::{AdvisoryKind, ConfigErrorKind as Kind};

/// The borders of a policy may have so many domains in all. A decision may compare each.
const MAX_DOMAINS: usize = 1024;

pub(super) struct Checks<'a> {
    pub(super) config: &'a CorsConfig,
    pub(super) report: &'a mut Report,
    /// Each danger that the policy takes on, and whether an entry needs it.
    dangers: HashMap<(Danger, Option<PatternKind>), bool>,
    /// The regexes and predicates of the list. The matcher knows which texts it has.
    seen: HashSet<OriginPattern>,
    domain_count: usize,
}

/// The name of an entry, for messages.
pub(super) fn field(place: usize) -> String {
    format!("allow_origins[{place}]")
}

/// The name of its border.
pub(super) fn within_field(place: usize) -> String {
    format!("allow_origins[{place}].within")
}

/// The entry, with each domain of its border once.
pub(super) fn normalised(entry: &OriginPattern) -> OriginPattern {
    let mut seen = HashSet::new();
    let within = entry.within.iter().filter(|domain| seen.insert(*domain));
    entry.clone().within(within)
}

impl<'a> Checks<'a> {
    pub(super) fn new(config: &'a CorsConfig, report: &'a mut Report) -> Self {
        let allowed = config.dangerously_allow.iter();
        Checks {
            config,
            report,
            dangers: allowed.map(|allowed| (key(allowed), false)).collect(),
            seen: HashSet::new(),
            domain_count: 0,
        }
    }

    /// The regex or predicate is not in the list yet.
    pub(super) fn is_new(&mut self, entry: &OriginPattern) -> bool {
        self.seen.insert(entry.clone())
    }

    /// The policy takes the danger on for an entry that needs it. A danger without an entry
    /// covers texts, which show what they need; regexes and predicates have to be named.
    pub(super) fn takes_on(&mut self, danger: Danger, entry: &OriginPattern) -> bool {
        let bare = entry.text().map(|_| None);
        let names = bare.into_iter().chain([Some(entry.kind.clone())]);
        let mut is_taken_on = false;
        for name in names {
            if let Some(is_needed) = self.dangers.get_mut(&(danger, name)) {
                *is_needed = true;
                is_taken_on = true;
            }
        }
        is_taken_on
    }

    /// Reports a danger of an entry: an error with credentials, unless it is taken on,
    /// and an advisory without.
    pub(super) fn danger(
        &mut self,
        place: usize,
        entry: &OriginPattern,
        danger: Danger,
        witness: String,
    ) {
        let value = entry.as_written();
        if !self.config.allow_credentials {
            if danger != Danger::AnyOriginWithCredentials {
                let kind = AdvisoryKind::Danger { danger, witness };
                self.report.advise(field(place), value, kind);
            }
        } else if !self.takes_on(danger, entry) {
            let allow = match &entry.kind {
                PatternKind::Text(_) => format!("\"{danger}\""),
                _ => danger.for_entry(entry.clone()).to_string(),
            };
            let kind = Kind::Danger {
                danger,
                witness,
                allow,
            };
            self.report.error(field(place), value, kind);
        }
    }

    /// Counts domains. Returns `false` once there are more than [`MAX_DOMAINS`]: that is one
    /// error, and no further entry is looked at.
    pub(super) fn has_room_for(&mut self, domains: usize) -> bool {
        self.domain_count += domains;
        self.domain_count <= MAX_DOMAINS
    }

    /// The border of an entry, written or inferred. Reports errors in it.
    pub(super) fn border(&mut self, place: usize, entry: &OriginPattern) -> Option<Border> {
        let mut domains = Vec::with_capacity(entry.within.len());
        for text in &entry.within {
            match Domain::parse(text) {
                Ok(domain) => domains.push(domain),
                Err(fault) => {
                    let repair = repair_domain(text);
                    self.report
                        .error_with(within_field(place), text, Kind::Within(fault), repair);
                }
            }
        }
        if domains.len() < entry.within.len() {
            return None;
        }
        let with_credentials = self.config.allow_credentials;
        // With credentials, only the danger leaves an entry without a border. Without it, an
        // empty border admits nothing.
        let is_unbounded =
            domains.is_empty() && (!with_credentials || self.takes_on(Danger::Unbounded, entry));
        Some(Border {
            plain_http: !with_credentials || self.takes_on(Danger::InsecureOrigins, entry),
            other_schemes: !with_credentials || is_unbounded,
            domains: (!is_unbounded).then(|| domains.into()),
        })
    }

    /// Reports that an entry needs a border, or the danger of having none.
    pub(super) fn report_no_border(
        &mut self,
        place: usize,
        entry: &OriginPattern,
        sites: Vec<String>,
        witness: String,
        repair: Option<String>,
    ) {
        let kind = Kind::NoBorder {
            sites,
            witness,
            allow: Danger::Unbounded.for_entry(entry.clone()).to_string(),
        };
        let value = entry.as_written();
        self.report.error_with(field(place), value, kind, repair);
    }

    pub(super) fn check_domain_count(&mut self) {
        if self.domain_count > MAX_DOMAINS {
            let kind = Kind::TooManyDomains { limit: MAX_DOMAINS };
            self.report.error("allow_origins", "", kind);
        }
    }

    /// Reports dangers that no entry needs.
    pub(super) fn advise_on_dangers(&mut self) {
        for (place, allowed) in self.config.dangerously_allow.iter().enumerate() {
            if self.dangers.get(&key(allowed)) == Some(&false) {
                let field = format!("dangerously_allow[{place}]");
                let kind = AdvisoryKind::DangerNotNeeded;
                self.report.advise(field, allowed.to_string(), kind);
            }
        }
    }
}

fn key(allowed: &AllowedDanger) -> (Danger, Option<PatternKind>) {
    let entry = allowed.entry.as_ref();
    (allowed.danger, entry.map(|entry| entry.kind.clone()))
}
