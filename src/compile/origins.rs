//! Origin patterns.

use std::collections::HashSet;

use super::Report;
use super::dangers::{self, Ledger};
use crate::advisory::{Advisory, AdvisoryKind};
use crate::config::CorsConfig;
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::origin::{Origin, OriginMatcher, OriginPattern, Pattern, repair};

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
        regexes: Vec::new(),
        host_regexes: Vec::new(),
    };
    for (place, entry) in config.allow_origins.iter().enumerate() {
        compiler.add(report, &format!("allow_origins[{place}]"), entry);
    }
    if config.allow_origins.is_empty() {
        report
            .errors
            .push(ConfigError::new("allow_origins", "", Kind::NoOrigins));
    }
    compiler.finish(report)
}

struct Compiler<'a> {
    config: &'a CorsConfig,
    ledger: Ledger<'a>,
    matcher: OriginMatcher,
    list: Vec<OriginPattern>,
    seen: HashSet<String>,
    regexes: Vec<(&'a str, usize)>,
    host_regexes: Vec<(&'a str, usize)>,
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
            OriginPattern::Regex(regex) => {
                if self.check_regex(report, field, regex, false) {
                    self.regexes.push((regex, index));
                }
            }
            OriginPattern::HostRegex(regex) => {
                if self.check_regex(report, field, regex, true) {
                    self.host_regexes.push((regex, index));
                }
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
                    dangers::of_pattern(&pattern)
                }
                Err(fault) => {
                    let error = ConfigError::new(field, text, Kind::Origin(fault));
                    report.errors.push(error.suggest(repair(text)));
                    vec![]
                }
            },
        };
        for danger in dangers {
            self.ledger.enter(report, field, text, danger);
        }
    }

    #[cfg(feature = "regex")]
    fn check_regex(&mut self, report: &mut Report, field: &str, regex: &str, _host: bool) -> bool {
        if let Err(error) = crate::origin::check_regex(regex) {
            let kind = Kind::Regex {
                message: error.to_string(),
            };
            report.errors.push(ConfigError::new(field, regex, kind));
            return false;
        }
        true
    }

    #[cfg(not(feature = "regex"))]
    fn check_regex(&mut self, report: &mut Report, field: &str, regex: &str, _host: bool) -> bool {
        report
            .errors
            .push(ConfigError::new(field, regex, Kind::RegexFeature));
        false
    }

    fn finish(mut self, report: &mut Report) -> (Vec<OriginPattern>, OriginMatcher) {
        #[cfg(feature = "regex")]
        match crate::origin::Regexes::new(&self.regexes, &self.host_regexes) {
            Ok(regexes) => self.matcher.set_regexes(regexes),
            Err(error) => {
                let kind = Kind::Regex {
                    message: error.to_string(),
                };
                report
                    .errors
                    .push(ConfigError::new("allow_origins", "", kind));
            }
        }
        self.advise_on_covered(report);
        self.ledger.close(report);
        (self.list, self.matcher)
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
