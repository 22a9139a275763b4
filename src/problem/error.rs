//! Errors: values that no policy can have.

use std::fmt::{self, Formatter};

use super::macros::{problem, problem_list};
use crate::config::Danger;
use crate::origin::{PatternFault, RegexFault, WithinFault};
use crate::text::{Readable, kinds};

problem_list! {
    /// All errors of a configuration; at least one.
    ///
    /// ```
    /// use tower_cors::CorsConfig;
    ///
    /// let errors = CorsConfig::new(["https://app.example.com/"]).compile().unwrap_err();
    /// for error in &errors {
    ///     assert_eq!(error.field(), "allow_origins[0]");
    ///     assert_eq!(error.value(), "https://app.example.com/");
    ///     assert_eq!(error.suggestion(), Some("https://app.example.com"));
    /// }
    /// ```
    pub struct ConfigErrors of ConfigError
}

problem! {
    /// One error of a configuration.
    pub struct ConfigError of ConfigErrorKind, ConfigErrorKind::witness
}

impl ConfigErrors {
    pub(crate) fn of_config<T>(errors: Vec<ConfigError>, value: T) -> Result<T, Self> {
        Self::unless_empty("invalid CORS configuration", errors, value)
    }
}

impl ConfigError {
    /// The error as one in the configuration of a path.
    pub(crate) fn at_path(mut self, path: &str) -> Self {
        self.field = format!("{path:?}.{}", self.field);
        self
    }
}

