//! The patterns with a `*` of a policy.
//!
//! Each is stored in a hash table under its own text, and the origin of a request is looked
//! up under every text that would match it. The number of look-ups depends on the shapes in
//! the list (how many labels bases have, where a `*` stands), not on the number of patterns.
//!
//! With `https://*.example.com:8443`, `https://pr-*.example.com` and `http://localhost:*`
//! in the list, these texts are looked up for `https://pr-7.example.com`:
//!
//! | text | reason |
//! |---|---|
//! | `https://*.com` | bases have one label or two; this is the first try |
//! | `https://*.example.com` | the second. No pattern has this text, but the slot lists the shapes of in-label patterns with this base: three bytes, `*`, no bytes |
//! | `https://pr-*.example.com` | that shape, filled in: found |
//!
//! Had it not been found, `https://pr-7.example.com:*`, `https://*.com:*` and
//! `https://*.example.com:*` would follow, because one pattern allows any port.

use std::io::Write;

use super::border::{Candidate, site_len};
use super::grammar::{Host, Pattern, Port};
use super::serialised::{MAX_ORIGIN, Origin};
use super::table::Table;

/// In-label patterns of one base may have so many shapes. A look-up tries each of them.
pub(crate) const MAX_SHAPES: usize = 128;

/// The port in the text of a pattern that allows any.
const ANY_PORT: &str = ":*";

/// The table, and the shapes that occur in it.
#[derive(Debug, Default)]
pub(crate) struct PatternTable {
    slots: Table<Box<[u8]>, Slot>,
    /// The number of labels of the longest base.
    base_labels: usize,
    has_any_host: bool,
    has_exact_port: bool,
    has_any_port: bool,
}

#[derive(Debug, Default)]
struct Slot {
    pattern: Option<OpenPattern>,
    /// For `*.base` alone: the lengths of the affixes of in-label patterns with that base.
    in_label: Vec<(usize, usize)>,
}

/// A pattern with a `*`.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenPattern {
    index: usize,
    /// The length of the name of the site that it stays within; `None` has no border.
    site_len: Option<usize>,
}

impl OpenPattern {
    /// The host ends in the pattern's base, so sites of one length are one site.
    pub(super) fn admits(self, candidate: &Candidate<'_>) -> bool {
        self.site_len
            .is_none_or(|site_len| candidate.site_len() == site_len)
    }
}

impl PatternTable {
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Adds a pattern, within its own site if it `has_border`. Returns `false` if it is
    /// there already.
    pub(super) fn insert(&mut self, pattern: &Pattern<'_>, index: usize, has_border: bool) -> bool {
        match pattern.port {
            Port::Exact(_) => self.has_exact_port = true,
            Port::Any => self.has_any_port = true,
        }
        let base = pattern.host.base();
        let labels = base.map_or(0, |base| base.split('.').count());
        self.base_labels = self.base_labels.max(labels);
        self.has_any_host |= pattern.host == Host::Any;
        if let Host::InLabel { affixes, base } = pattern.host {
            let host = Host::Subdomains { base };
            let shapes = &mut self.slot(&Pattern { host, ..*pattern }).in_label;
            let shape = (affixes.0.len(), affixes.1.len());
            if !shapes.contains(&shape) {
                shapes.push(shape);
            }
        }
        let site_len = base.filter(|_| has_border).map(site_len);
        let known = &mut self.slot(pattern).pattern;
        known.get_or_insert(OpenPattern { index, site_len }).index == index
    }

    fn slot(&mut self, pattern: &Pattern<'_>) -> &mut Slot {
        let text = pattern.to_string().into_bytes().into();
        self.slots.entry(text).or_default()
    }

    /// A subdomain pattern whose base has in-label patterns of more than [`MAX_SHAPES`].
    pub(crate) fn base_with_too_many_shapes(&self) -> Option<String> {
        let mut slots = self.slots.iter();
        let (base, _) = slots.find(|(_, slot)| slot.in_label.len() > MAX_SHAPES)?;
        Some(String::from_utf8_lossy(base).into_owned())
    }

    /// The entry of the first pattern that matches the origin and is accepted.
    pub(super) fn find(
        &self,
        origin: &Origin<'_>,
        accepts: impl Fn(&OpenPattern) -> bool,
    ) -> Option<usize> {
        let ports = [
            self.has_exact_port.then(|| origin.port_text()),
            self.has_any_port.then_some(ANY_PORT),
        ];
        let mut ports = ports.into_iter().flatten();
        ports.find_map(|port| self.find_with_port(origin, port, &accepts))
    }

    fn find_with_port(
        &self,
        origin: &Origin<'_>,
        port: &str,
        accepts: &impl Fn(&OpenPattern) -> bool,
    ) -> Option<usize> {
        // Invariant: a text has the scheme of an origin, its host with `*` for one or more
        // bytes, and its port or `:*`. So it fits, and starts as the origin does.
        let start = origin.scheme().len() + "://".len();
        let mut text = [0; MAX_ORIGIN];
        text[..start].copy_from_slice(&origin.as_str().as_bytes()[..start]);
        let mut slot = |host: &[&str]| {
            let mut rest = &mut text[start..];
            for part in host.iter().chain([&port]) {
                rest.write_all(part.as_bytes()).ok()?;
            }
            let len = MAX_ORIGIN - rest.len();
            self.slots.get(&text[..len])
        };
        let accepted = |slot: &Slot| Some(slot.pattern.filter(accepts)?.index);
        let host = origin.host();
        if port == ANY_PORT {
            if let Some(exact) = slot(&[host]) {
                return accepted(exact);
            }
        }
        if self.has_any_host {
            if let Some(any) = slot(&["*"]) {
                return accepted(any);
            }
        }
        // From the right, because the last dot is followed by a base of one label.
        let mut dots = host.rmatch_indices('.').take(self.base_labels);
        dots.find_map(|(dot, _)| {
            let (labels, base) = host.split_at(dot);
            let subdomains = slot(&["*", base])?;
            let in_label = || {
                let one_label = !labels.contains('.');
                let mut shapes = subdomains.in_label.iter().filter(|_| one_label);
                shapes.find_map(|&(prefix, suffix)| {
                    // At least one byte is left for the `*`.
                    let end = labels.len().checked_sub(suffix);
                    let end = end.filter(|&end| end > prefix)?;
                    accepted(slot(&[&labels[..prefix], "*", &labels[end..], base])?)
                })
            };
            accepted(subdomains).or_else(in_label)
        })
    }
}
