//! The cookies of a browser, by host.

use http::HeaderMap;
use http::header::SET_COOKIE;

use url::Url;

/// Cookies in the order in which they came. All ports and schemes of a host share its
/// cookies.
#[derive(Clone, Debug, Default)]
pub(super) struct CookieJar(Vec<Cookie>);

#[derive(Clone, Debug)]
struct Cookie {
    host: String,
    name: String,
    pair: String,
}

impl CookieJar {
    /// Keeps the cookies that a response of `url` sets.
    pub(super) fn store(&mut self, url: &Url, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            self.set(url, &String::from_utf8_lossy(line.as_bytes()));
        }
    }

    /// Keeps a cookie as [`Set-Cookie`][1] writes it, in place of one with its name.
    ///
    /// [1]: https://www.rfc-editor.org/rfc/rfc6265#section-5.2
    pub(super) fn set(&mut self, url: &Url, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let pair = match pair.split_once('=') {
            Some((name, value)) => format!("{}={}", name.trim(), value.trim()),
            None => pair.trim().to_owned(),
        };
        // The name of a pair without `=` is empty.
        let name = pair.split_once('=').map_or("", |(name, _)| name);
        let is_removed = attributes.split(';').any(|attribute| {
            let (name, value) = attribute.split_once('=').unwrap_or_default();
            name.trim().eq_ignore_ascii_case("max-age")
                && value.trim().parse().is_ok_and(|seconds: i64| seconds <= 0)
        });
        if is_removed {
            return self.remove(url, name);
        }
        match self.0.iter_mut().find(|cookie| cookie.is(url, name)) {
            Some(cookie) => cookie.pair = pair,
            None => self.0.push(Cookie {
                host: host(url).to_owned(),
                name: name.to_owned(),
                pair,
            }),
        }
    }

    pub(super) fn remove(&mut self, url: &Url, name: &str) {
        self.0.retain(|cookie| !cookie.is(url, name));
    }

    /// Returns the value of the `Cookie` header for `url`, if there is any cookie.
    pub(super) fn header(&self, url: &Url) -> Option<String> {
        let cookies = self.0.iter().filter(|cookie| cookie.host == host(url));
        let pairs: Vec<_> = cookies.map(|cookie| &cookie.pair[..]).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

impl Cookie {
    fn is(&self, url: &Url, name: &str) -> bool {
        self.host == host(url) && self.name == name
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}
