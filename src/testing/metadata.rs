//! The `Sec-Fetch-*` headers.

use http::{HeaderMap, HeaderValue};
use url::{Host, Url};

use super::request::{FetchRequest, Mode};

/// [Appends the Fetch metadata headers][1]. There is no `Sec-Fetch-User`, because the page
/// acts by itself.
///
/// [1]: https://w3c.github.io/webappsec-fetch-metadata/#abstract-opdef-append-the-fetch-metadata-headers-for-a-request
pub(super) fn append(request: &FetchRequest, headers: &mut HeaderMap) {
    if request.settings.without_fetch_metadata || !is_potentially_trustworthy(request.current_url())
    {
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
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// <https://w3c.github.io/webappsec-fetch-metadata/#abstract-opdef-set-the-sec-fetch-site-header>
fn site(request: &FetchRequest) -> &'static str {
    let mut site = "same-origin";
    for url in request.url_list() {
        if request.origin.is_same_origin(url) {
            continue;
        }
        if !request.origin.is_same_site(url) {
            return "cross-site";
        }
        site = "same-site";
    }
    site
}

/// [Potentially trustworthy](https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy):
/// the request is encrypted, or does not leave the machine.
fn is_potentially_trustworthy(url: &Url) -> bool {
    let is_local = match url.host() {
        None => false,
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
    };
    is_local || url.scheme() == "https"
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::super::header_list::map;
    use super::super::origin::Origin;
    use super::super::request::Settings;
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
            let mut request =
                FetchRequest::new(Method::GET, first, origin, mode, Settings::default());
            urls.for_each(|url| request.push_url(url));
            let mut headers = HeaderMap::new();
            append(&request, &mut headers);
            assert_eq!(headers, expected, "{:?}", request.url_list());
        }
    }
}
