//! Where calls hear each other: two that are connected, or all of a conference. Sound is added sample by sample and clipped,
//! as a telephone does; nobody hears themselves.
//!
//! Time is counted in slots of 20 ms, the same for all calls. What is said in a slot is heard a fixed delay later, so that
//! calls whose ticks come late or in bursts still hear every sample once; what comes later than that is lost.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use audio::frame::Frame;
use audio::level::rms_dbfs;
use audio::mixer::mix_into;
use audio::{FRAME_SAMPLES, SILENCE};

/// Frames more silent than this are heard by nobody.
const AUDIBLE_DBFS: f32 = -50.0;

/// How a member takes part.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Part {
    /// Not heard by the others.
    pub is_muted: bool,
    /// Hears nobody.
    pub is_deaf: bool,
    /// Neither heard nor hearing.
    pub is_on_hold: bool,
    /// Heard by this one only.
    pub coaches: Option<String>,
}

#[derive(Default)]
struct Member {
    part: Part,
    /// The slot in hand; counted on from the first.
    slot: Option<u64>,
    /// What this one said, with its slot and with whom it was for, if not for all.
    said: VecDeque<Said>,
    /// Beeps, keys and announcements.
    sounds: VecDeque<i16>,
}

struct Said {
    slot: u64,
    only_for: Option<String>,
    frame: Frame,
}

/// What all of a room say, mixed.
struct RoomTape {
    from: u64,
    samples: Vec<i16>,
    held: Option<Held>,
}

/// A tape is held since this slot.
#[derive(Clone, Copy)]
struct Held {
    since: u64,
    skips: bool,
}

/// One hour: the rest of a longer conference is not kept.
const MAX_TAPE: usize = 3_600 * 8_000;

/// A room, shared by the calls in it.
#[derive(Clone)]
pub struct Room {
    members: Arc<Mutex<BTreeMap<String, Member>>>,
    tape: Arc<Mutex<Option<RoomTape>>>,
    delay: u64,
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Room")
    }
}

impl Room {
    /// Returns an empty room in which sound takes so many slots.
    pub fn new(delay: u64) -> Self {
        Self { members: Arc::default(), tape: Arc::default(), delay }
    }

    /// Somebody comes in.
    pub fn enter(&self, call: &str, part: Part) {
        self.with(|members| members.entry(call.to_owned()).or_default().part = part);
    }

    /// Somebody goes.
    pub fn leave(&self, call: &str) {
        self.with(|members| members.remove(call));
    }

    /// Changes how somebody takes part.
    pub fn change(&self, call: &str, change: impl FnOnce(&mut Part)) {
        self.with(|members| members.get_mut(call).map(|member| change(&mut member.part)));
    }

    /// Takes what somebody says in the slot in hand: after [`Room::hear`].
    pub fn say(&self, call: &str, frame: &Frame) {
        let keeps = usize::try_from(self.delay * 2 + 2).unwrap_or(usize::MAX);
        self.with(|members| {
            let Some(member) = members.get_mut(call) else { return };
            let Some(slot) = member.slot.filter(|_| !member.part.is_muted && !member.part.is_on_hold) else { return };
            self.keep(slot, frame);
            if member.said.len() >= keeps {
                member.said.pop_front();
            }
            member.said.push_back(Said { slot, only_for: member.part.coaches.clone(), frame: *frame });
        });
    }

    /// Begins somebody's next slot (this one, if it is their first), adds what they hear in it, and returns whom.
    pub fn hear(&self, call: &str, first_slot: u64, frame: &mut Frame) -> Vec<String> {
        self.with(|members| {
            let Some(member) = members.get_mut(call) else { return Vec::new() };
            let slot = member.slot.map_or(first_slot, |slot| slot + 1);
            member.slot = Some(slot);
            let mut sound = SILENCE;
            let count = member.sounds.len().min(FRAME_SAMPLES);
            for (slot, sample) in sound.iter_mut().zip(member.sounds.drain(..count)) {
                *slot = sample;
            }
            let hears_nobody = member.part.is_on_hold || member.part.is_deaf;
            let mut heard = Vec::new();
            for (other, member) in members.iter().filter(|(other, _)| other.as_str() != call && !hears_nobody) {
                let said = member.said.iter().find(|said| said.slot + self.delay == slot);
                if let Some(said) = said.filter(|said| said.only_for.as_deref().is_none_or(|only| only == call)) {
                    mix_into(frame, &said.frame);
                    if rms_dbfs(&said.frame) > AUDIBLE_DBFS {
                        heard.push(other.clone());
                    }
                }
            }
            mix_into(frame, &sound);
            heard
        })
    }

    /// Begins to record what all say, if nobody has.
    pub fn begin_tape(&self, slot: u64) {
        self.tape().get_or_insert(RoomTape { from: slot, samples: Vec::new(), held: None });
    }

    /// Holds the recording, or goes on with it. Held time is silent, or left out.
    pub fn hold_tape(&self, slot: u64, is_held: bool, skips: bool) {
        if let Some(tape) = self.tape().as_mut() {
            match (tape.held, is_held) {
                (None, true) => tape.held = Some(Held { since: slot, skips }),
                (Some(held), false) => {
                    tape.held = None;
                    if held.skips {
                        tape.from += slot.saturating_sub(held.since);
                    }
                }
                (None, false) | (Some(_), true) => {}
            }
        }
    }

    /// Ends the recording and returns it.
    pub fn end_tape(&self) -> Vec<i16> {
        self.tape().take().map(|tape| tape.samples).unwrap_or_default()
    }

