//! Interim results come while the callee speaks, never behind the settled ones, and nothing comes after the end.

use std::time::Duration;

use ports::speech_to_text::Heard;
use ports::text_to_speech::Voice;
use telephony::{AudioPosition, UtteranceId};

use crate::line::{PATIENCE, UTTERANCE, listen, over_the_line, push, settled, spoken};

fn long_answer() -> Vec<i16> {
    over_the_line(&spoken("Yes, of course, we can do that for you on Tuesday afternoon.", Voice::default()))
}

#[test]
fn an_interim_comes_before_the_settled_words_and_none_after_them() {
    let sound = long_answer();
    // Models that are still being loaded give no interims.
    settled(&sound);
    let (mut session, heard) = listen();
    session.begin(UTTERANCE, AudioPosition(1_600));
    let (first, rest) = sound.split_at(sound.len() / 2);
    let middle = push(session.as_mut(), AudioPosition::ZERO, first);
    let interim = heard.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(&interim, Heard::Interim { utterance: UTTERANCE, text } if text.to_lowercase().contains("yes")), "{interim:?}");
    let end = push(session.as_mut(), middle, rest);
    session.settle(UTTERANCE, 1, end);
    let mut results = Vec::new();
    while !matches!(results.last(), Some(Heard::Settled { .. })) {
        results.push(heard.recv_timeout(PATIENCE).unwrap());
    }
    let Some(Heard::Settled { text, .. }) = results.last() else { unreachable!() };
    assert!(text.to_lowercase().contains("tuesday afternoon"), "{text}");
    // A second question about the same pause: only its own answer comes, so no stale interim was behind the first.
    session.settle(UTTERANCE, 2, end);
    let next = heard.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(next, Heard::Settled { revision: 2, .. }), "{next:?}");
}

#[test]
fn an_utterance_that_has_ended_says_nothing_more() {
    let sound = long_answer();
    let (mut session, heard) = listen();
    let end = push(session.as_mut(), AudioPosition::ZERO, &sound);
    session.begin(UTTERANCE, AudioPosition::ZERO);
    session.settle(UTTERANCE, 1, end);
    session.end(UTTERANCE);
    let next = UtteranceId(2);
    session.begin(next, AudioPosition::ZERO);
    session.settle(next, 1, end);
    let results: Vec<Heard> = std::iter::from_fn(|| heard.recv_timeout(PATIENCE).ok())
        .take_while(|result| !matches!(result, Heard::Settled { utterance, .. } if *utterance == next))
        .collect();
    let settled_first = results.iter().any(|result| matches!(result, Heard::Settled { utterance: UTTERANCE, .. }));
    assert!(!settled_first, "{results:?}");
    drop(session);
    assert!(heard.recv_timeout(Duration::from_secs(5)).is_err(), "a dropped session keeps nothing of its sink");
}
