//! Conferences: show, end, record, and what is done with their members.

use std::sync::Arc;

use ports::text_to_speech::{Voice, VoicePiece};
use tokio::sync::mpsc;
use wire::http::{HttpReply, Method};
use wire::plivo::callback::RestRecordCallback;
use wire::plivo::decimal::Decimal;
use wire::plivo::rest::{
    ConferenceNames, ConferenceRequest, ConferenceResource, Done, FileFormat, MemberAction, MemberDone, Members, RecordConference, RecordingStarted,
    RestError, RoomName,
};

use super::recordings::complete;
use super::{Answer, Asked, internal};
use crate::callee_voice::speak;
use crate::clock::wall_clock;
use crate::plivo::conferences::RoomRecording;
use crate::plivo::registry::{Command, RecordingEntry};
use crate::plivo::{Service, fresh_uuid};
use crate::program::samples_of;
use crate::tape::Reel;

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
                    Some((recording, conference.room.end_tape()))
                });
                let (recording, samples) = taken.flatten().ok_or_else(RestError::not_found)?;
                self.finish_room(room.as_str(), recording, samples);
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
        let slot = self.network.slot_at(tokio::time::Instant::now());
        let recording = RoomRecording {
            id: id.clone(),
            api_id: asked.api_id.clone(),
            format: format.clone(),
            callback: record.callback_url.as_ref().map(|url| (url.as_str().to_owned(), record.callback_method)),
            began_at: wall_clock(),
        };
        let is_begun = self.conferences.with(room.as_str(), |conference| {
            let is_free = conference.recording.is_none();
            if is_free {
                conference.room.begin_tape(slot);
                conference.recording = Some(recording);
            }
            is_free
        });
        match is_begun {
            Some(true) => {}
            Some(false) => return Err(RestError::new(400, "the conference is being recorded already")),
            None => return Err(RestError::not_found()),
        }
        let resource = wire::plivo::rest::RecordingResource {
            call_uuid: None,
            conference_name: Some(room.as_str().to_owned()),
            recording_type: Some("conference".to_owned()),
            ..self.new_recording(&id, "", ("", ""), &format)
        };
        self.registry.with(|shelves| shelves.recordings.add(id.clone(), RecordingEntry { resource, wav: None }));
        let started = RecordingStarted {
            message: Some("conference recording started".to_owned()),
            url: Some(self.recording_url(&id, format.as_str())),
            recording_id: Some(id),
            api_id: Some(asked.api_id.clone()),
            ..RecordingStarted::default()
        };
        Ok(started.reply(status))
    }

    /// Makes the file of a conference and tells about it.
    pub(in crate::plivo) fn finish_room(&self, room: &str, recording: RoomRecording, samples: Vec<i16>) {
        let millis = samples.len() as u64 / 8;
        let began_ms = u64::try_from(recording.began_at.as_millis()).unwrap_or(0);
        let wav = Arc::new(Reel::of_samples(samples).wav());
        self.registry.with(|shelves| {
            if let Some(entry) = shelves.recordings.get_mut(&recording.id) {
                complete(&mut entry.resource, recording.began_at, millis);
                entry.wav = Some(wav);
            }
        });
        let Some((url, method)) = recording.callback else { return };
        let decimal = |number: u64| Some(Decimal::new(number.to_string()));
        let told = RestRecordCallback {
            url: Some(self.recording_url(&recording.id, recording.format.as_str())),
            recording_id: recording.id,
            api_id: Some(recording.api_id),
            conference_name: Some(room.to_owned()),
            duration: decimal(millis / 1_000),
            duration_ms: decimal(millis),
            start_ms: decimal(began_ms),
            end_ms: decimal(began_ms + millis),
            ..RestRecordCallback::default()
        };
        let (webhooks, form) = (self.webhooks.clone(), told.to_form().into_owned());
        self.network.spawn(async move {
            // A program that does not take it is not told again.
            let _ = webhooks.send("", method.unwrap_or(Method::Post), &url, &form).await;
        });
    }
}
