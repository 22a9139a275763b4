//! Every mistake in a configuration has its message.

use std::time::Duration;

#[cfg(feature = "regex")]
use tower_cors::{Advisory, AdvisoryKind};
use tower_cors::{CorsConfig, Danger, MaxAge, OriginPattern};

/// The messages of all errors; none is success.
fn errors(config: &CorsConfig) -> Vec<String> {
    let errors = config.compile().err();
    errors.iter().flatten().map(ToString::to_string).collect()
}

fn advisories(config: &CorsConfig) -> Vec<String> {
    let policy = config.compile().unwrap();
    let advisories = policy.advisories().iter();
    advisories.map(ToString::to_string).collect()
}

#[track_caller]
fn assert_error(config: &CorsConfig, message: &str) {
    assert_eq!(errors(config), [message]);
}

fn valid() -> CorsConfig {
    CorsConfig::new(["https://app.example.com"])
}

fn with_credentials(origin: impl Into<OriginPattern>) -> CorsConfig {
    CorsConfig::new([origin]).allow_credentials(true)
}

const WHERE_WILDCARDS_GO: &str = "`*` stands for subdomains (`https://*.example.com`), for a part \
    of the leftmost label (`https://pr-*.example.com`), for any port (`http://localhost:*`) or for \
    any host of an extension scheme (`moz-extension://*`)";

#[test]
fn origins() {
    let host = "a host is labels of letters, digits, `-` and `_`, with single dots between them, \
                of at most 253 bytes";
    let ipv4 = "browsers send an IPv4 address as four decimal numbers";
    let ipv6 = "browsers send an IPv6 address in its shortest form and in brackets";
    let port = "a port is a number from 1 to 65535 without leading zeros, or `*` for any";
    let regex = "this looks like a regular expression; write it as `{ regex = '…' }`";
    let any_web_host = "`http` and `https` have no pattern for any host; `*` alone allows every \
    origin, and `{ regex = 'https://.*' }` every origin over TLS";
    let table = [
        (
            "https://example.com/",
            "an origin has no trailing slash; write `https://example.com`",
        ),
        (
            "https://example.com/app?q#f",
            "an origin has no path, query or fragment; write `https://example.com`",
        ),
        (
            "HTTPS://Example.com",
            "browsers send origins in lower case; write `https://example.com`",
        ),
        (
            "https://example.com:443",
            "browsers leave the default port out; write `https://example.com`",
        ),
        (
            "http://example.com:80",
            "browsers leave the default port out; write `http://example.com`",
        ),
        (
            "example.com",
            "an origin begins with its scheme; write `https://example.com`",
        ),
        (
            "localhost:3000",
            "an origin begins with its scheme; write `http://localhost:3000`",
        ),
        (
            "https://exämple.com",
            "browsers send international host names in their ASCII form; write it (`xn--…`)",
        ),
        (
            "https://*example.com",
            "`*` in front of a domain is followed by a dot; write `https://*.example.com`",
        ),
        ("https://example.*", WHERE_WILDCARDS_GO),
        ("*://example.com", WHERE_WILDCARDS_GO),
        ("https://*.*.example.com", WHERE_WILDCARDS_GO),
        ("http://192.168.0.*", WHERE_WILDCARDS_GO),
        ("https://*", any_web_host),
        ("http://127.1", &format!("{ipv4}; write `http://127.0.0.1`")),
        ("http://1.2.3.256", ipv4),
        (
            "http://[0:0::1]:3000",
            &format!("{ipv6}; write `http://[::1]:3000`"),
        ),
        ("http://[::1%25eth0]", ipv6),
        ("https://example.com:0", port),
        ("https://example.com:65536", port),
        (
            "https://example.com:08443",
            &format!("{port}; write `https://example.com:8443`"),
        ),
        (
            "file:///index.html",
            "pages from files have the origin `null`; serve them over http instead",
        ),
        (
            "https://me@example.com",
            "an origin has no user name or password; write `https://example.com`",
        ),
        (
            " https://example.com ",
            "an origin contains no white space; write `https://example.com`",
        ),
        (
            "https://a.com, https://b.com",
            "each origin is an entry of its own",
        ),
        ("https://", "an origin has a host behind `://`"),
        ("https://exa!mple.com", host),
        ("https://a..b", host),
        (
            "1app://a.b",
            "a scheme is a lower-case letter followed by letters, digits, `+`, `-` or `.`",
        ),
        (
            "wss://app.example.com",
            "a WebSocket has the origin of the page that opens it, which is `http` or `https`; \
             write `https://app.example.com`",
        ),
        (
            "ws://localhost:3000",
            "a WebSocket has the origin of the page that opens it, which is `http` or `https`; \
             write `http://localhost:3000`",
        ),
        (
            "ftp://example.com",
            "no page has an origin with this scheme",
        ),
        ("data://x", "no page has an origin with this scheme"),
        ("blob://", "no page has an origin with this scheme"),
        ("about://", "no page has an origin with this scheme"),
        ("javascript://", "no page has an origin with this scheme"),
        (
            "htps://app.example.com",
            "this scheme is nearly `http` or `https`; write `https://app.example.com`",
        ),
        (
            "localhost://3000",
            "an origin begins with its scheme; write `http://localhost:3000`",
        ),
        (
            "https:/example.com",
            "an origin begins with its scheme; write `https://example.com`",
        ),
        (
            "https://https://example.com",
            "an origin has no path, query or fragment; write `https://example.com`",
        ),
        ("http://::1:3000", ipv6),
        (r"^https://example\.com$", regex),
        ("https://(a|b).example.com", regex),
    ];
    for (origin, message) in table {
        let config = CorsConfig::new(["https://app.example.com", origin]);
        assert_error(&config, &format!("allow_origins[1] `{origin}`: {message}"));
    }
}

