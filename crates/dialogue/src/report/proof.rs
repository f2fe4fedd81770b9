//! Which notes count. A mind may note what it likes; here the transcript decides.
//!
//! A note is a fact if the callee's own words hold its value and the callee has not denied it. A fact is **proven** if
//! - its words were heard well, or the same value was heard in two of the callee's turns and no other was; and
//! - we then named the value and the callee affirmed it: by a plain yes that was heard well and began after the value was
//!   spoken, or by saying the value again.
//!
//! A yes to a question that did not name the value affirms nothing, nor does "okay" or "I think so". A value that was
//! denied when it was read back alone is never claimed, whatever is said later: of two hearings that disagree one is wrong,
//! and nobody can tell which. Of a read-back of several values a no only voids what was affirmed before it.
//!
//! Agreement (`booked_for`, `cancelled`, `delivered`) is what the callee says it is at the end: a no voids what came before
//! it, and the yes must answer the line that names the very thing: a yes to "is that possible?" books nothing. The receipt of
//! a message is its own affirmation.
//!
//! Of several notes on one fact the latest counts; a note of confidence 0 takes back what was noted with that value.

use telephony::AudioPosition;

use super::{Affirmation, Evidence, Fact};
use crate::brief::Brief;
use crate::moves::Note;
use crate::speakable::in_words;
use crate::transcript::{Speaker, Transcript, Turn};
use crate::understand::assent;
use crate::understand::clock::{self, Leaning};
use crate::understand::date::{self, Day};
use crate::understand::{code, price, sentence};

/// Below this a note is no fact.
const MIN_CONFIDENCE: u8 = 50;
/// More facts than this no call of ours brings back; the oldest count.
const MAX_FACTS: usize = 32;

/// What stood up to the transcript, and what did not.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Found {
    /// Facts with their evidence.
    pub facts: Vec<Fact>,
    /// Names of facts that were noted without a proof in the transcript.
    pub unproven: Vec<String>,
}

impl Found {
    /// Returns whether a fact is proven. Hours that were told one by one are proven by their halves.
    pub fn is_proven(&self, fact: &str) -> bool {
        let is_proven = |fact: &str| self.of(fact).is_some_and(|found| found.is_proven);
        is_proven(fact) || (fact == "hours" && is_proven("opening_time") && is_proven("closing_time"))
    }

    /// Returns whether a fact was heard, proven or not.
    pub fn is_heard(&self, fact: &str) -> bool {
        self.of(fact).is_some() || (fact == "hours" && (self.of("opening_time").is_some() || self.of("closing_time").is_some()))
    }

    /// Returns a fact by its name.
    pub fn of(&self, fact: &str) -> Option<&Fact> {
        self.facts.iter().find(|found| found.fact == fact)
    }
}

