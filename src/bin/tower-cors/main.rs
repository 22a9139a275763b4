//! The command `tower-cors`: checks, explains and imports policies, and probes servers as
//! the page of a browser would. Uses the public interface of the crate only.
//!
//! `read` and `play` are what the commands share: files, and a page in a browser. A command
//! gives a `Report`, which `print` shows to people or, with `--json`, to programs.

mod check;
mod explain;
mod import;
mod play;
mod print;
mod probe;
mod read;
mod schema;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXIT_STATUS: &str = "\
Exit status:
  0  the policy is valid, the page can read the response
  1  the policy is wrong, the page cannot read the response
  2  the arguments are wrong, a file cannot be read, no answer came";

/// Checks, explains and imports CORS policies, and probes servers as a page would
#[derive(Parser)]
#[command(name = "tower-cors", version, after_help = EXIT_STATUS)]
struct Args {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON document on stdout instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Args),
    Explain(explain::Args),
    Import(import::Args),
    Probe(probe::Args),
    Schema(schema::Args),
}

fn main() -> ExitCode {
    let args = Args::parse();
    let report = match args.command {
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Probe(args) => probe::run(&args),
        Command::Schema(args) => Ok(schema::run(&args)),
    };
    report.unwrap_or_else(|error| error).print(args.json)
}
