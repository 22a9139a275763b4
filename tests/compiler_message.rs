//! What the compiler says of a response body that has no empty value.

use std::fs;
use std::path::Path;
use std::process::Command;

const PROGRAM: &str = r#"
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
"#;

/// It says what is missing, and what to write.
#[test]
fn a_body_without_an_empty_value_is_named() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiler-message");
    let manifest = format!(
        "[package]\nname = \"compiler-message\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\ntower-cors = {{ path = '{}', default-features = false }}\n\
         tower-layer = \"0.3\"\ntower-service = \"0.3\"\nhttp = \"1\"\n",
        source.display()
    );
    fs::create_dir_all(package.join("src")).expect("a directory");
    fs::write(package.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(package.join("src/main.rs"), PROGRAM).expect("a program");
    // The versions that are there already.
    fs::copy(source.join("Cargo.lock"), package.join("Cargo.lock")).expect("a lock file");
    let cargo = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet"])
        .env("CARGO_TERM_COLOR", "never")
        .current_dir(&package)
        .output()
        .expect("cargo");
    let said = String::from_utf8_lossy(&cargo.stderr);
    assert!(!cargo.status.success(), "{said}");
    for sentence in [
        "`Incoming` has no empty value, which the answer to a preflight needs as its body",
        "this response body has no `Default`",
        "map the inner service's responses between this layer and the service: \
         `.layer(cors).map_response(|response: http::Response<_>| \
         response.map(tower_cors::CorsBody::from))`",
    ] {
        assert!(said.contains(sentence), "{said}");
    }
}
