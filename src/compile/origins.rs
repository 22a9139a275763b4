//! Origin patterns.

use std::collections::HashSet;
#[cfg(feature = "regex")]
use std::mem::take;

use super::Report;
use super::dangers::{self, Ledger};
use crate::config::{CorsConfig, Danger};
use crate::origin::{
    Border, Domain, MAX_SHAPES, Origin, OriginMatcher, OriginPattern, OriginPredicate, Pattern,
    PatternKind, Schemes, repair, repair_domain,
};
#[cfg(feature = "regex")]
use crate::origin::{
    Checked, CheckedRegex, Inferred, MAX_REGEX_COUNT, Outline, RegexFault, Regexes, Subject,
    check_regex, classic_attack, domains_in, is_http,
};
use crate::problem::{Advisory, AdvisoryKind};
use crate::problem::{ConfigError, ConfigErrorKind as Kind};

/// The normalised list of patterns, and its compiled form.
pub(super) fn compile(
    config: &CorsConfig,
    report: &mut Report,
) -> (Vec<OriginPattern>, OriginMatcher) {
    let mut compiler = Compiler {
        config,
        report,
        ledger: Ledger::new(config),
        matcher: OriginMatcher::default(),
        list: Vec::with_capacity(config.allow_origins.len()),
        seen: HashSet::new(),
        domain_count: 0,
        #[cfg(feature = "regex")]
        regexes: Vec::new(),
        #[cfg(feature = "regex")]
        regex_count: 0,
    };
    for (place, entry) in config.allow_origins.iter().enumerate() {
        compiler.add(place, entry);
    }
    if config.allow_origins.is_empty() {
        compiler.error("allow_origins", "", Kind::NoOrigins, None);
    }
    if let Some(base) = compiler.matcher.crowded_base() {
        let kind = Kind::TooManyShapes { limit: MAX_SHAPES };
        compiler.error("allow_origins", base, kind, None);
    }
    if compiler.domain_count > MAX_DOMAINS {
        let kind = Kind::TooManyDomains { limit: MAX_DOMAINS };
        compiler.error("allow_origins", "", kind, None);
    }
    #[cfg(feature = "regex")]
    compiler.compile_regexes();
    compiler.advise_on_covered();
    compiler.ledger.close(compiler.report);
    (compiler.list, compiler.matcher)
}

/// The borders of a policy may name so many domains: a decision compares each.
const MAX_DOMAINS: usize = 1024;

/// A repair names so many domains at most.
#[cfg(feature = "regex")]
const MAX_GUESSED: usize = 16;

struct Compiler<'a> {
    config: &'a CorsConfig,
    report: &'a mut Report,
    ledger: Ledger<'a>,
    matcher: OriginMatcher,
    list: Vec<OriginPattern>,
    /// Regexes and predicates. Of texts, the matcher knows which it has.
    seen: HashSet<OriginPattern>,
    domain_count: usize,
    #[cfg(feature = "regex")]
    regexes: Vec<Checked>,
    #[cfg(feature = "regex")]
    regex_count: usize,
}

/// The place of an entry, for messages.
fn field(place: usize) -> String {
    format!("allow_origins[{place}]")
}

