//! The JSON Schema says the same of a file as the reader of files.
#![cfg(feature = "schemars")]

use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};
use tower_cors::{
    AllowHeaders, CorsConfig, Danger, Enforcement, InnerHeaders, MaxAge, OriginPattern,
    PathConfigs, PreflightMode, WhenEmpty,
};

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

fn fields(schema: &Value) -> Vec<&str> {
    schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn every_field_is_there_with_its_documentation() {
    let every_field = CorsConfig::new(["*"])
        .enabled(false)
        .allow_methods(["*"])
        .allow_headers(AllowHeaders::Mirror)
        .expose_headers(["*"])
        .allow_credentials(true)
        .max_age(MaxAge::Disabled)
        .allow_private_network(true)
        .preflight(PreflightMode::Forward)
        .preflight_status(200)
        .enforcement(Enforcement::Server)
        .own_origins(["https://own.example.com"])
        .when_empty(WhenEmpty::Off)
        .inner_headers(InnerHeaders::Keep)
        .answer_without_origin(false)
        .debug(true)
        .dangerously_allow([Danger::Unbounded]);
    let written = serde_json::to_value(every_field).unwrap();
    let schema = schema::<CorsConfig>();
    let mut of_file: Vec<&str> = written
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut of_schema = fields(&schema);
    of_file.sort_unstable();
    of_schema.sort_unstable();
    assert_eq!(of_schema, of_file);
    // The reader lists them if it meets another one.
    let error = serde_json::from_value::<CorsConfig>(json!({ "listen": 1 })).unwrap_err();
    let listed = error.to_string().matches('`').count() / 2 - 1;
    assert_eq!(listed, of_schema.len());
    for (field, schema) in schema["properties"].as_object().unwrap() {
        let description = schema["description"].as_str().unwrap();
        assert!(
            !description.is_empty() && !description.starts_with(' '),
            "{field}"
        );
    }
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(
        schema["properties"]["allow_credentials"],
        json!({
            "type": "boolean",
            "description": "Pages may send cookies, client certificates and HTTP authentication, \
                and read\nthe response ([Fetch]). Default: `false`.\n\n\
                [Fetch]: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",
        })
    );
}

#[test]
fn every_name_of_an_option_is_there() {
    fn names<T: ToString>(all: &[T]) -> Value {
        all.iter().map(ToString::to_string).collect()
    }
    let schema = schema::<CorsConfig>();
    let fields = &schema["properties"];
    assert_eq!(fields["preflight"]["enum"], names(PreflightMode::ALL));
    assert_eq!(fields["enforcement"]["enum"], names(Enforcement::ALL));
    assert_eq!(fields["when_empty"]["enum"], names(WhenEmpty::ALL));
    assert_eq!(fields["inner_headers"]["enum"], names(InnerHeaders::ALL));
    let dangers = &fields["dangerously_allow"]["anyOf"][0]["items"];
    let danger = &dangers["anyOf"][1]["properties"]["danger"];
    assert_eq!(danger["enum"], names(Danger::ALL));
    assert_eq!(dangers["anyOf"][0]["enum"], names(Danger::ALL));
}

#[test]
fn the_shapes_of_values() {
    let text = json!({ "type": "string" });
    let list = |item: &Value| json!({ "anyOf": [{ "type": "array", "items": item }, text] });
    assert_eq!(
        without_heading(schema::<OriginPattern>()),
        json!({ "anyOf": [text, {
            "type": "object",
            "properties": { "regex": text, "host_regex": text, "within": list(&text) },
            "additionalProperties": false,
        }] })
    );
    assert_eq!(without_heading(schema::<AllowHeaders>()), list(&text));
    assert_eq!(
        without_heading(schema::<MaxAge>()),
        json!({ "type": ["integer", "string"], "minimum": 0 })
    );
    let paths = schema::<PathConfigs>();
    assert_eq!(
        paths["additionalProperties"]["anyOf"][1],
        json!({ "const": false })
    );
}

fn without_heading(mut schema: Value) -> Value {
    let object = schema.as_object_mut().unwrap();
    object.remove("$schema");
    object.remove("title");
    schema
}
