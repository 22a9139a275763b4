//! A server that follows its policy file.
//!
//! ```sh
//! cargo run --example reload --features reload,serde -- /tmp/policy.toml
//! ```
//!
//! It writes the file if there is none. Edit it: valid edits are in force at
//! once, broken ones are reported and change nothing.

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_cors::{CorsConfig, CorsLayer, Policy, ReloadHandle};

const FIRST: &str = r#"allow_origins = ["https://app.example.com"]
allow_methods = ["GET", "PUT"]
max_age       = "10m"
"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os()
        .nth(1)
        .map_or("policy.toml".into(), PathBuf::from);
    if !path.exists() {
        fs::write(&path, FIRST)?;
    }
    let text = fs::read_to_string(&path)?;
    let (cors, handle) = CorsLayer::reloadable(compile(&text)?);
    tokio::spawn(follow(path.clone(), text, handle));

    let app = Router::new()
        .route("/", get(async || "hello\n"))
        .layer(cors);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3002)).await?;
    let address = listener.local_addr()?;
    println!(
        "listening on http://{address}, with the policy in {}; try

  curl -i http://{address}/ -H 'Origin: https://app.example.com'

and again after an edit of the file
",
        path.display()
    );
    axum::serve(listener, app).await?;
    Ok(())
}

/// Reads the file each second: small, and sure whatever way editors save.
async fn follow(path: PathBuf, mut last: String, handle: ReloadHandle) {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        match read_change(&path, &last).await {
            Ok(None) => {}
            Ok(Some(text)) => {
                match compile(&text) {
                    Ok(policy) => {
                        for advisory in policy.advisories() {
                            println!("advice: {advisory}");
                        }
                        match handle.replace(policy) {
                            Ok(generation) => println!("generation {generation} is in force"),
                            Err(error) => return println!("{error}"),
                        }
                    }
                    Err(error) => {
                        println!("{error}\nthe policy stays in force");
                    }
                }
                last = text;
            }
            Err(error) => println!("{}: {error}", path.display()),
        }
    }
}

async fn read_change(path: &Path, last: &str) -> io::Result<Option<String>> {
    let text = tokio::fs::read_to_string(path).await?;
    Ok((text != last).then_some(text))
}

fn compile(text: &str) -> Result<Policy, Box<dyn Error>> {
    let config: CorsConfig = toml::from_str(text)?;
    Ok(config.compile()?)
}