kinds! {
    /// The kind of a [`ConfigError`].
    pub enum ConfigErrorKind {
        /// No origin is allowed.
        NoOrigins = "no-origins" =>
            "no origin is allowed; list at least one, such as `https://app.example.com`",
        /// A text that is not an origin pattern, or a pattern that can never match.
        Origin(fault: PatternFault) = fault.code() => "{fault}",
        /// `*` beside other entries.
        AnyNotAlone = "any-not-alone" =>
            "`*` already allows all; remove it, or everything else in the list",
        /// Too many in-label patterns below one domain have their `*` in different places.
        TooManyShapes {
            limit: usize = "The most pairs of lengths before and after the `*`.",
        } = "too-many-shapes" =>
            "in the labels below this, `*` may stand in {limit} places, counted by the bytes \
             before and after it; list the origins, or write this pattern",
        /// A regular expression that cannot be used.
        Regex(fault: RegexFault) = fault.code() => "{fault:#}",
        /// A regular expression that matches no origin.
        RegexNeverMatches = "regex-never-matches" =>
            "no origin matches this; a regex matches the whole origin, such as \
             `https://app\\.example\\.com`, and a host_regex the whole host",
        /// A regular expression in a build without the feature `regex`.
        RegexFeature = "regex-feature" => "this build does not have the feature `regex`",
        /// No method is allowed.
        NoMethods = "no-methods" => "no method is allowed; list at least one, such as `GET`",
        /// `*` beside request headers other than `Authorization`.
        AnyHeaderNotAlone = "any-header-not-alone" =>
            "`*` allows every name but `authorization`; remove it, or everything else but that",
        /// A method or a header name that is not a token.
        NotAToken = "not-a-token" =>
            "a name consists of letters, digits and a few signs such as `-`",
        /// Several names in one entry.
        SeveralNames = "several-names" => "each name is an entry of its own",
        /// An entry without a name.
        EmptyName = "empty-name" => "this entry is empty; remove it",
        /// Quotes or brackets around a value.
        Quoted = "quoted" =>
            "the quotes or brackets are part of the value, as Docker and some shells pass them \
             on; remove them",
        /// A method of more than 64 bytes.
        MethodTooLong = "method-too-long" =>
            "no method is longer than 64 bytes; remove it",
        /// A method that scripts cannot send.
        ForbiddenMethod = "forbidden-method" => "scripts cannot send this method; remove it",
        /// A method that is usually written in upper case.
        MethodCase = "method-case" => "methods are case-sensitive",
        /// A request header that scripts cannot set.
        ForbiddenRequestHeader = "forbidden-request-header" =>
            "scripts cannot set this header; remove it",
        /// A response header among the request headers.
        ResponseHeader = "response-header" =>
            "this header belongs to responses; did you mean `expose_headers`? remove it here",
        /// A response header that scripts can never read.
        ForbiddenResponseHeader = "forbidden-response-header" =>
            "scripts can never read this header; remove it",
        /// A request header among the exposed headers.
        RequestHeader = "request-header" =>
            "this header belongs to requests; did you mean `allow_headers`? remove it here",
        /// A preflight status outside 200 to 299, which browsers refuse.
        PreflightStatus = "preflight-status" =>
            "browsers accept a preflight's answer with a status from 200 to 299 only; write 204 \
             or 200",
        /// A maximum age above zero but below a second.
        MaxAgeBelowSecond = "max-age-below-second" =>
            "the unit is a second; write `0` to disable, or `1s` or more",
        /// A maximum age of more seconds than fit into 32 bits.
        MaxAgeTooLong = "max-age-too-long" =>
            "no browser keeps an answer for more than a day; write `24h`",
        /// A text that is not a path prefix.
        PathPrefix = "path-prefix" =>
            "a prefix begins with `/` and may end in one `*`",
        /// A path prefix that no request's path begins with.
        PathNeverSent = "path-never-sent" =>
            "no request has such a path; write it percent-encoded as far as needed, without \
             `//`, `.`, `..` and placeholders",
        /// A path prefix that is already in the table.
        PathTwice = "path-twice" => "this prefix is listed twice; remove one of them",
        /// A regular expression or a predicate without the border that credentials require.
        NoBorder {
            sites: Vec<String> = "The sites that a regular expression spans, if they are known.",
            witness: String = "An allowed origin that an attacker can have; empty if unknown.",
            allow: String = "The item that `dangerously_allow` would need.",
        } = "no-border" => write_no_border,
        /// The borders of a policy name too many domains.
        TooManyDomains {
            limit: usize = "The most domains that they may name in all.",
        } = "too-many-domains" =>
            "the regexes and predicates of a policy may stay within {limit} domains in all; \
             write patterns such as `https://*.example.com` for some of them",
        /// A text that cannot be a border.
        Within(fault: WithinFault) = fault.code() => "{fault}",
        /// `within` on an origin or a pattern, which does not take it.
        WithinNotOpen = "within-not-open" =>
            "only a regular expression or a predicate takes `within`; remove it: an origin needs \
             no border, and a pattern never leaves the domain behind its `*`",
        /// A border that excludes everything the regular expression matches.
        WithinNeverMatches = "within-never-matches" =>
            "nothing that the regular expression matches over http or https is within this; \
             write the domain that it ends in",
        /// `own_origins` is set, but lists none.
        NoOwnOrigins = "no-own-origins" =>
            "no own origin is listed; list one, such as `http://localhost:*`, or leave the field \
             out",
        /// An entry of `own_origins` that stands for several hosts, or for any port.
        NotAnOwnOrigin = "not-an-own-origin" =>
            "an own origin is exact, such as `https://app.example.com`; only loopback may have \
             any port",
        /// `own_origins` without enforcement by the server.
        OwnOriginsNotEnforced = "own-origins-not-enforced" =>
            "only the server can keep requests out; set `enforcement` to `server`",
        /// A danger that `dangerously_allow` does not name for this entry.
        Danger {
            danger: Danger = "The danger.",
            witness: String = "An origin that the entry allows and that an attacker can have.",
            allow: String = "The item that `dangerously_allow` would need.",
        } = danger.as_str() => write_danger,
    }
}

#[cfg(feature = "serde")]
impl ConfigErrorKind {
    fn witness(&self) -> Option<&str> {
        match self {
            ConfigErrorKind::Danger { witness, .. } => Some(witness),
            ConfigErrorKind::NoBorder { witness, .. } if !witness.is_empty() => Some(witness),
            _ => None,
        }
    }
}

fn write_no_border(
    f: &mut Formatter<'_>,
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

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "the table passes references"
)]
fn write_danger(f: &mut Formatter<'_>, danger: &Danger, witness: &str, allow: &str) -> fmt::Result {
    f.write_str("with credentials, ")?;
    match danger {
        Danger::InsecureOrigins => write!(
            f,
            "whoever controls the network between a user and `{witness}` can act as the user; \
             use https"
        ),
        Danger::PublicSuffixSubdomains => write!(
            f,
            "anyone can register `{witness}`, which this allows, and act as the user; list hosts \
             that are yours"
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
    let allow = Readable(allow);
    write!(f, ", or take it on by `dangerously_allow = [{allow}]`")
}
