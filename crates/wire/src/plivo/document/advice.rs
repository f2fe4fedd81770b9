//! What is right by the letter and still surprises: the complaints that Plivo's users have most often.

use super::attributes::Faults;
use super::{Conference, Dial, GetInput, MultiPartyCall, Play, Record, Redirect, Speak, Stream, Verb};

/// Doubts a list of verbs.
pub(super) fn doubt(verbs: &[Verb], faults: &mut Faults) {
    for (at, verb) in verbs.iter().enumerate() {
        let after = &verbs[at + 1..];
        match verb {
            Verb::Stream(stream) => doubt_stream(stream, after, faults),
            Verb::Record(record) if record.runs_beside() && record.max_length.is_none() => {
                faults.doubt(Record::TAG, "a recording of the whole call without a maxLength may end after a minute");
            }
            Verb::GetInput(_) | Verb::GetDigits(_) if after.is_empty() => {
                faults.doubt(GetInput::TAG, "nothing follows a question: if no answer comes, the call ends");
            }
            _ => {}
        }
        if let Some(tag) = never_ends(verb)
            && !after.is_empty()
        {
            faults.doubt(tag, "what follows is never reached");
        }
    }
}

fn doubt_stream(stream: &Stream, after: &[Verb], faults: &mut Faults) {
    if stream.content_type.is_none() {
        faults.doubt(Stream::TAG, "without a contentType it is not certain how sound is encoded");
    }
    if !stream.keep_call_alive() && after.is_empty() {
        faults.doubt(Stream::TAG, "the call ends at once: say keepCallAlive=\"true\", or let something follow");
    }
    let is_recording = |verb: &Verb| matches!(verb, Verb::Record(record) if record.runs_beside());
    if stream.keep_call_alive() && after.iter().any(is_recording) {
        faults.doubt(Record::TAG, "a recording of the whole call after a stream begins when the stream is over: put it before");
    }
}

/// Returns the name of an element after which nothing runs.
fn never_ends(verb: &Verb) -> Option<&'static str> {
    match verb {
        Verb::Play(play) if play.r#loop() == 0 => Some(Play::TAG),
        Verb::Speak(speak) if speak.r#loop() == 0 => Some(Speak::TAG),
        Verb::Redirect(_) => Some(Redirect::TAG),
        Verb::Hangup(hangup) if hangup.schedule.is_none() => Some(super::Hangup::TAG),
        Verb::Dial(dial) if dial.action.is_some() && dial.redirect() => Some(Dial::TAG),
        Verb::Conference(conference) if conference.action.is_some() && conference.redirect() => Some(Conference::TAG),
        Verb::MultiPartyCall(call) if call.on_exit_action_url.is_some() => Some(MultiPartyCall::TAG),
        _ => None,
    }
}
