//! Values of a document, read by type.

use super::document::{Document, Value, is_template, place_of};
use super::error::{ImportError, ImportErrorKind};
use super::findings::Findings;
use super::note::{Note, NoteKind};
use crate::text::nearest;

pub(super) const REFUSES: &str = "Kong refuses it";
pub(super) const STARTS_WITHOUT: &str = "KrakenD does not start with it";

/// A place in a document, with its text: all that a note or an error needs to name it.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) findings: &'a Findings,
    /// Such as `services[0].plugins[1].config.origins[0]`.
    pub(super) field: String,
    pub(super) text: String,
}

impl Place<'_> {
    pub(super) fn note(&self, kind: NoteKind, suggestion: Option<String>) {
        let note = Note::new(&self.field, &self.text, kind);
        self.findings.note(note.suggest(suggestion));
    }

    pub(super) fn error(&self, kind: ImportErrorKind, suggestion: Option<String>) {
        let error = ImportError::new(&self.field, &self.text, kind);
        self.findings.error(error.suggest(suggestion));
    }

    /// Replaces the notes on the entries of a list since a mark, of which none is left, by
    /// one note on the list.
    pub(super) fn nothing_left(&self, mark: usize) {
        let (mut causes, mut suggestions) = (Vec::new(), Vec::new());
        for note in self.findings.forget(mark) {
            match note.kind().cause() {
                Some(cause) => {
                    causes.push(format!("`{}`: {cause}", note.value()));
                    suggestions.extend(note.suggestion().map(str::to_owned));
                }
                None => self.findings.note(note),
            }
        }
        let causes = causes.join("; ");
        let suggestion = (!suggestions.is_empty()).then(|| suggestions.join("`, `"));
        self.note(NoteKind::NothingLeft { causes }, suggestion);
    }
}

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

/// A value of a document; mostly an object, whose options are read by key.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) findings: &'a Findings,
    pub(super) dialect: Dialect,
    /// Empty for the whole document.
    pub(super) field: String,
    pub(super) value: &'a Value,
}

impl<'a> Node<'a> {
    /// A document, which has to be an object.
    pub(super) fn of_document(
        findings: &'a Findings,
        dialect: Dialect,
        Document(value): &'a Document,
    ) -> Option<Self> {
        let field = String::new();
        let root = Node {
            findings,
            dialect,
            field,
            value,
        };
        // Errors name it, but not its options.
        root.below("document".to_owned(), value)?.object()?;
        Some(root)
    }

