//! `<GetInput>` and `<GetDigits>`: plays the prompts, listens for keys or speech, and asks where to go on.
//!
//! If nothing comes, the action is not asked, and the next element runs. What the engine cannot be told (hints, the model, the
//! language) changes nothing here: it hears as well as it hears.

use std::time::Duration;

use audio::frame::Frame;
use ports::speech_to_text::{Heard, Wanted};
use telephony::SessionTime;
use wire::http::Method;
use wire::plivo::callback::{InputCallback, InputKind, InterimCallback};
use wire::plivo::decimal::Decimal;
use wire::plivo::document::{GetDigits, GetInput};
use wire::plivo::status::CallEvent;

use super::document::sounds_of;
use super::{Doing, Driver, Mouth};
use crate::ear::{Ear, Noticed, TURN_END};
use crate::prompter::Sound;
use crate::truth::keep;

/// What `auto` stands for between keys. What Plivo takes is not documented.
const AUTO_DIGIT_END: Duration = Duration::from_secs(2);

/// A question in progress.
pub(super) struct Asking {
    action: String,
    method: Option<Method>,
    redirects: bool,
    is_get_digits: bool,
    prompts: Vec<Sound>,
    hears_keys: bool,
    most_keys: usize,
    finish_on: Option<char>,
    valid: String,
    invalid_sound: Option<String>,
    /// Until the first key, once the prompts have ended; `<GetDigits>` only.
    first_within: Option<Duration>,
    between_keys: Duration,
    /// Behind the pause that the ear finds by itself.
    after_speech: Duration,
    /// For all of it, from its beginning; `<GetInput>` only.
    all_within: Option<Duration>,
    tries_left: u32,
    interim: Option<(String, Option<Method>)>,
    ear: Option<(u32, Ear)>,
    digits: String,
    is_speaking: bool,
    spoken: String,
    confidence: Option<u8>,
    interims: u32,
    ends_at: Option<SessionTime>,
    deadline: Option<SessionTime>,
}

impl Asking {
    /// Returns a `<GetInput>`.
    pub fn of_input(driver: &mut Driver, input: GetInput) -> Self {
        let wanted = Wanted::interims_if(input.interim_callback.is_some());
        let ear = input.hears_speech().then(|| driver.open_ear(wanted));
        let seconds = |text: String| text.parse().ok().map(Duration::from_secs);
        Self {
            hears_keys: input.hears_keys(),
            most_keys: input.num_digits() as usize,
            finish_on: finish_key(&input.finish_on_key()),
            between_keys: seconds(input.digit_end_timeout()).unwrap_or(AUTO_DIGIT_END),
            after_speech: seconds(input.speech_end_timeout()).map_or(Duration::ZERO, |seconds| seconds.saturating_sub(TURN_END)),
            all_within: Some(Duration::from_secs(input.execution_timeout().into())),
            interim: input.interim_callback.clone().map(|url| (url, input.interim_callback_method)),
            ear,
            ..Self::new(input.action.clone(), input.method, input.redirect(), sounds_of(&input.prompts))
        }
    }

    /// Returns a `<GetDigits>`.
    pub fn of_digits(digits: GetDigits) -> Self {
        let mut prompts = sounds_of(&digits.prompts);
        if digits.play_beep() {
            prompts.push(Sound::Keys { digits: "1".to_owned(), loops: 1 });
        }
        Self {
            is_get_digits: true,
            hears_keys: true,
            most_keys: digits.num_digits() as usize,
            finish_on: finish_key(&digits.finish_on_key()),
            valid: digits.valid_digits(),
            invalid_sound: digits.invalid_digits_sound.clone(),
            first_within: Some(Duration::from_secs(digits.timeout().into())),
            between_keys: Duration::from_secs(digits.digit_timeout().into()),
            tries_left: digits.retries().max(1) - 1,
            ..Self::new(digits.action.clone(), digits.method, digits.redirect(), prompts)
        }
    }

    fn new(action: String, method: Option<Method>, redirects: bool, prompts: Vec<Sound>) -> Self {
        Self {
            action,
            method,
            redirects,
            is_get_digits: false,
            prompts,
            hears_keys: false,
            most_keys: 0,
            finish_on: None,
            valid: "1234567890*#".to_owned(),
            invalid_sound: None,
            first_within: None,
            between_keys: AUTO_DIGIT_END,
            after_speech: Duration::ZERO,
            all_within: None,
            tries_left: 0,
            interim: None,
            ear: None,
            digits: String::new(),
            is_speaking: false,
            spoken: String::new(),
            confidence: None,
            interims: 0,
            ends_at: None,
            deadline: None,
        }
    }
}

fn finish_key(text: &str) -> Option<char> {
    text.chars().next().filter(|_| text.chars().count() == 1)
}

impl Driver {
    pub(super) fn begin_asking(&mut self, mut asking: Asking) {
        asking.ends_at = asking.all_within.map(|within| self.line.clock.now() + within);
        let prompts = asking.prompts.clone();
        self.doing = Doing::Asking(Box::new(asking));
        let needs = self.line.prompter.start(prompts);
        self.get(Mouth::Document, needs);
    }

