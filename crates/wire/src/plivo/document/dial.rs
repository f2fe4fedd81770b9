//! `<Dial>`: another leg, to a `<Number>` or a SIP `<User>`. Several ring at once, and the first who answers has the call.

use super::attributes::{Attributes, Faults, element, flag, headers, method, no_words, number, text, text_inside, text_within, url, url_or};
use crate::http::Method;
use crate::plivo::headers::HeaderList;
use crate::xml::{Element, Node};

element! {
    /// Rings others and connects who answers.
    Dial = "Dial" {
        /// Where to go on afterwards; the next element if not said, and without one the call ends with the other leg.
        action: Option<String> = url("action");
        /// How to ask there.
        method: Option<Method> = method("method") [Method: Method::Post];
        /// Seconds it may ring.
        timeout: Option<u32> = number("timeout");
        /// Seconds the connection may last.
        time_limit: Option<u32> = number("timeLimit") [u32: 14_400];
        /// The number to show.
        caller_id: Option<String> = text("callerId");
        /// The name to show, 50 characters at most.
        caller_name: Option<String> = text_within("callerName", 50);
        /// `*` ends the connection.
        hangup_on_star: Option<bool> = flag("hangupOnStar") [bool: false];
        /// Go on with what `action` answers; if not, its answer is not read.
        redirect: Option<bool> = flag("redirect") [bool: true];
        /// A document that who answers hears before the connection.
        confirm_sound: Option<String> = url("confirmSound");
        /// The key that they must press then.
        confirm_key: Option<String> = text("confirmKey");
        /// Seconds for that.
        confirm_timeout: Option<u32> = number("confirmTimeout");
        /// What is heard while it rings: an address, or `real`.
        dial_music: Option<String> = url_or("dialMusic", &["real"]);
        /// Where states of the other leg are reported to.
        callback_url: Option<String> = url("callbackUrl");
        /// How to report them.
        callback_method: Option<Method> = method("callbackMethod") [Method: Method::Post];
        /// Keys of the first leg that are reported, between commas.
        digits_match: Option<String> = text("digitsMatch");
        /// Keys of the other leg that are reported, between commas.
        digits_match_bleg: Option<String> = text("digitsMatchBLeg");
        /// Headers of the other leg.
        sip_headers: HeaderList = headers("sipHeaders");
        /// `voice` or `whatsapp`.
        call_type: Option<String> = text("callType");
    }
    inside {
        /// Whom.
        to: Vec<Destination>,
    }
}

/// Whom a `<Dial>` rings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Destination {
    /// A phone number.
    Number(Number),
    /// A SIP address.
    User(User),
}

element! {
    /// A phone number to ring.
    Number = "Number" {
        /// Keys to press once answered.
        send_digits: Option<String> = text("sendDigits");
        /// `rfc2833`.
        send_digits_mode: Option<String> = text("sendDigitsMode");
        /// Press them in early media already.
        send_on_preanswer: Option<bool> = flag("sendOnPreanswer") [bool: false];
        /// Headers of this leg.
        sip_headers: HeaderList = headers("sipHeaders");
        /// The number to show; from one official library alone.
        caller_id: Option<String> = text("callerId");
        /// The name to show; from one official library alone.
        caller_name: Option<String> = text_within("callerName", 50);
    }
    inside {
        /// The number.
        number: String,
    }
}

element! {
    /// A SIP address to ring.
    User = "User" {
        /// Keys to press once answered.
        send_digits: Option<String> = text("sendDigits");
        /// Press them in early media already.
        send_on_preanswer: Option<bool> = flag("sendOnPreanswer") [bool: false];
        /// Headers of this leg.
        sip_headers: HeaderList = headers("sipHeaders");
        /// The user of a login.
        sip_auth_username: Option<String> = text("sipAuthUsername");
        /// Its password.
        sip_auth_password: Option<String> = text("sipAuthPassword");
    }
    inside {
        /// `sip:…`.
        address: String,
    }
}

impl Dial {
    /// Returns a connection to one number.
    pub fn number(number: impl Into<String>) -> Self {
        Self { to: vec![Destination::Number(Number { number: number.into(), ..Number::default() })], ..Self::default() }
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut dial = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        no_words(element, faults);
        for inner in element.elements() {
            match inner.name.as_str() {
                Number::TAG => {
                    let mut number = Number::read_attributes(&mut Attributes { element: inner, faults }, &[]);
                    number.number = text_inside(inner, faults);
                    dial.to.push(Destination::Number(number));
                }
                User::TAG => {
                    let mut user = User::read_attributes(&mut Attributes { element: inner, faults }, &[]);
                    user.address = text_inside(inner, faults);
                    dial.to.push(Destination::User(user));
                }
                _ => faults.refuse(&inner.name, "this element cannot stand inside <Dial>"),
            }
        }
        if dial.to.is_empty() {
            faults.doubt(Self::TAG, "nobody is to be rung");
        }
        dial
    }

    pub(super) fn write(&self) -> Element {
        let to = self.to.iter().map(|to| match to {
            Destination::Number(number) => number.write_attributes().text(number.number.clone()),
            Destination::User(user) => user.write_attributes().text(user.address.clone()),
        });
        Element { children: to.map(Node::Element).collect(), ..self.write_attributes() }
    }
}
