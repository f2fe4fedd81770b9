//! XML to typed verbs. Never fails: what cannot be used is warned of and passed over.

use super::{Connect, ConnectTo, Document, Gather, Parsed, Play, Record, Say, Start, StartRecording, Stream, Verb, Warning};
use crate::http::Method;
use crate::xml::{Element, Node};

pub(super) fn response(root: &Element) -> Parsed {
    let mut warnings = Vec::new();
    let mut verbs = Vec::new();
    for node in &root.children {
        match node {
            Node::Element(element) => verbs.push(verb(element, &mut warnings)),
            Node::Text(text) if text.trim().is_empty() => {}
            Node::Text(_) => warn(&mut warnings, root, "text between verbs is passed over"),
        }
    }
    Parsed { document: Document { verbs }, warnings }
}

fn warn(warnings: &mut Vec<Warning>, element: &Element, what: &'static str) {
    warnings.push(Warning { code: 12200, element: element.name.clone(), what });
}

fn verb(element: &Element, warnings: &mut Vec<Warning>) -> Verb {
    let mut attributes = Attributes { element, taken: Vec::new(), warnings };
    let verb = match element.name.as_str() {
        "Say" => Verb::Say(Say {
            content: element.children.clone(),
            voice: attributes.text("voice"),
            language: attributes.text("language"),
            loops: attributes.number("loop").unwrap_or(1),
        }),
        "Play" => {
            let url = element.all_text().trim().to_owned();
            Verb::Play(Play { url: (!url.is_empty()).then_some(url), digits: attributes.text("digits"), loops: attributes.number("loop") })
        }
        "Pause" => Verb::Pause { length: attributes.number("length").unwrap_or(1) },
        "Gather" => return Verb::Gather(gather(attributes)),
        "Record" => return Verb::Record(record(attributes)),
        "Redirect" => Verb::Redirect { url: element.all_text().trim().to_owned(), method: attributes.method("method") },
        "Reject" => Verb::Reject { busy: attributes.text("reason").as_deref() == Some("busy") },
        "Hangup" => Verb::Hangup,
        "Connect" => return connect(attributes),
        "Start" => return start(attributes),
        "Stop" => match element.elements().next() {
            Some(inner) if inner.name == "Stream" => Verb::Stop { stream: inner.attribute("name").map(str::to_owned) },
            _ => return unknown(attributes),
        },
        _ => return unknown(attributes),
    };
    attributes.warn_of_the_rest();
    verb
}

fn unknown(attributes: Attributes<'_>) -> Verb {
    warn(attributes.warnings, attributes.element, "an unknown verb is passed over");
    Verb::Other(attributes.element.clone())
}

fn gather(mut attributes: Attributes<'_>) -> Gather {
    let plain = Gather::default();
    let input = attributes.text("input").unwrap_or_else(|| "dtmf".into());
    let speech = input.split_ascii_whitespace().any(|word| word == "speech");
    let dtmf = input.split_ascii_whitespace().any(|word| word == "dtmf") || !speech;
    let timeout = match attributes.text("timeout").as_deref() {
        None => plain.timeout,
        Some("auto") => None,
        Some(text) => text.trim().parse().map_or(plain.timeout, Some),
    };
    let finish_on_key = match attributes.text("finishOnKey") {
        None => plain.finish_on_key,
        Some(text) => text.chars().next(),
    };
    let mut gather = Gather {
        action: attributes.text("action"),
        method: attributes.method("method"),
        dtmf,
        speech,
        timeout,
        speech_timeout: attributes.text("speechTimeout"),
        num_digits: attributes.number("numDigits"),
        finish_on_key,
        action_on_empty_result: attributes.flag("actionOnEmptyResult", false),
        language: attributes.text("language"),
        hints: attributes.text("hints"),
        partial_result_callback: attributes.text("partialResultCallback"),
        prompts: Vec::new(),
        others: Vec::new(),
    };
    gather.others = attributes.rest();
    for inner in attributes.element.elements() {
        if matches!(inner.name.as_str(), "Say" | "Play" | "Pause") {
            gather.prompts.push(verb(inner, attributes.warnings));
        } else {
            warn(attributes.warnings, inner, "this verb cannot stand inside <Gather>");
        }
    }
    gather
}

fn record(mut attributes: Attributes<'_>) -> Record {
    let plain = Record::default();
    let mut record = Record {
        action: attributes.text("action"),
        method: attributes.method("method"),
        timeout: attributes.number("timeout").unwrap_or(plain.timeout),
        finish_on_key: attributes.text("finishOnKey").unwrap_or(plain.finish_on_key),
        max_length: attributes.number("maxLength").unwrap_or(plain.max_length),
        play_beep: attributes.flag("playBeep", true),
        do_not_trim: attributes.text("trim").as_deref() == Some("do-not-trim"),
        status_callback: attributes.text("recordingStatusCallback"),
        status_callback_method: attributes.method("recordingStatusCallbackMethod"),
        status_events: attributes.words("recordingStatusCallbackEvent"),
        others: Vec::new(),
    };
    record.others = attributes.rest();
    record
}

