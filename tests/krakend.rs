//! KrakenD's CORS component: every option, its default, and its wrong types.
#![cfg(feature = "krakend")]

mod gateway_support;

use std::time::Duration;

use gateway_support::{Row, check};
use http::Method;
use tower_cors::import::{Document, ImportErrors, Imported, krakend};
use tower_cors::{AllowHeaders, CorsConfig, Danger, MaxAge, OriginPattern, PreflightMode};

/// The example of KrakenD's documentation.
const DOCUMENTED: &str = r#"{
    "allow_origins": ["*"],
    "allow_methods": ["GET", "HEAD", "POST"],
    "expose_headers": ["Content-Length", "Content-Type"],
    "max_age": "12h",
    "allow_headers": ["Accept-Language"]
}"#;

fn import(json: &str) -> Result<Imported<Option<CorsConfig>>, ImportErrors> {
    let document: Document = serde_json::from_str(json).expect("JSON");
    krakend::import(&document)
}

#[track_caller]
fn config(json: &str) -> CorsConfig {
    import(json).expect("no errors").config.expect("CORS is on")
}

/// Outside of `extra_config` a file's component counts for nothing.
#[test]
fn a_file_has_its_component_in_extra_config() {
    let bare = r#""security/cors": {"allow_origins": ["https://a.example"]}"#;
    assert_eq!(config(&format!("{{{bare}}}")), origin());
    let file = format!(r#"{{"version": 3, {bare}}}"#);
    assert_eq!(import(&file).unwrap().config, None);
}

#[track_caller]
fn notes(json: &str) -> Vec<String> {
    let imported = import(json).expect("no errors");
    imported.notes.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn error(json: &str) -> String {
    let errors = import(json).expect_err("an error");
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.into_iter().next().unwrap()
}

/// What KrakenD has where nothing is written.
fn defaults() -> CorsConfig {
    CorsConfig::new(["*"])
        .allow_methods(["GET", "POST", "HEAD"])
        .allow_headers(AllowHeaders::Mirror)
        .answer_without_origin(false)
}

/// One origin, about which there is nothing to note.
fn origin() -> CorsConfig {
    defaults()
        .allow_origins(["https://a.example"])
        .answer_without_origin(true)
}

fn with(option: &str) -> String {
    format!(r#"{{"allow_origins": ["https://a.example"], {option}}}"#)
}

#[test]
fn the_documented_configuration() {
    let documented = defaults()
        .allow_methods(["GET", "HEAD", "POST"])
        .expose_headers(["Content-Length", "Content-Type"])
        .max_age(Duration::from_secs(43_200))
        .allow_headers(["Accept-Language"]);
    let old = format!(
        r#"{{"version": 2, "extra_config": {{"github_com/devopsfaith/krakend-cors": {DOCUMENTED}}}}}"#
    );
    let new = format!(
        r#"{{"$schema": "https://www.krakend.io/schema/v2.7/krakend.json", "version": 3,
            "endpoints": [], "extra_config": {{"security/cors": {DOCUMENTED}}}}}"#
    );
    let extra = format!(r#"{{"telemetry/logging": {{}}, "security/cors": {DOCUMENTED}}}"#);
    for json in [DOCUMENTED, &old, &new, &extra] {
        assert_eq!(config(json), documented, "{json}");
        assert_eq!(notes(json), [""; 0], "{json}");
    }
    assert!(documented.compile().is_ok());
}

#[test]
fn files_without_the_component() {
    for json in [
        r#"{"version": 3}"#,
        r#"{"version": 3, "extra_config": {}}"#,
        r#"{"version": 2, "extra_config": {"github_com/devopsfaith/krakend-metrics": {}}}"#,
        r#"{"telemetry/logging": {}}"#,
    ] {
        assert_eq!(import(json).unwrap().config, None, "{json}");
    }
}

#[test]
fn the_key_of_the_other_generation() {
    // Where KrakenD ignores it, it shares nothing.
    let (old, new) = ("github_com/devopsfaith/krakend-cors", "security/cors");
    for (version, key, usual) in [(3, old, new), (2, new, old)] {
        let json = format!(r#"{{"version": {version}, "extra_config": {{"{key}": {{}}}}}}"#);
        assert_eq!(
            error(&json),
            format!(
                "extra_config `{key}`: KrakenD does not read this key in a file of this `version`, \
                 and leaves CORS off; rename it, or remove it; write `{usual}`"
            )
        );
    }
}

#[test]
fn defaults_where_nothing_is_written() {
    let empty = r#"{"allow_origins": [], "allow_methods": [], "allow_headers": [],
        "expose_headers": [], "options_success_status": 0}"#;
    assert_eq!(config("{}"), defaults());
    assert_eq!(config(empty), defaults());
    assert_eq!(config(r#"{"@comment": "all", "debug": false}"#), defaults());
    assert_eq!(
        notes("{}"),
        [
            "allow_origins: KrakenD allows every origin where none is listed, and so does the \
             import; list the origins that are meant"
        ]
    );
    assert!(notes(empty)[0].starts_with("allow_origins `[]`: "));
}

#[test]
fn each_option_alone() {
    let table = [
        (
            r#""allow_methods": ["PUT", "GET"]"#,
            origin().allow_methods(["PUT", "GET"]),
        ),
        (
            r#""allow_headers": ["X-A", "authorization"]"#,
            origin().allow_headers(["X-A", "authorization"]),
        ),
        (r#""allow_headers": ["*"]"#, origin()),
        (
            r#""expose_headers": ["X-B"]"#,
            origin().expose_headers(["X-B"]),
        ),
        (r#""expose_headers": ["*"]"#, origin().expose_headers(["*"])),
        (
            r#""allow_credentials": true"#,
            origin().allow_credentials(true),
        ),
        (
            r#""allow_private_network": true"#,
            origin().allow_private_network(true),
        ),
        (
            r#""options_success_status": 200"#,
            origin().preflight_status(200),
        ),
        (
            r#""options_success_status": 200.9"#,
            origin().preflight_status(200),
        ),
        (
            r#""max_age": "1h30m""#,
            origin().max_age(Duration::from_secs(5_400)),
        ),
    ];
    for (option, expected) in table {
        assert_eq!(config(&with(option)), expected, "{option}");
        let policy = expected.compile().unwrap();
        let mut advice = policy.advisories().iter().map(|a| a.kind().code());
        // Nothing is advised on what the file does not say.
        assert!(advice.all(|code| code != "without-effect"), "{option}");
        assert_eq!(notes(&with(option)), [""; 0], "{option}");
    }
}

#[test]
fn options_with_a_note() {
    let table = [
        (
            r#""options_passthrough": true"#,
            origin().preflight(PreflightMode::Decorate),
            "options_passthrough `true`: preflights reach the inner service, whose status is sent; \
             browsers accept it from 200 to 299 only",
        ),
        (
            r#""debug": true"#,
            origin().debug(true),
            "debug `true`: KrakenD logs its decisions; here responses tell them too, in \
             `x-cors-debug`; set it during development only",
        ),
        (
            r#""allow_method": ["PUT"]"#,
            origin(),
            "allow_method `[…]`: KrakenD has no such option, and ignores it; so did the import; \
             write `allow_methods`",
        ),
        (
            r#""allow_methods": ["GET", "TRACE"]"#,
            origin().allow_methods(["GET"]),
            "allow_methods[1] `TRACE`: left out: scripts cannot send this method; remove it",
        ),
        (
            r#""allow_methods": ["GET", "put"]"#,
            origin().allow_methods(["GET"]),
            "allow_methods[1] `put`: left out: methods are case-sensitive; write `PUT`",
        ),
        (
            r#""allow_methods": ["GET", "*"]"#,
            origin().allow_methods(["GET"]),
            "allow_methods[1] `*`: left out: this `*` is no wildcard, and stands for itself only",
        ),
        (
            r#""allow_headers": ["Origin", "X-A"]"#,
            origin().allow_headers(["X-A"]),
            "allow_headers[0] `Origin`: left out: scripts cannot set this header; remove it",
        ),
        (
            r#""allow_headers": ["X-A", "*"]"#,
            origin(),
            "allow_headers[1] `*`: `*` beside other entries allows all, so it is all that is \
             imported; remove the others, or `*` if they are meant",
        ),
        (
            r#""allow_headers": ["Access-Control-Allow-Origin"]"#,
            origin().allow_headers([""; 0]),
            "allow_headers[0] `Access-Control-Allow-Origin`: left out: this header belongs to \
             responses; did you mean `expose_headers`? remove it here",
        ),
        (
            r#""expose_headers": ["Set-Cookie"]"#,
            origin(),
            "expose_headers[0] `Set-Cookie`: left out: scripts can never read this header; remove \
             it",
        ),
        (
            r#""allow_credentials": true, "expose_headers": ["*", "X-B"]"#,
            origin().allow_credentials(true).expose_headers(["X-B"]),
            "expose_headers[0] `*`: left out: this `*` is no wildcard, and stands for itself only",
        ),
    ];
    for (option, expected, note) in table {
        assert_eq!(config(&with(option)), expected, "{option}");
        assert!(expected.compile().is_ok(), "{option}");
        assert_eq!(notes(&with(option)), [note], "{option}");
    }
}

#[test]
fn max_ages() {
    let secs = |secs| MaxAge::For(Duration::from_secs(secs));
    let not_sent = "KrakenD sends nothing for less than a second, and browsers then keep an \
                    answer for 5 seconds; to forbid that, set `max_age` to `0` in the imported \
                    configuration";
    let table = [
        ("12h", secs(43_200), ""),
        ("1h30m", secs(5_400), ""),
        ("90m", secs(5_400), ""),
        ("1.5h", secs(5_400), ""),
        ("1m1h1m", secs(3_720), ""),
        ("+1s", secs(1), ""),
        (".5h", secs(1_800), ""),
        ("1.s", secs(1), ""),
        ("1500ms", secs(1), ""),
        ("2000000us", secs(2), ""),
        ("2000000\u{b5}s", secs(2), ""),
        ("2000000\u{3bc}s", secs(2), ""),
        ("3000000000ns", secs(3), ""),
        ("24h", secs(86_400), ""),
        (
            "25h",
            secs(90_000),
            "no browser keeps an answer longer than a day; write `24h`",
        ),
        ("500ms", MaxAge::BrowserDefault, not_sent),
        ("0", MaxAge::BrowserDefault, not_sent),
        ("0s", MaxAge::BrowserDefault, not_sent),
        ("-500ms", MaxAge::BrowserDefault, not_sent),
        ("-1s", MaxAge::Disabled, ""),
    ];
    for (text, expected, note) in table {
        let json = with(&format!(r#""max_age": "{text}""#));
        assert_eq!(config(&json).max_age, expected, "{text}");
        let expected: Vec<_> = Some(note)
            .filter(|note| !note.is_empty())
            .map(|note| format!("max_age `{text}`: {note}"))
            .into_iter()
            .collect();
        assert_eq!(notes(&json), expected, "{text}");
    }
}

#[test]
fn durations_that_are_none() {
    let fault = "this is not a duration in Go's grammar, such as `12h` or `1h30m`; KrakenD \
                 silently takes it for zero";
    let table = [
        ("3600", "; write `3600s`"),
        ("1d", "; write `86400s`"),
        ("1 h", "; write `3600s`"),
        ("1H", ""),
        ("abc", ""),
        (".", ""),
        ("1e3s", ""),
        ("1_0s", ""),
        ("9999999h", "; write `35999996400s`"),
    ];
    for (text, repair) in table {
        let message = error(&with(&format!(r#""max_age": "{text}""#)));
        assert_eq!(message, format!("max_age `{text}`: {fault}{repair}"));
    }
    assert_eq!(
        error(&with(r#""max_age": """#)),
        format!("max_age: {fault}")
    );
}

#[test]
fn wrong_types() {
    let status = "browsers accept a preflight's answer with a status from 200 to 299 only; write \
                  204 or 200";
    let table = [
        (
            r#"{"allow_origins": "https://a.example"}"#,
            "allow_origins `\"https://a.example\"`: this is a string, not a list of strings; \
             KrakenD takes it for absent, which allows every origin; \
             write `[\"https://a.example\"]`",
        ),
        (
            r#"{"allow_origins": "*"}"#,
            "allow_origins `\"*\"`: this is a string, not a list of strings; \
             KrakenD takes it for absent, which allows every origin; write `[\"*\"]`",
        ),
        (
            r#"{"allow_origins": null}"#,
            "allow_origins `null`: this is null, not a list of strings; KrakenD takes it for \
             absent, which allows every origin",
        ),
        (
            r#"{"allow_origins": ["https://a.example", 1]}"#,
            "allow_origins[1] `1`: this is a number, not a string; KrakenD skips it, and takes a \
             list of nothing else for absent",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "allow_methods": "PUT"}"#,
            "allow_methods `\"PUT\"`: this is a string, not a list of strings; KrakenD takes it \
             for absent, which allows `GET`, `POST` and `HEAD`; write `[\"PUT\"]`",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "allow_headers": {}}"#,
            "allow_headers `{}`: this is an object, not a list of strings; KrakenD takes it for \
             absent, which allows any header",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "expose_headers": true}"#,
            "expose_headers `true`: this is a boolean, not a list of strings; KrakenD takes it \
             for absent",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "allow_credentials": "true"}"#,
            "allow_credentials `\"true\"`: this is a string, not `true` or `false`; KrakenD takes \
             it for `false`; write `true`",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "allow_private_network": 1}"#,
            "allow_private_network `1`: this is a number, not `true` or `false`; KrakenD takes it \
             for `false`",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "options_passthrough": []}"#,
            "options_passthrough `[]`: this is a list, not `true` or `false`; KrakenD takes it \
             for `false`",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "debug": null}"#,
            "debug `null`: this is null, not `true` or `false`; KrakenD takes it for `false`",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "max_age": 3600}"#,
            "max_age `3600`: this is a number, not a string; KrakenD does not start with it; \
             write `\"3600s\"`",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "options_success_status": "200"}"#,
            "options_success_status `\"200\"`: this is a string, not a number; KrakenD ignores \
             it, and sends 204; write `200`",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "options_success_status": 404}"#,
            &format!("options_success_status `404`: {status}"),
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "options_success_status": -1}"#,
            &format!("options_success_status `-1`: {status}"),
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "allow_headers": ["X A"]}"#,
            "allow_headers[0] `X A`: each name is an entry of its own",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "allow_methods": ["TRACE"]}"#,
            "allow_methods[0] `TRACE`: scripts cannot send this method; remove it",
        ),
        (
            "[]",
            "document `[]`: this is a list, not an object; KrakenD does not start with it",
        ),
        (
            r#"{"version": 3, "extra_config": 7}"#,
            "extra_config `7`: this is a number, not an object; KrakenD does not start with it",
        ),
        (
            r#"{"version": 3, "extra_config": {"security/cors": true}}"#,
            "security/cors `true`: this is a boolean, not an object; KrakenD then leaves CORS \
             off; correct it, or remove it",
        ),
        (
            r#"{"security/cors": {}, "github_com/devopsfaith/krakend-cors": {}}"#,
            "security/cors: `github_com/devopsfaith/krakend-cors` is there too; remove one of them",
        ),
        (
            r#"{"name": "cors"}"#,
            "document: this is not a `krakend.json` or its CORS component",
        ),
    ];
    for (json, message) in table {
        assert_eq!(error(json), message, "{json}");
    }
}

