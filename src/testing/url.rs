//! As much of the URL standard as requests and redirects to HTTP(S) need.

use std::fmt;

use http::Uri;

use super::host::{authority, host_and_port};
use super::origin::Origin;

/// An HTTP(S) [URL](https://url.spec.whatwg.org/#concept-url) without fragment.
///
/// Invariant: `uri` is the same URL without its user information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    scheme: String,
    userinfo: Option<String>,
    host: String,
    /// `None` is the scheme's default port.
    port: Option<u16>,
    path: String,
    query: Option<String>,
    uri: Uri,
}

impl Url {
    /// Parses an absolute URL; anything but HTTP(S) is `None`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        parse(text, None)
    }

    /// Parses `reference` with this URL as its base; anything but HTTP(S) is `None`.
    pub(super) fn join(&self, reference: &str) -> Option<Self> {
        parse(reference, Some(self))
    }

    pub(super) fn origin(&self) -> Origin {
        Origin::Tuple {
            scheme: self.scheme.clone(),
            host: self.host.clone(),
            port: self.port,
        }
    }

    pub(super) fn scheme(&self) -> &str {
        &self.scheme
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The value of a `Host` header.
    pub(super) fn authority(&self) -> String {
        authority(&self.host, self.port)
    }

    /// <https://url.spec.whatwg.org/#include-credentials>
    pub(super) fn includes_credentials(&self) -> bool {
        self.userinfo.is_some()
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    fn relative(&self, reference: &str) -> Option<Self> {
        if let Some(rest) = strip_two_slashes(reference) {
            return with_authority(&self.scheme, rest);
        }
        let (path, query) = split_query(reference);
        let (path, query) = if path.is_empty() {
            (
                self.path.clone(),
                query.map(str::to_owned).or_else(|| self.query.clone()),
            )
        } else if path.starts_with(is_slash) {
            (path.to_owned(), query.map(str::to_owned))
        } else {
            let directory = self.path.rfind('/').map_or("", |end| &self.path[..=end]);
            (format!("{directory}{path}"), query.map(str::to_owned))
        };
        assemble(
            &self.scheme,
            self.userinfo.clone(),
            self.host.clone(),
            self.port,
            &path,
            query.as_deref(),
        )
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.userinfo {
            None => write!(f, "{}", self.uri),
            Some(userinfo) => {
                let query = self.query.as_ref().map(|query| format!("?{query}"));
                write!(
                    f,
                    "{}://{userinfo}@{}{}{}",
                    self.scheme,
                    self.authority(),
                    self.path,
                    query.unwrap_or_default()
                )
            }
        }
    }
}

/// The [basic URL parser](https://url.spec.whatwg.org/#concept-basic-url-parser),
/// for the two special schemes that matter here.
fn parse(text: &str, base: Option<&Url>) -> Option<Url> {
    let text: String = text
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect();
    let text = text.split('#').next().unwrap_or_default();

    let Some((scheme, rest)) = split_scheme(text) else {
        return base?.relative(text);
    };
    if !matches!(scheme.as_str(), "http" | "https") {
        return None;
    }
    // `https:path` is relative to a base of that very scheme.
    match base.filter(|base| base.scheme == scheme && strip_two_slashes(rest).is_none()) {
        Some(base) => base.relative(rest),
        None => with_authority(&scheme, rest),
    }
}

/// Splits a scheme off, in lower case.
pub(super) fn split_scheme(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    valid.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// Parses what follows `scheme:`, any number of slashes included.
fn with_authority(scheme: &str, rest: &str) -> Option<Url> {
    let rest = rest.trim_start_matches(is_slash);
    let end = rest.find(|c| is_slash(c) || c == '?').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (userinfo, authority) = match authority.rsplit_once('@') {
        None => (None, authority),
        Some((userinfo, authority)) => {
            let empty = matches!(userinfo, "" | ":");
            ((!empty).then(|| percent_encode(userinfo)), authority)
        }
    };
    let (host, port) = host_and_port(scheme, authority)?;
    let (path, query) = split_query(path);
    assemble(scheme, userinfo, host, port, path, query)
}

fn assemble(
    scheme: &str,
    userinfo: Option<String>,
    host: String,
    port: Option<u16>,
    path: &str,
    query: Option<&str>,
) -> Option<Url> {
    let path = normalise_path(path);
    let query = query.map(percent_encode);
    let mut target = path.clone();
    if let Some(query) = &query {
        target.push('?');
        target.push_str(query);
    }
    let uri = Uri::builder()
        .scheme(scheme)
        .authority(authority(&host, port))
        .path_and_query(target)
        .build()
        .ok()?;
    Some(Url {
        scheme: scheme.to_owned(),
        userinfo,
        host,
        port,
        path,
        query,
        uri,
    })
}

/// Resolves dot segments and percent-encodes.
fn normalise_path(path: &str) -> String {
    let mut segments: Vec<String> = Vec::new();
    let mut rest = path.strip_prefix(is_slash).unwrap_or(path);
    loop {
        let (segment, next) = match rest.find(is_slash) {
            None => (rest, None),
            Some(end) => (&rest[..end], Some(&rest[end + 1..])),
        };
        let dots = segment.to_ascii_lowercase().replace("%2e", ".");
        if dots == ".." {
            segments.pop();
        }
        if !matches!(dots.as_str(), "." | "..") {
            segments.push(percent_encode(segment));
        } else if next.is_none() {
            segments.push(String::new());
        }
        match next {
            Some(next) => rest = next,
            None => return format!("/{}", segments.join("/")),
        }
    }
}

/// One [percent-encode set](https://url.spec.whatwg.org/#path-percent-encode-set)
/// for path, query and user information: their differences do not matter here.
fn percent_encode(text: &str) -> String {
    percent_encode_unless(text.as_bytes(), |byte| {
        byte.is_ascii_graphic() && !b"\"<>^`{}".contains(&byte)
    })
}

/// Makes text of bytes that are a URL if they are anything.
pub(super) fn percent_encode_non_ascii(bytes: &[u8]) -> String {
    percent_encode_unless(bytes, |byte| byte.is_ascii())
}

fn percent_encode_unless(bytes: &[u8], stays: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        if stays(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 0xf)]);
        }
    }
    encoded
}

