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
use super::site::{is_address, is_listed_suffix, is_loopback, registrable, site};
use super::whole::Whole;
use super::{Origin, default_port, is_http};

/// A regex may have so many alternatives at its end. Each is looked at by itself.
const MAX_BRANCHES: usize = 1024;

/// What its literals show of a regex.
#[derive(Debug)]
pub(crate) struct Outline {
    /// No origin matches.
    pub(crate) never_matches: bool,
    /// The schemes of all that it matches, if that can be told.
    pub(crate) schemes: Option<BTreeSet<String>>,
    ends: Result<Vec<End>, NoEnd>,
}

/// The end of a host.
#[derive(Debug)]
struct End {
    /// In labels, without the dot in front.
    name: String,
    /// Its site, or the name itself where that has none.
    site: String,
}

/// Why no site can be told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NoEnd {
    Unknown,
    /// Anyone may register what stands in front of this.
    PublicSuffix(String),
    /// IP addresses have no site.
    Address,
}

impl End {
    /// A name with a dot at its end is another host, so that is part of the site.
    fn new(name: &str, site: &str) -> Self {
        let root = if name.ends_with('.') { "." } else { "" };
        End {
            name: name.to_owned(),
            site: format!("{}{root}", site.trim_end_matches('.')),
        }
    }
}

/// The border of a regex that has none written.
#[derive(Debug, PartialEq)]
pub(crate) enum Inferred {
    /// All that the regex matches is of one site, loopback aside.
    Within(Vec<String>),
    /// It spans these sites, two or more.
    Sites(Vec<String>),
    /// Some of what it matches ends in no site that can be told.
    Nothing(NoEnd),
}

impl Outline {
    pub(crate) fn of(regex: &Whole, subject: Subject) -> Self {
        let Some(hir) = reduce(&regex.hir, &bytes_of(subject)) else {
            return Outline {
                never_matches: true,
                schemes: None,
                ends: Ok(Vec::new()),
            };
        };
        let mut branches = Vec::new();
        let are_few = split(&hir, subject, &mut branches);
        let ends = match are_few {
            true => ends_of(&branches, subject),
            false => Err(NoEnd::Unknown),
        };
        let schemes = match subject {
            Subject::Origin => schemes_of(&hir),
            Subject::Host => None,
        };
        Outline {
            never_matches: never_matches(&hir, subject, schemes.as_ref()),
            schemes,
            ends,
        }
    }

    pub(crate) fn infer(&self) -> Inferred {
        let ends = match &self.ends {
            Ok(ends) => ends,
            Err(reason) => return Inferred::Nothing(reason.clone()),
        };
        let (loopback, others): (Vec<&End>, Vec<&End>) =
            ends.iter().partition(|end| is_loopback(&end.name));
        let sites: BTreeSet<_> = others.iter().map(|end| &end.site).collect();
        if sites.len() > 1 {
            return Inferred::Sites(sites.into_iter().cloned().collect());
        }
        let names = others.iter().map(|end| &end.name[..]);
        let common = names.reduce(common_labels).map(str::to_owned);
        let within: Vec<_> = common
            .into_iter()
            .chain((!loopback.is_empty()).then(|| LOOPBACK.to_owned()))
            .collect();
        match within.is_empty() {
            true => Inferred::Nothing(NoEnd::Unknown),
            false => Inferred::Within(within),
        }
    }

    /// Nothing that the regex matches can be in any of the domains.
    pub(crate) fn misses(&self, within: &[String]) -> bool {
        let is_same_branch = |name: &str, domain: &str| {
            let shorter = name.len().min(domain.len());
            common_labels(name, domain).len() == shorter
        };
        let is_met = |end: &End| {
            within.iter().any(|domain| {
                is_same_branch(&end.name, domain) || domain == LOOPBACK && is_loopback(&end.name)
            })
        };
        let ends = self.ends.as_ref();
        ends.is_ok_and(|ends| !ends.is_empty() && !ends.iter().any(is_met))
    }

    /// Some of what the regex matches is this machine.
    pub(crate) fn reaches_loopback(&self) -> bool {
        let mut ends = self.ends.iter().flatten();
        ends.any(|end| is_loopback(&end.name))
    }
}

