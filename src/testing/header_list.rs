//! Header lists, and how their values are read.

use http::{HeaderMap, HeaderName, HeaderValue};

/// [Gets](https://fetch.spec.whatwg.org/#concept-header-list-get) a value: all
/// lines of that name, joined with a comma and a space.
pub(super) fn get(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let values: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    (!values.is_empty()).then(|| values.join(&b", "[..]))
}

/// [Extracts header list values][1] of a header whose grammar is a list of tokens,
/// `#method` or `#field-name`. Returns `None` if there is no such header. One bad token
/// makes the whole list malformed; the error is its text.
///
/// [1]: https://fetch.spec.whatwg.org/#extract-header-list-values
pub(super) fn extract_tokens(
    headers: &HeaderMap,
    name: &HeaderName,
) -> Result<Option<Vec<String>>, String> {
    let Some(value) = get(headers, name) else {
        return Ok(None);
    };
    // A token has no quotes, so every comma separates. Recipients accept empty elements
    // (RFC 9110, section 5.6.1.2).
    let tokens = value.split(|b| *b == b',').map(trim);
    let tokens = tokens.filter(|token| !token.is_empty());
    match tokens.clone().all(is_token) {
        true => Ok(Some(tokens.map(isomorphic_decode).collect())),
        false => Err(isomorphic_decode(&value)),
    }
}

/// Parses decimal digits; a number that is too large becomes the largest.
pub(super) fn parse_number(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| {
        digits.iter().fold(0_u64, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        })
    })
}

/// [Normalises](https://fetch.spec.whatwg.org/#concept-header-value-normalize)
/// every value, as a connection would: no white space around a value survives one, but
/// a service called in memory can return it.
pub(super) fn normalize(headers: &mut HeaderMap) {
    for value in headers.values_mut() {
        let trimmed = trim(value.as_bytes());
        if trimmed.len() < value.len() {
            // Never an error, since part of a valid value is valid.
            if let Ok(trimmed) = HeaderValue::from_bytes(trimmed) {
                *value = trimmed;
            }
        }
    }
}

/// Without [HTTP tab or space](https://fetch.spec.whatwg.org/#http-tab-or-space)
/// at both ends.
pub(super) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>
pub(super) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b))
}

/// <https://infra.spec.whatwg.org/#isomorphic-decode>
pub(super) fn isomorphic_decode(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
pub(super) fn map(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    headers
}

#[cfg(test)]
mod tests {
    use http::header::ACCESS_CONTROL_ALLOW_METHODS;

    use super::*;

    #[test]
    fn token_lists() {
        for (lines, expected) in [
            (&[][..], Ok(None)),
            (&[""], Ok(Some(vec![]))),
            (&["PUT"], Ok(Some(vec!["PUT"]))),
            (&["PUT,\tpatch , *"], Ok(Some(vec!["PUT", "patch", "*"]))),
            (&["PUT,,", ",X"], Ok(Some(vec!["PUT", "X"]))),
            (&["PUT POST"], Err("PUT POST")),
            (&["PUT", "X/Y"], Err("PUT, X/Y")),
            (&["\"PUT\""], Err("\"PUT\"")),
            (&["é"], Err("Ã©")),
        ] {
            let lines: Vec<_> = lines
                .iter()
                .map(|value| ("access-control-allow-methods", *value))
                .collect();
            let values = extract_tokens(&map(&lines), &ACCESS_CONTROL_ALLOW_METHODS);
            let expected = expected
                .map(|list| list.map(|list| list.into_iter().map(str::to_owned).collect()))
                .map_err(str::to_owned);
            assert_eq!(values, expected, "{lines:?}");
        }
    }

    #[test]
    fn numbers() {
        for (digits, expected) in [
            ("0", Some(0)),
            ("0600", Some(600)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("5, 5", None),
        ] {
            assert_eq!(parse_number(digits.as_bytes()), expected, "{digits}");
        }
    }

    #[test]
    fn values_lose_the_white_space_around_them() {
        let mut headers = map(&[("a", " \tx y\t "), ("a", "z"), ("b", " ")]);
        normalize(&mut headers);
        assert_eq!(headers, map(&[("a", "x y"), ("a", "z"), ("b", "")]));
        assert_eq!(
            get(&headers, &HeaderName::from_static("a")),
            Some(b"x y, z".to_vec())
        );
    }
}
