//! The conferences of the account: who is in them, when they begin and end, and what is told of it.
//!
//! A conference begins when two are in it and one of them is such that it may begin; who waits hears what their `waitUrl`
//! says. It ends with whoever ends it, with the last, or over the API. Calls look here at each tick whether that happened.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use audio::tone::ToneGenerator;
use tokio::sync::mpsc;
use wire::date;
use wire::http::{Form, Method};
use wire::twilio::callback::{ConferenceCallback, ConferenceNews, LeftBecause};
use wire::twilio::document::Conference as Noun;
use wire::twilio::rest::{Beep, ConferenceEnd, ConferenceEvent, ConferenceResource, ConferenceStatus, ParticipantResource, ParticipantStatus};
use wire::twilio::status::CallStatus;

use super::call::Tape;
use crate::clock::wall_clock;
use crate::room::{Part, Room};

/// Conferences that are remembered; the oldest that have ended are forgotten.
const MAX_CONFERENCES: usize = 2_000;

/// News of a conference, to be sent in order.
pub struct News {
    /// How.
    pub method: Method,
    /// Where.
    pub url: String,
    /// What.
    pub form: Form<'static>,
}

/// One conference.
pub struct Conference {
    /// What the API shows.
    pub resource: ConferenceResource,
    /// Where its members hear each other.
    pub room: Room,
    /// Those who are in, or being rung.
    pub members: Vec<Member>,
    /// Where news go: the first participant's word counts.
    callback: Option<(Method, String, Vec<ConferenceEvent>)>,
    has_callback: bool,
    sequence: u32,
    news: mpsc::UnboundedSender<News>,
    /// The recording of it, if there is one; made by whichever call sees its end first.
    tape: Option<Tape>,
    tape_is_stopped: bool,
    was_recorded: bool,
}

/// Somebody in a conference.
pub struct Member {
    /// What the API shows.
    pub resource: ParticipantResource,
    /// What they hear on hold, and how to ask for it; music if nothing is said.
    pub hold: Option<(Method, String)>,
    is_in: bool,
    beep: Beep,
    is_removed: bool,
}

/// What a call must know at each tick.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Waits for the conference to begin.
    Waits,
    /// Is on hold.
    OnHold,
    /// Takes part.
    Talks,
    /// Must go: it was removed, or all is over.
    MustLeave(LeftBecause),
}

/// All conferences.
#[derive(Default)]
pub struct Conferences(Mutex<BTreeMap<String, Conference>>);

/// Why nobody can come in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

impl Conferences {
    /// Does something with all; nothing in it may wait.
    pub fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Conference>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with one.
    pub fn with<T>(&self, sid: &str, act: impl FnOnce(&mut Conference) -> T) -> Option<T> {
        self.lock().get_mut(sid).map(act)
    }

    /// Returns the SID of the one that lives and has this name or SID.
    pub fn find_live(&self, name: &str) -> Option<String> {
        let all = self.lock();
        let mut live = all.iter().filter(|(_, conference)| conference.resource.status() != Some(ConferenceStatus::Completed));
        live.find(|(sid, conference)| *sid == name || conference.resource.friendly_name.as_deref() == Some(name)).map(|(sid, _)| sid.clone())
    }

    /// Opens one; nobody is in it yet.
    pub fn open(&self, account: &str, sid: &str, name: &str, room: Room, news: mpsc::UnboundedSender<News>) {
        let now = date::rfc2822(wall_clock());
        let mut resource = ConferenceResource::waiting(account, sid, name);
        (resource.date_created, resource.date_updated) = (Some(now.clone()), Some(now));
        let conference = Conference {
            resource,
            room,
            members: Vec::new(),
            callback: None,
            has_callback: false,
            sequence: 0,
            news,
            tape: None,
            tape_is_stopped: false,
            was_recorded: false,
        };
        let mut all = self.lock();
        if all.len() >= MAX_CONFERENCES {
            let over = all.iter().find(|(_, conference)| conference.resource.status() == Some(ConferenceStatus::Completed));
            if let Some(sid) = over.map(|(sid, _)| sid.clone()) {
                all.remove(&sid);
            }
        }
        all.insert(sid.to_owned(), conference);
    }
}

impl Conference {
    /// Somebody is to come in, or has come in already.
    pub fn add(&mut self, account: &str, call: &str, noun: &Noun) {
        if self.member(call).is_some() {
            return;
        }
        let sid = self.resource.sid.clone().unwrap_or_default();
        let now = date::rfc2822(wall_clock());
        let resource = ParticipantResource {
            label: noun.participant_label.clone(),
            muted: Some(noun.muted),
            coaching: Some(noun.coach.is_some()),
            call_sid_to_coach: noun.coach.clone(),
            start_conference_on_enter: Some(noun.start_on_enter),
            end_conference_on_exit: Some(noun.end_on_exit),
            date_created: Some(now.clone()),
            date_updated: Some(now),
            queue_time: None,
            ..ParticipantResource::queued(account, &sid, call)
        };
        self.members.push(Member { resource, hold: None, is_in: false, beep: noun.beep.clone(), is_removed: false });
    }

