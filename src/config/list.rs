//! Comma-separated lists, from environment variables and flags say, and lists in files.

#[cfg(feature = "serde")]
pub(super) use in_file::List;

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
