//! Bytes of a request, for people to read.

use std::fmt;

use http::HeaderValue;

/// More than any valid origin.
const MOST: usize = 400;

/// Shows a value escaped, and cut to what people read.
pub(crate) struct Escaped<'a>(pub(crate) &'a HeaderValue);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.as_bytes();
        let cut = bytes.get(..MOST).unwrap_or(bytes);
        let end = if bytes.len() > MOST { "…" } else { "" };
        write!(f, "{}{end}", cut.escape_ascii())
    }
}

/// The same in quotes, of which those inside are escaped: nothing in a value
/// looks like what stands behind it.
impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
