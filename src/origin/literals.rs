//! The border that a regex plainly has, read off the literals that it ends in.
//!
//! | regex | ends in | border |
//! |---|---|---|
//! | `https://([a-z]+\.)?app\.example\.com(:\d+)?` | `.app.example.com`, `https://app.example.com` | `app.example.com` |
//! | `https://(a\|b\.c)\.example\.com` | `https://a.example.com`, `https://b.c.example.com` | `example.com` |
//! | `https://.*example\.com` | `example.com`, and anything may stand before it | none |
//! | `https://example\.com?` | `https://example.co`, `https://example.com` | two sites: to be written |
//!
//! What is read here may miss what the author meant. That costs an error message,
//! never safety: the [border](super::border) holds whatever it is.

use std::collections::BTreeSet;

use regex_syntax::hir::literal::{ExtractKind, Extractor, Literal};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind};

use super::border::LOOPBACK;
use super::regexes::Subject;
use super::site::{
    is_above_suffixes, is_address, is_listed_suffix, is_loopback, registrable, site,
};
use super::whole::Whole;
use super::{Origin, default_port, is_domain, is_host, is_http, is_label_byte};

/// So many literals are looked at: those of a thousand alternatives.
const MAX_LITERALS: usize = 1024;

/// So many names of a regex are tried as attacks.
const MAX_NAMES: usize = 32;

/// What its literals show of a regex.
#[derive(Debug)]
pub(crate) struct Outline {
    /// No origin matches.
    pub(crate) never_matches: bool,
    /// The schemes of all that it matches, if that can be told.
    pub(crate) schemes: Option<BTreeSet<String>>,
    /// The ends of all hosts that it matches, if that can be told.
    ends: Option<Vec<End>>,
}

/// The end of a host, in labels.
#[derive(Debug)]
struct End {
    name: String,
    /// Its site, or the name itself where that has none. A dot at the end, which makes
    /// another host, is part of it.
    site: String,
}

/// The border of a regex that has none written.
#[derive(Debug, PartialEq)]
pub(crate) enum Inferred {
    /// All that the regex matches is of one site, loopback aside.
    Within(Vec<String>),
    /// It spans these sites, two or more; or none that can be told.
    Sites(Vec<String>),
}

impl Outline {
    pub(crate) fn of(regex: &Whole, subject: Subject) -> Self {
        let host = host_part(&regex.hir);
        let web = host.as_ref().filter(|_| subject == Subject::Origin);
        let schemes = web.and_then(schemes_of);
        Outline {
            never_matches: host.is_none() || never_matches(&regex.hir, subject, schemes.as_ref()),
            schemes,
            ends: host.as_ref().and_then(|host| ends_of(host, subject)),
        }
    }

    pub(crate) fn infer(&self) -> Inferred {
        let ends = self.ends.iter().flatten();
        let (loopback, others): (Vec<_>, Vec<_>) = ends.partition(|end| is_loopback(&end.name));
        let sites: BTreeSet<_> = others.iter().map(|end| end.site.clone()).collect();
        let common = others.iter().map(|end| &end.name[..]).reduce(common_labels);
        let loopback = (!loopback.is_empty()).then_some(LOOPBACK);
        match sites.len() {
            0 if loopback.is_none() => Inferred::Sites(Vec::new()),
            0 | 1 => Inferred::Within(common.into_iter().chain(loopback).map(Into::into).collect()),
            _ => Inferred::Sites(sites.into_iter().collect()),
        }
    }

    /// Nothing that the regex matches can be in any of the domains.
    pub(crate) fn misses(&self, within: &[String]) -> bool {
        let is_met = |end: &End| {
            within.iter().any(|domain| {
                let shorter = end.name.len().min(domain.len());
                common_labels(&end.name, domain).len() == shorter
                    || domain == LOOPBACK && is_loopback(&end.name)
            })
        };
        let ends = self.ends.as_ref().filter(|ends| !ends.is_empty());
        !within.is_empty() && ends.is_some_and(|ends| !ends.iter().any(is_met))
    }

    /// Some of what the regex matches is this machine, if that can be told.
    pub(crate) fn reaches_loopback(&self) -> Option<bool> {
        let mut ends = self.ends.as_ref()?.iter();
        Some(ends.any(|end| is_loopback(&end.name)))
    }
}

