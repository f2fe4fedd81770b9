//! What a `<Speak>` says: words, and marks that tell how to say them. Only the `Polly` voices follow the marks.

use super::attributes::Faults;
use crate::xml::{Element, Node};

/// A piece of speech.
#[derive(Clone, PartialEq, Eq)]
pub enum Ssml {
    /// Words.
    Text(String),
    /// A pause: by its strength, or by its length (`500ms`, `2s`, at most 10 s).
    Break {
        /// `none`, `x-weak`, `weak`, `medium`, `strong`, `x-strong`.
        strength: Option<String>,
        /// How long.
        time: Option<String>,
    },
    /// Words with weight: `strong`, `moderate`, `reduced`.
    Emphasis {
        /// How much.
        level: Option<String>,
        /// What.
        inside: Vec<Ssml>,
    },
    /// Words of another language.
    Lang {
        /// Which.
        language: String,
        /// What.
        inside: Vec<Ssml>,
    },
    /// A paragraph.
    Paragraph(Vec<Ssml>),
    /// A sentence.
    Sentence(Vec<Ssml>),
    /// Words as they sound.
    Phoneme {
        /// `ipa` or `x-sampa`.
        alphabet: Option<String>,
        /// The sounds.
        ph: String,
        /// The words.
        text: String,
    },
    /// Words louder, slower, higher.
    Prosody {
        /// How loud.
        volume: Option<String>,
        /// How fast.
        rate: Option<String>,
        /// How high.
        pitch: Option<String>,
        /// What.
        inside: Vec<Ssml>,
    },
    /// Words read as digits, a date, a number, …
    SayAs {
        /// As what.
        interpret_as: String,
        /// In which order, of dates.
        format: Option<String>,
        /// The words.
        text: String,
    },
    /// Words that stand for others.
    Sub {
        /// What is said.
        alias: String,
        /// What is written.
        text: String,
    },
    /// A word in one of its meanings.
    Word {
        /// Which.
        role: Option<String>,
        /// What.
        inside: Vec<Ssml>,
    },
}

impl Ssml {
    const fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "",
            Self::Break { .. } => "break",
            Self::Emphasis { .. } => "emphasis",
            Self::Lang { .. } => "lang",
            Self::Paragraph(_) => "p",
            Self::Sentence(_) => "s",
            Self::Phoneme { .. } => "phoneme",
            Self::Prosody { .. } => "prosody",
            Self::SayAs { .. } => "say-as",
            Self::Sub { .. } => "sub",
            Self::Word { .. } => "w",
        }
    }

    /// Appends the words as they are heard: what stands for others is left out for them.
    fn heard(&self, out: &mut String) {
        match self {
            Self::Text(text) | Self::Phoneme { text, .. } | Self::SayAs { text, .. } | Self::Sub { alias: text, .. } => out.push_str(text),
            Self::Break { .. } => out.push(' '),
            Self::Emphasis { inside, .. } | Self::Lang { inside, .. } | Self::Prosody { inside, .. } | Self::Word { inside, .. } => {
                inside.iter().for_each(|piece| piece.heard(out));
            }
            Self::Paragraph(inside) | Self::Sentence(inside) => {
                inside.iter().for_each(|piece| piece.heard(out));
                out.push(' ');
            }
        }
    }

    fn write(&self) -> Node {
        let with = |element: Element, inside: &[Self]| Element { children: inside.iter().map(Self::write).collect(), ..element };
        Node::Element(match self {
            Self::Text(text) => return Node::Text(text.clone()),
            Self::Break { strength, time } => Element::new("break").with_some("strength", strength.clone()).with_some("time", time.clone()),
            Self::Emphasis { level, inside } => with(Element::new("emphasis").with_some("level", level.clone()), inside),
            Self::Lang { language, inside } => with(Element::new("lang").with("xml:lang", language.clone()), inside),
            Self::Paragraph(inside) => with(Element::new("p"), inside),
            Self::Sentence(inside) => with(Element::new("s"), inside),
            Self::Phoneme { alphabet, ph, text } => {
                Element::new("phoneme").with_some("alphabet", alphabet.clone()).with("ph", ph.clone()).text(text.clone())
            }
            Self::Prosody { volume, rate, pitch, inside } => {
                let element = Element::new("prosody").with_some("volume", volume.clone()).with_some("rate", rate.clone());
                with(element.with_some("pitch", pitch.clone()), inside)
            }
            Self::SayAs { interpret_as, format, text } => {
                Element::new("say-as").with("interpret-as", interpret_as.clone()).with_some("format", format.clone()).text(text.clone())
            }
            Self::Sub { alias, text } => Element::new("sub").with("alias", alias.clone()).text(text.clone()),
            Self::Word { role, inside } => with(Element::new("w").with_some("role", role.clone()), inside),
        })
    }
}

