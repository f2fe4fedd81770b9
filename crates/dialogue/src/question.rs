//! Turns what the user asked for into what is said to the callee: a purpose for the opening, questions, and what to bring back.
//!
//! The intent is the user's own sentence: "Ask what time they close today", "cancel my reservation for tonight". Its verb
//! decides what kind of errand it is, also against the task type: who says "find out if they have a table" wants no
//! table booked. What stands behind the first sentence ("if not, 8 is fine") are conditions, held back until they are
//! needed. An intent that no rule knows is said as it was given, and the callee's words are brought back.

mod agreement;
pub mod alternatives;
mod asks;
pub mod clause;
mod complaint;
mod goal;
mod message;
pub mod person;

use crate::brief::{Brief, TaskType};
use crate::understand::clock::{self, Leaning};
use crate::understand::date::{self, Day};

use self::agreement::{agreement, expand_ask_to};
use self::alternatives::Alternatives;
use self::asks::asks_of;
use self::complaint::{complaint, complaint_about};
use self::goal::{split_goal, without_politeness};
use self::message::message;
use self::person::to_callee;

/// An intent longer than this is cut: an opening that goes on is not listened to.
const MAX_INTENT_CHARS: usize = 400;
/// More questions than this do not fit one call's patience.
const MAX_ASKS: usize = 5;

/// What is to be done on the call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Errand {
    /// The kind, by the intent's verb, else by the brief.
    pub task_type: TaskType,
    /// "to ask what time you close today".
    pub purpose: String,
    /// What is asked, in order. Bookings, changes and cancellations have none: they want agreement.
    pub asks: Vec<Ask>,
    /// What is booked, cancelled, complained about or said: "a haircut for Friday at 3 pm".
    pub subject: String,
    /// For whom a message is: "Sam Miller's aunt".
    pub recipient: Option<String>,
    /// The day that was asked for.
    pub day: Option<Day>,
    /// The minute of the day that was asked for.
    pub minute: Option<u16>,
    /// What else would do. Not to be said before it is needed.
    pub alternatives: Alternatives,
}

/// One thing to find out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// "What time do you close today?"
    pub question: String,
    /// "what time you close today".
    pub indirect: String,
    /// The fact to bring back: `closing_time`.
    pub fact: &'static str,
    /// What answers it.
    pub answer: Answer,
}

/// What kind of answer is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The hour something ends.
    ClosingTime,
    /// The hour something begins.
    OpeningTime,
    /// From when to when.
    Hours,
    /// An amount of money.
    Price,
    /// Yes or no.
    YesNo,
    /// A day, a time, or both.
    When,
    /// A phone number.
    PhoneNumber,
    /// A person's name.
    Name,
    /// Whatever is said.
    Words,
}

/// Returns why the call is made, as a clause that follows "I'm calling": "to ask what time you close today".
pub fn purpose(brief: &Brief) -> String {
    errand(brief).purpose
}

/// Returns the facts without which the errand is not done.
pub fn wanted(brief: &Brief) -> Vec<&'static str> {
    let errand = errand(brief);
    match errand.task_type {
        TaskType::AppointmentBooking | TaskType::AppointmentChange | TaskType::Reservation => vec!["booked_for"],
        TaskType::Cancellation => vec!["cancelled"],
        TaskType::MessageDelivery => vec!["delivered"],
        _ => {
            let mut facts: Vec<&'static str> = Vec::new();
            for ask in &errand.asks {
                if !facts.contains(&ask.fact) {
                    facts.push(ask.fact);
                }
            }
            facts
        }
    }
}

/// Reads the brief's intent.
pub fn errand(brief: &Brief) -> Errand {
    let intent: String = brief.intent.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_INTENT_CHARS).collect();
    let (goal, mut rest) = split_goal(&intent);
    let goal = without_politeness(&goal);
    let mut errand = of_goal(brief, &goal);
    let is_asking = matches!(errand.task_type, TaskType::InformationInquiry | TaskType::QuoteRequest | TaskType::OrderStatus);
    rest.retain(|sentence| {
        let more = if is_asking { asks_of(&without_politeness(sentence), brief) } else { Vec::new() };
        let is_ask = !more.is_empty();
        errand.asks.extend(more);
        !is_ask
    });
    errand.asks.truncate(MAX_ASKS);
    number_repeated_facts(&mut errand.asks);
    let flexible = brief.may_disclose.iter().filter(|detail| {
        let label = detail.label.to_lowercase();
        label.contains("alternative") || label.contains("flexib") || label.contains("otherwise")
    });
    let conditions = rest.into_iter().chain(flexible.map(|detail| detail.value.clone())).collect::<Vec<_>>().join(". ");
    errand.alternatives = Alternatives::read(&conditions, leaning(&errand.subject, errand.task_type), Day::of(brief.local_time));
    errand
}

