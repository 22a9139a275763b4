//! "We set `ALLOWED_ORIGINS=https://app.example.com,https://admin.example.com`."

use tower_cors::testing::{Browser, Credentials};

use super::{ADMIN, APP, BoxError, get_it, readers, routes};

mod ours {
    use tower_cors::{ConfigErrors, CorsConfig, CorsLayer};

    pub(super) fn cors(variable: &str) -> Result<CorsLayer, ConfigErrors> {
        let config = CorsConfig::from_list_named("ALLOWED_ORIGINS", variable);
        CorsLayer::new(config.allow_credentials(true))
    }
}

mod with_tower_http {
    use http::HeaderValue;
    use http::header::InvalidHeaderValue;
    use tower_http::cors::CorsLayer;

    pub(super) fn cors(variable: &str) -> Result<CorsLayer, InvalidHeaderValue> {
        let origins = variable
            .split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty())
            .map(HeaderValue::from_str)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(CorsLayer::new()
            .allow_origin(origins)
            .allow_credentials(true))
    }
}

#[tokio::test]
async fn the_pages_of_the_list_read() -> Result<(), BoxError> {
    let variable = "https://app.example.com, https://admin.example.com,";
    for app in [
        routes().layer(ours::cors(variable)?),
        routes().layer(with_tower_http::cors(variable)?),
    ] {
        let seen = readers(&Browser::new(app), &get_it(), Credentials::Include).await;
        assert_eq!(seen, [APP, ADMIN]);
    }
    Ok(())
}

/// With tower-http, this one is never matched, and nobody is told.
#[test]
fn a_mistake_is_named() {
    let variable = "https://app.example.com,https://admin.example.com/";
    assert_eq!(
        ours::cors(variable).unwrap_err().to_string(),
        "invalid CORS configuration: ALLOWED_ORIGINS, entry 2 `https://admin.example.com/`: an \
         origin has no trailing slash; write `https://admin.example.com`"
    );
}
