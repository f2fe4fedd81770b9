//! Windows of a day, in minutes since midnight, and what is left when several must hold at once.

/// From one minute of the day to another, the latter not included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Window {
    /// The first minute.
    opens: u16,
    /// The first minute after it: at most 1440.
    closes: u16,
}

impl Window {
    /// Returns a window; the callers (the tables' builder, the reader of opening hours) have checked `opens < closes <= 1440`.
    pub(crate) const fn new(opens: u16, closes: u16) -> Self {
        assert!(opens < closes && closes <= 1440, "a window opens before it closes, on one day");
        Self { opens, closes }
    }

    /// The whole day.
    pub const DAY: Self = Self::new(0, 1440);

    /// Returns the first minute.
    pub const fn opens(self) -> u16 {
        self.opens
    }

    /// Returns the first minute after it.
    pub const fn closes(self) -> u16 {
        self.closes
    }

    fn overlap(self, other: Self) -> Option<Self> {
        let (opens, closes) = (self.opens.max(other.opens), self.closes.min(other.closes));
        (opens < closes).then_some(Self { opens, closes })
    }
}

/// Returns the minutes that lie in both lists, as windows in order.
pub fn intersection(a: &[Window], b: &[Window]) -> Vec<Window> {
    let mut both: Vec<Window> = a.iter().flat_map(|first| b.iter().filter_map(|second| first.overlap(*second))).collect();
    both.sort();
    both
}

/// Windows of a week; `holidays` is `None` where holidays are days like others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Week {
    /// Monday to Friday.
    pub(crate) workdays: &'static [Window],
    /// Saturday.
    pub(crate) saturday: &'static [Window],
    /// Sunday.
    pub(crate) sunday: &'static [Window],
    /// Holidays.
    pub(crate) holidays: Option<&'static [Window]>,
}

impl Week {
    /// Returns the windows of a day: its weekday, 0 (Monday) to 6, and whether it is a holiday.
    ///
    /// On a holiday both its own windows and the weekday's must hold: a Sunday does not become a workday by being a holiday.
    pub fn on(&self, weekday: u8, is_holiday: bool) -> Vec<Window> {
        let of_weekday = match weekday {
            0..=4 => self.workdays,
            5 => self.saturday,
            _ => self.sunday,
        };
        match self.holidays.filter(|_| is_holiday) {
            Some(holidays) => intersection(of_weekday, holidays),
            None => of_weekday.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_lies_in_both() {
        let day = [Window::new(600, 780), Window::new(840, 1200)];
        assert_eq!(intersection(&day, &[Window::new(720, 900)]), [Window::new(720, 780), Window::new(840, 900)]);
        assert_eq!(intersection(&day, &[Window::new(780, 840)]), []);
        assert_eq!(intersection(&day, &[Window::DAY]), day);
    }

    #[test]
    fn a_holiday_narrows_its_weekday() {
        const LONG: &[Window] = &[Window::new(480, 1200)];
        const SHORT: &[Window] = &[Window::new(540, 1080)];
        let week = Week { workdays: LONG, saturday: LONG, sunday: &[], holidays: Some(SHORT) };
        assert_eq!(week.on(0, false), LONG);
        assert_eq!(week.on(0, true), SHORT);
        assert_eq!(week.on(6, true), []);
        assert_eq!(Week { holidays: None, ..week }.on(0, true), LONG);
    }
}
