//! What the assistant knows and may do on one call.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Everything a conversation needs to know of its errand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Brief {
    /// What kind of errand.
    pub task_type: TaskType,
    /// What the user asked for, in the user's own words: "Ask what time they close today".
    pub intent: String,
    /// For whom the call is made, as it is said aloud: "Sam Miller", "a customer".
    pub principal: String,
    /// Facts the assistant may give when asked: label and value, "name" → "Sam Miller", "party size" → "four".
    pub may_disclose: Vec<(String, String)>,
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
