//! The methods and request headers that a page may use, and those among them that it may
//! use cross-origin without a preflight.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, Method};

use super::header_list::{isomorphic_decode, parse_number, trim};

/// No longer value is safelisted.
const MAX_VALUE: usize = 128;
/// If all safelisted values together are longer, none is safelisted.
const MAX_VALUES: usize = 1024;

/// <https://fetch.spec.whatwg.org/#forbidden-method>
pub(super) fn is_forbidden_method(method: &str) -> bool {
    ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|forbidden| forbidden.eq_ignore_ascii_case(method))
}

/// <https://fetch.spec.whatwg.org/#concept-method-normalize>
pub(super) fn normalize_method(method: Method) -> Method {
    [
        Method::DELETE,
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::POST,
        Method::PUT,
    ]
    .into_iter()
    .find(|known| known.as_str().eq_ignore_ascii_case(method.as_str()))
    .unwrap_or(method)
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-method>
pub(super) fn is_safelisted_method(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::POST].contains(method)
}

/// <https://fetch.spec.whatwg.org/#forbidden-request-header>
pub(super) fn is_forbidden_request_header(name: &HeaderName, value: &[u8]) -> bool {
    // A `HeaderName` is in lower case.
    match name.as_str() {
        "accept-charset"
        | "accept-encoding"
        | "access-control-request-headers"
        | "access-control-request-method"
        | "connection"
        | "content-length"
        | "cookie"
        | "cookie2"
        | "date"
        | "dnt"
        | "expect"
        | "host"
        | "keep-alive"
        | "origin"
        | "referer"
        | "set-cookie"
        | "te"
        | "trailer"
        | "transfer-encoding"
        | "upgrade"
        | "via" => true,
        "x-http-method" | "x-http-method-override" | "x-method-override" => decode_and_split(value)
            .iter()
            .any(|method| is_forbidden_method(method)),
        name => name.starts_with("proxy-") || name.starts_with("sec-"),
    }
}

/// The only [CORS non-wildcard request-header name][1].
///
/// [1]: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
pub(super) const NON_WILDCARD_REQUEST_HEADER: HeaderName = AUTHORIZATION;

/// <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names>
///
/// The names are in lower case, unique and sorted.
pub(super) fn unsafe_request_header_names(headers: &HeaderMap) -> Vec<HeaderName> {
    let (safelisted, mut unsafe_lines): (Vec<_>, Vec<_>) = headers
        .iter()
        .partition(|(name, value)| is_safelisted_request_header(name, value.as_bytes()));
    let size: usize = safelisted.iter().map(|(_, value)| value.len()).sum();
    if size > MAX_VALUES {
        unsafe_lines.extend(safelisted);
    }
    let mut names: Vec<_> = unsafe_lines
        .iter()
        .map(|(name, _)| (*name).clone())
        .collect();
    names.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    names.dedup();
    names
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-request-header>
fn is_safelisted_request_header(name: &HeaderName, value: &[u8]) -> bool {
    if value.len() > MAX_VALUE {
        return false;
    }
    match name.as_str() {
        "accept" => !value.iter().copied().any(is_unsafe_byte),
        "accept-language" | "content-language" => value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b" *,-.;=".contains(b)),
        "content-type" => {
            !value.iter().copied().any(is_unsafe_byte)
                && matches!(
                    &mime_essence(value)[..],
                    "application/x-www-form-urlencoded" | "multipart/form-data" | "text/plain"
                )
        }
        "range" => range_start(value).is_some(),
        _ => false,
    }
}

/// <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte>
fn is_unsafe_byte(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || b"\"():<>?@[\\]{}\x7f".contains(&byte)
}

/// Returns the essence that [parsing a MIME type][1] yields. Where that fails, the result
/// is none of the three that matter here.
///
/// [1]: https://mimesniff.spec.whatwg.org/#parse-a-mime-type
fn mime_essence(value: &[u8]) -> String {
    let essence = value.split(|b| *b == b';').next().unwrap_or_default();
    isomorphic_decode(trim(essence)).to_ascii_lowercase()
}

/// Returns the start that [parsing a single range header value][1] yields.
///
/// [1]: https://fetch.spec.whatwg.org/#simple-range-header-value
fn range_start(value: &[u8]) -> Option<u64> {
    let mut range = value.strip_prefix(b"bytes=")?.splitn(2, |b| *b == b'-');
    let start = parse_number(range.next()?)?;
    let end = range.next()?;
    (end.is_empty() || start <= parse_number(end)?).then_some(start)
}

