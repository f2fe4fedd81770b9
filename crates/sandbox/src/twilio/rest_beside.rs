//! The REST API's part that begins and ends what goes on beside a call's document: one-way streams, live transcriptions.

use telephony::leg::LegState;
use wire::http::HttpReply;
use wire::twilio::rest::{LiveTranscriptionRequest, RestError, StreamRequest, StreamResource, live_transcription};

use super::registry::Command;
use super::{Service, fresh_sid};

impl Service {
    pub(super) fn stream_request(&self, call: &str, request: StreamRequest, path: &str) -> Result<HttpReply, RestError> {
        match request {
            StreamRequest::Start(start) => {
                let sid = new_sid("MZ")?;
                let resource = StreamResource::started(&self.credentials.account_sid, call, &sid, start.name.as_deref());
                self.remember_beside(call, &sid, start.name.as_deref());
                self.command_live(call, Command::StartStream { sid, start: *start }, path)?;
                Ok(resource.reply(200))
            }
            StreamRequest::Stop { stream } => {
                self.must_be_beside(call, &stream, path)?;
                self.command_live(call, Command::StopStream(stream.clone()), path)?;
                Ok(stopped(StreamResource::started(&self.credentials.account_sid, call, &stream, None)))
            }
        }
    }

    pub(super) fn transcription_request(&self, call: &str, request: LiveTranscriptionRequest, path: &str) -> Result<HttpReply, RestError> {
        let account = &self.credentials.account_sid;
        match request {
            LiveTranscriptionRequest::Start(start) => {
                let sid = new_sid("GT")?;
                let resource = live_transcription::started(account, call, &sid, start.name.as_deref());
                self.remember_beside(call, &sid, start.name.as_deref());
                self.command_live(call, Command::StartTranscription { sid, start }, path)?;
                Ok(resource.reply(200))
            }
            LiveTranscriptionRequest::Stop { transcription } => {
                self.must_be_beside(call, &transcription, path)?;
                self.command_live(call, Command::StopTranscription(transcription.clone()), path)?;
                Ok(stopped(live_transcription::started(account, call, &transcription, None)))
            }
        }
    }

    /// Remembers what is begun beside a call's document: the next request may name it.
    pub(super) fn remember_beside(&self, call: &str, sid: &str, name: Option<&str>) {
        self.registry.with(|shelves| {
            if let Some(call) = shelves.calls.get_mut(call) {
                call.begin_beside(sid, name);
            }
        });
    }

    /// What was never begun cannot be stopped. What has ended by itself can: it stays stopped.
    fn must_be_beside(&self, call: &str, name: &str, path: &str) -> Result<(), RestError> {
        let is_known = self.registry.with(|shelves| shelves.calls.get(call).is_some_and(|call| call.beside.contains(name)));
        if is_known { Ok(()) } else { Err(RestError::not_found(path)) }
    }

    /// Tells a call that was answered and lives.
    pub(super) fn command_live(&self, call: &str, command: Command, path: &str) -> Result<(), RestError> {
        self.registry.with(|shelves| {
            let call = shelves.calls.get(call).ok_or_else(|| RestError::not_found(path))?;
            if call.state != LegState::InProgress {
                return Err(RestError::not_in_progress());
            }
            // The driver may just have ended; then the call is over, which is what the next fetch shows.
            let _ = call.commands.send(command);
            Ok(())
        })
    }
}

fn stopped(resource: StreamResource) -> HttpReply {
    StreamResource { status: Some("stopped".into()), ..resource }.reply(200)
}

pub(super) fn new_sid(prefix: &str) -> Result<String, RestError> {
    fresh_sid(prefix).map_err(|_| RestError::new(500, 20_500, "Internal Server Error"))
}
