//! Checks a policy file: all its errors at once, or its advisories.

use std::path::PathBuf;

use serde_json::json;

use crate::print::{Exit, Report};
use crate::read;

/// Check a policy file
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A policy, or policies by path: a .toml, .json or .yaml file
    file: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<Report, Report> {
    let policies = read::policies(&args.file)?;
    let mut stdout = vec![format!("valid: {}", args.file.display())];
    let mut advisories = Vec::new();
    for (place, policy) in &policies.each {
        for advisory in policy.advisories() {
            stdout.push(format!("advice: {place}{advisory}"));
            advisories.push(json!({
                "field": format!("{place}{}", advisory.field()),
                "value": advisory.value(),
                "code": advisory.kind().code(),
                "message": advisory.kind().to_string(),
            }));
        }
    }
    Ok(Report {
        exit: Exit::Fine,
        stdout,
        stderr: Vec::new(),
        json: json!({ "valid": true, "advisories": advisories }),
    })
}
