//! Conferences: show, list, end, announce, and their recordings. Who is in them is in `participant`.

use serde_json::{Map, Value};
use telephony::Timestamp;

use super::checks::{INVALID, is_as_asked, lies_within, method, moments, one_of, parameters, text, url, word, write_moments};
use super::loose::resource;
use super::route::{Asked, delete, get, list, post, segment};
use super::{API_VERSION, Paging, RecordingFilter, RecordingUpdate, RestError};
use crate::http::{Form, HttpRequest, Method};
use crate::words::words;

words! {
    /// The states of a conference.
    ConferenceStatus {
        /// Somebody waits; nobody is mixed yet.
        Init = "init",
        /// It runs.
        InProgress = "in-progress",
        /// It is over.
        Completed = "completed",
    }
}

words! {
    /// Why a conference ended.
    ConferenceEnd {
        /// Somebody asked for it over the API.
        Api = "conference-ended-via-api",
        /// One left whose leaving ends it.
        EndingParticipantLeft = "participant-with-end-conference-on-exit-left",
        /// One was removed whose leaving ends it.
        EndingParticipantKicked = "participant-with-end-conference-on-exit-kicked",
        /// The last one was removed.
        LastKicked = "last-participant-kicked",
        /// The last one left.
        LastLeft = "last-participant-left",
    }
}

parameters! {
    /// A change of a conference: its end, or an announcement to all.
    ConferenceUpdate {
        optional {
            /// `completed` ends it.
            status: Option<String> = one_of("Status", &["completed"]);
            /// A sound, or a document of `Say`, `Play`, `Pause`, `Redirect`, for all to hear.
            announce_url: Option<String> = url("AnnounceUrl", INVALID);
            /// How to ask for it.
            announce_method: Option<Method> = method("AnnounceMethod");
        }
    }
}

impl ConferenceUpdate {
    /// Returns the change that ends a conference.
    pub fn end() -> Self {
        Self { status: Some("completed".into()), ..Self::default() }
    }

    /// Returns the change that plays something to all.
    pub fn announce(url: impl Into<String>) -> Self {
        Self { announce_url: Some(url.into()), ..Self::default() }
    }
}

/// Which conferences to list.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ConferenceFilter {
    /// Those of this name.
    pub friendly_name: Option<String>,
    /// Those in this state.
    pub status: Option<ConferenceStatus>,
    /// Those made at or after this moment.
    pub created_after: Option<Timestamp>,
    /// Those made at or before this moment.
    pub created_before: Option<Timestamp>,
    /// Those changed at or after this moment.
    pub updated_after: Option<Timestamp>,
    /// Those changed at or before this moment.
    pub updated_before: Option<Timestamp>,
}

impl ConferenceFilter {
    fn to_query(&self) -> Form<'static> {
        let mut query = Form::new();
        query.push_some("FriendlyName", self.friendly_name.clone());
        query.push_some("Status", self.status.as_ref().map(|status| status.as_str().to_owned()));
        write_moments(&mut query, "DateCreated", self.created_after, self.created_before);
        write_moments(&mut query, "DateUpdated", self.updated_after, self.updated_before);
        query
    }

    fn from_query(query: &Form<'_>) -> Result<Self, RestError> {
        let (created_after, created_before) = moments(query, "DateCreated")?;
        let (updated_after, updated_before) = moments(query, "DateUpdated")?;
        let friendly_name = text(query, "FriendlyName")?;
        Ok(Self { friendly_name, status: word(query, "Status")?, created_after, created_before, updated_after, updated_before })
    }

    /// Returns whether a conference passes the filter.
    pub fn passes(&self, conference: &ConferenceResource) -> bool {
        is_as_asked(self.friendly_name.as_deref(), conference.friendly_name.as_deref())
            && is_as_asked(self.status.as_ref().map(ConferenceStatus::as_str), conference.status.as_deref())
            && lies_within(conference.date_created.as_deref(), self.created_after, self.created_before)
            && lies_within(conference.date_updated.as_deref(), self.updated_after, self.updated_before)
    }
}

resource! {
    /// A conference as the API shows it.
    ConferenceResource shows [sid, status] {
        /// `AC…`.
        account_sid: String,
        /// `2010-04-01`.
        api_version: String,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// Its name, 128 characters at most.
        friendly_name: String,
        /// `CF…`.
        sid: String,
        /// Where it is mixed: `us1`, …
        region: String,
        /// See [`ConferenceStatus`].
        status: String,
        /// See [`ConferenceEnd`].
        reason_conference_ended: String,
        /// The call whose leaving ended it.
        call_sid_ending_conference: String,
        /// The path of the resource.
        uri: String,
        /// Paths of what belongs to it.
        subresource_uris: Map<String, Value>,
    }
}