/// Two questions about the same kind of fact keep apart: the second is brought back as `price_2`.
fn number_repeated_facts(asks: &mut [Ask]) {
    for place in 1..asks.len() {
        let fact = asks[place].fact;
        if asks[..place].iter().any(|earlier| earlier.fact == fact) {
            asks[place].fact = match fact {
                "price" => "price_2",
                "availability" => "availability_2",
                "when" => "when_2",
                "answer" if asks[..place].iter().any(|earlier| earlier.fact == "answer_2") => "answer_3",
                "answer" => "answer_2",
                other => other,
            };
        }
    }
}

/// Returns which half of the day a bare hour means in this errand.
pub fn leaning(subject: &str, task_type: TaskType) -> Leaning {
    let lower = subject.to_lowercase();
    let is_meal =
        ["table", "dinner", "restaurant", "drinks", "party", "tonight", "evening", "movie", "concert"].iter().any(|word| lower.contains(word));
    let is_early = ["breakfast", "brunch", "morning", "lunch"].iter().any(|word| lower.contains(word));
    if (is_meal || task_type == TaskType::Reservation) && !is_early { Leaning::Evening } else { Leaning::Office }
}

fn of_goal(brief: &Brief, goal: &str) -> Errand {
    let goal = &expand_ask_to(goal);
    if let Some(message) = message(brief, goal) {
        return message;
    }
    if let Some(agreement) = agreement(brief, goal) {
        return agreement;
    }
    if let Some(complaint) = complaint(brief, goal) {
        return complaint;
    }
    let asks = asks_of(goal, brief);
    if !asks.is_empty() {
        return inquiry(brief, asks);
    }
    by_type(brief, goal)
}

fn inquiry(brief: &Brief, asks: Vec<Ask>) -> Errand {
    let clauses: Vec<&str> = asks.iter().map(|ask| ask.indirect.as_str()).collect();
    let purpose = format!("to ask {}", clauses.join(" and "));
    let task_type = match brief.task_type {
        TaskType::QuoteRequest | TaskType::OrderStatus => brief.task_type,
        _ if asks.iter().any(|ask| ask.fact == "status") => TaskType::OrderStatus,
        _ => TaskType::InformationInquiry,
    };
    let subject = asks.first().map(|ask| ask.indirect.clone()).unwrap_or_default();
    Errand { asks, subject, ..blank(task_type, purpose) }
}

/// What to do with an intent whose verb says nothing: the brief's own type decides.
fn by_type(brief: &Brief, goal: &str) -> Errand {
    let said = to_callee(goal, &brief.principal);
    let lower = clause::lower_first(&said);
    let today = Day::of(brief.local_time);
    let day = date::dates(goal, today).first().map(|day| day.value);
    let minute = clock::times(goal, leaning(goal, brief.task_type)).first().map(|time| time.value.minute);
    let one = |question: String, indirect: String, fact, answer| vec![Ask { question, indirect, fact, answer }];
    match brief.task_type {
        TaskType::AppointmentBooking => {
            Errand { day, minute, subject: lower.clone(), ..blank(brief.task_type, format!("to make an appointment: {said}")) }
        }
        TaskType::Reservation => Errand { day, minute, subject: lower.clone(), ..blank(brief.task_type, format!("to reserve {lower}")) },
        TaskType::AppointmentChange => {
            Errand { day, minute, subject: lower.clone(), ..blank(brief.task_type, format!("to change an appointment: {said}")) }
        }
        TaskType::Cancellation => Errand { day, minute, subject: lower.clone(), ..blank(brief.task_type, format!("to cancel {lower}")) },
        TaskType::MessageDelivery => Errand { subject: clause::sentence(goal), ..blank(brief.task_type, "to pass on a message".to_owned()) },
        TaskType::Complaint => complaint_about(brief, goal),
        TaskType::OrderStatus => {
            let asks = one(format!("Could you tell me the status of {lower}?"), format!("about the status of {lower}"), "status", Answer::Words);
            Errand { asks, subject: lower.clone(), ..blank(brief.task_type, format!("to ask about the status of {lower}")) }
        }
        TaskType::QuoteRequest => {
            let asks = one(format!("How much would that be for {lower}?"), format!("for the price of {lower}"), "price", Answer::Price);
            Errand { asks, subject: lower.clone(), ..blank(brief.task_type, format!("to ask for the price of {lower}")) }
        }
        TaskType::InformationInquiry | TaskType::Custom => {
            let asks = one("What can you tell me about that?".to_owned(), format!("about this: {goal}"), "answer", Answer::Words);
            let purpose = if goal.is_empty() { "with a request".to_owned() } else { format!("with this request: {goal}") };
            Errand { asks, subject: goal.to_owned(), ..blank(TaskType::Custom, purpose) }
        }
    }
}

fn blank(task_type: TaskType, purpose: String) -> Errand {
    Errand {
        task_type,
        purpose,
        asks: Vec::new(),
        subject: String::new(),
        recipient: None,
        day: None,
        minute: None,
        alternatives: Alternatives::default(),
    }
}

#[cfg(test)]
mod tests;
