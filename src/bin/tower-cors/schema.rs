//! Prints the JSON Schema of policy files, by which editors complete and check them.

use serde_json::json;
use tower_cors::{CorsConfig, PathConfigs};

use crate::print::{Exit, Report};

/// Print the JSON Schema of a policy file
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The schema of policies by path
    #[arg(long)]
    by_path: bool,
}

pub(crate) fn run(args: &Args) -> Report {
    let schema = match args.by_path {
        true => schemars::schema_for!(PathConfigs),
        false => schemars::schema_for!(CorsConfig),
    };
    Report {
        exit: Exit::Fine,
        stdout: vec![format!("{:#}", schema.as_value())],
        stderr: Vec::new(),
        json: json!(schema),
    }
}
