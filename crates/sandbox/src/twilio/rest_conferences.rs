//! The REST API's part that shows and changes conferences and those who are in them.

use std::sync::Arc;

use telephony::PhoneNumber;
use telephony::leg::LegState;
use tokio::time::Instant;
use wire::http::{HttpReply, Method};
use wire::twilio::callback::ConferenceNews;
use wire::twilio::document::{Conference as Noun, ConferenceRecord, Dial, Document, Trim};
use wire::twilio::rest::{
    CallInstructions, ConferenceEnd, ConferenceRequest, ConferenceResource, ConferenceStatus, ConferenceUpdate, CreateCall, CreateParticipant,
    ParticipantFilter, ParticipantRequest, ParticipantResource, ParticipantStatus, ParticipantUpdate, RecordingLevel, RecordingResource,
    RecordingUpdate, RestError,
};

use super::Service;
use super::call::Origin;
use super::registry::Command;
use super::rest::page;

type Answer = Result<HttpReply, RestError>;

impl Service {
    pub(super) fn conference_request(self: &Arc<Self>, request: ConferenceRequest, target: &str, path: &str) -> Answer {
        match request {
            ConferenceRequest::List { filter, paging } => {
                let all = self.conferences.lock();
                // SIDs are random; the newest come first by their dates.
                let mut shown: Vec<ConferenceResource> = all.values().map(|conference| conference.resource.clone()).collect();
                drop(all);
                shown.retain(|conference| filter.passes(conference));
                shown.sort_by_key(|conference| std::cmp::Reverse(conference.date_created.as_deref().and_then(wire::date::parse)));
                Ok(page("conferences", target, &paging, &shown, |conference| conference.sid.as_deref()))
            }
            ConferenceRequest::Fetch { conference } => {
                let shown = self.conferences.with(&conference, |conference| conference.resource.reply(200));
                shown.ok_or_else(|| RestError::not_found(path))
            }
            ConferenceRequest::Update { conference, update } => self.update_conference(&conference, update, path),
            ConferenceRequest::ListRecordings { conference, paging, .. } => {
                let all = self.conference_recordings(&conference);
                Ok(page("recordings", target, &paging, &all, |recording| recording.sid.as_deref()))
            }
            ConferenceRequest::FetchRecording { conference, recording } => {
                let found = self.conference_recording(&conference, &recording).ok_or_else(|| RestError::not_found(path))?;
                Ok(found.reply(200))
            }
            ConferenceRequest::UpdateRecording { conference, recording, update } => {
                self.update_conference_recording(&conference, &recording, &update, path)
            }
            ConferenceRequest::DeleteRecording { conference, recording } => {
                let found =
                    self.conference_recording(&conference, &recording).and_then(|found| found.sid).ok_or_else(|| RestError::not_found(path))?;
                self.registry.with(|shelves| {
                    shelves.recordings.remove(&found);
                    shelves.recording_order.retain(|sid| *sid != found);
                });
                Ok(HttpReply::empty(204))
            }
        }
    }

    fn update_conference(self: &Arc<Self>, sid: &str, update: ConferenceUpdate, path: &str) -> Answer {
        let reply = self.conferences.with(sid, |conference| {
            if conference.resource.status() == Some(ConferenceStatus::Completed) {
                return Err(RestError::not_found(path));
            }
            if update.status.is_some() {
                conference.end(ConferenceEnd::Api, "Conference ended via API", None);
            }
            Ok(conference.resource.reply(200))
        });
        let reply = reply.ok_or_else(|| RestError::not_found(path))??;
        if let Some(url) = update.announce_url {
            self.announce(sid.to_owned(), None, update.announce_method.unwrap_or(Method::Post), url);
        }
        Ok(reply)
    }

    fn conference_recordings(&self, conference: &str) -> Vec<RecordingResource> {
        self.registry.with(|shelves| {
            let newest_first = shelves.recording_order.iter().rev().filter_map(|sid| shelves.recordings.get(sid));
            let of_it = newest_first.filter(|entry| entry.resource.conference_sid.as_deref() == Some(conference));
            of_it.map(|entry| entry.resource.shown_at(RecordingLevel::Call, &self.network.base_url)).collect()
        })
    }

