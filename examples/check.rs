//! Checks a policy file, and explains what it decides about a request.
//!
//! ```sh
//! cargo run --example check --features serde -- policy.toml \
//!     --origin https://app.example.com --method PUT --header content-type
//! ```
//!
//! Without `--origin` it only checks the file: TOML, or JSON or YAML by the
//! file's ending. The exit status is 0 if the request is allowed (or the file
//! is valid), 1 if it is denied, and 2 if something is wrong with the file.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, HeaderValue, Method};
use tower_cors::{Action, CorsConfig, Policy};

/// Check a CORS policy, and explain what it decides.
#[derive(Parser)]
struct Args {
    /// The policy: a .toml, .json or .yaml file
    policy: PathBuf,
    /// The origin of the page, such as <https://app.example.com>
    #[arg(long)]
    origin: Option<String>,
    /// The method that the page uses
    #[arg(long, default_value = "GET")]
    method: String,
    /// A request header that the page sets; may be repeated
    #[arg(long)]
    header: Vec<String>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let policy = match load(&args.policy) {
        Ok(policy) => policy,
        Err(error) => {
            eprintln!("{}: {error}", args.policy.display());
            return ExitCode::from(2);
        }
    };
    println!("{}: valid", args.policy.display());
    for advisory in policy.advisories() {
        println!("advice: {advisory}");
    }
    let Some(origin) = &args.origin else {
        return ExitCode::SUCCESS;
    };
    match explain(&policy, origin, &args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("this request cannot be sent: {error}");
            ExitCode::from(2)
        }
    }
}

fn load(path: &Path) -> Result<Policy, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let config: CorsConfig = match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => serde_json::from_str(&text)?,
        Some("yaml" | "yml") => serde_saphyr::from_str(&text)?,
        _ => toml::from_str(&text)?,
    };
    Ok(config.compile()?)
}

/// Explains the preflight, if a browser sends one, and the request itself.
fn explain(policy: &Policy, origin: &str, args: &Args) -> Result<bool, Box<dyn Error>> {
    let method: Method = args.method.parse()?;
    let mut headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_str(origin)?)]);
    let actual = headers.clone();
    let is_safelisted = matches!(method, Method::GET | Method::HEAD | Method::POST);
    let mut allowed = true;
    if !is_safelisted || !args.header.is_empty() {
        headers.insert(
            ACCESS_CONTROL_REQUEST_METHOD,
            HeaderValue::from_str(&args.method)?,
        );
        if !args.header.is_empty() {
            let mut names: Vec<_> = args.header.iter().map(|name| name.to_lowercase()).collect();
            names.sort_unstable();
            names.dedup();
            let names = HeaderValue::from_str(&names.join(","))?;
            headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, names);
        }
        allowed = explain_one(policy, &Method::OPTIONS, &headers);
    }
    Ok(explain_one(policy, &method, &actual) && allowed)
}

fn explain_one(policy: &Policy, method: &Method, headers: &HeaderMap) -> bool {
    let explanation = policy.explain(method, headers);
    print!("\n{explanation}");
    match policy.decide(method, headers).action() {
        Action::Answer(response) => {
            println!("answered here, with {}:", response.status());
            print_headers(response.headers());
        }
        Action::Forward(edit) => {
            let mut headers = HeaderMap::new();
            edit.apply(&mut headers);
            println!("left to the service; its response gets:");
            print_headers(&headers);
        }
    }
    explanation.is_allowed()
}

fn print_headers(headers: &HeaderMap) {
    for (name, value) in headers {
        println!("  {name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
}
