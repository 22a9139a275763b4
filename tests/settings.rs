//! Settings as projects have them: text in variables and flags, sections in files, several
//! sources of which a later one wins.
#![cfg(feature = "serde")]

use std::time::Duration;

use clap::Parser;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use http::{HeaderValue, Method};
use serde::Deserialize;
use tower_cors::{
    AllowHeaders, CorsConfig, Danger, Enforcement, MaxAge, OriginPattern, PatternFault, WhenEmpty,
};

const APP: &str = "https://app.example.com";
const ADMIN: &str = "https://admin.example.com";

/// A section of a project's settings.
#[derive(Debug, Default, Deserialize, PartialEq)]
struct Settings {
    cors: CorsConfig,
}

fn expected() -> CorsConfig {
    CorsConfig::new([APP, ADMIN])
        .allow_methods(["GET", "PUT"])
        .allow_headers(["authorization", "x-a"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
        .enforcement(Enforcement::Server)
        .preflight_status(200)
        .dangerously_allow([Danger::NullOrigin, Danger::InsecureOrigins])
}

#[test]
fn lists_are_text_with_commas() {
    let table: [(&str, &[&str]); 7] = [
        ("", &[]),
        ("  ", &[]),
        (APP, &[APP]),
        ("*", &["*"]),
        (
            "https://app.example.com,https://admin.example.com",
            &[APP, ADMIN],
        ),
        (
            " https://app.example.com ,\n https://admin.example.com ",
            &[APP, ADMIN],
        ),
        ("https://app.example.com,,", &[APP, "", ""]),
    ];
    for (text, entries) in table {
        assert_eq!(
            CorsConfig::from_list(text),
            CorsConfig::new(entries.iter().copied())
        );
        let json = serde_json::json!({ "allow_origins": text, "expose_headers": text });
        let config: CorsConfig = serde_json::from_value(json).unwrap();
        let of_code = CorsConfig::from_list(text).expose_headers(CorsConfig::entries(text));
        assert_eq!(config, of_code, "{text:?}");
    }
    assert_eq!("mirror".parse(), Ok(AllowHeaders::Mirror));
    assert_eq!("x-a, x-b".parse(), Ok(AllowHeaders::from(["x-a", "x-b"])));
}

#[test]
fn a_text_is_a_list_in_toml() {
    let text = r#"
        [cors]
        allow_origins = "https://app.example.com, https://admin.example.com"
        allow_methods = "GET, PUT"
        allow_headers = "authorization,x-a"
        allow_credentials = true
        max_age = "10m"
        enforcement = "server"
        preflight_status = 200
        dangerously_allow = "null-origin, insecure-origins"
    "#;
    let settings: Settings = toml::from_str(text).unwrap();
    assert_eq!(settings, Settings { cors: expected() });
}

#[test]
fn a_regex_takes_its_border_as_text() {
    let text = r"allow_origins = [{ regex = 'https://.*', within = 'example.com, example.org' }]";
    let config: CorsConfig = toml::from_str(text).unwrap();
    let regex = OriginPattern::regex("https://.*").within(["example.com", "example.org"]);
    assert_eq!(config, CorsConfig::new([regex]));
}

#[test]
fn an_unknown_danger_in_text_is_named() {
    let text = r#"{"dangerously_allow": "null-origin, insecure"}"#;
    assert_eq!(
        serde_json::from_str::<CorsConfig>(text)
            .unwrap_err()
            .to_string(),
        "`insecure` is not a danger; expected one of `insecure-origins`, \
         `public-suffix-subdomains`, `unbounded`, `null-origin`, `any-origin-with-credentials` at \
         line 1 column 45"
    );
}

#[test]
#[allow(clippy::result_large_err, reason = "the signature is figment's")]
fn figment_reads_files_and_variables() {
    figment::Jail::expect_with(|jail| {
        jail.create_file(
            "app.toml",
            "[cors]\nallow_origins = 'https://old.example.com'\nallow_methods = ['GET', 'PUT']\n",
        )?;
        jail.set_env(
            "APP_CORS__ALLOW_ORIGINS",
            "https://app.example.com,https://admin.example.com",
        );
        jail.set_env("APP_CORS__ALLOW_HEADERS", "authorization, x-a");
        jail.set_env("APP_CORS__ALLOW_CREDENTIALS", "true");
        jail.set_env("APP_CORS__MAX_AGE", "600");
        jail.set_env("APP_CORS__ENFORCEMENT", "server");
        jail.set_env("APP_CORS__PREFLIGHT_STATUS", "200");
        jail.set_env(
            "APP_CORS__DANGEROUSLY_ALLOW",
            "null-origin,insecure-origins",
        );
        let settings: Settings = Figment::new()
            .merge(Toml::file("app.toml"))
            .merge(Env::prefixed("APP_").split("__"))
            .extract()?;
        assert_eq!(settings, Settings { cors: expected() });
        Ok(())
    });
}

/// A flag that says `false` must not be lost on the way.
#[test]
fn a_value_that_is_set_to_its_default_is_written() {
    let file = CorsConfig::new([APP]).allow_credentials(true);
    let flags = CorsConfig::default().allow_credentials(false);
    let merged = Figment::from(Serialized::defaults(file)).merge(Serialized::defaults(flags));
    assert_eq!(
        merged.extract::<CorsConfig>().unwrap(),
        CorsConfig::new([APP])
    );
}

#[test]
fn config_reads_files_and_variables() {
    let variables = [
        (
            "APP__CORS__ALLOW_ORIGINS",
            "https://app.example.com,https://admin.example.com",
        ),
        ("APP__CORS__ALLOW_HEADERS", "authorization, x-a"),
        ("APP__CORS__ALLOW_CREDENTIALS", "true"),
        ("APP__CORS__MAX_AGE", "600"),
        ("APP__CORS__ENFORCEMENT", "server"),
        ("APP__CORS__PREFLIGHT_STATUS", "200"),
        (
            "APP__CORS__DANGEROUSLY_ALLOW",
            "null-origin,insecure-origins",
        ),
    ];
    let variables = variables.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let file =
        "[cors]\nallow_origins = 'https://old.example.com'\nallow_methods = ['GET', 'PUT']\n";
    let settings: Settings = config::Config::builder()
        .add_source(config::File::from_str(file, config::FileFormat::Toml))
        .add_source(
            config::Environment::with_prefix("APP")
                .separator("__")
                .source(Some(variables.into_iter().collect())),
        )
        .build()
        .and_then(config::Config::try_deserialize)
        .unwrap();
    assert_eq!(settings, Settings { cors: expected() });
}

#[derive(Debug, Parser)]
struct Flags {
    #[arg(long, env = "TOWER_CORS_TEST_ORIGINS", default_value = "")]
    origins: String,
    #[arg(long, value_delimiter = ',')]
    origin: Vec<OriginPattern>,
    #[arg(long, default_value = "authorization, x-a")]
    headers: AllowHeaders,
    #[arg(long, default_value = "10m")]
    max_age: MaxAge,
    #[arg(long, default_value = "browser")]
    enforcement: Enforcement,
    #[arg(long, default_value = "error")]
    when_empty: WhenEmpty,
    #[arg(long)]
    danger: Vec<Danger>,
}

#[test]
fn clap_reads_flags() {
    let flags = Flags::parse_from([
        "app",
        "--origins=https://app.example.com, https://admin.example.com",
        "--origin=https://app.example.com,https://admin.example.com",
        "--enforcement=server",
        "--danger=null-origin",
        "--danger=insecure-origins",
    ]);
    let config = CorsConfig::from_list_named("--origins", &flags.origins)
        .allow_methods(["GET", "PUT"])
        .allow_headers(flags.headers)
        .allow_credentials(true)
        .max_age(flags.max_age)
        .enforcement(flags.enforcement)
        .when_empty(flags.when_empty)
        .preflight_status(200)
        .dangerously_allow(flags.danger);
    assert_eq!(config, expected());
    assert_eq!(config.allow_origins, flags.origin);
    let error = Flags::try_parse_from(["app", "--enforcement=sever"]).unwrap_err();
    let message = "`sever` is not an enforcement; did you mean `server`?";
    assert!(error.to_string().contains(message), "{error}");
}

/// The variable counts where the flag is absent, and the flag where both are there.
#[test]
#[allow(clippy::result_large_err, reason = "the signature is figment's")]
fn clap_reads_a_variable() {
    figment::Jail::expect_with(|jail| {
        let list = "https://app.example.com, https://example.org/";
        jail.set_env("TOWER_CORS_TEST_ORIGINS", list);
        let flags = Flags::parse_from(["app"]);
        let config = CorsConfig::from_list_named("TOWER_CORS_TEST_ORIGINS", &flags.origins);
        assert_eq!(
            config.compile().unwrap_err().to_string(),
            "invalid CORS configuration: TOWER_CORS_TEST_ORIGINS, entry 2 \
             `https://example.org/`: an origin has no trailing slash; write `https://example.org`"
        );
        let flags = Flags::parse_from(["app", "--origins=https://app.example.com"]);
        assert_eq!(flags.origins, "https://app.example.com");
        Ok(())
    });
}

/// Five projects lost all origins but the last in such a loop.
#[test]
fn singular_setters_add_and_plural_ones_replace() {
    let mut config = CorsConfig::default().allow_method(Method::PUT);
    for origin in [APP, ADMIN] {
        config = config.allow_origin(origin);
    }
    config = config
        .allow_header("x-a")
        .allow_header("x-b")
        .expose_header("x-c");
    assert_eq!(
        config,
        CorsConfig::new([APP, ADMIN])
            .allow_methods(["GET", "HEAD", "POST", "PUT"])
            .allow_headers(["x-a", "x-b"])
            .expose_headers(["x-c"])
    );
    assert_eq!(config.allow_origins([APP]).allow_origins, [APP.into()]);
    let mirror = CorsConfig::new([APP]).allow_headers(AllowHeaders::Mirror);
    assert_eq!(mirror.clone().allow_header("x-a"), mirror);
}

#[test]
fn a_later_source_wins_field_by_field() {
    let defaults = CorsConfig::new([APP])
        .allow_methods(["GET"])
        .allow_credentials(true)
        .preflight_status(200);
    let file: CorsConfig = toml::from_str("allow_methods = ['PUT']\nmax_age = 600\n").unwrap();
    let variable = CorsConfig::from_list(ADMIN);
    let flags: CorsConfig = toml::from_str("allow_credentials = false").unwrap();
    assert_eq!(
        defaults.merge(file).merge(variable).merge(flags),
        CorsConfig::new([ADMIN])
            .allow_methods(["PUT"])
            .preflight_status(200)
            .max_age(Duration::from_secs(600))
    );
}

#[test]
fn problems_name_their_source() {
    let file: CorsConfig =
        toml::from_str("allow_methods = ['GET', 'patch']\npreflight_status = 404\n").unwrap();
    let list = "https://app.example.com,, https://admin.example.com/";
    let config = file
        .source("cors.toml")
        .merge(CorsConfig::from_list_named("CORS_ALLOWED_ORIGINS", list))
        .allow_origin("localhost:3000")
        .max_age(Duration::from_millis(1));
    assert_eq!(
        config.compile().unwrap_err().to_string(),
        "invalid CORS configuration, 5 errors:\n\
         - CORS_ALLOWED_ORIGINS, entry 3 `https://admin.example.com/`: an origin has no trailing \
         slash; write `https://admin.example.com`\n\
         - allow_origins[3] `localhost:3000`: an origin begins with its scheme; write \
         `http://localhost:3000`\n\
         - cors.toml, allow_methods, entry 2 `patch`: methods are case-sensitive; write `PATCH`\n\
         - max_age `1ms`: the unit is a second; write `0` to disable, or `1s` or more\n\
         - cors.toml, preflight_status `404`: browsers accept a preflight's answer with a status \
         from 200 to 299 only; write 204 or 200"
    );
    let empty = CorsConfig::from_list_named("CORS_ALLOWED_ORIGINS", " ");
    assert_eq!(
        empty.compile().unwrap_err().to_string(),
        "invalid CORS configuration: CORS_ALLOWED_ORIGINS: no origin is allowed; list at least \
         one, such as `https://app.example.com`"
    );
    let policy = CorsConfig::from_list_named("CORS_ALLOWED_ORIGINS", "https://app.example.com,");
    let policy = policy.compile().unwrap();
    assert_eq!(
        policy.advisories()[0].to_string(),
        "CORS_ALLOWED_ORIGINS, entry 2: this entry is empty; remove it"
    );
}

#[test]
fn the_origin_of_a_url() {
    for (url, origin) in [
        ("https://app.example.com", APP),
        ("https://app.example.com/", APP),
        ("HTTPS://user@App.Example.com:443/login?next=*#top", APP),
        ("http://localhost:3000/app", "http://localhost:3000"),
    ] {
        assert_eq!(OriginPattern::from_url(url), Ok(origin.into()), "{url}");
    }
    for (url, fault) in [
        ("*", PatternFault::MissingScheme),
        ("null", PatternFault::MissingScheme),
        ("app.example.com/login", PatternFault::MissingScheme),
        ("https://*.example.com/login", PatternFault::WildcardPlace),
        ("https://*.example.com", PatternFault::WildcardPlace),
        ("app://app.example.com", PatternFault::NoOriginScheme),
        ("https://", PatternFault::EmptyHost),
        ("", PatternFault::Empty),
    ] {
        assert_eq!(OriginPattern::from_url(url), Err(fault), "{url}");
    }
}

#[test]
fn origins_come_in_many_types() {
    let owned = APP.to_owned();
    let value = HeaderValue::from_static(APP);
    let expected = CorsConfig::new([APP]);
    assert_eq!(CorsConfig::new([&owned]), expected);
    assert_eq!(CorsConfig::new(&[owned]), expected);
    assert_eq!(CorsConfig::new([value]), expected);
}
