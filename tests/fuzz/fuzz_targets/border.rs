//! The border: whatever a regex is, what it allows with credentials is of the domains
//! that are written or found.
//!
//! The first line is a regex, for whole origins and for hosts; each further line is a
//! domain to stay within.
#![no_main]

#[path = "../../support/suffix_list.rs"]
mod suffix_list;

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind};
use tower_cors::{ConfigErrorKind, CorsConfig, Danger, Origin, OriginPattern, Policy};

use suffix_list::{LIST, is_loopback};

fuzz_target!(|input: &str| {
    let (regex, domains) = input.split_once('\n').unwrap_or((input, ""));
    let domains: Vec<_> = domains.lines().collect();
    let patterns = [
        OriginPattern::regex(regex),
        OriginPattern::host_regex(regex),
    ];
    for (pattern, schemes) in patterns
        .into_iter()
        .zip([&[""][..], &["https://", "http://", "app://"]])
    {
        check(regex, &pattern, schemes);
        check(regex, &pattern.within(domains.iter().copied()), schemes);
    }
});

fn check(regex: &str, pattern: &OriginPattern, schemes: &[&str]) {
    let Ok(hir) = ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(regex)
    else {
        return;
    };
    let texts = Sampler::new(regex).texts(&hir);
    let texts: Vec<_> = schemes
        .iter()
        .flat_map(|scheme| texts.iter().map(move |text| format!("{scheme}{text}")))
        .collect();
    // All that the regex matches, without a border.
    let anywhere = CorsConfig::new([pattern.clone().within([""; 0])]).compile();
    let anywhere = match anywhere {
        Ok(anywhere) => anywhere,
        Err(errors) => {
            let is_never = |error: &tower_cors::ConfigError| {
                *error.kind() == ConfigErrorKind::RegexNeverMatches
            };
            // Assertions inside can make what is spelled out none of its texts.
            if errors.iter().any(is_never) && hir.properties().look_set().is_empty() {
                let is_meant = |origin: &Origin| schemes == [""] || origin.port().is_none();
                let origin = texts
                    .iter()
                    .find(|text| Origin::parse(text).is_some_and(|origin| is_meant(&origin)));
                assert_eq!(origin, None, "{regex:?}");
            }
            return;
        }
    };
    let config = CorsConfig::new([pattern.clone()]).allow_credentials(true);
    match config.compile() {
        Ok(policy) => {
            check_border(&policy, &anywhere, &texts, false);
            let normalised = policy.config();
            let again = normalised.compile().expect("it compiled before");
            assert_eq!(again.config(), normalised);
        }
        Err(errors) => {
            for error in errors.iter() {
                check_witness(pattern, error.kind(), &anywhere);
                if let (ConfigErrorKind::NoBorder { .. }, Some(repair)) =
                    (error.kind(), error.suggestion())
                {
                    check_repair(repair, &anywhere, &texts);
                }
            }
        }
    }
    // The danger of the scheme lifts no border.
    let danger = Danger::InsecureOrigins.for_entry(pattern.clone());
    if let Ok(policy) = config.dangerously_allow([danger]).compile() {
        check_border(&policy, &anywhere, &texts, true);
    }
}

/// The line to write compiles, if what it says can be met.
fn check_repair(repair: &str, anywhere: &Policy, texts: &[String]) {
    let file = format!("allow_credentials = true\nallow_origins = [{repair}]");
    let config: CorsConfig = toml::from_str(&file).expect(repair);
    if let Ok(policy) = config.compile() {
        check_border(&policy, anywhere, texts, false);
    }
}

/// What an error shows is allowed without credentials.
fn check_witness(pattern: &OriginPattern, kind: &ConfigErrorKind, anywhere: &Policy) {
    let ConfigErrorKind::NoBorder { witness, .. } = kind else {
        return;
    };
    assert!(
        witness.is_empty() || allows(anywhere, witness),
        "{pattern}: {witness}"
    );
}

/// What is allowed is what matches inside of the border.
fn check_border(policy: &Policy, anywhere: &Policy, texts: &[String], lifts_scheme: bool) {
    let entry = &policy.config().allow_origins[0];
    let within = &entry.within;
    assert!(!within.is_empty(), "{entry}");
    let check = |text: &str| {
        let Some(origin) = Origin::parse(text) else {
            assert!(!allows(policy, text), "{entry}: {text:?}");
            return;
        };
        let host = origin.host();
        let is_secure = origin.scheme() == "https"
            || origin.scheme() == "http" && (lifts_scheme || is_loopback(host));
        let is_inside = is_secure && within.iter().any(|domain| LIST.is_within(host, domain));
        let expected = is_inside && allows(anywhere, text);
        assert_eq!(allows(policy, text), expected, "{entry}: {text}");
    };
    for text in texts {
        check(text);
    }
    for domain in within {
        for scheme in ["https", "http"] {
            for host in ["", "evil", "evil.", "a.b.", "s3.", "evil.s3.", "evil.auth."] {
                for end in ["", ".", ".evil.net", "evil.net", ":1"] {
                    check(&format!("{scheme}://{host}{domain}{end}"));
                }
            }
        }
    }
    // Beside what is matched, names with another byte.
    for text in texts.iter().take(3) {
        let start = text.find("://").map_or(0, |at| at + 3);
        for at in (start..text.len()).filter(|&at| text.is_char_boundary(at)) {
            for byte in "aemostx09-.".chars() {
                let mut other = text.clone();
                let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
                other.replace_range(at..end, byte.encode_utf8(&mut [0; 4]));
                check(&other);
            }
        }
    }
}

fn allows(policy: &Policy, origin: &str) -> bool {
    let Ok(value) = HeaderValue::from_str(origin) else {
        return false;
    };
    let headers = HeaderMap::from_iter([(ORIGIN, value)]);
    policy.decide((&Method::GET, &headers)).is_allowed()
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
