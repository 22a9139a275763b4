//! Methods ([Fetch, methods](https://fetch.spec.whatwg.org/#methods)).
//! They are compared byte for byte.

use http::Method;

/// Registered methods have up to 17 bytes.
pub(crate) const MAX_METHOD: usize = 64;

/// The CORS-safelisted methods: a browser sends them even when a preflight
/// answer does not list them.
pub(crate) fn is_safelisted(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST")
}

/// The methods that no script can send, in any case.
#[inline(never)]
pub(crate) fn is_forbidden(method: &str) -> bool {
    ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|name| method.eq_ignore_ascii_case(name))
}

/// The methods that a policy allows.
#[derive(Clone, Debug)]
pub(crate) enum Methods {
    /// `*`: each that a script can send.
    Any,
    List(Box<[Method]>),
}

impl Methods {
    #[inline]
    pub(crate) fn allow(&self, method: &Method) -> bool {
        match self {
            Methods::Any => !is_forbidden(method.as_str()),
            Methods::List(methods) => methods.contains(method),
        }
    }

    /// Whether a method is listed by name.
    pub(crate) fn list(&self, name: &[u8]) -> bool {
        match self {
            Methods::Any => false,
            Methods::List(methods) => methods
                .iter()
                .any(|method| method.as_str().as_bytes() == name),
        }
    }
}
