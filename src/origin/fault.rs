//! Faults of origin patterns, regular expressions and borders.

use crate::text::kinds;

kinds! {
    /// Why a text is not an origin pattern.
    #[derive(Copy, Hash, PartialOrd, Ord)]
    pub enum PatternFault {
        /// Nothing is written.
        Empty = "empty" => "an origin is a scheme and a host, such as `https://example.com`",
        /// White space before, after or inside.
        Whitespace = "whitespace" => "an origin contains no white space",
        /// A comma: several origins in one entry.
        Several = "several" => "each origin is an entry of its own",
        /// A byte outside ASCII; browsers send such hosts in their `xn--` form.
        NotAscii = "not-ascii" =>
            "browsers send international host names in their ASCII form; write it (`xn--…`)",
        /// It reads like a regular expression.
        LooksLikeRegex = "looks-like-regex" =>
            "this looks like a regular expression; write it as `{{ regex = '…' }}`",
        /// An upper-case letter; browsers send lower case only.
        UpperCase = "upper-case" => "browsers send origins in lower case",
        /// No `://`.
        MissingScheme = "missing-scheme" => "an origin begins with its scheme",
        /// A `file:` page has the opaque origin `null`.
        FileScheme = "file-scheme" =>
            "pages from files have the origin `null`; serve them over http instead",
        /// The scheme is not a letter followed by `[a-z0-9+.-]`.
        Scheme = "scheme" =>
            "a scheme is a lower-case letter followed by letters, digits, `+`, `-` or `.`",
        /// `ws` or `wss`: the origin of a WebSocket is the page's.
        WebSocketScheme = "websocket-scheme" =>
            "a WebSocket has the origin of the page that opens it, which is `http` or `https`",
        /// A scheme that no origin has, such as `data` or `ftp`.
        NoOriginScheme = "no-origin-scheme" => "no page has an origin with this scheme",
        /// The scheme is nearly `http` or `https`.
        SchemeSpelling = "scheme-spelling" => "this scheme is nearly `http` or `https`",
        /// A `/` after host and port.
        TrailingSlash = "trailing-slash" => "an origin has no trailing slash",
        /// A path, a query or a fragment.
        Path = "path" => "an origin has no path, query or fragment",
        /// A user name or password.
        UserInfo = "user-info" => "an origin has no user name or password",
        /// No host.
        EmptyHost = "empty-host" => "an origin has a host behind `://`",
        /// A host with an empty label, a forbidden byte, or over 253 bytes.
        Host = "host" =>
            "a host is labels of letters, digits, `-` and `_`, with single dots between them, \
             of at most 253 bytes",
        /// A label that begins with `xn--` and is no international name.
        Punycode = "punycode" =>
            "browsers refuse a host with an `xn--` label that is no international name",
        /// The port is not a number from 1 to 65535 without leading zeros.
        Port = "port" => "a port is a number from 1 to 65535 without leading zeros, or `*` for any",
        /// The scheme's default port, which browsers leave out.
        DefaultPort = "default-port" => "browsers leave the default port out",
        /// An IPv4 address in another form than four decimal octets.
        Ipv4 = "ipv4" => "browsers send an IPv4 address as four decimal numbers",
        /// An IPv6 address in another form than the shortest, or without brackets.
        Ipv6 = "ipv6" => "browsers send an IPv6 address in its shortest form and in brackets",
        /// `*` directly in front of a name, as in `https://*example.com`.
        WildcardWithoutDot = "wildcard-without-dot" =>
            "`*` in front of a domain is followed by a dot",
        /// `https://*` or `http://*`: any host of the web.
        AnyWebHost = "any-web-host" =>
            "`http` and `https` have no pattern for any host; `*` alone allows every origin, and \
             `{{ regex = 'https://.*' }}` every origin over TLS",
        /// `*` where no pattern has one.
        WildcardPlace = "wildcard-place" =>
            "`*` stands for subdomains (`https://*.example.com`), for a part of the leftmost \
             label (`https://pr-*.example.com`), for any port (`http://localhost:*`) or for \
             any host of an extension scheme (`moz-extension://*`)",
    }
}

kinds! {
    /// Why a regular expression cannot be used.
    pub enum RegexFault {
        /// It uses syntax of PCRE that the `regex` crate does not have.
        PcreOnly {
            what: &'static str = "The construct with its article, such as `a back-reference`.",
            message: String = "The parser's own message.",
        } = "pcre-only" => "{what} exists in PCRE, not here: {message:#}",
        /// It uses Unicode classes, but origins are ASCII.
        NotAscii { message: String = "The parser's own message." } = "regex" =>
            "origins are ASCII, and so are their regexes: {message:#}",
        /// It does not compile.
        Syntax { message: String = "The parser's own message." } = "regex" => "{message:#}",
        /// It is longer than any regex that is needed.
        TooLong { limit: usize = "The most bytes that a regex may have." } = "regex-too-long" =>
            "a regex may have {limit} bytes; split it into several, or list the origins",
        /// It takes too much memory once compiled, and with it too much time.
        TooBig {
            limit: usize = "The most bytes that a compiled regex may take.",
        } = "regex-too-big" =>
            "compiled, this takes more than {limit} bytes; write `+` for counts such as \
             `{{1,63}}`, or split it into several",
        /// All regexes of the policy together take too much memory, and with it time.
        AllTooBig {
            limit: usize = "The most bytes that they may take together.",
        } = "regexes-too-big" =>
            "compiled, all regexes together take more than {limit} bytes; write `+` for counts \
             such as `{{1,63}}`, and patterns such as `https://*.example.com` for regexes",
        /// There are more regexes than a policy may have.
        TooMany {
            limit: usize = "The most regexes that a policy may have.",
        } = "too-many-regexes" =>
            "a policy may have {limit} regexes; write patterns such as `https://*.example.com` \
             for them, or list the origins",
    }
}

kinds! {
    /// Why a text is not a domain of a border.
    #[derive(Copy, Hash)]
    pub enum WithinFault {
        /// It is an origin, a pattern or no host at all.
        NotADomain = "within-not-a-domain" =>
            "a border is a domain such as `example.com`, an IP address or `localhost`, without \
             scheme, port and `*`",
        /// Anyone can register names directly below it.
        PublicSuffix = "within-public-suffix" =>
            "anyone can register names below this; write the domain that is yours, one label more",
    }
}

impl std::error::Error for PatternFault {}
