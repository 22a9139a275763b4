//! Errors for programs.

use serde::ser::{Serialize, Serializer};

use super::error::{ConfigError, ConfigErrorKind};

/// An object with `field`, `value`, `code` and `message`, and, where there is
/// one, `suggestion` or `witness`.
impl Serialize for ConfigError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let witness = match self.kind() {
            ConfigErrorKind::Danger { witness, .. } => Some(&witness[..]),
            ConfigErrorKind::NoBorder { witness, .. } => {
                Some(&witness[..]).filter(|witness| !witness.is_empty())
            }
            _ => None,
        };
        self.serialize_as(self.kind().code(), witness, serializer)
    }
}
