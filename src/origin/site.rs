//! Sites: registrable domains, by the public suffix list that browsers use.

use psl2::lookup;

use super::address::is_numeric_host;

/// The registrable domain of a host: its public suffix and one label more.
///
/// `None` for a public suffix. Single labels that are not in the list are public suffixes
/// too, by its default rule `*`. The host must not be an IP address, which has no
/// registrable domain. A dot at the end is not part of the result.
pub(crate) fn registrable(host: &str) -> Option<&str> {
    lookup(without_root(host))?.registrable_domain()
}

/// The site of a host: its registrable domain, or `localhost` for that name and
/// all below it. IP addresses and public suffixes have none.
pub(crate) fn site(host: &str) -> Option<&str> {
    if is_localhost(host) {
        without_root(host).rsplit('.').next()
    } else if is_address(host) {
        None
    } else {
        registrable(host)
    }
}

/// Anyone may be able to register names right below the host.
pub(crate) fn is_public_suffix(host: &str) -> bool {
    registrable(host).is_none()
}

/// The list has the host, or a rule with a `*` for it. Other single labels, such as
/// `intranet`, are public suffixes only by the default rule.
pub(crate) fn is_listed_suffix(host: &str) -> bool {
    lookup(without_root(host)).is_some_and(|name| name.is_public_suffix() && name.is_known())
}

/// The host is not a public suffix, but all names right below it are. `code.run` is such
/// a host, because the list has `*.code.run`: none of those names belongs to its owner.
pub(crate) fn is_above_suffixes(host: &str) -> bool {
    !is_public_suffix(host) && is_public_suffix(&format!("evil.{host}"))
}

/// A host of http or https that is an IP address.
pub(crate) fn is_address(host: &str) -> bool {
    host.starts_with('[') || is_numeric_host(host)
}

/// The names that browsers resolve to this machine without asking DNS.
fn is_localhost(host: &str) -> bool {
    without_root(host).rsplit('.').next() == Some("localhost")
}

/// Browsers take the host for this machine
/// ([Secure Contexts](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy)).
pub(crate) fn is_loopback(host: &str) -> bool {
    let ipv4 = host.parse::<std::net::Ipv4Addr>();
    is_localhost(host) || host == "[::1]" || ipv4.is_ok_and(|address| address.is_loopback())
}

fn without_root(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites() {
        let table = [
            ("com", None),
            ("example.com", Some("example.com")),
            ("a.b.example.com", Some("example.com")),
            ("example.com.", Some("example.com")),
            ("co.uk", None),
            ("a.example.co.uk", Some("example.co.uk")),
            ("github.io", None),
            ("a.me.github.io", Some("me.github.io")),
            ("a.my-app.vercel.app", Some("my-app.vercel.app")),
            ("amazonaws.com", Some("amazonaws.com")),
            ("s3.amazonaws.com", None),
            ("a.b.s3.amazonaws.com", Some("b.s3.amazonaws.com")),
            ("ck", None),
            ("a.ck", None),
            ("b.a.ck", Some("b.a.ck")),
            ("a.www.ck", Some("www.ck")),
            ("c.b.a.unknown-tld", Some("a.unknown-tld")),
            ("localhost", Some("localhost")),
            ("localhost.", Some("localhost")),
            ("b.a.localhost", Some("localhost")),
            ("intranet", None),
            ("10.0.0.1", None),
            ("[2001:db8::1]", None),
            (".", None),
        ];
        for (host, expected) in table {
            assert_eq!(site(host), expected, "{host}");
        }
    }

    #[test]
    fn above_suffixes() {
        for host in ["code.run", "code.run.", "kobe.jp", "compute.amazonaws.com"] {
            assert!(is_above_suffixes(host), "{host}");
        }
        for host in [
            "ck",
            "github.io",
            "amazonaws.com",
            "a.code.run",
            "city.kobe.jp",
            "localhost",
        ] {
            assert!(!is_above_suffixes(host), "{host}");
        }
    }

    #[test]
    fn loopback() {
        for host in [
            "localhost",
            "localhost.",
            "a.localhost",
            "a.localhost.",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "alocalhost",
            "localhost.com",
            "128.0.0.1",
            "[::2]",
            "127.0.0.1.com",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
