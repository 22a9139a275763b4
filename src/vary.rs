//! The `Vary` header (RFC 9110 section 12.5.5).

use http::header::{self, Entry, HeaderMap, HeaderName, HeaderValue};

/// Request headers that an answer depends on.
#[derive(Clone, Debug)]
pub(crate) struct Vary {
    names: Vec<HeaderName>,
    value: HeaderValue,
}

impl Vary {
    /// On `Origin` and more.
    pub(crate) fn on_origin(more: impl IntoIterator<Item = HeaderName>) -> Self {
        Vary::on(std::iter::once(header::ORIGIN).chain(more))
    }

    /// On these.
    pub(crate) fn on(names: impl IntoIterator<Item = HeaderName>) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        let mut value = String::new();
        for name in &names {
            let separator = if value.is_empty() { "" } else { ", " };
            let name = if *name == header::ORIGIN {
                "Origin"
            } else {
                name.as_str()
            };
            value.extend([separator, name]);
        }
        let value = match &names[..] {
            // A static value: its clones share no counter.
            [header::ORIGIN] => HeaderValue::from_static("Origin"),
            // Names are valid in values.
            _ => HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("*")),
        };
        Vary { names, value }
    }

    pub(crate) fn value(&self) -> &HeaderValue {
        &self.value
    }

    /// Adds the names that the headers do not vary on yet.
    pub(crate) fn merge_into(&self, headers: &mut HeaderMap) {
        if self.names.is_empty() {
            return;
        }
        // A map that cannot grow is too large to be sent.
        match headers.try_entry(header::VARY) {
            Ok(Entry::Vacant(entry)) => drop(entry.try_insert(self.value.clone())),
            Ok(Entry::Occupied(_)) => self.merge_into_existing(headers),
            Err(_) => {}
        }
    }

    #[cold]
    fn merge_into_existing(&self, headers: &mut HeaderMap) {
        let is_listed = |name: &str| {
            let lines = headers.get_all(header::VARY).into_iter();
            let mut tokens = lines.flat_map(|line| line.as_bytes().split(|&b| b == b','));
            tokens.any(|token| token.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        };
        if is_listed("*") {
            return;
        }
        let missing: Vec<_> = self
            .names
            .iter()
            .filter(|name| !is_listed(name.as_str()))
            .cloned()
            .collect();
        if missing.len() == self.names.len() {
            let _ = headers.try_append(header::VARY, self.value.clone());
        } else {
            for name in missing {
                let _ = headers.try_append(header::VARY, name.into());
            }
        }
    }
}
