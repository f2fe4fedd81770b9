//! Looks through a log, entry after entry, for what was done to it.

use std::fmt;

use serde::Serialize;

use super::{AuditEntry, BEGINNING, Checkpoint, Sealer};

/// Something that is wrong with a log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Finding {
    /// An entry does not hold what was written.
    Changed {
        /// Which.
        number: u64,
    },
    /// Entries are not there.
    Missing {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// An entry does not follow from the one before it: one was put in, taken out or moved here.
    OutOfOrder {
        /// Which.
        number: u64,
    },
    /// The log is shorter than it was when a checkpoint was made.
    Cut {
        /// Its last entry now.
        ends_at: u64,
        /// Its last entry then.
        ended_at: u64,
    },
    /// A checkpoint saw another entry at its place: the log was written anew from there or before.
    Rewritten {
        /// Where.
        number: u64,
    },
    /// A checkpoint was not made by this installation, or was changed.
    FalseCheckpoint {
        /// The place that it names.
        number: u64,
    },
}

/// For people, with the place.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { number } => write!(f, "entry {number} does not hold what was written"),
            Self::Missing { from, to } if from == to => write!(f, "entry {from} is missing"),
            Self::Missing { from, to } => write!(f, "entries {from} to {to} are missing"),
            Self::OutOfOrder { number } => write!(f, "entry {number} does not follow from the one before it: one was put in, taken out or moved"),
            Self::Cut { ends_at, ended_at } => write!(f, "the log ends at {ends_at}, and a checkpoint saw {ended_at}: its end was cut off"),
            Self::Rewritten { number } => write!(f, "a checkpoint saw another entry {number}: the log was written anew from there or before"),
            Self::FalseCheckpoint { number } => write!(f, "the checkpoint for entry {number} was not made here, or was changed"),
        }
    }
}

/// What came of a look through a log.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize)]
pub struct Verified {
    /// How many entries were read.
    pub entries: u64,
    /// How many checkpoints agree with them.
    pub checkpoints: u64,
    /// What is wrong, in the order of the log.
    pub findings: Vec<Finding>,
}

/// Takes entries in the order of their numbers as they stand. Needs memory for one entry and the checkpoints.
pub struct Verifier<'a> {
    sealer: &'a dyn Sealer,
    checkpoints: Vec<Checkpoint>,
    last: Option<(u64, String)>,
    verified: Verified,
}

impl<'a> Verifier<'a> {
    /// Begins with what was kept elsewhere.
    pub fn new(sealer: &'a dyn Sealer, checkpoints: Vec<Checkpoint>) -> Self {
        let mut verified = Verified::default();
        let (mut good, bad): (Vec<_>, Vec<_>) = checkpoints.into_iter().partition(|checkpoint| checkpoint.sealed(sealer) == checkpoint.seal);
        verified.findings.extend(bad.iter().map(|checkpoint| Finding::FalseCheckpoint { number: checkpoint.number }));
        good.sort_by_key(|checkpoint| checkpoint.number);
        Self { sealer, checkpoints: good, last: None, verified }
    }

    /// Looks at the next entry.
    pub fn take(&mut self, entry: &AuditEntry) {
        self.verified.entries += 1;
        let (before, hash) = self.last.as_ref().map_or((0, BEGINNING), |(number, hash)| (*number, hash.as_str()));
        let is_next = entry.number == before + 1;
        let found = if entry.sealed(self.sealer) != entry.hash {
            Some(Finding::Changed { number: entry.number })
        } else if entry.number > before + 1 {
            Some(Finding::Missing { from: before + 1, to: entry.number - 1 })
        } else if !is_next || entry.previous != hash {
            Some(Finding::OutOfOrder { number: entry.number })
        } else {
            None
        };
        self.verified.findings.extend(found);
        while self.checkpoints.first().is_some_and(|checkpoint| checkpoint.number <= entry.number) {
            let checkpoint = self.checkpoints.remove(0);
            if checkpoint.number == entry.number && checkpoint.hash == entry.hash {
                self.verified.checkpoints += 1;
            } else {
                self.verified.findings.push(Finding::Rewritten { number: checkpoint.number });
            }
        }
        self.last = Some((entry.number, entry.hash.clone()));
    }

    /// Returns what came of it once there are no more entries.
    pub fn finish(mut self) -> Verified {
        if let Some(beyond) = self.checkpoints.last() {
            let ends_at = self.last.map_or(0, |(number, _)| number);
            self.verified.findings.push(Finding::Cut { ends_at, ended_at: beyond.number });
        }
        self.verified
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};
    use telephony::Timestamp;

    use super::super::AuditEvent;
    use super::*;

