//! `puppetmaster standing`: a yes given beforehand, to calls of a narrow kind.

use std::path::Path;
use std::process::ExitCode;

use assistant::moment;
use assistant::standing_approval::StandingApproval;
use ports::clock::Clock;
use ports::policy_store::PolicyStore;
use ports::task_store::StoreError;
use serde_json::json;
use telephony::Timestamp;
use telephony::cost::Micros;

use super::do_not_call::parsed;
use crate::cli::StandingCommand;
use crate::config::Config;
use crate::config::setting::{Around, Setting};
use crate::failure::{Failure, codes};
use crate::wiring::{self, SystemClock, make_token};

pub(super) async fn standing(command: StandingCommand, config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    let (zone, now) = (config.zone(), SystemClock.now());
    match command {
        StandingCommand::Add { number, most_a_call, until, task_type } => {
            let standing = StandingApproval {
                id: make_token(),
                number: parsed(&number)?,
                task_type: task_type.map(Into::into),
                most_a_call: amount(&most_a_call)?,
                given_at: now,
                expires_at: moment::read(&until, &zone, now)?,
                revoked_at: None,
            };
            let checked = standing.check();
            checked.map_err(|error| Failure::new(&assistant::codes::APPROVAL_STANDING, error.to_string()).refused())?;
            store.keep_standing_approval(&standing).await?;
            println!("{}", in_words(&standing, &zone, now));
        }
        StandingCommand::List { json } => {
            let all = store.standing_approvals(None).await?;
            if json {
                println!("{}", json!(all));
            } else if all.is_empty() {
                println!("there is none; every task is approved by itself");
            } else {
                all.iter().for_each(|standing| println!("{}", in_words(standing, &zone, now)));
            }
        }
        StandingCommand::Revoke { id } => {
            store.revoke_standing_approval(&id, now).await.map_err(|error| match error {
                StoreError::NotFound => Failure::of(&codes::STANDING_UNKNOWN),
                other => other.into(),
            })?;
            println!("{id}  taken back; what it has approved and nobody has dialed is void");
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn amount(text: &str) -> Result<Micros, Failure> {
    let mut amount = Micros::ZERO;
    let around = Around { directory: Path::new("."), home: None };
    amount.set(text, &around).map_err(|_| Failure::of(&codes::BAD_AMOUNT))?;
    Ok(amount)
}

fn in_words(standing: &StandingApproval, zone: &str, now: Timestamp) -> String {
    let errands = standing.task_type.map_or_else(|| "any errand".to_owned(), |kind| json!(kind).as_str().unwrap_or_default().replace('_', " "));
    let state = match standing.revoked_at {
        Some(at) => format!("taken back {}", moment::show(at, zone)),
        None if standing.expires_at <= now => format!("ran out {}", moment::show(standing.expires_at, zone)),
        None => format!("until {}", moment::show(standing.expires_at, zone)),
    };
    let number = standing.number.in_international_format();
    format!("{}  {number:<18}  {errands}, at most {} a call, {state}", standing.id, standing.most_a_call)
}
