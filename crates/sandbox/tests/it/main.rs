//! The sandbox as a program meets it: over HTTP and sockets, with signatures checked.
#![allow(clippy::unwrap_used)]

mod app;
mod bad_input;
mod conference;
mod dial;
mod documents;
mod faults;
mod golden;
mod inbound;
mod limits;
mod log;
mod people;
mod plivo_app;
mod plivo_calls;
mod plivo_dial;
mod plivo_documents;
mod plivo_guests;
mod plivo_inbound;
mod plivo_parties;
mod plivo_resources;
mod plivo_rooms;
mod plivo_streams;
mod plivo_traps;
mod program;
mod queue;
mod recordings;
mod relay;
mod resources;
mod rest;
mod streams;
mod telling;
mod test_account;
mod verbs;
