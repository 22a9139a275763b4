//! Origin patterns.

use std::collections::HashSet;
#[cfg(feature = "regex")]
use std::mem::take;

#[cfg(feature = "regex")]
use regex_syntax::hir::Hir;

use super::Report;
use super::dangers::{self, Ledger};
use crate::advisory::{Advisory, AdvisoryKind};
use crate::config::CorsConfig;
#[cfg(feature = "regex")]
use crate::config::Danger;
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::origin::{Below, Origin, OriginMatcher, OriginPattern, Pattern, repair};
#[cfg(feature = "regex")]
use crate::origin::{MAX_REGEX_COUNT, RegexFault, Regexes, Subject, check_regex};

/// The normalised list of patterns, and its compiled form.
pub(super) fn compile(
    config: &CorsConfig,
    report: &mut Report,
) -> (Vec<OriginPattern>, OriginMatcher) {
    let mut compiler = Compiler {
        config,
        ledger: Ledger::new(config),
        matcher: OriginMatcher::default(),
        list: Vec::new(),
        seen: HashSet::new(),
        below: Below::default(),
        #[cfg(feature = "regex")]
        regexes: Vec::new(),
        #[cfg(feature = "regex")]
        host_regexes: Vec::new(),
        #[cfg(feature = "regex")]
        regex_count: 0,
    };
    for (place, entry) in config.allow_origins.iter().enumerate() {
        compiler.add(report, &format!("allow_origins[{place}]"), entry);
    }
    if config.allow_origins.is_empty() {
        report
            .errors
            .push(ConfigError::new("allow_origins", "", Kind::NoOrigins));
    }
    #[cfg(feature = "regex")]
    compiler.compile_regexes(report);
    compiler.finish(report)
}

struct Compiler<'a> {
    config: &'a CorsConfig,
    ledger: Ledger<'a>,
    matcher: OriginMatcher,
    list: Vec<OriginPattern>,
    seen: HashSet<String>,
    below: Below,
    #[cfg(feature = "regex")]
    regexes: Vec<(Hir, usize)>,
    #[cfg(feature = "regex")]
    host_regexes: Vec<(Hir, usize)>,
    #[cfg(feature = "regex")]
    regex_count: usize,
}

impl<'a> Compiler<'a> {
    fn add(&mut self, report: &mut Report, field: &str, entry: &'a OriginPattern) {
        let index = self.list.len();
        let is_predicate = matches!(entry, OriginPattern::Predicate(_));
        if !is_predicate && !self.seen.insert(entry.to_string()) {
            return;
        }
        match entry {
            OriginPattern::Text(text) => self.add_text(report, field, text, index),
            #[cfg(feature = "regex")]
            OriginPattern::Regex(regex) => {
                let regex = self.check_regex(report, field, regex, Subject::Origin);
                self.regexes.extend(regex.map(|regex| (regex, index)));
            }
            #[cfg(feature = "regex")]
            OriginPattern::HostRegex(regex) => {
                let regex = self.check_regex(report, field, regex, Subject::Host);
                self.host_regexes.extend(regex.map(|regex| (regex, index)));
            }
            #[cfg(not(feature = "regex"))]
            OriginPattern::Regex(regex) | OriginPattern::HostRegex(regex) => {
                report
                    .errors
                    .push(ConfigError::new(field, regex, Kind::RegexFeature));
            }
            OriginPattern::Predicate(predicate) => {
                self.matcher.insert_predicate(predicate.clone(), index);
            }
        }
        self.list.push(entry.clone());
    }

    fn add_text(&mut self, report: &mut Report, field: &str, text: &str, index: usize) {
        let dangers = match text {
            "*" => {
                self.matcher.insert_any(index);
                let is_any = |entry: &OriginPattern| *entry == OriginPattern::from("*");
                if !self.config.allow_origins.iter().all(is_any) {
                    report
                        .errors
                        .push(ConfigError::new(field, text, Kind::AnyNotAlone));
                }
                vec![dangers::of_any()]
            }
            "null" => {
                self.matcher.insert_null(index);
                vec![dangers::of_null()]
            }
            _ => match Pattern::parse(text) {
                Ok(pattern) => {
                    self.matcher.insert_pattern(&pattern, index);
                    dangers::of_pattern(&pattern, &mut self.below)
                }
                Err(fault) => {
                    let error = ConfigError::new(field, text, Kind::Origin(fault));
                    report.errors.push(error.suggest(repair(text)));
                    vec![]
                }
            },
        };
        for danger in dangers {
            self.ledger.enter(report, field, text, danger, None);
        }
    }

