//! Configurations by path: plain data.

#[cfg(feature = "serde")]
use std::fmt;

#[cfg(feature = "serde")]
use serde::{
    de::{self, Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer},
    ser::{Serialize, SerializeMap, Serializer},
};

use super::CorsConfig;

/// A configuration for each path prefix; `None` switches CORS off below it.
///
/// A prefix begins with `/`. `/api` covers the path `/api` and every path below it,
/// `/api/…`. With a `*` at its end, `/api*` covers every path that begins so, `/apis` too.
/// The longest prefix wins. A path that no prefix covers has no policy; `/` covers all.
///
/// Prefixes are compared with the path as this layer sees it: inside a nested router, that
/// path lacks the router's own prefix. Case matters. Percent-encoded characters are decoded
/// first (`/%61pi`, `/caf%c3%a9`), except for the reserved characters of RFC 3986: `%2F` is
/// not `/`.
///
/// Some servers take `//` for `/`, some only at the beginning of the path, and some not at
/// all. If all readings of such a path lead to the same prefix, the path has its policy. If
/// not, no origin is allowed, and if one of the policies is enforced by the server, requests
/// from other origins are refused. The service behind this layer should read paths no more
/// loosely than that.
///
/// In a file (feature `serde`) it is a table, where `false` switches CORS off:
///
/// ```toml
/// ["/"]
/// allow_origins = ["*"]
///
/// ["/account"]
/// allow_origins = ["https://app.example.com"]
/// allow_credentials = true
/// ```
///
/// ```
/// use tower_cors::{CorsConfig, CorsLayer, PathConfigs};
///
/// let policies = PathConfigs::new()
///     .path("/", CorsConfig::new(["*"]))
///     .path("/account", CorsConfig::new(["https://app.example.com"]).allow_credentials(true))
///     .compile()?;
/// let cors = CorsLayer::from(policies);
/// # Ok::<(), tower_cors::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct PathConfigs {
    /// The prefixes, with their configurations.
    pub paths: Vec<(String, Option<CorsConfig>)>,
}

impl PathConfigs {
    /// Configurations for no path.
    pub fn new() -> Self {
        PathConfigs::default()
    }

    /// Adds a prefix; `None` switches CORS off below it.
    pub fn path(
        mut self,
        prefix: impl Into<String>,
        config: impl Into<Option<CorsConfig>>,
    ) -> Self {
        self.paths.push((prefix.into(), config.into()));
        self
    }
}

#[cfg(feature = "serde")]
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

#[cfg(feature = "serde")]
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
#[cfg(feature = "serde")]
struct ConfigOrOff(Option<CorsConfig>);

#[cfg(feature = "serde")]
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
                let config = CorsConfig::deserialize(MapAccessDeserializer::new(map))?;
                Ok(ConfigOrOff(Some(config)))
            }
        }

        deserializer.deserialize_any(OffVisitor)
    }
}
