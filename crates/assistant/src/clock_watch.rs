//! Whether the wall clock can be believed: calling hours, due times and records rest on it.
//!
//! Pure. The shell brings both clocks of the machine, the wall clock and the monotonic one, which nobody can set. If they drift
//! apart by much between two looks, the wall clock was set, or the machine slept: it is doubted until a phone provider's own clock
//! agrees with it, or, where none can be asked, until it has been steady for a while.

use std::time::Duration;

use telephony::Timestamp;

use crate::codes;
use crate::refusal::{AllowedWhen, Refusal, Rule};

/// A wall clock that goes further apart from the monotonic one between two looks has jumped. Less is what network time corrects.
const JUMP: Duration = Duration::from_secs(120);

/// A clock that is off by less from a phone provider's is right enough for everything.
pub const AGREES_WITHIN: Duration = Duration::from_secs(30);

/// A clock that nobody can be asked about is believed again once it has not jumped for so long.
const STEADY: Duration = Duration::from_secs(600);

/// The wall clock is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockDoubt {
    /// By how many seconds it jumped last; below zero: back.
    pub seconds: i64,
}

impl ClockDoubt {
    /// Returns the refusal of a dial meanwhile. By what the clock says nobody can know when it ends.
    pub fn refusal(&self) -> Refusal {
        let (amount, way) = (self.seconds.unsigned_abs(), if self.seconds < 0 { "back" } else { "forward" });
        let fact = format!("the clock of this machine jumped {amount} s {way}, and the phone provider's has not agreed with it yet");
        Refusal::new(Rule::Dialing, &codes::DIALING_CLOCK, fact, AllowedWhen::AfterRemedy)
    }
}

/// What a look at the clocks brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockNews {
    /// Nothing new.
    None,
    /// The wall clock has jumped, and is doubted.
    Jumped(ClockDoubt),
    /// It is believed again.
    Believed,
}

/// Watches the clocks.
#[derive(Clone, Default, Debug)]
pub struct ClockWatch {
    last: Option<(Duration, Timestamp)>,
    doubt: Option<Doubted>,
}

#[derive(Clone, Copy, Debug)]
struct Doubted {
    doubt: ClockDoubt,
    since: Duration,
    /// A provider's clock says something else: steadiness is no proof then.
    is_contradicted: bool,
}

impl ClockWatch {
    /// Takes a look: what the monotonic clock shows, counted from anywhere, and what the wall clock does.
    pub fn look(&mut self, monotonic: Duration, wall: Timestamp) -> ClockNews {
        let last = self.last.replace((monotonic, wall));
        if let Some((before, showed)) = last {
            let expected = showed + monotonic.saturating_sub(before);
            let millis = wall.as_millis().saturating_sub(expected.as_millis());
            if u128::from(millis.unsigned_abs()) > JUMP.as_millis() {
                let doubt = ClockDoubt { seconds: millis / 1_000 };
                self.doubt = Some(Doubted { doubt, since: monotonic, is_contradicted: false });
                return ClockNews::Jumped(doubt);
            }
        }
        match self.doubt {
            Some(doubted) if !doubted.is_contradicted && monotonic >= doubted.since + STEADY => self.believe(),
            Some(_) | None => ClockNews::None,
        }
    }

    /// Takes note of what a phone provider's clock shows, at a moment at which ours shows this.
    pub fn compare(&mut self, ours: Timestamp, theirs: Timestamp) -> ClockNews {
        let apart = u128::from(ours.as_millis().abs_diff(theirs.as_millis()));
        match &mut self.doubt {
            None => ClockNews::None,
            Some(_) if apart <= AGREES_WITHIN.as_millis() => self.believe(),
            Some(doubted) => {
                doubted.is_contradicted = true;
                ClockNews::None
            }
        }
    }

    /// Returns why the wall clock is not believed; `None` if it is.
    pub fn doubt(&self) -> Option<ClockDoubt> {
        self.doubt.map(|doubted| doubted.doubt)
    }

    fn believe(&mut self) -> ClockNews {
        self.doubt = None;
        ClockNews::Believed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_795_539_600_000);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A watch that has seen noon.
    fn watch() -> ClockWatch {
        let mut watch = ClockWatch::default();
        assert_eq!(watch.look(seconds(100), NOON), ClockNews::None);
        watch
    }

    #[test]
    fn a_clock_that_goes_with_the_other_is_believed_whatever_it_is_corrected_by() {
        let mut watch = watch();
        for (monotonic, wall) in [(110, 10), (120, 140), (130, 30), (4_000, 3_900)] {
            assert_eq!(watch.look(seconds(monotonic), NOON + seconds(wall)), ClockNews::None, "{monotonic}");
        }
        assert_eq!(watch.doubt(), None);
    }

    #[test]
    fn two_hours_forward_or_back_are_doubted_until_the_provider_agrees() {
        for (wall, jumped) in [(NOON + seconds(7_210), 7_200), (NOON - seconds(7_190), -7_200)] {
            let mut watch = watch();
            let doubt = ClockDoubt { seconds: jumped };
            assert_eq!(watch.look(seconds(110), wall), ClockNews::Jumped(doubt));
            assert_eq!(watch.look(seconds(120), wall + seconds(10)), ClockNews::None, "it is told once");
            assert_eq!(watch.compare(wall, NOON + seconds(20)), ClockNews::None);
            assert_eq!(
                watch.look(seconds(5_000), wall + seconds(4_890)),
                ClockNews::None,
                "whoever is contradicted is not believed for being steady"
            );
            assert_eq!(watch.doubt(), Some(doubt));
            // Somebody sets it right: that is a jump as well, and then both agree.
            let right = NOON + seconds(4_910);
            assert_eq!(watch.look(seconds(5_010), right), ClockNews::Jumped(ClockDoubt { seconds: -jumped }));
            assert_eq!(watch.compare(right + seconds(29), right), ClockNews::Believed);
            assert_eq!((watch.doubt(), watch.compare(right, NOON)), (None, ClockNews::None));
        }
    }

    #[test]
    fn where_nobody_can_be_asked_it_must_have_been_steady() {
        let mut watch = watch();
        let jumped = NOON + seconds(4_000);
        assert!(matches!(watch.look(seconds(200), jumped), ClockNews::Jumped(_)));
        assert_eq!(watch.look(seconds(799), jumped + seconds(599)), ClockNews::None);
        assert!(watch.doubt().is_some());
        assert_eq!(watch.look(seconds(800), jumped + seconds(600)), ClockNews::Believed);
        assert_eq!(watch.doubt(), None);
    }

    #[test]
    fn a_refusal_says_by_how_much() {
        let refusal = ClockDoubt { seconds: -7_200 }.refusal();
        assert_eq!((refusal.code, refusal.allowed_when), ("dialing.clock_untrusted", AllowedWhen::AfterRemedy));
        assert!(refusal.fact.contains("jumped 7200 s back"), "{}", refusal.fact);
    }
}
