//! Multiparty calls, the newer kind of conference: at most 10 participants, with roles, hold and coaching. Who is in them is
//! in `participant`.

use telephony::Timestamp;

use super::address::WebUrl;
use super::body::{Body, method, number, parameters, query_of, text, url, word};
use super::id::MultipartyId;
use super::loose::resource;
use super::participant::ParticipantRequest;
use super::range::{Range, moments};
use super::recording::FileFormat;
use super::route::Asked;
use super::{AuthId, Outgoing, Paging, RestError};
use crate::http::Method;
use crate::plivo::decimal::Decimal;
use crate::words::words;

/// What can be asked of multiparty calls.
#[derive(Clone, PartialEq, Debug)]
pub enum MultipartyRequest {
    /// List them. Answer a page of [`MultipartyResource`], counted by `count`.
    List {
        /// Which.
        filter: Box<MultipartyFilter>,
        /// Which page.
        paging: Paging,
    },
    /// Show one. Answer [`MultipartyResource`].
    Fetch {
        /// Which.
        room: MultipartyId,
    },
    /// Begin one in which somebody waits. Answer 204; a library's sample shows 200 and a text.
    Start {
        /// Which.
        room: MultipartyId,
    },
    /// End one; its participants end with 4020. Answer 204.
    End {
        /// Which.
        room: MultipartyId,
    },
    /// Something with its recording. Answer 202 with a [`RecordingStarted`](super::RecordingStarted), or 204.
    Record {
        /// Which.
        room: MultipartyId,
        /// What.
        action: RecordAction,
    },
    /// Something with those who are in it.
    Participant {
        /// Which.
        room: MultipartyId,
        /// What.
        request: ParticipantRequest,
    },
}

impl MultipartyRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        let [first, rest @ ..] = parts else {
            return match asked.method {
                Method::Get => Ok(Self::List { filter: Box::new(MultipartyFilter::from_body(&asked.query)?), paging: asked.paging()? }),
                _ => Err(RestError::not_found()),
            };
        };
        let room = MultipartyId::parse(first)?;
        Ok(match (asked.method, rest) {
            (Method::Get, []) => Self::Fetch { room },
            (Method::Post, []) => {
                asks_to_start(&asked.body)?;
                Self::Start { room }
            }
            (Method::Delete, []) => Self::End { room },
            (_, ["Record", rest @ ..]) => Self::Record { room, action: RecordAction::parse(asked, rest)? },
            (_, ["Participant" | "Member", ..]) => Self::Participant { room, request: ParticipantRequest::parse(asked, rest)? },
            _ => return Err(RestError::not_found()),
        })
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId) -> Outgoing {
        let of = |room: &MultipartyId| format!("/MultiPartyCall/{}/", room.segment());
        match self {
            Self::List { filter, paging } => {
                let mut query = query_of(filter.to_body());
                paging.write(&mut query);
                Outgoing::get_with(account, "/MultiPartyCall/", &query)
            }
            Self::Fetch { room } => Outgoing::get(account, &of(room)),
            Self::Start { room } => {
                let body = [("status".to_owned(), "active".into())].into_iter().collect();
                Outgoing::post(account, &of(room), body)
            }
            Self::End { room } => Outgoing::delete(account, &of(room)),
            Self::Record { room, action } => action.write(account, &of(room)),
            Self::Participant { room, request } => request.write(account, &of(room)),
        }
    }
}

/// `{"status":"active"}`; the official library for Python sends a list with it.
fn asks_to_start(body: &Body) -> Result<(), RestError> {
    let status = body.get("status").ok_or_else(|| RestError::missing("status"))?;
    let only = status.as_array().map_or(Some(status), |list| list.first());
    let is_active = only.and_then(|status| status.as_str()).is_some_and(|status| status.eq_ignore_ascii_case("active"));
    if is_active { Ok(()) } else { Err(RestError::invalid("status", "active")) }
}

/// What can be done with the recording of a multiparty call or of one participant.
#[derive(Clone, PartialEq, Debug)]
pub enum RecordAction {
    /// Begin.
    Start(RecordMultiparty),
    /// End.
    Stop(StopRecording),
    /// Hold.
    Pause,
    /// Go on.
    Resume,
}

