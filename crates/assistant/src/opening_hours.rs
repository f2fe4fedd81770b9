//! When somebody is there: a business's opening hours, as the user, a directory or an earlier call gave them.
//!
//! They narrow the calling window and never widen it.

use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::codes;
use crate::compliance::calling_hours::window::Window;

/// Opening hours of a week, in the callee's own time. Hours past midnight belong to the day on which they begin and the next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OpeningHours {
    /// As it was given.
    text: String,
    /// Monday to Sunday.
    days: [Vec<Window>; 7],
    /// On holidays; `None` if nothing is said of them: then they are days like others.
    holidays: Option<Vec<Window>>,
}

/// Why a text is no opening hours.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("\"{part}\" is no opening time; write days and times, for example \"Mo-Fr 09:00-18:00; Sa 10:00-14:00; PH off\"")]
pub struct NoOpeningHours {
    /// The part that cannot be read.
    pub part: String,
}

impl NoOpeningHours {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        codes::TASK_OPENING_HOURS.code
    }
}

const DAYS: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

impl OpeningHours {
    /// Returns the windows of a day: its weekday, 0 (Monday) to 6, and whether it is a holiday there.
    pub fn on(&self, weekday: u8, is_holiday: bool) -> &[Window] {
        match &self.holidays {
            Some(holidays) if is_holiday => holidays,
            _ => &self.days[usize::from(weekday % 7)],
        }
    }
}

/// Reads `Mo-Fr 09:00-12:30,14:00-18:00; Sa 10:00-14:00; PH off`, the common part of how OpenStreetMap writes them.
///
/// A later rule replaces an earlier one for its days; days that no rule names are closed.
impl FromStr for OpeningHours {
    type Err = NoOpeningHours;

    fn from_str(text: &str) -> Result<Self, NoOpeningHours> {
        let mut hours = Self { text: text.trim().to_owned(), days: Default::default(), holidays: None };
        let rules: Vec<&str> = text.split(';').map(str::trim).filter(|rule| !rule.is_empty()).collect();
        if rules.is_empty() {
            return Err(NoOpeningHours { part: text.trim().to_owned() });
        }
        for rule in rules {
            hours.read_rule(rule).ok_or_else(|| NoOpeningHours { part: rule.to_owned() })?;
        }
        Ok(hours)
    }
}

impl OpeningHours {
    /// Returns the hours without the first and the last minutes of each window; windows that are too short are gone.
    ///
    /// Minutes past midnight are the evening's tail, so a window that begins or ends at midnight keeps that end.
    pub(crate) fn without_edges(&self, first: Duration, last: Duration) -> Self {
        let minutes = |span: Duration| u16::try_from(span.as_secs() / 60).unwrap_or(1440);
        let narrowed = |window: &Window| {
            let opens = if window.opens() == 0 { 0 } else { window.opens() + minutes(first) };
            let closes = if window.closes() == 1440 { 1440 } else { window.closes().saturating_sub(minutes(last)) };
            (opens < closes).then(|| Window::new(opens, closes))
        };
        let all = |windows: &Vec<Window>| windows.iter().filter_map(narrowed).collect();
        Self { text: self.text.clone(), days: self.days.each_ref().map(all), holidays: self.holidays.as_ref().map(all) }
    }

    fn read_rule(&mut self, rule: &str) -> Option<()> {
        let lower = rule.to_lowercase();
        if lower == "24/7" {
            self.days = std::array::from_fn(|_| vec![Window::DAY]);
            return Some(());
        }
        let (days, times) = match lower.split_once(' ') {
            Some((days, times)) if !days.starts_with(|c: char| c.is_ascii_digit()) => (days, times.trim()),
            _ => ("mo-su", lower.as_str()),
        };
        let spans = if matches!(times, "off" | "closed") { Vec::new() } else { times.split(',').map(span).collect::<Option<Vec<_>>>()? };
        let mut named = Vec::new();
        for part in days.split(',') {
            if part == "ph" {
                self.holidays = Some(spans.iter().map(|(opens, closes)| Window::new(*opens, (*closes).min(1440))).collect());
                continue;
            }
            let day = |name: &str| DAYS.iter().position(|day| *day == name);
            let (from, to) = match part.split_once('-') {
                Some((from, to)) => (day(from)?, day(to)?),
                None => (day(part)?, day(part)?),
            };
            named.extend((0..=(to + 7 - from) % 7).map(|step| (from + step) % 7));
        }
        for day in &named {
            self.days[*day].clear();
        }
        for day in named {
            self.open(day, &spans);
        }
        Some(())
    }

