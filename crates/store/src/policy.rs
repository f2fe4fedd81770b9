//! What the rules ask about and what they answered: decisions, the do-not-call list, consents, line kinds, the pause.
//!
//! Numbers lie here as stand-ins for searches, whatever else is said of them is sealed.

use assistant::audit::AuditEvent;
use assistant::compliance::consent::{Consent, Revocation};
use assistant::compliance::do_not_call::{Bars, Channel, Lifted, Suppression};
use assistant::compliance::line_kind::KnownLine;
use assistant::compliance::standing::Standing;
use assistant::decision_record::DecisionRecord;
use assistant::dialing::{DiskState, Pause};
use assistant::standing_approval::StandingApproval;
use async_trait::async_trait;
use ports::policy_store::{Kept, PolicyStore, RegistryEdition};
use ports::task_store::StoreError;
use sqlx::sqlite::SqliteRow;
use sqlx::{SqliteConnection, SqliteExecutor};
use telephony::{AttemptId, PhoneNumber, Private, TaskId, Timestamp};

use crate::attempts::{callee_place, column};
use crate::database::{Store, Survives, told, unavailable};
use crate::tasks::STANDING;

/// The columns that [`Store::suppression_of`] reads, in its order.
const SUPPRESSION: &str =
    "SELECT suppressions.id, suppressions.body, suppressions.attempt_id, asked_at, attempts.callee, tasks.subject, bars_key, lifted_at
     FROM suppressions LEFT JOIN attempts ON attempts.id = suppressions.attempt_id LEFT JOIN tasks ON tasks.id = attempts.task_id";

/// The entries of the do-not-call list that are about a subject.
pub(crate) const SUPPRESSIONS_OF_SUBJECT: &str =
    "SELECT suppressions.id, suppressions.body, suppressions.attempt_id, asked_at, attempts.callee, tasks.subject, bars_key, lifted_at
     FROM suppressions LEFT JOIN attempts ON attempts.id = suppressions.attempt_id LEFT JOIN tasks ON tasks.id = attempts.task_id
     WHERE suppressions.callee_key = (SELECT barring_key FROM subjects WHERE id = ?) ORDER BY asked_at, suppressions.id";

impl Store {
    pub(crate) async fn insert_decision(&self, connection: &mut SqliteConnection, task: &TaskId, record: &DecisionRecord) -> Result<(), StoreError> {
        let insert = sqlx::query("INSERT INTO decisions (attempt_id, task_id, decided_at, is_cleared, body) VALUES (?, ?, ?, ?, ?)")
            .bind(record.attempt.as_str())
            .bind(task.as_str())
            .bind(record.decided_at.as_millis())
            .bind(record.is_cleared)
            .bind(self.close_json(&decision_place(&record.attempt), record)?);
        insert.execute(connection).await.map_err(|error| told(&error))?;
        Ok(())
    }

