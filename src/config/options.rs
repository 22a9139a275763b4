//! The values that the fields of a configuration can have.

#[cfg(feature = "serde")]
use serde::{
    de::{Deserialize, Deserializer},
    ser::{Serialize, Serializer},
};

#[cfg(feature = "serde")]
use super::list::List;
use super::list::entries;
use super::named::named;

/// The request headers that a page may set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AllowHeaders {
    /// These names, in any case. `*` is any name but `Authorization`, which has to be listed
    /// beside it. With credentials `*` is any name.
    List(Vec<String>),
    /// Every name that a preflight asks for, `Authorization` included; the answer repeats
    /// them. Names that scripts cannot set are denied, and so are lists of more than 256
    /// names or 4,096 bytes.
    Mirror,
}

const MIRROR: &str = "mirror";

impl Default for AllowHeaders {
    fn default() -> Self {
        AllowHeaders::List(Vec::new())
    }
}

impl<I: IntoIterator<Item: AsRef<str>>> From<I> for AllowHeaders {
    fn from(names: I) -> Self {
        let names = names.into_iter().map(|name| name.as_ref().to_owned());
        AllowHeaders::List(names.collect())
    }
}

/// `mirror`, or a comma-separated list.
impl std::str::FromStr for AllowHeaders {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.trim() {
            MIRROR => AllowHeaders::Mirror,
            _ => AllowHeaders::from(entries(text)),
        })
    }
}

#[cfg(feature = "serde")]
impl Serialize for AllowHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            AllowHeaders::List(names) => names.serialize(serializer),
            AllowHeaders::Mirror => serializer.serialize_str(MIRROR),
        }
    }
}

#[cfg(feature = "serde")]
impl<'de> Deserialize<'de> for AllowHeaders {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let List { entries, is_text } = List::<String>::deserialize(reader)?;
        Ok(match is_text && entries == [MIRROR] {
            true => AllowHeaders::Mirror,
            false => AllowHeaders::List(entries),
        })
    }
}

named! {
    /// Who answers preflights
    /// ([Fetch](https://fetch.spec.whatwg.org/#cors-preflight-request)).
    #[derive(Default)]
    pub enum PreflightMode is "a preflight mode" {
        /// They are answered here; the inner service does not see them.
        #[default]
        Answer = "answer",
        /// The inner service answers, and the headers of an answer are added.
        Decorate = "decorate",
        /// The inner service answers, and its answer is left as it is, except for `Vary`.
        Forward = "forward",
    }
}

named! {
    /// Who enforces the policy on actual requests.
    #[derive(Default)]
    pub enum Enforcement is "an enforcement" {
        /// The browser: the inner service handles requests that the policy denies, and the
        /// page cannot read the response. This is how CORS works by itself.
        #[default]
        Browser = "browser",
        /// The server: requests that the policy denies are answered here, with 403, and the
        /// inner service does not see them. Requests from the server's own origin
        /// pass: by `Sec-Fetch-Site` where browsers send it, else by the authority. Both are
        /// trusted, unless [`own_origins`](field@crate::CorsConfig::own_origins) names the
        /// origins: only that stops DNS rebinding.
        ///
        /// This covers the requests that browsers send without a preflight: form posts and
        /// WebSocket handshakes. It does not cover clients that send no `Origin`,
        /// and is no substitute for authentication.
        Server = "server",
    }
}

named! {
    /// The meaning of an empty `allow_origins`.
    #[derive(Default)]
    pub enum WhenEmpty is "a meaning of an empty list" {
        /// It is an error: a variable that was forgotten shows at the start.
        #[default]
        Error = "error",
        /// CORS is off: requests and responses pass unchanged.
        Off = "off",
        /// Any origin is allowed, as by `*`. With credentials this is a
        /// [`Danger`](crate::Danger) all the same.
        Any = "any",
    }
}

named! {
    /// The fate of `Access-Control-*` headers that the inner service sets.
    #[derive(Default)]
    pub enum InnerHeaders is "a rule for inner headers" {
        /// They are removed: the policy alone decides.
        #[default]
        Replace = "replace",
        /// A response that the policy allows, and that has `Access-Control-Allow-Origin`,
        /// is left as it is, except for `Vary`. They are removed from all other responses.
        Keep = "keep",
    }
}
