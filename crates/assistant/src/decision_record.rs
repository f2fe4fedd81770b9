//! What a decision rests on, kept with every dial and every refusal: the questions asked and their answers, the editions of
//! the tables, the hour in every place where the phone may be.
//!
//! A value for the store and for whoever asks "why": [`DecisionRecord::explain`] is what `gate` prints. It holds no number,
//! name or word of the task; the hash of the receipt binds it to them. The record is made where the decision is made, answer by
//! answer, so it cannot tell another story.

mod found;

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use telephony::number::NumberKind;
use telephony::{AttemptId, Timestamp};

use crate::approval::ReceiptHash;
use crate::compliance::calling_hours::{CalleeHours, PlaceTime};
use crate::compliance::consent::ConsentBasis;
use crate::compliance::jurisdiction::Jurisdiction;
use crate::compliance::line_kind::KnownLine;
use crate::compliance::number_gate::Step;
use crate::compliance::place::Because;
use crate::compliance::purpose::CallPurpose;
use crate::data;
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::task::Line;

pub(crate) use found::found;

/// One question, finer than a [`Rule`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// A step of the number gate.
    Number(Step),
    /// Is dialing switched on?
    Dialing,
    /// Has the callee asked never to be called?
    DoNotCall,
    /// Does the call sell something, and may it?
    Solicitation,
    /// Is the number on the national registry?
    Registry,
    /// Is there leave to call a line of this kind by machine?
    Consent,
    /// Was the number called too often?
    CallsToNumber,
    /// Has the task attempts left?
    Attempts,
    /// Has the task's schedule begun, and not ended?
    Schedule,
    /// Is it a decent hour in every place where the phone may be?
    Hours,
    /// Has the user approved exactly this?
    Approval,
    /// Is there money for the worst case?
    Budget,
    /// Were not too many calls begun lately?
    Pace,
    /// Is a line free?
    Concurrency,
}

impl Question {
    /// All questions in the order in which they are asked.
    pub const ALL: [Self; 20] = [
        Self::Number(Step::Emergency),
        Self::Number(Step::Network),
        Self::Number(Step::Range),
        Self::Number(Step::Plan),
        Self::Number(Step::Region),
        Self::Number(Step::Kind),
        Self::Number(Step::Own),
        Self::Dialing,
        Self::DoNotCall,
        Self::Solicitation,
        Self::Registry,
        Self::Consent,
        Self::CallsToNumber,
        Self::Attempts,
        Self::Schedule,
        Self::Hours,
        Self::Approval,
        Self::Budget,
        Self::Pace,
        Self::Concurrency,
    ];

    /// Returns the family of rules to which it belongs.
    pub const fn rule(self) -> Rule {
        match self {
            Self::Number(_) => Rule::NumberGate,
            Self::Dialing => Rule::Dialing,
            Self::DoNotCall | Self::Registry => Rule::DoNotCall,
            Self::Solicitation | Self::Consent => Rule::Consent,
            Self::CallsToNumber | Self::Attempts => Rule::Caps,
            Self::Schedule | Self::Hours => Rule::Hours,
            Self::Approval => Rule::Approval,
            Self::Budget => Rule::Budget,
            Self::Pace | Self::Concurrency => Rule::Concurrency,
        }
    }

    /// Returns the question in two or three words, as `explain` begins its line.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Number(Step::Emergency) => "emergency lines",
            Self::Number(Step::Network) => "network",
            Self::Number(Step::Range) => "number range",
            Self::Number(Step::Plan) => "numbering plan",
            Self::Number(Step::Region) => "country",
            Self::Number(Step::Kind) => "kind of number",
            Self::Number(Step::Own) => "own number",
            Self::Dialing => "dialing",
            Self::DoNotCall => "do-not-call list",
            Self::Solicitation => "purpose",
            Self::Registry => "registry",
            Self::Consent => "consent",
            Self::CallsToNumber => "calls to number",
            Self::Attempts => "attempts",
            Self::Schedule => "schedule",
            Self::Hours => "hours",
            Self::Approval => "approval",
            Self::Budget => "budget",
            Self::Pace => "pace",
            Self::Concurrency => "free line",
        }
    }
}

