//! What a request costs, in time: `phase/config/outcome`, each beside
//! tower-http and beside a service that inserts the same headers with no
//! decision. `bare` is the application without a layer, in each of them.

mod support;

use std::convert::Infallible;
use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion};
use http::{Method, Request, Response};
use support::{Answer, App, Body, Case, Layers, Origins, actual, preflight, request, serve};
use tower_service::Service;

const EVIL: &str = "https://evil.example";

fn main() {
    let mut criterion = support::criterion();
    bare(&mut criterion);
    exact_origins(&mut criterion);
    patterns(&mut criterion);
    any_origin(&mut criterion);
    hostile(&mut criterion);
    spread(&mut criterion);
    criterion.final_summary();
}

fn bare(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bare");
    let origin = Origins::Exact(1).last();
    run(&mut group, "actual", &App, &actual(&origin));
    run(
        &mut group,
        "preflight",
        &App,
        &preflight(&origin, "content-type"),
    );
}

fn exact_origins(criterion: &mut Criterion) {
    for n in [1, 10, 100, 1_000, 10_000, 100_000] {
        let origins = Origins::Exact(n);
        let layers = Layers::new(origins);
        let (first, last) = (&origins.allowed(0), &origins.last());
        let mut case = |outcome, request, answer| {
            compare(criterion, &layers.case(outcome, request, answer));
        };
        case("hit-first", actual(first), Answer::Share);
        case("hit-last", actual(last), Answer::Share);
        case("miss", actual(EVIL), Answer::Withhold);
        case("no-origin", request(Method::GET, &[]), Answer::Withhold);
        let names = "content-type";
        case("allowed", preflight(last, names), Answer::Preflight);
        case("denied", preflight(EVIL, names), Answer::Refuse);
    }
}

fn patterns(criterion: &mut Criterion) {
    for origins in [
        Origins::Subdomains(1_000),
        Origins::Regexes(1),
        Origins::Regexes(10),
        Origins::Regexes(100),
    ] {
        let layers = Layers::new(origins);
        let (first, last) = (&origins.allowed(0), &origins.last());
        let mut case = |outcome, request, answer| {
            compare(criterion, &layers.case(outcome, request, answer));
        };
        case("hit-first", actual(first), Answer::Share);
        case("hit-last", actual(last), Answer::Share);
        case("miss", actual(EVIL), Answer::Withhold);
        case(
            "allowed",
            preflight(last, "content-type"),
            Answer::Preflight,
        );
        case("denied", preflight(EVIL, "content-type"), Answer::Refuse);
    }
}

fn any_origin(criterion: &mut Criterion) {
    let layers = Layers::new(Origins::Any);
    let origin = &Origins::Any.last();
    let mut case = |outcome, request, answer| {
        compare(criterion, &layers.case(outcome, request, answer));
    };
    case("allowed", actual(origin), Answer::ShareWithAll);
    case("no-origin", request(Method::GET, &[]), Answer::ShareWithAll);
    case(
        "allowed",
        preflight(origin, "content-type"),
        Answer::PreflightForAll,
    );
}

fn hostile(criterion: &mut Criterion) {
    for origins in [
        Origins::Exact(1),
        Origins::Subdomains(1_000),
        Origins::Regexes(100),
    ] {
        let layers = Layers::new(origins);
        for (outcome, origin) in support::hostile_origins() {
            let case = layers.case(outcome, actual(&origin), Answer::Withhold);
            compare(criterion, &case);
        }
    }
    let origins = Origins::Exact(1);
    let layers = Layers::new(origins);
    for (outcome, list) in support::hostile_lists() {
        let request = preflight(&origins.last(), &list);
        let case = layers.case(outcome, request, Answer::RefuseList);
        compare(criterion, &case);
    }
    let origins = Origins::Mirror;
    let layers = Layers::new(origins);
    for (outcome, list) in [
        ("allowed", "content-type,x-request-id".to_owned()),
        ("256-names", support::longest_list()),
    ] {
        let request = preflight(&origins.last(), &list);
        let case = layers.case(outcome, request, Answer::PreflightMirrored);
        compare(criterion, &case);
    }
}

/// Each request from another origin: no cache of the processor knows the place
/// in the table.
fn spread(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("actual/spread");
    for n in [1, 100_000] {
        let origins = Origins::Exact(n);
        let case = Case::new("", origins, actual(&origins.last()), Answer::Share);
        let requests: Vec<_> = (0..4_096)
            .map(|index| actual(&origins.allowed(index * 997 % n)))
            .collect();
        let mut next = requests.iter().cycle();
        group.bench_function(origins.name(), |bencher| {
            bencher.iter_batched(
                || next.next().unwrap().clone(),
                |request| drop(black_box(serve(&case.ours, request))),
                BatchSize::SmallInput,
            );
        });
    }
}

fn compare(criterion: &mut Criterion, case: &Case) {
    let mut group = criterion.benchmark_group(&case.name);
    run(&mut group, "ours", &case.ours, &case.request);
    run(&mut group, "floor", &case.floor, &case.request);
    run(&mut group, "tower-http", &case.rival, &case.request);
}

fn run<S>(group: &mut BenchmarkGroup<WallTime>, name: &str, service: &S, request: &Request<()>)
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone,
{
    group.bench_function(name, |bencher| {
        bencher.iter_batched(
            || request.clone(),
            |request| drop(black_box(serve(black_box(service), request))),
            BatchSize::SmallInput,
        );
    });
}
