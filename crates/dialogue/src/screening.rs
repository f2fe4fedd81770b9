//! Who answered: decided while the opening is spoken, from words, sounds and rhythm.
//!
//! Phrases decide; length only makes us listen on. A phrase that a person may say as well ("she's not available, would
//! you like to leave a message?") counts only while nobody is known to be a person. Words are matched as recognisers
//! write them, in any case and without signs.

use serde::{Deserialize, Serialize};

use crate::turn::endpoint::words_of;

/// Who (or what) is on the callee's leg.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhoAnswered {
    /// Not decided yet.
    #[default]
    Unknown,
    /// A person.
    Human,
    /// A voicemail box.
    Voicemail,
    /// A menu: "press one for…".
    Menu,
    /// A call screener that asks who is calling.
    Screener,
    /// A hold queue.
    HoldQueue,
    /// A recorded announcement that ends by itself.
    Announcement,
    /// A fax machine.
    Fax,
    /// Nobody says anything.
    Silence,
}

/// Returns what kind of machine says these words, or `None` if they may be a person's.
///
/// `now` is who we believe is there: a person is given up only for phrases that no person says.
pub fn machine_in(text: &str, now: WhoAnswered) -> Option<WhoAnswered> {
    let heard = format!(" {} ", words_of(text).join(" ").replace('-', " "));
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| heard.contains(&format!(" {phrase} ")));
    if says(SCREENER) {
        return Some(WhoAnswered::Screener);
    }
    if says(VOICEMAIL) {
        return Some(WhoAnswered::Voicemail);
    }
    if says(ANNOUNCEMENT) {
        return Some(WhoAnswered::Announcement);
    }
    if offers_keys(&heard) || says(MENU) {
        return Some(WhoAnswered::Menu);
    }
    if says(HOLD) {
        return Some(WhoAnswered::HoldQueue);
    }
    if now == WhoAnswered::Human || offers_help(&heard) {
        return None;
    }
    if says(VOICEMAIL_OR_PERSON) {
        return Some(WhoAnswered::Voicemail);
    }
    if says(HOLD_OR_PERSON) {
        return Some(WhoAnswered::HoldQueue);
    }
    None
}

/// Returns whether words on hold are a recording's beyond doubt or by all appearance.
pub fn is_recording_on_hold(text: &str) -> bool {
    let is_beyond_doubt = machine_in(text, WhoAnswered::Human).is_some();
    is_beyond_doubt || (machine_in(text, WhoAnswered::HoldQueue).is_some() && !sounds_like_a_person(text))
}

/// Returns whether the words greet, introduce or ask, as somebody does who comes to the phone.
pub fn sounds_like_a_person(text: &str) -> bool {
    let words = words_of(text);
    let heard = format!(" {} ", words.join(" "));
    if ["automated", "recorded", "virtual assistant"].iter().any(|machine| heard.contains(machine)) {
        return false;
    }
    let cues = [
        "hello",
        "hi",
        "hey",
        "speaking",
        "how can i help",
        "how may i help",
        "how can we help",
        "what can i do for you",
        "good morning",
        "good afternoon",
        "good evening",
        "who is this",
        "who's this",
        "who's calling",
        "this is",
        "yes",
    ];
    cues.iter().any(|cue| heard.contains(&format!(" {cue} "))) || (text.trim_end().ends_with('?') && words.len() <= 12)
}

/// "press one", "for sales dial 2", "say billing": an offer of keys.
fn offers_keys(heard: &str) -> bool {
    const KEYS: [&str; 14] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "zero", "star", "pound", "hash", "any"];
    let mut words = heard.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let is_verb = matches!(word, "press" | "dial" | "push" | "pressing");
        let is_key = |next: &&str| KEYS.contains(next) || next.chars().all(|c| c.is_ascii_digit()) || *next == "the";
        if is_verb && words.peek().is_some_and(is_key) {
            return true;
        }
    }
    false
}

/// A person who offers something: recordings do not ask back.
fn offers_help(heard: &str) -> bool {
    ["would you like", "do you want", "can i ", "may i ", "shall i ", "should i ", "could you", "can you"].iter().any(|offer| heard.contains(offer))
}

const SCREENER: &[&str] = &[
    "record your name",
    "say your name and",
    "state your name and",
    "state your name after",
    "your name and reason for calling",
    "your name and why you're calling",
    "reason for your call after",
    "call assistant from google",
    "screening service",
    "call screening",
    "using a screening",
    "i'll see if this person is available",
    "see if this person is available",
    "before i try to connect you",
    "tell me who you are and why",
];