impl Compiler<'_> {
    fn error(
        &mut self,
        field: impl Into<String>,
        value: impl Into<String>,
        kind: Kind,
        suggestion: Option<String>,
    ) {
        let error = ConfigError::new(field, value, kind);
        self.report.errors.push(error.suggest(suggestion));
    }

    fn add(&mut self, place: usize, entry: &OriginPattern) {
        if self.domain_count + entry.within.len() > MAX_DOMAINS {
            // They are one error, and are not looked at.
            self.domain_count = MAX_DOMAINS + 1;
            return;
        }
        match &entry.kind {
            PatternKind::Text(text) => {
                if let Some(domain) = entry.within.first() {
                    let field = format!("{}.within", field(place));
                    self.error(field, domain, Kind::WithinNotOpen, None);
                }
                if self.add_text(place, text, entry) {
                    self.list.push(OriginPattern::from(&text[..]));
                }
            }
            PatternKind::Predicate(predicate) => self.add_predicate(place, predicate, entry),
            #[cfg(feature = "regex")]
            PatternKind::Regex(regex) => self.add_regex(place, regex, Subject::Origin, entry),
            #[cfg(feature = "regex")]
            PatternKind::HostRegex(regex) => self.add_regex(place, regex, Subject::Host, entry),
            #[cfg(not(feature = "regex"))]
            PatternKind::Regex(regex) | PatternKind::HostRegex(regex) => {
                self.error(field(place), regex, Kind::RegexFeature, None);
            }
        }
    }

    /// Adds an origin or a pattern, unless it is there already.
    fn add_text(&mut self, place: usize, text: &str, entry: &OriginPattern) -> bool {
        let index = self.list.len();
        let (is_new, dangers) = match text {
            "*" => {
                let is_any = |entry: &OriginPattern| entry.text() == Some("*");
                let is_new = self.matcher.insert_any(index);
                if is_new && !self.config.allow_origins.iter().all(is_any) {
                    self.error(field(place), text, Kind::AnyNotAlone, None);
                }
                (is_new, vec![dangers::of_any()])
            }
            "null" => (self.matcher.insert_null(index), vec![dangers::of_null()]),
            _ => match Pattern::parse(text) {
                Ok(pattern) => {
                    let dangers = dangers::of_pattern(&pattern);
                    let is_whole = |(danger, _): &dangers::Found| {
                        matches!(danger, Danger::PublicSuffixSubdomains | Danger::Unbounded)
                    };
                    // What takes on one of these is its own border.
                    let has_border = self.config.allow_credentials && !dangers.iter().any(is_whole);
                    let is_new = self.matcher.insert_pattern(&pattern, index, has_border);
                    (is_new, dangers)
                }
                Err(fault) => {
                    self.error(field(place), text, Kind::Origin(fault), repair(text));
                    return false;
                }
            },
        };
        if is_new {
            for danger in dangers {
                self.ledger.enter(self.report, &field(place), entry, danger);
            }
        }
        is_new
    }

    fn add_predicate(&mut self, place: usize, predicate: &OriginPredicate, entry: &OriginPattern) {
        let entry = normalised(entry);
        let unbounded = |compiler: &mut Self| compiler.ledger.takes_on(Danger::Unbounded, &entry);
        if self.config.allow_credentials && entry.within.is_empty() && !unbounded(self) {
            self.no_border(place, &entry, Vec::new(), String::new(), None);
        } else if let Some(border) = self.border(place, &entry) {
            if self.seen.insert(entry.clone()) {
                let index = self.list.len();
                self.matcher
                    .insert_predicate(predicate.clone(), border, index);
                self.list.push(entry);
            }
        }
    }

    fn no_border(
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
        self.error(field(place), entry.source(), kind, repair);
    }

    /// The border that is written or was inferred, if there is no error in it.
    fn border(&mut self, place: usize, entry: &OriginPattern) -> Option<Border> {
        let domains = entry.within.iter().map(|text| match Domain::parse(text) {
            Ok(domain) => Some(domain),
            Err(fault) => {
                let field = format!("{}.within", field(place));
                self.error(field, text, Kind::Within(fault), repair_domain(text));
                None
            }
        });
        // All of them, for the errors.
        let domains: Vec<_> = domains.collect();
        self.domain_count += domains.len();
        let domains: Box<[Domain]> = domains.into_iter().collect::<Option<_>>()?;
        let with_credentials = self.config.allow_credentials;
        // With credentials, only `unbounded` leaves an entry without a border. Without the
        // danger, an empty border admits nothing.
        let is_unbounded = domains.is_empty()
            && (!with_credentials || self.ledger.takes_on(Danger::Unbounded, entry));
        Some(Border {
            schemes: match with_credentials {
                false => Schemes::ANY,
                true => Schemes {
                    plain_http: self.ledger.takes_on(Danger::InsecureOrigins, entry),
                    others: is_unbounded,
                },
            },
            domains: (!is_unbounded).then_some(domains),
        })
    }

    /// Remarks each exact origin that a pattern allows too. Regexes and predicates are
    /// left out: asking each about every origin takes longer than all else.
    fn advise_on_covered(&mut self) {
        if !self.matcher.has_patterns() {
            return;
        }
        for (place, entry) in self.config.allow_origins.iter().enumerate() {
            let Some(text) = entry.text() else { continue };
            let by = Origin::parse(text)
                .and_then(|origin| self.matcher.pattern_for(&origin))
                .and_then(|index| self.list.get(index));
            if let Some(by) = by {
                let kind = AdvisoryKind::Covered { by: by.to_string() };
                let advisory = Advisory::new(field(place), text, kind);
                self.report.advisories.push(advisory);
            }
        }
    }
}

