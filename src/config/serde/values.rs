//! Lists, patterns and durations.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, Serialize, SerializeMap, Serializer};

use super::named::Name;
use crate::config::{AllowHeaders, AllowedDanger, Danger, MaxAge, Named};
use crate::origin::{OriginPattern, PatternKind};
use crate::text::Readable;

/// A list, or `"*"` for the list of it alone. No other lone value: a string
/// where a list belongs is more often a mistake than a list of one.
pub(super) struct OneOrMore<T>(Vec<T>);

impl<T> From<OneOrMore<T>> for Vec<T> {
    fn from(list: OneOrMore<T>) -> Self {
        list.0
    }
}

/// With whether any lone text is a list of one, or `*` alone.
struct ListVisitor<T>(bool, PhantomData<T>);

impl<'de, T: Deserialize<'de> + for<'a> From<&'a str>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(false, PhantomData))
    }
}

/// A domain, or a list of them.
struct Domains(Vec<String>);

impl<'de> Deserialize<'de> for Domains {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = deserializer.deserialize_any(ListVisitor(true, PhantomData))?;
        Ok(Domains(list.into()))
    }
}

impl<'de, T: Deserialize<'de> + for<'a> From<&'a str>> Visitor<'de> for ListVisitor<T> {
    type Value = OneOrMore<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 {
            "a text, or a list"
        } else {
            "a list, or `\"*\"`"
        })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMore<T>, E> {
        match self.0 || text == "*" {
            true => Ok(OneOrMore(vec![T::from(text)])),
            false => Err(E::invalid_type(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<OneOrMore<T>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMore)
    }
}

const MIRROR: &str = "mirror";

impl Serialize for AllowHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            AllowHeaders::List(names) => names.serialize(serializer),
            AllowHeaders::Mirror => serializer.serialize_str(MIRROR),
        }
    }
}

impl<'de> Deserialize<'de> for AllowHeaders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HeadersVisitor;

        impl<'de> Visitor<'de> for HeadersVisitor {
            type Value = AllowHeaders;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, `\"*\"`, or `\"mirror\"`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<AllowHeaders, E> {
                match text {
                    MIRROR => Ok(AllowHeaders::Mirror),
                    "*" => Ok(AllowHeaders::from([text])),
                    _ => Err(E::invalid_type(de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<AllowHeaders, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(AllowHeaders::List)
            }
        }

        deserializer.deserialize_any(HeadersVisitor)
    }
}

impl Serialize for MaxAge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            MaxAge::Disabled => serializer.serialize_u64(0),
            MaxAge::For(duration) if duration.subsec_nanos() == 0 => {
                serializer.serialize_u64(duration.as_secs())
            }
            other => serializer.collect_str(other),
        }
    }
}

impl<'de> Deserialize<'de> for MaxAge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MaxAgeVisitor;

        impl Visitor<'_> for MaxAgeVisitor {
            type Value = MaxAge;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds, or a duration such as `\"12h\"`")
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<MaxAge, E> {
                Ok(Duration::from_secs(seconds).into())
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<MaxAge, E> {
                match u64::try_from(seconds) {
                    Ok(seconds) => self.visit_u64(seconds),
                    Err(_) => self.visit_str(&format!("{seconds}s")),
                }
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<MaxAge, E> {
                text.parse().map_err(|error| {
                    let text = Readable(text);
                    E::custom(format_args!("max_age `{text}`: {error}"))
                })
            }
        }

        deserializer.deserialize_any(MaxAgeVisitor)
    }
}

const REGEX: &str = "regex";
const HOST_REGEX: &str = "host_regex";
const WITHIN: &str = "within";
const DANGER: &str = "danger";
const ORIGIN: &str = "origin";

/// The key and the text of a pattern in a table.
fn written<E: ser::Error>(pattern: &OriginPattern) -> Result<(&'static str, &str), E> {
    match &pattern.kind {
        PatternKind::Text(text) => Ok((ORIGIN, text)),
        PatternKind::Regex(regex) => Ok((REGEX, regex)),
        PatternKind::HostRegex(regex) => Ok((HOST_REGEX, regex)),
        PatternKind::Predicate(_) => Err(E::custom("a function cannot be written to a file")),
    }
}

impl Serialize for OriginPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, text) = written(self)?;
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
        let (key, text) = written(entry)?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(DANGER, &self.danger)?;
        map.serialize_entry(key, text)?;
        map.end()
    }
}

/// An entry of `allow_origins` or `dangerously_allow`.
enum Entry {
    Text(String),
    Table {
        danger: Option<Danger>,
        pattern: OriginPattern,
        within: Option<Vec<String>>,
    },
}

#[derive(Clone, Copy)]
struct Key(&'static str);

impl Named for Key {
    const WHAT: &'static str = "a field of an entry";

    fn all() -> Vec<(&'static str, Self)> {
        [REGEX, HOST_REGEX, WITHIN, DANGER, ORIGIN]
            .map(|name| (name, Key(name)))
            .to_vec()
    }
}

/// With what is expected.
struct EntryVisitor(&'static str);

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Entry, E> {
        Ok(Entry::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let (mut danger, mut pattern, mut within) = (None, None, None);
        while let Some(Name(Key(key))) = map.next_key()? {
            let is_twice = match key {
                DANGER => danger.replace(map.next_value()?).is_some(),
                WITHIN => {
                    let Domains(domains) = map.next_value()?;
                    // No border must not be what a border was meant to be.
                    if domains.is_empty() {
                        return Err(de::Error::custom("`within` names no domain"));
                    }
                    within.replace(domains).is_some()
                }
                key => {
                    let text: String = map.next_value()?;
                    let written = match key {
                        REGEX => OriginPattern::regex(text),
                        HOST_REGEX => OriginPattern::host_regex(text),
                        _ => OriginPattern::from(text),
                    };
                    pattern.replace(written).is_some()
                }
            };
            if is_twice {
                return Err(de::Error::duplicate_field(key));
            }
        }
        Ok(Entry::Table {
            danger,
            pattern: pattern.ok_or_else(|| de::Error::missing_field(REGEX))?,
            within,
        })
    }
}

impl<'de> Deserialize<'de> for OriginPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "an origin pattern, or `{ regex = \"…\" }`";
        match deserializer.deserialize_any(EntryVisitor(expected))? {
            Entry::Text(text) => Ok(OriginPattern::from(text)),
            Entry::Table {
                danger: None,
                pattern,
                within,
            } => Ok(pattern.within(within.unwrap_or_default())),
            Entry::Table { .. } => Err(de::Error::unknown_field(
                DANGER,
                &[REGEX, HOST_REGEX, WITHIN],
            )),
        }
    }
}

impl<'de> Deserialize<'de> for AllowedDanger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a danger, or `{ danger = \"…\", regex = \"…\" }`";
        match deserializer.deserialize_any(EntryVisitor(expected))? {
            Entry::Text(text) => Danger::named(&text)
                .map(Into::into)
                .map_err(de::Error::custom),
            Entry::Table {
                danger: Some(danger),
                pattern,
                within: None,
            } => Ok(danger.for_entry(pattern)),
            Entry::Table { danger: None, .. } => Err(de::Error::missing_field(DANGER)),
            Entry::Table { .. } => Err(de::Error::unknown_field(
                WITHIN,
                &[DANGER, REGEX, HOST_REGEX, ORIGIN],
            )),
        }
    }
}