/// What came of a question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Answer {
    /// Nothing speaks against the call.
    Yes {
        /// What was found.
        fact: String,
    },
    /// It would be refused on a real line; on the practice line it is told and passed over.
    Told(No),
    /// Refused.
    No(No),
    /// Not asked: an earlier answer ended the questions, or the call does not raise it.
    NotAsked {
        /// Why not.
        fact: String,
    },
}

/// A refusal as it is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct No {
    /// The stable code.
    pub code: String,
    /// What was found.
    pub fact: String,
    /// What to do.
    pub remedy: String,
    /// When it would be allowed.
    pub allowed_when: AllowedWhen,
    /// The edition of the table on which it rests.
    pub data: Option<String>,
}

impl From<&Refusal> for No {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code.to_owned(),
            fact: refusal.fact.clone(),
            remedy: refusal.remedy.to_owned(),
            allowed_when: refusal.allowed_when,
            data: refusal.data.map(ToString::to_string),
        }
    }
}

/// A question with its answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// The answer. A question may have several noes, then it stands several times.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What a decision rests on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// The form of the record: 1.
    pub form: u32,
    /// Which attempt.
    pub attempt: AttemptId,
    /// The receipt as it stood.
    pub receipt_hash: ReceiptHash,
    /// When.
    pub decided_at: Timestamp,
    /// Whether the key was given.
    pub is_cleared: bool,
    /// Over which network.
    pub line: Line,
    /// What the numbering plan says of the number.
    pub number_kind: NumberKind,
    /// The number's country.
    pub region: Option<String>,
    /// What kind of line it is, and who says so.
    pub line_kind: KnownLine,
    /// Whether the call is an errand or sells something.
    pub purpose: CallPurpose,
    /// The consent on which the call rests, if it needs one.
    pub consent: Option<ConsentBasis>,
    /// The hour in every place where the phone may be.
    pub places: Vec<PlaceTime>,
    /// Every country and state in which it may be.
    pub jurisdictions: Vec<Jurisdiction>,
    /// Why these.
    pub because: Because,
    /// Every question with its answer, in order.
    pub asked: Vec<Asked>,
    /// The editions of all tables.
    pub data: Vec<String>,
    /// The edition of the time zone database.
    pub time_zones: String,
}

/// The present form of the record.
pub const FORM: u32 = 1;

impl DecisionRecord {
    /// Begins a record.
    pub(crate) fn new(
        attempt: AttemptId,
        receipt_hash: ReceiptHash,
        decided_at: Timestamp,
        line: Line,
        line_kind: KnownLine,
        hours: &CalleeHours,
    ) -> Self {
        Self {
            form: FORM,
            attempt,
            receipt_hash,
            decided_at,
            is_cleared: false,
            line,
            number_kind: NumberKind::Invalid,
            region: None,
            line_kind,
            purpose: CallPurpose::Errand,
            consent: None,
            places: hours.places.clone(),
            jurisdictions: hours.jurisdictions.clone(),
            because: hours.because,
            asked: Vec::with_capacity(Question::ALL.len()),
            data: data::versions::ALL.iter().map(ToString::to_string).collect(),
            time_zones: data::time_zones().to_owned(),
        }
    }

    pub(crate) fn answer(&mut self, question: Question, answer: Answer) {
        self.asked.push(Asked { question, answer });
    }

    /// Notes a question that nothing speaks against.
    pub(crate) fn yes(&mut self, question: Question, fact: impl Into<String>) {
        self.answer(question, Answer::Yes { fact: fact.into() });
    }

    /// Notes every question that was not asked, because an earlier answer ended them.
    pub(crate) fn rest_not_asked(&mut self) {
        let last = self.asked.last().and_then(|asked| Question::ALL.iter().position(|question| *question == asked.question));
        for question in Question::ALL.into_iter().skip(last.map_or(0, |last| last + 1)) {
            self.answer(question, Answer::NotAsked { fact: "the number may not be rung, whatever else is so".to_owned() });
        }
    }

    /// Returns what was found to speak against the call, in order; empty if it was cleared.
    pub fn noes(&self) -> impl Iterator<Item = (Question, &No)> {
        self.asked.iter().filter_map(|asked| match &asked.answer {
            Answer::No(no) => Some((asked.question, no)),
            Answer::Yes { .. } | Answer::Told(_) | Answer::NotAsked { .. } => None,
        })
    }

