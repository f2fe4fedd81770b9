//! The vote on the end of a turn: high after a finished sentence, low in the middle of one.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Instant;

use ports::text_to_speech::Voice;

use crate::line::{PATIENCE, SPEECH, UTTERANCE, over_the_line, spoken};

/// Returns the vote. While the model is being loaded the sink is let go of unused, and it is asked again.
fn vote(sound: &[i16]) -> u8 {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let (sink, votes) = mpsc::channel();
        SPEECH.end_of_turn().vote(
            UTTERANCE,
            sound.to_vec(),
            Arc::new(move |utterance, percent| {
                let _ = sink.send((utterance, percent));
            }),
        );
        if let Ok((utterance, percent)) = votes.recv_timeout(PATIENCE) {
            assert_eq!(utterance, UTTERANCE);
            return percent;
        }
        std::thread::yield_now();
    }
    panic!("no vote");
}

#[test]
fn a_finished_sentence_ends_a_turn_and_half_a_sentence_does_not() {
    for sentence in ["We are open until nine o'clock tonight.", "Can I take a message for her?", "Yes, that is possible, see you on Friday."] {
        let sound = over_the_line(&spoken(sentence, Voice::default()));
        let whole = vote(&sound);
        assert!(whole > 50, "{whole} % after: {sentence}");
    }
    let sound = over_the_line(&spoken("We are open until nine o'clock tonight.", Voice::default()));
    let half = vote(&sound[..sound.len() / 2]);
    assert!(half < 50, "{half} % after half a sentence");
}
