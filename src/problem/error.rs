//! What can be wrong with a value.

use std::error::Error;
use std::fmt;

use super::macros::{Errors, Remark};
use crate::config::Danger;
#[cfg(feature = "regex")]
use crate::origin::{MAX_REGEX, MAX_REGEX_COUNT, MAX_REGEXES, MAX_SOURCE, RegexFault};
use crate::origin::{PatternFault, WithinFault};
use crate::text::Readable;

/// All that is wrong with a configuration.
pub type ConfigErrors = Errors<ConfigErrorKind>;

/// One thing that is wrong with a configuration.
pub type ConfigError = Remark<ConfigErrorKind>;

impl Error for ConfigError {}

impl ConfigErrors {
    pub(crate) fn of_config<T>(errors: Vec<ConfigError>, value: T) -> Result<T, Self> {
        Errors::unless_empty("invalid CORS configuration", errors, value)
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// No origin is allowed.
    NoOrigins,
    /// An origin pattern that is none, or that could never match.
    Origin(PatternFault),
    /// `*` beside other entries.
    AnyNotAlone,
    /// Too many in-label patterns below one domain that differ in where the `*` stands.
    TooManyShapes {
        /// How many places there may be: pairs of lengths before and after the `*`.
        limit: usize,
    },
    /// A regular expression that does not compile.
    Regex {
        /// The parser's own message.
        message: String,
    },
    /// A regular expression in the syntax of PCRE, with what the `regex` crate
    /// has not.
    PcreOnly {
        /// Such as `look-ahead`.
        what: &'static str,
        /// The parser's own message.
        message: String,
    },
    /// A regular expression that is longer than any that is needed.
    RegexTooLong {
        /// What it may have, in bytes.
        limit: usize,
    },
    /// A regular expression that takes too much memory, and with it time.
    RegexTooBig {
        /// What it may take, in bytes.
        limit: usize,
    },
    /// More regular expressions than a policy may have.
    TooManyRegexes {
        /// How many it may have.
        limit: usize,
    },
    /// Regular expressions that together take too much memory, and with it time.
    RegexesTooBig {
        /// What they may take, in bytes.
        limit: usize,
    },
    /// A regular expression that matches no origin.
    RegexNeverMatches,
    /// Regular expressions in a build without the feature `regex`.
    RegexFeature,
    /// No method is allowed.
    NoMethods,
    /// `*` beside other request headers than `Authorization`.
    AnyHeaderNotAlone,
    /// A method or a header name that is not a token.
    NotAToken,
    /// Several names in one entry.
    SeveralNames,
    /// An entry without a name.
    EmptyName,
    /// A method of more than 64 bytes.
    MethodTooLong,
    /// A method that scripts cannot send.
    ForbiddenMethod,
    /// A method that browsers write in upper case, or that is better so.
    MethodCase,
    /// A header that scripts cannot set.
    ForbiddenRequestHeader,
    /// A header that only responses have, among request headers.
    ResponseHeader,
    /// A header that scripts can never read.
    ForbiddenResponseHeader,
    /// A header that only requests have, among exposed headers.
    RequestHeader,
    /// A preflight answer outside 200 to 299, which browsers refuse.
    PreflightStatus,
    /// A maximum age that is not zero but below a second.
    MaxAgeBelowSecond,
    /// A maximum age of more seconds than fit into 32 bits.
    MaxAgeTooLong,
    /// A path prefix that is none.
    PathPrefix,
    /// A path prefix that no request's path begins with.
    PathNeverSent,
    /// A path prefix that is there already.
    PathTwice,
    /// A regular expression or a predicate without the border that credentials require.
    NoBorder {
        /// The sites that a regular expression spans, if that can be told.
        sites: Vec<String>,
        /// An origin that it also allows and that an attacker can have; empty if none
        /// of the classic attacks works.
        witness: String,
        /// What `dangerously_allow` would have to hold.
        allow: String,
    },
    /// More domains than the borders of a policy may name.
    TooManyDomains {
        /// How many they may name in all.
        limit: usize,
    },
    /// A border that is no domain.
    WithinNotADomain,
    /// A border that is a public suffix.
    WithinPublicSuffix,
    /// `within` for an origin or a pattern, which does not take it.
    WithinNotOpen,
    /// A border that excludes everything the regular expression matches.
    WithinNeverMatches,
    /// A danger that `dangerously_allow` does not name for this entry.
    Danger {
        /// The danger.
        danger: Danger,
        /// An origin that the entry allows and an attacker can have.
        witness: String,
        /// What `dangerously_allow` would have to hold.
        allow: String,
    },
}

impl ConfigErrorKind {
    /// A name for programs, such as `trailing-slash`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use ConfigErrorKind as Kind;
        match self {
            Kind::NoOrigins => "no-origins",
            Kind::Origin(fault) => fault.code(),
            Kind::AnyNotAlone => "any-not-alone",
            Kind::TooManyShapes { .. } => "too-many-shapes",
            Kind::Regex { .. } => "regex",
            Kind::PcreOnly { .. } => "pcre-only",
            Kind::RegexTooLong { .. } => "regex-too-long",
            Kind::RegexTooBig { .. } => "regex-too-big",
            Kind::TooManyRegexes { .. } => "too-many-regexes",
            Kind::RegexesTooBig { .. } => "regexes-too-big",
            Kind::RegexNeverMatches => "regex-never-matches",
            Kind::RegexFeature => "regex-feature",
            Kind::NoMethods => "no-methods",
            Kind::AnyHeaderNotAlone => "any-header-not-alone",
            Kind::NotAToken => "not-a-token",
            Kind::SeveralNames => "several-names",
            Kind::EmptyName => "empty-name",
            Kind::MethodTooLong => "method-too-long",
            Kind::ForbiddenMethod => "forbidden-method",
            Kind::MethodCase => "method-case",
            Kind::ForbiddenRequestHeader => "forbidden-request-header",
            Kind::ResponseHeader => "response-header",
            Kind::ForbiddenResponseHeader => "forbidden-response-header",
            Kind::RequestHeader => "request-header",
            Kind::PreflightStatus => "preflight-status",
            Kind::MaxAgeBelowSecond => "max-age-below-second",
            Kind::MaxAgeTooLong => "max-age-too-long",
            Kind::PathPrefix => "path-prefix",
            Kind::PathNeverSent => "path-never-sent",
            Kind::PathTwice => "path-twice",
            Kind::NoBorder { .. } => "no-border",
            Kind::TooManyDomains { .. } => "too-many-domains",
            Kind::WithinNotADomain => "within-not-a-domain",
            Kind::WithinPublicSuffix => "within-public-suffix",
            Kind::WithinNotOpen => "within-not-open",
            Kind::WithinNeverMatches => "within-never-matches",
            Kind::Danger { danger, .. } => danger.as_str(),
        }
    }
}

