//! `puppetmaster gate`: what the rules say of a call, question by question. Dials nobody and keeps nothing.

use std::process::ExitCode;

use assistant::compliance::number_gate::check_text;
use assistant::moment;
use assistant::task::{Schedule, TaskState};
use dialogue::brief::TaskType;
use engine::task_desk::{Errand, NotMade};
use ports::clock::Clock;
use serde_json::json;

use crate::cli::GateArgs;
use crate::config::Config;
use crate::decision_view;
use crate::failure::{Failure, REFUSED};
use crate::wiring::{self, SystemClock};

pub(super) async fn gate(args: &GateArgs, config: &Config) -> Result<ExitCode, Failure> {
    let now = SystemClock.now();
    let zone = config.zone();
    let at = args.at.as_deref().map_or(Ok(now), |text| moment::read(text, &zone, now))?;
    // A text such as `911` never becomes a number; what it is refused as is the whole answer.
    let number = check_text(&args.number, &config.allowed_regions()).map_err(|refusal| NotMade::Refused(refusal.into()))?;
    let (store, desk) = wiring::look_with_desk(config, args.strict).await?;
    let errand = Errand {
        task_type: args.task_type.map_or_else(|| TaskType::told_from(&args.intent), Into::into),
        number,
        callee_kind: args.callee.into(),
        intent: args.intent.clone(),
        principal: args.principal.clone().unwrap_or_else(|| config.user_name.as_str().to_owned()),
        context: Vec::new(),
        voicemail_message: None,
        persona: config.persona,
        limits: config.task_limits(),
        schedule: Schedule::default(),
    };
    let receipt = desk.receipt(&desk.unchecked_task(errand, TaskState::Draft)?).await?;
    let explained = desk.gate.explain(&receipt, at).await?;
    store.close().await;
    let record = &explained.record;
    if args.json {
        println!("{}", json!({ "is_allowed": record.is_cleared, "allowed_when": explained.allowed_when, "time_zone": zone, "record": record }));
    } else {
        print!("{}", record.explain());
        if let Some(allowed) = explained.allowed_when {
            println!("allowed: {}", decision_view::when(allowed, &zone));
        }
    }
    Ok(ExitCode::from(if record.is_cleared { 0 } else { REFUSED }))
}
