//! `<Connect><ConversationRelay>`: the carrier hears the callee and speaks for the program, which sends and gets text.
//!
//! What the callee says is heard by an ear like everybody's and sent once the turn is over. What the program says is spoken
//! as it comes. Who speaks over it stops it, if it may be stopped, and the program is told how much was heard.
//!
//! Not documented, and chosen here: how long one must speak to interrupt at the lower sensitivities; that pieces of an
//! interrupted turn that come later are spoken (Twilio's own examples do not end such a turn); that `end` does not wait for
//! what is still to be spoken; that a lost socket leads to `action`, or to the next verb without one.

use std::time::Duration;

use audio::frame::Frame;
use ports::speech_to_text::{Heard, Wanted};
use ports::text_to_speech::{Speaking, Voice, VoicePiece};
use telephony::SessionTime;
use tokio::sync::mpsc;
use wire::http::Method;
use wire::twilio::callback::{RelayEnded, SessionStatus};
use wire::twilio::document::{ConversationRelay, Interruptible, Sensitivity, SpeechTimeout};
use wire::twilio::relay::{CLOSE_MALFORMED, FromApp, FromCarrier, Info, Malformed, RelayFault, Setup};
use wire::twilio::status::CallStatus;

use super::spoken::{Job, Manners, Spoken};
use super::{Doing, Driver, Event};
use crate::callee_voice::speak;
use crate::ear::{Ear, Noticed};
use crate::media_socket::{Came, Send};
use crate::prompter::keys;
use crate::truth::keep;
use crate::twilio::fresh_sid;
use crate::twilio::handshake::Query;

/// How often the way there and back is measured, if that is asked for.
const PING_EVERY: u64 = 10 * 50;

/// A conversation in text and what belongs to it.
pub(super) struct Relaying {
    relay: ConversationRelay,
    action: Option<String>,
    method: Method,
    session_id: String,
    opened_at: Option<SessionTime>,
    outgoing: mpsc::Sender<Send>,
    pub(super) incoming: mpsc::Receiver<Came>,
    malformed: Malformed,
    spoken: Spoken,
    /// Speech being made; dropped with the session.
    work: Vec<Box<dyn Speaking>>,
    ear: Ear,
    ear_number: u32,
    /// The callee speaks since so many frames.
    speaking_for: Option<u32>,
    /// They began while we spoke and could not be interrupted.
    began_over_us: bool,
    /// We are heard, as last told.
    was_speaking: bool,
    hears: String,
    frames: u64,
    pinged_at: Option<SessionTime>,
}

/// How a session ended.
enum Ending {
    /// The program said so, and hands this on.
    Ended(Option<String>),
    /// The call is over.
    Completed,
    /// The socket is lost, or was never there.
    Failed,
}

impl Driver {
    pub(super) fn relay(&mut self, relay: ConversationRelay, action: Option<String>, method: Method) {
        let Ok(session_id) = fresh_sid("VX") else { return self.application_error(20_500) };
        let (outgoing, incoming) = self.open_socket(&relay.url, Query::Allowed);
        let (ear_number, mut ear) = self.open_ear(Wanted::interims_if(relay.partial_prompts));
        if let Some(SpeechTimeout::Millis(millis)) = relay.speech_timeout {
            ear = ear.ending_after(millis);
        }
        let hears = relay.transcription_language.clone().or_else(|| relay.language.clone()).unwrap_or_else(|| "en-US".into());
        self.doing = Doing::Relaying(Box::new(Relaying {
            relay,
            action,
            method,
            session_id,
            opened_at: None,
            outgoing,
            incoming,
            malformed: Malformed::default(),
            spoken: Spoken::default(),
            work: Vec::new(),
            ear,
            ear_number,
            speaking_for: None,
            began_over_us: false,
            was_speaking: false,
            hears,
            frames: 0,
            pinged_at: None,
        }));
    }

    pub(super) fn relay_came(&mut self, came: Came) {
        match came {
            Came::Opened => self.relay_opened(),
            Came::Refused(_) => {
                self.failed(64_102);
                self.relay_ends(Ending::Failed);
            }
            Came::Text(text) => self.relay_app_said(&text),
            Came::NotText => self.relay_fault("a message that is no text"),
            Came::Pong => self.relay_pong(),
            Came::Closed => self.relay_ends(Ending::Failed),
        }
    }

