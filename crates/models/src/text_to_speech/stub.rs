//! A voice for load tests: after a fixed delay, a hum of 60 ms a word. Costs a timer and a copy.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ports::error::SpeechError;
use ports::text_to_speech::{SpeakRequest, Speaking, TextToSpeech, VoicePiece, VoiceSink};

/// Samples at 8 kHz of a word: 60 ms.
const WORD: usize = 480;
/// Words after which the same hum begins again.
const WORDS: usize = 50;

/// Three seconds of a buzz at 120 Hz under a syllable-like swell, −20 dBFS: a detector takes it for a voice.
static HUM: LazyLock<Vec<i16>> = LazyLock::new(|| {
    (0..WORD * WORDS)
        .map(|index| {
            let turn = std::f32::consts::TAU * 120.0 * index as f32 / 8_000.0;
            let buzz: f32 = (1..=12).map(|harmonic| (turn * harmonic as f32).sin() / harmonic as f32).sum();
            let swell = 0.6 + 0.4 * (std::f32::consts::TAU * index as f32 / (4.0 * WORD as f32)).sin();
            (buzz * swell * 4_500.0) as i16
        })
        .collect()
});

/// The voice.
pub(crate) struct StubVoice {
    pub(crate) delay: Duration,
}

struct Handle(tokio::task::AbortHandle);

impl Speaking for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl TextToSpeech for StubVoice {
    fn warm_up(&self) {
        LazyLock::force(&HUM);
    }

    fn speak(&self, request: SpeakRequest, mut sink: VoiceSink) -> Result<Box<dyn Speaking>, SpeechError> {
        let runtime =
            tokio::runtime::Handle::try_current().map_err(|_| SpeechError::Failed { what: "the stub voice needs an async runtime".to_owned() })?;
        let delay = self.delay;
        let words = request.text.split_whitespace().count();
        let task = runtime.spawn(async move {
            tokio::time::sleep(delay).await;
            for first in (0..words).step_by(WORDS) {
                let words = (words - first).min(WORDS);
                sink(VoicePiece::Audio(HUM[..words * WORD].to_vec()));
            }
            sink(VoicePiece::End);
        });
        Ok(Box::new(Handle(task.abort_handle())))
    }
}

/// Makes the stub voice.
pub(crate) fn voice(delay: Duration) -> Arc<dyn TextToSpeech> {
    Arc::new(StubVoice { delay })
}
