//! A reverse proxy with the CORS of a gateway that it takes the place of: a
//! configuration of KrakenD or Kong becomes a policy, and notes on what changes.
//!
//! ```sh
//! echo '{"allow_origins": ["https://*.example.com"], "max_age": "12h"}' > krakend.json
//! cargo run --example gateway --features krakend,kong -- --krakend krakend.json
//! curl -i http://127.0.0.1:3004/ -H 'Origin: https://app.example.com'
//! ```
//!
//! `--kong kong.yaml` takes a file of Kong, `--config policy.toml` one of this
//! crate, and `--upstream http://127.0.0.1:8000` says where requests go; without,
//! each is told back to who sent it. What is dangerous with credentials is an
//! error until it is taken on, by `--dangerously-allow insecure-origins` say.
//!
//! It prints the policy, what is to be known about it, and requests to try. What
//! the upstream says of CORS is replaced, and removed where there is no policy.

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args as Group, Parser};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Request, Response, StatusCode, Uri, Version, header};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_cors::import::{Note, kong, krakend};
use tower_cors::{
    AllowedDanger, CorsBody, CorsConfig, CorsLayer, OriginPattern, PathConfigs, PathPolicies,
    PatternKind,
};

/// A reverse proxy with the CORS of a gateway.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    policy: PolicyFile,
    /// Where requests go, such as <http://127.0.0.1:8000>; none is an echo
    #[arg(long)]
    upstream: Option<Uri>,
    /// The address to listen at
    #[arg(long, default_value = "127.0.0.1:3004")]
    listen: SocketAddr,
    /// A danger that the policy takes on, as in a policy file: `insecure-origins`, or
    /// `{ danger = "unbounded", regex = '…' }`; may be repeated
    #[arg(long, value_parser = parse_danger)]
    dangerously_allow: Vec<AllowedDanger>,
}

/// Where the CORS configuration is; JSON, YAML or TOML by the file's ending.
#[derive(Group)]
#[group(required = true, multiple = false)]
struct PolicyFile {
    /// A krakend.json, or its component `security/cors`
    #[arg(long)]
    krakend: Option<PathBuf>,
    /// A declarative file of Kong, or its plugin `cors`
    #[arg(long)]
    kong: Option<PathBuf>,
    /// A policy of tower-cors, or one for each path
    #[arg(long)]
    config: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: Args) -> Result<(), Box<dyn Error>> {
    let (mut configs, notes) = import(&args.policy)?;
    for (_, config) in &mut configs.paths {
        if let Some(config) = config {
            let dangers = args.dangerously_allow.iter().cloned();
            config.dangerously_allow.extend(dangers);
        }
    }
    print_policy(&configs, &notes)?;
    let policies = configs.compile()?;
    print_advice(&configs, &policies);

    let proxy = Proxy::to(args.upstream, policies.clone())?;
    let service = ServiceBuilder::new()
        .layer(CorsLayer::from(policies))
        .map_response(|response: http::Response<_>| response.map(CorsBody::from))
        .service_fn(move |request| proxy.clone().call(request));

    let listener = TcpListener::bind(args.listen).await?;
    print_requests(&configs, listener.local_addr()?);
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            // Too many connections, say: some end.
            Err(error) => {
                eprintln!("accept: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
                eprintln!("connection: {error}");
            }
        });
    }
}

fn import(file: &PolicyFile) -> Result<(PathConfigs, Vec<Note>), Box<dyn Error>> {
    if let Some(path) = &file.krakend {
        let imported = krakend::import(&read(path)?)?;
        let configs = imported.config.map(|config| ("/".to_owned(), Some(config)));
        let mut paths = PathConfigs::new();
        paths.paths.extend(configs);
        Ok((paths, imported.notes))
    } else if let Some(path) = &file.kong {
        let imported = kong::import(&read(path)?)?;
        Ok((imported.config, imported.notes))
    } else if let Some(path) = &file.config {
        let config = match read::<CorsConfig>(path) {
            Ok(config) => PathConfigs::new().path("/", config),
            // One for each path, if that is what it is.
            Err(error) => read(path).map_err(|_| error)?,
        };
        Ok((config, Vec::new()))
    } else {
        Err("no policy".into())
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let at = |error: &dyn Error| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| at(&error))?;
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => serde_json::from_str(&text).map_err(|error| at(&error)),
        Some("toml") => toml::from_str(&text).map_err(|error| at(&error)),
        _ => serde_saphyr::from_str(&text).map_err(|error| at(&error)),
    }
}

fn parse_danger(text: &str) -> Result<AllowedDanger, String> {
    let value = match text.starts_with('{') {
        true => text.to_owned(),
        false => format!("'{text}'"),
    };
    let parsed = toml::from_str::<HashMap<String, AllowedDanger>>(&format!("danger = {value}"));
    let mut parsed = parsed.map_err(|error| error.message().to_owned())?;
    parsed
        .remove("danger")
        .ok_or_else(|| "no danger".to_owned())
}

