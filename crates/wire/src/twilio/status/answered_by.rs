//! Who answered, as Twilio's machine detection says.

use crate::words::words;

words! {
    /// Who answered. `Enable` says `human`, `machine_start`, `fax`, `unknown`; `DetectMessageEnd` says how the greeting ended.
    AnsweredBy {
        /// A person.
        Human = "human",
        /// A machine, whose greeting goes on.
        MachineStart = "machine_start",
        /// A machine, after its beep: speak now.
        MachineEndBeep = "machine_end_beep",
        /// A machine, whose greeting ended in silence.
        MachineEndSilence = "machine_end_silence",
        /// A machine, whose greeting ended otherwise.
        MachineEndOther = "machine_end_other",
        /// A fax.
        Fax = "fax",
        /// It could not be told in time.
        Unknown = "unknown",
    }
}

impl AnsweredBy {
    /// Returns whether this is a machine that takes messages.
    pub const fn is_machine(&self) -> bool {
        matches!(self, Self::MachineStart | Self::MachineEndBeep | Self::MachineEndSilence | Self::MachineEndOther)
    }

    /// Returns whether a message can be left now.
    pub const fn is_ready_for_a_message(&self) -> bool {
        matches!(self, Self::MachineEndBeep | Self::MachineEndSilence | Self::MachineEndOther)
    }
}
