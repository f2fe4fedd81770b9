//! A call to be placed.

use crate::http::Method;
use crate::plivo::headers::HeaderList;
use crate::plivo::rest::RestError;
use crate::plivo::rest::address::WebUrl;
use crate::plivo::rest::body::{
    digits, flag, headers, method, needed, needed_url, number, parameters, text, text_within, url, url_or_that_of, within, word,
};
use crate::plivo::rest::route::Asked;
use crate::plivo::rest::several::{Several, needed_several};
use crate::words::words;

/// Most numbers that one request may ring.
pub const MAX_DESTINATIONS: usize = 1_000;

words! {
    /// What to do about a machine that answers.
    MachineDetection {
        /// Report it and go on.
        Report = "true",
        /// End the call, with cause 9100.
        HangUp = "hangup",
    }
}

parameters! {
    /// A call to be placed.
    ///
    /// Where the hang-up is reported to is always said: if it is not, Plivo asks `answer_url` at the end of the call, and a
    /// server that answers every such request alike opens a second stream.
    CreateCall {
        required {
            /// Our number, with or without `+`: one of the account's, or a verified one.
            from: String = needed("from");
            /// Whom to ring: numbers or `sip:…`.
            to: Several = needed_several("to", MAX_DESTINATIONS);
            /// Where the document is fetched once the call is answered.
            answer_url: WebUrl = needed_url("answer_url");
            /// Where the end is reported to.
            hangup_url: WebUrl = url_or_that_of("hangup_url", "answer_url");
        }
        optional {
            /// How to ask for the document; `POST` if not said.
            answer_method: Option<Method> = method("answer_method");
            /// How to report the end; `POST` if not said.
            hangup_method: Option<Method> = method("hangup_method");
            /// Where it is reported that it rings.
            ring_url: Option<WebUrl> = url("ring_url");
            /// How to report that; `POST` if not said.
            ring_method: Option<Method> = method("ring_method");
            /// Where the document is fetched if `answer_url` fails three times, or for 60 seconds.
            fallback_url: Option<WebUrl> = url("fallback_url");
            /// How to ask there; `POST` if not said.
            fallback_method: Option<Method> = method("fallback_method");
            /// The name to show, 50 characters at most.
            caller_name: Option<String> = text_within("caller_name", 50);
            /// Keys to press once answered; `w` waits half a second, `W` a whole one, `@` and milliseconds set the tone.
            send_digits: Option<String> = digits("send_digits");
            /// Press them in early media already.
            send_on_preanswer: Option<bool> = flag("send_on_preanswer");
            /// Seconds after the answer when Plivo ends the call, whatever we do; 14400 if not said, 86400 at most.
            time_limit: Option<u32> = number("time_limit");
            /// Seconds it may ring from the first ring on.
            hangup_on_ring: Option<u32> = number("hangup_on_ring");
            /// Have Plivo find out whether a machine answered. Only machines are reported: silence means nothing.
            machine_detection: Option<MachineDetection> = word("machine_detection");
            /// Milliseconds it may take for that; 5000 if not said.
            machine_detection_time: Option<u32> = within("machine_detection_time", 2_000..=10_000);
            /// Where a machine is reported to; with it, the document runs at once and the finding comes beside it.
            machine_detection_url: Option<WebUrl> = url("machine_detection_url");
            /// How to report it; `POST` if not said.
            machine_detection_method: Option<Method> = method("machine_detection_method");
            /// Milliseconds of speech that make a machine; 5000 if not said.
            machine_detection_maximum_speech_length: Option<u32> = within("machine_detection_maximum_speech_length", 1_000..=6_000);
            /// Milliseconds of silence that make a machine; 4500 if not said.
            machine_detection_initial_silence: Option<u32> = within("machine_detection_initial_silence", 2_000..=10_000);
            /// Words that make a machine; 3 if not said, by a compatible carrier's word.
            machine_detection_maximum_words: Option<u32> = within("machine_detection_maximum_words", 2..=10);
            /// Milliseconds of greeting that make a machine; 1500 if not said, by a compatible carrier's word.
            machine_detection_initial_greeting: Option<u32> = within("machine_detection_initial_greeting", 1_000..=5_000);
            /// Headers that come back in webhooks as `X-PH-…`.
            sip_headers: HeaderList = headers("sip_headers");
            /// Seconds it may ring; 120 if not said.
            ring_timeout: Option<u32> = number("ring_timeout");
            /// The call on whose account this one goes.
            parent_call_uuid: Option<String> = text("parent_call_uuid");
            /// Refuse the request if that call does not live.
            error_if_parent_not_found: Option<bool> = flag("error_if_parent_not_found");
            /// Answer at once and send the result here.
            callback_url: Option<WebUrl> = url("callback_url");
            /// How to send it; `POST` if not said.
            callback_method: Option<Method> = method("callback_method");
        }
        also []
    }
}

impl CreateCall {
    pub(super) fn read(asked: &Asked) -> Result<Self, RestError> {
        let call = Self::from_body(&asked.body)?;
        let bare = |number: &str| number.trim_start_matches('+').to_owned();
        if call.to.all().iter().any(|to| bare(to) == bare(&call.from)) {
            return Err(RestError::invalid("to", "the caller cannot be called"));
        }
        Ok(call)
    }

    /// Returns the seconds after which Plivo ends the call.
    pub fn time_limit(&self) -> u32 {
        self.time_limit.unwrap_or(14_400).min(86_400)
    }

    /// Returns the seconds that it may ring.
    pub fn ring_timeout(&self) -> u32 {
        self.ring_timeout.unwrap_or(120)
    }

    /// Returns whether the end of the call goes to the same address as the request for a document: so it is for everybody
    /// who does not say otherwise.
    pub fn hangup_goes_to_answer_url(&self) -> bool {
        self.hangup_url == self.answer_url
    }
}
