//! Form fields of the Admin API: flat keys with dots, and strings.

use crate::import::document::{Object, Value};
use crate::import::error::{ImportError, ImportErrorKind as ErrorKind};
use crate::import::findings::Findings;

const CONFIG: &str = "config";

/// Collects the values of repeated keys, and those of `key[]` and `key[1]`, in lists.
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

/// The last field of each name, which is the one that the gateway's parser keeps.
pub(super) fn last_of(fields: &Value) -> Object {
    let is_last = |(key, value): &&(String, Value)| {
        let last = fields.get(key);
        last.is_some_and(|last| std::ptr::eq(last, value))
    };
    fields.entries().iter().filter(is_last).cloned().collect()
}

/// The options of the plugin are form fields.
pub(super) fn is_flat(object: &Value) -> bool {
    let mut keys = object.entries().iter().map(|(key, _)| key);
    keys.any(|key| key.starts_with("config."))
}

/// Collects the keys with one name before their first dot in an object of that name.
pub(super) fn nest(flat: &Object, findings: &Findings) -> Object {
    let mut nested = Object::new();
    let has_config = flat
        .iter()
        .any(|(key, value)| key == CONFIG && *value != Value::Null);
    for (key, value) in flat.iter().filter(|(_, value)| *value != Value::Null) {
        let Some((outer, inner)) = key.split_once('.') else {
            nested.push((key.clone(), value.clone()));
            continue;
        };
        if outer == CONFIG && has_config {
            let kind = ErrorKind::Twice { other: CONFIG };
            findings.error(ImportError::new(key, "", kind));
        }
        let entry = (inner.to_owned(), value.clone());
        match nested.iter_mut().find(|(name, _)| name == outer) {
            Some((_, Value::Object(object))) => object.push(entry),
            _ => nested.push((outer.to_owned(), Value::Object(vec![entry]))),
        }
    }
    nested
}
