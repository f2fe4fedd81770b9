//! Each way to tell, against a real receiver on this machine.

#![allow(clippy::unwrap_used)]

mod receivers;
mod told;
