//! The cast as its callers meet it: text in, text out, in virtual time.
#![allow(clippy::unwrap_used)]

mod cast;
mod network;
mod scripts;
mod talk;
