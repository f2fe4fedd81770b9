//! Where calls hear each other: two that are connected, or all of a conference. Sound is added sample by sample and clipped,
//! as a telephone does; nobody hears themselves.
//!
//! Each member brings 20 ms and takes 20 ms at its own ticks. What one says waits for each of the others apart; who falls
//! behind loses the oldest.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use audio::frame::Frame;
use audio::level::rms_dbfs;
use audio::mixer::mix_into;
use audio::{FRAME_SAMPLES, SILENCE};

/// Frames of one member that may wait for another: 100 ms.
const MAX_WAITING: usize = 5;

/// Frames more silent than this are heard by nobody.
const AUDIBLE_DBFS: f32 = -50.0;

/// How a member takes part.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Part {
    /// Not heard by the others.
    pub is_muted: bool,
    /// Neither heard nor hearing.
    pub is_on_hold: bool,
    /// Heard by this one only.
    pub coaches: Option<String>,
}

#[derive(Default)]
struct Member {
    part: Part,
    /// What others said and this one has not heard yet.
    waiting: BTreeMap<String, VecDeque<Frame>>,
    /// Beeps, keys and announcements.
    sounds: VecDeque<i16>,
}

/// A room, shared by the calls in it.
#[derive(Clone, Default)]
pub struct Room(Arc<Mutex<BTreeMap<String, Member>>>);

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Room")
    }
}

impl Room {
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

    /// Takes 20 ms of what somebody says.
    pub fn say(&self, call: &str, frame: &Frame) {
        self.with(|members| {
            let Some(part) = members.get(call).map(|member| member.part.clone()) else { return };
            if part.is_muted || part.is_on_hold {
                return;
            }
            for (other, member) in members.iter_mut() {
                let may_hear = other != call && !member.part.is_on_hold && part.coaches.as_ref().is_none_or(|coached| coached == other);
                if may_hear {
                    let waiting = member.waiting.entry(call.to_owned()).or_default();
                    if waiting.len() >= MAX_WAITING {
                        waiting.pop_front();
                    }
                    waiting.push_back(*frame);
                }
            }
        });
    }

    /// Adds 20 ms of what somebody hears, and returns whom they hear.
    pub fn hear(&self, call: &str, frame: &mut Frame) -> Vec<String> {
        self.with(|members| {
            let Some(member) = members.get_mut(call) else { return Vec::new() };
            let mut heard = Vec::new();
            for (other, waiting) in &mut member.waiting {
                if let Some(voice) = waiting.pop_front() {
                    mix_into(frame, &voice);
                    if rms_dbfs(&voice) > AUDIBLE_DBFS {
                        heard.push(other.clone());
                    }
                }
            }
            member.waiting.retain(|_, waiting| !waiting.is_empty());
            let mut sound = SILENCE;
            let count = member.sounds.len().min(FRAME_SAMPLES);
            for (slot, sample) in sound.iter_mut().zip(member.sounds.drain(..count)) {
                *slot = sample;
            }
            mix_into(frame, &sound);
            heard
        })
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
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> Room {
        let room = Room::default();
        for call in ["a", "b", "c"] {
            room.enter(call, Part::default());
        }
        room
    }

    fn heard(room: &Room, call: &str) -> (i16, Vec<String>) {
        let mut frame = SILENCE;
        let whom = room.hear(call, &mut frame);
        (frame[0], whom)
    }

    fn all_say(room: &Room) {
        for (call, sample) in [("a", 1_000), ("b", 200), ("c", 30_000)] {
            room.say(call, &[sample; FRAME_SAMPLES]);
        }
    }

    #[test]
    fn everybody_hears_the_sum_of_the_others_clipped() {
        let room = room();
        all_say(&room);
        assert_eq!(heard(&room, "a"), (30_200, vec!["b".into(), "c".into()]));
        assert_eq!(heard(&room, "c"), (1_200, vec!["a".into(), "b".into()]));
        all_say(&room);
        room.sound(&[32_000; FRAME_SAMPLES], Some("a"));
        assert_eq!(heard(&room, "a").0, 30_200);
        assert_eq!(heard(&room, "b").0, i16::MAX);
        assert_eq!(heard(&room, "nobody"), (0, vec![]));
    }

    #[test]
    fn the_muted_are_not_heard_and_who_is_on_hold_hears_nothing_either() {
        let room = room();
        room.change("a", |part| part.is_muted = true);
        room.change("c", |part| part.is_on_hold = true);
        all_say(&room);
        assert_eq!(heard(&room, "b"), (0, vec![]));
        assert_eq!(heard(&room, "a"), (200, vec!["b".into()]));
        assert_eq!(heard(&room, "c"), (0, vec![]));
    }

    #[test]
    fn a_coach_is_heard_by_one_only_and_hears_all() {
        let room = room();
        room.change("c", |part| part.coaches = Some("a".into()));
        all_say(&room);
        assert_eq!(heard(&room, "a").1, ["b", "c"]);
        assert_eq!(heard(&room, "b").1, ["a"]);
        assert_eq!(heard(&room, "c").1, ["a", "b"]);
    }

    #[test]
    fn who_falls_behind_loses_the_oldest() {
        let room = room();
        for sample in 1..=8 {
            room.say("a", &[sample * 1_000; FRAME_SAMPLES]);
        }
        assert_eq!(heard(&room, "b").0, 4_000);
        room.leave("b");
        assert_eq!(heard(&room, "b").0, 0);
    }
}
