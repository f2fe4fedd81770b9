//! The errand and its rules: tasks, approval, the gate that clears a dial, money.
//!
//! Pure: the hour, the counts and the identities come in as values; decisions go out as values. Start reading at
//! [`task`], then [`policy`]: it is the only giver of the key that opens a dial.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod approval;
pub mod attempt;
pub mod audit;
pub mod batch;
pub mod breaker;
pub mod budget;
pub mod clock_watch;
pub mod codes;
pub mod compliance;
pub mod data;
pub mod decision_record;
pub mod dependency;
pub mod dialing;
pub mod disclosure_matrix;
pub mod expense;
pub mod fact_class;
pub mod menu;
pub mod missing_facts;
pub mod moment;
pub mod never_spoken;
pub mod notice;
pub mod notification;
pub mod opening_hours;
pub mod operator;
pub mod policy;
pub mod rate_limit;
pub mod recurrence;
pub mod refusal;
pub mod retry;
pub mod ring_back;
pub mod schedule;
pub mod series;
pub mod spending_alert;
pub mod standing_approval;
pub mod statistics;
pub mod task;
pub mod task_filter;
pub mod task_plan;
pub mod trouble;
pub mod waiting_line;
