//! Alerts about money: found and written in the transaction of what passes a threshold, told like the end of a call. Troubles, which
//! are no transaction's, lie beside them.

use std::time::Duration;

use assistant::budget::{Budget, MONTH, Spending};
use assistant::spending_alert::{self, Alert, AlertRules, SpendingFacts};
use assistant::trouble::Trouble;
use ports::task_store::StoreError;
use serde::Deserialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{SqliteConnection, SqliteExecutor};
use telephony::Timestamp;
use telephony::cost::Micros;

use crate::attempts::{amount, column};
use crate::database::{Store, Survives, told, unavailable};
use crate::seal::{hexadecimal, random};

const HOUR: Duration = Duration::from_secs(3_600);

/// What an alert is measured by.
pub(crate) struct Money<'a> {
    pub(crate) budget: &'a Budget,
    pub(crate) rules: &'a AlertRules,
    pub(crate) at: Timestamp,
}

impl Store {
    /// Writes the alerts that this step of spending gives cause for. What the step is about stands in the rows already.
    pub(crate) async fn insert_alerts(
        &self,
        connection: &mut SqliteConnection,
        money: &Money<'_>,
        before: &Spending,
        after: &Spending,
    ) -> Result<(), StoreError> {
        let hour = LastHour::read(connection, money.at).await?;
        let facts = SpendingFacts {
            budget: money.budget,
            before,
            after,
            begun: &hour.begun,
            spent_in_hour: hour.spent,
            usual_calls_an_hour: hour.usual_calls,
            usual_cost_an_hour: hour.usual_cost,
            now: money.at,
        };
        for alert in spending_alert::alerts(&facts, money.rules) {
            let id = hexadecimal(&random::<16>().map_err(unavailable)?);
            let text = serde_json::to_string(&alert).map_err(|_| StoreError::Corrupt)?;
            let insert = sqlx::query("INSERT INTO outbox (id, alert, at) VALUES (?, ?, ?)").bind(id).bind(text).bind(money.at.as_millis());
            insert.execute(&mut *connection).await.map_err(|error| told(&error))?;
        }
        Ok(())
    }

    pub(crate) async fn select_alerts(&self, since: Timestamp) -> Result<Vec<(Timestamp, Alert)>, StoreError> {
        let select = sqlx::query("SELECT at, alert FROM outbox WHERE alert IS NOT NULL AND at > ? ORDER BY at, rowid").bind(since.as_millis());
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        let mut alerts = Vec::new();
        for row in &rows {
            if let Told::Spending(alert) = told_of(&column::<String>(row, 1)?)? {
                alerts.push((Timestamp(column(row, 0)?), alert));
            }
        }
        Ok(alerts)
    }

    pub(crate) async fn insert_trouble(&self, trouble: &Trouble, not_since: Timestamp, at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        if troubles_in(&mut *transaction, not_since).await?.iter().any(|(_, told)| told.is_same(trouble)) {
            return Ok(false);
        }
        let id = hexadecimal(&random::<16>().map_err(unavailable)?);
        let text = serde_json::to_string(trouble).map_err(|_| StoreError::Corrupt)?;
        let insert = sqlx::query("INSERT INTO outbox (id, alert, at) VALUES (?, ?, ?)").bind(id).bind(text).bind(at.as_millis());
        insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(true)
    }

    pub(crate) async fn select_troubles(&self, since: Timestamp) -> Result<Vec<(Timestamp, Trouble)>, StoreError> {
        troubles_in(self.read(), since).await
    }
}

async fn troubles_in(connection: impl SqliteExecutor<'_>, since: Timestamp) -> Result<Vec<(Timestamp, Trouble)>, StoreError> {
    let select = sqlx::query("SELECT at, alert FROM outbox WHERE alert IS NOT NULL AND at > ? ORDER BY at, rowid").bind(since.as_millis());
    let rows = select.fetch_all(connection).await.map_err(|error| told(&error))?;
    let mut troubles = Vec::new();
    for row in &rows {
        if let Told::Trouble(trouble) = told_of(&column::<String>(row, 1)?)? {
            troubles.push((Timestamp(column(row, 0)?), trouble));
        }
    }
    Ok(troubles)
}

/// What is told that is no end of a call. Their words differ, so a row says which it is.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Told {
    /// Money is spent in a way that somebody should look at.
    Spending(Alert),
    /// Something is wrong that no call tells of.
    Trouble(Trouble),
}

/// Reads it as it lies in a row.
pub(crate) fn told_of(text: &str) -> Result<Told, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt)
}

/// How fast calls and money went lately, and how fast they usually go.
struct LastHour {
    begun: Vec<Timestamp>,
    spent: Micros,
    usual_calls: u32,
    usual_cost: Micros,
}

/// What began since a moment, with what it has cost or may cost.
const BEGUN: &str = "SELECT began_at, coalesce(settled, reckoned, reserved) AS cost, direction = 'outbound' AS is_ours
     FROM attempts LEFT JOIN costs ON costs.attempt_id = attempts.id WHERE began_at > ?1
     UNION ALL SELECT began_at, coalesce(cost, reserved), 0 FROM expenses WHERE began_at > ?1";

impl LastHour {
    async fn read(connection: &mut SqliteConnection, now: Timestamp) -> Result<Self, StoreError> {
        let begun = sqlx::query("SELECT began_at FROM attempts WHERE began_at > ? AND direction = 'outbound' ORDER BY began_at");
        let rows = begun.bind((now - HOUR).as_millis()).fetch_all(&mut *connection).await.map_err(|error| told(&error))?;
        let begun = rows.iter().map(|row: &SqliteRow| Ok(Timestamp(column(row, 0)?))).collect::<Result<_, StoreError>>()?;
        // Hours are counted back from now, so that this one is left out as a whole.
        let text = format!(
            "SELECT coalesce(max(cost) FILTER (WHERE hour = 0), 0), coalesce(max(calls) FILTER (WHERE hour > 0), 0),
                 coalesce(max(cost) FILTER (WHERE hour > 0), 0)
             FROM (SELECT (?2 - began_at) / 3600000 AS hour, sum(cost) AS cost, sum(is_ours) AS calls FROM ({BEGUN}) GROUP BY hour)"
        );
        let select = sqlx::query(sqlx::AssertSqlSafe(text)).bind((now - MONTH).as_millis()).bind(now.as_millis());
        let row = select.fetch_one(connection).await.map_err(|error| told(&error))?;
        Ok(Self {
            begun,
            spent: Micros(amount(&row, 0)?),
            usual_calls: u32::try_from(amount(&row, 1)?).unwrap_or(u32::MAX),
            usual_cost: Micros(amount(&row, 2)?),
        })
    }
}
