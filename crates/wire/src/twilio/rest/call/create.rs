//! A call to be placed.

use super::CallInstructions;
use crate::http::{Form, Method};
use crate::twilio::rest::RestError;
use crate::twilio::rest::address::{is_address, is_number};
use crate::twilio::rest::checks::{
    INVALID, Write, call_events, is_on, method, number, one_of, parameters, recording_events, send_digits, text, url, within, word,
};
use crate::twilio::rest::recording::Channels;
use crate::twilio::status::CallEvent;

parameters! {
    /// A call to be placed. `Debug` shows which parameters are set, no number and no address.
    ///
    /// [`CreateCall::from_form`] refuses with 21201 no `To`, 21211 bad `To`, 21213 no `From`, 21212 bad `From`, 21205 no or
    /// bad `Url`, 21206 digits, 21208 timeout, 21209 method, 21218 application, 20001 the rest.
    CreateCall {
        required {
            /// Whom to ring: a number, `sip:…`, `client:…` or `app:…`.
            to: String = callee("To");
            /// Our number.
            from: String = caller("From");
            /// What to run once it is answered.
            instructions: CallInstructions = instructions("Url");
        }
        optional {
            /// Where to ask if the instructions cannot be fetched or run.
            fallback_url: Option<String> = url("FallbackUrl", 21205);
            /// How to ask there; `POST` if not said.
            fallback_method: Option<Method> = method("FallbackMethod");
            /// Where to report the leg's states.
            status_callback: Option<String> = url("StatusCallback", 21205);
            /// How to report them; `POST` if not said.
            status_callback_method: Option<Method> = method("StatusCallbackMethod");
            /// Which moments to report; only the end if none is named.
            status_events: Vec<CallEvent> = call_events("StatusCallbackEvent");
            /// Keys to press once connected: `0-9 A-D # * w W`. Nobody finds out who answered then.
            send_digits: Option<String> = send_digits("SendDigits");
            /// Seconds it may ring, at most 600; 60 if not said.
            timeout: Option<u32> = ringing("Timeout");
            /// Seconds after which the carrier ends the call.
            time_limit: Option<u32> = number("TimeLimit", INVALID);
            /// Record the whole call.
            record: bool = is_on("Record");
            /// One channel (if not said), or both sides apart.
            recording_channels: Option<Channels> = word("RecordingChannels");
            /// Which sides to record: `inbound`, `outbound`, `both`.
            recording_track: Option<String> = one_of("RecordingTrack", &["inbound", "outbound", "both"]);
            /// Where to report the recording's states.
            recording_status_callback: Option<String> = url("RecordingStatusCallback", INVALID);
            /// How to report them.
            recording_status_callback_method: Option<Method> = method("RecordingStatusCallbackMethod");
            /// Which states of the recording to report; `completed` if none is named.
            recording_status_events: Vec<String> = recording_events("RecordingStatusCallbackEvent");
            /// `trim-silence` (if not said) or `do-not-trim`.
            trim: Option<String> = one_of("Trim", &["trim-silence", "do-not-trim"]);
            /// Have the carrier find out who answered: `Enable` or `DetectMessageEnd`.
            machine_detection: Option<String> = one_of("MachineDetection", &["Enable", "DetectMessageEnd"]);
            /// Seconds it may take for that; 30 if not said. Its range (3 to 59) is not documented and not checked.
            machine_detection_timeout: Option<u32> = number("MachineDetectionTimeout", INVALID);
            /// Milliseconds of speech that make a machine, 1000 to 6000; 2400 if not said.
            machine_detection_speech_threshold: Option<u32> = within("MachineDetectionSpeechThreshold", 1_000..=6_000, INVALID);
            /// Milliseconds of silence that end a greeting, 500 to 5000; 1200 if not said.
            machine_detection_speech_end_threshold: Option<u32> = within("MachineDetectionSpeechEndThreshold", 500..=5_000, INVALID);
            /// Milliseconds of silence at the start that end the search, 2000 to 10 000; 5000 if not said.
            machine_detection_silence_timeout: Option<u32> = within("MachineDetectionSilenceTimeout", 2_000..=10_000, INVALID);
            /// Run the instructions at once instead of after the finding.
            async_amd: bool = is_on("AsyncAmd");
            /// Where to report the finding.
            async_amd_status_callback: Option<String> = url("AsyncAmdStatusCallback", INVALID);
            /// How to report it; only `POST` is documented.
            async_amd_status_callback_method: Option<Method> = method("AsyncAmdStatusCallbackMethod");
            /// The number to show instead of `from`.
            caller_id: Option<String> = text("CallerId");
            /// What the callee's telephone may show as the reason of the call.
            call_reason: Option<String> = text("CallReason");
            /// Of an incoming call, to pass its caller's number on.
            call_token: Option<String> = text("CallToken");
            /// `BY…`: another carrier's trunk.
            byoc: Option<String> = text("Byoc");
            /// User name at a SIP address.
            sip_auth_username: Option<String> = text("SipAuthUsername");
            /// Password at a SIP address.
            sip_auth_password: Option<String> = text("SipAuthPassword");
            /// Whom to tell of incoming calls of an app.
            client_notification_url: Option<String> = url("ClientNotificationUrl", INVALID);
        }
        also ["Method", "Twiml", "ApplicationSid"]
    }
}

