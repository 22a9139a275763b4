//! Who begins to listen while a policy serves hears what it then decides.

#![cfg(feature = "tracing")]
#![allow(missing_docs, reason = "a test")]

use std::io;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use tower::ServiceExt;
use tower_cors::{CorsConfig, CorsLayer};
use tower_layer::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{filter::LevelFilter, fmt, registry, reload};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

// The only test of its process: levels are the whole process's.
#[tokio::test]
async fn levels_change_while_a_policy_serves() {
    let log = Log::default();
    let writer = log.clone();
    let (level, handle) = reload::Layer::new(LevelFilter::OFF);
    let subscriber = registry()
        .with(level)
        .with(fmt::layer().with_writer(move || writer.clone()));
    let _guard = tracing::subscriber::set_default(subscriber);
    let cors = CorsLayer::new(CorsConfig::new(["https://app.example.com"])).unwrap();
    let service = cors.layer(tower::service_fn(async |_: Request<()>| {
        Ok::<_, io::Error>(Response::new(()))
    }));

    let levels = [
        (LevelFilter::OFF, 0, 0),
        (LevelFilter::INFO, 0, 0),
        (LevelFilter::DEBUG, 0, 1),
        (LevelFilter::TRACE, 1, 1),
        (LevelFilter::OFF, 0, 0),
    ];
    for (level, allowed, denied) in levels {
        handle.reload(level).unwrap();
        for (origin, expected) in [
            ("https://app.example.com", allowed),
            ("https://evil.example", denied),
        ] {
            log.0.lock().unwrap().clear();
            let request = Request::get("/").header("origin", origin).body(()).unwrap();
            service.clone().oneshot(request).await.unwrap();
            let heard = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
            assert_eq!(
                heard.matches("CORS decision").count(),
                expected,
                "{origin} at {level}"
            );
        }
    }

    // A warning waits for somebody who listens to warnings, and then is given once.
    for (level, expected) in [
        (LevelFilter::OFF, 0),
        (LevelFilter::ERROR, 0),
        (LevelFilter::WARN, 1),
        (LevelFilter::WARN, 0),
        (LevelFilter::TRACE, 0),
    ] {
        handle.reload(level).unwrap();
        log.0.lock().unwrap().clear();
        let request = Request::options("/").header("access-control-request-method", "PUT");
        let request = request.body(()).unwrap();
        service.clone().oneshot(request).await.unwrap();
        let heard = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(
            heard.matches("has no `Origin`").count(),
            expected,
            "{level}"
        );
    }
}
