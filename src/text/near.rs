//! What somebody may have meant.

use std::iter::zip;

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

/// The number of bytes to insert, delete, replace or swap with their
/// neighbour (the optimal string alignment distance), if it is at most `limit`.
///
/// The work grows with the length times `limit`, at most: of the table, only the
/// diagonal is filled in where so few changes can be. `row[k]` stands for the
/// first `i` bytes of one text and the first `i + k - limit` of the other.
pub(crate) fn distance_within(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let (a, b) = without_same_ends(a, b);
    let width = 2 * limit + 1;
    let too_many = limit + 1;
    let mut before_last = vec![too_many; width];
    let mut last: Vec<_> = (0..width)
        .map(|k| k.checked_sub(limit).unwrap_or(too_many))
        .collect();
    let mut row = last.clone();
    for i in 1..=a.len() {
        for k in 0..width {
            row[k] = too_many;
            let Some(j) = (i + k).checked_sub(limit).filter(|&j| j <= b.len()) else {
                continue;
            };
            let deleted = last.get(k + 1).map_or(too_many, |fewest| fewest + 1);
            row[k] = deleted.min(too_many);
            if j == 0 {
                continue;
            }
            let replaced = last[k] + usize::from(a[i - 1] != b[j - 1]);
            let inserted = k.checked_sub(1).map_or(too_many, |k| row[k] + 1);
            row[k] = row[k].min(replaced).min(inserted);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[k] = row[k].min(before_last[k] + 1);
            }
        }
        // Each later one is made of these two.
        if row.iter().chain(&last).all(|&fewest| fewest > limit) {
            return None;
        }
        before_last.copy_from_slice(&last);
        last.copy_from_slice(&row);
    }
    let distance = last[b.len() + limit - a.len()];
    (distance <= limit).then_some(distance)
}

/// What is left of two texts between the ends that they share.
fn without_same_ends<'a>(a: &'a [u8], b: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let start = zip(a, b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = zip(a.iter().rev(), b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    (&a[..a.len() - end], &b[..b.len() - end])
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("abcdef", "abcdefghi", 3),
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
    fn the_nearest_is_near() {
        let candidates = ["allow_origins", "allow_methods", "debug"];
        assert_eq!(nearest("alow_origin", candidates), Some("allow_origins"));
        assert_eq!(nearest("dbeug", candidates), Some("debug"));
        assert_eq!(nearest("listen", candidates), None);
    }
}
