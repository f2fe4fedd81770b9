//! The scripted mind: carries an errand through a call without any model.
//!
//! Pure and immediate: one [`Observation`] in, one [`Thought`] out. The opening (machine, for whom, why, recorded) is
//! spoken by the conversation before the script is asked anything, and again for whoever joins; the script asks, reads
//! back, corrects, thanks and ends. What the callee says is data: it is understood or not, it is never obeyed. Every
//! loop has a bound, so every call ends whatever is said.
//!
//! A [`Note`] is given as soon as something is heard, again with `affirmed_in` once the callee agreed to it, and again
//! with a confidence of 0 if the callee took it back. What was heard badly is asked for once more before it is read back, a
//! yes that was heard badly or half-heartedly is asked for again, and a value that was denied is never read back again.

mod agreeing;
mod answer;
mod asking;
mod choice;
mod confirming;
mod delivering;
mod details;
mod ending;
mod menu;
mod special;
mod wording;

use telephony::UtteranceId;
use telephony::dtmf::Digit;

use crate::brief::{Brief, TaskType};
use crate::moves::{EndReason, LineKind, Move, Note, Observation, Thought};
use crate::question::{self, Errand};
use crate::screening::WhoAnswered;
use crate::transcript::HEARD_WELL;
use crate::turn::endpoint::words_of;
use crate::understand::date::Day;
use crate::understand::signal::{self, Signal};

use self::wording::Wording;

/// Turns of the callee after which the script takes its leave: no errand of ours needs twenty.
const MAX_TURNS: u8 = 30;
/// How often a question is put differently when the answer is not understood.
const MAX_TRIES: u8 = 2;
/// How often one thing is read back.
const MAX_READ_BACKS: u8 = 3;
/// How often a callee is asked to say an answer again that was heard badly.
const MAX_DOUBTS: u8 = 2;
/// How often who we are, what we are and what we cannot do is explained.
const MAX_EXPLANATIONS: u8 = 4;
/// How often a detail is given.
const MAX_DETAILS: u8 = 8;
/// How often we say that we wait; beyond it we wait silently.
const MAX_SPOKEN_WAITS: u8 = 3;
/// How often a screener is answered.
const MAX_SCREENERS: u8 = 3;
/// How many menus are passed.
const MAX_MENUS: u8 = 6;

/// How a question begins that only asks what we think of what was just said: "would that work?", "is that okay?".
const ASKS_BACK: [&str; 9] = ["would", "is", "does", "how", "okay", "ok", "right", "so", "will"];
/// Words that make it a question of its own.
const ASKS_MORE: [&str; 11] = ["who", "why", "name", "robot", "machine", "person", "human", "number", "many", "much", "this"];

/// One call's script.
#[derive(Clone, Debug)]
pub struct Script {
    brief: Brief,
    errand: Errand,
    wording: Wording,
    stage: Stage,
    /// Which of the errand's questions is in hand.
    ask: usize,
    /// Whether the question in hand was put in words of its own, not only by the opening.
    is_asked: bool,
    tries: u8,
    read_backs: u8,
    pending: Vec<Pending>,
    /// What is read back after it, one by one: a no to several things at once says not which.
    later: Vec<Pending>,
    /// Whether a no to a negative read-back was asked about plainly: "just to be sure, do you have parking?"
    is_asked_plainly: bool,
    /// Answers to the question in hand that were heard badly.
    doubtful: Vec<String>,
    /// Facts and values that the callee said are wrong.
    denied: Vec<(String, String)>,
    /// Facts that the callee has affirmed, or that were settled otherwise.
    settled: Vec<String>,
    /// What is agreed on at the moment: as asked, or an alternative that the callee offered and the brief allows.
    day: Option<Day>,
    minute: Option<u16>,
    offers_tried: usize,
    explanations: u8,
    details: u8,
    waits: u8,
    turns: u8,
    screeners: u8,
    menus: u8,
    pressed: Vec<(String, Digit)>,
    /// The detail that was given last, until something else is said: "sorry, what was that?" asks for it again.
    given: Option<String>,
    name_noted: bool,
    /// Somebody came to the phone later: behind a menu, a queue, a screener.
    was_put_through: bool,
    /// What we said last.
    said_last: Vec<Move>,
    /// Why leave was taken, once it was.
    left_because: EndReason,
}