    fn conference_recording(&self, conference: &str, name: &str) -> Option<RecordingResource> {
        let runs = |recording: &RecordingResource| matches!(recording.status.as_deref(), Some("in-progress" | "paused"));
        let is_it = |recording: &RecordingResource| recording.sid.as_deref() == Some(name) || (name == "Twilio.CURRENT" && runs(recording));
        self.conference_recordings(conference).into_iter().find(is_it)
    }

    fn update_conference_recording(&self, conference: &str, name: &str, update: &RecordingUpdate, path: &str) -> Answer {
        let found = self.conference_recording(conference, name).ok_or_else(|| RestError::not_found(path))?;
        let sid = found.sid.ok_or_else(|| RestError::not_found(path))?;
        let status = update.status.as_str().to_owned();
        let slot = self.network.slot_at(Instant::now());
        self.conferences.with(conference, |conference| {
            if status == "stopped" {
                conference.stop_tape();
            } else {
                conference.room.hold_tape(slot, status == "paused", update.skip_pause);
            }
        });
        self.registry.change_recording(&sid, |entry| entry.resource.status = Some(status));
        let shown = self.conference_recording(conference, &sid).ok_or_else(|| RestError::not_found(path))?;
        Ok(shown.reply(200))
    }

    pub(super) fn participant_request(self: &Arc<Self>, name: &str, request: ParticipantRequest, target: &str, path: &str) -> Answer {
        let missing = || RestError::not_found(path);
        match request {
            ParticipantRequest::Add(participant) => self.add_participant(name, &participant, path),
            ParticipantRequest::List { filter, paging } => {
                let conference = self.known_conference(name).ok_or_else(missing)?;
                let all = self.participants(&conference, &filter);
                Ok(page("participants", target, &paging, &all, |participant| participant.call_sid.as_deref()))
            }
            ParticipantRequest::Fetch { participant } => {
                let conference = self.known_conference(name).ok_or_else(missing)?;
                Ok(self.participant(&conference, &participant).ok_or_else(missing)?.reply(200))
            }
            ParticipantRequest::Update { participant, update } => {
                let conference = self.known_conference(name).ok_or_else(missing)?;
                self.update_participant(&conference, &participant, *update, path)
            }
            ParticipantRequest::Remove { participant } => {
                let conference = self.known_conference(name).ok_or_else(missing)?;
                let call = self.participant(&conference, &participant).and_then(|shown| shown.call_sid).ok_or_else(missing)?;
                let is_in = self.conferences.with(&conference, |conference| {
                    let is_in = conference.member(&call).is_some_and(super::conferences::Member::is_in);
                    conference.remove(&call);
                    is_in
                });
                if is_in != Some(true) {
                    // Somebody who is still being rung is not rung any longer.
                    self.registry.with(|shelves| {
                        if let Some(entry) = shelves.calls.get(&call) {
                            // The call may just have ended by itself.
                            let _ = entry.commands.send(Command::HangUp);
                        }
                    });
                }
                Ok(HttpReply::empty(204))
            }
        }
    }

    /// Returns the SID of a conference by SID or name, also of one that is over.
    fn known_conference(&self, name: &str) -> Option<String> {
        let by_sid = self.conferences.lock().contains_key(name).then(|| name.to_owned());
        by_sid.or_else(|| self.conferences.find_live(name))
    }

    /// Returns those who are in or being rung, as they are now. A conference that is over has none.
    fn participants(&self, conference: &str, filter: &ParticipantFilter) -> Vec<ParticipantResource> {
        let members = self.conferences.with(conference, |conference| {
            if conference.resource.status() == Some(ConferenceStatus::Completed) {
                return Vec::new();
            }
            conference.members.iter().map(|member| (member.resource.clone(), member.is_in())).collect()
        });
        let with_state = |(mut resource, is_in): (ParticipantResource, bool)| {
            if !is_in {
                let call = resource.call_sid.clone().unwrap_or_default();
                let state = self.registry.with(|shelves| shelves.calls.get(&call).map(|entry| entry.state));
                resource.status = Some(status_of(state).as_str().to_owned());
            }
            resource
        };
        members.unwrap_or_default().into_iter().map(with_state).filter(|resource| filter.passes(resource)).collect()
    }

