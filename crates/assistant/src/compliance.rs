//! Rules that protect the people whom we ring: which numbers, at which hours, with whose leave, what is said and kept.

pub mod calling_hours;
pub mod consent;
pub mod disclosure;
pub mod do_not_call;
pub mod holiday;
pub mod jurisdiction;
pub mod line_kind;
pub mod number_gate;
pub mod place;
pub mod purpose;
pub mod recording;
pub mod registry;
pub mod retention;
pub mod standing;
