//! Rooms: callers meet each other and the user, whose coming begins the meeting and whose going ends it, if the menu says so.
//!
//! Who is in a room the carrier knows, not we: each caller's own document leads in and out, so nothing is forgotten by a restart.

use std::time::Duration;

use ::assistant::menu::{RoomEnd, RoomStart};
use ports::carrier::{CarrierEvent, CarrierNews};
use telephony::CarrierCallId;
use telephony::dtmf::Digit;
use telephony::plan::{Plan, Verb};

use super::queue::ANSWERS_WITHIN;
use super::{Reception, say, wording};

/// What the user can do who rings our number from their own phone.
enum Choice {
    /// Take the next caller of this queue.
    Take(String),
    /// Go into this room.
    Open(String),
}

impl Reception {
    /// Returns what leads a caller into a room.
    pub(super) fn meet_in(&self, name: &str) -> Vec<Verb> {
        let opens = self.room(name).starts == RoomStart::AtOnce;
        let first = if opens { wording::MEETING } else { wording::MEETING_WAITS };
        enter(name, first, opens, false)
    }

    /// The user rings: what is there for them? One thing is done at once, of several they choose.
    pub(super) async fn user_rings(&self, call: &CarrierCallId) -> Plan {
        let mut choices = self.choices();
        match choices.len() {
            0 => Plan { verbs: vec![say(wording::NOTHING_TO_TAKE), Verb::HangUp] },
            1 => self.choose(&choices.remove(0), call).await,
            _ => {
                let named = choices.iter().zip('1'..='9').map(|(choice, key)| match choice {
                    Choice::Take(queue) => (key, format!("For the next caller of {}", aloud(queue))),
                    Choice::Open(room) => (key, format!("For the meeting {}", aloud(room))),
                });
                let lines = vec![wording::choices(&named.collect::<Vec<_>>())];
                let answer_to = self.config.addresses.chosen();
                Plan { verbs: vec![Verb::Listen { lines, answer_to, silence: ANSWERS_WITHIN }, Verb::HangUp] }
            }
        }
    }

    /// The user has chosen. Only their own phone is asked, but the address alone proves nothing, so the number must be theirs.
    pub async fn chosen(&self, event: &CarrierEvent) -> Plan {
        let is_theirs = match self.store.visit(&event.call).await {
            Ok(Some(visit)) => visit.caller.is_some() && visit.caller == self.config.operator,
            Ok(None) | Err(_) => false,
        };
        let key = match &event.news {
            CarrierNews::Turn { digits, .. } => digits.first().copied().map(Digit::as_char),
            _ => None,
        };
        let choices = self.choices();
        let chosen = key.and_then(|key| key.to_digit(10)).and_then(|key| choices.get(usize::try_from(key).ok()?.checked_sub(1)?));
        match chosen.filter(|_| is_theirs) {
            Some(choice) => self.choose(choice, &event.call).await,
            None if is_theirs => self.user_rings(&event.call).await,
            None => Plan::hang_up(),
        }
    }

    async fn choose(&self, choice: &Choice, call: &CarrierCallId) -> Plan {
        match choice {
            Choice::Take(queue) => self.take_next(queue, call).await,
            Choice::Open(room) => Plan { verbs: enter(room, wording::MEETING, true, self.room(room).ends == RoomEnd::WithTheUser) },
        }
    }

    /// The first queue of the file's alphabet and all rooms, in the order of their keys.
    fn choices(&self) -> Vec<Choice> {
        let Some(menus) = &self.config.menus else { return Vec::new() };
        let queue = menus.queues.keys().take(1).cloned().map(Choice::Take);
        queue.chain(menus.rooms.keys().cloned().map(Choice::Open)).collect()
    }

    fn room(&self, name: &str) -> ::assistant::menu::Room {
        self.config.menus.as_ref().and_then(|menus| menus.rooms.get(name)).copied().unwrap_or_default()
    }
}

fn enter(name: &str, first: &str, opens: bool, closes: bool) -> Vec<Verb> {
    let room = Verb::Room { name: format!("meeting-{name}"), opens, closes, star_leaves: true, beeps: true };
    // A breath before the music or the others, so that it is understood.
    let breath = Verb::Pause { length: Duration::from_secs(1) };
    vec![say(first), breath, room, say(wording::MEETING_LEFT), Verb::HangUp]
}

/// A name of the file as it is said.
fn aloud(name: &str) -> String {
    name.replace(['-', '_'], " ")
}