    #[cfg(feature = "regex")]
    fn check_regex(
        &mut self,
        report: &mut Report,
        field: &str,
        regex: &str,
        subject: Subject,
    ) -> Option<Hir> {
        self.regex_count += 1;
        if self.regex_count > MAX_REGEX_COUNT {
            return None;
        }
        let checked = check_regex(regex).map_err(Kind::from);
        let found = checked.and_then(|checked| {
            let dangers = dangers::of_regex(&checked, subject)?;
            Ok((checked.into_hir(), dangers))
        });
        match found {
            Ok((hir, dangers)) => {
                for danger in dangers {
                    let repair = with_https(regex, subject, danger.0);
                    self.ledger.enter(report, field, regex, danger, repair);
                }
                Some(hir)
            }
            Err(kind) => {
                let shown = shortened(regex, &kind);
                report.errors.push(ConfigError::new(field, shown, kind));
                None
            }
        }
    }

    fn finish(self, report: &mut Report) -> (Vec<OriginPattern>, OriginMatcher) {
        self.advise_on_covered(report);
        self.ledger.close(report);
        (self.list, self.matcher)
    }

    #[cfg(feature = "regex")]
    fn compile_regexes(&mut self, report: &mut Report) {
        let (origins, hosts) = (take(&mut self.regexes), take(&mut self.host_regexes));
        let regexes = if self.regex_count > MAX_REGEX_COUNT {
            Err(RegexFault::TooMany)
        } else {
            Regexes::new(origins, hosts)
        };
        match regexes {
            Ok(regexes) => self.matcher.set_regexes(regexes),
            Err(fault) => {
                report
                    .errors
                    .push(ConfigError::new("allow_origins", "", fault.into()));
            }
        }
    }

    /// Remarks each exact origin that another pattern allows too.
    fn advise_on_covered(&self, report: &mut Report) {
        for (place, entry) in self.config.allow_origins.iter().enumerate() {
            let OriginPattern::Text(text) = entry else {
                continue;
            };
            let by = Origin::parse(text)
                .and_then(|origin| self.matcher.find_pattern(&origin))
                .and_then(|found| self.matcher.index(found, text.as_bytes()))
                .and_then(|index| self.list.get(index));
            if let Some(by) = by {
                let kind = AdvisoryKind::Covered { by: by.to_string() };
                let field = format!("allow_origins[{place}]");
                report.advisories.push(Advisory::new(field, text, kind));
            }
        }
    }
}

/// A regex that is too long is too long for an error as well.
#[cfg(feature = "regex")]
fn shortened(regex: &str, kind: &Kind) -> String {
    let mut chars = regex.chars();
    match kind {
        Kind::RegexTooLong { .. } => chars.by_ref().take(60).chain(['…']).collect(),
        _ => chars.collect(),
    }
}

/// A regex of hosts allows each scheme; one of origins can ask for https.
#[cfg(feature = "regex")]
fn with_https(regex: &str, subject: Subject, danger: Danger) -> Option<String> {
    let is_host = subject == Subject::Host && danger == Danger::InsecureOrigins;
    let host = regex.strip_prefix('^').unwrap_or(regex);
    let host = host.strip_suffix('$').unwrap_or(host);
    (is_host && is_movable(host)).then(|| {
        if host.contains('|') {
            format!("{{ regex = 'https://({host})' }}")
        } else {
            format!("{{ regex = 'https://{host}' }}")
        }
    })
}

/// Whether a regex means the same behind a scheme, and can stand in a file as it is.
///
/// What could be a comment would take the rest with it, and a quote ends the text.
#[cfg(feature = "regex")]
fn is_movable(host: &str) -> bool {
    let is_anchored = host.replace("[^", "").contains(['^', '$'])
        || host.contains(r"\A")
        || host.contains(r"\z")
        || host.ends_with('\\');
    !is_anchored && !host.contains(|c: char| c.is_control() || matches!(c, '#' | '\''))
}
