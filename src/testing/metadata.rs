//! The `Sec-Fetch-*` headers.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::{HeaderMap, HeaderName, HeaderValue};

use super::request::{FetchRequest, Mode};
use super::url::Url;

/// [Appends the Fetch metadata headers][1]. `Sec-Fetch-User` stays away: the user
/// did not ask for what a page does by itself.
///
/// [1]: https://w3c.github.io/webappsec-fetch-metadata/#abstract-opdef-append-the-fetch-metadata-headers-for-a-request
pub(super) fn append(request: &FetchRequest, headers: &mut HeaderMap) {
    if !is_potentially_trustworthy(request.current_url()) {
        return;
    }
    let (dest, mode) = match request.mode {
        Mode::Cors => ("empty", "cors"),
        Mode::Navigate => ("document", "navigate"),
        Mode::WebSocket => ("empty", "websocket"),
    };
    for (name, value) in [
        ("sec-fetch-dest", dest),
        ("sec-fetch-mode", mode),
        ("sec-fetch-site", site(request)),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}

/// <https://w3c.github.io/webappsec-fetch-metadata/#abstract-opdef-set-the-sec-fetch-site-header>
fn site(request: &FetchRequest) -> &'static str {
    let mut site = "same-origin";
    for url in request.url_list() {
        let url = url.origin();
        if request.origin.is_same_origin(&url) {
            continue;
        }
        if !request.origin.is_same_site(&url) {
            return "cross-site";
        }
        site = "same-site";
    }
    site
}

/// [Potentially trustworthy](https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy):
/// encrypted, or not leaving the machine.
fn is_potentially_trustworthy(url: &Url) -> bool {
    let host = url.host().strip_suffix('.').unwrap_or(url.host());
    let address = host.trim_matches(['[', ']']);
    url.scheme() == "https"
        || host == "localhost"
        || host.ends_with(".localhost")
        || host.parse().is_ok_and(|v4: Ipv4Addr| v4.is_loopback())
        || address.parse().is_ok_and(|v6: Ipv6Addr| v6.is_loopback())
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::super::header_list::map;
    use super::super::origin::Origin;
    use super::*;

    #[test]
    fn site_dest_and_mode() {
        let all = |site, mode, dest| {
            map(&[
                ("sec-fetch-site", site),
                ("sec-fetch-mode", mode),
                ("sec-fetch-dest", dest),
            ])
        };
        for (mode, urls, expected) in [
            (
                Mode::Cors,
                &["https://a.x.y/"][..],
                all("same-origin", "cors", "empty"),
            ),
            (
                Mode::Cors,
                &["https://b.x.y/"],
                all("same-site", "cors", "empty"),
            ),
            (
                Mode::Cors,
                &["https://b.z/"],
                all("cross-site", "cors", "empty"),
            ),
            (
                Mode::Cors,
                &["https://b.z/", "https://a.x.y/"],
                all("cross-site", "cors", "empty"),
            ),
            (
                Mode::Cors,
                &["https://b.x.y/", "https://a.x.y/"],
                all("same-site", "cors", "empty"),
            ),
            (
                Mode::Navigate,
                &["https://b.z/"],
                all("cross-site", "navigate", "document"),
            ),
            (
                Mode::WebSocket,
                &["https://b.z/"],
                all("cross-site", "websocket", "empty"),
            ),
            (Mode::Cors, &["http://b.z/"], HeaderMap::new()),
            (
                Mode::Cors,
                &["http://localhost:1/"],
                all("cross-site", "cors", "empty"),
            ),
            (
                Mode::Cors,
                &["http://a.localhost./"],
                all("cross-site", "cors", "empty"),
            ),
            (
                Mode::Cors,
                &["http://127.0.0.2/"],
                all("cross-site", "cors", "empty"),
            ),
            (
                Mode::Cors,
                &["http://[::1]/"],
                all("cross-site", "cors", "empty"),
            ),
            (Mode::Cors, &["http://[::2]/"], HeaderMap::new()),
        ] {
            let mut urls = urls.iter().map(|url| Url::parse(url).unwrap());
            let origin = Origin::of_page("https://a.x.y").unwrap();
            let first = urls.next().unwrap();
            let mut request = FetchRequest::new(Method::GET, first, origin, mode);
            urls.for_each(|url| request.push_url(url));
            let mut headers = HeaderMap::new();
            append(&request, &mut headers);
            assert_eq!(headers, expected, "{:?}", request.url_list());
        }
    }
}
