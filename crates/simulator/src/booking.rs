//! How somebody gives a time away: asks for what is missing, refuses what is taken, offers what is free.

use crate::callee::day_in_words as callee_day_in_words;
use crate::hearing::Heard;
use crate::script::{Booking, ClockTime, Need, Weekday};

/// What is known so far.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct BookingTalk {
    state: State,
    day: Option<u8>,
    time: Option<u16>,
    party: Option<u32>,
    name: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq, Debug)]
enum State {
    #[default]
    NotBegun,
    Asked(Need),
    Offered(u16),
    Agreed,
    Refused,
}

/// What to say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// This.
    Says(String),
    /// It was about something else.
    NotAboutIt,
}

impl BookingTalk {
    /// Returns whether an answer is awaited.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Asked(_) | State::Offered(_))
    }

    /// Takes in what the caller said, `today` being 0 (Monday) to 6 (Sunday).
    pub fn hears(&mut self, booking: &Booking, heard: &Heard, today: u8) -> Answer {
        let before = self.clone();
        let new_day = heard.day(today);
        self.take_in(heard, today);
        let answers_nothing = self.is_open() && before == *self && heard.yes_or_no().is_none();
        if answers_nothing {
            return self.says_it_once_more(heard, booking, today);
        }
        if let State::Offered(offer) = before.state
            && self.time == before.time
            && new_day.is_none()
        {
            match heard.yes_or_no() {
                Some(true) => self.time = Some(offer),
                Some(false) | None => {
                    self.time = None;
                    self.state = State::Asked(Need::Time);
                    return Answer::Says(format!("What other time would suit you? I also have {}.", others(booking, offer)));
                }
            }
        }
        self.next(booking, today)
    }

    /// Who says their wish again without what was asked for is asked again; all else is about something else.
    fn says_it_once_more(&self, heard: &Heard, booking: &Booking, today: u8) -> Answer {
        let is_wish = heard.day(today).is_some() || heard.time(true).is_some() || party(heard, false).is_some();
        match &self.state {
            State::Asked(need) if is_wish => Answer::Says(question(*need).into()),
            State::Offered(offer) if is_wish => {
                let text = "As I said, {time} is taken. I could offer you {offer}.".replace("{offer}", &ClockTime(*offer).in_words());
                Answer::Says(self.fill(&text, booking, today))
            }
            State::NotBegun | State::Asked(_) | State::Offered(_) | State::Agreed | State::Refused => Answer::NotAboutIt,
        }
    }

    fn take_in(&mut self, heard: &Heard, today: u8) {
        let asked = match self.state {
            State::Asked(need) => Some(need),
            State::NotBegun | State::Offered(_) | State::Agreed | State::Refused => None,
        };
        self.day = heard.day(today).or(self.day);
        self.time = heard.time(asked != Some(Need::Time)).or(self.time);
        self.party = party(heard, asked == Some(Need::Party)).or(self.party);
        self.name = name(heard, asked == Some(Need::Name)).or_else(|| self.name.take());
    }

    fn next(&mut self, booking: &Booking, today: u8) -> Answer {
        if booking.free.is_empty() {
            self.state = State::Refused;
            return Answer::Says(self.fill(&booking.full, booking, today));
        }
        if let Some(day) = self.day
            && booking.closed_on.contains(&weekday(today + day))
        {
            let text = self.fill(&booking.closed, booking, today);
            self.day = None;
            self.state = State::Asked(Need::Day);
            return Answer::Says(text);
        }
        if let Some(time) = self.time
            && !booking.free.contains(&ClockTime(time))
        {
            let offer = nearest(booking, time);
            self.state = State::Offered(offer);
            let text = self.fill(&booking.taken, booking, today).replace("{offer}", &ClockTime(offer).in_words());
            return Answer::Says(text);
        }
        match booking.needs.iter().find(|need| self.lacks(**need)) {
            Some(need) => {
                self.state = State::Asked(*need);
                Answer::Says(question(*need).into())
            }
            None => {
                self.state = State::Agreed;
                Answer::Says(self.fill(&booking.agreed, booking, today))
            }
        }
    }

    const fn lacks(&self, need: Need) -> bool {
        match need {
            Need::Day => self.day.is_none(),
            Need::Time => self.time.is_none(),
            Need::Party => self.party.is_none(),
            Need::Name => self.name.is_none(),
        }
    }

    fn fill(&self, text: &str, booking: &Booking, today: u8) -> String {
        let day = self.day.map_or_else(|| "then".into(), |day| callee_day_in_words(day, today));
        let time = self.time.map_or_else(String::new, |time| ClockTime(time).in_words());
        text.replace("{what}", &booking.what)
            // Texts say "on {day}" or "{day}": both must read well.
            .replace("on {day}", &day)
            .replace("{day}", &day)
            .replace("{time}", &time)
            .replace("{party}", &self.party.map_or_else(String::new, |party| party.to_string()))
            .replace("{name}", &self.name.as_deref().map(in_capitals).unwrap_or_default())
    }
}

