//! What an import changes, or what was less than obvious before it.

use std::fmt;

use super::Gateway;
use crate::error::ConfigErrorKind;
use crate::escape::Readable;
use crate::origin::PatternFault;
use crate::remark::Remark;

/// Something that the gateway did and the imported configuration does not, or
/// that is kept although it was hardly meant.
pub type Note = Remark<NoteKind>;

/// What a [`Note`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// The gateway ignored the option.
    IgnoredOption,
    /// An entry that did nothing, or that browsers did not heed.
    LeftOut(ConfigErrorKind),
    /// A `*` that is no wildcard there.
    LiteralWildcard,
    /// A `*` beside other entries, which it makes superfluous.
    AnyAmongOthers,
    /// No origin is listed, which is any.
    AnyByDefault {
        /// For whom.
        gateway: Gateway,
    },
    /// Credentials beside `*`, which browsers refuse; imported without.
    CredentialsWithAny,
    /// Credentials with any origin, whose name the gateway repeats.
    ReflectsAnyOrigin,
    /// KrakenD's `*` for any text, which is one of subdomains here.
    Subdomains,
    /// KrakenD's `*` for any text.
    AnyText {
        /// The regex that it became.
        regex: String,
    },
    /// A regex that looks like a pattern with a wildcard.
    LooksLikePattern,
    /// A regex with dots that match any character.
    BareDots,
    /// A regex of which Kong anchors the first and the last branch only.
    Alternation,
    /// A regex that Kong compares with the host alone.
    HostOnly {
        /// Whether pages may send credentials.
        credentials: bool,
    },
    /// A regex that would see the brackets of IPv6 addresses, which Kong removes.
    Ipv6Brackets {
        /// The regex that it became.
        regex: String,
    },
    /// A regex that Kong 0.x searched for anywhere in the origin.
    Unanchored,
    /// Methods that browsers send unasked, and Kong did not check.
    MethodsNowChecked {
        /// Those that are not listed.
        methods: String,
    },
    /// An empty list of methods.
    NoMethods,
    /// A maximum age below a second, of which the gateway sent nothing.
    MaxAgeNotSent,
    /// A maximum age that browsers cannot read.
    MaxAgeUnreadable,
    /// A negative maximum age.
    MaxAgeNegative,
    /// A maximum age that is longer than any browser keeps an answer.
    MaxAgeOverDay,
    /// Preflights that the inner service is to answer.
    Passthrough,
    /// A switch that does more here.
    Debug,
    /// A route that matches by more than its path.
    RouteConditions {
        /// The options that are not considered.
        by: String,
    },
    /// A route that preflights do not reach.
    RouteWithoutOptions,
    /// A route that does not match by a path prefix.
    RouteWithoutPrefix,
    /// A path whose policy depends on more than the path: CORS is off there.
    PathAmbiguous {
        /// The routes between which the gateway chooses.
        routes: String,
    },
}