#[test]
fn all_errors_at_once() {
    let errors = import(r#"{"allow_origins": "*", "max_age": "1d", "debug": 1}"#).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "this KrakenD configuration cannot be imported, 3 errors:\n\
         - allow_origins `\"*\"`: this is a string, not a list of strings; KrakenD takes it for \
         absent, which allows every origin; write `[\"*\"]`\n\
         - max_age `1d`: this is not a duration in Go's grammar, such as `12h` or `1h30m`; \
         KrakenD silently takes it for zero; write `86400s`\n\
         - debug `1`: this is a number, not `true` or `false`; KrakenD takes it for `false`"
    );
    let json = serde_json::to_value(&errors).unwrap();
    assert_eq!(json[1]["code"], "duration");
    assert_eq!(json[1]["suggestion"], "86400s");
}

#[test]
fn origins() {
    let text = |text: &str| Some(OriginPattern::from(text));
    let regex = |regex: &str| Some(OriginPattern::regex(regex));
    let any_text = |regex: &str, repair: &str| {
        format!(
            "KrakenD lets `*` stand for any text, dots and slashes included; imported as \
             `{{ regex = '{regex}' }}`, which is the same; list the origins that are meant{repair}"
        )
    };
    let same = "KrakenD lets `*` stand for any text; in an origin that can only be labels of the \
                host in this place, so it is kept as the same subdomain pattern";
    let left_out = |why: &str| format!("left out, for no browser sends this: {why}");
    let table = [
        (
            "https://a.example",
            text("https://a.example"),
            String::new(),
        ),
        (
            "HTTPS://A.Example",
            text("https://a.example"),
            String::new(),
        ),
        ("null", text("null"), String::new()),
        (
            "http://*.domain.com",
            text("http://*.domain.com"),
            same.to_owned(),
        ),
        (
            "https://*.a.example:8443",
            text("https://*.a.example:8443"),
            same.to_owned(),
        ),
        ("http*", regex("http.*"), any_text("http.*", "")),
        (
            "https://*a.example",
            regex(r"https://.*a\.example"),
            any_text(r"https://.*a\.example", "; write `https://*.a.example`"),
        ),
        (
            "*.a.example",
            regex(r".*\.a\.example"),
            any_text(r".*\.a\.example", "; write `https://*.a.example`"),
        ),
        (
            "https://pr-*.a.example",
            regex(r"https://pr\-.*\.a\.example"),
            any_text(
                r"https://pr\-.*\.a\.example",
                "; write `https://pr-*.a.example`",
            ),
        ),
        (
            "http://localhost:*",
            regex("http://localhost:.*"),
            any_text("http://localhost:.*", "; write `http://localhost:*`"),
        ),
        (
            "moz-extension://*",
            regex(r"moz\-extension://.*"),
            any_text(r"moz\-extension://.*", "; write `moz-extension://*`"),
        ),
        (
            "http://localhost:4200/",
            None,
            left_out("an origin has no trailing slash; write `http://localhost:4200`"),
        ),
        (
            "a.example",
            None,
            left_out("an origin begins with its scheme; write `https://a.example`"),
        ),
        (
            "https://a.example:443",
            None,
            left_out("browsers leave the default port out; write `https://a.example`"),
        ),
        (
            "https://*.a.example/",
            None,
            left_out("an origin has no trailing slash; write `https://*.a.example`"),
        ),
        (
            r"^https://.*\.a\.example$",
            None,
            "left out: KrakenD has no regular expressions, and no browser sends this; if one is \
             meant, write it as `{ regex = '…' }` into the imported configuration"
                .to_owned(),
        ),
        (
            "https://*.*.example",
            None,
            "left out: this `*` is no wildcard, and stands for itself only".to_owned(),
        ),
    ];
    for (entry, expected, note) in table {
        let json = serde_json::json!({"allow_origins": [entry, "https://other.example"]});
        let mut origins: Vec<_> = expected.into_iter().collect();
        origins.push("https://other.example".into());
        assert_eq!(config(&json.to_string()).allow_origins, origins, "{entry}");
        let note = (!note.is_empty()).then(|| format!("allow_origins[0] `{entry}`: {note}"));
        assert_eq!(notes(&json.to_string()), Vec::from_iter(note), "{entry}");
    }
}

