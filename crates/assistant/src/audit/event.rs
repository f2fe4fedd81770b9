//! What is written to the audit log: the closed list of events, with what each tells.

use serde_json::{Value, json};
use telephony::cost::Micros;
use telephony::{AttemptId, Disposition, TaskId, Timestamp};

use crate::approval::{ApprovedBy, ReceiptHash};
use crate::compliance::line_kind::{KindSource, LineKind};
use crate::compliance::retention::Retention;

/// Something that is written to the audit log. Holds no number, name or word of anybody: a subject is an identity of chance.
#[derive(Clone, PartialEq, Debug)]
pub enum AuditEvent {
    /// The program was started to make or take calls.
    Started {
        /// Its version.
        version: String,
        /// SHA-256 of the configuration in force, without its secrets.
        configuration: String,
        /// Keys that are not as built in: path and value, private and secret ones masked.
        settings: Vec<(String, String)>,
    },
    /// A receipt was made for a task.
    TaskMade {
        /// The task.
        task: TaskId,
        /// Whom it concerns.
        subject: String,
        /// What would be approved.
        receipt: ReceiptHash,
    },
    /// Somebody said yes to a receipt.
    Approved {
        /// The task.
        task: TaskId,
        /// To what.
        receipt: ReceiptHash,
        /// Who.
        by: ApprovedBy,
        /// Until when the yes is good.
        until: Timestamp,
    },
    /// The gate said no.
    Refused {
        /// The task.
        task: TaskId,
        /// The stable codes of the refusals, the most important first.
        codes: Vec<String>,
    },
    /// The gate said yes: money is reserved and the approval used up.
    Cleared {
        /// The task.
        task: TaskId,
        /// The attempt that may dial, once.
        attempt: AttemptId,
        /// Whom it rings.
        subject: String,
        /// What was approved.
        receipt: ReceiptHash,
        /// What it may cost.
        worst_case: Micros,
    },
    /// The request to dial leaves next.
    Dialing {
        /// The attempt.
        attempt: AttemptId,
    },
    /// An attempt ended.
    Ended {
        /// The attempt.
        attempt: AttemptId,
        /// How.
        disposition: Disposition,
        /// What it cost by our reckoning.
        cost: Micros,
    },
    /// Somebody asked never to be called again.
    StopRequested {
        /// Who.
        subject: String,
        /// In which attempt.
        attempt: AttemptId,
    },
    /// A task was changed: earlier approvals of it are void.
    TaskEdited {
        /// The task.
        task: TaskId,
        /// What would be approved now.
        receipt: ReceiptHash,
    },
    /// A task was given up.
    TaskCanceled {
        /// The task.
        task: TaskId,
    },
    /// An entry was put on the do-not-call list by hand or by an import.
    Barred {
        /// Whom it protects.
        subject: String,
        /// The entry.
        entry: String,
    },
    /// An entry of the do-not-call list was lifted.
    Lifted {
        /// Whom it protected; `None` if the number was erased.
        subject: Option<String>,
        /// The entry.
        entry: String,
    },
    /// The national registry was imported; it takes the place of the one before.
    RegistryImported {
        /// SHA-256 of the list.
        sha256: String,
        /// How many numbers it lists.
        numbers: u64,
        /// The day that it speaks of.
        as_of: Timestamp,
    },
    /// A consent was written down.
    ConsentKept {
        /// Whose.
        subject: String,
        /// The consent.
        consent: String,
    },
    /// A consent was taken back.
    ConsentRevoked {
        /// The consent.
        consent: String,
    },
    /// Somebody said what kind of line a number is.
    LineKept {
        /// Whose.
        subject: String,
        /// Which kind.
        kind: LineKind,
        /// Who says so.
        source: KindSource,
    },
    /// A yes to calls of a narrow kind was given.
    StandingGiven {
        /// Its name.
        standing: String,
        /// Whom the calls would ring.
        subject: String,
        /// The most that one may cost.
        most_a_call: Micros,
        /// Until when it is good.
        until: Timestamp,
    },
    /// Such a yes was taken back.
    StandingRevoked {
        /// Its name.
        standing: String,
    },
    /// All dialing was paused.
    Paused,
    /// The pause was ended.
    Resumed,
    /// Things are kept for another time than before.
    RetentionChanged {
        /// How long before.
        before: Retention,
        /// How long from now on.
        now: Retention,
    },
    /// Data of a subject, or of all, was written to a file.
    Exported {
        /// Whose; `None` is everybody.
        subject: Option<String>,
        /// How many calls.
        calls: u64,
    },
    /// An export was read in.
    Imported {
        /// How many calls.
        calls: u64,
    },
    /// The key of a subject was destroyed and what it had sealed was deleted.
    Erased {
        /// Whose; `None` is everybody.
        subject: Option<String>,
        /// How many calls.
        calls: u64,
    },
    /// Data had been kept for as long as it may be.
    Expired {
        /// Which class: recording, transcript, trace, task.
        class: String,
        /// How many things were deleted.
        count: u64,
    },
    /// A secret of the user was kept, or got another value.
    SecretKept,
    /// A secret of the user was removed.
    SecretRemoved,
    /// All keys were sealed anew by another master key.
    KeysRotated {
        /// How many.
        keys: u64,
    },
}

