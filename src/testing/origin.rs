//! The origins of pages, compared with those of URLs.

use std::fmt;
use std::net::Ipv4Addr;

use url::Url;

/// An [origin](https://html.spec.whatwg.org/multipage/browsers.html#concept-origin);
/// prints as its [serialisation][1].
///
/// [1]: https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// For example, the origin of a sandboxed frame.
    Opaque,
    Tuple {
        scheme: String,
        host: String,
        port: Option<u16>,
    },
}

impl Origin {
    /// Parses the origin of a page: `null`, its origin, or its URL.
    ///
    /// Schemes such as `tauri` have opaque origins in the URL standard, and so in the
    /// `url` crate. Browsers that know the scheme serialise its scheme and host.
    pub(super) fn of_page(text: &str) -> Option<Self> {
        if text == "null" {
            return Some(Self::Opaque);
        }
        let url = Url::parse(text).ok()?;
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        has_host.then(|| Self::of_url(&url))
    }

    fn of_url(url: &Url) -> Self {
        Self::Tuple {
            scheme: url.scheme().to_owned(),
            // The standard lowercases the hosts of HTTP(S) only.
            host: url.host_str().unwrap_or_default().to_ascii_lowercase(),
            port: url.port(),
        }
    }

    /// Returns true if this is the [same origin][1] as that of an HTTP(S) URL, which
    /// is never opaque.
    ///
    /// [1]: https://html.spec.whatwg.org/multipage/browsers.html#same-origin
    pub(super) fn is_same_origin(&self, url: &Url) -> bool {
        *self == Self::of_url(url)
    }

    /// <https://html.spec.whatwg.org/multipage/browsers.html#same-site>
    pub(super) fn is_same_site(&self, url: &Url) -> bool {
        let Self::Tuple { scheme, host, .. } = self else {
            return false;
        };
        let other = url.host_str().unwrap_or_default();
        let domain = registrable_domain(host);
        scheme == url.scheme()
            && (host == other || domain.is_some() && domain == registrable_domain(other))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opaque => f.write_str("null"),
            Self::Tuple { scheme, host, port } => {
                write!(f, "{scheme}://{host}")?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))
            }
        }
    }
}

/// <https://html.spec.whatwg.org/multipage/browsers.html#obtain-a-site>
pub(super) fn registrable_domain(host: &str) -> Option<&str> {
    // The list would take the last two numbers of an address for a domain.
    if host.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    psl2::lookup(host)?.registrable_domain()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_the_origin_of_their_url() {
        for (page, expected) in [
            ("https://app.example.com", Some("https://app.example.com")),
            (
                "https://APP.example.com:443/x?y",
                Some("https://app.example.com"),
            ),
            ("http://localhost:3000/", Some("http://localhost:3000")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("https://example.com.", Some("https://example.com.")),
            ("https://a_b.example", Some("https://a_b.example")),
            // Not a host that `http` would take, but one that browsers have sent.
            (
                "https://example.com{.evil.net",
                Some("https://example.com{.evil.net"),
            ),
            (
                "https://user@example.com{.net",
                Some("https://example.com{.net"),
            ),
            ("tauri://localhost", Some("tauri://localhost")),
            ("app://1.2", Some("app://1.2")),
            ("https://1.2", Some("https://1.0.0.2")),
            ("http://127.1:3000/", Some("http://127.0.0.1:3000")),
            ("https://a.0x1f", None),
            ("https://a.0x_1f", Some("https://a.0x_1f")),
            (
                "chrome-extension://abc/popup.html",
                Some("chrome-extension://abc"),
            ),
            ("null", Some("null")),
            ("", None),
            ("app.example.com", None),
            ("file:///tmp/x.html", None),
            ("data:text/html,x", None),
            ("https://", None),
        ] {
            let origin = Origin::of_page(page).map(|origin| origin.to_string());
            assert_eq!(origin.as_deref(), expected, "{page:?}");
        }
    }

    #[test]
    fn sites() {
        for (a, b, same) in [
            (
                "https://app.example.com",
                "https://api.example.com:8443",
                true,
            ),
            ("https://example.com", "https://api.example.com", true),
            ("https://example.com", "http://example.com", false),
            ("https://example.com", "https://example.net", false),
            ("http://localhost:1", "http://localhost:2", true),
            ("http://10.0.0.1", "http://10.1.0.1", false),
            ("http://10.0.0.1:1", "http://10.0.0.1:2", true),
            ("http://[::ffff:1.2.3.4]", "http://[::1:2.3.3.4]", false),
            ("http://[::1]:1", "http://[::1]:2", true),
            ("https://a.github.io", "https://b.github.io", false),
            ("https://a.b.co.uk", "https://c.b.co.uk", true),
            ("null", "https://example.com", false),
        ] {
            let (a, b) = (Origin::of_page(a).unwrap(), Url::parse(b).unwrap());
            assert_eq!(a.is_same_site(&b), same, "{a} {b}");
        }
    }
}