    fn relay_opened(&mut self) {
        let (now, setup) = (self.line.clock.now(), self.setup());
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        relaying.opened_at = Some(now);
        let setup = Setup { session_id: relaying.session_id.clone(), parameters: relaying.relay.parameters.clone(), ..setup };
        relaying.send(&FromCarrier::Setup(Box::new(setup)));
        let greeting = relaying.relay.welcome_greeting.clone().filter(|greeting| !greeting.is_empty());
        let manners = Manners { interruptible: relaying.relay.welcome_greeting_interruptible.clone(), preemptible: false };
        let jobs = greeting.map(|greeting| relaying.spoken.text(&greeting, true, &manners)).unwrap_or_default();
        self.note(|truth| truth.relays += 1);
        self.relay_jobs(jobs);
    }

    /// Returns what a setup tells of the call.
    fn setup(&self) -> Setup {
        let call = self.callback(CallStatus::InProgress);
        Setup {
            account_sid: call.account_sid,
            call_sid: call.call_sid,
            parent_call_sid: call.parent_call_sid.unwrap_or_default(),
            direction: if call.direction == "inbound" { "inbound" } else { "outbound" }.into(),
            from: call.from,
            to: call.to,
            call_type: "PSTN".into(),
            call_status: "IN-PROGRESS".into(),
            ..Setup::default()
        }
    }

    fn relay_app_said(&mut self, text: &str) {
        let message = FromApp::read(text);
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        let message = match message {
            Ok(message) => message,
            Err(_) => return self.relay_fault(text),
        };
        relaying.malformed.note(true);
        let manners = relaying.manners(&message);
        let jobs = match message {
            FromApp::Text { token, is_last, .. } => relaying.spoken.text(&token, is_last, &manners),
            FromApp::Play { source, loops, .. } => vec![relaying.spoken.file(source, loops.unwrap_or(1), &manners)],
            FromApp::SendDigits { digits } => {
                relaying.spoken.samples(&keys(&digits), &Manners { interruptible: Interruptible::Nothing, preemptible: false });
                Vec::new()
            }
            FromApp::Language { hears, .. } => {
                if let Some(hears) = hears {
                    relaying.hears = hears;
                }
                Vec::new()
            }
            FromApp::End { handoff } => return self.relay_ends(Ending::Ended(handoff)),
        };
        self.relay_jobs(jobs);
    }

    /// A message cannot be read: the program is told, and after too many in a row the session ends.
    fn relay_fault(&mut self, text: &str) {
        self.failed(64_107);
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        relaying.send(&FromCarrier::Error { description: RelayFault::description(text) });
        if let Some(code) = relaying.malformed.note(false) {
            // Without room for this the socket breaks when the channel is dropped.
            let _ = relaying.outgoing.try_send(Send::CloseWith(CLOSE_MALFORMED.0, CLOSE_MALFORMED.1));
            self.failed(code);
            self.relay_ends(Ending::Failed);
        }
    }

