use super::*;
use crate::origin::whole;

mod bounds;

#[track_caller]
fn audit(regex: &str, subject: Subject) -> Audit {
    super::audit(&whole::check(regex).expect("a regex"), subject)
}

/// A regex, the finding as text, and the insecure origin, if it is not empty.
type Row = (&'static str, &'static str, &'static str);

#[track_caller]
fn check(regex: &str, subject: Subject, finding: Finding, insecure: &str) {
    let insecure = Some(insecure.to_owned()).filter(|origin| !origin.is_empty());
    let expected = Audit { finding, insecure };
    assert_eq!(audit(regex, subject), expected, "{regex}");
}

/// The findings are pins with spaces between them.
#[track_caller]
fn pinned(subject: Subject, rows: &[Row]) {
    for (regex, pins, insecure) in rows {
        let pins = pins.split(' ').map(Into::into).collect();
        check(regex, subject, Finding::Pinned(pins), insecure);
    }
}

/// The findings are witnesses.
#[track_caller]
fn unpinned(subject: Subject, rows: &[Row]) {
    for &(regex, witness, insecure) in rows {
        let witness = witness.to_owned();
        let suffix = audit(regex, subject).finding;
        let finding = match suffix {
            Finding::UnderSuffix { .. } => Finding::UnderSuffix { witness },
            _ => Finding::Unpinned { witness },
        };
        check(regex, subject, finding, insecure);
    }
}

#[track_caller]
fn never(subject: Subject, regexes: &[&str]) {
    for regex in regexes {
        check(regex, subject, Finding::NeverMatches, "");
    }
}

#[test]
fn pinned_origins() {
    pinned(
        Subject::Origin,
        &[
            (r"https://example\.com", "example.com", ""),
            (r"^https://example\.com$", "example.com", ""),
            (r"https://example\.com\.", "example.com", ""),
            (
                r"https://[a-i]\.com",
                "a.com b.com c.com d.com e.com f.com g.com h.com i.com",
                "",
            ),
            (
                r"https://(app\.example|(a{63}\.){3}a{52}\.evil)\.com",
                "evil.com example.com",
                "",
            ),
            // A byte longer is no host.
            (
                r"https://(app\.example|(a{63}\.){3}a{53}\.evil)\.com",
                "example.com",
                "",
            ),
            (r"(?i)https://example\.com", "example.com", ""),
            (
                r"(?i:HTTPS)://Example\.com|https://example\.com",
                "example.com",
                "",
            ),
            (r"(?x) https:// example \.com # ours", "example.com", ""),
            (r"(?m)^https://example\.com$", "example.com", ""),
            (r"https://example[.]com", "example.com", ""),
            (r"https://example\x2ecom", "example.com", ""),
            (r"https://example\.com\.?", "example.com", ""),
            (
                r"https?://example\.com",
                "example.com",
                "http://example.com",
            ),
            (r"https://example\.com(:\d+)?", "example.com", ""),
            (r"https://example\.com:[0-9]{4,5}", "example.com", ""),
            (r"https://example\.com(:.*)?", "example.com", ""),
            (r"https://example\.com(:443)?", "example.com", ""),
            (
                r"https://([a-z0-9-]+\.)*example\.com(:\d+)?",
                "example.com",
                "",
            ),
            (r"https://(.*\.)?example\.com", "example.com", ""),
            (r"https://.*\.example\.com", "example.com", ""),
            (r"https://.+\.example\.com", "example.com", ""),
            (r"https://[^.]+\.example\.com", "example.com", ""),
            (r"https://\w+\.example\.com", "example.com", ""),
            (r"https://\S+\.example\.com", "example.com", ""),
            (
                r"https://(?P<tenant>[a-z]+)\.example\.com",
                "example.com",
                "",
            ),
            (r"https://[a-z]{1,200}\.example\.com", "example.com", ""),
            (r"https://pr-\d+\.preview\.example\.com", "example.com", ""),
            (
                r"https://deploy-preview-\d+--app\.example\.com",
                "example.com",
                "",
            ),
            (r"https://.*\b\.example\.com", "example.com", ""),
            (r"https://([ab]|[cd])*\.example\.com", "example.com", ""),
            (r"https://[a-z.]+\.example\.com", "example.com", ""),
            (
                r"https?://.*\.example\.com(:\d+)?",
                "example.com",
                "http://a.example.com",
            ),
            (r".*://example\.com", "example.com", "http://example.com"),
            (
                r"[a-z]+://.*\.example\.com",
                "example.com",
                "http://a.example.com",
            ),
            (r"(https|wss)://example\.com", "example.com", ""),
            (r"https://a\.com|https://b\.com", "a.com b.com", ""),
            (
                r"https://(app|admin)\.example\.(com|org)",
                "example.com example.org",
                "",
            ),
            (
                r"https://(www\.)?(acme|globex|initech)\.(com|net)",
                "acme.com acme.net globex.com globex.net initech.com initech.net",
                "",
            ),
            (r"https://app[12]\.com", "app1.com app2.com", ""),
            (r"https://exam-?ple\.com", "exam-ple.com example.com", ""),
            (
                r"https://github\.com|https://github\.example\.com",
                "example.com github.com",
                "",
            ),
            (r"https://com", "com", ""),
            (r"https?://intranet", "intranet", "http://intranet"),
            (r"https://xn--[a-z0-9]+\.example\.com", "example.com", ""),
        ],
    );
}

#[test]
fn pinned_hosts_that_are_no_domains() {
    pinned(
        Subject::Origin,
        &[
            (r"https?://localhost(:[0-9]+)?", "localhost", ""),
            (r"https?://(.+\.)?localhost(:\d+)?", "localhost", ""),
            (r"https?://app\.localhost", "localhost", ""),
            (r"http://127\.0\.0\.1:\d+", "127.0.0.1", ""),
            (
                r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?",
                "127.0.0.1 [::1] localhost",
                "",
            ),
            (r"http://\[::1\]:3000", "[::1]", ""),
            (r"https://\[1:2:3::4:5:6\]", "[1:2:3::4:5:6]", ""),
            (r"https://\[1:2:3:4:5:6:7:8\]", "[1:2:3:4:5:6:7:8]", ""),
            (
                r"http://10\.0\.0\.[12]",
                "10.0.0.1 10.0.0.2",
                "http://10.0.0.1",
            ),
            (
                r"http://\[2001:db8::[12]\]",
                "[2001:db8::1] [2001:db8::2]",
                "http://[2001:db8::2]",
            ),
            (
                r"chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "abcdefghijklmnopabcdefghijklmnop",
                "",
            ),
            (r"(capacitor|ionic|tauri)://localhost", "localhost", ""),
            (r"app://1\.2", "1.2", ""),
            // What is a domain of the web is one here, too, and so are names below it.
            (r"(https|app)://[a-z]+\.example\.com", "example.com", ""),
            (
                r"(https|app)://([a-z]+\.)?api\.example\.com",
                "example.com",
                "",
            ),
            (r"vscode-file://vscode-app", "vscode-app", ""),
        ],
    );
}

#[test]
fn everything() {
    unpinned(
        Subject::Origin,
        &[
            (r".*", "https://evil.com", "http://evil.com"),
            (r".+", "https://evil.com", "http://evil.com"),
            (r"https?://.*", "https://evil.com", "http://evil.com"),
            (r"https://.*", "https://evil.com", ""),
            (r"https://\S+", "https://evil.com", ""),
            (r"^https://[^/]+$", "https://evil.com", ""),
            (r"https://([a-z0-9-]+\.)+[a-z]+", "https://evil.com", ""),
            (r"https://.{1,200}", "https://evil.com", ""),
            (
                r".*|https://example\.com",
                "https://evil.com",
                "http://evil.com",
            ),
        ],
    );
}

#[test]
fn dots_that_are_not_escaped() {
    unpinned(
        Subject::Origin,
        &[
            (r"https://app.example.com", "https://appaexample.com", ""),
            (r"https://example.com", "https://exampleacom", ""),
            (r"https://example\.com.", "https://example.coma", ""),
            (r"https://*.example.com", "https://aexample.com", ""),
            (r"https://.*.example.com", "https://aexample.com", ""),
            (r"https://[a-z]+.example\.com", "https://aaexample.com", ""),
        ],
    );
}

#[test]
fn dots_that_are_missing() {
    unpinned(
        Subject::Origin,
        &[
            (r"https://.*example\.com", "https://aexample.com", ""),
            (r"https://[^/]+example\.com", "https://aexample.com", ""),
            (r"https://\w*example\.com", "https://aexample.com", ""),
            (r"https://[a-z.]*example\.com", "https://aexample.com", ""),
            (r"https://(.*\.)?.*example\.com", "https://aexample.com", ""),
            (r"https://.*\bexample\.com", "https://a-example.com", ""),
            (r"https://.*-example\.com", "https://a-example.com", ""),
            (r"https://[0-9_-]*example\.com", "https://1example.com", ""),
            (
                r".*example\.com",
                "https://aexample.com",
                "http://example.com",
            ),
        ],
    );
}

#[test]
fn open_ends() {
    unpinned(
        Subject::Origin,
        &[
            (
                r"https://example\.com.*",
                "https://example.com.evil.com",
                "",
            ),
            (
                r"https://example\.com[^/]*",
                "https://example.com.evil.com",
                "",
            ),
            (
                r"https://example\.com\S*",
                "https://example.com.evil.com",
                "",
            ),
            (
                r"https://example\.com(:\d+)?.*",
                "https://example.com.evil.com",
                "",
            ),
            (
                r"https://example\.com\b.*",
                "https://example.com.evil.com",
                "",
            ),
            (r"https://example\.(.*)", "https://example.evil.com", ""),
            (r"https://example\.[a-z]+", "https://example.net", ""),
            // Not the one that is spelled out beside the class.
            (r"https://(evil|[m-z]+)\.com", "https://m.com", ""),
            (r"https://(evi[d-l]|[m-z]+)\.com", "https://m.com", ""),
            (r"https://example\.[a-z]{2}", "https://example.io", ""),
            (r"https://example\.co.*", "https://example.co.evil.com", ""),
            (r"https://example\..{2,3}", "https://example.net", ""),
        ],
    );
}

#[test]
fn witnesses_are_not_what_the_author_spelled_out() {
    unpinned(
        Subject::Origin,
        &[
            (r"https://example\.com.?", "https://example.coma", ""),
            (r"https://example\.com[a-z]?", "https://example.coma", ""),
            (r"https://example\.com\d?", "https://example.com1", ""),
            (r"https://example\.co.", "https://example.coa", ""),
            (r"https://(my|\w+)\.com", "https://evil.com", ""),
        ],
    );
}

/// Of two that are as long: letters before digits, and these before the rest.
#[test]
fn witnesses_read_well() {
    for (better, worse) in [("aa", "11"), ("a1b", "a-b")] {
        for words in [[better, worse], [worse, better]] {
            let regex = format!(r"https://({})\.example\..*", words.join("|"));
            let witness = format!("https://{better}.example.evil.com");
            check(&regex, Subject::Origin, Finding::Unpinned { witness }, "");
        }
    }
}

#[test]
fn witnesses_may_be_as_long_as_hosts_are() {
    let witness = format!("https://{}.com", "a".repeat(249));
    check(
        r"https://\w{249}\.com",
        Subject::Origin,
        Finding::Unpinned { witness },
        "",
    );
}

#[test]
fn glued_words() {
    unpinned(
        Subject::Origin,
        &[
            (r"https://www\.?example\.com", "https://wwwexample.com", ""),
            (r"https://(www)?example\.com", "https://wwwexample.com", ""),
            (
                r"https://www\.?example\.com\.",
                "https://wwwexample.com.",
                "",
            ),
            (
                r"https://app[-.]example\.com",
                "https://app-example.com",
                "",
            ),
            (
                r"https://(.*\.)?(my-)?example\.com",
                "https://my-example.com",
                "",
            ),
        ],
    );
    pinned(
        Subject::Origin,
        &[
            (
                r"https://(example|example-staging)\.com",
                "example-staging.com example.com",
                "",
            ),
            (
                r"https://(example|my-example)\.com",
                "example.com my-example.com",
                "",
            ),
            (
                r"https://(www\.)?(shop|myshop)\.com",
                "myshop.com shop.com",
                "",
            ),
            (
                r"https://www\.example\.com|https://wwwexample\.com",
                "example.com wwwexample.com",
                "",
            ),
        ],
    );
}

#[test]
fn any_domain() {
    unpinned(
        Subject::Origin,
        &[
            (r"https://[^.]+\.com", "https://evil.com", ""),
            (r"[^.]+\.com", "https://evil.com", "http://evil.com"),
            (r"https://.*\.com", "https://evil.com", ""),
            (r"https://.*com", "https://evil.com", ""),
            (r"https://(example|[a-z]+)\.com", "https://evil.com", ""),
            (r"https://(a|[0-9]+)\.com", "https://1.com", ""),
            (r"https://app\d\.com", "https://app1.com", ""),
            (r"https://[a-z]-app\.com", "https://a-app.com", ""),
            (
                r"https://\w{20}\.com",
                "https://aaaaaaaaaaaaaaaaaaaa.com",
                "",
            ),
            (r"https://a+\.com", "https://aa.com", ""),
            (r"https://(ab)+\.com", "https://abab.com", ""),
            (r"https://(x|yz)*\.com", "https://xx.com", ""),
            (r"https://(foo\.)?(example\.)?com", "https://foo.com", ""),
            (r"https://(www\.)?com", "https://www.com", ""),
            (r"https://(foo\.)?(example\.)?com\.", "https://foo.com.", ""),
            (r"https://(.*\.)?com", "https://evil.com", ""),
        ],
    );
}

#[test]
fn ports_do_not_pin() {
    unpinned(
        Subject::Origin,
        &[
            (r"https://.*:8443", "https://evil.com:8443", ""),
            (r"https://.*:\d+", "https://evil.com:1", ""),
            (
                r"https?://.*:443",
                "http://evil.com:443",
                "http://evil.com:443",
            ),
        ],
    );
}

#[test]
fn addresses() {
    unpinned(
        Subject::Origin,
        &[
            (r"http://127\.0\.0\.\d+", "http://127.0.0.1", ""),
            (r"https://10\.\d+\.0\.1", "https://10.1.0.1", ""),
            (
                r"http://192\.168\.\d+\.\d+(:\d+)?",
                "http://192.168.1.1",
                "http://192.168.1.1",
            ),
            (r"https?://[0-9.]+", "https://1.1.1.1", "http://1.1.1.1"),
            (r"http://\[::[0-9a-f]+\]", "http://[::a]", "http://[::a]"),
            (r"https://\[.*\]", "https://[::a]", ""),
        ],
    );
}

#[test]
fn other_schemes() {
    unpinned(
        Subject::Origin,
        &[
            (
                r"chrome-extension://[a-p]{32}",
                "chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "",
            ),
            (r"moz-extension://[0-9a-f-]+", "moz-extension://a", ""),
            // Their hosts are no domains that someone registered.
            (r"app://[a-z]+\.example\.com", "app://evil.example.com", ""),
            (
                r"chrome-extension://.*|https://example\.com",
                "chrome-extension://evil.com",
                "",
            ),
        ],
    );
}

#[test]
fn origins_that_never_come() {
    never(
        Subject::Origin,
        &[
            r"example\.com",
            r"",
            r"null",
            r"HTTPS://EXAMPLE\.COM",
            r"https://Example\.com",
            r"https://example\.com/",
            r"https://example\.com/.*",
            r"https://example\.com:443",
            r"https://.*:443",
            r"http://.*:80",
            r"https://example\.com:0\d*",
            r"https://example\.com:6553[6-9]",
            r"https://example\.com:\d{6,}",
            r"https://\.example\.com",
            r"https://a\.\.example\.com",
            r"https://1\.2\.3",
            r"https://01\.2\.3\.4",
            r"https://1\.2\.3\.(256|999)",
            r"https://a\.0x1f",
            r"https://\[0:0:0:0:0:0:0:1\]",
            r"https://\[[0-9a-f:]{1,2}\.\]",
            r"https://[a-z]{254}",
            r"https://b\xe9\.com",
            r"https://exam\bple\.com",
            r"https://example\.com$.",
        ],
    );
}

#[test]
fn hosts() {
    pinned(
        Subject::Host,
        &[
            (r"example\.com", "example.com", "http://example.com"),
            (r".*\.example\.com", "example.com", "http://a.example.com"),
            (r"(.*\.)?example\.com", "example.com", "http://example.com"),
            (
                r"localhost|127\.0\.0\.1|\[::1\]",
                "127.0.0.1 [::1] localhost",
                "",
            ),
            (r"10\.0\.0\.1", "10.0.0.1", "http://10.0.0.1"),
            (r"1\.2", "1.2", ""),
        ],
    );
    unpinned(
        Subject::Host,
        &[
            (
                r".*example\.com",
                "https://aexample.com",
                "http://example.com",
            ),
            (
                r"example\.com.*",
                "https://example.com.evil.com",
                "http://example.com",
            ),
            (
                r"example\.[a-z]+",
                "https://example.net",
                "http://example.a",
            ),
            (
                r"app.example.com",
                "https://appaexample.com",
                "http://appaexampleacom",
            ),
            (r".*", "https://evil.com", "http://evil.com"),
            (r"[^.]+\.com", "https://evil.com", "http://evil.com"),
            (
                r"[a-p]{32}",
                "https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            ),
            (r"\d+", "app://1", ""),
        ],
    );
    never(
        Subject::Host,
        &[
            r"https://example\.com",
            r"example\.com:3000",
            r"EXAMPLE\.com",
        ],
    );
}

#[test]
#[cfg(feature = "public-suffix-list")]
fn public_suffixes() {
    pinned(
        Subject::Origin,
        &[
            (r"^https://[a-z]+\.example\.co\.uk$", "example.co.uk", ""),
            (r"https://co\.uk", "co.uk", ""),
            (r"https://me\.github\.io", "me.github.io", ""),
            (r"https://(me\.)?github\.io", "github.io me.github.io", ""),
            (
                r"https://[a-z]+\.my-app\.vercel\.app",
                "my-app.vercel.app",
                "",
            ),
            (r"https://www\.ck", "www.ck", ""),
            (r"https://.*\.www\.ck", "www.ck", ""),
            (r"https://a\.b\.ck", "a.b.ck", ""),
            (r"https://[a-z]+\.city\.kobe\.jp", "city.kobe.jp", ""),
            (r"https://(app\.)?code\.run", "app.code.run code.run", ""),
            (r"https://s3\.amazonaws\.com", "s3.amazonaws.com", ""),
            (
                r"https://my-bucket\.s3\.amazonaws\.com",
                "my-bucket.s3.amazonaws.com",
                "",
            ),
            (r"https://console\.amazonaws\.com", "amazonaws.com", ""),
            (
                r"https://.*\.example\.dev-at-home",
                "example.dev-at-home",
                "",
            ),
        ],
    );
    unpinned(
        Subject::Origin,
        &[
            (
                r"https://app.example.co.uk",
                "https://appaexample.co.uk",
                "",
            ),
            (r"https://.*\.co\.uk", "https://evil.co.uk", ""),
            (
                r"https://(foo\.)?(example\.)?co\.uk",
                "https://foo.co.uk",
                "",
            ),
            (r"https://(co\.)*uk", "https://co.co.uk", ""),
            (
                r"https://[a-z0-9-]+\.github\.io",
                "https://evil.github.io",
                "",
            ),
            (
                r"https://[a-z-]+-me\.vercel\.app",
                "https://a-me.vercel.app",
                "",
            ),
            (
                r"https://my-app(-[a-z0-9]+)?\.vercel\.app",
                "https://my-app-a.vercel.app",
                "",
            ),
            (r"https://.*\.netlify\.app", "https://evil.netlify.app", ""),
            (r"https://.*\.b\.ck", "https://evil.b.ck", ""),
            (r"https://.*\.ck", "https://evil.a.ck", ""),
            (
                r"https://.*\.amazonaws\.com",
                "https://evil.s3.amazonaws.com",
                "",
            ),
            (
                r"https://.*\.amazonaws\.com\.",
                "https://evil.s3.amazonaws.com.",
                "",
            ),
            // The list of what is usual below domains has large regions only.
            (
                r"https://.*\.af-south-1\.amazonaws\.com",
                "https://evil.s3.af-south-1.amazonaws.com",
                "",
            ),
            (
                r"https://[a-z0-9.-]+\.af-south-1\.amazonaws\.com",
                "https://evil.s3.af-south-1.amazonaws.com",
                "",
            ),
            (
                r"https://.*\.railway\.app",
                "https://evil.up.railway.app",
                "",
            ),
            (
                r"https://.*\.core\.windows\.net",
                "https://evil.blob.core.windows.net",
                "",
            ),
            // `*.code.run` and `*.compute.amazonaws.com` are in the list.
            (r"https://pr-[a-z]+\.code\.run", "https://pr-a.code.run", ""),
            (r"https://.*\.code\.run", "https://evil.a.code.run", ""),
            (
                r"https://[a-z]+\.app\.code\.run",
                "https://evil.app.code.run",
                "",
            ),
            (
                r"https://api\.[a-z]+\.code\.run",
                "https://api.evil.code.run",
                "",
            ),
            (
                r"https://ec2-[0-9-]+\.compute\.amazonaws\.com",
                "https://ec2-1.compute.amazonaws.com",
                "",
            ),
            (r"https://[a-z]+\.kobe\.jp", "https://evil.kobe.jp", ""),
        ],
    );
}

/// To take on the names under a public suffix is not to take on the rest.
#[test]
#[cfg(feature = "public-suffix-list")]
fn what_is_worse_than_names_under_a_public_suffix() {
    for (regex, expected) in [
        (r"https://[a-z]+\.github\.io", "https://evil.github.io"),
        (r"https://pr-\d+\.vercel\.app", "https://pr-1.vercel.app"),
        (
            r"https://([a-z]+\.github\.io|a\.com)",
            "https://evil.github.io",
        ),
        (r"[a-z]+://[a-z]+\.github\.io", "https://evil.github.io"),
    ] {
        let witness = expected.to_owned();
        let finding = Finding::UnderSuffix { witness };
        assert_eq!(audit(regex, Subject::Origin).finding, finding, "{regex}");
    }
    for regex in [
        r"https://([a-z]+\.github\.io|.*example\.com)",
        r"https://[a-z]+\.github\.io|https://www\.?example\.com",
        r"https://[a-z]+\.github\.[a-z]{2}",
        r"https://[a-z]+\.github\.io|app://[a-z]+",
        r"https://.*.github\.io",
        r"https://.*",
    ] {
        let finding = audit(regex, Subject::Origin).finding;
        assert!(
            matches!(finding, Finding::Unpinned { .. }),
            "{regex}: {finding:?}"
        );
    }
}

/// Without the list the last label is the public suffix: less is refused.
#[test]
#[cfg(not(feature = "public-suffix-list"))]
fn last_labels() {
    pinned(
        Subject::Origin,
        &[
            (r"https://.*\.co\.uk", "co.uk", ""),
            (r"https://[a-z0-9-]+\.github\.io", "github.io", ""),
        ],
    );
    unpinned(
        Subject::Origin,
        &[
            (r"https://.*\.uk", "https://evil.uk", ""),
            (r"https://(foo\.)?(example\.)?uk", "https://foo.uk", ""),
        ],
    );
}
