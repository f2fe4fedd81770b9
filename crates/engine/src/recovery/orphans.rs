//! Calls that live at the carrier and that nobody leads: looked for at the start and now and then, and ended if they are ours.
//!
//! Ours is what the books prove: a call that an attempt of ours is known to have made, or one from our number to a callee whom we
//! dialed at that very time; or a further leg, to the telephone of the user or a guest, by the same proofs. Whatever else lives on our number may be another program's, or somebody's telephone, and is left alone.

use std::time::Duration;

use ::assistant::attempt::Direction;
use ports::carrier::LiveLeg;
use ports::task_store::{FurtherLeg, OpenAttempt, StoreError};
use telephony::AttemptId;

use super::left_behind::end;
use super::{Recovery, Swept};

/// Attempts that are looked at: no call of ours can live for longer.
const LOOKS_BACK: Duration = Duration::from_secs(86_400);

/// A call that was asked for so long after an attempt was begun was not asked for by it, but for what the carrier does late.
const ASKED_WITHIN: Duration = Duration::from_secs(120);

/// Clocks are apart by so much at most; `doctor` says if ours is wrong by more.
const CLOCKS_APART: Duration = Duration::from_secs(30);

impl Recovery {
    /// Ends live calls of ours that nobody leads. A carrier that cannot be asked is asked the next time.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was ended.
    pub async fn sweep(&self) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        for way in &self.ways {
            let legs = match way.carrier.live_calls(&way.from).await {
                Ok(legs) if legs.is_empty() => continue,
                Ok(legs) => legs,
                Err(error) => {
                    tracing::debug!(%error, "live calls could not be asked for");
                    swept.unasked += 1;
                    continue;
                }
            };
            // Asked after the carrier: every attempt of which it could have listed a call is on disk by now.
            let attempts = self.store.recent(self.clock.now() - LOOKS_BACK).await?;
            for leg in legs {
                let whose = match whose(&leg, &attempts) {
                    Whose::Nobodys => self.whose_further_leg(&leg, &attempts).await?,
                    known => known,
                };
                match whose {
                    Whose::Led | Whose::Nobodys => {}
                    Whose::LeftBehind => {
                        let ended = end(way, leg.call).await;
                        tracing::warn!(carrier = way.carrier.name(), is_ended = ended.is_ok(), "a call of ours lived on that nobody led");
                        swept.ended += u32::from(ended.is_ok());
                        swept.alive += u32::from(ended.is_err());
                    }
                }
            }
        }
        Ok(swept)
    }

    /// Asks the books whether a call rings a telephone beside a callee's.
    async fn whose_further_leg(&self, leg: &LiveLeg, attempts: &[OpenAttempt]) -> Result<Whose, StoreError> {
        let legs = self.store.further_legs(&leg.call.id, &leg.to, self.clock.now() - LOOKS_BACK).await?;
        // An attempt that the last process left open has no driver either, though its carrier could not be asked yet.
        let has_ended = |attempt: &AttemptId| {
            let open = attempts.iter().find(|open| open.attempt == *attempt && !open.state.is_terminal());
            open.is_none() || self.is_inherited(attempt) && !self.is_led(attempt)
        };
        Ok(whose_further(leg, &legs, has_ended))
    }
}

/// Who leads a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whose {
    /// An attempt that has not ended, whose own business it is.
    Led,
    /// It was ours, and its attempt has ended.
    LeftBehind,
    /// Not ours, as far as can be proved.
    Nobodys,
}

fn whose(leg: &LiveLeg, attempts: &[OpenAttempt]) -> Whose {
    if let Some(named) = attempts.iter().find(|attempt| attempt.call.as_ref() == Some(&leg.call.id)) {
        return if named.state.is_terminal() { Whose::LeftBehind } else { Whose::Led };
    }
    let to_them = || attempts.iter().filter(|attempt| attempt.number == leg.to);
    if to_them().any(|attempt| !attempt.state.is_terminal()) {
        return Whose::Led;
    }
    let Some(made_at) = leg.made_at else { return Whose::Nobodys };
    let is_its_dial = |attempt: &OpenAttempt| {
        attempt.direction == Direction::Outbound
            && made_at + CLOCKS_APART >= attempt.began_at
            && made_at <= attempt.began_at + ASKED_WITHIN + CLOCKS_APART
    };
    if to_them().any(is_its_dial) { Whose::LeftBehind } else { Whose::Nobodys }
}

