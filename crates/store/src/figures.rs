//! What is kept of each call for statistics and costs: no person, no number, no word.
//!
//! Written with the intent, completed with the end, and left alone by erasure: what a call was and cost stays true also
//! when nobody can tell any more whom it rang.

use std::time::Duration;

use assistant::attempt::Direction;
use assistant::compliance::calling_hours::local_time;
use assistant::statistics::{EndedCall, TaskCounts};
use assistant::task::TaskState;
use dialogue::report::Outcome;
use ports::task_store::{Measured, StoreError};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use telephony::cost::Micros;
use telephony::{AttemptId, Disposition, PhoneNumber, TaskId, Timestamp};

use crate::attempts::{amount, column, of_word, word};
use crate::database::{Store, stored, told};

impl Store {
    /// Keeps what is known when an attempt begins, within the transaction that begins it.
    pub(crate) async fn insert_figures(
        &self,
        connection: &mut SqliteConnection,
        attempt: &AttemptId,
        task: &TaskId,
        number: &PhoneNumber,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let task = self.task_in(&mut *connection, task).await?.ok_or(StoreError::NotFound)?;
        let insert = sqlx::query("INSERT INTO call_figures (attempt_id, task_type, region, hour, limit_ms) VALUES (?, ?, ?, ?, ?)")
            .bind(attempt.as_str())
            .bind(word(&task.task_type)?)
            .bind(number.region())
            .bind(i64::from(local_time(number, at).minute / 60))
            .bind(stored(millis(task.limits.total_time)));
        insert.execute(connection).await.map_err(|error| told(&error))?;
        Ok(())
    }

    pub(crate) async fn select_ended_calls(&self, since: Timestamp, until: Timestamp) -> Result<Vec<EndedCall>, StoreError> {
        let select = sqlx::query(
            "SELECT attempts.id, task_id, direction, began_at, ended_at, disposition, outcome, coalesce(answered_ms, 0),
                    coalesce(settled, reckoned, 0), settled IS NOT NULL OR coalesce(reckoned, 0) = 0,
                    task_type, region, coalesce(hour, 0), coalesce(limit_ms, 0), provider, is_recorded, response_ms, passed_over, asked_wait_ms
             FROM attempts
             LEFT JOIN costs ON costs.attempt_id = attempts.id
             LEFT JOIN reports ON reports.attempt_id = attempts.id
             LEFT JOIN call_figures ON call_figures.attempt_id = attempts.id
             WHERE attempts.state = 'terminal' AND ended_at >= ?1 AND ended_at < ?2
             UNION ALL
             SELECT id, NULL, 'inbound', came_at, ended_at, 'conversed', NULL, coalesce(length_ms, 0), cost, TRUE,
                    NULL, NULL, came_at / 3600000 % 24, 0, NULL, recording IS NOT NULL, '[]', NULL, NULL
             FROM visits
             WHERE ended_at >= ?1 AND ended_at < ?2
                 AND NOT EXISTS (SELECT 1 FROM calls WHERE calls.carrier_call = visits.carrier_call)
             ORDER BY 5, 1",
        );
        let rows = select.bind(since.as_millis()).bind(until.as_millis()).fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(ended_call_of).collect()
    }

    pub(crate) async fn count_tasks(&self, since: Timestamp, until: Timestamp) -> Result<TaskCounts, StoreError> {
        let select = sqlx::query("SELECT state, count(*) FROM tasks WHERE created_at >= ? AND created_at < ? GROUP BY state");
        let rows = select.bind(since.as_millis()).bind(until.as_millis()).fetch_all(self.read()).await.map_err(|error| told(&error))?;
        let mut counts = TaskCounts::default();
        for row in &rows {
            let state = TaskState::from_word(&column::<String>(row, 0)?).ok_or(StoreError::Corrupt)?;
            counts.add(state, amount(row, 1)?);
        }
        let select = sqlx::query(
            "SELECT count(DISTINCT tasks.id) FROM tasks JOIN attempts ON task_id = tasks.id JOIN reports ON attempt_id = attempts.id
             WHERE outcome = ? AND tasks.state IN ('done', 'failed') AND created_at >= ? AND created_at < ?",
        );
        let select = select.bind(word(&Outcome::Achieved)?).bind(since.as_millis()).bind(until.as_millis());
        counts.achieved = amount(&select.fetch_one(self.read()).await.map_err(|error| told(&error))?, 0)?;
        Ok(counts)
    }
}

/// Keeps what was measured until an attempt ended, within the transaction that ends it.
pub(crate) async fn update_figures(connection: &mut SqliteConnection, attempt: &AttemptId, measured: &Measured) -> Result<(), StoreError> {
    let times: Vec<u64> = measured.response_times.iter().map(|time| millis(*time)).collect();
    let times = serde_json::to_string(&times).map_err(|_| StoreError::Unavailable { what: "a list of numbers has no JSON".into() })?;
    let update = sqlx::query(
        "UPDATE call_figures SET provider = ?, is_recorded = ?, response_ms = ?, passed_over = ?, asked_wait_ms = ? WHERE attempt_id = ?",
    )
    .bind(&measured.provider)
    .bind(measured.is_recorded)
    .bind(times)
    .bind(&measured.passed_over)
    .bind(measured.asked_wait.map(|wait| stored(millis(wait))))
    .bind(attempt.as_str());
    update.execute(connection).await.map_err(|error| told(&error))?;
    Ok(())
}

/// Reads provider, recording, response times, who was passed over and the wait that was asked for, which stand in five columns from `first` on.
pub(crate) fn measured_of(row: &SqliteRow, first: usize) -> Result<Measured, StoreError> {
    let times: Vec<u64> = match column::<Option<String>>(row, first + 2)? {
        Some(json) => serde_json::from_str(&json).map_err(|_| StoreError::Corrupt)?,
        None => Vec::new(),
    };
    Ok(Measured {
        provider: column(row, first)?,
        is_recorded: column::<Option<bool>>(row, first + 1)?.unwrap_or(false),
        response_times: times.into_iter().map(Duration::from_millis).collect(),
        passed_over: column(row, first + 3)?,
        asked_wait: column::<Option<i64>>(row, first + 4)?.map(|wait| Duration::from_millis(u64::try_from(wait).unwrap_or(0))),
    })
}

fn ended_call_of(row: &SqliteRow) -> Result<EndedCall, StoreError> {
    let measured = measured_of(row, 14)?;
    let length = |index| amount(row, index).map(Duration::from_millis);
    Ok(EndedCall {
        attempt: AttemptId::new(column::<String>(row, 0)?),
        task: column::<Option<String>>(row, 1)?.map(TaskId::new),
        direction: of_word::<Direction>(&column::<String>(row, 2)?)?,
        began_at: Timestamp(column(row, 3)?),
        ended_at: Timestamp(column(row, 4)?),
        disposition: of_word::<Disposition>(&column::<String>(row, 5)?)?,
        outcome: column::<Option<String>>(row, 6)?.map(|word| of_word(&word)).transpose()?,
        answered_for: length(7)?,
        cost: Micros(amount(row, 8)?),
        is_settled: row.try_get(9).map_err(|error| told(&error))?,
        task_type: column::<Option<String>>(row, 10)?.map(|word| of_word(&word)).transpose()?,
        region: column(row, 11)?,
        hour: u8::try_from(column::<i64>(row, 12)?).map_err(|_| StoreError::Corrupt)?,
        limit: length(13)?,
        provider: measured.provider,
        is_recorded: measured.is_recorded,
        response_times: measured.response_times,
    })
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