/// The part of an expression that matches scheme and host, restricted to bytes that occur
/// there: `.` loses most bytes, `(?i)example` keeps its lower-case letters, and whatever
/// follows the `:` of a port or the `/` of a path is cut. `None` matches nothing.
fn host_part(hir: &Hir) -> Option<Hir> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(Hir::empty()),
        HirKind::Literal(literal) => {
            let host = &literal.0[..port_start(&literal.0)];
            host.iter()
                .all(|&byte| is_host_byte(byte))
                .then(|| Hir::literal(host))
        }
        HirKind::Class(_) if b":/".iter().all(|&byte| !may_contain(hir, byte)) => class_of(hir),
        HirKind::Class(_) => class_of(hir).or(Some(Hir::empty())),
        HirKind::Repetition(repetition) => match host_part(&repetition.sub) {
            Some(sub) => Some(Hir::repetition(repetition.with(sub))),
            None => (repetition.min == 0).then(Hir::empty),
        },
        HirKind::Capture(capture) => host_part(&capture.sub),
        HirKind::Concat(subs) => {
            let has_port = |sub: &Hir| match sub.kind() {
                HirKind::Literal(text) => port_start(&text.0) < text.0.len(),
                _ => false,
            };
            let last = subs.iter().position(has_port).unwrap_or(subs.len() - 1);
            let subs: Option<_> = subs[..=last].iter().map(host_part).collect();
            subs.map(Hir::concat)
        }
        HirKind::Alternation(subs) => {
            let subs: Vec<_> = subs.iter().filter_map(host_part).collect();
            (!subs.is_empty()).then(|| Hir::alternation(subs))
        }
    }
}

/// The bytes of a class that hosts have, those of IPv6 addresses aside.
fn class_of(hir: &Hir) -> Option<Hir> {
    let bytes =
        (0..0x80).filter(|&byte| (is_label_byte(byte) || byte == b'.') && may_contain(hir, byte));
    let class = ClassBytes::new(bytes.map(|byte| ClassBytesRange::new(byte, byte)));
    (!class.ranges().is_empty()).then(|| Hir::class(Class::Bytes(class)))
}

fn is_host_byte(byte: u8) -> bool {
    is_label_byte(byte) || b".:/[]+".contains(&byte)
}

/// Where a port or a path begins in a literal, or its end.
fn port_start(text: &[u8]) -> usize {
    let host = text
        .windows(3)
        .position(|bytes| bytes == b"://")
        .map_or(0, |at| at + 3);
    let address = match text[host..].first() {
        Some(b'[') => text
            .iter()
            .position(|&byte| byte == b']')
            .unwrap_or(text.len()),
        _ => host,
    };
    let port = text[address..].iter().position(|byte| b":/".contains(byte));
    port.map_or(text.len(), |at| address + at)
}

/// The literals at the end or the beginning; `None` if some of what the expression
/// matches has none.
fn literals(hir: &Hir, kind: ExtractKind) -> Option<Vec<Literal>> {
    let mut extractor = Extractor::new();
    let seq = extractor.kind(kind).limit_total(MAX_LITERALS).extract(hir);
    let literals = seq.literals()?.to_vec();
    let is_any = |literal: &Literal| literal.is_empty() && !literal.is_exact();
    (!literals.iter().any(is_any)).then_some(literals)
}

fn ends_of(host: &Hir, subject: Subject) -> Option<Vec<End>> {
    let mut ends = Vec::new();
    for literal in literals(host, ExtractKind::Suffix)? {
        let text = std::str::from_utf8(literal.as_bytes()).ok()?;
        let whole = match (text.split_once("://"), subject) {
            (None, Subject::Host) if literal.is_exact() => Some(("https", text)),
            (whole, _) => whole,
        };
        let is_web = whole.is_some_and(|(scheme, host)| is_http(scheme) && is_host(scheme, host));
        // No browser sends it, or its scheme needs an entry of its own.
        if literal.is_exact() && !is_web {
            continue;
        }
        let name = whole
            .map(|(_, host)| host)
            .or(text.split_once('.').map(|(_, name)| name))?;
        let is_own =
            whole.is_some() && (is_address(name) || !name.contains('.') && !is_listed_suffix(name));
        let site = site(name).or(is_own.then_some(name))?;
        // All below `code.run` is behind a public suffix: the border would admit none of it.
        let is_empty = whole.is_none() && is_above_suffixes(name);
        if is_empty || !is_host("https", name) {
            return None;
        }
        let root = if name.ends_with('.') { "." } else { "" };
        ends.push(End {
            name: name.to_owned(),
            site: format!("{}{root}", site.trim_end_matches('.')),
        });
    }
    Some(ends)
}

/// The labels that two names end in.
fn common_labels<'a>(one: &'a str, other: &str) -> &'a str {
    let labels = one.rsplit('.').zip(other.rsplit('.'));
    let common = labels.take_while(|(one, other)| one == other);
    let length: usize = common.map(|(label, _)| label.len() + 1).sum();
    &one[one.len() - length.saturating_sub(1)..]
}

