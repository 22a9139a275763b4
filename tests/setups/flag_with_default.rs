//! "`--cors-origins` is any unless you say otherwise, and preflights are kept for ten minutes."

use clap::Parser;
use tower_cors::testing::{Browser, Credentials};

use super::{APP, BoxError, EVERYONE, put_json, readers, routes};

mod ours {
    use clap::Parser;
    use tower_cors::{ConfigErrors, CorsConfig, CorsLayer, MaxAge};

    #[derive(Parser)]
    pub(super) struct Flags {
        #[arg(long, default_value = "*")]
        cors_origins: String,
        #[arg(long, default_value = "10m")]
        cors_max_age: MaxAge,
    }

    pub(super) fn cors(flags: &Flags) -> Result<CorsLayer, ConfigErrors> {
        let config = CorsConfig::from_list_named("--cors-origins", &flags.cors_origins)
            .allow_methods(["GET", "PUT"])
            .allow_headers(["content-type"])
            .max_age(flags.cors_max_age);
        CorsLayer::new(config)
    }
}

mod with_tower_http {
    use std::time::Duration;

    use clap::Parser;
    use http::header::{CONTENT_TYPE, InvalidHeaderValue};
    use http::{HeaderValue, Method};
    use tower_http::cors::{AllowOrigin, CorsLayer};

    #[derive(Parser)]
    pub(super) struct Flags {
        #[arg(long, default_value = "*")]
        cors_origins: String,
        #[arg(long, default_value = "600")]
        cors_max_age: u64,
    }

    pub(super) fn cors(flags: &Flags) -> Result<CorsLayer, InvalidHeaderValue> {
        let origins = if flags.cors_origins.trim() == "*" {
            AllowOrigin::any()
        } else {
            let origins = flags.cors_origins.split(',').map(str::trim);
            let origins = origins
                .map(HeaderValue::from_str)
                .collect::<Result<Vec<_>, _>>()?;
            AllowOrigin::list(origins)
        };
        Ok(CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::PUT])
            .allow_headers([CONTENT_TYPE])
            .max_age(Duration::from_secs(flags.cors_max_age)))
    }
}

#[tokio::test]
async fn the_flag_says_who_reads() -> Result<(), BoxError> {
    let default = &["app"][..];
    let given = &["app", "--cors-origins=https://app.example.com"];
    for (flags, expected) in [(default, &EVERYONE[..]), (given, &[APP])] {
        let ours = ours::cors(&ours::Flags::parse_from(flags))?;
        let theirs = with_tower_http::cors(&with_tower_http::Flags::parse_from(flags))?;
        for app in [routes().layer(ours), routes().layer(theirs)] {
            let browser = Browser::new(app);
            let seen = readers(&browser, &put_json(), Credentials::Omit).await;
            assert_eq!(seen, expected);
        }
    }
    Ok(())
}
