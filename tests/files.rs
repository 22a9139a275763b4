//! Configurations in files: TOML, JSON and YAML.
#![cfg(feature = "serde")]

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use tower_cors::{
    AllowHeaders, CorsConfig, Danger, Enforcement, InnerHeaders, MaxAge, OriginPattern,
    PathConfigs, PreflightMode, WhenEmpty,
};

const TOML: &str = r#"
allow_origins = ["https://app.example.com", { regex = 'https://pr-\d+\.example\.com' }, { host_regex = 'a\.b' }]
allow_methods = ["GET", "PUT"]
allow_headers = ["authorization", "content-type"]
expose_headers = "*"
allow_credentials = true
max_age = "10m"
allow_private_network = true
preflight = "decorate"
preflight_status = 200
enforcement = "server"
when_empty = "off"
inner_headers = "keep"
answer_without_origin = false
debug = true
dangerously_allow = ["insecure-origins"]
"#;

const JSON: &str = r#"{
    "allow_origins": ["https://app.example.com", {"regex": "https://pr-\\d+\\.example\\.com"}, {"host_regex": "a\\.b"}],
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["authorization", "content-type"],
    "expose_headers": "*",
    "allow_credentials": true,
    "max_age": 600,
    "allow_private_network": true,
    "preflight": "decorate",
    "preflight_status": 200,
    "enforcement": "server",
    "when_empty": "off",
    "inner_headers": "keep",
    "answer_without_origin": false,
    "debug": true,
    "dangerously_allow": ["insecure-origins"]
}"#;

const YAML: &str = r#"
allow_origins:
  - https://app.example.com
  - regex: https://pr-\d+\.example\.com
  - host_regex: a\.b
allow_methods: [GET, PUT]
allow_headers: [authorization, content-type]
expose_headers: "*"
allow_credentials: true
max_age: 10m
allow_private_network: true
preflight: decorate
preflight_status: 200
enforcement: server
when_empty: off
inner_headers: keep
answer_without_origin: false
debug: true
dangerously_allow: [insecure-origins]
"#;

fn every_field() -> CorsConfig {
    CorsConfig::new([
        OriginPattern::from("https://app.example.com"),
        OriginPattern::regex(r"https://pr-\d+\.example\.com"),
        OriginPattern::host_regex(r"a\.b"),
    ])
    .allow_methods(["GET", "PUT"])
    .allow_headers(["authorization", "content-type"])
    .expose_headers(["*"])
    .allow_credentials(true)
    .max_age(Duration::from_secs(600))
    .allow_private_network(true)
    .preflight(PreflightMode::Decorate)
    .preflight_status(200)
    .enforcement(Enforcement::Server)
    .when_empty(WhenEmpty::Off)
    .inner_headers(InnerHeaders::Keep)
    .answer_without_origin(false)
    .debug(true)
    .dangerously_allow([Danger::InsecureOrigins])
}

#[test]
fn every_format_gives_the_same_configuration() {
    assert_eq!(toml::from_str::<CorsConfig>(TOML).unwrap(), every_field());
    assert_eq!(
        serde_json::from_str::<CorsConfig>(JSON).unwrap(),
        every_field()
    );
    assert_eq!(
        serde_saphyr::from_str::<CorsConfig>(YAML).unwrap(),
        every_field()
    );
}

#[test]
fn what_is_absent_has_its_default() {
    let config: CorsConfig = toml::from_str("allow_origins = '*'").unwrap();
    assert_eq!(config, CorsConfig::new(["*"]));
    let config: CorsConfig = toml::from_str("allow_headers = '*'").unwrap();
    assert_eq!(config, CorsConfig::default().allow_headers(["*"]));
    let config: CorsConfig = toml::from_str("max_age = 'browser-default'").unwrap();
    assert_eq!(config, CorsConfig::default());
    assert_eq!(
        toml::from_str::<CorsConfig>("").unwrap(),
        CorsConfig::default()
    );
}

