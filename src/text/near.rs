//! Names that somebody may have meant.

use std::iter::zip;

/// Texts that differ in a longer part are near nothing. `strsim` fills a table of both
/// lengths, which takes about 5 µs for two such parts: half a second for a list of 100,000
/// hosts that are made for it.
const MAX_DIFFERING: usize = 24;

/// The candidate with the fewest changes to the text, if they are few.
pub(crate) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = text.len() / 3;
    let near = candidates
        .into_iter()
        .filter_map(|candidate| Some((distance_within(text, candidate, limit)?, candidate)));
    let (_, nearest) = near.min_by_key(|&(distance, _)| distance)?;
    Some(nearest)
}

/// The number of characters to insert, delete, replace or swap with their neighbour,
/// if it is at most `limit`.
pub(crate) fn distance_within(a: &str, b: &str, limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let (a, b) = without_same_ends(a, b);
    if a.len().max(b.len()) > MAX_DIFFERING {
        return None;
    }
    Some(strsim::osa_distance(a, b)).filter(|&distance| distance <= limit)
}

/// The parts of two texts between the ends that they share.
fn without_same_ends<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    let same = zip(a.chars(), b.chars()).take_while(|(a, b)| a == b);
    let start: usize = same.map(|(c, _)| c.len_utf8()).sum();
    let (a, b) = (&a[start..], &b[start..]);
    let same = zip(a.chars().rev(), b.chars().rev()).take_while(|(a, b)| a == b);
    let end: usize = same.map(|(c, _)| c.len_utf8()).sum();
    (&a[..a.len() - end], &b[..b.len() - end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_near() {
        let candidates = ["allow_origins", "allow_methods", "debug"];
        assert_eq!(nearest("alow_origin", candidates), Some("allow_origins"));
        assert_eq!(nearest("dbeug", candidates), Some("debug"));
        assert_eq!(nearest("listen", candidates), None);
    }

    #[test]
    fn distances() {
        let table = [
            ("", "", 0),
            ("", "ab", 2),
            ("ab", "ba", 1),
            ("abc", "abd", 1),
            ("kitten", "sitting", 3),
            ("abcdef", "bacdfe", 2),
            ("same-abc-ends", "same-acb-ends", 1),
            ("aaa", "aaaa", 1),
            ("aba", "abaaba", 3),
            ("abcdefgh", "hgfedcba", 8),
            ("\u{e9}\u{e8}a", "\u{e8}\u{e9}a", 1),
        ];
        for (a, b, expected) in table {
            for limit in 0..6 {
                let within = (expected <= limit).then_some(expected);
                assert_eq!(distance_within(a, b, limit), within, "{a} {b} {limit}");
                assert_eq!(distance_within(b, a, limit), within, "{b} {a} {limit}");
            }
        }
    }

    #[test]
    fn long_texts_are_near_if_they_differ_in_one_place() {
        let long = "a".repeat(1000);
        let slip = format!("{long}bc{long}");
        assert_eq!(
            distance_within(&slip, &slip.replace("bc", "cb"), 1),
            Some(1)
        );
        let apart = |len: usize| format!("x{}y", "a".repeat(len));
        let nearly = |len| distance_within(&apart(len), &"a".repeat(len + 2), 2);
        assert_eq!(nearly(MAX_DIFFERING - 2), Some(2));
        assert_eq!(nearly(MAX_DIFFERING - 1), None);
    }
}
