//! Notes: differences from the gateway, and entries that were hardly meant.

use std::fmt::{self, Formatter};

use super::gateway::Gateway;
use crate::origin::PatternFault;
use crate::problem::{ConfigErrorKind, problem};
use crate::text::kinds;

/// Stands for the origins of a list if browsers send none of them. No page has this origin
/// (RFC 6761 section 6.4).
pub(super) const NOBODY: &str = "https://nobody.invalid";

problem! {
    /// A difference between the gateway and the imported configuration, or something that
    /// was imported although it was hardly meant.
    ///
    /// If several plugins or routes of a file have the same note, there is one, whose field
    /// names the first place and counts the others.
    pub struct Note of NoteKind, |_| None
}

kinds! {
    /// The kind of a [`Note`].
    pub enum NoteKind {
        /// An entry that is left out because it had no effect in browsers.
        LeftOut(kind: ConfigErrorKind) = kind.code() => left_out,
        /// The gateway ignores the option.
        IgnoredOption = "ignored-option" =>
            "KrakenD has no such option and ignores it; so does the import",
        /// The gateway ignores a value of the wrong type.
        IgnoredValue {
            found: &'static str = "The type of the value, with its article.",
            expected: &'static str = "The type that is expected.",
            consequence: &'static str = "The effect in the gateway.",
        } = "ignored-value" =>
            "this is {found}, not {expected}; {consequence}, and so does the import",
        /// A key that is repeated.
        Repeated = "repeated" =>
            "this key is repeated; the gateway takes the last value, and so does the import; \
             remove the others",
        /// The component on an endpoint, where KrakenD does not read it.
        EndpointLevel = "endpoint-level" =>
            "KrakenD reads this only in the `extra_config` of the whole file and ignores it \
             here; so does the import",
        /// An entry that matches no origin.
        NeverMatches { cause: &'static str = "The reason." } = "regex-never-matches" =>
            "left out because no origin matches this: {cause}",
        /// A list without any entry that browsers could use.
        NothingLeft { causes: String = "Each entry, with its reason." } = "nothing-left" =>
            "no page could use this: {causes}; imported as `{NOBODY}`, which is not the origin \
             of any page",
        /// A `*` that stands for itself.
        LiteralWildcard = "literal-wildcard" =>
            "left out: this `*` is not a wildcard and stands only for itself",
        /// A `*` that makes the entries beside it superfluous.
        AnyAmongOthers = "any-among-others" =>
            "`*` beside other entries allows all, so it is all that is imported; remove the \
             others, or `*` if they are meant",
        /// A `*` beside other origins, which allows any origin since Kong 3.8.
        AnySinceKong38 = "any-since-kong-3.8" =>
            "left out: since Kong 3.8 a `*` beside other entries allows every origin, and before \
             that none; if every origin is meant, remove the others",
        /// No origin is listed, which allows any.
        AnyByDefault { gateway: Gateway = "The gateway with this default." } = "any-by-default" =>
            "{gateway} allows every origin where none is listed, and so does the import; list \
             the origins that are meant",
        /// No request header is listed, which allows more in later versions of KrakenD.
        DefaultHeaders = "default-headers" =>
            "KrakenD before 2.7 allows `Accept`, `Content-Type` and `X-Requested-With` where no \
             header is listed, later ones allow any; imported as those three; if any is meant, \
             set `allow_headers` to `\"mirror\"` in the imported configuration",
        /// An entry with commas, which browsers split.
        Split = "split" =>
            "browsers take this for several names, and so does the import; make each an entry of \
             its own",
        /// A list of exposed headers that browsers cannot read.
        ExposesNothing = "exposes-nothing" =>
            "browsers cannot read a list with this in it, so pages can read none of these \
             headers; none is imported; make each name an entry of its own",
        /// Credentials beside `*`, which browsers refuse. They are not imported.
        CredentialsWithAny = "credentials-with-any" =>
            "imported without credentials: browsers refuse them beside the `*` that was sent \
             here, so no page could use them; list the origins that may send them",
        /// Credentials for any origin, since the gateway repeats the origin of the request.
        ReflectsAnyOrigin = "reflects-any-origin" =>
            "with credentials, Kong repeats every origin, so any site can act as the user; list \
             the origins that may",
        /// KrakenD's `*` for any text, imported as a subdomain pattern.
        Subdomains = "subdomains" =>
            "KrakenD lets `*` stand for any text; in an origin that can only be labels of the \
             host in this place, so it is kept as the same subdomain pattern",
        /// KrakenD's `*` for any text, imported as a regex.
        AnyText { regex: String = "The regex that it became." } = "any-text" =>
            "KrakenD lets `*` stand for any text, dots and slashes included; imported as `{{ \
             regex = '{regex}' }}`, which says that; list the origins that are meant",
        /// An entry that also allowed plain http with credentials.
        OnlyHttps = "only-https" =>
            "the gateway allows plain http here too; with credentials, whoever controls the \
             network could act as the user, so only https and loopback are imported",
        /// A regex that looks like a pattern with a wildcard.
        LooksLikePattern = "looks-like-pattern" =>
            "Kong takes this for a regex, in which `*` repeats the character in front and `.` is \
             any character, and so does the import; if a pattern is meant, put it into the \
             imported configuration as it is, outside of `regex`",
        /// A regex whose branches Kong does not all anchor at the end.
        Alternation = "alternation" =>
            "Kong binds only the last branch of a regex to the end of the origin, so the others \
             allow longer names too; imported so that each branch matches the whole",
        /// A regex that Kong compares with the host alone.
        HostOnly = "host-only" =>
            "Kong compares a regex without `:` with the host alone, so any scheme and any port \
             are allowed; put the scheme in front",
        /// A regex that could match the brackets of IPv6 addresses, which Kong removes.
        Ipv6Brackets { regex: String = "The regex that it became." } = "ipv6-brackets" =>
            "Kong removes the brackets of IPv6 addresses before it matches; imported as \
             `{regex}`, which allows no such address; list one that is meant in the imported \
             configuration, `http://[::1]:3000`",
        /// An entry that Kong 0.x searches for anywhere in the origin.
        Searched { imported: String = "The entry that it became." } = "searched" =>
            "Kong 0.x searches for this anywhere in the origin, so longer names match too; \
             imported as `{imported}`, which has to match the whole of it",
        /// A maximum age below a second, which the gateway does not send.
        MaxAgeNotSent = "max-age-not-sent" =>
            "KrakenD sends nothing for less than a second, and browsers then keep an answer for \
             5 seconds; to forbid that, set `max_age` to `0` in the imported configuration",
        /// A maximum age that browsers cannot read.
        MaxAgeUnreadable = "max-age-unreadable" =>
            "browsers read whole seconds only and ignore this, keeping an answer for 5 seconds; \
             so does the import",
        /// A negative maximum age.
        MaxAgeNegative = "max-age-negative" =>
            "Kong sends it, and browsers read it as zero or ignore it; imported as zero, which \
             is written `0`",
        /// A maximum age that is longer than any browser keeps an answer.
        MaxAgeOverDay = "max-age-over-day" => "no browser keeps an answer for more than a day",
        /// Preflights that the inner service answers.
        Passthrough = "passthrough" =>
            "preflights reach the inner service, whose status is sent; browsers accept it from \
             200 to 299 only",
        /// A switch that has a further effect here.
        Debug = "debug" =>
            "KrakenD logs its decisions; here responses tell them too, in `x-cors-debug`; set it \
             during development only",
        /// A route that Kong also chooses by more than its path.
        RouteConditions { by: String = "The conditions besides the path." } = "route-conditions" =>
            "Kong also chooses this route by {by}, and answers 404 if no route matches; a table \
             of path prefixes looks only at the path",
        /// A route that Kong never chooses for a preflight.
        RouteWithoutPreflights {
            by: &'static str = "The property of preflights that does not match.",
        } = "route-without-preflights" =>
            "preflights have {by}, so Kong never chooses this route for one; its policy has only \
             what browsers send without a preflight",
    }
}

impl NoteKind {
    /// The reason why an entry is left out, if this note says that it is.
    pub(super) fn cause(&self) -> Option<String> {
        match self {
            NoteKind::LeftOut(kind) => Some(words_of(kind)),
            NoteKind::NeverMatches { cause } => Some((*cause).to_owned()),
            NoteKind::LiteralWildcard => {
                Some("this `*` is not a wildcard and stands only for itself".to_owned())
            }
            _ => None,
        }
    }
}

fn left_out(f: &mut Formatter<'_>, kind: &ConfigErrorKind) -> fmt::Result {
    let reason = match kind {
        ConfigErrorKind::Origin(_) => " because no browser sends this",
        _ => "",
    };
    write!(f, "left out{reason}: {}", words_of(kind))
}

/// The words of an error, fit for a gateway: `{ regex = … }` would be no repair there.
fn words_of(kind: &ConfigErrorKind) -> String {
    match kind {
        ConfigErrorKind::Origin(PatternFault::LooksLikeRegex) => {
            "KrakenD has no regular expressions; list the origins that are meant".to_owned()
        }
        kind => kind.to_string(),
    }
}
