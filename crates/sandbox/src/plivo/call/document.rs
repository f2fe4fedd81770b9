//! The document of a call: fetched, read whole, run verb by verb; what to do when that fails.
//!
//! What surprises programs written for other carriers: one unknown element refuses all of it, and the call ends; addresses are
//! absolute; a document that runs out ends the call.

use telephony::leg::LegState;
use wire::http::{Form, Method};
use wire::plivo::document::{Document, GetDigits, GetInput, HangupReason, Message, MultiPartyCall, Prompt, Redirect, Verb};
use wire::plivo::error_codes::DocumentSource;
use wire::plivo::rest::NextDocument;
use wire::plivo::status::{CallEvent, HangupSource};

use super::party::PartyExit;
use super::{Doing, Driver, Ending, Event, Mouth};
use crate::plivo::rest::Outgoing;
use crate::program::{HookReply, Unreached, web_address};
use crate::prompter::Sound;
use crate::truth::{WebhookTruth, keep};

/// So often the answer address may fail before the fallback is asked.
const MAX_FAILURES: u32 = 3;

/// So long it may fail before the fallback is asked, in seconds.
const MAX_FAILING_S: u64 = 60;

impl Driver {
    /// The API wants something else to be run, at once.
    pub(super) fn transfer(&mut self, next: &NextDocument) {
        self.abandon("transfer");
        let request = self.document_request(CallEvent::Redirect);
        self.ask(DocumentSource::Transfer, next.method.unwrap_or(Method::Post), next.url.as_str(), request);
    }

    /// The API takes the call into a multiparty call.
    pub(super) fn taken_into_party(&mut self, noun: MultiPartyCall) {
        self.abandon("multiparty call");
        self.adding = Some(Box::new(noun.clone()));
        self.join_party(noun);
    }

    /// Stops all that its document does.
    fn abandon(&mut self, why: &'static str) {
        self.line.prompter.stop();
        self.script.verbs.clear();
        self.leave_conference(false);
        self.leave_party(PartyExit::CallGone);
        self.leave_dial(false);
        self.leave_link(4_000, HangupSource::ApiRequest);
        if let Doing::Recording(recording) = std::mem::replace(&mut self.doing, Doing::Idle) {
            self.message_cut_off(*recording);
        }
        self.stop_stream(why);
        // What was asked for is for a document that is over.
        self.script.request += 1;
    }

    /// Asks for a document.
    pub(super) fn ask(&mut self, source: DocumentSource, method: Method, url: &str, form: Form<'static>) {
        self.doing = Doing::Idle;
        if web_address(url).is_err() {
            return self.document_failed(source.invalid_url());
        }
        if !self.line.may_ask() {
            return self.document_failed(source.unreachable());
        }
        self.script.request += 1;
        self.script.source = source;
        let (request, post, webhooks) = (self.script.request, self.post.clone(), self.service.webhooks.clone());
        let (truth, at_ms) = (self.line.truth.clone(), self.line.clock.now().as_millis());
        let (uuid, url) = (self.uuid.clone(), url.to_owned());
        self.service.network.spawn(async move {
            let reply = webhooks.ask(&uuid, method, &url, &form).await;
            let status = reply.as_ref().ok().map(|reply| reply.status);
            truth.note(|truth| keep(&mut truth.webhooks, WebhookTruth { kind: "document".into(), at_ms, status }));
            let _ = post.send(Event::Document(request, reply));
        });
    }

    pub(super) fn document_came(&mut self, request: u32, reply: Result<HookReply, Unreached>) {
        if request != self.script.request {
            return;
        }
        let source = self.script.source;
        match read(source, reply) {
            Ok(document) => {
                (self.script.failures, self.script.failing_since) = (0, None);
                self.script.verbs = document.verbs.into();
                self.next_verb();
            }
            Err(code) if source == DocumentSource::Answer => self.answer_failed(code),
            Err(code) => self.document_failed(code),
        }
    }

    /// The first document is asked for again if there is a fallback behind it: three times, or for a minute.
    fn answer_failed(&mut self, code: u32) {
        let Some(fallback) = self.create.fallback_url.clone().filter(|_| !self.script.is_fallback) else { return self.document_failed(code) };
        self.note(|truth| keep(&mut truth.errors, code));
        let now = self.line.clock.now();
        let since = *self.script.failing_since.get_or_insert(now);
        self.script.failures += 1;
        if self.script.failures < MAX_FAILURES && now.since(since).as_secs() < MAX_FAILING_S {
            return self.begin();
        }
        self.script.is_fallback = true;
        let method = self.create.fallback_method.unwrap_or(Method::Post);
        self.ask(DocumentSource::Answer, method, fallback.as_str(), self.document_request(CallEvent::StartApp));
    }

    fn document_failed(&mut self, code: u32) {
        self.failed(code);
        self.end(Ending { code, source: HangupSource::Error, by: "document" });
    }

