//! The auto traits of every public type, which no change may lose by accident.
//!
//! That it compiles is the test.

use std::cell::Cell;
use std::fmt::Debug;
use std::future::Ready;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use http::Response;
use tower_cors::explain::{Check, Difference, Explanation, NearMiss, Subject};
use tower_cors::{
    Action, Advisory, AdvisoryKind, AllowHeaders, AllowedDanger, ConfigError, ConfigErrorKind,
    ConfigErrors, Cors, CorsBody, CorsConfig, CorsLayer, Danger, Decision, DenyReason, Enforcement,
    InnerHeaders, MaxAge, OptionError, Origin, OriginPattern, OriginPredicate, OutsideBorder,
    PathConfigs, PathPolicies, PatternFault, PatternKind, Policy, PreflightMode, RegexFault,
    RequestHead, RequestKind, ResponseEdit, ResponseFuture, Verdict, WithinFault,
};

fn thread_safe<T: Send + Sync + Unpin + Debug>() {}

/// Values that hold no one else's code.
fn plain<T: Send + Sync + Unpin + Debug + UnwindSafe + RefUnwindSafe>() {}

fn send<T: Send>() {}
fn unpin<T: Unpin>() {}
fn debug<T: Debug>() {}
fn clone<T: Clone>() {}

/// Asserts that a type has not a trait: the call is ambiguous if it has.
macro_rules! assert_not {
    ($type:ty: $trait:path) => {{
        trait Ambiguous<A> {
            fn check() {}
        }
        impl<T: ?Sized> Ambiguous<()> for T {}
        impl<T: ?Sized + $trait> Ambiguous<u8> for T {}
        <$type as Ambiguous<_>>::check();
    }};
}

type Answering = Ready<Result<Response<String>, std::convert::Infallible>>;
/// Send, but not Sync.
type NotSync = Cell<u8>;
/// Neither.
type NotSend = Rc<u8>;

#[test]
fn values_are_plain() {
    plain::<AdvisoryKind>();
    plain::<Advisory>();
    plain::<AllowHeaders>();
    plain::<Check>();
    plain::<ConfigError>();
    plain::<ConfigErrorKind>();
    plain::<ConfigErrors>();
    plain::<CorsBody<String>>();
    plain::<Danger>();
    plain::<Difference>();
    plain::<Enforcement>();
    plain::<InnerHeaders>();
    plain::<MaxAge>();
    plain::<OptionError>();
    plain::<Origin<'_>>();
    plain::<PatternFault>();
    plain::<PreflightMode>();
    plain::<RegexFault>();
    plain::<RequestKind>();
    plain::<Subject>();
    plain::<WithinFault>();
}

#[cfg(any(feature = "kong", feature = "krakend"))]
#[test]
fn values_of_imports_are_plain() {
    use tower_cors::import::{
        Document, Gateway, ImportError, ImportErrorKind, ImportErrors, Note, NoteKind,
    };

    plain::<Document>();
    plain::<Gateway>();
    plain::<ImportError>();
    plain::<ImportErrorKind>();
    plain::<ImportErrors>();
    plain::<Note>();
    plain::<NoteKind>();
}

/// What may hold a predicate is not unwind-safe, as the predicate may not be.
#[test]
fn what_holds_a_policy_goes_to_any_thread() {
    thread_safe::<Action>();
    thread_safe::<ResponseEdit>();
    thread_safe::<AllowedDanger>();
    thread_safe::<CorsConfig>();
    thread_safe::<CorsLayer>();
    thread_safe::<Decision<'_>>();
    thread_safe::<DenyReason<'_>>();
    thread_safe::<Explanation>();
    thread_safe::<NearMiss>();
    thread_safe::<OriginPattern>();
    thread_safe::<OriginPredicate>();
    thread_safe::<OutsideBorder<'_>>();
    thread_safe::<PatternKind>();
    thread_safe::<PathConfigs>();
    thread_safe::<PathPolicies>();
    thread_safe::<Policy>();
    thread_safe::<RequestHead<'_>>();
    thread_safe::<Verdict<'_>>();
    #[cfg(feature = "reload")]
    thread_safe::<tower_cors::ReloadablePolicy>();
    #[cfg(feature = "reload")]
    thread_safe::<tower_cors::ReloadHandle>();
    #[cfg(feature = "reload")]
    thread_safe::<tower_cors::ReloadError>();
}

#[test]
fn the_service_is_what_the_inner_service_is() {
    thread_safe::<Cors<()>>();
    clone::<Cors<()>>();
    send::<Cors<NotSync>>();
    unpin::<Cors<NotSync>>();
    debug::<Cors<NotSync>>();
    unpin::<Cors<NotSend>>();
    assert_not!(Cors<NotSync>: Sync);
    assert_not!(Cors<NotSend>: Send);
    assert_not!(Cors<std::marker::PhantomPinned>: Unpin);
    assert_not!(Cors<&'static mut u8>: Clone);
}

#[test]
fn the_future_is_what_the_inner_future_is() {
    thread_safe::<ResponseFuture<Answering>>();
    send::<ResponseFuture<NotSync>>();
    assert_not!(ResponseFuture<NotSync>: Sync);
    assert_not!(ResponseFuture<NotSend>: Send);
    assert_not!(ResponseFuture<std::marker::PhantomPinned>: Unpin);
}

#[test]
fn the_body_is_what_the_inner_body_is() {
    send::<CorsBody<NotSync>>();
    assert_not!(CorsBody<NotSync>: Sync);
    assert_not!(CorsBody<NotSend>: Send);
    assert_not!(CorsBody<std::marker::PhantomPinned>: Unpin);
}

#[cfg(feature = "testing")]
#[test]
fn the_browser_is_what_its_server_is() {
    use tower_cors::testing::{
        Audit, BlockReason, Blocked, Body, Browser, CorsCheckFailure, Credentials, Finding,
        FindingKind, MaxAgeLimit, Page, Report, Response, Sent,
    };

    plain::<BlockReason>();
    plain::<Blocked>();
    plain::<Body>();
    plain::<CorsCheckFailure>();
    plain::<Credentials>();
    plain::<Finding>();
    plain::<FindingKind>();
    plain::<MaxAgeLimit>();
    plain::<Report>();
    plain::<Response>();
    plain::<Sent>();
    send::<Audit<()>>();
    send::<Browser<()>>();
    send::<Page<()>>();
    assert_not!(Browser<NotSend>: Send);
}
