//! Recordings of multiparty calls and of single participants: begun by a participant's document or over the API, held, ended, told, written down.
//!
//! Of a participant's own recordings the events have the names of the whole's, with the member's id: what Plivo calls them is not documented.

use std::sync::Arc;

use wire::http::Form;
use wire::plivo::callback::{MultipartyCallback, MultipartyEvent};
use wire::plivo::clock::with_offset;
use wire::plivo::decimal::Decimal;
use wire::plivo::rest::RecordingResource;

use super::parties::{Party, PartyTape, TapeOrder, TrackKind};
use super::registry::RecordingEntry;
use super::rest::complete;
use super::room_sounds::Cue;
use super::{Service, fresh_uuid};
use crate::clock::wall_clock;
use crate::tape::Reel;

impl Service {
    /// Begins to record a multiparty call, and returns the recording's name; `None` if it is recorded already, or over.
    pub(super) fn begin_party_tape(self: &Arc<Self>, uuid: &str, order: TapeOrder) -> Option<String> {
        let id = fresh_uuid().ok()?;
        let slot = self.network.slot_at(tokio::time::Instant::now());
        let tape = PartyTape { id: id.clone(), order: order.clone(), began_at: wall_clock(), is_paused: false };
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
            ..self.new_recording(&id, "", ("", ""), &order.format)
        };
        self.registry.with(|shelves| shelves.recordings.add(id.clone(), RecordingEntry { resource, wav: None }));
        self.tell_party_tape((uuid, &name), &id, &order, MultipartyEvent::RecordingInitiated, |_| {});
        self.cue_in_party((uuid, &name), order.begins_with);
        Some(id)
    }

    /// Begins to record a multiparty call of which that is wanted, once enough take part.
    pub(super) fn begin_wanted_tape(self: &Arc<Self>, uuid: &str) {
        if let Some(order) = self.parties.with_uuid(uuid, Party::take_wanted_tape).flatten() {
            // Somebody else may have begun it already.
            let _ = self.begin_party_tape(uuid, order);
        }
    }

    /// Begins to record a participant, and returns the recording's name; `None` if that is done already, or they take no part.
    pub(super) fn begin_track(self: &Arc<Self>, uuid: &str, member: u32, kind: TrackKind, order: TapeOrder) -> Option<String> {
        let id = fresh_uuid().ok()?;
        let tape = PartyTape { id: id.clone(), order: order.clone(), began_at: wall_clock(), is_paused: false };
        let (name, call) = self.parties.with_uuid(uuid, |party| party.begin_track(member, kind, tape).map(|call| (party.name.clone(), call)))??;
        let resource = RecordingResource { conference_name: Some(name.clone()), ..self.new_recording(&id, &call, ("", ""), &order.format) };
        self.registry.with(|shelves| shelves.recordings.add(id.clone(), RecordingEntry { resource, wav: None }));
        self.tell_party_tape((uuid, &name), &id, &order, MultipartyEvent::RecordingInitiated, of_member(member));
        Some(id)
    }

    /// Holds what is recorded of a participant, or goes on with it; false if nothing is in a state for it.
    pub(super) fn hold_tracks(self: &Arc<Self>, uuid: &str, member: u32, is_held: bool) -> bool {
        let held = self.parties.with_uuid(uuid, |party| {
            let name = party.name.clone();
            let tapes = party.hold_tracks(member, is_held).into_iter().map(|tape| (tape.id.clone(), tape.order.clone()));
            (name, tapes.collect::<Vec<_>>())
        });
        let Some((name, tapes)) = held else { return false };
        for (id, order) in &tapes {
            self.tell_party_tape((uuid, &name), id, order, held_or_not(is_held), of_member(member));
        }
        !tapes.is_empty()
    }

    /// Ends what is recorded of a participant, of one kind or of each; false if that is nothing.
    pub(super) fn end_tracks(self: &Arc<Self>, uuid: &str, member: u32, kind: Option<TrackKind>) -> bool {
        let taken = self.parties.with_uuid(uuid, |party| (party.name.clone(), party.take_tracks(member, kind)));
        let Some((name, tapes)) = taken else { return false };
        let is_any = !tapes.is_empty();
        for (tape, reel) in tapes {
            self.finish_tape((uuid, &name), tape, &reel, of_member(member));
        }
        is_any
    }

    /// Holds the recording of a multiparty call, or goes on with it; false if there is none in a state for it.
    pub(super) fn hold_party_tape(self: &Arc<Self>, uuid: &str, is_held: bool) -> bool {
        let slot = self.network.slot_at(tokio::time::Instant::now());
        let held = self.parties.with_uuid(uuid, |party| {
            let name = party.name.clone();
            let tape = party.tape.as_mut().filter(|tape| tape.is_paused != is_held)?;
            tape.is_paused = is_held;
            party.room.hold_tape(slot, is_held, true);
            Some((name, tape.id.clone(), tape.order.clone()))
        });
        let Some((name, id, order)) = held.flatten() else { return false };
        self.tell_party_tape((uuid, &name), &id, &order, held_or_not(is_held), |_| {});
        true
    }

    /// Makes the file of a multiparty call and tells about it.
    pub(super) fn finish_party_tape(self: &Arc<Self>, uuid: &str, name: &str, tape: PartyTape, samples: Vec<i16>) {
        self.cue_in_party((uuid, name), tape.order.ends_with.clone());
        self.finish_tape((uuid, name), tape, &Reel::of_samples(samples), |_| {});
    }

    fn finish_tape(self: &Arc<Self>, whole: (&str, &str), tape: PartyTape, reel: &Reel, more: impl FnOnce(&mut MultipartyCallback)) {
        let millis = reel.callee().len() as u64 / 8;
        let wav = Arc::new(reel.wav());
        self.registry.with(|shelves| {
            if let Some(entry) = shelves.recordings.get_mut(&tape.id) {
                complete(&mut entry.resource, tape.began_at, millis);
                entry.wav = Some(wav);
            }
        });
        if tape.order.is_written_down {
            // The sound is there, for it was just kept.
            let _ = self.transcribe(&tape.id, tape.order.words_to.clone().map(|url| (url, None)));
        }
        self.tell_party_tape(whole, &tape.id, &tape.order, MultipartyEvent::RecordingCompleted, |news| {
            more(news);
            news.recording_duration = Some(Decimal::new((millis / 1_000).to_string()));
            news.recording_start_time = Some(with_offset(tape.began_at));
            news.recording_end_time = Some(with_offset(wall_clock()));
        });
    }

    /// Lets all that take part hear that it is recorded from now on, or no more.
    fn cue_in_party(self: &Arc<Self>, (uuid, name): (&str, &str), cue: Option<Cue>) {
        let room = self.parties.with_uuid(uuid, |party| party.room.clone());
        if let Some((cue, room)) = cue.zip(room) {
            let mut form = Form::new();
            form.push("MPCUUID", uuid);
            form.push("MPCName", name);
            self.cue_in(&room, cue, form.into_owned());
        }
    }

    fn tell_party_tape(
        self: &Arc<Self>,
        (uuid, name): (&str, &str),
        id: &str,
        order: &TapeOrder,
        what: MultipartyEvent,
        more: impl FnOnce(&mut MultipartyCallback),
    ) {
        let Some((url, method)) = order.callback.clone() else { return };
        let number = self.parties.with_uuid(uuid, Party::next_number);
        let mut news = MultipartyCallback {
            mpc_uuid: uuid.to_owned(),
            what: Some(what),
            mpc_name: Some(name.to_owned()),
            at: Some(with_offset(wall_clock())),
            sequence_number: number,
            recording_uuid: Some(id.to_owned()),
            recording_url: Some(self.recording_url(id, order.format.as_str())),
            recording_format: Some(order.format.as_str().to_owned()),
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

const fn held_or_not(is_held: bool) -> MultipartyEvent {
    if is_held { MultipartyEvent::RecordingPaused } else { MultipartyEvent::RecordingResumed }
}

/// Says of which participant something is.
fn of_member(member: u32) -> impl FnOnce(&mut MultipartyCallback) {
    move |news| news.member_id = Some(member.to_string())
}
