//! Errors: parts of a gateway's configuration that cannot be imported.

use crate::problem::{ConfigErrorKind, problem, problem_list};
use crate::text::kinds;

problem_list! {
    /// All errors of an import; at least one.
    pub struct ImportErrors of ImportError
}

problem! {
    /// A part of a gateway's configuration that cannot be imported.
    pub struct ImportError of ImportErrorKind, |_| None
}

kinds! {
    /// The kind of an [`ImportError`].
    pub enum ImportErrorKind {
        /// A value that no policy can have.
        Invalid(kind: ConfigErrorKind) = kind.code() => "{kind}",
        /// A value of another type than the gateway reads.
        WrongType {
            found: &'static str = "The type of the value, with its article.",
            expected: &'static str = "The type that is expected.",
            consequence: &'static str = "The effect in the gateway.",
        } = "wrong-type" => "this is {found}, not {expected}; {consequence}",
        /// A template, which is filled in before the gateway reads the file.
        Template = "template" =>
            "this is a template, which is filled in before the gateway reads the file; import \
             the file that results",
        /// The document is not a configuration of this gateway.
        OtherDocument { expected: &'static str = "The expected document." } = "other-document" =>
            "this is not {expected}",
        /// KrakenD's component under its later name in a file of version 2.
        OtherGeneration = "other-generation" =>
            "KrakenD does not read this key in a file of `version` 2, and leaves CORS off; \
             rename it, or remove it",
        /// A string with commas, which the gateway does not split.
        NotSplit = "not-split" =>
            "Kong takes this for one entry, and does not split it at commas; make it a list",
        /// An option that the gateway refuses because it does not have it.
        UnknownOption = "unknown-option" =>
            "Kong's plugin has no such option, and refuses it; remove it",
        /// A list of names that browsers cannot read.
        Unreadable = "unreadable" =>
            "browsers cannot read a list with this in it, and every preflight fails; make each \
             name an entry of its own",
        /// A text that is not a duration in Go's grammar. KrakenD takes it for zero.
        Duration = "duration" =>
            "this is not a duration in Go's grammar, such as `12h` or `1h30m`; KrakenD silently \
             takes it for zero",
        /// A method that Kong does not know.
        UnknownMethod = "unknown-method" =>
            "Kong knows `GET`, `HEAD`, `PUT`, `PATCH`, `POST`, `DELETE`, `OPTIONS`, `TRACE` and \
             `CONNECT` only, and refuses this",
        /// Syntax of PCRE that Rust's regular expressions do not have or read differently.
        Pcre { construct: &'static str = "The construct, with its article." } = "pcre" =>
            "{construct} means something in PCRE that Rust's regular expressions cannot say; \
             write the regex without it, or list the origins",
        /// A regular expression that does not compile.
        Regex { message: String = "The parser's own message." } = "regex" =>
            "this does not compile as a regular expression of Rust: {message}",
        /// Two spellings of one option, of which the gateway reads only one.
        Twice { other: &'static str = "The other spelling." } = "twice" =>
            "`{other}` is set too; remove one of them",
        /// A plugin that is restricted to consumers.
        Consumer = "consumer" =>
            "Kong refuses the plugin on consumers: a preflight does not tell who sends it; put \
             it on a route, on a service, or on none",
        /// A plugin that is restricted to some protocols.
        Protocols = "protocols" =>
            "Kong ran the plugin on some protocols only, which a layer cannot see; list both \
             `http` and `https`, or remove it",
        /// A plugin other than `cors`.
        OtherPlugin = "other-plugin" => "this is not the plugin `cors`",
        /// A plugin whose options are not in the file.
        ConfigElsewhere = "config-elsewhere" =>
            "the plugin's options are in a secret, which is not read; write them into `config`",
        /// Another plugin has the same scope.
        SameScope = "same-scope" =>
            "another `cors` plugin has the same scope, which Kong refuses; remove one of them",
        /// A reference to an object that is not in the file.
        NotFound = "not-found" => "nothing in the file has this name or id",
        /// Routes with different policies that path prefixes do not tell apart.
        NotByPath {
            routes: String = "The names of the routes.",
            by: String = "The conditions that tell them apart.",
        } = "not-by-path" =>
            "Kong tells {routes} apart by {by}, and their CORS differs, so path prefixes do not \
             tell which policy a request has; put each policy on its own routes, or take the \
             routes of one host with `at_host`",
    }
}
