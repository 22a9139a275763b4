//! What a request may cost: each row of the budget, beside a service that
//! inserts the same headers with no decision (*floor*) and beside tower-http.
//! Fails if a row is over its budget.
//!
//! The figures are instructions, which do not depend on how busy the machine
//! is: the program runs itself under callgrind, which a Debian has after
//! `apt-get install valgrind`. The crates for that, gungraun and iai-callgrind,
//! need a runner of exactly their own version installed beside them, and
//! compare a run with an earlier one; here, services are compared within one
//! run. Where the budget is one of time, pairs are timed as well, in turns.
//!
//! A request counts from the clone of the service to the drop of the response.
//! What that costs without any layer is subtracted.

mod support;

use std::convert::Infallible;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs, iter};

use http::{Method, Request, Response};
use support::{Answer, App, Body, Case, Layers, Origins, actual, preflight, request, serve};
use tower_service::Service;

/// Set in the process that callgrind watches.
const CHILD: &str = "TOWER_CORS_BUDGET_CHILD";
/// Requests per figure.
const REQUESTS: u64 = 8;
/// Rounds of timing; the fastest counts.
const ROUNDS: usize = 200;

const ACTUAL: &str = "actual/1-origin/allowed";
const PREFLIGHT: &str = "preflight/1-origin/allowed";

/// What a row may cost.
#[derive(Clone, Copy)]
enum Budget {
    /// Times the floor.
    Floor(f64),
    /// Times what this crate needs for the row of that name, in instructions
    /// and in time.
    Row(&'static str, f64),
    /// For information.
    None,
}

struct Row {
    case: Case,
    budget: Budget,
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = |case, budget| rows.push(Row { case, budget });

    let origins = Origins::Exact(1);
    let layers = Layers::new(origins);
    let (good, evil) = (&origins.last(), "https://evil.example");
    let mut case = |outcome, request, answer, budget| {
        row(layers.case(outcome, request, answer), budget);
    };
    case("allowed", actual(good), Answer::Share, Budget::Floor(1.2));
    case("denied", actual(evil), Answer::Withhold, Budget::None);
    case(
        "no-origin",
        request(Method::GET, &[]),
        Answer::Withhold,
        Budget::None,
    );
    let hostile = Budget::Row(ACTUAL, 1.0);
    for (outcome, origin) in support::hostile_origins() {
        case(outcome, actual(&origin), Answer::Withhold, hostile);
    }
    let preflight_to = |origin| preflight(origin, "content-type");
    case(
        "allowed",
        preflight_to(good),
        Answer::Preflight,
        Budget::Floor(1.2),
    );
    case("denied", preflight_to(evil), Answer::Refuse, Budget::None);
    let hostile = Budget::Row(PREFLIGHT, 1.0);
    for (outcome, list) in support::hostile_lists() {
        case(outcome, preflight(good, &list), Answer::RefuseList, hostile);
    }

