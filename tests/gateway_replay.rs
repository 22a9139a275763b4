//! What the real gateways answered, replayed: an imported configuration lets a page do
//! what the gateway let it do. It never lets it do more, and where it lets it do less,
//! a note of the import or a line of [`DELIBERATE`] says why.
//!
//! `observed/answers.json` holds configurations, requests, and what a browser concludes
//! from the gateway's answer; `observed/compact.py` makes it from the measurements.
#![cfg(all(feature = "kong", feature = "krakend"))]

#[path = "support/fetch.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod fetch;
mod gateway_support;

use std::collections::{BTreeMap, BTreeSet};

use fetch::{PageRequest, extract_list};
use gateway_support::respond;
use http::{Request, Response};
use serde::Deserialize;
use tower_cors::import::kong::{self, Generation};
use tower_cors::import::{Document, ImportErrors, Imported, krakend};
use tower_cors::{ConfigErrorKind, CorsConfig, Danger, PatternKind, Policy};

#[derive(Deserialize)]
struct Observed {
    requests: Vec<Asked>,
    conclusions: Vec<String>,
    /// Requests by their index, as several cases have them.
    lists: Vec<Vec<usize>>,
    cases: Vec<serde_json::Value>,
}

/// A request: `a`ctual or `p`reflight, the method (that a preflight asks for), the
/// origin, the requested headers, whether it asks for a private network, and the
/// `Access-Control-Allow-Origin` that the upstream sets.
#[derive(Debug, Deserialize)]
struct Asked(
    String,
    String,
    Option<String>,
    Option<String>,
    u8,
    Option<String>,
);

/// What a browser concludes from an answer.
#[derive(Debug, Default, PartialEq)]
struct Conclusion {
    /// The page may go on, or read.
    plain: bool,
    /// And with credentials.
    credentials: bool,
    /// A private network may be reached.
    private_network: bool,
    /// The names of headers that the page may read.
    exposed: BTreeSet<String>,
    /// So long a preflight's answer is kept.
    seconds: u32,
}

impl Conclusion {
    /// `PCN a=600`, `PI e=x-one`.
    fn parse(text: &str) -> Self {
        let flags = text.split(' ').next().unwrap_or_default();
        let value = |key: &str| text.split(' ').find_map(|word| word.strip_prefix(key));
        let exposed = value("e=").into_iter().flat_map(|names| names.split(','));
        Conclusion {
            plain: flags.contains('P'),
            credentials: flags.contains('C'),
            private_network: flags.contains('N'),
            exposed: exposed.map(str::to_owned).collect(),
            seconds: value("a=").map_or(0, |text| text.trim_end_matches('I').parse().unwrap()),
        }
    }

    fn allows_no_more_than(&self, other: &Self) -> bool {
        self.plain <= other.plain
            && self.credentials <= other.credentials
            && self.private_network <= other.private_network
            && self.exposed.is_subset(&other.exposed)
            && self.seconds <= other.seconds
    }
}

impl Asked {
    fn page(&self, credentials: bool) -> PageRequest {
        let names = self.3.iter().flat_map(|names| names.split(','));
        PageRequest {
            origin: self.2.clone().unwrap_or_default(),
            method: self.1.clone(),
            unsafe_headers: names.map(str::to_owned).collect(),
            credentials,
            private_network: self.4 == 1,
        }
    }

    fn request(&self) -> Request<()> {
        let page = self.page(false);
        match &self.0[..] {
            "p" => page.preflight(),
            _ => page.actual(),
        }
    }

    fn conclude(&self, response: &Response<()>) -> Conclusion {
        let [plain, credentials] = [false, true].map(|credentials| {
            let page = PageRequest {
                private_network: false,
                ..self.page(credentials)
            };
            match &self.0[..] {
                "p" => page.preflight_passes(response),
                _ => page.cors_check(response),
            }
        });
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap())
        };
        let exposed = extract_list(response.headers(), "access-control-expose-headers");
        let is_preflight = self.0 == "p";
        let mut conclusion = Conclusion {
            plain,
            credentials,
            ..Conclusion::default()
        };
        if plain && is_preflight {
            let asks = self.4 == 1;
            conclusion.private_network =
                asks && header("access-control-allow-private-network") == Some("true");
            // As browsers do: five seconds unless told, and a day at most.
            let seconds = header("access-control-max-age").map_or(Ok(5), str::parse);
            conclusion.seconds = seconds.unwrap_or(5).min(86_400);
        } else if plain {
            let names = exposed.unwrap_or_default().into_iter();
            conclusion.exposed = names.map(|name| name.to_ascii_lowercase()).collect();
        }
        conclusion
    }
}

