//! What of a gateway's configuration cannot be imported.

use std::error::Error;
use std::fmt;

use crate::error::ConfigErrorKind;
use crate::escape::Readable;
use crate::remark::{Errors, Remark};

/// All that cannot be imported.
pub type ImportErrors = Errors<ImportErrorKind>;

/// One thing that cannot be imported, with what the gateway makes of it.
pub type ImportError = Remark<ImportErrorKind>;

impl Error for ImportError {}

/// Why something cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportErrorKind {
    /// A value of another type than the gateway reads.
    WrongType {
        /// What is there.
        found: &'static str,
        /// What belongs there.
        expected: &'static str,
        /// What the gateway makes of it.
        consequence: &'static str,
    },
    /// Something else than this gateway's configuration.
    OtherDocument {
        /// What it should be.
        expected: &'static str,
    },
    /// KrakenD's component under the key of the other generation, where it does
    /// nothing.
    OtherGeneration,
    /// A string with commas, which the gateway does not split.
    NotSplit,
    /// An option that the gateway does not have, and refuses.
    UnknownOption,
    /// A value that no policy can have.
    Invalid(ConfigErrorKind),
    /// No entry is one that a browser sends.
    NothingLeft,
    /// Not a duration in Go's grammar, which KrakenD takes for zero.
    Duration,
    /// A `*` beside other entries, which is any origin since Kong 3.8, and was
    /// none before.
    AnyAmongOthers,
    /// A method that Kong does not know.
    UnknownMethod,
    /// Syntax of PCRE that Rust's regular expressions do not have, or read
    /// differently.
    Pcre {
        /// What it is, with its article.
        construct: &'static str,
    },
    /// A regular expression that does not compile.
    Regex {
        /// The parser's own message.
        message: String,
    },
    /// A regular expression with a `[` to match, for an IPv6 address.
    Ipv6Brackets,
    /// Two spellings of the same thing, of which a gateway reads one.
    Twice {
        /// The other.
        other: &'static str,
    },
    /// A plugin for some consumers only.
    Consumer,
    /// A plugin for some protocols only.
    Protocols,
    /// Another plugin than `cors`.
    OtherPlugin,
    /// Another plugin has the same scope.
    SameScope,
    /// A name or an id that nothing in the file has.
    NotFound,
}

impl ImportErrorKind {
    /// A name for programs, such as `wrong-type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use ImportErrorKind as Kind;
        match self {
            Kind::WrongType { .. } => "wrong-type",
            Kind::OtherDocument { .. } => "other-document",
            Kind::OtherGeneration => "other-generation",
            Kind::NotSplit => "not-split",
            Kind::UnknownOption => "unknown-option",
            Kind::Invalid(kind) => kind.code(),
            Kind::NothingLeft => "nothing-left",
            Kind::Duration => "duration",
            Kind::AnyAmongOthers => "any-among-others",
            Kind::UnknownMethod => "unknown-method",
            Kind::Pcre { .. } => "pcre",
            Kind::Regex { .. } => "regex",
            Kind::Ipv6Brackets => "ipv6-brackets",
            Kind::Twice { .. } => "twice",
            Kind::Consumer => "consumer",
            Kind::Protocols => "protocols",
            Kind::OtherPlugin => "other-plugin",
            Kind::SameScope => "same-scope",
            Kind::NotFound => "not-found",
        }
    }
}

impl fmt::Display for ImportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ImportErrorKind as Kind;
        f.write_str(match self {
            Kind::WrongType {
                found,
                expected,
                consequence,
            } => {
                return write!(f, "this is {found}, not {expected}; {consequence}");
            }
            Kind::OtherDocument { expected } => return write!(f, "this is not {expected}"),
            Kind::OtherGeneration => {
                "KrakenD does not read this key in a file of this `version`, and leaves CORS off; \
                 rename it, or remove it"
            }
            Kind::NotSplit => {
                "Kong takes this for one entry, and does not split it at commas; make it a list"
            }
            Kind::UnknownOption => "Kong's plugin has no such option, and refuses it; remove it",
            Kind::Invalid(kind) => return kind.fmt(f),
            Kind::NothingLeft => {
                "no browser sends any of this, so no page could use it; correct it, or remove the \
                 CORS configuration"
            }
            Kind::Duration => {
                "this is not a duration in Go's grammar, such as `12h` or `1h30m`; KrakenD \
                 silently takes it for zero"
            }
            Kind::AnyAmongOthers => {
                "since Kong 3.8 a `*` beside other entries allows every origin, and before that \
                 none; remove it, or the others"
            }
            Kind::UnknownMethod => {
                "Kong knows `GET`, `HEAD`, `PUT`, `PATCH`, `POST`, `DELETE`, `OPTIONS`, `TRACE` \
                 and `CONNECT` only, and refuses this"
            }
            Kind::Pcre { construct } => {
                return write!(
                    f,
                    "{construct} means something in PCRE that Rust's regular expressions cannot \
                     say; write the regex without it, or list the origins"
                );
            }
            Kind::Regex { message } => {
                return write!(
                    f,
                    "this does not compile as a regular expression of Rust: {}",
                    Readable(message)
                );
            }
            Kind::Ipv6Brackets => {
                "Kong removes the brackets of IPv6 addresses before it matches, so `[` never \
                 matched; remove that part, and list such an origin in the imported configuration, \
                 `http://[::1]:3000`"
            }
            Kind::Twice { other } => {
                return write!(f, "`{other}` is there too; remove one of them");
            }
            Kind::Consumer => {
                "Kong refuses the plugin on consumers: a preflight does not tell who sends it; \
                 put it on a route, on a service, or on none"
            }
            Kind::Protocols => {
                "Kong ran the plugin on some protocols only, which a layer cannot see; list both \
                 `http` and `https`, or remove it"
            }
            Kind::OtherPlugin => "this is not the plugin `cors`",
            Kind::SameScope => {
                "another `cors` plugin has the same scope, which Kong refuses; remove one of them"
            }
            Kind::NotFound => "nothing in the file has this name or id",
        })
    }
}

/// An object with `field`, `value`, `code` and `message`, and, where there is
/// one, `suggestion`.
impl serde::Serialize for ImportError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize_as(self.kind().code(), None, serializer)
    }
}
