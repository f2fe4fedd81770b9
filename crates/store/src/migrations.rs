//! The steps that bring a database to the present shape, in order. A step that has been released is never changed.

use std::sync::LazyLock;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// The number, the name and the text of a step, which stands in `migrations/{number}_{name}.sql`.
macro_rules! step {
    ($number:literal, $name:literal) => {
        ($number, $name, include_str!(concat!("../migrations/", $number, "_", $name, ".sql")))
    };
}

/// All steps.
const STEPS: &[(&str, &str, &str)] = &[
    step!("0001", "first"),
    step!("0002", "inbound"),
    step!("0003", "policy"),
    step!("0004", "keeping"),
    step!("0005", "money"),
    step!("0006", "second_provider"),
    step!("0008", "secrets"),
    step!("0009", "errands"),
    step!("0010", "barring_key"),
    step!("0011", "carrier_recordings"),
    step!("0012", "asked_wait"),
    step!("0013", "further_legs"),
    step!("0014", "task_lists"),
];

/// Applies the steps that a database lacks. Each is known by its number, and by a digest of its text: a database that was made by
/// another text is refused.
pub(crate) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let step = |(number, name, text): &(&str, &'static str, &'static str)| {
        // A number that cannot be read is found by the test below; it would be a step of its own.
        let number = number.parse().unwrap_or(i64::MAX);
        Migration::new(number, (*name).into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.iter().map(step).collect())
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_step_and_the_numbers_rise() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let steps: Vec<String> = STEPS.iter().map(|(number, name, _)| format!("{number}_{name}.sql")).collect();
        assert_eq!(steps, files, "a new file in `migrations` is a new line in `STEPS`");
        assert!(STEPS.iter().all(|(number, ..)| number.parse::<i64>().is_ok()));
    }
}
