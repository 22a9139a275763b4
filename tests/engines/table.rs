//! Policies, and what a page does with each.

use tower_cors::{AllowHeaders, CorsConfig, Danger, OriginPattern, PreflightMode};

/// A page's request to a server with a policy.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The policy, for a page of this origin.
    pub(crate) config: fn(page: &str) -> CorsConfig,
    /// The host of the page.
    pub(crate) page: &'static str,
    pub(crate) method: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: Option<&'static str>,
    pub(crate) credentials: &'static str,
    pub(crate) readable: bool,
    /// Where Chromium is known to read what the standard blocks, or not to
    /// read what it lets through.
    pub(crate) chromium_differs: bool,
}

impl Case {
    fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    fn header(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }

    fn body(mut self, body: &'static str) -> Self {
        self.body = Some(body);
        self
    }

    fn include(mut self) -> Self {
        self.credentials = "include";
        self
    }

    fn on(mut self, host: &'static str) -> Self {
        self.page = host;
        self
    }

    /// The method after the browser's normalisation.
    pub(crate) fn sent_method(&self) -> String {
        let upper = self.method.to_ascii_uppercase();
        let normalised = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
        if normalised.contains(&&upper[..]) {
            upper
        } else {
            self.method.to_owned()
        }
    }

    /// The names that a preflight asks for; of the safelisted ones, the table
    /// uses `content-type` only with a value that needs asking.
    pub(crate) fn unsafe_names(&self) -> Vec<String> {
        let is_safelisted = |name: &str, value: &str| {
            matches!(name, "accept" | "accept-language" | "content-language")
                || name == "content-type" && value == "text/plain"
        };
        let names = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value));
        let mut names: Vec<_> = names
            .filter(|(name, value)| !is_safelisted(name, value))
            .map(|(name, _)| name)
            .collect();
        names.sort_unstable();
        names
    }
}

fn case(name: &'static str, readable: bool, config: fn(&str) -> CorsConfig) -> Case {
    Case {
        name,
        config,
        page: "localhost",
        method: "GET",
        headers: &[],
        body: None,
        credentials: "same-origin",
        readable,
        chromium_differs: false,
    }
}

fn read(name: &'static str, config: fn(&str) -> CorsConfig) -> Case {
    case(name, true, config)
}

fn blocked(name: &'static str, config: fn(&str) -> CorsConfig) -> Case {
    case(name, false, config)
}

fn page(page: &str) -> CorsConfig {
    CorsConfig::new([page])
}

fn other(_: &str) -> CorsConfig {
    CorsConfig::new(["https://other.example"])
}

fn any(_: &str) -> CorsConfig {
    CorsConfig::new(["*"])
}

fn credentials(page: &str) -> CorsConfig {
    CorsConfig::new([page]).allow_credentials(true)
}

/// The port of a page's origin.
fn port(page: &str) -> &str {
    page.rsplit(':').next().unwrap_or_default()
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const FOO: &[(&str, &str)] = &[("x-foo", "1")];
const FOO_BAR: &[(&str, &str)] = &[("X-Foo", "1"), ("X-Bar", "2")];
const AUTHORIZATION: &[(&str, &str)] = &[("authorization", "Bearer x")];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = origins();
    cases.extend(methods());
    cases.extend(request_headers());
    cases.extend(with_credentials());
    cases.extend(exposed_and_inner());
    cases
}

