//! Configuration files: what they say is what is read, it is written and read
//! again the same, and what compiles gives a configuration that compiles to the
//! same policy.
#![no_main]

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Response};
use libfuzzer_sys::fuzz_target;
use toml::{Table, Value};
use tower_cors::{
    Action, AllowHeaders, AllowedDanger, CorsConfig, MaxAge, OriginPattern, PatternKind, Policy,
};

fuzz_target!(|text: &str| {
    let Ok(table) = text.parse::<Table>() else {
        assert!(toml::from_str::<CorsConfig>(text).is_err());
        return;
    };
    let Ok(config) = toml::from_str::<CorsConfig>(text) else {
        assert!(!is_plain(&table), "{text}");
        return;
    };
    for (key, value) in &table {
        assert!(says(&config, key, value), "{key} = {value}: {config:?}");
    }
    let json = serde_json::to_string(&config).expect("it can be written");
    assert_eq!(
        serde_json::from_str::<CorsConfig>(&json).expect(&json),
        config
    );
    match config.compile() {
        Ok(policy) => {
            let normalised = policy.config();
            assert!(!matches!(normalised.max_age, MaxAge::For(age) if age.as_secs() == 0));
            let again = normalised.compile().expect("it compiled before");
            assert_eq!(again.config(), normalised);
            assert!(policy.advisories().is_empty() || !again.advisories().is_empty());
            check_answers(&config, &policy, &again);
        }
        Err(errors) => {
            assert!(errors.iter().len() > 0);
            let written = serde_json::to_value(&errors).expect("errors are written");
            assert_eq!(written.as_array().map(Vec::len), Some(errors.iter().len()));
        }
    }
});

/// A table in which nothing can be wrong but what `compile` finds.
fn is_plain(table: &Table) -> bool {
    let is_list = |value: &Value| {
        value
            .as_array()
            .is_some_and(|list| list.iter().all(Value::is_str))
    };
    table.iter().all(|(key, value)| match &key[..] {
        "allow_origins" | "own_origins" | "allow_methods" | "allow_headers" | "expose_headers" => {
            is_list(value)
        }
        "enabled"
        | "allow_credentials"
        | "allow_private_network"
        | "answer_without_origin"
        | "debug" => value.is_bool(),
        "preflight_status" => value
            .as_integer()
            .is_some_and(|status| u16::try_from(status).is_ok()),
        "max_age" => value.as_integer().is_some_and(|seconds| seconds >= 0),
        _ => false,
    })
}

/// The configuration has what an entry of the file says.
fn says(config: &CorsConfig, key: &str, value: &Value) -> bool {
    let is = |list: &[String]| match value {
        Value::String(text) => text == "*" && list == ["*"],
        Value::Array(items) => {
            items.len() == list.len()
                && items
                    .iter()
                    .zip(list)
                    .all(|(item, name)| item.as_str() == Some(name))
        }
        _ => false,
    };
    let is_pattern = |(item, pattern): (&Value, &OriginPattern)| match &pattern.kind {
        PatternKind::Text(text) => pattern.within.is_empty() && item.as_str() == Some(text),
        PatternKind::Regex(regex) => has_only(item, "regex", regex, &pattern.within),
        PatternKind::HostRegex(regex) => has_only(item, "host_regex", regex, &pattern.within),
        _ => false,
    };
    let are = |patterns: &[OriginPattern]| match value {
        Value::Array(items) => {
            items.len() == patterns.len() && items.iter().zip(patterns).all(is_pattern)
        }
        _ => value.as_str() == Some("*") && *patterns == ["*".into()],
    };
    match key {
        "enabled" => value.as_bool() == Some(config.enabled),
        "allow_origins" => are(&config.allow_origins),
        "allow_methods" => is(&config.allow_methods),
        "allow_headers" => match &config.allow_headers {
            AllowHeaders::List(list) => is(list),
            AllowHeaders::Mirror => value.as_str() == Some("mirror"),
            _ => false,
        },
        "expose_headers" => is(&config.expose_headers),
        "allow_credentials" => value.as_bool() == Some(config.allow_credentials),
        "max_age" => match value {
            Value::Integer(0) => config.max_age == MaxAge::Disabled,
            Value::Integer(seconds) => {
                let seconds = u64::try_from(*seconds).expect("not negative");
                config.max_age == MaxAge::For(Duration::from_secs(seconds))
            }
            Value::String(text) => {
                (text == "browser-default") == (config.max_age == MaxAge::BrowserDefault)
            }
            _ => false,
        },
        "allow_private_network" => value.as_bool() == Some(config.allow_private_network),
        "preflight" => value.as_str() == Some(config.preflight.as_str()),
        "preflight_status" => value.as_integer() == Some(config.preflight_status.into()),
        "own_origins" => are(&config.own_origins),
        "when_empty" => value.as_str() == Some(config.when_empty.as_str()),
        "enforcement" => value.as_str() == Some(config.enforcement.as_str()),
        "inner_headers" => value.as_str() == Some(config.inner_headers.as_str()),
        "answer_without_origin" => value.as_bool() == Some(config.answer_without_origin),
        "debug" => value.as_bool() == Some(config.debug),
        "dangerously_allow" => value.as_array().is_some_and(|items| {
            items.len() == config.dangerously_allow.len()
                && items.iter().zip(&config.dangerously_allow).all(is_danger)
        }),
        _ => false,
    }
}

