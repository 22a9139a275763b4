//! The parts of origins that take some counting, read from their ends.

pub(super) const MAX_PORT: &[u8] = b"65535";
pub(super) const MAX_OCTET: &[u8] = b"255";

/// A decimal number below some limit without leading zeros, read from its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Decimal {
    len: u8,
    /// Its digits so far exceed as many of the limit's.
    over: bool,
    zero: bool,
}

impl Decimal {
    pub(super) fn read(self, limit: &[u8], digit: u8) -> Option<Decimal> {
        let place = limit.len().checked_sub(1 + usize::from(self.len))?;
        let over = digit > limit[place] || (digit == limit[place] && self.over);
        Some(Decimal {
            len: self.len + 1,
            over,
            zero: digit == b'0',
        })
    }

    pub(super) fn is_canonical(self, limit: &[u8]) -> bool {
        let in_range = usize::from(self.len) < limit.len() || !self.over;
        self.len > 0 && in_range && (self.len == 1 || !self.zero)
    }

    pub(super) fn is_zero(self) -> bool {
        self.len == 1 && self.zero
    }
}

/// How much of a literal was read from its end; nothing else was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Spelled(Option<u8>);

impl Spelled {
    pub(super) const START: Spelled = Spelled(Some(0));
    pub(super) const NOT: Spelled = Spelled(None);

    pub(super) fn read(self, literal: &str, byte: u8) -> Spelled {
        let next = self
            .0
            .filter(|&len| literal.bytes().rev().nth(usize::from(len)) == Some(byte));
        Spelled(next.map(|len| len + 1))
    }

    pub(super) fn is(self, literal: &str) -> bool {
        self.0.is_some_and(|len| usize::from(len) == literal.len())
    }
}

