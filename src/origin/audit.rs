//! Whether a regex pins the domains of the origins that it allows.
//!
//! With credentials it has to: `https://.*example\.com` also allows
//! `https://aexample.com`, which anyone can register. The audit
//!
//! 1. makes of the regex an automaton that reads backwards ([`nfa`]),
//! 2. joins it with the [`grammar`] of serialised origins to a [`graph`] ([`build`]),
//! 3. walks that from the end of the host until each domain is known ([`walk`]).
//!
//! A small finite set of domains is what the author meant. When a class or a loop
//! is met on the way to a domain, then the set is neither, and the graph spells an
//! origin that shows it. None is shown that the compiled regex does not allow.

mod build;
mod bytes;
mod grammar;
mod graph;
mod nfa;
mod parts;
mod walk;

use std::collections::BTreeSet;

use regex::bytes::RegexSet;

use self::bytes::Bytes;
use self::grammar::{Grammar, Scope};
use self::graph::Graph;
use self::nfa::Nfa;
use self::walk::{Found, Stop, Walk};
use super::address::is_numeric_host;
use super::whole::Whole;
use super::{Origin, site};

/// What a regex is matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The whole serialised origin.
    Origin,
    /// The whole host, of any scheme and port.
    Host,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Audit {
    pub(crate) finding: Finding,
    /// An origin that the regex allows, of plain http on a host that is not loopback.
    pub(crate) insecure: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// What it allows is below one of these registrable domains, or is one of these
    /// hosts: IP addresses, `localhost`, other single labels, public suffixes
    /// themselves, hosts of schemes other than http and https. Sorted.
    Pinned(Vec<Box<str>>),
    /// It allows an origin that anyone can register, such as this one.
    Unpinned { witness: String },
    /// All that it allows is pinned, but for names directly under public suffixes
    /// that are no registry's. There anyone can register this origin.
    UnderSuffix { witness: String },
    /// It allows no origin: none has a text that it matches.
    NeverMatches,
    /// The bounds were exceeded before a verdict.
    TooComplex,
}

/// Top-level domains for witnesses. Not `com`, which is what authors have themselves.
const TOP_LEVEL: [&str; 7] = ["net", "org", "io", "dev", "app", "co", "xyz"];

/// Audits a regex.
pub(crate) fn audit(regex: &Whole, subject: Subject) -> Audit {
    let auditor = Auditor {
        subject,
        compiled: &regex.compiled,
        nfa: Nfa::new(&regex.hir),
    };
    let finding = auditor.finding().unwrap_or_else(|| {
        let witness = auditor.obvious(Scope::Web);
        witness.map_or(Finding::TooComplex, |witness| Finding::Unpinned { witness })
    });
    Audit {
        finding,
        insecure: auditor.insecure(),
    }
}

/// Whether a regex may match with an IPv6 address in brackets.
#[cfg(feature = "kong")]
pub(crate) fn may_match_ipv6(regex: &Whole, subject: Subject) -> bool {
    let auditor = Auditor {
        subject,
        compiled: &regex.compiled,
        nfa: Nfa::new(&regex.hir),
    };
    [Scope::Web, Scope::Foreign].into_iter().any(|scope| {
        let graph = auditor.graph(scope);
        graph.is_none_or(|graph| graph.spell("]", false, None).is_some())
    })
}

struct Auditor<'r> {
    subject: Subject,
    compiled: &'r RegexSet,
    nfa: Nfa,
}