    /// Keeps an entry unless one that stands says the same; its caller commits.
    pub(crate) async fn insert_suppression(&self, connection: &mut SqliteConnection, id: &str, entry: &Suppression) -> Result<bool, StoreError> {
        let insert = sqlx::query(
            "INSERT INTO suppressions (id, callee_key, bars_key, bars_everything, attempt_id, asked_at, lifted_at, body)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(id)
        .bind(self.barring(&entry.number))
        .bind(self.bars_key(&entry.bars))
        .bind(entry.bars == Bars::Everything)
        .bind(entry.attempt.as_ref().map(|attempt| attempt.as_str().to_owned()))
        .bind(entry.at.as_millis())
        .bind(entry.lifted.as_ref().map(|lifted| lifted.at.as_millis()))
        .bind(self.close_json(&suppression_place(id), entry)?);
        Ok(insert.execute(connection).await.map_err(|error| told(&error))?.rows_affected() == 1)
    }

    fn bars_key(&self, bars: &Bars) -> String {
        match bars {
            Bars::Everything => "everything".to_owned(),
            Bars::Solicitation => "solicitation".to_owned(),
            Bars::TaskType(task_type) => format!("task_type/{task_type:?}"),
            Bars::User(user) => format!("user/{}", self.seal.lookup(user.expose())),
        }
    }

    /// Returns an entry; `None` if its number was erased with its call.
    pub(crate) fn suppression_of(&self, row: &SqliteRow) -> Result<Option<Kept<Suppression>>, StoreError> {
        let id: String = column(row, 0)?;
        if let Some(sealed) = column::<Option<Vec<u8>>>(row, 1)? {
            // Whoever was erased leaves a row that still bars the number, and no number.
            if sealed.is_empty() {
                return Ok(None);
            }
            let value = self.open_json(&suppression_place(&id), &sealed)?;
            return Ok(Some(Kept { id, value }));
        }
        let attempt = column::<Option<String>>(row, 2)?.map(AttemptId::new);
        let (Some(attempt), Some(callee)) = (attempt, column::<Option<Vec<u8>>>(row, 4)?) else { return Ok(None) };
        let subject: Option<String> = column(row, 5)?;
        let number = self.open_for::<PhoneNumber>(subject.as_deref(), &callee_place(&attempt), &callee)?;
        let Some(number) = number else { return Ok(None) };
        let at = Timestamp(column(row, 3)?);
        Ok(Some(Kept { id, value: Suppression::stop_request(number, Channel::Speech, attempt, at) }))
    }

    /// Returns an entry of a number that the caller knows, also if the number was erased: what was known of it but the wish is gone. Which
    /// user or type of errand it was about is not known any more, so such an entry bars everything.
    fn suppression_about(&self, number: &PhoneNumber, row: &SqliteRow) -> Result<Option<Kept<Suppression>>, StoreError> {
        if let Some(kept) = self.suppression_of(row)? {
            return Ok(Some(kept));
        }
        if column::<Option<i64>>(row, 7)?.is_some() {
            return Ok(None);
        }
        let bars = if column::<String>(row, 6)? == "solicitation" { Bars::Solicitation } else { Bars::Everything };
        let attempt = column::<Option<String>>(row, 2)?.map(AttemptId::new);
        let channel = if attempt.is_some() { Channel::Speech } else { Channel::Installation };
        let at = Timestamp(column(row, 3)?);
        let value = Suppression { number: number.clone(), bars, channel, at, attempt, heard_sha256: None, lifted: None };
        Ok(Some(Kept { id: column(row, 0)?, value }))
    }

    pub(crate) fn consent_of(&self, row: &SqliteRow) -> Result<Kept<Consent>, StoreError> {
        let id: String = column(row, 0)?;
        let value = self.open_json(&consent_place(&id), &column::<Vec<u8>>(row, 1)?)?;
        Ok(Kept { id, value })
    }

    pub(crate) fn standing_approval_of(&self, row: &SqliteRow) -> Result<StandingApproval, StoreError> {
        let id: String = column(row, 0)?;
        self.open_json(&standing_place(&id), &column::<Vec<u8>>(row, 1)?)
    }

    pub(crate) fn known_line_of(&self, row: &SqliteRow) -> Result<(PhoneNumber, KnownLine), StoreError> {
        self.open_json(&line_place(&column::<String>(row, 0)?), &column::<Vec<u8>>(row, 1)?)
    }

    /// Keeps a consent; its caller commits.
    pub(crate) async fn insert_consent(&self, connection: &mut SqliteConnection, id: &str, consent: &Consent) -> Result<(), StoreError> {
        let given = consent.given();
        let insert = sqlx::query("INSERT INTO consents (id, callee_key, granted_at, revoked_at, body) VALUES (?, ?, ?, ?, ?)")
            .bind(id)
            .bind(self.seal.lookup(given.number.as_e164()))
            .bind(given.granted_at.as_millis())
            .bind(given.revoked.map(|revoked| revoked.at.as_millis()))
            .bind(self.close_json(&consent_place(id), consent)?);
        insert.execute(connection).await.map(drop).map_err(|error| told(&error))
    }

    /// Keeps what kind of line a number is; its caller commits.
    pub(crate) async fn insert_line(&self, connection: &mut SqliteConnection, number: &PhoneNumber, line: &KnownLine) -> Result<(), StoreError> {
        let key = self.seal.lookup(number.as_e164());
        let sealed = self.close_json(&line_place(&key), &(number, line))?;
        let insert =
            sqlx::query("INSERT INTO line_kinds (callee_key, body) VALUES (?, ?) ON CONFLICT (callee_key) DO UPDATE SET body = excluded.body");
        insert.bind(key).bind(sealed).execute(connection).await.map(drop).map_err(|error| told(&error))
    }

    /// Keeps a standing approval; its caller commits.
    pub(crate) async fn insert_standing(&self, connection: &mut SqliteConnection, standing: &StandingApproval) -> Result<(), StoreError> {
        let insert = sqlx::query("INSERT INTO standing_approvals (id, callee_key, given_at, revoked_at, body) VALUES (?, ?, ?, ?, ?)")
            .bind(&standing.id)
            .bind(self.seal.lookup(standing.number.as_e164()))
            .bind(standing.given_at.as_millis())
            .bind(standing.revoked_at.map(Timestamp::as_millis))
            .bind(self.close_json(&standing_place(&standing.id), standing)?);
        insert.execute(connection).await.map(drop).map_err(|error| told(&error))
    }

    async fn line_of(&self, number: &PhoneNumber) -> Result<Option<KnownLine>, StoreError> {
        let key = self.seal.lookup(number.as_e164());
        let select = sqlx::query("SELECT body FROM line_kinds WHERE callee_key = ?").bind(key.clone());
        let row = select.fetch_optional(self.read()).await.map_err(|error| told(&error))?;
        let opened = |row: SqliteRow| self.open_json::<(PhoneNumber, KnownLine)>(&line_place(&key), &column::<Vec<u8>>(&row, 0)?);
        Ok(row.map(opened).transpose()?.map(|(_, line)| line))
    }

    /// Returns the pause, within a transaction or outside of one.
    pub(crate) async fn pause_in(&self, connection: impl SqliteExecutor<'_>) -> Result<Option<Pause>, StoreError> {
        let row = sqlx::query("SELECT since, reason FROM pause").fetch_optional(connection).await.map_err(|error| told(&error))?;
        let Some(row) = row else { return Ok(None) };
        let reason = column::<Option<Vec<u8>>>(&row, 1)?.map(|sealed| self.open_json::<Private<String>>(PAUSE_PLACE, &sealed)).transpose()?;
        Ok(Some(Pause { since: Timestamp(column(&row, 0)?), reason }))
    }

    async fn update_suppression(&self, id: &str, lifted: &Lifted) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let select = sqlx::query(sqlx::AssertSqlSafe(format!("{SUPPRESSION} WHERE suppressions.id = ?"))).bind(id.to_owned());
        let row = select.fetch_optional(&mut *transaction).await.map_err(|error| told(&error))?;
        let kept = self.suppression_of(&row.ok_or(StoreError::NotFound)?)?;
        // Of whoever was erased nothing is kept but that the wish was taken back.
        let (body, subject) = match kept {
            None => (Vec::new(), None),
            Some(Kept { value, .. }) => {
                let entry = Suppression { lifted: Some(lifted.clone()), ..value };
                let subject = self.subject_of(&mut transaction, &entry.number, lifted.at).await?;
                (self.close_json(&suppression_place(id), &entry)?, Some(subject))
            }
        };
        let update = sqlx::query("UPDATE suppressions SET lifted_at = ?, body = ? WHERE id = ?").bind(lifted.at.as_millis()).bind(body).bind(id);
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        self.audit(&mut transaction, lifted.at, &AuditEvent::Lifted { subject, entry: id.to_owned() }).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn update_consent(&self, id: &str, revocation: &Revocation) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let select = sqlx::query("SELECT id, body FROM consents WHERE id = ?").bind(id.to_owned());
        let row = select.fetch_optional(&mut *transaction).await.map_err(|error| told(&error))?;
        let consent = self.consent_of(&row.ok_or(StoreError::NotFound)?)?.value.revoked(revocation.at, revocation.channel);
        let update = sqlx::query("UPDATE consents SET revoked_at = ?, body = ? WHERE id = ?")
            .bind(revocation.at.as_millis())
            .bind(self.close_json(&consent_place(id), &consent)?)
            .bind(id);
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        self.audit(&mut transaction, revocation.at, &AuditEvent::ConsentRevoked { consent: id.to_owned() }).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }
}

