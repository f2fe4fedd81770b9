//! Intents as users write them, and what becomes of them.

use super::*;
use crate::script::tests::brief;

fn read(task_type: TaskType, intent: &str) -> String {
    let errand = errand(&brief(task_type, intent));
    let asks: Vec<String> = errand.asks.iter().map(|ask| format!("{} [{}]", ask.question, ask.fact)).collect();
    format!("{} | {}", errand.purpose, asks.join(" "))
}

#[test]
fn questions_are_turned_to_the_callee() {
    let rows = [
        ("Ask what time they close today", "to ask what time you close today | What time do you close today? [closing_time]"),
        ("ask them what time they open tomorrow.", "to ask what time you open tomorrow | What time do you open tomorrow? [opening_time]"),
        ("What time do they close?", "to ask what time you close | What time do you close? [closing_time]"),
        (
            "find out if they have a table for four tonight at 7",
            "to ask if you have a table for four tonight at 7 | Do you have a table for four tonight at 7? [availability]",
        ),
        ("Find out whether they're open on Sunday", "to ask whether you're open on Sunday | Are you open on Sunday? [is_open]"),
        ("Ask how much an oil change costs", "to ask how much an oil change costs | How much does an oil change cost? [price]"),
        ("Please ask about their opening hours", "to ask about your opening hours | What are your opening hours? [hours]"),
        ("check the price of a haircut", "to ask about the price of a haircut | Could you tell me the price of a haircut? [price]"),
        ("How much is an oil change?", "to ask how much an oil change is | How much is an oil change? [price]"),
        ("Are they open on Sunday?", "to ask if you are open on Sunday | Are you open on Sunday? [is_open]"),
        ("Do they have gluten free pizza?", "to ask if you have gluten free pizza | Do you have gluten free pizza? [availability]"),
        ("call them and ask when the kitchen closes", "to ask when the kitchen closes | Could you tell me when the kitchen closes? [closing_time]"),
        ("Ask for their address", "to ask for your address | Could you tell me your address? [address]"),
        ("ask how late they are open tonight", "to ask how late you are open tonight | How late are you open tonight? [closing_time]"),
        ("I'd like to know if there is parking", "to ask if there is parking | Is there parking? [answer]"),
        (
            "Ask what time they close today and how much an oil change costs",
            "to ask what time you close today and how much an oil change costs | What time do you close today? [closing_time] How much does an oil change cost? [price]",
        ),
        (
            "Ask what time they close. Also ask if they have parking.",
            "to ask what time you close | What time do you close? [closing_time] Do you have parking? [availability]",
        ),
        ("get a quote for four tires", "to ask for a quote for four tires | Could you tell me a quote for four tires? [price]"),
        ("Ask who the manager is", "to ask who the manager is | Who is the manager? [name]"),
        ("ask for their phone number", "to ask for your phone number | Could you tell me your phone number? [phone_number]"),
        (
            "Could you find out when they open and close on Saturday",
            "to ask when you open and close on Saturday | When do you open and close on Saturday? [hours]",
        ),
        ("Ask if I need a referral", "to ask if Sam Miller needs a referral | Could you tell me if Sam Miller needs a referral? [answer]"),
        ("Ask where my order 74291 is", "to ask where Sam Miller's order 74291 is | Where is Sam Miller's order 74291? [status]"),
        ("check on my order", "to ask about Sam Miller's order | Could you tell me about Sam Miller's order? [status]"),
        (
            "Ask when my car will be ready",
            "to ask when Sam Miller's car will be ready | Could you tell me when Sam Miller's car will be ready? [when]",
        ),
    ];
    for (intent, expected) in rows {
        assert_eq!(read(TaskType::InformationInquiry, intent), expected, "{intent}");
    }
}

#[test]
fn errands_that_want_agreement_are_said_in_the_principals_name() {
    let rows = [
        (
            TaskType::AppointmentBooking,
            "Book a haircut for Friday at 3pm under the name Sam",
            "to book a haircut for Friday at 3pm under the name Sam",
        ),
        (TaskType::InformationInquiry, "book me a table for four tonight at 7", "to book a table for four tonight at 7"),
        (TaskType::Reservation, "Reserve a table for two tomorrow at 8 p.m. If not, 9 p.m. is fine.", "to reserve a table for two tomorrow at 8 p.m"),
        (TaskType::Cancellation, "cancel my reservation for tonight", "to cancel Sam Miller's reservation for tonight"),
        (TaskType::InformationInquiry, "ask them to cancel my appointment", "to cancel Sam Miller's appointment"),
        (
            TaskType::AppointmentChange,
            "move my appointment from Friday to Monday at 3 pm",
            "to move Sam Miller's appointment from Friday to Monday at 3 pm",
        ),
        (TaskType::MessageDelivery, "tell my aunt I'll be late", "to pass on a message for Sam Miller's aunt"),
        (TaskType::MessageDelivery, "Tell them that the package is at the door", "to pass on a message"),
        (TaskType::MessageDelivery, "let my boss know I'm sick", "to pass on a message for Sam Miller's boss"),
        (TaskType::MessageDelivery, "Happy birthday from all of us", "to pass on a message"),
        (TaskType::Complaint, "complain about the cold pizza I got", "to make a complaint: the cold pizza Sam Miller got"),
        (TaskType::OrderStatus, "order 74291", "to ask about the status of order 74291"),
        (TaskType::QuoteRequest, "painting a two room flat", "to ask for the price of painting a two room flat"),
        (TaskType::Custom, "Sing them a song", "with this request: Sing them a song"),
        (TaskType::Custom, "", "with a request"),
    ];
    for (task_type, intent, purpose) in rows {
        assert_eq!(super::purpose(&brief(task_type, intent)), purpose, "{intent}");
    }
}

#[test]
fn bookings_know_their_day_and_hour_and_what_else_would_do() {
    let booking = errand(&brief(TaskType::Reservation, "Reserve a table for two tomorrow at 8. If not, 9 p.m. is fine."));
    assert_eq!(booking.day.map(Day::normal).as_deref(), Some("2026-11-25"));
    assert_eq!(booking.minute, Some(20 * 60));
    assert_eq!(booking.alternatives.times, [21 * 60]);
    let moved = errand(&brief(TaskType::AppointmentChange, "move my appointment from Friday at 2 pm to Monday at 3 pm"));
    assert_eq!((moved.day.map(Day::normal).as_deref(), moved.minute), (Some("2026-11-30"), Some(15 * 60)));
    let message = errand(&brief(TaskType::MessageDelivery, "tell my aunt I'll be late"));
    assert_eq!(message.subject, "I'll be late");
}

#[test]
fn each_errand_knows_what_it_must_bring_back() {
    let rows: [(TaskType, &str, &[&str]); 7] = [
        (TaskType::InformationInquiry, "Ask what time they close today", &["closing_time"]),
        (TaskType::QuoteRequest, "Ask how much an oil change costs and how much a wash costs", &["price", "price_2"]),
        (TaskType::Reservation, "Reserve a table", &["booked_for"]),
        (TaskType::Cancellation, "cancel my table", &["cancelled"]),
        (TaskType::MessageDelivery, "tell Ana I'm late", &["delivered"]),
        (TaskType::Complaint, "complain about noise", &["response"]),
        (TaskType::Custom, "Whatever", &["answer"]),
    ];
    for (task_type, intent, facts) in rows {
        assert_eq!(wanted(&brief(task_type, intent)), facts, "{intent}");
    }
}
