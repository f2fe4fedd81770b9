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
                turn.quiet_since = None;
                turn.has_paused = false;
                match turn.pieces.last_mut() {
                    Some(piece) if !piece.is_closed => (piece.is_asked, piece.text) = (false, None),
                    _ => self.begin_piece(at),
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
