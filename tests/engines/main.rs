//! Real browsers as judges: what a page sends and what its script sees is what the table
//! says, in each engine and in the browser for tests, and the policy decides about each
//! request as the table says.
//!
//! ```sh
//! ENGINE=firefox cargo test --all-features --test engines -- --ignored --test-threads=1
//! ```
#![cfg(all(feature = "regex", feature = "serde", feature = "testing"))]

mod driver;
mod for_tests;
#[cfg(feature = "reload")]
mod playground;
mod server;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use http::HeaderMap;
use serde_json::json;
use tower_cors::is_preflight;

use driver::{Driver, Engine};
use server::{Arrived, Ports, Server};
use table::{Judge, Outcome, Place, Row, Site, is_plain};

/// Runs all rows in an engine, a page for each host. A row may take so many seconds.
async fn run(
    driver: &Driver,
    server: &Server,
    site: Site,
    rows: &[Row],
    patience: u32,
) -> Vec<Outcome> {
    let mut hosts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        hosts.entry(&row.page).or_default().push(number);
    }
    let mut sees = vec![Vec::new(); rows.len()];
    for (host, numbers) in hosts {
        driver.open(&format!("{}/page", site.page(host))).await;
        let asked: Vec<_> = numbers
            .iter()
            .map(|number| json!({ "frame": rows[*number].frame, "does": rows[*number].does }))
            .collect();
        let script = "run(arguments[0], arguments[1]).then(arguments[2])";
        let arguments = vec![json!(asked), json!(patience)];
        let results = driver.run(script, arguments).await;
        let results: Vec<Vec<String>> = serde_json::from_value(results).expect("texts");
        for (number, seen) in numbers.into_iter().zip(results) {
            sees[number] = seen;
        }
    }
    let outcomes = sees.into_iter().zip(rows).enumerate();
    outcomes
        .map(|(number, (sees, row))| Outcome {
            arrives: arrived(server, site, number, row),
            sees,
        })
        .collect()
}

fn arrived(server: &Server, site: Site, number: usize, row: &Row) -> Vec<String> {
    let arrived = server.take(number);
    arrived
        .iter()
        .map(|arrived| describe(arrived, row, site))
        .collect()
}

/// A request in a few words, of which each but the method may be missing:
///
/// ```text
/// ask PUT x-foo at other /path from null with cookie cross-site 403 OriginNotAllowed exempt
/// ```
///
/// "ask" is a preflight, with the method and the names that it asks for. Then come the
/// server, the path, the `Origin`, the `Cookie`, and `Sec-Fetch-Site`, unless they are as
/// usual; the status, if it is no success; and the reason for which the policy denies it.
fn describe(arrived: &Arrived, row: &Row, site: Site) -> String {
    let head = &arrived.head;
    let header = |name| joined(head.headers(), name);
    let mut words = Vec::new();
    if is_preflight(head.method(), head.headers()) {
        words.push("ask".to_owned());
        words.extend(header("access-control-request-method"));
        words.extend(header("access-control-request-headers"));
    } else {
        words.push(head.method().to_string());
    }
    match arrived.place {
        Place::Api => {}
        Place::Other => words.push("at other".to_owned()),
        Place::Own => words.push("at own".to_owned()),
    }
    if head.uri().path() != "/" {
        words.push(head.uri().path().to_owned());
    }
    match header("origin") {
        None => words.push("without origin".to_owned()),
        Some(origin) if origin == row.origin(site) => {}
        Some(origin) => words.push(format!("from {origin}")),
    }
    if header("cookie").is_some() {
        words.push("with cookie".to_owned());
    }
    let fetch_site = header("sec-fetch-site");
    if fetch_site.as_deref() != usual_site(row, arrived.place) {
        words.push(fetch_site.unwrap_or_else(|| "without site".to_owned()));
    }
    match arrived.status {
        Some(status) if status.is_success() || status == 101 => {}
        Some(status) => words.push(status.as_u16().to_string()),
        None => words.push("unanswered".to_owned()),
    }
    if let Some(config) = row.policy(arrived.place) {
        let policy = config.clone().compile().expect("a policy");
        let decision = policy.decide(head);
        words.extend(decision.deny_reason().map(|reason| self::words(&reason)));
        if decision.is_exempt() {
            words.push("exempt".to_owned());
        }
    }
    words.join(" ")
}

/// The `Sec-Fetch-Site` of a request without redirects.
fn usual_site(row: &Row, place: Place) -> Option<&'static str> {
    match (&row.page[..], row.frame.as_deref()) {
        (host, _) if is_plain(host) => None,
        (_, Some("sandbox" | "data")) => Some("cross-site"),
        _ if place == Place::Own => Some("same-origin"),
        ("localhost", _) => Some("same-site"),
        _ => Some("cross-site"),
    }
}

