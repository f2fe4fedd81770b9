//! What is paid beside attempts and visits: reserved before it is caused, ended once; and what was spent altogether.

use std::time::Duration;

use assistant::budget::{DAY, MONTH, Payer, Spending, WEEK};
use assistant::expense::{self, Expense, ExpenseId};
use ports::task_store::{FurtherLeg, StoreError};
use sqlx::sqlite::SqliteRow;
use sqlx::{SqliteConnection, SqliteExecutor};
use telephony::cost::Micros;
use telephony::{AttemptId, CarrierCallId, PhoneNumber, Timestamp};

use crate::alerts::Money;
use crate::attempts::{amount, column, word};
use crate::database::{Store, Survives, stored, told};

/// No leg lives for longer: the longest call ends within a day.
const LEGS_ARE_KNOWN_FOR: Duration = Duration::from_secs(2 * 86_400);

impl Store {
    /// Adds up what was spent and what is reserved, within a transaction or outside of one.
    pub(crate) async fn spending_in(&self, connection: impl SqliteExecutor<'_>, payer: &Payer, now: Timestamp) -> Result<Spending, StoreError> {
        let payer = Keys { task: payer.task.as_ref().map(|task| task.as_str().to_owned()), user: self.user_key(payer) };
        spending_of(connection, payer, now).await
    }

    /// Returns the stand-in of whoever pays. Names are compared without case and outer spaces.
    pub(crate) fn user_key(&self, payer: &Payer) -> Option<String> {
        payer.user.as_ref().map(|user| self.seal.lookup(&format!("user/{}", user.expose().trim().to_lowercase())))
    }

    pub(crate) async fn insert_expense(&self, expense: &Expense) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let payer = match &expense.attempt {
            Some(attempt) => payer_of(&mut transaction, attempt).await?,
            None => Keys::default(),
        };
        // Nobody else writes while this transaction is open, so what is counted here is still true when the row is there.
        let before = spending_of(&mut *transaction, payer, expense.at).await?;
        let pause = if expense.kind.rings() { self.pause_in(&mut *transaction).await? } else { None };
        if !expense::check(expense.kind, expense.worst_case, &expense.budget, &before, pause.as_ref()).is_empty() {
            return Err(StoreError::Overtaken);
        }
        let insert = sqlx::query("INSERT INTO expenses (id, kind, attempt_id, reserved, began_at) VALUES (?, ?, ?, ?, ?)")
            .bind(&expense.id.0)
            .bind(word(&expense.kind)?)
            .bind(expense.attempt.as_ref().map(|attempt| attempt.as_str().to_owned()))
            .bind(stored(expense.worst_case.0))
            .bind(expense.at.as_millis());
        insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        if let Some(telephone) = &expense.telephone {
            let insert = sqlx::query("INSERT INTO further_legs (expense_id, telephone_key, began_at) VALUES (?, ?, ?)")
                .bind(&expense.id.0)
                .bind(self.seal.lookup(telephone.as_e164()))
                .bind(expense.at.as_millis());
            insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        }
        let money = Money { budget: &expense.budget, rules: &expense.alerts, at: expense.at };
        self.insert_alerts(&mut transaction, &money, &before, &before.with(expense.worst_case)).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    pub(crate) async fn end_expense(&self, expense: &ExpenseId, cost: Micros, at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query("UPDATE expenses SET cost = ?, ended_at = ? WHERE id = ? AND ended_at IS NULL")
            .bind(stored(cost.0))
            .bind(at.as_millis())
            .bind(&expense.0);
        let updated = update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(updated.rows_affected() == 1)
    }

    pub(crate) async fn end_expenses_of_nobody(&self, at: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query("UPDATE expenses SET cost = reserved, ended_at = ? WHERE attempt_id IS NULL AND ended_at IS NULL");
        let updated = update.bind(at.as_millis()).execute(&mut *transaction).await.map_err(|error| told(&error))?;
        let forget = sqlx::query("DELETE FROM further_legs WHERE began_at < ?").bind((at - LEGS_ARE_KNOWN_FOR).as_millis());
        forget.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(updated.rows_affected())
    }

