//! The sandbox as a program meets it: over HTTP and sockets, with signatures checked.
#![allow(clippy::unwrap_used)]

mod app;
mod bad_input;
mod documents;
mod relay;
mod rest;
mod streams;
mod telling;
mod verbs;