#[test]
fn lists_that_allow_nothing_or_all() {
    assert_error(
        &CorsConfig::default(),
        "allow_origins: no origin is allowed; list at least one, such as `https://app.example.com`",
    );
    assert_error(
        &valid().allow_methods([""; 0]),
        "allow_methods: no method is allowed; list at least one, such as `GET`",
    );
    let not_alone = "`*` already allows all; remove it, or everything else in the list";
    assert_error(
        &CorsConfig::new(["https://app.example.com", "*"]),
        &format!("allow_origins[1] `*`: {not_alone}"),
    );
    assert_error(
        &valid().allow_methods(["*", "GET"]),
        &format!("allow_methods[0] `*`: {not_alone}"),
    );
    assert_error(
        &valid().allow_headers(["authorization", "*", "x-a"]),
        "allow_headers[1] `*`: `*` allows every name but `authorization`; remove it, or everything \
         else but that",
    );
    assert_error(
        &valid().expose_headers(["x-a", "*"]),
        &format!("expose_headers[1] `*`: {not_alone}"),
    );
}

#[test]
fn duplicates_are_merged() {
    let config = CorsConfig::new(["https://a.example", "https://a.example", "null", "null"])
        .allow_methods(["GET", "GET"])
        .allow_headers(["X-A", "x-a"])
        .expose_headers(["X-B", "x-b"]);
    assert_eq!(
        *config.compile().unwrap().config(),
        CorsConfig::new(["https://a.example", "null"])
            .allow_methods(["GET"])
            .allow_headers(["x-a"])
            .expose_headers(["x-b"])
    );
}

#[test]
fn methods() {
    let case = "methods are case-sensitive";
    let forbidden = "scripts cannot send this method; remove it";
    let several = "each name is an entry of its own";
    let token = "a name consists of letters, digits and a few signs such as `-`";
    let table = [
        ("patch", format!("{case}; write `PATCH`")),
        ("Get", format!("{case}; write `GET`")),
        ("CONNECT", forbidden.to_owned()),
        ("TRACE", forbidden.to_owned()),
        ("track", forbidden.to_owned()),
        ("GET POST", several.to_owned()),
        ("GET,POST", several.to_owned()),
        ("PÄTCH", token.to_owned()),
        (" GET ", format!("{token}; write `GET`")),
    ];
    for (method, message) in table {
        let config = valid().allow_methods(["GET", method]);
        assert_error(&config, &format!("allow_methods[1] `{method}`: {message}"));
    }
    let long = "X".repeat(65);
    assert!(valid().allow_methods([&long[1..]]).compile().is_ok());
    assert_error(
        &valid().allow_methods(["GET", &long]),
        &format!("allow_methods[1] `{long}`: no method is longer than 64 bytes; remove it"),
    );
    assert_error(
        &valid().allow_methods(["*", "authorization"]),
        "allow_methods[0] `*`: `*` already allows all; remove it, or everything else in the list",
    );
    assert!(
        valid()
            .allow_methods(["GET", "purge", "M-SEARCH"])
            .compile()
            .is_ok()
    );
}

#[test]
fn request_headers() {
    let several = "each name is an entry of its own";
    let response =
        "this header belongs to responses; did you mean `expose_headers`? remove it here";
    let token = "a name consists of letters, digits and a few signs such as `-`";
    let table = [
        ("Access-Control-Allow-Origin", response),
        ("vary", response),
        ("x foo", several),
        ("x-foo:", &format!("{token}; write `x-foo`")),
        ("x-foo, x-bar", several),
        ("x(foo)", token),
    ];
    for (header, message) in table {
        let config = valid().allow_headers(["x-a", header]);
        assert_error(&config, &format!("allow_headers[1] `{header}`: {message}"));
    }
}

#[test]
fn exposed_headers() {
    let forbidden = "scripts can never read this header; remove it";
    let request = "this header belongs to requests; did you mean `allow_headers`? remove it here";
    let token = "a name consists of letters, digits and a few signs such as `-`";
    let table = [
        ("Set-Cookie", forbidden),
        ("set-cookie2", forbidden),
        ("Origin", request),
        ("access-control-request-method", request),
        ("User-Agent", request),
        ("If-None-Match", request),
        ("a b", "each name is an entry of its own"),
        ("a/b", token),
    ];
    for (header, message) in table {
        let config = valid().expose_headers(["x-a", header]);
        assert_error(&config, &format!("expose_headers[1] `{header}`: {message}"));
    }
    assert!(
        valid()
            .expose_headers(["authorization", "etag"])
            .compile()
            .is_ok()
    );
}

#[test]
fn numbers() {
    for status in [0, 100, 199, 300, 304, 404, 999, 65535] {
        assert_error(
            &valid().preflight_status(status),
            &format!(
                "preflight_status `{status}`: browsers accept a preflight's answer with a status \
                 from 200 to 299 only; write 204 or 200"
            ),
        );
    }
    for status in [200, 204, 299] {
        assert!(valid().preflight_status(status).compile().is_ok());
    }
    assert_error(
        &valid().max_age(Duration::from_millis(500)),
        "max_age `500ms`: the unit is a second; write `0` to disable, or `1s` or more",
    );
    assert_error(
        &valid().max_age(Duration::from_secs(1 << 32)),
        "max_age `4294967296s`: no browser keeps an answer for more than a day; write `24h`",
    );
    for (max_age, normalised) in [
        (MaxAge::For(Duration::ZERO), MaxAge::Disabled),
        (
            MaxAge::For(Duration::from_millis(1999)),
            MaxAge::For(Duration::from_secs(1)),
        ),
    ] {
        let policy = valid().max_age(max_age).compile().unwrap();
        assert_eq!(policy.config().max_age, normalised);
    }
}

