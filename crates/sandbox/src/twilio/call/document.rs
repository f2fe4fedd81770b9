//! The document of a call: fetched, read, run verb by verb; what to do when that fails.

use wire::http::Method;
use wire::twilio::callback::QueueResult;
use wire::twilio::document::{ConnectTo, Document, Play, Refer, Say, Start, Verb};
use wire::twilio::rest::CallInstructions;
use wire::twilio::status::CallStatus;

use super::stay::{Because, Stay};
use super::{Doing, Driver, Event, Origin};
use crate::program::{HookReply, samples_of};
use crate::prompter::Sound;
use crate::truth::{WebhookTruth, keep};
use crate::twilio::webhooks::{HookError, resolve};

impl Driver {
    /// Runs what a request named: fetches it, or reads it if it is inline.
    pub(super) fn run_instructions(&mut self, instructions: CallInstructions, extra: Vec<(&str, String)>) {
        match instructions {
            CallInstructions::Url { url, method } => self.ask(method, &url, extra),
            CallInstructions::Twiml(text) => {
                (self.script.url, self.script.method) = (None, None);
                // Anything still on its way is for the document before.
                self.script.request += 1;
                self.run_text(&text);
            }
            CallInstructions::Application(_) => self.application_error(21_218),
        }
    }

    /// The API wants something else to be run, at once.
    pub(super) fn redirect(&mut self, instructions: CallInstructions) {
        self.line.prompter.stop();
        match std::mem::replace(&mut self.doing, Doing::Waiting) {
            Doing::Streaming(streaming) => self.stop_stream(*streaming),
            Doing::Relaying(relaying) => self.relay_cut_off(*relaying, false),
            Doing::Recording(recording) => self.message_cut_off(*recording),
            Doing::Waiting | Doing::Detecting | Doing::SendingDigits | Doing::Prompting | Doing::Gathering(_) | Doing::Staying => {}
        }
        self.leave_stay(Because::Redirected);
        self.run_instructions(instructions, Vec::new());
    }

    /// Asks for a document; an empty address asks for the present one again.
    pub(super) fn ask(&mut self, method: Method, url: &str, extra: Vec<(&str, String)>) {
        self.doing = Doing::Waiting;
        let url = match (url, &self.script.url) {
            ("", Some(present)) => Ok(present.clone()),
            (url, base) => resolve(base.as_deref(), url),
        };
        let url = match url {
            Ok(url) if self.line.may_ask() => url,
            Ok(_) => return self.application_error(11_215),
            Err(error) => return self.application_error(error.code),
        };
        let mut callback = self.callback(if self.is_picked_up() { CallStatus::InProgress } else { CallStatus::Ringing });
        if let Origin::Inbound { token } = &self.origin {
            callback = callback.with("CallToken", token);
        }
        for (key, value) in extra {
            callback = callback.with(key, value);
        }
        self.script.request += 1;
        self.script.asked = Some(url.clone());
        self.script.method = Some(method);
        let (request, post, webhooks) = (self.script.request, self.post.clone(), self.service.webhooks.clone());
        let (truth, at_ms) = (self.line.truth.clone(), self.line.clock.now().as_millis());
        let form = callback.to_form().into_owned();
        self.service.network.spawn(async move {
            let reply = webhooks.ask(method, &url, &form).await;
            let status = reply.as_ref().ok().map(|reply| reply.status);
            truth.note(|truth| keep(&mut truth.webhooks, WebhookTruth { kind: "document".into(), at_ms, status }));
            let _ = post.send(Event::Document(request, reply));
        });
    }

    pub(super) fn document_came(&mut self, request: u32, reply: Result<HookReply, HookError>) {
        if request != self.script.request {
            return;
        }
        match reply.map_err(|error| error.code).and_then(|reply| self.read_reply(reply)) {
            Ok(()) => {}
            Err(code) => self.fall_back(code),
        }
    }