/// Shows the mark, no word.
impl std::fmt::Debug for Ssml {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}>", self.name())
    }
}

/// Returns the words as they are heard.
pub(super) fn heard(pieces: &[Ssml]) -> String {
    let mut out = String::new();
    pieces.iter().for_each(|piece| piece.heard(&mut out));
    out
}

pub(super) fn write(pieces: &[Ssml]) -> Vec<Node> {
    pieces.iter().map(Ssml::write).collect()
}

/// Returns whether a mark may stand in another, as the official library for Python has it. Every mark may stand in none.
fn may_hold(outer: &str, inner: &str) -> bool {
    match outer {
        "break" | "phoneme" | "say-as" | "sub" => false,
        "p" | "s" => inner != "p" && inner != outer,
        "w" => matches!(inner, "break" | "emphasis" | "phoneme" | "prosody" | "say-as" | "sub"),
        _ => true,
    }
}

/// Reads what is inside `<Speak>`.
pub(super) fn read(element: &Element, faults: &mut Faults) -> Vec<Ssml> {
    read_inside(element, "", faults)
}

fn read_inside(element: &Element, outer: &str, faults: &mut Faults) -> Vec<Ssml> {
    let mut pieces = Vec::new();
    for node in &element.children {
        match node {
            Node::Text(text) => pieces.push(Ssml::Text(text.clone())),
            Node::Element(inner) => {
                if !outer.is_empty() && !may_hold(outer, &inner.name) {
                    faults.doubt(&inner.name, "a mark of speech where it may not stand");
                }
                pieces.extend(read_mark(inner, faults));
            }
        }
    }
    pieces
}

fn read_mark(element: &Element, faults: &mut Faults) -> Option<Ssml> {
    let own = |name: &str| element.attribute(name).map(str::to_owned);
    let mut known: &[&str] = &[];
    let mark = match element.name.as_str() {
        "break" => {
            known = &["strength", "time"];
            Ssml::Break { strength: own("strength"), time: own("time") }
        }
        "emphasis" => {
            known = &["level"];
            Ssml::Emphasis { level: own("level"), inside: read_inside(element, "emphasis", faults) }
        }
        "lang" => {
            known = &["xml:lang"];
            Ssml::Lang { language: own("xml:lang").unwrap_or_default(), inside: read_inside(element, "lang", faults) }
        }
        "p" => Ssml::Paragraph(read_inside(element, "p", faults)),
        "s" => Ssml::Sentence(read_inside(element, "s", faults)),
        "phoneme" => {
            known = &["alphabet", "ph"];
            Ssml::Phoneme { alphabet: own("alphabet"), ph: own("ph").unwrap_or_default(), text: leaf(element, faults) }
        }
        "prosody" => {
            known = &["volume", "rate", "pitch"];
            let inside = read_inside(element, "prosody", faults);
            Ssml::Prosody { volume: own("volume"), rate: own("rate"), pitch: own("pitch"), inside }
        }
        "say-as" => {
            known = &["interpret-as", "format"];
            Ssml::SayAs { interpret_as: own("interpret-as").unwrap_or_default(), format: own("format"), text: leaf(element, faults) }
        }
        "sub" => {
            known = &["alias"];
            Ssml::Sub { alias: own("alias").unwrap_or_default(), text: leaf(element, faults) }
        }
        "w" => {
            known = &["role"];
            Ssml::Word { role: own("role"), inside: read_inside(element, "w", faults) }
        }
        _ => {
            faults.refuse(&element.name, "an unknown mark of speech");
            return None;
        }
    };
    if element.attributes.iter().any(|(name, _)| !known.contains(&name.as_str())) {
        faults.refuse(&element.name, "an unknown attribute");
    }
    Some(mark)
}

fn leaf(element: &Element, faults: &mut Faults) -> String {
    if element.elements().next().is_some() {
        faults.doubt(&element.name, "a mark of speech where it may not stand");
    }
    element.all_text()
}