    /// Somebody comes in. Returns an error if there is no room.
    pub fn enter(&mut self, account: &str, call: &str, noun: &Noun) -> Result<(), Full> {
        if self.members.iter().filter(|member| member.is_in).count() >= noun.max_participants as usize {
            return Err(Full);
        }
        if !std::mem::replace(&mut self.has_callback, true) {
            self.callback = noun.status_callback.clone().map(|url| (noun.status_callback_method, url, noun.status_events.clone()));
        }
        self.add(account, call, noun);
        self.change_member(call, |member| {
            member.is_in = true;
            member.resource.status = Some(ParticipantStatus::Connected.as_str().to_owned());
        });
        self.room.enter(call, Part { is_muted: noun.muted, is_deaf: false, is_on_hold: false, coaches: noun.coach.clone() });
        self.tell_of(ConferenceNews::Join, call, |_| {});
        let inside = self.members.iter().filter(|member| member.is_in);
        let may_begin = inside.clone().count() >= 2 && inside.clone().any(|member| member.resource.start_conference_on_enter == Some(true));
        if may_begin && self.resource.status() == Some(ConferenceStatus::Init) {
            self.resource.status = Some(ConferenceStatus::InProgress.as_str().to_owned());
            self.tell(ConferenceNews::Start, |_| {});
        }
        if self.is_running() && matches!(noun.beep, Beep::Both | Beep::OnEnter) {
            self.room.sound(&beep(), None);
        }
        Ok(())
    }

    /// Returns whether two are mixed.
    pub fn is_running(&self) -> bool {
        self.resource.status() == Some(ConferenceStatus::InProgress)
    }

    /// Returns how it stands with a call.
    pub fn standing(&self, call: &str) -> Standing {
        if self.resource.status() == Some(ConferenceStatus::Completed) {
            return Standing::MustLeave(match self.resource.end() {
                Some(ConferenceEnd::Api) => LeftBecause::ConferenceEnded,
                _ => LeftBecause::ModeratorEnded,
            });
        }
        match self.member(call) {
            None => Standing::MustLeave(LeftBecause::Removed),
            Some(member) if member.is_removed => Standing::MustLeave(LeftBecause::Removed),
            Some(member) if member.resource.hold == Some(true) => Standing::OnHold,
            Some(_) if self.is_running() => Standing::Talks,
            Some(_) => Standing::Waits,
        }
    }

    /// Takes a recording on, if it is the first.
    pub fn record(&mut self, slot: u64, tape: impl FnOnce() -> Option<Tape>) {
        if !std::mem::replace(&mut self.was_recorded, true) {
            self.tape = tape();
            self.room.begin_tape(slot);
        }
    }

    /// The recording is over before the conference is.
    pub const fn stop_tape(&mut self) {
        self.tape_is_stopped = true;
    }

    /// Returns the recording once it is over, to be made into a file.
    pub fn take_tape(&mut self) -> Option<(Tape, Vec<i16>)> {
        let is_over = self.tape_is_stopped || self.resource.status() == Some(ConferenceStatus::Completed);
        let tape = if is_over { self.tape.take() } else { None };
        tape.map(|tape| (tape, self.room.end_tape()))
    }

    /// Somebody has gone.
    pub fn leave(&mut self, call: &str, because: &LeftBecause, status: CallStatus) {
        let Some(member) = self.members.iter().find(|member| member.resource.call_sid.as_deref() == Some(call)) else { return };
        let (was_in, ends, label) = (member.is_in, member.resource.end_conference_on_exit == Some(true), member.resource.label.clone());
        let beeps = matches!(member.beep, Beep::Both | Beep::OnExit);
        self.room.leave(call);
        self.tell_of(ConferenceNews::Leave, call, |news| {
            news.participant_call_status = Some(status);
            news.left_because = Some(because.clone());
        });
        self.members.retain(|member| member.resource.call_sid.as_deref() != Some(call));
        if !was_in || self.resource.status() == Some(ConferenceStatus::Completed) {
            return;
        }
        let was_removed = *because == LeftBecause::Removed;
        let is_last = !self.members.iter().any(|member| member.is_in);
        let end = match (ends, is_last, was_removed) {
            (true, _, true) => Some((ConferenceEnd::EndingParticipantKicked, "Participant with endConferenceOnExit was removed")),
            (true, _, false) => Some((ConferenceEnd::EndingParticipantLeft, "Participant with endConferenceOnExit left")),
            (false, true, true) => Some((ConferenceEnd::LastKicked, "Last participant was removed")),
            (false, true, false) => Some((ConferenceEnd::LastLeft, "Last participant left")),
            (false, false, _) => None,
        };
        match end {
            Some((end, reason)) => self.end(end, reason, Some((call.to_owned(), label))),
            None if beeps && self.is_running() => self.room.sound(&beep(), None),
            None => {}
        }
    }

