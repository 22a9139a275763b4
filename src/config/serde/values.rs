//! Lists, patterns and durations.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, Serialize, SerializeMap, Serializer};

use super::named::Name;
use crate::config::{AllowHeaders, AllowedDanger, Danger, MaxAge, Named};
use crate::escape::Readable;
use crate::origin::{OriginPattern, PatternKind};

/// A list, or `"*"` for the list of it alone. No other lone value: a string
/// where a list belongs is more often a mistake than a list of one.
pub(super) struct OneOrMore<T>(Vec<T>);

impl<T> From<OneOrMore<T>> for Vec<T> {
    fn from(list: OneOrMore<T>) -> Self {
        list.0
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + for<'a> From<&'a str>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + for<'a> From<&'a str>> Visitor<'de> for ListVisitor<T> {
    type Value = OneOrMore<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or `\"*\"`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMore<T>, E> {
        match text {
            "*" => Ok(OneOrMore(vec![T::from(text)])),
            _ => Err(E::invalid_type(de::Unexpected::Str(text), &self)),
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

impl Serialize for OriginPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, regex) = match &self.kind {
            PatternKind::Text(text) => return serializer.serialize_str(text),
            PatternKind::Regex(regex) => (REGEX, regex),
            PatternKind::HostRegex(regex) => (HOST_REGEX, regex),
            PatternKind::Predicate(_) => {
                return Err(ser::Error::custom("a function cannot be written to a file"));
            }
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(key, regex)?;
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
        let (key, text) = match self.entry.as_ref().map(|entry| &entry.kind) {
            None => return self.danger.serialize(serializer),
            Some(PatternKind::Text(text)) => (ORIGIN, text),
            Some(PatternKind::Regex(regex)) => (REGEX, regex),
            Some(PatternKind::HostRegex(regex)) => (HOST_REGEX, regex),
            Some(PatternKind::Predicate(_)) => {
                return Err(ser::Error::custom("a function cannot be written to a file"));
            }
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(DANGER, &self.danger)?;
        map.serialize_entry(key, text)?;
        map.end()
    }
}

#[derive(Clone, Copy, PartialEq)]
struct PatternKey(&'static str);

impl Named for PatternKey {
    const WHAT: &'static str = "a field of an origin pattern";

    fn all() -> Vec<(&'static str, Self)> {
        [REGEX, HOST_REGEX, WITHIN]
            .map(|name| (name, PatternKey(name)))
            .to_vec()
    }
}

impl<'de> Deserialize<'de> for OriginPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PatternVisitor;

        impl<'de> Visitor<'de> for PatternVisitor {
            type Value = OriginPattern;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an origin pattern, or `{ regex = \"…\" }`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<OriginPattern, E> {
                Ok(OriginPattern::from(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OriginPattern, A::Error> {
                let (mut pattern, mut within) = (None, None);
                while let Some(Name(PatternKey(key))) = map.next_key()? {
                    if key == WITHIN {
                        let Domains(domains) = map.next_value()?;
                        set(&mut within, key, domains)?;
                    } else {
                        set(&mut pattern, key, regex(key, map.next_value()?))?;
                    }
                }
                let pattern = pattern.ok_or_else(|| de::Error::missing_field(REGEX))?;
                Ok(pattern.within(within.unwrap_or_default()))
            }
        }

        deserializer.deserialize_any(PatternVisitor)
    }
}

fn regex(key: &str, regex: String) -> OriginPattern {
    match key {
        HOST_REGEX => OriginPattern::host_regex(regex),
        _ => OriginPattern::regex(regex),
    }
}

/// Sets what may be set once. Two of the keys for one thing are the same as one twice.
fn set<T, E: de::Error>(place: &mut Option<T>, key: &'static str, value: T) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(key)),
    }
}

/// A domain, or a list of them.
struct Domains(Vec<String>);

impl<'de> Deserialize<'de> for Domains {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DomainsVisitor;

        impl<'de> Visitor<'de> for DomainsVisitor {
            type Value = Domains;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a domain, or a list of domains")
            }

            fn visit_str<E: de::Error>(self, domain: &str) -> Result<Domains, E> {
                Ok(Domains(vec![domain.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Domains, A::Error> {
                let domains = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
                match domains.is_empty() {
                    // No border must not be what a border was meant to be.
                    true => Err(de::Error::invalid_length(0, &self)),
                    false => Ok(Domains(domains)),
                }
            }
        }

        deserializer.deserialize_any(DomainsVisitor)
    }
}

#[derive(Clone, Copy)]
struct DangerKey(&'static str);

impl Named for DangerKey {
    const WHAT: &'static str = "a field of a danger";

    fn all() -> Vec<(&'static str, Self)> {
        [DANGER, REGEX, HOST_REGEX, ORIGIN]
            .map(|name| (name, DangerKey(name)))
            .to_vec()
    }
}

impl<'de> Deserialize<'de> for AllowedDanger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DangerVisitor;

        impl<'de> Visitor<'de> for DangerVisitor {
            type Value = AllowedDanger;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a danger, or `{ danger = \"…\", regex = \"…\" }`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<AllowedDanger, E> {
                let danger = Danger::named(text).map_err(E::custom)?;
                Ok(danger.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AllowedDanger, A::Error> {
                let (mut danger, mut entry) = (None, None);
                while let Some(Name(DangerKey(key))) = map.next_key()? {
                    match key {
                        DANGER => set(&mut danger, key, map.next_value::<Danger>()?)?,
                        ORIGIN => {
                            let origin = OriginPattern::from(map.next_value::<String>()?);
                            set(&mut entry, key, origin)?;
                        }
                        _ => set(&mut entry, key, regex(key, map.next_value()?))?,
                    }
                }
                let danger = danger.ok_or_else(|| de::Error::missing_field(DANGER))?;
                // Without an entry it would be taken on for all of them.
                let entry = entry.ok_or_else(|| de::Error::missing_field(REGEX))?;
                Ok(danger.for_entry(entry))
            }
        }

        deserializer.deserialize_any(DangerVisitor)
    }
}
