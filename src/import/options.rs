//! Options of a gateway, read by type.

use super::document::{Object, Value, get};
use super::{Findings, ImportErrorKind, NoteKind};

/// How a gateway takes values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// JSON as it stands; what is of another type is ignored.
    KrakenD,
    /// `null` is absent, a string is a list of one; what is of another type is refused.
    Kong {
        /// Strings hold booleans and numbers, as in forms.
        form: bool,
        /// Strings hold lists with commas, as in 0.x.
        commas: bool,
    },
}

/// The options in one object.
#[derive(Clone)]
pub(super) struct Options<'a> {
    pub(super) findings: &'a Findings,
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

/// A word is one of those in a text.
pub(super) fn is_among(word: &str, words: &str) -> bool {
    words.split(' ').any(|other| other == word)
}

pub(super) const REFUSES: &str = "Kong refuses it";

impl<'a> Options<'a> {
    /// Those of a whole document.
    pub(super) fn new(findings: &'a Findings, dialect: Dialect, object: &'a Object) -> Self {
        Options {
            findings,
            dialect,
            place: String::new(),
            object,
        }
    }

    pub(super) fn place(&self, key: &str) -> String {
        format!("{}{key}", self.place)
    }

    /// The value; `None` if it is absent.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        let value = get(self.object, key);
        value.filter(|value| **value != Value::Null || self.dialect == Dialect::KrakenD)
    }

    /// A list of strings; empty if it is absent.
    pub(super) fn list(&self, key: &str) -> Vec<Entry> {
        self.list_or(key, REFUSES)
    }

    /// The same, with what KrakenD makes of a value that is none.
    pub(super) fn list_or(&self, key: &str, krakend: &'static str) -> Vec<Entry> {
        let place = self.place(key);
        let entry = |place: &str, text: &str| Entry {
            place: place.to_owned(),
            text: text.to_owned(),
        };
        match (self.get(key), self.dialect) {
            (None, _) => Vec::new(),
            (Some(Value::List(list)), _) => {
                let mut entries = Vec::new();
                for (index, value) in list.iter().enumerate() {
                    let place = format!("{place}[{index}]");
                    match value {
                        Value::String(text) if !value.is_template() => {
                            entries.push(entry(&place, text));
                        }
                        other => self.mistyped(&place, other, "a string", "KrakenD skips it", None),
                    }
                }
                entries
            }
            (Some(value @ Value::String(text)), Dialect::Kong { commas, .. })
                if !value.is_template() =>
            {
                if commas {
                    // As the schema of 0.x splits.
                    let parts = text.split(',').map(|part| entry(&place, part.trim()));
                    return parts.filter(|_| !text.trim().is_empty()).collect();
                }
                if text.contains(',') {
                    self.findings.error(&place, text, ImportErrorKind::NotSplit);
                }
                vec![entry(&place, text)]
            }
            (Some(other), _) => {
                let repair = match other {
                    Value::String(text) => Some(format!("[{text:?}]")),
                    _ => None,
                };
                self.findings
                    .wrong_type(&place, other, "a list of strings", krakend, repair);
                Vec::new()
            }
        }
    }

    /// A value of another type than the gateway reads, with what KrakenD makes of it.
    fn mistyped(
        &self,
        place: &str,
        value: &Value,
        expected: &'static str,
        consequence: &'static str,
        repair: Option<String>,
    ) {
        if value.is_template() || self.dialect != Dialect::KrakenD {
            self.findings
                .wrong_type(place, value, expected, REFUSES, repair);
        } else {
            let found = value.what();
            let kind = NoteKind::IgnoredValue {
                found,
                expected,
                consequence,
            };
            self.findings.suggest(place, value, kind, repair);
        }
    }

    /// Strings hold booleans and numbers.
    fn is_form(&self) -> bool {
        matches!(self.dialect, Dialect::Kong { form: true, .. })
    }

    pub(super) fn flag(&self, key: &str, default: bool) -> bool {
        let (value, written) = match self.get(key) {
            None => return default,
            Some(Value::Bool(value)) => return *value,
            Some(value @ Value::String(text)) => {
                (value, text.trim().to_ascii_lowercase().parse().ok())
            }
            Some(value) => (value, None),
        };
        if let Some(written) = written.filter(|_| self.is_form()) {
            return written;
        }
        let repair = written.map(|written| written.to_string());
        let (expected, krakend) = ("`true` or `false`", "KrakenD takes it for `false`");
        self.mistyped(&self.place(key), value, expected, krakend, repair);
        default
    }

    /// A number, with what KrakenD makes of a value that is none.
    pub(super) fn number(&self, key: &str, krakend: &'static str) -> Option<f64> {
        let value = match self.get(key)? {
            Value::Number(number) => return Some(*number),
            value => value,
        };
        let written: Option<f64> = match value {
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let written = written.filter(|number| number.is_finite());
        if written.is_some() && self.is_form() {
            return written;
        }
        let repair = written.map(|number| number.to_string());
        self.mistyped(&self.place(key), value, "a number", krakend, repair);
        None
    }

    /// A string, if it is one.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The options of an object below this one.
    fn below(&self, place: &str, value: &'a Value) -> Option<Self> {
        let Value::Object(object) = value else {
            self.findings
                .wrong_type(place, value, "an object", REFUSES, None);
            return None;
        };
        let place = format!("{place}.");
        Some(Options {
            place,
            object,
            ..self.clone()
        })
    }

    /// An object, and its own options.
    pub(super) fn object(&self, key: &str) -> Option<Self> {
        self.below(&self.place(key), self.get(key)?)
    }

    /// A list of objects, each with its own options.
    pub(super) fn objects(&self, key: &str) -> Vec<Self> {
        let place = self.place(key);
        let list = match self.get(key) {
            None => return Vec::new(),
            Some(Value::List(list)) => list,
            Some(other) => {
                self.findings
                    .wrong_type(&place, other, "a list of objects", REFUSES, None);
                return Vec::new();
            }
        };
        let below = |(at, value)| self.below(&format!("{place}[{at}]"), value);
        list.iter().enumerate().filter_map(below).collect()
    }

    /// No option may be a template: what it says is not known.
    pub(super) fn refuse_templates(&self) {
        let options = self.object.iter();
        for (key, value) in options.filter(|(_, value)| value.is_template()) {
            let (place, kind) = (self.place(key), ImportErrorKind::Template);
            self.findings.error(&place, value, kind);
        }
    }
}
