//! `puppetmaster audit`: the record of what was decided and done, and whether anybody changed it.

use std::path::Path;
use std::process::ExitCode;

use assistant::audit::AuditEntry;
use ports::clock::Clock;
use serde_json::{Value, json};
use store::Store;

use crate::checkpoints;
use crate::cli::AuditCommand;
use crate::config::Config;
use crate::failure::{FAILED, Failure, codes};
use crate::wiring::{self, SystemClock};

pub(super) async fn audit(command: AuditCommand, config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    let file = config.checkpoints_file();
    match command {
        AuditCommand::List { at_most, json } => {
            list(&store.audit_entries(at_most).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        AuditCommand::Verify { checkpoints, json } => verify(&store, checkpoints.as_ref().unwrap_or(&file), json).await,
        AuditCommand::Checkpoint { to } => checkpoint(&store, to.as_ref().unwrap_or(&file)).await,
    }
}

fn list(entries: &[AuditEntry], is_json: bool) {
    if is_json {
        println!("{}", json!(entries));
        return;
    }
    if entries.is_empty() {
        println!("nothing was done yet");
    }
    for entry in entries {
        println!("{:>6}  {}  {:<15} {}", entry.number, wire::date::rfc2822(entry.at), entry.event.replace('_', " "), in_words(&entry.details));
    }
}

/// `task t1, by user`. What the program was set to is too long for a line; `--json` shows it.
fn in_words(details: &Value) -> String {
    let Some(details) = details.as_object() else { return details.to_string() };
    let shown = details.iter().filter(|(name, value)| name.as_str() != "settings" && !value.is_null());
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    shown.map(|(name, value)| format!("{} {}", name.replace('_', " "), word(value))).collect::<Vec<_>>().join(", ")
}

async fn verify(store: &Store, file: &Path, is_json: bool) -> Result<ExitCode, Failure> {
    let verified = store.verify_audit(checkpoints::read(file)?).await?;
    let is_whole = verified.findings.is_empty();
    if is_json {
        println!("{}", json!(verified));
    } else if is_whole {
        println!("{} entries, whole and in order; {} checkpoints agree ({})", verified.entries, verified.checkpoints, file.display());
    }
    if is_whole {
        return Ok(ExitCode::SUCCESS);
    }
    if is_json {
        return Ok(ExitCode::from(FAILED));
    }
    let findings: Vec<String> = verified.findings.iter().map(ToString::to_string).collect();
    Err(Failure::new(&codes::AUDIT_BROKEN, findings.join("\n  ")))
}

async fn checkpoint(store: &Store, file: &Path) -> Result<ExitCode, Failure> {
    let Some(checkpoint) = store.checkpoint(SystemClock.now()).await? else {
        println!("the audit log is empty; there is nothing to write down");
        return Ok(ExitCode::SUCCESS);
    };
    checkpoints::append(file, &checkpoint)?;
    println!("wrote down that entry {} is the last one, in {}", checkpoint.number, file.display());
    Ok(ExitCode::SUCCESS)
}
