//! Turns by webhook: the carrier asks for the next plan, and gets it as soon as there is something to do.
//!
//! Holds at most one question of the carrier. What is to be said or pressed before the carrier asks waits here.

use std::time::Duration;

use telephony::SessionTime;
use telephony::dtmf::Digit;
use telephony::plan::{Plan, Verb};
use tokio::sync::oneshot;

/// How long the carrier is kept waiting while the mind thinks: it gives up after 15 s, and hears silence until then.
pub const HOLD_AT_MOST: Duration = Duration::from_secs(8);

/// Silence after which the carrier asks again. Nobody can be heard between its question and our answer, so it is long.
const LISTEN_FOR: Duration = Duration::from_secs(5);

/// What is to be done next.
enum Step {
    Say { text: String, may_interrupt: bool },
    Press(Vec<Digit>),
}

/// The desk of one call.
pub struct TurnDesk {
    url: String,
    steps: Vec<Step>,
    question: Option<(oneshot::Sender<Plan>, SessionTime)>,
    hangs_up: bool,
    listens: bool,
    /// Where a recording is reported that the first answer begins.
    records_to: Option<String>,
}

impl TurnDesk {
    /// Returns the desk of a call whose carrier asks at `url`, and records the call if it is told where to report that.
    pub fn new(url: String, records_to: Option<String>) -> Self {
        Self { url, steps: Vec::new(), question: None, hangs_up: false, listens: true, records_to }
    }

    /// Says whether the callee is listened to after the next lines. If not, the carrier asks as soon as they were played.
    pub fn listens_afterwards(&mut self, listens: bool) {
        self.listens = listens;
    }

    /// Takes the carrier's question. One that still waits is answered with "ask again": the carrier has repeated itself.
    pub fn ask(&mut self, now: SessionTime, reply: oneshot::Sender<Plan>) {
        if let Some((earlier, _)) = self.question.replace((reply, now)) {
            // The earlier asker may be gone; then nobody minds.
            let _ = earlier.send(self.again());
        }
    }

    /// Says a line with the next answer.
    pub fn say(&mut self, text: String, may_interrupt: bool) {
        self.steps.push(Step::Say { text, may_interrupt });
    }

    /// Presses keys with the next answer.
    pub fn press(&mut self, digits: Vec<Digit>) {
        self.steps.push(Step::Press(digits));
    }

    /// Drops what waits to be said.
    pub fn drop_lines(&mut self) {
        self.steps.retain(|step| matches!(step, Step::Press(_)));
    }

    /// Ends the call with the next answer.
    pub fn hang_up(&mut self) {
        self.hangs_up = true;
    }

    /// Returns whether something waits to be said, and no question to answer with it.
    pub fn waits_for_a_question(&self) -> bool {
        self.question.is_none() && !self.steps.is_empty()
    }

    /// Returns when the carrier's question must be answered, whatever is known by then.
    pub fn due(&self) -> Option<SessionTime> {
        self.question.as_ref().map(|(_, since)| *since + HOLD_AT_MOST)
    }

    /// Answers the carrier's question if there is something to do, if nothing will come (`is_idle`), or if it is overdue.
    /// Returns whether lines were handed over.
    pub fn answer(&mut self, now: SessionTime, is_idle: bool) -> bool {
        let is_due = self.due().is_some_and(|due| due <= now);
        if self.question.is_none() || !(self.hangs_up || !self.steps.is_empty() || is_idle || is_due) {
            return false;
        }
        let Some((reply, _)) = self.question.take() else {
            return false;
        };
        let has_lines = !self.steps.is_empty();
        // Still thinking: nothing to hear, and the carrier's patience begins anew.
        let plan = if !self.hangs_up && !has_lines && !is_idle { self.again() } else { self.plan() };
        // The carrier may have given up on the question; it asks again, and what is lost is said again by the conversation.
        let _ = reply.send(plan);
        has_lines
    }

    /// Answers the carrier's question: let it wait for the beep, so long at most, and then ask again. Returns whether there was a question.
    pub fn await_beep(&mut self, at_most: Duration) -> bool {
        let Some((reply, _)) = self.question.take() else {
            return false;
        };
        let verbs = vec![Verb::AwaitBeep { at_most }, Verb::Redirect { url: self.url.clone() }];
        // As with every answer.
        let _ = reply.send(Plan { verbs });
        true
    }