fn has_only(item: &Value, key: &str, text: &str, within: &[String]) -> bool {
    item.as_table().is_some_and(|table| {
        let domains = match table.get("within") {
            None => Vec::new(),
            Some(Value::Array(domains)) => domains.iter().map(Value::as_str).collect(),
            Some(domain) => vec![domain.as_str()],
        };
        table.len() == 1 + usize::from(table.contains_key("within"))
            && table.get(key).and_then(Value::as_str) == Some(text)
            && domains
                .into_iter()
                .eq(within.iter().map(|domain| Some(&domain[..])))
    })
}

fn is_danger((item, allowed): (&Value, &AllowedDanger)) -> bool {
    let danger = Some(allowed.danger.as_str());
    let Some(entry) = &allowed.entry else {
        return item.as_str() == danger;
    };
    let (key, text) = match &entry.kind {
        PatternKind::Text(text) => ("origin", text),
        PatternKind::Regex(regex) => ("regex", regex),
        PatternKind::HostRegex(regex) => ("host_regex", regex),
        _ => return false,
    };
    item.as_table().is_some_and(|table| {
        table.len() == 2
            && table.get("danger").and_then(Value::as_str) == danger
            && table.get(key).and_then(Value::as_str) == Some(text)
    })
}

/// Both policies answer preflights and requests of each origin in the list alike.
fn check_answers(config: &CorsConfig, policy: &Policy, again: &Policy) {
    let origins = config
        .allow_origins
        .iter()
        .map(|pattern| pattern.to_string().replace('*', "x"));
    for origin in origins.chain(["null".into(), "https://other.example".into()]) {
        let Ok(origin) = HeaderValue::try_from(origin) else {
            continue;
        };
        let mut headers = HeaderMap::from_iter([(http::header::ORIGIN, origin)]);
        for method in ["PUT", "GET"] {
            headers.insert(
                "access-control-request-method",
                HeaderValue::from_static(method),
            );
            headers.insert(
                "access-control-request-headers",
                HeaderValue::from_static("authorization,x-a"),
            );
            for method in [Method::OPTIONS, Method::GET] {
                let verdict =
                    |policy: &Policy| format!("{:?}", policy.decide((&method, &headers)).verdict());
                assert_eq!(verdict(policy), verdict(again));
                let answer = |policy: &Policy| {
                    let action = policy.decide((&method, &headers)).action();
                    let is_answer = matches!(action, Action::Answer(_));
                    let response = action.respond(|| Response::new(()));
                    let status = response.status().as_u16();
                    (is_answer, status, response.into_parts().0.headers)
                };
                assert_eq!(answer(policy), answer(again));
            }
        }
    }
}
