//! Policies by path.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::compiled::Policy;
use crate::problem::ConfigErrorKind;

/// A policy for each path prefix, compiled from [`PathConfigs`](crate::PathConfigs).
///
/// A clone is a reference to the same policies.
#[derive(Clone)]
#[must_use]
pub struct PathPolicies(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    paths: Paths,
    /// Decides where two policies could apply, neither of which may be got round: the
    /// second if one of the two is enforced.
    nobody: [Policy; 2],
}

/// Prefixes, and their policies; `None` switches CORS off.
type Table = HashMap<Box<[u8]>, Option<Policy>>;

#[derive(Debug, Default)]
pub(crate) struct Paths {
    /// For the path and all below it; without a slash at the end.
    below: Table,
    /// For all that begins so; without the `*`.
    beginning: Table,
    /// Of prefixes, the longest first: what a look-up tries.
    lengths: Vec<usize>,
}

impl PathPolicies {
    pub(crate) fn new(paths: Paths, nobody: [Policy; 2]) -> Self {
        PathPolicies(Arc::new(Compiled { paths, nobody }))
    }

    /// The policy for a path, percent-encoded as in a request; `None` if there
    /// is none.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Policy> {
        let path = decode(path.as_bytes());
        let found = self.0.paths.longest(&path);
        if path.windows(2).any(|pair| pair == b"//") {
            let slashes = path.iter().take_while(|&&byte| byte == b'/').count();
            let begun = &path[slashes.saturating_sub(1)..];
            let mut single = path.to_vec();
            single.dedup_by(|next, byte| (*next, *byte) == (b'/', b'/'));
            let others = [begun, &single].map(|path| self.0.paths.longest(path));
            if !others.iter().all(|other| same(found, *other)) {
                let mut all = others.into_iter().chain([found]).flatten();
                let is_enforced = all.any(Policy::is_enforced_by_server);
                return Some(&self.0.nobody[usize::from(is_enforced)]);
            }
        }
        found
    }
}

/// Two prefixes have led to one policy.
fn same(one: Option<&Policy>, other: Option<&Policy>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        _ => one.is_none() && other.is_none(),
    }
}

#[cfg(feature = "tracing")]
impl PathPolicies {
    /// All policies.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.0.paths.iter()
    }
}

impl Paths {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.below.values().chain(self.beginning.values()).flatten()
    }

    /// The entry of the longest prefix of a decoded path.
    fn longest(&self, path: &[u8]) -> Option<&Policy> {
        let fitting = self.lengths.iter().filter(|&&length| length <= path.len());
        let mut found = fitting.filter_map(|&length| {
            let (prefix, rest) = path.split_at(length);
            let ends_segment = matches!(rest.first(), None | Some(b'/'));
            // The same prefix without `*` is the narrower one.
            let below = ends_segment.then(|| self.below.get(prefix)).flatten();
            below.or_else(|| self.beginning.get(prefix))
        });
        found.next()?.as_ref()
    }

    pub(crate) fn insert(
        &mut self,
        prefix: &str,
        policy: Option<Policy>,
    ) -> Result<(), ConfigErrorKind> {
        let (text, table) = match prefix.strip_suffix('*') {
            Some(text) => (text, &mut self.beginning),
            None => (prefix.strip_suffix('/').unwrap_or(prefix), &mut self.below),
        };
        if !prefix.starts_with('/') || text.contains(['*', '?', '#']) {
            return Err(ConfigErrorKind::PathPrefix);
        }
        if !is_sent_by_browsers(text) {
            return Err(ConfigErrorKind::PathNeverSent);
        }
        let text = decode(text.as_bytes());
        if let Err(at) = self
            .lengths
            .binary_search_by(|length| text.len().cmp(length))
        {
            self.lengths.insert(at, text.len());
        }
        match table.insert(text.into(), policy) {
            None => Ok(()),
            Some(_) => Err(ConfigErrorKind::PathTwice),
        }
    }
}

/// The path of a request can begin so. Browsers resolve dot segments, and
/// percent-encode some bytes.
fn is_sent_by_browsers(text: &str) -> bool {
    let dots = text.split('/').any(|segment| matches!(segment, "." | ".."));
    let escaped = text.split('%').skip(1).filter_map(|behind| {
        let digits = behind.as_bytes().get(..2)?;
        from_hex(digits)
    });
    !dots
        && !text.contains("//")
        && text.bytes().all(is_plain)
        && !escaped.into_iter().any(is_unreserved)
}

/// No client encodes the byte in a path by itself.
pub(crate) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)
}

/// Nobody needs to encode the byte (RFC 3986 section 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// The byte means something else when it is encoded (RFC 3986 section 2.2).
fn is_reserved(byte: u8) -> bool {
    b"%:/?#[]@!$&'()*+,;=".contains(&byte)
}

/// The path without escapes, but for those of reserved characters; in these,
/// digits are in upper case.
fn decode(path: &[u8]) -> Cow<'_, [u8]> {
    if !path.contains(&b'%') {
        return Cow::Borrowed(path);
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        let escaped = match tail.split_at_checked(2) {
            Some((digits, behind)) if *byte == b'%' => from_hex(digits).map(|b| (b, behind)),
            _ => None,
        };
        match escaped {
            Some((reserved, behind)) if is_reserved(reserved) => {
                decoded.extend([b'%', tail[0], tail[1]].map(|b| b.to_ascii_uppercase()));
                rest = behind;
            }
            Some((other, behind)) => {
                decoded.push(other);
                rest = behind;
            }
            None => decoded.push(*byte),
        }
    }
    Cow::Owned(decoded)
}

fn from_hex(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(digits[at]).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

impl fmt::Debug for PathPolicies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PathPolicies").field(&self.0.paths).finish()
    }
}