    /// It is over.
    pub fn end(&mut self, end: ConferenceEnd, reason: &str, by: Option<(String, Option<String>)>) {
        self.resource.status = Some(ConferenceStatus::Completed.as_str().to_owned());
        self.resource.reason_conference_ended = Some(end.as_str().to_owned());
        self.resource.date_updated = Some(date::rfc2822(wall_clock()));
        let (by_call, by_label) = by.unzip();
        self.resource.call_sid_ending_conference.clone_from(&by_call);
        self.tell(ConferenceNews::End, |news| {
            news.ended_by_call_sid = by_call;
            news.ended_by_label = by_label.flatten();
            news.end = Some(end);
            news.reason = Some(reason.to_owned());
        });
    }

    /// Finds somebody by call or label.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.is_called(name))
    }

    /// Somebody is to go.
    pub fn remove(&mut self, call: &str) {
        self.change_member(call, |member| member.is_removed = true);
    }

    /// Changes somebody.
    pub fn change_member(&mut self, call: &str, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.members.iter_mut().find(|member| member.is_called(call)) {
            change(member);
            member.resource.date_updated = Some(date::rfc2822(wall_clock()));
        }
    }

    /// Tells of somebody, if that is wanted.
    pub fn tell_of(&mut self, event: ConferenceNews, call: &str, add: impl FnOnce(&mut ConferenceCallback)) {
        let Some(resource) = self.member(call).map(|member| member.resource.clone()) else { return };
        self.tell(event, |news| {
            news.call_sid = resource.call_sid;
            news.participant_label = resource.label;
            news.muted = resource.muted;
            news.hold = resource.hold;
            news.coaching = resource.coaching;
            news.end_on_exit = resource.end_conference_on_exit;
            news.start_on_enter = resource.start_conference_on_enter;
            add(news);
        });
    }

    /// Tells of the conference, if that is wanted. Start and end are told if no moment is named.
    pub fn tell(&mut self, event: ConferenceNews, add: impl FnOnce(&mut ConferenceCallback)) {
        let Some((method, url, wanted)) = &self.callback else { return };
        let Some(moment) = moment_of(&event) else { return };
        let is_wanted = if wanted.is_empty() { matches!(moment, ConferenceEvent::Start | ConferenceEvent::End) } else { wanted.contains(&moment) };
        if !is_wanted {
            return;
        }
        self.sequence += 1;
        let mut news = ConferenceCallback {
            account_sid: self.resource.account_sid.clone().unwrap_or_default(),
            conference_sid: self.resource.sid.clone().unwrap_or_default(),
            friendly_name: self.resource.friendly_name.clone(),
            sequence_number: Some(self.sequence),
            at: Some(wall_clock()),
            event,
            ..ConferenceCallback::default()
        };
        add(&mut news);
        // The sender ends with the sandbox only.
        let _ = self.news.send(News { method: *method, url: url.clone(), form: news.to_form().into_owned() });
    }
}

impl Member {
    /// Returns whether this is its call or its label.
    pub fn is_called(&self, name: &str) -> bool {
        self.resource.call_sid.as_deref() == Some(name) || self.resource.label.as_deref() == Some(name)
    }

    /// Changes whether a tone is heard when they go.
    pub fn beep_on_exit(&mut self, beeps: bool) {
        let on_enter = matches!(self.beep, Beep::Both | Beep::OnEnter);
        self.beep = match (on_enter, beeps) {
            (true, true) => Beep::Both,
            (true, false) => Beep::OnEnter,
            (false, true) => Beep::OnExit,
            (false, false) => Beep::Never,
        };
    }

    /// Returns whether they have come in.
    pub const fn is_in(&self) -> bool {
        self.is_in
    }
}

fn moment_of(event: &ConferenceNews) -> Option<ConferenceEvent> {
    Some(match event {
        ConferenceNews::Start => ConferenceEvent::Start,
        ConferenceNews::End => ConferenceEvent::End,
        ConferenceNews::Join => ConferenceEvent::Join,
        ConferenceNews::Leave => ConferenceEvent::Leave,
        ConferenceNews::Mute | ConferenceNews::Unmute => ConferenceEvent::Mute,
        ConferenceNews::Hold | ConferenceNews::Unhold => ConferenceEvent::Hold,
        ConferenceNews::Modify => ConferenceEvent::Modify,
        ConferenceNews::SpeechStart | ConferenceNews::SpeechStop => ConferenceEvent::Speaker,
        ConferenceNews::AnnouncementEnd | ConferenceNews::AnnouncementFail => ConferenceEvent::Announcement,
        ConferenceNews::Other(_) => return None,
    })
}

fn beep() -> Vec<i16> {
    let mut samples = vec![0; 8 * 200];
    ToneGenerator::beep(440.0, 200).fill(&mut samples);
    samples
}

/// Sends the news of a conference in order.
pub fn send_in_order(webhooks: super::webhooks::Webhooks) -> (mpsc::UnboundedSender<News>, impl Future<Output = ()> + Send) {
    let (news, mut waiting) = mpsc::unbounded_channel::<News>();
    let sender = async move {
        while let Some(news) = waiting.recv().await {
            if webhooks.send(news.method, &news.url, &news.form).await.is_err() {
                tracing::debug!("a program could not be told of its conference");
            }
        }
    };
    (news, sender)
}