fn decision_place(attempt: &AttemptId) -> String {
    format!("decisions.body/{attempt}")
}

fn suppression_place(id: &str) -> String {
    format!("suppressions.body/{id}")
}

fn consent_place(id: &str) -> String {
    format!("consents.body/{id}")
}

fn standing_place(id: &str) -> String {
    format!("standing_approvals.body/{id}")
}

fn line_place(key: &str) -> String {
    format!("line_kinds.body/{key}")
}

const PAUSE_PLACE: &str = "pause.reason";

#[async_trait]
impl PolicyStore for Store {
    async fn keep_decision(&self, task: &TaskId, record: &DecisionRecord) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        self.insert_decision(&mut transaction, task, record).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn decisions(&self, task: &TaskId) -> Result<Vec<DecisionRecord>, StoreError> {
        let select = sqlx::query("SELECT attempt_id, body FROM decisions WHERE task_id = ? ORDER BY decided_at, rowid").bind(task.as_str());
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        let record = |row: &SqliteRow| {
            let attempt = AttemptId::new(column::<String>(row, 0)?);
            self.open_json(&decision_place(&attempt), &column::<Vec<u8>>(row, 1)?)
        };
        rows.iter().map(record).collect()
    }

    async fn suppress(&self, id: &str, entry: &Suppression) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let is_new = self.insert_suppression(&mut transaction, id, entry).await?;
        if is_new {
            let subject = self.subject_of(&mut transaction, &entry.number, entry.at).await?;
            self.audit(&mut transaction, entry.at, &AuditEvent::Barred { subject, entry: id.to_owned() }).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(is_new)
    }

