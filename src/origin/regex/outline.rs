//! The border that a regex plainly has, read off the literals that it ends in.
//!
//! | regex | ends in | border |
//! |---|---|---|
//! | `https://([a-z]+\.)?app\.example\.com(:\d+)?` | `.app.example.com`, `https://app.example.com` | `app.example.com` |
//! | `https://(a\|b\.c)\.example\.com` | `https://a.example.com`, `https://b.c.example.com` | `example.com` |
//! | `https://.*example\.com` | `example.com`, and anything may stand before it | none |
//! | `https://example\.com?` | `https://example.co`, `https://example.com` | two sites: to be written |
//!
//! Step by step, for the first of them:
//!
//! 1. The port is cut off, and classes lose the bytes that hosts do not have.
//! 2. `regex_syntax` extracts the suffix literals of the rest. `https://app.example.com` is
//!    exact, a whole match. `.app.example.com` is inexact: something stands before it.
//! 3. Each literal becomes the end of a host. An exact one gives the whole host. An inexact
//!    one may begin in the middle of a label, so its part before the first dot is dropped:
//!    nothing remains of `example.com` but `com`, which is no site.
//! 4. All ends are of the site `example.com`. The border is their longest common ending, in
//!    whole labels: `app.example.com`.
//!
//! The result may miss what the author meant. That costs an error message, never safety:
//! the [border](crate::origin::border) holds, whatever it is.

use std::collections::BTreeSet;

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind};

use super::groups::Target;
use super::syntax::OriginRegex;
use crate::origin::border::LOOPBACK;
use crate::origin::serialised::{Origin, default_port, is_host, is_http, is_label_byte};
use crate::origin::site::{is_above_suffixes, is_address, is_listed_suffix, is_loopback, site};

/// At most so many literals are extracted: those of a thousand alternatives.
const MAX_LITERALS: usize = 1024;

/// Of so many alternatives, at most, each is checked by itself.
const MAX_ALTERNATIVES: usize = 16;

/// Facts about a regex that its literals show.
#[derive(Debug)]
pub(crate) struct Outline {
    /// It matches no origin.
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
    /// Its site, or the name itself where that has none. A dot at the end is part of it,
    /// because that makes another host.
    site: String,
}

impl Outline {
    pub(crate) fn of(regex: &OriginRegex, target: Target) -> Self {
        let host = host_part(&regex.hir);
        let web = host.as_ref().filter(|_| target == Target::Origin);
        let schemes = web.and_then(schemes_of);
        Outline {
            never_matches: host.is_none() || never_matches(&regex.hir, target, schemes.as_ref()),
            schemes,
            ends: host.as_ref().and_then(|host| ends_of(host, target)),
        }
    }

    /// The border of a regex that has none written: all hosts that it matches are within.
    ///
    /// # Errors
    ///
    /// The sites that it spans, two or more; or none, if they cannot be told.
    pub(crate) fn infer(&self) -> Result<Vec<String>, Vec<String>> {
        let ends = self.ends.iter().flatten();
        let (loopback, others): (Vec<_>, Vec<_>) = ends.partition(|end| is_loopback(&end.name));
        let sites: BTreeSet<_> = others.iter().map(|end| end.site.clone()).collect();
        let common = others.iter().map(|end| &end.name[..]).reduce(common_labels);
        let loopback = (!loopback.is_empty()).then_some(LOOPBACK);
        match sites.len() {
            0 if loopback.is_none() => Err(Vec::new()),
            0 | 1 => Ok(common.into_iter().chain(loopback).map(Into::into).collect()),
            _ => Err(sites.into_iter().collect()),
        }
    }

    /// No host that the regex matches can be in any of the domains.
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

