//! Follows a call that is to be recorded and says when to begin, pause, go on, stop and delete.
//!
//! A machine without time of its own: places in the audio come with what was heard. The engine carries the orders out; what
//! was ordered dropped must be neither on disk nor with the carrier. An objection ends recording for good, whatever the law of
//! the place would let us do: what exists is deleted and the call goes on without.

use dialogue::understand::assent::{Assent, assent};
use dialogue::understand::signal::{self, Signal};
use serde::{Deserialize, Serialize};
use telephony::AudioPosition;

use super::card_digits::{CardWatch, Side};
use super::{Asks, RecordingPlan};

/// What happened on the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input<'a> {
    /// The first sample of the notice is about to be sent.
    NoticeBegins(AudioPosition),
    /// The notice was heard to its end.
    NoticeHeard(AudioPosition),
    /// Somebody said something.
    Said {
        /// Who.
        side: Side,
        /// What, once it is settled.
        text: &'a str,
        /// Where it begins.
        from: AudioPosition,
        /// Where it ends.
        to: AudioPosition,
    },
    /// The callee pressed keys, or we did.
    Keys {
        /// Who.
        side: Side,
        /// Which.
        digits: &'a str,
        /// When the first was pressed.
        from: AudioPosition,
        /// When the last was.
        to: AudioPosition,
    },
}

/// What the engine is to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Record our own voice from here on.
    RecordOurs {
        /// From this sample.
        from: AudioPosition,
    },
    /// Record both sides from here on.
    RecordBoth {
        /// From this sample.
        from: AudioPosition,
    },
    /// Record nothing until told otherwise, and silence what was recorded since `from`. The same words are masked in the
    /// transcript.
    PauseAndSilence {
        /// From this sample, which may lie in the past.
        from: AudioPosition,
    },
    /// Go on recording.
    Resume {
        /// From this sample.
        from: AudioPosition,
    },
    /// Stop for good and delete everything that was recorded, at the carrier as well.
    StopAndDelete,
}

/// What proves that the callee knew or agreed, to be kept with the recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsentSpan {
    /// Where the notice begins.
    pub notice_from: AudioPosition,
    /// Where it ends.
    pub notice_to: AudioPosition,
    /// Where the callee's next words after it stand, or the yes where one is needed: beginning and end.
    pub answer: Option<(AudioPosition, AudioPosition)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Nothing is recorded and nothing will be.
    Off,
    /// The notice has not begun.
    BeforeNotice,
    /// Our voice is recorded; the notice is being spoken.
    InNotice,
    /// Our voice is recorded; the callee has not said yes.
    AwaitingYes,
    /// Both are recorded.
    Both,
    /// Paused for digits.
    Paused,
}

/// Follows one call.
#[derive(Clone, Debug)]
pub struct RecordingWatch {
    state: State,
    asks: Asks,
    cards: CardWatch,
    notice: Option<(AudioPosition, AudioPosition)>,
    answer: Option<(AudioPosition, AudioPosition)>,
}

impl RecordingWatch {
    /// Returns the watch over a call with this plan.
    pub fn new(plan: &RecordingPlan) -> Self {
        let (state, asks) = match plan {
            RecordingPlan::Off { .. } => (State::Off, Asks::AllParties),
            RecordingPlan::FromNotice { asks, .. } => (State::BeforeNotice, *asks),
        };
        Self { state, asks, cards: CardWatch::default(), notice: None, answer: None }
    }

    /// Takes what happened and returns what is to be done, if anything is.
    pub fn handle(&mut self, input: Input<'_>) -> Option<Order> {
        match (input, self.state) {
            (Input::NoticeBegins(_) | Input::NoticeHeard(_), State::Off) => None,
            // Nothing is recorded, but words are kept, and what is hidden in them hangs on what was said before.
            (Input::Said { side, text, from, .. }, State::Off) => {
                self.cards.hear(side, text, from);
                None
            }
            (Input::NoticeBegins(at), State::BeforeNotice) => {
                self.notice = Some((at, at));
                self.state = State::InNotice;
                Some(Order::RecordOurs { from: at })
            }
            (Input::NoticeHeard(at), State::InNotice) => {
                self.notice = self.notice.map(|(from, _)| (from, at));
                if self.asks == Asks::ExpressYes {
                    self.state = State::AwaitingYes;
                    return None;
                }
                self.state = State::Both;
                Some(Order::RecordBoth { from: at })
            }
            // A notice that is spoken again changes nothing.
            (Input::NoticeBegins(_), State::InNotice | State::AwaitingYes | State::Both | State::Paused) => None,
            (Input::NoticeHeard(_), State::BeforeNotice | State::AwaitingYes | State::Both | State::Paused) => None,
            (Input::Said { side, text, from, to }, state) => self.hear(side, text, from, to, state),
            (Input::Keys { side, digits, from, to }, state) => {
                let sighting = self.cards.key(side, digits, from);
                self.on_sighting(sighting, to, state)
            }
        }
    }

