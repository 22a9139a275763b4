//! Explains what a policy decides about the requests of a page.

use std::path::PathBuf;
use std::rc::Rc;

use http::{Request, Response, Uri};
use tower_cors::testing::Body;
use tower_cors::{AllowHeaders, CorsConfig, Danger, PreflightMode, RequestKind};

use crate::play::Page;
use crate::print::Report;
use crate::read::{self, Policies};

/// Explain what a policy decides about the requests that a page sends
///
/// It plays the page against a service that has the policy and answers 200 to everything;
/// where the policy leaves a preflight to the service, that allows all.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A policy, or policies by path: a .toml, .json or .yaml file
    file: PathBuf,
    #[command(flatten)]
    page: Page,
    /// The path that the page fetches, or the whole URL; a path is one of
    /// `https://api.example.net`
    #[arg(long, default_value = "/")]
    path: Uri,
}

pub(crate) fn run(args: &Args) -> Result<Report, Report> {
    let policies = Rc::new(read::policies(&args.file)?);
    let service = Rc::clone(&policies);
    let played = args.page.play(&args.path, move |request| {
        let response = answer(&service, &request);
        Box::pin(async { Ok(response) })
    })?;
    Ok(
        played.report(|request| match policies.get(request.uri().path()) {
            Some(policy) => policy.decide(request).explain().to_string(),
            None => "no policy covers this path\n".to_owned(),
        }),
    )
}

fn answer(policies: &Policies, request: &Request<Body>) -> Response<Body> {
    let Some(policy) = policies.get(request.uri().path()) else {
        return Response::default();
    };
    let decision = policy.decide(request);
    let is_forwarded = decision.kind() == RequestKind::Preflight
        && policy.config().preflight == PreflightMode::Forward;
    let permissive = CorsConfig::new(["*"])
        .allow_methods(["*"])
        .allow_headers(AllowHeaders::Mirror)
        .allow_credentials(true)
        .dangerously_allow([Danger::AnyOriginWithCredentials])
        .compile();
    decision.action().respond(|| match permissive {
        Ok(permissive) if is_forwarded => permissive
            .decide(request)
            .action()
            .respond(Response::default),
        _ => Response::default(),
    })
}
