//! Twilio's codes in the troubleshooting page: complaints in people's words, then every code with what helps.

use std::fmt::Write;

use wire::twilio::error_codes::{SYMPTOMS, all, families};

use super::{capitalised, told};

/// Returns the section. Its entries are `wire`'s, so that a call's report and the page say the same.
pub(super) fn section() -> String {
    let mut out = String::from(
        "\n## Twilio\n\nWhat goes wrong at Twilio has a number, which reports and `doctor` show. The texts are ours. `puppetmaster doctor --provider \
         twilio` finds most causes before a call does.\n",
    );
    // Writing into a String cannot fail.
    for symptom in SYMPTOMS {
        let codes: Vec<String> = symptom.codes.iter().map(u32::to_string).collect();
        let codes = if codes.is_empty() { String::new() } else { format!(" (Codes {}.)", codes.join(", ")) };
        let _ = write!(out, "\n### {}\n\n{}. {}.{codes}\n", symptom.name, capitalised(symptom.meaning), capitalised(symptom.advice));
    }
    out.push_str("\n### Every code\n\n| code | what happened | what to do | to be mended |\n| --- | --- | --- | --- |\n");
    for entry in all() {
        let _ = writeln!(out, "| {} | {} | {} | {} |", entry.code, told(entry.meaning), told(entry.advice), entry.remedy.in_words());
    }
    for (first, last, entry) in families() {
        let codes = if first == last { first.to_string() } else { format!("{first}–{last}, others") };
        let _ = writeln!(out, "| {codes} | {} | {} | {} |", told(entry.meaning), told(entry.advice), entry.remedy.in_words());
    }
    out.push_str("\nA code that is not here: look it up at https://www.twilio.com/docs/errors.\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_complaint_and_every_code_stands_on_the_page() {
        let page = section();
        for name in ["Authentication Error", "Phone Number Not Verified", "TwiML Fetch Failed", "No Audio on Call"] {
            assert!(page.contains(&format!("\n### {name}\n")), "{name}");
        }
        for entry in all() {
            assert!(page.contains(&format!("\n| {} | ", entry.code)), "{}", entry.code);
        }
        assert!(!page.contains(" <"), "a tag is not escaped");
    }
}
