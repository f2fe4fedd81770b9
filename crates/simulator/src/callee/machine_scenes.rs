//! The scenes in which nobody listens with a heart: menus, queues, voicemail, screeners, announcements, silence, fax.

use telephony::SessionTime;
use telephony::dtmf::Digit;

use super::{Callee, Output, Timer};
use crate::hearing::Heard;
use crate::script::{Hold, Menu, Scene, Screener, Then, Voicemail, millis};

impl Callee {
    pub(super) fn machine_begins(&mut self, now: SessionTime, scene: &Scene, out: &mut Vec<Output>) {
        match scene {
            Scene::Menu(menu) => self.read_menu(now, menu),
            Scene::Hold(hold) => self.hold_begins(now, hold, out),
            Scene::Voicemail(voicemail) => self.prepare(now, &voicemail.greeting),
            Scene::Screener(screener) => self.prepare(now, &screener.prompt),
            Scene::Announcement(announcement) => self.prepare(now, &announcement.say),
            Scene::Silence(silence) => self.timers.set(Timer::SceneEnd, now + millis(silence.hangs_up_after_ms)),
            Scene::Fax(fax) => {
                out.push(Output::PlayFax);
                self.timers.set(Timer::SceneEnd, now + millis(fax.hangs_up_after_ms));
            }
            Scene::Person(_) => {}
        }
    }

    fn read_menu(&mut self, now: SessionTime, menu: &Menu) {
        self.talk.readings += 1;
        self.prepare(now, &menu.prompt);
    }

    fn hold_begins(&mut self, now: SessionTime, hold: &Hold, out: &mut Vec<Output>) {
        self.timers.set(Timer::SceneEnd, now + millis(hold.seconds * 1_000));
        if hold.music {
            out.push(Output::PlayMusic);
        }
        self.next_announcement(now, hold);
    }

    /// Announcements go round for as long as the queue lasts.
    fn next_announcement(&mut self, now: SessionTime, hold: &Hold) {
        let count = hold.announcements.len();
        if count > 0 {
            let next = hold.announcements[self.talk.announcement % count].clone();
            // None begins so late that whoever comes would cut it off.
            let ends_at = self.timers.deadline(Timer::SceneEnd);
            if ends_at.is_some_and(|ends_at| now + millis(next.after_ms + 6_000) > ends_at) {
                return;
            }
            self.talk.announcement += 1;
            self.prepare(now, &[next]);
        }
    }

    /// Music pauses while an announcement is read.
    pub(super) fn before_machine_line(&mut self, out: &mut Vec<Output>) {
        if matches!(self.current(), Some(Scene::Hold(hold)) if hold.music) {
            out.push(Output::StopSound);
        }
    }

    pub(super) fn after_machine_line(&mut self, out: &mut Vec<Output>) {
        if matches!(self.current(), Some(Scene::Hold(hold)) if hold.music) {
            out.push(Output::PlayMusic);
        }
    }

    /// The last prepared line was read out.
    pub(super) fn machine_finished(&mut self, now: SessionTime, scene: &Scene, out: &mut Vec<Output>) {
        match scene {
            Scene::Menu(menu) => self.timers.set(Timer::Silence, now + millis(menu.timeout_ms)),
            Scene::Hold(hold) => {
                self.after_machine_line(out);
                self.next_announcement(now, hold);
            }
            Scene::Voicemail(voicemail) => self.greeting_ends(now, voicemail),
            Scene::Screener(screener) => self.screener_listens(now, screener, out),
            Scene::Announcement(announcement) => match announcement.then {
                Then::HangUp => self.timers.set(Timer::HangUp, now + millis(500)),
                Then::Stay | Then::Goto(_) => self.go(now, &announcement.then, out),
            },
            Scene::Person(_) | Scene::Silence(_) | Scene::Fax(_) => {}
        }
    }

    fn greeting_ends(&mut self, now: SessionTime, voicemail: &Voicemail) {
        match voicemail.beep_after_ms {
            _ if voicemail.is_full => self.timers.set(Timer::HangUp, now + millis(800)),
            Some(after_ms) => self.timers.set(Timer::Beep, now + millis(after_ms)),
            None => self.record(now, voicemail),
        }
    }

    pub(super) fn beep(&mut self, now: SessionTime, out: &mut Vec<Output>) {
        if let Some(Scene::Voicemail(voicemail)) = self.current() {
            out.push(Output::Beep);
            self.record(now, &voicemail);
        }
    }

    /// What was said into the greeting is not part of the message.
    fn record(&mut self, now: SessionTime, voicemail: &Voicemail) {
        self.talk.is_recording = true;
        self.talk.heard.clear();
        self.timers.set(Timer::SceneEnd, now + millis(voicemail.records_seconds * 1_000));
        if !self.talk.caller_speaks {
            self.timers.set(Timer::Silence, now + millis(voicemail.silence_seconds * 1_000));
        }
    }

    /// Keeps what was recorded, if anything.
    pub(super) fn keep_message(&mut self) {
        let heard = std::mem::take(&mut self.talk.heard);
        if self.talk.is_recording && !heard.is_empty() {
            self.messages.push(heard);
            self.talk.is_kept = true;
        }
    }