/// Holds notes against the transcript.
pub fn weigh(brief: &Brief, transcript: &Transcript, notes: &[Note]) -> Found {
    let mut found = Found::default();
    for note in standing(notes) {
        match (Weighing { brief, transcript, notes, note }).fact() {
            Some(fact) if found.facts.len() < MAX_FACTS => found.facts.push(fact),
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

/// One note on the scales.
struct Weighing<'a> {
    brief: &'a Brief,
    transcript: &'a Transcript,
    notes: &'a [Note],
    note: &'a Note,
}

impl Weighing<'_> {
    fn fact(&self) -> Option<Fact> {
        let note = self.note;
        let turn = self.transcript.of_utterance(note.utterance)?;
        let stands = !normal(&note.quote).is_empty() && contains_words(&normal(&turn.text), &normal(&note.quote));
        let is_supported = is_agreement(&note.fact) || self.is_said_in(&turn.text);
        if !stands || !is_supported || note.confidence < MIN_CONFIDENCE || self.was_denied_alone() {
            return None;
        }
        let affirmation = self.affirmation();
        let is_proven = affirmation.is_some() && (is_agreement(&note.fact) || self.is_heard_well_enough());
        let evidence = Evidence {
            quote: sentence::holding(&turn.text, &note.quote).to_owned(),
            utterance: note.utterance,
            from: turn.from,
            to: turn.to,
            affirmation,
            confidence: note.confidence.min(turn.confidence),
        };
        Some(Fact { fact: note.fact.clone(), value: note.value.clone(), in_words: in_words(&note.value), is_proven, evidence })
    }

    /// Whether the ears were sure of a turn that holds the value, or heard it twice alike and nothing else in its place.
    fn is_heard_well_enough(&self) -> bool {
        let holding: Vec<&Turn> = self.transcript.turns.iter().filter(|turn| self.holds_it(turn)).collect();
        let is_contested = self.notes.iter().any(|other| other.fact == self.note.fact && other.value != self.note.value && other.confidence > 0);
        holding.iter().any(|turn| turn.is_heard_well()) || (holding.len() >= 2 && !is_contested)
    }

    /// Whether a turn of the callee's holds the value: by its words, or by a note of the same value where words cannot be compared.
    fn holds_it(&self, turn: &Turn) -> bool {
        let Speaker::Callee(utterance) = turn.speaker else { return false };
        let is_noted =
            |note: &Note| note.utterance == utterance && note.fact == self.note.fact && note.value == self.note.value && note.confidence > 0;
        if is_exact(&self.note.value) { self.is_said_in(&turn.text) } else { self.notes.iter().any(is_noted) }
    }

    fn affirmation(&self) -> Option<Affirmation> {
        let affirmed_in = self.note.affirmed_in?;
        let place_of = |utterance| self.transcript.turns.iter().position(|turn| turn.speaker == Speaker::Callee(utterance));
        let (place, quoted) = (place_of(affirmed_in)?, place_of(self.note.utterance)?);
        let turn = &self.transcript.turns[place];
        let is_receipt = self.note.fact == "delivered" && affirmed_in == self.note.utterance;
        let is_affirmed =
            if is_receipt { is_receipt_in(&turn.text) } else { place > quoted && self.is_affirmed_at(place) && !self.is_denied_after(place) };
        is_affirmed.then(|| Affirmation { quote: turn.text.trim().to_owned(), utterance: affirmed_in, from: turn.from, to: turn.to })
    }

    fn is_affirmed_at(&self, place: usize) -> bool {
        let turn = &self.transcript.turns[place];
        let Some(line) = self.line_before(place) else { return false };
        if !turn.is_heard_well() {
            return false;
        }
        let says_it_again =
            !is_agreement(&self.note.fact) && is_exact(&self.note.value) && self.is_said_in(&turn.text) && !assent::denies(&turn.text);
        if self.note.value == "no" && says_no_again(&turn.text, &line.text) {
            return true;
        }
        // Whoever names the thing in their own yes agrees to it, whatever we had asked.
        let names_it_themselves = is_agreement(&self.note.fact) && self.is_named_in(&turn.text);
        let said_at = self.said_at(line);
        let is_after_the_value = said_at.is_some_and(|said_at| turn.from >= said_at);
        (assent::affirms(&turn.text) && (is_after_the_value || names_it_themselves)) || (says_it_again && said_at.is_some())
    }

    /// Our last line before a turn.
    fn line_before(&self, place: usize) -> Option<&Turn> {
        self.transcript.turns[..place].iter().rev().find(|turn| matches!(turn.speaker, Speaker::Assistant(_)))
    }

    /// Where in our line its value had been spoken, as far as the share of its words tells. `None` if it does not name it.
    fn said_at(&self, line: &Turn) -> Option<AudioPosition> {
        let words: Vec<&str> = line.text.split_whitespace().collect();
        let named_by = match self.note.value.as_str() {
            // What a yes agrees to ends where the question tag begins.
            "yes" | "no" if !is_agreement(&self.note.fact) => end_of_claim(&words)?,
            _ => (1..=words.len()).find(|count| self.is_named_in(&words[..*count].join(" ")))?,
        };
        let length = line.to.0.saturating_sub(line.from.0);
        Some(AudioPosition(line.from.0 + length * named_by as u64 / words.len().max(1) as u64))
    }

    /// Whether a line of ours names what a yes to it would affirm.
    fn is_named_in(&self, text: &str) -> bool {
        let value = self.note.value.as_str();
        if is_exact(value) {
            return supports(self.brief, text, value);
        }
        let words = normal(text);
        let has_any = |any: &[&str]| words.split(' ').any(|word| any.contains(&word));
        match value {
            _ if is_agreement(&self.note.fact) => {
                has_any(&["booked", "reserved", "canceled", "cancelled", "changed", "moved", "rescheduled", "confirmed"])
            }
            "closed" => has_any(&["closed"]),
            "open 24 hours" => contains_words(&words, "24 hours"),
            "yes" | "no" => is_read_back(text),
            _ => contains_words(&words, &normal(value)),
        }
    }

    fn is_said_in(&self, text: &str) -> bool {
        supports(self.brief, text, &self.note.value)
    }

    /// Whether the callee said no to a read-back of this value and of nothing else. Agreement may be reached after a no.
    fn was_denied_alone(&self) -> bool {
        let note = self.note;
        if is_agreement(&note.fact) {
            return false;
        }
        let was_taken_back = self.notes.iter().any(|other| other.confidence == 0 && other.fact == note.fact && other.value == note.value);
        was_taken_back || (0..self.transcript.turns.len()).any(|place| self.is_denied_at(place) && !self.is_shared_line_before(place))
    }

    fn is_denied_after(&self, place: usize) -> bool {
        (place + 1..self.transcript.turns.len()).any(|later| self.is_denied_at(later))
    }

    /// Whether the turn at this place denies the value that our line before it named.
    fn is_denied_at(&self, place: usize) -> bool {
        let turn = &self.transcript.turns[place];
        matches!(turn.speaker, Speaker::Callee(_))
            && assent::denies(&turn.text)
            && self.line_before(place).is_some_and(|line| is_read_back(&line.text) && is_exact(&self.note.value) && self.is_named_in(&line.text))
    }

    fn is_shared_line_before(&self, place: usize) -> bool {
        let others = self.notes.iter().filter(|other| other.fact != self.note.fact && is_exact(&other.value));
        self.line_before(place).is_some_and(|line| others.into_iter().any(|other| supports(self.brief, &line.text, &other.value)))
    }
}

/// Whether one of our lines asks for the truth of what it says.
fn is_read_back(line: &str) -> bool {
    end_of_claim(&line.split_whitespace().collect::<Vec<_>>()).is_some()
}

/// Returns how many words of a line stand before its "is that right?", of which a cut line may have only the beginning.
fn end_of_claim(words: &[&str]) -> Option<usize> {
    const TAGS: [&[&str]; 3] = [&["is", "that", "right?"], &["right?"], &["is", "that", "correct?"]];
    let end = words.iter().rposition(|word| word.ends_with([',', '.']))? + 1;
    let tag: Vec<String> = words[end..].iter().map(|word| word.to_lowercase()).collect();
    let is_tag = |full: &&[&str]| tag.len() <= full.len() && tag.iter().zip(full.iter()).all(|(word, of_tag)| of_tag.starts_with(word.as_str()));
    (!tag.is_empty() && TAGS.iter().any(is_tag)).then_some(end)
}

/// "No, we don't have any" to "so you have no parking, is that right?", and a bare no to a question without a not in it.
fn says_no_again(text: &str, line: &str) -> bool {
    let is_negative = normal(line).split(' ').any(|word| word.ends_with("n't") || matches!(word, "no" | "not"));
    assent::denies(text) && line.trim_end().ends_with('?') && (!assent::is_bare(text) || !is_negative)
}

fn is_receipt_in(text: &str) -> bool {
    let says_yes = assent::assent(text).is_some_and(|heard| heard.value == assent::Assent::Yes && heard.confidence >= 50);
    says_yes || normal(text).split(' ').any(|word| matches!(word, "tell" | "thanks" | "thank" | "noted" | "understood" | "pass"))
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
