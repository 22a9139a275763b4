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
