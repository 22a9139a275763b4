//! Kong's plugin: every option, its default, its wrong types, both
//! generations.
#![cfg(feature = "kong")]

mod gateway_support;

use std::time::Duration;

use gateway_support::{Row, check};
use tower_cors::import::kong::{self, Generation};
use tower_cors::import::{Document, ImportErrors, Imported};
use tower_cors::{AllowHeaders, CorsConfig, Danger, MaxAge, OriginPattern, PreflightMode};

type Import = Result<Imported<Option<CorsConfig>>, ImportErrors>;

/// The example of Kong's documentation, of 0.x.
const DOCUMENTED: [(&str, &str); 8] = [
    ("name", "cors"),
    ("config.origins", "http://mockbin.com"),
    ("config.methods", "GET, POST"),
    (
        "config.headers",
        "Accept, Accept-Version, Content-Length, Content-MD5, Content-Type, Date, X-Auth-Token",
    ),
    ("config.exposed_headers", "X-Auth-Token"),
    ("config.credentials", "true"),
    ("config.max_age", "3600"),
    ("config.preflight_continue", "false"),
];

/// The same, of today.
const DOCUMENTED_TODAY: &str = r"
name: cors
service: null
enabled: true
protocols: [grpc, grpcs, http, https]
tags: [edge]
config:
  origins: [http://mockbin.com]
  methods: [GET, POST]
  headers: [Accept, Accept-Version, Content-Length, Content-MD5, Content-Type, Date, X-Auth-Token]
  exposed_headers: [X-Auth-Token]
  credentials: true
  max_age: 3600
  preflight_continue: false
";

fn options(json: &str) -> Import {
    options_of(Generation::V3, json)
}

fn options_of(generation: Generation, json: &str) -> Import {
    let json = format!(r#"{{"name": "cors", "config": {json}}}"#);
    let document: Document = serde_json::from_str(&json).expect("JSON");
    kong::plugin(&document, generation)
}

#[track_caller]
fn config(import: Import) -> CorsConfig {
    import.expect("no errors").config.expect("CORS is on")
}

#[track_caller]
fn notes(import: &Import) -> Vec<String> {
    let imported = import.as_ref().expect("no errors");
    imported.notes.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn error(import: Import) -> String {
    let errors = import.expect_err("an error");
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.into_iter().next().unwrap()
}

/// What Kong has where nothing is written.
fn defaults() -> CorsConfig {
    CorsConfig::new(["*"])
        .allow_methods(["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"])
        .allow_headers(AllowHeaders::Mirror)
        .preflight_status(200)
}

/// One origin, about which there is nothing to note.
fn origin() -> CorsConfig {
    defaults().allow_origins(["https://a.example"])
}

fn with(option: &str) -> String {
    format!(r#"{{"origins": ["https://a.example"], {option}}}"#)
}

#[test]
fn findings_are_for_programs_too() {
    let imported = options(&with(r#""max_age": 90000"#)).expect("no errors");
    let [note] = &imported.notes[..] else {
        panic!("{:?}", imported.notes);
    };
    let parts = (note.field(), note.value(), note.kind().code());
    assert_eq!(parts, ("config.max_age", "90000", "max-age-over-day"));
    assert_eq!(note.suggestion(), Some("86400"));

    let errors = options(r#"{"origin": "*"}"#).expect_err("an error");
    let errors: Vec<_> = errors.into_iter().collect();
    let [error] = &errors[..] else {
        panic!("{errors:?}");
    };
    assert_eq!((error.field(), error.value()), ("config.origin", "\"*\""));
    assert_eq!(error.suggestion(), Some("origins"));

    let imported = options(&with(r#""max_age": -1"#)).expect("no errors");
    assert_eq!(imported.notes[0].suggestion(), None);
    let errors = options(r#"{"origins": ["https://a.example", null]}"#).expect_err("an error");
    assert_eq!(errors.iter().next().unwrap().suggestion(), None);
}

#[test]
fn the_documented_configuration() {
    let documented = CorsConfig::new(["http://mockbin.com"])
        .allow_methods(["GET", "POST", "HEAD"])
        .allow_headers([
            "Accept",
            "Accept-Version",
            "Content-MD5",
            "Content-Type",
            "X-Auth-Token",
        ])
        .expose_headers(["X-Auth-Token"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(3_600));
    let forbidden = "left out: scripts cannot set this header; remove it";
    let old = kong::form(DOCUMENTED, Generation::V0);
    assert_eq!(
        notes(&old),
        [
            format!("config.headers `Content-Length`: {forbidden}"),
            format!("config.headers `Date`: {forbidden}"),
        ]
    );
    assert_eq!(config(old), documented);
    let fields = DOCUMENTED.map(|(key, value)| (key, serde_json::json!(value)));
    let json = serde_json::Value::from_iter(fields).to_string();
    let document: Document = serde_json::from_str(&json).unwrap();
    assert_eq!(
        config(kong::plugin(&document, Generation::V3)),
        documented,
        "form fields are of 0.x"
    );

    let document: Document = serde_saphyr::from_str(DOCUMENTED_TODAY).unwrap();
    let today = kong::plugin(&document, Generation::V3);
    assert_eq!(
        notes(&today),
        [
            format!("config.headers[2] `Content-Length`: {forbidden}"),
            format!("config.headers[5] `Date`: {forbidden}"),
        ]
    );
    let today = config(today);
    assert_eq!(today, documented.preflight_status(200));
    let everywhere = kong::import(&document).unwrap().config;
    assert_eq!(
        everywhere.paths().unwrap().paths,
        [("/".to_owned(), Some(today.clone()))]
    );

    let errors = today.compile().unwrap_err();
    let codes: Vec<_> = errors.iter().map(|error| error.kind().code()).collect();
    assert_eq!(codes, ["insecure-origins"]);
    let today = today.dangerously_allow([Danger::InsecureOrigins]);
    assert!(today.compile().is_ok());
}

#[test]
fn defaults_where_nothing_is_written() {
    let any = "Kong allows every origin where none is listed, and so does the import; list the \
               origins that are meant";
    let nulls = r#"{"origins": null, "methods": null, "headers": null, "exposed_headers": null,
        "max_age": null}"#;
    let empty = r#"{"origins": [], "headers": [], "exposed_headers": []}"#;
    for json in ["{}", "null", nulls] {
        assert_eq!(notes(&options(json)), [format!("config.origins: {any}")]);
        assert_eq!(config(options(json)), defaults(), "{json}");
    }
    assert_eq!(
        notes(&options(empty)),
        [format!("config.origins `[]`: {any}")]
    );
    assert_eq!(config(options(empty)), defaults());

    let old = defaults()
        .allow_methods(["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"])
        .preflight_status(204);
    assert_eq!(config(kong::form([("name", "cors")], Generation::V0)), old);
    assert_eq!(config(options_of(Generation::V0, "{}")), old);
    assert_eq!(config(options_of(Generation::V1, "{}")), defaults());
}

#[test]
fn each_option_alone() {
    let table = [
        (
            r#""methods": ["PUT", "GET", "HEAD", "POST"]"#,
            origin().allow_methods(["PUT", "GET", "HEAD", "POST"]),
        ),
        // Kong does not compare the methods of requests.
        (
            r#""methods": []"#,
            origin().allow_methods(["GET", "HEAD", "POST"]),
        ),
        (
            r#""methods": ["PUT", "POST"]"#,
            origin().allow_methods(["PUT", "POST", "GET", "HEAD"]),
        ),
        (r#""headers": ["X-A "]"#, origin().allow_headers(["X-A"])),
        (r#""headers": ["X-A"]"#, origin().allow_headers(["X-A"])),
        (r#""headers": "X-A""#, origin().allow_headers(["X-A"])),
        (r#""headers": ["*"]"#, origin().allow_headers(["*"])),
        (
            r#""headers": ["*", "Authorization"]"#,
            origin().allow_headers(["*", "Authorization"]),
        ),
        (
            r#""exposed_headers": ["X-B"]"#,
            origin().expose_headers(["X-B"]),
        ),
        (
            r#""exposed_headers": ["*"]"#,
            origin().expose_headers(["*"]),
        ),
        (r#""credentials": true"#, origin().allow_credentials(true)),
        (
            r#""max_age": 3600"#,
            origin().max_age(Duration::from_secs(3_600)),
        ),
        (
            r#""max_age": 3600.0"#,
            origin().max_age(Duration::from_secs(3_600)),
        ),
        (r#""max_age": 0"#, origin().max_age(MaxAge::Disabled)),
        (
            r#""max_age": 86400"#,
            origin().max_age(Duration::from_secs(86_400)),
        ),
        (
            r#""preflight_continue": true"#,
            origin().preflight(PreflightMode::Forward),
        ),
        (
            r#""private_network": true"#,
            origin().allow_private_network(true),
        ),
        (
            r#""allow_origin_absent": false"#,
            origin().answer_without_origin(false),
        ),
    ];
    for (option, expected) in table {
        assert_eq!(notes(&options(&with(option))), [""; 0], "{option}");
        let imported = config(options(&with(option)));
        assert_eq!(imported, expected, "{option}");
        assert!(imported.compile().is_ok(), "{option}");
    }
}

#[test]
fn options_with_a_note() {
    let unreadable = "browsers read whole seconds only and ignore this, keeping an answer for 5 \
                      seconds; so does the import";
    let literal = "left out: this `*` is not a wildcard and stands only for itself";
    let among = "`*` beside other entries allows all, so it is all that is imported; remove the \
                 others, or `*` if they are meant";
    let table = [
        (
            r#""methods": ["GET", "HEAD", "POST", "TRACE"]"#,
            origin().allow_methods(["GET", "HEAD", "POST"]),
            "config.methods[3] `TRACE`: left out: scripts cannot send this method; remove it",
        ),
        (
            r#""headers": ["X-A,X-B"]"#,
            origin().allow_headers(["X-A", "X-B"]),
            "config.headers[0] `X-A,X-B`: browsers take this for several names, and so does the \
             import; make each an entry of its own",
        ),
        (
            r#""exposed_headers": ["X-A", "X B"]"#,
            origin(),
            "config.exposed_headers[1] `X B`: browsers cannot read a list with this in it, so \
             pages can read none of these headers; none is imported; make each name an entry of \
             its own",
        ),
        (
            r#""headers": ["X-A", "*"]"#,
            origin().allow_headers(["*"]),
            &format!("config.headers[1] `*`: {among}"),
        ),
        (
            r#""credentials": true, "headers": ["X-A", "*"]"#,
            origin().allow_credentials(true).allow_headers(["X-A"]),
            &format!("config.headers[1] `*`: {literal}"),
        ),
        (
            r#""credentials": true, "exposed_headers": ["*"]"#,
            origin().allow_credentials(true),
            &format!("config.exposed_headers[0] `*`: {literal}"),
        ),
        (
            r#""exposed_headers": ["*", "Authorization"]"#,
            origin().expose_headers(["*"]),
            &format!("config.exposed_headers[0] `*`: {among}"),
        ),
        (
            r#""max_age": 1.5"#,
            origin(),
            &format!("config.max_age `1.5`: {unreadable}"),
        ),
        (
            r#""max_age": 1e15"#,
            origin(),
            &format!("config.max_age `1000000000000000`: {unreadable}"),
        ),
        (
            r#""max_age": -1"#,
            origin().max_age(MaxAge::Disabled),
            "config.max_age `-1`: Kong sends it, and browsers read it as zero or ignore it; \
             imported as zero, which is written `0`",
        ),
        (
            r#""max_age": 90000"#,
            origin().max_age(Duration::from_secs(90_000)),
            "config.max_age `90000`: no browser keeps an answer for more than a day; write `86400`",
        ),
        (
            r#""max_age": 1e13"#,
            origin().max_age(Duration::from_secs(u64::from(u32::MAX))),
            "config.max_age `10000000000000`: no browser keeps an answer for more than a day; \
             write `86400`",
        ),
    ];
    for (option, expected, note) in table {
        assert_eq!(notes(&options(&with(option))), [note], "{option}");
        let imported = config(options(&with(option)));
        assert_eq!(imported, expected, "{option}");
        assert!(imported.compile().is_ok(), "{option}");
    }
}

#[test]
fn wrong_types() {
    let unknown = "Kong's plugin has no such option, and refuses it; remove it";
    let table = [
        (
            r#"{"origins": 1}"#,
            "config.origins `1`: this is a number, not a list of strings; Kong refuses it",
        ),
        (
            r#"{"origins": ["https://a.example", null]}"#,
            "config.origins[1] `null`: this is null, not a string; Kong refuses it",
        ),
        (
            r#"{"origins": "*", "methods": {"GET": true}}"#,
            "config.methods `{…}`: this is an object, not a list of strings; Kong refuses it",
        ),
        (
            r#"{"origins": "*", "methods": ["get"]}"#,
            "config.methods[0] `get`: Kong knows `GET`, `HEAD`, `PUT`, `PATCH`, `POST`, `DELETE`, \
             `OPTIONS`, `TRACE` and `CONNECT` only, and refuses this; write `GET`",
        ),
        (
            r#"{"origins": "*", "methods": ["GET", "PURGE"]}"#,
            "config.methods[1] `PURGE`: Kong knows `GET`, `HEAD`, `PUT`, `PATCH`, `POST`, \
             `DELETE`, `OPTIONS`, `TRACE` and `CONNECT` only, and refuses this",
        ),
        (
            r#"{"origins": "*", "headers": false}"#,
            "config.headers `false`: this is a boolean, not a list of strings; Kong refuses it",
        ),
        (
            r#"{"origins": "*", "headers": ["X-A", "X B"]}"#,
            "config.headers[1] `X B`: browsers cannot read a list with this in it, and every \
             preflight fails; make each name an entry of its own; write `X`, `B`",
        ),
        (
            r#"{"origins": "*", "exposed_headers": 7}"#,
            "config.exposed_headers `7`: this is a number, not a list of strings; Kong refuses it",
        ),
        (
            r#"{"origins": "*", "max_age": "3600"}"#,
            "config.max_age `\"3600\"`: this is a string, not a number; Kong refuses it; \
             write `3600`",
        ),
        (
            r#"{"origins": "*", "credentials": "true"}"#,
            "config.credentials `\"true\"`: this is a string, not `true` or `false`; Kong refuses \
             it; write `true`",
        ),
        (
            r#"{"origins": "*", "private_network": 1}"#,
            "config.private_network `1`: this is a number, not `true` or `false`; Kong refuses it",
        ),
        (
            r#"{"origins": "*", "preflight_continue": []}"#,
            "config.preflight_continue `[]`: this is a list, not `true` or `false`; Kong refuses \
             it",
        ),
        (
            r#"{"origins": "*", "allow_origin_absent": "no"}"#,
            "config.allow_origin_absent `\"no\"`: this is a string, not `true` or `false`; Kong \
             refuses it",
        ),
        (
            r#"{"origins": [""]}"#,
            "config.origins[0]: an origin is a scheme and a host, such as `https://example.com`",
        ),
        (
            r#"{"origins": ["${{ env \"DECK_ORIGIN\" }}"]}"#,
            "config.origins[0] `\"${{ env \\\"DECK_ORIGIN\\\" }}\"`: this is a template, which is \
             filled in before the gateway reads the file; import the file that results",
        ),
        (
            r#"{"origin": "*"}"#,
            &format!("config.origin `\"*\"`: {unknown}; write `origins`"),
        ),
        (
            r#"{"origins": "*", "debug": true}"#,
            &format!("config.debug `true`: {unknown}"),
        ),
        (
            "[]",
            "config `[]`: this is a list, not an object; Kong refuses it",
        ),
    ];
    for (json, message) in table {
        assert_eq!(error(options(json)), message, "{json}");
    }
}

#[test]
fn plugins_that_are_none() {
    let table = [
        (
            r#"{"name": "grpc-web", "config": {}}"#,
            "name `\"grpc-web\"`: this is not the plugin `cors`; write `cors`",
        ),
        (
            r#"{"listen": 1}"#,
            "document: this is not a declarative file of Kong or its plugin `cors`",
        ),
        (
            "7",
            "document `7`: this is a number, not an object; Kong refuses it",
        ),
        (
            r#"{"name": "cors", "consumer": {"id": "x"}}"#,
            "consumer `{…}`: Kong refuses the plugin on consumers: a preflight does not tell who \
             sends it; put it on a route, on a service, or on none",
        ),
        (
            r#"{"name": "cors", "protocols": ["https", "grpcs"]}"#,
            "protocols `https, grpcs`: Kong ran the plugin on some protocols only, which a layer \
             cannot see; list both `http` and `https`, or remove it",
        ),
        (
            r#"{"name": "cors", "_configs": "strict"}"#,
            "_configs `\"strict\"`: Kong's plugin has no such option, and refuses it; remove it; \
             write `_config`",
        ),
        (
            r#"{"name": "cors", "enabled": "yes"}"#,
            "enabled `\"yes\"`: this is a string, not `true` or `false`; Kong refuses it",
        ),
        (
            r#"{"name": "cors", "origins": ["https://a.example"]}"#,
            "origins `[…]`: Kong's plugin has no such option, and refuses it; remove it",
        ),
    ];
    for (json, message) in table {
        let document: Document = serde_json::from_str(json).unwrap();
        assert_eq!(
            error(kong::plugin(&document, Generation::V3)),
            message,
            "{json}"
        );
    }
    let json = r#"{"name": "cors", "_comment": "x", "_ignore": [], "enabled": false}"#;
    let document: Document = serde_json::from_str(json).unwrap();
    assert_eq!(
        kong::plugin(&document, Generation::V3).unwrap().config,
        None
    );
    let json = r#"{"name": "cors", "id": "7", "instance_name": "x", "tags": ["t"], "route": null,
        "service": {"id": "8"}, "consumer": null, "consumer_group": null, "ordering": null,
        "protocols": ["grpc", "grpcs", "http", "https"], "enabled": true, "created_at": 1,
        "updated_at": 2, "config": {}}"#;
    let document: Document = serde_json::from_str(json).unwrap();
    assert_eq!(config(kong::plugin(&document, Generation::V3)), defaults());
    let document: Document = serde_json::from_str(r#"{"origins": ["*"], "max_age": 0}"#).unwrap();
    let alone = kong::plugin(&document, Generation::V3);
    assert_eq!(config(alone), defaults().max_age(MaxAge::Disabled));
}

#[test]
fn literals() {
    const SENT: &str = "left out because no browser sends this: ";
    let left_out = |why: &str| format!("{SENT}{why}");
    let slash = left_out("an origin has no trailing slash; write `https://a.example`");
    let scheme = left_out("an origin begins with its scheme; write `https://a.example`");
    let port = left_out("browsers leave the default port out; write `https://a.example`");
    let case = left_out("browsers send origins in lower case; write `https://a.example`");
    // Alone, Kong sends an entry as it is; among others it compares what is
    // left of them as URLs.
    let table = [
        (
            "https://a.example",
            Some("https://a.example"),
            "",
            Some("https://a.example"),
            "",
        ),
        ("null", Some("null"), "", Some("null"), ""),
        (
            "https://a.example/",
            None,
            &slash,
            Some("https://a.example"),
            "",
        ),
        (
            "https://a.example:443",
            None,
            &port,
            Some("https://a.example"),
            "",
        ),
        (
            "https://a.example:80",
            Some("https://a.example:80"),
            "",
            Some("https://a.example:80"),
            "",
        ),
        ("https://A.example", None, &case, None, &case),
        ("a.example", None, &scheme, None, &scheme),
    ];
    for (entry, alone, alone_note, among, among_note) in table {
        let json = serde_json::json!({"origins": [entry]}).to_string();
        if let Some(pattern) = alone {
            assert_eq!(notes(&options(&json)), [""; 0], "{entry}");
            let origins = config(options(&json)).allow_origins;
            assert_eq!(origins, [pattern.into()], "{entry}");
        } else {
            let why = &alone_note[SENT.len()..];
            let (why, repair) = why.split_once("; write ").unwrap();
            let note = format!(
                "config.origins: no page could use this: `{entry}`: {why}; imported as \
                 `https://nobody.invalid`, which is not the origin of any page; write {repair}"
            );
            assert_eq!(notes(&options(&json)), [note]);
            let origins = config(options(&json)).allow_origins;
            assert_eq!(origins, ["https://nobody.invalid".into()], "{entry}");
        }
        let json = serde_json::json!({"origins": [entry, "https://other.example"]}).to_string();
        let note =
            (!among_note.is_empty()).then(|| format!("config.origins[0] `{entry}`: {among_note}"));
        assert_eq!(notes(&options(&json)), Vec::from_iter(note), "{entry}");
        let mut origins = Vec::from_iter(among.map(OriginPattern::from));
        origins.push("https://other.example".into());
        assert_eq!(config(options(&json)).allow_origins, origins, "{entry}");
    }
}

#[test]
fn regexes() {
    let host_only = |repair: &str| {
        format!(
            "Kong compares a regex without `:` with the host alone, so any scheme and any port \
             are allowed; put the scheme in front; write `{repair}`"
        )
    };
    let alternation = "Kong binds only the last branch of a regex to the end of the origin, so the \
                       others allow longer names too; imported so that each branch matches the \
                       whole";
    let table = [
        (
            r"^https://[a-z]+\.a\.example$",
            OriginPattern::regex(r"https://[a-z]+\.a\.example"),
            vec![],
        ),
        (
            r"https?://a\.example(:\d+)?",
            OriginPattern::regex(r"https?://a\.example(:\d+)?"),
            vec![],
        ),
        (
            r".+\.a\.example$",
            OriginPattern::host_regex(r".+\.a\.example"),
            vec![host_only(r"https://.+\.a\.example")],
        ),
        (
            "my_host.example",
            OriginPattern::host_regex("my_host.example"),
            vec![host_only("https://my_host.example")],
        ),
        (
            r"^https?://a.example$",
            OriginPattern::regex("https?://a.example"),
            vec![],
        ),
        (
            r"a\.example|b\.example",
            OriginPattern::host_regex(r"a\.example|b\.example"),
            vec![
                alternation.to_owned(),
                host_only(r"https://(?:a\.example|b\.example)"),
            ],
        ),
        (
            r"^https://a\.example$|^https://b\.example$",
            OriginPattern::regex(r"https://a\.example$|^https://b\.example"),
            vec![alternation.to_owned()],
        ),
        (
            "http://*.a.example",
            OriginPattern::regex("http://*.a.example"),
            vec![
                "Kong takes this for a regex, in which `*` repeats the character in front and `.` \
                 is any character, and so does the import; if a pattern is meant, put it into the \
                 imported configuration as it is, outside of `regex`"
                    .to_owned(),
            ],
        ),
    ];
    for (entry, pattern, expected) in table {
        let json = serde_json::json!({"origins": [entry]}).to_string();
        let expected: Vec<_> = expected
            .iter()
            .map(|note| format!("config.origins[0] `{entry}`: {note}"))
            .collect();
        assert_eq!(notes(&options(&json)), expected, "{entry}");
        assert_eq!(config(options(&json)).allow_origins, [pattern], "{entry}");
    }
    let json = serde_json::json!({"origins": [r".+\.a\.example.com"], "credentials": true});
    let import = options(&json.to_string());
    let [_, https] = &notes(&import)[..] else {
        panic!("{:?}", notes(&import));
    };
    assert_eq!(
        https,
        r"config.origins[0] `.+\.a\.example.com`: the gateway allows plain http here too; with credentials, whoever controls the network could act as the user, so only https and loopback are imported"
    );
    let json = serde_json::json!({"origins": [r".+\.a\.example\.com"], "credentials": true});
    let policy = config(options(&json.to_string())).compile().unwrap();
    assert_eq!(policy.config().allow_origins[0].within, ["a.example.com"]);
}

/// As a parser of JSON takes them, and not as form fields.
#[test]
fn of_flat_keys_that_a_document_repeats_the_last_counts() {
    let json = r#"{"name": "cors", "config.origins": "https://old.example",
        "config.origins": "https://new.example"}"#;
    let document: Document = serde_json::from_str(json).unwrap();
    let imported = kong::plugin(&document, Generation::V3);
    assert_eq!(
        config(imported).allow_origins,
        ["https://new.example".into()]
    );
}

#[test]
fn regexes_that_rust_has_not() {
    let table = [
        (
            r"https://(?!evil)[a-z]+\.example",
            "look-ahead means something in PCRE that Rust's regular expressions cannot say; \
             write the regex without it, or list the origins",
        ),
        (
            r"https://.*+\.a\.example",
            "a possessive quantifier means something in PCRE that Rust's regular expressions \
             cannot say; write the regex without it, or list the origins",
        ),
        (
            r"https://(a|b)\.\1\.example",
            "a back-reference means something in PCRE that Rust's regular expressions cannot say; \
             write the regex without it, or list the origins",
        ),
        (
            r"https://[^--a]+\.example",
            "a range that begins with `-` or `]` means something in PCRE that Rust's regular \
             expressions cannot say; write the regex without it, or list the origins",
        ),
        (
            r"https://[^]-a]+\.example",
            "a range that begins with `-` or `]` means something in PCRE that Rust's regular \
             expressions cannot say; write the regex without it, or list the origins",
        ),
        (
            r"https://a{ 2 }\.example",
            "a space within a quantifier means something in PCRE that Rust's regular expressions \
             cannot say; write the regex without it, or list the origins",
        ),
        (
            r"https://.**\.example",
            "a quantifier of a quantifier means something in PCRE that Rust's regular \
             expressions cannot say; write the regex without it, or list the origins",
        ),
        (
            r"https://\h+\.example",
            "this does not compile as a regular expression of Rust: `\\h`: \
             unrecognized escape sequence",
        ),
        (
            "*.a.example",
            "this does not compile as a regular expression of Rust: repetition operator missing \
             expression",
        ),
    ];
    for (entry, message) in table {
        let json = serde_json::json!({"origins": [entry]}).to_string();
        let message = format!("config.origins[0] `{entry}`: {message}");
        assert_eq!(error(options(&json)), message);
    }
}

/// Kong sees `::1` where browsers send `[::1]`.
#[test]
fn brackets_of_ipv6_addresses() {
    let table = [
        (r"^https?://.{5}$", r"https?://[^\[\]]{5}"),
        (
            r"https?://(localhost|\[::1\])",
            "https?://(localhost|[a&&b]::1[a&&b])",
        ),
        (r"https?://[^.]+:\d+", r"https?://[[^.]&&[^\[\]]]+:\d+"),
        (
            r"https?://.[0-:\\-_]+",
            r"https?://[^\[\]][[0-:\\-_]&&[^\[\]]]+",
        ),
        (
            r"http://[A-z]\W+1[A-z]",
            r"http://[[A-z]&&[^\[\]]][\W&&[^\[\]]]+1[[A-z]&&[^\[\]]]",
        ),
    ];
    for (entry, imported) in table {
        let json = serde_json::json!({"origins": [entry, "https://a.example"]}).to_string();
        let import = options(&json);
        assert_eq!(
            notes(&import),
            [format!(
                "config.origins[0] `{entry}`: Kong removes the brackets of IPv6 addresses before \
                 it matches; imported as `{imported}`, which allows no such address; list one \
                 that is meant in the imported configuration, `http://[::1]:3000`"
            )]
        );
        let config = config(import);
        assert_eq!(config.allow_origins[0], OriginPattern::regex(imported));
        check(&[Row {
            name: entry,
            config: &config,
            request: "GET origin: http://[::1]",
            response: "200
                vary: Origin",
        }]);
    }
    // Both would match, but to tell is more than it is worth.
    let any = config(options(r#"{"origins": [".*"]}"#));
    assert_eq!(any.allow_origins, [OriginPattern::host_regex(r"[^\[\]]*")]);
    // Kong 0.x compared what was sent.
    let old = config(options_of(
        Generation::V0,
        r#"{"origins": ["https?://.*"]}"#,
    ));
    assert_eq!(old.allow_origins, [OriginPattern::regex("https?://.*")]);
    let old = config(options_of(
        Generation::V0,
        r#"{"origins": ["http://\\[::1\\]:\\d+"]}"#,
    ));
    let imported = OriginPattern::regex(r"http://\[::1\]:\d+");
    assert_eq!(old.allow_origins, [imported]);
    check(&[Row {
        name: "an address of old",
        config: &old,
        request: "GET origin: http://[::1]:3000",
        response: "200
            access-control-allow-origin: http://[::1]:3000
            vary: Origin",
    }]);
}

/// A colon anywhere makes Kong match the whole origin.
#[test]
fn colons_make_a_regex_one_of_whole_origins() {
    let whole = [
        r"https://[[:alpha:]]+\.example",
        r".*://(?:a|b)\.example",
        r"https?.+a\.example:\d+",
    ];
    for entry in whole {
        let json = serde_json::json!({"origins": [entry]}).to_string();
        let origins = config(options(&json)).allow_origins;
        assert_eq!(origins, [OriginPattern::regex(entry)]);
    }
    // Without a scheme it matches none, although a host is meant.
    let import = options(r#"{"origins": ["https://a.example", "(?:a|b)\\.example"]}"#);
    let codes = import.as_ref().unwrap().notes.iter();
    let codes: Vec<_> = codes.map(|note| note.kind().code()).collect();
    assert_eq!(codes, ["regex-never-matches"]);
    assert_eq!(config(import), origin());
}

#[test]
fn regexes_that_match_nothing() {
    let table = [
        (
            r"^https://b\.example/$",
            r"an origin has no trailing slash; write `^https://b\.example`",
        ),
        (
            "https://b.example, https://c.example",
            "Kong does not split it at commas; make each origin an entry",
        ),
        (
            r"https://b\.example ",
            r"there is a space in it; write `https://b\.example`",
        ),
        (
            r"https://b\.example:443",
            r"browsers leave the default port out; write `https://b\.example`",
        ),
        (
            r"(?:b|c)\.example",
            "`(?:` has a `:`, so Kong matches it against the whole origin; write `(` instead",
        ),
        (
            r"\.b\.example",
            "it is matched against the whole host, from its first label to its last",
        ),
        (
            r"https://bücher\.example",
            "browsers send international names in ASCII, `xn--…`",
        ),
    ];
    for (entry, cause) in table {
        let json = serde_json::json!({"origins": ["https://a.example", entry]}).to_string();
        let import = options(&json);
        let note = format!(
            "config.origins[1] `{entry}`: left out because no origin matches this: {cause}"
        );
        assert_eq!(notes(&import), [note]);
        assert_eq!(config(import), origin());
    }
}

#[test]
fn any_origin() {
    assert_eq!(config(options(r#"{"origins": ["*"]}"#)), defaults());
    assert_eq!(config(options(r#"{"origins": "*"}"#)), defaults());
    let among = r#"{"origins": ["https://a.example", "*"]}"#;
    // Every origin since 3.8, none before.
    assert_eq!(
        notes(&options(among)),
        [
            "config.origins[1] `*`: left out: since Kong 3.8 a `*` beside other entries allows every \
          origin, and before that none; if every origin is meant, remove the others"
        ]
    );
    assert_eq!(config(options(among)), origin());
    let before = options_of(Generation::V1, among);
    assert_eq!(
        notes(&before),
        ["config.origins[1] `*`: left out: this `*` is not a wildcard and stands only for itself"]
    );
    assert_eq!(config(before), origin());
}

#[test]
fn any_origin_with_credentials_is_taken_on_by_name() {
    let import = options(r#"{"origins": ["*"], "credentials": true}"#);
    assert_eq!(
        notes(&import),
        [
            "config.credentials `true`: with credentials, Kong repeats every origin, so any site \
             can act as the user; list the origins that may"
        ]
    );
    let config = config(import);
    let errors = config.compile().unwrap_err();
    let codes: Vec<_> = errors.iter().map(|error| error.kind().code()).collect();
    assert_eq!(codes, ["any-origin-with-credentials"]);
    let config = config.dangerously_allow([Danger::AnyOriginWithCredentials]);
    check(&[
        Row {
            name: "every origin is repeated",
            config: &config,
            request: "GET origin: https://evil.example",
            response: "200
                access-control-allow-credentials: true
                access-control-allow-origin: https://evil.example
                vary: Origin",
        },
        Row {
            name: "there is no origin (Kong: `*`)",
            config: &config,
            request: "GET",
            response: "200
                vary: Origin",
        },
    ]);
}

#[test]
fn form_fields() {
    let old = origin()
        .allow_methods(["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"])
        .preflight_status(204);
    let a = ("config.origins", "https://a.example");
    let two = old
        .clone()
        .allow_origins(["https://a.example:*", "https://b.example:*"]);
    let table = [
        (vec![("config.origin", "https://a.example")], old.clone()),
        (
            vec![("config.origin", "*")],
            old.clone().allow_origins(["*"]),
        ),
        (
            vec![("config.origins", "https://a.example, https://b.example ")],
            two.clone(),
        ),
        (
            vec![a, ("config.origins", "https://b.example")],
            two.clone(),
        ),
        (
            vec![
                ("config.origins[]", "https://a.example"),
                ("config.origins[2]", "https://b.example"),
            ],
            two.clone(),
        ),
        // An empty list of 0.x is sent.
        (
            vec![a, ("config.headers", "")],
            old.clone().allow_headers([""; 0]),
        ),
        (
            vec![a, ("config.methods[1]", "GET, PUT")],
            old.clone().allow_methods(["GET", "PUT", "HEAD", "POST"]),
        ),
        (
            vec![a, ("config.credentials", " TRUE ")],
            old.clone().allow_credentials(true),
        ),
        (
            vec![a, ("config.preflight_continue", "true")],
            old.clone().preflight(PreflightMode::Forward),
        ),
        (
            vec![a, ("config.max_age", "60")],
            old.clone().max_age(Duration::from_secs(60)),
        ),
        (vec![a, ("api_id", "7")], old.clone()),
    ];
    for (fields, expected) in table {
        let fields = [("name", "cors")].into_iter().chain(fields);
        let fields: Vec<_> = fields.collect();
        assert_eq!(
            config(kong::form(fields.clone(), Generation::V0)),
            expected,
            "{fields:?}"
        );
    }
    // The fields of a file have the same forms.
    let json = r#"{"name": "cors", "config.origins[1]": "https://a.example",
        "config.origins[2]": "https://b.example"}"#;
    let document: Document = serde_json::from_str(json).unwrap();
    assert_eq!(config(kong::plugin(&document, Generation::V3)), two);
    // What changes a plugin does not name it.
    let change = kong::form([a], Generation::V0);
    assert_eq!(config(change), old);
    // A field is not lost behind a `config` of nothing.
    let json = r#"{"name": "cors", "config": null, "config.origins": "https://a.example"}"#;
    let document: Document = serde_json::from_str(json).unwrap();
    assert_eq!(config(kong::plugin(&document, Generation::V3)), old);
    let json = r#"{"name": "cors", "config": {"origins": "*"}, "config.origins": "https://a"}"#;
    let document: Document = serde_json::from_str(json).unwrap();
    assert_eq!(
        error(kong::plugin(&document, Generation::V3)),
        "config.origins: `config` is set too; remove one of them"
    );
    // Today a string is one entry.
    let today = kong::form(
        [
            ("name", "cors"),
            ("config.origins", "https://a.example, https://b.example"),
        ],
        Generation::V3,
    );
    assert_eq!(
        today.unwrap_err().iter().next().unwrap().to_string(),
        "config.origins `https://a.example, https://b.example`: Kong takes this for one entry, \
         and does not split it at commas; make it a list"
    );
    let fields = [("name", "cors"), ("config.credentials", "yes")];
    assert_eq!(
        error(kong::form(fields, Generation::V0)),
        "config.credentials `\"yes\"`: this is a string, not `true` or `false`; Kong refuses it"
    );
}

#[test]
fn the_only_origin_of_old() {
    let form = |fields: &[(&str, &str)]| {
        let fields = [("name", "cors")].iter().chain(fields).copied();
        kong::form(fields.collect::<Vec<_>>(), Generation::V0)
    };
    // `*` went out beside credentials, which browsers refuse.
    let any = form(&[("config.origin", "*"), ("config.credentials", "true")]);
    assert_eq!(
        notes(&any),
        [
            "config.credentials `true`: imported without credentials: browsers refuse them beside \
             the `*` that was sent here, so no page could use them; list the origins that may \
             send them"
        ]
    );
    assert!(!config(any).allow_credentials);
    let nobody = "imported as `https://nobody.invalid`, which is not the origin of any page";
    let literal = "this `*` is not a wildcard and stands only for itself";
    let table = [
        (
            vec![("config.origin", "a.example")],
            format!(
                "config.origin: no page could use this: `a.example`: an origin begins with its \
                 scheme; {nobody}; write `https://a.example`"
            ),
        ),
        // It was compared as it stands, and no browser sends a `*`.
        (
            vec![("config.origin", "https://*.a.example")],
            format!(
                "config.origin: no page could use this: `https://*.a.example`: {literal}; {nobody}"
            ),
        ),
        (
            vec![("config.origins", "*, *")],
            format!(
                "config.origins: no page could use this: `*`: {literal}; `*`: {literal}; {nobody}"
            ),
        ),
    ];
    for (fields, note) in table {
        let import = form(&fields);
        assert_eq!(notes(&import), [note]);
        assert_eq!(
            config(import).allow_origins,
            ["https://nobody.invalid".into()]
        );
    }
    assert_eq!(
        error(form(&[("config.origin", "*"), ("config.origins", "*")])),
        "config.origin: `origins` is set too; remove one of them"
    );
}

/// Kong 0.x searches; what can be kept is kept.
#[test]
fn entries_of_old_are_searched_for() {
    let regex = OriginPattern::regex;
    let host_regex = OriginPattern::host_regex;
    let table: [(&str, OriginPattern); 12] = [
        ("http://localhost", "http://localhost:*".into()),
        ("http://localhost:3000", "http://localhost:3000".into()),
        ("a.example", host_regex(r"(?:.*\.)?(?:a\.example)")),
        (r".*\.a\.example", host_regex(r"(?:.*\.a\.example)")),
        (
            r"https://[a-z]+\.a\.example",
            regex(r"(?:https://[a-z]+\.a\.example)(?::[0-9]+)?"),
        ),
        (
            "^https?://localhost",
            regex("(?:https?://localhost)(?::[0-9]+)?"),
        ),
        (r"^https://a\.example$", regex(r"https://a\.example")),
        (r"example\.com$", regex(r".*://(?:.*\.)?(?:example\.com)")),
        (r"\.example\.com$", regex(r".*://.*(?:\.example\.com)")),
        // Anchors inside are of the origin too.
        (
            r"a\.example$|b\.example$",
            regex(r".*://(?:.*\.)?(?:a\.example$|b\.example)"),
        ),
        (r"a\.example\Z", regex(r".*://(?:.*\.)?(?:a\.example)")),
        (r"a\.example|^b", regex(r".*://(?:.*\.)?(?:a\.example|^b)")),
    ];
    for (entry, expected) in table {
        let json = serde_json::json!({"origins": [entry, "null"]}).to_string();
        let import = options_of(Generation::V0, &json);
        assert_eq!(
            notes(&import)[0],
            format!(
                "config.origins[0] `{entry}`: Kong 0.x searches for this anywhere in the origin, \
                 so longer names match too; imported as `{expected}`, which has to match the \
                 whole of it"
            )
        );
        assert_eq!(config(import).allow_origins[0], expected);
    }
    // The origin begins with its scheme.
    let json = serde_json::json!({"origins": [r"^a\.example", "null"]}).to_string();
    assert_eq!(
        notes(&options_of(Generation::V0, &json))[0],
        r"config.origins[0] `^a\.example`: left out because no origin matches this: it is matched against the whole origin, which begins with its scheme"
    );
    // With credentials, they stay within their site.
    let json = serde_json::json!({"origins": [r"example\.com$", "https://b.example"], "credentials": true});
    let policy = config(options_of(Generation::V0, &json.to_string()))
        .compile()
        .unwrap();
    assert_eq!(policy.config().allow_origins[0].within, ["example.com"]);
}

/// A `KongPlugin` of Kubernetes.
#[test]
fn manifests() {
    let manifest = |rest: &str| {
        let yaml = format!(
            "apiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {{name: x}}\n{rest}"
        );
        let document: Document = serde_saphyr::from_str(&yaml).unwrap();
        document
    };
    let plugin = |rest: &str| kong::plugin(&manifest(rest), Generation::V3);
    let cors = "plugin: cors\nconfig: {origins: ['https://a.example']}";
    assert_eq!(config(plugin(cors)), origin());
    let policies = kong::import(&manifest(cors)).unwrap().config;
    assert_eq!(
        policies.paths().unwrap().paths,
        [("/".to_owned(), Some(origin()))]
    );
    let off = plugin("plugin: cors\ndisabled: true");
    assert_eq!(off.unwrap().config, None);
    assert_eq!(
        error(plugin("plugin: acl")),
        "plugin `\"acl\"`: this is not the plugin `cors`; write `cors`"
    );
    assert_eq!(
        error(plugin(
            "plugin: cors\nconfigFrom: {secretKeyRef: {name: s, key: k}}\nconfig: {origins: ['*']}"
        )),
        "configFrom `{…}`: the plugin's options are in a secret, which is not read; write them \
         into `config`"
    );
}

/// Kong 0.x compared the text as it was.
#[test]
fn literals_of_old_are_not_normalised() {
    let origins = "https://a.example/, https://b.example:443, https://c.example";
    let old = kong::form(
        [("name", "cors"), ("config.origins", origins)],
        Generation::V0,
    );
    assert_eq!(
        notes(&old),
        [
            "config.origins `https://a.example/`: left out because no browser sends this: an \
             origin \
             has no trailing slash; write `https://a.example`",
            "config.origins `https://b.example:443`: left out because no browser sends this: \
             browsers leave the default port out; write `https://b.example`",
            "config.origins `https://c.example`: Kong 0.x searches for this anywhere in the \
             origin, so longer names match too; imported as `https://c.example:*`, which has to \
             match the whole of it",
        ]
    );
    assert_eq!(config(old).allow_origins, ["https://c.example:*".into()]);
}

/// What Kong's documentation says of requests, and what is different here.
#[test]
fn on_the_wire() {
    let document: Document = serde_saphyr::from_str(DOCUMENTED_TODAY).unwrap();
    let documented = config(kong::plugin(&document, Generation::V3))
        .dangerously_allow([Danger::InsecureOrigins]);
    let any = config(options(r#"{"origins": ["*"], "private_network": true}"#));
    let absent = config(options(
        r#"{"origins": ["*"], "allow_origin_absent": false}"#,
    ));
    let listed = config(options(
        r#"{"origins": ["https://a.example", "^https://[a-z]+\\.b\\.example$"], "methods": []}"#,
    ));
    let forward = config(options(&with(r#""preflight_continue": true"#)));
    let vary = "vary: Origin, access-control-request-method, access-control-request-headers";
    let private = format!("{vary}, access-control-request-private-network");
    check(&[
        Row {
            name: "documented: an actual request",
            config: &documented,
            request: "GET origin: http://mockbin.com",
            response: "200
                access-control-allow-credentials: true
                access-control-allow-origin: http://mockbin.com
                access-control-expose-headers: x-auth-token
                vary: Origin",
        },
        Row {
            name: "documented: a preflight",
            config: &documented,
            request: "OPTIONS origin: http://mockbin.com
                access-control-request-method: POST
                access-control-request-headers: x-auth-token",
            response: &format!(
                "200
                access-control-allow-credentials: true
                access-control-allow-headers: accept, accept-version, content-md5, content-type, x-auth-token
                access-control-allow-methods: GET, POST, HEAD
                access-control-allow-origin: http://mockbin.com
                access-control-max-age: 3600
                {vary}"
            ),
        },
        Row {
            name: "documented: another origin (Kong: the only origin, to everyone)",
            config: &documented,
            request: "GET origin: http://evil.example",
            response: "200
                vary: Origin",
        },
        Row {
            name: "documented: no origin (Kong: the only origin, to everyone)",
            config: &documented,
            request: "GET",
            response: "200
                vary: Origin",
        },
        Row {
            name: "documented: a preflight from another origin (Kong: 200)",
            config: &documented,
            request: "OPTIONS origin: http://evil.example
                access-control-request-method: POST",
            response: &format!("403\n{vary}"),
        },
        Row {
            name: "documented: OPTIONS that is no preflight",
            config: &documented,
            request: "OPTIONS origin: http://mockbin.com",
            // Kong adds its headers; here the method is not listed.
            response: "200
                vary: Origin, access-control-request-method",
        },
        Row {
            name: "any: an actual request",
            config: &any,
            request: "GET origin: https://x.example",
            response: "200
                access-control-allow-origin: *",
        },
        Row {
            name: "any: without an origin",
            config: &any,
            request: "GET",
            response: "200
                access-control-allow-origin: *",
        },
        Row {
            name: "any: without an origin, which is not to be answered",
            config: &absent,
            request: "GET",
            response: "200
                vary: Origin",
        },
        Row {
            name: "any: a preflight mirrors the headers",
            config: &any,
            request: "OPTIONS origin: https://x.example
                access-control-request-method: DELETE
                access-control-request-headers: authorization,x-a
                access-control-request-private-network: true",
            response: &format!(
                "200
                access-control-allow-headers: authorization,x-a
                access-control-allow-methods: GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS
                access-control-allow-origin: *
                access-control-allow-private-network: true
                {private}"
            ),
        },
        Row {
            name: "listed: a regex",
            config: &listed,
            request: "GET origin: https://x.b.example",
            response: "200
                access-control-allow-origin: https://x.b.example
                vary: Origin",
        },
        Row {
            name: "listed: more than a regex",
            config: &listed,
            request: "GET origin: https://x.b.example.evil.example",
            response: "200
                vary: Origin",
        },
        Row {
            name: "listed: no methods, and a preflight for GET",
            config: &listed,
            request: "OPTIONS origin: https://a.example
                access-control-request-method: GET",
            response: &format!(
                "200
                access-control-allow-methods: GET, HEAD, POST
                access-control-allow-origin: https://a.example
                {vary}"
            ),
        },
        Row {
            name: "forwarded: a preflight is the application's",
            config: &forward,
            request: "OPTIONS origin: https://a.example
                access-control-request-method: GET",
            response: "200
                vary: Origin, access-control-request-method",
        },
    ]);
}
