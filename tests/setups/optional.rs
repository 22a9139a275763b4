//! "`cors_origins` is an `Option`: without it there is no CORS."

use tower_cors::testing::{Browser, Credentials};

use super::{APP, BoxError, get_it, readers, routes};

mod ours {
    use axum::Router;
    use tower_cors::{ConfigErrors, CorsConfig, CorsLayer};

    pub(super) fn app(routes: Router, origins: Option<&str>) -> Result<Router, ConfigErrors> {
        let cors = origins.map(CorsConfig::from_list).map(CorsLayer::new);
        Ok(routes.layer(cors.unwrap_or_else(|| Ok(CorsLayer::passthrough()))?))
    }
}

mod with_tower_http {
    use axum::Router;
    use http::HeaderValue;
    use http::header::InvalidHeaderValue;
    use tower_http::cors::CorsLayer;

    pub(super) fn app(routes: Router, origins: Option<&str>) -> Result<Router, InvalidHeaderValue> {
        let Some(origins) = origins else {
            return Ok(routes);
        };
        let origins = origins
            .split(',')
            .map(|origin| HeaderValue::from_str(origin.trim()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(routes.layer(CorsLayer::new().allow_origin(origins)))
    }
}

#[tokio::test]
async fn without_origins_nobody_reads() -> Result<(), BoxError> {
    for (origins, expected) in [(None, &[][..]), (Some(APP), &[APP])] {
        for app in [
            ours::app(routes(), origins)?,
            with_tower_http::app(routes(), origins)?,
        ] {
            let browser = Browser::new(app);
            let seen = readers(&browser, &get_it(), Credentials::Omit).await;
            assert_eq!(seen, expected);
        }
    }
    Ok(())
}
