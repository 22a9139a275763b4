//! Compiles a configuration to a policy, and gathers every error on the way.
//!
//! Uses `config`, `origin`, `policy`, `problem` and `text`. To read: `CorsConfig::compile` and
//! `build` in this file call all others. `report` gathers problems. `origins` adds the entries
//! of the list one by one, with `dangers` and `entry_checks` for all kinds of entries and
//! `regexes` for regexes. `methods_and_headers` and `own_origins` check the other lists.
//! `answer` makes the headers of answers. `advice` reports settings that work, but hardly as
//! intended. `paths` compiles configurations by path.

mod advice;
mod answer;
mod dangers;
mod entry_checks;
mod methods_and_headers;
mod origins;
mod own_origins;
mod paths;
#[cfg_attr(not(feature = "regex"), path = "without_regex.rs")]
mod regexes;
mod report;

#[cfg(any(feature = "kong", feature = "krakend"))]
pub(crate) use methods_and_headers::{
    Fault, check_exposed_header, check_method, check_request_header,
};

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use http::{HeaderValue, StatusCode};

use crate::config::{CorsConfig, Enforcement, MaxAge, Sources, WhenEmpty};
use crate::origin::OriginPattern;
use crate::policy::vary::{self, Vary};
use crate::policy::{Compiled, Exempt, Policy};
use crate::problem::{ConfigErrorKind, ConfigErrors};
use report::Report;

impl CorsConfig {
    /// Checks the configuration and turns it into a policy.
    ///
    /// # Errors
    ///
    /// All problems at once.
    ///
    /// ```
    /// use tower_cors::CorsConfig;
    ///
    /// let errors = CorsConfig::new(["https://example.com/"])
    ///     .allow_methods(["patch"])
    ///     .compile()
    ///     .unwrap_err();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     "invalid CORS configuration, 2 errors:\n\
    ///      - allow_origins[0] `https://example.com/`: an origin has no trailing slash; \
    ///        write `https://example.com`\n\
    ///      - allow_methods[0] `patch`: methods are case-sensitive; write `PATCH`"
    /// );
    /// ```
    pub fn compile(&self) -> Result<Policy, ConfigErrors> {
        if !self.enabled {
            return Ok(Policy::off_with(self.clone()));
        }
        let mut report = Report::default();
        let mut policy = match self.when_empty {
            WhenEmpty::Any if self.has_no_origins() => {
                self.clone().allow_origin("*").build(&mut report)
            }
            _ => self.build(&mut report),
        };
        report.locate(&self.sources);
        policy.advisories = report.advisories;
        let policy = match self.is_off() {
            true => Policy::off_with(self.clone().enabled(false)),
            false => Policy(Arc::new(policy)),
        };
        ConfigErrors::of_config(report.errors, policy)
    }

    /// The list is empty once its empty entries are left out.
    fn has_no_origins(&self) -> bool {
        let mut origins = self.allow_origins.iter();
        origins.all(|entry| entry.text() == Some(""))
    }

    /// No origin is listed, and that means that CORS is off. A server that knows its own
    /// origins keeps all others out.
    fn is_off(&self) -> bool {
        self.when_empty == WhenEmpty::Off && self.has_no_origins() && self.own_origins.is_empty()
    }

    /// No origin is listed, and that is a mistake.
    fn lacks_origins(&self) -> bool {
        let may_be_empty = self.when_empty != WhenEmpty::Error || !self.own_origins.is_empty();
        self.has_no_origins() && !may_be_empty
    }

