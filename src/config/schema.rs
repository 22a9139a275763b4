//! JSON Schemas of the forms that files have, for editors. That of the configuration itself is
//! made where its fields are declared.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::list::List;
use super::{AllowHeaders, AllowedDanger, Danger, MaxAge, PathConfigs};
use super::{CorsConfig, Enforcement, InnerHeaders, PreflightMode, WhenEmpty};
use crate::origin::OriginPattern;

macro_rules! schemas {
    ($($type:ty = $schema:expr;)+) => {
        $(
            impl JsonSchema for $type {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($type).into()
                }

                /// An editor then shows it at the field.
                fn inline_schema() -> bool {
                    true
                }

                fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                    let schema: fn(&mut SchemaGenerator) -> Schema = $schema;
                    schema(generator)
                }
            }
        )+
    };
}

schemas! {
    PreflightMode = |_| json_schema!({ "enum": PreflightMode::ALL });
    Enforcement = |_| json_schema!({ "enum": Enforcement::ALL });
    WhenEmpty = |_| json_schema!({ "enum": WhenEmpty::ALL });
    InnerHeaders = |_| json_schema!({ "enum": InnerHeaders::ALL });
    Danger = |_| json_schema!({ "enum": Danger::ALL });
    MaxAge = |_| json_schema!({ "type": ["integer", "string"], "minimum": 0 });
    AllowHeaders = List::<String>::json_schema;
    List<String> = |generator| list(&generator.subschema_for::<String>());
    List<OriginPattern> = |generator| list(&generator.subschema_for::<OriginPattern>());
    List<AllowedDanger> = |generator| list(&generator.subschema_for::<AllowedDanger>());
    OriginPattern = |generator| {
        let text = generator.subschema_for::<String>();
        let fields = json_schema!({
            "regex": text,
            "host_regex": text,
            "within": generator.subschema_for::<List<String>>(),
        });
        text_or_table(&text, &fields)
    };
    AllowedDanger = |generator| {
        let danger = generator.subschema_for::<Danger>();
        let text = generator.subschema_for::<String>();
        let fields = json_schema!({
            "danger": danger,
            "regex": text,
            "host_regex": text,
            "origin": text,
        });
        text_or_table(&danger, &fields)
    };
    PathConfigs = |generator| {
        let config = generator.subschema_for::<CorsConfig>();
        let config = json_schema!({ "anyOf": [config, { "const": false }] });
        json_schema!({ "type": "object", "additionalProperties": config })
    };
}

fn list(item: &Schema) -> Schema {
    json_schema!({ "anyOf": [{ "type": "array", "items": item }, { "type": "string" }] })
}

fn text_or_table(text: &Schema, fields: &Schema) -> Schema {
    let table = json_schema!({
        "type": "object",
        "properties": fields,
        "additionalProperties": false,
    });
    json_schema!({ "anyOf": [text, table] })
}
