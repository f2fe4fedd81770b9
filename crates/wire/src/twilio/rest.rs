//! The REST API of calls and recordings, as requests and replies.
//!
//! Our adapter builds requests with the functions here and reads replies into [`CallResource`] and its like; the sandbox
//! reads requests with [`RestRequest::parse`] and writes replies. Credentials are not part of a request: the shell adds them.
//! What Twilio checks of a request is checked in reading it, and refused with Twilio's own codes.

pub mod account;
pub mod call;
pub mod error;
pub mod page;
pub mod recording;

pub use account::AccountResource;
pub use call::{CallFilter, CallInstructions, CallResource, CallUpdate, CreateCall};
pub use error::RestError;
pub use page::{Page, Paging};
pub use recording::{MediaFormat, RecordingFilter, RecordingLevel, RecordingResource, RecordingStart, RecordingUpdate};

use crate::http::{Form, HttpReply, HttpRequest, Method, split_target};

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
}

impl RestRequest {
    /// Reads a request by its method, its target (path and query) and its body.
    ///
    /// # Errors
    /// What Twilio would refuse, with Twilio's code: [`RestError::reply`] is the answer.
    pub fn parse(method: &str, target: &str, body: &[u8]) -> Result<Self, RestError> {
        let (path, query) = split_target(target);
        let route = Route::parse(path).ok_or_else(|| RestError::not_found(path))?;
        let query = Form::parse(query);
        let body = String::from_utf8_lossy(body);
        let form = Form::parse(&body);
        let method = Method::parse(method).ok_or_else(RestError::method_not_allowed)?;
        let account = route.account.to_owned();
        let own = str::to_owned;
        Ok(match (method, route.parts.as_slice(), route.json) {
            (Method::Get, [], true) => Self::FetchAccount { account },
            (Method::Post, ["Calls"], true) => Self::CreateCall { account, call: Box::new(CreateCall::from_form(&form)?) },
            (Method::Get, ["Calls"], true) => {
                Self::ListCalls { account, filter: CallFilter::from_query(&query)?, paging: Paging::from_query(&query)? }
            }
            (Method::Get, ["Calls", call], true) => Self::FetchCall { account, call: own(call) },
            (Method::Post, ["Calls", call], true) => Self::UpdateCall { account, call: own(call), update: CallUpdate::from_form(&form)? },
            (Method::Delete, ["Calls", call], true) => Self::DeleteCall { account, call: own(call) },
            (Method::Post, ["Calls", call, "Recordings"], true) => {
                Self::StartRecording { account, call: own(call), start: RecordingStart::from_form(&form)? }
            }
            (Method::Get, ["Calls", call, "Recordings"], true) => Self::ListRecordings {
                account,
                call: Some(own(call)),
                filter: RecordingFilter::from_query(&query)?,
                paging: Paging::from_query(&query)?,
            },
            (Method::Post, ["Calls", call, "Recordings", recording], true) => {
                Self::UpdateRecording { account, call: own(call), recording: own(recording), update: RecordingUpdate::from_form(&form)? }
            }
            (Method::Get, ["Calls", call, "Recordings", recording], true) => {
                Self::FetchRecording { account, call: Some(own(call)), recording: own(recording) }
            }
            (Method::Delete, ["Calls", call, "Recordings", recording], true) => {
                Self::DeleteRecording { account, call: Some(own(call)), recording: own(recording) }
            }
            (Method::Get, ["Recordings"], true) => {
                Self::ListRecordings { account, call: None, filter: RecordingFilter::from_query(&query)?, paging: Paging::from_query(&query)? }
            }
            (Method::Get, ["Recordings", recording], true) => Self::FetchRecording { account, call: None, recording: own(recording) },
            (Method::Delete, ["Recordings", recording], true) => Self::DeleteRecording { account, call: None, recording: own(recording) },
            (Method::Get, ["Recordings", name], false) => {
                let (recording, format) = MediaFormat::of_name(name).ok_or_else(|| RestError::not_found(path))?;
                let channels = query.get("RequestedChannels").and_then(|count| count.parse().ok());
                Self::RecordingMedia { account, recording: own(recording), format, channels }
            }
            (_, ["Calls", ..] | ["Recordings", ..] | [], true) if route.is_known() => return Err(RestError::method_not_allowed()),
            _ => return Err(RestError::not_found(path)),
        })
    }

    /// Returns the account of the path. Check it against the credentials before anything else.
    pub fn account(&self) -> &str {
        match self {
            Self::CreateCall { account, .. }
            | Self::FetchCall { account, .. }
            | Self::ListCalls { account, .. }
            | Self::UpdateCall { account, .. }
            | Self::DeleteCall { account, .. }
            | Self::StartRecording { account, .. }
            | Self::UpdateRecording { account, .. }
            | Self::FetchRecording { account, .. }
            | Self::ListRecordings { account, .. }
            | Self::DeleteRecording { account, .. }
            | Self::RecordingMedia { account, .. }
            | Self::FetchAccount { account } => account,
        }
    }
}

/// Builds the request that places a call.
pub fn create_call(account: &str, call: &CreateCall) -> HttpRequest {
    HttpRequest::post_form(calls_path(account), &call.to_form())
}

/// Builds the request that shows a call.
pub fn fetch_call(account: &str, call: &str) -> HttpRequest {
    HttpRequest::new(Method::Get, call_path(account, call))
}

