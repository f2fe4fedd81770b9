//! What is wrong with a configuration: one [`Problem`] a finding, all of them at once, each with its place and remedy.
//!
//! The codes are stable; the troubleshooting page is generated from [`CODES`]. A problem never holds a secret, a
//! number or a name, so it may be logged.

use std::fmt;
use std::path::PathBuf;

use assistant::codes::CodeEntry;

assistant::code_table! {
    NO_SUCH_FILE = "config.no_such_file",
        "the configuration file that was named does not exist",
        "Check the path behind `--config`, or write a file with `puppetmaster config init`.";
    NOTIFY_IN_PART = "notify.settings",
        "a way to be told is configured in part only, so nothing would be told by it",
        "Set the key that is named, or take the other one out.";
    UNREADABLE = "config.unreadable",
        "a configuration file cannot be read",
        "Check that it is a file, that you may read it, that it is UTF-8 text and below 1 MiB.";
    SYNTAX = "config.syntax",
        "the configuration file is not YAML",
        "Look at the place that the error names: mostly indentation, an open bracket or quote, or a `${…}` without quotes inside `{ }`.";
    DUPLICATE_KEY = "config.duplicate_key",
        "a key stands twice in the same section",
        "Keep one of the two.";
    UNKNOWN_KEY = "config.unknown_key",
        "there is no such key",
        "Take the key that the error suggests, or look it up in docs/configuration.md; `puppetmaster config show` lists all keys.";
    UNKNOWN_VARIABLE = "config.unknown_variable",
        "an environment variable begins like ours, but none has this name",
        "Take the name that the error suggests, or unset the variable.";
    WRONG_TYPE = "config.wrong_type",
        "a section stands where a value belongs, or a value where a section belongs",
        "Write it as docs/configuration.md shows it.";
    BAD_VALUE = "config.bad_value",
        "the value is not what the key takes",
        "Write it in the form that the error names.";
    OUT_OF_RANGE = "config.out_of_range",
        "the number is too small or too large",
        "Choose one within the bounds that the error names.";
    MISSING_KEY = "config.missing_key",
        "the phone provider in use needs a key that is not set",
        "Set it in the file or in the environment; the error names both.";
    MISSING_VARIABLE = "config.missing_variable",
        "the file refers to an environment variable that is not set",
        "Set the variable, in the environment or in `.env`, or write the value itself.";
    BAD_REFERENCE = "config.bad_reference",
        "a `${…}` cannot be read",
        "Write `${VARIABLE}` or `${file:path}`; a literal `${` is written `$${`.";
    SECRET_FILE = "config.secret_file",
        "the file behind `${file:…}` cannot be read",
        "Check the path (a relative one begins at the configuration file), that you may read it, and that it holds text below 64 KiB.";
    DOTENV = "config.dotenv",
        "a line of `.env` cannot be read",
        "Write NAME=value, one a line; values with blanks or `#` stand in quotes.";
    SECRET_ON_COMMAND_LINE = "config.secret_on_command_line",
        "a secret was given on the command line, where other users of the machine can read it",
        "Give it in the environment, in `.env`, or in the file as `${file:path}`. Change the secret if others use this machine.";
    PROVIDER_UNAVAILABLE = "config.provider_unavailable",
        "this version cannot call through that phone provider yet",
        "Set `phone_provider` to mock, twilio or plivo.";
    DISABLED = "config.disabled",
        "the assistant is switched off",
        "Set `voice.personal_assistant.enabled` (or PERSONAL_ASSISTANT_ENABLED) to true.";
    ALREADY_EXISTS = "config.already_exists",
        "there is a configuration file already; it was left as it is",
        "Edit that file, or remove it first and run `puppetmaster config init` again.";
    CANNOT_WRITE = "config.cannot_write",
        "the configuration file cannot be written",
        "Check that the directory exists, belongs to you and has room.";
}

/// Where a value or a problem comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    /// Built in.
    Default,
    /// A place in the YAML file; line and column begin at 1, a column of 0 means the whole line, a line of 0 the whole file.
    File {
        /// The file as it was found or named.
        path: PathBuf,
        /// Line.
        line: u64,
        /// Column, in characters.
        column: u64,
    },
    /// A variable in `.env`.
    DotEnv {
        /// Its name.
        name: String,
        /// The line on which it begins.
        line: u64,
    },
    /// A variable of the environment.
    Environment(String),
    /// A flag of the command line.
    CommandLine,
}

/// `puppetmaster.yaml:4:5`, `.env:2`, `TWILIO_AUTH_TOKEN`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line: 0, .. } => write!(f, "{}", path.display()),
            Self::File { path, line, column: 0 } => write!(f, "{}:{line}", path.display()),
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::DotEnv { name, line } => write!(f, ".env:{line} {name}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Code and remedy.
    pub entry: &'static CodeEntry,
    /// Where.
    pub at: Origin,
    /// What exactly, in a clause.
    pub what: String,
    /// What to do here; `None` if the entry's remedy says all.
    pub help: Option<String>,
}

impl Problem {
    /// Returns a problem whose remedy is the entry's.
    pub fn new(entry: &'static CodeEntry, at: Origin, what: impl Into<String>) -> Self {
        Self { entry, at, what: what.into(), help: None }
    }

    /// Returns the problem with a remedy of its own.
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Returns what to do.
    pub fn remedy(&self) -> &str {
        self.help.as_deref().unwrap_or(self.entry.remedy)
    }
}

/// Two lines: place, code and what; then what to do.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at != Origin::Default {
            write!(f, "{}: ", self.at)?;
        }
        write!(f, "{} [{}]\n  {}", self.what, self.entry.code, self.remedy())
    }
}

/// All that is wrong, in the order of the sources and places; never empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Returns the problems in order, `None` if there are none.
    pub fn of(mut found: Vec<Problem>) -> Option<Self> {
        found.sort_by(|a, b| a.at.cmp(&b.at));
        (!found.is_empty()).then_some(Self(found))
    }

    /// Returns each.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
impl std::error::Error for Problems {}