    /// The regex matches some name of this machine, if that can be told.
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
            let is_host = host.iter().all(|&byte| is_host_byte(byte));
            is_host.then(|| Hir::literal(host))
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

/// A class without the bytes that domains do not have.
fn class_of(hir: &Hir) -> Option<Hir> {
    let bytes =
        (0..0x80).filter(|&byte| (is_label_byte(byte) || byte == b'.') && may_contain(hir, byte));
    let class = ClassBytes::new(bytes.map(|byte| ClassBytesRange::new(byte, byte)));
    (!class.ranges().is_empty()).then(|| Hir::class(Class::Bytes(class)))
}

fn is_host_byte(byte: u8) -> bool {
    is_label_byte(byte) || b".:/[]+".contains(&byte)
}

/// The place in a literal where a port or a path begins, or its end.
fn port_start(text: &[u8]) -> usize {
    let find = |bytes: &[u8], from: usize| {
        let at = text[from..].iter().position(|byte| bytes.contains(byte));
        at.map_or(text.len(), |at| from + at)
    };
    let scheme = text.windows(3).position(|bytes| bytes == b"://");
    let host = scheme.map_or(0, |at| at + 3);
    match text[host..].first() {
        Some(b'[') => find(b":/", find(b"]", host)),
        _ => find(b":/", host),
    }
}

/// A text that matches begin or end with.
struct Literal {
    text: String,
    /// A match is this text and nothing more.
    is_exact: bool,
}

/// The literals that all matches begin or end with; `None` if some have none.
fn literals(hir: &Hir, kind: ExtractKind) -> Option<Vec<Literal>> {
    let mut extractor = Extractor::new();
    let seq = extractor.kind(kind).limit_total(MAX_LITERALS).extract(hir);
    let literals = seq.literals()?.iter().map(|literal| Literal {
        text: String::from_utf8_lossy(literal.as_bytes()).into_owned(),
        is_exact: literal.is_exact(),
    });
    // Everything ends in an empty literal that is not exact.
    let shows = |literal: &Literal| literal.is_exact || !literal.text.is_empty();
    literals
        .map(|literal| shows(&literal).then_some(literal))
        .collect()
}

fn ends_of(host: &Hir, target: Target) -> Option<Vec<End>> {
    let mut ends = Vec::new();
    for Literal { text, is_exact } in literals(host, ExtractKind::Suffix)? {
        let scheme_and_host = match text.split_once("://") {
            None if is_exact && target == Target::Host => Some(("https", &text[..])),
            found => found,
        };
        let is_web =
            scheme_and_host.is_some_and(|(scheme, host)| is_http(scheme) && is_host(scheme, host));
        // No browser sends it, or its scheme has no sites.
        if is_exact && !is_web {
            continue;
        }
        let (_, name) = scheme_and_host.or_else(|| text.split_once('.'))?;
        let is_own = scheme_and_host.is_some()
            && (is_address(name) || !name.contains('.') && !is_listed_suffix(name));
        let site = site(name).or(is_own.then_some(name))?;
        // All names below `code.run` are behind a public suffix, so this border would admit
        // none of them.
        let is_empty = scheme_and_host.is_none() && is_above_suffixes(name);
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

/// The labels that both names end in.
fn common_labels<'a>(one: &'a str, other: &str) -> &'a str {
    let labels = one.rsplit('.').zip(other.rsplit('.'));
    let common = labels.take_while(|(one, other)| one == other);
    let length: usize = common.map(|(label, _)| label.len() + 1).sum();
    &one[one.len() - length.saturating_sub(1)..]
}

fn schemes_of(hir: &Hir) -> Option<BTreeSet<String>> {
    let starts = literals(hir, ExtractKind::Prefix)?;
    let schemes = starts.iter().map(|start| {
        let (scheme, _) = start.text.split_once(':')?;
        Some(scheme.to_owned())
    });
    schemes.collect()
}

/// The literals show that no origin matches. Not every such regex shows it.
/// One of the alternatives of a regex matches no origin, although others may. It looks only at
/// the first group of alternatives, and checks each with all that stands around the group: that
/// takes as many times as long as an outline.
pub(crate) fn has_dead_alternative(regex: &OriginRegex, target: Target) -> bool {
    let HirKind::Concat(parts) = regex.hir.kind() else {
        return false;
    };
    let alternatives = |part: &Hir| match part.kind() {
        HirKind::Alternation(all) => Some(all.clone()),
        HirKind::Capture(group) => match group.sub.kind() {
            HirKind::Alternation(all) => Some(all.clone()),
            _ => None,
        },
        _ => None,
    };
    let mut groups = parts.iter().enumerate();
    let group = groups.find_map(|(at, part)| Some((at, alternatives(part)?)));
    let Some((at, all)) = group.filter(|(_, all)| all.len() <= MAX_ALTERNATIVES) else {
        return false;
    };
    all.into_iter().any(|alternative| {
        let mut parts = parts.clone();
        parts[at] = alternative;
        let hir = Hir::concat(parts);
        let schemes = host_part(&hir).map(|host| schemes_of(&host));
        schemes.is_none_or(|schemes| never_matches(&hir, target, schemes.as_ref()))
    })
}

fn never_matches(hir: &Hir, target: Target, schemes: Option<&BTreeSet<String>>) -> bool {
    let all = |kind, is_wrong: &dyn Fn(&Literal) -> bool| {
        literals(hir, kind).is_some_and(|literals| literals.iter().all(is_wrong))
    };
    if target == Target::Host {
        return all(ExtractKind::Suffix, &|Literal { text, is_exact }| {
            *is_exact && !is_host("https", text) && !is_host("app", text)
        });
    }
    let has_path = |start: &Literal| {
        let authority = start.text.split_once("://");
        authority.is_some_and(|(_, authority)| authority.contains('/'))
    };
    let is_wrong = |Literal { text, is_exact }: &Literal| {
        if *is_exact {
            return Origin::parse(text).is_none();
        }
        let port = text.rsplit_once(':');
        let port = port.and_then(|(_, port)| port.parse().ok());
        let is_default = |scheme: &String| port.is_some() && default_port(scheme) == port;
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
        // `regex_syntax` turns an alternation of classes, `[ab]|[cd]`, into a class of
        // characters.
        HirKind::Class(Class::Unicode(class)) => {
            let mut ranges = class.iter();
            ranges.any(|range| (range.start()..=range.end()).contains(&char::from(byte)))
        }
        kind => kind.subs().iter().any(|sub| may_contain(sub, byte)),
    }
}

/// The regex may match an IPv6 address in brackets.
#[cfg(feature = "kong")]
pub(crate) fn may_match_ipv6(regex: &OriginRegex) -> bool {
    host_part(&regex.hir).is_some_and(|host| match literals(&host, ExtractKind::Suffix) {
        Some(ends) => ends.iter().any(|end| end.text.ends_with(']')),
        None => may_contain(&regex.hir, b']'),
    })
}
