//! A failed fetch, with the message of the console.

use std::error::Error;
use std::fmt;

use super::hint::Failure;
use super::reason::BlockReason;
use super::request::FetchRequest;

/// A fetch that failed. The script sees only a `TypeError`; the reason is for the
/// developer.
///
/// Prints as Chromium's console does, followed by a [hint](Self::hint) on a line of
/// its own, if there is one. `Debug` prints the same, for the sake of `unwrap`.
#[derive(Clone, PartialEq, Eq)]
pub struct Blocked(Box<Details>);

#[derive(Clone, PartialEq, Eq)]
struct Details {
    reason: BlockReason,
    message: String,
    hint: Option<String>,
}

impl Blocked {
    pub(super) fn new(failure: Failure, request: &FetchRequest) -> Self {
        let Failure { reason, hint } = failure;
        let (first, url) = (request.first_url(), request.current_url());
        let message = match &reason {
            BlockReason::InvalidUrl(_) => return Self::type_error(reason),
            BlockReason::InvalidRedirect(_)
            | BlockReason::TooManyRedirects
            | BlockReason::Network(_) => format!("{} {url} {reason}", request.method),
            _ => {
                let redirected = match first == url {
                    true => String::new(),
                    false => format!("(redirected from '{first}') "),
                };
                format!(
                    "Access to fetch at '{url}' {redirected}from origin '{}' has been blocked \
                     by CORS policy: {reason}",
                    request.origin
                )
            }
        };
        Self(Box::new(Details {
            reason,
            message,
            hint,
        }))
    }

    /// For failures of the `Request` constructor.
    pub(super) fn type_error(reason: BlockReason) -> Self {
        Self(Box::new(Details {
            message: format!("TypeError: Failed to execute 'fetch' on 'Window': {reason}"),
            reason,
            hint: None,
        }))
    }

    /// Returns the reason, for tests to compare.
    #[must_use]
    pub fn reason(&self) -> &BlockReason {
        &self.0.reason
    }

    /// Returns the likely mistake, where the failure suggests one: a CORS layer inside
    /// routing or authentication, for example, or a page on another port. If the response
    /// has the header `x-cors-debug` of this crate's `debug`, the hint goes by it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.hint {
            None => Ok(()),
            Some(hint) => write!(f, "\nhint: {hint}"),
        }
    }
}

impl fmt::Debug for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Blocked {}
