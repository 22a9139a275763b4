//! Documents: the data of any serde format, with the order and the repetition of keys.

use std::collections::HashSet;
use std::fmt;
use std::iter::from_fn;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A gateway's configuration as data, read from JSON, YAML or any other serde format.
///
/// ```
/// use tower_cors::import::Document;
///
/// let document: Document = serde_json::from_str(r#"{"allow_origins": ["*"]}"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Document(pub(super) Value);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    List(Vec<Value>),
    Object(Object),
}

/// Keys and their values, in the order of the file.
pub(super) type Object = Vec<(String, Value)>;

/// The place of a key in an object.
pub(super) fn place_of(object: &str, key: &str) -> String {
    match object {
        "" => key.to_owned(),
        object => format!("{object}.{key}"),
    }
}

impl Value {
    /// The value of a key, if this is an object that has it. If the key is repeated, the last
    /// value counts, as in the parsers of the gateways.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let found = self.entries().iter().rev().find(|(name, _)| name == key);
        found.map(|(_, value)| value)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The keys and values, if this is an object.
    pub(super) fn entries(&self) -> &[(String, Value)] {
        match self {
            Value::Object(object) => object,
            _ => &[],
        }
    }

    /// Calls a function with the place of each key that an object repeats.
    pub(super) fn repeated_keys(&self, place: &str, found: &mut impl FnMut(&str)) {
        match self {
            Value::Object(object) => {
                let mut seen = HashSet::new();
                for (key, value) in object {
                    let place = place_of(place, key);
                    if !seen.insert(key) {
                        found(&place);
                    }
                    value.repeated_keys(&place, found);
                }
            }
            Value::List(list) => {
                for (index, value) in list.iter().enumerate() {
                    value.repeated_keys(&format!("{place}[{index}]"), found);
                }
            }
            _ => {}
        }
    }

    /// It is filled in before a gateway reads the file, such as `{{ env "ORIGIN" }}` or
    /// `https://${HOST}`. No regex has a letter after a `$`.
    pub(super) fn is_template(&self) -> bool {
        self.text().is_some_and(is_template)
    }

    /// The name of its type, with an article.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

pub(super) fn is_template(text: &str) -> bool {
    let is_name =
        |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "_{".contains(c));
    text.contains("{{") || text.split('$').skip(1).any(is_name)
}

/// JSON, without the contents of lists and objects.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => value.fmt(f),
            Value::Number(value) => value.fmt(f),
            Value::String(value) => write!(f, "{value:?}"),
            Value::List(list) if list.is_empty() => f.write_str("[]"),
            Value::List(_) => f.write_str("[…]"),
            Value::Object(object) if object.is_empty() => f.write_str("{}"),
            Value::Object(_) => f.write_str("{…}"),
        }
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentVisitor).map(Document)
    }
}

struct DocumentVisitor;

#[allow(clippy::cast_precision_loss, reason = "as the gateways do")]
impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a configuration")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    // Both gateways keep numbers as `f64`: Go's JSON and Lua.
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let items = from_fn(|| seq.next_element().transpose());
        let values = items.map(|item| item.map(|Document(value)| value));
        values.collect::<Result<_, _>>().map(Value::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let entry = |(Document(key), Document(value))| match key {
            Value::String(key) => (key, value),
            // YAML allows other keys too. No option of a gateway has one.
            key => (key.to_string(), value),
        };
        let entries = from_fn(|| map.next_entry().transpose());
        let entries = entries.map(|result| result.map(entry));
        entries.collect::<Result<_, _>>().map(Value::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_formats_read_alike() {
        let json = r#"{"a": [1, -1.5, "x", true, null], "b": {"c": 2}}"#;
        let yaml = "a: [1, -1.5, x, true, null]\nb: {c: 2}\n";
        let json: Document = serde_json::from_str(json).unwrap();
        assert_eq!(serde_saphyr::from_str::<Document>(yaml).unwrap(), json);
        let yaml: Document = serde_saphyr::from_str("1: x\n").unwrap();
        assert_eq!(
            yaml.0,
            Value::Object(vec![("1".to_owned(), Value::String("x".to_owned()))])
        );
    }

    #[test]
    fn the_last_of_several_values_counts() {
        let json = r#"{"a": 1, "b": [{"c": 1, "c": 2}], "a": {"d": 3}}"#;
        let document: Document = serde_json::from_str(json).unwrap();
        let last = Value::Object(vec![("d".to_owned(), Value::Number(3.0))]);
        assert_eq!(document.0.get("a"), Some(&last));
        let mut repeated = Vec::new();
        document
            .0
            .repeated_keys("", &mut |place| repeated.push(place.to_owned()));
        assert_eq!(repeated, ["b[0].c", "a"]);
    }

    #[test]
    fn templates_are_known_by_their_signs() {
        for text in [
            "{{ env \"ORIGIN\" }}",
            "https://{{ .host }}",
            "$ORIGIN",
            "${ORIGIN}",
        ] {
            assert!(is_template(text), "{text}");
        }
        for text in ["https://a.example", r"^https://a\.example$", "$", "$1"] {
            assert!(!is_template(text), "{text}");
        }
    }

    #[test]
    fn bytes_are_no_value() {
        let bytes = de::value::BytesDeserializer::<de::value::Error>::new(b"a");
        assert_eq!(
            Document::deserialize(bytes).unwrap_err().to_string(),
            "invalid type: byte array, expected a value of a configuration"
        );
    }
}
