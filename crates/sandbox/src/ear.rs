//! One ear on a line: finds where somebody speaks, has it turned into text, and says when they have finished.
//!
//! Used by the callee, who listens to the assistant, and by the carrier's `<Gather input="speech">`. What is said between
//! two long pauses is one *turn*; long turns are decoded piece by piece, since engines keep only half a minute of audio.

use audio::FRAME_SAMPLES;
use audio::frame::{Frame, samples_of_ms};
use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use ports::speech_to_text::{Heard, HeardSink, Listening, SpeechToText, Wanted};
use telephony::{AudioPosition, UtteranceId};

/// After so much silence the speaker pauses.
const PAUSE_MS: u32 = 200;
/// After so much silence the words so far are decoded, in the hope that nothing follows.
const SETTLE_MS: u32 = 350;
/// After so much silence the turn is over.
const END_MS: u32 = 650;
/// The same as a duration: a turn's end is noticed so long after its last sound.
pub const TURN_END: std::time::Duration = std::time::Duration::from_millis(END_MS as u64);

/// An engine that has not answered so long after the end never will.
const GIVE_UP_MS: u32 = 8_000;
/// A piece longer than this is closed at the next pause.
const LONG_PIECE_MS: u32 = 10_000;
/// A piece of this length is closed without a pause: engines keep 30 s.
const LONGEST_PIECE_MS: u32 = 26_000;

/// What the ear noticed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Noticed {
    /// Somebody begins to speak.
    Start,
    /// They pause.
    Pause,
    /// They have finished.
    End {
        /// What they said; empty if it was nothing.
        text: String,
    },
}

/// One ear.
pub struct Ear {
    voice: VoiceActivity,
    listening: Option<Box<dyn Listening>>,
    position: u64,
    utterances: u32,
    turn: Option<Turn>,
    end_ms: u32,
    confidence: Option<u8>,
}

struct Turn {
    pieces: Vec<Piece>,
    quiet_since: Option<u64>,
    has_paused: bool,
}

struct Piece {
    id: UtteranceId,
    from: u64,
    revision: u32,
    is_asked: bool,
    is_closed: bool,
    text: Option<String>,
}

impl Ear {
    /// Opens an ear. Without an engine, or if it fails to open, speech is noticed but not understood.
    pub fn open(engine: Option<&dyn SpeechToText>, wanted: Wanted, sink: HeardSink) -> Self {
        let listening = engine.and_then(|engine| match engine.listen(wanted, sink) {
            Ok(listening) => Some(listening),
            Err(error) => {
                tracing::error!(%error, "the callees' ears cannot be opened");
                None
            }
        });
        Self {
            voice: VoiceActivity::new(VoiceConfig::default()),
            listening,
            position: 0,
            utterances: 0,
            turn: None,
            end_ms: END_MS,
            confidence: None,
        }
    }

    /// Returns the ear with another silence that ends a turn; shorter ones than words take to be decoded make no difference.
    pub fn ending_after(mut self, end_ms: u32) -> Self {
        self.end_ms = end_ms.max(SETTLE_MS);
        self
    }

    /// Returns how sure the engine was of the last turn, 0 to 100: of its least sure piece. `None` if it did not say.
    pub const fn confidence(&self) -> Option<u8> {
        self.confidence
    }

    /// Takes the next frame.
    pub fn push(&mut self, frame: &Frame) -> Vec<Noticed> {
        let mut noticed = Vec::new();
        if let Some(listening) = &mut self.listening {
            listening.push(AudioPosition(self.position), frame);
        }
        self.position += FRAME_SAMPLES as u64;
        match self.voice.push(frame) {
            Some(VoiceEdge::Onset { at }) => self.onset(at, &mut noticed),
            Some(VoiceEdge::Offset { at }) => {
                if let Some(turn) = &mut self.turn {
                    turn.quiet_since = Some(at);
                }
            }
            None => {}
        }
        self.time_passes(&mut noticed);
        noticed
    }

    fn onset(&mut self, at: u64, noticed: &mut Vec<Noticed>) {
        match &mut self.turn {
            None => {
                self.turn = Some(Turn { pieces: Vec::new(), quiet_since: None, has_paused: false });
                self.confidence = None;
                noticed.push(Noticed::Start);
                self.begin_piece(at);
            }
            Some(turn) => {
                let quiet_since = turn.quiet_since.take();
                turn.has_paused = false;
                // The turn would be over if the engine were not so slow: what it is asked about stays as it is, and is not asked again.
                let was_over = quiet_since.is_some_and(|since| at.saturating_sub(since) >= samples_of_ms(self.end_ms));
                match turn.pieces.last_mut() {
                    Some(piece) if !piece.is_closed && !was_over => (piece.is_asked, piece.text) = (false, None),
                    last => {
                        last.into_iter().for_each(|piece| piece.is_closed = true);
                        self.begin_piece(at);
                    }
                }
            }
        }
    }

