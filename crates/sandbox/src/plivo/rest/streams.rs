//! Audio streams of a live call.

use telephony::leg::LegState;
use wire::http::HttpReply;
use wire::plivo::clock::with_offset;
use wire::plivo::rest::{AudioTrack, CountKey, Page, Paging, RestError, StartStream, StreamRequest, StreamResource, StreamStarted};

use super::{Answer, Asked, internal, page_of, path};
use crate::clock::wall_clock;
use crate::plivo::registry::Command;
use crate::plivo::{Service, fresh_uuid};

impl Service {
    pub(super) fn stream_request(&self, call: &str, request: StreamRequest, asked: &Asked<'_>, status: u16) -> Answer {
        match request {
            StreamRequest::Start(start) => self.start_stream(call, start, asked, status),
            StreamRequest::List => {
                let of_call = |stream: &&StreamResource| stream.call_uuid.as_deref() == Some(call);
                let all: Vec<StreamResource> = self.registry.with(|shelves| shelves.streams.newest_first().filter(of_call).cloned().collect());
                let paging = Paging::default();
                let (items, total) = page_of(&all, &paging);
                Ok(Page::reply(&asked.api_id, asked.target, &paging, &items, total, CountKey::Count))
            }
            StreamRequest::Fetch { stream } => self.registry.with(|shelves| {
                let of_call = |found: &&StreamResource| found.call_uuid.as_deref() == Some(call);
                let found = shelves.streams.get(stream.as_str()).filter(of_call).ok_or_else(RestError::not_found)?;
                Ok(StreamResource { api_id: Some(asked.api_id.clone()), ..found.clone() }.reply(200))
            }),
            StreamRequest::Stop { stream } => {
                let is_his = self.registry.with(|shelves| shelves.streams.get(stream.as_str()).and_then(|stream| stream.call_uuid.clone()));
                if is_his.as_deref() != Some(call) {
                    return Err(RestError::not_found());
                }
                self.stop_stream(call, status)
            }
            StreamRequest::StopAll => self.stop_stream(call, status),
        }
    }

    fn stop_stream(&self, call: &str, status: u16) -> Answer {
        self.order(call, |call| call.state == LegState::InProgress && call.has_stream, Command::StopStream)?;
        Ok(HttpReply::empty(status))
    }

    /// Starts a stream on an answered call that has none.
    fn start_stream(&self, call: &str, start: StartStream, asked: &Asked<'_>, status: u16) -> Answer {
        let id = fresh_uuid().map_err(|_| internal())?;
        let has_stream = self.registry.with(|shelves| shelves.calls.get(call).is_some_and(|call| call.has_stream));
        if has_stream {
            // That a second one is refused is our reading: a call has one at a time.
            return Err(RestError::new(400, "the call has a stream already"));
        }
        let resource = StreamResource {
            service_url: Some(start.service_url.as_str().to_owned()),
            audio_track: Some(start.audio_track.clone().unwrap_or(AudioTrack::Inbound).as_str().to_owned()),
            bidirectional: Some(start.bidirectional == Some(true)),
            content_type: start.content_type.clone(),
            status_callback_url: start.status_callback_url.as_ref().map(|url| url.as_str().to_owned()),
            resource_uri: Some(format!("{}/{id}/", path(asked.target).trim_end_matches('/'))),
            ..self.new_stream(call, &id)
        };
        let command = Command::StartStream { id: id.clone(), start: Box::new(start) };
        self.order(call, |call| call.state == LegState::InProgress, command)?;
        self.registry.with(|shelves| shelves.streams.add(id.clone(), resource));
        Ok(StreamStarted::new(&asked.api_id, &id).reply(status))
    }

    /// Returns a stream of a call that was just asked for.
    pub(in crate::plivo) fn new_stream(&self, call: &str, id: &str) -> StreamResource {
        let now = with_offset(wall_clock());
        StreamResource {
            stream_id: Some(id.to_owned()),
            call_uuid: Some(call.to_owned()),
            created_at: Some(now),
            status: Some("initiated".to_owned()),
            plivo_auth_id: Some(self.account.as_str().to_owned()),
            ..StreamResource::default()
        }
    }
}
