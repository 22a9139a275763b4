//! Advice about a policy that compiles.

use super::macros::problem;
use crate::config::Danger;
use crate::text::kinds;

problem! {
    /// Something in a policy that works but is probably not intended. See
    /// [`Policy::advisories`](crate::Policy::advisories).
    pub struct Advisory of AdvisoryKind, AdvisoryKind::witness
}

kinds! {
    /// The kind of an [`Advisory`].
    pub enum AdvisoryKind {
        /// `max_age` is longer than Safari (600 s), Chromium (7,200 s) or Firefox
        /// (86,400 s) keep an answer.
        MaxAgeOverCap = "max-age-over-cap" =>
            "browsers keep an answer no longer than 10 minutes (Safari), 2 hours (Chromium) or \
             24 hours (Firefox)",
        /// `max_age` is not set, although the policy allows requests that need a preflight.
        MaxAgeNotSet = "max-age-not-set" =>
            "browsers keep a preflight's answer for 5 seconds only; set it, to `10m` say",
        /// `GET` is not listed.
        GetNotListed = "get-not-listed" =>
            "the list is exact, so pages cannot read what they get; add `GET` unless that is \
             meant",
        /// Pages may set this request header anyway.
        SafelistedRequestHeader = "safelisted-request-header" =>
            "pages may set this header anyway, unless its value is unusual",
        /// Pages may read this response header anyway.
        SafelistedResponseHeader = "safelisted-response-header" =>
            "pages may read this header anyway",
        /// Another entry allows this origin too.
        Covered { by: String = "The other entry." } = "covered" =>
            "`{by}` allows this origin already; remove one of them",
        /// An alternative of a regular expression that matches no origin.
        DeadAlternative = "dead-alternative" =>
            "an alternative of this regex matches no origin; each has to complete a whole origin, \
             such as `https://app\\.example\\.com`, and of a host_regex a whole host",
        /// Private network access, which Chromium has replaced with a permission prompt.
        PrivateNetwork = "private-network" =>
            "Chromium asks the user for permission instead, and no other browser asks for it",
        /// `debug` is on.
        Debug = "debug" => "for development only: responses tell how the policy decides",
        /// The inner service can share what the policy denies.
        KeepsInnerHeaders = "keeps-inner-headers" =>
            "the inner service's own headers replace the policy's where the policy allows",
        /// The rest of the policy leaves this setting without effect.
        WithoutEffect = "without-effect" => "the rest of the policy leaves this without effect",
        /// An entry that would be an error with credentials.
        Danger {
            danger: Danger = "The danger.",
            witness: String = "An origin that the entry allows and that an attacker can have.",
        } = danger.as_str() =>
            "this allows `{witness}`, which need not be yours; it would be an error (`{danger}`) \
             with credentials",
        /// `dangerously_allow` names a danger that the policy does not need.
        DangerNotNeeded = "danger-not-needed" => "the policy does not need this; remove it",
        /// An entry without a value; it is left out.
        EmptyEntry = "empty-entry" => "this entry is empty; remove it",
        /// A request header that scripts cannot set; it is left out.
        ForbiddenRequestHeader = "forbidden-request-header" =>
            "scripts cannot set this header; remove it",
        /// A name that is one letter away from a well-known one.
        NearMiss = "near-miss" => "this is almost a well-known name",
        /// `*` for request headers, without `authorization` beside it.
        AuthorizationNotListed = "authorization-not-listed" =>
            "by the standard `*` does not allow `authorization`, although all browsers let it \
             through; add `authorization` if pages may set it",
        /// `x-grpc-web` is allowed, and `grpc-status` cannot be read.
        GrpcStatusNotExposed = "grpc-status-not-exposed" =>
            "pages with gRPC-Web (`x-grpc-web` is allowed) cannot read why a call failed; add \
             `grpc-status` and `grpc-message`",
        /// `mcp-protocol-version` is allowed, and `mcp-session-id` cannot be read.
        McpSessionNotExposed = "mcp-session-not-exposed" =>
            "clients of the Model Context Protocol (`mcp-protocol-version` is allowed) cannot \
             read which session is theirs; add `mcp-session-id`",
        /// A loopback origin with credentials, beside other origins.
        LoopbackBesideOthers = "loopback-beside-others" =>
            "every program on a user's machine can serve a page there and act as the user; leave \
             it out in production",
    }
}

#[cfg(feature = "serde")]
impl AdvisoryKind {
    fn witness(&self) -> Option<&str> {
        match self {
            AdvisoryKind::Danger { witness, .. } => Some(witness),
            _ => None,
        }
    }
}
