//! The tenants: their configurations in SQLite, the policies in a cache.

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::HOST;
use moka::future::Cache;
use rusqlite::{Connection, OptionalExtension};
use tokio::task::spawn_blocking;
use tower_cors::{CorsConfig, Policy};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// The tenants. A clone shares the database and the cache.
#[derive(Clone)]
pub(crate) struct Tenants {
    database: Arc<Mutex<Connection>>,
    // Hosts without a tenant have a place too, or each request for one would reach the
    // database.
    policies: Cache<String, Option<Policy>>,
}

impl Tenants {
    /// Opens the database. A policy is looked up again once it is older than `max_age`, so
    /// that updates by others are seen.
    pub(crate) fn open(file: &Path, max_age: Duration) -> rusqlite::Result<Self> {
        let database = Connection::open(file)?;
        database.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS tenants (host TEXT PRIMARY KEY, cors TEXT NOT NULL);",
        )?;
        let policies = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(max_age)
            .build();
        Ok(Tenants {
            database: Arc::new(Mutex::new(database)),
            policies,
        })
    }

    /// Stores a tenant's configuration, unless it has errors.
    pub(crate) async fn store(&self, host: &str, config: &CorsConfig) -> Result<(), BoxError> {
        let _: Policy = config.compile()?;
        let row = (host.to_owned(), serde_json::to_string(config)?);
        self.query(|database| {
            database.execute("INSERT OR REPLACE INTO tenants VALUES (?1, ?2)", row)
        })
        .await?;
        self.policies.invalidate(host).await;
        Ok(())
    }

    /// The policy for a host. Many requests at once cause one look-up.
    pub(crate) async fn find(&self, host: String) -> Option<Policy> {
        let load = self.load(host.clone());
        let policy = self.policies.try_get_with(host, load).await;
        policy.unwrap_or_else(|error| {
            eprintln!("no policy: {error}");
            None
        })
    }

    async fn load(&self, host: String) -> Result<Option<Policy>, BoxError> {
        let select = "SELECT cors FROM tenants WHERE host = ?1";
        let text: Option<String> = self
            .query(|database| {
                let row = database.query_row(select, [host], |row| row.get(0));
                row.optional()
            })
            .await?;
        let Some(text) = text else { return Ok(None) };
        let config: CorsConfig = serde_json::from_str(&text)?;
        Ok(Some(config.compile()?))
    }

    async fn query<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, BoxError> {
        let database = Arc::clone(&self.database);
        let result = spawn_blocking(move || {
            let database = database.lock().expect("no query panics");
            run(&database)
        });
        Ok(result.await??)
    }
}

/// A middleware that looks the tenant's policy up, and puts it where the CORS layer takes it
/// from.
pub(crate) async fn find_policy(
    State(tenants): State<Tenants>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(host) = host(&request) {
        if let Some(policy) = tenants.find(host).await {
            request.extensions_mut().insert(policy);
        }
    }
    next.run(request).await
}

/// The host that the request is for, without a port.
fn host(request: &Request) -> Option<String> {
    let authority = match request.uri().authority() {
        Some(authority) => authority.as_str(),
        None => request.headers().get(HOST)?.to_str().ok()?,
    };
    Some(authority.split(':').next()?.to_ascii_lowercase())
}

/// The policy of a typical tenant, with a domain of its own.
pub(crate) fn typical(tenant: usize) -> CorsConfig {
    let domain = format!("tenant-{tenant}.example");
    CorsConfig::new([format!("https://{domain}"), format!("https://*.{domain}")])
        .allow_methods(["GET", "POST", "PUT", "DELETE"])
        .allow_headers(["authorization", "content-type"])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
}