/// Builds the request that lists calls.
pub fn list_calls(account: &str, filter: &CallFilter, paging: &Paging) -> HttpRequest {
    let mut query = filter.to_query();
    paging.write_query(&mut query);
    HttpRequest::new(Method::Get, with_query(&calls_path(account), &query))
}

/// Builds the request for the page after this one; `None` if it is the last, or if what the reply calls the next page
/// is not a path of this API.
pub fn next_page<T>(page: &Page<T>) -> Option<HttpRequest> {
    let uri = page.next_page_uri.as_deref()?;
    let ours = uri.strip_prefix('/').is_some_and(|rest| rest.starts_with(API_VERSION));
    let plain = uri.bytes().all(|b| b.is_ascii_graphic());
    (ours && plain).then(|| HttpRequest::new(Method::Get, uri))
}

/// Builds the request that ends a call or gives it new instructions.
pub fn update_call(account: &str, call: &str, update: &CallUpdate) -> HttpRequest {
    HttpRequest::post_form(call_path(account, call), &update.to_form())
}

/// Builds the request that deletes the record of a call.
pub fn delete_call(account: &str, call: &str) -> HttpRequest {
    HttpRequest::new(Method::Delete, call_path(account, call))
}

/// Builds the request that records a live call.
pub fn start_recording(account: &str, call: &str, start: &RecordingStart) -> HttpRequest {
    HttpRequest::post_form(format!("{}/Calls/{}/Recordings.json", account_path(account), segment(call)), &start.to_form())
}

/// Builds the request that holds, goes on with, or stops a recording. `recording` may be `Twilio.CURRENT`.
pub fn update_recording(account: &str, call: &str, recording: &str, update: &RecordingUpdate) -> HttpRequest {
    let path = format!("{}/Calls/{}/Recordings/{}.json", account_path(account), segment(call), segment(recording));
    HttpRequest::post_form(path, &update.to_form())
}

/// Builds the request that lists the recordings of a call.
pub fn list_recordings(account: &str, call: &str, paging: &Paging) -> HttpRequest {
    let mut query = Form::new();
    paging.write_query(&mut query);
    let path = format!("{}/Calls/{}/Recordings.json", account_path(account), segment(call));
    HttpRequest::new(Method::Get, with_query(&path, &query))
}

/// Builds the request that shows a recording.
pub fn fetch_recording(account: &str, recording: &str) -> HttpRequest {
    HttpRequest::new(Method::Get, format!("{}/Recordings/{}.json", account_path(account), segment(recording)))
}

/// Builds the request that deletes a recording.
pub fn delete_recording(account: &str, recording: &str) -> HttpRequest {
    HttpRequest::new(Method::Delete, format!("{}/Recordings/{}.json", account_path(account), segment(recording)))
}

/// Builds the request for the sound of a recording, both channels if it has two.
pub fn recording_media(account: &str, recording: &str, format: MediaFormat) -> HttpRequest {
    let path = format!("{}/Recordings/{}{}?RequestedChannels=2", account_path(account), segment(recording), format.suffix());
    HttpRequest { method: Method::Get, target: path, headers: Vec::new(), body: Vec::new() }
}

/// Builds the request that shows the account: the cheapest way to know whether the credentials are right.
pub fn fetch_account(account: &str) -> HttpRequest {
    HttpRequest::new(Method::Get, format!("{}.json", account_path(account)))
}

/// Reads a JSON reply of any of our resources, whatever its status.
pub fn read_reply<T: serde::de::DeserializeOwned>(reply: &HttpReply) -> Option<T> {
    serde_json::from_slice(&reply.body).ok()
}

fn account_path(account: &str) -> String {
    format!("/{API_VERSION}/Accounts/{}", segment(account))
}

fn calls_path(account: &str) -> String {
    format!("{}/Calls.json", account_path(account))
}

fn call_path(account: &str, call: &str) -> String {
    format!("{}/Calls/{}.json", account_path(account), segment(call))
}

/// Makes an identity that came over the wire safe as one part of a path: SIDs are letters, digits and dots.
fn segment(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')).collect()
}

fn with_query(path: &str, query: &Form<'_>) -> String {
    if query.pairs().len() == 0 { path.to_owned() } else { format!("{path}?{}", query.encode()) }
}

/// A path taken apart: account, parts below it, and whether it asks for JSON.
struct Route<'a> {
    account: &'a str,
    parts: Vec<&'a str>,
    json: bool,
}

impl<'a> Route<'a> {
    fn parse(path: &'a str) -> Option<Self> {
        let rest = path.strip_prefix('/')?.strip_prefix(API_VERSION)?.strip_prefix("/Accounts/")?;
        let (rest, json) = rest.strip_suffix(".json").map_or((rest, false), |rest| (rest, true));
        let mut parts = rest.split('/');
        let account = parts.next().filter(|account| !account.is_empty())?;
        let parts: Vec<_> = parts.collect();
        let sound = parts.len() <= 4 && parts.iter().all(|part| !part.is_empty());
        sound.then_some(Self { account, parts, json })
    }

    fn is_known(&self) -> bool {
        matches!(
            self.parts.as_slice(),
            [] | ["Calls"] | ["Calls", _] | ["Calls", _, "Recordings"] | ["Calls", _, "Recordings", _] | ["Recordings"] | ["Recordings", _]
        )
    }
}
