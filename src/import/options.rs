//! Options of a gateway, read by type.

use super::Findings;
use super::document::{Object, Value, get};

/// How a gateway takes values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// JSON as it stands.
    #[cfg(feature = "krakend")]
    KrakenD,
    /// `null` is absent, and a string is a list of one.
    #[cfg(feature = "kong")]
    Kong {
        /// Strings hold booleans and numbers, as in forms.
        form: bool,
        /// Strings hold lists with commas, as in 0.x.
        commas: bool,
    },
}

impl Dialect {
    fn null_is_absent(self) -> bool {
        match self {
            #[cfg(feature = "krakend")]
            Dialect::KrakenD => false,
            #[cfg(feature = "kong")]
            Dialect::Kong { .. } => true,
        }
    }
}

/// The options in one object.
#[derive(Clone, Debug)]
pub(super) struct Options<'a> {
    pub(super) dialect: Dialect,
    /// In front of each key, to name it.
    pub(super) place: String,
    pub(super) object: &'a Object,
}

/// A string of a list.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) place: String,
    pub(super) text: String,
}

const LIST: &str = "a list of strings";
const REFUSES: &str = "Kong refuses it";

impl<'a> Options<'a> {
    pub(super) fn place(&self, key: &str) -> String {
        format!("{}{key}", self.place)
    }

    /// The value; `None` if it is absent.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        let value = get(self.object, key);
        value.filter(|value| **value != Value::Null || !self.dialect.null_is_absent())
    }

    /// A list, with what the gateway makes of a value that is none; empty if
    /// it is absent.
    pub(super) fn list(
        &self,
        key: &str,
        krakend: &'static str,
        findings: &mut Findings,
    ) -> Vec<Entry> {
        let place = self.place(key);
        let consequence = if krakend.is_empty() { REFUSES } else { krakend };
        match (self.get(key), self.dialect) {
            (None, _) => Vec::new(),
            (Some(Value::List(list)), _) => {
                let mut entries = Vec::new();
                for (index, value) in list.iter().enumerate() {
                    let place = format!("{place}[{index}]");
                    match value {
                        Value::String(text) => entries.push(Entry {
                            place,
                            text: text.clone(),
                        }),
                        other => {
                            let skips = if krakend.is_empty() {
                                REFUSES
                            } else {
                                "KrakenD skips it, and takes a list of nothing else for absent"
                            };
                            findings.wrong_type(&place, other, "a string", skips, None);
                        }
                    }
                }
                entries
            }
            #[cfg(feature = "kong")]
            (Some(Value::String(text)), Dialect::Kong { commas: true, .. }) => split(&place, text),
            #[cfg(feature = "kong")]
            (Some(Value::String(text)), Dialect::Kong { .. }) => {
                if text.contains(',') {
                    let kind = super::ImportErrorKind::NotSplit;
                    findings.error(&place, text, kind, None);
                }
                vec![Entry {
                    place,
                    text: text.clone(),
                }]
            }
            (Some(other), _) => {
                let repair = match other {
                    Value::String(text) => Some(format!("[{text:?}]")),
                    _ => None,
                };
                findings.wrong_type(&place, other, LIST, consequence, repair);
                Vec::new()
            }
        }
    }

    pub(super) fn flag(&self, key: &str, default: bool, findings: &mut Findings) -> bool {
        let value = match self.get(key) {
            None => return default,
            Some(Value::Bool(value)) => return *value,
            Some(value) => value,
        };
        let written = match value {
            Value::String(text) => match &text.trim().to_ascii_lowercase()[..] {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        };
        let consequence = match (self.dialect, written) {
            #[cfg(feature = "kong")]
            (Dialect::Kong { form: true, .. }, Some(written)) => return written,
            #[cfg(feature = "kong")]
            (Dialect::Kong { .. }, _) => REFUSES,
            #[cfg(feature = "krakend")]
            (Dialect::KrakenD, _) => "KrakenD takes it for `false`",
        };
        let repair = written.map(|written| written.to_string());
        findings.wrong_type(
            &self.place(key),
            value,
            "`true` or `false`",
            consequence,
            repair,
        );
        default
    }

    /// A number, with what the gateway makes of a value that is none.
    pub(super) fn number(
        &self,
        key: &str,
        consequence: &'static str,
        findings: &mut Findings,
    ) -> Option<f64> {
        let value = match self.get(key)? {
            Value::Number(number) => return Some(*number),
            value => value,
        };
        let written = match value {
            Value::String(text) => text
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        #[cfg(feature = "kong")]
        if let (Dialect::Kong { form: true, .. }, Some(_)) = (self.dialect, written) {
            return written;
        }
        let repair = written.map(|number: f64| number.to_string());
        findings.wrong_type(&self.place(key), value, "a number", consequence, repair);
        None
    }

    /// An object, and its own options.
    #[cfg(feature = "kong")]
    pub(super) fn object(&self, key: &str, findings: &mut Findings) -> Option<Options<'a>> {
        let place = self.place(key);
        match self.get(key)? {
            Value::Object(object) => Some(Options {
                dialect: self.dialect,
                place: format!("{place}."),
                object,
            }),
            other => {
                findings.wrong_type(&place, other, "an object", REFUSES, None);
                None
            }
        }
    }

    /// A list of objects, each with its own options.
    #[cfg(feature = "kong")]
    pub(super) fn objects(&self, key: &str, findings: &mut Findings) -> Vec<Options<'a>> {
        let place = self.place(key);
        let list = match self.get(key) {
            None => return Vec::new(),
            Some(Value::List(list)) => list,
            Some(other) => {
                findings.wrong_type(&place, other, "a list of objects", REFUSES, None);
                return Vec::new();
            }
        };
        let mut objects = Vec::new();
        for (index, value) in list.iter().enumerate() {
            match value {
                Value::Object(object) => objects.push(Options {
                    dialect: self.dialect,
                    place: format!("{place}[{index}]."),
                    object,
                }),
                other => {
                    let place = format!("{place}[{index}]");
                    findings.wrong_type(&place, other, "an object", REFUSES, None);
                }
            }
        }
        objects
    }

    /// A string, if it is one.
    #[cfg(feature = "kong")]
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// As the schema of Kong 0.x splits.
#[cfg(feature = "kong")]
fn split(place: &str, text: &str) -> Vec<Entry> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let parts = text.split(',').map(|part| Entry {
        place: place.to_owned(),
        text: part.trim().to_owned(),
    });
    parts.collect()
}
