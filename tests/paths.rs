//! Policies by path: which one a request has.

use http::Request;

use tower_cors::{Action, CorsConfig, Enforcement, PathConfigs, PathPolicies};

fn origin(name: &str) -> CorsConfig {
    CorsConfig::new([format!("https://{name}.example")])
}

#[test]
fn the_longest_prefix_wins() {
    let policies = PathConfigs::new()
        .path("/", origin("root"))
        .path("/api", origin("api"))
        .path("/api*", origin("beginning"))
        .path("/api/v2/", origin("v2"))
        .path("/api/v2/off", None)
        .path("/x/y", origin("xy"))
        .path("/caf%C3%A9", origin("caf"))
        .path("/a%7Cb", origin("bar"))
        .path("/a@b", origin("at"))
        .path("/a%2Fb", origin("slash"))
        .compile()
        .unwrap();
    let table = [
        ("/", Some("root")),
        ("/ap", Some("root")),
        ("/api", Some("api")),
        ("/api/", Some("api")),
        ("/api/v1", Some("api")),
        ("/apis", Some("beginning")),
        ("/api-v1/x", Some("beginning")),
        ("/api/v2", Some("v2")),
        ("/api/v2/x", Some("v2")),
        ("/api/v22", Some("api")),
        ("/api/v2/off", None),
        ("/api/v2/off/x", None),
        ("/api/v2/offline", Some("v2")),
        ("/x", Some("root")),
        ("/x/y/z", Some("xy")),
        ("/%C3%A9", Some("root")),
        ("/%61pi/v1", Some("api")),
        ("/%61p%69/v1%2Foff", Some("api")),
        ("/api/v2/%6fff", None),
        ("/api%2Fv2", Some("beginning")),
        ("/api%2fv2", Some("beginning")),
        ("/api%", Some("beginning")),
        ("/api%4", Some("beginning")),
        ("/api%zz", Some("beginning")),
        ("/api/v2%2foff", Some("api")),
        ("/Api", Some("root")),
        ("//x", Some("root")),
        ("//api", Some("nobody")),
        ("/api//v2", Some("nobody")),
        ("/api//v1", Some("api")),
        ("/api/v2///off", Some("nobody")),
        ("/caf%C3%A9/x", Some("caf")),
        ("/caf%c3%a9", Some("caf")),
        ("/café", Some("caf")),
        ("/a|b", Some("bar")),
        ("/a%7cb", Some("bar")),
        ("/a%40b", Some("root")),
        ("/a%2fb", Some("slash")),
        ("", Some("root")),
        ("*", None),
    ];
    for (path, expected) in table {
        let origins = policies.get(path).map(|policy| {
            let origins = &policy.config().allow_origins;
            origins[0].to_string()
        });
        let expected = expected.map(|name| match name {
            "nobody" => "<fn>".to_owned(),
            name => format!("https://{name}.example"),
        });
        assert_eq!(origins, expected, "{path}");
    }
    let policies = PathConfigs::new()
        .path("/api", origin("api"))
        .compile()
        .unwrap();
    assert!(policies.get("/other").is_none());
    assert!(PathConfigs::new().compile().unwrap().get("/").is_none());
}

#[test]
fn slashes_do_not_get_round_enforcement() {
    let enforced = |name: &str| origin(name).enforcement(Enforcement::Server);
    let policies = PathConfigs::new()
        .path("/", enforced("root"))
        .path("/api", enforced("api"))
        .path("/off", None)
        .path("/plain", origin("plain"))
        .path("/plain/too", origin("too"))
        .compile()
        .unwrap();
    let nested = PathConfigs::new()
        .path("/api", enforced("api"))
        .compile()
        .unwrap();
    let is_refused = |policies: &PathPolicies, path, origin| {
        let request = Request::post("/")
            .header("origin", origin)
            .body(())
            .unwrap();
        policies
            .get(path)
            .map(|policy| matches!(policy.decide(&request).action(), Action::Answer(_)))
    };
    let table = [
        ("//api", "https://root.example", Some(true)),
        ("//api", "https://api.example", Some(true)),
        ("//off", "https://root.example", Some(true)),
        ("//plain", "https://plain.example", Some(true)),
        ("//x", "https://root.example", Some(false)),
        ("/api//x", "https://api.example", Some(false)),
        ("/plain//too", "https://plain.example", Some(false)),
        ("/plain//too", "https://too.example", Some(false)),
        ("/off//x", "https://evil.example", None),
    ];
    for (path, origin, expected) in table {
        let refused = is_refused(&policies, path, origin);
        assert_eq!(refused, expected, "{path} from {origin}");
    }
    // A server may merge slashes at the beginning only.
    let public = PathConfigs::new()
        .path("/admin", enforced("admin"))
        .path("/admin/public", None)
        .compile()
        .unwrap();
    let refused = is_refused(&public, "//admin//public", "https://admin.example");
    assert_eq!(refused, Some(true));
    let refused = is_refused(&nested, "//api", "https://api.example");
    assert_eq!(refused, Some(true));
    assert_eq!(is_refused(&nested, "//x", "https://api.example"), None);
}

#[test]
fn errors_name_the_prefix() {
    let errors = PathConfigs::new()
        .path("/a", CorsConfig::new(["https://a.example/"]))
        .path("/a/", None)
        .path("b", None)
        .path("/c*d", None)
        .path("/café", None)
        .path("/users/{id}", None)
        .path("/a/../b", None)
        .path("/%61", None)
        .path("/a//b", None)
        .path("/%c3%a9", None)
        .path("/%C3%A9", None)
        .path("/", CorsConfig::default())
        .compile()
        .unwrap_err();
    assert_eq!(
        errors.to_string(),
        "invalid CORS configuration, 11 errors:\n\
         - \"/a\".allow_origins[0] `https://a.example/`: an origin has no trailing slash; \
         write `https://a.example`\n\
         - path `/a/`: this prefix is listed twice; remove one of them\n\
         - path `b`: a prefix begins with `/` and may end in one `*`\n\
         - path `/c*d`: a prefix begins with `/` and may end in one `*`\n\
         - path `/café`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
         - path `/users/{id}`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
         - path `/a/../b`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
         - path `/%61`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
         - path `/a//b`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
         - path `/%C3%A9`: this prefix is listed twice; remove one of them\n\
         - \"/\".allow_origins: no origin is allowed; list at least one, such as \
         `https://app.example.com`"
    );
}
