//! What the compiler says of common mistakes: each message names what to write.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Programs that do not compile, and what the compiler says.
const PROGRAMS: [(&str, &str, &[&str]); 4] = [
    (
        "body_without_an_empty_value",
        r#"
use tower_cors::{CorsConfig, CorsLayer};
use tower_layer::Layer;
use tower_service::Service;

struct Incoming;

fn serve<S>(proxy: S) -> impl Service<http::Request<()>>
where
    S: Service<http::Request<()>, Response = http::Response<Incoming>>,
{
    CorsLayer::new(CorsConfig::new(["https://a.example"])).unwrap().layer(proxy)
}

fn main() {}
"#,
        &[
            "`Incoming` has no empty value, which the answer to a preflight needs as its body",
            "this response body has no `Default`",
            "map the inner service's responses between this layer and the service: \
             `.layer(cors).map_response(|response: http::Response<_>| \
             response.map(tower_cors::CorsBody::from))`",
        ],
    ),
    (
        "text_alone",
        r#"
fn main() {
    tower_cors::CorsConfig::new("https://app.example.com").allow_credentials(true);
}
"#,
        &[
            "`&str` is not a list of origins",
            "write a list of texts, `[\"https://app.example.com\"]`, or of `OriginPattern`s",
            "a text with commas between its entries is read by `CorsConfig::from_list`",
        ],
    ),
    (
        "text_alone_in_a_setter",
        r#"
fn main() {
    let origins = String::from("https://app.example.com");
    tower_cors::CorsConfig::default().allow_origins(origins);
}
"#,
        &["`String` is not a list of origins"],
    ),
    (
        "policy_in_place_of_a_layer",
        r"
use tower_cors::Policy;
use tower_layer::Layer;

struct Route;

struct Router;

impl Router {
    fn layer<L: Layer<Route> + Clone + Send + Sync + 'static>(self, _: L) -> Self {
        self
    }
}

fn layered(routes: Router, policy: Policy) -> Router {
    routes.layer(policy)
}

fn main() {}
",
        &[
            "a `Policy` is not a layer",
            "a layer is expected here",
            "write `CorsLayer::from(policy)`",
        ],
    ),
];

#[test]
fn messages_say_what_to_write() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiler-message");
    let manifest = format!(
        "[package]\nname = \"compiler-message\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\ntower-cors = {{ path = '{}', default-features = false }}\n\
         tower-layer = \"0.3\"\ntower-service = \"0.3\"\nhttp = \"1\"\n",
        source.display()
    );
    let _ = fs::remove_dir_all(package.join("src"));
    fs::create_dir_all(package.join("src/bin")).expect("a directory");
    fs::write(package.join("Cargo.toml"), manifest).expect("a manifest");
    // The versions that are there already.
    fs::copy(source.join("Cargo.lock"), package.join("Cargo.lock")).expect("a lock file");
    for (name, program, _) in PROGRAMS {
        let file = package.join(format!("src/bin/{name}.rs"));
        fs::write(file, program).expect("a program");
    }
    for (name, _, sentences) in PROGRAMS {
        let cargo = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--quiet", "--bin", name])
            .env("CARGO_TERM_COLOR", "never")
            .current_dir(&package)
            .output()
            .expect("cargo");
        let said = String::from_utf8_lossy(&cargo.stderr);
        assert!(!cargo.status.success(), "{name}: {said}");
        for sentence in sentences {
            assert!(said.contains(sentence), "{name}: {said}");
        }
    }
}
