//! Where a call stays while something else than its own document decides: until whom it dialled is gone, in a conference, in
//! a queue, or at the other end of somebody's `<Dial>`.
//!
//! Meanwhile a document for the waiting may run with the ordinary verbs, in place of the call's own, which is kept.

use audio::frame::Frame;
use audio::hold_music::HoldMusic;
use audio::tone::ToneGenerator;
use wire::http::Method;
use wire::twilio::document::{Occasion, Verb};

use super::{Doing, Driver, Script, confer, dial, wait};
use crate::prompter::keys;
use crate::room::Room;

/// Where a call stays.
pub(super) enum Stay {
    /// Has dialled somebody.
    Dial(Box<dial::Dialing>),
    /// Was dialled by another call, or came out of a queue to it.
    Linked(Box<dial::Linked>),
    /// Is in a conference.
    Conference(Box<confer::Conferring>),
    /// Waits in a queue.
    Queue(Box<wait::Waiting>),
}

/// What is heard when no document plays anything.
#[derive(Default)]
pub(super) enum Backdrop {
    /// Nothing.
    #[default]
    Silence,
    /// Twilio's own music, or what stands for it.
    Music(Box<HoldMusic>),
    /// Somebody is being rung.
    Ringback(ToneGenerator),
}

/// Why a call leaves where it stays before its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Because {
    /// It is over.
    CallOver,
    /// The API wants something else to be run.
    Redirected,
    /// The line has dropped, and nobody is told.
    Lost,
}

impl Driver {
    /// Fills what is heard when no document plays anything.
    pub(super) fn stay_play(&mut self, down: &mut Frame) {
        match &mut self.backdrop {
            Backdrop::Silence => {}
            Backdrop::Music(music) => music.fill(down),
            Backdrop::Ringback(tone) => {
                tone.fill(down);
            }
        }
    }

    /// Adds what the others say.
    pub(super) fn stay_hear(&mut self, down: &mut Frame) {
        let Some(room) = self.room() else { return };
        let slot = self.slot();
        for other in room.hear(&self.sid, slot, down) {
            self.note(|truth| {
                if !truth.heard_calls.contains(&other) {
                    truth.heard_calls.push(other);
                }
            });
        }
    }

    /// Returns the slot of the tick in hand.
    pub(super) fn slot(&self) -> u64 {
        self.line.slot(&self.service.network)
    }

    /// Takes 20 ms of what the callee says, and looks whether something has changed.
    pub(super) fn stay_frame(&mut self, up: &Frame) {
        match &self.stay {
            Some(Stay::Dial(_)) => self.dial_frame(up),
            Some(Stay::Linked(_)) => {
                if let Some(room) = self.room() {
                    room.say(&self.sid, up);
                }
            }
            Some(Stay::Conference(_)) => self.confer_frame(up),
            Some(Stay::Queue(_)) | None => {}
        }
    }

    fn room(&self) -> Option<Room> {
        match self.stay.as_ref()? {
            Stay::Dial(dialing) => dialing.room(),
            Stay::Linked(linked) => linked.room(),
            Stay::Conference(conferring) => Some(conferring.room()),
            Stay::Queue(_) => None,
        }
    }

    /// A key of the callee is heard by the others, and may end a `<Dial>`.
    pub(super) fn stay_key(&mut self, key: char) {
        if let Some(room) = self.room() {
            room.sound(&keys(&key.to_string()), Some(&self.sid));
        }
        let ends = match &self.stay {
            Some(Stay::Dial(dialing)) => dialing.ends_at(key),
            Some(Stay::Conference(conferring)) => conferring.ends_at(key),
            Some(Stay::Linked(_) | Stay::Queue(_)) | None => false,
        };
        match &self.stay {
            Some(Stay::Dial(_)) if ends => self.dial_cut(),
            Some(Stay::Conference(_)) if ends => self.confer_leaves(&wire::twilio::callback::LeftBecause::HungUp),
            _ => {}
        }
    }

    /// Puts another document in place of the call's own, which is returned. Nothing of it runs yet.
    pub(super) fn set_aside(&mut self) -> Script {
        let inner = Script { url: self.script.url.clone(), request: self.script.request, ..Script::default() };
        std::mem::replace(&mut self.script, inner)
    }

    /// Goes on with the call's own document: nothing of the other is run any more.
    pub(super) fn take_up(&mut self, outer: Script) {
        self.stop_inner();
        let request = self.script.request;
        self.script = Script { request, ..outer };
    }

    /// Ends what a document for the waiting plays or gathers.
    pub(super) fn stop_inner(&mut self) {
        self.line.prompter.stop();
        self.script.verbs.clear();
        // Anything still on its way is for a document that is over.
        self.script.request += 1;
        self.doing = Doing::Staying;
    }

    /// Lets whoever waits hear a document, or a backdrop: music if nothing is said, silence if that is empty.
    pub(super) fn let_hear(&mut self, url: Option<&str>, method: Method, extra: Vec<(&str, String)>) {
        self.stop_inner();
        match url {
            None => self.backdrop = Backdrop::Music(Box::default()),
            Some("") => self.backdrop = Backdrop::Silence,
            Some(url) => {
                self.backdrop = Backdrop::Silence;
                self.ask(method, url, extra);
            }
        }
    }

    /// Returns when verbs are run that have a meaning only on some occasions.
    fn occasion(&self) -> Option<Occasion> {
        Some(match self.stay.as_ref()? {
            Stay::Queue(_) => Occasion::QueueWait,
            Stay::Conference(_) => Occasion::ConferenceWait,
            Stay::Linked(_) => Occasion::Whisper,
            Stay::Dial(_) => return None,
        })
    }

    /// Returns whether this verb can be run where the call stays.
    pub(super) fn has_meaning(&self, verb: &Verb) -> bool {
        let Some(occasion) = self.occasion() else { return true };
        wire::twilio::document::Document { verbs: vec![verb.clone()] }.misplaced(occasion).is_empty()
    }

    /// A document for the waiting has run out.
    pub(super) fn inner_ended(&mut self) {
        self.doing = Doing::Staying;
        match &self.stay {
            Some(Stay::Queue(_)) => self.wait_again(),
            Some(Stay::Linked(linked)) if linked.is_whispering() => self.link_ready(),
            Some(Stay::Linked(_) | Stay::Conference(_) | Stay::Dial(_)) | None => {}
        }
    }

    /// A document for the waiting has failed. Returns whether that was all: whoever is rung hears an apology instead.
    pub(super) fn inner_failed(&mut self, code: u32) -> bool {
        match &self.stay {
            Some(Stay::Queue(_)) => {
                self.failed(code);
                self.wait_leaves(wire::twilio::callback::QueueResult::Error);
                true
            }
            Some(Stay::Conference(_)) => {
                self.failed(code);
                self.confer_leaves(&wire::twilio::callback::LeftBecause::AddFailed);
                true
            }
            Some(Stay::Linked(_) | Stay::Dial(_)) | None => false,
        }
    }

    /// Leaves where it stays before its time.
    pub(super) fn leave_stay(&mut self, because: Because) {
        self.backdrop = Backdrop::Silence;
        match self.stay.take() {
            Some(Stay::Dial(dialing)) => self.dial_left(*dialing, because),
            Some(Stay::Linked(linked)) => self.link_left(*linked, because),
            Some(Stay::Conference(conferring)) => self.confer_left(*conferring, because),
            Some(Stay::Queue(waiting)) => self.wait_left(*waiting, because),
            None => {}
        }
    }
}