impl AuditEvent {
    /// Returns the stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::TaskMade { .. } => "task_made",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
            Self::Cleared { .. } => "cleared",
            Self::Dialing { .. } => "dialing",
            Self::Ended { .. } => "ended",
            Self::StopRequested { .. } => "stop_requested",
            Self::TaskEdited { .. } => "task_edited",
            Self::TaskCanceled { .. } => "task_canceled",
            Self::Barred { .. } => "barred",
            Self::Lifted { .. } => "lifted",
            Self::RegistryImported { .. } => "registry_imported",
            Self::ConsentKept { .. } => "consent_kept",
            Self::ConsentRevoked { .. } => "consent_revoked",
            Self::LineKept { .. } => "line_kept",
            Self::StandingGiven { .. } => "standing_given",
            Self::StandingRevoked { .. } => "standing_revoked",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::RetentionChanged { .. } => "retention_changed",
            Self::Exported { .. } => "exported",
            Self::Imported { .. } => "imported",
            Self::Erased { .. } => "erased",
            Self::Expired { .. } => "expired",
            Self::SecretKept => "secret_kept",
            Self::SecretRemoved => "secret_removed",
            Self::KeysRotated { .. } => "keys_rotated",
        }
    }

    /// Returns what it tells, as an object of flat values.
    pub fn details(&self) -> Value {
        match self {
            Self::Started { version, configuration, settings } => {
                let settings: Vec<String> = settings.iter().map(|(path, value)| format!("{path}={value}")).collect();
                json!({ "version": version, "configuration": configuration, "settings": settings })
            }
            Self::TaskMade { task, subject, receipt } => json!({ "task": task, "subject": subject, "receipt": receipt }),
            Self::Approved { task, receipt, by, until } => json!({ "task": task, "receipt": receipt, "by": by, "until": until }),
            Self::Refused { task, codes } => json!({ "task": task, "codes": codes }),
            Self::Cleared { task, attempt, subject, receipt, worst_case } => {
                json!({ "task": task, "attempt": attempt, "subject": subject, "receipt": receipt, "worst_case_micros": worst_case })
            }
            Self::Dialing { attempt } => json!({ "attempt": attempt }),
            Self::Ended { attempt, disposition, cost } => json!({ "attempt": attempt, "disposition": disposition, "cost_micros": cost }),
            Self::StopRequested { subject, attempt } => json!({ "subject": subject, "attempt": attempt }),
            Self::TaskEdited { task, receipt } => json!({ "task": task, "receipt": receipt }),
            Self::TaskCanceled { task } => json!({ "task": task }),
            Self::Barred { subject, entry } => json!({ "subject": subject, "entry": entry }),
            Self::Lifted { subject, entry } => json!({ "subject": subject, "entry": entry }),
            Self::RegistryImported { sha256, numbers, as_of } => json!({ "sha256": sha256, "numbers": numbers, "as_of": as_of }),
            Self::ConsentKept { subject, consent } => json!({ "subject": subject, "consent": consent }),
            Self::ConsentRevoked { consent } => json!({ "consent": consent }),
            Self::LineKept { subject, kind, source } => json!({ "subject": subject, "kind": kind, "source": source }),
            Self::StandingGiven { standing, subject, most_a_call, until } => {
                json!({ "standing": standing, "subject": subject, "most_a_call_micros": most_a_call, "until": until })
            }
            Self::StandingRevoked { standing } => json!({ "standing": standing }),
            Self::Paused | Self::Resumed | Self::SecretKept | Self::SecretRemoved => json!({}),
            Self::RetentionChanged { before, now } => json!({ "before": days(*before), "now": days(*now) }),
            Self::Exported { subject, calls } | Self::Erased { subject, calls } => json!({ "subject": subject, "calls": calls }),
            Self::Imported { calls } => json!({ "calls": calls }),
            Self::Expired { class, count } => json!({ "class": class, "count": count }),
            Self::KeysRotated { keys } => json!({ "keys": keys }),
        }
    }
}

/// Returns it as a flat text, as everything in the log is.
fn days(retention: Retention) -> String {
    let Retention { recording_days, transcript_days, trace_days, task_days } = retention;
    format!("recording {recording_days}, transcript {transcript_days}, trace {trace_days}, task {task_days}")
}
