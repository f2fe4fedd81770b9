//! Who is in a multiparty call: add by dialling, show, mute, hold, coach, remove.

mod add;

use serde_json::Value;

use super::body::{flag, parameters};
use super::conference::PlayFile;
use super::id::{Members, ResourceId};
use super::loose::resource;
use super::multiparty::RecordAction;
use super::route::Asked;
use super::{AuthId, Outgoing, Paging, RestError};
use crate::http::{Form, Method};
use crate::plivo::decimal::Decimal;

pub use add::{AddParticipant, EventGroup, Role};

/// What can be asked of participants.
#[derive(Clone, PartialEq, Debug)]
pub enum ParticipantRequest {
    /// Dial somebody in, or bring a live call in. Answer 201 with [`ParticipantsAdded`].
    Add(Box<AddParticipant>),
    /// List them. Answer a page of [`ParticipantResource`], counted by `count`.
    List {
        /// Which page.
        paging: Paging,
    },
    /// Show one. Answer [`ParticipantResource`].
    Fetch {
        /// Who.
        participant: ResourceId,
    },
    /// Mute, hold or coach. Answer 202 with [`ParticipantsChanged`].
    Update {
        /// Whom.
        participants: Members,
        /// What.
        update: UpdateParticipant,
    },
    /// Remove one; their leg ends with 4030. Answer 204.
    Kick {
        /// Whom.
        participant: ResourceId,
    },
    /// Something with the recording of one participant.
    Record {
        /// Whose.
        participant: ResourceId,
        /// What.
        action: RecordAction,
    },
    /// Play a file to members. Answer 202 with [`MembersPlaying`].
    Play {
        /// To whom.
        members: Members,
        /// What.
        play: PlayFile,
    },
    /// Answer 204.
    StopPlay {
        /// To whom.
        members: Members,
    },
}

impl ParticipantRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, parts) {
            (Method::Post, ["Participant"]) => Self::Add(Box::new(AddParticipant::read(&asked.body)?)),
            (Method::Get, ["Participant"]) => Self::List { paging: asked.paging()? },
            (Method::Get, ["Participant", who]) => Self::Fetch { participant: ResourceId::parse(who)? },
            (Method::Post, ["Participant", who]) => {
                Self::Update { participants: Members::parse(who)?, update: UpdateParticipant::from_body(&asked.body)? }
            }
            (Method::Delete, ["Participant", who]) => Self::Kick { participant: ResourceId::parse(who)? },
            (_, ["Participant", who, "Record", rest @ ..]) => {
                Self::Record { participant: ResourceId::parse(who)?, action: RecordAction::parse(asked, rest)? }
            }
            (Method::Post, ["Member", who, "Play"]) => Self::Play { members: Members::parse(who)?, play: PlayFile::from_body(&asked.body)? },
            (Method::Delete, ["Member", who, "Play"]) => Self::StopPlay { members: Members::parse(who)? },
            _ => return Err(RestError::not_found()),
        })
    }

    pub(super) fn write(&self, account: &AuthId, room: &str) -> Outgoing {
        match self {
            Self::Add(add) => Outgoing::post(account, &format!("{room}Participant/"), add.to_body()),
            Self::List { paging } => {
                let mut query = Form::new();
                paging.write(&mut query);
                Outgoing::get_with(account, &format!("{room}Participant/"), &query)
            }
            Self::Fetch { participant } => Outgoing::get(account, &format!("{room}Participant/{participant}/")),
            Self::Update { participants, update } => {
                Outgoing::post(account, &format!("{room}Participant/{}/", participants.segment()), update.to_body())
            }
            Self::Kick { participant } => Outgoing::delete(account, &format!("{room}Participant/{participant}/")),
            Self::Record { participant, action } => action.write(account, &format!("{room}Participant/{participant}/")),
            Self::Play { members, play } => Outgoing::post(account, &format!("{room}Member/{}/Play/", members.segment()), play.to_body()),
            Self::StopPlay { members } => Outgoing::delete(account, &format!("{room}Member/{}/Play/", members.segment())),
        }
    }
}

parameters! {
    /// A change of participants.
    UpdateParticipant {
        optional {
            /// Nobody hears them.
            mute: Option<bool> = flag("mute");
            /// They are on hold.
            hold: Option<bool> = flag("hold");
            /// Agents alone hear them.
            coach_mode: Option<bool> = flag("coach_mode");
        }
        also ["friendly_name", "uuid", "participant_id"]
    }
}

resource! {
    /// What Plivo answers when somebody is to be added.
    ParticipantsAdded shows [request_uuid] {
        /// One for each who is rung.
        calls: Vec<AddedCall>,
        /// `add participant action initiated`.
        message: String,
        /// The request.
        request_uuid: String,
    }
    sometimes {}
}

resource! {
    /// One who is rung.
    AddedCall shows [call_uuid] {
        /// Whom.
        to: String,
        /// From which number.
        from: String,
        /// The call.
        call_uuid: String,
    }
    sometimes {}
}

resource! {
    /// What Plivo answers to a change. The documentation has these texts here, a library's sample inside `message`.
    ParticipantsChanged shows [] {}
    sometimes {
        /// What became of `mute`.
        mute: String,
        /// What became of `hold`.
        hold: String,
        /// What became of `coach_mode`.
        coach_mode: String,
        /// All of it, in the older form.
        message: Value,
    }
}

resource! {
    /// What Plivo answers when something is played to members.
    MembersPlaying shows [message] {
        /// `play queued into MPC`.
        message: String,
        /// To whom.
        #[serde(rename = "mpcMemberId")]
        mpc_member_id: Vec<String>,
        /// In which multiparty call.
        #[serde(rename = "mpcName")]
        mpc_name: String,
    }
    sometimes {}
}

resource! {
    /// Somebody in a multiparty call.
    ParticipantResource shows [member_id, mpc_uuid, call_uuid, role] {
        /// Their name in requests.
        member_id: String,
        /// The multiparty call.
        mpc_uuid: String,
        /// Their call.
        call_uuid: String,
        /// See [`Role`].
        role: String,
        /// Agents alone hear them.
        coach_mode: bool,
        /// Nobody hears them.
        mute: bool,
        /// They are on hold.
        hold: bool,
        /// With an offset, as all times here.
        join_time: String,
        /// When they left.
        exit_time: String,
        /// Why they left.
        exit_cause: String,
        /// Seconds.
        duration: u32,
        /// Seconds in begun minutes, as billed.
        billed_duration: u32,
        /// What it cost.
        billed_amount: Decimal,
        /// Their joining began it.
        start_mpc_on_enter: bool,
        /// Their leaving ends it.
        end_mpc_on_exit: bool,
        /// The path of the resource.
        resource_uri: String,
    }
    sometimes {}
}