const VOICEMAIL: &[&str] = &[
    "after the tone",
    "after the beep",
    "at the tone",
    "at the beep",
    "leave your message",
    "leave us a message",
    "leave me a message",
    "leave a message after",
    "leave a brief message",
    "leave a detailed message",
    "please leave a message",
    "leave your name and number",
    "leave your name and",
    "record your message",
    "voice mailbox",
    "voicemail",
    "voice mail",
    "mailbox",
    "voice messaging system",
    "i'll get back to you as soon as",
    "we'll get back to you as soon as",
];

const VOICEMAIL_OR_PERSON: &[&str] = &[
    "leave a message",
    "not available",
    "unavailable",
    "can't come to the phone",
    "cannot come to the phone",
    "can't take your call",
    "unable to take your call",
    "missed your call",
    "i'm not here right now",
    "away from the phone",
    "away from my phone",
];

const ANNOUNCEMENT: &[&str] = &[
    "number you have dialed",
    "number you dialed",
    "number you've dialed",
    "number you have called",
    "not in service",
    "no longer in service",
    "has been disconnected",
    "cannot be completed as dialed",
    "call cannot be completed",
    "check the number and dial again",
];

const MENU: &[&str] = &[
    "listen carefully",
    "menu options",
    "options have changed",
    "main menu",
    "following options",
    "please choose from",
    "please select from",
    "if you know your party's extension",
    "invalid option",
    "not a valid option",
    "para español",
];

const HOLD: &[&str] = &[
    "your call is important",
    "next available",
    "in the order it was received",
    "in the order they were received",
    "all of our agents",
    "all our agents",
    "all of our representatives",
    "all representatives are",
    "all operators are",
    "your position in the queue",
    "you are number",
    "estimated wait time",
    "please stay on the line",
    "please remain on the line",
    "will be with you shortly",
    "please wait while i connect",
    "please wait while we connect",
    "connecting your call",
    "transferring your call",
    "please wait for the next",
];

const HOLD_OR_PERSON: &[&str] = &[
    "please hold",
    "please wait",
    "one moment please",
    "connecting you",
    "stay on the line",
    "thank you for holding",
    "thanks for holding",
    "thank you for your patience",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_known_by_their_phrases() {
        use WhoAnswered::{Announcement, HoldQueue, Human, Menu, Screener, Unknown, Voicemail};
        for (text, now, expected) in [
            ("Hello, Corner Shop.", Unknown, None),
            ("Corner Shop, this is Dana, how can I help you?", Unknown, None),
            ("You've reached Sam. Please leave a message after the tone.", Unknown, Some(Voicemail)),
            ("Please leave a message after the tone.", Human, Some(Voicemail)),
            ("The mailbox is full.", Unknown, Some(Voicemail)),
            ("She's not available. Would you like to leave a message?", Unknown, None),
            ("She's not available right now.", Human, None),
            ("I'm not available right now.", Unknown, Some(Voicemail)),
            ("For sales, press one. For support, press two.", Unknown, Some(Menu)),
            ("To speak with a person, press 0.", HoldQueue, Some(Menu)),
            ("I can press on with that tomorrow.", Unknown, None),
            ("Please listen carefully, as our options have changed.", Unknown, Some(Menu)),
            ("Please record your name and reason for calling.", Unknown, Some(Screener)),
            ("If you record your name and reason for calling, I'll see if this person is available.", Unknown, Some(Screener)),
            ("Hi, the person you're calling is using a screening service from Google.", Unknown, Some(Screener)),
            ("Your call is important to us. Please stay on the line.", Unknown, Some(HoldQueue)),
            ("Please hold.", Unknown, Some(HoldQueue)),
            ("Please hold.", Human, None),
            ("The number you have dialed is not in service.", Unknown, Some(Announcement)),
        ] {
            assert_eq!(machine_in(text, now), expected, "{text}");
        }
    }

    #[test]
    fn whoever_thanks_for_holding_and_greets_is_a_person() {
        assert!(!is_recording_on_hold("Thank you for holding, this is Sarah."));
        assert!(is_recording_on_hold("Thank you for holding."));
        assert!(is_recording_on_hold("Hello, your call is important to us."));
    }

    #[test]
    fn people_greet_or_ask() {
        for text in ["Hello?", "This is Sarah.", "Sarah speaking.", "Good morning, Corner Shop.", "Who is it?"] {
            assert!(sounds_like_a_person(text), "{text}");
        }
        for text in ["Our opening hours are nine to five.", "Connecting."] {
            assert!(!sounds_like_a_person(text), "{text}");
        }
    }
}