    fn begin_piece(&mut self, from: u64) {
        self.utterances += 1;
        let id = UtteranceId(self.utterances);
        if let Some(listening) = &mut self.listening {
            listening.begin(id, AudioPosition(from));
        }
        if let Some(turn) = &mut self.turn {
            turn.pieces.push(Piece { id, from, revision: 0, is_asked: false, is_closed: false, text: None });
        }
    }

    fn time_passes(&mut self, noticed: &mut Vec<Noticed>) {
        let position = self.position;
        let Some(turn) = &mut self.turn else { return };
        let Some(piece) = turn.pieces.last_mut() else { return };
        let length = position.saturating_sub(piece.from);
        let Some(quiet_since) = turn.quiet_since else {
            if length > samples_of_ms(LONGEST_PIECE_MS) {
                piece.is_closed = true;
                ask(piece, &mut self.listening, position);
                self.begin_piece(position);
            }
            return;
        };
        let pause = position.saturating_sub(quiet_since);
        if pause >= samples_of_ms(PAUSE_MS) && !turn.has_paused {
            turn.has_paused = true;
            noticed.push(Noticed::Pause);
        }
        if pause >= samples_of_ms(PAUSE_MS) && length > samples_of_ms(LONG_PIECE_MS) {
            piece.is_closed = true;
        }
        if !piece.is_asked && (piece.is_closed || pause >= samples_of_ms(SETTLE_MS)) {
            ask(piece, &mut self.listening, quiet_since);
        }
        let all_known = turn.pieces.iter().all(|piece| piece.text.is_some());
        if pause >= samples_of_ms(self.end_ms) && (all_known || pause >= samples_of_ms(GIVE_UP_MS)) {
            noticed.push(self.end_turn());
        }
    }

    /// Returns whether somebody's turn is not over yet.
    pub const fn is_in_turn(&self) -> bool {
        self.turn.is_some()
    }

    /// The line is gone: what was said up to now is all there is. Returns the turn once its words are known; call it again
    /// whenever the engine has heard something, for as long as a turn is open.
    pub fn last_words(&mut self) -> Option<Noticed> {
        let position = self.position;
        let turn = self.turn.as_mut()?;
        let quiet_since = *turn.quiet_since.get_or_insert(position);
        if let Some(piece) = turn.pieces.last_mut().filter(|piece| !piece.is_asked) {
            ask(piece, &mut self.listening, quiet_since);
        }
        turn.pieces.iter().all(|piece| piece.text.is_some()).then(|| self.end_turn())
    }

    /// Returns what is understood of the turn so far, and ends it. `None` if nobody speaks.
    pub fn what_is_understood(&mut self) -> Option<Noticed> {
        self.turn.is_some().then(|| self.end_turn())
    }

    fn end_turn(&mut self) -> Noticed {
        let pieces = self.turn.take().map(|turn| turn.pieces).unwrap_or_default();
        let mut text = String::new();
        for piece in pieces {
            if let Some(listening) = &mut self.listening {
                listening.end(piece.id);
            }
            let words = piece.text.unwrap_or_default();
            if !text.is_empty() && !words.is_empty() {
                text.push(' ');
            }
            text.push_str(&words);
        }
        Noticed::End { text }
    }

    /// Takes in what the engine heard. Returns all words of the turn so far if these are news, settled or not.
    pub fn heard(&mut self, heard: Heard) -> Option<String> {
        let (id, revision, text) = match heard {
            Heard::Settled { utterance, revision, text, confidence } => {
                self.confidence = Some(self.confidence.map_or(confidence, |before| before.min(confidence)));
                (utterance, Some(revision), text)
            }
            Heard::NotSpeech { utterance, revision } => (utterance, Some(revision), String::new()),
            Heard::Failed { utterance: Some(utterance) } => (utterance, None, String::new()),
            Heard::Interim { utterance, text } => return self.so_far(utterance, &text),
            Heard::Failed { utterance: None } => return None,
        };
        let piece = self.turn.as_mut()?.pieces.iter_mut().find(|piece| piece.id == id)?;
        if !piece.is_asked || revision.is_some_and(|revision| revision != piece.revision) {
            return None;
        }
        piece.text = Some(text.clone());
        self.so_far(id, &text)
    }

