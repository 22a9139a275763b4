//! What a request may cost: each row of the budget, beside a service that
//! inserts the same headers with no decision (*floor*) and beside tower-http.
//! Fails if a row is over its bound: its budget, or where that is missed, what
//! it has cost so far.
//!
//! The figures are instructions, which do not depend on how busy the machine
//! is: the program runs itself under callgrind, which a Debian has after
//! `apt-get install valgrind`. The crates for that, gungraun and iai-callgrind,
//! need a runner of exactly their own version installed beside them, and
//! compare a run with an earlier one; here, services are compared within one
//! run. Where the budget is one of time, pairs are timed as well, in turns,
//! unless `--instructions` is asked for.
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
use tower_cors::{CorsLayer, PathConfigs};
use tower_layer::Layer;
use tower_service::Service;

/// Set in the process that callgrind watches.
const CHILD: &str = "TOWER_CORS_BUDGET_CHILD";
/// Requests per figure.
const REQUESTS: u64 = 8;
/// Rounds of timing, and requests in each.
const ROUNDS: u32 = 200;
const PER_ROUND: u32 = 128;

const ACTUAL: &str = "actual/1-origin/allowed";
const PREFLIGHT: &str = "preflight/1-origin/allowed";

/// What a row may cost.
#[derive(Clone, Copy)]
enum Budget {
    /// Times the floor.
    Floor(Limit),
    /// Times what this crate needs for the row of that name, in instructions
    /// and in time.
    Row(&'static str, Limit),
    /// For information.
    None,
}

#[derive(Clone, Copy)]
struct Limit {
    budget: f64,
    /// Where the budget is missed, what is not to be exceeded.
    bound: f64,
}

impl Limit {
    const fn of(budget: f64) -> Self {
        Limit::missed(budget, budget)
    }

    const fn missed(budget: f64, bound: f64) -> Self {
        Limit { budget, bound }
    }

    fn verdict(self, ratio: f64, within: &mut bool) -> &'static str {
        *within &= ratio <= self.bound;
        match ratio {
            _ if ratio <= self.budget => "met",
            _ if ratio <= self.bound => "missed",
            _ => "EXCEEDED",
        }
    }
}

struct Row {
    case: Case,
    budget: Budget,
}

fn rows() -> Vec<Row> {
    // By how much the first two miss: see the README. The third is met, but
    // what is inlined depends on the compiler.
    let actual_one = Budget::Floor(Limit::missed(1.2, 1.4));
    let actual_thousand = Budget::Floor(Limit::missed(1.25, 1.4));
    let preflight_one = Budget::Floor(Limit::missed(1.2, 1.25));
    let as_one = Budget::Row(ACTUAL, Limit::of(1.1));
    let hostile_origin = Budget::Row(ACTUAL, Limit::of(1.0));
    // Not so long that its length would tell.
    let many_labels = Budget::Row(ACTUAL, Limit::missed(1.0, 1.8));
    let hostile_list = Budget::Row(PREFLIGHT, Limit::of(1.0));

    let evil = "https://evil.example";
    let preflight_to = |origin: &str| preflight(origin, "content-type");
    let mut rows = Vec::new();
    let mut row = |case, budget| rows.push(Row { case, budget });

    let good = &Origins::Exact(1).last();
    let one = Layers::new(Origins::Exact(1));
    let share = one.case("allowed", actual(good), Answer::Share);
    row(share, actual_one);
    let withhold = |outcome, request| one.case(outcome, request, Answer::Withhold);
    row(withhold("denied", actual(evil)), Budget::None);
    row(
        withhold("no-origin", request(Method::GET, &[])),
        Budget::None,
    );
    for (outcome, origin) in support::hostile_origins() {
        let budget = match outcome {
            "127-labels" | "127-labels-and-port" => many_labels,
            _ => hostile_origin,
        };
        row(withhold(outcome, actual(&origin)), budget);
    }
    let answer = one.case("allowed", preflight_to(good), Answer::Preflight);
    row(answer, preflight_one);
    let refuse = one.case("denied", preflight_to(evil), Answer::Refuse);
    row(refuse, Budget::None);
    for (outcome, list) in support::hostile_lists() {
        let refuse = one.case(outcome, preflight(good, &list), Answer::RefuseList);
        row(refuse, hostile_list);
    }

    for (n, budget) in [(1_000, actual_thousand), (100_000, as_one)] {
        let origins = Origins::Exact(n);
        let share = Case::new("hit-last", origins, actual(&origins.last()), Answer::Share);
        row(share, budget);
    }
    for n in [1_000, 1, 100] {
        let origins = match n {
            1_000 => Origins::Subdomains(n),
            _ => Origins::Regexes(n),
        };
        let layers = Layers::new(origins);
        let share = layers.case("hit-last", actual(&origins.last()), Answer::Share);
        row(share, Budget::None);
        let withhold = layers.case("miss", actual(evil), Answer::Withhold);
        row(withhold, Budget::None);
    }
    let any = Layers::new(Origins::Any);
    for (outcome, request, answer) in [
        ("allowed", actual(good), Answer::ShareWithAll),
        ("no-origin", request(Method::GET, &[]), Answer::ShareWithAll),
        ("allowed", preflight_to(good), Answer::PreflightForAll),
    ] {
        row(any.case(outcome, request, answer), Budget::None);
    }
    let request = preflight(good, "content-type,x-request-id");
    let mirror = Case::new(
        "allowed",
        Origins::Mirror,
        request,
        Answer::PreflightMirrored,
    );
    row(mirror, Budget::None);
    rows
}

