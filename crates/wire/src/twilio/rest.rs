//! The REST API, as requests and replies.
//!
//! Our adapter builds requests with the functions here, or with [`RestRequest::write`], and reads replies into
//! [`CallResource`] and its like; the sandbox reads requests with [`RestRequest::parse`] and writes replies. Credentials are
//! not part of a request: the shell adds them. What Twilio checks of a request is checked in reading it, and refused with
//! Twilio's own codes.
//!
//! Each kind of resource has its file: what can be asked of it, with which parameters, and how it is shown. Calls and
//! recordings, which every call needs, are asked for on this page.

pub mod account;
mod address;
pub mod alert;
pub mod application;
pub mod available_number;
pub mod call;
pub mod caller_id;
mod checks;
pub mod conference;
pub mod credentials;
pub mod dialing_permission;
pub mod error;
pub mod event;
pub mod key;
pub mod live_transcription;
mod loose;
pub mod message;
pub mod notification;
pub mod page;
pub mod participant;
pub mod phone_number;
pub mod price;
pub mod pricing;
pub mod product;
pub mod queue;
pub mod recording;
mod route;
pub mod stream;
pub mod test_credentials;
pub mod transcription;
pub mod usage;

pub use account::{AccountResource, BalanceResource};
pub use alert::{AlertFilter, AlertRequest, AlertResource};
pub use application::{ApplicationFilter, ApplicationRequest, ApplicationResource, ApplicationSettings};
pub use available_number::{AvailableCountry, AvailableFilter, AvailableNumber, AvailableRequest};
pub use call::{CallFilter, CallInstructions, CallResource, CallUpdate, CreateCall};
pub use caller_id::{CallerIdFilter, CallerIdRequest, CallerIdResource, ValidateCallerId, ValidationResource};
pub use conference::{ConferenceEnd, ConferenceFilter, ConferenceRequest, ConferenceResource, ConferenceStatus, ConferenceUpdate};
pub use credentials::{Credentials, CredentialsFault, Secret};
pub use dialing_permission::{DialingPermission, DialingPermissionRequest};
pub use error::RestError;
pub use event::{EventRequest, EventResource, EventResponse};
pub use key::{KeyRequest, KeyResource, KeySettings};
pub use live_transcription::{LiveTranscriptionRequest, TranscriptionStart};
pub use message::{CreateMessage, MessageFilter, MessageRequest, MessageResource, MessageStatus, MessageUpdate};
pub use notification::{NotificationFilter, NotificationRequest, NotificationResource};
pub use page::{Page, Paging};
pub use participant::{
    Beep, ConferenceEvent, CreateParticipant, JitterBuffer, ParticipantFilter, ParticipantRequest, ParticipantResource, ParticipantStatus,
    ParticipantUpdate,
};
pub use phone_number::{BuyNumber, NumberFilter, NumberRequest, NumberResource, NumberSettings};
pub use pricing::{CallPrice, CountryPrices, NumberPrices, PricingRequest, RentalPrices};
pub use product::Product;
pub use queue::{Dequeue, QueueMemberResource, QueueRequest, QueueResource, QueueSettings};
pub use recording::{Channels, MediaFormat, RecordingFilter, RecordingLevel, RecordingResource, RecordingStart, RecordingUpdate};
pub use stream::{StreamRequest, StreamResource, StreamStart, Track};
pub use transcription::{TranscriptionRequest, TranscriptionResource, TranscriptionStatus};
pub use usage::{UsageFilter, UsagePeriod, UsageRequest, UsageResource};

use std::borrow::Cow;

use crate::http::{Form, HttpReply, HttpRequest, Method, split_target};
use route::{Asked, Route, account_path, delete, get, list, post, segment};

/// The version of the API, first part of each path.
pub const API_VERSION: &str = "2010-04-01";