    /// Compiles the configuration, whatever errors it has.
    fn build(&self, report: &mut Report) -> Compiled {
        let (allow_origins, origins) = origins::compile(self, report);
        let (allow_methods, methods) = methods_and_headers::methods(self, report);
        let (allow_headers, request_headers) = methods_and_headers::request_headers(self, report);
        let expose_headers = methods_and_headers::exposed_headers(self, report);
        let max_age = check_max_age(self.max_age, report);
        let status = check_status(self.preflight_status, report);
        let own_origins = own_origins::compile(self, report);

        let mut dangerously_allow = self.dangerously_allow.clone();
        for allowed in &mut dangerously_allow {
            // A danger names an entry without its border.
            if let Some(entry) = &mut allowed.entry {
                entry.within.clear();
            }
        }
        let mut seen = HashSet::new();
        dangerously_allow.retain(|allowed| seen.insert(allowed.clone()));
        let config = CorsConfig {
            allow_origins,
            allow_methods,
            allow_headers,
            expose_headers,
            max_age,
            own_origins: own_origins::listed(self).cloned().collect(),
            dangerously_allow,
            sources: Sources::default(),
            ..self.clone()
        };
        advice::advise(self, report);
        let any_origin = origins.allows_any() && !config.allow_credentials;
        Compiled {
            preflight: answer::preflight(&config, status, &methods),
            expose: answer::expose(&config),
            exempt: own_origins.map_or(Exempt::SameOrigin, Exempt::Own),
            vary: actual_vary(&config, any_origin),
            vary_of_options: Some(match config.enforcement {
                Enforcement::Server => &vary::OPTIONS_ENFORCED,
                Enforcement::Browser => &vary::OPTIONS,
            }),
            origins,
            methods,
            request_headers,
            any_origin: any_origin.then_some(HeaderValue::from_static("*")),
            advisories: Vec::new(),
            #[cfg(feature = "tracing")]
            noticed: 0.into(),
            config,
        }
    }
}

impl Policy {
    /// The policy that leaves everything alone.
    pub(crate) fn off() -> &'static Policy {
        static OFF: LazyLock<Policy> =
            LazyLock::new(|| Policy::off_with(CorsConfig::default().enabled(false)));
        &OFF
    }

    fn off_with(config: CorsConfig) -> Self {
        Policy(Arc::new(Compiled {
            config: CorsConfig {
                sources: Sources::default(),
                ..config
            },
            vary: None,
            vary_of_options: None,
            ..CorsConfig::default().build(&mut Report::default())
        }))
    }

    /// A policy that allows no origin, for requests where two others could apply.
    pub(crate) fn of_nobody(like: CorsConfig) -> Self {
        Policy(Arc::new(Compiled::of_nobody(like)))
    }

    /// Takes the place of a policy that is missing. It exempts nobody, because the missing
    /// policy may know the server's own origins.
    pub(crate) fn missing() -> Self {
        let enforced = CorsConfig::default().enforcement(Enforcement::Server);
        Policy(Arc::new(Compiled {
            exempt: Exempt::Nobody,
            ..Compiled::of_nobody(enforced)
        }))
    }
}

impl Compiled {
    fn of_nobody(like: CorsConfig) -> Self {
        let nobody = like.allow_origins([OriginPattern::predicate(|_| false)]);
        nobody.build(&mut Report::default())
    }
}

/// The request headers that responses to all but preflights depend on.
fn actual_vary(config: &CorsConfig, any_origin: bool) -> Option<&'static Vary> {
    let is_everyones = any_origin && config.answer_without_origin;
    match config.enforcement {
        Enforcement::Server => Some(&vary::ENFORCED),
        Enforcement::Browser if is_everyones && !config.debug => None,
        Enforcement::Browser => Some(&vary::ACTUAL),
    }
}

fn check_max_age(max_age: MaxAge, report: &mut Report) -> MaxAge {
    let MaxAge::For(duration) = max_age else {
        return max_age;
    };
    let kind = match duration.as_secs() {
        0 if duration.is_zero() => return MaxAge::Disabled,
        0 => ConfigErrorKind::MaxAgeBelowSecond,
        seconds if seconds > u64::from(u32::MAX) => ConfigErrorKind::MaxAgeTooLong,
        seconds => return MaxAge::For(Duration::from_secs(seconds)),
    };
    report.error("max_age", format!("{duration:?}"), kind);
    max_age
}

fn check_status(status: u16, report: &mut Report) -> StatusCode {
    match StatusCode::from_u16(status) {
        Ok(status) if status.is_success() => status,
        _ => {
            let kind = ConfigErrorKind::PreflightStatus;
            report.error("preflight_status", status.to_string(), kind);
            StatusCode::NO_CONTENT
        }
    }
}
