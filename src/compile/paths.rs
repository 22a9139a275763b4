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
                errors.extend(found.into_iter().map(|error| error.within(prefix)));
                None
            });
            if let Err(kind) = paths.insert(prefix, policy) {
                errors.push(ConfigError::new("path", prefix, kind));
            }
        }
        let private_network = paths
            .iter()
            .any(|policy| policy.config().allow_private_network);
        let nobody = [Enforcement::Browser, Enforcement::Server]
            .map(|enforcement| Policy::of_nobody(enforcement, private_network));
        let policies = PathPolicies::new(paths, nobody);
        ConfigErrors::of_config(errors, policies)
    }
}