/// A request as the sandbox reads it: which resource, what to do.
#[derive(Clone, PartialEq, Debug)]
pub enum RestRequest {
    /// Place a call. Answer 201 with [`CallResource::reply`].
    CreateCall {
        /// The account of the path.
        account: String,
        /// What to do.
        call: Box<CreateCall>,
    },
    /// Show a call.
    FetchCall {
        /// The account of the path.
        account: String,
        /// The call.
        call: String,
    },
    /// List calls, newest first.
    ListCalls {
        /// The account of the path.
        account: String,
        /// Which.
        filter: CallFilter,
        /// Which page.
        paging: Paging,
    },
    /// End a call or give it new instructions.
    UpdateCall {
        /// The account of the path.
        account: String,
        /// The call.
        call: String,
        /// What to change.
        update: CallUpdate,
    },
    /// Delete the record of a call that has ended. Answer 204.
    DeleteCall {
        /// The account of the path.
        account: String,
        /// The call.
        call: String,
    },
    /// List what was sent to us about a call and what we answered: [`EventResource`].
    ListEvents {
        /// The account of the path.
        account: String,
        /// The call.
        call: String,
        /// Which page.
        paging: Paging,
    },
    /// Record a live call. Answer 201.
    StartRecording {
        /// The account of the path.
        account: String,
        /// The call.
        call: String,
        /// How.
        start: RecordingStart,
    },
    /// Hold, go on with, or stop a recording.
    UpdateRecording {
        /// The account of the path.
        account: String,
        /// The call.
        call: String,
        /// The recording, or `Twilio.CURRENT`.
        recording: String,
        /// What to change.
        update: RecordingUpdate,
    },
    /// Show a recording.
    FetchRecording {
        /// The account of the path.
        account: String,
        /// The call, if the path names it; the shape of the reply differs.
        call: Option<String>,
        /// The recording, or `Twilio.CURRENT` under a call.
        recording: String,
    },
    /// List recordings.
    ListRecordings {
        /// The account of the path.
        account: String,
        /// The call, if the path names it.
        call: Option<String>,
        /// Which.
        filter: RecordingFilter,
        /// Which page.
        paging: Paging,
    },
    /// Delete a recording. Answer 204.
    DeleteRecording {
        /// The account of the path.
        account: String,
        /// The call, if the path names it.
        call: Option<String>,
        /// The recording.
        recording: String,
    },
    /// Fetch the sound of a recording.
    RecordingMedia {
        /// The account of the path.
        account: String,
        /// The recording.
        recording: String,
        /// In which form.
        format: MediaFormat,
        /// Channels asked for, if any.
        channels: Option<u32>,
    },
    /// Show the account.
    FetchAccount {
        /// The account of the path.
        account: String,
    },
    /// Show what is left on the account: [`BalanceResource`].
    FetchBalance {
        /// The account of the path.
        account: String,
    },
    /// Something of a conference.
    Conference {
        /// The account of the path.
        account: String,
        /// What.
        request: ConferenceRequest,
    },
    /// Something of those who are in a conference.
    Participant {
        /// The account of the path.
        account: String,
        /// `CF…`, or its name, which makes it if there is none.
        conference: String,
        /// What.
        request: ParticipantRequest,
    },
    /// Something of a queue.
    Queue {
        /// The account of the path.
        account: String,
        /// What.
        request: QueueRequest,
    },
    /// Something of a call's one-way media streams.
    Stream {
        /// The account of the path.
        account: String,
        /// The call.
        call: String,
        /// What.
        request: StreamRequest,
    },
    /// Something of a live call's transcriptions.
    LiveTranscription {
        /// The account of the path.
        account: String,
        /// The call.
        call: String,
        /// What.
        request: LiveTranscriptionRequest,
    },
    /// Something of recordings' transcriptions.
    Transcription {
        /// The account of the path.
        account: String,
        /// What.
        request: TranscriptionRequest,
    },
    /// Something of text messages.
    Message {
        /// The account of the path.
        account: String,
        /// What.
        request: MessageRequest,
    },
    /// Something of the account's numbers.
    Number {
        /// The account of the path.
        account: String,
        /// What.
        request: NumberRequest,
    },
    /// Something of numbers that may be shown as the caller.
    CallerId {
        /// The account of the path.
        account: String,
        /// What.
        request: CallerIdRequest,
    },
    /// What was used.
    Usage {
        /// The account of the path.
        account: String,
        /// What.
        request: UsageRequest,
    },
    /// Something of applications.
    Application {
        /// The account of the path.
        account: String,
        /// What.
        request: ApplicationRequest,
    },
    /// Something of the account's keys.
    Key {
        /// The account of the path.
        account: String,
        /// What.
        request: KeyRequest,
    },
    /// Something of numbers that can be bought.
    Available {
        /// The account of the path.
        account: String,
        /// What.
        request: AvailableRequest,
    },
    /// What Twilio complained about.
    Notification {
        /// The account of the path.
        account: String,
        /// What.
        request: NotificationRequest,
    },
    /// Prices, at [`Product::Pricing`].
    Pricing(PricingRequest),
    /// Which countries can be called, at [`Product::Voice`].
    DialingPermission(DialingPermissionRequest),
    /// The log, at [`Product::Monitor`].
    Alert(AlertRequest),
}

