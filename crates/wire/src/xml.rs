//! A small XML tree over quick-xml: enough to read and write carriers' documents.
//!
//! Comments, processing instructions and the declaration are passed over; only the five entities of XML and character
//! references are known, a document type is refused, and depth and size are bounded, so no document can hurt us.

use quick_xml::Reader;
use quick_xml::events::Event;
use thiserror::Error;

/// Deeper nesting than any carrier's document has.
const MAX_DEPTH: usize = 64;

/// Carriers cap documents at 64 KB; the rest is room for generous senders.
const MAX_BYTES: usize = 1 << 20;

/// An element with its attributes in order and what is inside.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Element {
    /// Its name, with a prefix if written with one.
    pub name: String,
    /// Attributes in the order written.
    pub attributes: Vec<(String, String)>,
    /// Text and elements inside, in order.
    pub children: Vec<Node>,
    /// Where it stood, if it was read.
    pub place: Place,
}

/// Where an element stood in the text that it was read from, in bytes; 0 for one that was made. It is no part of what the
/// element is, so all places are equal.
#[derive(Clone, Copy, Default, Debug)]
pub struct Place(pub u64);

impl PartialEq for Place {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

/// Returns line and column of a place in a text, both counted from 1; columns in characters.
pub fn line_and_column(text: &str, at: u64) -> (usize, usize) {
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    (line, String::from_utf8_lossy(&before[line_start..]).chars().count() + 1)
}

/// What stands inside an element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, decoded.
    Text(String),
}

/// Why a text is not a document.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{what} at byte {at}")]
pub struct XmlError {
    /// What is wrong; holds nothing of the document.
    pub what: &'static str,
    /// Where, in bytes.
    pub at: u64,
}

impl Element {
    /// Returns an empty element.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// Adds an attribute if there is a value.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds an element inside.
    #[must_use]
    pub fn child(mut self, child: Element) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// Adds text inside, if there is any.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.children.push(Node::Text(text));
        }
        self
    }

    /// Returns an attribute by its exact name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the elements directly inside.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Returns all text inside, that of inner elements included, in order.
    pub fn all_text(&self) -> String {
        let mut out = String::new();
        collect_text(&self.children, &mut out);
        out
    }

    /// Reads a document and returns its root.
    pub fn parse(text: &str) -> Result<Self, XmlError> {
        if text.len() > MAX_BYTES {
            return Err(XmlError { what: "the document is too large", at: 0 });
        }
        if let Some((at, _)) = text.char_indices().find(|(_, c)| !is_xml_char(*c)) {
            return Err(XmlError { what: NO_CHARACTER, at: at as u64 });
        }
        Parser::default().run(text)
    }

    /// Returns the document with its declaration, on one line.
    pub fn to_document(&self) -> String {
        let mut out = String::with_capacity(256);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, true, out);
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for node in &self.children {
            match node {
                Node::Element(element) => element.write(out),
                Node::Text(text) => escape(text, false, out),
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

/// Appends the text of these nodes and all within them.
pub fn collect_text(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Element(element) => collect_text(&element.children, out),
        }
    }
}

fn escape(text: &str, in_attribute: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\n' | '\t' if in_attribute => out.push_str(if c == '\n' { "&#10;" } else { "&#9;" }),
            '\r' => out.push_str("&#13;"),
            // XML 1.0 has no way to write other control characters.
            other if !is_xml_char(other) => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}

/// What a document with a character says that none may hold, not even by its number.
const NO_CHARACTER: &str = "a character that XML does not have";

/// Returns whether a document may hold this character. Source: XML 1.0, production 2.
const fn is_xml_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Returns whether an element or attribute may be called so; quick-xml takes whatever stands there. Source: XML 1.0,
/// productions 4 and 5.
fn is_name(text: &str) -> bool {
    let starts = |c: char| {
        matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
            | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}' | '\u{200d}' | '\u{2070}'..='\u{218f}'
            | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
            | '\u{10000}'..='\u{effff}')
    };
    let goes_on = |c: char| starts(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}');
    text.starts_with(starts) && text.chars().all(goes_on)
}

#[derive(Default)]
struct Parser {
    open: Vec<Element>,
    root: Option<Element>,
}

