//! Registrable domains by the text of the public suffix list, read with no help from
//! the crate under test or from the list that is built into it.
//!
//! `tests/data/public_suffix_list.dat` is the list of
//! <https://publicsuffix.org/list/public_suffix_list.dat>, unchanged; its header has
//! its version and its licence, the Mozilla Public License 2.0. To renew it, replace
//! the file. `tests/public_suffixes.rs` then shows which rules the list that is built
//! in does not have.
#![allow(dead_code, reason = "each user needs a part")]

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

const TEXT: &str = include_str!("../data/public_suffix_list.dat");

pub(crate) static LIST: LazyLock<List> = LazyLock::new(|| List::parse(TEXT));

/// One line of the list, its labels as hosts have them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    Plain(String),
    /// `*.` and this: each name right below it is a public suffix.
    Star(String),
    /// `!` and this: no public suffix, although a `*.` says so.
    Exception(String),
}

pub(crate) struct List {
    pub(crate) rules: Vec<Rule>,
    plain: HashSet<String>,
    stars: HashSet<String>,
    exceptions: HashSet<String>,
}

impl List {
    fn parse(text: &str) -> Self {
        let mut list = List {
            rules: Vec::new(),
            plain: HashSet::new(),
            stars: HashSet::new(),
            exceptions: HashSet::new(),
        };
        for line in text.lines() {
            let rule = line.split_whitespace().next().unwrap_or_default();
            if rule.is_empty() || rule.starts_with("//") {
                continue;
            }
            let rule = if let Some(name) = rule.strip_prefix("*.") {
                list.stars.insert(to_ascii(name));
                Rule::Star(to_ascii(name))
            } else if let Some(name) = rule.strip_prefix('!') {
                list.exceptions.insert(to_ascii(name));
                Rule::Exception(to_ascii(name))
            } else {
                assert!(!rule.contains('*'), "a `*` inside of {rule}");
                list.plain.insert(to_ascii(rule));
                Rule::Plain(to_ascii(rule))
            };
            list.rules.push(rule);
        }
        list
    }

    /// The public suffix of a name without a dot at its end.
    pub(crate) fn public_suffix<'a>(&self, name: &'a str) -> &'a str {
        let mut ancestors = ancestors(name);
        if let Some(exception) = ancestors.find(|name| self.exceptions.contains(*name)) {
            return parent(exception).expect("an exception has labels");
        }
        // The longest rule counts, so the name itself comes first.
        self::ancestors(name)
            .find(|name| {
                let is_starred = parent(name).is_some_and(|parent| self.stars.contains(parent));
                self.plain.contains(*name) || is_starred
            })
            .unwrap_or_else(|| name.rsplit('.').next().unwrap_or(name))
    }

    /// The public suffix and one label more; `None` of a public suffix.
    pub(crate) fn registrable<'a>(&self, name: &'a str) -> Option<&'a str> {
        let suffix = self.public_suffix(name);
        ancestors(name).find(|name| parent(name) == Some(suffix))
    }

    /// The site of a host as origins have it: a registrable domain, `localhost`, or
    /// the host itself.
    pub(crate) fn site<'a>(&self, host: &'a str) -> &'a str {
        let name = host.strip_suffix('.').unwrap_or(host);
        if is_loopback(host) {
            "localhost"
        } else if host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok() {
            host
        } else {
            self.registrable(name).unwrap_or(host)
        }
    }

    /// The border as it is documented: the host is the domain or below it, and of its
    /// site; loopback is one site.
    pub(crate) fn is_within(&self, host: &str, domain: &str) -> bool {
        let is_below = host
            .strip_suffix(domain)
            .is_some_and(|labels| labels.ends_with('.'));
        let is_around = host == domain || is_below && self.has_site(domain);
        domain == "localhost" && is_loopback(host)
            || is_around && self.site(host) == self.site(domain)
    }

    fn has_site(&self, domain: &str) -> bool {
        let name = domain.strip_suffix('.').unwrap_or(domain);
        let is_address = domain.starts_with('[') || domain.parse::<Ipv4Addr>().is_ok();
        !is_address && (is_loopback(domain) || self.registrable(name).is_some())
    }
}

/// This machine, as browsers see it.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    name == "localhost"
        || name.ends_with(".localhost")
        || host == "[::1]"
        || host.parse().is_ok_and(|v4: Ipv4Addr| v4.octets()[0] == 127)
}

/// The name, then what stands behind its first dot, and so on.
pub(crate) fn ancestors(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| parent(name))
}

pub(crate) fn parent(name: &str) -> Option<&str> {
    name.split_once('.').map(|(_, parent)| parent)
}

/// The name as hosts have it. The list is in lower case and normalised.
fn to_ascii(name: &str) -> String {
    let labels = name.split('.').map(|label| match label.is_ascii() {
        true => label.to_owned(),
        false => format!("xn--{}", punycode(label)),
    });
    labels.collect::<Vec<_>>().join(".")
}

/// [RFC 3492](https://www.rfc-editor.org/rfc/rfc3492#section-6.3), for short labels.
fn punycode(label: &str) -> String {
    let chars: Vec<u32> = label.chars().map(u32::from).collect();
    let mut output: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(output.len()).expect("a short label");
    if basic > 0 {
        output.push('-');
    }
    let (mut n, mut delta, mut bias, mut done) = (128, 0, 72, basic);
    while (done as usize) < chars.len() {
        let next = *chars.iter().filter(|&&c| c >= n).min().expect("more");
        delta += (next - n) * (done + 1);
        n = next;
        for &c in &chars {
            if c < n {
                delta += 1;
            } else if c == n {
                let mut q = delta;
                for k in (36..).step_by(36) {
                    let t = if k <= bias { 1 } else { (k - bias).min(26) };
                    if q < t {
                        break;
                    }
                    output.push(digit(t + (q - t) % (36 - t)));
                    q = (q - t) / (36 - t);
                }
                output.push(digit(q));
                bias = adapt(delta, done + 1, done == basic);
                delta = 0;
                done += 1;
            }
        }
        delta += 1;
        n += 1;
    }
    output
}

fn digit(value: u32) -> char {
    let digits = b"abcdefghijklmnopqrstuvwxyz0123456789";
    digits[value as usize].into()
}

fn adapt(delta: u32, count: u32, is_first: bool) -> u32 {
    let mut delta = delta / if is_first { 700 } else { 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}