impl RestRequest {
    /// Reads a request by its method, its target (path and query) and its body.
    ///
    /// # Errors
    /// What Twilio would refuse, with Twilio's code: [`RestError::reply`] is the answer.
    pub fn parse(method: &str, target: &str, body: &[u8]) -> Result<Self, RestError> {
        let (path, query) = split_target(target);
        let route = Route::parse(path).ok_or_else(|| RestError::not_found(path))?;
        let body = String::from_utf8_lossy(body);
        let method = Method::parse(method).ok_or_else(RestError::method_not_allowed)?;
        let asked = Asked { method, path, query: Form::parse(query), form: Form::parse(&body) };
        let parts: Vec<&str> = route.parts.iter().map(Cow::as_ref).collect();
        match (&route.account, route.json) {
            (Some(account), true) => Self::of_account(&asked, account, &parts),
            (Some(account), false) => Self::media(&asked, account, &parts),
            (None, _) => Self::of_product(&asked, route.version, &parts),
        }
    }

    fn of_account(asked: &Asked<'_>, account: &str, parts: &[&str]) -> Result<Self, RestError> {
        let account = account.to_owned();
        let own = |text: &&str| (*text).to_owned();
        let Asked { method, query, form, .. } = asked;
        Ok(match (method, parts) {
            (Method::Get, []) => Self::FetchAccount { account },
            (Method::Get, ["Balance"]) => Self::FetchBalance { account },
            (Method::Post, ["Calls"]) => Self::CreateCall { account, call: Box::new(CreateCall::from_form(form)?) },
            (Method::Get, ["Calls"]) => Self::ListCalls { account, filter: CallFilter::from_query(query)?, paging: asked.paging()? },
            (Method::Get, ["Calls", call]) => Self::FetchCall { account, call: own(call) },
            (Method::Post, ["Calls", call]) => Self::UpdateCall { account, call: own(call), update: CallUpdate::from_form(form)? },
            (Method::Delete, ["Calls", call]) => Self::DeleteCall { account, call: own(call) },
            (Method::Get, ["Calls", call, "Events"]) => Self::ListEvents { account, call: own(call), paging: asked.paging()? },
            (Method::Post, ["Calls", call, "Recordings"]) => {
                Self::StartRecording { account, call: own(call), start: RecordingStart::from_form(form)? }
            }
            (Method::Get, ["Calls", call, "Recordings"]) => {
                let filter = RecordingFilter::from_query(query)?;
                Self::ListRecordings { account, call: Some(own(call)), filter, paging: asked.paging()? }
            }
            (Method::Post, ["Calls", call, "Recordings", recording]) => {
                let update = RecordingUpdate::from_form(form)?;
                Self::UpdateRecording { account, call: own(call), recording: own(recording), update }
            }
            (Method::Get, ["Calls", call, "Recordings", recording]) => {
                Self::FetchRecording { account, call: Some(own(call)), recording: own(recording) }
            }
            (Method::Delete, ["Calls", call, "Recordings", recording]) => {
                Self::DeleteRecording { account, call: Some(own(call)), recording: own(recording) }
            }
            (_, ["Calls", call, "Streams", rest @ ..]) => Self::Stream { account, call: own(call), request: StreamRequest::parse(asked, rest)? },
            (_, ["Calls", call, "Transcriptions", rest @ ..]) => {
                Self::LiveTranscription { account, call: own(call), request: LiveTranscriptionRequest::parse(asked, rest)? }
            }
            (_, ["Calls", call, "Notifications", rest @ ..]) => {
                Self::Notification { account, request: NotificationRequest::parse(asked, Some(call), rest)? }
            }
            (_, ["Notifications", rest @ ..]) => Self::Notification { account, request: NotificationRequest::parse(asked, None, rest)? },
            (Method::Get, ["Recordings"]) => {
                Self::ListRecordings { account, call: None, filter: RecordingFilter::from_query(query)?, paging: asked.paging()? }
            }
            (Method::Get, ["Recordings", recording]) => Self::FetchRecording { account, call: None, recording: own(recording) },
            (Method::Delete, ["Recordings", recording]) => Self::DeleteRecording { account, call: None, recording: own(recording) },
            (_, ["Recordings", recording, "Transcriptions", rest @ ..]) => {
                Self::Transcription { account, request: TranscriptionRequest::parse(asked, Some(recording), rest)? }
            }
            (_, ["Transcriptions", rest @ ..]) => Self::Transcription { account, request: TranscriptionRequest::parse(asked, None, rest)? },
            (_, ["Conferences", conference, "Participants", rest @ ..]) => {
                Self::Participant { account, conference: own(conference), request: ParticipantRequest::parse(asked, rest)? }
            }
            (_, ["Conferences", rest @ ..]) => Self::Conference { account, request: ConferenceRequest::parse(asked, rest)? },
            (_, ["Queues", rest @ ..]) => Self::Queue { account, request: QueueRequest::parse(asked, rest)? },
            (_, ["Messages", rest @ ..]) => Self::Message { account, request: MessageRequest::parse(asked, rest)? },
            (_, ["IncomingPhoneNumbers", rest @ ..]) => Self::Number { account, request: NumberRequest::parse(asked, rest)? },
            (_, ["OutgoingCallerIds", rest @ ..]) => Self::CallerId { account, request: CallerIdRequest::parse(asked, rest)? },
            (_, ["Usage", "Records", rest @ ..]) => Self::Usage { account, request: UsageRequest::parse(asked, rest)? },
            (_, ["Applications", rest @ ..]) => Self::Application { account, request: ApplicationRequest::parse(asked, rest)? },
            (_, ["Keys", rest @ ..]) => Self::Key { account, request: KeyRequest::parse(asked, rest)? },
            (_, ["AvailablePhoneNumbers", rest @ ..]) => Self::Available { account, request: AvailableRequest::parse(asked, rest)? },
            (_, [] | ["Balance" | "Calls" | "Recordings"] | ["Recordings", _] | ["Calls", _, "Events" | "Recordings"]) => {
                return Err(RestError::method_not_allowed());
            }
            _ => return Err(asked.unknown()),
        })
    }