    /// Returns when the call would be allowed, all noes together; `None` if nothing speaks against it.
    ///
    /// A moment is the latest of those that the answers name. It is no promise: another question may be answered otherwise by
    /// then.
    pub fn allowed_when(&self) -> Option<AllowedWhen> {
        self.noes().map(|(_, no)| no.allowed_when).reduce(AllowedWhen::stricter)
    }

    /// Returns the record as a text for people: a line a question, then the places, then the data.
    pub fn explain(&self) -> String {
        let verdict = if self.is_cleared { "would be dialed" } else { "would not be dialed" };
        format!("{verdict} at {}\n{}", moment(self.decided_at), self.findings())
    }

    /// Returns the same without the verdict: for a decision of the past.
    pub fn findings(&self) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        for asked in &self.asked {
            explain_answer(&mut out, asked);
        }
        let _ = writeln!(
            out,
            "line: {}; region: {}; plan: {}",
            self.line_kind.in_words(),
            self.region.as_deref().unwrap_or("none"),
            found::kind_in_words(self.number_kind)
        );
        for place in &self.places {
            let holiday = place.holiday.as_deref().map_or_else(String::new, |name| format!(", {name}"));
            let _ = writeln!(
                out,
                "place: {} {} {}{holiday}: {}",
                place.zone,
                DAYS[usize::from(place.weekday % 7)],
                clock(place.rings_at),
                if place.is_open { "open" } else { "closed" }
            );
        }
        let places: Vec<String> = self.jurisdictions.iter().map(ToString::to_string).collect();
        if !places.is_empty() {
            let _ = writeln!(out, "law: {}", places.join(" "));
        }
        for table in &self.data {
            let _ = writeln!(out, "data: {table}");
        }
        let _ = writeln!(out, "data: time zones {}", self.time_zones);
        out
    }
}

fn explain_answer(out: &mut String, asked: &Asked) {
    let question = asked.question.in_words();
    let _ = match &asked.answer {
        Answer::Yes { fact } => writeln!(out, "yes  {question:<16} {fact}"),
        Answer::NotAsked { fact } => writeln!(out, "-    {question:<16} not asked: {fact}"),
        Answer::Told(no) => writeln!(out, "told {question:<16} a real call would be refused: {} [{}]", no.fact, no.code),
        Answer::No(no) => {
            let when = match no.allowed_when {
                AllowedWhen::Never => "never allowed".to_owned(),
                AllowedWhen::AfterRemedy => "allowed after that".to_owned(),
                AllowedWhen::From(at) => format!("allowed from {}", moment(at)),
                AllowedWhen::ACallEnds => "allowed once a running call has ended".to_owned(),
            };
            let data = no.data.as_ref().map_or_else(String::new, |data| format!(" (by {data})"));
            writeln!(out, "no   {question:<16} {} [{}]. {} {when}{data}", no.fact, no.code, no.remedy)
        }
    };
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map_or_else(|_| "an unknown moment".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_no_says_when() {
        use AllowedWhen as W;
        let table = [
            (W::From(Timestamp(1)), W::From(Timestamp(2)), W::From(Timestamp(2))),
            (W::From(Timestamp(1)), W::ACallEnds, W::From(Timestamp(1))),
            (W::AfterRemedy, W::From(Timestamp(2)), W::AfterRemedy),
            (W::Never, W::AfterRemedy, W::Never),
            (W::ACallEnds, W::ACallEnds, W::ACallEnds),
        ];
        for (one, other, expected) in table {
            assert_eq!((one.stricter(other), other.stricter(one)), (expected, expected));
        }
    }

    #[test]
    fn questions_stand_in_the_order_of_the_rules() {
        assert!(Question::ALL.iter().map(|question| question.rule()).collect::<Vec<_>>().windows(2).all(|pair| {
            // The registry is asked once it is clear that the call sells.
            pair[0] <= pair[1] || pair == [Rule::Consent, Rule::DoNotCall]
        }));
        let steps: Vec<Question> = Step::ALL.into_iter().map(Question::Number).collect();
        assert_eq!(&Question::ALL[..7], steps);
    }
}
