//! Documents for the ear alone: what is heard while somebody is rung (`dialMusic`), before a connection (`confirmSound`), and
//! while a conference waits to begin (`waitSound`). They may speak, play and wait; anything else in them is a fault.
//!
//! Nothing of the call's own document is touched meanwhile: they are played by the same mouth, which is free then.

use wire::http::Method;
use wire::plivo::document::{Document, Prompt, Verb};
use wire::plivo::error_codes::DocumentSource;
use wire::plivo::status::CallEvent;

use super::document::sounds_of;
use super::{Driver, Event, Mouth};
use crate::program::{HookReply, Unreached, web_address};
use crate::prompter::Sound;
use crate::truth::{WebhookTruth, keep};

/// What is heard aside, and how often.
#[derive(Default)]
pub(super) struct Aside {
    /// The request that is out or was answered last; answers to earlier ones are passed over.
    request: u32,
    /// Begin again at the end.
    repeats: bool,
    sounds: Vec<Sound>,
    /// The answer is on its way.
    is_asking: bool,
    /// Frames since it began.
    frames: u32,
}

/// It does not begin again sooner, in frames: what cannot be had would be asked for without a pause.
const LEAST_FRAMES: u32 = 50;

impl Driver {
    /// Asks for what is to be heard aside, as all but multiparty calls do: by `POST`.
    pub(super) fn hear_aside(&mut self, url: &str, repeats: bool) {
        self.hear_aside_by(Method::Post, url, repeats);
    }

    /// Asks for what is to be heard aside.
    pub(super) fn hear_aside_by(&mut self, method: Method, url: &str, repeats: bool) {
        self.stop_aside();
        if web_address(url).is_err() {
            return self.failed(DocumentSource::Action.invalid_url());
        }
        self.aside.repeats = repeats;
        self.aside.is_asking = true;
        let (request, post, webhooks) = (self.aside.request, self.post.clone(), self.service.webhooks.clone());
        let (truth, at_ms) = (self.line.truth.clone(), self.line.clock.now().as_millis());
        let (uuid, url, form) = (self.uuid.clone(), url.to_owned(), self.document_request(CallEvent::Redirect));
        self.service.network.spawn(async move {
            let reply = webhooks.ask(&uuid, method, &url, &form).await;
            let status = reply.as_ref().ok().map(|reply| reply.status);
            truth.note(|truth| keep(&mut truth.webhooks, WebhookTruth { kind: "document".into(), at_ms, status }));
            // Nobody listens any more: the call is over.
            let _ = post.send(Event::Aside(request, reply));
        });
    }

    pub(super) fn aside_came(&mut self, request: u32, reply: Result<HookReply, Unreached>) {
        if request != self.aside.request {
            return;
        }
        self.aside.is_asking = false;
        match read_sounds(reply) {
            Ok(sounds) => {
                self.aside.sounds.clone_from(&sounds);
                self.aside.frames = 0;
                let needs = self.line.prompter.start(sounds);
                self.get(Mouth::Document, needs);
            }
            Err(code) => self.failed(code),
        }
    }

    /// Returns whether all was heard that is to be heard once.
    pub(super) fn aside_is_over(&self) -> bool {
        !self.aside.is_asking && !self.aside.repeats && self.line.prompter.is_done()
    }

    /// Begins again what is heard until somebody stops it.
    pub(super) fn aside_again(&mut self) {
        self.aside.frames = self.aside.frames.saturating_add(1);
        let is_over = self.line.prompter.is_done() && self.aside.frames >= LEAST_FRAMES;
        if is_over && self.aside.repeats && !self.aside.sounds.is_empty() {
            self.aside.frames = 0;
            let needs = self.line.prompter.start(self.aside.sounds.clone());
            self.get(Mouth::Document, needs);
        }
    }

    /// Stops it.
    pub(super) fn stop_aside(&mut self) {
        self.line.prompter.stop();
        self.aside = Aside { request: self.aside.request + 1, ..Aside::default() };
    }
}

/// Reads a document that is only heard.
///
/// # Errors
/// The cause of an end that it would be to a call's own document.
pub(in crate::plivo) fn read_sounds(reply: Result<HookReply, Unreached>) -> Result<Vec<Sound>, u32> {
    let source = DocumentSource::Action;
    let reply = reply.map_err(|_| source.unreachable())?;
    if !(200..300).contains(&reply.status) {
        return Err(source.unreachable());
    }
    let text = String::from_utf8(reply.body).map_err(|_| source.invalid_document())?;
    let document = Document::parse(&text).map_err(|error| error.cause_code(source))?.document;
    let prompts: Option<Vec<Prompt>> = document.verbs.into_iter().map(prompt_of).collect();
    prompts.map(|prompts| sounds_of(&prompts)).ok_or(source.invalid_document())
}

fn prompt_of(verb: Verb) -> Option<Prompt> {
    match verb {
        Verb::Speak(speak) => Some(Prompt::Speak(speak)),
        Verb::Play(play) => Some(Prompt::Play(play)),
        Verb::Wait(wait) => Some(Prompt::Wait(wait)),
        _ => None,
    }
}
