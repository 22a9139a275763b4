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
    let expected = defaults().allow_origins(["https://a.example"]);
    let expected = expected.answer_without_origin(true);
    assert_eq!(config(&format!("{{{bare}}}")), expected);
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
        .allow_methods(["GET", "POST", "HEAD", "OPTIONS"])
        .allow_headers(["Accept", "Content-Type", "X-Requested-With"])
        .answer_without_origin(false)
}

const DEFAULT_HEADERS: &str = "allow_headers: KrakenD before 2.7 allows `Accept`, `Content-Type` \
     and `X-Requested-With` where no header is listed, later ones allow any; imported as those \
     three; if any is meant, set `allow_headers` to `\"mirror\"` in the imported configuration";

/// One origin and any header, about which there is nothing to note.
fn origin() -> CorsConfig {
    defaults()
        .allow_origins(["https://a.example"])
        .allow_headers(AllowHeaders::Mirror)
        .answer_without_origin(true)
}

fn with(option: &str) -> String {
    let any = match option.contains("allow_headers") {
        true => "",
        false => r#", "allow_headers": ["*"]"#,
    };
    format!(r#"{{"allow_origins": ["https://a.example"]{any}, {option}}}"#)
}

/// A file of version 2, with an option of its component.
fn old_with(option: &str) -> String {
    format!(
        r#"{{"version": 2, "extra_config": {{"github_com/devopsfaith/krakend-cors": {}}}}}"#,
        with(option)
    )
}

#[test]
fn the_documented_configuration() {
    let documented = defaults()
        .allow_methods(["GET", "HEAD", "POST", "OPTIONS"])
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
    for json in [DOCUMENTED, &new, &extra] {
        assert_eq!(config(json), documented, "{json}");
        assert_eq!(notes(json), [""; 0], "{json}");
    }
    let of_old = documented.clone().allow_methods(["GET", "HEAD", "POST"]);
    assert_eq!(config(&old), of_old);
    assert_eq!(notes(&old), [""; 0]);
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
fn either_name_of_the_component() {
    let (old, new) = ("github_com/devopsfaith/krakend-cors", "security/cors");
    let file = |version: &str, key: &str| {
        format!(
            r#"{{"version": {version}, "extra_config": {{"{key}": {}}}}}"#,
            with(r#""debug": false"#)
        )
    };
    // KrakenD 2 reads both.
    for (version, key) in [("3", new), ("3", old), (r#""3""#, old), ("4", new)] {
        assert_eq!(config(&file(version, key)), origin(), "{version} {key}");
    }
    let of_old = origin().allow_methods(["GET", "POST", "HEAD"]);
    for version in ["2", r#""2""#, "1"] {
        assert_eq!(config(&file(version, old)), of_old, "{version}");
    }
    // Where KrakenD ignores it, it shares nothing.
    assert_eq!(
        error(&file("2", new)),
        "extra_config `security/cors`: KrakenD does not read this key in a file of `version` 2, \
         and leaves CORS off; rename it, or remove it; write \
         `github_com/devopsfaith/krakend-cors`"
    );
}

/// What rs/cors of 2020 did, which KrakenD 1 has inside.
#[test]
fn files_of_version_2() {
    let file = |option: &str| old_with(option);
    let of_old = || origin().allow_methods(["GET", "POST", "HEAD"]);
    let headers = ["Accept", "Content-Type", "X-Requested-With"];
    let table = [
        (r#""allow_headers": []"#, of_old().allow_headers(headers)),
        (r#""allow_headers": ["*"]"#, of_old()),
        (
            r#""allow_methods": ["get", "Put", "patch"]"#,
            of_old().allow_methods(["GET", "PUT", "PATCH"]),
        ),
        (
            r#""allow_methods": ["GET", "OPTIONS"]"#,
            of_old().allow_methods(["GET"]),
        ),
    ];
    for (option, expected) in table {
        assert_eq!(config(&file(option)), expected, "{option}");
        assert_eq!(notes(&file(option)), [""; 0], "{option}");
    }
    // Of a negative age nothing is sent.
    let negative = file(r#""max_age": "-1s""#);
    assert_eq!(config(&negative).max_age, MaxAge::BrowserDefault);
    let nobody = config(&file(r#""allow_methods": ["*"]"#));
    assert_eq!(nobody.allow_origins, ["https://nobody.invalid".into()]);
    assert_eq!(
        notes(&file(r#""allow_methods": ["*"]"#)),
        [
            "allow_methods: no page could use this: `*`: this `*` is not a wildcard and stands \
             only for itself; imported as `https://nobody.invalid`, which is not the origin of \
             any page"
        ]
    );
}

#[test]
fn the_last_of_several_keys() {
    let json = r#"{"allow_headers": ["*"], "allow_origins": ["https://x.example"],
        "allow_origins": ["https://a.example"]}"#;
    assert_eq!(config(json), origin());
    assert_eq!(
        notes(json),
        [
            "allow_origins: this key is repeated; the gateway takes the last value, and so does \
             the import; remove the others"
        ]
    );
}

#[test]
fn components_of_endpoints() {
    let endpoint = r#"{"endpoint": "/x", "extra_config": {"security/cors": {}}}"#;
    let json = format!(
        r#"{{"version": 3, "endpoints": [{endpoint}, {{"endpoint": "/y"}}, {endpoint}],
            "extra_config": {{"security/cors": {}}}}}"#,
        with(r#""debug": false"#)
    );
    assert_eq!(config(&json), origin());
    assert_eq!(
        notes(&json),
        [
            "endpoints[0].extra_config and 1 more `security/cors`: KrakenD reads this only in \
             the `extra_config` of the whole file and ignores it here; so does the import"
        ]
    );
}

#[test]
fn templates() {
    let template = "this is a template, which is filled in before the gateway reads the file; \
                    import the file that results";
    let table = [
        (
            r#"{"allow_origins": ["https://a.example", "{{ env \"ORIGIN\" }}"]}"#,
            r#"allow_origins[1] `"{{ env \"ORIGIN\" }}"`"#,
        ),
        (
            r#"{"allow_origins": ["$ORIGIN"]}"#,
            r#"allow_origins[0] `"$ORIGIN"`"#,
        ),
        (
            r#"{"allow_origins": ["https://${HOST}"]}"#,
            r#"allow_origins[0] `"https://${HOST}"`"#,
        ),
        (
            r#"{"allow_origins": "{{ include \"origins.tmpl\" }}"}"#,
            r#"allow_origins `"{{ include \"origins.tmpl\" }}"`"#,
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "max_age": "{{ .age }}"}"#,
            r#"max_age `"{{ .age }}"`"#,
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "allow_credentials": "{{ .cookies }}"}"#,
            r#"allow_credentials `"{{ .cookies }}"`"#,
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "options_success_status": "${STATUS}"}"#,
            r#"options_success_status `"${STATUS}"`"#,
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "{{ template \"cors.tmpl\" }}": ""}"#,
            r#"{{ template "cors.tmpl" }} `""`"#,
        ),
        (
            r#"{"version": 3, "extra_config": {"security/cors": "{{ include \"cors.json\" }}"}}"#,
            r#"security/cors `"{{ include \"cors.json\" }}"`"#,
        ),
        (
            r#"{"version": 3, "extra_config": "{{ include \"extra.json\" }}"}"#,
            r#"extra_config `"{{ include \"extra.json\" }}"`"#,
        ),
        (
            r#"{"version": 3, "extra_config": {"{{ include \"cors.json\" }}": ""}}"#,
            r#"extra_config `{{ include "cors.json" }}`"#,
        ),
        (
            r#""{{ include \"krakend.json\" }}""#,
            r#"document `"{{ include \"krakend.json\" }}"`"#,
        ),
    ];
    for (json, place) in table {
        assert_eq!(error(json), format!("{place}: {template}"));
    }
    // KrakenD reads no comments.
    let json = with(r#""@comment": "{{ what is this? }}""#);
    assert_eq!(config(&json), origin());
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
             import; list the origins that are meant",
            DEFAULT_HEADERS,
        ]
    );
    assert!(notes(empty)[0].starts_with("allow_origins `[]`: "));
}

#[test]
fn each_option_alone() {
    let table = [
        (
            r#""allow_methods": ["PUT", "GET"]"#,
            origin().allow_methods(["PUT", "GET", "OPTIONS"]),
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
            "allow_method `[…]`: KrakenD has no such option and ignores it; so does the import; \
             write `allow_methods`",
        ),
        (
            r#""allow_methods": ["GET", "TRACE"]"#,
            origin().allow_methods(["GET", "OPTIONS"]),
            "allow_methods[1] `TRACE`: left out: scripts cannot send this method; remove it",
        ),
        (
            r#""allow_methods": ["GET", "put"]"#,
            origin().allow_methods(["GET", "OPTIONS"]),
            "allow_methods[1] `put`: left out: methods are case-sensitive; write `PUT`",
        ),
        (
            r#""allow_methods": ["GET", "*"]"#,
            origin().allow_methods(["GET", "OPTIONS"]),
            "allow_methods[1] `*`: left out: this `*` is not a wildcard and stands only for itself",
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
            "expose_headers[0] `*`: left out: this `*` is not a wildcard and stands only for \
             itself",
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
            "no browser keeps an answer for more than a day; write `24h`",
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
            r#"{"allow_origins": [1, null]}"#,
            "allow_origins `[…]`: this is a list, not one of strings; KrakenD \
             takes it for absent, which allows every origin",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "allow_methods": "PUT"}"#,
            "allow_methods `\"PUT\"`: this is a string, not a list of strings; KrakenD takes it \
             for absent, which allows `GET`, `POST` and `HEAD`; write `[\"PUT\"]`",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "allow_headers": {}}"#,
            "allow_headers `{}`: this is an object, not a list of strings; KrakenD takes it for \
             absent, which since 2.7 allows any header",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "expose_headers": true}"#,
            "expose_headers `true`: this is a boolean, not a list of strings; KrakenD takes it \
             for absent",
        ),
        (
            r#"{"allow_origins": ["https://a.example"], "max_age": 3600}"#,
            "max_age `3600`: this is a number, not a string; KrakenD does not start with it; \
             write `\"3600s\"`",
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
            "security/cors: `github_com/devopsfaith/krakend-cors` is set too; remove one of them",
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

/// What KrakenD ignores without harm, the import ignores with a note.
#[test]
fn values_that_are_ignored() {
    let table = [
        (
            r#""allow_credentials": "true""#,
            "allow_credentials `\"true\"`: this is a string, not `true` or `false`; KrakenD takes \
             it for `false`, and so does the import; write `true`",
        ),
        (
            r#""allow_private_network": 1"#,
            "allow_private_network `1`: this is a number, not `true` or `false`; KrakenD takes it \
             for `false`, and so does the import",
        ),
        (
            r#""options_passthrough": []"#,
            "options_passthrough `[]`: this is a list, not `true` or `false`; KrakenD takes it \
             for `false`, and so does the import",
        ),
        (
            r#""debug": null"#,
            "debug `null`: this is null, not `true` or `false`; KrakenD takes it for `false`, and \
             so does the import",
        ),
        (
            r#""options_success_status": "200""#,
            "options_success_status `\"200\"`: this is a string, not a number; KrakenD ignores \
             it, and sends 204, and so does the import; write `200`",
        ),
        (
            r#""allow_methods": ["GET", "POST", "HEAD", 1]"#,
            "allow_methods[3] `1`: this is a number, not a string; KrakenD skips it, and so does \
             the import",
        ),
    ];
    for (option, note) in table {
        assert_eq!(config(&with(option)), origin(), "{option}");
        assert_eq!(notes(&with(option)), [note], "{option}");
    }
}

/// KrakenD compares each entry; what it exposes, browsers read.
#[test]
fn names_that_are_none() {
    let json = with(r#""allow_headers": ["X-A", "X-B,X-C", "X D"]"#);
    assert_eq!(config(&json), origin().allow_headers(["X-A"]));
    assert_eq!(
        notes(&json),
        [
            "allow_headers[1] `X-B,X-C`: left out: each name is an entry of its own",
            "allow_headers[2] `X D`: left out: each name is an entry of its own",
        ]
    );
    let json = with(r#""expose_headers": ["X-A,X-B"]"#);
    assert_eq!(config(&json), origin().expose_headers(["X-A", "X-B"]));
    assert_eq!(
        notes(&json),
        [
            "expose_headers[0] `X-A,X-B`: browsers take this for several names, and so does the \
          import; make each an entry of its own"
        ]
    );
    let json = with(r#""expose_headers": ["X-A", "X B"]"#);
    assert_eq!(config(&json), origin());
    assert_eq!(
        notes(&json),
        [
            "expose_headers[1] `X B`: browsers cannot read a list with this in it, so pages can read \
          none of these headers; none is imported; make each name an entry of its own"
        ]
    );
}

#[test]
fn all_errors_at_once() {
    let errors =
        import(r#"{"allow_origins": "*", "max_age": "1d", "allow_headers": 1}"#).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "this KrakenD configuration cannot be imported, 3 errors:\n\
         - allow_origins `\"*\"`: this is a string, not a list of strings; KrakenD takes it for \
         absent, which allows every origin; write `[\"*\"]`\n\
         - allow_headers `1`: this is a number, not a list of strings; KrakenD takes it for absent, \
         which since 2.7 allows any header\n\
         - max_age `1d`: this is not a duration in Go's grammar, such as `12h` or `1h30m`; \
         KrakenD silently takes it for zero; write `86400s`"
    );
    let json = serde_json::to_value(&errors).unwrap();
    assert_eq!(json[2]["code"], "duration");
    assert_eq!(json[2]["suggestion"], "86400s");
}

#[test]
fn origins() {
    let text = |text: &str| Some(OriginPattern::from(text));
    let regex = |regex: &str| Some(OriginPattern::regex(regex));
    let any_text = |regex: &str, repair: &str| {
        format!(
            "KrakenD lets `*` stand for any text, dots and slashes included; imported as \
             `{{ regex = '{regex}' }}`, which says that; list the origins that are meant{repair}"
        )
    };
    let same = "KrakenD lets `*` stand for any text; in an origin that can only be labels of the \
                host in this place, so it is kept as the same subdomain pattern";
    let left_out = |why: &str| format!("left out because no browser sends this: {why}");
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
            left_out("KrakenD has no regular expressions; list the origins that are meant"),
        ),
        (
            "https://*.*.example",
            None,
            "left out because no origin matches this: KrakenD takes the first `*` for any text, \
             and \
             the second for itself"
                .to_owned(),
        ),
        (
            "!*",
            None,
            "left out because no origin matches this: no text in place of its `*` makes it an \
             origin"
                .to_owned(),
        ),
    ];
    for (entry, expected, note) in table {
        let json = serde_json::json!({
            "allow_origins": [entry, "https://other.example"],
            "allow_headers": ["*"],
        });
        let mut origins: Vec<_> = expected.into_iter().collect();
        origins.push("https://other.example".into());
        assert_eq!(config(&json.to_string()).allow_origins, origins, "{entry}");
        let note = (!note.is_empty()).then(|| format!("allow_origins[0] `{entry}`: {note}"));
        assert_eq!(notes(&json.to_string()), Vec::from_iter(note), "{entry}");
    }
}

/// A policy that no page could use is one that no page can use, and no error.
#[test]
fn origins_of_which_none_is_left() {
    let nobody = "imported as `https://nobody.invalid`, which is not the origin of any page";
    let table = [
        (
            r#"["a.example"]"#,
            format!(
                "allow_origins: no page could use this: `a.example`: an origin begins with its \
                 scheme; {nobody}; write `https://a.example`"
            ),
        ),
        (
            r#"["https://a.example/", "https://*.*.example"]"#,
            format!(
                "allow_origins: no page could use this: `https://a.example/`: an origin has no \
                 trailing slash; `https://*.*.example`: KrakenD takes the first `*` for any text, \
                 and the second for itself; {nobody}; write `https://a.example`"
            ),
        ),
    ];
    for (origins, note) in table {
        let json = format!(r#"{{"allow_origins": {origins}, "allow_headers": ["*"]}}"#);
        assert_eq!(notes(&json), [note], "{origins}");
        let imported = config(&json);
        assert_eq!(imported, origin().allow_origins(["https://nobody.invalid"]));
        assert!(imported.compile().is_ok());
    }
}

/// With credentials, an open entry stays within its site, over https.
#[test]
fn open_entries_with_credentials() {
    let https = "the gateway allows plain http here too; with credentials, whoever controls the \
    network could act as the user, so only https and loopback are imported";
    let table = [
        ("https://*.a.example", false),
        ("https://pr-*.a.example.com", false),
        ("*.example.com", true),
        ("http*.example.com", true),
        ("http://localhost:*", false),
    ];
    let json = |entry: &str| {
        let json = serde_json::json!({
            "allow_origins": [entry],
            "allow_headers": ["*"],
            "allow_credentials": true,
        });
        json.to_string()
    };
    for (entry, is_noted) in table {
        let notes = notes(&json(entry));
        let of_https = format!("allow_origins[0] `{entry}`: {https}");
        assert_eq!(notes.contains(&of_https), is_noted, "{entry} {notes:?}");
        assert!(config(&json(entry)).compile().is_ok(), "{entry}");
    }
    let policy = config(&json("*.example.com")).compile().unwrap();
    assert_eq!(policy.config().allow_origins[0].within, ["example.com"]);
    let errors = config(&json("https://*example.com")).compile().unwrap_err();
    assert_eq!(
        errors.to_string(),
        "invalid CORS configuration: allow_origins[0] `https://.*example\\.com`: with credentials, \
         name the domain that this stays within (`within = \"example.com\"`), or list the origins: \
         it also allows `https://evilexample.com`, which anyone can register; or take on all that \
         it allows by `dangerously_allow = [{ danger = \"unbounded\", \
         regex = 'https://.*example\\.com' }]`; \
         write `{ regex = 'https://.*example\\.com', within = \"example.com\" }`"
    );
}

#[test]
fn any_origin_among_others() {
    let json = r#"{"allow_origins": ["https://a.example", "*"], "allow_headers": ["*"]}"#;
    let any = defaults().allow_headers(AllowHeaders::Mirror);
    assert_eq!(config(json), any);
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
    let json = r#"{"allow_origins": ["*"], "allow_headers": ["*"], "allow_credentials": true}"#;
    let any = defaults().allow_headers(AllowHeaders::Mirror);
    assert_eq!(config(json), any);
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
fn a_version_has_to_be_a_number() {
    for (version, message) in [
        (
            "true",
            "version `true`: this is a boolean, not a number; what an absent option means \
             depends on it; write 2 or 3",
        ),
        (
            r#""{{ .version }}""#,
            r#"version `"{{ .version }}"`: this is a template, which is filled in before the gateway reads the file; import the file that results"#,
        ),
        (
            r#""NaN""#,
            r#"version `"NaN"`: this is a string, not a number; what an absent option means depends on it; write 2 or 3"#,
        ),
    ] {
        let json = format!(
            r#"{{"version": {version}, "extra_config": {{"security/cors": {DOCUMENTED}}}}}"#
        );
        let errors = krakend::import(&serde_json::from_str(&json).unwrap()).unwrap_err();
        let error = errors.iter().next().unwrap().to_string();
        assert_eq!(error, message);
    }
}

#[test]
fn on_the_wire() {
    let any = config(DOCUMENTED);
    let all = config(r#"{"allow_headers": ["*"]}"#);
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
                access-control-allow-methods: GET, HEAD, POST, OPTIONS
                access-control-allow-origin: *
                access-control-max-age: 43200
                {preflight_vary}"
            ),
        },
        Row {
            name: "all headers: a preflight repeats them",
            config: &all,
            request: "OPTIONS origin: https://x.example
                access-control-request-method: POST
                access-control-request-headers: authorization,x-a",
            response: &format!(
                "204
                access-control-allow-headers: authorization,x-a
                access-control-allow-methods: GET, POST, HEAD, OPTIONS
                access-control-allow-origin: *
                {preflight_vary}"
            ),
        },
        Row {
            name: "any: OPTIONS that is no preflight",
            config: &any,
            request: "OPTIONS origin: https://x.example",
            response: "200
                access-control-allow-origin: *
                access-control-expose-headers: content-length, content-type
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
                access-control-allow-methods: GET, PUT, OPTIONS
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
                access-control-allow-methods: GET, PUT, OPTIONS
                access-control-allow-origin: https://a.example
                access-control-max-age: 0
                {private_vary}"
            ),
        },
    ]);
}