/// The bytes that the subjects of a regex have.
fn bytes_of(subject: Subject) -> ClassBytes {
    let range = |start, end| ClassBytesRange::new(start, end);
    let byte = |byte| ClassBytesRange::new(byte, byte);
    let mut bytes = ClassBytes::new([
        range(b'a', b'z'),
        range(b'0', b'9'),
        byte(b'-'),
        byte(b'_'),
        byte(b'.'),
        byte(b':'),
        byte(b'['),
        byte(b']'),
    ]);
    if subject == Subject::Origin {
        bytes.union(&ClassBytes::new([byte(b'/'), byte(b'+')]));
    }
    bytes
}

/// The part of an expression that such bytes can match, without its groups; `None`
/// matches nothing. So `.` ends in fewer bytes, and `(?i)example` in letters.
fn reduce(hir: &Hir, bytes: &ClassBytes) -> Option<Hir> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(hir.clone()),
        HirKind::Literal(literal) => {
            let has = |byte: &u8| {
                let mut ranges = bytes.iter();
                ranges.any(|range| (range.start()..=range.end()).contains(byte))
            };
            literal.0.iter().all(has).then(|| hir.clone())
        }
        HirKind::Class(class) => {
            let mut class = match class {
                Class::Bytes(class) => class.clone(),
                Class::Unicode(class) => ascii(class),
            };
            class.intersect(bytes);
            (!class.ranges().is_empty()).then(|| Hir::class(Class::Bytes(class)))
        }
        HirKind::Repetition(repetition) => match reduce(&repetition.sub, bytes) {
            Some(sub) => Some(Hir::repetition(repetition.with(sub))),
            None => (repetition.min == 0).then(Hir::empty),
        },
        HirKind::Capture(capture) => reduce(&capture.sub, bytes),
        HirKind::Concat(subs) => {
            let subs: Option<_> = subs.iter().map(|sub| reduce(sub, bytes)).collect();
            subs.map(Hir::concat)
        }
        HirKind::Alternation(subs) => {
            let subs: Vec<_> = subs.iter().filter_map(|sub| reduce(sub, bytes)).collect();
            (!subs.is_empty()).then(|| Hir::alternation(subs))
        }
    }
}

fn ascii(class: &regex_syntax::hir::ClassUnicode) -> ClassBytes {
    let ranges = class.iter().filter_map(|range| {
        let start = u8::try_from(range.start()).ok().filter(u8::is_ascii)?;
        let end = u8::try_from(range.end()).unwrap_or(0x7f).min(0x7f);
        Some(ClassBytesRange::new(start, end))
    });
    ClassBytes::new(ranges)
}

/// Parts an expression where it ends in alternatives, and drops the port or path at
/// the end of each. It is `false` if there are too many.
fn split(hir: &Hir, subject: Subject, branches: &mut Vec<Hir>) -> bool {
    let subs = match hir.kind() {
        HirKind::Concat(subs) => subs.clone(),
        _ => vec![hir.clone()],
    };
    let mut subs = match subject {
        Subject::Origin => without_port(subs),
        Subject::Host => without_looks(subs),
    };
    let last = subs.pop();
    match last.as_ref().map(Hir::kind) {
        Some(HirKind::Alternation(ends)) => ends.iter().all(|end| {
            let subs = subs.iter().chain([end]).cloned().collect();
            split(&Hir::concat(subs), subject, branches)
        }),
        _ => {
            subs.extend(last);
            branches.push(Hir::concat(subs));
            branches.len() <= MAX_BRANCHES
        }
    }
}

fn without_looks(mut subs: Vec<Hir>) -> Vec<Hir> {
    while subs.pop_if(|sub| is_blank(sub)).is_some() {}
    subs
}

fn without_port(mut subs: Vec<Hir>) -> Vec<Hir> {
    while let Some(last) = subs.pop() {
        if is_blank(&last) || begins_port(&last) {
            continue;
        }
        if is_number(&last) {
            let before = subs.last().map(Hir::kind);
            if let Some(HirKind::Literal(text)) = before {
                if let Some(host) = text.0.strip_suffix(b":") {
                    let host = Hir::literal(host.to_vec());
                    subs.pop();
                    subs.push(host);
                    continue;
                }
            }
        }
        let host = match last.kind() {
            HirKind::Literal(text) => port_of(&text.0).map(|at| text.0[..at].to_vec()),
            _ => None,
        };
        subs.push(host.map_or(last, Hir::literal));
        break;
    }
    subs
}

