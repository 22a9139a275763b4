//! Imports the CORS configuration of a gateway as a policy file.

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;
use serde_json::json;
use tower_cors::import::{Note, kong, krakend};
use tower_cors::{ConfigErrors, CorsConfig};

use crate::print::{Exit, Report};
use crate::read;

/// Import the CORS configuration of a gateway: a policy in TOML on stdout, notes on stderr
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    gateway: Gateway,
}

#[derive(Subcommand)]
enum Gateway {
    /// From KrakenD
    Krakend {
        /// A krakend.json, or its component `security/cors`: .json, .yaml or .toml
        file: PathBuf,
    },
    /// From Kong
    Kong {
        /// A declarative file, or the plugin `cors`: .yaml, .json or .toml
        file: PathBuf,
        /// Only the policies of this host, where Kong tells policies apart by host
        #[arg(long)]
        host: Option<String>,
    },
}

pub(crate) fn run(args: &Args) -> Result<Report, Report> {
    match &args.gateway {
        Gateway::Krakend { file } => {
            let imported = krakend::import(&read::file(file)?);
            let imported = imported.map_err(|errors| read::wrong(file, &errors))?;
            let off = CorsConfig::default().enabled(false);
            let config = imported.config.unwrap_or(off);
            report(&config, config.compile().err(), &imported.notes)
        }
        Gateway::Kong { file, host } => {
            let imported = kong::import(&read::file(file)?);
            let imported = imported.map_err(|errors| read::wrong(file, &errors))?;
            let table = match host {
                Some(host) => imported.config.at_host(host).paths(),
                None => imported.config.paths(),
            };
            let mut table = table.map_err(|errors| {
                let mut report = read::wrong(file, &errors);
                let hint = "note: the option `--host` takes one host";
                report.stderr.push(hint.to_owned());
                report
            })?;
            if table.paths.is_empty() {
                table = table.path("/", None);
            }
            report(&table, table.compile().err(), &imported.notes)
        }
    }
}

/// A policy that does not compile is imported all the same: its errors say what to change.
fn report(
    policy: &impl Serialize,
    errors: Option<ConfigErrors>,
    notes: &[Note],
) -> Result<Report, Report> {
    let toml = toml::to_string_pretty(policy);
    let toml = toml.map_err(|error| Report::error(Exit::Wrong, error))?;
    let mut report = Report {
        exit: Exit::Fine,
        stdout: vec![toml.trim_end().to_owned()],
        stderr: notes.iter().map(|note| format!("note: {note}")).collect(),
        json: json!({ "policy": policy, "notes": notes, "errors": errors }),
    };
    if let Some(errors) = errors {
        report.exit = Exit::Wrong;
        let error = format!("error: the imported policy is not valid yet: {errors}");
        report.stderr.push(error);
    }
    Ok(report)
}
