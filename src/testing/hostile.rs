//! Origins that mistakes let in.

use url::Url;

use super::finding::FindingKind;
use super::origin::{Origin, registrable_domain};

/// Returns origins that look like `allowed`, behind one that does not, with what it means
/// to allow them.
///
/// If there is a third origin, it is one of the same site; if it is allowed too, then all
/// subdomains or all ports are meant, and the one before it is no hole.
pub(super) fn hostile_origins(allowed: &Origin) -> Vec<(FindingKind, Origin, Option<Origin>)> {
    use FindingKind::{AnyOrigin, NullHole, PrefixHole, SchemeHole, SuffixHole};
    let mut rows = vec![(AnyOrigin, "https://stranger.example".to_owned(), None)];
    if let Origin::Tuple { scheme, host, port } = allowed {
        let any_port = port.map(|_| format!("{scheme}://{host}:1"));
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        let domain = registrable_domain(host).unwrap_or(host);
        let parent = host.split_once('.').map_or("", |(_, parent)| parent);
        let subdomain = Some(format!("{scheme}://evil.{parent}{port}"));
        rows.extend([
            (
                PrefixHole,
                format!("{scheme}://{host}.evil.net{port}"),
                None,
            ),
            (PrefixHole, format!("{allowed}1"), any_port),
            (
                SuffixHole,
                format!("{scheme}://evil{host}{port}"),
                subdomain,
            ),
            (SuffixHole, format!("{scheme}://evil{domain}{port}"), None),
            (NullHole, Origin::Opaque.to_string(), None),
        ]);
        if scheme == "https" {
            rows.push((SchemeHole, format!("http://{host}{port}"), None));
        }
    }
    let is_same_site = |text: &String| Url::parse(text).is_ok_and(|url| allowed.is_same_site(&url));
    let parse = |(kind, text, sibling): (_, String, Option<String>)| {
        let sibling = sibling.filter(is_same_site);
        let sibling = sibling.and_then(|text| Origin::of_page(&text));
        Some((kind, Origin::of_page(&text)?, sibling))
    };
    rows.into_iter().filter_map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_look_like_the_allowed_one() {
        for (allowed, expected) in [
            (
                "https://app.example.com",
                &[
                    "prefix-hole https://app.example.com.evil.net",
                    "prefix-hole https://app.example.com1",
                    "suffix-hole https://evilapp.example.com unless https://evil.example.com",
                    "suffix-hole https://evilexample.com",
                    "null-hole null",
                    "scheme-hole http://app.example.com",
                ][..],
            ),
            (
                "https://example.com:444",
                &[
                    "prefix-hole https://example.com.evil.net:444",
                    "prefix-hole https://example.com:4441 unless https://example.com:1",
                    "suffix-hole https://evilexample.com:444",
                    "suffix-hole https://evilexample.com:444",
                    "null-hole null",
                    "scheme-hole http://example.com:444",
                ],
            ),
            (
                "http://localhost:3000",
                &[
                    "prefix-hole http://localhost.evil.net:3000",
                    "prefix-hole http://localhost:30001 unless http://localhost:1",
                    "suffix-hole http://evillocalhost:3000",
                    "suffix-hole http://evillocalhost:3000",
                    "null-hole null",
                ],
            ),
            (
                "http://127.0.0.1",
                &[
                    "prefix-hole http://127.0.0.1.evil.net",
                    "prefix-hole http://127.0.0.11",
                    "null-hole null",
                ],
            ),
            ("null", &[]),
        ] {
            let allowed = Origin::of_page(allowed).unwrap();
            let hostile: Vec<_> = hostile_origins(&allowed)
                .into_iter()
                .map(|(kind, origin, sibling)| {
                    let sibling = sibling.map(|sibling| format!(" unless {sibling}"));
                    format!("{} {origin}{}", kind.code(), sibling.unwrap_or_default())
                })
                .collect();
            let stranger = "any-origin https://stranger.example";
            assert_eq!(hostile, [&[stranger], expected].concat(), "{allowed}");
        }
    }
}
