//! The documents of our own plans, and what no plan for Plivo may ask for.

use telephony::plan::{Plan, Verb as PlanVerb};
use thiserror::Error;

use super::{Conference, Dial, Document, Dtmf, GetInput, Hangup, InputType, Play, Prompt, Record, Redirect, Speak, Stream, Verb, Wait};
use crate::http::{Form, split_target};
use crate::plivo::headers::HeaderList;
use crate::plivo::media::AudioFormat;
use crate::plivo::rest::{AudioTrack, ChannelLayout, FileFormat};

/// The header of a stream that carries the one-time token.
pub const TOKEN_HEADER: &str = "token";

/// The parameter of an address that tells the end of a message.
const MESSAGE_MARK: &str = "message-taken";

/// A plan asks for something that Plivo has no element for. Its adapter's abilities say so beforehand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Lacking {
    /// A stream of texts.
    #[error("Plivo has no relay of texts")]
    TextRelay,
    /// A queue.
    #[error("Plivo has no queues")]
    Queue,
}

impl Document {
    /// Returns the document of a plan.
    ///
    /// # Errors
    /// The plan asks for what Plivo lacks; the call needs another plan.
    pub fn from_plan(plan: &Plan) -> Result<Self, Lacking> {
        Ok(Self { verbs: plan.verbs.iter().map(verb_of_plan).collect::<Result<_, _>>()? })
    }
}

/// Returns where a message's end is told, marked: by its parameters alone it could not be told from the news of the recording.
fn message_address(done_to: &str) -> String {
    format!("{done_to}{}{MESSAGE_MARK}=1", if done_to.contains('?') { '&' } else { '?' })
}

/// Returns whether an address is that of a message's end.
pub fn is_message_address(url: &str) -> bool {
    Form::parse(split_target(url).1).get(MESSAGE_MARK).is_some()
}

