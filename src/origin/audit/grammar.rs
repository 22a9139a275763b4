//! Serialised origins, read backwards: port, host, `://`, scheme.
//!
//! The same language as [`Origin::parse`](crate::origin::Origin::parse), but for
//! two things that only whole texts can tell: lengths, and whether an IPv6
//! address has `::` in the right place. There it allows more, never less.

use super::Subject;
use super::bytes::Bytes;
use super::parts::{Decimal, Ipv6, LastLabel, MAX_OCTET, MAX_PORT, Spelled};

/// Which of the origins a grammar describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those of http and https.
    Web,
    /// Those of other schemes. Of bare hosts, the ones that only such schemes
    /// allow: numbers that are no IP address.
    Foreign,
    /// Those of http on a host that is not loopback.
    Insecure,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Grammar {
    pub(super) subject: Subject,
    pub(super) scope: Scope,
}

/// How far the reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    part: Part,
    /// The scheme that the port is the default of, and which it rules out.
    default_of: Option<Web>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Web {
    Http,
    Https,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Port {
        number: Decimal,
        http: Spelled,
        https: Spelled,
    },
    /// Right behind the host.
    HostEnd,
    /// In front of the dot that ends the host.
    RootDot,
    LastLabel(LastLabel),
    /// In front of a dot between labels.
    Dot,
    Label,
    /// In an IPv4 address, with so many octets to come.
    Octet {
        left: u8,
        number: Decimal,
        loopback: Spelled,
    },
    Ipv6(Ipv6),
    /// In front of `[`.
    Bracket,
    Slash,
    Slashes,
    Scheme {
        http: Spelled,
        https: Spelled,
        letter: bool,
    },
}

impl Grammar {
    /// Where the reading of a text can start: with or without a port.
    pub(super) fn starts(self) -> Vec<Place> {
        let port = Part::Port {
            number: Decimal::default(),
            http: Spelled::START,
            https: Spelled::START,
        };
        let parts: &[Part] = match self.subject {
            Subject::Origin => &[Part::HostEnd, port],
            Subject::Host => &[Part::HostEnd],
        };
        let place = |&part: &Part| Place {
            part,
            default_of: None,
        };
        parts.iter().map(place).collect()
    }

    /// The place in front of the byte, if the byte can stand here.
    pub(super) fn step(self, place: Place, byte: u8) -> Option<Place> {
        let default_of = match place.part {
            Part::Port { http, .. } if byte == b':' && http.is("80") => Some(Web::Http),
            Part::Port { https, .. } if byte == b':' && https.is("443") => Some(Web::Https),
            _ => place.default_of,
        };
        // In other schemes no port is the default.
        let default_of = default_of.filter(|_| self.scope != Scope::Foreign);
        Some(Place {
            part: self.step_part(place.part, byte)?,
            default_of,
        })
    }

    fn step_part(self, part: Part, byte: u8) -> Option<Part> {
        let is_label = Bytes::LABEL.contains(byte);
        match (part, byte) {
            (Part::Port { number, .. }, b':') => {
                (number.is_canonical(MAX_PORT) && !number.is_zero()).then_some(Part::HostEnd)
            }
            (
                Part::Port {
                    number,
                    http,
                    https,
                },
                b'0'..=b'9',
            ) => Some(Part::Port {
                number: number.read(MAX_PORT, byte)?,
                http: http.read("80", byte),
                https: https.read("443", byte),
            }),
            (Part::HostEnd, b'.') => Some(Part::RootDot),
            (Part::HostEnd, b']') => self.ipv6(),
            (Part::HostEnd, _) if is_label => Some(self.last_label(true, byte)),
            // `1.2.3.4.` never serialises: URL parsers drop the dot.
            (Part::RootDot, _) if is_label => Some(self.last_label(false, byte)),
            (Part::LastLabel(label), b'.') => self.behind_last_label(label),
            (Part::LastLabel(label), _) if is_label => Some(Part::LastLabel(label.read(byte))),
            (Part::Label, b'.') => Some(Part::Dot),
            (Part::Dot | Part::Label, _) if is_label => Some(Part::Label),
            (Part::Octet { left, number, .. }, b'.') => {
                (left > 1 && number.is_canonical(MAX_OCTET)).then(|| self.octet(left - 1))
            }
            (
                Part::Octet {
                    left,
                    number,
                    loopback,
                },
                b'0'..=b'9',
            ) => Some(Part::Octet {
                left,
                number: number.read(MAX_OCTET, byte)?,
                loopback: loopback.read("127", byte),
            }),
            (Part::Ipv6(address), b'[') => {
                let loopback = address.loopback.is("::1");
                (address.is_complete() && !loopback).then_some(Part::Bracket)
            }
            (Part::Ipv6(address), _) => address.read(byte).map(Part::Ipv6),
            (_, b'/') if self.subject == Subject::Origin && self.host_begins(part) => {
                Some(Part::Slash)
            }
            (Part::Slash, b'/') => Some(Part::Slashes),
            (Part::Slashes, b':') => Some(Part::Scheme {
                http: Spelled::START,
                https: Spelled::START,
                letter: false,
            }),
            (Part::Scheme { http, https, .. }, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.') => {
                let (http, https) = (http.read("http", byte), https.read("https", byte));
                let of_the_web = http != Spelled::NOT || https != Spelled::NOT;
                let letter = byte.is_ascii_lowercase();
                let can_be = of_the_web || self.scope == Scope::Foreign;
                can_be.then_some(Part::Scheme {
                    http,
                    https,
                    letter,
                })
            }
            _ => None,
        }
    }