    /// This place, with a text to show.
    #[allow(clippy::needless_pass_by_value, reason = "texts and numbers alike")]
    pub(super) fn place(&self, text: impl ToString) -> Place<'a> {
        Place {
            findings: self.findings,
            field: self.field.clone(),
            text: text.to_string(),
        }
    }

    /// The place of an option, with a text to show.
    pub(super) fn at(&self, key: &str, text: impl ToString) -> Place<'a> {
        let field = place_of(&self.field, key);
        Place {
            field,
            ..self.place(text)
        }
    }

    /// A value below this one, unless it is a template, which is an error.
    fn below(&self, field: String, value: &'a Value) -> Option<Self> {
        let node = Node {
            field,
            value,
            ..self.clone()
        };
        if value.is_template() {
            node.place(value).error(ImportErrorKind::Template, None);
            return None;
        }
        Some(node)
    }

    /// An option; `None` if it is absent.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let option = self.below(place_of(&self.field, key), self.value.get(key)?)?;
        Some(option).filter(|it| *it.value != Value::Null || self.dialect == Dialect::KrakenD)
    }

    /// The values in a list.
    fn items(&self) -> Vec<Self> {
        let Value::List(list) = self.value else {
            return Vec::new();
        };
        let items = list.iter().enumerate();
        let items = items.map(|(index, item)| self.below(format!("{}[{index}]", self.field), item));
        items.flatten().collect()
    }

    /// Reports a value of the wrong type as an error, with the consequence in the gateway.
    pub(super) fn wrong_type(
        &self,
        expected: &'static str,
        consequence: &'static str,
        suggestion: Option<String>,
    ) {
        let found = self.value.type_name();
        let kind = ImportErrorKind::WrongType {
            found,
            expected,
            consequence,
        };
        self.place(self.value).error(kind, suggestion);
    }

    /// Reports a value of the wrong type: KrakenD ignores it, with a consequence, and Kong
    /// refuses it.
    fn mistyped(
        &self,
        expected: &'static str,
        consequence: &'static str,
        suggestion: Option<String>,
    ) {
        if self.dialect != Dialect::KrakenD {
            return self.wrong_type(expected, REFUSES, suggestion);
        }
        let found = self.value.type_name();
        let kind = NoteKind::IgnoredValue {
            found,
            expected,
            consequence,
        };
        self.place(self.value).note(kind, suggestion);
    }

    fn object(self) -> Option<Self> {
        if matches!(self.value, Value::Object(_)) {
            return Some(self);
        }
        let consequence = match self.dialect {
            Dialect::KrakenD => STARTS_WITHOUT,
            Dialect::Kong { .. } => REFUSES,
        };
        self.wrong_type("an object", consequence, None);
        None
    }

    /// An option that is an object.
    pub(super) fn object_at(&self, key: &str) -> Option<Self> {
        self.get(key)?.object()
    }

    /// An option that is a list of objects; empty if it is absent.
    pub(super) fn objects(&self, key: &str) -> Vec<Self> {
        let Some(list) = self.get(key) else {
            return Vec::new();
        };
        if !matches!(list.value, Value::List(_)) {
            list.wrong_type("a list of objects", REFUSES, None);
        }
        list.items().into_iter().filter_map(Node::object).collect()
    }

    /// An option that is a list of strings; empty if it is absent. A value of another type has
    /// this consequence in KrakenD.
    pub(super) fn list(&self, key: &str, consequence: &'static str) -> Vec<Place<'a>> {
        let Some(option) = self.get(key) else {
            return Vec::new();
        };
        let entry = |item: Node<'a>| {
            let text = item.value.text();
            if text.is_none() {
                item.mistyped("a string", "KrakenD skips it", None);
            }
            text.map(|text| item.place(text))
        };
        match (option.value, self.dialect) {
            (Value::List(_), _) => option.items().into_iter().filter_map(entry).collect(),
            (Value::String(text), Dialect::Kong { commas: true, .. }) => {
                // As the schema of 0.x splits.
                let parts = text.split(',').map(|part| option.place(part.trim()));
                parts.filter(|_| !text.trim().is_empty()).collect()
            }
            (Value::String(text), Dialect::Kong { .. }) => {
                let entry = option.place(text);
                if text.contains(',') {
                    entry.error(ImportErrorKind::NotSplit, None);
                }
                vec![entry]
            }
            (value, _) => {
                let repair = value.text().map(|text| format!("[{text:?}]"));
                option.wrong_type("a list of strings", consequence, repair);
                Vec::new()
            }
        }
    }

    /// Parses a value that is written as a string. Where the gateway does not read strings so,
    /// the value is only suggested.
    fn in_string<T: ToString>(
        &self,
        expected: &'static str,
        consequence: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let written = self.value.text().and_then(|text| parse(text.trim()));
        if written.is_some() && matches!(self.dialect, Dialect::Kong { form: true, .. }) {
            return written;
        }
        let suggestion = written.map(|written| written.to_string());
        self.mistyped(expected, consequence, suggestion);
        None
    }

    /// An option that is a boolean.
    pub(super) fn flag(&self, key: &str, default: bool) -> bool {
        let Some(option) = self.get(key) else {
            return default;
        };
        let parse = |text: &str| text.to_ascii_lowercase().parse().ok();
        let consequence = "KrakenD takes it for `false`";
        let flag = match option.value {
            Value::Bool(flag) => Some(*flag),
            _ => option.in_string("`true` or `false`", consequence, parse),
        };
        flag.unwrap_or(default)
    }

    /// An option that is a number. A value of another type has this consequence in KrakenD.
    pub(super) fn number(&self, key: &str, consequence: &'static str) -> Option<f64> {
        let option = self.get(key)?;
        let is_finite = |number: &f64| number.is_finite();
        let parse = |text: &str| text.parse().ok().filter(is_finite);
        match option.value {
            Value::Number(number) => Some(*number),
            _ => option.in_string("a number", consequence, parse),
        }
    }

    /// An option, if it is a string. Templates are allowed.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key)?.text()
    }

    /// Reports every option that the gateway does not know.
    pub(super) fn check_keys(&self, known: &str) {
        for (key, value) in self.value.entries() {
            let place = self.at(key, value);
            let suggestion = nearest(key, known.split(' ')).map(ToOwned::to_owned);
            match self.dialect {
                _ if is_among(key, known) => {}
                _ if is_template(key) => place.error(ImportErrorKind::Template, None),
                Dialect::Kong { .. } => place.error(ImportErrorKind::UnknownOption, suggestion),
                // By convention, such keys are comments.
                Dialect::KrakenD if key.starts_with(['@', '$', '#', '_']) => {}
                Dialect::KrakenD => place.note(NoteKind::IgnoredOption, suggestion),
            }
        }
    }

    /// Reports every option that is a template, whether or not it is read.
    pub(super) fn refuse_templates(&self) {
        for (key, _) in self.value.entries() {
            self.get(key);
        }
    }
}

/// A word is one of those in a text.
pub(super) fn is_among(word: &str, words: &str) -> bool {
    words.split(' ').any(|other| other == word)
}