    struct Key(&'static str);

    impl Sealer for Key {
        fn seal(&self, bytes: &[u8]) -> String {
            let digest = Sha256::new().chain_update(self.0).chain_update(bytes).finalize();
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        }
    }

    const KEY: Key = Key("ours");

    fn log(entries: u64) -> Vec<AuditEntry> {
        let mut log: Vec<AuditEntry> = Vec::new();
        for keys in 1..=entries {
            let before = log.last().map(|entry| (entry.number, entry.hash.as_str()));
            let entry = AuditEntry::after(before, Timestamp(1_000), &AuditEvent::KeysRotated { keys }, &KEY);
            log.push(entry);
        }
        log
    }

    fn look(log: &[AuditEntry], checkpoints: Vec<Checkpoint>) -> Vec<Finding> {
        let mut verifier = Verifier::new(&KEY, checkpoints);
        log.iter().for_each(|entry| verifier.take(entry));
        verifier.finish().findings
    }

    fn checkpoint(log: &[AuditEntry]) -> Checkpoint {
        let last = log.last().unwrap();
        Checkpoint::of(last.number, &last.hash, Timestamp(2_000), &KEY)
    }

    #[test]
    fn a_log_as_it_was_written_is_whole() {
        let log = log(9);
        assert_eq!(look(&log, vec![checkpoint(&log[..4]), checkpoint(&log)]), []);
        assert_eq!(look(&[], Vec::new()), []);
    }

    #[test]
    fn every_changed_field_of_every_entry_is_found() {
        for index in 0..5 {
            for change in 0..4 {
                let mut log = log(5);
                let entry = &mut log[index];
                match change {
                    0 => entry.at = Timestamp(1_001),
                    1 => entry.event = "erased".into(),
                    2 => entry.details = serde_json::json!({ "keys": 99 }),
                    _ => entry.hash = entry.hash.replace(|c: char| c.is_ascii_digit(), "e"),
                }
                let number = index as u64 + 1;
                assert!(look(&log, Vec::new()).contains(&Finding::Changed { number }), "field {change} of {number}");
            }
        }
    }

    #[test]
    fn an_entry_that_was_sealed_again_breaks_the_next() {
        // Whoever has the key and changes one entry must change all that follow.
        let mut log = log(5);
        log[2].details = serde_json::json!({ "keys": 99 });
        log[2].hash = log[2].sealed(&KEY);
        assert_eq!(look(&log, Vec::new()), [Finding::OutOfOrder { number: 4 }]);
    }

    #[test]
    fn removed_inserted_and_moved_entries_are_found() {
        let whole = log(6);
        let without =
            |removed: usize| whole.iter().enumerate().filter(|(index, _)| *index != removed).map(|(_, entry)| entry.clone()).collect::<Vec<_>>();
        assert_eq!(look(&without(2), Vec::new()), [Finding::Missing { from: 3, to: 3 }]);
        assert_eq!(look(&without(0), Vec::new()), [Finding::Missing { from: 1, to: 1 }]);
        // Removed, and those behind it numbered anew.
        let mut closed = without(2);
        closed[2..].iter_mut().for_each(|entry| entry.number -= 1);
        assert_eq!(look(&closed, Vec::new())[0], Finding::Changed { number: 3 });
        // Put in between, with those behind it numbered anew.
        let mut longer = whole.clone();
        longer.insert(3, whole[1].clone());
        longer[3..].iter_mut().enumerate().for_each(|(index, entry)| entry.number = index as u64 + 4);
        assert_eq!(look(&longer, Vec::new())[0], Finding::Changed { number: 4 });
        // Doubled as it is.
        let mut doubled = whole.clone();
        doubled.insert(3, whole[2].clone());
        assert_eq!(look(&doubled, Vec::new())[0], Finding::OutOfOrder { number: 3 });
        // Two changed places, with their numbers.
        let mut moved = whole.clone();
        moved.swap(2, 3);
        (moved[2].number, moved[3].number) = (3, 4);
        assert_eq!(look(&moved, Vec::new())[..2], [Finding::Changed { number: 3 }, Finding::Changed { number: 4 }]);
    }

    #[test]
    fn a_cut_or_rewritten_end_is_found_by_a_checkpoint_alone() {
        let whole = log(6);
        assert_eq!(look(&whole[..4], Vec::new()), [], "a chain cannot see it");
        assert_eq!(look(&whole[..4], vec![checkpoint(&whole)]), [Finding::Cut { ends_at: 4, ended_at: 6 }]);
        assert_eq!(look(&[], vec![checkpoint(&whole)]), [Finding::Cut { ends_at: 0, ended_at: 6 }]);
        let mut other = whole[..3].to_vec();
        for keys in 50..54 {
            let before = other.last().map(|entry| (entry.number, entry.hash.as_str()));
            let entry = AuditEntry::after(before, Timestamp(1_000), &AuditEvent::KeysRotated { keys }, &KEY);
            other.push(entry);
        }
        assert_eq!(look(&other, Vec::new()), []);
        assert_eq!(look(&other, vec![checkpoint(&whole)]), [Finding::Rewritten { number: 6 }]);
    }

    #[test]
    fn a_checkpoint_of_somebody_else_is_none() {
        let whole = log(3);
        let last = whole.last().unwrap();
        let forged = Checkpoint::of(9, &last.hash, Timestamp(2_000), &Key("theirs"));
        assert_eq!(look(&whole, vec![forged]), [Finding::FalseCheckpoint { number: 9 }]);
        let moved = Checkpoint { number: 2, ..checkpoint(&whole) };
        assert_eq!(look(&whole, vec![moved]), [Finding::FalseCheckpoint { number: 2 }]);
    }
}