/// Where the call stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// A question is open.
    Asking,
    /// Something was proposed: a booking, a change, a cancellation.
    Proposing,
    /// A message is being delivered.
    Delivering,
    /// What was understood was read back.
    Confirming,
    /// The callee was asked for a confirmation number.
    AskingNumber,
    /// Leave was taken.
    Over,
}

/// A note that waits for the callee's yes.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Pending {
    /// Which question it answers; `None` for agreements and numbers.
    ask: Option<usize>,
    note: Note,
}

impl Script {
    /// Begins an errand; the opening (disclosure and purpose) is spoken by the conversation, not by the script.
    pub fn new(brief: Brief) -> Self {
        let errand = question::errand(&brief);
        let stage = match errand.task_type {
            TaskType::MessageDelivery => Stage::Delivering,
            _ if errand.asks.is_empty() => Stage::Proposing,
            _ => Stage::Asking,
        };
        Self {
            wording: Wording::new(brief.persona),
            day: errand.day,
            minute: errand.minute,
            brief,
            errand,
            stage,
            ask: 0,
            is_asked: false,
            tries: 0,
            read_backs: 0,
            pending: Vec::new(),
            later: Vec::new(),
            is_asked_plainly: false,
            doubtful: Vec::new(),
            denied: Vec::new(),
            settled: Vec::new(),
            offers_tried: 0,
            explanations: 0,
            details: 0,
            waits: 0,
            turns: 0,
            screeners: 0,
            menus: 0,
            pressed: Vec::new(),
            given: None,
            name_noted: false,
            was_put_through: false,
            said_last: Vec::new(),
            left_because: EndReason::Done,
        }
    }

    /// Takes in what happened and returns what to do about it, in order.
    pub fn handle(&mut self, seen: Observation) -> Thought {
        let reply = match self.unheard_still_answers(&seen) {
            Some(again) => again,
            None => self.answer_to(seen),
        };
        self.said_last = reply.moves.iter().filter(|step| matches!(step, Move::Say { .. })).cloned().collect();
        reply.into()
    }

    /// People pause within a turn: "I could offer you half past seven. … Would that work?" If nothing of our answer to the first
    /// part was heard, and the rest adds nothing to it, that answer is still the answer.
    fn unheard_still_answers(&self, seen: &Observation) -> Option<Reply> {
        const SHORT: usize = 7;
        let Observation::CalleeSaid { text, who: WhoAnswered::Human, interrupted: Some(heard), .. } = seen else {
            return None;
        };
        let words = words_of(text);
        let adds_nothing = text.trim_end().ends_with('?')
            && words.len() <= SHORT
            && words.first().is_some_and(|first| ASKS_BACK.contains(&first.as_str()))
            && !words.iter().any(|word| ASKS_MORE.contains(&word.as_str()) || word.chars().any(|c| c.is_ascii_digit()));
        let is_unheard = heard.trim().is_empty() && self.stage != Stage::Over && !self.said_last.is_empty();
        (is_unheard && adds_nothing).then(|| Reply { moves: self.said_last.clone() })
    }

    fn answer_to(&mut self, seen: Observation) -> Reply {
        let mut reply = Reply::default();
        if self.stage == Stage::Over {
            self.after_goodbye(&seen, &mut reply);
            return reply;
        }
        match seen {
            Observation::CalleeSaid { utterance, text, confidence, who, interrupted } => {
                let said = Said { utterance, text, confidence, interrupted };
                match who {
                    WhoAnswered::Menu => self.menu(&said.text, &mut reply),
                    WhoAnswered::Screener => self.screener(&said, &mut reply),
                    WhoAnswered::Announcement => self.announcement(&said, &mut reply),
                    WhoAnswered::HoldQueue => reply.wait(),
                    WhoAnswered::Voicemail | WhoAnswered::Fax => {}
                    WhoAnswered::Human | WhoAnswered::Unknown | WhoAnswered::Silence => self.hear(&said, &mut reply),
                }
            }
            Observation::NoInput { times } => self.no_input(times, &mut reply),
            // The conversation has just said to them who calls and why.
            Observation::PersonJoined => {
                self.is_asked = false;
                self.was_put_through = true;
            }
            // Whatever was said meanwhile was not said to us.
            Observation::CameBack if self.is_all_settled() => self.finish(&mut reply),
            Observation::CameBack => {
                self.is_asked = true;
                let question = self.current_question();
                reply.talk(question);
            }
            Observation::Menu { text, .. } => self.menu(&text, &mut reply),
            Observation::ScreenerAsks { utterance, text } => {
                self.screener(&Said { utterance, text, confidence: HEARD_WELL, interrupted: None }, &mut reply)
            }
            Observation::VoicemailReady => self.voicemail(&mut reply),
            Observation::TimeIsShort => self.out_of_time(EndReason::TimeLimit, &mut reply),
            Observation::UserWantsEnd => self.out_of_time(EndReason::UserEnded, &mut reply),
        }
        reply
    }

