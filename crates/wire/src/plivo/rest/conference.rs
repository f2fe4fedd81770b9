//! Conferences, the older kind: at most 20 members, joined by documents only.

use super::address::WebUrl;
use super::body::{method, needed, needed_url, parameters, text, url, word};
use super::id::{Members, RoomName};
use super::loose::resource;
use super::recording::{FileFormat, ReportType};
use super::route::Asked;
use super::{AuthId, Outgoing, RestError};
use crate::http::Method;

/// What can be asked of conferences.
#[derive(Clone, PartialEq, Debug)]
pub enum ConferenceRequest {
    /// List them. Answer [`ConferenceNames`].
    List,
    /// End all of the account. Answer `all conferences hung up`.
    EndAll,
    /// Show one. Answer [`ConferenceResource`].
    Fetch {
        /// Its name.
        room: RoomName,
    },
    /// End one. Answer `conference hung up`.
    End {
        /// Its name.
        room: RoomName,
    },
    /// Record it. Answer 202 with a [`RecordingStarted`](super::RecordingStarted).
    Record {
        /// Its name.
        room: RoomName,
        /// How.
        record: RecordConference,
    },
    /// Answer 204.
    StopRecord {
        /// Its name.
        room: RoomName,
    },
    /// Something with members. Answer [`MemberDone`], or 204 where something is undone.
    Member {
        /// The conference's name.
        room: RoomName,
        /// Whom.
        members: Members,
        /// What.
        action: MemberAction,
    },
}

/// What can be done with members of a conference.
#[derive(Clone, PartialEq, Debug)]
pub enum MemberAction {
    /// Take them out; their documents go on. Answer `kicked`.
    Kick,
    /// End their calls. Answer `hangup`.
    HangUp,
    /// Nobody hears them. Answer `muted`.
    Mute,
    /// They are heard again.
    Unmute,
    /// They hear nobody. Answer `deaf`.
    Deafen,
    /// They hear again.
    Undeafen,
    /// Play a file to them. Answer `play queued into conference`.
    Play(PlayFile),
    /// Answer `playing in conference stopped`.
    StopPlay,
    /// Speak a text to them. Answer `speak queued into conference`.
    Speak(SpeakToMembers),
    /// Answer `speak stopped`.
    StopSpeak,
}

impl ConferenceRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, parts) {
            (Method::Get, []) => Self::List,
            (Method::Delete, []) => Self::EndAll,
            (Method::Get, [room]) => Self::Fetch { room: RoomName::parse(room)? },
            (Method::Delete, [room]) => Self::End { room: RoomName::parse(room)? },
            (Method::Post, [room, "Record"]) => Self::Record { room: RoomName::parse(room)?, record: RecordConference::from_body(&asked.body)? },
            (Method::Delete, [room, "Record"]) => Self::StopRecord { room: RoomName::parse(room)? },
            (_, [room, "Member", members, rest @ ..]) => {
                Self::Member { room: RoomName::parse(room)?, members: Members::parse(members)?, action: MemberAction::parse(asked, rest)? }
            }
            _ => return Err(RestError::not_found()),
        })
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId) -> Outgoing {
        let of = |room: &RoomName| format!("/Conference/{}/", room.segment());
        match self {
            Self::List => Outgoing::get(account, "/Conference/"),
            Self::EndAll => Outgoing::delete(account, "/Conference/"),
            Self::Fetch { room } => Outgoing::get(account, &of(room)),
            Self::End { room } => Outgoing::delete(account, &of(room)),
            Self::Record { room, record } => Outgoing::post(account, &(of(room) + "Record/"), record.to_body()),
            Self::StopRecord { room } => Outgoing::delete(account, &(of(room) + "Record/")),
            Self::Member { room, members, action } => action.write(account, &format!("{}Member/{}/", of(room), members.segment())),
        }
    }
}

