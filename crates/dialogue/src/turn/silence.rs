//! Nobody says anything: when to ask again and when to give up.

use std::time::Duration;

use crate::conversation::Config;

/// The watch over silences in a row.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Silence {
    times: u8,
    is_patient: bool,
}

/// What a silence that has lasted too long leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Ask again.
    Reprompt {
        /// How many times in a row.
        times: u8,
    },
    /// Enough.
    GiveUp,
}

impl Silence {
    /// Returns how long the next silence may last.
    pub fn limit(self, config: &Config) -> Duration {
        if self.is_patient { config.patience } else { config.no_input_after }
    }

    /// The silence has lasted its limit.
    pub fn lasted(&mut self, config: &Config) -> Step {
        self.is_patient = false;
        if self.times >= config.reprompts {
            return Step::GiveUp;
        }
        self.times += 1;
        Step::Reprompt { times: self.times }
    }

    /// The callee spoke before the reprompt was spoken: it does not count.
    pub fn reprompt_was_not_needed(&mut self) {
        self.times = self.times.saturating_sub(1);
    }

    /// The callee said something.
    pub fn broken(&mut self) {
        *self = Self::default();
    }

    /// Returns whether the callee asked for a moment and has not come back.
    pub fn is_patient(self) -> bool {
        self.is_patient
    }

    /// The callee asked for a moment.
    pub fn be_patient(&mut self) {
        self.is_patient = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_reprompts_then_the_end() {
        let config = Config::default();
        let mut silence = Silence::default();
        assert_eq!(silence.lasted(&config), Step::Reprompt { times: 1 });
        assert_eq!(silence.lasted(&config), Step::Reprompt { times: 2 });
        assert_eq!(silence.lasted(&config), Step::GiveUp);
        silence.broken();
        assert_eq!(silence.lasted(&config), Step::Reprompt { times: 1 });
    }

    #[test]
    fn patience_lasts_for_one_silence() {
        let config = Config::default();
        let mut silence = Silence::default();
        silence.be_patient();
        assert_eq!(silence.limit(&config), config.patience);
        silence.lasted(&config);
        assert_eq!(silence.limit(&config), config.no_input_after);
    }
}
