//! Origins as the client has them: of a page, of a URL.

use std::fmt;
use std::net::Ipv4Addr;

use super::host::{authority, host_and_port};
use super::url::{Url, split_scheme};

/// An [origin](https://html.spec.whatwg.org/multipage/browsers.html#concept-origin);
/// prints as its [serialisation][1].
///
/// [1]: https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The origin of a sandboxed frame, for example.
    Opaque,
    Tuple {
        scheme: String,
        host: String,
        port: Option<u16>,
    },
}

impl Origin {
    /// The origin of a page, from `null`, from its origin or from its URL.
    ///
    /// Schemes such as `tauri` have opaque origins in the URL standard; browsers
    /// that know the scheme serialise scheme and host all the same.
    pub(super) fn of_page(text: &str) -> Option<Self> {
        if text == "null" {
            return Some(Self::Opaque);
        }
        if let Some(url) = Url::parse(text) {
            return Some(url.origin());
        }
        let (scheme, rest) = split_scheme(text)?;
        let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
        let (host, port) = host_and_port(&scheme, authority)?;
        Some(Self::Tuple { scheme, host, port })
    }

    /// <https://html.spec.whatwg.org/multipage/browsers.html#same-origin>
    ///
    /// An opaque origin is the same as itself only, and here it always meets the
    /// origin of an HTTP(S) URL.
    pub(super) fn is_same_origin(&self, other: &Self) -> bool {
        *self != Self::Opaque && self == other
    }

    /// <https://html.spec.whatwg.org/multipage/browsers.html#same-site>
    pub(super) fn is_same_site(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Tuple { scheme, host, .. },
                Self::Tuple {
                    scheme: other_scheme,
                    host: other_host,
                    ..
                },
            ) => {
                let domain = registrable_domain(host);
                scheme == other_scheme
                    && (host == other_host
                        || domain.is_some() && domain == registrable_domain(other_host))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opaque => f.write_str("null"),
            Self::Tuple { scheme, host, port } => {
                write!(f, "{scheme}://{}", authority(host, *port))
            }
        }
    }
}

/// The last two labels of a domain. Deliberately not the public suffix list: it
/// would decide nothing but `same-site` against `cross-site`, which no CORS
/// policy may depend on.
fn registrable_domain(host: &str) -> Option<&str> {
    if host.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    // A host in brackets has no dot.
    let (rest, _) = host.rsplit_once('.')?;
    Some(&host[rest.rfind('.').map_or(0, |dot| dot + 1)..])
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
            ("https://user@example.com{.net", None),
            ("tauri://localhost", Some("tauri://localhost")),
            ("app://1.2", Some("app://1.2")),
            ("https://1.2", None),
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
            ("null", "null", false),
        ] {
            let (a, b) = (Origin::of_page(a).unwrap(), Origin::of_page(b).unwrap());
            assert_eq!(a.is_same_site(&b), same, "{a} {b}");
        }
    }
}
