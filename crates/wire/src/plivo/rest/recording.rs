//! Recordings: list, show, fetch, delete; and what all that can be recorded shares.

use telephony::Timestamp;

use super::body::{parameters, query_of, text};
use super::id::ResourceId;
use super::loose::resource;
use super::range::{Range, moments, numbers};
use super::route::{Asked, account_path};
use super::{AuthId, Outgoing, Paging, RestError};
use crate::http::{HttpRequest, Method, split_target};
use crate::plivo::decimal::Decimal;
use crate::words::words;

/// What can be asked of recordings.
#[derive(Clone, PartialEq, Debug)]
pub enum RecordingRequest {
    /// List them: the last 7 days without times, 30 days at most. Answer a page of [`RecordingResource`].
    List {
        /// Which.
        filter: Box<RecordingFilter>,
        /// Which page.
        paging: Paging,
    },
    /// Show one. Answer [`RecordingResource`].
    Fetch {
        /// The recording.
        recording: ResourceId,
    },
    /// Delete one. Answer 204.
    Delete {
        /// The recording.
        recording: ResourceId,
    },
    /// Fetch the sound, from the host of `recording_url`.
    ///
    /// Whoever knows the address may listen, unless the account has switched on authentication for media. How long Plivo
    /// keeps it is told in two ways (30 days; for good, free for 90): fetch at once.
    Media {
        /// The recording.
        recording: ResourceId,
        /// In which form.
        format: FileFormat,
    },
}

impl RecordingRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, parts) {
            (Method::Get, []) => Self::List { filter: Box::new(RecordingFilter::from_body(&asked.query)?), paging: asked.paging()? },
            (Method::Get, [name]) => match name.rsplit_once('.') {
                Some((recording, "mp3")) => Self::Media { recording: ResourceId::parse(recording)?, format: FileFormat::Mp3 },
                Some((recording, "wav")) => Self::Media { recording: ResourceId::parse(recording)?, format: FileFormat::Wav },
                _ => Self::Fetch { recording: ResourceId::parse(name)? },
            },
            (Method::Delete, [recording]) => Self::Delete { recording: ResourceId::parse(recording)? },
            _ => return Err(RestError::not_found()),
        })
    }

    /// Reads where a recording's address (`recording_url`, `RecordUrl`) leads: its account and itself.
    pub fn of_media_url(url: &str) -> Option<(AuthId, Self)> {
        let (_, rest) = url.split_once("://")?;
        let (path, _) = split_target(rest.get(rest.find('/')?..)?);
        let (account, parts) = super::route::split(path)?;
        let [kind, name] = parts.as_slice() else { return None };
        let (recording, ending) = name.rsplit_once('.')?;
        let format = FileFormat::ALL.iter().find(|format| format.as_str() == ending)?.clone();
        let recording = ResourceId::parse(recording).ok().filter(|_| kind == "Recording")?;
        Some((AuthId::parse(&account).ok()?, Self::Media { recording, format }))
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId) -> Outgoing {
        match self {
            Self::List { filter, paging } => {
                let mut query = query_of(filter.to_body());
                paging.write(&mut query);
                Outgoing::get_with(account, "/Recording/", &query)
            }
            Self::Fetch { recording } => Outgoing::get(account, &format!("/Recording/{recording}/")),
            Self::Delete { recording } => Outgoing::delete(account, &format!("/Recording/{recording}/")),
            Self::Media { recording, format } => {
                let target = format!("{}/Recording/{recording}.{format}", account_path(account));
                Outgoing::Repeatable(HttpRequest { method: Method::Get, target, headers: Vec::new(), body: Vec::new() })
            }
        }
    }
}

words! {
    /// The forms of recordings.
    FileFormat {
        /// MP3, if nothing is said.
        Mp3 = "mp3",
        /// WAV.
        Wav = "wav",
    }
}

words! {
    /// Channels of a recording. What holds if nothing is said differs: one over REST, two in documents.
    ChannelLayout {
        /// Both sides mixed.
        Mono = "mono",
        /// Each side its own channel.
        Stereo = "stereo",
    }
}

words! {
    /// How much of a transcription is sent.
    ReportType {
        /// All of it.
        Full = "full",
        /// The text alone.
        Compact = "compact",
    }
}

parameters! {
    /// Which recordings to list.
    RecordingFilter {
        optional {
            /// Those of calls from this number.
            from_number: Option<String> = text("from_number");
            /// Those of calls to this number.
            to_number: Option<String> = text("to_number");
            /// Those of this subaccount.
            subaccount: Option<String> = text("subaccount");
            /// Those of this call.
            call_uuid: Option<String> = text("call_uuid");
            /// Those made then.
            add_time: Range<Timestamp> = moments("add_time");
            /// Those of this multiparty call.
            mpc_name: Option<String> = text("mpc_name");
            /// Those of this multiparty call.
            mpc_uuid: Option<String> = text("mpc_uuid");
            /// Those of this conference.
            conference_name: Option<String> = text("conference_name");
            /// Those of this conference.
            conference_uuid: Option<String> = text("conference_uuid");
            /// Those kept for so many days.
            recording_storage_duration: Range<u32> = numbers("recording_storage_duration");
        }
        also ["limit", "offset", "cursor"]
    }
}

resource! {
    /// What Plivo answers when a recording of a call or a conference begins.
    RecordingStarted shows [recording_id, message] {
        /// `call recording started`, `conference recording started`, `MPC: … record started`.
        message: String,
        /// The recording.
        recording_id: String,
    }
    sometimes {
        /// Where the sound will be.
        url: String,
        /// The same, of a multiparty call.
        recording_url: String,
    }
}

impl RecordingStarted {
    /// Returns where the sound will be.
    pub fn media_url(&self) -> Option<&str> {
        self.url.as_deref().or(self.recording_url.as_deref())
    }
}

resource! {
    /// A recording.
    RecordingResource shows [recording_id, call_uuid] {
        /// The recording.
        recording_id: String,
        /// Its call.
        call_uuid: String,
        /// Its conference.
        conference_name: String,
        /// When it was made, with an offset.
        add_time: String,
        /// `normal` or `conference`.
        recording_type: String,
        /// See [`FileFormat`].
        recording_format: String,
        /// Where the sound is.
        recording_url: String,
        /// Milliseconds, `"345100.00000"`.
        recording_duration_ms: Decimal,
        /// Milliseconds since 1970.
        recording_start_ms: Decimal,
        /// Milliseconds since 1970.
        recording_end_ms: Decimal,
        /// Seconds in begun minutes.
        rounded_recording_duration: u32,
        /// Days it is kept so far.
        recording_storage_duration: u32,
        /// What keeping a minute for a month costs.
        recording_storage_rate: Decimal,
        /// What keeping it costs a month.
        monthly_recording_storage_amount: Decimal,
        /// Who called.
        from_number: String,
        /// Who was called.
        to_number: String,
        /// The path of the resource.
        resource_uri: String,
    }
    sometimes {}
}
