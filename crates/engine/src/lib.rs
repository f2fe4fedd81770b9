//! Runs calls: one driver task a call, channels and timers, no sockets.
//!
//! [`assistant::Assistant`] is the façade under every surface. A call is a [`call_driver`] that owns its machines
//! and a [`media_lane`]; sockets and webhooks reach it through the [`directory`] of live calls. Slow work (models,
//! carriers, disk) runs beside and comes back as an event.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod assistant;
pub mod batch_desk;
pub mod breakers;
pub mod call_driver;
pub mod capacity;
mod carrier_recording;
pub mod clock_guard;
pub mod directory;
pub mod filling;
mod further_leg;
pub mod gate;
pub mod late_recordings;
pub mod live;
pub mod media_lane;
pub mod media_link;
pub mod metrics;
pub mod postman;
pub mod reception;
pub mod recorder;
pub mod recording_guard;
mod recording_plan;
pub mod recovery;
pub mod relay_link;
pub mod replay;
pub mod scribe;
pub mod script_brain;
pub mod series;
pub mod settlement;
pub mod task_desk;
pub mod task_runner;
pub mod text_lane;
pub mod trace_writer;
pub mod troubles;
pub mod turn_desk;
pub mod verdict;
pub mod voicing;
pub mod write_behind;