    /// Whether the text can begin here.
    pub(super) fn accepts(self, place: Place) -> bool {
        match place.part {
            Part::Scheme {
                http,
                https,
                letter,
            } => {
                let http = http.is("http");
                let https = https.is("https");
                match self.scope {
                    Scope::Foreign => letter && !http && !https,
                    Scope::Web if https => place.default_of != Some(Web::Https),
                    Scope::Web | Scope::Insecure => http && place.default_of != Some(Web::Http),
                }
            }
            part => self.subject == Subject::Host && self.host_begins(part),
        }
    }

    fn host_begins(self, part: Part) -> bool {
        match part {
            Part::LastLabel(label) => match self.scope {
                Scope::Foreign => self.behind_last_label(label).is_some(),
                Scope::Web | Scope::Insecure => {
                    !label.is_number() && !label.localhost.is("localhost")
                }
            },
            Part::Octet {
                left: 1,
                number,
                loopback,
            } => number.is_canonical(MAX_OCTET) && !loopback.is("127"),
            Part::Label | Part::Bracket => true,
            _ => false,
        }
    }

    fn last_label(self, octet: bool, byte: u8) -> Part {
        let label = LastLabel::new(octet, self.spelled_if_loopback());
        Part::LastLabel(label.read(byte))
    }

    fn behind_last_label(self, label: LastLabel) -> Option<Part> {
        let number = label.is_number();
        match (self.scope, self.subject) {
            (Scope::Foreign, Subject::Origin) => Some(Part::Dot),
            (Scope::Foreign, Subject::Host) => number.then_some(Part::Dot),
            _ if label.localhost.is("localhost") => None,
            _ if number => label.is_octet().then(|| self.octet(3)),
            _ => Some(Part::Dot),
        }
    }

    fn octet(self, left: u8) -> Part {
        Part::Octet {
            left,
            number: Decimal::default(),
            loopback: if left == 1 {
                self.spelled_if_loopback()
            } else {
                Spelled::NOT
            },
        }
    }

    fn ipv6(self) -> Option<Part> {
        let of_numbers_only = (self.scope, self.subject) == (Scope::Foreign, Subject::Host);
        let address = Ipv6::new(self.spelled_if_loopback());
        (!of_numbers_only).then_some(Part::Ipv6(address))
    }

    /// Only one scope asks what is loopback; the others need not keep track.
    fn spelled_if_loopback(self) -> Spelled {
        if self.scope == Scope::Insecure {
            Spelled::START
        } else {
            Spelled::NOT
        }
    }
}

impl Place {
    /// Whether the host was not left yet: all in front of it was still not read.
    pub(super) fn is_in_host(self) -> bool {
        !matches!(self.part, Part::Slash | Part::Slashes | Part::Scheme { .. })
    }

    pub(super) fn is_host_end(self) -> bool {
        self.part == Part::HostEnd
    }

    /// Whether all that was read of the scheme is that of plain http.
    pub(super) fn is_http(self) -> bool {
        matches!(self.part, Part::Scheme { http, .. } if http.is("http"))
    }
}