impl Parser {
    fn run(mut self, text: &str) -> Result<Element, XmlError> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        loop {
            let starts_at = reader.buffer_position();
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(_) => return Err(XmlError { what: "not well-formed XML", at: reader.error_position() }),
            };
            let at = reader.buffer_position();
            let fault = |what| XmlError { what, at };
            match event {
                Event::Start(start) => {
                    let element = element_of(&start, starts_at).map_err(fault)?;
                    if self.open.len() >= MAX_DEPTH {
                        return Err(fault("elements are nested too deep"));
                    }
                    self.open.push(element);
                }
                Event::Empty(start) => {
                    let element = element_of(&start, starts_at).map_err(fault)?;
                    self.close(element).map_err(fault)?;
                }
                Event::End(_) => {
                    let element = self.open.pop().ok_or_else(|| fault("an end without a start"))?;
                    self.close(element).map_err(fault)?;
                }
                Event::Text(text) => {
                    self.add_text(&text.xml10_content()).map_err(fault)?;
                }
                Event::CData(text) => {
                    self.add_text(&text.xml10_content()).map_err(fault)?;
                }
                Event::GeneralRef(reference) => {
                    let text = if reference.is_char_ref() {
                        let c = reference.resolve_char_ref().map_err(|_| fault("a bad character reference"))?;
                        if c.is_some_and(|c| !is_xml_char(c)) {
                            return Err(fault(NO_CHARACTER));
                        }
                        c.map(String::from)
                    } else {
                        quick_xml::escape::resolve_predefined_entity(&reference).map(str::to_owned)
                    };
                    let text = text.ok_or_else(|| fault("an unknown entity"))?;
                    self.add_text(&text).map_err(fault)?;
                }
                Event::DocType(_) => return Err(fault("a document type is not accepted")),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::Eof => {
                    if !self.open.is_empty() {
                        return Err(fault("the document ends inside an element"));
                    }
                    return self.root.ok_or(XmlError { what: "no root element", at });
                }
            }
        }
    }

    fn close(&mut self, element: Element) -> Result<(), &'static str> {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None if self.root.is_none() => self.root = Some(element),
            None => return Err("more than one root element"),
        }
        Ok(())
    }

    fn add_text(&mut self, text: &str) -> Result<(), &'static str> {
        let Some(parent) = self.open.last_mut() else {
            let blank = text.chars().all(|c| c.is_whitespace() || c == '\u{feff}');
            return if blank { Ok(()) } else { Err("text outside the root element") };
        };
        match parent.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => parent.children.push(Node::Text(text.to_owned())),
        }
        Ok(())
    }
}

fn element_of(start: &quick_xml::events::BytesStart<'_>, starts_at: u64) -> Result<Element, &'static str> {
    let mut element = Element { place: Place(starts_at), ..Element::new(start.name().as_ref()) };
    if !is_name(&element.name) {
        return Err("a name that XML does not allow");
    }
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| "a bad attribute")?;
        if !is_name(attribute.key.as_ref()) {
            return Err("a name that XML does not allow");
        }
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|_| "a bad reference in an attribute")?;
        if !value.chars().all(is_xml_char) {
            return Err(NO_CHARACTER);
        }
        element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_survives_reading_and_writing() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R a=\"1 &amp; &quot;2&quot;\"><S>x &lt; y &#233;</S><T/></R>";
        let root = Element::parse(text).unwrap();
        assert_eq!(root.attribute("a"), Some("1 & \"2\""));
        assert_eq!(root.elements().next().unwrap().all_text(), "x < y é");
        assert_eq!(Element::parse(&root.to_document()).unwrap(), root);
    }

    #[test]
    fn an_element_knows_its_place() {
        let text = "<R>\n  é<S/>\n</R>";
        let root = Element::parse(text).unwrap();
        let inner = root.elements().next().unwrap();
        assert_eq!(line_and_column(text, inner.place.0), (2, 4));
        assert_eq!(line_and_column(text, 9_999), (3, 5));
        assert_eq!(root, Element::parse("<R>\n  é<S></S>\n</R>").unwrap());
    }

    #[test]
    fn a_character_that_xml_does_not_have_is_refused() {
        for text in ["<R>\u{1}</R>", "<R>&#1;</R>", "<R a=\"&#x1d;\"/>", "<R a=\"\u{ffff}\"/>", "<R>&#0;</R>"] {
            assert!(Element::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(Element::parse("<R>\u{1}</R>"), Err(XmlError { what: NO_CHARACTER, at: 3 }));
        assert_eq!(Element::parse("<R>\t\n&#13;\u{7f}</R>").unwrap().all_text(), "\t\n\r\u{7f}");
    }

    #[test]
    fn a_name_that_xml_does_not_allow_is_refused() {
        for text in ["<R><Pause\"2\"/></R>", "<R>< /></R>", "<R 1a=\"\"/>", "<R a<b=\"\"/>", "<-R/>"] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
        assert_eq!(Element::parse("<say-as x:interpret_as.2=\"é\"/>").unwrap().name, "say-as");
    }

    #[test]
    fn what_is_not_a_document_says_why() {
        let what = |text: &str| Element::parse(text).unwrap_err().what;
        assert_eq!(what(""), "no root element");
        assert_eq!(what("<R>"), "the document ends inside an element");
        assert_eq!(what("<R></S>"), "not well-formed XML");
        assert_eq!(what("<R/><R/>"), "more than one root element");
        assert_eq!(what("hello"), "text outside the root element");
        assert_eq!(what("<!DOCTYPE x [<!ENTITY a \"b\">]><R>&a;</R>"), "a document type is not accepted");
        assert_eq!(what("<R>&a;</R>"), "an unknown entity");
        assert_eq!(what(&"<R>".repeat(100)), "elements are nested too deep");
    }
}
