//! Visits, the messages that were left, and the attempts of callees who rang back.

use std::time::Duration;

use assistant::attempt::AttemptState;
use assistant::budget;
use assistant::rate_limit;
use async_trait::async_trait;
use ports::inbound_store::{CalleesTask, InboundStore, MessageState, RingBackArrival, Visit, VoiceMessage};
use ports::task_store::StoreError;
use sqlx::sqlite::SqliteRow;
use telephony::cost::Micros;
use telephony::{AttemptId, CarrierCallId, CarrierRecordingId, PhoneNumber, Private, TaskId, Timestamp};

use crate::alerts::Money;
use crate::attempts::{amount, callee_place, column, of_word, word};
use crate::database::{Store, Survives, stored, told};

/// The columns that [`Store::visit_of`] reads, in its order.
const VISIT: &str =
    "SELECT id, visits.carrier_call, caller, came_at, ended_at, length_ms, cost, recording, message_state, message_at, message_ms, words,
     (SELECT attempt_id FROM calls WHERE calls.carrier_call = visits.carrier_call), subject FROM visits";

impl Store {
    fn visit_of(&self, row: &SqliteRow) -> Result<Visit, StoreError> {
        let id = AttemptId::new(column::<String>(row, 0)?);
        let subject: Option<String> = column(row, 13)?;
        let caller = match column::<Option<Vec<u8>>>(row, 2)? {
            Some(sealed) => self.open_for::<PhoneNumber>(subject.as_deref(), &caller_place(&id), &sealed)?,
            None => None,
        };
        let message = match column::<Option<String>>(row, 7)? {
            Some(recording) => Some(self.message_of(row, &id, recording, subject.as_deref())?),
            None => None,
        };
        let length = column::<Option<i64>>(row, 5)?;
        Ok(Visit {
            call: CarrierCallId::new(column::<String>(row, 1)?),
            caller,
            came_at: Timestamp(column(row, 3)?),
            ended_at: column::<Option<i64>>(row, 4)?.map(Timestamp),
            length: length.map(millis).transpose()?,
            cost: Micros(amount(row, 6)?),
            attempt: column::<Option<String>>(row, 12)?.map(AttemptId::new),
            message,
            id,
        })
    }

    fn message_of(&self, row: &SqliteRow, id: &AttemptId, recording: String, subject: Option<&str>) -> Result<VoiceMessage, StoreError> {
        let words = match column::<Option<Vec<u8>>>(row, 11)? {
            Some(sealed) => self.open_for::<String>(subject, &words_place(id), &sealed)?.map(Private::new),
            None => None,
        };
        Ok(VoiceMessage {
            recording: CarrierRecordingId::new(recording),
            state: of_word(&column::<String>(row, 8)?)?,
            left_at: Timestamp(column(row, 9)?),
            length: column::<Option<i64>>(row, 10)?.map(millis).transpose()?,
            words,
        })
    }

    async fn select_visits(&self, what: &str, bound: Option<&str>, at_most: u32) -> Result<Vec<Visit>, StoreError> {
        let text = format!("{VISIT} {what} LIMIT {at_most}");
        // The text is ours; what came from outside is bound.
        let mut select = sqlx::query(sqlx::AssertSqlSafe(text));
        if let Some(bound) = bound {
            select = select.bind(bound.to_owned());
        }
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| self.visit_of(row)).collect()
    }
}

#[async_trait]
impl InboundStore for Store {
    async fn begin_visit(&self, id: &AttemptId, call: &CarrierCallId, caller: Option<&PhoneNumber>, at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::Crash).await?;
        let (mut subject, mut sealed) = (None, None);
        if let Some(number) = caller {
            let id_of_subject = self.subject_of(&mut transaction, number, at).await?;
            sealed = Some(self.close_for(&id_of_subject, &caller_place(id), number)?);
            subject = Some(id_of_subject);
        }
        let insert = sqlx::query("INSERT INTO visits (id, carrier_call, caller, came_at, subject) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(id.as_str())
            .bind(call.as_str())
            .bind(sealed)
            .bind(at.as_millis())
            .bind(subject);
        let inserted = insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(inserted.rows_affected() == 1)
    }

