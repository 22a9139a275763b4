//! HTTP(S) URLs. The `url` crate parses them; requests need a little more.

use http::Uri;
use url::{Position, Url};

/// Parses an HTTP(S) URL, relative to `base` if there is one.
pub(super) fn parse(text: &str, base: Option<&Url>) -> Option<Url> {
    let url = Url::options().base_url(base).parse(text).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Returns the URL as a request carries it, without user information and fragment.
///
/// `None` if `http` does not accept the host: it is stricter than the URL standard, by
/// which `https://a{b` is a URL.
pub(super) fn to_uri(url: &Url) -> Option<Uri> {
    let path_and_query = &url[Position::BeforePath..Position::AfterQuery];
    format!("{}://{}{path_and_query}", url.scheme(), authority(url))
        .parse()
        .ok()
}

/// Returns the value of the `Host` header.
pub(super) fn authority(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// <https://url.spec.whatwg.org/#include-credentials>
pub(super) fn includes_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_is_fetched() {
        let base = Url::parse("https://api.example.net:8443/a/b?c#d").unwrap();
        for (reference, expected) in [
            ("", Some("https://api.example.net:8443/a/b?c")),
            ("../x?y#z", Some("https://api.example.net:8443/x?y#z")),
            ("\\\\Other.Example", Some("https://other.example/")),
            ("http://127.1", Some("http://127.0.0.1/")),
            (
                "https://ü.example/é",
                Some("https://xn--tda.example/%C3%A9"),
            ),
            ("https://a b/", None),
            ("https://1.2.3.4.5/", None),
            ("ftp://other.example/", None),
            ("data:text/plain,x", None),
        ] {
            let url = parse(reference, Some(&base));
            assert_eq!(url.as_ref().map(Url::as_str), expected, "{reference:?}");
        }
        assert_eq!(parse("/x", None), None);
        assert_eq!(parse("example.com", None), None);
    }

    #[test]
    fn requests_carry_neither_user_information_nor_fragment() {
        for (url, uri, host) in [
            ("https://a:443/", Some("https://a/"), "a"),
            ("http://u:p@a:1/x?y#z", Some("http://a:1/x?y"), "a:1"),
            (
                "http://[::0:1]:3000",
                Some("http://[::1]:3000/"),
                "[::1]:3000",
            ),
            ("https://a{b/", None, "a{b"),
        ] {
            let url = Url::parse(url).unwrap();
            let expected = uri.map(|uri| uri.parse().unwrap());
            assert_eq!(to_uri(&url), expected, "{url}");
            assert_eq!(authority(&url), host, "{url}");
        }
    }

    proptest::proptest! {
        /// Whatever a `Location` says, the request can be sent or is refused.
        #[test]
        fn urls_of_ascii_hosts_can_be_sent(text in "[ -~\t]{0,40}") {
            let base = Url::parse("https://api.example.net/a/b?c").unwrap();
            if let Some(url) = parse(&format!("/{text}"), Some(&base)) {
                if url.host() == base.host() {
                    proptest::prop_assert!(to_uri(&url).is_some(), "{}", url);
                }
            }
        }
    }
}
