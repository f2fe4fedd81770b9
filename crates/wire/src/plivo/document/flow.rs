//! Where a call goes: `<Hangup>`, `<Redirect>`, `<PreAnswer>`, and `<Message>`, which sends a text on the way.

use super::attributes::{Attributes, Faults, element, method, needed, no_words, nothing_inside, number, text_inside, url, word};
use super::{Dtmf, GetDigits, Prompt};
use crate::http::Method;
use crate::plivo::rest::MessageKind;
use crate::words::words;
use crate::xml::{Element, Node};

words! {
    /// How an incoming call is refused before it is answered.
    HangupReason {
        /// As rejected: the caller's record says 3020.
        Rejected = "rejected",
        /// As busy: the caller's record says 3010.
        Busy = "busy",
    }
}

element! {
    /// Ends the call.
    Hangup = "Hangup" {
        /// How an incoming call that was not answered is refused.
        reason: Option<HangupReason> = word("reason");
        /// Seconds after which it ends; what follows runs until then, and `reason` does not count.
        schedule: Option<u32> = number("schedule");
    }
    inside {}
}

impl Hangup {
    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let hangup = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        nothing_inside(element, faults);
        hangup
    }

    pub(super) fn write(&self) -> Element {
        self.write_attributes()
    }
}

element! {
    /// Goes on with another document.
    Redirect = "Redirect" {
        /// How to ask for it.
        method: Option<Method> = method("method") [Method: Method::Post];
    }
    inside {
        /// Where it is.
        url: String,
    }
}

impl Redirect {
    /// Returns the way to another document.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut redirect = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        redirect.url = text_inside(element, faults);
        if !redirect.url.is_empty() && !super::attributes::is_web_url(&redirect.url) {
            faults.doubt(Self::TAG, "an address that is not absolute");
        }
        redirect
    }

    pub(super) fn write(&self) -> Element {
        self.write_attributes().text(self.url.clone())
    }
}

element! {
    /// Sends a text message.
    Message = "Message" {
        /// Our number.
        src: String = needed("src");
        /// Whom to, joined by `<`.
        dst: String = needed("dst");
        /// Its kind.
        r#type: Option<MessageKind> = word("type") [MessageKind: MessageKind::Sms];
        /// Where its states are reported to.
        callback_url: Option<String> = url("callbackUrl");
        /// How to report them.
        callback_method: Option<Method> = method("callbackMethod") [Method: Method::Post];
    }
    inside {
        /// The words.
        text: String,
    }
}

impl Message {
    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut message = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        message.text = text_inside(element, faults);
        message
    }

    pub(super) fn write(&self) -> Element {
        self.write_attributes().text(self.text.clone())
    }
}

/// What an incoming call hears before it is answered, unbilled.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct PreAnswer {
    /// The steps.
    pub steps: Vec<PreAnswerStep>,
}

/// What can stand before the answer: prompts; the rest by the official libraries alone, the documentation has it not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PreAnswerStep {
    /// Something to hear.
    Prompt(Prompt),
    /// A question by keys.
    GetDigits(GetDigits),
    /// On with another document.
    Redirect(Redirect),
    /// A text message.
    Message(Message),
    /// Keys.
    Dtmf(Dtmf),
}

impl PreAnswer {
    /// The name of the element.
    pub const TAG: &'static str = "PreAnswer";

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut before = Self::default();
        Attributes { element, faults }.refuse_others(&[], &[]);
        no_words(element, faults);
        for inner in element.elements() {
            if let Some(prompt) = Prompt::read(inner, faults) {
                before.steps.push(PreAnswerStep::Prompt(prompt));
                continue;
            }
            let step = match inner.name.as_str() {
                GetDigits::TAG => PreAnswerStep::GetDigits(GetDigits::read(inner, faults)),
                Redirect::TAG => PreAnswerStep::Redirect(Redirect::read(inner, faults)),
                Message::TAG => PreAnswerStep::Message(Message::read(inner, faults)),
                Dtmf::TAG => PreAnswerStep::Dtmf(Dtmf::read(inner, faults)),
                _ => {
                    faults.refuse(&inner.name, "this element cannot stand inside <PreAnswer>");
                    continue;
                }
            };
            faults.doubt(&inner.name, "inside <PreAnswer> by the libraries, not by the documentation");
            before.steps.push(step);
        }
        before
    }

    pub(super) fn write(&self) -> Element {
        let steps = self.steps.iter().map(|step| match step {
            PreAnswerStep::Prompt(prompt) => prompt.write(),
            PreAnswerStep::GetDigits(digits) => digits.write(),
            PreAnswerStep::Redirect(redirect) => redirect.write(),
            PreAnswerStep::Message(message) => message.write(),
            PreAnswerStep::Dtmf(dtmf) => dtmf.write(),
        });
        Element { children: steps.map(Node::Element).collect(), ..Element::new(Self::TAG) }
    }
}