#[test]
fn origins_of_which_none_is_left() {
    assert_eq!(
        error(r#"{"allow_origins": ["a.example"]}"#),
        "allow_origins[0] `a.example`: an origin begins with its scheme; write `https://a.example`"
    );
    assert_eq!(
        error(r#"{"allow_origins": ["https://*.*.example"]}"#),
        "allow_origins `[…]`: no browser sends any of this, so no page could use it; correct it, \
         or remove the CORS configuration"
    );
}

#[test]
fn any_origin_among_others() {
    let json = r#"{"allow_origins": ["https://a.example", "*"]}"#;
    assert_eq!(config(json), defaults());
    assert_eq!(
        notes(json),
        [
            "allow_origins[1] `*`: `*` beside other entries allows all, so it is all that is \
             imported; remove the others, or `*` if they are meant"
        ]
    );
}

/// The wildcard as KrakenD compares: prefix, suffix, and no overlap.
#[test]
fn wildcards_match_what_they_did() {
    let entries = [
        "http://*.domain.com",
        "http*",
        "https://*a.example",
        "https://pr-*.a.example",
        "http://localhost:*",
        "*.a.example",
        "https://a*a.example",
    ];
    let origins = [
        "http://domain.com",
        "http://a.domain.com",
        "http://a.b.domain.com",
        "https://a.domain.com",
        "http://a.domain.com:8080",
        "http://a.domain.com.evil.example",
        "https://a.example",
        "https://aa.example",
        "https://evila.example",
        "https://pr-.a.example",
        "https://pr-1.a.example",
        "https://pr-1.b.a.example",
        "http://localhost",
        "http://localhost:1",
        "http://localhost.evil.example",
        "tauri://x.a.example",
    ];
    for entry in entries {
        let json = serde_json::json!({"allow_origins": [entry]}).to_string();
        let policy = config(&json).compile().unwrap();
        let (before, after) = entry.split_once('*').unwrap();
        for origin in origins {
            let matched = origin.len() >= before.len() + after.len()
                && origin.starts_with(before)
                && origin.ends_with(after);
            let headers = [(http::header::ORIGIN, origin.parse().unwrap())];
            let decision = policy
                .decide((&Method::GET, &headers.into_iter().collect()))
                .is_allowed();
            assert_eq!(decision, matched, "{entry} {origin}");
        }
    }
}

#[test]
fn any_origin_never_comes_with_credentials() {
    let json = r#"{"allow_origins": ["*"], "allow_credentials": true}"#;
    assert_eq!(config(json), defaults());
    assert_eq!(
        notes(json),
        [
            "allow_credentials `true`: imported without credentials: browsers refuse them beside \
             the `*` that was sent here, so no page could use them; list the origins that may \
             send them"
        ]
    );
}

#[test]
fn dangers_are_not_taken_on() {
    let table: [(&str, &[&str], &[Danger]); 5] = [
        (
            "http://a.example",
            &["insecure-origins"],
            &[Danger::InsecureOrigins],
        ),
        ("null", &["null-origin"], &[Danger::NullOrigin]),
        (
            "https://*.com",
            &["public-suffix-subdomains"],
            &[Danger::PublicSuffixSubdomains],
        ),
        ("https://*a.example", &["no-border"], &[Danger::Unbounded]),
        ("http*", &["no-border"], &[Danger::Unbounded]),
    ];
    for (entry, codes, dangers) in table {
        let json = serde_json::json!({"allow_origins": [entry], "allow_credentials": true});
        let config = config(&json.to_string());
        assert_eq!(config.dangerously_allow, []);
        let errors = config.compile().unwrap_err();
        let found: Vec<_> = errors.iter().map(|error| error.kind().code()).collect();
        assert_eq!(found, codes, "{entry}");
        let imported = config.allow_origins[0].clone();
        let dangers = dangers
            .iter()
            .map(|danger| danger.for_entry(imported.clone()));
        assert!(config.clone().dangerously_allow(dangers).compile().is_ok());
    }
}

/// What KrakenD's documentation says of requests, and what is different here.
#[test]
fn on_the_wire() {
    let any = config(DOCUMENTED);
    let all = config("{}");
    let credentials = config(
        r#"{"allow_origins": ["https://a.example", "https://*.b.example"],
            "allow_methods": ["GET", "PUT"], "allow_headers": ["X-A", "X-B"],
            "expose_headers": ["X-C"], "allow_credentials": true, "max_age": "-1s",
            "allow_private_network": true, "options_success_status": 200}"#,
    );
    let preflight_vary =
        "vary: Origin, access-control-request-method, access-control-request-headers";
    let private_vary = "vary: Origin, access-control-request-method, \
        access-control-request-headers, access-control-request-private-network";
    check(&[
        Row {
            name: "any: an actual request",
            config: &any,
            request: "GET origin: https://x.example",
            response: "200
                access-control-allow-origin: *
                access-control-expose-headers: content-length, content-type
                vary: Origin",
        },
        Row {
            name: "any: without an origin",
            config: &any,
            request: "GET",
            response: "200
                vary: Origin",
        },
        Row {
            name: "any: a preflight (KrakenD repeats the method and the headers)",
            config: &any,
            request: "OPTIONS origin: https://x.example
                access-control-request-method: POST
                access-control-request-headers: accept-language",
            response: &format!(
                "204
                access-control-allow-headers: accept-language
                access-control-allow-methods: GET, HEAD, POST
                access-control-allow-origin: *
                access-control-max-age: 43200
                {preflight_vary}"
            ),
        },
        Row {
            name: "all by default: a preflight repeats the headers",
            config: &all,
            request: "OPTIONS origin: https://x.example
                access-control-request-method: POST
                access-control-request-headers: authorization,x-a",
            response: &format!(
                "204
                access-control-allow-headers: authorization,x-a
                access-control-allow-methods: GET, POST, HEAD
                access-control-allow-origin: *
                {preflight_vary}"
            ),
        },
        Row {
            name: "any: OPTIONS that is no preflight",
            config: &any,
            request: "OPTIONS origin: https://x.example",
            response: "200
                vary: Origin, access-control-request-method",
        },
        Row {
            name: "listed: an actual request",
            config: &credentials,
            request: "PUT origin: https://x.b.example",
            response: "200
                access-control-allow-credentials: true
                access-control-allow-origin: https://x.b.example
                access-control-expose-headers: x-c
                vary: Origin",
        },
        Row {
            name: "listed: a method that is not listed",
            config: &credentials,
            request: "DELETE origin: https://a.example",
            response: "200
                vary: Origin",
        },
        Row {
            name: "listed: another origin",
            config: &credentials,
            request: "GET origin: https://evil.example",
            response: "200
                vary: Origin",
        },
        Row {
            name: "listed: a preflight that asks for a private network",
            config: &credentials,
            request: "OPTIONS origin: https://a.example
                access-control-request-method: PUT
                access-control-request-headers: x-a
                access-control-request-private-network: true",
            response: &format!(
                "200
                access-control-allow-credentials: true
                access-control-allow-headers: x-a, x-b
                access-control-allow-methods: GET, PUT
                access-control-allow-origin: https://a.example
                access-control-allow-private-network: true
                access-control-max-age: 0
                {private_vary}"
            ),
        },
        Row {
            name: "listed: a preflight from another origin (KrakenD: 200)",
            config: &credentials,
            request: "OPTIONS origin: https://evil.example
                access-control-request-method: PUT",
            response: &format!(
                "403
                {private_vary}"
            ),
        },
        Row {
            name: "listed: a preflight for a header not listed (KrakenD: no headers)",
            config: &credentials,
            request: "OPTIONS origin: https://a.example
                access-control-request-method: PUT
                access-control-request-headers: x-z",
            response: &format!(
                "200
                access-control-allow-credentials: true
                access-control-allow-headers: x-a, x-b
                access-control-allow-methods: GET, PUT
                access-control-allow-origin: https://a.example
                access-control-max-age: 0
                {private_vary}"
            ),
        },
    ]);
}