    /// What is no JSON: the sound of recordings.
    fn media(asked: &Asked<'_>, account: &str, parts: &[&str]) -> Result<Self, RestError> {
        let (Method::Get, ["Recordings", name]) = (asked.method, parts) else {
            return Err(asked.unknown());
        };
        let (recording, format) = MediaFormat::of_name(name).ok_or_else(|| asked.unknown())?;
        let channels = asked.query.get("RequestedChannels").and_then(|count| count.parse().ok());
        Ok(Self::RecordingMedia { account: account.to_owned(), recording: recording.to_owned(), format, channels })
    }

    /// What is on other hosts.
    fn of_product(asked: &Asked<'_>, version: &str, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match (version, parts) {
            ("v1", ["DialingPermissions", rest @ ..]) => Self::DialingPermission(DialingPermissionRequest::parse(asked, rest)?),
            ("v1", ["Alerts", rest @ ..]) => Self::Alert(AlertRequest::parse(asked, rest)?),
            _ => Self::Pricing(PricingRequest::parse(asked, version, parts)?),
        })
    }

    /// Returns the request as it is sent: the inverse of [`RestRequest::parse`]. Send it to [`RestRequest::product`].
    pub fn write(&self) -> HttpRequest {
        match self {
            Self::CreateCall { account, call } => create_call(account, call),
            Self::FetchCall { account, call } => fetch_call(account, call),
            Self::ListCalls { account, filter, paging } => list_calls(account, filter, paging),
            Self::UpdateCall { account, call, update } => update_call(account, call, update),
            Self::DeleteCall { account, call } => delete_call(account, call),
            Self::ListEvents { account, call, paging } => list(format!("{}/Events", call_path(account, call)), Form::new(), paging),
            Self::StartRecording { account, call, start } => start_recording(account, call, start),
            Self::UpdateRecording { account, call, recording, update } => update_recording(account, call, recording, update),
            Self::FetchRecording { account, call, recording } => get(recording_path(account, call.as_deref(), recording)),
            Self::ListRecordings { account, call, filter, paging } => list(recordings_path(account, call.as_deref()), filter.to_query(), paging),
            Self::DeleteRecording { account, call, recording } => delete(recording_path(account, call.as_deref(), recording)),
            Self::RecordingMedia { account, recording, format, channels } => media(account, recording, *format, *channels),
            Self::FetchAccount { account } => fetch_account(account),
            Self::FetchBalance { account } => get(format!("{}/Balance", account_path(account))),
            Self::Conference { account, request } => request.write(&account_path(account)),
            Self::Participant { account, conference, request } => request.write(&account_path(account), conference),
            Self::Queue { account, request } => request.write(&account_path(account)),
            Self::Stream { account, call, request } => request.write(&account_path(account), call),
            Self::LiveTranscription { account, call, request } => request.write(&account_path(account), call),
            Self::Transcription { account, request } => request.write(&account_path(account)),
            Self::Message { account, request } => request.write(&account_path(account)),
            Self::Number { account, request } => request.write(&account_path(account)),
            Self::CallerId { account, request } => request.write(&account_path(account)),
            Self::Usage { account, request } => request.write(&account_path(account)),
            Self::Application { account, request } => request.write(&account_path(account)),
            Self::Key { account, request } => request.write(&account_path(account)),
            Self::Available { account, request } => request.write(&account_path(account)),
            Self::Notification { account, request } => request.write(&account_path(account)),
            Self::Pricing(request) => request.write(),
            Self::DialingPermission(request) => request.write(),
            Self::Alert(request) => request.write(),
        }
    }

    /// Returns the host that answers this.
    pub const fn product(&self) -> Product {
        match self {
            Self::Pricing(_) => PricingRequest::PRODUCT,
            Self::DialingPermission(_) => DialingPermissionRequest::PRODUCT,
            Self::Alert(_) => AlertRequest::PRODUCT,
            _ => Product::Api,
        }
    }

    /// Returns the account of the path. Check it against the credentials before anything else. Other products' paths name
    /// none: there the credentials alone tell whose it is.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::CreateCall { account, .. }
            | Self::FetchCall { account, .. }
            | Self::ListCalls { account, .. }
            | Self::UpdateCall { account, .. }
            | Self::DeleteCall { account, .. }
            | Self::ListEvents { account, .. }
            | Self::StartRecording { account, .. }
            | Self::UpdateRecording { account, .. }
            | Self::FetchRecording { account, .. }
            | Self::ListRecordings { account, .. }
            | Self::DeleteRecording { account, .. }
            | Self::RecordingMedia { account, .. }
            | Self::FetchAccount { account }
            | Self::FetchBalance { account }
            | Self::Conference { account, .. }
            | Self::Participant { account, .. }
            | Self::Queue { account, .. }
            | Self::Stream { account, .. }
            | Self::LiveTranscription { account, .. }
            | Self::Transcription { account, .. }
            | Self::Message { account, .. }
            | Self::Number { account, .. }
            | Self::CallerId { account, .. }
            | Self::Usage { account, .. }
            | Self::Application { account, .. }
            | Self::Key { account, .. }
            | Self::Available { account, .. }
            | Self::Notification { account, .. } => Some(account),
            Self::Pricing(_) | Self::DialingPermission(_) | Self::Alert(_) => None,
        }
    }
}

