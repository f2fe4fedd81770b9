//! `<Gather>`: plays its prompts, listens for keys or speech, and asks where to go on.
//!
//! What the engine cannot be told (hints, the model, the language) changes nothing here: it hears as well as it hears.

use std::time::Duration;

use audio::frame::Frame;
use ports::speech_to_text::{Heard, Wanted};
use telephony::SessionTime;
use wire::twilio::callback::{Gathered, PartialSpeech};
use wire::twilio::document::{Gather, Seconds, Verb};
use wire::twilio::status::CallStatus;

use super::document::sounds_of;
use super::relay::extra_of;
use super::{Doing, Driver};
use crate::ear::{Ear, Noticed, TURN_END};
use crate::truth::keep;
use crate::twilio::webhooks::resolve;

/// What `auto` and no timeout at all stand for.
const USUAL_TIMEOUT_S: u32 = 5;

/// Longest speech, if nothing else is said.
const MAX_SPEECH_S: u32 = 60;

/// Words that are not sent whole, if that is not asked for. A sample, for programs to see what stars look like.
const COARSE: [&str; 6] = ["damn", "hell", "crap", "shit", "fuck", "bastard"];

/// A gathering in progress.
pub(super) struct Gathering {
    gather: Gather,
    digits: String,
    /// The ear and its number.
    ear: Option<(u32, Ear)>,
    is_speaking: bool,
    /// Frames since speech began first.
    spoken_for: Option<u32>,
    /// What was said so far, over all pauses.
    spoken: String,
    confidence: Option<u8>,
    partials: u32,
    /// Set once the prompts have ended, and anew by each key and each pause in speech.
    deadline: Option<SessionTime>,
}

impl Driver {
    pub(super) fn gather(&mut self, gather: Gather) {
        let wanted = Wanted::interims_if(gather.partial_result_callback.is_some());
        let ear = gather.input.speech().then(|| self.open_ear(wanted));
        let prompts = gather.prompts.iter().cloned().map(Verb::from).flat_map(|verb| sounds_of(&verb)).collect();
        let gathering = Gathering {
            gather,
            digits: String::new(),
            ear,
            is_speaking: false,
            spoken_for: None,
            spoken: String::new(),
            confidence: None,
            partials: 0,
            deadline: None,
        };
        self.doing = Doing::Gathering(Box::new(gathering));
        let needs = self.line.prompter.start(prompts);
        self.get(needs);
    }

    pub(super) fn gather_frame(&mut self, up: &Frame) {
        let now = self.line.clock.now();
        let prompts_are_over = self.line.prompter.is_done();
        let Doing::Gathering(gathering) = &mut self.doing else { return };
        let noticed = gathering.ear.as_mut().map(|(_, ear)| ear.push(up)).unwrap_or_default();
        if prompts_are_over && gathering.deadline.is_none() && !gathering.is_speaking {
            gathering.deadline = Some(now + gathering.timeout());
        }
        let is_over = gathering.deadline.is_some_and(|deadline| deadline <= now);
        for noticed in noticed {
            match noticed {
                Noticed::Start => self.speech_begins(),
                Noticed::Pause => {}
                Noticed::End { text } => return self.speech_pauses(now, &text),
            }
        }
        if self.speech_is_too_long() {
            return self.cut_speech_off(now);
        }
        if is_over && matches!(&self.doing, Doing::Gathering(gathering) if !gathering.is_speaking) {
            self.gather_ends(None);
        }
    }

    /// Whoever has begun with keys goes on with keys.
    fn speech_begins(&mut self) {
        if let Doing::Gathering(gathering) = &mut self.doing
            && gathering.digits.is_empty()
        {
            gathering.is_speaking = true;
            gathering.spoken_for.get_or_insert(0);
            if gathering.gather.barge_in {
                self.line.prompter.stop();
            }
        }
    }

    fn speech_is_too_long(&mut self) -> bool {
        let Doing::Gathering(gathering) = &mut self.doing else { return false };
        let Some(frames) = &mut gathering.spoken_for else { return false };
        *frames += 1;
        gathering.is_speaking && *frames >= gathering.gather.max_speech_time.unwrap_or(MAX_SPEECH_S).saturating_mul(50)
    }

    /// Takes what was understood until now as all there is, as soon as the engine has said it.
    fn cut_speech_off(&mut self, now: SessionTime) {
        let Doing::Gathering(gathering) = &mut self.doing else { return };
        if let Some(Noticed::End { text }) = gathering.ear.as_mut().and_then(|(_, ear)| ear.last_words()) {
            self.speech_pauses(now, &text);
            self.gather_ends(None);
        }
    }

    fn speech_pauses(&mut self, now: SessionTime, text: &str) {
        let Doing::Gathering(gathering) = &mut self.doing else { return };
        if !std::mem::take(&mut gathering.is_speaking) {
            return;
        }
        if !text.is_empty() && !gathering.spoken.is_empty() {
            gathering.spoken.push(' ');
        }
        gathering.spoken.push_str(text);
        let confidence = gathering.ear.as_ref().and_then(|(_, ear)| ear.confidence());
        gathering.confidence = gathering.confidence.into_iter().chain(confidence).min();
        gathering.deadline = (!gathering.spoken.is_empty()).then(|| now + gathering.speech_timeout());
    }

