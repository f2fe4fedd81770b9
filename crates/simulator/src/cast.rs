//! The people and places that ship with the product, each reachable by a fictional number.
//!
//! The scripts are `scenarios/*.yaml` at the root of the repository, embedded so that the binary needs no folder. Users'
//! own scripts are added with [`Cast::with`]; one with the number of a shipped one takes its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use telephony::PhoneNumber;

use crate::script::{Script, ScriptError};

macro_rules! scenarios {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../scenarios/", $name)))),*]
    };
}

/// Names and texts of the scripts that ship.
pub const SCENARIOS: [(&str, &str); 27] = scenarios![
    "announcement.yaml",
    "asks-if-robot.yaml",
    "busy.yaml",
    "call-screener.yaml",
    "corner-shop.yaml",
    "dentist.yaml",
    "does-not-know.yaml",
    "fax.yaml",
    "hangs-up-at-once.yaml",
    "hold-queue.yaml",
    "interrupts.yaml",
    "invalid-number.yaml",
    "mailbox-full.yaml",
    "menu.yaml",
    "mumbler.yaml",
    "never-call-again.yaml",
    "no-answer.yaml",
    "objects-to-recording.yaml",
    "own-telephone.yaml",
    "pharmacy.yaml",
    "reads-a-card.yaml",
    "rejects.yaml",
    "restaurant.yaml",
    "silent-line.yaml",
    "talks-at-length.yaml",
    "voicemail.yaml",
    "wrong-number.yaml",
];

/// Everybody who can be reached on the practice network.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    scripts: BTreeMap<PhoneNumber, Arc<Script>>,
}

impl Cast {
    /// Returns the cast that ships.
    ///
    /// # Errors
    /// None for the scripts as they ship; a test reads them all.
    pub fn shipped() -> Result<Self, ScriptError> {
        SCENARIOS.iter().try_fold(Self::default(), |cast, (name, yaml)| cast.with(name, yaml))
    }

    /// Returns the cast with one more callee. `file` is only named in errors.
    ///
    /// # Errors
    /// What is wrong with the script, and where.
    pub fn with(mut self, file: &str, yaml: &str) -> Result<Self, ScriptError> {
        let script = Script::parse(file, yaml)?;
        self.scripts.insert(script.number.clone(), Arc::new(script));
        Ok(self)
    }

    /// Returns who answers a number, if anybody does.
    pub fn find(&self, number: &PhoneNumber) -> Option<Arc<Script>> {
        self.scripts.get(number).cloned()
    }

    /// Returns everybody in order of their numbers.
    pub fn scripts(&self) -> impl Iterator<Item = &Arc<Script>> {
        self.scripts.values()
    }
}
