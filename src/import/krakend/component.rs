//! Where the component is.

use super::{Generation, OPTIONS};
use crate::import::document::{Document, Object, Value, get, is_template};
use crate::import::options::is_among;
use crate::import::{Findings, ImportErrorKind as ErrorKind, NoteKind};

const COMPONENT: &str = "security/cors";
/// The component's name before KrakenD 2.
const OLD_COMPONENT: &str = "github_com/devopsfaith/krakend-cors";

/// The component of a file, of an `extra_config`, or the document itself.
pub(super) fn find<'a>(
    document: &'a Document,
    findings: &Findings,
) -> Option<(&'a Object, Generation)> {
    let starts_without = "KrakenD does not start with it";
    let object = findings.object(document, starts_without)?;
    let is_file = ["extra_config", "version", "endpoints", "$schema"]
        .iter()
        .any(|key| get(object, key).is_some());
    note_endpoints(object, findings);
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
            let other = OLD_COMPONENT;
            findings.error(COMPONENT, "", ErrorKind::Twice { other });
            return None;
        }
        (Some(value), None) => (COMPONENT, value),
        (None, Some(value)) => (OLD_COMPONENT, value),
        (None, None) => {
            // It might be the component.
            let mut templates = extra.iter().filter(|(key, _)| is_file && is_template(key));
            if let Some((key, _)) = templates.next() {
                findings.error("extra_config", key, ErrorKind::Template);
            }
            if is_file || object.iter().any(|(key, _)| key.contains('/')) {
                return None;
            }
            return alone(object, findings).map(|object| (object, Generation::V2));
        }
    };
    let written = get(object, "version");
    let version = match written {
        Some(Value::Number(version)) => Some(*version),
        Some(Value::String(version)) => version.trim().parse().ok(),
        _ => None,
    };
    let version = version.filter(|version: &f64| version.is_finite());
    if let (Some(written), None) = (written, version) {
        let consequence = "what an absent option means depends on it; write 2 or 3";
        findings.wrong_type("version", written, "a number", consequence, None);
        return None;
    }
    let generation = match version {
        Some(version) if version < 3.0 => Generation::V1,
        None if key == OLD_COMPONENT => Generation::V1,
        _ => Generation::V2,
    };
    // KrakenD 2 knows both names.
    if generation == Generation::V1 && key == COMPONENT {
        let usual = Some(OLD_COMPONENT.to_owned());
        findings.repair("extra_config", key, ErrorKind::OtherGeneration, usual);
        return None;
    }
    if let Value::Object(component) = value {
        return Some((component, generation));
    }
    let consequence = "KrakenD then leaves CORS off; correct it, or remove it";
    findings.wrong_type(key, value, "an object", consequence, None);
    None
}

fn note_endpoints(object: &Object, findings: &Findings) {
    let Some(Value::List(endpoints)) = get(object, "endpoints") else {
        return;
    };
    for (at, endpoint) in endpoints.iter().enumerate() {
        let Value::Object(endpoint) = endpoint else {
            continue;
        };
        if let Some(Value::Object(extra)) = get(endpoint, "extra_config") {
            for key in [COMPONENT, OLD_COMPONENT] {
                if get(extra, key).is_some() {
                    let field = format!("endpoints[{at}].extra_config");
                    findings.note(&field, key, NoteKind::EndpointLevel);
                }
            }
        }
    }
}

/// An object without any option would be a policy for any origin, so it has to
/// be empty to pass for one.
fn alone<'a>(object: &'a Object, findings: &Findings) -> Option<&'a Object> {
    let has_option = object.iter().any(|(key, _)| is_among(key, OPTIONS));
    if object.is_empty() || has_option {
        return Some(object);
    }
    let expected = "a `krakend.json` or its CORS component";
    findings.error("document", "", ErrorKind::OtherDocument { expected });
    None
}
