//! How long what is kept is kept, by its class.
//!
//! What a call was and cost, without a person, and the audit log are kept for good: money must stay provable.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A day.
const DAY: Duration = Duration::from_secs(86_400);

/// Classes of what is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataClass {
    /// The sound of calls and messages.
    Recording,
    /// Who said what.
    Transcript,
    /// The record from which a call's decisions can be replayed; holds its words.
    Trace,
    /// The errand, whom it rang, and its report. When it goes, the three above go with it.
    Task,
}

impl DataClass {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Recording, Self::Transcript, Self::Trace, Self::Task];

    /// Returns the stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Transcript => "transcript",
            Self::Trace => "trace",
            Self::Task => "task",
        }
    }
}

/// How many days after the end of a call each class is kept; 0 keeps it until it is erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Retention {
    /// Days of recordings.
    pub recording_days: u32,
    /// Days of transcripts.
    pub transcript_days: u32,
    /// Days of traces.
    pub trace_days: u32,
    /// Days of tasks.
    pub task_days: u32,
}

/// Sound for a month, to check an answer by; words for a quarter; errands and reports for a year.
impl Default for Retention {
    fn default() -> Self {
        Self { recording_days: 30, transcript_days: 90, trace_days: 30, task_days: 365 }
    }
}

impl Retention {
    /// Returns how long a class is kept; `None` if until it is erased.
    pub fn of(&self, class: DataClass) -> Option<Duration> {
        let days = match class {
            DataClass::Recording => self.recording_days,
            DataClass::Transcript => self.transcript_days,
            DataClass::Trace => self.trace_days,
            DataClass::Task => self.task_days,
        };
        (days > 0).then(|| DAY * days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_days_are_no_end() {
        let retention = Retention { task_days: 0, ..Retention::default() };
        assert_eq!(retention.of(DataClass::Recording), Some(Duration::from_secs(30 * 86_400)));
        assert_eq!(retention.of(DataClass::Task), None);
    }
}
