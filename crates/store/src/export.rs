//! Everything that is kept of somebody, as rows in the clear, and back again.
//!
//! One table says which columns there are and which of them are sealed, so that reading and writing cannot drift apart. Keyed
//! hashes and identities of subjects stay out: they are this installation's, and are made anew where the rows are read in.

use assistant::audit::AuditEvent;
use ports::secret_store::SecretStore;
use ports::task_store::StoreError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::sqlite::SqliteRow;
use sqlx::{Column, Row, SqliteConnection, TypeInfo, ValueRef};
use telephony::{PhoneNumber, Timestamp};

use crate::attempts::column;
use crate::database::{Store, Survives, told};
use crate::entered::Entered;
use crate::erasure::Whose;

/// The version of the form. A reader refuses others.
const FORM: &str = "puppetmaster export 2";

/// A table as it is exported.
struct Table {
    name: &'static str,
    /// Its columns, in the order in which they are read.
    columns: &'static [&'static str],
    /// Which of them are sealed.
    sealed: &'static [&'static str],
    /// Which rows are a subject's.
    of_subject: &'static str,
    /// The columns that name the place of a seal.
    key: &'static [&'static str],
}

const OF_TASK: &str = "task_id IN (SELECT id FROM tasks WHERE subject = ?)";
const OF_ATTEMPT: &str = "attempt_id IN (SELECT attempts.id FROM attempts JOIN tasks ON tasks.id = task_id WHERE subject = ?)";

/// In an order in which every row finds what it refers to.
const TABLES: [Table; 13] = [
    Table {
        name: "tasks",
        columns: &["id", "state", "created_at", "task_type", "body", "receipt"],
        sealed: &["body", "receipt"],
        of_subject: "subject = ? AND length(body) > 0",
        key: &["id"],
    },
    Table {
        name: "approvals",
        columns: &["task_id", "number", "receipt_hash", "approved_at", "expires_at", "approved_by", "used_by"],
        sealed: &[],
        of_subject: OF_TASK,
        key: &[],
    },
    Table {
        name: "attempts",
        columns: &[
            "id",
            "task_id",
            "number",
            "state",
            "state_rank",
            "callee",
            "receipt_hash",
            "reserved",
            "began_at",
            "moved_at",
            "disposition",
            "answered_ms",
            "ended_at",
            "direction",
        ],
        sealed: &["callee"],
        of_subject: OF_TASK,
        key: &["id"],
    },
    Table {
        name: "decisions",
        columns: &["attempt_id", "task_id", "decided_at", "is_cleared", "body"],
        sealed: &["body"],
        of_subject: OF_TASK,
        key: &["attempt_id"],
    },
    // Without the moment at which it is due: what is read in elsewhere dials nobody by itself.
    Table { name: "plans", columns: &["task_id", "priority", "body"], sealed: &["body"], of_subject: OF_TASK, key: &["task_id"] },
    Table { name: "calls", columns: &["carrier_call", "attempt_id", "known_at"], sealed: &[], of_subject: OF_ATTEMPT, key: &[] },
    Table {
        name: "leg_events",
        columns: &["attempt_id", "carrier_call", "event_key", "state", "received_at"],
        sealed: &[],
        of_subject: OF_ATTEMPT,
        key: &[],
    },
    Table { name: "turns", columns: &["attempt_id", "number", "body"], sealed: &["body"], of_subject: OF_ATTEMPT, key: &["attempt_id", "number"] },
    Table { name: "reports", columns: &["attempt_id", "outcome", "body"], sealed: &["body"], of_subject: OF_ATTEMPT, key: &["attempt_id"] },
    Table { name: "costs", columns: &["attempt_id", "reckoned", "settled", "settled_at"], sealed: &[], of_subject: OF_ATTEMPT, key: &[] },
    Table {
        name: "call_figures",
        columns: &["attempt_id", "task_type", "region", "hour", "limit_ms", "provider", "is_recorded", "response_ms", "passed_over", "asked_wait_ms"],
        sealed: &[],
        of_subject: OF_ATTEMPT,
        key: &[],
    },
    Table {
        name: "expenses",
        columns: &["id", "kind", "attempt_id", "reserved", "began_at", "cost", "ended_at"],
        sealed: &[],
        of_subject: OF_ATTEMPT,
        key: &[],
    },
    Table {
        name: "visits",
        columns: &[
            "id",
            "carrier_call",
            "caller",
            "came_at",
            "ended_at",
            "length_ms",
            "legs",
            "cost",
            "recording",
            "message_state",
            "message_at",
            "message_ms",
            "words",
        ],
        sealed: &["caller", "words"],
        of_subject: "subject = ? AND caller IS NOT NULL",
        key: &["id"],
    },
];

