//! Which notes count. A mind may note what it likes; here the transcript decides.
//!
//! A fact is **proven** if
//! - the callee affirmed it: the utterance that the note names as its affirmation is the callee's, does not come before the
//!   quote, and says yes (or the value again); or
//! - it was heard twice: two utterances of the callee carry the same exact value; or
//! - it was said outright: the note's confidence is at least 90 and the ears' confidence in that turn at least 80.
//!
//! Agreement (`booked_for`, `cancelled`, `delivered`) is proven only by affirmation, and of bookings and cancellations the
//! assistant's line before the affirmation (or the affirmation itself) must have named the very thing: a yes to "is that
//! possible?" books nothing.
//!
//! Of several notes on one fact the latest counts; a note of confidence 0 takes back what was noted with that value.

use telephony::UtteranceId;

use super::{Evidence, Fact};
use crate::brief::Brief;
use crate::moves::Note;
use crate::speakable::in_words;
use crate::transcript::{Speaker, Transcript, Turn};
use crate::understand::assent::{self, Assent};
use crate::understand::clock::{self, Leaning};
use crate::understand::date::{self, Day};
use crate::understand::{code, price};

/// Below this a note is no fact.
const MIN_CONFIDENCE: u8 = 50;
/// From this a note says something outright.
const OUTRIGHT_CONFIDENCE: u8 = 90;
/// From this the ears are sure of a turn.
const CLEAR_CONFIDENCE: u8 = 80;
/// More facts than this no call of ours brings back; the oldest count.
const MAX_FACTS: usize = 32;

/// What stood up to the transcript, and what did not.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Found {
    /// Facts with their weight.
    pub weighed: Vec<Weighed>,
    /// Names of facts that were noted without a proof in the transcript.
    pub unproven: Vec<String>,
}

/// A fact and whether it may be relied on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Weighed {
    /// The fact.
    pub fact: Fact,
    /// Whether it is proven.
    pub is_proven: bool,
}

impl Found {
    /// Returns whether a fact is proven.
    pub fn is_proven(&self, fact: &str) -> bool {
        self.of(fact).is_some_and(|weighed| weighed.is_proven)
    }

    /// Returns whether a fact was heard, proven or not.
    pub fn is_heard(&self, fact: &str) -> bool {
        self.of(fact).is_some()
    }

    /// Returns a fact by its name.
    pub fn of(&self, fact: &str) -> Option<&Weighed> {
        self.weighed.iter().find(|weighed| weighed.fact.fact == fact)
    }
}

/// Holds notes against the transcript.
pub fn weigh(brief: &Brief, transcript: &Transcript, notes: &[Note]) -> Found {
    let mut found = Found::default();
    for note in standing(notes) {
        match evidence(brief, transcript, note) {
            Some(evidence) if found.weighed.len() < MAX_FACTS => {
                let is_proven = is_proven(brief, transcript, note, &evidence);
                let fact = Fact { fact: note.fact.clone(), value: note.value.clone(), in_words: in_words(&note.value), evidence };
                found.weighed.push(Weighed { fact, is_proven });
            }
            _ => found.unproven.push(note.fact.clone()),
        }
    }
    found
}

/// The latest note of each fact that was not taken back, in the order in which the facts were first noted.
fn standing(notes: &[Note]) -> Vec<&Note> {
    let mut standing: Vec<&Note> = Vec::new();
    for note in notes {
        let same = standing.iter().position(|earlier| earlier.fact == note.fact);
        match (same, note.confidence) {
            (Some(same), 0) if standing[same].value == note.value => {
                standing.remove(same);
            }
            (_, 0) => {}
            (Some(same), _) => standing[same] = note,
            (None, _) => standing.push(note),
        }
    }
    standing
}

fn evidence(brief: &Brief, transcript: &Transcript, note: &Note) -> Option<Evidence> {
    let turn = transcript.of_utterance(note.utterance)?;
    let stands = !normal(&note.quote).is_empty() && contains_words(&normal(&turn.text), &normal(&note.quote));
    let is_supported = is_agreement(&note.fact) || supports(brief, &turn.text, &note.value);
    if !stands || !is_supported || note.confidence < MIN_CONFIDENCE {
        return None;
    }
    let affirmed_in = note.affirmed_in.filter(|affirmed_in| is_affirmed(brief, transcript, note, *affirmed_in));
    Some(Evidence {
        quote: note.quote.clone(),
        utterance: note.utterance,
        from: turn.from,
        to: turn.to,
        affirmed_in,
        confidence: note.confidence.min(turn.confidence),
    })
}

