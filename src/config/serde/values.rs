//! Lists, patterns and durations.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, Serialize, SerializeMap, Serializer};

use super::named::Name;
use crate::config::{AllowHeaders, MaxAge, Named};
use crate::origin::OriginPattern;

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
                text.parse()
                    .map_err(|error| E::custom(format_args!("max_age `{text}`: {error}")))
            }
        }

        deserializer.deserialize_any(MaxAgeVisitor)
    }
}

const REGEX: &str = "regex";
const HOST_REGEX: &str = "host_regex";

impl Serialize for OriginPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, regex) = match self {
            OriginPattern::Text(text) => return serializer.serialize_str(text),
            OriginPattern::Regex(regex) => (REGEX, regex),
            OriginPattern::HostRegex(regex) => (HOST_REGEX, regex),
            OriginPattern::Predicate(_) => {
                return Err(ser::Error::custom("a function cannot be written to a file"));
            }
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(key, regex)?;
        map.end()
    }
}

#[derive(Clone, Copy)]
struct PatternKey(&'static str);

impl Named for PatternKey {
    const WHAT: &'static str = "a kind of origin pattern";

    fn all() -> Vec<(&'static str, Self)> {
        [REGEX, HOST_REGEX]
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
                let Some(Name(key)) = map.next_key::<Name<PatternKey>>()? else {
                    return Err(de::Error::invalid_length(0, &self));
                };
                let regex: String = map.next_value()?;
                if map.next_key::<Name<PatternKey>>()?.is_some() {
                    return Err(de::Error::invalid_length(2, &self));
                }
                Ok(match key.0 {
                    HOST_REGEX => OriginPattern::HostRegex(regex),
                    _ => OriginPattern::Regex(regex),
                })
            }
        }

        deserializer.deserialize_any(PatternVisitor)
    }
}