    fn plan(&mut self) -> Plan {
        let mut verbs: Vec<_> = self.records_to.take().map(|report_to| Verb::Record { report_to }).into_iter().collect();
        let mut lines = Vec::new();
        for step in std::mem::take(&mut self.steps) {
            match step {
                Step::Say { text, may_interrupt: true } => lines.push(text),
                Step::Say { text, may_interrupt: false } => {
                    verbs.extend(lines.drain(..).map(|text| Verb::Say { text }));
                    verbs.push(Verb::Say { text });
                }
                Step::Press(digits) => {
                    verbs.extend(lines.drain(..).map(|text| Verb::Say { text }));
                    verbs.push(Verb::PressDigits { digits });
                }
            }
        }
        if self.hangs_up {
            verbs.extend(lines.into_iter().map(|text| Verb::Say { text }));
            verbs.push(Verb::HangUp);
        } else if !self.listens {
            verbs.extend(lines.into_iter().map(|text| Verb::Say { text }));
            verbs.push(Verb::Redirect { url: self.url.clone() });
        } else {
            verbs.push(Verb::Listen { lines, answer_to: self.url.clone(), silence: LISTEN_FOR });
            verbs.push(Verb::Redirect { url: self.url.clone() });
        }
        Plan { verbs }
    }

    fn again(&self) -> Plan {
        Plan { verbs: vec![Verb::Pause { length: Duration::from_secs(1) }, Verb::Redirect { url: self.url.clone() }] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(u64) -> SessionTime = SessionTime::from_millis;
    const URL: &str = "https://e.com/turn";

    fn asked(desk: &mut TurnDesk, at: u64) -> oneshot::Receiver<Plan> {
        let (reply, answer) = oneshot::channel();
        desk.ask(AT(at), reply);
        answer
    }

    fn listen(lines: &[&str]) -> Verb {
        Verb::Listen { lines: lines.iter().map(|line| (*line).to_owned()).collect(), answer_to: URL.into(), silence: LISTEN_FOR }
    }

    #[test]
    fn what_waits_is_said_with_the_next_answer() {
        let mut desk = TurnDesk::new(URL.into(), None);
        desk.say("This is an assistant.".into(), false);
        desk.say("When do you close?".into(), true);
        assert!(desk.waits_for_a_question());
        let mut answer = asked(&mut desk, 0);
        assert!(desk.answer(AT(0), false));
        let verbs = answer.try_recv().unwrap().verbs;
        assert_eq!(verbs, [Verb::Say { text: "This is an assistant.".into() }, listen(&["When do you close?"]), Verb::Redirect { url: URL.into() }]);
    }

    #[test]
    fn a_mind_that_thinks_for_long_keeps_the_call_alive() {
        let mut desk = TurnDesk::new(URL.into(), None);
        let mut answer = asked(&mut desk, 1_000);
        assert!(!desk.answer(AT(2_000), false));
        assert!(answer.try_recv().is_err());
        assert_eq!(desk.due(), Some(AT(9_000)));
        desk.answer(AT(9_000), false);
        assert!(matches!(answer.try_recv().unwrap().verbs[..], [Verb::Pause { .. }, Verb::Redirect { .. }]));
    }

    #[test]
    fn with_nothing_to_say_it_listens() {
        let mut desk = TurnDesk::new(URL.into(), None);
        let mut answer = asked(&mut desk, 0);
        assert!(!desk.answer(AT(0), true));
        assert_eq!(answer.try_recv().unwrap().verbs, [listen(&[]), Verb::Redirect { url: URL.into() }]);
    }

    #[test]
    fn the_end_of_the_call_is_said_first_and_then_comes() {
        let mut desk = TurnDesk::new(URL.into(), None);
        desk.press(vec![Digit::new('1').unwrap()]);
        desk.hang_up();
        let mut answer = asked(&mut desk, 0);
        desk.answer(AT(0), false);
        assert!(matches!(answer.try_recv().unwrap().verbs[..], [Verb::PressDigits { .. }, Verb::HangUp]));
    }

    #[test]
    fn a_beep_is_waited_for_before_anything_is_said() {
        let mut desk = TurnDesk::new(URL.into(), None);
        let at_most = Duration::from_secs(3);
        assert!(!desk.await_beep(at_most), "nobody asks");
        let mut answer = asked(&mut desk, 0);
        desk.say("The order is ready.".into(), false);
        assert!(desk.await_beep(at_most));
        assert_eq!(answer.try_recv().unwrap().verbs, [Verb::AwaitBeep { at_most }, Verb::Redirect { url: URL.into() }]);
        let mut answer = asked(&mut desk, 2_000);
        assert!(desk.answer(AT(2_000), false));
        assert_eq!(answer.try_recv().unwrap().verbs[0], Verb::Say { text: "The order is ready.".into() });
    }

    #[test]
    fn a_question_that_is_repeated_is_answered_twice() {
        let mut desk = TurnDesk::new(URL.into(), None);
        let mut first = asked(&mut desk, 0);
        let mut second = asked(&mut desk, 10);
        assert!(matches!(first.try_recv().unwrap().verbs[..], [Verb::Pause { .. }, Verb::Redirect { .. }]));
        desk.answer(AT(10), true);
        assert!(second.try_recv().is_ok());
    }
}
