//! `puppetmaster call`: receipt, yes or no, the call, the report.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use assistant::approval::{ApprovedBy, Receipt};
use assistant::compliance::number_gate::check_text;
use assistant::task::{Task, TaskState};
use assistant::task_plan::TaskPlan;
use dialogue::report::Outcome;
use engine::assistant::{Errand, LiveCall, NotMade};
use engine::call_driver::{CallOutcome, RoomWish};
use engine::live::LiveEvent;
use ports::clock::Clock;
use ports::plan_store::{PlanStore, Planned};
use ports::recording_vault::{ObjectKind, RecordingVault};
use telephony::{Disposition, PhoneNumber};
use tokio::sync::broadcast::error::RecvError;

use super::ending::Ending;
use super::errand::errand;
use super::series::{self, Wanted};
use super::typed::{KEYS, Typed, Wish};
use crate::cli::{CallArgs, ProviderArg};
use crate::config::Config;
use crate::failure::{FAILED, Failure, NOT_ACHIEVED, codes};
use crate::keeping;
use crate::live_view::LiveView;
use crate::report_view::{self, Finished};
use crate::wiring;

pub(super) async fn call(args: CallArgs, config: &Config) -> Result<ExitCode, Failure> {
    config
        .require_enabled()
        .map_err(|problem| Failure { remedy: problem.remedy().to_owned(), ..Failure::new(problem.entry, problem.what.clone()) })?;
    let config = &practising(args.provider, config)?;
    let errand = errand(&args.errand, config)?;
    let comes_back = series::wanted(&args.series, wiring::SystemClock.now(), config)?;
    let running = wiring::run(config, wiring::Purpose::Call { is_strict: args.strict }).await?;
    let desk = Desk { running: &running, telephone: config.operator_number.as_ref(), regions: &config.allowed_regions() };
    let made = make(&desk, errand, comes_back, &args, &config.zone()).await;
    running.stop().await;
    made
}

/// Returns the configuration with the practice network spoken to as this provider.
fn practising(provider: Option<ProviderArg>, config: &Config) -> Result<Config, Failure> {
    let Some(practised) = provider.map(Into::into) else { return Ok(config.clone()) };
    if config.phone_provider.is_real() {
        // Whoever means to practise must not ring anybody, and a real call goes to the account that is set up.
        let what = format!("`--provider` says how to practise, and `phone_provider` is {}", config.phone_provider.as_str());
        return Err(Failure::new(&codes::CARRIER_SETTINGS, what));
    }
    Ok(Config { practised, ..config.clone() })
}

/// Where the user sits: what they type during a call is done from here.
struct Desk<'a> {
    running: &'a wiring::Running,
    /// Their own.
    telephone: Option<&'a PhoneNumber>,
    /// Where guests may be rung.
    regions: &'a [String],
}

async fn make(desk: &Desk<'_>, errand: Errand, comes_back: Option<Wanted>, args: &CallArgs, zone: &str) -> Result<ExitCode, Failure> {
    let running = desk.running;
    let (is_agreed, is_json) = (args.yes, args.json);
    let comes_again = comes_back.is_some();
    let (task, receipt) = match comes_back {
        None => running.assistant.create_task(errand).await?,
        Some(comes_back) => create_first(running, errand, comes_back).await?,
    };
    if !is_json {
        println!("{}", report_view::receipt(&receipt));
    }
    if !is_agreed && !ask_user().await {
        running.assistant.cancel(&task.id).await?;
        return Err(Failure::of(&codes::APPROVAL_DENIED).refused());
    }
    let by = if is_agreed { ApprovedBy::StandingChoice } else { ApprovedBy::User };
    running.assistant.approve(&receipt, by).await?;
    let live = running.assistant.execute(&task.id).await?;
    let attempt = live.attempt.clone();
    let outcome = watch(desk, live, is_json).await.ok_or_else(|| Failure::of(&codes::CALL_LOST))?;
    // What a bucket does not take now waits here, sealed; `serve` and `data sweep` move it.
    let settled = keeping::settle(&running.vault).await?;
    let finished = Finished {
        waits: keeping::waiting_in_words(settled.as_ref()),
        task: &task.id,
        attempt: &attempt,
        recording: outcome.recorded.is_kept().then(|| running.vault.place(&attempt, ObjectKind::Recording)),
        currency: &receipt.currency,
        outcome: &outcome,
    };
    if is_json {
        println!("{}", report_view::report_json(&finished));
    } else {
        println!("\n{}", report_view::report(&finished));
    }
    if comes_again {
        let next = engine::series::follow(running.assistant.desk(), running.store.as_ref(), &task.id, TaskState::Failed).await?;
        if !is_json {
            series::told(next.as_ref(), zone);
        }
    }
    Ok(ExitCode::from(exit_code(&outcome)))
}

