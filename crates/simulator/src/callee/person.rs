//! A person on the line: greets, listens, thinks, answers, asks, interrupts, loses patience.

use telephony::SessionTime;
use telephony::dtmf::Digit;

use super::{Callee, Output, Timer, numbers_of};
use crate::booking::Answer;
use crate::hearing::{Heard, WEEKDAYS};
use crate::script::{Person, Then, Topic, WhenSpokenOver, millis};

impl Callee {
    pub(super) fn person_begins(&mut self, now: SessionTime, person: &Person) {
        if let Some(after_ms) = person.hang_up.after_ms {
            self.timers.set(Timer::SceneEnd, now + millis(after_ms));
        }
        self.prepare(now, &person.greeting);
        self.await_words(now, person);
    }

    fn await_words(&mut self, now: SessionTime, person: &Person) {
        if !self.talk.caller_speaks && self.talk.queue.is_empty() {
            self.timers.set(Timer::Silence, now + millis(person.silence.after_ms));
        }
    }

    pub(super) fn person_hears_start(&mut self, now: SessionTime, person: &Person) {
        // Who is spoken to before the greeting listens instead.
        self.talk.queue.clear();
        self.timers.cancel(Timer::NextLine);
        match (&self.talk.speaking, person.when_spoken_over) {
            (Some(_), WhenSpokenOver::Yields) => self.timers.set(Timer::Yield, now + millis(person.yields_after_ms)),
            (Some(_), WhenSpokenOver::TalksOver) | (None, _) => {}
        }
        if let Some(interrupt) = person.interrupts.iter().find(|interrupt| interrupt.line == self.talk.caller_lines) {
            self.timers.set(Timer::Interrupt, now + millis(interrupt.after_ms));
        }
    }

    pub(super) fn person_hears_end(&mut self, now: SessionTime, person: &Person) {
        if self.talk.speaking.is_none() {
            self.timers.set(Timer::Think, now + self.thinking(person));
        }
    }

    /// The time to think, varied by the seed and the line so that no two calls sound the same.
    fn thinking(&self, person: &Person) -> std::time::Duration {
        if self.config.seed == 0 {
            return millis(person.thinks_ms);
        }
        let mut chance = crate::impairment::Chance::new(self.config.seed ^ u64::from(self.lines).wrapping_mul(0x9E37_79B9));
        millis(person.thinks_ms * (80 + chance.below(41)) / 100)
    }

    pub(super) fn person_finished(&mut self, now: SessionTime, person: &Person) {
        if !self.talk.heard.is_empty() && !self.talk.caller_speaks {
            self.timers.set(Timer::Think, now + self.thinking(person));
        } else {
            self.await_words(now, person);
        }
    }

    pub(super) fn yield_floor(&mut self, out: &mut Vec<Output>) {
        if self.talk.caller_speaks {
            self.talk.cut_short = self.talk.speaking.clone();
            self.stop_saying(out);
        }
    }

    pub(super) fn interrupt(&mut self, out: &mut Vec<Output>) {
        let Some(crate::script::Scene::Person(person)) = self.current() else { return };
        let line = self.talk.caller_lines;
        if let Some(interrupt) = person.interrupts.iter().find(|interrupt| interrupt.line == line)
            && self.talk.caller_speaks
            && self.talk.speaking.is_none()
        {
            self.say(interrupt.say.clone(), Then::Stay, out);
        }
    }

    pub(super) fn person_hears_nothing(&mut self, person: &Person, out: &mut Vec<Output>) {
        let at = self.talk.silences;
        self.talk.silences += 1;
        match person.silence.say.get(at) {
            Some(text) => self.say(text.clone(), Then::Stay, out),
            None => self.hang_up(out),
        }
    }

    pub(super) fn person_answers(&mut self, now: SessionTime, person: &Person, text: &str, out: &mut Vec<Output>) {
        let heard = Heard::new(text);
        if heard.is_empty() {
            self.go_on(now, person, out);
            return;
        }
        self.talk.silences = 0;
        if person.hang_up.on.iter().any(|pattern| pattern.matches(&heard).is_some()) {
            self.say(person.hang_up.goodbye.clone(), Then::HangUp, out);
            return;
        }
        if let Some(at) = self.due_ask(person) {
            self.talk.asks_made.insert(at);
            if best_topic(person, &heard).is_some() || booking_asked(person, &heard) {
                self.talk.open_question = Some(text.to_string());
            }
            self.say(person.asks[at].say.clone(), person.asks[at].then.clone(), out);
            return;
        }
        if self.answer_to(person, &heard, out) {
            return;
        }
        if let Some(before) = self.talk.open_question.take()
            && self.answer_to(person, &Heard::new(&before), out)
        {
            return;
        }
        if let Some(cut_short) = self.talk.cut_short.take() {
            self.say(cut_short.text, cut_short.then, out);
            return;
        }
        if heard.has("thank|thanks") {
            self.say("You're welcome.".into(), Then::Stay, out);
            return;
        }
        self.fall_back(person, out);
    }

    /// Nothing was understood: says again what was cut short, or keeps waiting.
    fn go_on(&mut self, now: SessionTime, person: &Person, out: &mut Vec<Output>) {
        match self.talk.cut_short.take() {
            Some(cut_short) => self.say(cut_short.text, cut_short.then, out),
            None => self.await_words(now, person),
        }
    }

