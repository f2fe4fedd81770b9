//! How words are said: the elements inside `<Say>`.

use super::warning::Warnings;
use crate::words::words;
use crate::xml::{Element, Node, collect_text};

words! {
    /// How strong a break is.
    BreakStrength {
        /// None.
        None = "none",
        /// Hardly any.
        ExtraWeak = "x-weak",
        /// As after a comma.
        Weak = "weak",
        /// Between.
        Medium = "medium",
        /// As after a sentence.
        Strong = "strong",
        /// As after a paragraph.
        ExtraStrong = "x-strong",
    }
}

words! {
    /// What a text is, so that it is read out rightly.
    SayAs {
        /// Sign by sign.
        Characters = "characters",
        /// Letter by letter.
        SpellOut = "spell-out",
        /// A number.
        Cardinal = "cardinal",
        /// The same.
        Number = "number",
        /// First, second.
        Ordinal = "ordinal",
        /// Digit by digit.
        Digits = "digits",
        /// Half, a third.
        Fraction = "fraction",
        /// A measure.
        Unit = "unit",
        /// A date; `format` tells the order.
        Date = "date",
        /// A length of time.
        Time = "time",
        /// An address.
        Address = "address",
        /// Nothing but a beep.
        Expletive = "expletive",
        /// A telephone number.
        Telephone = "telephone",
    }
}

/// A piece of what is said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Spoken {
    /// Words.
    Text(String),
    /// Silence.
    Break {
        /// How much, in words.
        strength: Option<BreakStrength>,
        /// How much: `300ms`, `2s`.
        time: Option<String>,
    },
    /// Stressed.
    Emphasis {
        /// `strong`, `moderate`, `reduced`.
        level: Option<String>,
        /// What.
        inner: Vec<Spoken>,
    },
    /// In another language.
    Lang {
        /// `xml:lang`.
        language: Option<String>,
        /// What.
        inner: Vec<Spoken>,
    },
    /// A paragraph.
    Paragraph(Vec<Spoken>),
    /// A sentence.
    Sentence(Vec<Spoken>),
    /// Spelt by its sounds.
    Phoneme {
        /// `ipa`, `x-sampa`, …
        alphabet: Option<String>,
        /// The sounds.
        sounds: String,
        /// What stands in the text.
        text: String,
    },
    /// Louder, faster, higher.
    Prosody {
        /// `loud`, `+6dB`, …
        volume: Option<String>,
        /// `slow`, `80%`, …
        rate: Option<String>,
        /// `low`, `-2st`, …
        pitch: Option<String>,
        /// What.
        inner: Vec<Spoken>,
    },
    /// Read out as what it is.
    As {
        /// What it is.
        kind: SayAs,
        /// The order of a date: `mdy`, …
        format: Option<String>,
        /// What stands in the text.
        text: String,
    },
    /// Said otherwise than written.
    Sub {
        /// What is said.
        alias: String,
        /// What stands in the text.
        text: String,
    },
    /// One word of several meanings.
    Word {
        /// Which: `amazon:VB`, …
        role: Option<String>,
        /// What.
        inner: Vec<Spoken>,
    },
    /// Something we do not know, kept as it is.
    Other(Element),
}

impl Spoken {
    /// Returns words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Returns so many milliseconds of silence.
    pub fn pause(millis: u32) -> Self {
        Self::Break { strength: None, time: Some(format!("{millis}ms")) }
    }

    /// Returns digits to be said one by one.
    pub fn digits(digits: impl Into<String>) -> Self {
        Self::As { kind: SayAs::Digits, format: None, text: digits.into() }
    }
}

/// Returns the words as they are to be heard: aliases in place of what is written, a blank for a break.
pub(super) fn words(content: &[Spoken]) -> String {
    let mut out = String::new();
    push_words(content, &mut out);
    out
}

fn push_words(content: &[Spoken], out: &mut String) {
    for piece in content {
        match piece {
            Spoken::Text(text) | Spoken::Phoneme { text, .. } | Spoken::As { text, .. } | Spoken::Sub { alias: text, .. } => out.push_str(text),
            Spoken::Break { .. } => {
                if !out.is_empty() && !out.ends_with(char::is_whitespace) {
                    out.push(' ');
                }
            }
            Spoken::Emphasis { inner, .. }
            | Spoken::Lang { inner, .. }
            | Spoken::Paragraph(inner)
            | Spoken::Sentence(inner)
            | Spoken::Prosody { inner, .. }
            | Spoken::Word { inner, .. } => push_words(inner, out),
            Spoken::Other(element) => collect_text(&element.children, out),
        }
    }
}

/// The elements that may stand inside each, by Twilio's own library.
fn may_hold(outer: &str, inner: &str) -> bool {
    let everywhere = matches!(inner, "break" | "emphasis" | "phoneme" | "prosody" | "say-as" | "sub");
    match outer {
        "Say" | "lang" | "prosody" => everywhere || matches!(inner, "lang" | "p" | "s" | "w"),
        "p" => everywhere || matches!(inner, "lang" | "s" | "w"),
        "emphasis" | "s" => everywhere || matches!(inner, "lang" | "w"),
        "w" => everywhere,
        _ => false,
    }
}

