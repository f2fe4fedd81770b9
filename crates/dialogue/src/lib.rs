//! What to say and when: turn-taking, screening, the scripted conversation and the report with its proof.
//!
//! Pure. [`conversation::Conversation`] is the one machine that a call's driver talks to; it owns the turn, the
//! silence watch, the screening and the transcript. What to say is decided by a mind behind a port, which answers
//! [`moves::Observation`]s with [`moves::Move`]s: the scripted one lives in [`script`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod brief;
pub mod card_digits;
pub mod claim;
pub mod conversation;
pub mod detail;
pub mod disclosure;
pub mod hold;
pub mod menu;
pub mod moves;
pub mod question;
pub mod report;
pub mod screening;
pub mod script;
pub mod speakable;
pub mod transcript;
pub mod turn;
pub mod understand;
pub mod utterance;
