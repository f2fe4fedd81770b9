//! What counts as proof, row by row.

use telephony::{AudioPosition, LineId, UtteranceId};

use super::*;
use crate::script::tests::brief;
use crate::transcript::{Speaker, Turn};

/// Builds a transcript from lines: `>` is ours, `<` the callee's, numbered from 1; `<60` is heard with confidence 60.
fn transcript(text: &str) -> Transcript {
    let mut transcript = Transcript::default();
    let (mut lines, mut utterances) = (0, 0);
    for (place, row) in text.lines().map(str::trim).filter(|row| !row.is_empty()).enumerate() {
        let (mark, words) = row.split_once(' ').unwrap();
        let from = AudioPosition::from_millis(place as u64 * 2_000);
        let (speaker, confidence) = if mark == ">" {
            lines += 1;
            (Speaker::Assistant(LineId(lines)), 100)
        } else {
            utterances += 1;
            (Speaker::Callee(UtteranceId(utterances)), mark[1..].parse().unwrap_or(95))
        };
        transcript.turns.push(Turn { speaker, text: words.to_owned(), from, to: from + 8_000, confidence, was_interrupted: false });
    }
    transcript
}

fn note(fact: &str, value: &str, quote: &str, utterance: u32, affirmed_in: Option<u32>, confidence: u8) -> Note {
    Note {
        fact: fact.to_owned(),
        value: value.to_owned(),
        quote: quote.to_owned(),
        utterance: UtteranceId(utterance),
        affirmed_in: affirmed_in.map(UtteranceId),
        confidence,
    }
}

fn build(task_type: TaskType, intent: &str, talk: &str, notes: &[Note], ended: EndReason) -> Report {
    Report::build(&brief(task_type, intent), &transcript(talk), notes, WhoAnswered::Human, ended, None)
}

fn closing(talk: &str, notes: &[Note]) -> (Outcome, String) {
    let report = build(TaskType::InformationInquiry, "Ask what time they close today", talk, notes, EndReason::Done);
    (report.outcome, report.summary)
}

const CONFIRMED: &str =
    "< Hello? \n > What time do you close today? \n < We close at nine today. \n > So you close at 9 pm today, is that right? \n < Yes.";

#[test]
fn an_affirmed_answer_is_achieved_with_its_place_in_the_audio() {
    let report = build(
        TaskType::InformationInquiry,
        "Ask what time they close today",
        CONFIRMED,
        &[note("closing_time", "21:00", "nine", 2, None, 75), note("closing_time", "21:00", "nine", 2, Some(3), 75)],
        EndReason::Done,
    );
    assert_eq!(report.outcome, Outcome::Achieved);
    assert_eq!(report.summary, "They close at 9 pm today.");
    assert_eq!(report.facts.len(), 1);
    let evidence = &report.facts[0].evidence;
    assert_eq!((evidence.quote.as_str(), evidence.from.as_millis(), evidence.to.as_millis()), ("We close at nine today.", 4_000, 5_000));
    let affirmation = evidence.affirmation.as_ref().unwrap();
    assert_eq!((affirmation.quote.as_str(), affirmation.utterance, affirmation.from.as_millis()), ("Yes.", UtteranceId(3), 8_000));
    assert!(report.facts[0].is_proven);
    assert_eq!(report.facts[0].in_words, "9 pm");
    assert!(report.follow_ups.is_empty());
}

#[test]
fn what_the_callee_did_not_say_is_no_fact() {
    let rows = [
        ("an invented quote", note("closing_time", "21:00", "we close at nine sharp", 2, Some(3), 95)),
        ("words of another utterance", note("closing_time", "21:00", "nine", 1, Some(3), 95)),
        ("an utterance that never was", note("closing_time", "21:00", "nine", 9, Some(3), 95)),
        ("a value that the words do not say", note("closing_time", "22:00", "nine", 2, Some(3), 95)),
        ("no words at all", note("closing_time", "21:00", "", 2, Some(3), 95)),
        ("a piece of a word", note("closing_time", "21:00", "nin", 2, Some(3), 95)),
        ("too little confidence", note("closing_time", "21:00", "nine", 2, Some(3), 40)),
    ];
    for (what, note) in rows {
        let report = build(TaskType::InformationInquiry, "Ask what time they close today", CONFIRMED, &[note], EndReason::Done);
        assert_eq!((report.outcome, report.facts.len()), (Outcome::Unconfirmed, 0), "{what}");
    }
}

