//! Attempts: the dial protocol's rows, what the carrier said, what was said on the call, and how it ended.

use std::time::Duration;

use assistant::attempt::{AttemptState, Direction};
use assistant::audit::AuditEvent;
use assistant::budget::Payer;
use assistant::policy::{Cleared, Rules};
use assistant::task::TaskState;
use dialogue::report::Report;
use dialogue::transcript::Turn;
use ports::task_store::{AttemptRecord, Finish, LegEvent, OpenAttempt, StoreError, Unsettled};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use telephony::cost::Micros;
use telephony::{AttemptId, CarrierCallId, Disposition, PhoneNumber, TaskId, Timestamp};

use crate::alerts::Money;
use crate::database::{Store, Survives, stored, told};
use crate::expenses::end_expenses_of;
use crate::figures::{measured_of, update_figures};
use crate::outbox::insert_event;

impl Store {
    pub(crate) async fn insert_intent(&self, task: &TaskId, cleared: &Cleared) -> Result<(), StoreError> {
        self.may_dial()?;
        if !cleared.is_lenient() && self.is_spooled(cleared.number()).await {
            return Err(StoreError::Overtaken);
        }
        let attempt = cleared.attempt();
        let number = cleared.number().as_e164();
        let mut transaction = self.write(Survives::PowerLoss).await?;
        // The latest approval, of exactly this receipt, not used and not taken back: else nobody has said yes to this.
        let used = sqlx::query(
            "UPDATE approvals SET used_by = ?1 WHERE task_id = ?2 AND receipt_hash = ?3 AND used_by IS NULL AND expires_at > ?4
             AND number = (SELECT max(number) FROM approvals WHERE task_id = ?2)",
        )
        .bind(attempt.as_str())
        .bind(task.as_str())
        .bind(cleared.receipt_hash().as_str())
        .bind(cleared.cleared_at().as_millis())
        .execute(&mut *transaction)
        .await
        .map_err(|error| told(&error))?;
        if used.rows_affected() != 1 {
            return Err(StoreError::Conflict);
        }
        let runs = sqlx::query("UPDATE tasks SET state = 'running' WHERE id = ? AND state NOT IN ('done', 'canceled', 'failed')")
            .bind(task.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(|error| told(&error))?;
        if runs.rows_affected() != 1 {
            return Err(StoreError::Conflict);
        }
        // Nobody else writes while this transaction is open, so what is counted here is still true when the row is there.
        let usage = self.usage_in(&mut *transaction, cleared.number(), cleared.cleared_at()).await?;
        let spending = self.spending_in(&mut *transaction, cleared.payer(), cleared.cleared_at()).await?;
        if !cleared.still_holds(&usage, &spending) || self.is_barred_since(&mut transaction, cleared).await? {
            return Err(StoreError::Overtaken);
        }
        if self.is_out_of_pace(&mut transaction, task, cleared.cleared_at()).await? {
            return Err(StoreError::Overtaken);
        }
        let subject = self.subject_of(&mut transaction, cleared.number(), cleared.cleared_at()).await?;
        sqlx::query(
            "INSERT INTO attempts (id, task_id, number, state, state_rank, callee_key, callee, receipt_hash, reserved, began_at, moved_at, user_key)
             SELECT ?1, ?2, coalesce(max(number), 0) + 1, 'intent', 0, ?3, ?4, ?5, ?6, ?7, ?7, ?8 FROM attempts WHERE task_id = ?2",
        )
        .bind(attempt.as_str())
        .bind(task.as_str())
        .bind(self.seal.lookup(number))
        .bind(self.close_for(&subject, &callee_place(attempt), cleared.number())?)
        .bind(cleared.receipt_hash().as_str())
        .bind(stored(cleared.worst_case_cost().0))
        .bind(cleared.cleared_at().as_millis())
        .bind(self.user_key(cleared.payer()))
        .execute(&mut *transaction)
        .await
        .map_err(|error| told(&error))?;
        let money = Money { budget: cleared.budget(), rules: cleared.alerts(), at: cleared.cleared_at() };
        self.insert_alerts(&mut transaction, &money, &spending, &spending.with(cleared.worst_case_cost())).await?;
        self.insert_decision(&mut transaction, task, cleared.record()).await?;
        self.insert_figures(&mut transaction, attempt, task, cleared.number(), cleared.cleared_at()).await?;
        let event = AuditEvent::Cleared {
            task: task.clone(),
            attempt: attempt.clone(),
            subject,
            receipt: cleared.receipt_hash().clone(),
            worst_case: cleared.worst_case_cost(),
        };
        self.audit(&mut transaction, cleared.cleared_at(), &event).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    /// Says whether dialing was paused, or the callee asked for silence, after the gate had looked.
    async fn is_barred_since(&self, transaction: &mut SqliteConnection, cleared: &Cleared) -> Result<bool, StoreError> {
        if self.pause_in(&mut *transaction).await?.is_some() {
            return Ok(true);
        }
        // An entry of narrow scope that is new may not concern this task: whoever asks the gate again learns it.
        let select = sqlx::query("SELECT 1 FROM suppressions WHERE callee_key = ? AND lifted_at IS NULL AND (bars_everything OR asked_at >= ?)")
            .bind(self.barring(cleared.number()))
            .bind(cleared.cleared_at().as_millis());
        let entry = select.fetch_optional(&mut *transaction).await.map_err(|error| told(&error))?;
        Ok(entry.is_some() && !cleared.is_lenient())
    }

    pub(crate) async fn advance_attempt(
        &self,
        attempt: &AttemptId,
        next: AttemptState,
        call: Option<&CarrierCallId>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        if next.is_terminal() {
            // Only an end with its disposition, cost and report ends an attempt.
            return Err(StoreError::Conflict);
        }
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let state = state_of(&mut transaction, attempt).await?;
        let moves = state.advances_to(next);
        if moves {
            let update = sqlx::query("UPDATE attempts SET state = ?, state_rank = ?, moved_at = ? WHERE id = ?")
                .bind(next.as_str())
                .bind(next as i64)
                .bind(at.as_millis())
                .bind(attempt.as_str());
            update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        }
        if moves && next == AttemptState::Dialing {
            self.audit(&mut transaction, at, &AuditEvent::Dialing { attempt: attempt.clone() }).await?;
        }
        if let Some(call) = call {
            let insert = sqlx::query("INSERT INTO calls (carrier_call, attempt_id, known_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                .bind(call.as_str())
                .bind(attempt.as_str())
                .bind(at.as_millis());
            insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        }
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(moves)
    }

    pub(crate) async fn insert_leg_event(&self, attempt: &AttemptId, event: &LegEvent, at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::Crash).await?;
        state_of(&mut transaction, attempt).await?;
        let insert = sqlx::query(
            "INSERT INTO leg_events (attempt_id, carrier_call, event_key, state, received_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(attempt.as_str())
        .bind(event.call.as_str())
        .bind(&event.key)
        .bind(&event.state)
        .bind(at.as_millis());
        let inserted = insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(inserted.rows_affected() == 1)
    }

    pub(crate) async fn insert_turn(&self, attempt: &AttemptId, number: u32, turn: &Turn) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::Crash).await?;
        let subject = self.subject_of_attempt(&mut *transaction, attempt).await?;
        let sealed = self.close_for(&subject, &turn_place(attempt, i64::from(number)), turn)?;
        let insert = sqlx::query("INSERT INTO turns (attempt_id, number, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(attempt.as_str())
            .bind(i64::from(number))
            .bind(sealed);
        insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    pub(crate) async fn end_attempt(&self, attempt: &AttemptId, finish: &Finish, then: TaskState) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        if state_of(&mut transaction, attempt).await?.is_terminal() {
            return Ok(false);
        }
        let answered = u64::try_from(finish.answered_for.as_millis()).unwrap_or(u64::MAX);
        let update = sqlx::query(
            "UPDATE attempts SET state = 'terminal', state_rank = ?, disposition = ?, answered_ms = ?, ended_at = ?, moved_at = ? WHERE id = ?",
        )
        .bind(AttemptState::Terminal as i64)
        .bind(word(&finish.disposition)?)
        .bind(stored(answered))
        .bind(finish.at.as_millis())
        .bind(finish.at.as_millis())
        .bind(attempt.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        let cost = sqlx::query("INSERT INTO costs (attempt_id, reckoned) VALUES (?, ?)").bind(attempt.as_str()).bind(stored(finish.cost.0));
        cost.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        update_figures(&mut transaction, attempt, &finish.measured).await?;
        if let Some(report) = &finish.report {
            let subject = self.subject_of_attempt(&mut *transaction, attempt).await?;
            let insert = sqlx::query("INSERT INTO reports (attempt_id, outcome, body) VALUES (?, ?, ?)")
                .bind(attempt.as_str())
                .bind(word(&report.outcome)?)
                .bind(self.close_for(&subject, &report_place(attempt), report)?);
            insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        }
        let task = sqlx::query("UPDATE tasks SET state = ? WHERE id = (SELECT task_id FROM attempts WHERE id = ?) AND state = 'running'")
            .bind(then.as_str())
            .bind(attempt.as_str());
        task.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        let ended = AuditEvent::Ended { attempt: attempt.clone(), disposition: finish.disposition, cost: finish.cost };
        self.audit(&mut transaction, finish.at, &ended).await?;
        end_expenses_of(&mut transaction, attempt, finish.at).await?;
        insert_event(&mut transaction, attempt, finish.at).await?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(true)
    }

    pub(crate) async fn update_price(&self, attempt: &AttemptId, price: Micros, at: Timestamp, rules: &Rules) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        state_of(&mut transaction, attempt).await?;
        let before = self.spending_in(&mut *transaction, &Payer::default(), at).await?;
        let update = sqlx::query("UPDATE costs SET settled = ?, settled_at = ? WHERE attempt_id = ? AND settled IS NULL")
            .bind(stored(price.0))
            .bind(at.as_millis())
            .bind(attempt.as_str());
        let updated = update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        if updated.rows_affected() == 1 {
            let after = self.spending_in(&mut *transaction, &Payer::default(), at).await?;
            let money = Money { budget: &rules.budget, rules: &rules.alerts, at };
            self.insert_alerts(&mut transaction, &money, &before, &after).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(updated.rows_affected() == 1)
    }

    pub(crate) async fn select_unsettled(&self, since: Timestamp, at_most: u32) -> Result<Vec<Unsettled>, StoreError> {
        let select = sqlx::query(
            "SELECT attempts.id, carrier_call, answered_ms, provider
             FROM attempts JOIN calls ON calls.attempt_id = attempts.id JOIN costs ON costs.attempt_id = attempts.id
             LEFT JOIN call_figures ON call_figures.attempt_id = attempts.id
             WHERE settled IS NULL AND reckoned > 0 AND carrier_call IS NOT NULL AND ended_at >= ?
             ORDER BY ended_at DESC, attempts.id LIMIT ?",
        );
        let rows = select.bind(since.as_millis()).bind(i64::from(at_most)).fetch_all(self.read()).await.map_err(|error| told(&error))?;
        let unsettled = |row: &SqliteRow| {
            Ok(Unsettled {
                attempt: AttemptId::new(column::<String>(row, 0)?),
                provider: column(row, 3)?,
                call: CarrierCallId::new(column::<String>(row, 1)?),
                answered_for: Duration::from_millis(amount(row, 2)?),
            })
        };
        rows.iter().map(unsettled).collect()
    }

    pub(crate) async fn select_unfinished(&self) -> Result<Vec<OpenAttempt>, StoreError> {
        let select = sqlx::query(
            "SELECT attempts.id, task_id, callee, attempts.state, carrier_call, began_at, subject, direction
             FROM attempts JOIN tasks ON tasks.id = task_id LEFT JOIN calls ON attempt_id = attempts.id
             WHERE attempts.state <> 'terminal' ORDER BY began_at, attempts.id",
        );
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| self.open_attempt_of(row)?.ok_or(StoreError::Corrupt)).collect()
    }

    pub(crate) async fn select_recent(&self, since: Timestamp) -> Result<Vec<OpenAttempt>, StoreError> {
        let select = sqlx::query(
            "SELECT attempts.id, task_id, callee, attempts.state, carrier_call, began_at, subject, direction
             FROM attempts JOIN tasks ON tasks.id = task_id LEFT JOIN calls ON attempt_id = attempts.id
             WHERE began_at >= ? ORDER BY began_at, attempts.id",
        );
        let rows = select.bind(since.as_millis()).fetch_all(self.read()).await.map_err(|error| told(&error))?;
        // Of a callee who was erased meanwhile there is no number to look for.
        rows.iter().filter_map(|row| self.open_attempt_of(row).transpose()).collect()
    }

    pub(crate) async fn select_attempts(&self, task: &TaskId) -> Result<Vec<AttemptRecord>, StoreError> {
        let select = sqlx::query(
            "SELECT attempts.id, state, carrier_call, began_at, disposition, answered_ms, ended_at, coalesce(settled, reckoned), reports.body,
                    settled IS NOT NULL OR reckoned = 0, direction, provider, is_recorded, response_ms, passed_over, asked_wait_ms,
                    (SELECT subject FROM tasks WHERE tasks.id = task_id)
             FROM attempts
             LEFT JOIN call_figures ON call_figures.attempt_id = attempts.id
             LEFT JOIN calls ON calls.attempt_id = attempts.id
             LEFT JOIN costs ON costs.attempt_id = attempts.id
             LEFT JOIN reports ON reports.attempt_id = attempts.id
             WHERE task_id = ? ORDER BY number",
        );
        let rows = select.bind(task.as_str()).fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| self.record_of(row)).collect()
    }

    pub(crate) async fn select_turns(&self, attempt: &AttemptId) -> Result<Vec<Turn>, StoreError> {
        let subject = match self.subject_of_attempt(self.read(), attempt).await {
            Err(StoreError::NotFound) => return Ok(Vec::new()),
            subject => subject?,
        };
        let select = sqlx::query("SELECT number, body FROM turns WHERE attempt_id = ? ORDER BY number").bind(attempt.as_str());
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        let turn = |row: &SqliteRow| {
            let (number, sealed): (i64, Vec<u8>) = (column(row, 0)?, column(row, 1)?);
            self.open_for(Some(&subject), &turn_place(attempt, number), &sealed)
        };
        rows.iter().filter_map(|row| turn(row).transpose()).collect()
    }

    /// Returns an attempt with the number that it rings; `None` if that was erased.
    fn open_attempt_of(&self, row: &SqliteRow) -> Result<Option<OpenAttempt>, StoreError> {
        let attempt = AttemptId::new(column::<String>(row, 0)?);
        let subject: Option<String> = column(row, 6)?;
        let number = self.open_for::<PhoneNumber>(subject.as_deref(), &callee_place(&attempt), &column::<Vec<u8>>(row, 2)?)?;
        let Some(number) = number else { return Ok(None) };
        Ok(Some(OpenAttempt {
            task: TaskId::new(column::<String>(row, 1)?),
            direction: of_word::<Direction>(&column::<String>(row, 7)?)?,
            number,
            state: state_word(&column::<String>(row, 3)?)?,
            call: column::<Option<String>>(row, 4)?.map(CarrierCallId::new),
            began_at: Timestamp(column(row, 5)?),
            attempt,
        }))
    }

    fn record_of(&self, row: &SqliteRow) -> Result<AttemptRecord, StoreError> {
        let attempt = AttemptId::new(column::<String>(row, 0)?);
        let finish = match column::<Option<String>>(row, 4)? {
            Some(disposition) => Some(self.finish_of(row, &attempt, &disposition)?),
            None => None,
        };
        Ok(AttemptRecord {
            direction: of_word::<Direction>(&column::<String>(row, 10)?)?,
            state: state_word(&column::<String>(row, 1)?)?,
            call: column::<Option<String>>(row, 2)?.map(CarrierCallId::new),
            began_at: Timestamp(column(row, 3)?),
            is_settled: column::<Option<bool>>(row, 9)?.unwrap_or(false),
            finish,
            attempt,
        })
    }

    fn finish_of(&self, row: &SqliteRow, attempt: &AttemptId, disposition: &str) -> Result<Finish, StoreError> {
        let report = match column::<Option<Vec<u8>>>(row, 8)? {
            Some(sealed) => self.open_for::<Report>(column::<Option<String>>(row, 16)?.as_deref(), &report_place(attempt), &sealed)?,
            None => None,
        };
        Ok(Finish {
            disposition: of_word::<Disposition>(disposition)?,
            report,
            answered_for: Duration::from_millis(amount(row, 5)?),
            cost: Micros(amount(row, 7)?),
            at: Timestamp(column(row, 6)?),
            measured: measured_of(row, 11)?,
        })
    }
}

pub(crate) fn callee_place(attempt: &AttemptId) -> String {
    format!("attempts.callee/{attempt}")
}

fn turn_place(attempt: &AttemptId, number: i64) -> String {
    format!("turns.body/{attempt}/{number}")
}

pub(crate) fn report_place(attempt: &AttemptId) -> String {
    format!("reports.body/{attempt}")
}

async fn state_of(connection: &mut SqliteConnection, attempt: &AttemptId) -> Result<AttemptState, StoreError> {
    let select = sqlx::query("SELECT state FROM attempts WHERE id = ?").bind(attempt.as_str());
    let row = select.fetch_optional(connection).await.map_err(|error| told(&error))?;
    state_word(&column::<String>(&row.ok_or(StoreError::NotFound)?, 0)?)
}

fn state_word(word: &str) -> Result<AttemptState, StoreError> {
    AttemptState::from_word(word).ok_or(StoreError::Corrupt)
}

/// Reads one column of a row.
pub(crate) fn column<'r, T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>>(row: &'r SqliteRow, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(|error| told(&error))
}

/// Reads a column that holds an amount, which is never negative.
pub(crate) fn amount(row: &SqliteRow, index: usize) -> Result<u64, StoreError> {
    u64::try_from(column::<i64>(row, index)?).map_err(|_| StoreError::Corrupt)
}

/// Returns a unit variant as its stable word, as it stands in JSON.
pub(crate) fn word(value: &impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(StoreError::Unavailable { what: "a value has no stable word".into() }),
    }
}

/// Returns the unit variant of a stable word.
pub(crate) fn of_word<T: DeserializeOwned>(word: &str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|_| StoreError::Corrupt)
}
