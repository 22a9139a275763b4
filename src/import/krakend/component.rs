//! Where the component is.

use super::OPTIONS;
use crate::import::document::{Document, Object, Value, get};
use crate::import::{Findings, ImportErrorKind};

const COMPONENT: &str = "security/cors";
/// The component's name before KrakenD 2.
const OLD_COMPONENT: &str = "github_com/devopsfaith/krakend-cors";

/// The component of a file, of an `extra_config`, or the document itself.
pub(super) fn find<'a>(document: &'a Document, findings: &mut Findings) -> Option<&'a Object> {
    let starts_without = "KrakenD does not start with it";
    let Value::Object(object) = &document.0 else {
        findings.wrong_type("document", &document.0, "an object", starts_without, None);
        return None;
    };
    let is_file = ["extra_config", "version", "endpoints", "$schema"]
        .iter()
        .any(|key| get(object, key).is_some());
    let extra = match get(object, "extra_config") {
        Some(Value::Object(extra)) => extra,
        Some(other) => {
            findings.wrong_type("extra_config", other, "an object", starts_without, None);
            return None;
        }
        None if is_file => return None,
        None => object,
    };
    let (key, value) = match (get(extra, COMPONENT), get(extra, OLD_COMPONENT)) {
        (Some(_), Some(_)) => {
            let kind = ImportErrorKind::Twice {
                other: OLD_COMPONENT,
            };
            findings.error(COMPONENT, "", kind, None);
            return None;
        }
        (Some(value), None) => (COMPONENT, value),
        (None, Some(value)) => (OLD_COMPONENT, value),
        (None, None) if is_file || object.iter().any(|(key, _)| key.contains('/')) => return None,
        (None, None) => return alone(object, findings),
    };
    let usual = match get(object, "version") {
        Some(Value::Number(version)) if *version < 3.0 => OLD_COMPONENT,
        Some(_) => COMPONENT,
        None => key,
    };
    if key != usual {
        let usual = Some(usual.to_owned());
        let kind = ImportErrorKind::OtherGeneration;
        findings.error("extra_config", key, kind, usual);
        return None;
    }
    if let Value::Object(component) = value {
        return Some(component);
    }
    let consequence = "KrakenD then leaves CORS off; correct it, or remove it";
    findings.wrong_type(key, value, "an object", consequence, None);
    None
}

/// An object without any option would be a policy for any origin, so it has to
/// be empty to pass for one.
fn alone<'a>(object: &'a Object, findings: &mut Findings) -> Option<&'a Object> {
    let has_option = object.iter().any(|(key, _)| OPTIONS.contains(&&key[..]));
    if object.is_empty() || has_option {
        return Some(object);
    }
    let expected = "a `krakend.json` or its CORS component";
    findings.error(
        "document",
        "",
        ImportErrorKind::OtherDocument { expected },
        None,
    );
    None
}
