//! Configurations by path.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::ConfigVisitor;
use crate::config::CorsConfig;
use crate::config::PathConfigs;

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