/// Builds the request that places a call.
pub fn create_call(account: &str, call: &CreateCall) -> HttpRequest {
    post(format!("{}/Calls", account_path(account)), &call.to_form())
}

/// Builds the request that shows a call.
pub fn fetch_call(account: &str, call: &str) -> HttpRequest {
    get(call_path(account, call))
}

/// Builds the request that lists calls.
pub fn list_calls(account: &str, filter: &CallFilter, paging: &Paging) -> HttpRequest {
    list(format!("{}/Calls", account_path(account)), filter.to_query(), paging)
}

/// Builds the request for the page after this one; `None` if it is the last, or if what the reply calls the next page
/// is not a path of this API.
pub fn next_page<T>(page: &Page<T>) -> Option<HttpRequest> {
    let uri = page.next_page_uri.as_deref()?;
    let version = uri.strip_prefix('/')?.split('/').next()?;
    let ours = matches!(version, API_VERSION | "v1" | "v2");
    let plain = uri.bytes().all(|b| b.is_ascii_graphic());
    (ours && plain).then(|| HttpRequest::new(Method::Get, uri))
}

/// Builds the request that ends a call or gives it new instructions.
pub fn update_call(account: &str, call: &str, update: &CallUpdate) -> HttpRequest {
    post(call_path(account, call), &update.to_form())
}

