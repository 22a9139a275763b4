//! What becomes of many regexes with credentials: the border that is found for them, or
//! the error.

use tower_cors::{Advisory, AdvisoryKind, CorsConfig, OriginPattern};

use Subject::{Host, Origin};

#[derive(Clone, Copy)]
enum Subject {
    Origin,
    Host,
}

/// A regex, and the border that is found: domains with spaces between them.
type Accepted = (Subject, &'static str, &'static str);

/// A regex, and the code of its only error.
type Refused = (Subject, &'static str, &'static str);

/// Some regexes of the corpus spell one of their alternatives as no browser does.
pub(crate) fn is_dead(advisory: &Advisory) -> bool {
    *advisory.kind() == AdvisoryKind::DeadAlternative
}

/// The border that is found, or the codes of the errors.
fn verdict(subject: Subject, regex: &str) -> Result<String, String> {
    let entry = match subject {
        Origin => OriginPattern::regex(regex),
        Host => OriginPattern::host_regex(regex),
    };
    let config = CorsConfig::new([entry]).allow_credentials(true);
    match config.compile() {
        Ok(policy) => {
            assert!(policy.advisories().iter().all(is_dead), "{regex}");
            Ok(policy.config().allow_origins[0].within.join(" "))
        }
        Err(errors) => {
            let codes: Vec<_> = errors.iter().map(|error| error.kind().code()).collect();
            Err(codes.join(" "))
        }
    }
}

#[track_caller]
fn accepted(rows: &[Accepted]) {
    for &(subject, regex, within) in rows {
        assert_eq!(verdict(subject, regex), Ok(within.to_owned()), "{regex}");
    }
}

#[track_caller]
fn refused(rows: &[Refused]) {
    for &(subject, regex, code) in rows {
        assert_eq!(verdict(subject, regex), Err(code.to_owned()), "{regex}");
    }
}

