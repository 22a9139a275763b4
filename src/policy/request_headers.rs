//! The names in `Access-Control-Request-Headers`, checked without allocation
//! and with bounded work.

use std::cmp::Ordering;

use http::HeaderValue;
use http::header::GetAll;

use super::reason::DenyReason;

/// Empty elements and repeated names that a list may hold beside its names:
/// recipients accept a reasonable number (RFC 9110 section 5.6.1.2).
const SLACK_ELEMENTS: usize = 16;
/// The bytes that any list may have, so that the refusal of an ordinary one
/// can name the header.
const MIN_BYTES: usize = 1024;
/// The bytes and elements of a list when any name is allowed. Servers limit
/// all headers together to a few dozen kilobytes; what a page really asks for
/// is far below.
const MAX_MIRRORED_BYTES: usize = 4096;
const MAX_MIRRORED_ELEMENTS: usize = 256;

/// The request-header names that a policy allows.
#[derive(Clone, Debug)]
pub(crate) struct RequestHeaders {
    rule: Rule,
    max_bytes: usize,
    max_elements: usize,
}

#[derive(Clone, Debug)]
enum Rule {
    /// Lower case, sorted by length and then by bytes.
    List(Box<[Box<str>]>),
    /// Each name that a script can set.
    Any { authorization: bool },
}

impl RequestHeaders {
    /// Allows lower-case names.
    pub(crate) fn list(mut names: Vec<Box<str>>) -> Self {
        names.sort_unstable_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        // A comma and optional white space on both sides of it.
        let bytes = names.iter().map(|name| name.len() + 3).sum::<usize>();
        RequestHeaders {
            max_bytes: bytes.max(MIN_BYTES),
            max_elements: names.len() + SLACK_ELEMENTS,
            rule: Rule::List(names.into_boxed_slice()),
        }
    }

    /// Allows each name that a script can set, `Authorization` if told so.
    pub(crate) fn any(authorization: bool) -> Self {
        RequestHeaders {
            rule: Rule::Any { authorization },
            max_bytes: MAX_MIRRORED_BYTES,
            max_elements: MAX_MIRRORED_ELEMENTS,
        }
    }

    /// Checks the names in all lines, read as one list; stops at the first
    /// that is not allowed.
    pub(crate) fn check<'a>(&self, lines: &GetAll<'a, HeaderValue>) -> Result<(), DenyReason<'a>> {
        let mut bytes = 0;
        for line in lines {
            bytes += line.len() + 1;
            if bytes > self.max_bytes {
                return Err(DenyReason::HeadersTooLong);
            }
        }
        let mut room = self.max_elements;
        lines
            .iter()
            .try_for_each(|line| self.check_names(line, &mut room))
    }

    /// Checks one line. Browsers send a single line, mostly with one name.
    #[inline]
    pub(crate) fn check_line<'a>(&self, line: &'a HeaderValue) -> Result<(), DenyReason<'a>> {
        if self.lists(line.as_bytes()) {
            return Ok(());
        }
        if line.len() + 1 > self.max_bytes {
            return Err(DenyReason::HeadersTooLong);
        }
        self.check_names(line, &mut self.max_elements.clone())
    }

    fn check_names<'a>(
        &self,
        line: &'a HeaderValue,
        room: &mut usize,
    ) -> Result<(), DenyReason<'a>> {
        line.as_bytes().split(|&b| b == b',').try_for_each(|name| {
            *room = room.checked_sub(1).ok_or(DenyReason::HeadersTooLong)?;
            self.check_name(name.trim_ascii())
        })
    }

    fn check_name<'a>(&self, name: &'a [u8]) -> Result<(), DenyReason<'a>> {
        if name.is_empty() || self.lists(name) {
            return Ok(());
        }
        let name = token(name).ok_or(DenyReason::HeadersMalformed)?;
        if is_forbidden(name) {
            return Err(DenyReason::HeaderForbidden(name));
        }
        match self.rule {
            Rule::Any { authorization } if authorization || !is_authorization(name) => Ok(()),
            _ => Err(DenyReason::HeaderNotAllowed(name)),
        }
    }

    fn lists(&self, name: &[u8]) -> bool {
        let Rule::List(names) = &self.rule else {
            return false;
        };
        let lower = || name.iter().map(u8::to_ascii_lowercase);
        let found = names.binary_search_by(|listed| {
            listed.len().cmp(&name.len()).then_with(|| {
                // Browsers ask in lower case.
                match listed.as_bytes() == name {
                    true => Ordering::Equal,
                    false => listed.bytes().cmp(lower()),
                }
            })
        });
        found.is_ok()
    }
}

/// The one name that `*` does not cover
/// ([Fetch](https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name)).
pub(crate) fn is_authorization(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
}

/// The text of a token (RFC 9110 section 5.6.2).
pub(crate) fn token(bytes: &[u8]) -> Option<&str> {
    let is_token = !bytes.is_empty() && bytes.iter().copied().all(is_token_byte);
    std::str::from_utf8(bytes).ok().filter(|_| is_token)
}

fn is_token_byte(byte: u8) -> bool {
    matches!(
        byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*'
            | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
    )
}

/// The names that no script can set
/// ([Fetch](https://fetch.spec.whatwg.org/#forbidden-request-header)), in any
/// case. Those that are forbidden for some values only are not among them.
pub(crate) fn is_forbidden(name: &str) -> bool {
    const NAMES: [&str; 22] = [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "access-control-request-private-network",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    let has_prefix = |prefix: &str| {
        let start = name.as_bytes().get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    has_prefix("proxy-")
        || has_prefix("sec-")
        || NAMES
            .iter()
            .any(|forbidden| name.eq_ignore_ascii_case(forbidden))
}