/// [Decodes and splits](https://fetch.spec.whatwg.org/#header-value-get-decode-and-split)
/// a header value. Commas inside quotes do not separate.
fn decode_and_split(value: &[u8]) -> Vec<String> {
    let (mut quoted, mut escaped) = (false, false);
    let values = value.split(|byte| {
        if *byte == b'"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && *byte == b'\\' && !escaped;
        *byte == b',' && !quoted
    });
    values.map(|value| isomorphic_decode(trim(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::header_list::map;
    use super::*;

    #[test]
    fn commas_inside_quotes_do_not_split() {
        let table: [(&str, &[&str]); 5] = [
            ("a , b", &["a", "b"]),
            (r#""a,b", c"#, &[r#""a,b""#, "c"]),
            (r#""a\",b", c"#, &[r#""a\",b""#, "c"]),
            (r#""a\\",b"#, &[r#""a\\""#, "b"]),
            (r#"\"a,b""#, &[r#"\"a,b""#]),
        ];
        for (value, expected) in table {
            assert_eq!(decode_and_split(value.as_bytes()), expected, "{value}");
        }
    }

    #[test]
    fn six_methods_are_normalised() {
        for (method, expected) in [
            ("get", "GET"),
            ("Head", "HEAD"),
            ("pOST", "POST"),
            ("put", "PUT"),
            ("delete", "DELETE"),
            ("options", "OPTIONS"),
            ("patch", "patch"),
            ("PATCH", "PATCH"),
            ("purge", "purge"),
            ("Foo", "Foo"),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(normalize_method(method), *expected);
        }
    }

    #[test]
    fn methods() {
        for (method, forbidden, safelisted) in [
            ("GET", false, true),
            ("HEAD", false, true),
            ("POST", false, true),
            ("post", false, false),
            ("PUT", false, false),
            ("OPTIONS", false, false),
            ("CONNECT", true, false),
            ("trace", true, false),
            ("Track", true, false),
            ("PURGE", false, false),
        ] {
            assert_eq!(is_forbidden_method(method), forbidden, "{method}");
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(is_safelisted_method(&method), safelisted, "{method}");
        }
    }

    #[test]
    fn forbidden_request_headers() {
        for (name, value, forbidden) in [
            ("accept-charset", "x", true),
            ("accept-encoding", "x", true),
            ("access-control-request-headers", "x", true),
            ("access-control-request-method", "x", true),
            ("connection", "x", true),
            ("content-length", "x", true),
            ("cookie", "x", true),
            ("cookie2", "x", true),
            ("date", "x", true),
            ("dnt", "x", true),
            ("expect", "x", true),
            ("host", "x", true),
            ("keep-alive", "x", true),
            ("origin", "x", true),
            ("referer", "x", true),
            ("set-cookie", "x", true),
            ("te", "x", true),
            ("trailer", "x", true),
            ("transfer-encoding", "x", true),
            ("upgrade", "x", true),
            ("via", "x", true),
            ("proxy-authorization", "x", true),
            ("sec-fetch-site", "x", true),
            ("x-http-method", "TRACE", true),
            ("x-http-method", "PUT", false),
            ("x-http-method-override", "put, \ttrack", true),
            ("x-http-method-override", "\"a,TRACE,b\"", false),
            ("x-http-method-override", "\"a\\\",TRACE,\" , TRACE", true),
            ("x-http-method-override", "\"a\\\\\",TRACE", true),
            ("x-method-override", "connect", true),
            ("x-method-override", "", false),
            ("accept", "x", false),
            ("authorization", "x", false),
            ("user-agent", "x", false),
            ("access-control-request-private-network", "true", false),
            ("proxy", "x", false),
            ("security", "x", false),
        ] {
            let header = HeaderName::from_static(name);
            let is_forbidden = is_forbidden_request_header(&header, value.as_bytes());
            assert_eq!(is_forbidden, forbidden, "{name}: {value}");
        }
    }

    #[test]
    fn safelisted_request_headers() {
        let bytes = |n| "a".repeat(n);
        let form = |n: usize| format!("text/plain;{}", bytes(n - 11));
        for (name, value, safelisted) in [
            ("accept", String::new(), true),
            ("accept", bytes(128), true),
            ("accept", bytes(129), false),
            ("accept", "text/html, */*;q=0.8\té".into(), true),
            ("accept", "a\"".into(), false),
            ("accept", "a(".into(), false),
            ("accept", "a)".into(), false),
            ("accept", "a:".into(), false),
            ("accept", "a<".into(), false),
            ("accept", "a>".into(), false),
            ("accept", "a?".into(), false),
            ("accept", "a@".into(), false),
            ("accept", "a[".into(), false),
            ("accept", "a\\".into(), false),
            ("accept", "a]".into(), false),
            ("accept", "a{".into(), false),
            ("accept", "a}".into(), false),
            ("accept-language", "azAZ09 *,-.;=".into(), true),
            ("accept-language", bytes(128), true),
            ("accept-language", bytes(129), false),
            ("accept-language", "en\tde".into(), false),
            ("accept-language", "en_US".into(), false),
            ("content-language", "de-DE, en".into(), true),
            ("content-language", "de/DE".into(), false),
            (
                "content-type",
                "application/x-www-form-urlencoded".into(),
                true,
            ),
            (
                "content-type",
                "multipart/form-data; boundary=x".into(),
                true,
            ),
            ("content-type", "TEXT/Plain ;charset=utf-8".into(), true),
            ("content-type", form(128), true),
            ("content-type", form(129), false),
            ("content-type", "text/plain; a=\"b\"".into(), false),
            ("content-type", "text/plain, application/json".into(), false),
            ("content-type", "application/json".into(), false),
            ("content-type", "text/html".into(), false),
            ("content-type", "text".into(), false),
            ("content-type", "text /plain".into(), false),
            ("content-type", "/plain".into(), false),
            ("content-type", String::new(), false),
            ("range", "bytes=0-".into(), true),
            ("range", "bytes=10-20".into(), true),
            ("range", "bytes=9-10".into(), true),
            ("range", "bytes=20-020".into(), true),
            ("range", "bytes=20-10".into(), false),
            ("range", "bytes=99999999999999999999-5".into(), false),
            ("range", "bytes=-500".into(), false),
            ("range", "bytes=-".into(), false),
            ("range", "bytes=0-1,2-3".into(), false),
            ("range", "bytes = 0-1".into(), false),
            ("range", "bytes=0".into(), false),
            ("range", "Bytes=0-".into(), false),
            ("range", "items=0-".into(), false),
            ("authorization", "x".into(), false),
            ("x-custom", String::new(), false),
        ] {
            let header = HeaderName::from_static(name);
            let is_safelisted = is_safelisted_request_header(&header, value.as_bytes());
            assert_eq!(is_safelisted, safelisted, "{name}: {value}");
        }
        for byte in (0..=u8::MAX).filter(|b| *b < 0x20 || *b == 0x7f) {
            assert_eq!(is_unsafe_byte(byte), byte != b'\t', "{byte:#x}");
        }
    }

    #[test]
    fn unsafe_names_are_lowercase_unique_and_sorted() {
        let headers = map(&[
            ("X-B", "1"),
            ("x-a", "1"),
            ("Accept", "a"),
            ("x-b", "2"),
            ("Content-Type", "application/json"),
            ("X-A-Long", "1"),
            ("x_", "1"),
            ("Range", "bytes=-1"),
        ]);
        assert_eq!(
            unsafe_request_header_names(&headers),
            ["content-type", "range", "x-a", "x-a-long", "x-b", "x_"]
        );
    }

    #[test]
    fn beyond_1024_bytes_no_value_is_safe() {
        let value = "a".repeat(128);
        let mut lines = vec![("accept", value.as_str()); 7];
        lines.push(("accept-language", &value));
        assert_eq!(unsafe_request_header_names(&map(&lines)), [""; 0]);
        lines.push(("content-language", "a"));
        assert_eq!(
            unsafe_request_header_names(&map(&lines)),
            ["accept", "accept-language", "content-language"]
        );
        // An unsafe value does not count towards the limit.
        lines.pop();
        lines.push(("content-language", "_"));
        assert_eq!(
            unsafe_request_header_names(&map(&lines)),
            ["content-language"]
        );
    }
}
