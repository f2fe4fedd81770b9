//! Audio streams of a live call, over REST. Documents start them too; a call has one at a time.

use super::address::{SocketUrl, WebUrl};
use super::body::{flag, headers, method, needed_socket, number, parameters, text, url, within, word};
use super::id::ResourceId;
use super::loose::resource;
use super::route::Asked;
use super::{AuthId, Outgoing, RestError};
use crate::http::Method;
use crate::plivo::decimal::Decimal;
use crate::plivo::headers::HeaderList;
use crate::plivo::media::AudioFormat;
use crate::words::words;

/// What can be asked of a call's streams.
#[derive(Clone, PartialEq, Debug)]
pub enum StreamRequest {
    /// Start one, on an answered call. Answer 202 with [`StreamStarted`].
    Start(StartStream),
    /// List them. Answer a page of [`StreamResource`], counted by `count`.
    List,
    /// Show one. Answer [`StreamResource`].
    Fetch {
        /// The stream.
        stream: ResourceId,
    },
    /// Stop one. Answer 204.
    Stop {
        /// The stream.
        stream: ResourceId,
    },
    /// Stop all of this call. Answer 204.
    StopAll,
}

impl StreamRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, parts) {
            (Method::Post, []) => Self::Start(StartStream::read(asked)?),
            (Method::Get, []) => Self::List,
            (Method::Get, [stream]) => Self::Fetch { stream: ResourceId::parse(stream)? },
            (Method::Delete, [stream]) => Self::Stop { stream: ResourceId::parse(stream)? },
            (Method::Delete, []) => Self::StopAll,
            _ => return Err(RestError::not_found()),
        })
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId, call: &ResourceId) -> Outgoing {
        let all = format!("/Call/{call}/Stream/");
        match self {
            Self::Start(start) => Outgoing::post(account, &all, start.to_body()),
            Self::List => Outgoing::get(account, &all),
            Self::Fetch { stream } => Outgoing::get(account, &format!("{all}{stream}/")),
            Self::Stop { stream } => Outgoing::delete(account, &format!("{all}{stream}/")),
            Self::StopAll => Outgoing::delete(account, &all),
        }
    }
}

words! {
    /// Whose sound a stream carries.
    AudioTrack {
        /// What the far end says.
        Inbound = "inbound",
        /// What the far end hears.
        Outbound = "outbound",
        /// Both, in messages of their own.
        Both = "both",
    }
}

parameters! {
    /// A stream to start.
    StartStream {
        required {
            /// Where to connect to: `wss`, or `ws` in tests.
            service_url: SocketUrl = needed_socket("service_url");
        }
        optional {
            /// We speak as well. Only with the inbound track.
            bidirectional: Option<bool> = flag("bidirectional");
            /// Whose sound; inbound if not said.
            audio_track: Option<AudioTrack> = word("audio_track");
            /// `audio/x-mulaw;rate=8000` and the like. Say it always: what holds otherwise differs from page to page.
            content_type: Option<String> = text("content_type");
            /// Seconds after which it ends; 86400 if not said.
            stream_timeout: Option<u32> = number("stream_timeout");
            /// Where its states are reported to; not if the call itself ends first.
            status_callback_url: Option<WebUrl> = url("status_callback_url");
            /// How to report them; `POST` if not said.
            status_callback_method: Option<Method> = method("status_callback_method");
            /// What comes with every message of the socket.
            extra_headers: HeaderList = headers("extra_headers");
            /// Take noise out of what is heard.
            noise_cancellation: Option<bool> = flag("noise_cancellation");
            /// How much; 85 if not said.
            noise_cancellation_level: Option<u32> = within("noise_cancellation_level", 60..=100);
        }
        also ["call_uuid"]
    }
}

impl StartStream {
    /// Returns a stream that carries sound both ways.
    pub fn two_way(service_url: SocketUrl, format: AudioFormat) -> Self {
        let content_type = Some(format.content_type().to_owned());
        Self { bidirectional: Some(true), audio_track: Some(AudioTrack::Inbound), content_type, ..Self::new(service_url) }
    }

    fn read(asked: &Asked) -> Result<Self, RestError> {
        let start = Self::from_body(&asked.body)?;
        let hears_more = start.audio_track.as_ref().is_some_and(|track| *track != AudioTrack::Inbound);
        if start.bidirectional == Some(true) && hears_more {
            return Err(RestError::invalid("audio_track", "only inbound if bidirectional is true"));
        }
        Ok(start)
    }
}

resource! {
    /// What Plivo answers to a start. That the status is 202 is our guess; its libraries take 200 and 201 as well.
    StreamStarted shows [stream_id] {
        /// `audio streaming started`.
        message: String,
        /// The stream.
        stream_id: String,
    }
    sometimes {}
}

impl StreamStarted {
    /// Returns the answer to a start.
    pub fn new(api_id: &str, stream: &str) -> Self {
        let message = Some("audio streaming started".to_owned());
        Self { message, stream_id: Some(stream.to_owned()), api_id: Some(api_id.to_owned()), ..Self::default() }
    }
}

resource! {
    /// A stream.
    StreamResource shows [stream_id, call_uuid, status] {
        /// The stream.
        stream_id: String,
        /// Its call.
        call_uuid: String,
        /// Where it leads.
        service_url: String,
        /// See [`AudioTrack`].
        audio_track: String,
        /// We speak as well.
        bidirectional: bool,
        /// As in [`StartStream`].
        content_type: String,
        /// With an offset, as all times here.
        start_time: String,
        /// When it ended.
        end_time: String,
        /// When it was made.
        created_at: String,
        /// `initiated`; no list of the other values is known.
        status: String,
        /// Where its states are reported to.
        status_callback_url: String,
        /// Seconds.
        bill_duration: u32,
        /// Seconds in begun minutes, as billed.
        rounded_bill_duration: u32,
        /// What it cost.
        billed_amount: Decimal,
        /// The account.
        plivo_auth_id: String,
        /// The path of the resource.
        resource_uri: String,
    }
    sometimes {}
}