    /// Returns what proves that the callee knew, once the notice was heard.
    pub fn consent_span(&self) -> Option<ConsentSpan> {
        let (notice_from, notice_to) = self.notice.filter(|(from, to)| from < to)?;
        Some(ConsentSpan { notice_from, notice_to, answer: self.answer })
    }

    /// Returns whether the notice is being spoken: what the callee says meanwhile may yet belong on the recording.
    pub fn is_in_notice(&self) -> bool {
        self.state == State::InNotice
    }

    /// Returns whether nothing is recorded for the moment.
    pub fn is_paused(&self) -> bool {
        self.state == State::Paused
    }

    /// Returns the watch over digits.
    pub const fn cards(&self) -> &CardWatch {
        &self.cards
    }

    fn hear(&mut self, side: Side, text: &str, from: AudioPosition, to: AudioPosition, state: State) -> Option<Order> {
        if side == Side::Callee && signal::has(text, Signal::DoNotRecord) {
            self.state = State::Off;
            // Before the notice nothing exists; deleting nothing does no harm, and the order is the same for the engine.
            return Some(Order::StopAndDelete);
        }
        if side == Side::Callee && matches!(state, State::AwaitingYes | State::Both) && self.answer.is_none() {
            let is_yes = says_yes(text);
            if state == State::AwaitingYes {
                if !is_yes {
                    return None;
                }
                self.answer = Some((from, to));
                self.state = State::Both;
                return Some(Order::RecordBoth { from: to });
            }
            self.answer = Some((from, to));
        }
        let sighting = self.cards.hear(side, text, from);
        self.on_sighting(sighting, to, state)
    }

    fn on_sighting(&mut self, sighting: Option<AudioPosition>, to: AudioPosition, state: State) -> Option<Order> {
        match (sighting, state) {
            (Some(from), State::Both) => {
                self.state = State::Paused;
                Some(Order::PauseAndSilence { from })
            }
            // What was said since the pause is not on the tape; it goes on once something else is spoken of.
            (None, State::Paused) if !self.cards.is_near() => {
                self.state = State::Both;
                Some(Order::Resume { from: to })
            }
            (Some(_) | None, State::Off | State::BeforeNotice | State::InNotice | State::AwaitingYes | State::Both | State::Paused) => None,
        }
    }
}