#[cfg(feature = "regex")]
impl Compiler<'_> {
    fn add_regex(&mut self, place: usize, regex: &str, subject: Subject, entry: &OriginPattern) {
        self.regex_count += 1;
        if self.regex_count > MAX_REGEX_COUNT {
            return;
        }
        let checked = match check_regex(regex) {
            Ok(checked) => checked,
            Err(fault) => {
                let kind = Kind::Regex(fault);
                self.error(field(place), shortened(regex, &kind), kind, None);
                return;
            }
        };
        let outline = Outline::of(&checked, subject);
        if outline.never_matches {
            self.error(field(place), regex, Kind::RegexNeverMatches, None);
            return;
        }
        let mut entry = normalised(entry);
        if entry.within.is_empty() && !self.infer(place, &checked, &outline, subject, &mut entry) {
            return;
        }
        let Some(border) = self.border(place, &entry) else {
            return;
        };
        let unmet = unmet_scheme(&outline, &border);
        // Other schemes have no domains to stay within.
        let is_foreign = unmet.as_ref().is_some_and(|scheme| !is_http(scheme));
        if outline.misses(&entry.within) || is_foreign && !entry.within.is_empty() {
            let field = format!("{}.within", field(place));
            let within = entry.within.join(", ");
            self.error(field, within, Kind::WithinNeverMatches, None);
        } else if let Some(scheme) = unmet {
            let danger = match is_foreign {
                true => Danger::Unbounded,
                false => Danger::InsecureOrigins,
            };
            let host = entry.within.first().map_or("evil.net", |domain| domain);
            let below = ["", "app.", "a."].map(|label| format!("{scheme}://{label}{host}"));
            let shown = below.iter().find(|origin| checked.matches(origin));
            let found = (danger, shown.unwrap_or(&below[0]).clone());
            self.ledger.enter(self.report, &field(place), &entry, found);
        } else if self.seen.insert(entry.clone()) {
            self.regexes.push(Checked {
                hir: checked.into_hir(),
                subject,
                border,
                index: self.list.len(),
            });
            self.list.push(entry);
        }
    }

    /// Gives the entry a border, if it has to have one; `false` if none can be told.
    fn infer(
        &mut self,
        place: usize,
        checked: &CheckedRegex,
        outline: &Outline,
        subject: Subject,
        entry: &mut OriginPattern,
    ) -> bool {
        let attack = || classic_attack(checked, subject, &entry.source());
        if !self.config.allow_credentials {
            if let Some(witness) = attack() {
                let found = (Danger::Unbounded, witness);
                self.ledger.enter(self.report, &field(place), entry, found);
            }
            return true;
        }
        // Where no scheme has sites, `unmet_scheme` finds the error.
        let schemes = outline.schemes.as_ref();
        if schemes.is_some_and(|schemes| !schemes.iter().any(|scheme| is_http(scheme))) {
            return true;
        }
        // A domain would shut out the schemes that have none.
        let has_foreign = schemes.is_some_and(|all| !all.iter().all(|scheme| is_http(scheme)));
        if has_foreign && self.ledger.takes_on(Danger::Unbounded, entry) {
            return true;
        }
        let sites = match outline.infer() {
            Inferred::Within(within) => {
                entry.within = within;
                return true;
            }
            Inferred::Sites(sites) => sites,
        };
        if self.ledger.takes_on(Danger::Unbounded, entry) {
            return true;
        }
        let guess = guess(&entry.source(), &sites);
        let repair = (!guess.is_empty()).then(|| entry.clone().within(guess).to_string());
        let witness = if sites.is_empty() { attack() } else { None };
        self.no_border(place, entry, sites, witness.unwrap_or_default(), repair);
        false
    }

    fn compile_regexes(&mut self) {
        let regexes = take(&mut self.regexes);
        let regexes = match self.regex_count > MAX_REGEX_COUNT {
            true => Err(RegexFault::TooMany {
                limit: MAX_REGEX_COUNT,
            }),
            false => Regexes::new(regexes),
        };
        match regexes {
            Ok(regexes) => self.matcher.set_regexes(regexes),
            Err(fault) => self.error("allow_origins", "", Kind::Regex(fault), None),
        }
    }
}

/// The entry, with each domain of its border once.
fn normalised(entry: &OriginPattern) -> OriginPattern {
    let mut within: Vec<String> = Vec::new();
    for domain in &entry.within {
        if !within.contains(domain) {
            within.push(domain.clone());
        }
    }
    entry.clone().within(within)
}

/// The domains that the author of a regex most likely means.
#[cfg(feature = "regex")]
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

/// One of the schemes that a regex matches, if the border refuses them all: the regex
/// could then allow nothing.
#[cfg(feature = "regex")]
fn unmet_scheme(outline: &Outline, border: &Border) -> Option<String> {
    let schemes = outline.schemes.as_ref()?;
    let may_be_loopback = || border.domains.iter().flatten().any(Domain::is_loopback);
    let reaches_loopback = outline.reaches_loopback().unwrap_or_else(may_be_loopback);
    let is_met = |scheme: &String| match &scheme[..] {
        "https" => true,
        "http" => border.schemes.plain_http || reaches_loopback,
        _ => border.schemes.others,
    };
    let mut unmet = schemes.iter().rev();
    match schemes.iter().any(is_met) {
        true => None,
        // Plain http, if that is among them.
        false => unmet
            .clone()
            .find(|scheme| is_http(scheme))
            .or(unmet.next())
            .cloned(),
    }
}

/// A regex that is too long is too long for an error as well.
#[cfg(feature = "regex")]
fn shortened(regex: &str, kind: &Kind) -> String {
    let mut chars = regex.chars();
    match kind {
        Kind::Regex(RegexFault::TooLong { .. }) => chars.by_ref().take(60).chain(['…']).collect(),
        _ => chars.collect(),
    }
}
