//! Every element and attribute that the official library can write is known, and stands only where the library puts it.

use std::collections::{BTreeMap, BTreeSet};

use wire::twilio::document::Document;
use wire::xml::Element;

use super::super::golden;

struct Word {
    attributes: Vec<String>,
    inside: BTreeSet<String>,
}

fn vocabulary() -> BTreeMap<String, Word> {
    let golden = golden(include_str!("../../../fixtures/twilio/twiml_vocabulary.json"));
    let texts = |value: &serde_json::Value| value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let elements = golden["elements"].as_object().unwrap().iter();
    elements
        .map(|(name, word)| (name.clone(), Word { attributes: texts(&word["attributes"]), inside: texts(&word["inside"]).into_iter().collect() }))
        .collect()
}

/// Elements that exist at Twilio and are kept here as they are, with all that is inside them.
const UNTYPED: [&str; 15] = [
    "Sms",
    "Pay",
    "Prompt",
    "Echo",
    "Application",
    "WhatsApp",
    "Sim",
    "Room",
    "VirtualAgent",
    "Conversation",
    "AiSession",
    "ConversationRelaySession",
    "Autopilot",
    "Siprec",
    "Task",
];

/// Returns a document in which the element stands inside this one, and what encloses both.
fn document(words: &BTreeMap<String, Word>, outer: &str, inner: Element) -> String {
    let mut element = inner;
    let mut outer = outer.to_owned();
    while outer != "Response" {
        let inside = &words[&outer].inside;
        let typed = |name: &&String| !UNTYPED.contains(&name.as_str());
        let next = inside.get("Response").or_else(|| inside.iter().find(typed)).unwrap_or_else(|| panic!("{outer}"));
        element = Element::new(outer.clone()).child(element);
        outer.clone_from(next);
    }
    Element::new("Response").child(element).to_document()
}

fn warnings(text: &str, name: &str) -> Vec<String> {
    let parsed = Document::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let about = parsed.warnings.iter().filter(|warning| warning.element == name);
    about.map(ToString::to_string).collect()
}

#[test]
fn every_attribute_of_the_library_is_known() {
    let words = vocabulary();
    let mut known = 0;
    for (name, word) in &words {
        for outer in word.inside.iter().filter(|outer| *outer != "Stop" && !UNTYPED.contains(&outer.as_str())) {
            // The library can put a queue among the verbs, where Twilio's documents know none.
            if name == "Queue" && outer == "Response" {
                continue;
            }
            let element = word.attributes.iter().fold(Element::new(name.clone()), |element, attribute| element.with(attribute, "1"));
            for warning in warnings(&document(&words, outer, element), name) {
                assert!(!warning.contains("unknown attribute") && !warning.contains("cannot stand"), "{outer}: {warning}");
            }
            known += word.attributes.len();
        }
    }
    assert!(known > 300, "{known}");
}

#[test]
fn an_element_stands_only_where_the_library_puts_it() {
    let words = vocabulary();
    let holders: Vec<&String> = words.keys().filter(|name| !UNTYPED.contains(&name.as_str())).collect();
    let mut refused = 0;
    for (name, word) in &words {
        for outer in &holders {
            // A name alone tells enough to stop something; Twilio's library also takes what belongs to its start.
            let free = matches!(outer.as_str(), "Stop" | "Hangup" | "Reject" | "ApplicationSid") || UNTYPED.contains(&name.as_str());
            if word.inside.contains(*outer) || free {
                continue;
            }
            let text = document(&words, outer, Element::new(name.clone()));
            // An element in the wrong place may be told of by itself or by what holds it.
            let told = Document::parse(&text).unwrap().warnings;
            assert!(!told.is_empty(), "<{name}> inside <{outer}>: {text}");
            refused += 1;
        }
    }
    assert!(refused > 1_400, "{refused}");
}
