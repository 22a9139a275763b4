//! The regex audit: what it claims of a regex is held against origins that the
//! regex spells out, at random.
//!
//! The input is a regex, for whole origins and for hosts.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind};
use tower_cors::{ConfigErrorKind, CorsConfig, Danger, Origin, OriginPattern, Policy};

/// More registrable domains than this no regex may pass with, on the web and in
/// other schemes each.
const MAX_DOMAINS: usize = 64;

const ALL: [Danger; 3] = [
    Danger::InsecureOrigins,
    Danger::PublicSuffixSubdomains,
    Danger::UnboundedRegex,
];

fuzz_target!(|regex: &str| {
    check(regex, OriginPattern::regex(regex), &[""]);
    check(
        regex,
        OriginPattern::host_regex(regex),
        &["https://", "http://", "app://"],
    );
});

fn check(regex: &str, pattern: OriginPattern, schemes: &[&str]) {
    let Ok(hir) = ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(regex)
    else {
        return;
    };
    let config = CorsConfig::new([pattern]).allow_credentials(true);
    let texts = Sampler::new(regex).texts(&hir);
    let texts: Vec<_> = schemes
        .iter()
        .flat_map(|scheme| texts.iter().map(move |text| format!("{scheme}{text}")))
        .collect();
    let permitted = match config.clone().dangerously_allow(ALL).compile() {
        Ok(permitted) => permitted,
        Err(errors) => {
            let never = errors
                .iter()
                .any(|error| *error.kind() == ConfigErrorKind::RegexNeverMatches);
            // Assertions inside can make what is spelled out none of its texts.
            if never && hir.properties().look_set().is_empty() {
                let is_meant = |origin: &Origin| schemes == [""] || origin.port().is_none();
                let origin = texts
                    .iter()
                    .find(|text| Origin::parse(text).is_some_and(|origin| is_meant(&origin)));
                assert_eq!(origin, None, "{regex:?}");
            }
            return;
        }
    };
    let found = Found::new(&permitted, texts);

    let mut dangers = BTreeMap::new();
    if let Err(errors) = config.compile() {
        for error in errors.iter() {
            let ConfigErrorKind::Danger { danger, witness } = error.kind() else {
                panic!("{regex:?}: {error}");
            };
            assert!(
                witness.is_empty() || allows(&permitted, witness),
                "{regex:?}: {witness}"
            );
            dangers.insert(*danger, witness.clone());
            if let Some(repair) = error.suggestion() {
                check_repair(regex, repair, &found);
            }
        }
    }

    // What is too complex was not looked through, and has no witness.
    if dangers
        .get(&Danger::UnboundedRegex)
        .is_some_and(String::is_empty)
    {
        return;
    }
    match dangers.get(&Danger::InsecureOrigins) {
        Some(witness) => assert!(is_insecure(witness), "{regex:?}: {witness}"),
        None => {
            let insecure = found.origins.iter().find(|origin| is_insecure(origin));
            assert_eq!(insecure, None, "{regex:?}");
        }
    }
    let web = found.domains(is_web);
    if let Some(witness) = dangers.get(&Danger::UnboundedRegex) {
        if is_web(witness) {
            // Where there is one that is not meant, there is another that is.
            let is_other = |other: &String| *other != domain(witness);
            assert!(
                found.are_few(is_web) || web.iter().any(is_other),
                "{regex:?}: {witness} {web:?}"
            );
        } else {
            // What the web has pinned is pinned in other schemes.
            let is_known = web.contains(&domain(witness));
            assert!(!is_known, "{regex:?}: {witness} {web:?}");
        }
        return;
    }
    let suffix =
        |domain: &str| Some(domain.split_once('.')?.1.to_owned()).filter(|suffix| is_open(suffix));
    let mut is_permitted: Box<dyn Fn(&str) -> bool> = Box::new(|_| false);
    if let Some(witness) = dangers.get(&Danger::PublicSuffixSubdomains) {
        let domain = domain(witness);
        let under = suffix(&domain);
        assert!(under.is_some(), "{regex:?}: {witness}");
        let is_other = |other: &String| *other != domain;
        let beside = |origin: &str| suffix(&crate::domain(origin)) == under;
        let all = found.domains(beside);
        assert!(
            found.are_few(beside) || all.iter().any(is_other),
            "{regex:?}: {witness} {all:?}"
        );
        is_permitted = Box::new(|domain| suffix(domain).is_some());
    }
    for mut domains in [web, found.domains(|origin| !is_web(origin))] {
        domains.retain(|domain| !is_permitted(domain));
        assert!(domains.len() <= MAX_DOMAINS, "{regex:?}: {domains:?}");
    }
}

/// What is suggested for a regex of hosts allows them by https, and in no other way.
fn check_repair(regex: &str, repair: &str, found: &Found) {
    let config: CorsConfig = toml::from_str(&format!("allow_origins = [{repair}]")).expect(repair);
    let policy = config.dangerously_allow(ALL).compile().expect(repair);
    for text in &found.origins {
        let origin = Origin::parse(text).expect("what is allowed is an origin");
        // A regex of hosts says nothing of ports.
        if origin.scheme() != "https" || origin.port().is_none() {
            let is_asked = origin.scheme() == "https";
            assert_eq!(
                allows(&policy, text),
                is_asked,
                "{regex:?}: {repair} for {text}"
            );
        }
    }
}

/// Origins that the regex allows.
struct Found {
    origins: BTreeSet<String>,
}

