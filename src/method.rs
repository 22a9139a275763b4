//! Methods ([Fetch, methods](https://fetch.spec.whatwg.org/#methods)).
//! They are compared byte for byte.

/// The CORS-safelisted methods: a browser sends them even when a preflight
/// answer does not list them.
pub(crate) fn is_safelisted(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST")
}

/// The methods that no script can send, in any case.
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
    List(Box<[Box<str>]>),
}

impl Methods {
    pub(crate) fn allows(&self, method: &str) -> bool {
        match self {
            Methods::Any => !is_forbidden(method),
            Methods::List(list) => list.iter().any(|listed| **listed == *method),
        }
    }
}
