//! Classic attacks: origins that careless regexes let in.

use super::groups::Target;
use super::syntax::OriginRegex;
use crate::origin::serialised::{Origin, is_domain};
use crate::origin::site::{is_above_suffixes, is_address, registrable};

/// Attacks are tried on so many names of a regex.
const MAX_NAMES: usize = 32;

/// An origin that the regex lets in and that anyone can register, if one of the classic
/// attacks is. For `https://.*example.com`, it is `https://evilexample.com`.
pub(crate) fn classic_attack(regex: &OriginRegex, target: Target, source: &str) -> Option<String> {
    let mut hosts = vec!["evil.net".to_owned(), "evil.com".to_owned()];
    for name in names_in(source).iter().take(MAX_NAMES) {
        hosts.extend(["evil", "evil-", "evil."].map(|start| format!("{start}{name}")));
        hosts.extend([".evil.net", "evil.net", ".net"].map(|end| format!("{name}{end}")));
        // A dot that is not escaped.
        let dots = name.match_indices('.');
        hosts.extend(dots.map(|(at, _)| format!("{}-{}", &name[..at], &name[at + 1..])));
    }
    let own = domains_in(source);
    let is_own = |domain: &str| own.iter().any(|own| own == domain);
    let mut origins = hosts.into_iter().map(|host| format!("https://{host}"));
    origins.find(|origin| {
        Origin::parse(origin).is_some_and(|origin| {
            let domain = registrable(origin.host());
            domain.is_some_and(|domain| !is_own(domain)) && regex.matches(target.of(&origin))
        })
    })
}

/// The registrable domains that the text of a regex shows. Its author most likely means
/// these.
pub(crate) fn domains_in(source: &str) -> Vec<String> {
    let names = names_in(source);
    let domains = names.iter().filter_map(|name| registrable(name));
    let is_own = |name: &&str| is_domain(name) && !is_address(name) && !is_above_suffixes(name);
    let domains = domains.filter(is_own);
    domains.map(str::to_owned).collect()
}

/// The names that the text of a regex shows, without their escapes.
fn names_in(source: &str) -> Vec<String> {
    let text = source.replace(r"\.", ".");
    let names = text.split(|c: char| !c.is_ascii_alphanumeric() && !".-".contains(c));
    let names = names.map(|name| name.trim_matches('.').to_ascii_lowercase());
    // A name that begins with a hyphen is the rest of another.
    let is_whole = |name: &String| !name.is_empty() && !name.starts_with('-');
    names.filter(is_whole).collect()
}