/// Builds the request that deletes the record of a call.
pub fn delete_call(account: &str, call: &str) -> HttpRequest {
    delete(call_path(account, call))
}

/// Builds the request that records a live call.
pub fn start_recording(account: &str, call: &str, start: &RecordingStart) -> HttpRequest {
    post(recordings_path(account, Some(call)), &start.to_form())
}

/// Builds the request that holds, goes on with, or stops a recording. `recording` may be `Twilio.CURRENT`.
pub fn update_recording(account: &str, call: &str, recording: &str, update: &RecordingUpdate) -> HttpRequest {
    post(recording_path(account, Some(call), recording), &update.to_form())
}

/// Builds the request that lists the recordings of a call.
pub fn list_recordings(account: &str, call: &str, paging: &Paging) -> HttpRequest {
    list(recordings_path(account, Some(call)), Form::new(), paging)
}

/// Builds the request that shows a recording.
pub fn fetch_recording(account: &str, recording: &str) -> HttpRequest {
    get(recording_path(account, None, recording))
}

/// Builds the request that deletes a recording.
pub fn delete_recording(account: &str, recording: &str) -> HttpRequest {
    delete(recording_path(account, None, recording))
}

/// Builds the request for the sound of a recording, both channels if it has two.
pub fn recording_media(account: &str, recording: &str, format: MediaFormat) -> HttpRequest {
    media(account, recording, format, Some(2))
}

/// Builds the request that shows the account: the cheapest way to know whether the credentials are right.
pub fn fetch_account(account: &str) -> HttpRequest {
    get(account_path(account))
}

/// Reads a JSON reply of any of our resources, whatever its status.
pub fn read_reply<T: serde::de::DeserializeOwned>(reply: &HttpReply) -> Option<T> {
    serde_json::from_slice(&reply.body).ok()
}

/// `RequestedChannels` is from memory: where it is not known it does no harm.
fn media(account: &str, recording: &str, format: MediaFormat, channels: Option<u32>) -> HttpRequest {
    let mut query = Form::new();
    query.push_some("RequestedChannels", channels.map(|count| count.to_string()));
    let path = format!("{}{}", recording_path(account, None, recording), format.suffix());
    HttpRequest { method: Method::Get, target: with_query(&path, &query), headers: Vec::new(), body: Vec::new() }
}

fn call_path(account: &str, call: &str) -> String {
    format!("{}/Calls/{}", account_path(account), segment(call))
}

fn recordings_path(account: &str, call: Option<&str>) -> String {
    let above = call.map_or_else(|| account_path(account), |call| call_path(account, call));
    above + "/Recordings"
}

fn recording_path(account: &str, call: Option<&str>, recording: &str) -> String {
    format!("{}/{}", recordings_path(account, call), segment(recording))
}

fn with_query(path: &str, query: &Form<'_>) -> String {
    if query.pairs().len() == 0 { path.to_owned() } else { format!("{path}?{}", query.encode()) }
}
