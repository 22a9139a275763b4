//! Where the fields of a configuration come from.

/// The fields that were set, each with its source if that has a name.
///
/// It is for `merge` and for messages. Two are always equal, since it is no part of what a
/// configuration means.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources(Vec<(&'static str, Option<Source>)>);

#[derive(Clone, Debug)]
pub(super) struct Source {
    /// `CORS_ALLOWED_ORIGINS`, or `cors.toml, allow_origins`.
    name: String,
    /// Entries from here on were added by a setter.
    end: usize,
}

impl PartialEq for Sources {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Sources {
    pub(super) fn is_set(&self, field: &str) -> bool {
        self.0.iter().any(|(set, _)| *set == field)
    }

    pub(super) fn set(&mut self, field: &'static str, source: Option<Source>) {
        self.0.retain(|(set, _)| *set != field);
        self.0.push((field, source));
    }

    pub(super) fn name(&mut self, field: &'static str, name: String) {
        let end = usize::MAX;
        self.set(field, Some(Source { name, end }));
    }

    pub(super) fn source(&self, field: &str) -> Option<&Source> {
        let (_, source) = self.0.iter().find(|(set, _)| *set == field)?;
        source.as_ref()
    }

    /// Ends the entries of a list that are from its source.
    pub(super) fn end(&mut self, field: &str, count: usize) {
        for (set, source) in &mut self.0 {
            if let Some(source) = source.as_mut().filter(|_| *set == field) {
                source.end = source.end.min(count);
            }
        }
    }

    /// The place of a problem in its source: `CORS_ALLOWED_ORIGINS, entry 2` for
    /// `allow_origins[1]`.
    pub(crate) fn place(&self, place: &str) -> Option<String> {
        let (field, entry) = place.split_once('[').unwrap_or((place, ""));
        let Source { name, end } = self.source(field)?;
        let Some((index, rest)) = entry.split_once(']') else {
            return Some(name.clone());
        };
        let index: usize = index.parse().ok().filter(|index| index < end)?;
        Some(format!("{name}, entry {}{rest}", index + 1))
    }
}
