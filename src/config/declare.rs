//! The macro that declares the fields of a configuration.

/// Declares a configuration: each field once, with its documentation, its default, the
/// argument of its setter and its form in files.
macro_rules! config {
    (
        $(#[$meta:meta])*
        pub struct $config:ident {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty = $default:expr,
                set($argument:ty) by $convert:expr, file($form:ty);
            )+
        }
    ) => {
        $(#[$meta])*
        pub struct $config {
            $(
                $(#[doc = $doc])+
                pub $field: $type,
            )+
            pub(crate) sources: Sources,
        }

        impl Default for $config {
            fn default() -> Self {
                $config {
                    $($field: $default,)+
                    sources: Sources::default(),
                }
            }
        }

        impl $config {
            $(
                #[doc = concat!(
                    "Sets [`", stringify!($field), "`](field@", stringify!($config), "::",
                    stringify!($field), ")."
                )]
                pub fn $field(mut self, value: $argument) -> Self {
                    let convert = $convert;
                    self.$field = convert(value);
                    self.sources.set(stringify!($field), None);
                    self
                }
            )+

            /// Applies a later source on top: what it sets wins, field by field.
            ///
            /// A field is set if its setter was called, if a file has it, or if it differs
            /// from its default. Lists are replaced, not joined, by an empty one too.
            ///
            /// ```
            /// use tower_cors::CorsConfig;
            ///
            /// let defaults = CorsConfig::new(["https://app.example.com"]).allow_credentials(true);
            /// let flags = CorsConfig::default().allow_credentials(false);
            /// let config = defaults.merge(flags);
            /// assert_eq!(config, CorsConfig::new(["https://app.example.com"]));
            /// ```
            pub fn merge(mut self, mut later: $config) -> Self {
                $(
                    if later.is_set(stringify!($field)) {
                        std::mem::swap(&mut self.$field, &mut later.$field);
                        let source = later.sources.source(stringify!($field)).cloned();
                        self.sources.set(stringify!($field), source);
                    }
                )+
                self
            }

            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];

            pub(crate) fn is_set(&self, field: &str) -> bool {
                let default = $config::default();
                self.sources.is_set(field)
                    || match field {
                        $(stringify!($field) => self.$field != default.$field,)+
                        _ => false,
                    }
            }
        }

        /// Writes the fields that are set.
        #[cfg(feature = "serde")]
        impl Serialize for $config {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(
                    if self.is_set(stringify!($field)) {
                        map.serialize_entry(stringify!($field), &self.$field)?;
                    }
                )+
                map.end()
            }
        }

        /// The schema of files, with the documentation of the fields.
        #[cfg(feature = "schemars")]
        impl JsonSchema for $config {
            fn schema_name() -> Cow<'static, str> {
                stringify!($config).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let mut fields = json_schema!({});
                $(
                    let mut field = generator.subschema_for::<$form>();
                    let doc = [$($doc),+].map(str::trim_start).join("\n");
                    field.insert("description".to_owned(), doc.into());
                    fields.insert(stringify!($field).to_owned(), field.to_value());
                )+
                json_schema!({
                    "type": "object",
                    "properties": fields,
                    "additionalProperties": false,
                })
            }
        }

        /// Checks the shape only; [`compile`]($config::compile) checks what the values mean,
        /// so that all problems appear at once.
        #[cfg(feature = "serde")]
        impl<'de> Deserialize<'de> for $config {
            fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
                reader.deserialize_map(ConfigVisitor)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> Visitor<'de> for ConfigVisitor {
            type Value = $config;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a CORS configuration")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$config, A::Error> {
                let mut config = $config::default();
                let key = || OneOf {
                    kind: "a field of a CORS configuration",
                    names: $config::FIELDS,
                };
                while let Some(field) = map.next_key_seed(key())? {
                    if config.sources.is_set(field) {
                        return Err(de::Error::duplicate_field(field));
                    }
                    match field {
                        $(stringify!($field) => {
                            config.$field = map.next_value::<$form>()?.into();
                        })+
                        _ => return Err(de::Error::unknown_field(field, $config::FIELDS)),
                    }
                    config.sources.set(field, None);
                }
                Ok(config)
            }
        }
    };
}

pub(super) use config;