/// Sealed with the installation's own key: they name nobody and hold no word of a call.
const OF_NOBODY: [&str; 2] = ["decisions", "plans"];

/// What is kept of one subject: table by table, row by row.
type Rows = Map<String, Value>;

/// What is kept of one subject.
#[derive(Serialize, Deserialize)]
struct Subject {
    /// `None` if nothing names the number any more.
    number: Option<PhoneNumber>,
    entered: Entered,
    #[serde(flatten)]
    rows: Rows,
}

/// What is kept of somebody, in the clear.
#[derive(Serialize, Deserialize)]
pub struct Export {
    form: String,
    /// When it was written.
    pub exported_at: Timestamp,
    subjects: Vec<Subject>,
    /// The names of the user's secrets; their values leave no installation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<String>,
}

impl Export {
    /// Returns the identities of the calls, whose recordings and traces belong with it.
    pub fn calls(&self) -> Vec<String> {
        let ids = |rows: &Rows, table: &str| -> Vec<String> {
            rows.get(table).and_then(Value::as_array).into_iter().flatten().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
        };
        self.subjects.iter().flat_map(|subject| [ids(&subject.rows, "attempts"), ids(&subject.rows, "visits")].concat()).collect()
    }
}

impl Store {
    /// Returns everything that is kept of somebody. The audit log tells that it was asked for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn export(&self, whose: Whose<'_>, now: Timestamp) -> Result<Export, StoreError> {
        let mut export = Export { form: FORM.to_owned(), exported_at: now, subjects: Vec::new(), secrets: Vec::new() };
        if let Whose::Everybody = whose {
            export.secrets = self.secrets().await?.into_iter().map(|kept| kept.name).collect();
        }
        let subjects = self.subjects(whose).await?;
        for subject in &subjects {
            let mut rows = Rows::new();
            for table in &TABLES {
                let sql = format!("SELECT {} FROM {} WHERE {} ORDER BY rowid", table.columns.join(", "), table.name, table.of_subject);
                let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(subject).fetch_all(self.read()).await.map_err(|error| told(&error))?;
                let found: Vec<Value> = found.iter().map(|row| self.row_json(table, subject, row)).collect::<Result<_, _>>()?;
                rows.insert(table.name.to_owned(), Value::Array(found));
            }
            let (entered, number) = self.entered(subject).await?;
            export.subjects.push(Subject { number: number_of(&rows).or(number), entered, rows });
        }
        let subject = match whose {
            Whose::Everybody => None,
            Whose::Callee(_) => subjects.into_iter().next(),
        };
        self.note(&AuditEvent::Exported { subject, calls: export.calls().len() as u64 }, now).await?;
        Ok(export)
    }

    /// Reads an export in, all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if something of it is here already; [`StoreError::Corrupt`] if it is none that this version can read,
    /// or was made while a call was running.
    pub async fn import(&self, export: &Export, now: Timestamp) -> Result<(), StoreError> {
        if export.form != FORM {
            return Err(StoreError::Corrupt);
        }
        let mut transaction = self.write(Survives::PowerLoss).await?;
        for Subject { number, entered, rows } in &export.subjects {
            let Some(number) = number else { continue };
            let subject = self.subject_of(&mut transaction, number, now).await?;
            for table in &TABLES {
                for row in rows.get(table.name).and_then(Value::as_array).into_iter().flatten() {
                    self.insert_row(&mut transaction, table, &subject, number, row).await?;
                }
            }
            self.insert_entered(&mut transaction, number, entered).await?;
        }
        self.audit(&mut transaction, now, &AuditEvent::Imported { calls: export.calls().len() as u64 }).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    fn row_json(&self, table: &Table, subject: &str, row: &SqliteRow) -> Result<Value, StoreError> {
        let mut json = Map::new();
        for (index, cell) in row.columns().iter().enumerate() {
            let raw = row.try_get_raw(index).map_err(|error| told(&error))?;
            let value = if raw.is_null() {
                Value::Null
            } else if table.sealed.contains(&cell.name()) {
                let place = place(table, cell.name(), &json)?;
                let subject = Some(subject).filter(|_| !OF_NOBODY.contains(&table.name));
                self.open_for::<Value>(subject, &place, &column::<Vec<u8>>(row, index)?)?.unwrap_or(Value::Null)
            } else if raw.type_info().name() == "BOOLEAN" {
                Value::Bool(column(row, index)?)
            } else if raw.type_info().name() == "TEXT" {
                Value::String(column(row, index)?)
            } else {
                Value::from(column::<i64>(row, index)?)
            };
            json.insert(cell.name().to_owned(), value);
        }
        Ok(Value::Object(json))
    }

    async fn insert_row(
        &self,
        connection: &mut SqliteConnection,
        table: &Table,
        subject: &str,
        number: &PhoneNumber,
        row: &Value,
    ) -> Result<(), StoreError> {
        let row = row.as_object().ok_or(StoreError::Corrupt)?;
        // A call that was running there is not running here, and must not be taken for one that a crash left behind.
        if table.name == "attempts" && row.get("state").and_then(Value::as_str) != Some("terminal") {
            return Err(StoreError::Corrupt);
        }
        let mut names = table.columns.to_vec();
        match table.name {
            "tasks" | "visits" => names.push("subject"),
            "attempts" => names.push("callee_key"),
            _ => {}
        }
        // The names are ours; what came from outside is bound.
        let marks = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", table.name, names.join(", "));
        let mut insert = sqlx::query(sqlx::AssertSqlSafe(sql));
        for name in table.columns {
            let value = row.get(*name).unwrap_or(&Value::Null);
            insert = match value {
                Value::Null if table.sealed.contains(name) && table.name != "visits" => insert.bind(Vec::<u8>::new()),
                Value::Null => insert.bind(None::<i64>),
                value if table.sealed.contains(name) && OF_NOBODY.contains(&table.name) => {
                    insert.bind(self.close_json(&place(table, name, row)?, value)?)
                }
                value if table.sealed.contains(name) => insert.bind(self.close_for(subject, &place(table, name, row)?, value)?),
                Value::String(text) => insert.bind(text.clone()),
                Value::Bool(is_so) => insert.bind(*is_so),
                value => insert.bind(value.as_i64().ok_or(StoreError::Corrupt)?),
            };
        }
        insert = match table.name {
            "tasks" | "visits" => insert.bind(subject.to_owned()),
            "attempts" => insert.bind(self.seal.lookup(number.as_e164())),
            _ => insert,
        };
        insert.execute(connection).await.map_err(|error| told(&error))?;
        Ok(())
    }
}

/// The place of a seal: `turns.body/a1/3`.
fn place(table: &Table, name: &str, row: &Map<String, Value>) -> Result<String, StoreError> {
    let mut place = format!("{}.{name}", table.name);
    for key in table.key {
        let part = match row.get(*key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err(StoreError::Corrupt),
        };
        place.push('/');
        place.push_str(&part);
    }
    Ok(place)
}

/// Whose rows they are: every task and every visit names the number.
fn number_of(rows: &Rows) -> Option<PhoneNumber> {
    let first = |table: &str, path: &str| rows.get(table)?.get(0)?.pointer(path)?.as_str().map(str::to_owned);
    let text = first("tasks", "/body/number").or_else(|| first("visits", "/caller"))?;
    PhoneNumber::parse(&text).ok()
}
