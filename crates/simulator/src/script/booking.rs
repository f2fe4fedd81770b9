//! Times a person can give away, and what must be known before one is agreed.

use serde::Deserialize;

use crate::hearing::Pattern;

/// Times a person can give away: asks for what is missing, offers another time if one is taken.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    /// What is booked: "table", "appointment".
    pub what: String,
    /// Any of these patterns begins it.
    pub when: Vec<Pattern>,
    /// What must be known before it is agreed, in the order it is asked.
    pub needs: Vec<Need>,
    /// Times that are free on any open day, `HH:MM` in 24 hours.
    pub free: Vec<ClockTime>,
    /// Weekdays on which nothing can be booked, 0 (Monday) to 6 (Sunday) by name.
    #[serde(default)]
    pub closed_on: Vec<Weekday>,
    /// What is said when all is known and free. `{what}`, `{day}`, `{time}`, `{party}`, `{name}` are filled in.
    pub agreed: String,
    /// What is said when the time is taken; `{offer}` is the nearest free one, `{time}` the one that was asked for.
    #[serde(default = "Booking::default_taken")]
    pub taken: String,
    /// What is said when nothing is free at all.
    #[serde(default = "Booking::default_full")]
    pub full: String,
    /// What is said when the day is a closed one.
    #[serde(default = "Booking::default_closed")]
    pub closed: String,
}

impl Booking {
    fn default_taken() -> String {
        "I'm sorry, {time} is taken. I could offer you {offer}. Would that work?".into()
    }

    fn default_full() -> String {
        "I'm sorry, we are fully booked.".into()
    }

    fn default_closed() -> String {
        "I'm sorry, we are closed on {day}. Would another day work?".into()
    }
}

/// One thing a booking needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Which day.
    Day,
    /// What time.
    Time,
    /// How many people.
    Party,
    /// Whose name.
    Name,
}

/// A time of day, minutes since midnight; written `19:30`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct ClockTime(pub u16);

impl TryFrom<String> for ClockTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a time of day; write it in 24 hours, for example \"19:30\"");
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let hour: u16 = hour.parse().map_err(|_| wrong())?;
        let minute: u16 = minute.parse().map_err(|_| wrong())?;
        if hour > 23 || minute > 59 {
            return Err(wrong());
        }
        Ok(Self(hour * 60 + minute))
    }
}

impl ClockTime {
    /// Returns the time as people of the practice network say it: `7:30 pm`, `noon`.
    pub fn in_words(self) -> String {
        let (hour, minute) = (self.0 / 60, self.0 % 60);
        if hour == 12 && minute == 0 {
            return "noon".into();
        }
        let half = if hour < 12 { "am" } else { "pm" };
        let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
        if minute == 0 { format!("{hour} {half}") } else { format!("{hour}:{minute:02} {half}") }
    }
}

/// A day of the week by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// 0.
    Monday,
    /// 1.
    Tuesday,
    /// 2.
    Wednesday,
    /// 3.
    Thursday,
    /// 4.
    Friday,
    /// 5.
    Saturday,
    /// 6.
    Sunday,
}
