//! Plivo's causes in the troubleshooting page: what each end of a call means and what helps.

use std::fmt::Write;

use wire::plivo::error_codes::all;

use super::told;

/// Returns the section. Its entries are `wire`'s, so that a call's report and the page say the same.
pub(super) fn section() -> String {
    let mut out = String::from(
        "\n## Plivo\n\nHow a call ended has a number at Plivo, which reports and `doctor` show; refusals of its API have an HTTP status alone. The texts \
         are ours. `puppetmaster doctor --provider plivo` finds most causes before a call does.\n\n| code | Plivo's name | what happened | what to do | \
         to be mended |\n| --- | --- | --- | --- | --- |\n",
    );
    for cause in all() {
        // Writing into a String cannot fail.
        let _ = writeln!(out, "| {} | {} | {} | {} | {} |", cause.code, cause.name, told(cause.meaning), told(cause.advice), cause.remedy.in_words());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_stands_on_the_page() {
        let page = section();
        for cause in all() {
            assert!(page.contains(&format!("\n| {} | {} | ", cause.code, cause.name)), "{}", cause.code);
        }
    }
}
