//! Repairs: the lines of a policy that allow a request.

use http::header::ACCESS_CONTROL_REQUEST_METHOD;
use serde_json::{Value, json};
use tower_cors::{CorsConfig, DenyReason, Policy, RequestHead};

/// The configuration that allows a request which the policy denies, or that compiles to the
/// errors which tell why it should not be. `None` if the policy is not at fault.
pub(crate) fn for_request(policy: &Policy, head: RequestHead<'_>) -> Option<CorsConfig> {
    let mut policy = policy.clone();
    let mut repaired = None;
    // A decision names one reason; the next one shows once that is repaired.
    while let Some(reason) = policy.decide(head).deny_reason() {
        let config = allow(policy.config(), reason, head)?;
        match config.compile() {
            // What compiling leaves out would be added forever.
            Ok(next) if next.config() == policy.config() => return None,
            Ok(next) => policy = next,
            Err(_) => return Some(config),
        }
        repaired = Some(policy.config().clone());
    }
    repaired
}

fn allow(config: &CorsConfig, reason: DenyReason<'_>, head: RequestHead<'_>) -> Option<CorsConfig> {
    let header = |name| head.headers().get(name)?.to_str().ok();
    let config = config.clone();
    match reason {
        DenyReason::OriginNotAllowed | DenyReason::OriginOutsideBorder(_) => {
            Some(config.allow_origin(header(http::header::ORIGIN)?))
        }
        DenyReason::MethodNotAllowed => {
            let requested = header(ACCESS_CONTROL_REQUEST_METHOD);
            let method = requested.unwrap_or(head.method().as_str());
            let is_same = |listed: &String| listed.eq_ignore_ascii_case(method);
            // It is the script that has to write the method in capitals.
            let is_listed = config.allow_methods.iter().any(is_same);
            (!is_listed).then(|| config.allow_method(method))
        }
        DenyReason::HeaderNotAllowed(name) => Some(config.allow_header(name)),
        DenyReason::PrivateNetworkNotAllowed => Some(config.allow_private_network(true)),
        _ => None,
    }
}

/// The lines to write, or why the crate refuses them.
pub(crate) fn describe(policy: &Policy, repaired: &CorsConfig) -> Value {
    let compiled = repaired.compile();
    let refused = compiled.err().map(|errors| errors.to_string());
    let lines = lines(policy.config(), repaired).unwrap_or_default();
    json!({ "lines": lines, "refused": refused })
}

/// The fields in which a configuration differs from another, each as a line of TOML.
fn lines(before: &CorsConfig, after: &CorsConfig) -> Result<Vec<String>, toml::ser::Error> {
    let before = toml::Table::try_from(before)?;
    let after = toml::Table::try_from(after)?;
    let changed = after
        .iter()
        .filter(|(field, value)| before.get(*field) != Some(*value));
    Ok(changed
        .map(|(field, value)| format!("{field} = {value}"))
        .collect())
}
