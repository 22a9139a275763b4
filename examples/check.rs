//! Checks a policy file, and explains what it decides about a request.
//!
//! ```sh
//! cargo run --example check --features serde -- policy.toml \
//!     --origin https://app.example.com --method PUT --header content-type
//! ```
//!
//! Without `--origin` it only checks the file: TOML, or JSON or YAML by the
//! file's ending. The exit status is 0 if the request is allowed (or the file
//! is valid), 1 if it is denied, and 2 if something is wrong with the file or
//! with the arguments.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use tower_cors::{Action, CorsConfig, Policy, PreflightMode};

/// Check a CORS policy, and explain what it decides.
///
/// Exit status: 0 allowed (or the file is valid), 1 denied, 2 something is wrong
/// with the file or the arguments.
#[derive(Parser)]
struct Args {
    /// The policy: a .toml, .json or .yaml file
    policy: PathBuf,
    /// The origin of the page, such as <https://app.example.com>
    #[arg(long)]
    origin: Option<HeaderValue>,
    /// The method that the page uses
    #[arg(long, default_value = "GET", requires = "origin", value_parser = method)]
    method: Method,
    /// The name of a request header that the page sets; may be repeated
    #[arg(long, requires = "origin", value_parser = header_name)]
    header: Vec<HeaderName>,
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
    match &args.origin {
        Some(origin) if !explain(&policy, origin, &args) => ExitCode::from(1),
        _ => ExitCode::SUCCESS,
    }
}

/// A method, with the six in upper case that browsers send so.
fn method(text: &str) -> Result<Method, String> {
    let upper = text.to_ascii_uppercase();
    let is_normalised = matches!(
        &upper[..],
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT"
    );
    let text = if is_normalised { &upper } else { text };
    text.parse().map_err(|_| "not a method".to_owned())
}

fn header_name(text: &str) -> Result<HeaderName, String> {
    if let Some((name, _)) = text.split_once(':') {
        return Err(format!("give the name only: `{}`", name.trim()));
    }
    text.parse().map_err(|_| "not a header name".to_owned())
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
fn explain(policy: &Policy, origin: &HeaderValue, args: &Args) -> bool {
    let method = &args.method;
    let names = names_to_ask_for(&args.header);
    let is_safelisted = [Method::GET, Method::HEAD, Method::POST].contains(method);
    if is_safelisted && names.is_empty() {
        println!("\nA browser sends this request without a preflight.");
    } else {
        println!("\nA browser sends a preflight first.");
        let mut preflight = request(Method::OPTIONS, origin);
        let headers = preflight.headers_mut();
        if let Ok(method) = HeaderValue::from_str(method.as_str()) {
            headers.insert(ACCESS_CONTROL_REQUEST_METHOD, method);
        }
        if let Some(names) = names_in_one_line(&names) {
            headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, names);
        }
        let allowed = explain_one(policy, &preflight);
        if policy.config().preflight == PreflightMode::Forward && is_forwarded(policy, &preflight) {
            println!("\nIf the service's answer allows it, the browser sends the request.");
        } else if allowed {
            println!("\nThen it sends the request.");
        } else {
            println!("\nThe browser never sends the {method} request.");
            return false;
        }
    }
    explain_one(policy, &request(method.clone(), origin))
}

/// The names that browsers ask for, as they do: each once, in order. (It also
/// depends on the values, of which nothing is known here.)
fn names_to_ask_for(names: &[HeaderName]) -> Vec<&str> {
    let mut asked = Vec::new();
    for name in names.iter().map(HeaderName::as_str) {
        match name {
            "accept" | "accept-language" | "content-language" | "range" => {
                println!("note: `{name}` needs no preflight, unless its value is unusual");
                continue;
            }
            "content-type" => println!(
                "note: `{name}` is taken for `application/json` or the like; \
                 forms and `text/plain` need no preflight"
            ),
            _ => {}
        }
        asked.push(name);
    }
    asked.sort_unstable();
    asked.dedup();
    asked
}

fn names_in_one_line(names: &[&str]) -> Option<HeaderValue> {
    let line = names.join(",");
    HeaderValue::try_from(line)
        .ok()
        .filter(|line| !line.is_empty())
}

fn request(method: Method, origin: &HeaderValue) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    request.headers_mut().insert(ORIGIN, origin.clone());
    request
}

fn is_forwarded(policy: &Policy, request: &Request<()>) -> bool {
    matches!(policy.decide(request).action(), Action::Forward(_))
}

fn explain_one(policy: &Policy, request: &Request<()>) -> bool {
    let explanation = policy.decide(request).explain();
    print!("\n{explanation}");
    let action = policy.decide(request).action();
    let title = match action {
        Action::Answer(_) => "headers of the answer:",
        Action::Forward(_) => "headers that the response gets:",
    };
    let response = action.respond(Response::<()>::default);
    let headers = response.headers();
    if !headers.is_empty() {
        println!("{title}");
    }
    for (name, value) in headers {
        println!("  {name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
    explanation.is_allowed()
}
