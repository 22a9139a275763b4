//! Probes a server: plays a page that fetches from it.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HOST, USER_AGENT};
use http::{HeaderValue, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tokio::time::timeout;
use tower_cors::testing::{Blocked, Body};

use crate::play::Page;
use crate::print::{Exit, Report, show};

/// After this time of waiting, the user hears of it.
const PATIENCE: Duration = Duration::from_secs(1);

const USER_AGENT_VALUE: HeaderValue =
    HeaderValue::from_static(concat!("tower-cors/", env!("CARGO_PKG_VERSION")));

type Network = Client<HttpsConnector<HttpConnector>, Body>;

/// Play a page against a running server, and say what a browser would
///
/// It judges CORS only: not mixed content, Content Security Policy, or local network access.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What the page fetches
    #[arg(value_parser = parse_url)]
    url: Uri,
    #[command(flatten)]
    page: Page,
    /// Certificates in PEM that are trusted beside the system's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// How many seconds to wait for each answer
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    timeout: u32,
}

pub(crate) fn run(args: &Args) -> Result<Report, Report> {
    let network =
        connect(args.ca.as_deref()).map_err(|error| Report::error(Exit::Unusable, error))?;
    let limit = Duration::from_secs(args.timeout.into());
    let played = args.page.play(&args.url, move |request| {
        Box::pin(transmit(network.clone(), request, limit))
    })?;
    let mut report = played.report(|_| String::new());
    let hint = played.outcome.as_ref().err().and_then(Blocked::hint);
    let line = hint.map(|hint| format!("hint: {hint}"));
    report.stdout.extend(line);
    report.json["hint"] = json!(hint);
    Ok(report)
}

/// A client that trusts the system's certificates and those of a file, and no others.
fn connect(ca: Option<&Path>) -> Result<Network, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca {
        let certificates = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        let certificates: Vec<_> =
            certificates.map_err(|error| format!("{}: {error}", path.display()))?;
        if roots.add_parsable_certificates(certificates).0 == 0 {
            return Err(format!("{}: there is no certificate in PEM", path.display()).into());
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_all_versions()
        .build();
    Ok(Client::builder(TokioExecutor::new()).build(connector))
}

/// Sends a request. The body of the response is not read, for CORS does not depend on it.
async fn transmit(
    network: Network,
    mut request: Request<Body>,
    limit: Duration,
) -> Result<Response<Body>, String> {
    let waiting = format!("waiting for {} {} …", request.method(), request.uri());
    let headers = request.headers_mut();
    // The client adds it where the version of HTTP has it.
    headers.remove(HOST);
    headers.insert(USER_AGENT, USER_AGENT_VALUE);
    let mut answer = pin!(timeout(limit, network.request(request)));
    let answer = if let Ok(answer) = timeout(PATIENCE, &mut answer).await {
        answer
    } else {
        show(io::stderr(), &[waiting]);
        answer.await
    };
    match answer {
        Ok(Ok(response)) => Ok(response.map(|_| Body::default())),
        Ok(Err(error)) => Err(explain(&error)),
        Err(_) => Err(format!("no answer within {} s", limit.as_secs())),
    }
}

/// The text of an error and of all that caused it.
fn explain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    if text.contains("UnknownIssuer") {
        text += "; to trust the CA that signed it, add that by `--ca FILE`";
    }
    text
}

fn parse_url(text: &str) -> Result<Uri, String> {
    let url: Uri = text
        .parse()
        .map_err(|error| format!("not a URL: {error}"))?;
    match url.scheme_str() {
        Some("http" | "https") => Ok(url),
        _ => Err("a URL begins with http:// or https://".to_owned()),
    }
}
