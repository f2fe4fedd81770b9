//! The callee's mouth and ears: real speech around the text machine of `simulator`.
//!
//! Every 20 ms it is handed what the callee hears and hands back what the callee says. Its own lines come from the speech
//! engine as they are made; music, ringback, beeps and fax tones are generated. What the assistant says goes through voice
//! activity and the ears into words, touch tones in it become key presses.

use std::collections::VecDeque;
use std::sync::Arc;

use audio::dtmf::{DtmfDetector, KeyEdge};
use audio::frame::Frame;
use audio::hold_music::HoldMusic;
use audio::tone::ToneGenerator;
use audio::{FRAME_SAMPLES, SILENCE};
use ports::speech_to_text::{Heard, HeardSink, Wanted};
use ports::text_to_speech::{SpeakRequest, Speaking, Voice, VoicePiece};
use simulator::callee::{Input, Output};
use telephony::dtmf::Digit;
use tokio::sync::mpsc;

use crate::Speech;
use crate::ear::{Ear, Noticed};
use crate::hum::hum;

/// Posts a piece of speech that belongs to a line, from any thread.
pub type PieceSink = Arc<dyn Fn(u32, VoicePiece) + Send + Sync>;

/// The callee's side of an answered line.
pub struct CalleeVoice {
    speech: Option<Speech>,
    pieces: PieceSink,
    ear: Ear,
    keys: DtmfDetector,
    is_key_down: bool,
    line: Option<SpokenLine>,
    beep: Option<ToneGenerator>,
    sound: Sound,
}

struct SpokenLine {
    line: u32,
    work: Option<Box<dyn Speaking>>,
    samples: VecDeque<i16>,
    is_complete: bool,
}

enum Sound {
    None,
    Music(Box<HoldMusic>),
    Tone(ToneGenerator),
}

impl CalleeVoice {
    /// Returns a callee who has not heard or said anything.
    pub fn new(speech: Option<Speech>, pieces: PieceSink, heard: HeardSink) -> Self {
        let ear = Ear::open(speech.as_ref().map(|speech| speech.ears.as_ref()), Wanted::SettledOnly, heard);
        Self { speech, pieces, ear, keys: DtmfDetector::new(), is_key_down: false, line: None, beep: None, sound: Sound::None }
    }

    /// Does what the machine wants to be heard. Key presses and hanging up are the line's business.
    pub fn carry_out(&mut self, output: &Output) {
        match output {
            Output::Say { line, text, voice } => {
                let voice = Voice { pitch: voice.pitch, pace: voice.pace };
                let (pieces, id) = (self.pieces.clone(), *line);
                let work = speak(self.speech.as_ref(), text, voice, move |piece| pieces(id, piece));
                self.line = Some(SpokenLine { line: *line, work, samples: VecDeque::new(), is_complete: false });
            }
            Output::StopSaying => self.line = None,
            Output::Beep => self.beep = Some(ToneGenerator::beep(1_000.0, 400)),
            Output::PlayMusic => self.sound = Sound::Music(Box::default()),
            Output::PlayRingback => self.sound = Sound::Tone(ToneGenerator::ringback()),
            Output::PlayFax => self.sound = Sound::Tone(ToneGenerator::fax_answer()),
            Output::StopSound => self.sound = Sound::None,
            Output::Ring | Output::Answer | Output::Busy | Output::Reject | Output::Invalid | Output::SendDigit(_) | Output::HangUp => {}
        }
    }

    /// Takes a piece of the line's speech. Pieces of lines that were stopped are passed over.
    pub fn take_piece(&mut self, line: u32, piece: VoicePiece) {
        let Some(spoken) = self.line.as_mut().filter(|spoken| spoken.line == line) else { return };
        match piece {
            VoicePiece::Audio(samples) => spoken.samples.extend(samples),
            VoicePiece::End | VoicePiece::Failed => {
                spoken.is_complete = true;
                spoken.work = None;
            }
        }
    }

    /// Takes what the ears made of the assistant's words.
    pub fn take_heard(&mut self, heard: Heard) {
        // Callees answer what was said to its end, not what it may become.
        let _ = self.ear.heard(heard);
    }

    /// Hears 20 ms of the assistant and returns what the machine should know.
    pub fn hear(&mut self, frame: &Frame) -> Vec<Input> {
        let mut inputs = Vec::new();
        match self.keys.push(frame) {
            Some(KeyEdge::Pressed { key, .. }) => {
                self.is_key_down = true;
                inputs.extend(Digit::new(key).map(Input::Digit));
            }
            Some(KeyEdge::Released { .. }) => self.is_key_down = false,
            None => {}
        }
        // A touch tone is no voice.
        let frame = if self.is_key_down { &SILENCE } else { frame };
        inputs.extend(self.ear.push(frame).into_iter().map(input_of));
        inputs
    }

    /// Returns whether the callee still listens to the end of something.
    pub const fn is_listening(&self) -> bool {
        self.ear.is_in_turn()
    }

    /// The line is gone. Returns what the assistant said last, once it is understood.
    pub fn last_words(&mut self) -> Option<Input> {
        self.ear.last_words().map(input_of)
    }

    /// Nobody waits any longer. Returns what is understood of what the assistant said last, if it said anything.
    pub fn what_is_understood(&mut self) -> Option<Input> {
        self.ear.what_is_understood().map(input_of)
    }