#[test]
fn regexes_that_end_in_one_site_stay_within_it() {
    accepted(&[
        (Origin, r"https://example\.com", "example.com"),
        (Origin, r"^https://example\.com$", "example.com"),
        (Origin, r"https://example\.com\.", "example.com."),
        (Origin, r"(?i)https://example\.com", "example.com"),
        (
            Origin,
            r"(?i:HTTPS)://Example\.com|https://example\.com",
            "example.com",
        ),
        (Origin, r"(?x) https:// example \.com # ours", "example.com"),
        (Origin, r"(?m)^https://example\.com$", "example.com"),
        (Origin, r"https://example[.]com", "example.com"),
        (Origin, r"https://example\x2ecom", "example.com"),
        (Origin, r"https?://example\.com", "example.com"),
        (Origin, r"https://example\.com(:\d+)?", "example.com"),
        (Origin, r"https://example\.com:[0-9]{4,5}", "example.com"),
        (Origin, r"https://example\.com(:.*)?", "example.com"),
        (Origin, r"https://example\.com(:443)?", "example.com"),
        (
            Origin,
            r"https://([a-z0-9-]+\.)*example\.com(:\d+)?",
            "example.com",
        ),
        (Origin, r"https://(.*\.)?example\.com", "example.com"),
        (Origin, r"https://.*\.example\.com", "example.com"),
        (Origin, r"https://.+\.example\.com", "example.com"),
        (Origin, r"https://[^.]+\.example\.com", "example.com"),
        (Origin, r"https://\w+\.example\.com", "example.com"),
        (Origin, r"https://\S+\.example\.com", "example.com"),
        (
            Origin,
            r"https://(?P<tenant>[a-z]+)\.example\.com",
            "example.com",
        ),
        (Origin, r"https://[a-z]{1,200}\.example\.com", "example.com"),
        (
            Origin,
            r"https://pr-\d+\.preview\.example\.com",
            "preview.example.com",
        ),
        (
            Origin,
            r"https://deploy-preview-\d+--app\.example\.com",
            "example.com",
        ),
        (Origin, r"https://.*\b\.example\.com", "example.com"),
        (Origin, r"https://([ab]|[cd])*\.example\.com", "example.com"),
        (Origin, r"https://[a-z.]+\.example\.com", "example.com"),
        (Origin, r"https?://.*\.example\.com(:\d+)?", "example.com"),
        (Origin, r".*://example\.com", "example.com"),
        (Origin, r"[a-z]+://.*\.example\.com", "example.com"),
        (Origin, r"(https|wss)://example\.com", "example.com"),
        (Origin, r"https?://intranet", "intranet"),
        (
            Origin,
            r"https://xn--[a-z0-9]+\.example\.com",
            "example.com",
        ),
        (Origin, r"https?://localhost(:[0-9]+)?", "localhost"),
        (Origin, r"https?://(.+\.)?localhost(:\d+)?", "localhost"),
        (Origin, r"https?://app\.localhost", "localhost"),
        (Origin, r"http://127\.0\.0\.1:\d+", "localhost"),
        (
            Origin,
            r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?",
            "localhost",
        ),
        (Origin, r"http://\[::1\]:3000", "localhost"),
        (Origin, r"https://\[1:2:3::4:5:6\]", "[1:2:3::4:5:6]"),
        (Origin, r"https://\[1:2:3:4:5:6:7:8\]", "[1:2:3:4:5:6:7:8]"),
        (Origin, r"(https|app)://[a-z]+\.example\.com", "example.com"),
        (
            Origin,
            r"(https|app)://([a-z]+\.)?api\.example\.com",
            "api.example.com",
        ),
        (Host, r"example\.com", "example.com"),
        (Host, r".*\.example\.com", "example.com"),
        (Host, r"(.*\.)?example\.com", "example.com"),
        (Host, r"localhost|127\.0\.0\.1|\[::1\]", "localhost"),
        (Host, r"10\.0\.0\.1", "10.0.0.1"),
        (
            Origin,
            r"^https://[a-z]+\.example\.co\.uk$",
            "example.co.uk",
        ),
        (Origin, r"https://me\.github\.io", "me.github.io"),
        (
            Origin,
            r"https://[a-z]+\.my-app\.vercel\.app",
            "my-app.vercel.app",
        ),
        (Origin, r"https://www\.ck", "www.ck"),
        (Origin, r"https://.*\.www\.ck", "www.ck"),
        (Origin, r"https://a\.b\.ck", "a.b.ck"),
        (Origin, r"https://[a-z]+\.city\.kobe\.jp", "city.kobe.jp"),
        (
            Origin,
            r"https://my-bucket\.s3\.amazonaws\.com",
            "my-bucket.s3.amazonaws.com",
        ),
        (
            Origin,
            r"https://console\.amazonaws\.com",
            "console.amazonaws.com",
        ),
        (
            Origin,
            r"https://.*\.example\.dev-at-home",
            "example.dev-at-home",
        ),
    ]);
}