/// Where the port begins, with its colon.
fn port_of(text: &[u8]) -> Option<usize> {
    let colon = text.iter().rposition(|&byte| byte == b':')?;
    let digits = &text[colon + 1..];
    (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(colon)
}

fn is_blank(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Empty | HirKind::Look(_))
}

/// All that it matches is empty, or begins with `/`, or with a `:` that is not that
/// of `://`.
fn begins_port(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(text) => match &*text.0 {
            [b'/', rest @ ..] => rest.first() != Some(&b'/'),
            [b':', rest @ ..] => rest.first() != Some(&b'/'),
            _ => false,
        },
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .all(|range| range.start() == range.end() && matches!(range.start(), b'/' | b':')),
        HirKind::Class(Class::Unicode(_)) => false,
        HirKind::Repetition(repetition) => begins_port(&repetition.sub),
        HirKind::Capture(capture) => begins_port(&capture.sub),
        HirKind::Concat(subs) => {
            let is_empty = |sub: &Hir| sub.properties().minimum_len() == Some(0);
            let first = subs.iter().position(|sub| !is_empty(sub));
            let first = first.map_or(subs.len(), |first| first + 1);
            subs[..first].iter().all(begins_port)
        }
        HirKind::Alternation(subs) => subs.iter().all(begins_port),
    }
}

/// All that it matches is digits.
fn is_number(hir: &Hir) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    match hir.kind() {
        HirKind::Literal(text) => text.0.iter().all(u8::is_ascii_digit),
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .all(|range| is_digit(range.start()) && is_digit(range.end())),
        HirKind::Repetition(repetition) => is_number(&repetition.sub),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => subs.iter().all(is_number),
        _ => false,
    }
}

/// The literals at the end or the beginning; `None` if some of what the expression
/// matches has none.
fn literals(hir: &Hir, kind: ExtractKind) -> Option<Vec<Literal>> {
    let seq = Extractor::new().kind(kind).extract(hir);
    let literals = seq.literals()?.to_vec();
    literals
        .iter()
        .all(|literal| literal.is_exact() || !literal.is_empty())
        .then_some(literals)
}

/// The ends of the hosts; an error if some have none.
fn ends_of(branches: &[Hir], subject: Subject) -> Result<Vec<End>, NoEnd> {
    let mut ends = Vec::new();
    for branch in branches {
        for literal in literals(branch, ExtractKind::Suffix).ok_or(NoEnd::Unknown)? {
            let text = std::str::from_utf8(literal.as_bytes()).map_err(|_| NoEnd::Unknown)?;
            let (scheme, host) = match (text.split_once("://"), subject) {
                (Some((scheme, host)), Subject::Origin) => (scheme, Some(host)),
                // Not even a scheme: no origin.
                (None, Subject::Origin) if literal.is_exact() => continue,
                (_, Subject::Host) if literal.is_exact() => ("https", Some(text)),
                _ => ("https", None),
            };
            match host {
                // Another scheme needs an entry of its own.
                Some(_) if literal.is_exact() && !is_http(scheme) => {}
                // No browser sends such a host.
                Some(host) if literal.is_exact() && !super::is_host("https", host) => {}
                Some(host) => ends.push(whole_host(host)?),
                None => ends.push(behind_dot(text)?),
            }
        }
    }
    Ok(ends)
}

/// A host that the regex spells out.
fn whole_host(host: &str) -> Result<End, NoEnd> {
    let is_own = is_address(host) || !host.contains('.') && !is_listed_suffix(host);
    match site(host).or(is_own.then_some(host)) {
        Some(site) if super::is_host("https", host) => Ok(End::new(host, site)),
        _ => Err(NoEnd::Unknown),
    }
}

/// The end of a host that the regex leaves open in front.
fn behind_dot(text: &str) -> Result<End, NoEnd> {
    let (_, name) = text.split_once('.').unwrap_or_default();
    match site(name) {
        _ if is_address(text) => Err(NoEnd::Address),
        _ if !super::is_domain(name) => Err(NoEnd::Unknown),
        Some(site) => Ok(End::new(name, site)),
        None => Err(NoEnd::PublicSuffix(name.to_owned())),
    }
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
        let colon = start.as_bytes().iter().position(|&byte| byte == b':')?;
        String::from_utf8(start.as_bytes()[..colon].to_vec()).ok()
    });
    schemes.collect()
}