impl RecordAction {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, parts) {
            (Method::Post, []) => Self::Start(RecordMultiparty::from_body(&asked.body)?),
            (Method::Delete, []) => Self::Stop(StopRecording::from_body(&asked.query)?),
            (Method::Post, ["Pause"]) => Self::Pause,
            (Method::Post, ["Resume"]) => Self::Resume,
            _ => return Err(RestError::not_found()),
        })
    }

    pub(super) fn write(&self, account: &AuthId, base: &str) -> Outgoing {
        let nothing = serde_json::Map::new;
        match self {
            Self::Start(record) => Outgoing::post(account, &format!("{base}Record/"), record.to_body()),
            Self::Stop(stop) => Outgoing::delete_with(account, &format!("{base}Record/"), &query_of(stop.to_body())),
            Self::Pause => Outgoing::post(account, &format!("{base}Record/Pause/"), nothing()),
            Self::Resume => Outgoing::post(account, &format!("{base}Record/Resume/"), nothing()),
        }
    }
}

words! {
    /// Which sound of a participant is recorded. Source: Plivo, "Record a participant" of `voice/api/multiparty-calls`, 2026, which has no
    /// more on it than "single-track" and "multi-channel".
    RecordTrack {
        /// The participant and what they hear, each on a channel. The default.
        All = "all",
        /// The participant alone, on one.
        Participant = "participant",
        /// Both, in a file each.
        Both = "both",
    }
}

parameters! {
    /// What is recorded no more.
    StopRecording {
        optional {
            /// Of a participant: which sound.
            record_track_type: Option<RecordTrack> = word("record_track_type");
        }
        also ["friendly_name", "uuid", "participant_id"]
    }
}

parameters! {
    /// How to record a multiparty call, or one participant.
    RecordMultiparty {
        optional {
            /// `mp3` if not said.
            file_format: Option<FileFormat> = word("file_format");
            /// Where its states are reported to.
            recording_callback_url: Option<WebUrl> = url("recording_callback_url");
            /// How to report them; `GET` over REST, `POST` in documents.
            recording_callback_method: Option<Method> = method("recording_callback_method");
            /// Of a participant: which sound.
            record_track_type: Option<RecordTrack> = word("record_track_type");
        }
        also ["friendly_name", "uuid", "participant_id"]
    }
}

words! {
    /// The states of a multiparty call.
    MultipartyStatus {
        /// Somebody waits.
        Initialized = "Initialized",
        /// It runs.
        Active = "Active",
        /// It is over.
        Ended = "Ended",
    }
}

parameters! {
    /// Which multiparty calls to list.
    MultipartyFilter {
        optional {
            /// Those of this subaccount.
            sub_account: Option<String> = text("sub_account");
            /// Those of this name.
            friendly_name: Option<String> = text("friendly_name");
            /// Those in this state.
            status: Option<MultipartyStatus> = word("status");
            /// Those that ended so: 1000 nobody left, 1010 alone, 2000 time limit, 3000 asked for.
            termination_cause_code: Option<u32> = number("termination_cause_code");
            /// Those made then.
            creation_time: Range<Timestamp> = moments("creation_time");
            /// Those that ended then.
            end_time: Range<Timestamp> = moments("end_time");
        }
        also ["limit", "offset", "cursor"]
    }
}

resource! {
    /// A multiparty call.
    MultipartyResource shows [mpc_uuid, status] {
        /// Its UUID.
        mpc_uuid: String,
        /// Its name.
        friendly_name: String,
        /// See [`MultipartyStatus`].
        status: String,
        /// With an offset, as all times here.
        creation_time: String,
        /// When it began.
        start_time: String,
        /// When it ended.
        end_time: String,
        /// Seconds.
        duration: u32,
        /// Seconds in begun minutes, as billed.
        billed_duration: u32,
        /// What it cost.
        billed_amount: Decimal,
        /// How many may join.
        max_participants: u32,
        /// Seconds it may last.
        max_duration: u32,
        /// One alone may stay.
        stay_alone: bool,
        /// `recording`, `not-recording`, `paused`.
        recording: String,
        /// The path of those who are in it.
        participants: String,
        /// Why it ended.
        termination_cause: String,
        /// The same as a number.
        termination_cause_code: u32,
        /// The path of the subaccount.
        sub_account: String,
        /// The path of the resource.
        resource_uri: String,
    }
    sometimes {}
}