    async fn visit(&self, call: &CarrierCallId) -> Result<Option<Visit>, StoreError> {
        Ok(self.select_visits("WHERE visits.carrier_call = ?", Some(call.as_str()), 1).await?.into_iter().next())
    }

    async fn forward_visit(&self, call: &CarrierCallId) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::Crash).await?;
        let update = sqlx::query("UPDATE visits SET legs = 2 WHERE carrier_call = ?").bind(call.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn end_visit(&self, call: &CarrierCallId, length: Duration, cost: Micros, at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query("UPDATE visits SET ended_at = ?, length_ms = ?, cost = ? * legs WHERE carrier_call = ? AND ended_at IS NULL")
            .bind(at.as_millis())
            .bind(stored(u64::try_from(length.as_millis()).unwrap_or(u64::MAX)))
            .bind(stored(cost.0))
            .bind(call.as_str());
        let updated = update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(updated.rows_affected() == 1)
    }

    async fn leave_message(
        &self,
        call: &CarrierCallId,
        recording: &CarrierRecordingId,
        length: Option<Duration>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let length = length.map(|length| stored(u64::try_from(length.as_millis()).unwrap_or(u64::MAX)));
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query(
            "UPDATE visits SET recording = coalesce(recording, ?1), message_state = coalesce(message_state, 'coming'),
                 message_at = coalesce(message_at, ?2), message_ms = coalesce(message_ms, ?3)
             WHERE carrier_call = ?4",
        );
        let update = update.bind(recording.as_str()).bind(at.as_millis()).bind(length).bind(call.as_str());
        let updated = update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        if updated.rows_affected() != 1 {
            return Err(StoreError::NotFound);
        }
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn settle_message(&self, call: &CarrierCallId, state: MessageState, words: Option<&str>) -> Result<(), StoreError> {
        let visit = self.visit(call).await?.ok_or(StoreError::NotFound)?;
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let row = sqlx::query("SELECT subject FROM visits WHERE carrier_call = ?").bind(call.as_str()).fetch_one(&mut *transaction).await;
        let subject: Option<String> = column(&row.map_err(|error| told(&error))?, 0)?;
        let place = words_place(&visit.id);
        let close = |words: &str| match &subject {
            Some(subject) => self.close_for(subject, &place, &words),
            None => self.close_json(&place, &words),
        };
        let words = words.map(close).transpose()?;
        let update = sqlx::query(
            "UPDATE visits SET message_state = ?, words = coalesce(words, ?)
             WHERE carrier_call = ? AND recording IS NOT NULL AND message_state <> 'kept'",
        );
        let update = update.bind(word(&state)?).bind(words).bind(call.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn visits(&self, at_most: u32) -> Result<Vec<Visit>, StoreError> {
        self.select_visits("ORDER BY came_at DESC, id DESC", None, at_most).await
    }

    async fn unfetched(&self) -> Result<Vec<Visit>, StoreError> {
        self.select_visits("WHERE message_state = 'coming' ORDER BY came_at, id", None, 1_000).await
    }

    async fn task_of_callee(&self, number: &PhoneNumber, since: Timestamp) -> Result<Option<CalleesTask>, StoreError> {
        // What the carrier refused, or we never sent, rang nobody.
        let select = sqlx::query(
            "SELECT task_id,
                 (SELECT count(*) FROM attempts AS live WHERE live.task_id = attempts.task_id AND live.state <> 'terminal'),
                 (SELECT outcome FROM attempts AS ended JOIN reports ON reports.attempt_id = ended.id
                  WHERE ended.task_id = attempts.task_id ORDER BY ended.number DESC LIMIT 1)
             FROM attempts
             WHERE callee_key = ? AND began_at > ? AND direction = 'outbound' AND state <> 'intent'
                 AND coalesce(disposition, '') NOT IN ('setup_failed', 'carrier_rejected', 'throttled')
             ORDER BY began_at DESC, number DESC LIMIT 1",
        );
        let select = select.bind(self.seal.lookup(number.as_e164())).bind(since.as_millis());
        let Some(row) = select.fetch_optional(self.read()).await.map_err(|error| told(&error))? else {
            return Ok(None);
        };
        let id = TaskId::new(column::<String>(&row, 0)?);
        let outcome = column::<Option<String>>(&row, 2)?.map(|word| of_word(&word)).transpose()?;
        // A task that was erased cannot be gone on with.
        let Some(task) = self.select_task(&id).await? else { return Ok(None) };
        Ok(Some(CalleesTask { task, is_live: amount(&row, 1)? > 0, outcome }))
    }

    async fn begin_ring_back(&self, arrival: &RingBackArrival<'_>) -> Result<(), StoreError> {
        self.may_dial()?;
        let mut transaction = self.write(Survives::PowerLoss).await?;
        // Nobody else writes while this transaction is open, so what is counted here is still true when the row is there.
        let usage = self.usage_in(&mut *transaction, arrival.number, arrival.at).await?;
        let spending = self.spending_in(&mut *transaction, &arrival.payer, arrival.at).await?;
        let has_place = rate_limit::check_concurrency(&arrival.caps, &usage).is_none();
        if !has_place || !budget::check(arrival.worst_cost, arrival.task_cap, &arrival.budget, &spending).is_empty() {
            return Err(StoreError::Overtaken);
        }
        let subject = self.subject_of(&mut transaction, arrival.number, arrival.at).await?;
        let insert = sqlx::query(
            "INSERT INTO attempts
                 (id, task_id, number, state, state_rank, callee_key, callee, receipt_hash, reserved, began_at, moved_at, direction, user_key)
             SELECT ?1, ?2, max(number) + 1, 'placed', ?3, ?4, ?5, max(receipt_hash), ?6, ?7, ?7, 'inbound', ?8
             FROM attempts WHERE task_id = ?2 HAVING count(*) > 0",
        );
        let inserted = insert
            .bind(arrival.attempt.as_str())
            .bind(arrival.task.as_str())
            .bind(AttemptState::Placed as i64)
            .bind(self.seal.lookup(arrival.number.as_e164()))
            .bind(self.close_for(&subject, &callee_place(arrival.attempt), arrival.number)?)
            .bind(stored(arrival.worst_cost.0))
            .bind(arrival.at.as_millis())
            .bind(self.user_key(&arrival.payer))
            .execute(&mut *transaction)
            .await
            .map_err(|error| told(&error))?;
        if inserted.rows_affected() != 1 {
            return Err(StoreError::NotFound);
        }
        let money = Money { budget: &arrival.budget, rules: &arrival.alerts, at: arrival.at };
        self.insert_alerts(&mut transaction, &money, &spending, &spending.with(arrival.worst_cost)).await?;
        let call = sqlx::query("INSERT INTO calls (carrier_call, attempt_id, known_at) VALUES (?, ?, ?)")
            .bind(arrival.call.as_str())
            .bind(arrival.attempt.as_str())
            .bind(arrival.at.as_millis());
        call.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        self.insert_figures(&mut transaction, arrival.attempt, arrival.task, arrival.number, arrival.at).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }
}

fn millis(millis: i64) -> Result<Duration, StoreError> {
    u64::try_from(millis).map(Duration::from_millis).map_err(|_| StoreError::Corrupt)
}

fn caller_place(id: &AttemptId) -> String {
    format!("visits.caller/{id}")
}

fn words_place(id: &AttemptId) -> String {
    format!("visits.words/{id}")
}
