//! Questions and answers in the terminal, or from a pipe. Variables answer before anybody is asked.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};

use crate::config::dotenv;
use crate::config::sources::Sources;
use crate::failure::{Failure, codes};

/// Who answers.
pub(super) struct Dialog {
    variables: BTreeMap<String, String>,
    takes_usual: bool,
    is_over: bool,
}

impl Dialog {
    /// Returns a dialog that knows `.env` and the environment. With `takes_usual` nobody is asked.
    pub(super) fn new(sources: &Sources, takes_usual: bool) -> Self {
        let text = std::fs::read_to_string(sources.places.working.join(".env")).unwrap_or_default();
        let mut variables: BTreeMap<String, String> = dotenv::parse(&text).0.into_iter().map(|found| (found.name, found.value)).collect();
        variables.extend(sources.environment.clone());
        Self { variables, takes_usual, is_over: false }
    }

    /// Returns a variable, unless it is empty.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// Returns whether somebody may still answer.
    pub(super) const fn may_ask(&self) -> bool {
        !self.takes_usual && !self.is_over
    }

    /// Asks; an empty line takes the usual answer. `flag` names what answers beforehand.
    pub(super) fn ask(&mut self, question: &str, flag: &str, usual: Option<&str>) -> Result<String, Failure> {
        let missing = || Failure::new(&codes::SETUP_NO_ANSWER, format!("{question}: give it as {flag}"));
        if !self.may_ask() {
            return usual.map(str::to_owned).ok_or_else(missing);
        }
        let shown = usual.map_or_else(String::new, |usual| format!(" [{usual}]"));
        let answer = self.line(&format!("{question}{shown}: "));
        match (answer, usual) {
            (Some(answer), _) if !answer.is_empty() => Ok(answer),
            (Some(_), Some(usual)) => Ok(usual.to_owned()),
            (Some(_) | None, _) => Err(missing()),
        }
    }

    /// Asks for a secret; a terminal does not show what is typed.
    pub(super) fn ask_secret(&mut self, question: &str, source: &str) -> Result<String, Failure> {
        let missing = || Failure::new(&codes::SETUP_NO_ANSWER, format!("{question}: give it as {source}"));
        if !self.may_ask() {
            return Err(missing());
        }
        let _quiet = Quiet::begin();
        let answer = self.line(&format!("{question} (not shown): "));
        if io::stdin().is_terminal() {
            println!();
        }
        answer.filter(|answer| !answer.is_empty()).ok_or_else(missing)
    }

    /// Asks for leave; without a clear yes it is not given.
    pub(super) fn agree(&mut self, question: &str) -> bool {
        self.may_ask() && self.line(&format!("{question} [y/N] ")).is_some_and(|answer| matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    fn line(&mut self, prompt: &str) -> Option<String> {
        print!("{prompt}");
        // A prompt that cannot be shown is answered by whoever types anyway.
        let _ = io::stdout().flush();
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(1..) => Some(line.trim().to_owned()),
            _ => {
                self.is_over = true;
                None
            }
        }
    }
}

/// Returns a line that is typed and not shown; `None` if there is nobody who types.
pub(in crate::commands) fn ask_quietly(prompt: &str) -> Option<String> {
    let _quiet = Quiet::begin();
    print!("{prompt}");
    // A prompt that cannot be shown is answered by whoever types anyway.
    let _ = io::stdout().flush();
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    println!();
    read.ok().filter(|length| *length > 0).map(|_| line)
}

/// While it lives, the terminal does not show what is typed. Where that cannot be had, typing is shown.
struct Quiet(bool);

impl Quiet {
    fn begin() -> Self {
        Self(io::stdin().is_terminal() && stty("-echo"))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if self.0 {
            stty("echo");
        }
    }
}

fn stty(mode: &str) -> bool {
    Command::new("stty").arg(mode).stdin(Stdio::inherit()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
