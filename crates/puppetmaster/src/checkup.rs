//! What `doctor` and `setup` find: one [`Finding`] a line, green, yellow or red, with the fix.
//!
//! [`judge`] holds the rules, as functions of what was found out; [`provider`] asks the account, [`reach`] our own public
//! address, [`trial_run`] the test credentials. No finding holds a secret.

pub mod codes;
pub mod judge;
pub mod provider;
pub mod reach;
pub mod trial_run;

use assistant::codes::CodeEntry;
use serde_json::{Value, json};

use crate::failure::Failure;

/// How good a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// As it should be.
    Green,
    /// Calls work, but not all, or not for long, or nobody knows.
    Yellow,
    /// Calls will fail.
    Red,
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Green => "ok",
            Self::Yellow => "warn",
            Self::Red => "failed",
        }
    }

    const fn colour(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// How good it is.
    pub level: Level,
    /// What was found, a clause.
    pub text: String,
    /// The stable code, if it is not green.
    pub code: Option<&'static str>,
    /// What to do, if something is to be done.
    pub fix: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn green(check: impl Into<String>, text: impl Into<String>) -> Self {
        Self { check: check.into(), level: Level::Green, text: text.into(), code: None, fix: None }
    }

    /// Calls work, but.
    pub fn yellow(check: impl Into<String>, entry: &'static CodeEntry, text: impl Into<String>) -> Self {
        Self { check: check.into(), level: Level::Yellow, text: text.into(), code: Some(entry.code), fix: Some(entry.remedy.into()) }
    }

    /// Calls will fail.
    pub fn red(check: impl Into<String>, entry: &'static CodeEntry, text: impl Into<String>) -> Self {
        Self { level: Level::Red, ..Self::yellow(check, entry, text) }
    }

    /// Returns a red one of a command's failure.
    pub fn failed(check: impl Into<String>, failure: Failure) -> Self {
        Self { check: check.into(), level: Level::Red, text: failure.what, code: Some(failure.code), fix: Some(failure.remedy) }
    }

    /// Returns the same with a fix that knows more than the code's own.
    #[must_use]
    pub fn with_fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    /// Returns the line for people.
    pub fn line(&self) -> String {
        let code = self.code.map_or_else(String::new, |code| format!(" [{code}]"));
        let fix = self.fix.as_deref().map_or_else(String::new, |fix| format!("\n        {fix}"));
        format!("{:<7} {}: {}{code}{fix}", self.level.word(), self.check, self.text)
    }
}

/// Returns all findings for machines.
pub fn json(findings: &[Finding]) -> Value {
    let checks: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({ "check": finding.check, "level": finding.level.colour(), "text": finding.text, "code": finding.code, "fix": finding.fix })
        })
        .collect();
    json!({ "level": worst(findings).colour(), "checks": checks })
}

/// Returns the worst level of all; green if there is nothing.
pub fn worst(findings: &[Finding]) -> Level {
    findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Green)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_good_what_and_what_to_do() {
        assert_eq!(Finding::green("balance", "12.34 USD").line(), "ok      balance: 12.34 USD");
        let red = Finding::red("balance", &codes::BALANCE, "0.00 USD are left");
        assert_eq!(red.line(), format!("failed  balance: 0.00 USD are left [doctor.balance]\n        {}", codes::BALANCE.remedy));
        assert_eq!(worst(&[Finding::green("a", "b"), red.clone(), Finding::yellow("a", &codes::BALANCE, "b")]), Level::Red);
        assert_eq!(json(&[red])["checks"][0]["level"], "red");
        assert_eq!(json(&[])["level"], "green");
    }
}