fn connect(mut attributes: Attributes<'_>) -> Verb {
    let element = attributes.element;
    let mut inner = element.elements();
    let Some(first) = inner.next() else {
        return unknown(attributes);
    };
    if inner.next().is_some() {
        warn(attributes.warnings, element, "only the first element of <Connect> counts");
    }
    let action = attributes.text("action");
    let method = attributes.method("method");
    attributes.warn_of_the_rest();
    let to = if first.name == "Stream" {
        ConnectTo::Stream(stream(first, attributes.warnings))
    } else {
        warn(attributes.warnings, first, "an unknown element is passed over");
        ConnectTo::Other(first.clone())
    };
    Verb::Connect(Connect { action, method, to })
}

fn start(attributes: Attributes<'_>) -> Verb {
    let mut inner = attributes.element.elements();
    let Some(first) = inner.next() else {
        return unknown(attributes);
    };
    if inner.next().is_some() {
        warn(attributes.warnings, attributes.element, "only the first element of <Start> counts");
    }
    Verb::Start(match first.name.as_str() {
        "Stream" => Start::Stream(stream(first, attributes.warnings)),
        "Recording" => Start::Recording(recording(first, attributes.warnings)),
        _ => {
            warn(attributes.warnings, first, "an unknown element is passed over");
            Start::Other(first.clone())
        }
    })
}

fn recording(element: &Element, warnings: &mut Vec<Warning>) -> StartRecording {
    let mut attributes = Attributes { element, taken: Vec::new(), warnings };
    let mut recording = StartRecording {
        status_callback: attributes.text("recordingStatusCallback"),
        status_callback_method: attributes.some_method("recordingStatusCallbackMethod"),
        status_events: attributes.words("recordingStatusCallbackEvent"),
        channels: attributes.text("channels"),
        track: attributes.text("track"),
        others: Vec::new(),
    };
    recording.others = attributes.rest();
    recording
}

fn stream(element: &Element, warnings: &mut Vec<Warning>) -> Stream {
    let mut attributes = Attributes { element, taken: Vec::new(), warnings };
    let mut stream = Stream {
        url: attributes.text("url").unwrap_or_default(),
        name: attributes.text("name"),
        track: attributes.text("track"),
        status_callback: attributes.text("statusCallback"),
        status_callback_method: attributes.some_method("statusCallbackMethod"),
        parameters: Vec::new(),
        others: Vec::new(),
    };
    stream.others = attributes.rest();
    for inner in element.elements() {
        match (inner.name.as_str(), inner.attribute("name")) {
            ("Parameter", Some(name)) => stream.parameters.push((name.to_owned(), inner.attribute("value").unwrap_or_default().to_owned())),
            _ => warn(attributes.warnings, inner, "an unknown element is passed over"),
        }
    }
    stream
}

/// The attributes of an element, ticked off as they are read.
struct Attributes<'a> {
    element: &'a Element,
    taken: Vec<&'static str>,
    warnings: &'a mut Vec<Warning>,
}

impl Attributes<'_> {
    fn text(&mut self, name: &'static str) -> Option<String> {
        self.taken.push(name);
        self.element.attribute(name).map(str::to_owned)
    }

    fn number(&mut self, name: &'static str) -> Option<u32> {
        let text = self.text(name)?;
        let number = text.trim().parse().ok();
        if number.is_none() {
            warn(self.warnings, self.element, "an attribute that is no whole number is passed over");
        }
        number
    }

    fn flag(&mut self, name: &'static str, otherwise: bool) -> bool {
        self.text(name).map_or(otherwise, |text| text.eq_ignore_ascii_case("true"))
    }

    fn words(&mut self, name: &'static str) -> Vec<String> {
        self.text(name).map(|text| text.split_ascii_whitespace().map(str::to_owned).collect()).unwrap_or_default()
    }

    fn method(&mut self, name: &'static str) -> Method {
        self.some_method(name).unwrap_or(Method::Post)
    }

    fn some_method(&mut self, name: &'static str) -> Option<Method> {
        match Method::parse(&self.text(name)?) {
            Some(method @ (Method::Get | Method::Post)) => Some(method),
            Some(Method::Delete) | None => {
                warn(self.warnings, self.element, "a method other than GET and POST is passed over");
                None
            }
        }
    }

    /// Returns what nobody read.
    fn rest(&self) -> Vec<(String, String)> {
        self.element.attributes.iter().filter(|(key, _)| !self.taken.contains(&key.as_str())).cloned().collect()
    }

    fn warn_of_the_rest(&mut self) {
        for _ in self.rest() {
            warn(self.warnings, self.element, "an unknown attribute is passed over");
        }
    }
}