    fn relay_jobs(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            match job {
                Job::Speech { job, text } => {
                    let post = self.post.clone();
                    let sink = move |piece| {
                        let _ = post.send(Event::RelaySpeech(job, piece));
                    };
                    let work = speak(self.service.network.config.speech.as_ref(), &text, Voice::default(), sink);
                    if let Doing::Relaying(relaying) = &mut self.doing {
                        relaying.work.extend(work);
                    }
                }
                Job::File { job, url } => self.fetch_into(&url, move |samples| Event::RelayFile(job, samples)),
            }
        }
    }

    pub(super) fn relay_speech(&mut self, job: u32, piece: VoicePiece) {
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        match piece {
            VoicePiece::Audio(samples) => relaying.spoken.take(job, &samples),
            VoicePiece::End | VoicePiece::Failed => relaying.spoken.complete(job),
        }
    }

    pub(super) fn relay_file(&mut self, job: u32, samples: Result<Vec<i16>, u32>) {
        if let Err(code) = &samples {
            self.failed(*code);
        }
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        relaying.spoken.take(job, &samples.unwrap_or_default());
        relaying.spoken.complete(job);
    }

    /// Fills the next 20 ms of what the callee hears.
    pub(super) fn relay_play(&mut self, down: &mut Frame) {
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        let played = relaying.spoken.fill(down);
        let is_speaking = relaying.spoken.is_speaking();
        if !is_speaking {
            relaying.work.clear();
        }
        if let Some(words) = played.words.filter(|_| relaying.wants("tokens-played")) {
            relaying.send(&FromCarrier::Info(Info::Played(words)));
        }
        if is_speaking != std::mem::replace(&mut relaying.was_speaking, is_speaking) && relaying.wants("speaker-events") {
            relaying.send(&FromCarrier::Info(Info::WeSpeak(is_speaking)));
        }
    }

    /// Hears the next 20 ms of the callee.
    pub(super) fn relay_frame(&mut self, up: &Frame) {
        let now = self.line.clock.now();
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        if relaying.opened_at.is_none() {
            return;
        }
        if relaying.wants("debugging") && relaying.frames.is_multiple_of(PING_EVERY) {
            relaying.pinged_at = Some(now);
            let _ = relaying.outgoing.try_send(Send::Ping);
        }
        relaying.frames += 1;
        let noticed = relaying.ear.push(up);
        if let Some(frames) = &mut relaying.speaking_for {
            *frames += 1;
        }
        for noticed in noticed {
            self.relay_noticed(noticed);
        }
        self.relay_spoken_over();
    }

    fn relay_noticed(&mut self, noticed: Noticed) {
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        match noticed {
            Noticed::Start => {
                relaying.speaking_for = Some(0);
                let stays = relaying.spoken.interruptible().is_some_and(|interruptible| !interruptible.by_speech());
                relaying.began_over_us = stays;
                if relaying.wants("speaker-events") {
                    relaying.send(&FromCarrier::Info(Info::CalleeSpeaks(true)));
                }
            }
            Noticed::Pause => {}
            Noticed::End { text } => {
                relaying.speaking_for = None;
                if relaying.wants("speaker-events") {
                    relaying.send(&FromCarrier::Info(Info::CalleeSpeaks(false)));
                }
                let is_wanted = !relaying.began_over_us || relaying.relay.report_input_during_speech.by_speech();
                if !text.is_empty() && is_wanted {
                    let language = relaying.spoken_language();
                    relaying.send(&FromCarrier::Prompt { words: text.clone(), language, is_last: true });
                    self.note(|truth| keep(&mut truth.carrier_heard, text));
                }
            }
        }
    }

    /// Whoever has spoken over us for long enough stops us.
    fn relay_spoken_over(&mut self) {
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        let enough = match relaying.relay.interrupt_sensitivity {
            Sensitivity::High | Sensitivity::Other(_) => 0,
            Sensitivity::Medium => 15,
            Sensitivity::Low => 30,
        };
        let speaks = relaying.speaking_for.is_some_and(|frames| frames >= enough);
        if speaks && relaying.spoken.interruptible().is_some_and(Interruptible::by_speech) {
            relaying.interrupt();
        }
    }

    pub(super) fn relay_heard(&mut self, heard: Heard) {
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        let so_far = relaying.ear.heard(heard);
        let is_wanted = !relaying.began_over_us || relaying.relay.report_input_during_speech.by_speech();
        if let Some(words) = so_far.filter(|_| relaying.relay.partial_prompts && is_wanted) {
            let language = relaying.spoken_language();
            relaying.send(&FromCarrier::Prompt { words, language, is_last: false });
        }
    }

    pub(super) fn relay_key(&mut self, key: char) {
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        let interruptible = relaying.spoken.interruptible().cloned();
        let stops = interruptible.as_ref().is_some_and(Interruptible::by_keys);
        if stops {
            relaying.interrupt();
        }
        let is_wanted = interruptible.is_none() || stops || relaying.relay.report_input_during_speech.by_keys();
        if relaying.relay.dtmf_detection && is_wanted {
            relaying.send(&FromCarrier::Dtmf { digit: key });
        }
    }

    fn relay_pong(&mut self) {
        let now = self.line.clock.now();
        let Doing::Relaying(relaying) = &mut self.doing else { return };
        if let Some(pinged_at) = relaying.pinged_at.take() {
            let millis = u64::try_from(now.since(pinged_at).as_millis()).unwrap_or(u64::MAX);
            relaying.send(&FromCarrier::Info(Info::RoundTrip(millis)));
        }
    }

    /// The session is over, the call goes on.
    fn relay_ends(&mut self, ending: Ending) {
        let Doing::Relaying(relaying) = std::mem::replace(&mut self.doing, Doing::Waiting) else { return };
        let (action, method) = (relaying.action.clone(), relaying.method);
        let form = self.relay_over(*relaying, ending, CallStatus::InProgress);
        match action {
            Some(action) => self.ask(method, &action, form),
            None => self.next_verb(),
        }
    }

    /// The call is over or goes elsewhere: the socket is closed; the program learns of an end of the call.
    pub(super) fn relay_cut_off(&mut self, relaying: Relaying, is_call_over: bool) {
        let (action, method) = (relaying.action.clone(), relaying.method);
        let extra = self.relay_over(relaying, Ending::Completed, CallStatus::Completed);
        if let Some(action) = action.filter(|_| is_call_over) {
            self.tell_action(method, &action, extra);
        }
    }

    fn relay_over(&mut self, relaying: Relaying, ending: Ending, status: CallStatus) -> Vec<(&'static str, String)> {
        // Without room the socket breaks when the channel is dropped, which ends it as well.
        let _ = relaying.outgoing.try_send(Send::Close);
        let lasted = relaying.opened_at.map_or(Duration::ZERO, |opened_at| self.line.clock.now().since(opened_at));
        let (status_of, handoff) = match ending {
            Ending::Ended(handoff) => (SessionStatus::Ended, handoff),
            Ending::Completed => (SessionStatus::Completed, None),
            Ending::Failed => (SessionStatus::Failed, None),
        };
        let ended = RelayEnded {
            session_id: Some(relaying.session_id),
            status: status_of,
            duration: u32::try_from(lasted.as_secs()).ok(),
            handoff,
            ..RelayEnded::of(self.callback(status))
        };
        extra_of(&ended.to_form(), &["SessionId", "SessionStatus", "SessionDuration", "HandoffData"])
    }
}

