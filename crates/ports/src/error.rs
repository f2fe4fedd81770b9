//! Errors of the speech ports. Each port's other errors stand beside its trait.

use thiserror::Error;

/// Why a speech engine cannot serve.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum SpeechError {
    /// A model file is not there. Fetch the repository whole, or name the folder in `speech.models_dir`.
    #[error("the model file {file} is missing")]
    Missing {
        /// Name of the file within the models folder.
        file: String,
    },
    /// A model file is not the one that was pinned. Restore it from the repository.
    #[error("the model file {file} is damaged: its hash is not the pinned one")]
    Corrupt {
        /// Name of the file within the models folder.
        file: String,
    },
    /// The program of `speech.ears_command` or `speech.voice_command` is not there. Install it, or name its whole path.
    #[error("there is no program {name}")]
    NoProgram {
        /// Its name as the command has it.
        name: String,
    },
    /// The engine did not accept the work, for example because too much is waiting already.
    #[error("the speech engine is overloaded")]
    Overloaded,
    /// The engine failed.
    #[error("the speech engine failed: {what}")]
    Failed {
        /// What it said; holds no words of a call.
        what: String,
    },
}
