//! The binary's integration tests, one binary.
#![allow(clippy::unwrap_used)]

mod audit;
mod bad_input;
mod batches;
mod column;
mod conversation_modes;
mod costs;
mod data;
mod do_not_call;
mod doctor;
mod door;
#[allow(dead_code, reason = "the bucket's own tests use all of it")]
#[path = "../../../buckets/tests/it/fake_s3.rs"]
mod fake_s3;
mod fake_twilio;
#[cfg(target_os = "linux")]
mod faulty_disk;
mod figures;
#[cfg(target_os = "linux")]
mod full_disk;
mod gate;
mod gate_broken;
mod interrupted;
mod killed;
mod killed_at;
#[cfg(target_os = "linux")]
mod killed_at_flush;
#[cfg(target_os = "linux")]
mod left_at_carrier;
mod misbehaving;
mod notifications;
mod office;
mod pages;
mod practice_call;
mod practice_plivo;
mod program;
mod provider_contract;
mod reception;
mod recording;
mod second_provider;
mod secrets;
mod sensitive;
mod series;
mod serve;
mod setup;
mod setup_plivo;
mod simulate;
mod storage;
mod takeover;
mod tasks;