/// Each danger: an error with credentials, which names what permits it; an
/// advisory without.
#[test]
fn dangers_need_naming() {
    let insecure = |witness: &str| {
        format!(
            "whoever controls the network between a user and `{witness}` can act as the user; \
             use https, or take it on by `dangerously_allow = [\"insecure-origins\"]`"
        )
    };
    let suffix = |witness: &str| {
        format!(
            "anyone can register `{witness}`, which this allows, and act as the user; list hosts \
             that are yours, or take it on by `dangerously_allow = [\"public-suffix-subdomains\"]`"
        )
    };
    let table = [
        (
            "http://example.com",
            Danger::InsecureOrigins,
            insecure("http://example.com"),
        ),
        (
            "http://example.com:*",
            Danger::InsecureOrigins,
            insecure("http://example.com"),
        ),
        (
            "http://*.example.com",
            Danger::InsecureOrigins,
            insecure("http://app.example.com"),
        ),
        (
            "http://pr-*.example.com:81",
            Danger::InsecureOrigins,
            insecure("http://pr-app.example.com:81"),
        ),
        (
            "http://192.168.0.1",
            Danger::InsecureOrigins,
            insecure("http://192.168.0.1"),
        ),
        (
            "https://*.github.io",
            Danger::PublicSuffixSubdomains,
            suffix("https://evil.github.io"),
        ),
        (
            "https://*.com",
            Danger::PublicSuffixSubdomains,
            suffix("https://evil.com"),
        ),
        (
            "https://*.co.uk:*",
            Danger::PublicSuffixSubdomains,
            suffix("https://evil.co.uk"),
        ),
        (
            "https://pr-*.vercel.app",
            Danger::PublicSuffixSubdomains,
            suffix("https://pr-evil.vercel.app"),
        ),
        (
            "https://*-team.vercel.app",
            Danger::PublicSuffixSubdomains,
            suffix("https://evil-team.vercel.app"),
        ),
        (
            "https://*.github.io.",
            Danger::PublicSuffixSubdomains,
            suffix("https://evil.github.io."),
        ),
        (
            "https://*.code.run",
            Danger::PublicSuffixSubdomains,
            suffix("https://evil.a.code.run"),
        ),
        (
            "moz-extension://*",
            Danger::Unbounded,
            "any extension or application of this scheme that a user installs can act as the \
             user; list the origins that are yours, or take it on by \
             `dangerously_allow = [\"unbounded\"]`"
                .to_owned(),
        ),
        (
            "app://*.example.com",
            Danger::Unbounded,
            "any extension or application of this scheme that a user installs can act as the \
             user; list the origins that are yours, or take it on by \
             `dangerously_allow = [\"unbounded\"]`"
                .to_owned(),
        ),
        (
            "https://pr-*.mm",
            Danger::PublicSuffixSubdomains,
            suffix("https://pr-evil.mm"),
        ),
        (
            "https://pr-*.code.run",
            Danger::PublicSuffixSubdomains,
            suffix("https://pr-evil.code.run"),
        ),
        (
            "https://*.mm",
            Danger::PublicSuffixSubdomains,
            suffix("https://evil.a.mm"),
        ),
        (
            "null",
            Danger::NullOrigin,
            "any site can have the origin `null`, in a sandboxed frame, and act as the user; \
             remove it, or take it on by `dangerously_allow = [\"null-origin\"]`"
                .to_owned(),
        ),
        (
            "*",
            Danger::AnyOriginWithCredentials,
            "any site could act as the user; list the origins that may, or take it on by \
             `dangerously_allow = [\"any-origin-with-credentials\"]`"
                .to_owned(),
        ),
    ];
    for (origin, danger, message) in table {
        let config = with_credentials(origin);
        let message = format!("allow_origins[0] `{origin}`: with credentials, {message}");
        assert_error(&config, &message);
        for other in Danger::ALL {
            let config = config.clone().dangerously_allow([*other]);
            let expected = if *other == danger {
                vec![]
            } else {
                vec![message.clone()]
            };
            assert_eq!(errors(&config), expected, "{origin} with {other}");
        }
        assert_eq!(
            errors(&config.allow_credentials(false)),
            [""; 0],
            "{origin}"
        );
    }
}

/// A label has 63 bytes at most.
#[test]
fn what_shows_a_danger_is_allowed_itself() {
    let label = "a".repeat(60);
    let insecure = format!(
        "allow_origins[0] `http://{label}*.example.com`: with credentials, whoever controls the \
         network between a user and `http://{label}app.example.com` can act as the user; use \
         https, or take it on by `dangerously_allow = [\"insecure-origins\"]`"
    );
    assert_error(
        &with_credentials(format!("http://{label}*.example.com")),
        &insecure,
    );
    let longer = format!("{label}bb");
    assert_error(
        &with_credentials(format!("http://{longer}*.example.com")),
        &insecure
            .replace(&format!("{label}app"), &format!("{longer}a"))
            .replace(&format!("{label}*"), &format!("{longer}*")),
    );
}

#[test]
fn borders_have_faults_and_repairs() {
    let domain = "a border is a domain such as `example.com`, an IP address or `localhost`, \
                  without scheme, port and `*`";
    let suffix = "anyone can register names below this; write the domain that is yours, one label \
                  more";
    let table = [
        ("https://example.com", domain, Some("example.com")),
        ("https://*.example.com:8443/x", domain, Some("example.com")),
        ("*.example.com", domain, Some("example.com")),
        ("Example.com", domain, Some("example.com")),
        ("example.com:8443", domain, Some("example.com")),
        ("::1", domain, Some("[::1]")),
        ("127.1", domain, Some("127.0.0.1")),
        ("", domain, None),
        ("exa mple.com", domain, None),
        ("xn--f.com", domain, None),
        ("com", suffix, None),
        ("co.uk", suffix, None),
        ("github.io", suffix, None),
        ("a.code.run", suffix, None),
    ];
    for (within, message, repair) in table {
        let config = with_credentials(OriginPattern::predicate(|_| true).within([within]));
        let value = match within {
            "" => String::new(),
            within => format!(" `{within}`"),
        };
        let repair = repair.map_or(String::new(), |repair| format!("; write `{repair}`"));
        assert_error(
            &config,
            &format!("allow_origins[0].within{value}: {message}{repair}"),
        );
    }
    for within in [
        "example.com",
        "example.com.",
        "intranet",
        "10.0.0.1",
        "[::1]",
        "localhost",
    ] {
        let config = with_credentials(OriginPattern::predicate(|_| true).within([within]));
        assert_eq!(errors(&config), [""; 0], "{within}");
    }
    for entry in ["https://example.com", "https://*.example.com"] {
        assert_error(
            &with_credentials(OriginPattern::from(entry).within(["example.com"])),
            "allow_origins[0].within `example.com`: only a regular expression or a predicate takes \
             `within`; remove it: an origin needs no border, and a pattern never leaves the domain \
             behind its `*`",
        );
    }
}

