//! Recordings of multiparty calls and of single participants: begun by a participant's document or over the API, held, ended, told.
//!
//! Of a participant's own recording the events have the names of the whole's, with the member's id: what Plivo calls them is not documented.

use std::sync::Arc;

use wire::http::Method;
use wire::plivo::callback::{MultipartyCallback, MultipartyEvent};
use wire::plivo::clock::with_offset;
use wire::plivo::decimal::Decimal;
use wire::plivo::rest::{FileFormat, RecordingResource};

use super::parties::{Party, PartyTape};
use super::registry::RecordingEntry;
use super::rest::complete;
use super::{Service, fresh_uuid};
use crate::clock::wall_clock;
use crate::tape::Reel;

impl Service {
    /// Begins to record a multiparty call, and returns the recording's name; `None` if it is recorded already, or over.
    pub(super) fn begin_party_tape(self: &Arc<Self>, uuid: &str, format: FileFormat, callback: Option<(String, Method)>) -> Option<String> {
        let id = fresh_uuid().ok()?;
        let slot = self.network.slot_at(tokio::time::Instant::now());
        let tape = PartyTape { id: id.clone(), format: format.clone(), callback: callback.clone(), began_at: wall_clock(), is_paused: false };
        let name = self.parties.with_uuid(uuid, |party| {
            let is_free = party.is_live() && party.tape.is_none();
            is_free.then(|| {
                party.room.begin_tape(slot);
                party.tape = Some(tape);
                party.name.clone()
            })
        })??;
        let resource = RecordingResource {
            call_uuid: None,
            conference_name: Some(name.clone()),
            recording_type: Some("conference".to_owned()),
            ..self.new_recording(&id, "", ("", ""), &format)
        };
        self.registry.with(|shelves| shelves.recordings.add(id.clone(), RecordingEntry { resource, wav: None }));
        self.tell_party_tape((uuid, &name), (&id, &format), MultipartyEvent::RecordingInitiated, callback, |_| {});
        Some(id)
    }

    /// Begins to record a participant alone, and returns the recording's name; `None` if that is done already, or they take no part.
    pub(super) fn begin_track(self: &Arc<Self>, uuid: &str, member: u32, format: FileFormat, callback: Option<(String, Method)>) -> Option<String> {
        let id = fresh_uuid().ok()?;
        let tape = PartyTape { id: id.clone(), format: format.clone(), callback: callback.clone(), began_at: wall_clock(), is_paused: false };
        let (name, call) = self.parties.with_uuid(uuid, |party| party.begin_track(member, tape).map(|call| (party.name.clone(), call)))??;
        let resource = RecordingResource { conference_name: Some(name.clone()), ..self.new_recording(&id, &call, ("", ""), &format) };
        self.registry.with(|shelves| shelves.recordings.add(id.clone(), RecordingEntry { resource, wav: None }));
        self.tell_party_tape((uuid, &name), (&id, &format), MultipartyEvent::RecordingInitiated, callback, of_member(member));
        Some(id)
    }

    /// Holds a participant's own recording, or goes on with it; false if there is none in a state for it.
    pub(super) fn hold_track(self: &Arc<Self>, uuid: &str, member: u32, is_held: bool) -> bool {
        let held = self.parties.with_uuid(uuid, |party| {
            let name = party.name.clone();
            party.hold_track(member, is_held).map(|tape| (name, tape.id.clone(), tape.format.clone(), tape.callback.clone()))
        });
        let Some((name, id, format, callback)) = held.flatten() else { return false };
        let event = if is_held { MultipartyEvent::RecordingPaused } else { MultipartyEvent::RecordingResumed };
        self.tell_party_tape((uuid, &name), (&id, &format), event, callback, of_member(member));
        true
    }

    /// Ends a participant's own recording; false if there is none.
    pub(super) fn end_track(self: &Arc<Self>, uuid: &str, member: u32) -> bool {
        let taken = self.parties.with_uuid(uuid, |party| party.take_track(member).map(|taken| (party.name.clone(), taken)));
        let Some((name, (tape, samples))) = taken.flatten() else { return false };
        self.finish_tape((uuid, &name), tape, samples, of_member(member));
        true
    }

    /// Holds the recording of a multiparty call, or goes on with it; false if there is none in a state for it.
    pub(super) fn hold_party_tape(self: &Arc<Self>, uuid: &str, is_held: bool) -> bool {
        let slot = self.network.slot_at(tokio::time::Instant::now());
        let held = self.parties.with_uuid(uuid, |party| {
            let name = party.name.clone();
            let tape = party.tape.as_mut().filter(|tape| tape.is_paused != is_held)?;
            tape.is_paused = is_held;
            party.room.hold_tape(slot, is_held, true);
            Some((name, tape.id.clone(), tape.format.clone(), tape.callback.clone()))
        });
        let Some((name, id, format, callback)) = held.flatten() else { return false };
        let event = if is_held { MultipartyEvent::RecordingPaused } else { MultipartyEvent::RecordingResumed };
        self.tell_party_tape((uuid, &name), (&id, &format), event, callback, |_| {});
        true
    }

    /// Makes the file of a multiparty call and tells about it.
    pub(super) fn finish_party_tape(self: &Arc<Self>, uuid: &str, name: &str, tape: PartyTape, samples: Vec<i16>) {
        self.finish_tape((uuid, name), tape, samples, |_| {});
    }

    fn finish_tape(self: &Arc<Self>, whole: (&str, &str), tape: PartyTape, samples: Vec<i16>, more: impl FnOnce(&mut MultipartyCallback)) {
        let millis = samples.len() as u64 / 8;
        let wav = Arc::new(Reel::of_samples(samples).wav());
        self.registry.with(|shelves| {
            if let Some(entry) = shelves.recordings.get_mut(&tape.id) {
                complete(&mut entry.resource, tape.began_at, millis);
                entry.wav = Some(wav);
            }
        });
        self.tell_party_tape(whole, (&tape.id, &tape.format), MultipartyEvent::RecordingCompleted, tape.callback, |news| {
            more(news);
            news.recording_duration = Some(Decimal::new((millis / 1_000).to_string()));
            news.recording_start_time = Some(with_offset(tape.began_at));
            news.recording_end_time = Some(with_offset(wall_clock()));
        });
    }

    fn tell_party_tape(
        self: &Arc<Self>,
        (uuid, name): (&str, &str),
        (id, format): (&str, &FileFormat),
        what: MultipartyEvent,
        callback: Option<(String, Method)>,
        more: impl FnOnce(&mut MultipartyCallback),
    ) {
        let Some((url, method)) = callback else { return };
        let number = self.parties.with_uuid(uuid, Party::next_number);
        let mut news = MultipartyCallback {
            mpc_uuid: uuid.to_owned(),
            what: Some(what),
            mpc_name: Some(name.to_owned()),
            at: Some(with_offset(wall_clock())),
            sequence_number: number,
            recording_uuid: Some(id.to_owned()),
            recording_url: Some(self.recording_url(id, format.as_str())),
            recording_format: Some(format.as_str().to_owned()),
            ..MultipartyCallback::default()
        };
        more(&mut news);
        let (webhooks, form) = (self.webhooks.clone(), news.to_form().into_owned());
        self.network.spawn(async move {
            // A program that does not take it is not told again.
            let _ = webhooks.send("", method, &url, &form).await;
        });
    }
}

/// Says of which participant something is.
fn of_member(member: u32) -> impl FnOnce(&mut MultipartyCallback) {
    move |news| news.member_id = Some(member.to_string())
}
