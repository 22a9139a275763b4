//! Where the component stands in a file, and which generation of KrakenD reads it.

use crate::import::document::{Document, Value, is_template};
use crate::import::error::ImportErrorKind as ErrorKind;
use crate::import::findings::Findings;
use crate::import::node::{Dialect, Node, is_among};
use crate::import::note::NoteKind;

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
) -> Option<(Node<'a>, Generation)> {
    let file = Node::of_document(findings, Dialect::KrakenD, document)?;
    let keys = ["extra_config", "version", "endpoints", "$schema"];
    let is_file = keys.iter().any(|key| file.value.get(key).is_some());
    note_endpoints(&file);
    let mut extra = match file.value.get("extra_config") {
        Some(_) => file.object_at("extra_config")?,
        None if is_file => return None,
        None => file.clone(),
    };
    extra.field.clear();
    let (key, component) = match (extra.get(COMPONENT), extra.get(OLD_COMPONENT)) {
        (Some(component), Some(_)) => {
            let other = OLD_COMPONENT;
            component.place("").error(ErrorKind::Twice { other }, None);
            return None;
        }
        (Some(component), None) => (COMPONENT, component),
        (None, Some(component)) => (OLD_COMPONENT, component),
        (None, None) if is_file => {
            // The component may be behind a template.
            let mut keys = extra.value.entries().iter().map(|(key, _)| key);
            if let Some(key) = keys.find(|key| is_template(key)) {
                file.at("extra_config", key)
                    .error(ErrorKind::Template, None);
            }
            return None;
        }
        (None, None) => return is_component(&file).then_some((file, Generation::V2)),
    };
    let written = file.get("version");
    let version = written.as_ref().and_then(|version| match version.value {
        Value::Number(version) => Some(*version),
        version => version.text()?.trim().parse().ok(),
    });
    let version = version.filter(|version: &f64| version.is_finite());
    if let (Some(written), None) = (written, version) {
        let consequence = "what an absent option means depends on it; write 2 or 3";
        written.wrong_type("a number", consequence, None);
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
        let place = file.at("extra_config", key);
        place.error(ErrorKind::OtherGeneration, usual);
        return None;
    }
    if !matches!(component.value, Value::Object(_)) {
        let consequence = "KrakenD then leaves CORS off; correct it, or remove it";
        component.wrong_type("an object", consequence, None);
        return None;
    }
    let field = String::new();
    Some((Node { field, ..component }, generation))
}

/// KrakenD does not read the component on endpoints.
fn note_endpoints(file: &Node<'_>) {
    let Some(Value::List(endpoints)) = file.value.get("endpoints") else {
        return;
    };
    for (index, endpoint) in endpoints.iter().enumerate() {
        let extra = endpoint.get("extra_config");
        for key in [COMPONENT, OLD_COMPONENT] {
            if extra.is_some_and(|extra| extra.get(key).is_some()) {
                let place = file.at(&format!("endpoints[{index}].extra_config"), key);
                place.note(NoteKind::EndpointLevel, None);
            }
        }
    }
}

/// The document is the component alone. An object without any known option would be a policy
/// for any origin, so it counts only if it is empty.
fn is_component(document: &Node<'_>) -> bool {
    let options = document.value.entries();
    if options.iter().any(|(key, _)| key.contains('/')) {
        // An `extra_config` without the component.
        return false;
    }
    let is_component = options.is_empty() || options.iter().any(|(key, _)| is_among(key, OPTIONS));
    if !is_component {
        let expected = "a `krakend.json` or its CORS component";
        let place = document.at("document", "");
        place.error(ErrorKind::OtherDocument { expected }, None);
    }
    is_component
}
