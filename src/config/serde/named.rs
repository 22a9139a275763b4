//! Values that are written as one of a few names.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::config::{Danger, Enforcement, InnerHeaders, Named, PreflightMode};

/// A value that is written as one of a few names. An unknown one is an error at
/// its own place in the file.
pub(super) struct Name<T>(pub(super) T);

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
        T::named(text).map(Name).map_err(E::custom)
    }
}

macro_rules! impl_serde {
    ($($option:ident,)+) => {
        $(
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

impl_serde! {
    PreflightMode,
    Enforcement,
    InnerHeaders,
    Danger,
}