pub(super) fn read(outer: &Element, warnings: &mut Warnings) -> Vec<Spoken> {
    let mut content = Vec::with_capacity(outer.children.len());
    for node in &outer.children {
        match node {
            Node::Text(text) => content.push(Spoken::Text(text.clone())),
            Node::Element(element) => {
                if !may_hold(&outer.name, &element.name) {
                    warnings.of(element, "an element that cannot stand here");
                }
                content.push(piece(element, warnings));
            }
        }
    }
    content
}

fn piece(element: &Element, warnings: &mut Warnings) -> Spoken {
    let attribute = |name: &str| element.attribute(name).map(str::to_owned);
    let known: &[&str] = match element.name.as_str() {
        "break" => &["strength", "time"],
        "emphasis" => &["level"],
        "lang" => &["xml:lang"],
        "phoneme" => &["alphabet", "ph"],
        "prosody" => &["volume", "rate", "pitch"],
        "say-as" => &["interpret-as", "format"],
        "sub" => &["alias"],
        "w" => &["role"],
        _ => &[],
    };
    for (name, _) in element.attributes.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
        warnings.of_attribute(element, name, "an unknown attribute is passed over");
    }
    match element.name.as_str() {
        "break" => {
            warnings.of_inside(element);
            Spoken::Break { strength: attribute("strength").map(|text| BreakStrength::parse(&text)), time: attribute("time") }
        }
        "emphasis" => Spoken::Emphasis { level: attribute("level"), inner: read(element, warnings) },
        "lang" => Spoken::Lang { language: attribute("xml:lang"), inner: read(element, warnings) },
        "p" => Spoken::Paragraph(read(element, warnings)),
        "s" => Spoken::Sentence(read(element, warnings)),
        "phoneme" => {
            warnings.of_elements(element);
            Spoken::Phoneme { alphabet: attribute("alphabet"), sounds: attribute("ph").unwrap_or_default(), text: element.all_text() }
        }
        "prosody" => {
            let inner = read(element, warnings);
            Spoken::Prosody { volume: attribute("volume"), rate: attribute("rate"), pitch: attribute("pitch"), inner }
        }
        "say-as" => {
            warnings.of_elements(element);
            let kind = SayAs::parse(&attribute("interpret-as").unwrap_or_default());
            if matches!(kind, SayAs::Other(_)) {
                warnings.of_attribute(element, "interpret-as", "an unknown value");
            }
            Spoken::As { kind, format: attribute("format"), text: element.all_text() }
        }
        "sub" => {
            warnings.of_elements(element);
            Spoken::Sub { alias: attribute("alias").unwrap_or_default(), text: element.all_text() }
        }
        "w" => Spoken::Word { role: attribute("role"), inner: read(element, warnings) },
        _ => Spoken::Other(element.clone()),
    }
}

pub(super) fn write(content: &[Spoken]) -> Vec<Node> {
    content.iter().filter_map(node).collect()
}

fn node(piece: &Spoken) -> Option<Node> {
    let holding = |name: &str, inner: &[Spoken]| Element { children: write(inner), ..Element::new(name) };
    Some(Node::Element(match piece {
        Spoken::Text(text) if text.is_empty() => return None,
        Spoken::Text(text) => return Some(Node::Text(text.clone())),
        Spoken::Break { strength, time } => {
            Element::new("break").with_some("strength", strength.as_ref().map(BreakStrength::as_str)).with_some("time", time.clone())
        }
        Spoken::Emphasis { level, inner } => holding("emphasis", inner).with_some("level", level.clone()),
        Spoken::Lang { language, inner } => holding("lang", inner).with_some("xml:lang", language.clone()),
        Spoken::Paragraph(inner) => holding("p", inner),
        Spoken::Sentence(inner) => holding("s", inner),
        Spoken::Phoneme { alphabet, sounds, text } => {
            Element::new("phoneme").with_some("alphabet", alphabet.clone()).with("ph", sounds.clone()).text(text.clone())
        }
        Spoken::Prosody { volume, rate, pitch, inner } => {
            holding("prosody", inner).with_some("volume", volume.clone()).with_some("rate", rate.clone()).with_some("pitch", pitch.clone())
        }
        Spoken::As { kind, format, text } => {
            Element::new("say-as").with("interpret-as", kind.as_str()).with_some("format", format.clone()).text(text.clone())
        }
        Spoken::Sub { alias, text } => Element::new("sub").with("alias", alias.clone()).text(text.clone()),
        Spoken::Word { role, inner } => holding("w", inner).with_some("role", role.clone()),
        Spoken::Other(element) => element.clone(),
    }))
}
