//! Whether anything is dialed at all: the pause that a user may put on all dialing, the disk on which calls are written down, and
//! what an installation must have been told before it rings real telephones.
//!
//! The pause is a row in the store, so that every process of the installation obeys it and a restart does not end it. Calls
//! that are under way go on.

use serde::{Deserialize, Serialize};
use telephony::{Private, Timestamp};

use crate::codes::{self, CodeEntry};
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::task::Line;

/// All dialing is paused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// Why, in the words of whoever paused it.
    pub reason: Option<Private<String>>,
}

/// What an installation was not told yet and must be before it dials real telephones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The number to call from.
    Number,
    /// A country that may be called.
    Region,
    /// How much money may be spent: the built-in caps protect from accidents, and are nobody's decision.
    Budget,
}

impl Missing {
    const fn entry(self) -> CodeEntry {
        match self {
            Self::Number => codes::DIALING_NO_NUMBER,
            Self::Region => codes::DIALING_NO_REGION,
            Self::Budget => codes::DIALING_NO_BUDGET,
        }
    }
}

/// The disk of the data directory. On any line what a call brings must find room there, and last.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct DiskState {
    /// Bytes that are free; `None` where nothing lies on a disk.
    pub free_bytes: Option<u64>,
    /// It has not confirmed a write since the program was started: whether that one and any later one will last, nobody knows.
    pub has_failed: bool,
}

/// Returns what the disk has against dialing, if so many bytes are to be free; empty if nothing.
pub fn check_disk(disk: DiskState, least_free_bytes: u64) -> Vec<Refusal> {
    const MEGABYTE: u64 = 1_000_000;
    let failed = codes::DIALING_DISK_FAILED;
    let failed = disk.has_failed.then(|| Refusal::new(Rule::Dialing, &failed, failed.text, AllowedWhen::AfterRemedy));
    let lacking = disk.free_bytes.filter(|free| *free < least_free_bytes).map(|free| {
        let fact = format!("{} MB are free on the disk of the data directory; calls need {}", free / MEGABYTE, least_free_bytes / MEGABYTE);
        Refusal::new(Rule::Dialing, &codes::DIALING_NO_SPACE, fact, AllowedWhen::AfterRemedy)
    });
    failed.into_iter().chain(lacking).collect()
}

/// Returns what speaks against dialing at all; empty if nothing does.
///
/// A pause holds on every line. What is missing matters on a real one only.
pub fn check(pause: Option<&Pause>, missing: &[Missing], line: Line) -> Vec<Refusal> {
    let refuse = |entry: CodeEntry| Refusal::new(Rule::Dialing, &entry, entry.text, AllowedWhen::AfterRemedy);
    let paused = pause.map(|_| refuse(codes::DIALING_PAUSED));
    let lacking = missing.iter().filter(|_| line == Line::Real).map(|missing| refuse(missing.entry()));
    paused.into_iter().chain(lacking).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(pause: Option<&Pause>, missing: &[Missing], line: Line) -> Vec<&'static str> {
        check(pause, missing, line).iter().map(|refusal| refusal.code).collect()
    }

    #[test]
    fn a_pause_holds_on_every_line_and_what_is_missing_on_a_real_one() {
        let pause = Pause { since: Timestamp(0), reason: Some(Private::new("holidays".into())) };
        let all = [Missing::Number, Missing::Region, Missing::Budget];
        assert_eq!(codes(None, &[], Line::Real), [""; 0]);
        assert_eq!(codes(None, &all, Line::Practice), [""; 0]);
        assert_eq!(codes(None, &all, Line::Real), ["dialing.no_number", "dialing.no_region", "dialing.no_budget"]);
        assert_eq!(codes(Some(&pause), &[], Line::Practice), ["dialing.paused"]);
        assert_eq!(codes(Some(&pause), &[Missing::Budget], Line::Real), ["dialing.paused", "dialing.no_budget"]);
    }

    #[test]
    fn a_disk_has_room_and_keeps_what_it_is_given() {
        let against = |free_bytes, has_failed| -> Vec<String> {
            let refusals = check_disk(DiskState { free_bytes, has_failed }, 200_000_000);
            refusals.iter().map(ToString::to_string).collect()
        };
        assert_eq!(against(None, false), [""; 0], "nothing lies on a disk");
        assert_eq!(against(Some(200_000_000), false), [""; 0]);
        let lacking = "dialing.no_space: 199 MB are free on the disk of the data directory; calls need 200";
        assert_eq!(against(Some(199_999_999), false), [lacking]);
        let failed = "dialing.disk_failed: the disk did not confirm a write, so nothing is dialed until the program is started again";
        assert_eq!(against(Some(0), true), [failed, "dialing.no_space: 0 MB are free on the disk of the data directory; calls need 200"]);
    }
}
