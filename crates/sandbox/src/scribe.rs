//! A recording written down afterwards, for whichever carrier was asked to.

use std::sync::Arc;

use audio::frame::samples_of_ms;
use ports::speech_to_text::{Heard, SpeechToText, Wanted};
use telephony::{AudioPosition, UtteranceId};
use tokio::sync::mpsc;

/// Pieces that are decoded at once; engines keep 30 s.
const PIECE_MS: u32 = 20_000;

/// Returns the words of a sound; `None` if the engine fails.
pub async fn write_down(ears: Arc<dyn SpeechToText>, samples: Vec<i16>) -> Option<String> {
    let (post, mut heard) = mpsc::unbounded_channel();
    let sink = Arc::new(move |news| {
        // Nobody waits any more: it was given up.
        let _ = post.send(news);
    });
    let mut listening = ears.listen(Wanted::SettledOnly, sink).ok()?;
    let mut words = Vec::new();
    let mut at = 0_u64;
    for (number, piece) in samples.chunks(samples_of_ms(PIECE_MS) as usize).enumerate() {
        let utterance = UtteranceId(u32::try_from(number + 1).ok()?);
        listening.begin(utterance, AudioPosition(at));
        for frame in piece.chunks(audio::FRAME_SAMPLES) {
            listening.push(AudioPosition(at), frame);
            at += frame.len() as u64;
        }
        listening.settle(utterance, 1, AudioPosition(at));
        loop {
            match heard.recv().await? {
                Heard::Settled { utterance: of, text, .. } if of == utterance => {
                    words.push(text);
                    break;
                }
                Heard::NotSpeech { utterance: of, .. } if of == utterance => break,
                Heard::Failed { .. } => return None,
                Heard::Settled { .. } | Heard::NotSpeech { .. } | Heard::Interim { .. } => {}
            }
        }
        listening.end(utterance);
    }
    words.retain(|words| !words.is_empty());
    Some(words.join(" "))
}