/// `None` is too complex, but for witnesses.
impl Auditor<'_> {
    fn finding(&self) -> Option<Finding> {
        let none = BTreeSet::new();
        let web = match self.find(Scope::Web, &none)? {
            Ok(found) => found,
            Err(witness) => return Some(Finding::Unpinned { witness }),
        };
        let known = web.pins.union(&web.suffixes).cloned().collect();
        let foreign = match self.find(Scope::Foreign, &known)? {
            Ok(found) => found.pins,
            Err(witness) => return Some(Finding::Unpinned { witness }),
        };
        if let Some((behind, by)) = web.under_suffix {
            let graph = self.graph(Scope::Web)?;
            let witness = self.witness(&graph, Scope::Web, &behind, by);
            return witness.map(|witness| Finding::UnderSuffix { witness });
        }
        let pins: Vec<_> = web.pins.union(&foreign).cloned().collect();
        Some(if pins.is_empty() {
            Finding::NeverMatches
        } else {
            Finding::Pinned(pins)
        })
    }

    fn insecure(&self) -> Option<String> {
        let Some(graph) = self.graph(Scope::Insecure) else {
            return self.obvious(Scope::Insecure);
        };
        let hosts = [("evil.com", true), ("", false)];
        hosts
            .into_iter()
            .find_map(|(host, whole)| self.spell(&graph, Scope::Insecure, host, whole, None))
    }

    /// A witness that can be had without a graph, when that is too complex.
    fn obvious(&self, scope: Scope) -> Option<String> {
        let text = match (self.subject, scope) {
            (Subject::Host, _) => "evil.com",
            (Subject::Origin, Scope::Insecure) => "http://evil.com",
            (Subject::Origin, _) => "https://evil.com",
        };
        self.verify(text, scope)
    }

    fn graph(&self, scope: Scope) -> Option<Graph> {
        Graph::new(
            &self.nfa,
            Grammar {
                subject: self.subject,
                scope,
            },
        )
    }

    /// What is found in some scope, or the witness that it is too much.
    fn find(&self, scope: Scope, known: &BTreeSet<Box<str>>) -> Option<Result<Found, String>> {
        let graph = self.graph(scope)?;
        match Walk::new(&graph, scope, known).run() {
            Ok(found) => {
                // Without a dot at the end of the host, and with it.
                let witness = ["", "."].into_iter().find_map(|root| {
                    let witness = self.beside_registry(&graph, &found, root);
                    witness.or_else(|| self.glued(&graph, scope, &found, root))
                });
                match witness {
                    Some(witness) => Some(Err(witness)),
                    None if graph.is_exhausted() => None,
                    None => Some(Ok(found)),
                }
            }
            Err(Stop::Open { behind, by }) => self.witness(&graph, scope, &behind, by).map(Err),
            Err(Stop::TooComplex) => None,
        }
    }

    /// An origin whose host ends in a text and goes on by one of the bytes.
    fn witness(&self, graph: &Graph, scope: Scope, behind: &str, by: Bytes) -> Option<String> {
        // What is spelled out beside the class is the author's own.
        let open = (!by.is_empty()).then_some(behind.len());
        let mut hosts = continuations(behind, by).into_iter();
        hosts.find_map(|(host, whole)| self.spell(graph, scope, &host, whole, open))
    }

    /// A domain that is only allowed because a label was optional that should not
    /// be, so that the rest is a registry's: `https://foo.com`, where
    /// `https://(foo\.)?(example\.)?com` allows `https://com` as well.
    fn beside_registry(&self, graph: &Graph, found: &Found, root: &str) -> Option<String> {
        found.registries.iter().find_map(|registry| {
            let pins = found.pins.iter();
            let labels = pins.filter_map(|pin| pin.strip_suffix(&**registry)?.strip_suffix('.'));
            let labels: Vec<&str> = labels.collect();
            // What is a subdomain in one place was not meant as a domain in another.
            let is_subdomain = |label: &&&str| {
                let mut others = labels.iter();
                others.any(|other| graph.has_host(&format!("{label}.{other}.{registry}{root}")))
            };
            let label = labels.iter().find(is_subdomain).or(labels.first())?;
            let host = format!("{label}.{registry}{root}");
            let spell = |host: &str, whole| self.spell(graph, Scope::Web, host, whole, None);
            spell(&host, true).or_else(|| spell(&format!(".{host}"), false))
        })
    }

    /// A domain that is another with a word in front, because a dot or a group is
    /// optional: `https://wwwexample.com`, where `https://www\.?example\.com` allows
    /// `https://www.example.com` as well.
    ///
    /// It has to be the same part of the regex that reads the shorter domain both
    /// times. `https://(example|my-example)\.com` spells two domains out, and
    /// `https://(my-)?example\.com` need not mean to.
    fn glued(&self, graph: &Graph, scope: Scope, found: &Found, root: &str) -> Option<String> {
        if scope != Scope::Web {
            return None;
        }
        let pins = found.pins.iter().map(|pin| &**pin);
        let is_domain = |pin: &&str| !is_numeric_host(pin) && site::registrable(pin) == Some(*pin);
        let domains: Vec<&str> = pins.filter(is_domain).collect();
        domains.iter().find_map(|domain| {
            domains.iter().find_map(|longer| {
                let word = longer.strip_suffix(domain)?;
                if word.is_empty() || !graph.is_glued(word, &format!("{domain}{root}")) {
                    return None;
                }
                let host = format!("{longer}{root}");
                let spell = |host: &str, whole| self.spell(graph, scope, host, whole, None);
                spell(&host, true).or_else(|| spell(&format!(".{host}"), false))
            })
        })
    }

    /// An origin whose host is this, or ends in it.
    fn spell(
        &self,
        graph: &Graph,
        scope: Scope,
        host: &str,
        whole: bool,
        open: Option<usize>,
    ) -> Option<String> {
        let text = graph.spell(host, whole, open)?;
        self.verify(&text, scope)
    }

    /// The origin of which the text is the subject, if the regex allows it as it is
    /// compiled: whatever the audit believes, this has the last word.
    fn verify(&self, text: &str, scope: Scope) -> Option<String> {
        let origin = match (self.subject, scope) {
            (Subject::Origin, _) => text.to_owned(),
            (Subject::Host, Scope::Web) => format!("https://{text}"),
            (Subject::Host, Scope::Insecure) => format!("http://{text}"),
            (Subject::Host, Scope::Foreign) => format!("app://{text}"),
        };
        let allowed = Origin::parse(&origin).is_some() && self.compiled.is_match(text.as_bytes());
        allowed.then_some(origin)
    }
}

/// Hosts that go on to the left of a text in ways that read well, and whether
/// they are whole; in the end, in any way that one of the bytes begins. Without
/// bytes the text itself has gone round a loop, and any way will do.
fn continuations(behind: &str, by: Bytes) -> Vec<(String, bool)> {
    let mut hosts = Vec::new();
    if by.is_empty() {
        hosts.push((behind.to_owned(), false));
    } else if behind.is_empty() {
        hosts.push(("evil.com".to_owned(), true));
        hosts.push((".evil.com".to_owned(), false));
        hosts.push(("evil.com".to_owned(), false));
        hosts.extend(TOP_LEVEL.map(|domain| (format!(".{domain}"), false)));
    } else if behind.starts_with('.') {
        // First where it is a registrable domain: not `evil.kobe.jp`, of `*.kobe.jp`.
        let (short, long) = (format!("evil{behind}"), format!("evil.a{behind}"));
        if site::registrable(&short).is_some() {
            hosts.push((short.clone(), true));
        }
        hosts.push((long, true));
        hosts.push((format!(".{short}"), false));
        hosts.push((short, true));
    }
    hosts.extend(
        by.iter()
            .map(|byte| (format!("{}{behind}", char::from(byte)), false)),
    );
    hosts
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
