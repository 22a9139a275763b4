//! The `Vary` header (RFC 9110 section 12.5.5).

use http::header::{self, HeaderMap, HeaderValue};

/// Request headers that an answer depends on.
///
/// There are few such lists, so they are static: their clones count nothing.
#[derive(Debug)]
pub(crate) struct Vary {
    /// Lower case.
    names: &'static [&'static str],
    value: HeaderValue,
}

/// What a response to all but preflights depends on.
pub(crate) static ACTUAL: Vary = Vary {
    names: &["origin"],
    value: HeaderValue::from_static("Origin"),
};

/// The same if the server refuses what another site sends.
pub(crate) static ENFORCED: Vary = Vary {
    names: &["origin", "sec-fetch-site"],
    value: HeaderValue::from_static("Origin, sec-fetch-site"),
};

/// What the answer to a preflight depends on.
pub(crate) static PREFLIGHT: Vary = Vary {
    names: &[
        "origin",
        "access-control-request-method",
        "access-control-request-headers",
    ],
    value: HeaderValue::from_static(
        "Origin, access-control-request-method, access-control-request-headers",
    ),
};

/// The same if private networks are allowed.
pub(crate) static PREFLIGHT_TO_PRIVATE: Vary = Vary {
    names: &[
        "origin",
        "access-control-request-method",
        "access-control-request-headers",
        "access-control-request-private-network",
    ],
    value: HeaderValue::from_static(
        "Origin, access-control-request-method, access-control-request-headers, \
         access-control-request-private-network",
    ),
};

impl Vary {
    pub(crate) fn value(&self) -> &HeaderValue {
        &self.value
    }

    /// Adds the names that the headers do not vary on yet.
    #[cold]
    pub(crate) fn merge_into(&self, headers: &mut HeaderMap) {
        let is_listed = |name: &str| {
            let lines = headers.get_all(header::VARY).into_iter();
            let mut tokens = lines.flat_map(|line| line.as_bytes().split(|&b| b == b','));
            tokens.any(|token| token.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        };
        if is_listed("*") {
            return;
        }
        let names = self.names.iter().copied();
        let missing: Vec<_> = names.filter(|name| !is_listed(name)).collect();
        // A map that cannot grow is too large to be sent.
        if missing.len() == self.names.len() {
            let _ = headers.try_append(header::VARY, self.value.clone());
        } else {
            for name in missing {
                let _ = headers.try_append(header::VARY, HeaderValue::from_static(name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ACTUAL, ENFORCED, PREFLIGHT, PREFLIGHT_TO_PRIVATE};

    #[test]
    fn values_are_the_names() {
        for vary in [&ACTUAL, &ENFORCED, &PREFLIGHT, &PREFLIGHT_TO_PRIVATE] {
            let value = vary.value.to_str().unwrap();
            assert!(
                value.eq_ignore_ascii_case(&vary.names.join(", ")),
                "{value}"
            );
        }
    }
}
