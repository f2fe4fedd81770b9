//! Every stable code that this program may print, gathered from the crates that own them.
//!
//! The page docs/troubleshooting.md is made from here; an error's help link leads to its heading.

mod plivo;
mod twilio;

use std::fmt::Write;

use assistant::codes::CodeEntry;

use crate::checkup;
use crate::config::problem;
use crate::failure;

/// Returns all codes: those of the configuration, of commands, and of the errand, each family in its own order.
pub fn all() -> impl Iterator<Item = &'static CodeEntry> {
    problem::CODES.iter().chain(failure::codes::CODES).chain(checkup::codes::CODES).chain(assistant::codes::CODES)
}

/// Returns the entry of a code, `None` if it is not ours.
pub fn find(code: &str) -> Option<&'static CodeEntry> {
    all().find(|entry| entry.code == code)
}

/// Returns the page docs/troubleshooting.md.
pub fn troubleshooting_page() -> String {
    let mut out = String::from(
        "# Troubleshooting\n\nEvery error and every refusal carries a stable code in brackets, `[config.unknown_key]`. \
         Here is what each means and what to do.\n",
    );
    let mut family = "";
    for entry in all() {
        let its_family = entry.code.split('.').next().unwrap_or(entry.code);
        // Writing into a String cannot fail.
        if its_family != family {
            family = its_family;
            let _ = write!(out, "\n## {family}\n");
        }
        let _ = write!(out, "\n### `{}`\n\n{}. {}\n", entry.code, capitalised(entry.text), entry.remedy);
    }
    out.push_str(&twilio::section());
    out.push_str(&plivo::section());
    out
}

/// A tag would be taken for HTML.
fn told(text: &str) -> String {
    text.replace('<', "\\<")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_says_what_and_what_to_do() {
        let codes: Vec<&CodeEntry> = all().collect();
        for (index, entry) in codes.iter().enumerate() {
            assert_eq!(codes.iter().position(|other| other.code == entry.code), Some(index), "{} stands twice", entry.code);
            assert!(entry.code.split_once('.').is_some_and(|(family, name)| !family.is_empty() && !name.is_empty()), "{}", entry.code);
            assert!(!entry.text.ends_with('.') && entry.remedy.ends_with('.'), "{}", entry.code);
            assert_eq!(find(entry.code).map(|found| found.code), Some(entry.code));
        }
    }
}
