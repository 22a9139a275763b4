//! Errors for programs.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::error::{ConfigError, ConfigErrorKind, ConfigErrors};

/// A list of errors, fit for an extension member of a problem response
/// (RFC 9457).
impl Serialize for ConfigErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

/// An object with `field`, `value`, `code` and `message`, and, where there is
/// one, `suggestion` or `witness`.
impl Serialize for ConfigError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("field", self.field())?;
        map.serialize_entry("value", self.value())?;
        map.serialize_entry("code", self.kind().code())?;
        map.serialize_entry("message", &self.kind().to_string())?;
        if let Some(suggestion) = self.suggestion() {
            map.serialize_entry("suggestion", suggestion)?;
        }
        if let ConfigErrorKind::Danger { witness, .. } = self.kind() {
            map.serialize_entry("witness", witness)?;
        }
        map.end()
    }
}
