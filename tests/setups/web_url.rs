//! "The settings have a `web_url`, for links in mails. Its pages are who calls us."

use tower_cors::testing::{Browser, Credentials};

use super::{APP, BoxError, get_it, readers, routes};

mod ours {
    use tower_cors::{CorsConfig, CorsLayer, OriginPattern};

    use super::BoxError;

    pub(super) fn cors(web_url: &str) -> Result<CorsLayer, BoxError> {
        let web = OriginPattern::from_url(web_url).map_err(|fault| fault.to_string())?;
        Ok(CorsLayer::new(
            CorsConfig::new([web]).allow_credentials(true),
        )?)
    }
}

mod with_tower_http {
    use http::HeaderValue;
    use tower_http::cors::CorsLayer;
    use url::Url;

    use super::BoxError;

    pub(super) fn cors(web_url: &str) -> Result<CorsLayer, BoxError> {
        let origin = Url::parse(web_url)?.origin().ascii_serialization();
        Ok(CorsLayer::new()
            .allow_origin(HeaderValue::try_from(origin)?)
            .allow_credentials(true))
    }
}

#[tokio::test]
async fn the_pages_of_the_url_read() -> Result<(), BoxError> {
    let web_url = "https://app.example.com/login?from=mail";
    for app in [
        routes().layer(ours::cors(web_url)?),
        routes().layer(with_tower_http::cors(web_url)?),
    ] {
        let seen = readers(&Browser::new(app), &get_it(), Credentials::Include).await;
        assert_eq!(seen, [APP]);
    }
    Ok(())
}
