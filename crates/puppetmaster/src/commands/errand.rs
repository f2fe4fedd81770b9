//! Making an errand of what was typed.

use assistant::compliance::number_gate::check_text;
use assistant::task::Schedule;
use dialogue::brief::TaskType;
use engine::assistant::{Errand, NotMade};

use crate::cli::ErrandArgs;
use crate::config::Config;
use crate::failure::{Failure, codes};

/// Returns the errand, at no particular time and with the usual limits.
///
/// # Errors
/// The number may not be called, or a fact is no label with a value.
pub(super) fn errand(args: &ErrandArgs, config: &Config) -> Result<Errand, Failure> {
    let number = check_text(&args.number, &config.allowed_regions()).map_err(|refusal| NotMade::Refused(refusal.into()))?;
    Ok(Errand {
        task_type: args.task_type.map_or_else(|| TaskType::told_from(&args.intent), Into::into),
        number,
        callee_kind: args.callee.into(),
        context: facts(&args.facts)?,
        intent: args.intent.clone(),
        principal: args.principal.clone().unwrap_or_else(|| config.user_name.as_str().to_owned()),
        voicemail_message: args.voicemail.clone(),
        persona: config.persona,
        limits: config.task_limits(),
        schedule: Schedule::default(),
    })
}

pub(super) fn facts(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let split = |fact: &String| {
        fact.split_once('=').map(|(label, value)| (label.trim().to_owned(), value.trim().to_owned())).ok_or_else(|| Failure::of(&codes::BAD_FACT))
    };
    given.iter().map(split).collect()
}