#[test]
fn regexes_that_end_in_no_site_are_refused() {
    refused(&[
        (Origin, r".*", "no-border"),
        (Origin, r".+", "no-border"),
        (Origin, r"https?://.*", "no-border"),
        (Origin, r"https://.*", "no-border"),
        (Origin, r"https://\S+", "no-border"),
        (Origin, r"^https://[^/]+$", "no-border"),
        (Origin, r"https://([a-z0-9-]+\.)+[a-z]+", "no-border"),
        (Origin, r"https://.{1,200}", "no-border"),
        (Origin, r".*|https://example\.com", "no-border"),
        (Origin, r"https://app.example.com", "no-border"),
        (Origin, r"https://example.com", "no-border"),
        (Origin, r"https://example\.com.", "no-border"),
        (Origin, r"https://*.example.com", "no-border"),
        (Origin, r"https://.*.example.com", "no-border"),
        (Origin, r"https://[a-z]+.example\.com", "no-border"),
        (Origin, r"https://.*example\.com", "no-border"),
        (Origin, r"https://[^/]+example\.com", "no-border"),
        (Origin, r"https://\w*example\.com", "no-border"),
        (Origin, r"https://[a-z.]*example\.com", "no-border"),
        (Origin, r"https://(.*\.)?.*example\.com", "no-border"),
        (Origin, r"https://.*\bexample\.com", "no-border"),
        (Origin, r"https://.*-example\.com", "no-border"),
        (Origin, r"https://[0-9_-]*example\.com", "no-border"),
        (Origin, r".*example\.com", "no-border"),
        (Origin, r"https://example\.com.*", "no-border"),
        (Origin, r"https://example\.com[^/]*", "no-border"),
        (Origin, r"https://example\.com\S*", "no-border"),
        (Origin, r"https://example\.com(:\d+)?.*", "no-border"),
        (Origin, r"https://example\.com\b.*", "no-border"),
        (Origin, r"https://example\.(.*)", "no-border"),
        (Origin, r"https://example\.[a-z]+", "no-border"),
        (Origin, r"https://(evil|[m-z]+)\.com", "no-border"),
        (Origin, r"https://(evi[d-l]|[m-z]+)\.com", "no-border"),
        (Origin, r"https://example\.[a-z]{2}", "no-border"),
        (Origin, r"https://example\.co.*", "no-border"),
        (Origin, r"https://example\..{2,3}", "no-border"),
        (Origin, r"https://example\.com.?", "no-border"),
        (Origin, r"https://example\.com[a-z]?", "no-border"),
        (Origin, r"https://example\.com\d?", "no-border"),
        (Origin, r"https://example\.co.", "no-border"),
        (Origin, r"https://(my|\w+)\.com", "no-border"),
        (Origin, r"https://www\.?example\.com", "no-border"),
        (Origin, r"https://(www)?example\.com", "no-border"),
        (Origin, r"https://www\.?example\.com\.", "no-border"),
        (Origin, r"https://app[-.]example\.com", "no-border"),
        (Origin, r"https://(.*\.)?(my-)?example\.com", "no-border"),
        (Origin, r"https://[^.]+\.com", "no-border"),
        (Origin, r"[^.]+\.com", "no-border"),
        (Origin, r"https://.*\.com", "no-border"),
        (Origin, r"https://.*com", "no-border"),
        (Origin, r"https://(example|[a-z]+)\.com", "no-border"),
        (Origin, r"https://(a|[0-9]+)\.com", "no-border"),
        (Origin, r"https://app\d\.com", "no-border"),
        (Origin, r"https://[a-z]-app\.com", "no-border"),
        (Origin, r"https://\w{20}\.com", "no-border"),
        (Origin, r"https://a+\.com", "no-border"),
        (Origin, r"https://(ab)+\.com", "no-border"),
        (Origin, r"https://(x|yz)*\.com", "no-border"),
        (Origin, r"https://(foo\.)?(example\.)?com", "no-border"),
        (Origin, r"https://(www\.)?com", "no-border"),
        (Origin, r"https://(foo\.)?(example\.)?com\.", "no-border"),
        (Origin, r"https://(.*\.)?com", "no-border"),
        (Origin, r"https://.*:8443", "no-border"),
        (Origin, r"https://.*:\d+", "no-border"),
        (Origin, r"https?://.*:443", "no-border"),
        (Origin, r"http://127\.0\.0\.\d+", "no-border"),
        (Origin, r"https://10\.\d+\.0\.1", "no-border"),
        (Origin, r"http://192\.168\.\d+\.\d+(:\d+)?", "no-border"),
        (Origin, r"https?://[0-9.]+", "no-border"),
        (Origin, r"http://\[::[0-9a-f]+\]", "no-border"),
        (Origin, r"https://\[.*\]", "no-border"),
        (Origin, r"chrome-extension://[a-p]{32}", "unbounded"),
        (Origin, r"moz-extension://[0-9a-f-]+", "unbounded"),
        (Origin, r"app://[a-z]+\.example\.com", "unbounded"),
        (
            Origin,
            r"chrome-extension://.*|https://example\.com",
            "no-border",
        ),
        (Host, r".*example\.com", "no-border"),
        (Host, r"example\.com.*", "no-border"),
        (Host, r"example\.[a-z]+", "no-border"),
        (Host, r"app.example.com", "no-border"),
        (Host, r".*", "no-border"),
        (Host, r"[^.]+\.com", "no-border"),
        (Host, r"[a-p]{32}", "no-border"),
        (Host, r"\d+", "no-border"),
        (Origin, r"https://app.example.co.uk", "no-border"),
        (Origin, r"https://.*\.co\.uk", "no-border"),
        (Origin, r"https://(foo\.)?(example\.)?co\.uk", "no-border"),
        (Origin, r"https://(co\.)*uk", "no-border"),
        (Origin, r"https://[a-z0-9-]+\.github\.io", "no-border"),
        (Origin, r"https://[a-z-]+-me\.vercel\.app", "no-border"),
        (
            Origin,
            r"https://my-app(-[a-z0-9]+)?\.vercel\.app",
            "no-border",
        ),
        (Origin, r"https://.*\.netlify\.app", "no-border"),
        (Origin, r"https://.*\.b\.ck", "no-border"),
        (Origin, r"https://.*\.ck", "no-border"),
        (Origin, r"https://[a-z]+\.app\.code\.run", "no-border"),
        (Origin, r"https://.*\.uk", "no-border"),
        (Origin, r"https://(foo\.)?(example\.)?uk", "no-border"),
        (Origin, r"https://[a-z]+\.github\.io", "no-border"),
        (Origin, r"https://pr-\d+\.vercel\.app", "no-border"),
        (Origin, r"https://([a-z]+\.github\.io|a\.com)", "no-border"),
        (Origin, r"[a-z]+://[a-z]+\.github\.io", "no-border"),
        (
            Origin,
            r"https://([a-z]+\.github\.io|.*example\.com)",
            "no-border",
        ),
        (
            Origin,
            r"https://[a-z]+\.github\.io|https://www\.?example\.com",
            "no-border",
        ),
        (Origin, r"https://[a-z]+\.github\.[a-z]{2}", "no-border"),
        (
            Origin,
            r"https://[a-z]+\.github\.io|app://[a-z]+",
            "no-border",
        ),
        (Origin, r"https://.*.github\.io", "no-border"),
        (Origin, r"https://pr-[a-z]+\.code\.run", "no-border"),
        (Origin, r"https://.*\.code\.run", "no-border"),
        (Origin, r"https://api\.[a-z]+\.code\.run", "no-border"),
        (
            Origin,
            r"https://ec2-[0-9-]+\.compute\.amazonaws\.com",
            "no-border",
        ),
        (Origin, r"https://[a-z]+\.kobe\.jp", "no-border"),
    ]);
}