/// The last label decides whether a host is a domain or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LastLabel {
    shape: Shape,
    /// As the last octet of an IPv4 address.
    octet: Option<Decimal>,
    pub(super) localhost: Spelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shape {
    Digits,
    HexDigits,
    /// Behind it only hexadecimal digits, so that a `0` makes it a number.
    X,
    ZeroX,
    Word,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ipv6 {
    at: Group,
    groups: u8,
    /// `::` was read.
    elided: bool,
    pub(super) loopback: Spelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Group {
    End,
    Digits {
        len: u8,
        zero: bool,
    },
    /// The colon that ends the address, which has to be one of two.
    LastColon,
    Colon,
    Colons,
}

impl LastLabel {
    /// Of which nothing was read yet. `octet` is whether the label could
    /// end an IPv4 address, and `localhost` whether anyone asks for that name.
    pub(super) fn new(octet: bool, localhost: Spelled) -> LastLabel {
        LastLabel {
            shape: Shape::Digits,
            octet: octet.then(Decimal::default),
            localhost,
        }
    }

    pub(super) fn read(self, byte: u8) -> LastLabel {
        let shape = match (self.shape, byte) {
            (Shape::Digits, b'0'..=b'9') => Shape::Digits,
            (Shape::Digits | Shape::HexDigits, b'0'..=b'9' | b'a'..=b'f') => Shape::HexDigits,
            (Shape::Digits | Shape::HexDigits, b'x') => Shape::X,
            (Shape::X, b'0') => Shape::ZeroX,
            _ => Shape::Word,
        };
        let octet = self.octet.filter(|_| shape == Shape::Digits);
        LastLabel {
            shape,
            octet: octet.and_then(|octet| octet.read(MAX_OCTET, byte)),
            localhost: self.localhost.read("localhost", byte),
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self.shape, Shape::Digits | Shape::ZeroX)
    }

    pub(super) fn is_octet(self) -> bool {
        self.octet
            .is_some_and(|octet| octet.is_canonical(MAX_OCTET))
    }
}

impl Ipv6 {
    /// Of which only the bracket was read.
    pub(super) fn new(loopback: Spelled) -> Ipv6 {
        Ipv6 {
            at: Group::End,
            groups: 0,
            elided: false,
            loopback,
        }
    }

    pub(super) fn read(self, byte: u8) -> Option<Ipv6> {
        let is_digit = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let zero = byte == b'0';
        let at = match (self.at, byte) {
            (Group::End, b':') => Group::LastColon,
            (Group::Digits { len, zero }, b':') if len == 1 || !zero => Group::Colon,
            (Group::LastColon | Group::Colon, b':') if !self.elided => Group::Colons,
            (Group::Digits { len, .. }, _) if is_digit && len < 4 => {
                Group::Digits { len: len + 1, zero }
            }
            (Group::End | Group::Colon | Group::Colons, _) if is_digit && self.groups < 8 => {
                Group::Digits { len: 1, zero }
            }
            _ => return None,
        };
        let begun = matches!(at, Group::Digits { len: 1, .. });
        Some(Ipv6 {
            at,
            groups: self.groups + u8::from(begun),
            elided: self.elided || at == Group::Colons,
            loopback: self.loopback.read("::1", byte),
        })
    }

    /// `::` stands for two groups of zeros or more.
    pub(super) fn is_complete(self) -> bool {
        match self.at {
            Group::Digits { len, zero } if len > 1 && zero => false,
            Group::Digits { .. } | Group::Colons if self.elided => self.groups <= 6,
            Group::Digits { .. } => self.groups == 8,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::address::{is_canonical_ipv6, is_numeric_host};

    /// All texts of the bytes that are not longer.
    fn texts(bytes: &str, longest: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut begin = 0;
        for _ in 0..longest {
            let end = all.len();
            for at in begin..end {
                all.extend(
                    bytes
                        .chars()
                        .map(|byte| format!("{byte}{}", all[at]))
                        .collect::<Vec<_>>(),
                );
            }
            begin = end;
        }
        all
    }

    #[test]
    fn decimals_are_as_numbers_are_printed() {
        let read = |limit: &[u8], text: &str| {
            let mut digits = text.bytes().rev();
            digits.try_fold(Decimal::default(), |number, digit| {
                number.read(limit, digit)
            })
        };
        for text in texts("012569", 4) {
            let octet = text
                .parse::<u8>()
                .is_ok_and(|number| number.to_string() == text);
            let decimal = read(MAX_OCTET, &text);
            assert_eq!(
                decimal.is_some_and(|it| it.is_canonical(MAX_OCTET)),
                octet,
                "{text}"
            );
            assert_eq!(decimal.is_some_and(Decimal::is_zero), text == "0", "{text}");
        }
        for text in texts("0356", 6) {
            let port = text
                .parse::<u16>()
                .is_ok_and(|number| number.to_string() == text);
            let decimal = read(MAX_PORT, &text);
            assert_eq!(
                decimal.is_some_and(|it| it.is_canonical(MAX_PORT)),
                port,
                "{text}"
            );
        }
    }

    #[test]
    fn last_labels_are_numbers_as_hosts_are() {
        for text in texts("0129agx-", 5) {
            let read = |label: LastLabel| text.bytes().rev().fold(label, LastLabel::read);
            let label = read(LastLabel::new(true, Spelled::NOT));
            assert_eq!(
                label.is_number() && !text.is_empty(),
                is_numeric_host(&text),
                "{text}"
            );
            let octet = text
                .parse::<u8>()
                .is_ok_and(|number| number.to_string() == text);
            assert_eq!(label.is_octet(), octet, "{text}");
            assert!(
                !read(LastLabel::new(false, Spelled::NOT)).is_octet(),
                "{text}"
            );
        }
    }

    #[test]
    fn addresses_are_complete() {
        let complete = |text: &str| {
            let start = Some(Ipv6::new(Spelled::NOT));
            let read = text.bytes().rev().fold(start, |at, byte| at?.read(byte));
            read.is_some_and(Ipv6::is_complete)
        };
        let table = [
            ("1:2:3:4:5:6:7:8", true),
            ("abcd:0:10:100:1000:f:a:0", true),
            ("::", true),
            ("::1", true),
            ("1::", true),
            ("1::2", true),
            ("1:2:3:4:5:6::", true),
            ("::3:4:5:6:7:8", true),
            ("1:2:3::6:7:8", true),
            ("1:2:3:4:5:6:7", false),
            ("1:2:3:4:5:6:7:8:9", false),
            // For one group there is no `::`.
            ("1:2:3:4:5:6:7::", false),
            ("1:2:3::5:6:7:8", false),
            ("1::2::3", false),
            (":::", false),
            ("1:::2", false),
            (":1::2", false),
            ("1::2:", false),
            (":", false),
            ("", false),
            ("01::", false),
            ("1::02", false),
            ("1::00", false),
            ("12345::", false),
            ("1::12345", false),
            ("g::", false),
            ("1::1.2.3.4", false),
        ];
        for (text, expected) in table {
            assert_eq!(complete(text), expected, "{text}");
        }
        // Which of several runs of zeros is left out it does not know.
        for text in texts("01:", 8) {
            assert!(complete(&text) || !is_canonical_ipv6(&text), "{text}");
        }
    }
}
