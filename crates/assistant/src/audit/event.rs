//! What is written to the audit log: the closed list of events, with what each tells.

use serde_json::{Value, json};
use telephony::cost::Micros;
use telephony::{AttemptId, Disposition, TaskId, Timestamp};

use crate::approval::{ApprovedBy, ReceiptHash};

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
            Self::Exported { .. } => "exported",
            Self::Imported { .. } => "imported",
            Self::Erased { .. } => "erased",
            Self::Expired { .. } => "expired",
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
            Self::Exported { subject, calls } | Self::Erased { subject, calls } => json!({ "subject": subject, "calls": calls }),
            Self::Imported { calls } => json!({ "calls": calls }),
            Self::Expired { class, count } => json!({ "class": class, "count": count }),
            Self::KeysRotated { keys } => json!({ "keys": keys }),
        }
    }
}