#[test]
fn a_round_trip_is_the_identity() {
    let configs = [
        every_field(),
        CorsConfig::default(),
        CorsConfig::new(["*"]).allow_headers(AllowHeaders::Mirror),
        CorsConfig::new(["*"]).max_age(MaxAge::Disabled),
        CorsConfig::new(["*"]).max_age(Duration::from_millis(1500)),
        CorsConfig::new(["*"])
            .allow_methods(["*"])
            .allow_headers(["*", "authorization"]),
        CorsConfig::new(["*"]).allow_methods([""; 0]),
    ];
    for config in configs {
        let text = toml::to_string(&config).unwrap();
        assert_eq!(
            toml::from_str::<CorsConfig>(&text).unwrap(),
            config,
            "{text}"
        );
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(
            serde_json::from_str::<CorsConfig>(&text).unwrap(),
            config,
            "{text}"
        );
        let text = serde_saphyr::to_string(&config).unwrap();
        assert_eq!(
            serde_saphyr::from_str::<CorsConfig>(&text).unwrap(),
            config,
            "{text}"
        );
    }
}

#[test]
fn only_what_differs_from_the_default_is_written() {
    let config = CorsConfig::new(["https://a.example"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600));
    assert_eq!(
        toml::to_string(&config).unwrap(),
        "allow_origins = [\"https://a.example\"]\nallow_credentials = true\nmax_age = 600\n"
    );
}

/// As `Display` prints them and `FromStr` parses them.
#[test]
fn options_are_written_as_they_are_printed() {
    #[track_caller]
    fn assert_alike<T>(value: &T, json: &serde_json::Value)
    where
        T: Serialize + DeserializeOwned + ToString + PartialEq + std::fmt::Debug,
    {
        assert_eq!(serde_json::to_value(value).unwrap(), *json);
        let printed = serde_json::Value::from(value.to_string());
        assert_eq!(serde_json::from_value::<T>(printed).unwrap(), *value);
    }
    assert_alike(&PreflightMode::Decorate, &"decorate".into());
    assert_alike(&Enforcement::Server, &"server".into());
    assert_alike(&InnerHeaders::Keep, &"keep".into());
    assert_alike(&Danger::NullOrigin, &"null-origin".into());
    assert_alike(&MaxAge::BrowserDefault, &"browser-default".into());
    assert_alike(&MaxAge::Disabled, &0.into());
    assert_alike(&MaxAge::For(Duration::from_secs(600)), &600.into());
    assert_alike(
        &MaxAge::For(Duration::from_millis(1500)),
        &"1s 500ms".into(),
    );
}

#[test]
fn a_predicate_cannot_be_written() {
    let config = CorsConfig::new([OriginPattern::predicate(|_| true)]);
    assert_eq!(
        serde_json::to_string(&config).unwrap_err().to_string(),
        "a function cannot be written to a file"
    );
}