impl CreateCall {
    /// Returns whether this moment is to be reported.
    pub fn wants(&self, event: CallEvent) -> bool {
        if self.status_events.is_empty() { event == CallEvent::Completed } else { self.status_events.contains(&event) }
    }

    /// Returns whether the recording of the call has both sides apart.
    pub fn records_dual(&self) -> bool {
        self.recording_channels == Some(Channels::Dual)
    }

    /// Returns how who answered is to be found out, `Enable` or `DetectMessageEnd`; keys to press switch it off.
    pub fn detection(&self) -> Option<&str> {
        self.machine_detection.as_deref().filter(|_| self.send_digits.is_none())
    }
}

impl Write for CallInstructions {
    fn write(&self, _key: &'static str, form: &mut Form<'static>) {
        self.write_into(form);
    }
}

fn callee(form: &Form<'_>, key: &str) -> Result<String, RestError> {
    let to = form.filled(key).ok_or_else(|| RestError::invalid(21201, "No 'To' number is specified"))?;
    if !is_address(to) {
        return Err(RestError::invalid(21211, format!("The phone number you are attempting to call, {to}, is not valid.")));
    }
    Ok(to.to_owned())
}

/// A number can only be rung from a number.
fn caller(form: &Form<'_>, key: &str) -> Result<String, RestError> {
    let from = form.filled(key).ok_or_else(|| RestError::invalid(21213, "No 'From' number is specified"))?;
    let fits = is_number(from) || (is_address(from) && !form.filled("To").is_some_and(is_number));
    if !fits {
        return Err(RestError::invalid(21212, format!("The source phone number provided, {from}, is not a valid phone number.")));
    }
    Ok(from.to_owned())
}

fn instructions(form: &Form<'_>, _key: &str) -> Result<CallInstructions, RestError> {
    CallInstructions::read(form)?.ok_or_else(|| RestError::invalid(21205, "Url parameter is required."))
}

fn ringing(form: &Form<'_>, key: &str) -> Result<Option<u32>, RestError> {
    Ok(number(form, key, 21208)?.map(|seconds| seconds.min(600)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::rest::CallResource;

    fn code(form: &str) -> u32 {
        CreateCall::from_form(&Form::parse(form)).unwrap_err().code
    }

    #[test]
    fn a_bad_create_is_refused_with_its_own_code() {
        assert_eq!(code("From=%2B15005550006&Twiml=x"), 21201);
        assert_eq!(code("To=123&From=%2B15005550006&Twiml=x"), 21211);
        assert_eq!(code("To=%2B15005550010&Twiml=x"), 21213);
        assert_eq!(code("To=%2B15005550010&From=me&Twiml=x"), 21212);
        assert_eq!(code("To=%2B15005550010&From=client:me&Twiml=x"), 21212);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006"), 21205);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Url=/relative"), 21205);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Url=http%3A%2F%2Fa_b.com"), 21205);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Twiml=x&Timeout=soon"), 21208);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Twiml=x&Method=PUT"), 21209);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Twiml=x&SendDigits=12x"), 21206);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&ApplicationSid=AP1"), 21218);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Twiml=x&MachineDetectionSilenceTimeout=20"), 20001);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Twiml=x&Record=perhaps"), 20001);
    }

    #[test]
    fn an_address_goes_before_an_inline_document() {
        let form = Form::parse("To=%2B15005550010&From=%2B15005550006&Twiml=x&Url=http%3A%2F%2Fe.com%2Fv");
        let call = CreateCall::from_form(&form).unwrap();
        assert_eq!(call.instructions, CallInstructions::url("http://e.com/v"));
    }

    #[test]
    fn keys_to_press_switch_the_search_for_machines_off() {
        let mut call = CreateCall::new("+15005550010", "+15005550006", CallInstructions::url("https://e.com/v"));
        call.machine_detection = Some("Enable".into());
        assert_eq!(call.detection(), Some("Enable"));
        call.send_digits = Some("1".into());
        assert_eq!(call.detection(), None);
    }

    #[test]
    fn debug_shows_no_number() {
        let call = CreateCall::new("+12125550123", "+15005550006", CallInstructions::Twiml("<Response/>".into()));
        let shown = CallResource::queued("AC1", "CA1", "+12125550123", "+15005550006");
        assert!(!format!("{call:?} {shown:?}").contains("555"));
    }
}
