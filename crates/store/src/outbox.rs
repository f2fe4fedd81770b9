//! What is still to be told: events, written with the ends that they tell, and their deliveries.

use assistant::notification::{Channel, EndedCall, News, Telling};
use assistant::trouble::Trouble;
use async_trait::async_trait;
use dialogue::report::Report;
use ports::outbox::{Delivery, Outbox, Tried};
use ports::task_store::StoreError;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use telephony::{AttemptId, Private, TaskId, Timestamp};

use crate::alerts::{Told, told_of};
use crate::attempts::{amount, column, of_word, report_place};
use crate::database::{Store, Survives, told, unavailable};
use crate::seal::{hexadecimal, random};

/// Writes the event of an attempt's end, within the transaction that ends it. A second end has no effect, so neither has this.
pub(crate) async fn insert_event(connection: &mut SqliteConnection, attempt: &AttemptId, at: Timestamp) -> Result<(), StoreError> {
    let id = hexadecimal(&random::<16>().map_err(unavailable)?);
    let insert = sqlx::query("INSERT INTO outbox (id, attempt_id, at) VALUES (?, ?, ?)").bind(id).bind(attempt.as_str()).bind(at.as_millis());
    insert.execute(connection).await.map_err(|error| told(&error))?;
    Ok(())
}

impl Store {
    async fn ended_call(&self, attempt: &AttemptId) -> Result<Option<EndedCall>, StoreError> {
        let select = sqlx::query(
            "SELECT task_id, disposition, outcome, body, (SELECT subject FROM tasks WHERE tasks.id = task_id)
             FROM attempts LEFT JOIN reports ON attempt_id = attempts.id WHERE attempts.id = ? AND disposition IS NOT NULL",
        );
        let row = select.bind(attempt.as_str()).fetch_optional(self.read()).await.map_err(|error| told(&error))?;
        let Some(row) = row else { return Ok(None) };
        let report = match column::<Option<Vec<u8>>>(&row, 3)? {
            Some(sealed) => {
                let subject: Option<String> = column(&row, 4)?;
                self.open_for::<Report>(subject.as_deref(), &report_place(attempt), &sealed)?
            }
            None => None,
        };
        Ok(Some(EndedCall {
            task: TaskId::new(column::<String>(&row, 0)?),
            attempt: attempt.clone(),
            disposition: of_word(&column::<String>(&row, 1)?)?,
            outcome: column::<Option<String>>(&row, 2)?.map(|word| of_word(&word)).transpose()?,
            breaches: report.as_ref().map_or(0, |report| report.breaches.iter().filter(|breach| breach.was_said).count()),
            summary: report.map(|report| Private::new(report.summary)),
        }))
    }
}

#[async_trait]
impl Outbox for Store {
    async fn address(&self, channels: &[Channel], not_before: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let open = sqlx::query("SELECT 1 FROM outbox WHERE addressed_at IS NULL LIMIT 1").fetch_optional(self.read()).await;
        if open.map_err(|error| told(&error))?.is_none() {
            return Ok(());
        }
        let mut transaction = self.write(Survives::PowerLoss).await?;
        for channel in channels {
            let insert =
                sqlx::query("INSERT INTO deliveries (event_id, channel, next_at) SELECT id, ?, ? FROM outbox WHERE addressed_at IS NULL AND at >= ?");
            let insert = insert.bind(channel.as_str()).bind(now.as_millis()).bind(not_before.as_millis());
            insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        }
        let update = sqlx::query("UPDATE outbox SET addressed_at = ? WHERE addressed_at IS NULL").bind(now.as_millis());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn due(&self, now: Timestamp, at_most: u32) -> Result<Vec<Delivery>, StoreError> {
        let select = sqlx::query(
            "SELECT event_id, channel, tries FROM deliveries
             WHERE next_at <= ? ORDER BY next_at, event_id, channel LIMIT ?",
        );
        let rows = select.bind(now.as_millis()).bind(at_most).fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(delivery_of).collect()
    }

    async fn telling(&self, delivery: &Delivery) -> Result<Option<Telling>, StoreError> {
        let select = sqlx::query("SELECT attempt_id, alert, at FROM outbox WHERE id = ?").bind(&delivery.event);
        let row = select.fetch_optional(self.read()).await.map_err(|error| told(&error))?;
        let Some(row) = row else { return Ok(None) };
        let news = match (column::<Option<String>>(&row, 0)?, column::<Option<String>>(&row, 1)?) {
            (Some(attempt), _) => self.ended_call(&AttemptId::new(attempt)).await?.map(News::CallEnded),
            (None, Some(alert)) => Some(match told_of(&alert)? {
                Told::Spending(alert) => News::Spending(alert),
                Told::Trouble(trouble) => News::Trouble(trouble),
            }),
            (None, None) => None,
        };
        let at = Timestamp(column(&row, 2)?);
        Ok(news.map(|news| Telling { event: delivery.event.clone(), at, news }))
    }

    async fn tried(&self, delivery: &Delivery, outcome: &Tried, now: Timestamp) -> Result<(), StoreError> {
        let (next_at, delivered_at, trouble) = match outcome {
            Tried::Delivered => (None, Some(now.as_millis()), None),
            Tried::Later { trouble, at } => (Some(at.as_millis()), None, Some(*trouble)),
            Tried::GivenUp { trouble } => (None, None, Some(*trouble)),
        };
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query(
            "UPDATE deliveries SET tries = tries + 1, next_at = ?, delivered_at = ?, trouble = ?
             WHERE event_id = ? AND channel = ? AND next_at IS NOT NULL",
        );
        let update = update.bind(next_at).bind(delivered_at).bind(trouble).bind(&delivery.event).bind(delivery.channel.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn tell_trouble(&self, trouble: &Trouble, not_since: Timestamp, at: Timestamp) -> Result<bool, StoreError> {
        self.insert_trouble(trouble, not_since, at).await
    }

    async fn troubles(&self, since: Timestamp) -> Result<Vec<(Timestamp, Trouble)>, StoreError> {
        self.select_troubles(since).await
    }
}

fn delivery_of(row: &SqliteRow) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        event: column(row, 0)?,
        channel: Channel::from_word(&column::<String>(row, 1)?).ok_or(StoreError::Corrupt)?,
        tries: u32::try_from(amount(row, 2)?).unwrap_or(u32::MAX),
    })
}
