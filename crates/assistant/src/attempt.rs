//! How far one attempt to reach the callee has come, in the order in which nothing can be undone.

use serde::{Deserialize, Serialize};

/// Who rang whom.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// We dialed.
    #[default]
    Outbound,
    /// The callee rang back: nothing was dialed, and nobody had to clear it.
    Inbound,
}

/// The state of an attempt. `unknown` stands between `dialing` and `placed`: bytes left, and no clear answer came.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// Cleared and written down. No byte has left.
    Intent,
    /// About to send the request. From here on no machine may send it again.
    Dialing,
    /// The request may or may not have been carried out. The carrier must be asked.
    Unknown,
    /// The carrier has the call.
    Placed,
    /// The media stream is open.
    Talking,
    /// Ended: it has a disposition, a cost row, and nothing moves it.
    Terminal,
}

impl AttemptState {
    /// All states in their order.
    pub const ALL: [Self; 6] = [Self::Intent, Self::Dialing, Self::Unknown, Self::Placed, Self::Talking, Self::Terminal];

    /// Returns whether news of `next` moves an attempt in this state forward. An earlier or equal state is late news.
    pub const fn advances_to(self, next: Self) -> bool {
        next as u8 > self as u8
    }

    /// Returns whether the attempt has ended.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Terminal)
    }

    /// Returns the state as a stable word, as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Dialing => "dialing",
            Self::Unknown => "unknown",
            Self::Placed => "placed",
            Self::Talking => "talking",
            Self::Terminal => "terminal",
        }
    }

    /// Returns the state for its stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_never_goes_back() {
        assert!(AttemptState::Dialing.advances_to(AttemptState::Unknown));
        assert!(AttemptState::Unknown.advances_to(AttemptState::Placed));
        assert!(!AttemptState::Talking.advances_to(AttemptState::Placed));
        assert!(AttemptState::ALL.iter().all(|state| !AttemptState::Terminal.advances_to(*state)));
    }

    #[test]
    fn words_lead_back_to_their_states() {
        for state in AttemptState::ALL {
            assert_eq!(AttemptState::from_word(state.as_str()), Some(state));
        }
    }
}
