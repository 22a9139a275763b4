//! How much an audit looks at, and what it says when that is not enough.

use super::*;

/// `w0`, `w1` and so on, as alternatives.
fn words(count: usize) -> String {
    let words: Vec<_> = (0..count).map(|word| format!("w{word}")).collect();
    words.join("|")
}

#[track_caller]
fn too_complex(regex: &str) {
    let finding = audit(regex, Subject::Origin).finding;
    assert_eq!(finding, Finding::TooComplex, "{regex}");
}

#[test]
fn spelled_out_subdomains_may_be_many() {
    for regex in [
        &format!(r"https://({})\.example\.com", words(700)),
        &format!(r"https://({})*\.example\.com", words(200)),
        // More hosts than are looked at in all, below a domain that is met late.
        r"https://[ab]{13}\.eeeeeeeeeeeeeeeeeeeeeeee\.com",
    ] {
        assert_eq!(pins(regex), 1, "{regex}");
    }
}

/// Each domain has room of its own, however many hosts were looked at before.
#[test]
#[cfg(feature = "public-suffix-list")]
fn public_suffixes_are_found_behind_long_lists() {
    // The list of what is usual below domains does not have this one.
    check(
        r"https://([ab]{8}\.example|[a-z]+\.s3\.af-south-1\.amazonaws)\.com",
        Subject::Origin,
        Finding::UnderSuffix {
            witness: "https://evil.s3.af-south-1.amazonaws.com".to_owned(),
        },
        "",
    );
}

#[track_caller]
fn pins(regex: &str) -> usize {
    match audit(regex, Subject::Origin).finding {
        Finding::Pinned(pins) => pins.len(),
        finding => panic!("{regex}: {finding:?}"),
    }
}

/// Where public suffixes are below a domain, it is not enough to have seen some hosts.
#[test]
#[cfg(feature = "public-suffix-list")]
fn what_was_not_read_is_not_pinned() {
    let many = words(700);
    too_complex(&format!(
        r"https://(({many})\.amazonaws\.com|.*\.s3\.af-south-1\.amazonaws\.com)"
    ));
    // Below each of the names there could be some.
    let below = |domain, count| format!(r"https://[a-z]+\.({})\.{domain}", words(count));
    assert_eq!(pins(&below(r"amazonaws\.com", 64)), 1);
    too_complex(&below(r"amazonaws\.com", 65));
    assert_eq!(pins(&below(r"example\.com", 65)), 1);
}

#[test]
fn domains_may_be_so_many() {
    assert_eq!(pins(&format!(r"https://(x{})\.com", words(64))), 64);
    too_complex(&format!(r"https://(x{})\.com", words(65)));
    too_complex(r"https://[12]{10}\.com");
    too_complex(r"https://[ab]{1,30}x\.com");
}

/// Few domains, but long ones.
#[test]
fn hosts_may_be_so_many() {
    let names = words(63);
    let regex = |more| format!(r"https://(a{{125}}({names})|b{{{more}}})\.com");
    assert_eq!(pins(&regex(186)), 64);
    too_complex(&regex(187));
}

/// Few hosts, but many ways to read them.
#[test]
fn readings_may_be_so_many() {
    let regex = |count| format!(r"https://(?:a?){{30}}\.({})\.com", words(count));
    assert_eq!(pins(&regex(17)), 17);
    too_complex(&regex(18));
}

/// Each domain is in all that are longer, and may be glued there.
#[test]
fn pairs_of_domains_may_be_so_many() {
    let regex = |count| {
        let words: Vec<_> = (1..=count).map(|len| "a".repeat(len)).collect();
        format!(r"https://({})\.com", words.join("|"))
    };
    assert_eq!(pins(&regex(36)), 36);
    too_complex(&regex(37));
}

#[test]
fn a_graph_has_bounds() {
    too_complex(".{300}");
}