    /// A person's turn: what must be heeded whatever the errand comes first, then the errand.
    fn hear(&mut self, said: &Said, reply: &mut Reply) {
        self.turns += 1;
        if self.heed(said, reply) {
            return;
        }
        if self.turns > MAX_TURNS {
            return self.give_up(reply);
        }
        self.note_name(said, reply);
        if signal::has(&said.text, Signal::SayAgain) && self.gives_again(reply) {
            return;
        }
        self.given = None;
        match self.stage {
            Stage::Asking => self.hear_answer(said, reply),
            Stage::Proposing => self.hear_reply_to_proposal(said, reply),
            Stage::Delivering => self.hear_reply_to_message(said, reply),
            Stage::Confirming => self.hear_confirmation(said, reply),
            Stage::AskingNumber => self.hear_number(said, reply),
            Stage::Over => {}
        }
    }

    /// Returns the question in hand, as it is put when nothing was said about it yet.
    fn current_question(&self) -> String {
        match self.stage {
            Stage::Asking => self.errand.asks.get(self.ask).map(|ask| ask.question.clone()).unwrap_or_default(),
            Stage::Proposing => self.proposal(),
            Stage::Delivering => self.message_line(),
            Stage::Confirming => self.read_back_line(),
            Stage::AskingNumber => "Is there a confirmation number?".to_owned(),
            Stage::Over => String::new(),
        }
    }

    fn ask_current(&mut self, reply: &mut Reply) {
        let kind = if self.stage == Stage::Confirming { LineKind::ReadBack } else { LineKind::Talk };
        self.is_asked = true;
        reply.say(self.current_question(), kind);
    }

    /// Puts the question once more and differently, or gives it up.
    fn ask_again(&mut self, reply: &mut Reply) {
        if !self.is_asked {
            return self.ask_current(reply);
        }
        self.tries += 1;
        if self.tries > MAX_TRIES {
            return self.leave_question(EndReason::NotUnderstood, reply);
        }
        let kind = if self.stage == Stage::Confirming { LineKind::ReadBack } else { LineKind::Talk };
        reply.say(self.wording.once_more(self.tries, &self.current_question()), kind);
    }
}

/// What a person said.
struct Said {
    utterance: UtteranceId,
    text: String,
    /// How sure the ears are, 0 to 100.
    confidence: u8,
    /// What they had heard of our line when they cut it short.
    interrupted: Option<String>,
}

impl Said {
    fn is_heard_well(&self) -> bool {
        self.confidence >= HEARD_WELL
    }
}

/// Moves in the making.
#[derive(Default)]
struct Reply {
    moves: Vec<Move>,
}

impl Reply {
    fn say(&mut self, text: impl Into<String>, kind: LineKind) {
        let text = text.into();
        if !text.trim().is_empty() {
            self.moves.push(Move::Say { text, kind });
        }
    }

    fn talk(&mut self, text: impl Into<String>) {
        self.say(text, LineKind::Talk);
    }

    fn note(&mut self, note: Note) {
        self.moves.push(Move::Note(note));
    }

    fn wait(&mut self) {
        self.moves.push(Move::Wait);
    }
}

impl From<Reply> for Thought {
    fn from(reply: Reply) -> Self {
        Self { moves: reply.moves }
    }
}

#[cfg(test)]
pub(crate) mod tests;