    async fn lift(&self, id: &str, lifted: &Lifted) -> Result<(), StoreError> {
        self.update_suppression(id, lifted).await
    }

    async fn suppressions(&self, after: Option<&str>, at_most: u32) -> Result<Vec<Kept<Suppression>>, StoreError> {
        let text = format!(
            "{SUPPRESSION} WHERE (?1 IS NULL OR (asked_at, suppressions.id) > (SELECT asked_at, id FROM suppressions WHERE id = ?1))
             AND length(coalesce(suppressions.body, attempts.callee)) > 0 ORDER BY asked_at, suppressions.id LIMIT ?2"
        );
        let select = sqlx::query(sqlx::AssertSqlSafe(text)).bind(after.map(str::to_owned)).bind(i64::from(at_most));
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().filter_map(|row| self.suppression_of(row).transpose()).collect()
    }

    async fn suppressions_of(&self, number: &PhoneNumber) -> Result<Vec<Kept<Suppression>>, StoreError> {
        let text = format!("{SUPPRESSION} WHERE suppressions.callee_key = ? ORDER BY asked_at, suppressions.id");
        let select = sqlx::query(sqlx::AssertSqlSafe(text)).bind(self.barring(number));
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().filter_map(|row| self.suppression_about(number, row).transpose()).collect()
    }

    async fn keep_consent(&self, id: &str, consent: &Consent, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        self.insert_consent(&mut transaction, id, consent).await?;
        let subject = self.subject_of(&mut transaction, &consent.given().number, at).await?;
        self.audit(&mut transaction, at, &AuditEvent::ConsentKept { subject, consent: id.to_owned() }).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn revoke_consent(&self, id: &str, revocation: &Revocation) -> Result<(), StoreError> {
        self.update_consent(id, revocation).await
    }

    async fn consents(&self, number: Option<&PhoneNumber>) -> Result<Vec<Kept<Consent>>, StoreError> {
        let key = number.map(|number| self.seal.lookup(number.as_e164()));
        let select = sqlx::query("SELECT id, body FROM consents WHERE ?1 IS NULL OR callee_key = ?1 ORDER BY granted_at, id").bind(key);
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| self.consent_of(row)).collect()
    }

