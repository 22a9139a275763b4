//! Where the component stands in a file, and which generation of KrakenD reads it.

use crate::import::document::{Document, Value, get, is_template};
use crate::import::error::ImportErrorKind as ErrorKind;
use crate::import::findings::Findings;
use crate::import::note::NoteKind;
use crate::import::options::{Dialect, Options, is_among};

const COMPONENT: &str = "security/cors";
/// The name of the component before KrakenD 2.
const OLD_COMPONENT: &str = "github_com/devopsfaith/krakend-cors";

pub(super) const OPTIONS: &str = "allow_origins allow_methods allow_headers expose_headers \
    allow_credentials allow_private_network options_passthrough options_success_status max_age \
    debug";

/// The generation of KrakenD that reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    /// KrakenD 1, which reads files of version 2.
    V1,
    /// KrakenD 2, which reads files of version 3.
    V2,
}

/// The component in a file, in an `extra_config`, or the document itself.
pub(super) fn find<'a>(
    document: &'a Document,
    findings: &'a Findings,
) -> Option<(Options<'a>, Generation)> {
    let file = Options::of(findings, Dialect::KrakenD, "", &document.0)?;
    let has = |key: &&str| get(file.object, key).is_some();
    let is_file = ["extra_config", "version", "endpoints", "$schema"]
        .iter()
        .any(has);
    note_endpoints(&file);
    let extra = match has(&"extra_config") {
        true => Options {
            field: String::new(),
            ..file.object("extra_config")?
        },
        false if is_file => return None,
        false => file.clone(),
    };
    let (key, value) = match (extra.get(COMPONENT), extra.get(OLD_COMPONENT)) {
        (Some(_), Some(_)) => {
            let other = OLD_COMPONENT;
            extra
                .at(COMPONENT, "")
                .error(ErrorKind::Twice { other }, None);
            return None;
        }
        (Some(value), None) => (COMPONENT, value),
        (None, Some(value)) => (OLD_COMPONENT, value),
        (None, None) => {
            // The component may be behind a template.
            let mut keys = extra.object.iter().map(|(key, _)| key);
            if let Some(key) = keys.find(|key| is_file && is_template(key)) {
                findings
                    .at("extra_config", key)
                    .error(ErrorKind::Template, None);
            }
            if is_file || file.object.iter().any(|(key, _)| key.contains('/')) {
                return None;
            }
            return is_component(&file).then_some((file, Generation::V2));
        }
    };
    let written = file.get("version");
    let version = match written {
        Some(Value::Number(version)) => Some(*version),
        Some(Value::String(version)) => version.trim().parse().ok(),
        _ => None,
    };
    let version = version.filter(|version: &f64| version.is_finite());
    if let (Some(written), None) = (written, version) {
        let consequence = "what an absent option means depends on it; write 2 or 3";
        file.at("version", written)
            .wrong_type(written, "a number", consequence, None);
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
        findings
            .at("extra_config", key)
            .error(ErrorKind::OtherGeneration, usual);
        return None;
    }
    if let Value::Object(object) = value {
        return Some((Options { object, ..extra }, generation));
    }
    let consequence = "KrakenD then leaves CORS off; correct it, or remove it";
    extra
        .at(key, value)
        .wrong_type(value, "an object", consequence, None);
    None
}

/// KrakenD does not read the component on endpoints.
fn note_endpoints(file: &Options<'_>) {
    let Some(Value::List(endpoints)) = get(file.object, "endpoints") else {
        return;
    };
    for (index, endpoint) in endpoints.iter().enumerate() {
        for key in [COMPONENT, OLD_COMPONENT] {
            if endpoint
                .get("extra_config")
                .is_some_and(|extra| extra.get(key).is_some())
            {
                let field = format!("endpoints[{index}].extra_config");
                file.at(&field, key).note(NoteKind::EndpointLevel, None);
            }
        }
    }
}

/// The document is the component alone. As an object without any known option would be a
/// policy for any origin, it has to be empty to be one.
fn is_component(document: &Options<'_>) -> bool {
    let object = document.object;
    let is_component = object.is_empty() || object.iter().any(|(key, _)| is_among(key, OPTIONS));
    if !is_component {
        let expected = "a `krakend.json` or its CORS component";
        let place = document.at("document", "");
        place.error(ErrorKind::OtherDocument { expected }, None);
    }
    is_component
}