    fn due_ask(&self, person: &Person) -> Option<usize> {
        let lines = self.talk.caller_lines;
        person.asks.iter().enumerate().position(|(at, ask)| ask.after_line <= lines && !self.talk.asks_made.contains(&at))
    }

    /// Answers if it is something this person can answer.
    fn answer_to(&mut self, person: &Person, heard: &Heard, out: &mut Vec<Output>) -> bool {
        if heard.has("repeat_that|say_that_again|pardon|repeat_it|come_again")
            && let Some(last) = self.talk.last_said.clone()
        {
            self.say(last, Then::Stay, out);
            return true;
        }
        if self.confirm(heard, out) || self.book(person, heard, out) {
            return true;
        }
        let Some(at) = best_topic(person, heard) else { return false };
        self.say_topic(&person.knows[at], at, heard, out);
        true
    }

    fn say_topic(&mut self, topic: &Topic, at: usize, heard: &Heard, out: &mut Vec<Output>) {
        let asked_before = self.talk.times_said.entry(at).or_insert(0);
        let text = topic.say[(*asked_before).min(topic.say.len() - 1)].clone();
        *asked_before += 1;
        let days = heard.day(self.config.today).unwrap_or(0);
        let weekday = (self.config.today + days) % 7;
        let hours = topic.by_day.as_ref().map_or("", |week| week.of(weekday));
        let text = text.replace("{hours}", hours).replace("{day}", &day_in_words(days, self.config.today));
        for digit in topic.presses.chars().filter_map(Digit::new) {
            out.push(Output::SendDigit(digit));
        }
        self.informs(text, topic.then.clone(), out);
    }

    /// Says something that may be repeated and read back.
    fn informs(&mut self, text: String, then: Then, out: &mut Vec<Output>) {
        self.talk.fallbacks = 0;
        self.talk.cut_short = None;
        self.talk.open_question = None;
        self.talk.last_said = Some(text.clone());
        self.say(text, then, out);
    }

    /// Affirms what is read back if all its numbers were said before; else says the last answer again.
    fn confirm(&mut self, heard: &Heard, out: &mut Vec<Output>) -> bool {
        let Some(last) = self.talk.last_said.clone() else { return false };
        let asks = heard.has("is_that_right|is_that_correct|that_right|that_correct|did_i_get|did_i_understand|did_i_hear|have_i_got")
            || heard.text().ends_with("correct")
            || heard.text().ends_with("right");
        if !asks {
            return false;
        }
        self.talk.fallbacks = 0;
        let is_right = numbers_of(&without_dates(&heard.text())).iter().all(|number| self.talk.numbers_said.contains(number));
        let text = if is_right { "Yes, that's right.".to_string() } else { format!("No, not quite. {last}") };
        self.say(text, Then::Stay, out);
        true
    }

    fn book(&mut self, person: &Person, heard: &Heard, out: &mut Vec<Output>) -> bool {
        let Some(booking) = &person.booking else { return false };
        let begins = booking_asked(person, heard) && best_topic(person, heard).is_none();
        if !begins && !self.talk.booking.is_open() {
            return false;
        }
        match self.talk.booking.hears(booking, heard, self.config.today) {
            Answer::Says(text) => self.informs(text, Then::Stay, out),
            Answer::NotAboutIt => return false,
        }
        true
    }

    fn fall_back(&mut self, person: &Person, out: &mut Vec<Output>) {
        let at = self.talk.fallbacks as usize;
        self.talk.fallbacks += 1;
        if self.talk.fallbacks > person.patience {
            self.say(person.gives_up.clone(), Then::HangUp, out);
        } else {
            let text = person.fallback[at.min(person.fallback.len() - 1)].clone();
            self.say(text, Then::Stay, out);
        }
    }
}

/// Returns the words without days of a month. Who said "on Friday" agrees to "Friday, November 27": the network knows
/// weekdays and no calendar.
fn without_dates(text: &str) -> String {
    let mut kept = Vec::new();
    let mut follows_month = false;
    for word in text.split_whitespace() {
        if !(follows_month && word.starts_with(|c: char| c.is_ascii_digit())) {
            kept.push(word);
        }
        follows_month = MONTHS.contains(&word);
    }
    kept.join(" ")
}

const MONTHS: [&str; 12] = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

fn booking_asked(person: &Person, heard: &Heard) -> bool {
    person.booking.as_ref().is_some_and(|booking| booking.when.iter().any(|pattern| pattern.matches(heard).is_some()))
}

/// Returns the topic whose best pattern has the most words; the first of equals.
fn best_topic(person: &Person, heard: &Heard) -> Option<usize> {
    let mut best: Option<(usize, usize)> = None;
    for (at, topic) in person.knows.iter().enumerate() {
        if topic.unless.iter().any(|pattern| pattern.matches(heard).is_some()) {
            continue;
        }
        let Some(score) = topic.when.iter().filter_map(|pattern| pattern.matches(heard)).max() else { continue };
        if best.is_none_or(|(_, other)| score > other) {
            best = Some((at, score));
        }
    }
    best.map(|(at, _)| at)
}

/// Returns a day as people say it: today, tomorrow, on Friday.
pub(crate) fn day_in_words(days: u8, today: u8) -> String {
    match days {
        0 => "today".into(),
        1 => "tomorrow".into(),
        _ => {
            let name = WEEKDAYS[usize::from((today + days) % 7)];
            format!("on {}{}", name[..1].to_uppercase(), &name[1..])
        }
    }
}