/// Returns the pairs of a form that a verb adds to what every request about a call says.
pub(super) fn extra_of(form: &wire::http::Form<'_>, keys: &[&'static str]) -> Vec<(&'static str, String)> {
    keys.iter().filter_map(|key| Some((*key, form.get(key)?.to_owned()))).collect()
}

impl Relaying {
    fn send(&self, message: &FromCarrier) {
        // Who reads slower than messages come has lost the conversation: the socket's own timeout says so.
        let _ = self.outgoing.try_send(Send::Text(message.write()));
    }

    /// Returns whether this is the ear that it listens with.
    pub fn listens_with(&self, number: u32) -> bool {
        self.ear_number == number
    }

    fn wants(&self, event: &str) -> bool {
        self.relay.events.iter().chain(&self.relay.debug).any(|wanted| wanted == event)
    }

    fn manners(&self, message: &FromApp) -> Manners {
        let (interruptible, preemptible) = match message {
            FromApp::Text { interruptible, preemptible, .. } | FromApp::Play { interruptible, preemptible, .. } => (*interruptible, *preemptible),
            FromApp::SendDigits { .. } | FromApp::Language { .. } | FromApp::End { .. } => (None, None),
        };
        let interruptible = match interruptible {
            None => self.relay.interruptible.clone(),
            Some(true) => Interruptible::Any,
            Some(false) => Interruptible::Nothing,
        };
        Manners { interruptible, preemptible: preemptible.unwrap_or(self.relay.preemptible) }
    }

    fn interrupt(&mut self) {
        let heard = self.spoken.interrupt();
        self.work.clear();
        self.send(&FromCarrier::Interrupt { heard: heard.words, heard_millis: Some(heard.millis) });
    }

    /// Returns the language of what the callee says; one that was found out is named by its first part only.
    fn spoken_language(&self) -> Option<String> {
        Some(if self.hears == "multi" { "en".into() } else { self.hears.clone() })
    }
}
