//! Values that are written as one of a few names.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::config::{Danger, Enforcement, InnerHeaders, PreflightMode};
use crate::nearest::nearest;

/// A value that is written as one of a few names. An unknown one is an error
/// that tells the nearest, at its own place in the file.
pub(super) struct Name<T>(pub(super) T);

pub(super) trait Named: Sized + Copy + 'static {
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
