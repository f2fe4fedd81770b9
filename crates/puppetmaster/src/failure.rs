//! How a command ends badly: a stable code, what happened, what to do, and the exit code.

use std::process::ExitCode;

use engine::assistant::NotMade;
use ports::error::SpeechError;
use ports::recording_vault::VaultError;
use ports::task_store::StoreError;

/// Exit code of something that could not be done.
pub const FAILED: u8 = 1;
/// Exit code of a refusal, by the user or by the rules.
pub const REFUSED: u8 = 3;
/// Exit code of a call that did not bring what was asked for.
pub const NOT_ACHIEVED: u8 = 4;

/// A command's bad end.
#[derive(Debug)]
pub struct Failure {
    /// The stable code.
    pub code: String,
    /// What happened.
    pub what: String,
    /// What to do.
    pub remedy: String,
    /// The exit code.
    pub exit: u8,
}

impl Failure {
    /// Returns a failure of this code.
    pub fn new(code: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code: code.into(), what: what.into(), remedy: remedy.into(), exit: FAILED }
    }

    /// Prints it to people and returns the exit code.
    pub fn tell(&self) -> ExitCode {
        eprintln!("error[{}]: {}", self.code, self.what);
        if !self.remedy.is_empty() {
            eprintln!("  what to do: {}", self.remedy);
        }
        ExitCode::from(self.exit)
    }
}

impl From<SpeechError> for Failure {
    fn from(error: SpeechError) -> Self {
        let (code, remedy) = match &error {
            SpeechError::Missing { .. } => ("speech.model_missing", "fetch the repository whole, or name the folder with the key speech.models_dir"),
            SpeechError::Corrupt { .. } => ("speech.model_corrupt", "restore the file from the repository: git checkout -- models"),
            SpeechError::NoProgram { .. } => {
                ("speech.no_program", "install it, or write its whole path in speech.ears_command or speech.voice_command; docs/speech.md says how")
            }
            SpeechError::Overloaded => ("speech.overloaded", "wait until other calls have ended"),
            SpeechError::Failed { .. } => ("speech.failed", "run `puppetmaster doctor`"),
        };
        Self::new(code, error.to_string(), remedy)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (code, remedy) = match &error {
            StoreError::Locked => ("store.locked", "stop the other puppetmaster, or name another folder with the key data_dir"),
            StoreError::Newer { .. } => ("store.newer", "use the newer program, or name another folder with the key data_dir"),
            StoreError::Full => ("store.full", "free some space on the disk and try again; nothing was lost"),
            StoreError::Corrupt => ("store.corrupt", "restore the data folder from a backup, or name another with the key data_dir"),
            StoreError::Conflict => ("store.conflict", "look at the task with `puppetmaster task show`; it may be under way"),
            StoreError::Overtaken => ("store.overtaken", "try again; the caps then say what is in the way"),
            StoreError::WrongKey => ("store.wrong_key", "restore vault.key from a backup; without it what was kept cannot be read"),
            _ => ("store.unavailable", "look whether the data folder can be written to"),
        };
        Self::new(code, error.to_string(), remedy)
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let remedy = match &error {
            VaultError::Full => "free some space on the disk and try again",
            VaultError::WrongKey => "restore vault.key from a backup; without it what was kept cannot be read",
            _ => "look whether the data folder can be written to, or restore it from a backup",
        };
        Self::new(error.code(), error.to_string(), remedy)
    }
}

impl From<NotMade> for Failure {
    fn from(error: NotMade) -> Self {
        match error {
            NotMade::Errand(error) => Self { exit: REFUSED, ..Self::new(error.code(), error.to_string(), "") },
            NotMade::Refused(refusals) => {
                let first = refusals.first();
                let what: Vec<&str> = refusals.as_slice().iter().map(|refusal| refusal.fact.as_str()).collect();
                Self { exit: REFUSED, ..Self::new(first.code, format!("the call is refused: {}", what.join("; ")), first.remedy) }
            }
            NotMade::NoSuchTask => Self::new("task.unknown", "there is no such task", "list them with `puppetmaster task list`"),
            NotMade::WrongState { .. } => Self::new("task.state", error.to_string(), "look at it with `puppetmaster task show`"),
            NotMade::Store(error) => error.into(),
        }
    }
}
