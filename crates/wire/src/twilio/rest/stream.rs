//! Media streams that only listen, started over the API beside whatever the call does.

use super::checks::{INVALID, MAX_CUSTOM_PARAMETERS, method, needed_socket, parameters, text, url, word};
use super::loose::resource;
use super::route::{Asked, post, segment};
use super::{API_VERSION, RestError};
use crate::http::{Form, HttpRequest, Method};
use crate::words::words;

words! {
    /// Whose sound a stream or a transcription takes.
    Track {
        /// What Twilio hears from the far end.
        Inbound = "inbound_track",
        /// What the far end is played.
        Outbound = "outbound_track",
        /// Both, apart.
        Both = "both_tracks",
    }
}

parameters! {
    /// A stream to be started. `Debug` shows which parameters are set.
    StreamStart {
        required {
            /// Address of the socket: `wss://…`, without a query.
            url: String = needed_socket("Url");
        }
        optional {
            /// Its name, unique in the call.
            name: Option<String> = text("Name");
            /// Whose sound; the far end's if not said.
            track: Option<Track> = word("Track");
            /// Where to report its states.
            status_callback: Option<String> = url("StatusCallback", INVALID);
            /// How to report them.
            status_callback_method: Option<Method> = method("StatusCallbackMethod");
            /// What `start` carries as `customParameters`; 99 at most.
            parameters: Vec<(String, String)> = custom_parameters("Parameter");
        }
        also ["Parameter*"]
    }
}

fn custom_parameters(form: &Form<'_>, key: &str) -> Result<Vec<(String, String)>, RestError> {
    let one = |number: usize| {
        let name = form.filled(&format!("{key}{number}.Name"))?;
        Some((name.to_owned(), form.get(&format!("{key}{number}.Value")).unwrap_or_default().to_owned()))
    };
    Ok((1..=MAX_CUSTOM_PARAMETERS).filter_map(one).collect())
}

resource! {
    /// A stream, or a real-time transcription, as the API shows it.
    StreamResource shows [sid, status] {
        /// `MZ…`, or `GT…` for a transcription.
        sid: String,
        /// `AC…`.
        account_sid: String,
        /// `CA…`.
        call_sid: String,
        /// Its name.
        name: String,
        /// `in-progress` or `stopped`.
        status: String,
        /// RFC 2822.
        date_updated: String,
        /// The path of the resource.
        uri: String,
    }
}

impl StreamResource {
    /// Returns a stream that runs; `kind` is `Streams` or `Transcriptions`.
    pub(super) fn running(account: &str, call: &str, kind: &str, sid: &str, name: Option<&str>) -> Self {
        Self {
            sid: Some(sid.to_owned()),
            account_sid: Some(account.to_owned()),
            call_sid: Some(call.to_owned()),
            name: name.map(str::to_owned),
            status: Some("in-progress".into()),
            uri: Some(format!("/{API_VERSION}/Accounts/{account}/Calls/{call}/{kind}/{sid}.json")),
            ..Self::default()
        }
    }

    /// Returns a media stream that runs.
    pub fn started(account: &str, call: &str, sid: &str, name: Option<&str>) -> Self {
        Self::running(account, call, "Streams", sid, name)
    }
}

/// What can be asked of the streams of a call.
#[derive(Clone, PartialEq, Debug)]
pub enum StreamRequest {
    /// Start one. Answer 200.
    Start(Box<StreamStart>),
    /// Stop one.
    Stop {
        /// `MZ…`, or its name.
        stream: String,
    },
}

impl StreamRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, rest) {
            (Method::Post, []) => Self::Start(Box::new(StreamStart::from_form(&asked.form)?)),
            (Method::Post, [stream]) => {
                asked.must_stop()?;
                Self::Stop { stream: (*stream).to_owned() }
            }
            (_, [] | [_]) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str, call: &str) -> HttpRequest {
        let all = format!("{account}/Calls/{}/Streams", segment(call));
        match self {
            Self::Start(start) => post(all, &start.to_form()),
            Self::Stop { stream } => super::route::stop(&all, stream),
        }
    }
}