#[test]
fn only_a_value_that_was_named_and_plainly_affirmed_is_proven() {
    let nine = |utterance, affirmed_in| note("closing_time", "21:00", "nine", utterance, affirmed_in, 75);
    let asked = "> So you close at 9 pm today, is that right?";
    let rows = [
        ("not affirmed", "< We close at nine today.".to_owned(), nine(1, None), Outcome::Unconfirmed),
        (
            "said outright, and not affirmed",
            "< We close at 9 p.m. today.".to_owned(),
            note("closing_time", "21:00", "9 p.m.", 1, None, 95),
            Outcome::Unconfirmed,
        ),
        ("said twice, and never read back", "< We close at nine. \n > Sorry? \n < At nine.".to_owned(), nine(1, Some(2)), Outcome::Unconfirmed),
        ("affirmed before it was said", "< Yes. \n < We close at nine.".to_owned(), nine(2, Some(1)), Outcome::Unconfirmed),
        ("affirmed by a yes", format!("< We close at nine. \n {asked} \n < Yes."), nine(1, Some(2)), Outcome::Achieved),
        ("affirmed by the value", format!("< We close at nine. \n {asked} \n < At nine."), nine(1, Some(2)), Outcome::Achieved),
        ("affirmed by a no", format!("< We close at nine. \n {asked} \n < No."), nine(1, Some(2)), Outcome::Unconfirmed),
        ("affirmed by nothing", format!("< We close at nine. \n {asked} \n < Hm."), nine(1, Some(2)), Outcome::Unconfirmed),
        ("affirmed by courtesy", format!("< We close at nine. \n {asked} \n < Okay."), nine(1, Some(2)), Outcome::Unconfirmed),
        ("affirmed in doubt", format!("< We close at nine. \n {asked} \n < I think so."), nine(1, Some(2)), Outcome::Unconfirmed),
        ("affirmed by a yes that was heard badly", format!("< We close at nine. \n {asked} \n <60 Yes."), nine(1, Some(2)), Outcome::Unconfirmed),
        (
            "affirmed by a yes to another question",
            "< We close at nine. \n > Can you hear me? \n < Yes.".to_owned(),
            nine(1, Some(2)),
            Outcome::Unconfirmed,
        ),
        (
            "affirmed by a yes to another value",
            "< We close at nine. \n > So you close at 10 pm, is that right? \n < Yes.".to_owned(),
            nine(1, Some(2)),
            Outcome::Unconfirmed,
        ),
        ("affirmed by ourselves", "< We close at nine. \n > Yes.".to_owned(), nine(1, Some(2)), Outcome::Unconfirmed),
        ("heard badly", format!("<60 We close at nine. \n {asked} \n < Yes."), nine(1, Some(2)), Outcome::Unconfirmed),
        (
            "heard badly, and again alike",
            format!("<60 We close at nine. \n > Sorry? \n <60 At nine. \n {asked} \n < Yes."),
            nine(2, Some(3)),
            Outcome::Achieved,
        ),
        (
            "heard badly, and said again with the yes",
            format!("<60 We close at nine. \n {asked} \n < Yes, nine."),
            nine(1, Some(2)),
            Outcome::Achieved,
        ),
    ];
    for (what, talk, note, outcome) in rows {
        assert_eq!(closing(&talk, &[note]).0, outcome, "{what}");
    }
    assert_eq!(closing("< Hello?", &[]), (Outcome::NotAchieved, "Nothing was learnt.".to_owned()));
}

#[test]
fn a_yes_that_began_before_the_value_was_spoken_affirms_nothing() {
    let note = note("closing_time", "21:00", "nine", 1, Some(2), 75);
    for (began_at, outcome) in [(2_300, Outcome::Unconfirmed), (2_900, Outcome::Achieved)] {
        let mut talk = transcript("< We close at nine. \n > So you close at 9 pm today, is that right? \n < Yes.");
        talk.turns[2].from = AudioPosition::from_millis(began_at);
        let brief = brief(TaskType::InformationInquiry, "Ask what time they close today");
        let report = Report::build(&brief, &talk, std::slice::from_ref(&note), WhoAnswered::Human, EndReason::Done, None);
        assert_eq!(report.outcome, outcome, "{began_at}");
    }
}