    fn participant(&self, conference: &str, name: &str) -> Option<ParticipantResource> {
        let is_it = |resource: &ParticipantResource| resource.call_sid.as_deref() == Some(name) || resource.label.as_deref() == Some(name);
        self.participants(conference, &ParticipantFilter::default()).into_iter().find(is_it)
    }

    fn add_participant(self: &Arc<Self>, name: &str, asked: &CreateParticipant, path: &str) -> Answer {
        if asked.from != self.credentials.from_number {
            return Err(RestError::invalid(21_210, "The source phone number provided is not yet verified for your account."));
        }
        let number = PhoneNumber::parse(&asked.to).map_err(|_| RestError::invalid(21_214, "'To' phone number cannot be reached"))?;
        let is_sid = name.len() == 34 && name.starts_with("CF");
        let conference = match self.conferences.find_live(name) {
            Some(conference) => conference,
            None if is_sid => return Err(RestError::not_found(path)),
            None => self.conference_named(name).ok_or_else(|| RestError::new(500, 20_500, "Internal Server Error"))?,
        };
        let room = self.conferences.with(&conference, |conference| conference.resource.friendly_name.clone()).flatten().unwrap_or_default();
        let noun = noun_of(asked, room);
        let document = Document::default().then(Dial::conference(noun.clone()));
        let from = asked.caller_id.clone().unwrap_or_else(|| asked.from.clone());
        let mut create = CreateCall::new(number.as_e164(), from, CallInstructions::Twiml(document.to_xml()));
        create.status_callback.clone_from(&asked.status_callback);
        create.status_callback_method = asked.status_callback_method;
        create.status_events.clone_from(&asked.status_events);
        create.record = asked.record.unwrap_or(false);
        create.recording_channels.clone_from(&asked.recording_channels);
        create.recording_track.clone_from(&asked.recording_track);
        create.recording_status_callback.clone_from(&asked.recording_status_callback);
        create.recording_status_callback_method = asked.recording_status_callback_method;
        create.recording_status_events.clone_from(&asked.recording_status_events);
        create.machine_detection.clone_from(&asked.machine_detection);
        create.machine_detection_timeout = asked.machine_detection_timeout;
        create.machine_detection_speech_threshold = asked.machine_detection_speech_threshold;
        create.machine_detection_speech_end_threshold = asked.machine_detection_speech_end_threshold;
        create.machine_detection_silence_timeout = asked.machine_detection_silence_timeout;
        create.async_amd = true;
        create.async_amd_status_callback.clone_from(&asked.amd_status_callback);
        create.async_amd_status_callback_method = asked.amd_status_callback_method;
        let config =
            self.network.leg_config(self.network.config.times.queued_for, asked.timeout.unwrap_or(60) + 5, asked.time_limit.unwrap_or(4 * 3_600));
        let leg = self.network.leg_to(&number, config);
        let origin = Origin::Participant { conference: conference.clone() };
        let placed = self.place(create, leg, origin, LegState::Queued).ok_or_else(RestError::too_many_requests)?;
        let account = self.credentials.account_sid.clone();
        let shown = self.conferences.with(&conference, |conference| {
            conference.add(&account, &placed.sid, &noun);
            conference.member(&placed.sid).map(|member| member.resource.clone())
        });
        let resource = shown.flatten().ok_or_else(|| RestError::not_found(path))?;
        Ok(ParticipantResource { queue_time: Some("0".into()), ..resource }.reply(201))
    }