impl ConferenceResource {
    /// Returns a conference in which somebody waits.
    pub fn waiting(account: &str, sid: &str, name: &str) -> Self {
        let base = format!("/{API_VERSION}/Accounts/{account}/Conferences/{sid}");
        let below = [("participants", "Participants"), ("recordings", "Recordings")]
            .map(|(key, part)| (key.to_owned(), format!("{base}/{part}.json").into()));
        Self {
            account_sid: Some(account.to_owned()),
            api_version: Some(API_VERSION.into()),
            friendly_name: Some(name.to_owned()),
            sid: Some(sid.to_owned()),
            region: Some("us1".into()),
            status: Some("init".into()),
            uri: Some(format!("{base}.json")),
            subresource_uris: Some(Map::from_iter(below)),
            ..Self::default()
        }
    }

    /// Returns the state, if said.
    pub fn status(&self) -> Option<ConferenceStatus> {
        self.status.as_deref().map(ConferenceStatus::parse)
    }

    /// Returns why it ended, if it has.
    pub fn end(&self) -> Option<ConferenceEnd> {
        self.reason_conference_ended.as_deref().map(ConferenceEnd::parse)
    }
}

/// What can be asked of conferences.
#[derive(Clone, PartialEq, Debug)]
pub enum ConferenceRequest {
    /// List them.
    List {
        /// Which.
        filter: ConferenceFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// `CF…`.
        conference: String,
    },
    /// End one, or say something to all in it.
    Update {
        /// `CF…`.
        conference: String,
        /// What to change.
        update: ConferenceUpdate,
    },
    /// List the recordings of one.
    ListRecordings {
        /// `CF…`.
        conference: String,
        /// Which.
        filter: RecordingFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show a recording of one.
    FetchRecording {
        /// `CF…`.
        conference: String,
        /// `RE…`, or `Twilio.CURRENT`.
        recording: String,
    },
    /// Hold, go on with, or stop the recording of one.
    UpdateRecording {
        /// `CF…`.
        conference: String,
        /// `RE…`, or `Twilio.CURRENT`.
        recording: String,
        /// What to change.
        update: RecordingUpdate,
    },
    /// Delete a recording of one. Answer 204.
    DeleteRecording {
        /// `CF…`.
        conference: String,
        /// `RE…`.
        recording: String,
    },
}

impl ConferenceRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        let own = |text: &&str| (*text).to_owned();
        Ok(match (asked.method, rest) {
            (Method::Get, []) => Self::List { filter: ConferenceFilter::from_query(&asked.query)?, paging: asked.paging()? },
            (Method::Get, [conference]) => Self::Fetch { conference: own(conference) },
            (Method::Post, [conference]) => Self::Update { conference: own(conference), update: ConferenceUpdate::from_form(&asked.form)? },
            (Method::Get, [conference, "Recordings"]) => {
                Self::ListRecordings { conference: own(conference), filter: RecordingFilter::from_query(&asked.query)?, paging: asked.paging()? }
            }
            (Method::Get, [conference, "Recordings", recording]) => Self::FetchRecording { conference: own(conference), recording: own(recording) },
            (Method::Post, [conference, "Recordings", recording]) => {
                let update = RecordingUpdate::from_form(&asked.form)?;
                Self::UpdateRecording { conference: own(conference), recording: own(recording), update }
            }
            (Method::Delete, [conference, "Recordings", recording]) => {
                Self::DeleteRecording { conference: own(conference), recording: own(recording) }
            }
            (_, [] | [_] | [_, "Recordings"]) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let one = |conference: &str| format!("{account}/Conferences/{}", segment(conference));
        let recording_path = |conference: &str, recording: &str| format!("{}/Recordings/{}", one(conference), segment(recording));
        match self {
            Self::List { filter, paging } => list(format!("{account}/Conferences"), filter.to_query(), paging),
            Self::Fetch { conference } => get(one(conference)),
            Self::Update { conference, update } => post(one(conference), &update.to_form()),
            Self::ListRecordings { conference, filter, paging } => list(format!("{}/Recordings", one(conference)), filter.to_query(), paging),
            Self::FetchRecording { conference, recording } => get(recording_path(conference, recording)),
            Self::UpdateRecording { conference, recording, update } => post(recording_path(conference, recording), &update.to_form()),
            Self::DeleteRecording { conference, recording } => delete(recording_path(conference, recording)),
        }
    }
}
