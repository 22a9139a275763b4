//! The options of an object, read by type.

use std::time::Duration;

use super::document::{Object, Value, get, place_of};
use super::error::ImportErrorKind;
use super::findings::{Findings, Place};
use super::note::NoteKind;
use crate::config::MaxAge;
use crate::text::nearest;

/// Firefox's cap, the longest of any browser.
const DAY_SECONDS: u64 = 86_400;

pub(super) const REFUSES: &str = "Kong refuses it";
pub(super) const STARTS_WITHOUT: &str = "KrakenD does not start with it";

/// How a gateway reads values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// JSON as it is written. Values of the wrong type are ignored.
    KrakenD,
    /// `null` is absent, and a string is a list of one. Values of the wrong type are refused.
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
    /// The field of the object itself; empty for a whole document.
    pub(super) field: String,
    pub(super) object: &'a Object,
}

/// A word is one of those in a text.
pub(super) fn is_among(word: &str, words: &str) -> bool {
    words.split(' ').any(|other| other == word)
}

/// The word in a text that is nearest to a misspelt one.
pub(super) fn nearest_among(word: &str, words: &str) -> Option<String> {
    nearest(word, words.split(' ')).map(ToOwned::to_owned)
}

/// A maximum age, and a note if it is longer than browsers keep an answer.
pub(super) fn max_age(place: &Place<'_>, seconds: u64, day: &str) -> MaxAge {
    if seconds > DAY_SECONDS {
        place.note(NoteKind::MaxAgeOverDay, Some(day.to_owned()));
    }
    Duration::from_secs(seconds.min(u64::from(u32::MAX))).into()
}

impl<'a> Options<'a> {
    /// The options of a value that has to be an object.
    pub(super) fn of(
        findings: &'a Findings,
        dialect: Dialect,
        field: &str,
        value: &'a Value,
    ) -> Option<Self> {
        if let Value::Object(object) = value {
            let field = field.to_owned();
            return Some(Options {
                findings,
                dialect,
                field,
                object,
            });
        }
        let consequence = match dialect {
            Dialect::KrakenD => STARTS_WITHOUT,
            Dialect::Kong { .. } => REFUSES,
        };
        let name = if field.is_empty() { "document" } else { field };
        let place = findings.at(name, value);
        if value.is_template() {
            place.error(ImportErrorKind::Template, None);
        } else {
            place.wrong_type(value, "an object", consequence, None);
        }
        None
    }