#[test]
fn regexes_that_match_no_origin_are_refused() {
    refused(&[
        (Origin, r"example\.com", "regex-never-matches"),
        (Origin, r"", "regex-never-matches"),
        (Origin, r"null", "regex-never-matches"),
        (Origin, r"https://example\.com/.*", "regex-never-matches"),
        (Host, r"example\.com:3000", "regex-never-matches"),
        (Origin, r"HTTPS://EXAMPLE\.COM", "regex-never-matches"),
        (Origin, r"https://Example\.com", "regex-never-matches"),
        (Origin, r"https://example\.com/", "regex-never-matches"),
        (Origin, r"https://.*\.example\.com/", "regex-never-matches"),
        (Origin, r"https://example\.com:443", "regex-never-matches"),
        (Origin, r"https://.*:443", "regex-never-matches"),
        (Origin, r"http://.*:80", "regex-never-matches"),
        (
            Origin,
            r"https://example\.com:6553[6-9]",
            "regex-never-matches",
        ),
        (Origin, r"https://\.example\.com", "regex-never-matches"),
        (Origin, r"https://a\.\.example\.com", "regex-never-matches"),
        (Origin, r"https://1\.2\.3", "regex-never-matches"),
        (Origin, r"https://01\.2\.3\.4", "regex-never-matches"),
        (Origin, r"https://1\.2\.3\.(256|999)", "regex-never-matches"),
        (Origin, r"https://a\.0x1f", "regex-never-matches"),
        (
            Origin,
            r"https://\[0:0:0:0:0:0:0:1\]",
            "regex-never-matches",
        ),
        (Origin, r"https://b\xe9\.com", "regex-never-matches"),
        (Host, r"https://example\.com", "regex-never-matches"),
        (Host, r"EXAMPLE\.com", "regex-never-matches"),
    ]);
}

/// What is told from literals alone, and not by a search of all that a regex matches.
mod told_from_literals {
    use super::*;

