//! Which tasks somebody wants to see.

use dialogue::brief::TaskType;
use telephony::{PhoneNumber, Timestamp};

use crate::task::{Task, TaskState};

/// Which tasks are wanted: those for which all that is said is true. Nothing said: all of them.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct TaskFilter {
    /// In one of these states; none named: in any.
    pub states: Vec<TaskState>,
    /// Of one of these types; none named: of any.
    pub task_types: Vec<TaskType>,
    /// Calls of this number.
    pub callee: Option<PhoneNumber>,
    /// Made at this moment or later.
    pub since: Option<Timestamp>,
    /// Made before this moment.
    pub until: Option<Timestamp>,
}

impl TaskFilter {
    /// Returns whether a task is wanted.
    pub fn fits(&self, task: &Task) -> bool {
        (self.states.is_empty() || self.states.contains(&task.state))
            && (self.task_types.is_empty() || self.task_types.contains(&task.task_type))
            && self.callee.as_ref().is_none_or(|callee| *callee == task.number)
            && self.since.is_none_or(|since| task.created_at >= since)
            && self.until.is_none_or(|until| task.created_at < until)
    }
}

/// Which part of a list is wanted, the newest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// So many of the newest are passed over.
    pub skip: u64,
    /// Then so many at most are wanted.
    pub at_most: u32,
}

impl Page {
    /// Returns the newest so many.
    pub const fn newest(at_most: u32) -> Self {
        Self { skip: 0, at_most }
    }
}