    /// Returns the words of the turn with these as the newest.
    fn so_far(&self, newest: UtteranceId, text: &str) -> Option<String> {
        let pieces = self.turn.as_ref()?.pieces.iter();
        let before = pieces.take_while(|piece| piece.id != newest).filter_map(|piece| piece.text.as_deref());
        let words: Vec<&str> = before.chain([text]).filter(|words| !words.is_empty()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

fn ask(piece: &mut Piece, listening: &mut Option<Box<dyn Listening>>, to: u64) {
    piece.is_asked = true;
    piece.revision += 1;
    match listening {
        Some(listening) => listening.settle(piece.id, piece.revision, AudioPosition(to)),
        // Somebody spoke, and nobody can tell what.
        None => piece.text = Some(UNINTELLIGIBLE.into()),
    }
}

/// What is heard without an engine. No script knows the word, so the callee asks to repeat.
const UNINTELLIGIBLE: &str = "unintelligible";

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use audio::SILENCE;
    use ports::error::SpeechError;
    use ports::text_to_speech::Voice;

    use super::*;
    use crate::hum::hum;

    type Asked = Arc<Mutex<Vec<(u32, u32)>>>;

    /// Notes what it is asked about, and answers nothing by itself.
    struct Notes(Asked);

    impl SpeechToText for Notes {
        fn warm_up(&self) {}

        fn listen(&self, _: Wanted, _: HeardSink) -> Result<Box<dyn Listening>, SpeechError> {
            Ok(Box::new(Self(self.0.clone())))
        }
    }

    impl Listening for Notes {
        fn push(&mut self, _: AudioPosition, _: &[i16]) {}

        fn begin(&mut self, _: UtteranceId, _: AudioPosition) {}

        fn settle(&mut self, utterance: UtteranceId, revision: u32, _: AudioPosition) {
            self.0.lock().unwrap().push((utterance.0, revision));
        }

        fn end(&mut self, _: UtteranceId) {}
    }

    /// Has an ear hear somebody speak for a second or so, and then nobody for a while.
    fn speak_then_pause(ear: &mut Ear, pause_ms: usize) -> Vec<Noticed> {
        let mut sound = hum("twenty four characters!!", Voice::default());
        sound.resize(sound.len().next_multiple_of(FRAME_SAMPLES), 0);
        let quiet = std::iter::repeat_n(&SILENCE, pause_ms / 20);
        sound.as_chunks::<FRAME_SAMPLES>().0.iter().chain(quiet).flat_map(|frame| ear.push(frame)).collect()
    }

    fn words(ear: &mut Ear, utterance: u32, revision: u32, text: &str) {
        ear.heard(Heard::Settled { utterance: UtteranceId(utterance), revision, text: text.to_owned(), confidence: 90 });
    }

    #[test]
    fn what_a_slow_engine_says_of_a_turn_counts_although_the_next_has_begun() {
        let asked = Asked::default();
        let mut ear = Ear::open(Some(&Notes(asked.clone())), Wanted::SettledOnly, Arc::new(|_| {}));
        assert_eq!(speak_then_pause(&mut ear, 2_000), [Noticed::Start, Noticed::Pause], "its words are not known yet");
        assert_eq!(speak_then_pause(&mut ear, 100), [], "the next has begun");
        words(&mut ear, 1, 1, "Somebody waits for you.");
        assert_eq!(speak_then_pause(&mut ear, 500).last(), Some(&Noticed::Pause), "a short pause was no end");
        assert_eq!(*asked.lock().unwrap(), [(1, 1), (2, 1)], "the first turn is asked about once");
        words(&mut ear, 2, 1, "Press 1.");
        let end = Noticed::End { text: "Somebody waits for you. Press 1.".to_owned() };
        assert_eq!(std::iter::repeat_n(&SILENCE, 20).flat_map(|frame| ear.push(frame)).collect::<Vec<_>>(), [end]);
    }

    #[test]
    fn words_up_to_a_short_pause_are_asked_for_again_with_what_follows() {
        let asked = Asked::default();
        let mut ear = Ear::open(Some(&Notes(asked.clone())), Wanted::SettledOnly, Arc::new(|_| {}));
        speak_then_pause(&mut ear, 500);
        words(&mut ear, 1, 1, "To take the call");
        speak_then_pause(&mut ear, 500);
        assert_eq!(*asked.lock().unwrap(), [(1, 1), (1, 2)]);
        words(&mut ear, 1, 1, "To take the call");
        words(&mut ear, 1, 2, "To take the call, press 1.");
        let end = Noticed::End { text: "To take the call, press 1.".to_owned() };
        assert_eq!(std::iter::repeat_n(&SILENCE, 20).flat_map(|frame| ear.push(frame)).collect::<Vec<_>>(), [end]);
    }
}
