//! The dangers that a policy takes on.

use std::fmt;

use super::named::named;
use crate::origin::{OriginPattern, PatternKind};

named! {
    /// A danger that a policy can take on by naming it in
    /// [`dangerously_allow`](field@crate::CorsConfig::dangerously_allow).
    ///
    /// Each concerns only policies with credentials. Without credentials, a page can
    /// read no more than anyone who reaches the server.
    ///
    /// Dangers are taken on for single entries of `allow_origins`. A bare name stands for
    /// the origins and patterns that visibly need it. A regular expression or a predicate
    /// does not show what it needs, so it is [named](Danger::for_entry) with the danger.
    #[derive(PartialOrd, Ord)]
    pub enum Danger is "a danger" {
        /// Origins over plain `http`, other than loopback: whoever controls the
        /// network between the user and that host can be that origin. It lifts the test
        /// of the scheme, and nothing else.
        InsecureOrigins = "insecure-origins",
        /// A pattern right below a public suffix, such as `https://*.github.io` and
        /// `https://pr-*.vercel.app`: anyone can register such a host.
        PublicSuffixSubdomains = "public-suffix-subdomains",
        /// An entry without a border: any host of a scheme (`moz-extension://*`), or all
        /// that a regular expression or a predicate lets in. A border that is written, or
        /// found by [`compile`](crate::CorsConfig::compile), stays in force.
        Unbounded = "unbounded",
        /// The opaque origin: any page can have it, in a sandboxed frame.
        NullOrigin = "null-origin",
        /// Any origin, with the user's credentials.
        AnyOriginWithCredentials = "any-origin-with-credentials",
    }
}

impl Danger {
    /// Takes the danger on for one entry alone. The entry is found whatever its border,
    /// so `within` can be left out here.
    ///
    /// ```
    /// use tower_cors::{CorsConfig, Danger, OriginPattern};
    ///
    /// let previews = OriginPattern::predicate(|origin| origin.host().ends_with(".vercel.app"));
    /// let policy = CorsConfig::new([previews.clone()])
    ///     .allow_credentials(true)
    ///     .dangerously_allow([Danger::Unbounded.for_entry(previews)])
    ///     .compile()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    #[must_use]
    pub fn for_entry(self, entry: impl Into<OriginPattern>) -> AllowedDanger {
        AllowedDanger {
            danger: self,
            entry: Some(entry.into()),
        }
    }
}

/// A danger that is taken on, for one entry or for those that visibly need it.
///
/// In a file, it is the name alone, or a table with the entry:
///
/// ```toml
/// dangerously_allow = ["insecure-origins", { danger = "unbounded", regex = 'https://.*' }]
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AllowedDanger {
    /// The danger.
    pub danger: Danger,
    /// The entry; `None` stands for every origin and pattern that visibly needs the
    /// danger.
    pub entry: Option<OriginPattern>,
}

impl From<Danger> for AllowedDanger {
    fn from(danger: Danger) -> Self {
        AllowedDanger {
            danger,
            entry: None,
        }
    }
}

/// As it is written in a file, without the quotes of a bare name.
impl fmt::Display for AllowedDanger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let danger = self.danger;
        let Some(entry) = &self.entry else {
            return danger.fmt(f);
        };
        let mut entry = entry.clone();
        entry.within.clear();
        match &entry.kind {
            PatternKind::Text(_) => write!(f, "{{ danger = \"{danger}\", origin = \"{entry}\" }}"),
            PatternKind::Predicate(_) => write!(f, "Danger::{danger:?}.for_entry({entry})"),
            _ => {
                let entry = entry.to_string();
                let entry = entry.strip_prefix("{ ").unwrap_or(&entry);
                write!(f, "{{ danger = \"{danger}\", {entry}")
            }
        }
    }
}