    /// Runs the next verb; at the end of the document the call ends.
    pub(super) fn next_verb(&mut self) {
        while let Some(verb) = self.script.verbs.pop_front() {
            if verb.answers() {
                self.pick_up();
            }
            match verb {
                Verb::Speak(speak) => return self.prompt(vec![Sound::Speech { text: speak.words(), loops: speak.r#loop() }]),
                Verb::Play(play) => return self.prompt(vec![Sound::File { loops: play.r#loop(), url: play.url }]),
                Verb::Wait(wait) => return self.wait(&wait),
                Verb::Dtmf(dtmf) if dtmf.r#async() => self.press_beside(dtmf.digits),
                Verb::Dtmf(dtmf) => return self.prompt(vec![Sound::Keys { digits: dtmf.digits, loops: 1 }]),
                Verb::GetInput(input) => return self.get_input(input),
                Verb::GetDigits(digits) => return self.get_digits(digits),
                Verb::Record(record) if record.record_session() => {
                    if self.record_session(&record) {
                        return;
                    }
                }
                Verb::Record(record) if record.start_on_dial_answer() => {
                    if self.record_dial(&record) {
                        return;
                    }
                }
                Verb::Record(record) => return self.record(record),
                Verb::Stream(stream) => {
                    if self.connect(&stream) {
                        return;
                    }
                }
                Verb::Redirect(Redirect { method, url }) => {
                    let form = self.document_request(CallEvent::Redirect);
                    return self.ask(DocumentSource::Redirect, method.unwrap_or(Method::Post), &url, form);
                }
                Verb::Hangup(hangup) => match hangup.schedule {
                    Some(seconds) => self.hangs_up_at = Some(self.line.clock.now() + std::time::Duration::from_secs(seconds.into())),
                    None => return self.hang_up(hangup.reason.as_ref()),
                },
                // Of a call that was answered, or that we make, there is no time before the answer.
                Verb::PreAnswer(_) if self.line.answered_at.is_some() || !self.origin.is_inbound() => {}
                Verb::PreAnswer(before) => return self.pre_answer(before),
                Verb::Dial(dial) => return self.dial(dial),
                Verb::Conference(conference) => return self.confer(conference),
                Verb::Message(message) => self.send_message(message),
                Verb::MultiPartyCall(noun) => return self.join_party(noun),
            }
        }
        self.end(Ending { code: 4_010, source: HangupSource::AnswerXml, by: "document" });
    }

    /// Sends a text on the way. One that cannot be sent does not hold up the call.
    pub(super) fn send_message(&self, message: Message) {
        let outgoing = Outgoing {
            dst: message.dst.split('<').map(str::to_owned).collect(),
            kind: message.r#type(),
            told_at: message.callback_url.map(|url| (url, message.callback_method)),
            src: Some(message.src),
            text: message.text,
        };
        if self.service.send_messages(outgoing).is_err() {
            self.unsupported("Message from a number that is not ours, or to none");
        }
    }

    /// Ends the call; one that came in and was not answered is refused, if a reason is given.
    fn hang_up(&mut self, reason: Option<&HangupReason>) {
        let code = match reason.filter(|_| self.origin.is_inbound() && self.line.answered_at.is_none()) {
            Some(HangupReason::Busy) => 3_010,
            Some(HangupReason::Rejected) => 3_020,
            Some(HangupReason::Other(_)) | None => 4_000,
        };
        self.refused_as = (code != 4_000).then_some(LegState::Busy);
        self.end(Ending { code, source: HangupSource::AnswerXml, by: "document" });
    }

    pub(super) fn prompt(&mut self, sounds: Vec<Sound>) {
        self.doing = Doing::Prompting;
        let needs = self.line.prompter.start(sounds);
        self.get(Mouth::Document, needs);
    }

    /// Goes on where a verb's action says: with its answer, or, if that is not wanted, with the next verb at once.
    pub(super) fn act(&mut self, method: Option<Method>, action: &str, redirects: bool, form: Form<'static>) {
        if redirects {
            return self.ask(DocumentSource::Action, method.unwrap_or(Method::Post), action, form);
        }
        self.hook("document", method, action.to_owned(), form);
        self.next_verb();
    }
}

/// Reads a reply; what is no document is the cause of an end.
fn read(source: DocumentSource, reply: Result<HookReply, Unreached>) -> Result<Document, u32> {
    let reply = reply.map_err(|_| source.unreachable())?;
    if !(200..300).contains(&reply.status) {
        return Err(source.unreachable());
    }
    let text = String::from_utf8(reply.body).map_err(|_| source.invalid_document())?;
    Document::parse(&text).map(|parsed| parsed.document).map_err(|error| error.cause_code(source))
}

/// Returns what is heard of prompts.
pub(super) fn sounds_of(prompts: &[Prompt]) -> Vec<Sound> {
    let sound = |prompt: &Prompt| match prompt {
        Prompt::Speak(speak) => Sound::Speech { text: speak.words(), loops: speak.r#loop() },
        Prompt::Play(play) => Sound::File { url: play.url.clone(), loops: play.r#loop() },
        Prompt::Wait(wait) => Sound::Silence { millis: wait.length().saturating_mul(1_000) },
    };
    prompts.iter().map(sound).collect()
}

impl Driver {
    fn get_input(&mut self, input: GetInput) {
        let asking = super::asking::Asking::of_input(self, input);
        self.begin_asking(asking);
    }

    fn get_digits(&mut self, digits: GetDigits) {
        let asking = super::asking::Asking::of_digits(digits);
        self.begin_asking(asking);
    }
}