/// All lines of a header.
fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(name).iter();
    let lines: Vec<_> = lines
        .map(|line| String::from_utf8_lossy(line.as_bytes()))
        .collect();
    (!lines.is_empty()).then(|| lines.join(" + "))
}

/// A reason, without the values that it quotes: they are in the request.
fn words(reason: &impl Debug) -> String {
    let debug = format!("{reason:?}");
    let end = debug.find(['"', '{']).unwrap_or(debug.len());
    debug[..end].replace(['(', ')'], " ").trim().to_owned()
}

/// Describes how an outcome differs from the table.
fn problem(row: &Row, judge: Judge, outcome: &Outcome) -> Option<String> {
    let mut expected = row.expected(judge);
    if let Judge::Engine(_) = judge {
        // A script does not learn why.
        let blocked = expected
            .sees
            .iter_mut()
            .filter(|seen| seen.starts_with("blocked"));
        blocked.for_each(|seen| seen.truncate("blocked".len()));
    }
    (*outcome != expected).then(|| {
        let name = &row.name;
        format!("{name}, in {judge:?}:\n  expected {expected:?}\n  but was  {outcome:?}")
    })
}

#[test]
fn the_table_holds_what_it_should() {
    let site = Site {
        pages: 1,
        api: 2,
        other: 3,
    };
    let rows = site.rows(None);
    assert!(rows.len() >= 200, "{} rows", rows.len());
    let mut names = BTreeSet::new();
    for row in &rows {
        let name = &row.name;
        assert!(names.insert(name), "two rows {name}");
        assert_ne!(row.standard().arrives, [""], "{name}: nothing arrives");
        for differs in &row.differs {
            for judge in &differs.r#in {
                assert_ne!(
                    row.expected(*judge),
                    row.standard(),
                    "{name}: {judge:?} does not differ"
                );
            }
            // Users learn of each step that an engine breaks.
            let documented = include_str!("../../src/docs/browsers.md").contains(&differs.breaks);
            let is_of_engines = differs.r#in != [Judge::Testing];
            assert!(documented || !is_of_engines, "{name}: {}", differs.breaks);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser and its driver, which the gate installs"]
async fn the_engine_does_what_the_table_says() {
    let engine = Engine::chosen();
    let ports = Ports::bind().await;
    let (site, proxy) = (ports.site, ports.proxy);
    let rows = site.rows(None);
    let server = ports.serve(&rows);
    let driver = Driver::start(engine, proxy).await;
    let outcomes = run(&driver, &server, site, &rows, 30).await;
    let judge = Judge::Engine(engine);
    let problems = rows.iter().zip(&outcomes);
    let problems: Vec<_> = problems
        .filter_map(|(row, outcome)| problem(row, judge, outcome))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test]
async fn the_browser_for_tests_does_what_the_table_says() {
    let ports = Ports::bind().await;
    let site = ports.site;
    let rows = site.rows(None);
    let server = ports.serve(&rows);
    let mut problems = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        if row.beyond_tests.is_some() {
            continue;
        }
        let sees = for_tests::run(row, &server, site).await;
        let arrives = arrived(&server, site, number, row);
        problems.extend(problem(row, Judge::Testing, &Outcome { arrives, sees }));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A row that passes although nothing answers proves nothing.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser and its driver, which the gate installs"]
async fn no_row_passes_at_a_closed_port() {
    let engine = Engine::chosen();
    let ports = Ports::bind().await;
    let (site, proxy) = (ports.site, ports.proxy);
    let closed = driver::free_port().await;
    let rows = site.rows(Some(closed));
    let server = ports.serve(&rows);
    let driver = Driver::start(engine, proxy).await;
    // Some browsers never tell that a frame failed to load.
    let outcomes = run(&driver, &server, site, &rows, 2).await;
    for (row, outcome) in rows.iter().zip(&outcomes) {
        assert!(outcome.arrives.is_empty(), "{}: {outcome:?}", row.name);
        assert!(
            problem(row, Judge::Engine(engine), outcome).is_some(),
            "{}",
            row.name
        );
    }
}

/// Nothing is left of a browser whose test fails.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser and its driver, which the gate installs"]
async fn browsers_end_with_their_test() {
    let test = tokio::spawn(async {
        let driver = Driver::start(Engine::chosen(), Ports::bind().await.proxy).await;
        let home = driver.home().to_owned();
        std::panic::panic_any(home);
    });
    let panic = test.await.expect_err("it fails").into_panic();
    let home = panic
        .downcast::<std::path::PathBuf>()
        .expect("where the browser was");
    // Every process of the browser has it in its environment.
    let home = format!("={}", home.display());
    let processes = std::fs::read_dir("/proc").expect("processes");
    let left: Vec<_> = processes
        .filter_map(|process| Some(process.ok()?.path().join("environ")))
        .filter(|path| {
            std::fs::read(path)
                .is_ok_and(|environ| String::from_utf8_lossy(&environ).contains(&home))
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
