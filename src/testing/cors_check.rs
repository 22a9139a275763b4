//! The CORS check.

use std::fmt;

use http::HeaderMap;
use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN};
use url::Url;

use super::header_list::{get, isomorphic_decode};
use super::request::FetchRequest;

/// The reason why a response failed the
/// [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check).
///
/// The check compares `Access-Control-Allow-Origin` byte for byte. The finer distinctions
/// here are Chromium's, for its messages.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CorsCheckFailure {
    /// There is no `Access-Control-Allow-Origin` (step 2).
    MissingAllowOrigin,
    /// `Access-Control-Allow-Origin` is `*`, which credentialed requests do not
    /// accept (step 4).
    WildcardWithCredentials,
    /// `Access-Control-Allow-Origin`, all its lines joined, names several origins (step 4).
    MultipleAllowOrigins(String),
    /// `Access-Control-Allow-Origin` is no origin at all (step 4).
    InvalidAllowOrigin(String),
    /// `Access-Control-Allow-Origin` is not the request's origin (step 4).
    AllowOriginMismatch(String),
    /// `Access-Control-Allow-Credentials` is this instead of `true`, and the
    /// request is credentialed (step 7). Empty if the header is missing.
    AllowCredentialsNotTrue(String),
}

/// <https://fetch.spec.whatwg.org/#concept-cors-check>
pub(super) fn cors_check(
    request: &FetchRequest,
    headers: &HeaderMap,
) -> Result<(), CorsCheckFailure> {
    // Steps 1 and 2.
    let Some(origin) = get(headers, &ACCESS_CONTROL_ALLOW_ORIGIN) else {
        return Err(CorsCheckFailure::MissingAllowOrigin);
    };
    // Step 3.
    if !request.is_credentialed() && origin == b"*" {
        return Ok(());
    }
    // Step 4.
    if request.serialized_origin().as_bytes() != origin {
        return Err(describe_mismatch(&origin));
    }
    // Step 5.
    if !request.is_credentialed() {
        return Ok(());
    }
    // Steps 6 to 8.
    match get(headers, &ACCESS_CONTROL_ALLOW_CREDENTIALS).unwrap_or_default() {
        credentials if credentials == b"true" => Ok(()),
        credentials => Err(CorsCheckFailure::AllowCredentialsNotTrue(
            isomorphic_decode(&credentials),
        )),
    }
}

/// Distinguishes mismatches as Chromium does, in its order.
fn describe_mismatch(origin: &[u8]) -> CorsCheckFailure {
    let origin = isomorphic_decode(origin);
    if origin == "*" {
        CorsCheckFailure::WildcardWithCredentials
    } else if origin.contains([' ', ',']) {
        CorsCheckFailure::MultipleAllowOrigins(origin)
    } else if origin != "null" && Url::parse(&origin).is_err() {
        CorsCheckFailure::InvalidAllowOrigin(origin)
    } else {
        CorsCheckFailure::AllowOriginMismatch(origin)
    }
}

/// Prints the end of the sentence on Chromium's console.
impl fmt::Display for CorsCheckFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const REMEDY: &str = "Have the server send the header with a valid value.";
        match self {
            Self::MissingAllowOrigin => f.write_str(
                "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            ),
            Self::WildcardWithCredentials => f.write_str(
                "The value of the 'Access-Control-Allow-Origin' header in the response must not \
                 be the wildcard '*' when the request's credentials mode is 'include'.",
            ),
            Self::MultipleAllowOrigins(origins) => write!(
                f,
                "The 'Access-Control-Allow-Origin' header contains multiple values '{}', but \
                 only one is allowed. {REMEDY}",
                escape(origins)
            ),
            Self::InvalidAllowOrigin(origin) => write!(
                f,
                "The 'Access-Control-Allow-Origin' header contains the invalid value '{}'. \
                 {REMEDY}",
                escape(origin)
            ),
            Self::AllowOriginMismatch(origin) => write!(
                f,
                "The 'Access-Control-Allow-Origin' header has a value '{}' that is not equal to \
                 the supplied origin. {REMEDY}",
                escape(origin)
            ),
            Self::AllowCredentialsNotTrue(value) => write!(
                f,
                "The value of the 'Access-Control-Allow-Credentials' header in the response is \
                 '{}' which must be 'true' when the request's credentials mode is 'include'.",
                escape(value)
            ),
        }
    }
}