    async fn keep_line(&self, number: &PhoneNumber, line: &KnownLine, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        self.insert_line(&mut transaction, number, line).await?;
        let subject = self.subject_of(&mut transaction, number, at).await?;
        self.audit(&mut transaction, at, &AuditEvent::LineKept { subject, kind: line.kind, source: line.source }).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn lines(&self) -> Result<Vec<(PhoneNumber, KnownLine)>, StoreError> {
        let rows = sqlx::query("SELECT callee_key, body FROM line_kinds ORDER BY rowid").fetch_all(self.read()).await;
        rows.map_err(|error| told(&error))?.iter().map(|row| self.known_line_of(row)).collect()
    }

    async fn standing(&self, number: &PhoneNumber) -> Result<Standing, StoreError> {
        Ok(Standing {
            user: None,
            line: self.line_of(number).await?,
            consents: self.consents(Some(number)).await?.into_iter().map(|kept| kept.value).collect(),
            suppressions: self.suppressions_of(number).await?.into_iter().map(|kept| kept.value).collect(),
            registry: self.look_up_in_registry(number).await?,
        })
    }

    async fn registry(&self) -> Result<Option<RegistryEdition>, StoreError> {
        Ok(self.select_registry().await?.map(|(_, edition)| edition))
    }

    async fn keep_standing_approval(&self, standing: &StandingApproval) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        self.insert_standing(&mut transaction, standing).await?;
        let given = AuditEvent::StandingGiven {
            standing: standing.id.clone(),
            subject: self.subject_of(&mut transaction, &standing.number, standing.given_at).await?,
            most_a_call: standing.most_a_call,
            until: standing.expires_at,
        };
        self.audit(&mut transaction, standing.given_at, &given).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn standing_approvals(&self, number: Option<&PhoneNumber>) -> Result<Vec<StandingApproval>, StoreError> {
        let key = number.map(|number| self.seal.lookup(number.as_e164()));
        let select = sqlx::query("SELECT id, body FROM standing_approvals WHERE ?1 IS NULL OR callee_key = ?1 ORDER BY given_at, id").bind(key);
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| self.standing_approval_of(row)).collect()
    }

    async fn revoke_standing_approval(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let select = sqlx::query("SELECT id, body FROM standing_approvals WHERE id = ?").bind(id.to_owned());
        let row = select.fetch_optional(&mut *transaction).await.map_err(|error| told(&error))?;
        let standing = self.standing_approval_of(&row.ok_or(StoreError::NotFound)?)?;
        if standing.revoked_at.is_some() {
            return Err(StoreError::Conflict);
        }
        let standing = StandingApproval { revoked_at: Some(at), ..standing };
        let update = sqlx::query("UPDATE standing_approvals SET revoked_at = ?, body = ? WHERE id = ?")
            .bind(at.as_millis())
            .bind(self.close_json(&standing_place(id), &standing)?)
            .bind(id);
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        let void = sqlx::query("UPDATE approvals SET expires_at = min(expires_at, ?) WHERE approved_by = ? AND used_by IS NULL")
            .bind(at.as_millis())
            .bind(format!("{STANDING}{id}"));
        void.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        self.audit(&mut transaction, at, &AuditEvent::StandingRevoked { standing: id.to_owned() }).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn pause(&self, pause: &Pause) -> Result<(), StoreError> {
        let reason = pause.reason.as_ref().map(|reason| self.close_json(PAUSE_PLACE, reason)).transpose()?;
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let was_paused = self.pause_in(&mut *transaction).await?.is_some();
        let insert =
            sqlx::query("INSERT INTO pause (only_one, since, reason) VALUES (1, ?, ?) ON CONFLICT (only_one) DO UPDATE SET reason = excluded.reason")
                .bind(pause.since.as_millis())
                .bind(reason);
        insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        if !was_paused {
            self.audit(&mut transaction, pause.since, &AuditEvent::Paused).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn resume(&self, at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let deleted = sqlx::query("DELETE FROM pause").execute(&mut *transaction).await.map_err(|error| told(&error))?;
        if deleted.rows_affected() > 0 {
            self.audit(&mut transaction, at, &AuditEvent::Resumed).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(deleted.rows_affected() > 0)
    }

    async fn paused(&self) -> Result<Option<Pause>, StoreError> {
        self.pause_in(self.read()).await
    }

    async fn disk(&self) -> Result<DiskState, StoreError> {
        self.disk.state().map_err(unavailable)
    }
}
