//! Entries that are regular expressions. Each is checked and gets a border.

use super::entry_checks::{Checks, field, normalised, within_field};
use super::origins::Compiler;
use crate::config::Danger;
use crate::origin::{
    Border, MAX_REGEX_COUNT, OriginPattern, Outline, PatternKind, RegexFault, Target, check_regex,
    classic_attack, domains_in, has_dead_alternative, is_http, is_loopback,
};
use crate::problem::{AdvisoryKind, ConfigErrorKind as Kind};

/// A repair names at most so many domains.
const MAX_GUESSED: usize = 16;

/// Alternatives are looked at only in regexes of so many bytes, and in so many regexes: with
/// 512 of the longest, that took 31 seconds.
const MAX_ADVISED: usize = 512;
const MAX_ADVISED_COUNT: usize = 32;

/// An error shows so many characters of a regex that is too long.
const MAX_SHOWN: usize = 60;

impl Compiler<'_> {
    /// Adds a regex. Returns its entry with the border, or `None` if it has an error or is in
    /// the list already.
    pub(super) fn add_regex(
        &mut self,
        place: usize,
        entry: &OriginPattern,
    ) -> Option<OriginPattern> {
        self.regex_count += 1;
        if self.regex_count > MAX_REGEX_COUNT {
            return None;
        }
        let checks = &mut self.checks;
        let source = entry.as_written();
        let target = match entry.kind {
            PatternKind::HostRegex(_) => Target::Host,
            _ => Target::Origin,
        };
        let regex = match check_regex(&source) {
            Ok(regex) => regex,
            Err(fault) => {
                let mut shown = source.clone();
                if matches!(fault, RegexFault::TooLong { .. }) {
                    shown = source.chars().take(MAX_SHOWN).chain(['…']).collect();
                }
                let kind = Kind::Regex(fault);
                checks.report.error(field(place), shown, kind);
                return None;
            }
        };
        let outline = Outline::of(&regex, target);
        if outline.never_matches {
            let kind = Kind::RegexNeverMatches;
            checks.report.error(field(place), source, kind);
            return None;
        }
        let is_usual = source.len() <= MAX_ADVISED && self.regex_count <= MAX_ADVISED_COUNT;
        if is_usual && has_dead_alternative(&regex, target) {
            let kind = AdvisoryKind::DeadAlternative;
            checks.report.advise(field(place), &source[..], kind);
        }
        let mut entry = normalised(entry);
        if entry.within.is_empty() {
            let attack = || classic_attack(&regex, target, &source);
            entry.within = infer_within(checks, place, &entry, &outline, attack)?;
            checks.has_room_for(entry.within.len());
        }
        let border = checks.border(place, &entry)?;
        let unmet = unmet_scheme(&outline, &border);
        // Only http and https have domains to stay within.
        let is_foreign = unmet.is_some_and(|scheme| !is_http(scheme));
        if outline.misses(&entry.within) || is_foreign && !entry.within.is_empty() {
            let within = entry.within.join(", ");
            let kind = Kind::WithinNeverMatches;
            checks.report.error(within_field(place), within, kind);
            return None;
        }
        if let Some(scheme) = unmet {
            let danger = match is_foreign {
                true => Danger::Unbounded,
                false => Danger::InsecureOrigins,
            };
            let host = entry.within.first().map_or("evil.net", |domain| domain);
            let samples = ["", "app.", "a."].map(|label| format!("{scheme}://{label}{host}"));
            let witness = samples.iter().find(|origin| regex.matches(origin));
            let witness = witness.unwrap_or(&samples[0]).clone();
            checks.danger(place, &entry, danger, witness);
            return None;
        }
        if !checks.is_new(&entry) {
            return None;
        }
        let index = self.list.len();
        self.matcher.regexes.push(regex, target, border, index);
        Some(entry)
    }

    /// Compiles all regexes together.
    pub(super) fn compile_regexes(&mut self) {
        let compiled = match self.regex_count > MAX_REGEX_COUNT {
            true => Err(RegexFault::TooMany {
                limit: MAX_REGEX_COUNT,
            }),
            false => self.matcher.regexes.compile(),
        };
        if let Err(fault) = compiled {
            let kind = Kind::Regex(fault);
            self.checks.report.error("allow_origins", "", kind);
        }
    }
}

/// The border of a regex without a written one; empty where it needs none. Reports an error
/// if it needs one and none can be told.
fn infer_within(
    checks: &mut Checks<'_>,
    place: usize,
    entry: &OriginPattern,
    outline: &Outline,
    attack: impl Fn() -> Option<String>,
) -> Option<Vec<String>> {
    let needs_none = Some(Vec::new());
    if !checks.config.allow_credentials {
        if let Some(witness) = attack() {
            checks.danger(place, entry, Danger::Unbounded, witness);
        }
        return needs_none;
    }
    if let Some(schemes) = &outline.schemes {
        let foreign_count = schemes.iter().filter(|scheme| !is_http(scheme)).count();
        // Where no scheme has sites, `unmet_scheme` finds the error. Where some have, a
        // border would shut out the others.
        if foreign_count == schemes.len()
            || foreign_count > 0 && checks.takes_on(Danger::Unbounded, entry)
        {
            return needs_none;
        }
    }
    let sites = match outline.infer() {
        Ok(within) => return Some(within),
        Err(sites) => sites,
    };
    if checks.takes_on(Danger::Unbounded, entry) {
        return needs_none;
    }
    let guess = guess(&entry.as_written(), &sites);
    let repair = (!guess.is_empty()).then(|| entry.clone().within(guess).to_string());
    let witness = if sites.is_empty() { attack() } else { None };
    checks.report_no_border(place, entry, sites, witness.unwrap_or_default(), repair);
    None
}

/// The domains that the author of a regex most likely means, for the repair.
fn guess(source: &str, sites: &[String]) -> Vec<String> {
    let mut own = domains_in(source);
    if sites.is_empty() {
        own.truncate(1);
        return own;
    }
    own.retain(|own| sites.contains(own));
    match own.is_empty() {
        true => sites.iter().take(MAX_GUESSED).cloned().collect(),
        false => own,
    }
}

/// One of the schemes that a regex matches, if the border refuses all of them. Such a
/// regex could not allow anything.
fn unmet_scheme<'a>(outline: &'a Outline, border: &Border) -> Option<&'a str> {
    let schemes = outline.schemes.as_ref()?;
    let mut domains = border.domains.iter().flatten();
    let mut may_be_loopback = || domains.any(|domain| is_loopback(&domain.name));
    let reaches_loopback = outline
        .reaches_loopback()
        .unwrap_or_else(&mut may_be_loopback);
    let is_met = |scheme: &String| match &scheme[..] {
        "https" => true,
        "http" => border.plain_http || reaches_loopback,
        _ => border.other_schemes,
    };
    if schemes.iter().any(is_met) {
        return None;
    }
    // Plain http, if that is among them.
    let unmet = schemes.get("http").or_else(|| schemes.last());
    unmet.map(|scheme| &scheme[..])
}