impl NoteKind {
    /// A name for programs, such as `host-only`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            NoteKind::IgnoredOption => "ignored-option",
            NoteKind::LeftOut(kind) => kind.code(),
            NoteKind::LiteralWildcard => "literal-wildcard",
            NoteKind::AnyAmongOthers => "any-among-others",
            NoteKind::AnyByDefault { .. } => "any-by-default",
            NoteKind::CredentialsWithAny => "credentials-with-any",
            NoteKind::ReflectsAnyOrigin => "reflects-any-origin",
            NoteKind::Subdomains => "subdomains",
            NoteKind::AnyText { .. } => "any-text",
            NoteKind::LooksLikePattern => "looks-like-pattern",
            NoteKind::BareDots => "bare-dots",
            NoteKind::Alternation => "alternation",
            NoteKind::HostOnly { .. } => "host-only",
            NoteKind::Ipv6Brackets { .. } => "ipv6-brackets",
            NoteKind::Unanchored => "unanchored",
            NoteKind::MethodsNowChecked { .. } => "methods-now-checked",
            NoteKind::NoMethods => "no-methods",
            NoteKind::MaxAgeNotSent => "max-age-not-sent",
            NoteKind::MaxAgeUnreadable => "max-age-unreadable",
            NoteKind::MaxAgeNegative => "max-age-negative",
            NoteKind::MaxAgeOverDay => "max-age-over-day",
            NoteKind::Passthrough => "passthrough",
            NoteKind::Debug => "debug",
            NoteKind::RouteConditions { .. } => "route-conditions",
            NoteKind::RouteWithoutOptions => "route-without-options",
            NoteKind::RouteWithoutPrefix => "route-without-prefix",
            NoteKind::PathAmbiguous { .. } => "path-ambiguous",
        }
    }

    /// The message of a kind that needs no more than itself.
    fn text(&self) -> &'static str {
        match self {
            NoteKind::IgnoredOption => {
                "KrakenD has no such option, and ignores it; so did the import"
            }
            NoteKind::LiteralWildcard => {
                "left out: this `*` is no wildcard, and stands for itself only"
            }
            NoteKind::AnyAmongOthers => {
                "`*` beside other entries allows all, so it is all that is imported; remove the \
                 others, or `*` if they are meant"
            }
            NoteKind::CredentialsWithAny => {
                "imported without credentials: browsers refuse them beside the `*` that was sent \
                 here, so no page could use them; list the origins that may send them"
            }
            NoteKind::ReflectsAnyOrigin => {
                "with credentials, Kong repeats every origin, so any site can act as the user; \
                 list the origins that may"
            }
            NoteKind::Subdomains => {
                "KrakenD lets `*` stand for any text; in an origin that can only be labels of the \
                 host in this place, so it is kept as the same subdomain pattern"
            }
            NoteKind::LooksLikePattern => {
                "Kong takes this for a regex, in which `*` repeats the character in front and `.` \
                 is any character, and so does the import; if a pattern is meant, put it into the \
                 imported configuration as it is, outside of `regex`"
            }
            NoteKind::BareDots => {
                "Kong takes this for a regex, in which `.` is any character, so other names match \
                 too, and so they do here"
            }
            NoteKind::Alternation => {
                "Kong binds only the last branch of a regex to the end of the origin, so the \
                 others allow longer names too; imported so that each branch matches the whole"
            }
            NoteKind::Unanchored => {
                "Kong 0.x searches for this anywhere in the origin, so longer names match too; \
                 imported so that it matches the whole origin; spell the scheme and all of the \
                 host out"
            }
            NoteKind::NoMethods => {
                "Kong then sends an empty list, which leaves pages what browsers send unasked: \
                 `GET`, `HEAD` and `POST` are imported"
            }
            NoteKind::MaxAgeNotSent => {
                "KrakenD sends nothing for less than a second, and browsers then keep an answer \
                 for 5 seconds; to forbid that, set `max_age` to `0` in the imported configuration"
            }
            NoteKind::MaxAgeUnreadable => {
                "browsers read whole seconds only and ignore this, keeping an answer for 5 \
                 seconds; so does the import"
            }
            NoteKind::MaxAgeNegative => {
                "Kong sends it, which some browsers take for no time and some ignore; imported as no \
                 time, for which `0` is the way to write it"
            }
            NoteKind::MaxAgeOverDay => "no browser keeps an answer longer than a day",
            NoteKind::Passthrough => {
                "preflights reach the inner service, whose status is sent; browsers accept it \
                 from 200 to 299 only"
            }
            NoteKind::Debug => {
                "KrakenD logs its decisions; here responses tell them too, in `x-cors-debug`; set \
                 it during development only"
            }
            NoteKind::RouteWithoutOptions => {
                "preflights are `OPTIONS` requests, which Kong does not choose this route for, so \
                 only what browsers send unasked is imported; add `OPTIONS` to the methods if more \
                 is meant"
            }
            NoteKind::RouteWithoutPrefix => {
                "Kong does not choose this route by a path prefix, so its CORS is not imported; \
                 choose the policy by `CorsLayer::per_request`"
            }
            _ => "",
        }
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoteKind::LeftOut(ConfigErrorKind::Origin(PatternFault::LooksLikeRegex)) => f.write_str(
                "left out: KrakenD has no regular expressions, and no browser sends this; if one \
                 is meant, write it as `{ regex = '…' }` into the imported configuration",
            ),
            NoteKind::LeftOut(ConfigErrorKind::Origin(fault)) => {
                write!(f, "left out, for no browser sends this: {fault}")
            }
            NoteKind::LeftOut(kind) => write!(f, "left out: {kind}"),
            NoteKind::AnyByDefault { gateway } => write!(
                f,
                "{gateway} allows every origin where none is listed, and so does the import; \
                 list the origins that are meant"
            ),
            NoteKind::AnyText { regex } => write!(
                f,
                "KrakenD lets `*` stand for any text, dots and slashes included; imported as \
                 `{{ regex = '{}' }}`, which is the same; list the origins that are meant",
                Readable(regex)
            ),
            NoteKind::HostOnly { credentials } => {
                f.write_str(
                    "Kong compares a regex without `:` with the host alone, so any scheme and \
                     any port are allowed; ",
                )?;
                if *credentials {
                    f.write_str(
                        "with credentials, whoever controls the network can act as the user \
                         through plain http; ",
                    )?;
                }
                f.write_str("put the scheme in front")
            }
            NoteKind::Ipv6Brackets { regex } => write!(
                f,
                "Kong removes the brackets of IPv6 addresses before it matches; imported as \
                 `{}`, which allows no such address; list one that is meant in \
                 the imported configuration, `http://[::1]:3000`",
                Readable(regex)
            ),
            NoteKind::MethodsNowChecked { methods } => write!(
                f,
                "Kong does not compare requests with this list, and browsers send `GET`, `HEAD` \
                 and `POST` unasked, so pages could read responses to {methods} too; they no \
                 longer can; add them if that is meant"
            ),
            NoteKind::RouteConditions { by } => write!(
                f,
                "Kong chooses this route by {by} too; the import goes by the path alone, so that \
                 requests to it that Kong routes nowhere have this CORS too; if there are any, \
                 choose the policy by `CorsLayer::per_request`"
            ),
            NoteKind::PathAmbiguous { routes } => write!(
                f,
                "Kong chooses between {routes} here by more than the path, and their CORS \
                 differs; CORS is off here, and what the inner service sends of it stands; \
                 remove the routes that this service does not serve, or choose the policy by \
                 `CorsLayer::per_request`"
            ),
            _ => f.write_str(self.text()),
        }
    }
}

/// An object with `field`, `value`, `code` and `message`, and, where there is
/// one, `suggestion`.
impl serde::Serialize for Note {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize_as(self.kind().code(), None, serializer)
    }
}