/// The literals show that no origin matches. What they do not show stays unnoticed.
fn never_matches(hir: &Hir, subject: Subject, schemes: Option<&BTreeSet<String>>) -> bool {
    if subject == Subject::Origin && !may_contain(hir, b':') {
        return true;
    }
    let Some(ends) = literals(hir, ExtractKind::Suffix) else {
        return false;
    };
    let is_default_port = |text: &str| {
        let port = text
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok());
        schemes.is_some_and(|schemes| {
            !schemes.is_empty()
                && port.is_some()
                && schemes.iter().all(|scheme| default_port(scheme) == port)
        })
    };
    ends.iter().all(|end| {
        let Ok(text) = std::str::from_utf8(end.as_bytes()) else {
            return true;
        };
        match (subject, end.is_exact()) {
            (Subject::Origin, true) => Origin::parse(text).is_none(),
            (Subject::Host, true) => ["https", "app"]
                .iter()
                .all(|scheme| Origin::parse(&format!("{scheme}://{text}")).is_none()),
            (Subject::Host, false) => false,
            (Subject::Origin, false) => {
                let (_, authority) = text.rsplit_once("//").unwrap_or(("", text));
                authority.trim_start_matches('/').contains('/') || is_default_port(text)
            }
        }
    })
}

/// Some text that the expression matches may contain the byte.
fn may_contain(hir: &Hir, byte: u8) -> bool {
    match hir.kind() {
        HirKind::Literal(text) => text.0.contains(&byte),
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&byte)),
        _ => hir.kind().subs().iter().any(|sub| may_contain(sub, byte)),
    }
}

/// The regex may match an IPv6 address in brackets.
#[cfg(feature = "kong")]
pub(crate) fn may_match_ipv6(regex: &Whole, subject: Subject) -> bool {
    let Some(hir) = reduce(&regex.hir, &bytes_of(subject)) else {
        return false;
    };
    let mut branches = Vec::new();
    let ends_in_bracket = |branch: &Hir| match literals(branch, ExtractKind::Suffix) {
        Some(ends) => ends.iter().any(|end| end.as_bytes().ends_with(b"]")),
        None => may_contain(branch, b']'),
    };
    !split(&hir, subject, &mut branches) || branches.iter().any(ends_in_bracket)
}

/// The registrable domains that the text of a regex shows, escapes left out: what its
/// author most likely means.
pub(crate) fn domains_in(source: &str) -> Vec<String> {
    let text = source.replace(r"\.", ".");
    let is_name = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-');
    let names = text
        .split(|c| !is_name(c))
        .map(|name| name.trim_matches(['.', '-']));
    let mut domains = Vec::new();
    for name in names {
        if let Some(domain) = registrable(name).filter(|name| !is_address(name)) {
            if super::is_domain(domain) && !domains.iter().any(|known| known == domain) {
                domains.push(domain.to_owned());
            }
        }
    }
    domains
}

/// An origin that the regex lets in and that anyone can register, if one of the
/// classic attacks is.
pub(crate) fn classic_attack(regex: &Whole, subject: Subject, source: &str) -> Option<String> {
    let mut hosts = vec!["evil.net".to_owned(), "evil.com".to_owned()];
    let shown = source.replace(r"\.", ".");
    let is_name = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-');
    let names = shown
        .split(|c| !is_name(c))
        .map(|name| name.trim_matches(['.', '-']));
    for name in names.filter(|name| name.contains('.')) {
        hosts.extend([
            format!("evil{name}"),
            format!("evil-{name}"),
            format!("evil.{name}"),
            format!("{name}.evil.net"),
            format!("{name}evil.net"),
            format!("{name}-evil.net"),
        ]);
        // A dot that is not escaped.
        hosts.extend(name.match_indices('.').flat_map(|(at, _)| {
            ["-", "x"].map(|byte| format!("{}{byte}{}", &name[..at], &name[at + 1..]))
        }));
    }
    for name in source.split(|c| !is_name(c)) {
        let name = name.trim_matches(['.', '-']);
        hosts.extend([format!("{name}.net"), format!("{name}.evil.net")]);
    }
    let own = domains_in(source);
    hosts.into_iter().find_map(|host| {
        let domain = registrable(&host)?;
        let origin = format!("https://{host}");
        let is_own = own.iter().any(|own| own == domain);
        if is_own || Origin::parse(&origin).is_none() {
            return None;
        }
        let text = match subject {
            Subject::Origin => &origin,
            Subject::Host => &host,
        };
        regex.compiled.is_match(text.as_bytes()).then_some(origin)
    })
}
