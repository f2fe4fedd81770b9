//! Phone sentences, said by the local voice in several pitches, heard by the local ears.

use ports::speech_to_text::Heard;
use ports::text_to_speech::Voice;

use crate::line::{over_the_line, settled, spoken};

/// What is said, how Whisper may write it (in lower case, without signs), and the slots that must be right.
const SENTENCES: &[(&str, &str, &[&str])] = &[
    (
        "Hello, thank you for calling Rosie's Flowers, how can I help you?",
        "hello thank you for calling rosies flowers how can i help you",
        &["flowers"],
    ),
    ("We are open until 9 pm today.", "we are open until 9pm today", &["9pm"]),
    ("We close at 7:30 PM on weekdays.", "we close at 730pm on weekdays", &["730pm"]),
    ("That will be $12.50, please.", "that will be 1250 please", &["1250"]),
    ("You can reach us at 212-555-0123.", "you can reach us at 2125550123", &["2125550123"]),
    ("Your appointment is on March 14 at 10 am.", "your appointment is on march 14 at 10am", &["march 14", "10am"]),
    ("I can offer you a table for four people tomorrow evening.", "i can offer you a table for four people tomorrow evening", &["tomorrow evening"]),
    ("No, I'm sorry, we do not have that in stock right now.", "no im sorry we do not have that in stock right now", &["not have"]),
    ("Please press one for sales, or press two for support.", "please press one for sales or press two for support", &["press"]),
    ("The cancellation fee is 25 dollars.", "the cancellation fee is 25 dollars", &["25"]),
    ("Are you a robot, or am I talking to a person?", "are you a robot or am i talking to a person", &["robot"]),
    ("Please leave a message after the tone.", "please leave a message after the tone", &["message"]),
];

#[test]
fn phone_sentences_come_through_with_their_times_prices_and_numbers() {
    let (mut errors, mut words) = (0, 0);
    let mut wrong = Vec::new();
    for (index, (said, expected, slots)) in SENTENCES.iter().enumerate() {
        let pitch = [1.0, 0.8][index % 2];
        let sound = over_the_line(&spoken(said, Voice { pitch, pace: 1.0 }));
        let Heard::Settled { text, revision, confidence, .. } = settled(&sound) else {
            wrong.push(format!("{said}: not taken for speech"));
            continue;
        };
        assert_eq!(revision, 7);
        let heard = plain(&text);
        println!("{confidence:3} {said} -> {text}");
        let expected: Vec<&str> = expected.split(' ').collect();
        let got: Vec<&str> = heard.split(' ').collect();
        errors += edits(&expected, &got);
        words += expected.len();
        for slot in *slots {
            if !heard.contains(slot) {
                wrong.push(format!("{said}: {heard} lacks {slot}"));
            }
        }
        if confidence < 50 {
            wrong.push(format!("{said}: confidence {confidence}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("word errors: {errors} of {words}");
    assert!(errors * 100 <= words * 8, "{errors} of {words} words are wrong");
}

#[test]
fn a_deep_and_a_high_voice_are_understood_too() {
    for pitch in [0.58, 1.25] {
        let sound = over_the_line(&spoken("We are closed on Sunday, but open on Monday morning.", Voice { pitch, pace: 1.0 }));
        let Heard::Settled { text, .. } = settled(&sound) else { panic!("not taken for speech") };
        let heard = plain(&text);
        assert!(heard.contains("closed on sunday") && heard.contains("monday morning"), "{heard}");
    }
}

#[test]
fn a_single_short_word_is_speech() {
    for (said, expected) in [("No.", "no"), ("Yes.", "yes"), ("Hello?", "hello")] {
        let Heard::Settled { text, .. } = settled(&over_the_line(&spoken(said, Voice::default()))) else { panic!("{said} is not taken for speech") };
        assert_eq!(plain(&text), expected);
    }
}

#[test]
fn an_announcement_of_more_than_half_a_minute_is_heard_whole() {
    let text = "Welcome to the city library. Our reading rooms are open from Monday to Friday. \
        You can return books at the desk on the ground floor, or in the box beside the main entrance. \
        Children are welcome at the story hour every Wednesday afternoon. \
        If you have lost your card, please bring a document with your photograph. \
        Late books cost twenty cents a day. The coffee shop on the second floor serves lunch. \
        Please switch off your telephone in the reading rooms. \
        For music and films, go to the third floor and ask at the counter. \
        Thank you for your patience, somebody will be with you shortly.";
    let sound = over_the_line(&spoken(text, Voice::default()));
    assert!(sound.len() > 30 * 8_000, "only {} s", sound.len() / 8_000);
    let Heard::Settled { text, .. } = settled(&sound) else { panic!("not taken for speech") };
    let heard = plain(&text);
    for part in ["welcome to the city library", "wednesday afternoon", "coffee shop", "with you shortly"] {
        assert!(heard.contains(part), "{part} is missing in: {heard}");
    }
}

/// Lower case without signs; "7:30 p.m." becomes "730pm", and digits that stand apart are put together.
fn plain(text: &str) -> String {
    let lower = text.to_lowercase().replace("p.m", "pm").replace("a.m", "am").replace('-', "");
    let kept: String = lower.chars().filter(|letter| letter.is_alphanumeric() || letter.is_whitespace()).collect();
    let mut plain = String::new();
    for word in kept.split_whitespace() {
        let after_digit = plain.ends_with(|letter: char| letter.is_ascii_digit());
        let joins = after_digit && (matches!(word, "am" | "pm") || word.chars().all(|letter| letter.is_ascii_digit()));
        if !plain.is_empty() && !joins {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    plain
}

/// Words to insert, delete or replace to come from one list to the other.
fn edits(from: &[&str], to: &[&str]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, word) in from.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for column in 1..=to.len() {
            let replaced = diagonal + usize::from(*word != to[column - 1]);
            diagonal = row[column];
            row[column] = replaced.min(row[column] + 1).min(row[column - 1] + 1);
        }
    }
    row[to.len()]
}
