//! The conferences of the account and who is in them: the older kind, joined by documents alone.
//!
//! A conference lives for as long as somebody is in it. Before a member comes who begins it, those who are there wait and
//! hear nobody.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::time::Instant;
use wire::plivo::rest::{ConferenceMember, ConferenceResource, Members};

use super::registry::Command;
use super::room_recording::RoomRecording;
use crate::room::{Part, Room};

/// One member.
pub struct Member {
    /// Their name in requests.
    pub id: String,
    /// The way to their call.
    pub commands: mpsc::UnboundedSender<Command>,
    ends_on_exit: bool,
    joined: Instant,
    shown: ConferenceMember,
}

/// One conference.
pub struct Conference {
    /// Its UUID.
    pub uuid: String,
    /// Where its members hear each other.
    pub room: Room,
    /// By call.
    pub members: BTreeMap<String, Member>,
    /// What is recorded of it.
    pub recording: Option<RoomRecording>,
    opened: Instant,
    is_begun: bool,
    is_over: bool,
}

/// How somebody joins.
pub struct Joining {
    /// Their call.
    pub call: String,
    /// Their name in requests.
    pub id: String,
    /// The way to their call.
    pub commands: mpsc::UnboundedSender<Command>,
    /// Nobody hears them.
    pub is_muted: bool,
    /// With them it begins.
    pub begins: bool,
    /// Without them it ends.
    pub ends_on_exit: bool,
    /// How the API shows them.
    pub shown: ConferenceMember,
}

/// What it is at for a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Nobody who begins it has come yet.
    Waits,
    /// They hear each other.
    Runs,
    /// It is over.
    Over,
}

impl Conference {
    /// Returns the calls of the members that are meant, with their names in requests.
    pub fn chosen(&self, members: &Members) -> Vec<(String, String)> {
        let chosen = self.members.iter().filter(|(_, member)| members.include(&member.id));
        chosen.map(|(call, member)| (call.clone(), member.id.clone())).collect()
    }

    /// Changes how a member takes part, and how that is shown.
    pub fn change(&mut self, call: &str, change: impl Fn(&mut Part)) {
        self.room.change(call, &change);
        if let Some(member) = self.members.get_mut(call) {
            let mut part = Part { is_muted: member.shown.muted == Some(true), is_deaf: member.shown.deaf == Some(true), ..Part::default() };
            change(&mut part);
            (member.shown.muted, member.shown.deaf) = (Some(part.is_muted), Some(part.is_deaf));
        }
    }

    /// Ends it: its members go on with their documents.
    pub const fn end(&mut self) {
        self.is_over = true;
    }

    /// Returns how the API shows it. Its numbers are text, and seconds of calls are faster than life in tests only.
    pub fn shown(&self, name: &str, pace: f64) -> ConferenceResource {
        let seconds = |since: Instant| Some(since.elapsed().mul_f64(pace).as_secs().to_string());
        let member = |member: &Member| ConferenceMember { join_time: seconds(member.joined), ..member.shown.clone() };
        ConferenceResource {
            conference_name: Some(name.to_owned()),
            conference_run_time: seconds(self.opened),
            conference_member_count: Some(self.members.len().to_string()),
            members: Some(self.members.values().map(member).collect()),
            ..ConferenceResource::default()
        }
    }
}

/// All conferences, by name.
#[derive(Default)]
pub struct Conferences(Mutex<BTreeMap<String, Conference>>);

impl Conferences {
    /// Does something with a conference that lives; nothing in it may wait.
    pub fn with<T>(&self, name: &str, act: impl FnOnce(&mut Conference) -> T) -> Option<T> {
        self.lock().get_mut(name).map(act)
    }

    /// Returns the names of those that live.
    pub fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Lets a call in, and returns the conference's UUID and its room. `None` if so many are in it already.
    pub fn join(&self, name: &str, most: u32, joining: Joining, fresh: impl FnOnce() -> Option<(String, Room)>) -> Option<(String, Room)> {
        let mut all = self.lock();
        if !all.contains_key(name) {
            let (uuid, room) = fresh()?;
            let opened = Instant::now();
            all.insert(
                name.to_owned(),
                Conference { uuid, room, members: BTreeMap::new(), recording: None, opened, is_begun: false, is_over: false },
            );
        }
        let conference = all.get_mut(name)?;
        if conference.members.len() >= most as usize {
            return None;
        }
        conference.is_begun |= joining.begins;
        let part = Part { is_muted: joining.is_muted, ..Part::default() };
        conference.room.enter(&joining.call, part);
        let Joining { id, commands, ends_on_exit, shown, .. } = joining;
        conference.members.insert(joining.call, Member { id, commands, ends_on_exit, joined: Instant::now(), shown });
        Some((conference.uuid.clone(), conference.room.clone()))
    }

    /// Returns what a conference is at for a member, and how many are in it.
    pub fn standing(&self, name: &str) -> (Standing, usize) {
        match self.lock().get(name) {
            Some(conference) if conference.is_over => (Standing::Over, conference.members.len()),
            Some(conference) if conference.is_begun => (Standing::Runs, conference.members.len()),
            Some(conference) => (Standing::Waits, conference.members.len()),
            None => (Standing::Over, 0),
        }
    }

    /// Somebody goes. Returns what was recorded if nobody is left. It is over with the last of those who end it.
    pub fn leave(&self, name: &str, call: &str) -> Option<(RoomRecording, Vec<i16>)> {
        let mut all = self.lock();
        let conference = all.get_mut(name)?;
        let gone = conference.members.remove(call)?;
        conference.room.leave(call);
        conference.is_over |= gone.ends_on_exit && !conference.members.values().any(|member| member.ends_on_exit);
        if !conference.members.is_empty() {
            return None;
        }
        let mut conference = all.remove(name)?;
        conference.recording.take().map(|recording| (recording, conference.room.end_tape()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Conference>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