fn print_policy(configs: &PathConfigs, notes: &[Note]) -> Result<(), Box<dyn Error>> {
    if configs.paths.is_empty() {
        println!("CORS is off.");
    } else {
        println!("The policy of each path:\n\n{}", toml::to_string(configs)?);
    }
    for note in notes {
        println!("note: {note}");
    }
    Ok(())
}

fn print_advice(configs: &PathConfigs, policies: &PathPolicies) {
    for (prefix, _) in &configs.paths {
        let path = prefix.trim_end_matches('*');
        for advisory in policies.get(path).iter().flat_map(|p| p.advisories()) {
            println!("advice: {prefix:?}: {advisory}");
        }
    }
}

/// Requests to try, from the first origin that is written out.
fn print_requests(configs: &PathConfigs, address: SocketAddr) {
    let origin = |pattern: &OriginPattern| match &pattern.kind {
        PatternKind::Text(text) if text == "*" => Some("https://app.example".to_owned()),
        PatternKind::Text(text) => Some(text.replace(":*", ":3000").replace('*', "app")),
        _ => None,
    };
    let first = configs.paths.iter().find_map(|(prefix, config)| {
        let config = config.as_ref()?;
        let origin = config.allow_origins.iter().find_map(origin)?;
        let method = config.allow_methods.last()?;
        Some((prefix.trim_end_matches('*'), origin, &method[..]))
    });
    let (path, origin, method) = first.unwrap_or(("/", "https://app.example".to_owned(), "PUT"));
    println!(
        "
listening on http://{address}; try

  an actual request:
    curl -i http://{address}{path} -H 'Origin: {origin}'
  a preflight:
    curl -i -X OPTIONS http://{address}{path} -H 'Origin: {origin}' \\
      -H 'Access-Control-Request-Method: {method}'
  from another origin:
    curl -i http://{address}{path} -H 'Origin: https://evil.example'
"
    );
}

/// What the upstream says, or what is said here.
type Body = Either<Incoming, Full<Bytes>>;

#[derive(Clone)]
struct Proxy {
    client: Client<HttpConnector, Incoming>,
    /// `None` is an echo.
    upstream: Option<Authority>,
    policies: PathPolicies,
}

impl Proxy {
    fn to(upstream: Option<Uri>, policies: PathPolicies) -> Result<Self, Box<dyn Error>> {
        let upstream = match upstream.map(Uri::into_parts) {
            None => None,
            Some(uri) if uri.scheme == Some(Scheme::HTTP) => uri.authority,
            Some(_) => return Err("--upstream is http://, a host and a port".into()),
        };
        Ok(Proxy {
            client: Client::builder(TokioExecutor::new()).build_http(),
            upstream,
            policies,
        })
    }

    async fn call(self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        // There the layer leaves what the upstream says of CORS as it is.
        let is_off = self.policies.get(request.uri().path()).is_none();
        let mut response = match self.upstream {
            None => echo(&request),
            Some(authority) => forward(&self.client, authority, request).await,
        };
        if is_off {
            remove_cors(response.headers_mut());
        }
        Ok(response)
    }
}

async fn forward(
    client: &Client<HttpConnector, Incoming>,
    authority: Authority,
    request: Request<Incoming>,
) -> Response<Body> {
    let (mut head, body) = request.into_parts();
    let mut uri = std::mem::take(&mut head.uri).into_parts();
    uri.scheme = Some(Scheme::HTTP);
    uri.authority = Some(authority);
    uri.path_and_query
        .get_or_insert(PathAndQuery::from_static("/"));
    let Ok(uri) = Uri::from_parts(uri) else {
        return say(StatusCode::BAD_REQUEST, "this is no path\n");
    };
    head.uri = uri;
    head.version = Version::HTTP_11;
    remove_hop_by_hop(&mut head.headers);
    // The client writes the upstream's.
    head.headers.remove(header::HOST);
    match client.request(Request::from_parts(head, body)).await {
        Ok(response) => {
            let mut response = response.map(Either::Left);
            remove_hop_by_hop(response.headers_mut());
            // That of the connection to the upstream; here is another.
            *response.version_mut() = Version::HTTP_11;
            response
        }
        // An answer, not an error: pages may read what went wrong.
        Err(error) => {
            let text = format!("the upstream does not answer: {error}\n");
            say(StatusCode::BAD_GATEWAY, text)
        }
    }
}

/// Headers of one connection (RFC 9110 section 7.6.1).
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let listed: Vec<_> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let known = [
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    for name in known.into_iter().chain(listed.iter().map(|name| &name[..])) {
        headers.remove(name);
    }
}

fn remove_cors(headers: &mut HeaderMap) {
    let names = headers
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"));
    let names: Vec<_> = names.cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

fn echo<B>(request: &Request<B>) -> Response<Body> {
    let mut text = format!("{} {}\n", request.method(), request.uri().path());
    for (name, value) in request.headers() {
        let _ = writeln!(text, "{name}: {}", value.as_bytes().escape_ascii());
    }
    say(StatusCode::OK, text)
}

fn say(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Either::Right(Full::new(text.into())));
    *response.status_mut() = status;
    response
}