    /// The object itself.
    pub(super) fn here(&self) -> Place<'a> {
        self.findings.at(&self.field, "")
    }

    /// The place of an option, and a text to show for it.
    pub(super) fn at(&self, key: &str, text: impl ToString) -> Place<'a> {
        self.findings.at(place_of(&self.field, key), text)
    }

    /// The value; `None` if it is absent, or a template, which is an error.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        let value = get(self.object, key)?;
        if value.is_template() {
            self.at(key, value).error(ImportErrorKind::Template, None);
            return None;
        }
        Some(value).filter(|value| **value != Value::Null || self.dialect == Dialect::KrakenD)
    }

    /// A string, if it is one.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        match get(self.object, key)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A list of strings; empty if it is absent. The consequence is what KrakenD makes of a
    /// value of another type.
    pub(super) fn list(&self, key: &str, consequence: &'static str) -> Vec<Place<'a>> {
        match (self.get(key), self.dialect) {
            (None, _) => Vec::new(),
            (Some(Value::List(list)), _) => {
                let entry = |(index, value): (usize, &Value)| {
                    let place = self.at(&format!("{key}[{index}]"), value);
                    match value {
                        Value::String(_) if value.is_template() => {
                            place.error(ImportErrorKind::Template, None);
                        }
                        Value::String(text) => {
                            return Some(Place {
                                text: text.clone(),
                                ..place
                            });
                        }
                        _ => self.mistyped(&place, value, "a string", "KrakenD skips it", None),
                    }
                    None
                };
                list.iter().enumerate().filter_map(entry).collect()
            }
            (Some(Value::String(text)), Dialect::Kong { commas: true, .. }) => {
                // As the schema of 0.x splits.
                let parts = text.split(',').map(|part| self.at(key, part.trim()));
                parts.filter(|_| !text.trim().is_empty()).collect()
            }
            (Some(Value::String(text)), Dialect::Kong { .. }) => {
                let entry = self.at(key, text);
                if text.contains(',') {
                    entry.error(ImportErrorKind::NotSplit, None);
                }
                vec![entry]
            }
            (Some(value), _) => {
                let repair = match value {
                    Value::String(text) => Some(format!("[{text:?}]")),
                    _ => None,
                };
                let place = self.at(key, value);
                place.wrong_type(value, "a list of strings", consequence, repair);
                Vec::new()
            }
        }
    }

    /// Reports a value of the wrong type, with what KrakenD makes of it.
    fn mistyped(
        &self,
        place: &Place<'_>,
        value: &Value,
        expected: &'static str,
        consequence: &'static str,
        repair: Option<String>,
    ) {
        if self.dialect != Dialect::KrakenD {
            return place.wrong_type(value, expected, REFUSES, repair);
        }
        let found = value.type_name();
        let kind = NoteKind::IgnoredValue {
            found,
            expected,
            consequence,
        };
        place.note(kind, repair);
    }

    /// The value that is written in a string. If the gateway does not read strings so, it
    /// is only what to write instead.
    fn in_string<T: ToString>(
        &self,
        key: &str,
        value: &Value,
        (expected, consequence): (&'static str, &'static str),
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let written = match value {
            Value::String(text) => parse(text.trim()),
            _ => None,
        };
        if written.is_some() && matches!(self.dialect, Dialect::Kong { form: true, .. }) {
            return written;
        }
        let repair = written.map(|written| written.to_string());
        self.mistyped(&self.at(key, value), value, expected, consequence, repair);
        None
    }

    pub(super) fn flag(&self, key: &str, default: bool) -> bool {
        let words = ("`true` or `false`", "KrakenD takes it for `false`");
        let parse = |text: &str| text.to_ascii_lowercase().parse().ok();
        match self.get(key) {
            None => default,
            Some(Value::Bool(value)) => *value,
            Some(value) => self.in_string(key, value, words, parse).unwrap_or(default),
        }
    }

    /// A number. The consequence is what KrakenD makes of a value of another type.
    pub(super) fn number(&self, key: &str, consequence: &'static str) -> Option<f64> {
        let is_finite = |number: &f64| number.is_finite();
        let parse = |text: &str| text.parse().ok().filter(is_finite);
        match self.get(key)? {
            Value::Number(number) => Some(*number),
            value => self.in_string(key, value, ("a number", consequence), parse),
        }
    }

    /// The options of an object.
    pub(super) fn object(&self, key: &str) -> Option<Self> {
        let field = place_of(&self.field, key);
        Options::of(self.findings, self.dialect, &field, self.get(key)?)
    }

    /// The options of each object in a list.
    pub(super) fn objects(&self, key: &str) -> Vec<Self> {
        let list = match self.get(key) {
            None => return Vec::new(),
            Some(Value::List(list)) => list,
            Some(other) => {
                let place = self.at(key, other);
                place.wrong_type(other, "a list of objects", REFUSES, None);
                return Vec::new();
            }
        };
        let object = |(index, value)| {
            let field = place_of(&self.field, &format!("{key}[{index}]"));
            Options::of(self.findings, self.dialect, &field, value)
        };
        list.iter().enumerate().filter_map(object).collect()
    }

    /// Reports every option that is a template, whether or not it is read.
    pub(super) fn refuse_templates(&self) {
        for (key, _) in self.object {
            self.get(key);
        }
    }
}
