//! "There is a `[cors]` in our settings file."

use tower_cors::testing::{Browser, Credentials};

use super::{ADMIN, APP, BoxError, put_json, readers, routes};

mod ours {
    use std::net::SocketAddr;

    use serde::Deserialize;
    use tower_cors::{ConfigErrors, CorsConfig, CorsLayer};

    #[derive(Deserialize)]
    pub(super) struct Settings {
        pub(super) listen: SocketAddr,
        cors: CorsConfig,
    }

    pub(super) fn cors(settings: Settings) -> Result<CorsLayer, ConfigErrors> {
        CorsLayer::new(settings.cors.source("settings.toml"))
    }
}

mod with_tower_http {
    use std::net::SocketAddr;
    use std::time::Duration;

    use http::{HeaderName, HeaderValue, Method};
    use serde::Deserialize;
    use tower_http::cors::CorsLayer;

    use super::BoxError;

    #[derive(Deserialize)]
    pub(super) struct Settings {
        pub(super) listen: SocketAddr,
        cors: Cors,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Cors {
        allow_origins: Vec<String>,
        allow_methods: Vec<String>,
        allow_headers: Vec<String>,
        allow_credentials: bool,
        max_age: u64,
    }

    pub(super) fn cors(settings: &Settings) -> Result<CorsLayer, BoxError> {
        let origins = settings.cors.allow_origins.iter();
        let origins = origins
            .map(|origin| origin.parse())
            .collect::<Result<Vec<HeaderValue>, _>>()?;
        let methods = settings.cors.allow_methods.iter();
        let methods = methods
            .map(|method| method.parse())
            .collect::<Result<Vec<Method>, _>>()?;
        let headers = settings.cors.allow_headers.iter();
        let headers = headers
            .map(|header| header.parse())
            .collect::<Result<Vec<HeaderName>, _>>()?;
        Ok(CorsLayer::new()
            .allow_origin(origins)
            .allow_methods(methods)
            .allow_headers(headers)
            .allow_credentials(settings.cors.allow_credentials)
            .max_age(Duration::from_secs(settings.cors.max_age)))
    }
}

const FILE: &str = r#"
    listen = "127.0.0.1:3000"

    [cors]
    allow_origins = ["https://app.example.com", "https://admin.example.com"]
    allow_methods = ["GET", "PUT"]
    allow_headers = ["content-type"]
    allow_credentials = true
    max_age = 600
"#;

#[tokio::test]
async fn the_pages_of_the_file_read() -> Result<(), BoxError> {
    let ours: ours::Settings = toml::from_str(FILE)?;
    let theirs: with_tower_http::Settings = toml::from_str(FILE)?;
    assert_eq!(ours.listen, theirs.listen);
    for app in [
        routes().layer(ours::cors(ours)?),
        routes().layer(with_tower_http::cors(&theirs)?),
    ] {
        let seen = readers(&Browser::new(app), &put_json(), Credentials::Include).await;
        assert_eq!(seen, [APP, ADMIN]);
    }
    Ok(())
}

#[test]
fn a_mistake_is_named() -> Result<(), BoxError> {
    let settings = toml::from_str(&FILE.replace("PUT", "put"))?;
    assert_eq!(
        ours::cors(settings).unwrap_err().to_string(),
        "invalid CORS configuration: settings.toml, allow_methods, entry 2 `put`: methods are \
         case-sensitive; write `PUT`"
    );
    Ok(())
}