/// What kind of request an import may be narrower about, with this note.
const EXPLAINED: [(&str, About); 9] = [
    ("alternation", About::Origins),
    ("any-among-others", About::Exposed),
    ("any-since-kong-3.8", About::Origins),
    ("default-headers", About::Headers),
    ("forbidden-response-header", About::Exposed),
    ("literal-wildcard", About::Exposed),
    ("literal-wildcard", About::Headers),
    ("only-https", About::Origins),
    ("searched", About::Origins),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum About {
    Origins,
    Headers,
    Exposed,
}

impl About {
    /// What differs may be about this.
    fn fits(self, asked: &Asked, ours: &Conclusion, real: &Conclusion) -> bool {
        match self {
            About::Origins => !ours.plain,
            About::Headers => asked.3.is_some(),
            About::Exposed => ours.plain && ours.exposed != real.exposed,
        }
    }
}

/// A difference on purpose, of which no note tells.
struct Difference {
    reason: &'static str,
    fits: fn(&Case<'_>, &Asked, &CorsConfig) -> bool,
}

const DELIBERATE: [Difference; 3] = [
    Difference {
        reason: "Kong adds its headers whatever the method; browsers send one that is not \
                 listed after a preflight only, which fails there as here",
        fits: |case, asked, config| {
            let is_safelisted = ["GET", "HEAD", "POST"].contains(&&asked.1[..]);
            let is_listed = config.allow_methods.contains(&asked.1);
            case.gateway == "kong" && asked.0 == "a" && !is_safelisted && !is_listed
        },
    },
    Difference {
        reason: "KrakenD 1 passes every preflight for `OPTIONS`, and then lets no page read the \
                 response; here the preflight fails",
        fits: |case, asked, _| {
            case.gateway == "krakend"
                && case.generation == "old"
                && (&asked.0[..], &asked.1[..]) == ("p", "OPTIONS")
        },
    },
    Difference {
        reason: "`null` is no origin that a pattern or a regex matches: any site can have it",
        fits: |_, asked, config| {
            let is_open = |kind: &PatternKind| !matches!(kind, PatternKind::Text(_));
            asked.2.as_deref() == Some("null")
                && config
                    .allow_origins
                    .iter()
                    .any(|entry| is_open(&entry.kind))
        },
    },
];

/// What a gateway runs and the import refuses, with the codes of its errors.
const REFUSED: [(&str, &str); 28] = [
    (
        r"kong 3: regex 'https://(?!evil)[a-z]+\\.example\\.com'",
        "pcre",
    ),
    (r"kong 3: regex 'https://\\p{L}+\\.example\\.com'", "regex"),
    (
        r"kong 3: regex 'https://(app|www)++\\.example\\.com'",
        "pcre",
    ),
    (r"kong 3: regex 'https://app\\.example\\.com(?#x)'", "regex"),
    (r"kong 3: regex 'https://app\\.example\\.com(?=$)'", "pcre"),
    (r"kong 3: regex 'https://app\\.example\\.com(?<!x)'", "pcre"),
    (r#"kong 3: headers ["X A"]"#, "unreadable"),
    (
        r#"kong 0: wrong origins {"a": "https://app.example.com"}"#,
        "wrong-type",
    ),
    (
        r#"kong 0: wrong origins ["https://app.example.com", 1]"#,
        "wrong-type",
    ),
    ("krakend new: max_age ''", "duration"),
    ("krakend new: max_age '1d'", "duration"),
    ("krakend new: max_age '1 h'", "duration"),
    ("krakend new: max_age 'abc'", "duration"),
    ("krakend new: max_age '99999999999h'", "duration"),
    ("krakend new: max_age '1e3s'", "duration"),
    ("krakend new: max_age '12h '", "duration"),
    ("krakend new: status 300", "preflight-status"),
    ("krakend new: status 404", "preflight-status"),
    ("krakend new: status 100", "preflight-status"),
    ("krakend new: status 1000", "preflight-status"),
    ("krakend new: status -1", "preflight-status"),
    (
        r#"krakend new: wrong allow_origins "https://app.example.com""#,
        "wrong-type",
    ),
    (r#"krakend new: wrong allow_origins "*""#, "wrong-type"),
    ("krakend old: wrong allow_origins null", "wrong-type"),
    ("krakend new: wrong allow_origins true", "wrong-type"),
    ("krakend new: wrong allow_origins [1]", "wrong-type"),
    (
        r#"krakend new: wrong allow_origins [["https://app.example.com"]]"#,
        "wrong-type",
    ),
    (r#"krakend new: wrong allow_headers "X-A""#, "wrong-type"),
];

/// Dangers that have to be taken on by name, with the number of configurations.
const DANGERS: [(&str, usize); 4] = [
    ("any-origin-with-credentials", 6),
    ("insecure-origins", 5),
    ("no-border", 14),
    ("null-origin", 2),
];

/// One configuration.
struct Case<'a> {
    gateway: &'a str,
    generation: &'a str,
    name: &'a str,
    row: &'a serde_json::Value,
}

impl<'a> Case<'a> {
    fn of(row: &'a serde_json::Value) -> Self {
        let [gateway, generation, name] = [0, 1, 2].map(|at| row[at].as_str().unwrap());
        Case {
            gateway,
            generation,
            name,
            row,
        }
    }

    fn title(&self) -> String {
        let (gateway, generation, name) = (self.gateway, self.generation, self.name);
        format!("{gateway} {generation}: {name}")
    }

    fn import(&self) -> Result<Imported<Option<CorsConfig>>, ImportErrors> {
        let config = &self.row[3];
        if self.gateway == "krakend" {
            return krakend::import(&serde_json::from_value(config.clone()).unwrap());
        }
        let generation = match self.generation {
            "0" | "0.9" => Generation::V0,
            "1" => Generation::V1,
            _ => Generation::V3,
        };
        let plugin = serde_json::json!({"name": "cors", "config": config});
        let document: Document = serde_json::from_value(plugin).unwrap();
        kong::plugin(&document, generation)
    }

    /// The requests, with what a browser concludes from the gateway's answer; `None` if
    /// the gateway does not take the configuration.
    fn requests<'o>(&self, observed: &'o Observed) -> Option<Vec<(&'o Asked, Conclusion)>> {
        let list = usize::try_from(self.row[4].as_u64()?).unwrap();
        let letters = self.row[5].as_str().unwrap().bytes();
        let conclusions = letters.map(|letter| &observed.conclusions[usize::from(letter - b'A')]);
        let requests = observed.lists[list]
            .iter()
            .map(|&at| &observed.requests[at]);
        let rows = requests.zip(conclusions.map(|text| Conclusion::parse(text)));
        Some(rows.collect())
    }
}

/// Compiles, and takes on each danger that the errors ask for; gives their codes.
fn compile(config: &mut CorsConfig) -> (Policy, BTreeSet<&'static str>) {
    let mut codes = BTreeSet::new();
    loop {
        let errors = match config.compile() {
            Ok(policy) => return (policy, codes),
            Err(errors) => errors,
        };
        for error in &errors {
            let place = error.field().strip_prefix("allow_origins[").unwrap();
            let place: usize = place.strip_suffix(']').unwrap().parse().unwrap();
            let entry = config.allow_origins[place].clone();
            let danger = match error.kind() {
                ConfigErrorKind::Danger { danger, .. } => *danger,
                ConfigErrorKind::NoBorder { .. } => Danger::Unbounded,
                kind => panic!("{kind}"),
            };
            codes.insert(error.kind().code());
            config.dangerously_allow.push(danger.for_entry(entry));
        }
    }
}

fn observed() -> Observed {
    serde_json::from_str(include_str!("observed/answers.json")).expect("the data")
}

#[test]
fn imports_allow_no_more_than_the_gateway_and_say_where_they_allow_less() {
    let observed = observed();
    let mut wrong = Vec::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut compared = 0;
    for case in observed.cases.iter().map(Case::of) {
        let (Some(requests), Ok(imported)) = (case.requests(&observed), case.import()) else {
            continue;
        };
        let mut config = imported.config.expect("CORS is on");
        let (policy, _) = compile(&mut config);
        for (asked, real) in requests.into_iter().filter(|(asked, _)| asked.2.is_some()) {
            compared += 1;
            let ours = asked.conclude(&respond(&policy, &asked.request(), asked.5.as_deref()));
            let difference = DELIBERATE
                .iter()
                .find(|difference| (difference.fits)(&case, asked, &config));
            let note = imported.notes.iter().find_map(|note| {
                let code = note.kind().code();
                let mut explained = EXPLAINED.iter().filter(|(about, _)| *about == code);
                explained.find(|(_, about)| about.fits(asked, &ours, &real))
            });
            let how = if !ours.allows_no_more_than(&real) {
                "wider"
            } else if ours == real {
                continue;
            } else if let Some(difference) = difference {
                used.insert(difference.reason);
                continue;
            } else if let Some((code, _)) = note {
                used.insert(code);
                continue;
            } else {
                "narrower without a note"
            };
            wrong.push(format!(
                "{how}: {} {asked:?}: {real:?}, here {ours:?}",
                case.title()
            ));
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(compared, 11_311);
    let reasons = DELIBERATE.iter().map(|difference| difference.reason);
    let known: BTreeSet<_> = reasons.chain(EXPLAINED.map(|(code, _)| code)).collect();
    assert_eq!(used, known, "each line is needed");
}

#[test]
fn what_a_gateway_runs_is_refused_with_a_reason() {
    let observed = observed();
    let mut refused = Vec::new();
    let mut dangers: BTreeMap<&str, usize> = BTreeMap::new();
    for case in observed.cases.iter().map(Case::of) {
        let runs = case.requests(&observed).is_some();
        match case.import() {
            Err(errors) if runs => {
                let codes: Vec<_> = errors.iter().map(|error| error.kind().code()).collect();
                refused.push((case.title(), codes.join(", ")));
            }
            Err(_) => {}
            Ok(_) if !runs => panic!("the gateway refuses {}", case.title()),
            Ok(imported) => {
                let (_, codes) = compile(&mut imported.config.expect("CORS is on"));
                for code in codes {
                    *dangers.entry(code).or_default() += 1;
                }
            }
        }
    }
    let refused: Vec<_> = refused
        .iter()
        .map(|(title, codes)| (&title[..], &codes[..]))
        .collect();
    assert_eq!(refused, REFUSED);
    assert_eq!(Vec::from_iter(dangers), DANGERS);
}
