//! Ears, voice and vault of a program whose carrier hears, speaks and records: none of them is asked for anything.

use async_trait::async_trait;
use ports::error::SpeechError;
use ports::recording_vault::{ObjectKind, RecordingVault, StoredObject, VaultError, VaultWriter};
use ports::speech_to_text::{HeardSink, Listening, SpeechToText, Wanted};
use ports::text_to_speech::{SpeakRequest, Speaking, TextToSpeech, VoiceSink};
use telephony::AttemptId;

pub struct NobodyHears;

impl SpeechToText for NobodyHears {
    fn warm_up(&self) {}

    fn listen(&self, _wanted: Wanted, _sink: HeardSink) -> Result<Box<dyn Listening>, SpeechError> {
        Err(SpeechError::Overloaded)
    }
}

pub struct NobodySpeaks;

impl TextToSpeech for NobodySpeaks {
    fn warm_up(&self) {}

    fn speak(&self, _request: SpeakRequest, _sink: VoiceSink) -> Result<Box<dyn Speaking>, SpeechError> {
        Err(SpeechError::Overloaded)
    }
}

pub struct NoVault;

#[async_trait]
impl RecordingVault for NoVault {
    fn create(&self, _attempt: &AttemptId, _kind: ObjectKind) -> Result<Box<dyn VaultWriter>, VaultError> {
        Err(VaultError::Unavailable { what: "there is none".into() })
    }

    async fn read(&self, _attempt: &AttemptId, _kind: ObjectKind) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(None)
    }

    fn list(&self) -> Result<Vec<StoredObject>, VaultError> {
        Ok(Vec::new())
    }

    fn delete(&self, _attempt: &AttemptId, _kind: ObjectKind) -> Result<bool, VaultError> {
        Ok(false)
    }

    fn place(&self, _attempt: &AttemptId, _kind: ObjectKind) -> String {
        "nowhere".into()
    }
}