fn hex_digit(nibble: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(nibble & 0xf)])
}

fn split_query(text: &str) -> (&str, Option<&str>) {
    match text.split_once('?') {
        None => (text, None),
        Some((path, query)) => (path, Some(query)),
    }
}

fn strip_two_slashes(text: &str) -> Option<&str> {
    text.strip_prefix(is_slash)?.strip_prefix(is_slash)
}

/// In HTTP(S) URLs a backslash is a slash.
fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_as_in_the_url_standard() {
        let base = Url::parse("https://api.example.net:8443/a/b?c").unwrap();
        for (reference, expected) in [
            ("", Some("https://api.example.net:8443/a/b?c")),
            ("#top", Some("https://api.example.net:8443/a/b?c")),
            ("?d", Some("https://api.example.net:8443/a/b?d")),
            ("x", Some("https://api.example.net:8443/a/x")),
            ("x/../y/./z", Some("https://api.example.net:8443/a/y/z")),
            ("..", Some("https://api.example.net:8443/")),
            ("../../../x", Some("https://api.example.net:8443/x")),
            ("%2E%2e/x", Some("https://api.example.net:8443/x")),
            ("/x?y#z", Some("https://api.example.net:8443/x?y")),
            ("\\x\\y", Some("https://api.example.net:8443/x/y")),
            (
                "/a b/é?\"",
                Some("https://api.example.net:8443/a%20b/%C3%A9?%22"),
            ),
            ("/x//y/", Some("https://api.example.net:8443/x//y/")),
            ("//other.example/x", Some("https://other.example/x")),
            ("\\\\other.example", Some("https://other.example/")),
            ("HTTP://Other.Example:80", Some("http://other.example/")),
            ("https://other.example:443/", Some("https://other.example/")),
            ("https:x", Some("https://api.example.net:8443/a/x")),
            ("http:x", Some("http://x/")),
            (
                "https://u:p@other.example/?q",
                Some("https://u:p@other.example/?q"),
            ),
            ("https://@other.example/", Some("https://other.example/")),
            ("http://[::0:1]:3000/", Some("http://[::1]:3000/")),
            ("http://[::ffff:1.2.3.4]/", Some("http://[::ffff:102:304]/")),
            ("http://127.0.0.1./", Some("http://127.0.0.1/")),
            (
                " \thttps://other\t.example ",
                Some("https://other.example/"),
            ),
            ("https://", None),
            ("https://a b/", None),
            ("https://ü.example/", None),
            ("https://a:/", Some("https://a/")),
            ("https://a:+80/", None),
            ("https://a:99999/", None),
            ("https://a:x/", None),
            ("https://1.2.3/", None),
            ("https://[::1/", None),
            ("https://[::1]x/", None),
            ("ftp://other.example/", None),
            ("data:text/plain,x", None),
            ("javascript:alert(1)", None),
        ] {
            let url = base.join(reference).map(|url| url.to_string());
            assert_eq!(url.as_deref(), expected, "{reference:?}");
        }
    }

    #[test]
    fn only_absolute_urls_need_no_base() {
        assert_eq!(Url::parse("/x"), None);
        assert_eq!(Url::parse("example.com"), None);
    }

    #[test]
    fn schemes() {
        let table = [
            ("Web+x.y-1:z", Some(("web+x.y-1".to_owned(), "z"))),
            ("1a:z", None),
            ("a_b:z", None),
            (":z", None),
            ("z", None),
        ];
        for (text, expected) in table {
            assert_eq!(split_scheme(text), expected, "{text}");
        }
    }

    proptest::proptest! {
    #[test]
    fn urls_that_parse_parse_again_as_themselves(text in "[ -~\t]{0,40}") {
        let base = Url::parse("https://api.example.net/a/b?c").unwrap();
        for text in [text.clone(), format!("https://{text}"), format!("//{text}/")] {
            if let Some(url) = base.join(&text) {
                proptest::prop_assert_eq!(Url::parse(&url.to_string()), Some(url));
            }
        }
    }
    }
}
