//! Calls as text.

use std::time::Duration;

use crate::brief::{Brief, LocalTime, Persona, TaskType};

/// A brief on Tuesday, November 24, 2026, at 10:00, for Sam Miller.
pub(crate) fn brief(task_type: TaskType, intent: &str) -> Brief {
    Brief {
        task_type,
        intent: intent.to_owned(),
        principal: "Sam Miller".to_owned(),
        may_disclose: vec![("name".to_owned(), "Sam Miller".to_owned()), ("party size".to_owned(), "four".to_owned())],
        voicemail_message: None,
        persona: Persona::ProfessionalAssistant,
        is_recorded: true,
        local_time: LocalTime { year: 2026, month: 11, day: 24, weekday: 1, minute: 600 },
        time_limit: Duration::from_secs(300),
    }
}