impl Found {
    fn new(policy: &Policy, texts: Vec<String>) -> Self {
        let mut origins: BTreeSet<_> = texts
            .into_iter()
            .filter(|text| allows(policy, text))
            .collect();
        // Beside each, those with another byte.
        for origin in origins.iter().take(3).cloned().collect::<Vec<_>>() {
            let start = origin.find("://").map_or(0, |at| at + 3);
            for at in start..origin.len() {
                for byte in "abemorstxyz019-.".chars() {
                    let mut other = origin.clone();
                    other.replace_range(at..=at, byte.encode_utf8(&mut [0; 4]));
                    if allows(policy, &other) {
                        origins.insert(other);
                    }
                }
            }
        }
        Found { origins }
    }

    /// Whether there are too few to tell what there is.
    fn are_few(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        self.origins
            .iter()
            .filter(|origin| is_meant(origin))
            .count()
            < 16
    }

    fn domains(&self, is_meant: impl Fn(&str) -> bool) -> BTreeSet<String> {
        let origins = self.origins.iter().filter(|origin| is_meant(origin));
        origins.map(|origin| domain(origin)).collect()
    }
}

/// Whom an origin belongs to: its registrable domain, or the host itself.
fn domain(origin: &str) -> String {
    let origin = Origin::parse(origin).expect("what is allowed is an origin");
    let host = origin.host().trim_end_matches('.');
    let is_address = host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
    let registrable =
        psl2::lookup(host).and_then(|domain| domain.registrable_domain().map(str::to_owned));
    match registrable {
        _ if is_address => host.to_owned(),
        _ if is_localhost(host) => "localhost".to_owned(),
        registrable => registrable.unwrap_or_else(|| host.to_owned()),
    }
}

/// A public suffix of the list's private part, or what all names under are: `code.run`.
fn is_open(suffix: &str) -> bool {
    let is_private = |host: &str| {
        psl2::lookup(host).is_some_and(|domain| domain.is_public_suffix() && !domain.is_icann())
    };
    suffix.contains('.') && (is_private(suffix) || is_private(&format!("evil.{suffix}")))
}

fn is_localhost(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    name == "localhost" || name.ends_with(".localhost")
}

fn is_web(origin: &str) -> bool {
    origin.starts_with("https://") || origin.starts_with("http://")
}

fn is_insecure(origin: &str) -> bool {
    Origin::parse(origin).is_some_and(|origin| {
        let host = origin.host();
        let is_loopback = host.parse().is_ok_and(|v4: Ipv4Addr| v4.octets()[0] == 127);
        origin.scheme() == "http" && !is_loopback && !is_localhost(host) && host != "[::1]"
    })
}

fn allows(policy: &Policy, origin: &str) -> bool {
    let Ok(value) = HeaderValue::from_str(origin) else {
        return false;
    };
    let headers = HeaderMap::from_iter([(ORIGIN, value)]);
    policy.decide(&Method::GET, &headers).is_allowed()
}

/// Spells out texts that a regex matches, its assertions aside.
struct Sampler {
    state: u64,
    text: Vec<u8>,
}

impl Sampler {
    fn new(seed: &str) -> Self {
        let state = seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Sampler {
            state,
            text: Vec::new(),
        }
    }

    fn texts(&mut self, hir: &Hir) -> Vec<String> {
        let mut texts = Vec::new();
        for _ in 0..200 {
            self.text.clear();
            self.spell(hir);
            texts.extend(String::from_utf8(self.text.clone()).ok());
        }
        texts
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(1);
        (self.state >> 33) as usize % limit
    }

    fn spell(&mut self, hir: &Hir) {
        if self.text.len() > 400 {
            return;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.extend(&*literal.0),
            HirKind::Class(class) => self.spell_class(class),
            HirKind::Capture(capture) => self.spell(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.spell(part)),
            HirKind::Alternation(parts) => {
                let part = self.below(parts.len());
                self.spell(&parts[part]);
            }
            HirKind::Repetition(repetition) => {
                if let HirKind::Class(Class::Bytes(class)) = repetition.sub.kind()
                    && self.text.is_empty()
                    && repetition.max.is_none()
                    && b"https://".iter().all(|byte| has(class, *byte))
                {
                    self.text.extend(b"https://");
                }
                let more = repetition
                    .max
                    .map_or(6, |max| (max - repetition.min).min(6));
                let count = repetition.min as usize + self.below(more as usize + 1);
                for _ in 0..count.min(400) {
                    self.spell(&repetition.sub);
                }
            }
        }
    }

    /// Prefers the bytes that a host has.
    fn spell_class(&mut self, class: &Class) {
        let class = match class {
            Class::Bytes(class) => class.clone(),
            // An alternative of single characters.
            Class::Unicode(class) => class.to_byte_class().expect("ASCII"),
        };
        let has = |byte| has(&class, byte);
        for _ in 0..8 {
            let usual = b"abcdefghijklmnopqrstuvwxyz0123456789-.";
            let byte = usual[self.below(usual.len())];
            if has(byte) {
                return self.text.push(byte);
            }
        }
        if !class.ranges().is_empty() {
            let range = class.ranges()[self.below(class.ranges().len())];
            let bytes = usize::from(range.end() - range.start()) + 1;
            let byte = usize::from(range.start()) + self.below(bytes);
            self.text.extend(u8::try_from(byte));
        } else {
            // No byte is in it, and no text is spelled out with it.
            self.text.push(b'\0');
        }
    }
}

fn has(class: &ClassBytes, byte: u8) -> bool {
    let mut ranges = class.ranges().iter();
    ranges.any(|range| range.start() <= byte && byte <= range.end())
}
