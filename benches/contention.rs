//! Threads that share one policy. Two of them unless `THREADS` says otherwise:
//! on a machine with many cores, `THREADS=64 cargo bench --bench contention`.
//!
//! Each thread has its own requests, as its own connections would bring them,
//! and clones the shared service for each.

mod support;

use std::convert::Infallible;
use std::env;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use http::{Request, Response};
use support::{Answer, Body, Case, Origins, actual, preflight, serve};
use tower_service::Service;

/// Requests between two meetings of the threads.
const ROUND: u64 = 512;

fn main() {
    let most: usize = match env::var("THREADS") {
        Ok(threads) => threads.parse().expect("THREADS is a number"),
        Err(_) => 2,
    };
    let mut criterion = support::criterion();
    let origins = Origins::Exact(10);
    let origin = &origins.last();
    let cases = [
        Case::new("allowed", origins, actual(origin), Answer::Share),
        Case::new(
            "denied",
            origins,
            actual("https://evil.example"),
            Answer::Withhold,
        ),
        Case::new(
            "allowed",
            origins,
            preflight(origin, "content-type"),
            Answer::Preflight,
        ),
    ];
    for case in &cases {
        let mut counts = vec![1, most];
        counts.dedup();
        for threads in counts {
            let name = format!("contention/{}/{threads}-threads", case.name);
            let mut group = criterion.benchmark_group(name);
            let of = &case.request;
            group.bench_function("ours", |bencher| {
                bencher.iter_custom(|requests| run(threads, requests, &case.ours, of));
            });
            group.bench_function("floor", |bencher| {
                bencher.iter_custom(|requests| run(threads, requests, &case.floor, of));
            });
            group.bench_function("tower-http", |bencher| {
                bencher.iter_custom(|requests| run(threads, requests, &case.rival, of));
            });
        }
    }
    criterion.final_summary();
}

/// The time of so many requests on each thread, from the slowest.
fn run<S>(threads: usize, requests: u64, service: &S, request: &Request<()>) -> Duration
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone + Sync,
{
    let barrier = Barrier::new(threads);
    let one = || {
        let own = copy(request);
        let mut elapsed = Duration::ZERO;
        let mut left = requests;
        while left > 0 {
            let round: Vec<_> = (0..left.min(ROUND)).map(|_| own.clone()).collect();
            left -= left.min(ROUND);
            barrier.wait();
            let start = Instant::now();
            for request in round {
                drop(black_box(serve(black_box(service), request)));
            }
            elapsed += start.elapsed();
        }
        elapsed
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        let times = threads.into_iter().map(|thread| thread.join().unwrap());
        times.max().unwrap_or_default()
    })
}

/// The request in a buffer of its own.
fn copy(request: &Request<()>) -> Request<()> {
    let headers = request.headers().iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    support::request_of(request.method().clone(), &headers)
}