const fn question(need: Need) -> &'static str {
    match need {
        Need::Day => "For which day would that be?",
        Need::Time => "And at what time?",
        Need::Party => "For how many people?",
        Need::Name => "And what name should I put it under?",
    }
}

fn weekday(day: u8) -> Weekday {
    match day % 7 {
        0 => Weekday::Monday,
        1 => Weekday::Tuesday,
        2 => Weekday::Wednesday,
        3 => Weekday::Thursday,
        4 => Weekday::Friday,
        5 => Weekday::Saturday,
        _ => Weekday::Sunday,
    }
}

fn nearest(booking: &Booking, time: u16) -> u16 {
    booking.free.iter().map(|free| free.0).min_by_key(|free| free.abs_diff(time)).unwrap_or(time)
}

fn others(booking: &Booking, but: u16) -> String {
    let rest: Vec<String> = booking.free.iter().filter(|free| free.0 != but).map(|free| free.in_words()).collect();
    if rest.is_empty() { "nothing else".into() } else { rest.join(", or ") }
}

fn party(heard: &Heard, was_asked: bool) -> Option<u32> {
    let text = heard.text();
    let words: Vec<&str> = text.split(' ').collect();
    let found = words.iter().enumerate().find_map(|(at, word)| {
        let number: u32 = word.parse().ok()?;
        let before = at.checked_sub(1).map_or("", |before| words[before]);
        let next = words.get(at + 1).copied().unwrap_or("");
        let is_party = matches!(next, "people" | "persons" | "person" | "guests" | "adults" | "of")
            || (matches!(before, "for" | "of") && !matches!(next, "am" | "pm" | "oclock" | "30" | "15" | "45"));
        is_party.then_some(number)
    });
    found.or_else(|| if was_asked { heard.numbers().first().copied() } else { None })
}

fn name(heard: &Heard, was_asked: bool) -> Option<String> {
    let named = heard.words_after(&["name is", "the name of", "the name", "under", "name of"], 3);
    if named.is_some() || !was_asked {
        return named;
    }
    let text = heard.text();
    let text = ["its ", "it is ", "that is ", "thats ", "that would be ", "for ", "please put it under "]
        .iter()
        .fold(text.as_str(), |text, start| text.strip_prefix(start).unwrap_or(text));
    let text = text.strip_suffix(" please").unwrap_or(text);
    (text.split(' ').count() <= 4 && heard.yes_or_no().is_none()).then(|| text.to_string())
}

fn in_capitals(name: &str) -> String {
    name.split(' ').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Script;

    fn booking() -> Booking {
        let yaml = r#"
what: table
when: ["table"]
needs: [day, time, party, name]
free: ["18:00", "19:30", "21:00"]
closed_on: [monday]
agreed: "So a table for {party} {day} at {time} under {name}. You're all set."
"#;
        let _ = Script::parse;
        serde_saphyr::from_str(yaml).unwrap()
    }

    fn talk(lines: &[&str]) -> Vec<String> {
        let (booking, mut talk) = (booking(), BookingTalk::default());
        lines
            .iter()
            .map(|line| match talk.hears(&booking, &Heard::new(line), 2) {
                Answer::Says(text) => text,
                Answer::NotAboutIt => "-".into(),
            })
            .collect()
    }

    #[test]
    fn what_is_missing_is_asked_for() {
        assert_eq!(
            talk(&["I'd like to book a table", "Tomorrow", "7:30 pm", "four", "Sam Miller"]),
            [
                "For which day would that be?",
                "And at what time?",
                "For how many people?",
                "And what name should I put it under?",
                "So a table for 4 tomorrow at 7:30 pm under Sam Miller. You're all set."
            ]
        );
    }

    #[test]
    fn a_taken_time_is_countered_with_the_nearest() {
        assert_eq!(
            talk(&["a table for four on friday at seven under the name Miller", "yes that works"]),
            [
                "I'm sorry, 7 pm is taken. I could offer you 7:30 pm. Would that work?",
                "So a table for 4 on Friday at 7:30 pm under Miller. You're all set."
            ]
        );
        assert_eq!(talk(&["a table at seven", "no, sorry"])[1], "What other time would suit you? I also have 6 pm, or 9 pm.");
    }

    #[test]
    fn a_wish_that_is_only_repeated_is_answered_as_before() {
        let wish = "I'd like to book a table for four tomorrow at seven under the name Miller";
        assert_eq!(talk(&[wish, wish])[1], "As I said, 7 pm is taken. I could offer you 7:30 pm.");
        assert_eq!(talk(&["a table tomorrow", "a table tomorrow please"])[1], "And at what time?");
        assert_eq!(talk(&[wish, "what is the weather like"])[1], "-");
    }

    #[test]
    fn a_closed_day_is_refused_by_name() {
        assert_eq!(talk(&["a table for two on monday at six"]), ["I'm sorry, we are closed on Monday. Would another day work?"]);
    }
}
