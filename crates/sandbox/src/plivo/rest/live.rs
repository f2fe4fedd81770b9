//! What is done on a live call beside its document.

use telephony::leg::LegState;
use wire::http::HttpReply;
use wire::plivo::rest::{Done, FileFormat, LiveRequest, RecordingStarted};

use super::{Answer, Asked, internal};
use crate::plivo::registry::Command;
use crate::plivo::{Service, fresh_uuid};

impl Service {
    pub(super) fn live_request(&self, call: &str, request: LiveRequest, asked: &Asked<'_>, status: u16) -> Answer {
        let done = |text: &str| Done::new(&asked.api_id, text).reply(status);
        let (reply, recording) = match &request {
            LiveRequest::Play(_) => (done("play started"), None),
            LiveRequest::Speak(_) => (done("speak started"), None),
            LiveRequest::PressDigits(_) => (done("digits sent"), None),
            LiveRequest::Record(record) => {
                let id = fresh_uuid().map_err(|_| internal())?;
                let started = RecordingStarted {
                    message: Some("call recording started".to_owned()),
                    recording_id: Some(id.clone()),
                    url: Some(self.recording_url(&id, record.file_format.as_ref().unwrap_or(&FileFormat::Mp3).as_str())),
                    api_id: Some(asked.api_id.clone()),
                    ..RecordingStarted::default()
                };
                (started.reply(status), Some((id, asked.api_id.clone())))
            }
            LiveRequest::StopPlay | LiveRequest::StopSpeak | LiveRequest::StopRecord => (HttpReply::empty(status), None),
        };
        self.order(call, |call| call.state == LegState::InProgress, Command::Live { request: Box::new(request), recording })?;
        Ok(reply)
    }
}