/// Keeps an errand as the first task of a series: called now, and again when its rhythm says.
async fn create_first(running: &wiring::Running, errand: Errand, comes_back: Wanted) -> Result<(Task, Receipt), Failure> {
    let desk = running.assistant.desk();
    let task = desk.task(errand, TaskState::AwaitingApproval)?;
    let receipt = desk.checked_receipt(&task).await?;
    let series = comes_back.begun_by(&task.id, task.created_at);
    let plan = TaskPlan { series: Some(series), ..TaskPlan::default() };
    running.store.create_planned(&task, &receipt, &Planned { plan, due_at: None }).await?;
    Ok((task, receipt))
}

impl Desk<'_> {
    /// Does what the user typed. What is in the way is said, and the call goes on.
    async fn obey(&self, live: &LiveCall, line: &str) {
        match Wish::of(line) {
            Some(Wish::TakeOver { is_cold }) => self.take_over(live, is_cold).await,
            Some(Wish::Mute) => live.wish(RoomWish::MuteMe),
            Some(Wish::Hold) => live.wish(RoomWish::HoldCallee),
            Some(Wish::Invite(number)) => match self.invitation(live, number).await {
                Ok(wish) => live.wish(wish),
                Err(failure) => eprintln!("  they cannot be rung: {} [{}]", failure.what, failure.code),
            },
            Some(Wish::Whisper) => live.wish(RoomWish::GuestWhispers),
            Some(Wish::RemoveGuest) => live.wish(RoomWish::RemoveGuest),
            Some(Wish::Announce(words)) => live.wish(RoomWish::Announce(words.to_owned())),
            None if line.trim().is_empty() => {}
            None => eprintln!("  {KEYS}"),
        }
    }

    /// Rings the user's telephone for them to take the call over.
    async fn take_over(&self, live: &LiveCall, is_cold: bool) {
        let Some(telephone) = self.telephone else {
            eprintln!("  your own telephone is not known; set operator_number in the configuration");
            return;
        };
        match self.running.assistant.takeover_order(live, telephone, is_cold).await {
            Ok(order) => live.take_over(order),
            Err(error) => {
                let failure = Failure::from(error);
                eprintln!("  your telephone cannot be rung: {} [{}]", failure.what, failure.code);
            }
        }
    }

    async fn invitation(&self, live: &LiveCall, number: &str) -> Result<RoomWish, Failure> {
        let number = check_text(number, self.regions).map_err(|refusal| NotMade::Refused(refusal.into()))?;
        Ok(self.running.assistant.invitation(live, &number).await?)
    }
}

/// Shows the call until it is over, and does what the user types meanwhile ([`KEYS`]). The first wish to end says goodbye, the second
/// hangs up at once.
async fn watch(desk: &Desk<'_>, mut live: LiveCall, is_json: bool) -> Option<CallOutcome> {
    let mut view = (!is_json).then(|| LiveView::new(io::stdout().is_terminal()));
    let mut interrupts = 0;
    let mut ending = Ending::new();
    let mut typed = Typed::begin();
    loop {
        tokio::select! {
            line = typed.next() => desk.obey(&live, &line).await,
            event = live.events.recv() => match event {
                Ok(event) => {
                    if let Some(view) = &mut view {
                        view.show(&event);
                    }
                    if event == LiveEvent::Ended {
                        break;
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            },
            () = ending.next() => {
                interrupts += 1;
                if interrupts == 1 {
                    eprintln!("\nsaying goodbye and hanging up; press Ctrl-C again to hang up at once");
                    live.end_politely();
                } else {
                    live.cancel();
                }
            }
        }
    }
    live.outcome().await
}

fn exit_code(outcome: &CallOutcome) -> u8 {
    let could_not_call = matches!(
        outcome.disposition,
        Disposition::CarrierRejected
            | Disposition::Throttled
            | Disposition::FailedUnknown
            | Disposition::SetupFailed
            | Disposition::Interrupted
            | Disposition::LineDropped
    );
    match outcome.report.outcome {
        Outcome::Achieved => 0,
        Outcome::Partly | Outcome::NotAchieved | Outcome::Unconfirmed if could_not_call => FAILED,
        Outcome::Partly | Outcome::NotAchieved | Outcome::Unconfirmed => NOT_ACHIEVED,
    }
}

async fn ask_user() -> bool {
    print!("  Call now? [y/N] ");
    // A prompt that cannot be shown is answered by whoever types anyway.
    let _ = io::stdout().flush();
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let answer = answer.await.ok().and_then(Result::ok).unwrap_or_default();
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
