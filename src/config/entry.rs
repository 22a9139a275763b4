//! Origins and dangers in files: a text, or a table with a regular expression.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{self, Serialize, SerializeMap, Serializer};

use super::list::List;
use super::named::OneOf;
use super::{AllowedDanger, Danger};
use crate::origin::{OriginPattern, PatternKind};

const REGEX: &str = "regex";
const HOST_REGEX: &str = "host_regex";
const WITHIN: &str = "within";
const DANGER: &str = "danger";
const ORIGIN: &str = "origin";

/// The key and the text of a pattern in a table.
fn key_and_text<E: ser::Error>(pattern: &OriginPattern) -> Result<(&'static str, &str), E> {
    match &pattern.kind {
        PatternKind::Text(text) => Ok((ORIGIN, text)),
        PatternKind::Regex(regex) => Ok((REGEX, regex)),
        PatternKind::HostRegex(regex) => Ok((HOST_REGEX, regex)),
        PatternKind::Predicate(_) => Err(E::custom("a function cannot be written to a file")),
    }
}

impl Serialize for OriginPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, text) = key_and_text(self)?;
        if key == ORIGIN {
            return serializer.serialize_str(text);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(key, text)?;
        match &self.within[..] {
            [] => {}
            [domain] => map.serialize_entry(WITHIN, domain)?,
            domains => map.serialize_entry(WITHIN, domains)?,
        }
        map.end()
    }
}

impl Serialize for AllowedDanger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(entry) = &self.entry else {
            return self.danger.serialize(serializer);
        };
        let (key, text) = key_and_text(entry)?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(DANGER, &self.danger)?;
        map.serialize_entry(key, text)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for OriginPattern {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let entry = reader.deserialize_any(Entry::<false>::default())?;
        let pattern = entry
            .pattern
            .ok_or_else(|| de::Error::missing_field(REGEX))?;
        Ok(pattern.within(entry.within))
    }
}

impl<'de> Deserialize<'de> for AllowedDanger {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let entry = reader.deserialize_any(Entry::<true>::default())?;
        let danger = entry
            .danger
            .ok_or_else(|| de::Error::missing_field(DANGER))?;
        if entry.is_table && entry.pattern.is_none() {
            return Err(de::Error::missing_field(REGEX));
        }
        Ok(AllowedDanger {
            danger,
            entry: entry.pattern,
        })
    }
}

/// An entry of `dangerously_allow`, or of `allow_origins`: a text, or a table.
#[derive(Default)]
struct Entry<const IS_DANGER: bool> {
    danger: Option<Danger>,
    pattern: Option<OriginPattern>,
    within: Vec<String>,
    is_table: bool,
}

impl<'de, const IS_DANGER: bool> Visitor<'de> for Entry<IS_DANGER> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match IS_DANGER {
            true => "a danger, or `{ danger = \"…\", regex = \"…\" }`",
            false => "an origin pattern, or `{ regex = \"…\" }`",
        })
    }

    fn visit_str<E: de::Error>(mut self, text: &str) -> Result<Self, E> {
        match IS_DANGER {
            true => self.danger = Some(text.parse().map_err(E::custom)?),
            false => self.pattern = Some(OriginPattern::from(text)),
        }
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        self.is_table = true;
        let key = || OneOf {
            kind: "a field of an entry",
            names: match IS_DANGER {
                true => &[DANGER, REGEX, HOST_REGEX, ORIGIN],
                false => &[REGEX, HOST_REGEX, WITHIN, ORIGIN],
            },
        };
        while let Some(key) = map.next_key_seed(key())? {
            let is_twice = match key {
                DANGER => self.danger.replace(map.next_value()?).is_some(),
                WITHIN => {
                    let domains = Vec::from(map.next_value::<List<String>>()?);
                    // Nothing may turn a border that was meant into none.
                    if domains.is_empty() {
                        return Err(de::Error::custom("`within` names no domain"));
                    }
                    !std::mem::replace(&mut self.within, domains).is_empty()
                }
                key => {
                    let text: String = map.next_value()?;
                    let pattern = match key {
                        REGEX => OriginPattern::regex(text),
                        HOST_REGEX => OriginPattern::host_regex(text),
                        _ => OriginPattern::from(text),
                    };
                    self.pattern.replace(pattern).is_some()
                }
            };
            if is_twice {
                return Err(de::Error::duplicate_field(key));
            }
        }
        Ok(self)
    }
}