    pub(super) fn gather_heard(&mut self, number: u32, heard: Heard) {
        let base = self.script.url.clone();
        let Doing::Gathering(gathering) = &mut self.doing else { return };
        let Some((_, ear)) = gathering.ear.as_mut().filter(|(own, _)| *own == number) else { return };
        let so_far = ear.heard(heard).filter(|_| gathering.is_speaking);
        let (Some(words), Some(url)) = (so_far, gathering.gather.partial_result_callback.clone()) else { return };
        let Ok(url) = resolve(base.as_deref(), &url) else { return };
        let method = gathering.gather.partial_result_callback_method;
        let stable = gathering.spoken.clone();
        let unstable = gathering.shown(&words);
        let sequence = gathering.partials;
        gathering.partials += 1;
        let partial = PartialSpeech {
            unstable: Some(unstable),
            stable: Some(stable),
            stability: Some("0.9".into()),
            sequence_number: Some(sequence),
            ..PartialSpeech::of(self.callback(CallStatus::InProgress))
        };
        self.hook("partial", method, url, partial.to_form().into_owned());
    }

    pub(super) fn gather_key(&mut self, key: char) {
        let now = self.line.clock.now();
        let Doing::Gathering(gathering) = &mut self.doing else { return };
        if !gathering.gather.input.dtmf() || gathering.is_speaking || !gathering.spoken.is_empty() {
            return;
        }
        let ends = gathering.gather.ends_at(key);
        if !ends {
            gathering.digits.push(key);
        }
        gathering.deadline = Some(now + gathering.timeout());
        let is_full = gathering.gather.num_digits.is_some_and(|count| gathering.digits.chars().count() >= count as usize);
        self.line.prompter.stop();
        if ends || is_full {
            self.gather_ends(ends.then_some(key));
        }
    }

    /// Sends what was collected, or goes on if it is nothing.
    fn gather_ends(&mut self, key: Option<char>) {
        let Doing::Gathering(gathering) = std::mem::replace(&mut self.doing, Doing::Waiting) else { return };
        self.line.prompter.stop();
        let mut gathered = Gathered::of(self.callback(CallStatus::InProgress));
        match (gathering.spoken.is_empty(), gathering.digits.is_empty()) {
            (false, _) => {
                let words = gathering.spoken.clone();
                self.note(|truth| keep(&mut truth.carrier_heard, words));
                gathered.speech = Some(gathering.shown(&gathering.spoken));
                gathered.confidence = gathering.confidence.map(|confidence| format!("{:?}", f64::from(confidence) / 100.0));
                gathered.language.clone_from(&gathering.gather.language);
            }
            (true, false) => {
                gathered.digits = Some(gathering.digits.clone());
                gathered.finished_on_key = key.map(String::from);
            }
            (true, true) if gathering.gather.action_on_empty_result => gathered.digits = Some(String::new()),
            (true, true) => return self.next_verb(),
        }
        let extra = extra_of(&gathered.to_form(), &["Digits", "SpeechResult", "Confidence", "FinishedOnKey", "Language"]);
        let action = gathering.gather.action.clone().unwrap_or_default();
        self.ask(gathering.gather.method, &action, extra);
    }
}

impl Gathering {
    fn timeout(&self) -> Duration {
        Duration::from_secs(self.gather.timeout.number().unwrap_or(USUAL_TIMEOUT_S).into())
    }

    /// How much longer to wait once the ear has found a pause. `auto` ends speech at the first; a number, or the timeout of
    /// the whole if none is given, counts from the last sound.
    fn speech_timeout(&self) -> Duration {
        let whole = match self.gather.speech_timeout {
            Some(Seconds::Auto) => return Duration::ZERO,
            Some(Seconds::Of(seconds)) => Duration::from_secs(seconds.into()),
            None => self.timeout(),
        };
        whole.saturating_sub(TURN_END)
    }

    /// Returns words as they are sent: of coarse ones only the first letter, unless they are asked for whole.
    fn shown(&self, words: &str) -> String {
        if self.gather.profanity_filter { starred(words) } else { words.to_owned() }
    }

    /// Returns whether this is the ear that it listens with.
    pub fn listens_with(&self, number: u32) -> bool {
        self.ear.as_ref().is_some_and(|(own, _)| *own == number)
    }
}

fn starred(words: &str) -> String {
    let star = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.is_empty() || !COARSE.iter().any(|coarse| coarse.eq_ignore_ascii_case(bare)) {
            return word.to_owned();
        }
        let stars: String = bare.chars().enumerate().map(|(at, c)| if at == 0 { c } else { '*' }).collect();
        word.replace(bare, &stars)
    };
    words.split(' ').map(star).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coarse_words_keep_their_first_letter() {
        assert_eq!(starred("Damn, what the hell? Hello."), "D***, what the h***? Hello.");
    }
}
