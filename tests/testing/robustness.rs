//! No response makes the browser panic.

use http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;
use tower_cors::testing::Credentials;

/// Names that the browser reads, and values near what it expects.
fn header() -> impl Strategy<Value = (HeaderName, HeaderValue)> {
    let name = prop::sample::select(vec![
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-expose-headers",
        "access-control-max-age",
        "location",
        "set-cookie",
        "x-a",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "*",
            PAGE,
            "null",
            "true",
            "PUT,*",
            "x-a,*",
            "60",
            "/next",
            "//other.example/x",
        ])
        .prop_map(|value| value.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..40),
        "[ ,:/@?#%.\\[\\]0-9a-z\\\\-]{0,30}".prop_map(String::into_bytes),
    ];
    (name, value).prop_filter_map("not a value", |(name, value)| {
        let value = HeaderValue::from_bytes(&value).ok()?;
        Some((HeaderName::from_static(name), value))
    })
}

fn response() -> impl Strategy<Value = Response<String>> {
    let status = prop_oneof![
        Just(200_u16),
        prop::sample::select(vec![204, 301, 302, 303, 307, 308]),
        100..=999_u16,
    ];
    (status, prop::collection::vec(header(), 0..8)).prop_map(|(status, headers)| {
        let mut response = answer(status, &[]);
        response.headers_mut().extend(headers);
        response
    })
}

proptest! {
    #[test]
    fn responses_are_read_or_blocked(
        preflight in response(),
        actual in response(),
        include in any::<bool>(),
        page in prop::sample::select(vec![PAGE, "null", "https://api.example.net"]),
    ) {
        let browser = browser(move |request| match *request.method() {
            Method::OPTIONS => preflight.clone(),
            _ => actual.clone(),
        });
        let mode = if include { Credentials::Include } else { Credentials::Omit };
        let page = browser.page(page).credentials(mode);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for method in ["PUT", "GET"] {
            match runtime.block_on(fetch(&page, method, &[("x-a", "1")])) {
                Ok(readable) => {
                    prop_assert!(readable.headers().get("set-cookie").is_none());
                    prop_assert!(browser.log().len() <= 2 * 42);
                }
                Err(blocked) => prop_assert!(!blocked.to_string().is_empty()),
            }
        }
    }
}