#[test]
fn borders_and_shapes_are_bounded() {
    let within = |count: usize| {
        let domains = (0..count).map(|at| format!("example{at}.com"));
        with_credentials(OriginPattern::predicate(|_| true).within(domains))
    };
    assert_eq!(errors(&within(1024)), [""; 0]);
    assert_error(
        &within(1025),
        "allow_origins: the regexes and predicates of a policy may stay within 1024 domains in \
         all; write patterns such as `https://*.example.com` for some of them",
    );
    let shapes = |count: usize| {
        let shapes = (1..62).flat_map(|before| (1..62 - before).map(move |after| (before, after)));
        let patterns = shapes.take(count).map(|(before, after)| {
            format!(
                "https://{}*{}.example.com",
                "a".repeat(before),
                "-".repeat(after)
            )
        });
        // Those of another base do not count.
        CorsConfig::new(patterns.chain(["https://a*.example.org".to_owned()]))
    };
    assert_eq!(errors(&shapes(128)), [""; 0]);
    assert_error(
        &shapes(129),
        "allow_origins `https://*.example.com`: in the labels below this, `*` may stand in 128 \
         places, counted by the bytes before and after it; list the origins, or write this pattern",
    );
}

#[test]
fn what_is_not_dangerous() {
    let safe = [
        "https://example.com",
        "https://example.com:*",
        "https://*.example.com",
        "https://*.example.co.uk",
        "https://*.app.vercel.app",
        "https://pr-*.example.com",
        "http://localhost",
        "http://localhost:*",
        "http://*.localhost:3000",
        "http://localhost.",
        "https://*.core.windows.net",
        "https://*.amazonaws.com.",
        "http://127.0.0.1:*",
        "http://[::1]:3000",
        "tauri://localhost",
        "app://.",
    ];
    for origin in safe {
        assert_eq!(errors(&with_credentials(origin)), [""; 0], "{origin}");
    }
}

#[test]
fn what_advisories_say() {
    assert_eq!(advisories(&valid()), [""; 0]);
    let debug = valid().debug(true).compile().unwrap();
    assert_eq!(debug.advisories()[0].kind().code(), "debug");
    let caps = "browsers keep an answer no longer than 10 minutes (Safari), 2 hours (Chromium) or \
                24 hours (Firefox)";
    let not_set = "max_age: browsers keep a preflight's answer for 5 seconds only; set it, to \
                   `10m` say";
    let ten_minutes = Duration::from_secs(600);
    let grpc = "pages with gRPC-Web (`x-grpc-web` is allowed) cannot read why a call failed; add \
                `grpc-status` and `grpc-message`";
    let table = [
        (valid().max_age(ten_minutes), vec![]),
        (
            valid().max_age(Duration::from_secs(601)),
            vec![format!("max_age `10m 1s`: {caps}")],
        ),
        (
            valid().max_age(Duration::from_secs(43_200)),
            vec![format!("max_age `12h`: {caps}")],
        ),
        (
            valid().allow_methods(["GET", "PUT"]),
            vec![not_set.to_owned()],
        ),
        (
            valid().allow_headers(["content-type"]),
            vec![not_set.to_owned()],
        ),
        (
            valid().allow_headers(["*"]),
            vec![
                "allow_headers `*`: by the standard `*` does not allow `authorization`, although \
                 all browsers let it through; add `authorization` if pages may set it"
                    .to_owned(),
                not_set.to_owned(),
            ],
        ),
        (
            valid().allow_headers(["*", "Authorization"]),
            vec![not_set.to_owned()],
        ),
        (
            valid().allow_headers(["*"]).allow_credentials(true),
            vec![not_set.to_owned()],
        ),
        (
            valid().allow_headers(["x-grpc-web"]).max_age(ten_minutes),
            vec![format!("expose_headers: {grpc}")],
        ),
        (
            valid()
                .allow_headers(["X-Grpc-Web"])
                .expose_headers(["grpc-message"])
                .max_age(ten_minutes),
            vec![format!("expose_headers `grpc-message`: {grpc}")],
        ),
        (
            valid()
                .allow_headers(["x-grpc-web"])
                .expose_headers(["Grpc-Status"])
                .max_age(ten_minutes),
            vec![],
        ),
        (
            valid()
                .allow_headers(["mcp-protocol-version"])
                .max_age(ten_minutes),
            vec![
                "expose_headers: clients of the Model Context Protocol (`mcp-protocol-version` is \
                 allowed) cannot read which session is theirs; add `mcp-session-id`"
                    .to_owned(),
            ],
        ),
        (
            valid()
                .allow_headers(["mcp-protocol-version"])
                .expose_headers(["*"])
                .max_age(ten_minutes),
            vec![],
        ),
        (
            CorsConfig::new(["https://app.example.com", "http://localhost:3000", "http://127.0.0.1"])
                .allow_credentials(true),
            vec![
                "allow_origins[1] `http://localhost:3000`: every program on a user's machine can \
                 serve a page there and act as the user; leave it out in production"
                    .to_owned(),
            ],
        ),
        (
            CorsConfig::new(["https://app.example.com", "http://localhost:3000"]),
            vec![],
        ),
        (
            CorsConfig::new(["https://app.example.com", "tauri://localhost"])
                .allow_credentials(true),
            vec![],
        ),
        (
            CorsConfig::new(["http://localhost:*", "http://[::1]:*"]).allow_credentials(true),
            vec![],
        ),
        (
            valid().allow_headers(tower_cors::AllowHeaders::Mirror),
            vec![not_set.to_owned()],
        ),
        (
            valid()
                .allow_methods(["GET", "PUT"])
                .max_age(MaxAge::Disabled),
            vec![],
        ),
        (
            valid().allow_methods(["HEAD", "POST"]),
            vec![
                "allow_methods `HEAD, POST`: the list is exact, so pages cannot read what they \
                 get; add `GET` unless that is meant"
                    .to_owned(),
            ],
        ),
        (
            valid().allow_headers(["Accept"]),
            vec![
                "allow_headers[0] `Accept`: pages may set this header anyway, unless its value is \
                 unusual"
                    .to_owned(),
            ],
        ),
        (
            valid().expose_headers(["x-a", "Content-Length"]),
            vec![
                "expose_headers[1] `Content-Length`: pages may read this header anyway".to_owned(),
            ],
        ),
        (
            CorsConfig::new(["https://a.example.com", "https://*.example.com"]),
            vec![
                "allow_origins[0] `https://a.example.com`: `https://*.example.com` allows this \
                 origin already; remove one of them"
                    .to_owned(),
            ],
        ),
        (
            valid().allow_private_network(true),
            vec![
                "allow_private_network `true`: Chromium asks the user for permission instead, and \
                 no other browser asks for it"
                    .to_owned(),
            ],
        ),
        (
            valid().debug(true),
            vec![
                "debug `true`: for development only: responses tell how the policy decides"
                    .to_owned(),
            ],
        ),
        (
            CorsConfig::new(["https://*.github.io"]),
            vec![
                "allow_origins[0] `https://*.github.io`: this allows `https://evil.github.io`, \
                 which need not be yours; it would be an error (`public-suffix-subdomains`) with \
                 credentials"
                    .to_owned(),
            ],
        ),
        (
            valid()
                .allow_credentials(true)
                .dangerously_allow([Danger::NullOrigin]),
            vec![
                "dangerously_allow[0] `null-origin`: the policy does not need this; remove it"
                    .to_owned(),
            ],
        ),
        (
            valid()
                .allow_credentials(true)
                .dangerously_allow([Danger::Unbounded.for_entry("moz-extension://*")]),
            vec![
                "dangerously_allow[0] `{ danger = \"unbounded\", origin = \"moz-extension://*\" }`: \
                 the policy does not need this; remove it"
                    .to_owned(),
            ],
        ),
        (
            valid().inner_headers(tower_cors::InnerHeaders::Keep),
            vec![
                "inner_headers `keep`: the inner service's own headers replace the policy's where the policy allows"
                    .to_owned(),
            ],
        ),
        (
            valid().answer_without_origin(false),
            vec![
                "answer_without_origin `false`: the rest of the policy leaves this without effect"
                    .to_owned(),
            ],
        ),
        (
            valid()
                .preflight(tower_cors::PreflightMode::Forward)
                .preflight_status(200),
            vec![
                "preflight_status `200`: the rest of the policy leaves this without effect"
                    .to_owned(),
            ],
        ),
        (CorsConfig::new(["*"]).answer_without_origin(false), vec![]),
        (
            valid().preflight(tower_cors::PreflightMode::Decorate),
            vec![],
        ),
        (valid().preflight_status(200), vec![]),
        (CorsConfig::new(["*"]), vec![]),
    ];
    for (config, expected) in table {
        assert_eq!(advisories(&config), expected, "{config:?}");
    }
}

