//! Conferences: show, end, record, and what is done with their members.

use std::sync::Arc;

use ports::text_to_speech::{Voice, VoicePiece};
use tokio::sync::mpsc;
use wire::http::HttpReply;
use wire::plivo::rest::{
    ConferenceNames, ConferenceRequest, ConferenceResource, Done, FileFormat, MemberAction, MemberDone, Members, RecordConference, RecordingStarted,
    RestError, RoomName,
};

use super::{Answer, Asked, internal};
use crate::callee_voice::speak;
use crate::clock::wall_clock;
use crate::plivo::registry::Command;
use crate::plivo::room_recording::{RoomCallback, RoomRecording, RoomStyle};
use crate::plivo::{Service, fresh_uuid};
use crate::program::samples_of;

impl Service {
    pub(super) fn conference_request(self: &Arc<Self>, request: ConferenceRequest, asked: &Asked<'_>, status: u16) -> Answer {
        let api_id = asked.api_id.as_str();
        match request {
            ConferenceRequest::List => {
                let conferences = Some(self.conferences.names());
                Ok(ConferenceNames { conferences, api_id: Some(api_id.to_owned()), ..ConferenceNames::default() }.reply(status))
            }
            ConferenceRequest::Fetch { room } => {
                let pace = self.network.config.times.pace;
                let shown = self.conferences.with(room.as_str(), |conference| conference.shown(room.as_str(), pace));
                Ok(ConferenceResource { api_id: Some(api_id.to_owned()), ..shown.ok_or_else(RestError::not_found)? }.reply(status))
            }
            ConferenceRequest::End { room } => {
                self.end_conference(room.as_str()).ok_or_else(RestError::not_found)?;
                Ok(Done::new(api_id, "conference hung up").reply(status))
            }
            ConferenceRequest::EndAll => {
                for name in self.conferences.names() {
                    // One that has ended meanwhile is as good.
                    let _ = self.end_conference(&name);
                }
                Ok(Done::new(api_id, "all conferences hung up").reply(status))
            }
            ConferenceRequest::Record { room, record } => self.record_conference(&room, &record, asked, status),
            ConferenceRequest::StopRecord { room } => {
                let taken = self.conferences.with(room.as_str(), |conference| {
                    let recording = conference.recording.take()?;
                    Some((conference.uuid.clone(), recording, conference.room.end_tape()))
                });
                let (uuid, recording, samples) = taken.flatten().ok_or_else(RestError::not_found)?;
                self.finish_room((room.as_str(), &uuid), recording, samples);
                Ok(HttpReply::empty(status))
            }
            ConferenceRequest::Member { room, members, action } => self.member_action(&room, &members, action, asked, status),
        }
    }

    /// Ends the calls of all members.
    fn end_conference(&self, name: &str) -> Option<()> {
        self.conferences.with(name, |conference| {
            for member in conference.members.values() {
                // Whoever has just gone is gone.
                let _ = member.commands.send(Command::HangUp);
            }
            conference.end();
        })
    }

