//! `<Gather>`: plays its prompts, listens for keys or speech, and asks where to go on.

use std::time::Duration;

use audio::frame::Frame;
use ports::speech_to_text::Heard;
use telephony::SessionTime;
use wire::twilio::document::{Gather, Seconds, Verb};

use super::{Doing, Driver, Event, heard_to};
use crate::ear::{Ear, Noticed, TURN_END};

/// What `auto` and no timeout at all stand for.
const USUAL_TIMEOUT_S: u32 = 5;

/// A gathering in progress.
pub(super) struct Gathering {
    gather: Gather,
    digits: String,
    ear: Option<Ear>,
    is_speaking: bool,
    /// What was said so far, over all pauses.
    spoken: String,
    /// Set once the prompts have ended, and anew by each key and each pause in speech.
    deadline: Option<SessionTime>,
}

impl Driver {
    pub(super) fn gather(&mut self, gather: Gather) {
        let ear = gather.input.speech().then(|| {
            let engine = self.service.config.speech.as_ref().map(|speech| speech.ears.as_ref());
            Ear::open(engine, heard_to(&self.post, Event::CarrierHeard))
        });
        let prompts = gather.prompts.iter().cloned().map(Verb::from).collect();
        let gathering = Gathering { gather, digits: String::new(), ear, is_speaking: false, spoken: String::new(), deadline: None };
        self.doing = Doing::Gathering(Box::new(gathering));
        let needs = self.prompter.start(prompts);
        self.get(needs);
    }

    pub(super) fn gather_frame(&mut self, up: &Frame) {
        let now = self.clock.now();
        let prompts_are_over = self.prompter.is_done();
        let Doing::Gathering(gathering) = &mut self.doing else { return };
        let noticed = gathering.ear.as_mut().map(|ear| ear.push(up)).unwrap_or_default();
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
        if is_over && matches!(&self.doing, Doing::Gathering(gathering) if !gathering.is_speaking) {
            self.gather_ends();
        }
    }

    /// Whoever has begun with keys goes on with keys.
    fn speech_begins(&mut self) {
        if let Doing::Gathering(gathering) = &mut self.doing
            && gathering.digits.is_empty()
        {
            gathering.is_speaking = true;
            self.prompter.stop();
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
        gathering.deadline = (!gathering.spoken.is_empty()).then(|| now + gathering.speech_timeout());
    }

    pub(super) fn gather_heard(&mut self, heard: Heard) {
        if let Doing::Gathering(gathering) = &mut self.doing
            && let Some(ear) = &mut gathering.ear
        {
            let _ = ear.heard(heard);
        }
    }

    pub(super) fn gather_key(&mut self, key: char) {
        let now = self.clock.now();
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
        self.prompter.stop();
        if ends || is_full {
            self.gather_ends();
        }
    }

    /// Sends what was collected, or goes on if it is nothing.
    fn gather_ends(&mut self) {
        let Doing::Gathering(gathering) = std::mem::replace(&mut self.doing, Doing::Waiting) else { return };
        self.prompter.stop();
        let parameters = match (gathering.spoken.is_empty(), gathering.digits.is_empty()) {
            (false, _) => vec![("SpeechResult", gathering.spoken.clone()), ("Confidence", "0.9".to_owned())],
            (true, false) => vec![("Digits", gathering.digits.clone())],
            (true, true) if gathering.gather.action_on_empty_result => vec![("Digits", String::new())],
            (true, true) => return self.next_verb(),
        };
        let action = gathering.gather.action.clone().unwrap_or_default();
        self.ask(gathering.gather.method, &action, parameters);
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
}