#[test]
fn shapes_that_are_wrong() {
    let table = [
        (
            r#"{"alow_origins": []}"#,
            "`alow_origins` is not a field of a CORS configuration; did you mean `allow_origins`? at line 1 column 15",
        ),
        (
            r#"{"listen": 1}"#,
            "`listen` is not a field of a CORS configuration; expected one of `enabled`, `allow_origins`, \
             `allow_methods`, `allow_headers`, `expose_headers`, `allow_credentials`, `max_age`, \
             `allow_private_network`, `preflight`, `preflight_status`, `enforcement`, `own_origins`, `when_empty`, \
             `inner_headers`, `answer_without_origin`, `debug`, `dangerously_allow` at line 1 column 9",
        ),
        (
            r#"{"debug": true, "debug": true}"#,
            "duplicate field `debug` at line 1 column 23",
        ),
        (
            r#"{"allow_origins": 7}"#,
            "invalid type: integer `7`, expected a list, or a text with commas between its entries at line 1 column 19",
        ),
        (
            r#"{"allow_origins": [7]}"#,
            "invalid type: integer `7`, expected an origin pattern, or `{ regex = \"…\" }` at line 1 column 20",
        ),
        (
            r#"{"allow_origins": [{"regexp": "x"}]}"#,
            "`regexp` is not a field of an entry; did you mean `regex`? at line 1 column 28",
        ),
        (
            r#"{"allow_origins": [{}]}"#,
            "missing field `regex` at line 1 column 22",
        ),
        (
            r#"{"allow_origins": [{"regex": "x", "host_regex": "y"}]}"#,
            "duplicate field `host_regex` at line 1 column 52",
        ),
        (
            r#"{"allow_headers": true}"#,
            "invalid type: boolean `true`, expected a list, or a text with commas between its entries at line 1 column 22",
        ),
        (
            r#"{"allow_credentials": "yes"}"#,
            "invalid type: string \"yes\", expected a boolean at line 1 column 27",
        ),
        (
            r#"{"max_age": "soon"}"#,
            "max_age `soon`: a maximum age is a number of seconds or a duration, such as `600`, `10m` or `1h30m` at line 1 column 18",
        ),
        (
            r#"{"max_age": -1}"#,
            "max_age `-1`: a maximum age is not negative; write `0` to disable at line 1 column 14",
        ),
        (
            r#"{"max_age": 1.5}"#,
            "invalid type: floating point `1.5`, expected a number of seconds, or a duration such as `\"12h\"` at line 1 column 15",
        ),
        (
            r#"{"preflight": "forwards"}"#,
            "`forwards` is not a preflight mode; did you mean `forward`? at line 1 column 24",
        ),
        (
            r#"{"preflight": 1}"#,
            "invalid type: integer `1`, expected a preflight mode at line 1 column 15",
        ),
        (
            r#"{"enforcement": "client"}"#,
            "`client` is not an enforcement; expected one of `browser`, `server` at line 1 column 24",
        ),
        (
            r#"{"dangerously_allow": ["insecure_origins"]}"#,
            "`insecure_origins` is not a danger; did you mean `insecure-origins`? at line 1 column 41",
        ),
    ];
    for (json, message) in table {
        let error = serde_json::from_str::<CorsConfig>(json).unwrap_err();
        assert_eq!(error.to_string(), message, "{json}");
    }
}

#[test]
fn errors_carry_the_place_in_the_file() {
    let error = toml::from_str::<CorsConfig>("debug = true\nalow_origins = []\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "TOML parse error at line 2, column 1
  |
2 | alow_origins = []
  | ^^^^^^^^^^^^
`alow_origins` is not a field of a CORS configuration; did you mean `allow_origins`?
"
    );
    let error = serde_saphyr::from_str::<CorsConfig>("debug: true\nmax_age: -1s\n").unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("line 2") && message.contains("is not negative"),
        "{message}"
    );
}

#[test]
fn configurations_by_path() {
    let configs = PathConfigs::new()
        .path("/", CorsConfig::new(["*"]))
        .path("/account", CorsConfig::new(["https://a.example"]))
        .path("/internal*", None);
    let text = r#"
"/internal*" = false
["/"]
allow_origins = ["*"]
["/account"]
allow_origins = ["https://a.example"]
"#;
    let mut read: PathConfigs = toml::from_str(text).unwrap();
    read.paths.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(read, configs);
    let text = serde_json::to_string(&configs).unwrap();
    assert_eq!(
        serde_json::from_str::<PathConfigs>(&text).unwrap(),
        configs,
        "{text}"
    );

    let error = serde_json::from_str::<PathConfigs>("1").unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: integer `1`, expected a CORS configuration for each path prefix at line 1 \
         column 1"
    );
    let error = serde_json::from_str::<PathConfigs>(r#"{"/": true}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid value: boolean `true`, expected a CORS configuration, or `false` at line 1 column 10"
    );
    let error = serde_json::from_str::<PathConfigs>(r#"{"/": {"debig": true}}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`debig` is not a field of a CORS configuration; did you mean `debug`? at line 1 column 14"
    );
}
