//! Speech on its way from text to the line: rendered ahead where possible, never twice.

use std::collections::HashMap;
use std::sync::Arc;

use ports::error::SpeechError;
use ports::text_to_speech::{SpeakRequest, Speaking, TextToSpeech, Voice, VoicePiece};
use telephony::LineId;

/// Renders that may lie ready without a line: the opening and a few stock lines. Beyond it the oldest is dropped.
const READY_AT_MOST: usize = 8;

/// One text being rendered, counted within a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RenderId(pub u32);

/// Tells the driver that a piece of a render has come. Called from the voice's own threads.
pub type PieceSink = Arc<dyn Fn(RenderId, VoicePiece) + Send + Sync>;

struct Render {
    text: String,
    ready: Vec<VoicePiece>,
    line: Option<LineId>,
    /// Keeps the work going; dropping it stops the work.
    _work: Box<dyn Speaking>,
}

/// A call's renders.
pub struct Voicing {
    engine: Arc<dyn TextToSpeech>,
    voice: Voice,
    sink: PieceSink,
    renders: HashMap<RenderId, Render>,
    last: u32,
}

impl Voicing {
    /// Returns the voicing of one call.
    pub fn new(engine: Arc<dyn TextToSpeech>, voice: Voice, sink: PieceSink) -> Self {
        Self { engine, voice, sink, renders: HashMap::new(), last: 0 }
    }

    /// Begins to render a text that will be needed soon.
    ///
    /// # Errors
    /// What the voice says; the text is then not prepared and [`Voicing::speak`] tries again.
    pub fn prepare(&mut self, text: &str) -> Result<(), SpeechError> {
        if self.renders.values().any(|render| render.text == text && render.line.is_none()) {
            return Ok(());
        }
        let waiting: Vec<RenderId> = self.renders.iter().filter(|(_, render)| render.line.is_none()).map(|(id, _)| *id).collect();
        if waiting.len() >= READY_AT_MOST
            && let Some(oldest) = waiting.into_iter().min()
        {
            self.renders.remove(&oldest);
        }
        self.render(text, None).map(drop)
    }

    /// Puts a text on a line: what is ready comes back at once, the rest through [`Voicing::piece`].
    ///
    /// # Errors
    /// What the voice says; the line cannot be spoken.
    pub fn speak(&mut self, line: LineId, text: &str) -> Result<Vec<VoicePiece>, SpeechError> {
        let prepared = self.renders.values_mut().find(|render| render.text == text && render.line.is_none());
        match prepared {
            Some(render) => {
                render.line = Some(line);
                Ok(std::mem::take(&mut render.ready))
            }
            None => self.render(text, Some(line)).map(|_| Vec::new()),
        }
    }

    /// Takes a piece that has come. Returns the line it belongs to and the piece, or `None` if it waits for its line.
    pub fn piece(&mut self, id: RenderId, piece: VoicePiece) -> Option<(LineId, VoicePiece)> {
        let render = self.renders.get_mut(&id)?;
        match render.line {
            Some(line) => Some((line, piece)),
            None => {
                render.ready.push(piece);
                None
            }
        }
    }

    /// Forgets the renders of a line that is over or was stopped.
    pub fn forget(&mut self, line: LineId) {
        self.renders.retain(|_, render| render.line != Some(line));
    }

    fn render(&mut self, text: &str, line: Option<LineId>) -> Result<RenderId, SpeechError> {
        self.last += 1;
        let id = RenderId(self.last);
        let sink = self.sink.clone();
        let request = SpeakRequest { text: text.to_owned(), voice: self.voice };
        let work = self.engine.speak(request, Box::new(move |piece| sink(id, piece)))?;
        self.renders.insert(id, Render { text: text.to_owned(), ready: Vec::new(), line, _work: work });
        Ok(id)
    }
}
