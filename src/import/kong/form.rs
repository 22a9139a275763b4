//! Form fields of the Admin API: flat keys with dots, and strings.

use crate::import::document::{Object, Value, get};
use crate::import::error::ImportErrorKind as ErrorKind;
use crate::import::findings::Findings;

const CONFIG: &str = "config";

/// Makes lists of repeated keys, and of `key[]` and `key[1]`.
pub(super) fn gather(pairs: impl IntoIterator<Item = (String, Value)>) -> Object {
    let mut object = Object::new();
    for (key, value) in pairs {
        let indexed = key.contains('[');
        let key = key.split('[').next().unwrap_or_default().to_owned();
        match object.iter_mut().find(|(name, _)| *name == key) {
            Some((_, Value::List(list))) => list.push(value),
            Some((_, first)) => *first = Value::List(vec![first.clone(), value]),
            None if indexed => object.push((key, Value::List(vec![value]))),
            None => object.push((key, value)),
        }
    }
    object
}

/// Of keys that a document has several times, the last, as the gateway's parser has it.
pub(super) fn last_of(document: &Object) -> Object {
    let mut kept = Object::new();
    for (key, value) in document {
        kept.retain(|(other, _)| other != key);
        kept.push((key.clone(), value.clone()));
    }
    kept
}

/// Whether an object has options of the plugin as form fields.
pub(super) fn is_flat(object: &Object) -> bool {
    object.iter().any(|(key, _)| key.starts_with("config."))
}

/// Makes an object of the keys that begin with the same name and a dot.
pub(super) fn nest(flat: &Object, findings: &Findings) -> Object {
    let mut nested = Object::new();
    for (key, value) in flat.iter().filter(|(_, value)| *value != Value::Null) {
        let Some((outer, inner)) = key.split_once('.') else {
            nested.push((key.clone(), value.clone()));
            continue;
        };
        if outer == CONFIG && get(flat, CONFIG).is_some_and(|config| *config != Value::Null) {
            findings
                .at(key, "")
                .error(ErrorKind::Twice { other: CONFIG }, None);
        }
        let entry = (inner.to_owned(), value.clone());
        match nested.iter_mut().find(|(name, _)| name == outer) {
            Some((_, Value::Object(object))) => object.push(entry),
            _ => nested.push((outer.to_owned(), Value::Object(vec![entry]))),
        }
    }
    nested
}