fn schemes_of(hir: &Hir) -> Option<BTreeSet<String>> {
    let starts = literals(hir, ExtractKind::Prefix)?;
    let schemes = starts.iter().map(|start| {
        let (scheme, _) = std::str::from_utf8(start.as_bytes())
            .ok()?
            .split_once(':')?;
        Some(scheme.to_owned())
    });
    schemes.collect()
}

/// The literals show that no origin matches. What they do not show stays unnoticed.
fn never_matches(hir: &Hir, subject: Subject, schemes: Option<&BTreeSet<String>>) -> bool {
    let text = |literal: &Literal| String::from_utf8_lossy(literal.as_bytes()).into_owned();
    let all = |kind, is_wrong: &dyn Fn(&Literal) -> bool| {
        literals(hir, kind).is_some_and(|literals| literals.iter().all(is_wrong))
    };
    if subject == Subject::Host {
        return all(ExtractKind::Suffix, &|literal| {
            let host = text(literal);
            literal.is_exact() && !is_host("https", &host) && !is_host("app", &host)
        });
    }
    let has_path = |start: &Literal| {
        let text = text(start);
        text.split_once("://")
            .is_some_and(|(_, host)| host.contains('/'))
    };
    let is_wrong = |end: &Literal| {
        let text = text(end);
        let port = text
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok());
        let is_default = |scheme: &String| port.is_some() && default_port(scheme) == port;
        if end.is_exact() {
            return Origin::parse(&text).is_none();
        }
        let has_path = text.replace("//", "").contains('/');
        has_path || schemes.is_some_and(|schemes| schemes.iter().all(is_default))
    };
    !may_contain(hir, b':')
        || all(ExtractKind::Prefix, &has_path)
        || all(ExtractKind::Suffix, &is_wrong)
}

/// Some text that the expression matches may contain the byte.
fn may_contain(hir: &Hir, byte: u8) -> bool {
    match hir.kind() {
        HirKind::Literal(text) => text.0.contains(&byte),
        HirKind::Class(Class::Bytes(class)) => {
            let mut ranges = class.iter();
            ranges.any(|range| (range.start()..=range.end()).contains(&byte))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut ranges = class.iter();
            ranges.any(|range| (range.start()..=range.end()).contains(&char::from(byte)))
        }
        kind => kind.subs().iter().any(|sub| may_contain(sub, byte)),
    }
}

/// The regex may match an IPv6 address in brackets.
#[cfg(feature = "kong")]
pub(crate) fn may_match_ipv6(regex: &Whole) -> bool {
    host_part(&regex.hir).is_some_and(|host| match literals(&host, ExtractKind::Suffix) {
        Some(ends) => ends.iter().any(|end| end.as_bytes().ends_with(b"]")),
        None => may_contain(&regex.hir, b']'),
    })
}

/// The names that the text of a regex shows, escapes left out.
fn names_in(source: &str) -> Vec<String> {
    let text = source.replace(r"\.", ".");
    let names = text.split(|c: char| !c.is_ascii_alphanumeric() && !".-".contains(c));
    let names = names.map(|name| name.trim_matches('.').to_ascii_lowercase());
    // What begins with a hyphen goes on from what stands before it.
    let is_whole = |name: &String| !name.is_empty() && !name.starts_with('-');
    names.filter(is_whole).collect()
}

/// The registrable domains among them: most likely what its author means.
pub(crate) fn domains_in(source: &str) -> Vec<String> {
    let names = names_in(source);
    let domains = names.iter().filter_map(|name| registrable(name));
    let is_own = |name: &&str| is_domain(name) && !is_address(name) && !is_above_suffixes(name);
    let domains = domains.filter(is_own);
    domains.map(str::to_owned).collect()
}

/// An origin that the regex lets in and that anyone can register, if one of the
/// classic attacks is.
pub(crate) fn classic_attack(regex: &Whole, subject: Subject, source: &str) -> Option<String> {
    let mut hosts = vec!["evil.net".to_owned(), "evil.com".to_owned()];
    for name in names_in(source).iter().take(MAX_NAMES) {
        hosts.extend(["evil", "evil-", "evil."].map(|start| format!("{start}{name}")));
        hosts.extend([".evil.net", "evil.net", ".net"].map(|end| format!("{name}{end}")));
        // A dot that is not escaped.
        let dots = name.match_indices('.');
        hosts.extend(dots.map(|(at, _)| format!("{}-{}", &name[..at], &name[at + 1..])));
    }
    let own = domains_in(source);
    hosts.into_iter().find_map(|host| {
        let origin = format!("https://{host}");
        let text = match subject {
            Subject::Origin => &origin,
            Subject::Host => &host,
        };
        let is_attack = registrable(&host).is_some_and(|domain| !own.contains(&domain.to_owned()))
            && Origin::parse(&origin).is_some()
            && regex.matches(text);
        is_attack.then_some(origin)
    })
}
