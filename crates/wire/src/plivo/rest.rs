//! The REST API, as requests and replies.
//!
//! Our adapter builds a request from the kind of resource it is about ([`CallRequest`], [`LiveRequest`], …) and its `write`;
//! what comes out is an [`Outgoing`], which says whether it may be sent twice. The sandbox reads requests with
//! [`RestRequest::parse`] and writes the replies. Credentials are not part of a request: the shell adds them. What Plivo
//! checks of a request is checked in reading it.
//!
//! Each kind of resource has its file: what can be asked of it, with which parameters, and how it is shown.

pub mod account;
pub mod address;
pub mod application;
mod body;
pub mod call;
pub mod conference;
pub mod error;
pub mod id;
pub mod live;
mod loose;
pub mod message;
pub mod multiparty;
pub mod number;
pub mod outgoing;
pub mod page;
pub mod participant;
pub mod pricing;
pub mod range;
pub mod recording;
mod route;
pub mod several;
pub mod stream;
pub mod transcription;

pub use account::{AccountResource, fetch_account};
pub use address::{SocketUrl, WebUrl};
pub use application::{ApplicationCreated, ApplicationFilter, ApplicationRequest, ApplicationResource, CreateApplication, UpdateApplication};
pub use call::{CallFilter, CallFired, CallIds, CallRecord, CallRequest, CreateCall, LiveCall, LiveFilter, MachineDetection, NextDocument, Transfer};
pub use conference::{
    ConferenceMember, ConferenceNames, ConferenceRequest, ConferenceResource, MemberAction, MemberDone, PlayFile, RecordConference, SpeakToMembers,
};
pub use error::RestError;
pub use id::{AuthId, AuthIdError, IdError, MemberIds, Members, MultipartyId, ResourceId, RoomName};
pub use live::{Legs, LiveRequest, PlayFiles, PressDigits, RecordCall, SpeakText};
pub use loose::{Done, OneOrMany};
pub use message::{CreateMessage, MessageFilter, MessageKind, MessageQueued, MessageRequest, MessageResource};
pub use multiparty::{
    MultipartyFilter, MultipartyRequest, MultipartyResource, MultipartyStatus, RecordAction, RecordMultiparty, RecordTrack, StopRecording,
};
pub use number::{NumberBought, NumberFilter, NumberForSale, NumberRequest, NumberResource, NumberSearch, NumbersBought, UpdateNumber};
pub use outgoing::Outgoing;
pub use page::{CountKey, Page, Paging, next_page};
pub use participant::{
    AddParticipant, AddedCall, EventGroup, MembersPlaying, ParticipantRequest, ParticipantResource, ParticipantsAdded, ParticipantsChanged, Role,
    UpdateParticipant,
};
pub use pricing::{PricingResource, fetch_pricing};
pub use range::Range;
pub use recording::{ChannelLayout, FileFormat, RecordingFilter, RecordingRequest, RecordingResource, RecordingStarted, ReportType};
pub use several::{SecondsEach, Several};
pub use stream::{AudioTrack, StartStream, StreamRequest, StreamResource, StreamStarted};
pub use transcription::{Transcribe, TranscriptionRequest, TranscriptionResource};

use crate::http::{Form, HttpReply, Method, split_target};
use body::Body;
use route::{Asked, split};

/// A request as the sandbox reads it: whose, and what is asked.
#[derive(Clone, PartialEq, Debug)]
pub struct RestRequest {
    /// The account of the path. Check it against the credentials before anything else.
    pub account: AuthId,
    /// What is asked.
    pub asks: Asks,
}