/// A name that makes no difference is no error: it is left out.
#[test]
fn harmless_names_are_left_out() {
    let forbidden = "scripts cannot set this header; remove it";
    for name in [
        "origin",
        "cookie",
        "Host",
        "Content-Length",
        "accept-encoding",
        "Proxy-Foo",
        "sec-fetch-site",
        "Access-Control-Request-Method",
    ] {
        let config = valid()
            .allow_headers(["x-a", name])
            .max_age(MaxAge::Disabled);
        let policy = config.compile().unwrap();
        assert_eq!(
            advisories(&config),
            [format!("allow_headers[1] `{name}`: {forbidden}")]
        );
        assert_eq!(policy.config().allow_headers, ["x-a"].into());
        let alone = valid().allow_headers([name]);
        assert_eq!(
            advisories(&alone),
            [format!("allow_headers[0] `{name}`: {forbidden}")]
        );
    }
    // A safelisted name may still matter: `accept` with an unusual value needs it.
    let config = valid()
        .allow_headers(["accept"])
        .expose_headers(["content-type"]);
    assert_eq!(*config.compile().unwrap().config(), config);
}

#[test]
fn names_that_are_almost_well_known() {
    let near = "this is almost a well-known name";
    for (name, known) in [
        ("PSOT", "POST"),
        ("PATHC", "PATCH"),
        ("OPTION", "OPTIONS"),
        ("query", "QUERY"),
    ] {
        let config = valid()
            .allow_methods(["GET", name])
            .max_age(MaxAge::Disabled);
        let expected = format!("allow_methods[1] `{name}`: {near}; write `{known}`");
        assert_eq!(advisories(&config), [expected]);
    }
    for (name, known) in [
        ("Autorization", "authorization"),
        ("contenttype", "content-type"),
        ("x-request-di", "x-request-id"),
    ] {
        let config = valid()
            .allow_headers([name])
            .expose_headers(["x-a", name])
            .max_age(MaxAge::Disabled);
        let expected = ["allow_headers[0]", "expose_headers[1]"]
            .map(|place| format!("{place} `{name}`: {near}; write `{known}`"));
        assert_eq!(advisories(&config), expected);
    }
    let config = valid()
        .allow_methods(["GET", "QUERY", "MOVE", "LOCK", "REPORT", "UPDATE", "PURGE"])
        .allow_headers([
            "Content-Type",
            "X-CSRFToken",
            "x-csrf-token",
            "if-match",
            "range",
        ])
        .expose_headers(["ETag", "link", "Location"])
        .max_age(MaxAge::Disabled);
    assert_eq!(advisories(&config), [""; 0]);
}

#[test]
fn entries_that_are_empty_are_left_out() {
    let config = CorsConfig::new(["", "https://app.example.com"])
        .allow_methods(["GET", ""])
        .allow_headers(["", "x-a"])
        .expose_headers([""])
        .max_age(MaxAge::Disabled);
    let empty = "this entry is empty; remove it";
    assert_eq!(
        advisories(&config),
        [
            "allow_origins[0]",
            "allow_methods[1]",
            "allow_headers[0]",
            "expose_headers[0]"
        ]
        .map(|place| format!("{place}: {empty}"))
    );
    assert_eq!(
        *config.compile().unwrap().config(),
        valid()
            .allow_methods(["GET"])
            .allow_headers(["x-a"])
            .max_age(MaxAge::Disabled)
    );
    assert_error(
        &CorsConfig::new(["", ""]),
        "allow_origins: no origin is allowed; list at least one, such as `https://app.example.com`",
    );
    assert_error(
        &valid().allow_methods([""]),
        "allow_methods: no method is allowed; list at least one, such as `GET`",
    );
    assert_eq!(errors(&CorsConfig::new(["*", ""])), [""; 0]);
}