    fn update_participant(self: &Arc<Self>, sid: &str, name: &str, update: ParticipantUpdate, path: &str) -> Answer {
        let call = self.participant(sid, name).and_then(|shown| shown.call_sid).ok_or_else(|| RestError::not_found(path))?;
        let changed = self.conferences.with(sid, |conference| {
            if let Some(coached) = &update.call_sid_to_coach
                && conference.member(coached).is_none()
            {
                return Err(RestError::invalid(13_240, "The participant to be coached is not in the conference"));
            }
            if let Some(muted) = update.muted {
                conference.change_member(&call, |member| member.resource.muted = Some(muted));
                conference.room.change(&call, |part| part.is_muted = muted);
                conference.tell_of(if muted { ConferenceNews::Mute } else { ConferenceNews::Unmute }, &call, |_| {});
            }
            if let Some(hold) = update.hold {
                let heard = update.hold_url.clone().map(|url| (update.hold_method.unwrap_or(Method::Get), url));
                conference.change_member(&call, |member| (member.resource.hold, member.hold) = (Some(hold), heard));
                conference.room.change(&call, |part| part.is_on_hold = hold);
                conference.tell_of(if hold { ConferenceNews::Hold } else { ConferenceNews::Unhold }, &call, |_| {});
            }
            let is_modified = update.coaching.is_some() || update.end_conference_on_exit.is_some() || update.beep_on_exit.is_some();
            conference.change_member(&call, |member| {
                if let Some(coaching) = update.coaching {
                    member.resource.coaching = Some(coaching);
                    member.resource.call_sid_to_coach = update.call_sid_to_coach.clone().filter(|_| coaching);
                }
                member.resource.end_conference_on_exit = update.end_conference_on_exit.or(member.resource.end_conference_on_exit);
                if let Some(beeps) = update.beep_on_exit {
                    member.beep_on_exit(beeps);
                }
            });
            if let Some(coaching) = update.coaching {
                let coached = update.call_sid_to_coach.clone().filter(|_| coaching);
                conference.room.change(&call, |part| part.coaches = coached);
            }
            if is_modified {
                conference.tell_of(ConferenceNews::Modify, &call, |_| {});
            }
            conference.member(&call).map(|member| member.resource.reply(200)).ok_or_else(|| RestError::not_found(path))
        });
        let reply = changed.ok_or_else(|| RestError::not_found(path))??;
        if let Some(url) = update.announce_url {
            self.announce(sid.to_owned(), Some(call), update.announce_method.unwrap_or(Method::Post), url);
        }
        Ok(reply)
    }
}

/// Returns how somebody who is rung over the API takes part.
fn noun_of(asked: &CreateParticipant, name: String) -> Noun {
    let plain = Noun::new(name);
    Noun {
        muted: asked.muted.unwrap_or(false),
        beep: asked.beep.clone().unwrap_or(plain.beep.clone()),
        start_on_enter: asked.start_conference_on_enter.unwrap_or(true),
        end_on_exit: asked.end_conference_on_exit.unwrap_or(false),
        participant_label: asked.label.clone(),
        wait_url: asked.wait_url.clone(),
        wait_method: asked.wait_method,
        max_participants: asked.max_participants.unwrap_or(plain.max_participants),
        record: asked.conference_record.as_deref().map_or(ConferenceRecord::Never, ConferenceRecord::parse),
        trim: asked.conference_trim.as_deref().map_or(Trim::TrimSilence, Trim::parse),
        coach: asked.call_sid_to_coach.clone().filter(|_| asked.coaching == Some(true)),
        status_callback: asked.conference_status_callback.clone(),
        status_callback_method: asked.conference_status_callback_method.unwrap_or(Method::Post),
        status_events: asked.conference_status_events.clone(),
        recording_status_callback: asked.conference_recording_status_callback.clone(),
        recording_status_callback_method: asked.conference_recording_status_callback_method.unwrap_or(Method::Post),
        recording_status_events: asked.conference_recording_status_events.clone(),
        ..plain
    }
}

const fn status_of(state: Option<LegState>) -> ParticipantStatus {
    match state {
        Some(LegState::Queued) => ParticipantStatus::Queued,
        Some(LegState::Dialing) => ParticipantStatus::Connecting,
        Some(LegState::Ringing) => ParticipantStatus::Ringing,
        Some(LegState::InProgress) => ParticipantStatus::Connected,
        Some(LegState::Completed) => ParticipantStatus::Complete,
        Some(LegState::Busy | LegState::NoAnswer | LegState::Canceled | LegState::Failed) | None => ParticipantStatus::Failed,
    }
}
