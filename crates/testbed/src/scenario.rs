//! What is played: each expectation of each callee, under a short name.

use std::sync::Arc;

use dialogue::brief::Brief;
use simulator::cast::SCENARIOS;
use simulator::script::{Expectation, Script, ScriptError};
use thiserror::Error;

use crate::verdict::brief_of;

/// One callee, one errand, one expected result.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The file's name without its ending; a callee's second expectation is `voicemail/2`.
    pub name: String,
    /// The callee.
    pub script: Arc<Script>,
    /// The errand.
    pub brief: Brief,
    /// What must come of it.
    pub expectation: Expectation,
}

/// Why scenarios cannot be played.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// A script is wrong; it says where.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// An expectation is wrong.
    #[error("{file}: {what}")]
    Expectation {
        /// Which file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// There is no scenario of that name.
    #[error("there is no scenario `{name}`; the scenarios are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// All names.
        known: String,
    },
}

/// Scenarios in the order in which they are played.
#[derive(Clone, Debug)]
pub struct Scenarios(Vec<Scenario>);

impl Scenarios {
    /// Returns the scenarios of the cast that ships.
    ///
    /// # Errors
    /// None for the scripts as they ship; a test reads them all.
    pub fn shipped() -> Result<Self, ScenarioError> {
        Self::read(SCENARIOS)
    }

    /// Reads scenarios from files: name and text. A script that expects nothing is checked and not played.
    ///
    /// # Errors
    /// The first script or expectation that is wrong.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, ScenarioError> {
        let mut scenarios = Vec::new();
        for (file, yaml) in files {
            let script = Arc::new(Script::parse(file, yaml)?);
            let stem = file.rsplit('/').next().unwrap_or(file);
            let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
            for (at, expectation) in script.expect.iter().enumerate() {
                let brief = brief_of(expectation).map_err(|what| ScenarioError::Expectation { file: file.to_owned(), what })?;
                let name = if at == 0 { stem.to_owned() } else { format!("{stem}/{}", at + 1) };
                scenarios.push(Scenario { name, script: script.clone(), brief, expectation: expectation.clone() });
            }
        }
        Ok(Self(scenarios))
    }

    /// Returns only the scenario of this name.
    ///
    /// # Errors
    /// There is none; it says which there are.
    pub fn only(self, name: &str) -> Result<Self, ScenarioError> {
        let known = self.0.iter().map(|scenario| scenario.name.as_str()).collect::<Vec<_>>().join(", ");
        let one: Vec<Scenario> = self.0.into_iter().filter(|scenario| scenario.name == name).collect();
        if one.is_empty() { Err(ScenarioError::Unknown { name: name.to_owned(), known }) } else { Ok(Self(one)) }
    }

    /// Returns them in order.
    pub fn iter(&self) -> impl Iterator<Item = &Scenario> {
        self.0.iter()
    }

    /// Returns the scenario of the so-manieth call; they take turns. `None` if there is none at all.
    pub fn of_call(&self, index: usize) -> Option<&Scenario> {
        self.0.get(index % self.0.len().max(1))
    }
}
