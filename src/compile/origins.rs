//! Origin patterns.

use crate::config::CorsConfig;
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::origin::{OriginMatcher, OriginPattern, Pattern, repair};

/// The normalised list of patterns, and its compiled form.
pub(super) fn compile(
    config: &CorsConfig,
    errors: &mut Vec<ConfigError>,
) -> (Vec<OriginPattern>, OriginMatcher) {
    let mut list: Vec<OriginPattern> = Vec::new();
    let mut matcher = OriginMatcher::default();
    let mut seen = std::collections::HashSet::new();
    #[cfg(feature = "regex")]
    let (mut regexes, mut host_regexes) = (Vec::new(), Vec::new());
    let before = errors.len();

    for (place, entry) in config.allow_origins.iter().enumerate() {
        let field = || format!("allow_origins[{place}]");
        let index = list.len();
        let is_new = match entry {
            OriginPattern::Predicate(predicate) => {
                matcher.insert_predicate(predicate.clone(), index);
                true
            }
            OriginPattern::Text(text) => match &text[..] {
                "*" => {
                    if config.allow_origins.iter().any(|other| other != entry) {
                        errors.push(ConfigError::new(field(), "*", Kind::AnyNotAlone));
                    }
                    matcher.insert_any(index);
                    seen.insert(entry.to_string())
                }
                "null" => {
                    matcher.insert_null(index);
                    seen.insert(entry.to_string())
                }
                text => match Pattern::parse(text) {
                    Ok(pattern) => {
                        matcher.insert_pattern(&pattern, index);
                        seen.insert(entry.to_string())
                    }
                    Err(fault) => {
                        let error = ConfigError::new(field(), text, Kind::Origin(fault));
                        errors.push(error.suggest(repair(text)));
                        false
                    }
                },
            },
            #[cfg(feature = "regex")]
            OriginPattern::Regex(regex) | OriginPattern::HostRegex(regex) => {
                match crate::origin::check_regex(regex) {
                    Ok(()) => {
                        let is_new = seen.insert(entry.to_string());
                        if is_new {
                            match entry {
                                OriginPattern::Regex(_) => regexes.push((&regex[..], index)),
                                _ => host_regexes.push((&regex[..], index)),
                            }
                        }
                        is_new
                    }
                    Err(error) => {
                        let message = error.to_string();
                        errors.push(ConfigError::new(field(), regex, Kind::Regex { message }));
                        false
                    }
                }
            }
            #[cfg(not(feature = "regex"))]
            OriginPattern::Regex(regex) | OriginPattern::HostRegex(regex) => {
                errors.push(ConfigError::new(field(), regex, Kind::RegexFeature));
                false
            }
        };
        if is_new {
            list.push(entry.clone());
        }
    }
    #[cfg(feature = "regex")]
    match crate::origin::Regexes::new(&regexes, &host_regexes) {
        Ok(regexes) => matcher.set_regexes(regexes),
        Err(error) => {
            let message = error.to_string();
            errors.push(ConfigError::new(
                "allow_origins",
                "",
                Kind::Regex { message },
            ));
        }
    }
    if list.is_empty() && errors.len() == before {
        errors.push(ConfigError::new("allow_origins", "", Kind::NoOrigins));
    }
    (list, matcher)
}
