//! Configurations in files.
//!
//! Deserialising checks the shape only; what the values mean is checked by
//! `compile`, so that all problems appear at once.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, Serialize, SerializeMap, Serializer};

use super::{AllowHeaders, CorsConfig, Danger, Enforcement, InnerHeaders, MaxAge, PreflightMode};
use crate::nearest::nearest;
use crate::origin::OriginPattern;
use crate::paths::PathConfigs;

/// Calls a macro with all fields of a configuration.
macro_rules! with_fields {
    ($call:ident) => {
        $call! {
            allow_origins: OneOrMore<_>,
            allow_methods: OneOrMore<_>,
            allow_headers: AllowHeaders,
            expose_headers: OneOrMore<_>,
            allow_credentials: bool,
            max_age: MaxAge,
            allow_private_network: bool,
            preflight: PreflightMode,
            preflight_status: u16,
            enforcement: Enforcement,
            inner_headers: InnerHeaders,
            answer_without_origin: bool,
            debug: bool,
            dangerously_allow: Vec<_>,
        }
    };
}

macro_rules! impl_config {
    ($($field:ident: $shape:ty,)+) => {
        const FIELDS: &[&str] = &[$(stringify!($field)),+];

        /// Only what differs from the default, and `allow_origins`.
        impl Serialize for CorsConfig {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let default = CorsConfig::default();
                let mut map = serializer.serialize_map(None)?;
                $(
                    if stringify!($field) == "allow_origins" || self.$field != default.$field {
                        map.serialize_entry(stringify!($field), &self.$field)?;
                    }
                )+
                map.end()
            }
        }

        impl<'de> Visitor<'de> for ConfigVisitor {
            type Value = CorsConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a CORS configuration")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CorsConfig, A::Error> {
                let mut config = CorsConfig::default();
                let mut seen: Vec<&str> = Vec::new();
                while let Some(Name(field)) = map.next_key::<Name<Field>>()? {
                    if seen.contains(&field.0) {
                        return Err(de::Error::duplicate_field(field.0));
                    }
                    seen.push(field.0);
                    match field.0 {
                        $(stringify!($field) => {
                            let value: $shape = map.next_value()?;
                            config.$field = value.into();
                        })+
                        other => return Err(de::Error::unknown_field(other, FIELDS)),
                    }
                }
                Ok(config)
            }
        }
    };
}

struct ConfigVisitor;

with_fields!(impl_config);

impl<'de> Deserialize<'de> for CorsConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ConfigVisitor)
    }
}

/// A value that is written as one of a few names. An unknown one is an error
/// that tells the nearest, at its own place in the file.
struct Name<T>(T);

trait Named: Sized + Copy + 'static {
    const WHAT: &'static str;
    fn all() -> Vec<(&'static str, Self)>;
}

impl<'de, T: Named> Deserialize<'de> for Name<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor(PhantomData))
    }
}

struct NameVisitor<T>(PhantomData<T>);

impl<T: Named> Visitor<'_> for NameVisitor<T> {
    type Value = Name<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", T::WHAT)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Name<T>, E> {
        let all = T::all();
        if let Some((_, value)) = all.iter().find(|(name, _)| *name == text) {
            return Ok(Name(*value));
        }
        let what = T::WHAT;
        let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        if let Some(near) = nearest(text, names.iter().copied()) {
            let hint = format_args!("`{text}` is not {what}; did you mean `{near}`?");
            return Err(E::custom(hint));
        }
        let names = names.join("`, `");
        Err(E::custom(format_args!(
            "`{text}` is not {what}; expected one of `{names}`"
        )))
    }
}

/// A key of the configuration.
#[derive(Clone, Copy)]
struct Field(&'static str);

impl Named for Field {
    const WHAT: &'static str = "a field of a CORS configuration";

    fn all() -> Vec<(&'static str, Self)> {
        FIELDS.iter().map(|name| (*name, Field(name))).collect()
    }
}

macro_rules! impl_named {
    ($($option:ident: $what:literal,)+) => {
        $(
            impl Named for $option {
                const WHAT: &'static str = $what;

                fn all() -> Vec<(&'static str, Self)> {
                    $option::ALL.iter().map(|value| (value.as_str(), *value)).collect()
                }
            }

            impl Serialize for $option {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> Deserialize<'de> for $option {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    Name::deserialize(deserializer).map(|name| name.0)
                }
            }
        )+
    };
}

impl_named! {
    PreflightMode: "a preflight mode",
    Enforcement: "an enforcement",
    InnerHeaders: "a rule for inner headers",
    Danger: "a danger",
}

/// A list, or `"*"` for the list of it alone. No other lone value: a string
/// where a list belongs is more often a mistake than a list of one.
struct OneOrMore<T>(Vec<T>);

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

const BROWSER_DEFAULT: &str = "browser-default";

impl Serialize for MaxAge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            MaxAge::BrowserDefault => serializer.serialize_str(BROWSER_DEFAULT),
            MaxAge::Disabled => serializer.serialize_u64(0),
            MaxAge::For(duration) if duration.subsec_nanos() == 0 => {
                serializer.serialize_u64(duration.as_secs())
            }
            MaxAge::For(duration) => serializer.collect_str(&humantime::format_duration(*duration)),
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
                match text {
                    BROWSER_DEFAULT => Ok(MaxAge::BrowserDefault),
                    _ => text
                        .parse()
                        .map_err(|error| E::custom(format_args!("max_age `{text}`: {error}"))),
                }
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

impl Serialize for PathConfigs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.paths.len()))?;
        for (prefix, config) in &self.paths {
            match config {
                Some(config) => map.serialize_entry(prefix, config)?,
                None => map.serialize_entry(prefix, &false)?,
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for PathConfigs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PathsVisitor;

        impl<'de> Visitor<'de> for PathsVisitor {
            type Value = PathConfigs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a CORS configuration for each path prefix")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PathConfigs, A::Error> {
                let mut configs = PathConfigs::new();
                while let Some((prefix, ConfigOrOff(config))) = map.next_entry::<String, _>()? {
                    configs = configs.path(prefix, config);
                }
                Ok(configs)
            }
        }

        deserializer.deserialize_map(PathsVisitor)
    }
}

/// A configuration, or `false`.
struct ConfigOrOff(Option<CorsConfig>);

impl<'de> Deserialize<'de> for ConfigOrOff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OffVisitor;

        impl<'de> Visitor<'de> for OffVisitor {
            type Value = ConfigOrOff;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a CORS configuration, or `false`")
            }

            fn visit_bool<E: de::Error>(self, on: bool) -> Result<ConfigOrOff, E> {
                match on {
                    true => Err(E::invalid_value(de::Unexpected::Bool(on), &self)),
                    false => Ok(ConfigOrOff(None)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ConfigOrOff, A::Error> {
                ConfigVisitor
                    .visit_map(map)
                    .map(|config| ConfigOrOff(Some(config)))
            }
        }

        deserializer.deserialize_any(OffVisitor)
    }
}
