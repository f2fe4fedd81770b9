//! What the assistant knows and may do on one call.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::detail::Detail;

/// Everything a conversation needs to know of its errand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Brief {
    /// What kind of errand.
    pub task_type: TaskType,
    /// What the user asked for, in the user's own words: "Ask what time they close today".
    pub intent: String,
    /// For whom the call is made, as it is said aloud: "Sam Miller", "a customer".
    pub principal: String,
    /// What the user has told us for the call, each with whom it may be said to: "name" → "Sam Miller", "party size" → "four".
    pub may_disclose: Vec<Detail>,
    /// What to leave on a voicemail; `None` leaves nothing.
    pub voicemail_message: Option<String>,
    /// Manner of speaking.
    pub persona: Persona,
    /// Whether the call is recorded; the opening says so.
    pub is_recorded: bool,
    /// The callee's day and hour at the start of the call, so that "today" and "tomorrow" can be understood.
    pub local_time: LocalTime,
    /// After this long the assistant takes its leave, whatever the state.
    pub time_limit: Duration,
    /// Whether the callee has rung us back, so that the opening thanks them.
    #[serde(default)]
    pub is_ring_back: bool,
    /// Whether the assistant stays and writes down what is said once the user has taken the call over; the callee is told.
    #[serde(default)]
    pub listens_along: bool,
}

/// A calendar day and minute at the callee's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LocalTime {
    /// Four digits.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 (Monday) to 6 (Sunday).
    pub weekday: u8,
    /// Minutes since midnight.
    pub minute: u16,
}

/// The kinds of errand. Each knows which facts it must bring back and which it may give away.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskType {
    /// Ask something and bring the answer.
    #[default]
    InformationInquiry,
    /// Get an appointment.
    AppointmentBooking,
    /// Move an appointment.
    AppointmentChange,
    /// Reserve a table, a room, a thing.
    Reservation,
    /// Ask where an order is.
    OrderStatus,
    /// Cancel something.
    Cancellation,
    /// Complain and hear what will be done.
    Complaint,
    /// Ask for a price.
    QuoteRequest,
    /// Pass a message on.
    MessageDelivery,
    /// Anything else: say the intent, bring back what is said.
    Custom,
}

/// Manner of speaking. Never a licence to hide being a machine.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Persona {
    /// Polite and to the point.
    #[default]
    ProfessionalAssistant,
    /// Warm.
    FriendlyHelper,
    /// Formal.
    FormalRepresentative,
    /// As few words as courtesy allows.
    Concise,
}

impl TaskType {
    /// Returns the kind of errand that the user's words ask for: by their verb, else an inquiry.
    ///
    /// "Ask whether I can cancel" is an inquiry: what is merely asked about is not done.
    pub fn told_from(intent: &str) -> Self {
        let lower = intent.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
        let Some(first) = words.iter().find(|word| !["please", "call", "and", "to", "them", "the", "could", "can", "you"].contains(word)) else {
            return Self::default();
        };
        match *first {
            "ask" | "find" | "check" | "inquire" | "enquire"
                if has(&["order", "parcel", "package", "delivery", "repair"]) && has(&["where", "ready", "status"]) =>
            {
                Self::OrderStatus
            }
            "ask" | "find" | "check" | "get" if has(&["quote", "estimate"]) || has(&["much"]) && has(&["cost", "costs", "charge"]) => {
                Self::QuoteRequest
            }
            "book" | "make" | "schedule" | "get" | "arrange" if has(&["appointment", "haircut", "checkup", "cleaning", "consultation"]) => {
                Self::AppointmentBooking
            }
            "reserve" => Self::Reservation,
            "book" | "make" | "get" if has(&["table", "reservation", "room", "seats"]) => Self::Reservation,
            "book" | "schedule" => Self::AppointmentBooking,
            "move" | "reschedule" | "change" | "postpone" => Self::AppointmentChange,
            "cancel" => Self::Cancellation,
            "complain" => Self::Complaint,
            "tell" | "say" | "let" | "inform" | "remind" | "thank" => Self::MessageDelivery,
            _ => Self::InformationInquiry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verb_tells_the_kind_of_errand() {
        let table = [
            ("Ask what time they close today", TaskType::InformationInquiry),
            ("Ask whether I can cancel on the day", TaskType::InformationInquiry),
            ("Book a table for four tonight at 7", TaskType::Reservation),
            ("Please book a haircut for Friday at 3pm", TaskType::AppointmentBooking),
            ("make an appointment for a checkup", TaskType::AppointmentBooking),
            ("Reschedule my appointment to Monday", TaskType::AppointmentChange),
            ("cancel my reservation for tonight", TaskType::Cancellation),
            ("Ask how much an oil change costs", TaskType::QuoteRequest),
            ("Find out where my order is", TaskType::OrderStatus),
            ("tell my aunt I'll be late", TaskType::MessageDelivery),
            ("", TaskType::InformationInquiry),
        ];
        for (intent, expected) in table {
            assert_eq!(TaskType::told_from(intent), expected, "{intent}");
        }
    }
}
