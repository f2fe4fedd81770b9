//! The sandbox as a program meets it: over HTTP and sockets, with signatures checked.
#![allow(clippy::unwrap_used)]

mod app;
mod bad_input;
mod conference;
mod dial;
mod documents;
mod inbound;
mod queue;
mod relay;
mod rest;
mod streams;
mod telling;
mod verbs;
