//! The values that the fields of a configuration can have.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::name::{NameError, Named};

/// The request headers that a page may set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AllowHeaders {
    /// These names, in any case. `*` is any name but `Authorization`, which is
    /// to be listed beside it; with credentials `*` is any name.
    List(Vec<String>),
    /// Whatever a preflight asks for, `Authorization` included: the answer
    /// repeats the names. Not those that scripts cannot set, and no more than
    /// 256 names or 4,096 bytes.
    Mirror,
}

impl Default for AllowHeaders {
    fn default() -> Self {
        AllowHeaders::List(Vec::new())
    }
}

impl<I: IntoIterator<Item: AsRef<str>>> From<I> for AllowHeaders {
    fn from(names: I) -> Self {
        AllowHeaders::List(super::strings(names))
    }
}

/// How long a browser may reuse a preflight's answer
/// ([Fetch](https://fetch.spec.whatwg.org/#http-access-control-max-age)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MaxAge {
    /// As long as browsers do by themselves: 5 seconds.
    #[default]
    BrowserDefault,
    /// Not at all: each request is preflighted.
    Disabled,
    /// So long, in whole seconds; what is over is cut off. Browsers cap it:
    /// Chromium at 2 hours, Firefox at 24 hours, Safari at 10 minutes.
    For(Duration),
}

/// No time at all is [`MaxAge::Disabled`].
impl From<Duration> for MaxAge {
    fn from(duration: Duration) -> Self {
        if duration.is_zero() {
            MaxAge::Disabled
        } else {
            MaxAge::For(duration)
        }
    }
}

/// What happens to preflights
/// ([Fetch](https://fetch.spec.whatwg.org/#cors-preflight-request)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PreflightMode {
    /// They are answered here; the inner service does not see them.
    #[default]
    Answer,
    /// The inner service answers; the headers of an answer are added.
    Decorate,
    /// The inner service answers; its answer is left as it is, but for `Vary`.
    Forward,
}

/// Who enforces the policy on actual requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Enforcement {
    /// The browser: the inner service handles what the policy denies, and the
    /// page cannot read the response. This is what CORS is.
    #[default]
    Browser,
    /// The server: what the policy denies is answered here, with 403, and the
    /// inner service does not see it. Requests from the server's own origin
    /// pass: by `Sec-Fetch-Site` where browsers send it, else by the authority,
    /// which is trusted; against DNS rebinding, check `Host`.
    ///
    /// This covers what browsers send without a preflight: form posts and
    /// WebSocket handshakes. It does not cover clients that send no `Origin`,
    /// and is no substitute for authentication.
    Server,
}

/// What happens to `Access-Control-*` headers that the inner service sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InnerHeaders {
    /// They are removed: the policy alone decides.
    #[default]
    Replace,
    /// A response that the policy allows, and that has
    /// `Access-Control-Allow-Origin`, is left as it is, but for `Vary`. From
    /// all others they are removed.
    Keep,
}

/// Gives the variants of an option the names that files have for them.
macro_rules! names {
    ($option:ident is $what:literal { $($variant:ident = $name:literal,)+ }) => {
        impl $option {
            /// All values, in the order of their declaration.
            pub const ALL: &'static [$option] = &[$($option::$variant),+];

            /// The name in configuration files.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($option::$variant => $name,)+
                }
            }
        }

        impl fmt::Display for $option {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        /// By the name in configuration files.
        impl FromStr for $option {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::named(text)
            }
        }

        impl Named for $option {
            const WHAT: &'static str = $what;

            fn all() -> Vec<(&'static str, Self)> {
                vec![$(($name, $option::$variant)),+]
            }
        }
    };
}

names!(PreflightMode is "a preflight mode" {
    Answer = "answer",
    Decorate = "decorate",
    Forward = "forward",
});

names!(Enforcement is "an enforcement" {
    Browser = "browser",
    Server = "server",
});

names!(InnerHeaders is "a rule for inner headers" {
    Replace = "replace",
    Keep = "keep",
});

pub(super) use names;