    /// Two sites have to be written.
    #[test]
    fn several_sites_have_to_be_written() {
        refused(&[
            (Origin, r"https://[a-i]\.com", "no-border"),
            (
                Origin,
                r"https://(app\.example|(a{63}\.){3}a{52}\.evil)\.com",
                "no-border",
            ),
            (Origin, r"https://a\.com|https://b\.com", "no-border"),
            (
                Origin,
                r"https://(app|admin)\.example\.(com|org)",
                "no-border",
            ),
            (
                Origin,
                r"https://(www\.)?(acme|globex|initech)\.(com|net)",
                "no-border",
            ),
            (Origin, r"https://app[12]\.com", "no-border"),
            (Origin, r"https://exam-?ple\.com", "no-border"),
            (
                Origin,
                r"https://github\.com|https://github\.example\.com",
                "no-border",
            ),
            (
                Origin,
                r"https://(example|example-staging)\.com",
                "no-border",
            ),
            (Origin, r"https://(example|my-example)\.com", "no-border"),
            (Origin, r"https://(www\.)?(shop|myshop)\.com", "no-border"),
            (
                Origin,
                r"https://www\.example\.com|https://wwwexample\.com",
                "no-border",
            ),
        ]);
    }

    /// The length of hosts is not proved.
    #[test]
    fn a_host_that_is_too_long_is_a_site_like_others() {
        refused(&[(
            Origin,
            r"https://(app\.example|(a{63}\.){3}a{53}\.evil)\.com",
            "no-border",
        )]);
    }

    /// A name with a dot at its end is a site of its own.
    #[test]
    fn a_name_with_a_dot_at_its_end_is_a_site_of_its_own() {
        refused(&[(Origin, r"https://example\.com\.?", "no-border")]);
    }

    /// A public suffix has no site.
    #[test]
    fn public_suffixes_have_no_site() {
        refused(&[
            (Origin, r"https://com", "no-border"),
            (Origin, r"https://co\.uk", "no-border"),
            (Origin, r"https://(me\.)?github\.io", "no-border"),
            (Origin, r"https://(app\.)?code\.run", "no-border"),
            (Origin, r"https://s3\.amazonaws\.com", "no-border"),
        ]);
    }

    /// Two addresses have to be written.
    #[test]
    fn several_addresses_have_to_be_written() {
        refused(&[
            (Origin, r"http://10\.0\.0\.[12]", "no-border"),
            (Origin, r"http://\[2001:db8::[12]\]", "no-border"),
        ]);
    }

    /// Another scheme needs an exact entry or its danger.
    #[test]
    fn other_schemes_need_an_exact_entry_or_their_danger() {
        refused(&[
            (
                Origin,
                r"chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "unbounded",
            ),
            (Origin, r"(capacitor|ionic|tauri)://localhost", "unbounded"),
            (Origin, r"app://1\.2", "unbounded"),
            (Origin, r"vscode-file://vscode-app", "unbounded"),
        ]);
    }

    /// That nothing matches is proved of literals only.
    #[test]
    fn that_nothing_matches_is_told_from_literals_alone() {
        accepted(&[
            (Origin, r"https://example\.com:0\d*", "example.com"),
            (Origin, r"https://example\.com:\d{6,}", "example.com"),
            (Origin, r"https://exam\bple\.com", "example.com"),
        ]);
        refused(&[
            (Origin, r"https://\[[0-9a-f:]{1,2}\.\]", "no-border"),
            (Origin, r"https://[a-z]{254}", "no-border"),
            (Origin, r"https://example\.com$.", "no-border"),
        ]);
    }

    /// A host of another scheme than http and https has no site.
    #[test]
    fn hosts_of_other_schemes_have_no_site() {
        refused(&[(Host, r"1\.2", "no-border")]);
    }

    /// The decision denies what the border does not have.
    #[test]
    fn names_behind_a_public_suffix_are_denied_at_the_decision() {
        accepted(&[
            (Origin, r"https://.*\.amazonaws\.com", "amazonaws.com"),
            (Origin, r"https://.*\.amazonaws\.com\.", "amazonaws.com."),
            (
                Origin,
                r"https://.*\.af-south-1\.amazonaws\.com",
                "af-south-1.amazonaws.com",
            ),
            (
                Origin,
                r"https://[a-z0-9.-]+\.af-south-1\.amazonaws\.com",
                "af-south-1.amazonaws.com",
            ),
            (Origin, r"https://.*\.railway\.app", "railway.app"),
            (
                Origin,
                r"https://.*\.core\.windows\.net",
                "core.windows.net",
            ),
        ]);
    }
}
