//! Intents that want agreement: book, change, cancel.

use super::goal::strip_words;
use super::person::to_callee;
use super::{Errand, blank, clause, leaning};
use crate::brief::{Brief, TaskType};
use crate::understand::clock::{self, Leaning};
use crate::understand::date::{self, Day};

/// "ask them to cancel my table" is "cancel my table".
pub(super) fn expand_ask_to(goal: &str) -> String {
    for lead in ["ask them to", "ask him to", "ask her to", "ask to", "have them", "get them to"] {
        if let Some(rest) = strip_words(goal, lead)
            && VERBS.iter().any(|(verb, _)| strip_words(rest, verb).is_some())
        {
            return rest.to_owned();
        }
    }
    goal.to_owned()
}

/// The verbs that want agreement, longest first where one begins with another.
const VERBS: [(&str, TaskType); 27] = [
    ("make a reservation", TaskType::Reservation),
    ("make me a reservation", TaskType::Reservation),
    ("make a booking", TaskType::Reservation),
    ("make an appointment", TaskType::AppointmentBooking),
    ("make me an appointment", TaskType::AppointmentBooking),
    ("get a reservation", TaskType::Reservation),
    ("get me a reservation", TaskType::Reservation),
    ("get a table", TaskType::Reservation),
    ("get me a table", TaskType::Reservation),
    ("get an appointment", TaskType::AppointmentBooking),
    ("get me an appointment", TaskType::AppointmentBooking),
    ("ask for an appointment", TaskType::AppointmentBooking),
    ("ask for a table", TaskType::Reservation),
    ("ask for a reservation", TaskType::Reservation),
    ("set up", TaskType::AppointmentBooking),
    ("schedule", TaskType::AppointmentBooking),
    ("arrange", TaskType::AppointmentBooking),
    ("reserve", TaskType::Reservation),
    ("book", TaskType::AppointmentBooking),
    ("call off", TaskType::Cancellation),
    ("cancel", TaskType::Cancellation),
    ("reschedule", TaskType::AppointmentChange),
    ("postpone", TaskType::AppointmentChange),
    ("push back", TaskType::AppointmentChange),
    ("change", TaskType::AppointmentChange),
    ("move", TaskType::AppointmentChange),
    ("rebook", TaskType::AppointmentChange),
];

/// Returns the errand of an intent that wants agreement: a booking, a change, a cancellation.
pub(super) fn agreement(brief: &Brief, goal: &str) -> Option<Errand> {
    let (verb, by_verb) = VERBS.iter().find(|(verb, _)| strip_words(goal, verb).is_some())?;
    let said = to_callee(goal, &brief.principal);
    let said = without_indirect_object(&said, &brief.principal);
    let task_type = match (*by_verb, brief.task_type) {
        (TaskType::AppointmentBooking, TaskType::Reservation) => TaskType::Reservation,
        (TaskType::Reservation, TaskType::AppointmentBooking) => TaskType::AppointmentBooking,
        (TaskType::AppointmentBooking, _) if *verb == "book" && leaning(goal, TaskType::Custom) == Leaning::Evening => TaskType::Reservation,
        (by_verb, _) => by_verb,
    };
    let is_bare_verb = !verb.contains(' ') || matches!(*verb, "set up" | "call off" | "push back");
    let subject = if is_bare_verb {
        strip_words(&said, verb).unwrap_or_default().to_owned()
    } else {
        said.split_once(' ').map(|(_, rest)| rest.trim_start_matches("for ").to_owned()).unwrap_or_default()
    };
    let today = Day::of(brief.local_time);
    let when = match (task_type, said.to_lowercase().rfind(" to ")) {
        (TaskType::AppointmentChange, Some(to)) if said.is_char_boundary(to) => said[to..].to_owned(),
        _ => said.clone(),
    };
    let day = date::dates(&when, today).first().map(|day| day.value);
    let minute = clock::times(&when, leaning(goal, task_type)).first().map(|time| time.value.minute);
    let purpose = format!("to {}", clause::lower_first(&said));
    Some(Errand { day, minute, subject, ..blank(task_type, purpose) })
}

/// "book Sam a table" (from "book me a table") is "book a table".
fn without_indirect_object(said: &str, principal: &str) -> String {
    for verb in ["book", "reserve", "make", "get", "schedule"] {
        if let Some(rest) = strip_words(said, verb)
            && let Some(rest) = strip_words(rest, principal)
        {
            return format!("{verb} {rest}");
        }
    }
    said.to_owned()
}