    fn keep(&self, slot: u64, frame: &Frame) {
        let mut tape = self.tape();
        let Some(tape) = tape.as_mut().filter(|tape| tape.held.is_none()) else { return };
        let Some(at) = slot.checked_sub(tape.from).and_then(|slots| usize::try_from(slots).ok()?.checked_mul(FRAME_SAMPLES)) else { return };
        if at >= MAX_TAPE {
            return;
        }
        if tape.samples.len() < at + FRAME_SAMPLES {
            tape.samples.resize(at + FRAME_SAMPLES, 0);
        }
        mix_into(&mut tape.samples[at..at + FRAME_SAMPLES], frame);
    }

    fn tape(&self) -> std::sync::MutexGuard<'_, Option<RoomTape>> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets all hear a sound, or all but one.
    pub fn sound(&self, samples: &[i16], but: Option<&str>) {
        self.with(|members| {
            for (_, member) in members.iter_mut().filter(|(call, _)| but != Some(call.as_str())) {
                member.sounds.extend(samples);
            }
        });
    }

    /// Lets one hear a sound.
    pub fn sound_to(&self, call: &str, samples: &[i16]) {
        self.with(|members| members.get_mut(call).map(|member| member.sounds.extend(samples)));
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Member>) -> T) -> T {
        act(&mut self.members.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: u64 = 2;

    fn room() -> Room {
        let room = Room::new(DELAY);
        for call in ["a", "b", "c"] {
            room.enter(call, Part::default());
        }
        room
    }

    fn heard(room: &Room, call: &str, slot: u64) -> (i16, Vec<String>) {
        let mut frame = SILENCE;
        let whom = room.hear(call, slot, &mut frame);
        (frame[0], whom)
    }

    /// All begin a slot, and each says something in it.
    fn all_say(room: &Room, slot: u64) {
        for (call, sample) in [("a", 1_000), ("b", 200), ("c", 30_000)] {
            heard(room, call, slot);
            room.say(call, &[sample; FRAME_SAMPLES]);
        }
    }

    /// Lets all but this one pass over the slots until what was said is heard.
    fn after_delay(room: &Room, call: &str) -> (i16, Vec<String>) {
        for _ in 1..DELAY {
            assert_eq!(heard(room, call, 0), (0, vec![]));
        }
        heard(room, call, 0)
    }

    #[test]
    fn everybody_hears_the_sum_of_the_others_clipped_after_the_delay() {
        let room = room();
        all_say(&room, 7);
        assert_eq!(after_delay(&room, "a"), (30_200, vec!["b".into(), "c".into()]));
        assert_eq!(after_delay(&room, "c"), (1_200, vec!["a".into(), "b".into()]));
        assert_eq!(after_delay(&room, "b"), (31_000, vec!["a".into(), "c".into()]));
        room.sound(&[32_000; FRAME_SAMPLES], Some("a"));
        assert_eq!((heard(&room, "a", 0).0, heard(&room, "b", 0).0), (0, 32_000));
        assert_eq!(heard(&room, "nobody", 0), (0, vec![]));
    }

    #[test]
    fn a_tape_holds_the_sum_and_nothing_of_what_was_said_while_it_was_held() {
        let room = room();
        heard(&room, "a", 4);
        room.say("a", &[9; FRAME_SAMPLES]);
        room.begin_tape(5);
        heard(&room, "a", 0);
        heard(&room, "b", 5);
        room.say("a", &[1; FRAME_SAMPLES]);
        room.say("b", &[20; FRAME_SAMPLES]);
        room.hold_tape(6, true, true);
        heard(&room, "a", 0);
        room.say("a", &[2; FRAME_SAMPLES]);
        room.hold_tape(7, false, true);
        heard(&room, "a", 0);
        room.say("a", &[3; FRAME_SAMPLES]);
        let tape = room.end_tape();
        assert_eq!((tape.len(), tape[0], tape[FRAME_SAMPLES]), (2 * FRAME_SAMPLES, 21, 3));
        assert!(room.end_tape().is_empty());
    }

    #[test]
    fn ticks_that_come_in_bursts_lose_nothing() {
        let room = room();
        heard(&room, "b", 0);
        for sample in 0..3 {
            heard(&room, "a", 0);
            room.say("a", &[sample; FRAME_SAMPLES]);
        }
        let all: Vec<i16> = (0..5).map(|_| heard(&room, "b", 0).0).collect();
        assert_eq!(all, [0, 0, 1, 2, 0]);
    }

    #[test]
    fn the_muted_are_not_heard_and_who_is_on_hold_hears_nothing_either() {
        let room = room();
        room.change("a", |part| part.is_muted = true);
        room.change("c", |part| part.is_on_hold = true);
        all_say(&room, 0);
        assert_eq!(after_delay(&room, "b"), (0, vec![]));
        assert_eq!(after_delay(&room, "a"), (200, vec!["b".into()]));
        assert_eq!(after_delay(&room, "c"), (0, vec![]));
    }

    #[test]
    fn a_coach_is_heard_by_one_only_and_hears_all() {
        let room = room();
        room.change("c", |part| part.coaches = Some("a".into()));
        all_say(&room, 0);
        assert_eq!(after_delay(&room, "a").1, ["b", "c"]);
        assert_eq!(after_delay(&room, "b").1, ["a"]);
        assert_eq!(after_delay(&room, "c").1, ["a", "b"]);
        room.leave("c");
        assert_eq!(heard(&room, "c", 0), (0, vec![]));
    }
}
