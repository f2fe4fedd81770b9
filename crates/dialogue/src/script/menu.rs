//! Which key leads to what was asked for, or to a person.

use telephony::dtmf::Digit;

use crate::brief::TaskType;
use crate::moves::{EndReason, Move};
use crate::understand::menu_option::{MenuOption, menu_options};

use super::{MAX_MENUS, Reply, Script};

const PERSON: [&str; 16] = [
    "representative",
    "operator",
    "agent",
    "someone",
    "somebody",
    "person",
    "receptionist",
    "front desk",
    "associate",
    "staff",
    "team member",
    "customer service",
    "customer care",
    "all other",
    "other inquiries",
    "attendant",
];

impl Script {
    pub(super) fn menu(&mut self, text: &str, reply: &mut Reply) {
        self.menus += 1;
        if self.menus > MAX_MENUS {
            return self.end("", EndReason::MenuFailed, reply);
        }
        let options = menu_options(text);
        let is_new = |option: &&MenuOption, pressed: &[(String, Digit)]| !pressed.contains(&(option.label.clone(), option.digit));
        let best = options
            .iter()
            .filter(|option| is_new(option, &self.pressed))
            .map(|option| (self.score(&option.label), option))
            .filter(|(score, _)| *score > 0)
            .rev()
            .max_by_key(|(score, _)| *score);
        if let Some((_, option)) = best {
            return self.press(option.label.clone(), option.digit, reply);
        }
        // Most menus lead to a person by 0, also where they do not say so.
        let zero = Digit::new('0').filter(|_| !options.is_empty() && !self.pressed.iter().any(|(label, _)| label.is_empty()));
        match zero {
            Some(zero) => self.press(String::new(), zero, reply),
            None => reply.wait(),
        }
    }

    fn press(&mut self, label: String, digit: Digit, reply: &mut Reply) {
        self.pressed.push((label, digit));
        reply.moves.push(Move::PressDigits { digits: vec![digit] });
    }

    /// How well a menu's option fits: 2 for each word of the errand, 1 for a person.
    fn score(&self, label: &str) -> u32 {
        let errand =
            format!("{} {}", self.brief.intent.to_lowercase(), synonyms(self.errand.task_type, self.errand.asks.first().map(|ask| ask.fact)));
        let stems: Vec<&str> =
            errand.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() >= 4 && !COMMON.contains(word)).map(stem).collect();
        let hits = label.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() >= 4 && stems.contains(&stem(word))).count();
        let is_person = PERSON.iter().any(|person| label.contains(person));
        u32::try_from(hits).unwrap_or(0) * 2 + u32::from(is_person)
    }
}

const COMMON: [&str; 16] =
    ["what", "time", "they", "them", "their", "have", "with", "this", "that", "please", "today", "tonight", "tomorrow", "under", "from", "about"];

fn stem(word: &str) -> &str {
    word.char_indices().nth(5).map_or(word, |(end, _)| &word[..end])
}

fn synonyms(task_type: TaskType, fact: Option<&str>) -> &'static str {
    match (task_type, fact) {
        (_, Some("closing_time" | "opening_time" | "hours" | "is_open")) => "hours opening store location locations directions",
        (_, Some("price" | "price_2")) => "price prices pricing sales quote service estimate",
        (_, Some("status")) | (TaskType::OrderStatus, _) => "order orders delivery shipping tracking status",
        (TaskType::AppointmentBooking | TaskType::Reservation, _) => {
            "appointment appointments reservation reservations booking bookings schedule scheduling"
        }
        (TaskType::AppointmentChange | TaskType::Cancellation, _) => {
            "appointment appointments reservation reservations booking bookings existing change cancel cancellation reschedule"
        }
        (TaskType::Complaint, _) => "complaint complaints problem issue customer service",
        (_, Some("availability")) => "reservation reservations availability booking sales store",
        _ => "",
    }
}
