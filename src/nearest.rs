//! What somebody may have meant.

/// The candidate with the fewest changes to the text, if they are few.
#[cfg(feature = "serde")]
pub(crate) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = text.len() / 3;
    let distances = candidates
        .into_iter()
        .map(|candidate| (distance(text, candidate), candidate));
    let (distance, nearest) = distances.min_by_key(|&(distance, _)| distance)?;
    (distance <= limit).then_some(nearest)
}

/// The number of bytes to insert, delete, replace or swap with their
/// neighbour: the optimal string alignment distance.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before_last = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut fewest = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                fewest = fewest.min(before_last[j - 2] + 1);
            }
            row.push(fewest);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
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
        ];
        for (a, b, expected) in table {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn the_nearest_is_near() {
        let candidates = ["allow_origins", "allow_methods", "debug"];
        assert_eq!(nearest("alow_origin", candidates), Some("allow_origins"));
        assert_eq!(nearest("dbeug", candidates), Some("debug"));
        assert_eq!(nearest("listen", candidates), None);
    }
}
