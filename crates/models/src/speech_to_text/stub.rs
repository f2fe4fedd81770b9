//! Ears for load tests: after a fixed delay, plausible words. Costs a timer; keeps no audio.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ports::error::SpeechError;
use ports::speech_to_text::{Heard, HeardSink, Listening, SpeechToText, Wanted};
use telephony::{AudioPosition, UtteranceId};
use tokio::task::AbortHandle;

/// How sure the ears are of them.
const CONFIDENCE: u8 = 90;

/// What is understood: a whole sentence, and another time of day each time, for a callee who always says the same is
/// taken for a machine.
fn words(count: u32) -> String {
    format!("Yes, we are open until nine o'clock tonight, and tomorrow until {}:{:02}.", 1 + count / 60 % 12, count % 60)
}

/// The ears.
pub(crate) struct StubEars {
    pub(crate) delay: Duration,
}

struct Session {
    delay: Duration,
    sink: HeardSink,
    runtime: tokio::runtime::Handle,
    /// Sentences understood so far.
    understood: u32,
    /// What is under way, by utterance.
    waiting: HashMap<UtteranceId, AbortHandle>,
}

impl SpeechToText for StubEars {
    fn warm_up(&self) {}

    fn listen(&self, _: Wanted, sink: HeardSink) -> Result<Box<dyn Listening>, SpeechError> {
        let runtime =
            tokio::runtime::Handle::try_current().map_err(|_| SpeechError::Failed { what: "the stub ears need an async runtime".to_owned() })?;
        Ok(Box::new(Session { delay: self.delay, sink, runtime, understood: 0, waiting: HashMap::new() }))
    }
}

impl Listening for Session {
    fn push(&mut self, _at: AudioPosition, _samples: &[i16]) {}

    fn begin(&mut self, utterance: UtteranceId, _from: AudioPosition) {
        self.end(utterance);
    }

    fn settle(&mut self, utterance: UtteranceId, revision: u32, _to: AudioPosition) {
        let (delay, sink, text) = (self.delay, Arc::clone(&self.sink), words(self.understood));
        self.understood += 1;
        let task = self.runtime.spawn(async move {
            tokio::time::sleep(delay).await;
            sink(Heard::Settled { utterance, revision, text, confidence: CONFIDENCE });
        });
        // An earlier revision still answers: only the end of the utterance silences it.
        self.waiting.insert(utterance, task.abort_handle());
    }

    fn end(&mut self, utterance: UtteranceId) {
        if let Some(task) = self.waiting.remove(&utterance) {
            task.abort();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for task in self.waiting.values() {
            task.abort();
        }
    }
}

/// Makes the stub ears.
pub(crate) fn ears(delay: Duration) -> Arc<dyn SpeechToText> {
    Arc::new(StubEars { delay })
}