/// The last one that it can be: of two that were rung one after the other the earlier has ended.
fn whose_further(leg: &LiveLeg, known: &[FurtherLeg], has_ended: impl Fn(&AttemptId) -> bool) -> Whose {
    let is_asked_for_with = |further: &FurtherLeg| {
        let Some(made_at) = leg.made_at else { return false };
        made_at + CLOCKS_APART >= further.began_at && made_at <= further.began_at + ASKED_WITHIN + CLOCKS_APART
    };
    let named = known.iter().find(|further| further.call.as_ref() == Some(&leg.call.id));
    let found = named.or_else(|| known.iter().rfind(|further| further.call.is_none() && is_asked_for_with(further)));
    match found.map(|further| further.attempt.as_ref()) {
        None => Whose::Nobodys,
        Some(Some(attempt)) if !has_ended(attempt) => Whose::Led,
        Some(_) => Whose::LeftBehind,
    }
}

#[cfg(test)]
mod tests {
    use ::assistant::attempt::AttemptState;
    use ports::carrier::CarrierCall;
    use telephony::leg::LegState;
    use telephony::{CarrierCallId, PhoneNumber, TaskId, Timestamp};

    use super::*;

    const NOON: Timestamp = Timestamp(1_795_539_600_000);

    fn leg(call: &str, to: &str, made_after: Option<u64>) -> LiveLeg {
        LiveLeg {
            call: CarrierCall { id: CarrierCallId::new(call), state: LegState::InProgress, started_at: None, duration: None, price: None },
            to: PhoneNumber::parse(to).unwrap(),
            made_at: made_after.map(|seconds| NOON + Duration::from_secs(seconds)),
        }
    }

    fn attempt(state: AttemptState, call: Option<&str>) -> OpenAttempt {
        OpenAttempt {
            attempt: AttemptId::new("a1"),
            task: TaskId::new("t1"),
            direction: Direction::Outbound,
            number: PhoneNumber::parse("+12125550123").unwrap(),
            state,
            call: call.map(CarrierCallId::new),
            began_at: NOON,
        }
    }

    #[test]
    fn only_what_the_books_prove_is_ours() {
        let (ended, live) = (attempt(AttemptState::Terminal, Some("CA1")), attempt(AttemptState::Talking, Some("CA1")));
        let of = |leg: &LiveLeg, attempt: &OpenAttempt| whose(leg, std::slice::from_ref(attempt));
        assert_eq!(of(&leg("CA1", "+12125550123", None), &ended), Whose::LeftBehind, "it has its name in the books");
        assert_eq!(of(&leg("CA1", "+12125550123", None), &live), Whose::Led);
        assert_eq!(of(&leg("CA2", "+12125550123", Some(60)), &ended), Whose::LeftBehind, "the same callee, asked for with that dial");
        assert_eq!(of(&leg("CA2", "+12125550123", Some(60)), &live), Whose::Led, "its own driver or recovery looks after it");
        for other in [leg("CA2", "+12125550124", Some(60)), leg("CA2", "+12125550123", Some(600)), leg("CA2", "+12125550123", None)] {
            assert_eq!(of(&other, &ended), Whose::Nobodys, "{other:?}");
        }
        let rang_us = OpenAttempt { direction: Direction::Inbound, ..attempt(AttemptState::Terminal, None) };
        assert_eq!(of(&leg("CA2", "+12125550123", Some(60)), &rang_us), Whose::Nobodys, "we did not dial then");
    }

    #[test]
    fn a_further_leg_is_ours_by_its_name_or_by_when_it_was_rung() {
        let telephone = "+12125550150";
        let further = |call: Option<&str>| FurtherLeg { attempt: Some(AttemptId::new("a1")), call: call.map(CarrierCallId::new), began_at: NOON };
        let of = |leg: &LiveLeg, known: FurtherLeg, has_ended: bool| whose_further(leg, &[known], |_| has_ended);
        assert_eq!(of(&leg("CA7", telephone, None), further(Some("CA7")), true), Whose::LeftBehind, "it has its name in the books");
        assert_eq!(of(&leg("CA7", telephone, None), further(Some("CA7")), false), Whose::Led);
        assert_eq!(of(&leg("CA7", telephone, Some(2)), further(None), true), Whose::LeftBehind, "its name did not come");
        assert_eq!(of(&leg("CA7", telephone, Some(2)), further(None), false), Whose::Led);
        assert_eq!(of(&leg("CA7", telephone, Some(600)), further(None), true), Whose::Nobodys, "rung by somebody else, later");
        assert_eq!(of(&leg("CA7", telephone, None), further(None), true), Whose::Nobodys, "nobody says when");
        assert_eq!(whose_further(&leg("CA7", telephone, Some(2)), &[], |_| true), Whose::Nobodys);
    }
}
