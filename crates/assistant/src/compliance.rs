//! Rules that protect the people whom we ring: which numbers, at which hours.

pub mod calling_hours;
pub mod number_gate;
