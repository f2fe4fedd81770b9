//! The queue where the phone provider has none: the list is ours ([`WaitingLine`]), who waits hears position and music in a document that
//! asks for itself again, and who is taken is sent into a room in which the user is, or comes a moment later.
//!
//! Who takes whom is remembered until either call is over, so that a question that comes twice takes one caller.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::menu::Queue;
use ::assistant::waiting_line::Place;
use ports::carrier::{CarrierError, CarrierEvent};
use telephony::plan::{Plan, Verb};
use telephony::{CarrierCallId, SessionTime};

use super::queue::TALK_AT_MOST;
use super::{Reception, say, wording};

/// How often the user, who has rung us while nobody waits, hears the music: about an hour.
const WAITS_FOR_ROUNDS: u32 = 200;

/// Talks that are remembered at once. More users' telephones than one there are not.
const TALKS_AT_MOST: usize = 16;

/// A caller of a queue and the user, who talk or are about to.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    caller: CarrierCallId,
    operator: CarrierCallId,
    room: String,
}

impl Reception {
    /// Returns whether callers wait in a list of ours.
    pub(super) fn keeps_queues(&self) -> bool {
        !self.installation().ports.carrier.abilities().queues
    }

    /// Somebody waits, or comes to: what do they hear until they ask again?
    pub fn in_line(self: &Arc<Self>, name: &str, event: &CarrierEvent) -> Plan {
        let Some(queue) = self.queue(name) else {
            return self.box_plan(Vec::new());
        };
        let now = self.now();
        let place = {
            let mut guests = self.guests();
            // They are being sent to the user, and asked a moment before.
            if let Some(talk) = guests.talks.iter().find(|talk| talk.caller == event.call) {
                return room_plan(&talk.room, Vec::new(), false);
            }
            guests.lines.entry(name.to_owned()).or_default().ask(&event.call, &queue, now)
        };
        match place {
            Place::Full => self.box_plan(vec![say(wording::QUEUE_FULL)]),
            Place::WaitedTooLong => {
                self.waits_no_more(&event.call);
                self.box_plan(vec![say(wording::WAITED_TOO_LONG)])
            }
            Place::At(position) => {
                self.ring_operator(name);
                // A breath before the music, so that the position is understood.
                let breath = Verb::Pause { length: Duration::from_secs(1) };
                let music = Verb::Play { url: self.config.addresses.music() };
                let again = Verb::Redirect { url: self.config.addresses.in_line(name) };
                Plan { verbs: vec![say(&wording::position(position)), breath, music, again] }
            }
        }
    }

    /// The user wants the next caller, for the first time or after a round of music.
    pub async fn next_in_line(&self, name: &str, round: u32, operator: &CarrierCallId) -> Plan {
        if let Some(room) = self.take(name, operator).await {
            return room_plan(&room, vec![say(wording::NEXT_CALLER)], true);
        }
        if round >= WAITS_FOR_ROUNDS {
            return Plan::hang_up();
        }
        let first = (round == 0).then(|| say(wording::NOBODY_WAITS));
        let music = Verb::Play { url: self.config.addresses.music() };
        let again = Verb::Redirect { url: self.config.addresses.next_in_line(name, round + 1) };
        Plan { verbs: first.into_iter().chain([music, again]).collect() }
    }

    /// A caller was sent to the user.
    pub fn meets(&self, event: &CarrierEvent) -> Plan {
        let guests = self.guests();
        match guests.talks.iter().find(|talk| talk.caller == event.call) {
            Some(talk) => room_plan(&talk.room, Vec::new(), false),
            None => Plan::hang_up(),
        }
    }

    /// A call is over: it waits no more, and who talked with it need not stay.
    pub(super) fn line_is_left(&self, call: &CarrierCallId) {
        let other = {
            let mut guests = self.guests();
            guests.lines.values_mut().for_each(|line| line.leave(call));
            let Some(index) = guests.talks.iter().position(|talk| talk.caller == *call || talk.operator == *call) else {
                return;
            };
            let talk = guests.talks.remove(index);
            if talk.caller == *call { talk.operator } else { talk.caller }
        };
        self.end_beside(other, Duration::ZERO);
    }

    /// Sends the next caller into a room, and returns its name. `None` if nobody waits.
    async fn take(&self, name: &str, operator: &CarrierCallId) -> Option<String> {
        if let Some(talk) = self.guests().talks.iter().find(|talk| talk.operator == *operator) {
            return Some(talk.room.clone());
        }
        let carrier = self.installation().ports.carrier.clone();
        loop {
            let (now, room) = (self.now(), format!("queue-{}", self.installation().make_token()));
            let caller = {
                let mut guests = self.guests();
                let caller = guests.lines.get_mut(name)?.take(now)?;
                if guests.talks.len() >= TALKS_AT_MOST {
                    guests.talks.remove(0);
                }
                guests.talks.push(Talk { caller: caller.clone(), operator: operator.clone(), room: room.clone() });
                caller
            };
            match carrier.redirect_call(&caller, &self.config.addresses.meets(name)).await {
                Ok(()) => {}
                // They have hung up, and nobody told.
                Err(CarrierError::Rejected { code, .. }) => {
                    tracing::debug!(code, "who was next is gone");
                    self.guests().talks.retain(|talk| talk.caller != caller);
                    continue;
                }
                // They come by themselves when they ask next.
                Err(error) => tracing::warn!(%error, "a caller who waits could not be called to the telephone at once"),
            }
            self.end_beside(operator.clone(), TALK_AT_MOST);
            return Some(room);
        }
    }

    /// Ends a call at the carrier, after a while. One that is over by then is left alone.
    pub(super) fn end_beside(&self, call: CarrierCallId, after: Duration) {
        let carrier = self.installation().ports.carrier.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            if let Err(error) = carrier.end_call(&call).await {
                tracing::warn!(%error, "a call of a queue could not be ended; the carrier's time limit will");
            }
        });
    }

    fn queue(&self, name: &str) -> Option<Queue> {
        self.config.menus.as_ref()?.queues.get(name).copied()
    }

    fn now(&self) -> SessionTime {
        SessionTime(u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// Leads into a room of two, which ends with the user.
fn room_plan(room: &str, mut verbs: Vec<Verb>, closes: bool) -> Plan {
    verbs.push(Verb::Room { name: room.to_owned(), opens: true, closes, star_leaves: false, beeps: false });
    verbs.push(Verb::HangUp);
    Plan { verbs }
}