fn origins() -> Vec<Case> {
    vec![
        read("exact origin", page),
        blocked("origin not listed", other),
        read("any origin", any),
        read("any origin, uncached", |_| {
            CorsConfig::new(["*"]).answer_without_origin(false)
        }),
        blocked("other port", |_| CorsConfig::new(["http://localhost:1"])),
        blocked("default port", |_| CorsConfig::new(["http://localhost"])),
        blocked("other scheme", |page| {
            CorsConfig::new([page.replace("http", "https")])
        }),
        read("any port", |_| CorsConfig::new(["http://localhost:*"])),
        blocked("any port of another host", |_| {
            CorsConfig::new(["http://127.0.0.1:*"])
        }),
        read("address", page).on("127.0.0.1"),
        blocked("address is not its name", |page| {
            CorsConfig::new([page.replace("127.0.0.1", "localhost")])
        })
        .on("127.0.0.1"),
        read("subdomain", |_| CorsConfig::new(["http://*.localhost:*"])).on("a.localhost"),
        read("deep subdomain", |_| {
            CorsConfig::new(["http://*.localhost:*"])
        })
        .on("b.a.localhost"),
        blocked("apex under a subdomain pattern", |_| {
            CorsConfig::new(["http://*.localhost:*"])
        }),
        blocked("subdomain of an exact origin", |page| {
            CorsConfig::new([page.replace("a.localhost", "localhost")])
        })
        .on("a.localhost"),
        read("in-label", |_| CorsConfig::new(["http://pr-*.localhost:*"])).on("pr-7.localhost"),
        blocked("in-label takes no dot", |_| {
            CorsConfig::new(["http://pr-*.localhost:*"])
        })
        .on("pr-7.x.localhost"),
        blocked("in-label takes no empty part", |_| {
            CorsConfig::new(["http://pr-*.localhost:*"])
        })
        .on("pr-.localhost"),
        read("regex", |_| {
            CorsConfig::new([OriginPattern::regex(r"http://pr-\d+\.localhost:\d+")])
        })
        .on("pr-42.localhost"),
        blocked("regex matches the whole", |_| {
            CorsConfig::new([OriginPattern::regex(r"http://pr-\d\.localhost")])
        })
        .on("pr-4.localhost"),
        read("host regex", |_| {
            CorsConfig::new([OriginPattern::host_regex("[a-c]\\.localhost")])
        })
        .on("b.localhost"),
        blocked("host regex, other host", |_| {
            CorsConfig::new([OriginPattern::host_regex("[a-c]\\.localhost")])
        })
        .on("d.localhost"),
        read("predicate", |_| {
            CorsConfig::new([OriginPattern::predicate(|origin| {
                origin.host() == "localhost"
            })])
        }),
        blocked("predicate says no", |_| {
            CorsConfig::new([OriginPattern::predicate(|_| false)])
        }),
        blocked("null is another origin", |_| CorsConfig::new(["null"])),
    ]
}

fn methods() -> Vec<Case> {
    vec![
        read("POST", page).method("POST").body("x"),
        read("HEAD", page).method("HEAD"),
        blocked("PUT is not listed", page).method("PUT"),
        read("PUT", |page| CorsConfig::new([page]).allow_methods(["PUT"])).method("PUT"),
        read("put is PUT", |page| {
            CorsConfig::new([page]).allow_methods(["PUT"])
        })
        .method("put"),
        read("PATCH", |page| {
            CorsConfig::new([page]).allow_methods(["PATCH"])
        })
        .method("PATCH"),
        blocked("patch is not PATCH", |page| {
            CorsConfig::new([page]).allow_methods(["PATCH"])
        })
        .method("patch"),
        read("DELETE under any method", |page| {
            CorsConfig::new([page]).allow_methods(["*"])
        })
        .method("DELETE"),
        read("own method", |page| {
            CorsConfig::new([page]).allow_methods(["QUERY"])
        })
        .method("QUERY"),
        read("OPTIONS", |page| {
            CorsConfig::new([page]).allow_methods(["OPTIONS"])
        })
        .method("OPTIONS"),
        blocked("GET is not listed", |page| {
            CorsConfig::new([page]).allow_methods(["PUT"])
        }),
        blocked("POST is not listed", |page| {
            CorsConfig::new([page]).allow_methods(["GET"])
        })
        .method("POST"),
        blocked("PUT from another origin", |_| {
            CorsConfig::new(["https://other.example"]).allow_methods(["PUT"])
        })
        .method("PUT"),
        read("PUT under any origin", |_| {
            CorsConfig::new(["*"]).allow_methods(["PUT"])
        })
        .method("PUT"),
        read("status 200", |page| {
            CorsConfig::new([page])
                .allow_methods(["PUT"])
                .preflight_status(200)
        })
        .method("PUT"),
        read("preflight decorated", |page| {
            CorsConfig::new([page])
                .allow_methods(["PUT"])
                .preflight(PreflightMode::Decorate)
        })
        .method("PUT"),
    ]
}

