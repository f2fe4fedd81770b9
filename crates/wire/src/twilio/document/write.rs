//! Typed verbs to XML. Defaults are left out.

use super::{Connect, ConnectTo, Document, Gather, Play, Record, Say, Start, StartRecording, Stream, Verb};
use crate::http::Method;
use crate::xml::{Element, Node};

pub(super) fn response(document: &Document) -> Element {
    let mut root = Element::new("Response");
    root.children = document.verbs.iter().map(|item| Node::Element(verb(item))).collect();
    root
}

fn verb(verb: &Verb) -> Element {
    match verb {
        Verb::Say(item) => say(item),
        Verb::Play(item) => play(item),
        Verb::Pause { length } => Element::new("Pause").with("length", length.to_string()),
        Verb::Gather(item) => gather(item),
        Verb::Record(item) => record(item),
        Verb::Connect(item) => connect(item),
        Verb::Start(item) => Element::new("Start").child(match item {
            Start::Stream(item) => stream(item),
            Start::Recording(item) => recording(item),
            Start::Other(element) => element.clone(),
        }),
        Verb::Stop { stream } => Element::new("Stop").child(Element::new("Stream").with_some("name", stream.clone())),
        Verb::Redirect { url, method } => Element::new("Redirect").with_some("method", other_than_post(*method)).text(url.clone()),
        Verb::Reject { busy } => Element::new("Reject").with_some("reason", busy.then_some("busy")),
        Verb::Hangup => Element::new("Hangup"),
        Verb::Other(element) => element.clone(),
    }
}

fn say(say: &Say) -> Element {
    let mut element = Element::new("Say")
        .with_some("voice", say.voice.clone())
        .with_some("language", say.language.clone())
        .with_some("loop", (say.loops != 1).then(|| say.loops.to_string()));
    element.children.clone_from(&say.content);
    element
}

fn play(play: &Play) -> Element {
    Element::new("Play")
        .with_some("loop", play.loops.map(|loops| loops.to_string()))
        .with_some("digits", play.digits.clone())
        .text(play.url.clone().unwrap_or_default())
}

fn gather(gather: &Gather) -> Element {
    let plain = Gather::default();
    let input = match (gather.dtmf, gather.speech) {
        (_, false) => None,
        (true, true) => Some("dtmf speech"),
        (false, true) => Some("speech"),
    };
    let seconds = |value: Option<u32>| value.map_or_else(|| "auto".to_owned(), |seconds| seconds.to_string());
    let mut element = Element::new("Gather")
        .with_some("action", gather.action.clone())
        .with_some("method", other_than_post(gather.method))
        .with_some("input", input)
        .with_some("timeout", (gather.timeout != plain.timeout).then(|| seconds(gather.timeout)))
        .with_some("speechTimeout", gather.speech_timeout.clone())
        .with_some("numDigits", gather.num_digits.map(|count| count.to_string()))
        .with_some("finishOnKey", (gather.finish_on_key != plain.finish_on_key).then(|| gather.finish_on_key.map(String::from).unwrap_or_default()))
        .with_some("actionOnEmptyResult", gather.action_on_empty_result.then_some("true"))
        .with_some("language", gather.language.clone())
        .with_some("hints", gather.hints.clone())
        .with_some("partialResultCallback", gather.partial_result_callback.clone());
    element.attributes.extend(gather.others.iter().cloned());
    element.children = gather.prompts.iter().map(|prompt| Node::Element(verb(prompt))).collect();
    element
}

fn record(record: &Record) -> Element {
    let plain = Record::default();
    let mut element = Element::new("Record")
        .with_some("action", record.action.clone())
        .with_some("method", other_than_post(record.method))
        .with_some("timeout", (record.timeout != plain.timeout).then(|| record.timeout.to_string()))
        .with_some("finishOnKey", (record.finish_on_key != plain.finish_on_key).then(|| record.finish_on_key.clone()))
        .with_some("maxLength", (record.max_length != plain.max_length).then(|| record.max_length.to_string()))
        .with_some("playBeep", (!record.play_beep).then_some("false"))
        .with_some("trim", record.do_not_trim.then_some("do-not-trim"))
        .with_some("recordingStatusCallback", record.status_callback.clone())
        .with_some("recordingStatusCallbackMethod", other_than_post(record.status_callback_method))
        .with_some("recordingStatusCallbackEvent", joined(&record.status_events));
    element.attributes.extend(record.others.iter().cloned());
    element
}

fn connect(connect: &Connect) -> Element {
    let inner = match &connect.to {
        ConnectTo::Stream(item) => stream(item),
        ConnectTo::Other(element) => element.clone(),
    };
    Element::new("Connect").with_some("action", connect.action.clone()).with_some("method", other_than_post(connect.method)).child(inner)
}

fn stream(stream: &Stream) -> Element {
    let mut element = Element::new("Stream")
        .with("url", stream.url.clone())
        .with_some("name", stream.name.clone())
        .with_some("track", stream.track.clone())
        .with_some("statusCallback", stream.status_callback.clone())
        .with_some("statusCallbackMethod", stream.status_callback_method.map(Method::as_str));
    element.attributes.extend(stream.others.iter().cloned());
    for (name, value) in &stream.parameters {
        element = element.child(Element::new("Parameter").with("name", name.clone()).with("value", value.clone()));
    }
    element
}

fn recording(recording: &StartRecording) -> Element {
    let mut element = Element::new("Recording")
        .with_some("recordingStatusCallback", recording.status_callback.clone())
        .with_some("recordingStatusCallbackMethod", recording.status_callback_method.map(Method::as_str))
        .with_some("recordingStatusCallbackEvent", joined(&recording.status_events))
        .with_some("channels", recording.channels.clone())
        .with_some("track", recording.track.clone());
    element.attributes.extend(recording.others.iter().cloned());
    element
}

fn other_than_post(method: Method) -> Option<&'static str> {
    (method != Method::Post).then(|| method.as_str())
}

fn joined(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(" "))
}
