//! The tenants of the example: policies from SQLite, behind a cache.

#[path = "../examples/tenants/store.rs"]
mod store;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use allocation_counter::measure;
use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use http::Request;
use rusqlite::Connection;
use tower::{ServiceBuilder, ServiceExt};
use tower_cors::{CorsConfig, CorsLayer};

use store::{BoxError, Tenants, find_policy, typical};

const RED: &str = "https://red.example";
const BLUE: &str = "https://blue.example";
/// No test takes as long.
const HOUR: Duration = Duration::from_secs(3_600);

/// An empty database.
fn file(name: &str) -> Result<PathBuf, BoxError> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory)?;
    Ok(directory.join("tenants.sqlite"))
}

/// The status, and whether the page may read.
async fn ask(tenants: &Tenants, host: &str, origin: &str) -> Result<(u16, bool), BoxError> {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(tenants.clone(), find_policy))
        .layer(CorsLayer::from_extensions([]));
    let app = Router::new()
        .route("/", get(async || "hello"))
        .layer(layers);
    let request = Request::get("/")
        .header("host", host)
        .header("origin", origin);
    let response = app.oneshot(request.body(Body::empty())?).await?;
    let allowed = response.headers().get("access-control-allow-origin");
    Ok((
        response.status().as_u16(),
        allowed.is_some_and(|allowed| allowed == origin),
    ))
}

#[tokio::test]
async fn each_tenant_has_its_own_origins() -> Result<(), BoxError> {
    let tenants = Tenants::open(&file("own-origins")?, HOUR)?;
    tenants
        .store("red.localhost", &CorsConfig::new([RED]))
        .await?;
    tenants
        .store("blue.localhost", &CorsConfig::new([BLUE]))
        .await?;
    for (host, origin, expected) in [
        ("red.localhost", RED, (200, true)),
        ("RED.localhost:3003", RED, (200, true)),
        ("red.localhost", BLUE, (200, false)),
        ("blue.localhost", BLUE, (200, true)),
        ("blue.localhost", RED, (200, false)),
        ("green.localhost", RED, (403, false)),
    ] {
        assert_eq!(
            ask(&tenants, host, origin).await?,
            expected,
            "{host} {origin}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn an_update_is_seen() -> Result<(), BoxError> {
    let tenants = Tenants::open(&file("update")?, HOUR)?;
    assert_eq!(ask(&tenants, "red.localhost", RED).await?, (403, false));
    tenants
        .store("red.localhost", &CorsConfig::new([RED]))
        .await?;
    assert_eq!(ask(&tenants, "red.localhost", RED).await?, (200, true));
    tenants
        .store("red.localhost", &CorsConfig::new([BLUE]))
        .await?;
    assert_eq!(ask(&tenants, "red.localhost", RED).await?, (200, false));

    let wrong = CorsConfig::new(["red.example"]);
    let error = tenants.store("red.localhost", &wrong).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid CORS configuration: allow_origins[0] `red.example`: an origin begins with its \
         scheme; write `https://red.example`"
    );
    assert_eq!(ask(&tenants, "red.localhost", BLUE).await?, (200, true));
    Ok(())
}

/// One that another program makes, once the cached policy is too old.
#[tokio::test]
async fn an_update_by_others_is_seen() -> Result<(), BoxError> {
    for (max_age, expected) in [(HOUR, (200, true)), (Duration::ZERO, (200, false))] {
        let file = file(&format!("others-{}", max_age.as_secs()))?;
        let tenants = Tenants::open(&file, max_age)?;
        tenants
            .store("red.localhost", &CorsConfig::new([RED]))
            .await?;
        assert_eq!(ask(&tenants, "red.localhost", RED).await?, (200, true));
        let update = "UPDATE tenants SET cors = '{\"allow_origins\": \"https://blue.example\"}'";
        assert_eq!(Connection::open(&file)?.execute(update, [])?, 1);
        assert_eq!(
            ask(&tenants, "red.localhost", RED).await?,
            expected,
            "{max_age:?}"
        );
    }
    Ok(())
}

/// A row that does not compile allows nobody.
#[tokio::test]
async fn a_broken_row_is_denied() -> Result<(), BoxError> {
    let file = file("broken")?;
    let tenants = Tenants::open(&file, HOUR)?;
    let insert = "INSERT INTO tenants VALUES ('red.localhost', ?1)";
    Connection::open(&file)?.execute(insert, [r#"{"allow_origins": "red.example"}"#])?;
    assert_eq!(ask(&tenants, "red.localhost", RED).await?, (403, false));
    Ok(())
}

/// The README states it.
#[test]
fn ten_thousand_policies_take_34_megabytes() {
    // Whatever is made once.
    let _ = typical(0).compile();
    let mut policies = Vec::with_capacity(10_000);
    let info = measure(|| policies.extend((0..10_000).map(|tenant| typical(tenant).compile())));
    assert!(policies.iter().all(Result::is_ok));
    let bytes = info.bytes_current;
    assert!((10_000_000..35_000_000).contains(&bytes), "{bytes}");
}