    /// Runs a reply by its type.
    fn read_reply(&mut self, reply: HookReply) -> Result<(), u32> {
        if !(200..300).contains(&reply.status) {
            return Err(11_200);
        }
        let text = || String::from_utf8_lossy(&reply.body).into_owned();
        match reply.content_type.as_str() {
            "text/xml" | "application/xml" | "text/html" => {
                let parsed = Document::parse(&text()).map_err(|error| error.code())?;
                self.accept(parsed.document.verbs, parsed.warnings.iter().map(|warning| warning.code).collect());
            }
            "text/plain" => match Document::parse(&text()) {
                Ok(parsed) => self.accept(parsed.document.verbs, Vec::new()),
                Err(_) => self.accept(vec![Verb::Say(Say::plain(text())), Verb::Hangup], Vec::new()),
            },
            kind if kind.starts_with("audio/") => {
                let samples = samples_of(&reply.body).ok_or(12_300_u32)?;
                self.accept(vec![Verb::Pause { length: 0 }, Verb::Hangup], Vec::new());
                self.play_samples(&samples);
            }
            _ => return Err(12_300),
        }
        Ok(())
    }

    fn accept(&mut self, verbs: Vec<Verb>, warnings: Vec<u32>) {
        self.script.url = self.script.asked.take().or_else(|| self.script.url.take());
        self.script.is_fallback = false;
        for code in warnings {
            self.failed(code);
        }
        self.script.verbs = verbs.into();
        self.next_verb();
    }

    fn run_text(&mut self, text: &str) {
        match Document::parse(text) {
            Ok(parsed) => self.accept(parsed.document.verbs, parsed.warnings.iter().map(|warning| warning.code).collect()),
            Err(error) => self.fall_back(error.code()),
        }
    }

    /// Asks the fallback address, once; if that fails too, the callee hears that something went wrong.
    fn fall_back(&mut self, code: u32) {
        if self.inner_failed(code) {
            return;
        }
        match self.create.fallback_url.clone().filter(|_| !self.script.is_fallback) {
            Some(url) => {
                self.failed(code);
                self.script.is_fallback = true;
                let failed_at = self.script.asked.clone().unwrap_or_default();
                let method = self.create.fallback_method.unwrap_or(Method::Post);
                self.ask(method, &url, vec![("ErrorCode", code.to_string()), ("ErrorUrl", failed_at)]);
            }
            None => self.application_error(code),
        }
    }

    pub(super) fn application_error(&mut self, code: u32) {
        if self.inner_failed(code) {
            return;
        }
        self.failed(code);
        let sorry = "We are sorry. An application error has occurred. Goodbye.";
        self.script.verbs = vec![Verb::Say(Say::plain(sorry)), Verb::Hangup].into();
        self.next_verb();
    }

    /// Runs the next verb; at the end of the document the call ends.
    pub(super) fn next_verb(&mut self) {
        while let Some(verb) = self.script.verbs.pop_front() {
            if !self.has_meaning(&verb) {
                self.failed(12_200);
                continue;
            }
            match &verb {
                Verb::Reject { .. } | Verb::Redirect { .. } | Verb::Dial(_) => {}
                Verb::Pause { length } if !self.is_picked_up() => return self.rest(*length),
                _ => self.pick_up(),
            }
            match verb {
                Verb::Say(_) | Verb::Play(_) | Verb::Pause { .. } => return self.prompt(vec![verb]),
                Verb::Gather(gather) => return self.gather(*gather),
                Verb::Record(record) => return self.record(*record),
                Verb::Connect(connect) => match connect.to {
                    ConnectTo::Stream(stream) => return self.connect(stream, connect.action, connect.method),
                    ConnectTo::Relay(relay) => return self.relay(*relay, connect.action, connect.method),
                    ConnectTo::Other(element) => self.unsupported(&element.name),
                },
                Verb::Start(Start { what, .. }) => self.start_beside(what),
                Verb::Stop(stop) => self.stop_beside(&stop),
                Verb::Refer(refer) => return self.refuse_refer(&refer),
                Verb::Other(element) => self.unsupported(&element.name),
                Verb::Dial(dial) => return self.dial(*dial),
                Verb::Enqueue(enqueue) => return self.enqueue(enqueue),
                Verb::Leave if matches!(self.stay, Some(Stay::Queue(_))) => return self.wait_leaves(QueueResult::Leave),
                Verb::Leave => self.failed(12_200),
                Verb::Redirect { url, method } => return self.ask(method, &url, Vec::new()),
                Verb::Reject { busy } if !self.is_picked_up() => return self.refuse(busy),
                // Only a call that rings can be refused.
                Verb::Reject { .. } => self.failed(12_200),
                Verb::Hangup => return self.hang_up("document"),
            }
        }
        match &self.stay {
            Some(_) => self.inner_ended(),
            None => {
                self.pick_up();
                self.hang_up("document");
            }
        }
    }

