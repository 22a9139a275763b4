//! Configurations in files.
//!
//! Deserialising checks the shape only; what the values mean is checked by
//! `compile`, so that all problems appear at once.

mod by_path;
mod named;
mod values;

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use self::named::Name;
use self::values::OneOrMore;
use super::{AllowHeaders, CorsConfig, Enforcement, InnerHeaders, MaxAge, Named, PreflightMode};

/// Calls a macro with all fields of a configuration.
macro_rules! with_fields {
    ($call:ident) => {
        $call! {
            enabled: bool,
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

/// A key of the configuration.
#[derive(Clone, Copy)]
struct Field(&'static str);

impl Named for Field {
    const WHAT: &'static str = "a field of a CORS configuration";

    fn all() -> Vec<(&'static str, Self)> {
        FIELDS.iter().map(|name| (*name, Field(name))).collect()
    }
}
