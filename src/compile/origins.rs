//! The list of allowed origins.

use super::dangers;
use super::entry_checks::{Checks, field, normalised, within_field};
use super::methods_and_headers::is_entry;
use super::report::Report;
use crate::config::{CorsConfig, Danger};
use crate::origin::{
    MAX_SHAPES, Origin, OriginMatcher, OriginPattern, OriginPredicate, Pattern, PatternKind, repair,
};
use crate::problem::{AdvisoryKind, ConfigErrorKind as Kind};

/// The normalised list of origins, and its compiled form.
pub(super) fn compile(
    config: &CorsConfig,
    report: &mut Report,
) -> (Vec<OriginPattern>, OriginMatcher) {
    let mut compiler = Compiler {
        checks: Checks::new(config, report),
        matcher: OriginMatcher::default(),
        list: Vec::with_capacity(config.allow_origins.len()),
        regex_count: 0,
    };
    for (place, entry) in config.allow_origins.iter().enumerate() {
        if compiler.checks.has_room_for(entry.within.len()) {
            let added = compiler.add(place, entry);
            compiler.list.extend(added);
        }
    }
    let checks = &mut compiler.checks;
    let matcher = &mut compiler.matcher;
    if config.lacks_origins() {
        checks.report.error("allow_origins", "", Kind::NoOrigins);
    }
    if let Some(base) = matcher.patterns.base_with_too_many_shapes() {
        let kind = Kind::TooManyShapes { limit: MAX_SHAPES };
        checks.report.error("allow_origins", base, kind);
    }
    checks.check_domain_count();
    compiler.compile_regexes();
    advise_on_covered(&mut compiler.checks, &compiler.matcher, &compiler.list);
    compiler.checks.advise_on_dangers();
    (compiler.list, compiler.matcher)
}

pub(super) struct Compiler<'a> {
    pub(super) checks: Checks<'a>,
    pub(super) matcher: OriginMatcher,
    /// The entries so far, normalised.
    pub(super) list: Vec<OriginPattern>,
    /// Those with errors included.
    pub(super) regex_count: usize,
}

impl Compiler<'_> {
    /// Adds an entry. Returns its normalised form, or `None` if it has an error or is in
    /// the list already.
    fn add(&mut self, place: usize, entry: &OriginPattern) -> Option<OriginPattern> {
        match &entry.kind {
            PatternKind::Text(text) => {
                if !is_entry(self.checks.report, || field(place), text, repair) {
                    return None;
                }
                if let Some(domain) = entry.within.first() {
                    let field = within_field(place);
                    self.checks.report.error(field, domain, Kind::WithinNotOpen);
                }
                self.add_text(place, text, entry)
                    .then(|| OriginPattern::from(&text[..]))
            }
            PatternKind::Regex(_) | PatternKind::HostRegex(_) => self.add_regex(place, entry),
            PatternKind::Predicate(predicate) => self.add_predicate(place, predicate, entry),
        }
    }

    /// Adds an origin or a pattern. Returns `false` if it has an error or is in the list
    /// already.
    fn add_text(&mut self, place: usize, text: &str, entry: &OriginPattern) -> bool {
        let Checks { config, report, .. } = &mut self.checks;
        let index = self.list.len();
        let (is_new, dangers) = match text {
            "*" => {
                let is_any = |entry: &OriginPattern| matches!(entry.text(), Some("*" | ""));
                let is_new = self.matcher.insert_any(index);
                if is_new && !config.allow_origins.iter().all(is_any) {
                    report.error(field(place), text, Kind::AnyNotAlone);
                }
                let witness = "https://evil.example".to_owned();
                (is_new, vec![(Danger::AnyOriginWithCredentials, witness)])
            }
            "null" => {
                let is_new = self.matcher.insert_null(index);
                (is_new, vec![(Danger::NullOrigin, text.to_owned())])
            }
            _ => match Pattern::parse(text) {
                Ok(pattern) => {
                    let dangers = dangers::of_pattern(&pattern);
                    // With one of these dangers, the pattern itself is the border.
                    let has_border = config.allow_credentials
                        && !dangers.iter().any(|(danger, _)| {
                            matches!(danger, Danger::PublicSuffixSubdomains | Danger::Unbounded)
                        });
                    let is_new = self.matcher.insert_pattern(&pattern, index, has_border);
                    (is_new, dangers)
                }
                Err(fault) => {
                    report.error_with(field(place), text, Kind::Origin(fault), repair(text));
                    return false;
                }
            },
        };
        if is_new {
            for (danger, witness) in dangers {
                self.checks.danger(place, entry, danger, witness);
            }
        }
        is_new
    }

    fn add_predicate(
        &mut self,
        place: usize,
        predicate: &OriginPredicate,
        entry: &OriginPattern,
    ) -> Option<OriginPattern> {
        let checks = &mut self.checks;
        let entry = normalised(entry);
        let has_no_border = checks.config.allow_credentials && entry.within.is_empty();
        if has_no_border && !checks.takes_on(Danger::Unbounded, &entry) {
            checks.report_no_border(place, &entry, Vec::new(), String::new(), None);
            return None;
        }
        let border = checks.border(place, &entry)?;
        if !checks.is_new(&entry) {
            return None;
        }
        let index = self.list.len();
        let predicates = &mut self.matcher.predicates;
        predicates.push((predicate.clone(), border, index));
        Some(entry)
    }
}

/// Reports each exact origin that a pattern allows too. Regexes and predicates are not
/// asked: 7 hostile regexes took 8.8 seconds for 1,600 origins.
fn advise_on_covered(checks: &mut Checks<'_>, matcher: &OriginMatcher, list: &[OriginPattern]) {
    if matcher.patterns.is_empty() {
        return;
    }
    for (place, entry) in checks.config.allow_origins.iter().enumerate() {
        let Some(text) = entry.text() else { continue };
        let by = Origin::parse(text)
            .and_then(|origin| matcher.pattern_for(&origin))
            .and_then(|index| list.get(index));
        if let Some(by) = by {
            let kind = AdvisoryKind::Covered { by: by.to_string() };
            checks.report.advise(field(place), text, kind);
        }
    }
}