impl fmt::Display for ConfigErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ConfigErrorKind as Kind;
        f.write_str(match self {
            Kind::NoOrigins => {
                "no origin is allowed; list at least one, such as `https://app.example.com`"
            }
            Kind::Origin(fault) => return fault.fmt(f),
            Kind::AnyNotAlone => {
                "`*` already allows all; remove it, or everything else in the list"
            }
            Kind::TooManyShapes { limit } => {
                return write!(
                    f,
                    "in the labels below this, `*` may stand in {limit} places, counted by the \
                     bytes before and after it; list the origins, or write this pattern"
                );
            }
            Kind::Regex { message } => message,
            Kind::PcreOnly { what, message } => {
                return write!(f, "{what} exists in PCRE, not here: {message}");
            }
            Kind::RegexTooLong { limit } => {
                return write!(
                    f,
                    "a regex may have {limit} bytes; split it into several, or list the origins"
                );
            }
            Kind::RegexTooBig { limit } => {
                return write!(
                    f,
                    "compiled, this takes more than {limit} bytes; write `+` for counts such as \
                     `{{1,63}}`, or split it into several"
                );
            }
            Kind::TooManyRegexes { limit } => {
                return write!(
                    f,
                    "a policy may have {limit} regexes; write patterns such as \
                     `https://*.example.com` for them, or list the origins"
                );
            }
            Kind::RegexesTooBig { limit } => {
                return write!(
                    f,
                    "compiled, all regexes together take more than {limit} bytes; write `+` for \
                     counts such as `{{1,63}}`, and patterns such as `https://*.example.com` for \
                     regexes"
                );
            }
            Kind::RegexNeverMatches => {
                "no origin matches this; a regex matches the whole origin, such as \
                 `https://app\\.example\\.com`, and a host_regex the whole host"
            }
            Kind::RegexFeature => "this build does not have the feature `regex`",
            Kind::NoMethods => "no method is allowed; list at least one, such as `GET`",
            Kind::AnyHeaderNotAlone => {
                "`*` allows every name but `authorization`; remove it, or everything else but that"
            }
            Kind::NotAToken => "a name has letters, digits and a few signs only, no others",
            Kind::SeveralNames => "each name is an entry of its own",
            Kind::EmptyName => "there is no name in this entry; remove it",
            Kind::MethodTooLong => "no method is longer than 64 bytes; remove it",
            Kind::ForbiddenMethod => "scripts cannot send this method; remove it",
            Kind::MethodCase => "methods are case-sensitive",
            Kind::ForbiddenRequestHeader => "scripts cannot set this header; remove it",
            Kind::ResponseHeader => {
                "this header belongs to responses; did you mean `expose_headers`? remove it here"
            }
            Kind::ForbiddenResponseHeader => "scripts can never read this header; remove it",
            Kind::RequestHeader => {
                "this header belongs to requests; did you mean `allow_headers`? remove it here"
            }
            Kind::PreflightStatus => {
                "browsers accept a preflight's answer with a status from 200 to 299 only; \
                 write 204 or 200"
            }
            Kind::MaxAgeBelowSecond => {
                "the unit is a second; write `0` to disable, or `1s` or more"
            }
            Kind::MaxAgeTooLong => "no browser keeps an answer longer than a day; write `24h`",
            Kind::PathPrefix => "a prefix begins with `/`, and has a `*` at its end at most",
            Kind::PathNeverSent => {
                "no request has such a path; write it percent-encoded as far as needed, without \
                 `//`, `.`, `..` and placeholders"
            }
            Kind::PathTwice => "this prefix is there already; remove one of them",
            Kind::NoBorder {
                sites,
                witness,
                allow,
            } => return fmt_no_border(f, sites, witness, allow),
            Kind::TooManyDomains { limit } => {
                return write!(
                    f,
                    "the regexes and predicates of a policy may stay within {limit} domains in \
                     all; write patterns such as `https://*.example.com` for some of them"
                );
            }
            Kind::WithinNotADomain => {
                "a border is a domain such as `example.com`, an IP address or `localhost`, \
                 without scheme, port and `*`"
            }
            Kind::WithinPublicSuffix => {
                "anyone can register names below this; write the domain that is yours, one label \
                 more"
            }
            Kind::WithinNotOpen => {
                "only a regular expression or a predicate takes `within`; remove it: an origin \
                 needs no border, and a pattern never leaves the domain behind its `*`"
            }
            Kind::WithinNeverMatches => {
                "nothing that the regular expression matches over http or https is within this; \
                 write the domain that it ends in"
            }
            Kind::Danger {
                danger,
                witness,
                allow,
            } => return fmt_danger(f, *danger, witness, allow),
        })
    }
}