    for (n, budget) in [
        (1_000, Budget::Floor(1.25)),
        (100_000, Budget::Row(ACTUAL, 1.1)),
    ] {
        let origins = Origins::Exact(n);
        let layers = Layers::new(origins);
        row(
            layers.case("hit-last", actual(&origins.last()), Answer::Share),
            budget,
        );
    }
    let origins = Origins::Mirror;
    row(
        Case::new(
            "allowed",
            origins,
            preflight(&origins.last(), "content-type,x-a"),
            Answer::PreflightMirrored,
        ),
        Budget::None,
    );
    for origins in [
        Origins::Subdomains(1_000),
        Origins::Regexes(1),
        Origins::Regexes(100),
    ] {
        let layers = Layers::new(origins);
        row(
            layers.case("hit-last", actual(&origins.last()), Answer::Share),
            Budget::None,
        );
        row(
            layers.case("miss", actual(evil), Answer::Withhold),
            Budget::None,
        );
    }
    let layers = Layers::new(Origins::Any);
    row(
        layers.case("allowed", actual(good), Answer::ShareWithAll),
        Budget::None,
    );
    row(
        layers.case("no-origin", request(Method::GET, &[]), Answer::ShareWithAll),
        Budget::None,
    );
    row(
        layers.case("allowed", preflight_to(good), Answer::PreflightForAll),
        Budget::None,
    );
    rows
}

fn main() -> ExitCode {
    let rows = rows();
    if env::var_os(CHILD).is_some() {
        for row in &rows {
            let request = &row.case.request;
            warm_and_count(&App, request);
            warm_and_count(&row.case.ours, request);
            warm_and_count(&row.case.floor, request);
            warm_and_count(&row.case.rival, request);
        }
        return ExitCode::SUCCESS;
    }
    if !env::args().any(|argument| argument == "--bench") {
        // `cargo test --benches`: the answers have been checked.
        return ExitCode::SUCCESS;
    }
    let figures = match callgrind() {
        Ok(figures) => figures,
        Err(error) => {
            eprintln!("valgrind: {error}; on Debian: apt-get install valgrind");
            return ExitCode::FAILURE;
        }
    };
    assert_eq!(figures.len(), 4 * rows.len(), "figures from callgrind");
    report(&rows, &figures)
}

fn report(rows: &[Row], figures: &[u64]) -> ExitCode {
    // Instructions that a layer adds to a request.
    let added = |row: usize, service: usize| {
        let of = |service| i64::try_from(figures[4 * row + service] / REQUESTS).unwrap();
        of(service) - of(0)
    };
    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    let ratio = |a: i64, b: i64| a as f64 / b as f64;
    let mut within = true;

    println!(
        "{:<36}{:>8}{:>8}{:>12}{:>9}{:>9}  budget",
        "instructions per request", "ours", "floor", "tower-http", "/floor", "/rival"
    );
    for (index, row) in rows.iter().enumerate() {
        let [ours, floor, rival] = [1, 2, 3].map(|service| added(index, service));
        let verdict = match row.budget {
            Budget::None => String::new(),
            Budget::Floor(most) => {
                let met = ratio(ours, floor) <= most;
                within &= met;
                format!("{most} x floor: {}", met_or_not(met))
            }
            Budget::Row(name, most) => {
                let normal = added(find(rows, name), 1);
                let met = ratio(ours, normal) <= most;
                within &= met;
                format!(
                    "{most} x {name}: {:.2}, {}",
                    ratio(ours, normal),
                    met_or_not(met)
                )
            }
        };
        println!(
            "{:<36}{ours:>8}{floor:>8}{rival:>12}{:>9.2}{:>9.2}  {verdict}",
            row.case.name,
            ratio(ours, floor),
            ratio(ours, rival)
        );
    }

    println!(
        "\n{:<36}{:>8}{:>8}{:>9}  budget",
        "nanoseconds per request", "ours", "normal", "ratio"
    );
    for row in rows {
        let Budget::Row(name, most) = row.budget else {
            continue;
        };
        let normal = &rows[find(rows, name)].case;
        let [bare, ours, bare_normal, normal] = time([
            &mut || batch(&App, &row.case.request),
            &mut || batch(&row.case.ours, &row.case.request),
            &mut || batch(&App, &normal.request),
            &mut || batch(&normal.ours, &normal.request),
        ]);
        let (ours, normal) = (ours - bare, normal - bare_normal);
        let met = ours / normal <= most;
        within &= met;
        println!(
            "{:<36}{ours:>8.0}{normal:>8.0}{:>9.2}  {most} x {name}: {}",
            row.case.name,
            ours / normal,
            met_or_not(met)
        );
    }
    match within {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn met_or_not(met: bool) -> &'static str {
    if met { "met" } else { "EXCEEDED" }
}

fn find(rows: &[Row], name: &str) -> usize {
    rows.iter().position(|row| row.case.name == name).unwrap()
}

/// The instructions of each call of [`counted`], in order.
fn callgrind() -> io::Result<Vec<u64>> {
    let directory = env::temp_dir().join(format!("tower-cors-budget-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    let result = callgrind_in(&directory);
    fs::remove_dir_all(&directory)?;
    result
}

fn callgrind_in(directory: &Path) -> io::Result<Vec<u64>> {
    // Two patterns for one function: valgrind keeps one option per pattern.
    let counted = concat!(module_path!(), "::counted*");
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .arg("--toggle-collect=*::counted*")
        .arg(format!("--dump-after={counted}"))
        .arg(format!(
            "--callgrind-out-file={}",
            directory.join("out").display()
        ))
        .arg(env::current_exe()?)
        .env(CHILD, "1")
        .status()?;
    if !status.success() {
        return Err(io::Error::other(status.to_string()));
    }
    let read = |number| fs::read_to_string(directory.join(format!("out.{number}"))).ok();
    let dumps = (1..).map_while(read);
    let total = |dump: String| {
        let total = dump.lines().find_map(|line| line.strip_prefix("totals: "));
        total.and_then(|total| total.trim().parse().ok())
    };
    dumps
        .map(|dump| total(dump).ok_or_else(|| io::Error::other("a dump without totals")))
        .collect()
}

fn warm_and_count<S>(service: &S, request: &Request<()>)
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone,
{
    // Caches fill on first use.
    for _ in 0..4 {
        serve(service, request.clone());
    }
    counted(service, copies(request, REQUESTS));
}

fn copies(request: &Request<()>, count: u64) -> Vec<Request<()>> {
    (0..count).map(|_| request.clone()).collect()
}

/// What callgrind counts.
#[inline(never)]
fn counted<S>(service: &S, requests: Vec<Request<()>>)
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone,
{
    for request in requests {
        drop(black_box(serve(black_box(service), request)));
    }
}

/// The time of one round of requests.
fn batch<S>(service: &S, request: &Request<()>) -> Duration
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone,
{
    let requests = copies(request, 256);
    let start = Instant::now();
    counted(service, requests);
    start.elapsed()
}

/// The nanoseconds per request of each, from its fastest round.
fn time<const N: usize>(mut batches: [&mut dyn FnMut() -> Duration; N]) -> [f64; N] {
    let mut fastest = [Duration::MAX; N];
    for _ in 0..ROUNDS {
        for (fastest, batch) in iter::zip(&mut fastest, &mut batches) {
            *fastest = batch().min(*fastest);
        }
    }
    fastest.map(|fastest| fastest.as_secs_f64() * 1e9 / 256.0)
}