impl MemberAction {
    fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, parts) {
            (Method::Delete, []) => Self::HangUp,
            (Method::Post, ["Kick"]) => Self::Kick,
            (Method::Post, ["Mute"]) => Self::Mute,
            (Method::Delete, ["Mute"]) => Self::Unmute,
            (Method::Post, ["Deaf"]) => Self::Deafen,
            (Method::Delete, ["Deaf"]) => Self::Undeafen,
            (Method::Post, ["Play"]) => Self::Play(PlayFile::from_body(&asked.body)?),
            (Method::Delete, ["Play"]) => Self::StopPlay,
            (Method::Post, ["Speak"]) => Self::Speak(SpeakToMembers::from_body(&asked.body)?),
            (Method::Delete, ["Speak"]) => Self::StopSpeak,
            _ => return Err(RestError::not_found()),
        })
    }

    fn write(&self, account: &AuthId, base: &str) -> Outgoing {
        let post = |action: &str, body| Outgoing::post(account, &format!("{base}{action}/"), body);
        let delete = |action: &str| Outgoing::delete(account, &format!("{base}{action}/"));
        let nothing = serde_json::Map::new;
        match self {
            Self::HangUp => Outgoing::delete(account, base),
            Self::Kick => post("Kick", nothing()),
            Self::Mute => post("Mute", nothing()),
            Self::Unmute => delete("Mute"),
            Self::Deafen => post("Deaf", nothing()),
            Self::Undeafen => delete("Deaf"),
            Self::Play(play) => post("Play", play.to_body()),
            Self::StopPlay => delete("Play"),
            Self::Speak(speak) => post("Speak", speak.to_body()),
            Self::StopSpeak => delete("Speak"),
        }
    }
}

parameters! {
    /// A file to play to members.
    PlayFile {
        required {
            /// An mp3 or wav file.
            url: WebUrl = needed_url("url");
        }
        optional {}
        also ["conference_name", "member_id"]
    }
}

parameters! {
    /// A text to speak to members.
    SpeakToMembers {
        required {
            /// The words.
            text: String = needed("text");
        }
        optional {
            /// `WOMAN` if not said.
            voice: Option<String> = text("voice");
            /// `en-US` if not said.
            language: Option<String> = text("language");
        }
        also ["conference_name", "member_id"]
    }
}

parameters! {
    /// How to record a conference.
    RecordConference {
        optional {
            /// `mp3` if not said.
            file_format: Option<FileFormat> = word("file_format");
            /// `auto`; the others are history.
            transcription_type: Option<String> = text("transcription_type");
            /// Where the transcription is sent.
            transcription_url: Option<WebUrl> = url("transcription_url");
            /// How to send it.
            transcription_method: Option<Method> = method("transcription_method");
            /// How much of it.
            transcription_report_type: Option<ReportType> = word("transcription_report_type");
            /// Where the finished recording is reported to.
            callback_url: Option<WebUrl> = url("callback_url");
            /// How to report it; `POST` if not said.
            callback_method: Option<Method> = method("callback_method");
        }
        also ["conference_name"]
    }
}

resource! {
    /// Which conferences there are.
    ConferenceNames shows [] {
        /// Their names.
        conferences: Vec<String>,
    }
    sometimes {}
}

resource! {
    /// A conference. Its numbers are text.
    ConferenceResource shows [] {
        /// Its name.
        conference_name: String,
        /// Seconds.
        conference_run_time: String,
        /// How many are in it.
        conference_member_count: String,
        /// Who is in it.
        members: Vec<ConferenceMember>,
    }
    sometimes {}
}

resource! {
    /// One member of a conference.
    ConferenceMember shows [member_id, call_uuid] {
        /// Nobody hears them.
        muted: bool,
        /// Their name in requests.
        member_id: String,
        /// They hear nobody.
        deaf: bool,
        /// Who called.
        from: String,
        /// Who was called.
        to: String,
        /// The caller's name.
        caller_name: String,
        /// `inbound` or `outbound`.
        direction: String,
        /// Their call.
        call_uuid: String,
        /// Seconds since they joined.
        join_time: String,
    }
    sometimes {}
}

resource! {
    /// What Plivo answers to an action on members.
    MemberDone shows [message, member_id] {
        /// `kicked`, `muted`, `deaf`, `hangup`, `play queued into conference`, …
        message: String,
        /// Whom: a plain name, or the text of a list of another language (`[u'all']`). Not to be read.
        member_id: String,
    }
    sometimes {}
}

impl MemberDone {
    /// Returns an answer with this text.
    pub fn new(api_id: &str, message: &str, member_id: &str) -> Self {
        Self { message: Some(message.into()), member_id: Some(member_id.into()), api_id: Some(api_id.into()), ..Self::default() }
    }
}