/// What a request asks, by kind of resource.
#[derive(Clone, PartialEq, Debug)]
pub enum Asks {
    /// Of calls.
    Call(CallRequest),
    /// Of what is done on a live call.
    Live {
        /// The call.
        call: ResourceId,
        /// What.
        request: LiveRequest,
    },
    /// Of a call's audio streams.
    Stream {
        /// The call.
        call: ResourceId,
        /// What.
        request: StreamRequest,
    },
    /// Of recordings.
    Recording(RecordingRequest),
    /// Of transcriptions.
    Transcription(TranscriptionRequest),
    /// Of conferences.
    Conference(ConferenceRequest),
    /// Of multiparty calls.
    Multiparty(MultipartyRequest),
    /// Of messages.
    Message(MessageRequest),
    /// Of numbers.
    Number(NumberRequest),
    /// Of applications.
    Application(ApplicationRequest),
    /// Show the account. Answer [`AccountResource`].
    Account,
    /// Show prices. Answer [`PricingResource`].
    Pricing {
        /// Of this country.
        country_iso: String,
    },
}

impl RestRequest {
    /// Reads a request by its method, its target (path and query) and its body.
    ///
    /// # Errors
    /// What Plivo refuses: [`RestError::reply`] is the answer. `DELETE /Call/` without a call, which at Plivo ends every call
    /// of the account, is refused as well: no program means it, and whoever sends it by mistake should learn so here.
    pub fn parse(method: &str, target: &str, body: &[u8]) -> Result<Self, RestError> {
        let (path, query) = split_target(target);
        let (account, parts) = split(path).ok_or_else(RestError::not_found)?;
        let account = AuthId::parse(&account).map_err(|_| RestError::unauthorized())?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let method = Method::parse(method).ok_or_else(RestError::method_not_allowed)?;
        let body = if method == Method::Post { body } else { b"" };
        let mut asked = Asked { method, query: Body::of_query(&Form::parse(query)), body: Body::parse(body)? };
        match Asks::parse(&asked, &parts) {
            Ok(asks) => Ok(Self { account, asks }),
            Err(error) if error.status == 404 => {
                let knows = |method: Method| {
                    asked.method = method;
                    Asks::parse(&asked, &parts).map_or_else(|error| error.status != 404, |_| true)
                };
                let is_known = [Method::Get, Method::Post, Method::Delete].into_iter().any(knows);
                Err(if is_known { RestError::method_not_allowed() } else { error })
            }
            Err(error) => Err(error),
        }
    }

    /// Builds the request: the inverse of [`RestRequest::parse`].
    pub fn write(&self) -> Outgoing {
        let account = &self.account;
        match &self.asks {
            Asks::Call(request) => request.write(account),
            Asks::Live { call, request } => request.write(account, call),
            Asks::Stream { call, request } => request.write(account, call),
            Asks::Recording(request) => request.write(account),
            Asks::Transcription(request) => request.write(account),
            Asks::Conference(request) => request.write(account),
            Asks::Multiparty(request) => request.write(account),
            Asks::Message(request) => request.write(account),
            Asks::Number(request) => request.write(account),
            Asks::Application(request) => request.write(account),
            Asks::Account => fetch_account(account),
            Asks::Pricing { country_iso } => fetch_pricing(account, country_iso),
        }
    }
}

