//! Configurations by path.

use crate::config::{CorsConfig, Enforcement, PathConfigs};
use crate::policy::{PathPolicies, Paths, Policy};
use crate::problem::{ConfigError, ConfigErrors};

impl PathConfigs {
    /// Compiles all configurations.
    ///
    /// # Errors
    ///
    /// All problems of all configurations, with the prefix in front of the field, and
    /// prefixes that are not valid or appear twice.
    pub fn compile(&self) -> Result<PathPolicies, ConfigErrors> {
        let mut errors = Vec::new();
        let mut paths = Paths::default();
        for (prefix, config) in &self.paths {
            let compiled = config.as_ref().map(CorsConfig::compile).transpose();
            let policy = compiled.unwrap_or_else(|found| {
                errors.extend(found.into_iter().map(|error| error.at_path(prefix)));
                None
            });
            if let Err(kind) = paths.insert(prefix, policy) {
                errors.push(ConfigError::new("path", prefix, kind));
            }
        }
        let configs = || paths.iter().map(Policy::config);
        let private_network = configs().any(|config| config.allow_private_network);
        let own_origins = configs().flat_map(|config| config.own_origins.iter().cloned());
        let browser = CorsConfig::default().allow_private_network(private_network);
        let server = browser
            .clone()
            .enforcement(Enforcement::Server)
            .own_origins(own_origins);
        let nobody = [browser, server].map(Policy::of_nobody);
        let policies = PathPolicies::new(paths, nobody);
        ConfigErrors::of_config(errors, policies)
    }
}
