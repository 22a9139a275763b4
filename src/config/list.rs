//! Lists: of origins in code, with commas in variables and flags, and in files.

use crate::origin::OriginPattern;

#[cfg(feature = "serde")]
pub(super) use in_file::List;

/// A list of origins: a `Vec`, an array or an iterator of texts or of other things that turn
/// into an [`OriginPattern`].
///
/// One text alone is no list:
///
/// ```compile_fail
/// tower_cors::CorsConfig::new("https://app.example.com");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of origins",
    label = "not a list of origins",
    note = "write a list of texts, `[\"https://app.example.com\"]`, or of `OriginPattern`s",
    note = "a text with commas between its entries is read by `CorsConfig::from_list`"
)]
pub trait OriginList: sealed::Sealed {
    #[doc(hidden)]
    fn patterns(self) -> Vec<OriginPattern>;
}

#[diagnostic::do_not_recommend]
impl<L: IntoIterator<Item: Into<OriginPattern>>> OriginList for L {
    fn patterns(self) -> Vec<OriginPattern> {
        self.into_iter().map(Into::into).collect()
    }
}

mod sealed {
    /// Keeps [`OriginList`](super::OriginList) to this crate.
    #[allow(unnameable_types, reason = "that is the seal")]
    pub trait Sealed {}
    #[diagnostic::do_not_recommend]
    impl<L: IntoIterator<Item: Into<crate::OriginPattern>>> Sealed for L {}
}

/// The entries of a comma-separated list, trimmed. Empty entries are kept: `compile` names
/// them by their place and leaves them out.
pub(super) fn entries(text: &str) -> impl Iterator<Item = &str> + Clone {
    let is_blank = text.trim().is_empty();
    let entries = text.split(',').map(str::trim);
    entries.filter(move |_| !is_blank)
}

#[cfg(feature = "serde")]
mod in_file {
    use std::fmt;

    use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
    use serde::de::{
        self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor,
    };

    /// A list, or a text with commas between its entries.
    pub(in crate::config) struct List<T> {
        pub(in crate::config) entries: Vec<T>,
        pub(in crate::config) is_text: bool,
    }

    impl<T> From<List<T>> for Vec<T> {
        fn from(list: List<T>) -> Self {
            list.entries
        }
    }

    impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
        fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
            reader.deserialize_any(List {
                entries: Vec::new(),
                is_text: false,
            })
        }
    }

    impl<'de, T: DeserializeOwned> Visitor<'de> for List<T> {
        type Value = Self;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list, or a text with commas between its entries")
        }

        fn visit_str<E: de::Error>(mut self, text: &str) -> Result<Self, E> {
            let entries = super::entries(text).map(StrDeserializer::new);
            self.entries = entries.map(T::deserialize).collect::<Result<_, _>>()?;
            self.is_text = true;
            Ok(self)
        }

        /// One entry alone.
        fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<Self, A::Error> {
            self.entries = vec![T::deserialize(MapAccessDeserializer::new(map))?];
            Ok(self)
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, seq: A) -> Result<Self, A::Error> {
            self.entries = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
            Ok(self)
        }
    }
}