    fn open(&mut self, day: usize, spans: &[(u16, u16)]) {
        for (opens, closes) in spans {
            self.days[day].push(Window::new(*opens, (*closes).min(1440)));
            if *closes > 1440 {
                self.days[(day + 1) % 7].push(Window::new(0, closes - 1440));
            }
        }
        for day in &mut self.days {
            day.sort();
        }
    }
}

/// Returns the minutes of `09:00-18:00`; an end before its beginning is on the next day.
fn span(text: &str) -> Option<(u16, u16)> {
    let (opens, closes) = text.trim().split_once('-')?;
    let (opens, closes) = (minute(opens)?, minute(closes)?);
    let is_over_midnight = closes <= opens;
    if opens >= 1440 {
        return None;
    }
    Some((opens, if is_over_midnight { closes + 1440 } else { closes }))
}

fn minute(clock: &str) -> Option<u16> {
    let (hour, minute) = clock.trim().split_once(':')?;
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    (hour <= 24 && minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
}

impl TryFrom<String> for OpeningHours {
    type Error = NoOpeningHours;

    fn try_from(text: String) -> Result<Self, NoOpeningHours> {
        text.parse()
    }
}

impl From<OpeningHours> for String {
    fn from(hours: OpeningHours) -> Self {
        hours.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str, weekday: u8) -> Vec<(u16, u16)> {
        let hours: OpeningHours = text.parse().unwrap();
        hours.on(weekday, false).iter().map(|window| (window.opens(), window.closes())).collect()
    }

    #[test]
    fn hours_are_read_as_people_write_them() {
        let shop = "Mo-Fr 09:00-12:30,14:00-18:00; Sa 10:00-14:00";
        assert_eq!(on(shop, 0), [(540, 750), (840, 1080)]);
        assert_eq!(on(shop, 5), [(600, 840)]);
        assert_eq!(on(shop, 6), []);
        assert_eq!(on("09:00-17:00", 6), [(540, 1020)]);
        assert_eq!(on("Mo-Su 09:00-17:00; We off", 2), []);
        assert_eq!(on("24/7", 3), [(0, 1440)]);
    }

    #[test]
    fn a_bar_is_open_past_midnight() {
        let bar = "Fr,Sa 18:00-02:00";
        assert_eq!((on(bar, 4), on(bar, 5), on(bar, 6), on(bar, 0)), (vec![(1080, 1440)], vec![(0, 120), (1080, 1440)], vec![(0, 120)], vec![]));
        assert_eq!(on("Sa-Mo 18:00-00:00", 6), [(1080, 1440)], "a week goes round");
    }

    #[test]
    fn holidays_may_differ() {
        let hours: OpeningHours = "Mo-Fr 09:00-18:00; PH off".parse().unwrap();
        assert_eq!((hours.on(0, true).len(), hours.on(0, false).len()), (0, 1));
        let silent: OpeningHours = "Mo-Fr 09:00-18:00".parse().unwrap();
        assert_eq!(silent.on(0, true).len(), 1);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, part) in [
            ("", ""),
            ("Mo-Fr", "Mo-Fr"),
            ("Mo-Fr nine to five", "Mo-Fr nine to five"),
            ("Mo 09:00-25:00", "Mo 09:00-25:00"),
            ("Xx 09:00-10:00", "Xx 09:00-10:00"),
        ] {
            assert_eq!(text.parse::<OpeningHours>(), Err(NoOpeningHours { part: part.to_owned() }), "{text}");
        }
        let text = "Mo-Fr 09:00-18:00; PH off";
        let hours: OpeningHours = text.parse().unwrap();
        assert_eq!(serde_json::to_string(&hours).unwrap(), format!("\"{text}\""));
    }
}
