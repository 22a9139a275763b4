//! "Our node has `--http.corsdomain`, any or a list, in front of jsonrpsee."

use http::Request;
use jsonrpsee::RpcModule;
use jsonrpsee::server::Server;
use tower::ServiceBuilder;
use tower_cors::testing::Credentials;

use super::{ADMIN, APP, BoxError, EVERYONE, browser, readers, request};

mod ours {
    use tower_cors::{ConfigErrors, CorsConfig, CorsLayer};

    pub(super) fn cors(domains: &str) -> Result<CorsLayer, ConfigErrors> {
        let config = CorsConfig::from_list_named("--http.corsdomain", domains)
            .allow_methods(["POST"])
            .allow_headers(["content-type"]);
        CorsLayer::new(config)
    }
}

mod with_tower_http {
    use http::header::CONTENT_TYPE;
    use http::{HeaderValue, Method};
    use tower_http::cors::{AllowOrigin, CorsLayer};

    use super::BoxError;

    pub(super) fn cors(domains: &str) -> Result<CorsLayer, BoxError> {
        let origins = match domains.trim() {
            "*" => AllowOrigin::any(),
            domains => {
                let domains = domains.split(',').map(str::trim);
                if domains.clone().any(|domain| domain == "*") {
                    return Err("`*` in --http.corsdomain stands alone".into());
                }
                let origins = domains
                    .map(HeaderValue::from_str)
                    .collect::<Result<Vec<_>, _>>()?;
                AllowOrigin::list(origins)
            }
        };
        Ok(CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::POST])
            .allow_headers([CONTENT_TYPE]))
    }
}

#[tokio::test]
async fn the_pages_of_the_list_call() -> Result<(), BoxError> {
    let mut module = RpcModule::new(());
    module.register_method("hello", |_, (), _| "world")?;
    let call = request(
        Request::post("/").header("content-type", "application/json"),
        r#"{"jsonrpc":"2.0","id":1,"method":"hello"}"#,
    );
    for (domains, expected) in [
        (
            "https://app.example.com, https://admin.example.com",
            &[APP, ADMIN][..],
        ),
        ("*", &EVERYONE),
    ] {
        let ours = ServiceBuilder::new().layer(ours::cors(domains)?);
        let ours = Server::builder().set_http_middleware(ours);
        let ours = ours.build("127.0.0.1:0").await?;
        let theirs = ServiceBuilder::new().layer(with_tower_http::cors(domains)?);
        let theirs = Server::builder().set_http_middleware(theirs);
        let theirs = theirs.build("127.0.0.1:0").await?;
        let addresses = [ours.local_addr()?, theirs.local_addr()?];
        let running = [ours.start(module.clone()), theirs.start(module.clone())];
        for address in addresses {
            let browser = browser(address);
            let seen = readers(&browser, &call, Credentials::Omit).await;
            assert_eq!(seen, expected);
            let answer = browser.page(APP).fetch(call.clone()).await?;
            assert_eq!(
                answer.text(),
                r#"{"jsonrpc":"2.0","id":1,"result":"world"}"#
            );
        }
        running.into_iter().try_for_each(|server| server.stop())?;
    }
    let mixed = "https://app.example.com,*";
    assert!(ours::cors(mixed).is_err() && with_tower_http::cors(mixed).is_err());
    Ok(())
}
