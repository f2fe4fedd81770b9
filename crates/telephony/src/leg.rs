//! The states of a leg and their order, so that late, doubled or reordered callbacks are harmless.

use serde::{Deserialize, Serialize};

/// The state of one party's connection, in the field's own words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegState {
    /// Accepted by the carrier, not dialled yet.
    Queued,
    /// The carrier has begun to dial.
    Dialing,
    /// The far end rings.
    Ringing,
    /// Answered.
    InProgress,
    /// Ended after an answer.
    Completed,
    /// Ended: busy.
    Busy,
    /// Ended: no answer in time.
    NoAnswer,
    /// Ended: cancelled before the answer.
    Canceled,
    /// Ended: could not be connected.
    Failed,
}

impl LegState {
    /// Returns whether no later state can follow.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Busy | Self::NoAnswer | Self::Canceled | Self::Failed)
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Dialing => 1,
            Self::Ringing => 2,
            Self::InProgress => 3,
            Self::Completed | Self::Busy | Self::NoAnswer | Self::Canceled | Self::Failed => 4,
        }
    }

    /// Returns whether news of `next` moves a leg in this state forward.
    ///
    /// A terminal state never moves; an equal or earlier state is late news.
    pub const fn advances_to(self, next: Self) -> bool {
        next.rank() > self.rank()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_news_never_moves_a_leg_back() {
        assert!(LegState::Queued.advances_to(LegState::InProgress));
        assert!(!LegState::InProgress.advances_to(LegState::Ringing));
        assert!(!LegState::Completed.advances_to(LegState::Failed));
        assert!(!LegState::Ringing.advances_to(LegState::Ringing));
    }
}