fn fmt_no_border(
    f: &mut fmt::Formatter<'_>,
    sites: &[String],
    witness: &str,
    allow: &str,
) -> fmt::Result {
    f.write_str("with credentials, name the domain")?;
    match sites {
        [] => {
            let within = match allow.starts_with("Danger::") {
                true => ".within([\"example.com\"])",
                false => "within = \"example.com\"",
            };
            write!(
                f,
                " that this stays within (`{within}`), or list the origins"
            )?;
            if !witness.is_empty() {
                write!(f, ": it also allows `{witness}`, which anyone can register")?;
            }
        }
        [first @ .., last] => {
            let shown = first.get(..3).unwrap_or(first);
            write!(
                f,
                "s that this stays within: it spans `{}` and ",
                shown.join("`, `")
            )?;
            match first.len() - shown.len() {
                0 => write!(f, "`{last}`")?,
                more => write!(f, "{} more", more + 1)?,
            }
        }
    }
    write!(
        f,
        "; or take on all that it allows by `dangerously_allow = [{}]`",
        Readable(allow)
    )
}

fn fmt_danger(
    f: &mut fmt::Formatter<'_>,
    danger: Danger,
    witness: &str,
    allow: &str,
) -> fmt::Result {
    f.write_str("with credentials, ")?;
    match danger {
        Danger::InsecureOrigins => write!(
            f,
            "whoever controls the network between a user and `{witness}` can act as the user; \
             use https"
        ),
        Danger::PublicSuffixSubdomains => write!(
            f,
            "anyone can register `{witness}`, which this allows, and act as the user; \
             list hosts that are yours"
        ),
        Danger::Unbounded => f.write_str(
            "any extension or application of this scheme that a user installs can act as the \
             user; list the origins that are yours",
        ),
        Danger::NullOrigin => f.write_str(
            "any site can have the origin `null`, in a sandboxed frame, and act as the user; \
             remove it",
        ),
        Danger::AnyOriginWithCredentials => {
            f.write_str("any site could act as the user; list the origins that may")
        }
    }?;
    write!(
        f,
        ", or take it on by `dangerously_allow = [{}]`",
        Readable(allow)
    )
}

impl From<WithinFault> for ConfigErrorKind {
    fn from(fault: WithinFault) -> Self {
        match fault {
            WithinFault::NotADomain => ConfigErrorKind::WithinNotADomain,
            WithinFault::PublicSuffix => ConfigErrorKind::WithinPublicSuffix,
        }
    }
}

#[cfg(feature = "regex")]
impl From<RegexFault> for ConfigErrorKind {
    fn from(fault: RegexFault) -> Self {
        match fault {
            RegexFault::PcreOnly { what, message } => ConfigErrorKind::PcreOnly { what, message },
            RegexFault::TooLong => ConfigErrorKind::RegexTooLong { limit: MAX_SOURCE },
            RegexFault::TooBig => ConfigErrorKind::RegexTooBig { limit: MAX_REGEX },
            RegexFault::AllTooBig => ConfigErrorKind::RegexesTooBig { limit: MAX_REGEXES },
            RegexFault::TooMany => ConfigErrorKind::TooManyRegexes {
                limit: MAX_REGEX_COUNT,
            },
            RegexFault::Syntax { message } => ConfigErrorKind::Regex { message },
            RegexFault::NotAscii { message } => ConfigErrorKind::Regex {
                message: format!("origins are ASCII, and so are their regexes: {message}"),
            },
        }
    }
}
