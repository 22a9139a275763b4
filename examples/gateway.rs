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
//! It prints the policy of each path, what is to be known about it, and requests to
//! try. Where Kong's routes have hosts, each host has a table of paths of its own. What
//! such tables cannot tell, by method or header say, it does not serve: it prints these
//! policies, to be put on the routes of your own service. Files to try are beside this
//! one, in `gateway/`.
//!
//! What the upstream says of CORS is replaced, and removed where there is no policy.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
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
use tower_cors::import::kong::{self, Policies};
use tower_cors::import::{Note, krakend};
use tower_cors::{
    AllowedDanger, CorsBody, CorsConfig, CorsLayer, OriginPattern, PathConfigs, PathPolicies,
    PatternKind, Policy, RequestHead,
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
    let (mut hosts, notes) = import(&args.policy)?;
    for note in &notes {
        println!("note: {note}");
    }
    let configs = hosts.iter_mut().flat_map(|(_, table)| &mut table.paths);
    for config in configs.filter_map(|(_, config)| config.as_mut()) {
        let dangers = args.dangerously_allow.iter().cloned();
        config.dangerously_allow.extend(dangers);
    }
    let policies = compile(&hosts)?;

    let proxy = Proxy::to(args.upstream, policies.clone())?;
    let choose = move |head: &RequestHead<'_>| policies.of(head.uri()?, head.headers()).cloned();
    let service = ServiceBuilder::new()
        // A cache keys by host anyway.
        .layer(CorsLayer::per_request([], choose))
        .map_response(|response: http::Response<_>| response.map(CorsBody::from))
        .service_fn(move |request| proxy.clone().call(request));

    let listener = TcpListener::bind(args.listen).await?;
    print_requests(&hosts, listener.local_addr()?);
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

/// A table of paths for each host; of no name for all other hosts.
type Hosts = Vec<(String, PathConfigs)>;

fn import(file: &PolicyFile) -> Result<(Hosts, Vec<Note>), Box<dyn Error>> {
    if let Some(path) = &file.krakend {
        let imported = krakend::import(&read(path)?)?;
        let mut table = PathConfigs::new();
        if let Some(config) = imported.config {
            table = table.path("/", config);
        }
        Ok((vec![(String::new(), table)], imported.notes))
    } else if let Some(path) = &file.kong {
        let imported = kong::import(&read(path)?)?;
        Ok((by_host(&imported.config)?, imported.notes))
    } else if let Some(path) = &file.config {
        let table = match read::<CorsConfig>(path) {
            Ok(config) => PathConfigs::new().path("/", config),
            // One for each path, if that is what it is.
            Err(error) => read(path).map_err(|_| error)?,
        };
        Ok((vec![(String::new(), table)], Vec::new()))
    } else {
        Err("no policy".into())
    }
}

/// What path prefixes tell of all hosts, or of each.
fn by_host(policies: &Policies) -> Result<Hosts, Box<dyn Error>> {
    let error = match policies.paths() {
        Ok(table) => return Ok(vec![(String::new(), table)]),
        Err(error) => error,
    };
    let mut names = BTreeSet::from([String::new()]);
    let hosts = policies.routes.iter().flat_map(|route| &route.hosts);
    names.extend(hosts.map(|host| without_port(host).to_ascii_lowercase()));
    let mut tables = Vec::new();
    for name in names {
        // Any name in place of the `*`.
        let at_host = policies.at_host(&name.replace('*', "any-name"));
        match at_host.paths() {
            Ok(table) => tables.push((name, table)),
            Err(error) => {
                let host = if name.is_empty() {
                    "other hosts"
                } else {
                    &name
                };
                println!("not served at {host}: {error}\n");
                // Another host's table must not serve it.
                tables.push((name.clone(), PathConfigs::new()));
                for route in &at_host.routes {
                    let config = route.config.as_ref().map(toml::to_string).transpose()?;
                    let config = config.unwrap_or_else(|| "no CORS\n".to_owned());
                    println!("route `{}`:\n{config}", route.name);
                }
            }
        }
    }
    match tables.iter().any(|(_, table)| !table.paths.is_empty()) {
        true => Ok(tables),
        false => Err(error.into()),
    }
}

fn without_port(host: &str) -> &str {
    host.split(':').next().unwrap_or_default()
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

/// The compiled tables, by host.
#[derive(Clone)]
struct HostPolicies(Arc<HashMap<String, PathPolicies>>);

impl HostPolicies {
    fn of(&self, uri: &Uri, headers: &HeaderMap) -> Option<&Policy> {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let host = without_port(uri.host().or(host).unwrap_or_default());
        let host = host.to_ascii_lowercase();
        let fits = |name: &&String| match (name.strip_prefix('*'), name.strip_suffix('*')) {
            (Some(end), _) => host.ends_with(end),
            (_, Some(start)) => host.starts_with(start),
            _ => host == **name,
        };
        // A name before a pattern, and a longer pattern before a shorter one. Of patterns at
        // both ends, Kong tells by more than their lengths.
        let names: Vec<_> = self.0.keys().filter(fits).collect();
        let is_name = |name: &&String| !name.contains('*') && !name.is_empty();
        let starts = names.iter().any(|name| name.starts_with('*'));
        let ends = names.iter().any(|name| name.ends_with('*'));
        if starts && ends && !names.iter().any(is_name) {
            return None;
        }
        let name = names
            .into_iter()
            .max_by_key(|name| (is_name(name), name.len()));
        let table = self.0.get(name.map_or("", |name| name))?;
        table.get(uri.path())
    }
}

/// Compiles the tables, and prints them with what there is to advise.
fn compile(hosts: &Hosts) -> Result<HostPolicies, Box<dyn Error>> {
    let mut compiled = HashMap::new();
    for (host, table) in hosts {
        let at = match &host[..] {
            _ if hosts.len() == 1 => String::new(),
            "" => " at other hosts".to_owned(),
            host => format!(" at {host}"),
        };
        match table.paths.is_empty() {
            true => println!("CORS is off{at}.\n"),
            false => println!(
                "The policy of each path{at}:\n\n{}",
                toml::to_string(table)?
            ),
        }
        let policies = table.compile()?;
        for (prefix, _) in &table.paths {
            let path = prefix.trim_end_matches('*');
            for advisory in policies.get(path).iter().flat_map(|p| p.advisories()) {
                println!("advice: {prefix:?}: {advisory}");
            }
        }
        compiled.insert(host.clone(), policies);
    }
    Ok(HostPolicies(Arc::new(compiled)))
}

/// Requests to try, from the first origin that is written out.
fn print_requests(hosts: &Hosts, address: SocketAddr) {
    let origin = |pattern: &OriginPattern| match &pattern.kind {
        PatternKind::Text(text) if text == "*" => Some("https://app.example".to_owned()),
        PatternKind::Text(text) => Some(text.replace(":*", ":3000").replace('*', "app")),
        _ => None,
    };
    let rows = hosts.iter().flat_map(|(host, table)| {
        table
            .paths
            .iter()
            .map(move |(prefix, config)| (host, prefix, config))
    });
    let first = rows.into_iter().find_map(|(host, prefix, config)| {
        let config = config.as_ref()?;
        let origin = config.allow_origins.iter().find_map(origin)?;
        let method = config
            .allow_methods
            .iter()
            .find(|method| *method != "OPTIONS")?;
        let host = match &host[..] {
            "" => String::new(),
            host => format!(" -H 'Host: {}'", host.replace('*', "app")),
        };
        Some((prefix.trim_end_matches('*'), host, origin, &method[..]))
    });
    let any = || ("/", String::new(), "https://app.example".to_owned(), "PUT");
    let (path, host, origin, method) = first.unwrap_or_else(any);
    println!(
        "
listening on http://{address}; try

  an actual request:
    curl -i http://{address}{path}{host} -H 'Origin: {origin}'
  a preflight:
    curl -i -X OPTIONS http://{address}{path}{host} -H 'Origin: {origin}' \\
      -H 'Access-Control-Request-Method: {method}'
  from another origin:
    curl -i http://{address}{path}{host} -H 'Origin: https://evil.example'
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
    policies: HostPolicies,
}

impl Proxy {
    fn to(upstream: Option<Uri>, policies: HostPolicies) -> Result<Self, Box<dyn Error>> {
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
        let policy = self.policies.of(request.uri(), request.headers());
        let is_off = policy.is_none();
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
