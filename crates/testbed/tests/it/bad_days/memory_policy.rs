//! What the rules ask about, in memory: decisions, stop requests and the pause. Consents, line kinds, the registry and standing approvals
//! are no matter of a bad day: nobody has any, and nobody gives any.

use assistant::compliance::consent::{Consent, Revocation};
use assistant::compliance::do_not_call::{Lifted, Suppression};
use assistant::compliance::line_kind::KnownLine;
use assistant::compliance::standing::Standing;
use assistant::decision_record::DecisionRecord;
use assistant::dialing::Pause;
use assistant::standing_approval::StandingApproval;
use async_trait::async_trait;
use ports::policy_store::{Kept, PolicyStore, RegistryEdition};
use ports::recording_store::{AwaitedRecording, RecordingProgress, RecordingStore};
use ports::secret_store::{KeptSecret, SecretStore};
use ports::task_store::StoreError;
use telephony::{AttemptId, PhoneNumber, Private, TaskId, Timestamp};

use super::memory_store::MemoryStore;

fn unheard_of<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable { what: "this store keeps none of it".into() })
}

#[async_trait]
impl PolicyStore for MemoryStore {
    async fn keep_decision(&self, task: &TaskId, record: &DecisionRecord) -> Result<(), StoreError> {
        self.write(|rows| {
            rows.decisions.push((task.clone(), record.clone()));
            Ok(())
        })
        .await
    }

    async fn decisions(&self, task: &TaskId) -> Result<Vec<DecisionRecord>, StoreError> {
        Ok(self.rows().decisions.iter().filter(|(of, _)| of == task).map(|(_, record)| record.clone()).collect())
    }

    async fn suppress(&self, id: &str, entry: &Suppression) -> Result<bool, StoreError> {
        self.write(|rows| {
            let is_new = !rows.suppressions.iter().any(|kept| kept.id == id);
            if is_new {
                rows.suppressions.push(Kept { id: id.to_owned(), value: entry.clone() });
            }
            Ok(is_new)
        })
        .await
    }

    async fn lift(&self, _id: &str, _lifted: &Lifted) -> Result<(), StoreError> {
        unheard_of()
    }

    async fn suppressions(&self, _after: Option<&str>, _at_most: u32) -> Result<Vec<Kept<Suppression>>, StoreError> {
        Ok(self.rows().suppressions.clone())
    }

    async fn suppressions_of(&self, number: &PhoneNumber) -> Result<Vec<Kept<Suppression>>, StoreError> {
        Ok(self.rows().suppressions.iter().filter(|kept| kept.value.number == *number).cloned().collect())
    }

    async fn keep_consent(&self, _id: &str, _consent: &Consent, _at: Timestamp) -> Result<(), StoreError> {
        unheard_of()
    }

    async fn revoke_consent(&self, _id: &str, _revocation: &Revocation) -> Result<(), StoreError> {
        unheard_of()
    }

    async fn consents(&self, _number: Option<&PhoneNumber>) -> Result<Vec<Kept<Consent>>, StoreError> {
        Ok(Vec::new())
    }

    async fn keep_line(&self, _number: &PhoneNumber, _line: &KnownLine, _at: Timestamp) -> Result<(), StoreError> {
        unheard_of()
    }

    async fn lines(&self) -> Result<Vec<(PhoneNumber, KnownLine)>, StoreError> {
        Ok(Vec::new())
    }

    async fn standing(&self, number: &PhoneNumber) -> Result<Standing, StoreError> {
        let suppressions = self.suppressions_of(number).await?.into_iter().map(|kept| kept.value).collect();
        Ok(Standing { suppressions, ..Standing::default() })
    }

    async fn registry(&self) -> Result<Option<RegistryEdition>, StoreError> {
        Ok(None)
    }

    async fn keep_standing_approval(&self, _standing: &StandingApproval) -> Result<(), StoreError> {
        unheard_of()
    }

    async fn standing_approvals(&self, _number: Option<&PhoneNumber>) -> Result<Vec<StandingApproval>, StoreError> {
        Ok(Vec::new())
    }

    async fn revoke_standing_approval(&self, _id: &str, _at: Timestamp) -> Result<(), StoreError> {
        unheard_of()
    }

    async fn pause(&self, pause: &Pause) -> Result<(), StoreError> {
        self.write(|rows| {
            let since = rows.pause.as_ref().map_or(pause.since, |standing| standing.since);
            rows.pause = Some(Pause { since, ..pause.clone() });
            Ok(())
        })
        .await
    }

    async fn resume(&self, _at: Timestamp) -> Result<bool, StoreError> {
        self.write(|rows| Ok(rows.pause.take().is_some())).await
    }

    async fn paused(&self) -> Result<Option<Pause>, StoreError> {
        Ok(self.rows().pause.clone())
    }
}

/// Nobody here has any.
#[async_trait]
impl SecretStore for MemoryStore {
    async fn set_secret(&self, _name: &str, _value: &Private<String>, _at: Timestamp) -> Result<(), StoreError> {
        unheard_of()
    }

    async fn secret(&self, _name: &str) -> Result<Option<Private<String>>, StoreError> {
        Ok(None)
    }

    async fn secrets(&self) -> Result<Vec<KeptSecret>, StoreError> {
        Ok(Vec::new())
    }

    async fn remove_secret(&self, _name: &str, _at: Timestamp) -> Result<bool, StoreError> {
        Ok(false)
    }
}

/// No call of a bad day is recorded.
#[async_trait]
impl RecordingStore for MemoryStore {
    async fn await_recording(&self, _recording: &AwaitedRecording) -> Result<(), StoreError> {
        unheard_of()
    }

    async fn move_recording(&self, _attempt: &AttemptId, _to: RecordingProgress, _at: Timestamp) -> Result<bool, StoreError> {
        unheard_of()
    }

    async fn awaited_recordings(&self) -> Result<Vec<AwaitedRecording>, StoreError> {
        Ok(Vec::new())
    }
}
