//! A leg that somebody's `<Dial>` made: answered, asked perhaps for a key, connected, let go. Who is rung into a multiparty call is
//! asked in the same way, and joins it then.

use audio::frame::Frame;
use telephony::SessionTime;
use wire::http::Method;
use wire::plivo::status::HangupSource;

use super::origin::{Dialled, Guest};
use super::{Doing, Driver, Ending, Mouth};
use crate::plivo::between::Between;
use crate::plivo::registry::Command;
use crate::room::{Part, Room};

/// What a leg that was dialled is at.
pub(super) struct Linked {
    stage: Stage,
}

enum Stage {
    /// Hears what is for its ear only, and must perhaps press a key.
    Confirms { key: Option<char>, until: Option<SessionTime> },
    /// Waits to be connected.
    Waits,
    /// Hears and is heard.
    Connected(Room),
}

impl Linked {
    /// Returns where both hear each other.
    pub(super) const fn room(&self) -> Option<&Room> {
        match &self.stage {
            Stage::Connected(room) => Some(room),
            Stage::Confirms { .. } | Stage::Waits => None,
        }
    }
}

impl Driver {
    /// Says something to who dialled, if somebody did and still has this call.
    pub(super) fn tell_dialer(&self, word: Between) {
        if let Some(dialled) = self.origin.dialled().filter(|_| self.is_bound) {
            // Whoever dialled may be gone; then this call is let go.
            let _ = dialled.to.send(Command::Between(word));
        }
    }

    /// Was answered: hears what is for its ear only, or is ready at once.
    pub(super) fn begin_link(&mut self) {
        let Some(Dialled { confirm_sound, confirm_key, confirm_timeout, .. }) = self.origin.dialled() else { return };
        let (sound, key) = (confirm_sound.clone().map(|url| (url, Method::Post)), *confirm_key);
        let until = confirm_timeout.map(|seconds| self.line.clock.now() + std::time::Duration::from_secs(seconds.into()));
        self.confirm(sound, key, until);
    }

    /// Was answered, and is to join a multiparty call.
    pub(super) fn begin_guest(&mut self) {
        let Some(Guest { confirm_sound, confirm_key, .. }) = self.origin.guest() else { return };
        let (sound, key) = (confirm_sound.clone(), *confirm_key);
        self.confirm(sound, key, None);
    }

    fn confirm(&mut self, sound: Option<(String, Method)>, key: Option<char>, until: Option<SessionTime>) {
        if sound.is_none() && key.is_none() {
            return self.link_ready();
        }
        self.doing = Doing::Linked(Box::new(Linked { stage: Stage::Confirms { key, until } }));
        match sound {
            Some((url, method)) => self.hear_aside_by(method, &url, false),
            None => self.stop_aside(),
        }
    }

    fn link_ready(&mut self) {
        self.stop_aside();
        if let Some(guest) = self.origin.guest() {
            return self.join_party(guest.noun.clone());
        }
        self.doing = Doing::Linked(Box::new(Linked { stage: Stage::Waits }));
        self.tell_dialer(Between::Ready { call: self.uuid.clone() });
    }

    pub(super) fn link_connected(&mut self, room: Room) {
        let Doing::Linked(linked) = &mut self.doing else { return };
        room.enter(&self.uuid, Part::default());
        linked.stage = Stage::Connected(room);
    }

    pub(super) fn link_hear(&mut self, down: &mut Frame) {
        if matches!(&self.doing, Doing::Linked(linked) if matches!(linked.stage, Stage::Confirms { .. })) {
            let needs = self.line.prompter.fill(down);
            self.get(Mouth::Document, needs);
        }
    }

    pub(super) fn link_frame(&mut self, up: &Frame) {
        let now = self.line.clock.now();
        let has_heard = self.aside_is_over();
        let Doing::Linked(linked) = &self.doing else { return };
        match &linked.stage {
            Stage::Connected(room) => room.say(&self.uuid, up),
            Stage::Confirms { key: None, .. } if has_heard => self.link_ready(),
            Stage::Confirms { key: Some(_), until: Some(until) } if *until <= now => {
                self.end(Ending { code: 9_110, source: HangupSource::Plivo, by: "confirmation" });
            }
            Stage::Confirms { .. } | Stage::Waits => {}
        }
    }

    pub(super) fn link_key(&mut self, pressed: char) {
        let Doing::Linked(linked) = &self.doing else { return };
        match &linked.stage {
            Stage::Confirms { key: Some(key), .. } if *key == pressed => self.link_ready(),
            Stage::Connected(_) => self.tell_dialer(Between::Pressed { call: self.uuid.clone(), key: pressed }),
            Stage::Confirms { .. } | Stage::Waits => {}
        }
    }

    /// Nobody needs this leg any more. One that was transferred is nobody's.
    pub(super) fn link_let_go(&mut self, code: u32, source: HangupSource) {
        if self.is_bound {
            self.end(Ending { code, source, by: "caller" });
        }
    }

    /// Leaves whoever dialled, because this leg is over or goes elsewhere.
    pub(super) fn leave_link(&mut self, code: u32, source: HangupSource) {
        if self.origin.dialled().is_none() || !self.is_bound {
            return;
        }
        self.stop_aside();
        if let Doing::Linked(linked) = std::mem::replace(&mut self.doing, Doing::Idle)
            && let Some(room) = linked.room()
        {
            room.leave(&self.uuid);
        }
        self.tell_dialer(Between::Over { call: self.uuid.clone(), end: super::dial::end_of(code, source, self.seconds()) });
        self.is_bound = false;
    }
}