    pub(crate) async fn update_leg_name(&self, expense: &ExpenseId, call: &CarrierCallId) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::Crash).await?;
        let update = sqlx::query("UPDATE further_legs SET carrier_call = ? WHERE expense_id = ? AND carrier_call IS NULL");
        update.bind(call.as_str()).bind(&expense.0).execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    pub(crate) async fn select_legs(&self, call: &CarrierCallId, telephone: &PhoneNumber, since: Timestamp) -> Result<Vec<FurtherLeg>, StoreError> {
        let select = sqlx::query(
            "SELECT attempt_id, carrier_call, further_legs.began_at FROM further_legs JOIN expenses ON expenses.id = expense_id
             WHERE (carrier_call = ?1 OR carrier_call IS NULL AND telephone_key = ?2) AND further_legs.began_at >= ?3
             ORDER BY further_legs.began_at, expense_id",
        );
        let select = select.bind(call.as_str()).bind(self.seal.lookup(telephone.as_e164())).bind(since.as_millis());
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        let leg = |row: &SqliteRow| {
            Ok(FurtherLeg {
                attempt: column::<Option<String>>(row, 0)?.map(AttemptId::new),
                call: column::<Option<String>>(row, 1)?.map(CarrierCallId::new),
                began_at: Timestamp(column(row, 2)?),
            })
        };
        rows.iter().map(leg).collect()
    }
}

/// Who pays, as rows name them.
#[derive(Default)]
struct Keys {
    task: Option<String>,
    user: Option<String>,
}

async fn spending_of(connection: impl SqliteExecutor<'_>, payer: Keys, now: Timestamp) -> Result<Spending, StoreError> {
    let select = sqlx::query(
        "WITH paid (ended_at, cost, reserved, task_id, user_key) AS (
                 SELECT ended_at, coalesce(settled, reckoned, 0), CASE WHEN state <> 'terminal' THEN reserved ELSE 0 END, task_id, user_key
                 FROM attempts LEFT JOIN costs ON costs.attempt_id = attempts.id
                 WHERE ended_at > ?3 OR state <> 'terminal' OR task_id = ?4
                 UNION ALL
                 SELECT expenses.ended_at, coalesce(cost, 0), CASE WHEN expenses.ended_at IS NULL THEN expenses.reserved ELSE 0 END, task_id, user_key
                 FROM expenses LEFT JOIN attempts ON attempts.id = attempt_id
                 WHERE expenses.ended_at > ?3 OR expenses.ended_at IS NULL OR task_id = ?4
                 UNION ALL
                 SELECT ended_at, cost, 0, NULL, NULL FROM visits WHERE ended_at > ?3
             )
             SELECT
                 coalesce(sum(cost) FILTER (WHERE ended_at > ?1), 0),
                 coalesce(sum(cost) FILTER (WHERE ended_at > ?2), 0),
                 coalesce(sum(cost) FILTER (WHERE ended_at > ?3), 0),
                 coalesce(sum(reserved), 0),
                 coalesce(sum(cost + reserved) FILTER (WHERE task_id = ?4), 0),
                 coalesce(sum(cost) FILTER (WHERE user_key = ?5 AND ended_at > ?3), 0) + coalesce(sum(reserved) FILTER (WHERE user_key = ?5), 0)
             FROM paid",
    );
    let select =
        select.bind((now - DAY).as_millis()).bind((now - WEEK).as_millis()).bind((now - MONTH).as_millis()).bind(payer.task).bind(payer.user);
    let row = select.fetch_one(connection).await.map_err(|error| told(&error))?;
    let [last_day, last_week, last_month, reserved, task, user] = [0, 1, 2, 3, 4, 5].map(|index| amount(&row, index).map(Micros));
    Ok(Spending { last_day: last_day?, last_week: last_week?, last_month: last_month?, reserved: reserved?, task: task?, user: user? })
}

/// Ends what an attempt has left open, within the transaction that ends it: nobody saw what it cost, so its worst case counts.
pub(crate) async fn end_expenses_of(connection: &mut SqliteConnection, attempt: &AttemptId, at: Timestamp) -> Result<(), StoreError> {
    let update = sqlx::query("UPDATE expenses SET cost = reserved, ended_at = ? WHERE attempt_id = ? AND ended_at IS NULL");
    update.bind(at.as_millis()).bind(attempt.as_str()).execute(connection).await.map_err(|error| told(&error))?;
    Ok(())
}

/// Returns the task and the user's stand-in of a live attempt.
async fn payer_of(connection: &mut SqliteConnection, attempt: &AttemptId) -> Result<Keys, StoreError> {
    let select = sqlx::query("SELECT task_id, user_key, state FROM attempts WHERE id = ?").bind(attempt.as_str());
    let row = select.fetch_optional(connection).await.map_err(|error| told(&error))?.ok_or(StoreError::NotFound)?;
    if column::<String>(&row, 2)? == "terminal" {
        return Err(StoreError::Conflict);
    }
    Ok(Keys { task: Some(column(&row, 0)?), user: column(&row, 1)? })
}
