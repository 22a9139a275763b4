//! "The origins are in a table, and the admin page adds to it while we serve."

use rusqlite::Connection;
use tower_cors::testing::{Browser, Credentials};

use super::{ADMIN, APP, BoxError, get_it, readers, routes};

mod ours {
    use rusqlite::Connection;
    use tower_cors::{CorsConfig, CorsLayer, ReloadHandle};

    use super::BoxError;

    pub(super) fn config(database: &Connection) -> rusqlite::Result<CorsConfig> {
        let mut select = database.prepare("SELECT origin FROM allowed_origins")?;
        let origins = select.query_map([], |row| row.get::<_, String>(0))?;
        let origins: Vec<_> = origins.collect::<Result<_, _>>()?;
        Ok(CorsConfig::new(origins).allow_credentials(true))
    }

    pub(super) fn cors(database: &Connection) -> Result<(CorsLayer, ReloadHandle), BoxError> {
        Ok(CorsLayer::reloadable(config(database)?.compile()?))
    }

    pub(super) fn reload(handle: &ReloadHandle, database: &Connection) -> Result<u64, BoxError> {
        Ok(handle.reload(&config(database)?)?)
    }
}

mod with_tower_http {
    use std::collections::HashSet;
    use std::sync::{Arc, PoisonError, RwLock};

    use http::HeaderValue;
    use rusqlite::Connection;
    use tower_http::cors::{AllowOrigin, CorsLayer};

    use super::BoxError;

    pub(super) type Origins = Arc<RwLock<HashSet<HeaderValue>>>;

    fn origins(database: &Connection) -> Result<HashSet<HeaderValue>, BoxError> {
        let mut select = database.prepare("SELECT origin FROM allowed_origins")?;
        let origins = select.query_map([], |row| row.get::<_, String>(0))?;
        origins
            .map(|origin| Ok(HeaderValue::try_from(origin?)?))
            .collect()
    }

    pub(super) fn cors(database: &Connection) -> Result<(CorsLayer, Origins), BoxError> {
        let allowed = Origins::new(RwLock::new(origins(database)?));
        let shared = Arc::clone(&allowed);
        let is_allowed = AllowOrigin::predicate(move |origin, _| {
            let allowed = shared.read().unwrap_or_else(PoisonError::into_inner);
            allowed.contains(origin)
        });
        let layer = CorsLayer::new()
            .allow_origin(is_allowed)
            .allow_credentials(true);
        Ok((layer, allowed))
    }

    pub(super) fn reload(allowed: &Origins, database: &Connection) -> Result<(), BoxError> {
        let origins = origins(database)?;
        *allowed.write().unwrap_or_else(PoisonError::into_inner) = origins;
        Ok(())
    }
}

#[tokio::test]
async fn an_origin_that_is_added_reads() -> Result<(), BoxError> {
    let database = Connection::open_in_memory()?;
    database.execute_batch("CREATE TABLE allowed_origins (origin TEXT PRIMARY KEY)")?;
    let add = "INSERT INTO allowed_origins VALUES (?1)";
    database.execute(add, [APP])?;
    let (ours, handle) = ours::cors(&database)?;
    let (theirs, allowed) = with_tower_http::cors(&database)?;
    let apps = [routes().layer(ours), routes().layer(theirs)].map(Browser::new);
    let get_it = get_it();
    let readers = |app| readers(app, &get_it, Credentials::Include);
    for app in &apps {
        assert_eq!(readers(app).await, [APP]);
    }

    database.execute(add, [ADMIN])?;
    assert_eq!(ours::reload(&handle, &database)?, 1);
    with_tower_http::reload(&allowed, &database)?;
    for app in &apps {
        assert_eq!(readers(app).await, [APP, ADMIN]);
    }
    Ok(())
}
