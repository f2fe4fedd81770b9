//! How a command ends badly: a stable code, what happened, what to do, and the exit code.

pub mod codes;

use std::process::ExitCode;

use assistant::codes::CodeEntry;
use assistant::moment::MomentError;
use engine::assistant::NotMade;
use ports::error::SpeechError;
use ports::recording_vault::VaultError;
use ports::task_store::StoreError;
use sandbox::SandboxError;
use store::RegistryError;

/// Exit code of something that could not be done.
pub const FAILED: u8 = 1;
/// Exit code of a command line that cannot be read.
pub const WRONG_COMMAND_LINE: u8 = 2;
/// Exit code of a refusal, by the user or by the rules.
pub const REFUSED: u8 = 3;
/// Exit code of a call that did not bring what was asked for.
pub const NOT_ACHIEVED: u8 = 4;

/// A command's bad end.
#[derive(Debug)]
pub struct Failure {
    /// The stable code.
    pub code: &'static str,
    /// What happened.
    pub what: String,
    /// What to do.
    pub remedy: String,
    /// The exit code.
    pub exit: u8,
}

impl Failure {
    /// Returns a failure of this code; the table says what to do about it.
    pub fn new(entry: &CodeEntry, what: impl Into<String>) -> Self {
        Self { code: entry.code, what: what.into(), remedy: entry.remedy.to_owned(), exit: FAILED }
    }

    /// Returns a failure for which the code's own text says all.
    pub fn of(entry: &CodeEntry) -> Self {
        Self::new(entry, entry.text)
    }

    /// Returns the same as a refusal.
    pub fn refused(self) -> Self {
        Self { exit: REFUSED, ..self }
    }

    /// Prints it to people and returns the exit code.
    pub fn tell(&self) -> ExitCode {
        eprintln!("error[{}]: {}", self.code, self.what);
        eprintln!("  what to do: {}", self.remedy);
        ExitCode::from(self.exit)
    }
}

impl From<SpeechError> for Failure {
    fn from(error: SpeechError) -> Self {
        let entry = match &error {
            SpeechError::Missing { .. } => &codes::SPEECH_MODEL_MISSING,
            SpeechError::Corrupt { .. } => &codes::SPEECH_MODEL_CORRUPT,
            SpeechError::NoProgram { .. } => &codes::SPEECH_NO_PROGRAM,
            SpeechError::Overloaded => &codes::SPEECH_OVERLOADED,
            SpeechError::Failed { .. } => &codes::SPEECH_FAILED,
        };
        Self::new(entry, error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(errand_code(error.code()), error.to_string())
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::new(errand_code(error.code()), error.to_string())
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        Self::new(codes::of_sandbox(&error), error.to_string())
    }
}

impl From<NotMade> for Failure {
    fn from(error: NotMade) -> Self {
        match error {
            NotMade::Errand(error) => Self::new(errand_code(error.code()), error.to_string()).refused(),
            NotMade::Refused(refusals) => {
                let what: Vec<&str> = refusals.as_slice().iter().map(|refusal| refusal.fact.as_str()).collect();
                Self::new(errand_code(refusals.first().code), format!("the call is refused: {}", what.join("; "))).refused()
            }
            NotMade::NoSuchTask => Self::of(&codes::TASK_UNKNOWN),
            NotMade::NoSuchSecret { .. } => Self::new(&assistant::codes::TASK_NO_SUCH_SECRET, error.to_string()).refused(),
            NotMade::WrongState { .. } => Self::new(&assistant::codes::TASK_WRONG_STATE, error.to_string()),
            NotMade::Store(error) => error.into(),
        }
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Read(_) => Self::new(&codes::CANNOT_READ, error.to_string()),
            RegistryError::List(list) => Self::new(errand_code(list.code()), list.to_string()),
            RegistryError::NoBase => Self::of(&codes::REGISTRY_NO_BASE),
            RegistryError::Store(error) => error.into(),
        }
    }
}

impl From<MomentError> for Failure {
    fn from(error: MomentError) -> Self {
        Self { exit: WRONG_COMMAND_LINE, ..Self::new(errand_code(error.code()), error.to_string()) }
    }
}

/// Returns the entry of a code of the errand. They are all in the table; a test of that crate holds it to that.
fn errand_code(code: &str) -> &'static CodeEntry {
    assistant::codes::find(code).unwrap_or(&assistant::codes::STORE_UNAVAILABLE)
}
