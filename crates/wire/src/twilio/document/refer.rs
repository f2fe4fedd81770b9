//! `<Refer>`: tells a SIP caller to call somebody else instead.

use super::attribute::element;
use super::dial::plain_text;
use super::warning::Warnings;
use crate::http::Method;
use crate::xml::Element;

element! {
    /// Sends a SIP REFER.
    Refer as "Refer" {
        /// Where to go on if it fails; the next verb if not said.
        action: Option<String>, "action";
        /// How to ask there.
        method: Method = Method::Post, "method";
    }
    inside {
        /// `sip:…` or `tel:…`.
        to: String,
    }
}

impl Refer {
    /// Returns the verb for an address.
    pub fn new(to: impl Into<String>) -> Self {
        Self { to: to.into(), ..Self::default() }
    }

    /// Reads it; `None` if there is no address inside.
    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Option<Self> {
        let mut to = None;
        warnings.of_text(element);
        for inner in element.elements() {
            if inner.name == "Sip" && to.is_none() {
                warnings.of_elements(inner);
                to = Some(plain_text(inner));
            } else {
                warnings.of(inner, "an element that cannot stand inside <Refer> is passed over");
            }
        }
        Some(Self { to: to?, ..Self::of_attributes(element, warnings) })
    }

    pub(super) fn to_element(&self) -> Element {
        self.with_attributes().child(Element::new("Sip").text(self.to.clone()))
    }
}