#[test]
fn what_was_denied_is_never_claimed() {
    let asked = "> So a cake costs 5 dollars, is that right?";
    let price = |utterance, affirmed_in| note("price", "$5.00", "five dollars", utterance, affirmed_in, 95);
    let claims = |talk: &str, notes: &[Note]| {
        let report = build(TaskType::QuoteRequest, "Ask how much a cake costs", talk, notes, EndReason::Done);
        (report.outcome, report.facts.iter().filter(|fact| fact.fact == "price").count())
    };
    let rows = [
        (
            "denied and repeated in one breath",
            format!("< A cake is five dollars. \n {asked} \n < No, not quite. A cake is five dollars."),
            price(1, Some(2)),
        ),
        (
            "denied, heard again, affirmed",
            format!("< A cake is five dollars. \n {asked} \n < No. \n {asked} \n < Yes. It's five dollars."),
            price(1, Some(3)),
        ),
        ("affirmed, then denied", format!("< A cake is five dollars. \n {asked} \n < Yes. \n {asked} \n < No."), price(1, Some(2))),
    ];
    for (what, talk, note) in rows {
        assert_eq!(claims(&talk, &[note]), (Outcome::Unconfirmed, 0), "{what}");
    }
    // Of two things in one read-back a no says not which is wrong; what is affirmed alone afterwards stands.
    let both = "< We close at nine and a cake is five dollars. \n > So you close at 9 pm and a cake costs 5 dollars, is that right? \n < No. \n > So a cake costs 5 dollars, is that right? \n < Yes.";
    let notes = [note("closing_time", "21:00", "nine", 1, None, 75), price(1, Some(3))];
    assert_eq!(claims(both, &notes), (Outcome::Achieved, 1));
    assert_eq!(claims(both, &[notes[0].clone(), price(1, None)]), (Outcome::Unconfirmed, 1));
}

#[test]
fn a_no_is_affirmed_by_a_plain_yes_or_said_again_with_more_than_a_no() {
    let no = |affirmed_in| note("availability", "no", "No, sorry.", 1, Some(affirmed_in), 95);
    let rows = [
        ("< No, sorry. \n > So you don't have parking, is that right? \n < Yes, that's right.", no(2), Outcome::Achieved),
        ("< No, sorry. \n > So you don't have parking, is that right? \n < No, we don't have any.", no(2), Outcome::Achieved),
        ("< No, sorry. \n > So you don't have parking, is that right? \n < No.", no(2), Outcome::Unconfirmed),
        ("< No, sorry. \n > Just to be sure: Do you have parking? \n < No.", no(2), Outcome::Achieved),
        ("< No, sorry. \n > Just to be sure: Do you have parking? \n < Yes.", no(2), Outcome::Unconfirmed),
    ];
    for (talk, note, outcome) in rows {
        assert_eq!(build(TaskType::InformationInquiry, "Ask if they have parking", talk, &[note], EndReason::Done).outcome, outcome, "{talk}");
    }
}

#[test]
fn hours_are_proven_by_their_halves() {
    let talk = "< We open at eight. \n > So you open at 8 am, is that right? \n < Yes. \n > What time do you close? \n < At nine. \n > So you close at 9 pm, is that right? \n < Yes.";
    let notes = [note("opening_time", "08:00", "eight", 1, Some(2), 75), note("closing_time", "21:00", "nine", 3, Some(4), 75)];
    let report = |notes| build(TaskType::InformationInquiry, "Ask about their opening hours", talk, notes, EndReason::Done);
    assert_eq!((report(&notes).outcome, report(&notes).summary.as_str()), (Outcome::Achieved, "They open at 8 am. They close at 9 pm."));
    assert_eq!(report(&notes[..1]).outcome, Outcome::Unconfirmed);
}

#[test]
fn what_was_taken_back_does_not_count() {
    let talk = "< We close at nine. \n > So you close at 9 pm today, is that right? \n < No. \n > What time do you close today? \n < Ten. \n > So you close at 10 pm today, is that right? \n < Yes.";
    let notes = [
        note("closing_time", "21:00", "nine", 1, None, 75),
        note("closing_time", "21:00", "No", 2, None, 0),
        note("closing_time", "22:00", "Ten", 3, None, 75),
        note("closing_time", "22:00", "Ten", 3, Some(4), 75),
    ];
    assert_eq!(closing(talk, &notes), (Outcome::Achieved, "They close at 10 pm today.".to_owned()));
    assert_eq!(closing(talk, &notes[..2]).0, Outcome::NotAchieved);
}

