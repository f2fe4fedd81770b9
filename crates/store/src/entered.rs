//! What somebody entered about a callee, in an export: entries of the do-not-call list, consents, the kind of line, standing approvals.
//!
//! They hang on the number and not on a call, and the installation's key seals them; so they are read as values and not as rows.

use assistant::compliance::consent::Consent;
use assistant::compliance::do_not_call::Suppression;
use assistant::compliance::line_kind::KnownLine;
use assistant::standing_approval::StandingApproval;
use ports::policy_store::Kept;
use ports::task_store::StoreError;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use telephony::PhoneNumber;

use crate::database::{Store, told};

/// What was entered about one number.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Entered {
    do_not_call: Vec<Named<Suppression>>,
    consents: Vec<Named<Consent>>,
    line: Option<KnownLine>,
    standing_approvals: Vec<StandingApproval>,
}

#[derive(Serialize, Deserialize)]
struct Named<T> {
    id: String,
    value: T,
}

impl<T> From<Kept<T>> for Named<T> {
    fn from(Kept { id, value }: Kept<T>) -> Self {
        Self { id, value }
    }
}

impl Entered {
    /// Returns the number that it is about; `None` if nothing was entered.
    pub(crate) fn number(&self) -> Option<PhoneNumber> {
        let barred = self.do_not_call.first().map(|entry| &entry.value.number);
        let agreed = self.consents.first().map(|entry| &entry.value.given().number);
        barred.or(agreed).or(self.standing_approvals.first().map(|standing| &standing.number)).cloned()
    }
}

impl Store {
    /// Returns what was entered about a subject, with the number if it is named there.
    pub(crate) async fn entered(&self, subject: &str) -> Result<(Entered, Option<PhoneNumber>), StoreError> {
        let suppressions = self.rows_of(crate::policy::SUPPRESSIONS_OF_SUBJECT, subject).await?;
        let suppressions = suppressions.iter().filter_map(|row| self.suppression_of(row).transpose());
        let consents =
            self.rows_of("SELECT id, body FROM consents WHERE callee_key = (SELECT callee_key FROM subjects WHERE id = ?)", subject).await?;
        let consents = consents.iter().map(|row| self.consent_of(row));
        let lines = "SELECT callee_key, body FROM line_kinds WHERE callee_key = (SELECT callee_key FROM subjects WHERE id = ?)";
        let line = self.rows_of(lines, subject).await?.first().map(|row| self.known_line_of(row)).transpose()?;
        let standing = "SELECT id, body FROM standing_approvals WHERE callee_key = (SELECT callee_key FROM subjects WHERE id = ?)";
        let standing = self.rows_of(standing, subject).await?;
        let (number, line) = line.unzip();
        let entered = Entered {
            do_not_call: suppressions.map(|kept| kept.map(Named::from)).collect::<Result<_, _>>()?,
            consents: consents.map(|kept| kept.map(Named::from)).collect::<Result<_, _>>()?,
            line,
            standing_approvals: standing.iter().map(|row| self.standing_approval_of(row)).collect::<Result<_, _>>()?,
        };
        let number = number.or_else(|| entered.number());
        Ok((entered, number))
    }

    async fn rows_of(&self, sql: &'static str, subject: &str) -> Result<Vec<SqliteRow>, StoreError> {
        sqlx::query(sql).bind(subject.to_owned()).fetch_all(self.read()).await.map_err(|error| told(&error))
    }

    /// Keeps what was entered elsewhere about a number, within a transaction.
    pub(crate) async fn insert_entered(&self, connection: &mut SqliteConnection, number: &PhoneNumber, entered: &Entered) -> Result<(), StoreError> {
        for Named { id, value } in &entered.do_not_call {
            let entry = Suppression { number: number.clone(), ..value.clone() };
            self.insert_suppression(connection, id, &entry).await?;
        }
        for Named { id, value } in &entered.consents {
            self.insert_consent(connection, id, value).await?;
        }
        if let Some(line) = &entered.line {
            self.insert_line(connection, number, line).await?;
        }
        for standing in &entered.standing_approvals {
            self.insert_standing(connection, standing).await?;
        }
        Ok(())
    }
}
