//! From a configuration to a policy. Every error is gathered.

mod advice;
mod answer;
mod dangers;
mod names;
mod origins;
mod paths;

#[cfg(any(feature = "kong", feature = "krakend"))]
pub(crate) use names::{Fault, check_exposed_header, check_method, check_request_header};

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use http::{HeaderValue, StatusCode};

use crate::config::{CorsConfig, Enforcement, MaxAge};
use crate::origin::OriginPattern;
use crate::policy::vary::{self, Vary};
use crate::policy::{Compiled, Policy};
use crate::problem::{Advisory, ConfigError, ConfigErrorKind, ConfigErrors};

/// What is found on the way.
#[derive(Default)]
struct Report {
    errors: Vec<ConfigError>,
    advisories: Vec<Advisory>,
}

impl CorsConfig {
    /// Checks the configuration and makes it a policy.
    ///
    /// # Errors
    ///
    /// All that is wrong, at once.
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
        let mut policy = self.build(&mut report);
        policy.advisories = report.advisories;
        ConfigErrors::of_config(report.errors, Policy(Arc::new(policy)))
    }

    /// What the configuration is compiled to, errors aside.
    fn build(&self, report: &mut Report) -> Compiled {
        let (allow_origins, origins) = origins::compile(self, report);
        let (allow_methods, methods) = names::methods(self, report);
        let (allow_headers, request_headers) = names::request_headers(self, report);
        let expose_headers = names::exposed_headers(self, report);
        let max_age = check_max_age(self.max_age, report);
        let status = check_status(self.preflight_status, report);

        let mut seen = HashSet::new();
        let allowed = self.dangerously_allow.iter().cloned().map(|mut allowed| {
            // It is named by its text alone.
            let within = allowed.entry.iter_mut().map(|entry| &mut entry.within);
            within.for_each(Vec::clear);
            allowed
        });
        let dangerously_allow = allowed.filter(|allowed| seen.insert(allowed.clone()));
        let dangerously_allow = dangerously_allow.collect();
        let config = CorsConfig {
            allow_origins,
            allow_methods,
            allow_headers,
            expose_headers,
            max_age,
            dangerously_allow,
            ..self.clone()
        };
        advice::advise(self, report);
        let any_origin = origins.allows_any() && !config.allow_credentials;
        Compiled {
            preflight: answer::preflight(&config, status, &methods),
            expose: answer::expose(&config),
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
            config,
            vary: None,
            vary_of_options: None,
            ..CorsConfig::default().build(&mut Report::default())
        }))
    }

    /// A policy that allows no origin, where no other can be told.
    pub(crate) fn of_nobody(enforcement: Enforcement, allow_private_network: bool) -> Self {
        let nobody = CorsConfig::new([OriginPattern::predicate(|_| false)])
            .enforcement(enforcement)
            .allow_private_network(allow_private_network);
        Policy(Arc::new(nobody.build(&mut Report::default())))
    }
}

/// What responses to all but preflights depend on.
fn actual_vary(config: &CorsConfig, any_origin: bool) -> Option<&'static Vary> {
    let constant = any_origin && config.answer_without_origin && !config.debug;
    match config.enforcement {
        _ if constant && config.enforcement == Enforcement::Browser => None,
        Enforcement::Server => Some(&vary::ENFORCED),
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
    report
        .errors
        .push(ConfigError::new("max_age", format!("{duration:?}"), kind));
    max_age
}

fn check_status(status: u16, report: &mut Report) -> StatusCode {
    match StatusCode::from_u16(status) {
        Ok(status) if status.is_success() => status,
        _ => {
            let kind = ConfigErrorKind::PreflightStatus;
            report.errors.push(ConfigError::new(
                "preflight_status",
                status.to_string(),
                kind,
            ));
            StatusCode::NO_CONTENT
        }
    }
}