#[test]
fn agreement_needs_a_yes_to_the_very_thing() {
    let rows = [
        (
            "a yes to the read-back",
            "< Sure. \n > So it is booked for Friday, November 27 at 3 pm, is that right? \n < Yes.",
            Some(2),
            Outcome::Achieved,
        ),
        ("a yes to something else", "< Sure. \n > Can you hear me? \n < Yes.", Some(2), Outcome::Unconfirmed),
        (
            "a yes to another hour",
            "< Sure. \n > So it is booked for Friday, November 27 at 4 pm, is that right? \n < Yes.",
            Some(2),
            Outcome::Unconfirmed,
        ),
        ("no yes", "< Sure. \n > So it is booked for Friday, November 27 at 3 pm, is that right? \n < Maybe.", Some(2), Outcome::Unconfirmed),
        ("only possible", "< Sure.", None, Outcome::Unconfirmed),
        ("their own words", "< Sure. \n > Is it booked? \n < Yes, Friday at 3 p.m.", Some(2), Outcome::Achieved),
    ];
    for (what, talk, affirmed_in, outcome) in rows {
        let notes = [note("booked_for", "2026-11-27 15:00", "Sure", 1, affirmed_in, 95)];
        let report = build(TaskType::AppointmentBooking, "Book a haircut for Friday at 3pm", talk, &notes, EndReason::Done);
        assert_eq!(report.outcome, outcome, "{what}: {}", report.summary);
    }
    let cancelled = build(
        TaskType::Cancellation,
        "cancel my table",
        "< Done. \n > So Sam Miller's table is canceled, is that right? \n < Correct.",
        &[note("cancelled", "yes", "Done", 1, Some(2), 85)],
        EndReason::Done,
    );
    assert_eq!((cancelled.outcome, cancelled.summary.as_str()), (Outcome::Achieved, "It is canceled."));
}

#[test]
fn half_of_what_was_asked_is_partly() {
    let report = build(
        TaskType::InformationInquiry,
        "Ask what time they close today and how much an oil change costs",
        CONFIRMED,
        &[note("closing_time", "21:00", "nine", 2, Some(3), 75)],
        EndReason::CalleeLeft,
    );
    assert_eq!(report.outcome, Outcome::Partly);
    assert_eq!(report.summary, "They close at 9 pm today. The line was cut, or the callee hung up.");
    assert_eq!(report.follow_ups, ["Try again later."]);
}

#[test]
fn follow_ups_say_what_to_do_next() {
    let next = |talk: &str, notes: &[Note], ended| {
        build(TaskType::Reservation, "Reserve a table for two tonight at 8", talk, notes, ended).follow_ups.join(" | ")
    };
    assert_eq!(
        next(
            "< Please call back after ten.",
            &[note("call_back", "Please call back after ten.", "Please call back after ten.", 1, None, 85)],
            EndReason::Declined
        ),
        "Call again after 10 am."
    );
    assert_eq!(
        next("< We only have nine p.m.", &[note("offered", "21:00", "nine p.m.", 1, None, 80)], EndReason::Declined),
        "They offered 9 pm: start a new task if that suits you."
    );
    assert_eq!(
        next("< There's a 20 dollar deposit.", &[note("fee", "$20.00", "20 dollar deposit", 1, None, 85)], EndReason::Declined),
        "They want a payment (20 dollars); only you can agree to it."
    );
    assert_eq!(next("< Wrong number.", &[], EndReason::WrongNumber), "Check the number.");
    let opted = Report::build(
        &brief(TaskType::Custom, "x"),
        &transcript("< Never call again."),
        &[],
        WhoAnswered::Human,
        EndReason::OptedOut,
        Some(UtteranceId(1)),
    );
    assert_eq!(
        (opted.outcome, opted.opted_out, opted.summary.as_str()),
        (Outcome::NotAchieved, Some(UtteranceId(1)), "They asked not to be called again.")
    );
    assert_eq!(opted.follow_ups.len(), 1);
}

#[test]
fn a_message_on_a_tape_is_not_proven_to_be_received() {
    let report = Report::build(
        &brief(TaskType::MessageDelivery, "tell Ana I'm late"),
        &transcript("< Leave a message."),
        &[],
        WhoAnswered::Voicemail,
        EndReason::MessageLeft,
        None,
    );
    assert_eq!((report.outcome, report.summary.as_str()), (Outcome::Unconfirmed, "A message was left on the voicemail."));
    let by_voice = build(
        TaskType::MessageDelivery,
        "tell Ana I'm late",
        "< Okay, I'll tell her.",
        &[note("delivered", "passed on", "Okay, I'll tell her.", 1, Some(1), 90)],
        EndReason::Done,
    );
    assert_eq!((by_voice.outcome, by_voice.summary.as_str()), (Outcome::Achieved, "The message was taken and will be passed on."));
}