/// Counts what a service does with a request.
type Count = dyn Fn(&Request<()>);

/// A service whose policy comes from somewhere.
struct Source {
    name: &'static str,
    count: Box<Count>,
}

impl Source {
    fn new(name: &'static str, layer: &CorsLayer) -> Self {
        let service = layer.layer(App);
        support::assert_answer(name, &service, &sourced_request(), Answer::Share);
        Source {
            name,
            count: Box::new(move |request| warm_and_count(&service, request)),
        }
    }
}

fn sourced_request() -> Request<()> {
    actual(&Origins::Exact(1).last())
}

/// The same policy, fixed and from where it can change.
fn sources() -> Vec<Source> {
    let config = Origins::Exact(1).config();
    let policy = config.compile().unwrap();
    let paths = PathConfigs::new().path("/", config).compile().unwrap();
    let chosen = policy.clone();
    let by_request = CorsLayer::per_request([], move |_| Some(chosen.clone()));
    vec![
        Source::new("fixed", &CorsLayer::from(policy.clone())),
        #[cfg(feature = "reload")]
        Source::new("reloadable", &CorsLayer::reloadable(policy).0),
        Source::new("by path", &CorsLayer::from(paths)),
        Source::new("by a function", &by_request),
    ]
}

fn main() -> ExitCode {
    let rows = rows();
    let sources = sources();
    if env::var_os(CHILD).is_some() {
        for row in &rows {
            let request = &row.case.request;
            warm_and_count(&App, request);
            warm_and_count(&row.case.ours, request);
            warm_and_count(&row.case.floor, request);
            warm_and_count(&row.case.rival, request);
        }
        for source in &sources {
            (source.count)(&sourced_request());
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
    let (figures, of_sources) = figures.split_at(4 * rows.len());
    assert_eq!(of_sources.len(), sources.len(), "figures from callgrind");
    let mut within = report_instructions(&rows, figures);
    report_sources(&sources, figures[0], of_sources);
    if !env::args().any(|argument| argument == "--instructions") {
        within &= report_times(&rows);
    }
    match within {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// What a policy costs that is not fixed; `bare` is the request without a layer.
fn report_sources(sources: &[Source], bare: u64, figures: &[u64]) {
    println!(
        "\n{:<38}{:>8}{:>8}",
        "policy of the first row", "ours", "/fixed"
    );
    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    let added = |figure: u64| (figure as f64 - bare as f64) / REQUESTS as f64;
    for (source, &figure) in iter::zip(sources, figures) {
        let ratio = added(figure) / added(figures[0]);
        println!("{:<38}{:>8.0}{ratio:>8.2}", source.name, added(figure));
    }
}

fn position(rows: &[Row], name: &str) -> usize {
    rows.iter().position(|row| row.case.name == name).unwrap()
}

/// Whether all rows are within their bounds.
fn report_instructions(rows: &[Row], figures: &[u64]) -> bool {
    // What a layer adds to the instructions of a request.
    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    let added = |row: usize| {
        let of = |service: usize| figures[4 * row + service] as f64 / REQUESTS as f64;
        [1, 2, 3].map(|service| of(service) - of(0))
    };
    let mut within = true;
    println!(
        "{:<38}{:>8}{:>8}{:>12}{:>9}{:>9}  budget",
        "instructions added to a request", "ours", "floor", "tower-http", "/floor", "/rival"
    );
    for (index, row) in rows.iter().enumerate() {
        let [ours, floor, rival] = added(index);
        let verdict = match row.budget {
            Budget::None => String::new(),
            Budget::Floor(limit) => {
                let verdict = limit.verdict(ours / floor, &mut within);
                format!("{} x floor: {verdict}", limit.budget)
            }
            Budget::Row(name, limit) => {
                let ratio = ours / added(position(rows, name))[0];
                let verdict = limit.verdict(ratio, &mut within);
                format!("{} x {name}: {ratio:.2}, {verdict}", limit.budget)
            }
        };
        println!(
            "{:<38}{ours:>8.0}{floor:>8.0}{rival:>12.0}{:>9.2}{:>9.2}  {verdict}",
            row.case.name,
            ours / floor,
            ours / rival,
        );
    }
    within
}

/// The same in nanoseconds.
fn report_times(rows: &[Row]) -> bool {
    let mut within = true;
    println!(
        "\n{:<38}{:>8}{:>8}{:>9}  budget",
        "nanoseconds added to a request", "ours", "other", "ratio"
    );
    for Row { case, budget } in rows {
        let other = match budget {
            Budget::None => continue,
            Budget::Floor(_) => None,
            Budget::Row(name, _) => Some(&rows[position(rows, name)].case),
        };
        let [bare, ours, other_bare, other] = time([
            &|| round(&App, &case.request),
            &|| round(&case.ours, &case.request),
            &|| round(&App, &other.unwrap_or(case).request),
            &|| match other {
                Some(other) => round(&other.ours, &other.request),
                None => round(&case.floor, &case.request),
            },
        ]);
        let (ours, other) = (ours - bare, other - other_bare);
        let verdict = match budget {
            Budget::Row(name, limit) => {
                let verdict = limit.verdict(ours / other, &mut within);
                format!("{} x {name}: {verdict}", limit.budget)
            }
            _ => "the other is the floor".to_owned(),
        };
        println!(
            "{:<38}{ours:>8.0}{other:>8.0}{:>9.2}  {verdict}",
            case.name,
            ours / other
        );
    }
    within
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

/// The nanoseconds per request of each, in turns, from its fastest round.
fn time<const N: usize>(rounds: [&dyn Fn() -> Duration; N]) -> [f64; N] {
    let mut fastest = [Duration::MAX; N];
    for _ in 0..ROUNDS {
        for (fastest, round) in iter::zip(&mut fastest, &rounds) {
            *fastest = round().min(*fastest);
        }
    }
    fastest.map(|fastest| fastest.as_secs_f64() * 1e9 / f64::from(PER_ROUND))
}

/// The time of one round of requests.
fn round<S>(service: &S, request: &Request<()>) -> Duration
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone,
{
    let requests = copies(request, PER_ROUND.into());
    let start = Instant::now();
    counted(service, requests);
    start.elapsed()
}
