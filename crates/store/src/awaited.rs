//! Recordings that a carrier makes of our calls: a row each, from its beginning until nothing of it is left there.

use async_trait::async_trait;
use ports::recording_store::{AwaitedRecording, RecordingProgress, RecordingStore};
use ports::task_store::StoreError;
use sqlx::sqlite::SqliteRow;
use telephony::{AttemptId, AudioPosition, CarrierCallId, CarrierRecordingId, Timestamp};

use crate::attempts::column;
use crate::database::{Store, Survives, told};

/// A silence as it is written: beginning and end in samples.
type Silence = (u64, Option<u64>);

#[async_trait]
impl RecordingStore for Store {
    async fn await_recording(&self, recording: &AwaitedRecording) -> Result<(), StoreError> {
        let silences: Vec<Silence> = recording.silences.iter().map(|(from, to)| (from.0, to.map(|to| to.0))).collect();
        let silences = serde_json::to_string(&silences).map_err(|_| StoreError::Unavailable { what: "silences have no JSON".into() })?;
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let upsert = sqlx::query(
            "INSERT INTO carrier_recordings
                 (attempt_id, carrier, carrier_call, recording, progress, silences, is_heard_out, deletes_there, since, moved_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
             ON CONFLICT (attempt_id) DO UPDATE SET
                 recording = coalesce(excluded.recording, recording), silences = excluded.silences, is_heard_out = excluded.is_heard_out,
                 progress = CASE WHEN progress = 'wanted' THEN excluded.progress ELSE progress END
             WHERE progress IN ('wanted', 'unwanted')",
        )
        .bind(recording.attempt.as_str())
        .bind(&recording.carrier)
        .bind(recording.call.as_str())
        .bind(recording.recording.as_ref().map(|recording| recording.as_str().to_owned()))
        .bind(recording.progress.as_str())
        .bind(silences)
        .bind(recording.is_heard_out)
        .bind(recording.deletes_there)
        .bind(recording.since.as_millis());
        upsert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn move_recording(&self, attempt: &AttemptId, to: RecordingProgress, at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let select = sqlx::query("SELECT progress FROM carrier_recordings WHERE attempt_id = ?").bind(attempt.as_str());
        let row = select.fetch_optional(&mut *transaction).await.map_err(|error| told(&error))?;
        let now = progress_of(&column::<String>(&row.ok_or(StoreError::NotFound)?, 0)?)?;
        if to <= now {
            return Ok(false);
        }
        let update = sqlx::query("UPDATE carrier_recordings SET progress = ?, moved_at = ? WHERE attempt_id = ?")
            .bind(to.as_str())
            .bind(at.as_millis())
            .bind(attempt.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        if to == RecordingProgress::Kept {
            let figures = sqlx::query("UPDATE call_figures SET is_recorded = TRUE WHERE attempt_id = ?").bind(attempt.as_str());
            figures.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        }
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(true)
    }

    async fn awaited_recordings(&self) -> Result<Vec<AwaitedRecording>, StoreError> {
        let select = sqlx::query(
            "SELECT attempt_id, carrier, carrier_call, recording, progress, silences, is_heard_out, deletes_there, since
             FROM carrier_recordings WHERE progress <> 'over' ORDER BY since, attempt_id",
        );
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(recording_of).collect()
    }
}

fn recording_of(row: &SqliteRow) -> Result<AwaitedRecording, StoreError> {
    let silences: Vec<Silence> = serde_json::from_str(&column::<String>(row, 5)?).map_err(|_| StoreError::Corrupt)?;
    Ok(AwaitedRecording {
        attempt: AttemptId::new(column::<String>(row, 0)?),
        carrier: column(row, 1)?,
        call: CarrierCallId::new(column::<String>(row, 2)?),
        recording: column::<Option<String>>(row, 3)?.map(CarrierRecordingId::new),
        progress: progress_of(&column::<String>(row, 4)?)?,
        silences: silences.into_iter().map(|(from, to)| (AudioPosition(from), to.map(AudioPosition))).collect(),
        is_heard_out: column(row, 6)?,
        deletes_there: column(row, 7)?,
        since: Timestamp(column(row, 8)?),
    })
}

fn progress_of(word: &str) -> Result<RecordingProgress, StoreError> {
    RecordingProgress::from_word(word).ok_or(StoreError::Corrupt)
}
