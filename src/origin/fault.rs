//! What can be wrong with an origin pattern.

use std::fmt;

/// Why a text is not an origin pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PatternFault {
    /// Nothing is written.
    Empty,
    /// White space before, after or inside.
    Whitespace,
    /// A comma: several origins in one entry.
    Several,
    /// A byte outside ASCII; browsers send such hosts in their `xn--` form.
    NotAscii,
    /// It reads like a regular expression.
    LooksLikeRegex,
    /// An upper-case letter; browsers send lower case only.
    UpperCase,
    /// No `://`.
    MissingScheme,
    /// A `file:` page has the opaque origin `null`.
    FileScheme,
    /// The scheme is not a letter followed by `[a-z0-9+.-]`.
    Scheme,
    /// `ws` or `wss`: the origin of a WebSocket is the page's.
    WebSocketScheme,
    /// A scheme that no origin has, such as `data` or `ftp`.
    NoOriginScheme,
    /// The scheme is nearly `http` or `https`.
    SchemeSpelling,
    /// A `/` after host and port.
    TrailingSlash,
    /// A path, a query or a fragment.
    Path,
    /// A user name or password.
    UserInfo,
    /// No host.
    EmptyHost,
    /// A host with an empty label, a forbidden byte, or over 253 bytes.
    Host,
    /// A label that begins with `xn--` and is no international name.
    Punycode,
    /// The port is not a number from 1 to 65535 without leading zeros.
    Port,
    /// The scheme's default port, which browsers leave out.
    DefaultPort,
    /// An IPv4 address in another form than four decimal octets.
    Ipv4,
    /// An IPv6 address in another form than the shortest, or without brackets.
    Ipv6,
    /// `*` directly in front of a name, as in `https://*example.com`.
    WildcardWithoutDot,
    /// `https://*` or `http://*`: any host of the web.
    AnyWebHost,
    /// `*` where no pattern has one.
    WildcardPlace,
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PatternFault::Empty => {
                "an origin is a scheme and a host, such as `https://example.com`"
            }
            PatternFault::Whitespace => "an origin contains no white space",
            PatternFault::Several => "each origin is an entry of its own",
            PatternFault::NotAscii => {
                "browsers send international host names in their ASCII form; \
                 write it (`xn--…`)"
            }
            PatternFault::LooksLikeRegex => {
                "this looks like a regular expression; write it as `{ regex = '…' }`"
            }
            PatternFault::UpperCase => "browsers send origins in lower case",
            PatternFault::MissingScheme => "an origin begins with its scheme",
            PatternFault::FileScheme => {
                "pages from files have the origin `null`; serve them over http instead"
            }
            PatternFault::Scheme => {
                "a scheme is a lower-case letter followed by letters, digits, `+`, `-` or `.`"
            }
            PatternFault::WebSocketScheme => {
                "a WebSocket has the origin of the page that opens it, which is `http` or `https`"
            }
            PatternFault::NoOriginScheme => "no page has an origin with this scheme",
            PatternFault::SchemeSpelling => "this scheme is nearly `http` or `https`",
            PatternFault::TrailingSlash => "an origin has no trailing slash",
            PatternFault::Path => "an origin has no path, query or fragment",
            PatternFault::UserInfo => "an origin has no user name or password",
            PatternFault::EmptyHost => "an origin has a host behind `://`",
            PatternFault::Host => {
                "a host is labels of letters, digits, `-` and `_`, with single dots between \
                 them, of at most 253 bytes"
            }
            PatternFault::Punycode => {
                "browsers refuse a host with an `xn--` label that is no international name"
            }
            PatternFault::Port => {
                "a port is a number from 1 to 65535 without leading zeros, or `*` for any"
            }
            PatternFault::DefaultPort => "browsers leave the default port out",
            PatternFault::Ipv4 => "browsers send an IPv4 address as four decimal numbers",
            PatternFault::Ipv6 => {
                "browsers send an IPv6 address in its shortest form and in brackets"
            }
            PatternFault::WildcardWithoutDot => "`*` in front of a domain is followed by a dot",
            PatternFault::AnyWebHost => {
                "any host is not a pattern for `http` and `https`; `*` alone allows every \
                 origin, and `{ regex = 'https://.*' }` every one over TLS"
            }
            PatternFault::WildcardPlace => {
                "`*` stands for subdomains (`https://*.example.com`), for a part of the \
                 leftmost label (`https://pr-*.example.com`), for any port \
                 (`http://localhost:*`) or for any host of an extension scheme \
                 (`moz-extension://*`)"
            }
        })
    }
}

impl PatternFault {
    /// A name for programs, such as `trailing-slash`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            PatternFault::Empty => "empty",
            PatternFault::Whitespace => "whitespace",
            PatternFault::Several => "several",
            PatternFault::NotAscii => "not-ascii",
            PatternFault::LooksLikeRegex => "looks-like-regex",
            PatternFault::UpperCase => "upper-case",
            PatternFault::MissingScheme => "missing-scheme",
            PatternFault::FileScheme => "file-scheme",
            PatternFault::Scheme => "scheme",
            PatternFault::WebSocketScheme => "websocket-scheme",
            PatternFault::NoOriginScheme => "no-origin-scheme",
            PatternFault::SchemeSpelling => "scheme-spelling",
            PatternFault::TrailingSlash => "trailing-slash",
            PatternFault::Path => "path",
            PatternFault::UserInfo => "user-info",
            PatternFault::EmptyHost => "empty-host",
            PatternFault::Host => "host",
            PatternFault::Punycode => "punycode",
            PatternFault::Port => "port",
            PatternFault::DefaultPort => "default-port",
            PatternFault::Ipv4 => "ipv4",
            PatternFault::Ipv6 => "ipv6",
            PatternFault::WildcardWithoutDot => "wildcard-without-dot",
            PatternFault::AnyWebHost => "any-web-host",
            PatternFault::WildcardPlace => "wildcard-place",
        }
    }
}
