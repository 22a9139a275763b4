//! Maximum ages.

use std::time::Duration;

use super::node::Place;
use super::note::NoteKind;
use crate::config::MaxAge;

/// Firefox's cap, the longest of any browser.
const DAY_SECONDS: u64 = 86_400;

/// A maximum age in seconds, with a note if it is longer than browsers keep an answer.
pub(super) fn import(place: &Place<'_>, seconds: u64, day: &str) -> MaxAge {
    if seconds > DAY_SECONDS {
        place.note(NoteKind::MaxAgeOverDay, Some(day.to_owned()));
    }
    Duration::from_secs(seconds.min(u64::from(u32::MAX))).into()
}