#[test]
fn quotes_and_brackets_are_named() {
    let quoted = "the quotes or brackets are part of the value, as Docker and some shells pass \
                  them on; remove them";
    for (entry, repair) in [
        (r#""https://a.example""#, "; write `https://a.example`"),
        ("'https://a.example'", "; write `https://a.example`"),
        (r#"["https://a.example""#, "; write `https://a.example`"),
        (r#""https://a.example"]"#, "; write `https://a.example`"),
        ("[https://a.example/]", "; write `https://a.example`"),
        (r#"["https://[::1]:3000"]"#, "; write `https://[::1]:3000`"),
        (r#""""#, ""),
        ("[]", ""),
    ] {
        let expected = format!("allow_origins[0] `{entry}`: {quoted}{repair}");
        assert_error(&CorsConfig::new([entry]), &expected);
    }
    for (name, repair) in [
        (r#""GET"#, "GET"),
        ("'PUT'", "PUT"),
        ("[GET", "GET"),
        ("PUT]", "PUT"),
    ] {
        let expected = format!("allow_methods[0] `{name}`: {quoted}; write `{repair}`");
        assert_error(&valid().allow_methods([name]), &expected);
    }
    assert_error(
        &CorsConfig::new(["[::1]:3000"]),
        "allow_origins[0] `[::1]:3000`: an origin begins with its scheme; write `http://[::1]:3000`",
    );
}

#[test]
fn when_empty() {
    use tower_cors::WhenEmpty;
    let empty = CorsConfig::default();
    let any = empty.clone().when_empty(WhenEmpty::Any);
    let policy = any.compile().unwrap();
    assert_eq!(*policy.config(), any.clone().allow_origins(["*"]));
    assert_eq!(
        advisories(&any.clone().allow_origin("")),
        ["allow_origins[0]: this entry is empty; remove it"]
    );
    assert_error(
        &any.clone().allow_credentials(true),
        "allow_origins[0] `*`: with credentials, any site could act as the user; list the origins \
         that may, or take it on by `dangerously_allow = [\"any-origin-with-credentials\"]`",
    );
    let listed = valid().when_empty(WhenEmpty::Any);
    assert_eq!(*listed.compile().unwrap().config(), listed);
    let off = empty.when_empty(WhenEmpty::Off);
    let compiled = off.clone().enabled(false);
    assert_eq!(*off.compile().unwrap().config(), compiled);
    assert_eq!(*compiled.compile().unwrap().config(), compiled);
    // The rest is checked all the same: it will count once an origin is listed.
    assert_error(
        &off.preflight_status(404),
        "preflight_status `404`: browsers accept a preflight's answer with a status from 200 to \
         299 only; write 204 or 200",
    );
}

#[test]
fn all_errors_are_reported_at_once() {
    let config = CorsConfig::new(["https://example.com/", "http://example.com"])
        .allow_methods(["get"])
        .allow_headers(["vary"])
        .expose_headers(["set-cookie"])
        .allow_credentials(true)
        .max_age(Duration::from_millis(1))
        .preflight_status(404);
    let errors = config.compile().unwrap_err();
    assert_eq!(
        format!("{errors:?}"),
        errors.to_string(),
        "what `unwrap` prints, and `main`"
    );
    assert_eq!(
        errors.to_string(),
        "invalid CORS configuration, 7 errors:
- allow_origins[0] `https://example.com/`: an origin has no trailing slash; write `https://example.com`
- allow_origins[1] `http://example.com`: with credentials, whoever controls the network between a user and `http://example.com` can act as the user; use https, or take it on by `dangerously_allow = [\"insecure-origins\"]`
- allow_methods[0] `get`: methods are case-sensitive; write `GET`
- allow_headers[0] `vary`: this header belongs to responses; did you mean `expose_headers`? remove it here
- expose_headers[0] `set-cookie`: scripts can never read this header; remove it
- max_age `1ms`: the unit is a second; write `0` to disable, or `1s` or more
- preflight_status `404`: browsers accept a preflight's answer with a status from 200 to 299 only; write 204 or 200"
    );
}

#[test]
fn values_command_no_terminal() {
    assert_error(
        &valid().allow_methods(["G\n\u{1b}E\u{202e}T\\"]),
        "allow_methods[0] `G\u{240a}\u{241b}E\u{fffd}T\\`: a name consists of letters, digits \
         and a few signs such as `-`",
    );
}

#[cfg(feature = "serde")]
#[test]
fn errors_for_programs() {
    let config = CorsConfig::new(["https://example.com/", "https://*.github.io"])
        .allow_methods(["TRACE"])
        .allow_credentials(true);
    assert_eq!(
        serde_json::to_value(config.compile().unwrap_err()).unwrap(),
        serde_json::json!([
            {
                "field": "allow_origins[0]",
                "value": "https://example.com/",
                "code": "trailing-slash",
                "message": "an origin has no trailing slash",
                "suggestion": "https://example.com",
            },
            {
                "field": "allow_origins[1]",
                "value": "https://*.github.io",
                "code": "public-suffix-subdomains",
                "message": "with credentials, anyone can register `https://evil.github.io`, which \
                            this allows, and act as the user; list hosts that are yours, or take \
                            it on by `dangerously_allow = [\"public-suffix-subdomains\"]`",
                "witness": "https://evil.github.io",
            },
            {
                "field": "allow_methods[0]",
                "value": "TRACE",
                "code": "forbidden-method",
                "message": "scripts cannot send this method; remove it",
            },
        ])
    );
}

#[cfg(feature = "regex")]
mod regexes {
    use http::header::ORIGIN;
    use http::{HeaderMap, HeaderValue, Method};
    use tower_cors::ConfigError;

    use super::*;

    fn regex(regex: &str) -> CorsConfig {
        with_credentials(OriginPattern::regex(regex))
    }

    #[test]
    fn what_does_not_parse_is_shown_by_the_parser() {
        assert_error(
            &regex(r"https://(a\.com"),
            r"allow_origins[0] `https://(a\.com`: regex parse error:
    https://(a\.com
            ^
error: unclosed group",
        );
        // It would be a regex if it were wrapped first.
        assert_error(
            &regex("a)|(?:b"),
            "allow_origins[0] `a)|(?:b`: regex parse error:
    a)|(?:b
     ^
error: unopened group",
        );
        assert_error(
            &regex(r"(a{1000}){1000}"),
            "allow_origins[0] `(a{1000}){1000}`: compiled, this takes more than 65536 bytes; \
             write `+` for counts such as `{1,63}`, or split it into several",
        );
    }

    #[test]
    fn pcre_only_syntax_is_named() {
        let table = [
            (r"https://(?!evil)[a-z]+\.example\.com", "look-ahead"),
            (r"https://[a-z]+(?<!evil)\.example\.com", "look-behind"),
            (r"https://(a|b)\.\1\.example\.com", "a back-reference"),
            (r"https://(?>a|b)\.example\.com", "an atomic group"),
            (r"https://[a-z]++\.example\.com", "a possessive quantifier"),
        ];
        for (source, what) in table {
            let errors = errors(&regex(source));
            let start = format!("allow_origins[0] `{source}`: {what} exists in PCRE, not here: ");
            assert!(
                errors.len() == 1 && errors[0].starts_with(&start),
                "{errors:?}"
            );
        }
    }

    #[test]
    fn what_matches_no_origin() {
        let message = r"no origin matches this; a regex matches the whole origin, such as `https://app\.example\.com`, and a host_regex the whole host";
        for source in [
            r"example\.com",
            r"https://Example\.com",
            r"https://example\.com/",
        ] {
            let place = format!("allow_origins[0] `{source}`");
            assert_error(&regex(source), &format!("{place}: {message}"));
            assert_error(
                &regex(source).allow_credentials(false),
                &format!("{place}: {message}"),
            );
        }
    }

    #[test]
    fn a_regex_without_a_border_shows_what_an_attacker_could_register() {
        let table = [
            ("https://app.example.com", "https://app-example.com"),
            (r"https://.*example\.com", "https://evilexample.com"),
            (r"https://example\.com.*", "https://example.com.evil.net"),
            (r"https?://.*", "https://evil.net"),
        ];
        for (source, expected) in table {
            let found = regex(source).compile().unwrap_err();
            let found: Vec<_> = found.iter().collect();
            let tower_cors::ConfigErrorKind::NoBorder { witness, .. } = found[0].kind() else {
                panic!("{found:?}");
            };
            assert_eq!((found.len(), &witness[..]), (1, expected), "{source}");
            // What is shown is really allowed.
            let entry = OriginPattern::regex(source);
            let permitted = regex(source).dangerously_allow([Danger::Unbounded.for_entry(entry)]);
            let policy = permitted.compile().unwrap();
            let headers = http::HeaderMap::from_iter([(
                http::header::ORIGIN,
                witness.parse::<http::HeaderValue>().unwrap(),
            )]);
            assert!(
                policy.decide((&http::Method::GET, &headers)).is_allowed(),
                "{witness}"
            );
        }
    }

    /// What to do depends on what is known of the regex.
    #[test]
    fn borders_that_cannot_be_told_have_repairs() {
        let unknown = "name the domain that this stays within (`within = \"example.com\"`), or list \
                       the origins";
        let table = [
            (
                r"https://.*example\.com",
                &format!(
                    "{unknown}: it also allows `https://evilexample.com`, which anyone can register"
                )[..],
                "unbounded",
                Some(r#"within = "example.com" }"#),
            ),
            (
                r"https://example\.com?",
                "name the domains that this stays within: it spans `example.co` and `example.com`",
                "unbounded",
                Some(r#"within = "example.com" }"#),
            ),
            (
                r"https://[a-z]+\.example\.(com|org)",
                "name the domains that this stays within: it spans `example.com` and `example.org`",
                "unbounded",
                Some(r#"within = ["example.com", "example.org"] }"#),
            ),
            (
                r"https://shop[1-5]\.com",
                "name the domains that this stays within: it spans `shop1.com`, `shop2.com`, \
                 `shop3.com` and 2 more",
                "unbounded",
                Some(
                    r#"within = ["shop1.com", "shop2.com", "shop3.com", "shop4.com", "shop5.com"] }"#,
                ),
            ),
            (
                r"https://192\.168\.\d{1,3}\.\d{1,3}",
                unknown,
                "unbounded",
                None,
            ),
            (
                r"https://deploy-preview-\d+--mysite\.netlify\.app",
                unknown,
                "unbounded",
                None,
            ),
            (
                r"https://[a-z]+\.github\.io",
                &format!(
                    "{unknown}: it also allows `https://evil.github.io`, which anyone can register"
                ),
                "unbounded",
                None,
            ),
        ];
        for (source, message, danger, within) in table {
            let repair = within.map_or(String::new(), |within| {
                format!("; write `{{ regex = '{source}', {within}`")
            });
            assert_error(
                &regex(source),
                &format!(
                    "allow_origins[0] `{source}`: with credentials, {message}; or take on all that \
                     it allows by `dangerously_allow = [{{ danger = \"{danger}\", regex = \
                     '{source}' }}]`{repair}"
                ),
            );
        }
        for (source, danger, message) in [
            (
                "chrome-extension://[a-p]{32}",
                "unbounded",
                "any extension or application of this scheme that a user installs can act as the \
                 user; list the origins that are yours",
            ),
            (
                r"http://.*\.example\.com",
                "insecure-origins",
                "whoever controls the network between a user and `http://app.example.com` can act \
                 as the user; use https",
            ),
        ] {
            assert_error(
                &regex(source),
                &format!(
                    "allow_origins[0] `{source}`: with credentials, {message}, or take it on by \
                     `dangerously_allow = [{{ danger = \"{danger}\", regex = '{source}' }}]`"
                ),
            );
        }
        assert_error(
            &with_credentials(OriginPattern::predicate(|_| true)),
            "allow_origins[0] `<fn>`: with credentials, name the domain that this stays within \
             (`.within([\"example.com\"])`), or list the origins; or take on all that it allows by \
             `dangerously_allow = [Danger::Unbounded.for_entry(<fn>)]`",
        );
    }

    /// A repair that is pasted into a file says what was meant, whatever the regex has in it.
    #[test]
    #[cfg(feature = "serde")]
    fn repairs_can_be_pasted_into_a_file() {
        for source in [
            r"https://.*example\.com",
            r"https?://[^']*example\.com",
            "https://[^\"']*example\\.com",
        ] {
            let errors = regex(source).compile().unwrap_err();
            let repair = errors.iter().next().and_then(ConfigError::suggestion);
            let file = format!("allow_origins = [{}]", repair.expect(source));
            let config: CorsConfig = toml::from_str(&file).expect(&file);
            let expected = OriginPattern::regex(source).within(["example.com"]);
            assert_eq!(config.allow_origins, [expected], "{source}");
            assert!(config.allow_credentials(true).compile().is_ok());
        }
    }

    #[test]
    fn bounds() {
        let long = regex(&"a".repeat(5_000_000));
        let start = "a".repeat(60);
        assert_error(
            &long,
            &format!(
                "allow_origins[0] `{start}…`: a regex may have 4096 bytes; split it into \
                 several, or list the origins"
            ),
        );
        let large = |count| {
            let regexes = (0..count).map(|at| {
                let label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
                OriginPattern::regex(format!(r"https://{label}\.example{at}\.com"))
            });
            CorsConfig::new(regexes).max_age(MaxAge::Disabled)
        };
        let too_big = "allow_origins: compiled, all regexes together take more than 262144 \
                       bytes; write `+` for counts such as `{1,63}`, and patterns such as \
                       `https://*.example.com` for regexes";
        assert_error(&large(40), too_big);
        assert_error(&large(512), too_big);
        let too_many = "allow_origins: a policy may have 512 regexes; write patterns such as \
                        `https://*.example.com` for them, or list the origins";
        assert_error(&large(513), too_many);
        let small = |count| {
            let regexes = (0..count).map(|at| OriginPattern::regex(format!("app://a{at}")));
            CorsConfig::new(regexes).max_age(MaxAge::Disabled)
        };
        let policy = small(512).compile().unwrap();
        let last = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("app://a511"))]);
        assert!(policy.decide((&Method::GET, &last)).is_allowed());
        assert_error(&small(513), too_many);
        let mixed = |at| match at % 2 {
            0 => OriginPattern::regex(format!("app://a{at}")),
            _ => OriginPattern::host_regex(format!("a{at}")),
        };
        let mixed = CorsConfig::new((0..513).map(mixed)).max_age(MaxAge::Disabled);
        assert_error(&mixed, too_many);
    }

    #[test]
    fn regexes_that_plainly_end_in_one_site_have_its_border() {
        let table: [(&str, &[&str]); 10] = [
            (
                r"https://([a-z0-9-]+\.)*example\.com(:\d+)?",
                &["example.com"],
            ),
            (r"https://(app|admin)\.example\.com", &["example.com"]),
            (r"https://(a|b)\.app\.example\.com", &["app.example.com"]),
            (
                r"https://pr-\d+\.preview\.example\.com",
                &["preview.example.com"],
            ),
            (r"^https://[a-z]+\.example\.co\.uk$", &["example.co.uk"]),
            (r"(?x) https://a\.com # ours", &["a.com"]),
            (r"(?i)https://EXAMPLE\.com", &["example.com"]),
            (r"https?://localhost(:[0-9]+)?", &["localhost"]),
            (
                r"https://app\.example\.com|http://localhost:3000",
                &["app.example.com", "localhost"],
            ),
            (r"https://intranet(:\d+)?", &["intranet"]),
        ];
        for (source, within) in table {
            let policy = regex(source).compile().expect(source);
            let expected = OriginPattern::regex(source).within(within.iter().copied());
            assert_eq!(policy.config().allow_origins, [expected], "{source}");
        }
    }

    /// It would be a border that nothing is in: what is denied in silence is an error.
    #[test]
    fn borders_that_a_regex_is_never_in() {
        let message = "nothing that the regular expression matches over http or https is within \
                       this; write the domain that it ends in";
        for (source, within) in [
            (r"https://.*\.example\.com", "example.org"),
            (r"https://(app|admin)\.example\.com", "www.example.com"),
            (r"https://app\.example\.com", "localhost"),
            (r"app://.*\.example\.com", "example.com"),
        ] {
            let entry = OriginPattern::regex(source).within([within]);
            let expected = format!("allow_origins[0].within `{within}`: {message}");
            let dangers = [Danger::Unbounded.for_entry(entry.clone())];
            let config = with_credentials(entry);
            assert_error(&config, &expected);
            assert_error(&config.dangerously_allow(dangers), &expected);
        }
    }

    /// Of the subject, a host regex has no scheme: with credentials, https is the only one.
    #[test]
    fn host_regexes_are_for_https() {
        let config = with_credentials(OriginPattern::host_regex(r"[a-z]+\.example\.com"));
        let policy = config.compile().unwrap();
        let allows = |origin| {
            let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
            policy.decide((&Method::GET, &headers)).is_allowed()
        };
        assert!(allows("https://app.example.com:8443"));
        assert!(!allows("http://app.example.com"));
        assert!(!allows("app://app.example.com"));
    }
}

#[cfg(feature = "regex")]
#[test]
fn alternatives_that_match_no_origin_are_advised_on() {
    let is_advised = |entry: OriginPattern| {
        let policy = CorsConfig::new([entry]).compile().unwrap();
        let mut kinds = policy.advisories().iter().map(Advisory::kind);
        kinds.any(|kind| *kind == AdvisoryKind::DeadAlternative)
    };
    for regex in [
        r"https://app\.example\.com|admin\.example\.com",
        r"https://(app\.example\.com|admin\.example\.com/)",
        r"(https://app\.example\.com|https://admin\.example\.com/.*)",
        r"https://app\.example\.com(:8443|:443)",
    ] {
        assert!(is_advised(OriginPattern::regex(regex)), "{regex}");
    }
    for regex in [
        r"https://app\.example\.com|https://admin\.example\.com",
        r"https://(app|admin)\.example\.com(:\d+)?",
        r"https?://([a-z]+|[0-9]+)\.example\.com",
        r"(https|http)://.*",
        "https://app.example.com",
    ] {
        assert!(!is_advised(OriginPattern::regex(regex)), "{regex}");
    }
    let host = |regex| is_advised(OriginPattern::host_regex(regex));
    assert!(host(r"app\.example\.com|https://admin\.example\.com"));
    assert!(!host(r"app\.example\.com|admin\.example\.com"));
}
