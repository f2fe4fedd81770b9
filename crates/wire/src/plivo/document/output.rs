//! What is heard: `<Speak>`, `<Play>`, `<Wait>`, and keys that are pressed: `<DTMF>`.

use super::attributes::{Attributes, Faults, element, flag, is_web_url, number, text, text_inside};
use super::ssml::{self, Ssml};
use crate::xml::Element;

/// Longest text of a `<Speak>`, its marks included.
///
/// Source: Plivo's documentation of SSML, 2026.
pub const MAX_SPEAK_CHARS: usize = 3_000;

/// Languages that the voices `WOMAN` and `MAN` speak. From memory; that others are refused was seen for `hi-IN`.
const BASIC_LANGUAGES: [&str; 16] =
    ["da-DK", "nl-NL", "en-AU", "en-GB", "en-US", "fr-FR", "fr-CA", "de-DE", "it-IT", "pl-PL", "pt-PT", "pt-BR", "ru-RU", "es-ES", "es-US", "sv-SE"];

element! {
    /// Speaks a text.
    Speak = "Speak" {
        /// `WOMAN`, `MAN`, or `Polly.` and a name.
        voice: Option<String> = text("voice") [String: "WOMAN".to_owned()];
        /// The language.
        language: Option<String> = text("language") [String: "en-US".to_owned()];
        /// How often; 0 means until the call ends.
        r#loop: Option<u32> = number("loop") [u32: 1];
    }
    inside {
        /// Words and marks.
        pieces: Vec<Ssml>,
    }
}

impl Speak {
    /// Returns a `<Speak>` of plain text with the basic voice.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { pieces: vec![Ssml::Text(text.into())], ..Self::default() }
    }

    /// Returns the words as they are heard.
    pub fn words(&self) -> String {
        ssml::heard(&self.pieces)
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut attributes = Attributes { element, faults };
        let mut speak = Self::read_attributes(&mut attributes, &[]);
        let is_basic = matches!(speak.voice().as_str(), "WOMAN" | "MAN");
        match speak.language().as_str() {
            "hi-IN" if is_basic => attributes.refuse("language", "the basic voices do not speak this language"),
            language if is_basic && !BASIC_LANGUAGES.contains(&language) => {
                attributes.doubt("language", "the basic voices may not speak this language");
            }
            _ => {}
        }
        speak.pieces = ssml::read(element, faults);
        if speak.words().trim().is_empty() {
            faults.doubt(Self::TAG, "the element is empty");
        }
        if element.all_text().chars().count() > MAX_SPEAK_CHARS {
            faults.doubt(Self::TAG, "more than 3000 characters");
        }
        if is_basic && element.elements().next().is_some() {
            faults.doubt(Self::TAG, "only Polly voices follow marks of speech");
        }
        speak
    }

    pub(super) fn write(&self) -> Element {
        Element { children: ssml::write(&self.pieces), ..self.write_attributes() }
    }
}

element! {
    /// Plays a file: mp3 or wav, at most 10 MB.
    Play = "Play" {
        /// How often; 0 means until the call ends.
        r#loop: Option<u32> = number("loop") [u32: 1];
    }
    inside {
        /// Where the file is.
        url: String,
    }
}

impl Play {
    /// Returns a `<Play>` of one file, once.
    pub fn once(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut play = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        play.url = text_inside(element, faults);
        if !play.url.is_empty() && !is_web_url(&play.url) {
            faults.doubt(Self::TAG, "an address that is not absolute");
        }
        play
    }

    pub(super) fn write(&self) -> Element {
        self.write_attributes().text(self.url.clone())
    }
}

element! {
    /// Waits. Whether Plivo is silent meanwhile or plays music is not verified: its ancestor is silent.
    Wait = "Wait" {
        /// Seconds.
        length: Option<u32> = number("length") [u32: 1];
        /// Until there is silence.
        silence: Option<bool> = flag("silence") [bool: false];
        /// Milliseconds of silence that end it.
        min_silence: Option<u32> = number("minSilence");
        /// Until there is a beep: `true`, or how it sounds (`duration=300,inter_silence=50,…`).
        beep: Option<String> = text("beep");
    }
    inside {}
}

impl Wait {
    /// Returns a pause.
    pub fn seconds(length: u32) -> Self {
        Self { length: Some(length), ..Self::default() }
    }

    /// Returns a wait for the beep of a voicemail, so long at most.
    pub fn for_beep(most_seconds: u32) -> Self {
        Self { length: Some(most_seconds), beep: Some("true".to_owned()), ..Self::default() }
    }

    /// Returns whether a beep ends it.
    pub fn hears_beeps(&self) -> bool {
        self.beep.as_deref().is_some_and(|beep| !beep.is_empty() && beep != "false")
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let wait = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        super::attributes::nothing_inside(element, faults);
        wait
    }

    pub(super) fn write(&self) -> Element {
        self.write_attributes()
    }
}

element! {
    /// Presses keys.
    Dtmf = "DTMF" {
        /// Go on at once.
        r#async: Option<bool> = flag("async") [bool: true];
    }
    inside {
        /// `0-9 * #`, `w` for half a second, `W` for a whole one.
        digits: String,
    }
}

impl Dtmf {
    /// Returns keys to press.
    pub fn press(digits: impl Into<String>) -> Self {
        Self { digits: digits.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut dtmf = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        dtmf.digits = text_inside(element, faults);
        if !dtmf.digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'*' | b'#' | b'w' | b'W')) {
            faults.doubt(Self::TAG, "other signs than 0-9 * # w W");
        }
        dtmf
    }

    pub(super) fn write(&self) -> Element {
        self.write_attributes().text(self.digits.clone())
    }
}