    fn member_action(self: &Arc<Self>, room: &RoomName, members: &Members, action: MemberAction, asked: &Asked<'_>, status: u16) -> Answer {
        let chosen = self.conferences.with(room.as_str(), |conference| conference.chosen(members)).ok_or_else(RestError::not_found)?;
        if chosen.is_empty() {
            return Err(RestError::not_found());
        }
        let order = |command: fn() -> Command| {
            self.conferences.with(room.as_str(), |conference| {
                for member in chosen.iter().filter_map(|(call, _)| conference.members.get(call)) {
                    let _ = member.commands.send(command());
                }
            });
        };
        let change = |change: fn(&mut crate::room::Part)| {
            self.conferences.with(room.as_str(), |conference| {
                for (call, _) in &chosen {
                    conference.change(call, change);
                }
            });
        };
        let message = match action {
            MemberAction::Kick => {
                order(|| Command::LeaveConference);
                "kicked"
            }
            MemberAction::HangUp => {
                order(|| Command::HangUp);
                "hangup"
            }
            MemberAction::Mute => {
                change(|part| part.is_muted = true);
                "muted"
            }
            MemberAction::Unmute => {
                change(|part| part.is_muted = false);
                ""
            }
            MemberAction::Deafen => {
                change(|part| part.is_deaf = true);
                "deaf"
            }
            MemberAction::Undeafen => {
                change(|part| part.is_deaf = false);
                ""
            }
            MemberAction::Play(play) => {
                self.play_to_members(room.as_str().to_owned(), chosen.clone(), play.url.as_str().to_owned());
                "play queued into conference"
            }
            MemberAction::Speak(text) => {
                self.speak_to_members(room.as_str().to_owned(), chosen.clone(), &text.text);
                "speak queued into conference"
            }
            // What is queued is heard to its end: a room takes sounds and gives none back.
            MemberAction::StopPlay => "playing in conference stopped",
            MemberAction::StopSpeak => "speak stopped",
        };
        if status == 204 {
            return Ok(HttpReply::empty(status));
        }
        let named = match members {
            Members::All => "[u'all']".to_owned(),
            Members::These(ids) => ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(","),
        };
        Ok(MemberDone::new(&asked.api_id, message, &named).reply(status))
    }

    fn play_to_members(self: &Arc<Self>, room: String, members: Vec<(String, String)>, url: String) {
        let service = self.clone();
        self.network.spawn(async move {
            let samples = service.webhooks.fetch(&url).await.ok().and_then(|reply| samples_of(&reply.body));
            service.let_hear(&room, &members, &samples.unwrap_or_default());
        });
    }

    fn speak_to_members(self: &Arc<Self>, room: String, members: Vec<(String, String)>, text: &str) {
        let (pieces, mut came) = mpsc::unbounded_channel();
        let sink = move |piece| {
            // Nobody waits any more: the sandbox is closed.
            let _ = pieces.send(piece);
        };
        let work = speak(self.network.config.speech.as_ref(), text, Voice::default(), sink);
        let service = self.clone();
        self.network.spawn(async move {
            let mut samples = Vec::new();
            while let Some(VoicePiece::Audio(piece)) = came.recv().await {
                samples.extend_from_slice(&piece);
            }
            drop(work);
            service.let_hear(&room, &members, &samples);
        });
    }

    fn let_hear(&self, room: &str, members: &[(String, String)], samples: &[i16]) {
        self.conferences.with(room, |conference| {
            for (call, _) in members {
                conference.room.sound_to(call, samples);
            }
        });
    }

    fn record_conference(&self, room: &RoomName, record: &RecordConference, asked: &Asked<'_>, status: u16) -> Answer {
        let id = fresh_uuid().map_err(|_| internal())?;
        let format = record.file_format.clone().unwrap_or(FileFormat::Mp3);
        let style = RoomStyle::Rest(asked.api_id.clone());
        let recording = RoomRecording {
            id: id.clone(),
            format: format.clone(),
            callback: record.callback_url.as_ref().map(|url| RoomCallback { url: url.as_str().to_owned(), method: record.callback_method, style }),
            transcription: record.transcription_url.as_ref().map(|url| (url.as_str().to_owned(), record.transcription_method)),
            began_at: wall_clock(),
        };
        match self.begin_room(room.as_str(), recording) {
            Some(true) => {}
            Some(false) => return Err(RestError::new(400, "the conference is being recorded already")),
            None => return Err(RestError::not_found()),
        }
        let started = RecordingStarted {
            message: Some("conference recording started".to_owned()),
            url: Some(self.recording_url(&id, format.as_str())),
            recording_id: Some(id),
            api_id: Some(asked.api_id.clone()),
            ..RecordingStarted::default()
        };
        Ok(started.reply(status))
    }
}