    /// Fills the next 20 ms of what the callee's side sends and returns the line that this completes.
    pub fn fill(&mut self, frame: &mut Frame) -> Option<u32> {
        match &mut self.sound {
            Sound::None => *frame = SILENCE,
            Sound::Music(music) => music.fill(frame),
            Sound::Tone(tone) => {
                tone.fill(frame);
            }
        }
        if let Some(beep) = &mut self.beep
            && beep.fill(frame) < FRAME_SAMPLES
        {
            self.beep = None;
        }
        let spoken = self.line.as_mut()?;
        let count = spoken.samples.len().min(FRAME_SAMPLES);
        for (slot, sample) in frame.iter_mut().zip(spoken.samples.drain(..count)) {
            *slot = sample;
        }
        if spoken.is_complete && spoken.samples.is_empty() {
            return self.line.take().map(|spoken| spoken.line);
        }
        None
    }
}

fn input_of(noticed: Noticed) -> Input {
    match noticed {
        Noticed::Start => Input::HeardStart,
        Noticed::Pause => Input::HeardPause,
        Noticed::End { text } => Input::HeardEnd { text },
    }
}

/// Has a text spoken; without an engine it is hummed. The returned handle stops the work when dropped.
pub fn speak(speech: Option<&Speech>, text: &str, voice: Voice, mut sink: impl FnMut(VoicePiece) + Send + 'static) -> Option<Box<dyn Speaking>> {
    let Some(speech) = speech else {
        sink(VoicePiece::Audio(hum(text, voice)));
        sink(VoicePiece::End);
        return None;
    };
    let sink = Arc::new(std::sync::Mutex::new(sink));
    let post = sink.clone();
    let shared: ports::text_to_speech::VoiceSink = Box::new(move |piece| {
        if let Ok(mut sink) = post.lock() {
            sink(piece);
        }
    });
    match speech.voice.speak(SpeakRequest { text: text.into(), voice }, shared) {
        Ok(work) => Some(work),
        Err(error) => {
            tracing::error!(%error, "a line of the practice network cannot be spoken");
            if let Ok(mut sink) = sink.lock() {
                sink(VoicePiece::Failed);
            }
            None
        }
    }
}

/// Returns a text as it is spoken, once all of it is made.
pub async fn spoken(speech: Option<&Speech>, text: &str) -> Vec<i16> {
    let (post, mut pieces) = mpsc::unbounded_channel();
    let work = speak(speech, text, Voice::default(), move |piece| {
        // Nobody waits any more: the sandbox closes.
        let _ = post.send(piece);
    });
    let mut samples = Vec::new();
    while let Some(VoicePiece::Audio(piece)) = pieces.recv().await {
        samples.extend(piece);
    }
    drop(work);
    samples
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    type Posted = Arc<Mutex<Vec<(u32, VoicePiece)>>>;

    fn voice_and_pieces() -> (CalleeVoice, Posted) {
        let posted = Arc::new(Mutex::new(Vec::new()));
        let sink = posted.clone();
        let voice = CalleeVoice::new(None, Arc::new(move |line, piece| sink.lock().unwrap().push((line, piece))), Arc::new(|_| {}));
        (voice, posted)
    }

    fn say(voice: &mut CalleeVoice, posted: &Mutex<Vec<(u32, VoicePiece)>>, line: u32, text: &str) {
        voice.carry_out(&Output::Say { line, text: text.into(), voice: simulator::script::Voice::default() });
        for (line, piece) in posted.lock().unwrap().drain(..) {
            voice.take_piece(line, piece);
        }
    }

    #[test]
    fn a_line_is_finished_when_its_last_sample_was_sent() {
        let (mut voice, posted) = voice_and_pieces();
        say(&mut voice, &posted, 1, "hello");
        let mut frame = SILENCE;
        // Five characters of 480 samples are 15 frames.
        for _ in 0..14 {
            assert_eq!(voice.fill(&mut frame), None);
        }
        assert_eq!(voice.fill(&mut frame), Some(1));
        assert_eq!(voice.fill(&mut frame), None);
        assert_eq!(frame, SILENCE);
    }

    #[test]
    fn a_stopped_line_is_silent_at_once_and_never_finished() {
        let (mut voice, posted) = voice_and_pieces();
        say(&mut voice, &posted, 1, "hello");
        let mut frame = SILENCE;
        voice.fill(&mut frame);
        voice.carry_out(&Output::StopSaying);
        assert_eq!(voice.fill(&mut frame), None);
        assert_eq!(frame, SILENCE);
    }

    #[test]
    fn tones_of_the_assistant_are_keys_and_no_voice() {
        let (mut voice, _) = voice_and_pieces();
        let mut samples = Vec::new();
        for key in "12#".chars() {
            audio::dtmf::sound_key(key, audio::dtmf::DtmfConfig::default(), &mut samples);
        }
        samples.resize(8 * 1_500, 0);
        let inputs: Vec<Input> = samples.as_chunks::<FRAME_SAMPLES>().0.iter().flat_map(|frame| voice.hear(frame)).collect();
        let keys: String = inputs.iter().filter_map(|input| if let Input::Digit(digit) = input { Some(digit.as_char()) } else { None }).collect();
        assert_eq!(keys, "12#");
    }

    #[test]
    fn music_and_beeps_are_heard_until_they_end() {
        let (mut voice, _) = voice_and_pieces();
        let mut frame = SILENCE;
        voice.carry_out(&Output::PlayMusic);
        for _ in 0..10 {
            voice.fill(&mut frame);
        }
        assert_ne!(frame, SILENCE);
        voice.carry_out(&Output::StopSound);
        voice.carry_out(&Output::Beep);
        for _ in 0..10 {
            voice.fill(&mut frame);
        }
        assert_ne!(frame, SILENCE);
        for _ in 0..12 {
            voice.fill(&mut frame);
        }
        assert_eq!(frame, SILENCE);
    }
}