fn is_proven(brief: &Brief, transcript: &Transcript, note: &Note, evidence: &Evidence) -> bool {
    if evidence.affirmed_in.is_some() {
        return true;
    }
    if is_agreement(&note.fact) {
        return false;
    }
    let turn_is_clear = transcript.of_utterance(note.utterance).is_some_and(|turn| turn.confidence >= CLEAR_CONFIDENCE);
    (note.confidence >= OUTRIGHT_CONFIDENCE && turn_is_clear) || is_heard_twice(brief, transcript, note)
}

fn is_heard_twice(brief: &Brief, transcript: &Transcript, note: &Note) -> bool {
    is_exact(&note.value) && callee_turns(transcript).filter(|(_, turn)| supports(brief, &turn.text, &note.value)).count() >= 2
}

fn is_affirmed(brief: &Brief, transcript: &Transcript, note: &Note, affirmed_in: UtteranceId) -> bool {
    let Some(place) = transcript.turns.iter().position(|turn| turn.speaker == Speaker::Callee(affirmed_in)) else { return false };
    let Some(quoted) = transcript.turns.iter().position(|turn| turn.speaker == Speaker::Callee(note.utterance)) else { return false };
    let turn = &transcript.turns[place];
    let says_yes = assent::assent(&turn.text).is_some_and(|heard| heard.value == Assent::Yes && heard.confidence >= 50);
    let says_it_again = affirmed_in != note.utterance && is_exact(&note.value) && supports(brief, &turn.text, &note.value);
    let is_receipt = note.fact == "delivered" && affirmed_in == note.utterance;
    if place < quoted || (place == quoted && !is_receipt) {
        return false;
    }
    if is_receipt {
        return says_yes || normal(&turn.text).split(' ').any(|word| matches!(word, "tell" | "thanks" | "thank" | "noted" | "understood" | "pass"));
    }
    if !says_yes && !says_it_again {
        return false;
    }
    let names_it = |text: &str| names_the_thing(brief, text, &note.value);
    let line_before = transcript.turns[..place].iter().rev().find(|turn| matches!(turn.speaker, Speaker::Assistant(_)));
    !is_agreement(&note.fact) || names_it(&turn.text) || line_before.is_some_and(|line| names_it(&line.text))
}

/// Whether a line names what was agreed: its day and hour, or for an agreement without terms that it is done.
fn names_the_thing(brief: &Brief, text: &str, value: &str) -> bool {
    if is_exact(value) {
        return supports(brief, text, value);
    }
    let words = normal(text);
    words.split(' ').any(|word| matches!(word, "booked" | "reserved" | "canceled" | "cancelled" | "changed" | "moved" | "rescheduled" | "confirmed"))
}

fn is_agreement(fact: &str) -> bool {
    matches!(fact, "booked_for" | "cancelled" | "delivered")
}

/// Whether a value has a normal form that can be compared.
fn is_exact(value: &str) -> bool {
    in_words(value) != value
}

/// Whether a text says a value: the same time in either half of the day if the text leaves it open, the same day, price or digits.
/// Values without a normal form are supported by their quote alone.
fn supports(brief: &Brief, text: &str, value: &str) -> bool {
    if !is_exact(value) {
        return true;
    }
    let says_time = |minute: &str| {
        [Leaning::Closing, Leaning::Opening, Leaning::Evening, Leaning::Office]
            .into_iter()
            .any(|leaning| clock::times(text, leaning).iter().any(|time| time.value.normal() == minute))
    };
    let says_day = |day: &str| Day::parse(day).is_some_and(|day| date::dates(text, Day::of(brief.local_time)).iter().any(|heard| heard.value == day));
    if let Some((day, minute)) = value.split_once(' ') {
        return says_day(day) && says_time(minute);
    }
    if Day::parse(value).is_some() {
        return says_day(value);
    }
    if value.contains(':') {
        return value.split('-').all(says_time);
    }
    if value.starts_with(['$', '€', '£']) {
        return price::prices(text, true).iter().any(|price| price.value.normal() == value);
    }
    let digits = value.trim_start_matches('+');
    [code::digits(text), code::confirmation(text), code::phone_number(text)].into_iter().flatten().any(|heard| heard.value == digits)
        || normal(text).replace(' ', "").contains(&digits.to_lowercase())
}

/// Returns the callee's turns with their ids.
fn callee_turns(transcript: &Transcript) -> impl Iterator<Item = (UtteranceId, &Turn)> {
    transcript.turns.iter().filter_map(|turn| match turn.speaker {
        Speaker::Callee(utterance) => Some((utterance, turn)),
        Speaker::Assistant(_) => None,
    })
}

/// Small letters, single spaces, no signs at the ends.
fn normal(text: &str) -> String {
    text.to_lowercase()
        .replace('’', "'")
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && !"$€£%'".contains(c)))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether whole words stand in a text: "nine" does not stand in "ninety".
fn contains_words(text: &str, quote: &str) -> bool {
    format!(" {text} ").contains(&format!(" {quote} "))
}
