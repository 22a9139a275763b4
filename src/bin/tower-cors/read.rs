//! Reads files: TOML, JSON or YAML by the ending of their names.

use std::collections::HashMap;
use std::fmt::Display;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower_cors::{CorsConfig, PathConfigs, PathPolicies, Policy};

use crate::print::{Exit, Report};

/// The policies of a file.
pub(crate) struct Policies {
    /// Each policy, with its place in the file: empty, or a path and a dot.
    pub(crate) each: Vec<(String, Policy)>,
    by_path: Option<PathPolicies>,
}

impl Policies {
    /// The policy for a path, if it has one.
    pub(crate) fn get(&self, path: &str) -> Option<&Policy> {
        match &self.by_path {
            Some(policies) => policies.get(path),
            None => self.each.first().map(|(_, policy)| policy),
        }
    }
}

pub(crate) fn policies(path: &Path) -> Result<Policies, Report> {
    let keys: HashMap<String, Value> = file(path)?;
    let (mut each, mut by_path) = (Vec::new(), None);
    if keys.keys().any(|key| key.starts_with('/')) {
        let configs: PathConfigs = file(path)?;
        by_path = Some(configs.compile().map_err(|errors| wrong(path, &errors))?);
        for (prefix, config) in &configs.paths {
            // Each compiles on its own, or the table would not have.
            let policy = config.as_ref().and_then(|config| config.compile().ok());
            each.extend(policy.map(|policy| (format!("{prefix:?}."), policy)));
        }
    } else {
        let config: CorsConfig = file(path)?;
        let policy = config.compile().map_err(|errors| wrong(path, &errors))?;
        each.push((String::new(), policy));
    }
    Ok(Policies { each, by_path })
}

/// Reads a file of any shape.
pub(crate) fn file<T: DeserializeOwned>(path: &Path) -> Result<T, Report> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Report::error(Exit::Unusable, format!("{name}: {error}")))?;
    let parsed = match path.extension().and_then(|ending| ending.to_str()) {
        Some("toml") => toml::from_str(&text).map_err(|error| error.to_string()),
        Some("json") => serde_json::from_str(&text).map_err(|error| error.to_string()),
        Some("yaml" | "yml") => serde_saphyr::from_str(&text).map_err(|error| error.to_string()),
        _ => {
            let text = format!("{name}: the name has to end in .toml, .json, .yaml or .yml");
            return Err(Report::error(Exit::Unusable, text));
        }
    };
    parsed.map_err(|error| Report::error(Exit::Wrong, format!("{name}: {}", error.trim_end())))
}

/// All errors of a file.
pub(crate) fn wrong(path: &Path, errors: &(impl Display + Serialize)) -> Report {
    let mut report = Report::error(Exit::Wrong, format!("{}: {errors}", path.display()));
    report.json["errors"] = json!(errors);
    report
}