fn request_headers() -> Vec<Case> {
    fn allow_foo(page: &str) -> CorsConfig {
        CorsConfig::new([page]).allow_headers(["X-Foo"])
    }
    fn any_header(page: &str) -> CorsConfig {
        CorsConfig::new([page]).allow_headers(["*"])
    }
    vec![
        read("safelisted headers", page)
            .header(&[("accept", "text/html"), ("content-type", "text/plain")])
            .method("POST"),
        blocked("content-type of JSON", page)
            .header(JSON)
            .method("POST")
            .body("{}"),
        read("content-type of JSON, listed", |page| {
            CorsConfig::new([page]).allow_headers(["content-type"])
        })
        .header(JSON)
        .method("POST")
        .body("{}"),
        blocked("header is not listed", page).header(FOO),
        read("header", allow_foo).header(FOO),
        blocked("one of two headers", allow_foo).header(FOO_BAR),
        read("two headers", |page| {
            CorsConfig::new([page]).allow_headers(["x-bar", "x-foo"])
        })
        .header(FOO_BAR),
        read("any header", any_header).header(FOO_BAR),
        // Chromium warns that it will follow the standard, and does not yet.
        Case {
            chromium_differs: true,
            ..blocked("any header but Authorization", any_header)
        }
        .header(AUTHORIZATION),
        read("any header and Authorization", |page| {
            CorsConfig::new([page]).allow_headers(["*", "authorization"])
        })
        .header(AUTHORIZATION),
        read("Authorization", |page| {
            CorsConfig::new([page]).allow_headers(["authorization"])
        })
        .header(AUTHORIZATION),
        read("mirrored", |page| {
            CorsConfig::new([page]).allow_headers(AllowHeaders::Mirror)
        })
        .header(FOO_BAR),
        read("mirrored Authorization", |page| {
            CorsConfig::new([page]).allow_headers(AllowHeaders::Mirror)
        })
        .header(AUTHORIZATION),
        blocked("mirrored for another origin", |_| {
            CorsConfig::new(["https://other.example"]).allow_headers(AllowHeaders::Mirror)
        })
        .header(FOO),
        read("any origin, any header", |_| {
            CorsConfig::new(["*"]).allow_headers(["*"])
        })
        .header(FOO),
    ]
}

fn with_credentials() -> Vec<Case> {
    vec![
        read("credentials", credentials).include(),
        read("credentials allowed, but not sent", credentials),
        blocked("credentials are not allowed", page).include(),
        blocked("credentials with any origin", any).include(),
        blocked("credentials from another origin", |_| {
            CorsConfig::new(["https://other.example"]).allow_credentials(true)
        })
        .include(),
        read("any origin with credentials", |_| {
            CorsConfig::new(["*"])
                .allow_credentials(true)
                .dangerously_allow([Danger::AnyOriginWithCredentials])
        })
        .include(),
        read("credentials, any method", |page| {
            credentials(page).allow_methods(["*"])
        })
        .include()
        .method("DELETE"),
        read("credentials, any header", |page| {
            credentials(page).allow_headers(["*"])
        })
        .include()
        .header(FOO_BAR),
        read("credentials, any header is Authorization too", |page| {
            credentials(page).allow_headers(["*"])
        })
        .include()
        .header(AUTHORIZATION),
        read("credentials, mirrored", |page| {
            credentials(page).allow_headers(AllowHeaders::Mirror)
        })
        .include()
        .header(FOO_BAR),
        blocked("credentials, method not listed", credentials)
            .include()
            .method("PUT"),
        blocked("credentials, header not listed", credentials)
            .include()
            .header(FOO),
        read("credentials of a pattern with a port", |page| {
            CorsConfig::new([format!("http://localhost:{}", port(page))]).allow_credentials(true)
        })
        .include(),
        read("PUT with credentials", |page| {
            credentials(page).allow_methods(["PUT"])
        })
        .include()
        .method("PUT")
        .body("x"),
    ]
}

fn exposed_and_inner() -> Vec<Case> {
    vec![
        read("exposed", |page| {
            CorsConfig::new([page]).expose_headers(["X-One", "etag"])
        }),
        read("exposed, all", |page| {
            CorsConfig::new([page]).expose_headers(["*"])
        }),
        read("exposed, all, any origin", |_| {
            CorsConfig::new(["*"]).expose_headers(["*"])
        }),
        read("exposed, all, with credentials", |page| {
            credentials(page).expose_headers(["*"])
        })
        .include(),
        read("exposed, all, credentials not sent", |page| {
            credentials(page).expose_headers(["*"])
        }),
        read("exposed with credentials", |page| {
            credentials(page).expose_headers(["x-two"])
        })
        .include(),
        read("the application's headers are replaced", page),
        blocked("the application's headers are removed", other),
    ]
}
