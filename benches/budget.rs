//! What a request may cost: each row of the budget, beside a service that
//! inserts the same headers with no decision (*floor*), beside one that is
//! written by hand for one origin and decides (*decider*), and beside
//! tower-http. Fails if a row is over its bound: its budget, or where that is
//! missed, what it has cost so far.
//!
//! The figures are instructions, which do not depend on how busy the machine
//! is: the program runs itself under callgrind, which a Debian has after
//! `apt-get install valgrind`. The crates for that, gungraun and iai-callgrind,
//! need a runner of exactly their own version installed beside them, and
//! compare a run with an earlier one; here, services are compared within one
//! run. Pairs are timed as well, in turns, unless `--instructions` is asked for.
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
/// Figures per row: the application alone, this crate, the floor, the decider, tower-http.
const SERVICES: usize = 5;
/// Measurements of time, rounds of each, and requests in a round.
const MEASUREMENTS: usize = 5;
const ROUNDS: u32 = 50;
const PER_ROUND: u32 = 128;

const ACTUAL: &str = "actual/1-origin/allowed";
const PREFLIGHT: &str = "preflight/1-origin/allowed";

/// What a row may cost.
#[derive(Clone, Copy)]
enum Budget {
    /// Times what the service that is written by hand needs.
    Decider(Limit),
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
    let actual_one = Budget::Decider(Limit::missed(1.15, 1.4));
    let actual_thousand = Budget::Decider(Limit::missed(1.25, 1.45));
    let denied = Budget::Decider(Limit::missed(1.3, 1.65));
    let no_origin = Budget::Decider(Limit::missed(1.25, 1.55));
    let preflight_one = Budget::Decider(Limit::missed(1.3, 1.5));
    let hostile_origin = Budget::Row(ACTUAL, Limit::of(1.0));
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
    row(withhold("denied", actual(evil)), denied);
    row(withhold("no-origin", request(Method::GET, &[])), no_origin);
    for (outcome, origin) in support::hostile_origins() {
        row(withhold(outcome, actual(&origin)), hostile_origin);
    }
    let answer = one.case("allowed", preflight_to(good), Answer::Preflight);
    row(answer, preflight_one);
    let refuse = one.case("denied", preflight_to(evil), Answer::Refuse);
    row(refuse, Budget::None);
    for (outcome, list) in support::hostile_lists() {
        let refuse = one.case(outcome, preflight(good, &list), Answer::RefuseList);
        row(refuse, hostile_list);
    }

    for (n, budget) in [(1_000, actual_thousand), (100_000, actual_thousand)] {
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
            warm_and_count(&row.case.decider, request);
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
    let (figures, of_sources) = figures.split_at(SERVICES * rows.len());
    assert_eq!(of_sources.len(), sources.len(), "figures from callgrind");
    let within = report_instructions(&rows, figures);
    report_sources(&sources, figures[0], of_sources);
    if !env::args().any(|argument| argument == "--instructions") {
        report_times(&rows);
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
        let of = |service: usize| figures[SERVICES * row + service] as f64 / REQUESTS as f64;
        [1, 2, 3, 4].map(|service| of(service) - of(0))
    };
    let mut within = true;
    println!(
        "{:<38}{:>8}{:>8}{:>8}{:>12}{:>8}{:>8}  budget",
        "instructions added to a request",
        "ours",
        "floor",
        "decider",
        "tower-http",
        "/floor",
        "/rival"
    );
    for (index, row) in rows.iter().enumerate() {
        let [ours, floor, decider, rival] = added(index);
        let verdict = match row.budget {
            Budget::None => String::new(),
            Budget::Decider(limit) => {
                let ratio = ours / decider;
                let verdict = limit.verdict(ratio, &mut within);
                format!("{} x decider: {ratio:.2}, {verdict}", limit.budget)
            }
            Budget::Row(name, limit) => {
                let ratio = ours / added(position(rows, name))[0];
                let verdict = limit.verdict(ratio, &mut within);
                format!("{} x {name}: {ratio:.2}, {verdict}", limit.budget)
            }
        };
        println!(
            "{:<38}{ours:>8.0}{floor:>8.0}{decider:>8.0}{rival:>12.0}{:>8.2}{:>8.2}  {verdict}",
            row.case.name,
            ours / floor,
            ours / rival,
        );
    }
    within
}

/// The same in nanoseconds: from the fastest to the slowest of several measurements, for a
/// machine is never alone. It is for information; instructions are what is judged.
fn report_times(rows: &[Row]) {
    println!("\n{}", processor());
    println!(
        "{:<38}{:>14}{:>14}{:>14}",
        "nanoseconds added to a request", "ours", "other", "ratio"
    );
    for Row { case, budget } in rows {
        let other = match budget {
            Budget::None => continue,
            Budget::Decider(_) => case,
            Budget::Row(name, _) => &rows[position(rows, name)].case,
        };
        let measured: Vec<_> = iter::repeat_with(|| {
            let [bare, ours, other_bare, other] = time([
                &|| round(&App, &case.request),
                &|| round(&case.ours, &case.request),
                &|| round(&App, &other.request),
                &|| match budget {
                    Budget::Row(..) => round(&other.ours, &other.request),
                    _ => round(&other.decider, &other.request),
                },
            ]);
            (ours - bare, other - other_bare)
        })
        .take(MEASUREMENTS)
        .collect();
        let range = |of: &dyn Fn(&(f64, f64)) -> f64, digits: usize| {
            let least = measured.iter().map(of).fold(f64::INFINITY, f64::min);
            let most = measured.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
            format!("{least:.digits$}-{most:.digits$}")
        };
        let name = match budget {
            Budget::Row(name, _) => name,
            _ => "decider",
        };
        println!(
            "{:<38}{:>14}{:>14}{:>14} x {name}",
            case.name,
            range(&|(ours, _)| *ours, 0),
            range(&|(_, other)| *other, 0),
            range(&|(ours, other)| ours / other, 2),
        );
    }
}

/// The name of the processor, where Linux tells it.
fn processor() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = known.lines().find(|line| line.starts_with("model name"));
    let name = name.and_then(|line| line.split_once(": "));
    name.map_or("an unknown processor", |(_, name)| name)
        .to_owned()
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
