//! "Any localhost while we develop, the app alone in production."

use tower_cors::testing::{Browser, Credentials};

use super::{APP, BoxError, DEV, put_json, readers, routes};

mod ours {
    use tower_cors::{ConfigErrors, CorsConfig, CorsLayer};

    pub(super) fn cors(is_production: bool) -> Result<CorsLayer, ConfigErrors> {
        CorsLayer::new(match is_production {
            true => CorsConfig::new(["https://app.example.com"])
                .allow_methods(["GET", "PUT"])
                .allow_headers(["content-type"])
                .allow_credentials(true),
            false => CorsConfig::localhost_for_development(),
        })
    }
}

mod with_tower_http {
    use http::header::CONTENT_TYPE;
    use http::{HeaderValue, Method, Uri};
    use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

    fn is_localhost(origin: &HeaderValue) -> bool {
        let uri = Uri::try_from(origin.as_bytes()).ok();
        let host = uri.as_ref().and_then(Uri::host);
        matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"))
    }

    pub(super) fn cors(is_production: bool) -> CorsLayer {
        if is_production {
            CorsLayer::new()
                .allow_origin(HeaderValue::from_static("https://app.example.com"))
                .allow_methods([Method::GET, Method::PUT])
                .allow_headers([CONTENT_TYPE])
                .allow_credentials(true)
        } else {
            CorsLayer::new()
                .allow_origin(AllowOrigin::predicate(|origin, _| is_localhost(origin)))
                .allow_methods(AllowMethods::mirror_request())
                .allow_headers(AllowHeaders::mirror_request())
                .allow_credentials(true)
        }
    }
}

#[tokio::test]
async fn the_switch_says_who_reads() -> Result<(), BoxError> {
    for (is_production, expected) in [(true, [APP]), (false, [DEV])] {
        for app in [
            routes().layer(ours::cors(is_production)?),
            routes().layer(with_tower_http::cors(is_production)),
        ] {
            let seen = readers(&Browser::new(app), &put_json(), Credentials::Include).await;
            assert_eq!(seen, expected);
        }
    }
    Ok(())
}