impl Asks {
    /// Returns the status of a reply that says yes; 204 has no body.
    ///
    /// Where the documentation names none (streams, what stops something in a conference, pauses of recordings) it is the
    /// usual one of its kind: 202 for what begins, 200 for a text.
    pub const fn success_status(&self) -> u16 {
        use {ApplicationRequest as A, CallRequest as C, ConferenceRequest as R, LiveRequest as L, MemberAction as M};
        use {MessageRequest as S, MultipartyRequest as P, NumberRequest as N, ParticipantRequest as W};
        match self {
            Self::Call(C::Create(_)) | Self::Application(A::Create(_)) | Self::Number(N::Buy { .. }) => 201,
            Self::Multiparty(P::Participant { request: W::Add(_), .. }) => 201,
            Self::Call(C::Transfer { .. }) | Self::Transcription(TranscriptionRequest::Create { .. }) | Self::Message(S::Create(_)) => 202,
            Self::Live { request: L::Play(_) | L::Speak(_) | L::PressDigits(_) | L::Record(_), .. } => 202,
            Self::Stream { request: StreamRequest::Start(_), .. } | Self::Conference(R::Record { .. }) => 202,
            Self::Conference(R::Member { action: M::Kick | M::Mute | M::Deafen | M::Play(_) | M::Speak(_), .. }) => 202,
            Self::Number(N::Update { .. }) | Self::Application(A::Update { .. }) => 202,
            Self::Multiparty(P::Record { action, .. } | P::Participant { request: W::Record { action, .. }, .. }) => match action {
                RecordAction::Start(_) | RecordAction::Pause | RecordAction::Resume => 202,
                RecordAction::Stop(_) => 204,
            },
            Self::Multiparty(P::Participant { request: W::Update { .. } | W::Play { .. }, .. }) => 202,
            Self::Call(C::HangUp { .. } | C::Cancel { .. }) | Self::Live { .. } => 204,
            Self::Stream { request: StreamRequest::Stop { .. } | StreamRequest::StopAll, .. } => 204,
            Self::Recording(RecordingRequest::Delete { .. }) | Self::Conference(R::StopRecord { .. }) => 204,
            Self::Conference(R::Member { action: M::Unmute | M::Undeafen, .. }) | Self::Multiparty(P::Start { .. } | P::End { .. }) => 204,
            Self::Multiparty(P::Participant { request: W::Kick { .. } | W::StopPlay { .. }, .. }) => 204,
            Self::Number(N::Release { .. }) | Self::Application(A::Delete { .. }) => 204,
            Self::Call(_)
            | Self::Stream { .. }
            | Self::Recording(_)
            | Self::Transcription(_)
            | Self::Conference(_)
            | Self::Multiparty(_)
            | Self::Message(_)
            | Self::Number(_)
            | Self::Application(_)
            | Self::Account
            | Self::Pricing { .. } => 200,
        }
    }

    fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match parts {
            [] if asked.method == Method::Get => Self::Account,
            ["Call", call, "Stream", rest @ ..] => Self::Stream { call: ResourceId::parse(call)?, request: StreamRequest::parse(asked, rest)? },
            ["Call", call, rest @ ..] if !rest.is_empty() => Self::Live { call: ResourceId::parse(call)?, request: LiveRequest::parse(asked, rest)? },
            ["Call", ..] | ["Request", _] => Self::Call(CallRequest::parse(asked, parts)?),
            ["Recording", rest @ ..] => Self::Recording(RecordingRequest::parse(asked, rest)?),
            ["Transcription", rest @ ..] => Self::Transcription(TranscriptionRequest::parse(asked, rest)?),
            ["Conference", rest @ ..] => Self::Conference(ConferenceRequest::parse(asked, rest)?),
            ["MultiPartyCall", rest @ ..] => Self::Multiparty(MultipartyRequest::parse(asked, rest)?),
            ["Message", rest @ ..] => Self::Message(MessageRequest::parse(asked, rest)?),
            ["Number", ..] | ["PhoneNumber", ..] => Self::Number(NumberRequest::parse(asked, parts)?),
            ["Application", rest @ ..] => Self::Application(ApplicationRequest::parse(asked, rest)?),
            ["Pricing"] if asked.method == Method::Get => {
                Self::Pricing { country_iso: asked.query.text("country_iso").ok_or_else(|| RestError::missing("country_iso"))? }
            }
            _ => return Err(RestError::not_found()),
        })
    }
}

/// An identity that is none is a resource that does not exist.
impl From<IdError> for RestError {
    fn from(_: IdError) -> Self {
        Self::not_found()
    }
}

/// Reads a JSON reply of any of our resources, whatever its status.
pub fn read_reply<T: serde::de::DeserializeOwned>(reply: &HttpReply) -> Option<T> {
    serde_json::from_slice(&reply.body).ok()
}
