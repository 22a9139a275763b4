//! The request that a preflight makes, read from its headers.

use http::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, AsHeaderName, ORIGIN,
};
use http::{HeaderMap, HeaderName, HeaderValue};

static REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");

/// The lines of one header.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Lines<'a> {
    pub(crate) first: Option<&'a HeaderValue>,
    pub(crate) several: bool,
}

impl<'a> Lines<'a> {
    #[inline]
    pub(crate) fn of(headers: &'a HeaderMap, name: impl AsHeaderName) -> Self {
        let mut lines = headers.get_all(name).iter();
        Lines {
            first: lines.next(),
            several: lines.next().is_some(),
        }
    }

    /// The line, if there is one alone.
    #[inline]
    pub(crate) fn only(&self) -> Option<&'a HeaderValue> {
        self.first.filter(|_| !self.several)
    }

    fn add(&mut self, line: &'a HeaderValue) {
        self.several = self.first.is_some();
        self.first = self.first.or(Some(line));
    }
}

/// Beyond so many lines, names are looked up: a walk takes longer, and what is
/// asked for must not make a preflight dear. Browsers send about a dozen.
const MAX_WALK: usize = 64;

/// There are so many lines that walking them would cost more than looking names up.
#[inline]
pub(crate) fn has_many_lines(headers: &HeaderMap) -> bool {
    headers.len() > MAX_WALK
}

pub(crate) fn asks_private_network(headers: &HeaderMap) -> bool {
    let line = headers.get(&REQUEST_PRIVATE_NETWORK);
    line.is_some_and(|line| line == "true")
}

/// The headers that make a preflight.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct PreflightRequest<'a> {
    pub(crate) origin: Lines<'a>,
    pub(crate) method: Lines<'a>,
    pub(crate) headers: Lines<'a>,
    pub(crate) private_network: bool,
}

impl<'a> PreflightRequest<'a> {
    /// From headers of any number.
    pub(crate) fn read(headers: &'a HeaderMap) -> Self {
        match has_many_lines(headers) {
            true => PreflightRequest::look_up(headers),
            false => PreflightRequest::walk(headers),
        }
    }

    /// In one walk: requests have few headers, and to look four names up, each
    /// by its hash, costs more.
    #[inline]
    pub(crate) fn walk(headers: &'a HeaderMap) -> Self {
        let mut request = PreflightRequest::default();
        let mut private_network = Lines::default();
        for (name, line) in headers {
            if *name == ORIGIN {
                request.origin.add(line);
            } else if *name == ACCESS_CONTROL_REQUEST_METHOD {
                request.method.add(line);
            } else if *name == ACCESS_CONTROL_REQUEST_HEADERS {
                request.headers.add(line);
            } else if *name == REQUEST_PRIVATE_NETWORK {
                private_network.add(line);
            }
        }
        request.private_network = private_network.first.is_some_and(|line| line == "true");
        request
    }

    #[inline(never)]
    fn look_up(headers: &'a HeaderMap) -> Self {
        let of = |name: &HeaderName| Lines::of(headers, name);
        let private_network = of(&REQUEST_PRIVATE_NETWORK).first;
        PreflightRequest {
            origin: of(&ORIGIN),
            method: of(&ACCESS_CONTROL_REQUEST_METHOD),
            headers: of(&ACCESS_CONTROL_REQUEST_HEADERS),
            private_network: private_network.is_some_and(|line| line == "true"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHOD: &str = "access-control-request-method";
    const HEADERS: &str = "access-control-request-headers";
    const PRIVATE_NETWORK: &str = "access-control-request-private-network";

    /// Each line is told by its value.
    fn read(lines: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for &(name, value) in lines {
            headers.append(name, HeaderValue::from_static(value));
        }
        let request = PreflightRequest::read(&headers);
        assert_eq!(request, PreflightRequest::look_up(&headers), "{headers:?}");
        assert_eq!(request, PreflightRequest::walk(&headers), "{headers:?}");
        let mut all = String::new();
        for lines in [request.origin, request.method, request.headers] {
            all += lines.first.map_or("-", |line| line.to_str().unwrap());
            all += if lines.several { "+ " } else { " " };
        }
        all + if request.private_network {
            "private"
        } else {
            ""
        }
    }

    #[test]
    fn one_walk_finds_what_looking_up_finds() {
        let table: [(&[_], _); 9] = [
            (&[], "- - - "),
            (&[("host", "h"), ("x-origin", "x")], "- - - "),
            (&[("origin", "o")], "o - - "),
            (
                &[
                    (HEADERS, "a"),
                    ("accept", "b"),
                    (METHOD, "m"),
                    ("origin", "o"),
                ],
                "o m a ",
            ),
            (
                &[
                    (METHOD, "m"),
                    ("origin", "1"),
                    (METHOD, "n"),
                    ("origin", "2"),
                ],
                "1+ m+ - ",
            ),
            (&[(HEADERS, "a"), (HEADERS, "b"), (HEADERS, "c")], "- - a+ "),
            (&[(PRIVATE_NETWORK, "true")], "- - - private"),
            (
                &[(PRIVATE_NETWORK, "true"), (PRIVATE_NETWORK, "x")],
                "- - - private",
            ),
            (
                &[(PRIVATE_NETWORK, "x"), (PRIVATE_NETWORK, "true")],
                "- - - ",
            ),
        ];
        for (lines, expected) in table {
            assert_eq!(read(lines), expected, "{lines:?}");
        }
    }

    /// Whatever it is that there is much of.
    #[test]
    fn many_lines_are_read_alike() {
        for lines in [MAX_WALK - 1, MAX_WALK] {
            for name in [HEADERS, "x-other"] {
                let mut headers = HeaderMap::new();
                headers.append("origin", HeaderValue::from_static("o"));
                for _ in 0..lines {
                    headers.append(name, HeaderValue::from_static("a"));
                }
                assert_eq!(headers.len(), lines + 1);
                assert_eq!(has_many_lines(&headers), lines == MAX_WALK);
                let request = PreflightRequest::read(&headers);
                assert_eq!(request, PreflightRequest::look_up(&headers));
                assert_eq!(request, PreflightRequest::walk(&headers));
            }
        }
    }
}