    /// Lets it ring for so many seconds more.
    fn rest(&mut self, seconds: u32) {
        self.doing = Doing::Waiting;
        // An hour at most: nobody lets it ring for longer.
        let until = self.line.clock.instant_of(self.line.clock.now() + std::time::Duration::from_secs(seconds.min(3_600).into()));
        let (request, post) = (self.script.request, self.post.clone());
        self.service.network.spawn(async move {
            tokio::time::sleep_until(until).await;
            let _ = post.send(Event::Rested(request));
        });
    }

    /// A telephone cannot be referred, only a SIP caller, and the cast has none: it fails as it would there.
    fn refuse_refer(&mut self, refer: &Refer) {
        self.unsupported("Refer");
        match &refer.action {
            Some(action) => self.ask(refer.method, action, vec![("ReferCallStatus", "failed".to_owned())]),
            None => self.next_verb(),
        }
    }

    fn prompt(&mut self, verbs: Vec<Verb>) {
        self.doing = Doing::Prompting;
        let needs = self.line.prompter.start(verbs.iter().flat_map(sounds_of).collect());
        self.get(needs);
    }

    /// Plays a file that came in place of a document.
    fn play_samples(&mut self, samples: &[i16]) {
        self.doing = Doing::Prompting;
        self.line.prompter.start_samples(samples);
    }

    /// The call is over: tells an action so, and runs nothing of the answer.
    pub(super) fn tell_action(&self, method: Method, action: &str, extra: Vec<(&str, String)>) {
        let Ok(action) = resolve(self.script.url.as_deref(), action) else { return };
        let callback = extra.into_iter().fold(self.callback(CallStatus::Completed), |callback, (key, value)| callback.with(key, value));
        self.hook("document", method, action, callback.to_form().into_owned());
    }

    /// Fetches a file for `<Play>`.
    pub(super) fn fetch_file(&mut self, job: u32, url: &str) {
        self.fetch_into(url, move |samples| Event::File(job, samples));
    }

    /// Fetches a file and hands its samples back as an event.
    pub(super) fn fetch_into(&self, url: &str, event: impl FnOnce(Result<Vec<i16>, u32>) -> Event + Send + 'static) {
        let url = resolve(self.script.url.as_deref(), url);
        let (post, webhooks) = (self.post.clone(), self.service.webhooks.clone());
        self.service.network.spawn(async move {
            let samples = match url {
                Ok(url) => match webhooks.fetch(&url).await {
                    Ok(reply) => samples_of(&reply.body).ok_or(13_420),
                    Err(error) => Err(error.code),
                },
                Err(error) => Err(error.code),
            };
            let _ = post.send(event(samples));
        });
    }
}

/// Returns what is heard of a verb: nothing of one that makes no sound.
pub(super) fn sounds_of(verb: &Verb) -> Vec<Sound> {
    match verb {
        Verb::Say(say) => vec![Sound::Speech { text: say.text(), loops: say.loops }],
        Verb::Play(Play { url: Some(url), loops, .. }) => vec![Sound::File { url: url.clone(), loops: loops.unwrap_or(1) }],
        Verb::Play(Play { digits, loops, .. }) => vec![Sound::Keys { digits: digits.clone().unwrap_or_default(), loops: loops.unwrap_or(1) }],
        Verb::Pause { length } => vec![Sound::Silence { millis: length.saturating_mul(1_000) }],
        _ => Vec::new(),
    }
}
