//! The `Vary` header (RFC 9110 section 12.5.5): the values that policies send.
//!
//! `compile` chooses among them: `actual_vary` and `build` in `compile/mod.rs` for responses,
//! `answer::preflight` for preflights.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Request headers that an answer depends on: names, with `, ` between them.
///
/// Those of policies are few, so they are static: their clones count nothing.
#[derive(Debug)]
pub(crate) struct Vary(HeaderValue);

/// Responses to all but preflights.
pub(crate) static ACTUAL: Vary = Vary(HeaderValue::from_static("Origin"));

/// Responses to all but preflights, if the server refuses what another site sends.
pub(crate) static ENFORCED: Vary = Vary(HeaderValue::from_static("Origin, sec-fetch-site"));

/// An `OPTIONS` that is no preflight: it would be one, with another header more.
pub(crate) static OPTIONS: Vary = Vary(HeaderValue::from_static(
    "Origin, access-control-request-method",
));

/// Such an `OPTIONS`, if the server refuses what another site sends.
pub(crate) static OPTIONS_ENFORCED: Vary = Vary(HeaderValue::from_static(
    "Origin, access-control-request-method, sec-fetch-site",
));

/// The answer to a preflight.
pub(crate) static PREFLIGHT: Vary = Vary(HeaderValue::from_static(
    "Origin, access-control-request-method, access-control-request-headers",
));

/// The answer to a preflight for which it counts whether a private network is asked for:
/// private networks are allowed; `debug` tells the reason of a denial; the server enforces
/// the policy but lets the application answer; or the application's own headers are kept.
pub(crate) static PREFLIGHT_FULL: Vary = Vary(HeaderValue::from_static(
    "Origin, access-control-request-method, access-control-request-headers, \
         access-control-request-private-network",
));

impl Vary {
    /// The names of a caller; `None` without any.
    pub(crate) fn on(names: impl IntoIterator<Item = HeaderName>) -> Option<Self> {
        let names: Vec<_> = names.into_iter().collect();
        let names: Vec<_> = names.iter().map(HeaderName::as_str).collect();
        // Names are valid in values.
        let any = HeaderValue::from_static("*");
        (!names.is_empty()).then(|| Vary(HeaderValue::try_from(names.join(", ")).unwrap_or(any)))
    }

    pub(crate) fn value(&self) -> &HeaderValue {
        &self.0
    }

    /// Adds the names that the headers do not vary on yet. Says whether all are there then:
    /// a full map takes no new line.
    #[cold]
    #[must_use]
    pub(crate) fn merge_into(&self, headers: &mut HeaderMap) -> bool {
        let is_listed = |name: &[u8]| {
            let mut lines = headers.get_all(header::VARY).into_iter();
            lines.any(|line| tokens(line).any(|token| token.eq_ignore_ascii_case(name)))
        };
        if is_listed(b"*") {
            return true;
        }
        let missing: Vec<_> = tokens(&self.0).filter(|name| !is_listed(name)).collect();
        if missing.is_empty() {
            return true;
        }
        let lacks_all = missing.len() == tokens(&self.0).count();
        let missing = match lacks_all {
            true => self.0.clone(),
            false => joined(missing.into_iter()),
        };
        if headers.try_append(header::VARY, missing.clone()).is_ok() {
            return true;
        }
        // What is there can be made longer.
        let first = headers.get_mut(header::VARY);
        first.is_some_and(|line| {
            *line = joined([line.as_bytes(), missing.as_bytes()].into_iter());
            true
        })
    }
}

/// One line of several, each valid in itself.
fn joined<'a>(lines: impl Iterator<Item = &'a [u8]>) -> HeaderValue {
    let line = lines.collect::<Vec<_>>().join(&b", "[..]);
    HeaderValue::from_bytes(&line).unwrap_or(HeaderValue::from_static("*"))
}

fn tokens(line: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    let tokens = line
        .as_bytes()
        .split(|&b| b == b',')
        .map(<[u8]>::trim_ascii);
    tokens.filter(|token| !token.is_empty())
}
