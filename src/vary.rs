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
        let mut value = String::from("Origin");
        let mut names = vec![header::ORIGIN];
        for name in more {
            value.push_str(", ");
            value.push_str(name.as_str());
            names.push(name);
        }
        // The value of one name is static: its clones share no counter.
        let shared = HeaderValue::try_from(value)
            .ok()
            .filter(|_| names.len() > 1);
        Vary {
            names,
            value: shared.unwrap_or(HeaderValue::from_static("Origin")),
        }
    }

    pub(crate) fn value(&self) -> &HeaderValue {
        &self.value
    }

    /// Adds the names that the headers do not vary on yet.
    pub(crate) fn merge_into(&self, headers: &mut HeaderMap) {
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
