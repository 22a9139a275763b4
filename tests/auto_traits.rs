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
    ConfigErrors, Cors, CorsBody, CorsConfig, CorsLayer, Danger, Decision, DecisionEvent,
    DenyReason, Enforcement, Fixed, InnerHeaders, MaxAge, MaxAgeError, NameError, Origin,
    OriginPattern, OriginPredicate, OutsideBorder, PathConfigs, PathPolicies, PatternFault,
    PatternKind, PerRequest, PerRequestAsync, PerRequestFuture, Policy, PreflightMode, RequestKind,
    ResponseEdit, ResponseFuture, SameBody, Verdict, WrapBody,
};

fn thread_safe<T: Send + Sync + Unpin + Debug>() {}

/// Values that hold no one else's code.
fn plain<T: Send + Sync + Unpin + Debug + UnwindSafe + RefUnwindSafe>() {}

fn send<T: Send>() {}
fn sync<T: Sync>() {}
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
    plain::<MaxAgeError>();
    plain::<NameError>();
    plain::<Origin<'_>>();
    plain::<PatternFault>();
    plain::<PreflightMode>();
    plain::<RequestKind>();
    plain::<SameBody>();
    plain::<Subject>();
    plain::<WrapBody>();
}

/// What may hold a predicate is not unwind-safe, as the predicate may not be.
#[test]
fn what_holds_a_policy_goes_to_any_thread() {
    thread_safe::<Action>();
    thread_safe::<AllowedDanger>();
    thread_safe::<CorsConfig>();
    thread_safe::<CorsLayer>();
    thread_safe::<CorsLayer<Fixed, WrapBody>>();
    thread_safe::<Decision<'_>>();
    thread_safe::<DecisionEvent<'_>>();
    thread_safe::<DenyReason<'_>>();
    thread_safe::<Explanation>();
    thread_safe::<Fixed>();
    thread_safe::<NearMiss>();
    thread_safe::<OriginPattern>();
    thread_safe::<OriginPredicate>();
    thread_safe::<OutsideBorder<'_>>();
    thread_safe::<PatternKind>();
    thread_safe::<PathConfigs>();
    thread_safe::<PathPolicies>();
    thread_safe::<Policy>();
    thread_safe::<ResponseEdit>();
    thread_safe::<Verdict<'_>>();
    #[cfg(feature = "reload")]
    thread_safe::<tower_cors::Reloadable>();
    #[cfg(feature = "reload")]
    thread_safe::<tower_cors::ReloadHandle>();
}

#[test]
fn the_service_is_what_the_inner_service_is() {
    thread_safe::<Cors<()>>();
    thread_safe::<Cors<(), Fixed, WrapBody>>();
    thread_safe::<Cors<(), PathPolicies>>();
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
    thread_safe::<ResponseFuture<Answering, WrapBody>>();
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

/// Functions that choose policies are shared: they bring their own traits.
#[test]
fn a_choice_is_what_its_function_is() {
    type Choose = fn(&http::request::Parts) -> Option<Policy>;
    type Choosing = Ready<Option<Policy>>;
    thread_safe::<PerRequest<Choose>>();
    thread_safe::<PerRequestAsync<Choose>>();
    thread_safe::<CorsLayer<PerRequest<Choose>>>();
    assert_not!(PerRequest<NotSync>: Send);
    assert_not!(PerRequest<NotSync>: Sync);
    send::<PerRequestFuture<(), Choosing, (), Answering>>();
    sync::<PerRequestFuture<(), Choosing, (), Answering>>();
    unpin::<PerRequestFuture<(), Choosing, (), Answering>>();
    assert_not!(PerRequestFuture<NotSend, Choosing, (), Answering>: Send);
    assert_not!(PerRequestFuture<(), Choosing, NotSend, Answering>: Send);
}

#[cfg(feature = "testing")]
#[test]
fn the_browser_is_what_its_server_is() {
    use tower_cors::testing::{
        BlockReason, Blocked, Body, Browser, CorsCheckFailure, Credentials, MaxAgeLimit, Page,
        Readable, Sent,
    };

    plain::<BlockReason>();
    plain::<Blocked>();
    plain::<Body>();
    plain::<CorsCheckFailure>();
    plain::<Credentials>();
    plain::<MaxAgeLimit>();
    plain::<Readable>();
    plain::<Sent>();
    send::<Browser<()>>();
    send::<Page<()>>();
    assert_not!(Browser<NotSend>: Send);
}