/// Only a plain yes is one: what is only likely, or a yes and a no in one breath, is not.
fn says_yes(text: &str) -> bool {
    assent(text).is_some_and(|heard| heard.value == Assent::Yes && heard.confidence >= 90)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn plan(asks: Asks) -> RecordingPlan {
        RecordingPlan::FromNotice { asks, places: Vec::new() }
    }

    /// Plays lines such as `1.0 notice-begins`, `3.0 notice-heard`, `4.0-5.5 callee Hello?`, `9.0-9.5 keys-callee 4111`.
    fn check(plan: &RecordingPlan, script: &str, expected: Expect) -> RecordingWatch {
        let seconds = |text: &str| AudioPosition::from_millis((text.parse::<f64>().unwrap() * 1_000.0) as u64);
        let mut watch = RecordingWatch::new(plan);
        let mut orders = Vec::new();
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (at, rest) = line.split_once(' ').unwrap();
            let (from, to) = at.split_once('-').unwrap_or((at, at));
            let (from, to) = (seconds(from), seconds(to));
            let (what, text) = rest.split_once(' ').unwrap_or((rest, ""));
            let order = match what {
                "notice-begins" => watch.handle(Input::NoticeBegins(from)),
                "notice-heard" => watch.handle(Input::NoticeHeard(from)),
                "callee" => watch.handle(Input::Said { side: Side::Callee, text, from, to }),
                "us" => watch.handle(Input::Said { side: Side::Us, text, from, to }),
                "keys-callee" => watch.handle(Input::Keys { side: Side::Callee, digits: text, from, to }),
                other => panic!("{other}"),
            };
            let place = |at: AudioPosition| format!("{:.1}", at.as_millis() as f64 / 1_000.0);
            orders.extend(order.map(|order| match order {
                Order::RecordOurs { from } => format!("record ours from {}", place(from)),
                Order::RecordBoth { from } => format!("record both from {}", place(from)),
                Order::PauseAndSilence { from } => format!("pause, silence from {}", place(from)),
                Order::Resume { from } => format!("resume from {}", place(from)),
                Order::StopAndDelete => "stop and delete".to_owned(),
            }));
        }
        expected.assert_eq(&orders.join("\n"));
        watch
    }

    #[test]
    fn no_sample_of_the_callee_stands_before_the_notice() {
        let watch = check(
            &plan(Asks::AllParties),
            "0.2-0.9 callee Hello, this is the corner shop.
             1.0 notice-begins
             2.0-2.4 callee Hm?
             5.0 notice-heard
             5.4-6.8 callee Sure, what can I do for you?",
            expect![[r#"
                record ours from 1.0
                record both from 5.0"#]],
        );
        let span = watch.consent_span().unwrap();
        let millis = |at: AudioPosition| at.as_millis();
        assert_eq!((millis(span.notice_from), millis(span.notice_to)), (1_000, 5_000));
        assert_eq!(span.answer.map(|(from, to)| (millis(from), millis(to))), Some((5_400, 6_800)));
    }

    #[test]
    fn a_notice_that_was_not_heard_to_its_end_proves_nothing() {
        let watch = check(&plan(Asks::AllParties), "1.0 notice-begins", expect!["record ours from 1.0"]);
        assert_eq!(watch.consent_span(), None);
    }

    #[test]
    fn where_a_yes_is_needed_the_callee_is_not_recorded_before_it() {
        check(
            &plan(Asks::ExpressYes),
            "1.0 notice-begins
             5.0 notice-heard
             5.4-6.8 callee Who is calling, please?
             9.0-9.6 callee Yes, that's fine.
             12.0-13.0 callee We close at nine.",
            expect![[r#"
                record ours from 1.0
                record both from 9.6"#]],
        );
    }

    #[test]
    fn an_objection_stops_and_deletes_and_nothing_begins_again() {
        check(
            &plan(Asks::OneParty),
            "1.0 notice-begins
             5.0 notice-heard
             5.4-6.8 callee I don't want to be recorded.
             8.0 notice-begins
             9.0 notice-heard
             10.0-11.0 callee We close at nine.",
            expect![[r#"
                record ours from 1.0
                record both from 5.0
                stop and delete"#]],
        );
    }

    #[test]
    fn digits_of_a_card_pause_and_silence_from_their_first() {
        check(
            &plan(Asks::AllParties),
            "1.0 notice-begins
             5.0 notice-heard
             10.0-12.0 callee I can read you our card, it's 4111 1111
             13.0-15.0 callee 1111 1111
             16.0-17.0 us I cannot take card numbers.
             18.0-19.0 callee Oh. Then pay in the shop, please.
             20.0-21.0 callee We close at nine.",
            expect![[r#"
                record ours from 1.0
                record both from 5.0
                pause, silence from 10.0
                resume from 17.0"#]],
        );
    }

    #[test]
    fn keys_are_digits_as_well() {
        check(
            &plan(Asks::AllParties),
            "1.0 notice-begins
             5.0 notice-heard
             10.0-14.0 keys-callee 4111111111111111
             18.0-19.0 callee Did you get that?",
            expect![[r#"
                record ours from 1.0
                record both from 5.0
                pause, silence from 10.0
                resume from 19.0"#]],
        );
    }

    #[test]
    fn a_call_that_is_not_recorded_stays_so() {
        let off = RecordingPlan::Off { because: super::super::WhyNot::OffByDefault };
        check(&off, "1.0 notice-begins\n5.0 notice-heard\n6.0-7.0 callee Yes.", expect![""]);
    }
}