fn verb_of_plan(verb: &PlanVerb) -> Result<Verb, Lacking> {
    // Begun seconds: a pause is never cut, and never left out.
    let seconds = |length: std::time::Duration| u32::try_from(length.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
    Ok(match verb {
        PlanVerb::ConnectMedia { url, token } => {
            let extra_headers = HeaderList::new().with(TOKEN_HEADER, token);
            Stream { extra_headers, ..Stream::two_way(url.clone(), AudioFormat::Mulaw8k) }.into()
        }
        PlanVerb::Overhear { url, token } => {
            let extra_headers = HeaderList::new().with(TOKEN_HEADER, token);
            Stream { extra_headers, ..Stream::listening(url.clone(), AudioTrack::Both, AudioFormat::Mulaw8k) }.into()
        }
        PlanVerb::ConnectRelay { .. } => return Err(Lacking::TextRelay),
        PlanVerb::WaitInQueue { .. } | PlanVerb::TakeFromQueue { .. } | PlanVerb::LeaveQueue => return Err(Lacking::Queue),
        PlanVerb::TakeMessage { longest, silence, done_to, report_to } => Record {
            action: Some(message_address(done_to)),
            file_format: Some(FileFormat::Wav),
            timeout: Some(seconds(*silence).max(1)),
            max_length: Some(seconds(*longest).max(1)),
            // Any key ends it, as at Twilio: one of them may be the wish never to be called again.
            finish_on_key: Some("1234567890*#".to_owned()),
            record_channel_type: Some(ChannelLayout::Mono),
            callback_url: Some(report_to.clone()),
            ..Record::default()
        }
        .into(),
        PlanVerb::Listen { lines, answer_to, silence } => GetInput {
            num_digits: Some(1),
            finish_on_key: Some("none".to_owned()),
            execution_timeout: Some((seconds(*silence) + LONGEST_SPEECH).clamp(5, 60)),
            prompts: lines.iter().map(|line| Prompt::Speak(Speak::plain(line.clone()))).collect(),
            ..GetInput::new(answer_to.clone(), InputType::Both)
        }
        // What a callee says or presses belongs in no log of Plivo's.
        .for_a_secret()
        .into(),
        PlanVerb::Record { report_to } => {
            // Plivo's own choice is MP3, which nothing here reads.
            Record { file_format: Some(FileFormat::Wav), ..Record::whole_call(LONGEST_CALL, report_to.clone()) }.into()
        }
        PlanVerb::Room { name, opens, closes, star_leaves, beeps } => Conference {
            enter_sound: beeps.then(|| "beep:1".to_owned()),
            exit_sound: beeps.then(|| "beep:2".to_owned()),
            start_conference_on_enter: Some(*opens),
            end_conference_on_exit: Some(*closes),
            stay_alone: Some(true),
            hangup_on_star: Some(*star_leaves),
            room: name.clone(),
            ..Conference::default()
        }
        .into(),
        PlanVerb::Forward { to, shows, ring_for, time_limit, done_to } => Dial {
            action: done_to.clone(),
            caller_id: shows.as_ref().map(|shows| shows.as_e164().to_owned()),
            timeout: Some(seconds(*ring_for)),
            time_limit: Some(seconds(*time_limit).max(1)),
            ..Dial::number(to.as_e164())
        }
        .into(),
        PlanVerb::Say { text } => Speak::plain(text.clone()).into(),
        PlanVerb::Play { url } => Play::once(url.clone()).into(),
        PlanVerb::PressDigits { digits } => Dtmf::press(digits.iter().map(|digit| digit.as_char()).collect::<String>()).into(),
        PlanVerb::Pause { length } => Wait::seconds(seconds(*length)).into(),
        PlanVerb::AwaitBeep { at_most } => Wait::for_beep(seconds(*at_most).max(1)).into(),
        PlanVerb::Redirect { url } => Redirect::to(url.clone()).into(),
        PlanVerb::HangUp => Hangup::default().into(),
    })
}

/// Seconds that a turn of the callee may take, prompts included: Plivo counts them from the question's first word.
const LONGEST_SPEECH: u32 = 40;

/// Seconds of the longest call, four hours: a recording is never cut before its call.
const LONGEST_CALL: u32 = 4 * 3_600;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use telephony::dtmf::Digit;

    use super::super::{Fault, Parsed};
    use super::*;

    #[test]
    fn a_plan_stays_in_its_stream_with_its_token_in_a_header() {
        let plan = Plan { verbs: vec![PlanVerb::ConnectMedia { url: "wss://pm.example.com/media?a&b".into(), token: "0a1b".into() }] };
        let document = Document::from_plan(&plan).unwrap();
        assert_eq!(
            document.to_xml(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Stream bidirectional=\"true\" contentType=\"audio/x-mulaw;rate=8000\" \
             keepCallAlive=\"true\" extraHeaders=\"token=0a1b\">wss://pm.example.com/media?a&amp;b</Stream></Response>"
        );
        assert_eq!(document.check(), Ok(()));
    }

    #[test]
    fn every_verb_of_a_plan_reads_back_without_a_doubt() {
        let plan = Plan {
            verbs: vec![
                PlanVerb::Record { report_to: "https://e.com/recording".into() },
                PlanVerb::Say { text: "Hello & <bye>".into() },
                PlanVerb::Play { url: "https://e.com/a.wav?x=1&y=2".into() },
                PlanVerb::PressDigits { digits: "1*#".chars().filter_map(Digit::new).collect() },
                PlanVerb::Pause { length: Duration::from_millis(1_200) },
                PlanVerb::AwaitBeep { at_most: Duration::from_secs(3) },
                PlanVerb::ConnectMedia { url: "ws://127.0.0.1:1/m".into(), token: "t".into() },
                PlanVerb::Room { name: "r1".into(), opens: true, closes: false, star_leaves: true, beeps: true },
                PlanVerb::Listen { lines: vec!["Yes?".into()], answer_to: "https://e.com/turn".into(), silence: Duration::from_secs(5) },
                PlanVerb::Redirect { url: "https://e.com/next".into() },
            ],
        };
        let document = Document::from_plan(&plan).unwrap();
        let parsed = Document::parse(&document.to_xml()).unwrap();
        assert_eq!(parsed, Parsed { document: document.clone(), doubts: Vec::new() });
        assert_eq!(document.verbs[4], Wait::seconds(2).into());
        assert_eq!(Document::from_plan(&Plan::hang_up()).unwrap().check(), Ok(()));
    }

    #[test]
    fn a_call_passed_on_with_an_address_for_its_end_leaves_nothing_to_follow() {
        let forward = PlanVerb::Forward {
            to: telephony::PhoneNumber::parse("+12125550123").unwrap(),
            shows: telephony::PhoneNumber::parse("+15005550006").ok(),
            ring_for: Duration::from_secs(20),
            time_limit: Duration::from_secs(600),
            done_to: Some("https://e.com/done".into()),
        };
        let doubts_of = |verbs: Vec<PlanVerb>| {
            let document = Document::from_plan(&Plan { verbs }).unwrap();
            let parsed = Document::parse(&document.to_xml()).unwrap();
            assert_eq!(parsed.document, document);
            parsed.doubts.iter().map(Fault::to_string).collect::<Vec<_>>()
        };
        assert_eq!(doubts_of(vec![forward.clone()]), Vec::<String>::new());
        assert_eq!(doubts_of(vec![forward, PlanVerb::Redirect { url: "https://e.com/next".into() }]), ["<Dial>: what follows is never reached"]);
    }

    #[test]
    fn a_message_is_recorded_and_what_plivo_lacks_is_said() {
        let message = PlanVerb::TakeMessage {
            longest: Duration::from_secs(120),
            silence: Duration::from_secs(5),
            done_to: "https://e.com/message".into(),
            report_to: "https://e.com/recording".into(),
        };
        let document = Document::from_plan(&Plan { verbs: vec![message] }).unwrap();
        let [Verb::Record(record)] = document.verbs.as_slice() else { panic!("{document:?}") };
        assert_eq!((record.timeout, record.max_length, record.callback_url.as_deref()), (Some(5), Some(120), Some("https://e.com/recording")));
        assert!(record.action.as_deref().is_some_and(is_message_address) && !is_message_address("https://e.com/message"));
        assert_eq!(document.check(), Ok(()));
        let lacking = |verb: PlanVerb| Document::from_plan(&Plan { verbs: vec![PlanVerb::HangUp, verb] });
        assert_eq!(lacking(PlanVerb::LeaveQueue), Err(Lacking::Queue));
        assert_eq!(lacking(PlanVerb::ConnectRelay { url: "wss://e.com/r".into(), token: "t".into() }), Err(Lacking::TextRelay));
    }
}
