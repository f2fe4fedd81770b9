//! When a phone provider that fails again and again is left alone for a while.
//!
//! Three dials in a row that failed for the provider's own sake, or for credentials that it does not accept, and nothing is dialed by it
//! for a minute. Then one dial may try; if that fails too, the rest is twice as long. Pure: one [`Breaker`] a provider, fed with what
//! came of each dial. It lives as long as its process: who has mended the settings starts anew.

use std::time::Duration;

use telephony::Timestamp;

use crate::codes::{self, CodeEntry};
use crate::refusal::{AllowedWhen, Refusal, Rule};

/// So many dials in a row must fail. One may be chance, and so may two at a bad moment.
const FAILURES: u32 = 3;

/// The first rest.
const FIRST_REST: Duration = Duration::from_secs(60);

/// No rest is longer: a provider that works again is noticed within a quarter of an hour.
const LONGEST_REST: Duration = Duration::from_secs(900);

/// The dial that tries has told what came of it within so long, or another one may.
const TRIED_WITHIN: Duration = Duration::from_secs(120);

/// What was wrong with a dial, as far as it is the provider's matter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The credentials were not accepted.
    Credentials,
    /// It could not be reached, or gave no clear answer.
    OutOfOrder,
}

impl Trouble {
    const fn entry(self) -> CodeEntry {
        match self {
            Self::Credentials => codes::CARRIER_RESTS_CREDENTIALS,
            Self::OutOfOrder => codes::CARRIER_RESTS,
        }
    }
}

/// What came of a dial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tried {
    /// The provider answered: it placed the call, or refused this one for a reason of its own.
    Answered,
    /// It failed.
    Failed(Trouble),
}

/// A provider is left alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resting {
    /// Until when.
    pub until: Timestamp,
    /// What was wrong last.
    pub trouble: Trouble,
}

impl Resting {
    /// Returns the refusal of a dial meanwhile.
    pub fn refusal(&self) -> Refusal {
        let entry = self.trouble.entry();
        Refusal::new(Rule::Dialing, &entry, entry.text, AllowedWhen::From(self.until))
    }
}

/// Counts what came of the dials by one provider.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Breaker {
    failures: u32,
    rest: Option<Rest>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Rest {
    resting: Resting,
    length: Duration,
}

/// What a dial changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// Nothing worth telling.
    None,
    /// The provider is left alone from now on, or still.
    Rests(Resting),
    /// It works again.
    Works,
}

impl Breaker {
    /// Returns until when nothing may be dialed; `None` if something may.
    pub fn resting(&self, now: Timestamp) -> Option<Resting> {
        self.rest.map(|rest| rest.resting).filter(|resting| now < resting.until)
    }

    /// Takes leave for one dial. After a rest one dial gets it, and no other until that one has told what came of it.
    ///
    /// # Errors
    /// [`Resting`]; send nothing.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Resting> {
        if let Some(resting) = self.resting(now) {
            return Err(resting);
        }
        if let Some(rest) = &mut self.rest {
            rest.resting.until = now + TRIED_WITHIN;
        }
        Ok(())
    }

    /// Takes note of what came of a dial.
    pub fn tried(&mut self, now: Timestamp, tried: Tried) -> Change {
        match tried {
            Tried::Answered => {
                self.failures = 0;
                self.rest.take().map_or(Change::None, |_| Change::Works)
            }
            Tried::Failed(trouble) => {
                self.failures = self.failures.saturating_add(1);
                let length = match self.rest {
                    Some(rest) => (rest.length * 2).min(LONGEST_REST),
                    None if self.failures >= FAILURES => FIRST_REST,
                    None => return Change::None,
                };
                let resting = Resting { until: now + length, trouble };
                self.rest = Some(Rest { resting, length });
                Change::Rests(resting)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_795_539_600_000);
    const DEAD: Tried = Tried::Failed(Trouble::OutOfOrder);

    fn after(seconds: u64) -> Timestamp {
        NOON + Duration::from_secs(seconds)
    }

    fn broken() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            breaker.take(NOON).unwrap();
            breaker.tried(NOON, DEAD);
        }
        breaker
    }

    #[test]
    fn three_failures_in_a_row_and_not_in_all_give_a_rest() {
        let mut breaker = Breaker::default();
        for tried in [DEAD, DEAD, Tried::Answered, DEAD, DEAD] {
            assert_eq!(breaker.tried(NOON, tried), Change::None);
        }
        let resting = Resting { until: after(60), trouble: Trouble::Credentials };
        assert_eq!(breaker.tried(NOON, Tried::Failed(Trouble::Credentials)), Change::Rests(resting));
        assert_eq!(breaker.take(after(59)), Err(resting));
    }

    #[test]
    fn one_dial_tries_and_the_rest_grows_until_it_works() {
        let mut breaker = broken();
        let mut begins = 0;
        for rest in [60, 120, 240, 480, 900, 900] {
            assert!(breaker.resting(after(begins + rest - 1)).is_some() && breaker.resting(after(begins + rest)).is_none(), "{rest}");
            begins += rest;
            assert_eq!(breaker.take(after(begins)), Ok(()));
            assert!(breaker.take(after(begins)).is_err(), "one tries, and the others wait for what it tells");
            assert!(matches!(breaker.tried(after(begins), DEAD), Change::Rests(_)));
        }
        assert_eq!(breaker.take(after(begins + 900)), Ok(()));
        assert_eq!(breaker.tried(after(begins + 900), Tried::Answered), Change::Works);
        assert_eq!((breaker, breaker.take(after(begins + 900))), (Breaker::default(), Ok(())));
    }

    #[test]
    fn a_try_that_never_tells_does_not_close_the_door_for_ever() {
        let mut breaker = broken();
        assert_eq!(breaker.take(after(60)), Ok(()));
        assert!(breaker.take(after(179)).is_err());
        assert_eq!(breaker.take(after(180)), Ok(()));
    }

    #[test]
    fn a_refusal_says_what_to_do_and_when() {
        let refusal = Resting { until: after(60), trouble: Trouble::Credentials }.refusal();
        assert_eq!((refusal.code, refusal.allowed_when), ("dialing.carrier_rests_credentials", AllowedWhen::From(after(60))));
        assert!(refusal.remedy.contains("puppetmaster doctor"), "{}", refusal.remedy);
    }
}