/// Escapes text from a server as Chromium does.
pub(super) fn escape(text: &str) -> String {
    let escape = |c| match c {
        ' '..='~' => String::from(c),
        c => format!("\\u{:04X}", u32::from(c)),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::super::header_list::map;
    use super::super::origin::Origin;
    use super::super::request::{Credentials, Mode, Settings};
    use super::CorsCheckFailure::*;
    use super::*;

    #[track_caller]
    fn check(
        page: &str,
        credentials: Credentials,
        headers: &[(&str, &str)],
    ) -> Result<(), CorsCheckFailure> {
        let url = Url::parse("https://b/").unwrap();
        let origin = Origin::of_page(page).unwrap();
        let mut request =
            FetchRequest::new(Method::GET, url, origin, Mode::Cors, Settings::default());
        request.settings.credentials = credentials;
        cors_check(&request, &map(headers))
    }

    /// The table in the protocol notes: Access-Control-Allow-Origin,
    /// Access-Control-Allow-Credentials, uncredentialed, credentialed.
    #[test]
    fn origin_and_credentials() {
        let not_true = |value: &str| Err(AllowCredentialsNotTrue(value.to_owned()));
        for (origin, credentials, uncredentialed, credentialed) in [
            ("*", None, Ok(()), Err(WildcardWithCredentials)),
            ("*", Some("true"), Ok(()), Err(WildcardWithCredentials)),
            ("https://a", None, Ok(()), not_true("")),
            ("https://a", Some("true"), Ok(()), Ok(())),
            ("https://a", Some("True"), Ok(()), not_true("True")),
            (
                "https://a",
                Some("true, true"),
                Ok(()),
                not_true("true, true"),
            ),
        ] {
            let mut headers = vec![("access-control-allow-origin", origin)];
            headers.extend(credentials.map(|v| ("access-control-allow-credentials", v)));
            for (mode, expected) in [
                (Credentials::Omit, &uncredentialed),
                (Credentials::SameOrigin, &uncredentialed),
                (Credentials::Include, &credentialed),
            ] {
                assert_eq!(check("https://a", mode, &headers), *expected, "{headers:?}");
            }
        }
    }

    #[test]
    fn origins_are_compared_byte_by_byte() {
        let mismatch = |value: &str| Err(AllowOriginMismatch(value.to_owned()));
        let multiple = |value: &str| Err(MultipleAllowOrigins(value.to_owned()));
        let invalid = |value: &str| Err(InvalidAllowOrigin(value.to_owned()));
        for (page, lines, expected) in [
            ("https://a", &[][..], Err(MissingAllowOrigin)),
            ("https://a", &["https://a"], Ok(())),
            ("https://a", &["https://A"], mismatch("https://A")),
            ("https://a", &["https://a/"], mismatch("https://a/")),
            ("https://a", &["https://a:443"], mismatch("https://a:443")),
            ("https://a", &["http://a"], mismatch("http://a")),
            ("https://a", &["null"], mismatch("null")),
            ("https://a", &["NULL"], invalid("NULL")),
            ("https://a", &["a"], invalid("a")),
            // To the URL parser, `host:` is a scheme, so Chromium calls this a mismatch.
            ("https://a", &["localhost:3000"], mismatch("localhost:3000")),
            ("https://a", &["a.example:80"], mismatch("a.example:80")),
            ("https://a", &["127.0.0.1:80"], invalid("127.0.0.1:80")),
            ("https://a", &["http://a:99999"], invalid("http://a:99999")),
            ("https://a", &[""], invalid("")),
            ("https://a", &["https://*.a"], mismatch("https://*.a")),
            (
                "https://a",
                &["https://a", "https://a"],
                multiple("https://a, https://a"),
            ),
            ("https://a", &["*", "*"], multiple("*, *")),
            (
                "https://a",
                &["https://a https://b"],
                multiple("https://a https://b"),
            ),
            ("null", &["null"], Ok(())),
            ("null", &["*"], Ok(())),
            ("null", &["https://a"], mismatch("https://a")),
        ] {
            let headers: Vec<_> = lines
                .iter()
                .map(|value| ("access-control-allow-origin", *value))
                .collect();
            let outcome = check(page, Credentials::SameOrigin, &headers);
            assert_eq!(outcome, expected, "{page} {lines:?}");
        }
    }

    #[test]
    fn values_are_printed_without_control_bytes() {
        assert_eq!(escape("a~\t\u{e9}'"), r"a~\u0009\u00E9'");
    }
}