    pub(super) fn asking_frame(&mut self, up: &Frame) {
        let now = self.line.clock.now();
        let prompts_are_over = self.line.prompter.is_done();
        let Doing::Asking(asking) = &mut self.doing else { return };
        let noticed = asking.ear.as_mut().map(|(_, ear)| ear.push(up)).unwrap_or_default();
        if prompts_are_over && asking.deadline.is_none() && !asking.is_speaking {
            asking.deadline = asking.first_within.map(|within| now + within);
        }
        for noticed in noticed {
            match noticed {
                Noticed::Start => self.speech_begins(),
                Noticed::Pause => {}
                Noticed::End { text } => self.speech_pauses(now, &text),
            }
        }
        let Doing::Asking(asking) = &mut self.doing else { return };
        let is_cut_off = asking.ends_at.is_some_and(|at| at <= now);
        if is_cut_off && asking.is_speaking {
            // What was understood until now is all there is, as soon as the engine has said it.
            let last = asking.ear.as_mut().and_then(|(_, ear)| ear.last_words());
            if let Some(Noticed::End { text }) = last {
                self.speech_pauses(now, &text);
                self.asking_ends();
            }
        } else if is_cut_off || (asking.deadline.is_some_and(|at| at <= now) && !asking.is_speaking) {
            self.asking_ends();
        }
    }

    /// Whoever has begun with keys goes on with keys.
    fn speech_begins(&mut self) {
        if let Doing::Asking(asking) = &mut self.doing
            && asking.digits.is_empty()
        {
            asking.is_speaking = true;
            self.line.prompter.stop();
        }
    }

    fn speech_pauses(&mut self, now: SessionTime, text: &str) {
        let Doing::Asking(asking) = &mut self.doing else { return };
        if !std::mem::take(&mut asking.is_speaking) || text.is_empty() {
            return;
        }
        if !asking.spoken.is_empty() {
            asking.spoken.push(' ');
        }
        asking.spoken.push_str(text);
        let confidence = asking.ear.as_ref().and_then(|(_, ear)| ear.confidence());
        asking.confidence = asking.confidence.into_iter().chain(confidence).min();
        asking.deadline = Some(now + asking.after_speech);
    }

    pub(super) fn asking_heard(&mut self, number: u32, heard: Heard) {
        let Doing::Asking(asking) = &mut self.doing else { return };
        let Some((_, ear)) = asking.ear.as_mut().filter(|(own, _)| *own == number) else { return };
        let so_far = ear.heard(heard).filter(|_| asking.is_speaking);
        let (Some(words), Some((url, method))) = (so_far, asking.interim.clone()) else { return };
        asking.interims += 1;
        let (stable, sequence) = (asking.spoken.clone(), asking.interims);
        let interim = InterimCallback {
            call: self.parameters(self.status(), None),
            stable: Some(stable),
            unstable: Some(words),
            stability: Some(Decimal::new("0.9")),
            sequence_number: Some(sequence),
            ..InterimCallback::default()
        };
        self.hook("partial", method, url, interim.to_form().into_owned());
    }

    pub(super) fn asking_key(&mut self, key: char) {
        let now = self.line.clock.now();
        let Doing::Asking(asking) = &mut self.doing else { return };
        if !asking.hears_keys || asking.is_speaking || !asking.spoken.is_empty() {
            return;
        }
        self.line.prompter.stop();
        if asking.finish_on == Some(key) {
            return self.asking_ends();
        }
        if !asking.valid.contains(key) {
            let sound = asking.invalid_sound.clone().map(|url| Sound::File { url, loops: 1 });
            let needs = self.line.prompter.start(sound.into_iter().collect());
            return self.get(Mouth::Document, needs);
        }
        asking.digits.push(key);
        asking.deadline = Some(now + asking.between_keys);
        if asking.digits.chars().count() >= asking.most_keys {
            self.asking_ends();
        }
    }

    /// Sends what was collected; if it is nothing, asks again or goes on.
    fn asking_ends(&mut self) {
        let Doing::Asking(mut asking) = std::mem::replace(&mut self.doing, Doing::Idle) else { return };
        self.line.prompter.stop();
        if asking.spoken.is_empty() && asking.digits.is_empty() {
            if asking.tries_left > 0 {
                asking.tries_left -= 1;
                asking.deadline = None;
                return self.begin_asking(*asking);
            }
            return self.next_verb();
        }
        let is_speech = !asking.spoken.is_empty();
        if is_speech {
            let words = asking.spoken.clone();
            self.note(|truth| keep(&mut truth.carrier_heard, words));
        }
        let blank_or = |text: Option<String>| Some(text.unwrap_or_default());
        let of_input = |value: Option<String>| if asking.is_get_digits { None } else { blank_or(value) };
        let confidence = asking.confidence.map(|confidence| format!("{}.{:02}", confidence / 100, confidence % 100));
        let callback = InputCallback {
            call: self.parameters(self.status(), Some(CallEvent::Redirect)),
            kind: (!asking.is_get_digits).then_some(if is_speech { InputKind::Speech } else { InputKind::Dtmf }),
            digits: blank_or(Some(asking.digits.clone()).filter(|_| !is_speech)),
            speech: of_input(Some(asking.spoken.clone())),
            confidence: of_input(confidence).map(Decimal::new),
            billed_amount: is_speech.then(|| Decimal::of_micros(0)),
            ..InputCallback::default()
        };
        let form = callback.to_form().into_owned();
        self.act(asking.method, &asking.action, asking.redirects, form);
    }
}
