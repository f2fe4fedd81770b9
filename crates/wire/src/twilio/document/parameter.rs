//! `<Parameter name value>` and its like: pairs of text inside another element.

use super::limits;
use super::warning::Warnings;
use crate::xml::Element;

/// Reads one pair; one without a name is passed over.
pub(super) fn read_into(element: &Element, pairs: &mut Vec<(String, String)>, warnings: &mut Warnings) {
    warnings.of_inside(element);
    for (name, _) in element.attributes.iter().filter(|(name, _)| !matches!(name.as_str(), "name" | "value")) {
        warnings.of_attribute(element, name, "an unknown attribute is passed over");
    }
    let Some(name) = element.attribute("name") else {
        warnings.of(element, "a pair without a name is passed over");
        return;
    };
    let value = element.attribute("value").unwrap_or_default();
    limits::parameter(element, name, value, warnings);
    pairs.push((name.to_owned(), value.to_owned()));
}

/// Writes pairs as `<Parameter>`.
pub(super) fn write_into(element: Element, pairs: &[(String, String)]) -> Element {
    pairs
        .iter()
        .fold(element, |element, (name, value)| element.child(Element::new("Parameter").with("name", name.clone()).with("value", value.clone())))
}