    /// Adds what was understood only after the end.
    pub(super) fn lengthen_message(&mut self, text: &str) {
        if !self.talk.is_recording || text.is_empty() {
            return;
        }
        match self.messages.last_mut() {
            Some(message) if self.talk.is_kept => {
                message.push(' ');
                message.push_str(text);
            }
            Some(_) | None => self.messages.push(text.to_owned()),
        }
    }

    fn screener_listens(&mut self, now: SessionTime, screener: &Screener, out: &mut Vec<Output>) {
        if self.talk.is_accepted {
            out.push(Output::PlayRingback);
            self.timers.set(Timer::SceneEnd, now + millis(screener.rings_ms));
        } else if self.talk.heard.is_empty() {
            self.timers.set(Timer::Silence, now + millis(screener.timeout_ms));
        } else if !self.talk.caller_speaks {
            self.timers.set(Timer::Think, now + millis(300));
        }
    }

    pub(super) fn machine_hears_end(&mut self, now: SessionTime, scene: &Scene) {
        match scene {
            Scene::Menu(menu) if !menu.spoken.is_empty() => self.timers.set(Timer::Think, now + millis(300)),
            Scene::Menu(_) if self.talk.speaking.is_none() && self.talk.queue.is_empty() => self.timers.set(Timer::Silence, now + millis(3_000)),
            Scene::Screener(_) if self.talk.speaking.is_none() && self.talk.queue.is_empty() && !self.talk.is_accepted => {
                self.timers.set(Timer::Think, now + millis(300));
            }
            Scene::Voicemail(voicemail) if self.talk.is_recording => {
                self.timers.set(Timer::Silence, now + millis(voicemail.silence_seconds * 1_000));
            }
            Scene::Menu(_)
            | Scene::Screener(_)
            | Scene::Voicemail(_)
            | Scene::Hold(_)
            | Scene::Announcement(_)
            | Scene::Silence(_)
            | Scene::Fax(_)
            | Scene::Person(_) => {}
        }
    }

    pub(super) fn machine_answers(&mut self, now: SessionTime, scene: &Scene, text: &str, out: &mut Vec<Output>) {
        let heard = Heard::new(text);
        match scene {
            Scene::Menu(menu) => self.menu_hears(now, menu, &heard, out),
            Scene::Screener(screener) => self.screener_hears(screener, &heard, out),
            Scene::Hold(_) | Scene::Voicemail(_) | Scene::Announcement(_) | Scene::Silence(_) | Scene::Fax(_) | Scene::Person(_) => {}
        }
    }

    fn menu_hears(&mut self, now: SessionTime, menu: &Menu, heard: &Heard, out: &mut Vec<Output>) {
        let choice = menu.spoken.iter().find(|spoken| spoken.when.iter().any(|pattern| pattern.matches(heard).is_some()));
        match choice {
            Some(choice) => self.enter(now, choice.goto.clone(), out),
            // A machine that is reading does not mind what it did not understand.
            None if self.talk.speaking.is_some() || !self.talk.queue.is_empty() => {}
            None => self.timers.set(Timer::Silence, now + millis(1_500)),
        }
    }

    fn screener_hears(&mut self, screener: &Screener, heard: &Heard, out: &mut Vec<Output>) {
        let is_accepted = match screener.accepts.as_slice() {
            [] => heard.len() >= 3,
            patterns => patterns.iter().any(|pattern| pattern.matches(heard).is_some()),
        };
        if is_accepted {
            self.talk.is_accepted = true;
            self.say(screener.put_through.clone(), Then::Stay, out);
        } else {
            self.screener_asks_again(screener, out);
        }
    }

    fn screener_asks_again(&mut self, screener: &Screener, out: &mut Vec<Output>) {
        self.talk.tries += 1;
        if self.talk.tries >= screener.tries {
            self.hang_up(out);
        } else {
            self.say(screener.again.clone(), Then::Stay, out);
        }
    }

    /// Nobody pressed, said or recorded anything for too long.
    pub(super) fn machine_hears_nothing(&mut self, now: SessionTime, scene: &Scene, out: &mut Vec<Output>) {
        match scene {
            Scene::Menu(menu) if self.talk.readings < menu.readings => self.read_menu(now, menu),
            Scene::Menu(menu) => self.go(now, &menu.then, out),
            Scene::Screener(screener) => self.screener_asks_again(screener, out),
            Scene::Voicemail(_) => {
                self.keep_message();
                self.hang_up(out);
            }
            Scene::Hold(_) | Scene::Announcement(_) | Scene::Silence(_) | Scene::Fax(_) | Scene::Person(_) => {}
        }
    }

    pub(super) fn digit(&mut self, now: SessionTime, digit: Digit, out: &mut Vec<Output>) {
        let Some(Scene::Menu(menu)) = self.current() else { return };
        self.timers.cancel(Timer::Silence);
        self.timers.cancel(Timer::NextLine);
        match menu.keys.get(&digit.as_char()) {
            Some(scene) => self.enter(now, scene.clone(), out),
            None if self.talk.readings >= menu.readings => self.go(now, &menu.then, out),
            None => {
                self.talk.readings += 1;
                self.say(menu.invalid.clone(), Then::Stay, out);
                self.talk.queue = menu.prompt.iter().cloned().collect();
            }
        }
    }
}
