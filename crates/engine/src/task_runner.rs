//! Carries out tasks that nobody waits for: what is due is dialed in order, each at a good moment, and tried again as its plan says.
//!
//! Decides nothing about calls: the gate is asked at each dial as for every other call. Remembers nothing that matters: what is due,
//! and what is to follow an attempt, is in the store, so a restart goes on where it stopped. Other processes make tasks, approve them
//! and give them up in the meantime; so the store is looked at every second.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use ::assistant::attempt::Direction;
use ::assistant::batch::NextStart;
use ::assistant::codes;
use ::assistant::dependency::{self, Readiness, TaskEnd};
use ::assistant::dialing;
use ::assistant::refusal::{AllowedWhen, Refusals};
use ::assistant::schedule::{self, BestTime};
use ::assistant::task::{Line, Task, TaskState};
use ::assistant::task_plan::{AfterAttempt, TaskPlan};
use ports::batch_store::BatchStore;
use ports::plan_store::PlanStore;
use ports::policy_store::PolicyStore;
use ports::task_store::{StoreError, TaskStore};
use telephony::{AttemptId, TaskId, Timestamp};
use tokio::task::JoinSet;

use crate::assistant::Assistant;
use crate::directory::Directory;
use crate::gate;
use crate::series;
use crate::task_desk::NotMade;

/// How often the store is looked at for what other processes did.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// How often live calls are looked at whose task another process has given up: a person waits for the hang-up.
const CANCELS_WITHIN: Duration = Duration::from_millis(500);

/// Tasks that are looked at in one round. More than the calls that may run at once; the rest is due in the next round.
const AT_ONCE: u32 = 50;

/// After a refusal that names a moment in the past the task rests this long.
const RESTS: Duration = Duration::from_secs(1);

/// Carries out tasks by their plans.
pub struct TaskRunner {
    assistant: Arc<Assistant>,
    plans: Arc<dyn PlanStore>,
    batches: Arc<dyn BatchStore>,
    /// Any number, all equally likely.
    chance: fn() -> u32,
}

/// What became of a task that was due.
enum Start {
    /// It is called, or waits for another moment, or for somebody.
    Settled,
    /// No line is free: nor is there one for whoever is less urgent.
    NoLine,
}

impl TaskRunner {
    /// Returns a runner over the tasks of an installation that may dial.
    pub fn new(assistant: Arc<Assistant>, plans: Arc<dyn PlanStore>, batches: Arc<dyn BatchStore>, chance: fn() -> u32) -> Self {
        Self { assistant, plans, batches, chance }
    }

    /// Carries out what is due, until it is dropped. Calls that are live then go on by themselves.
    pub async fn run(&self) {
        let mut calls = JoinSet::new();
        loop {
            if let Err(error) = self.round(&mut calls).await {
                tracing::warn!(%error, "what is due cannot be looked at; it is tried again");
            }
            self.wait(&mut calls).await;
        }
    }

    /// Carries one task out until it has ended or waits for somebody.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::NotFound`] if there is no such task.
    pub async fn run_one(&self, task: &TaskId) -> Result<(), StoreError> {
        let mut calls = JoinSet::new();
        loop {
            self.follow_up().await?;
            let found = self.store().task(task).await?.ok_or(StoreError::NotFound)?;
            let due_at = self.plans.plan(task).await?.and_then(|planned| planned.due_at);
            match (found.state, due_at) {
                (TaskState::Approved, Some(due_at)) if due_at <= self.now() => {
                    self.start(task, &mut calls).await?;
                }
                // Its call is over, and only the carrier knows how: that is asked for beside, and after the next start.
                (TaskState::Running, _) if calls.is_empty() => return Ok(()),
                (TaskState::Running, _) => {}
                _ => return self.recur().await,
            }
            self.wait(&mut calls).await;
        }
    }

    /// Says what follows attempts that have ended, and starts what is due.
    async fn round(&self, calls: &mut JoinSet<()>) -> Result<(), StoreError> {
        self.follow_up().await?;
        self.recur().await?;
        // By a clock that nobody believes nothing is due and no moment is better than another.
        if self.assistant.desk().gate.clock_guard.doubt().is_some() {
            return Ok(());
        }
        // While nothing may be dialed the gate need not say so of every task every second.
        if self.policy().paused().await?.is_some() {
            return Ok(());
        }
        let disk = self.policy().disk().await?;
        if let Some(refusal) = dialing::check_disk(disk, self.assistant.desk().gate.rules.least_free_bytes).first() {
            tracing::debug!(code = refusal.code, "what is due waits for the disk");
            return Ok(());
        }
        for task in self.plans.due(self.now(), AT_ONCE).await? {
            if matches!(self.start(&task, calls).await?, Start::NoLine) {
                break;
            }
        }
        Ok(())
    }

    /// Waits for the end of a call, or a while.
    async fn wait(&self, calls: &mut JoinSet<()>) {
        tokio::select! {
            Some(_) = calls.join_next() => {}
            () = tokio::time::sleep(LOOKS_EVERY) => {}
        }
    }

    async fn start(&self, id: &TaskId, calls: &mut JoinSet<()>) -> Result<Start, StoreError> {
        let Some((task, planned)) = self.store().task(id).await?.zip(self.plans.plan(id).await?) else { return Ok(Start::Settled) };
        match self.readiness(&planned.plan).await? {
            Readiness::Ready => {}
            Readiness::WaitsFor(_) => return Ok(Start::Settled),
            Readiness::NotNeeded(_) => {
                self.store().set_task_state(id, TaskState::Canceled, self.now()).await?;
                return Ok(Start::Settled);
            }
        }
        if let Some(later) = self.later(&task, &planned.plan) {
            self.plans.set_due(id, Some(later)).await?;
            return Ok(Start::Settled);
        }
        if !self.has_room_in_batch(id).await? {
            return Ok(Start::Settled);
        }
        match self.assistant.execute_planned(id, Some(planned.plan.retry_of(&task))).await {
            Ok(live) => {
                calls.spawn(async move {
                    live.outcome().await;
                });
                Ok(Start::Settled)
            }
            Err(NotMade::Refused(refusals)) => self.refused(id, &refusals).await,
            Err(NotMade::Store(error @ (StoreError::Conflict | StoreError::Overtaken))) => {
                tracing::debug!(%error, "a task that was due is looked at again");
                Ok(Start::Settled)
            }
            Err(NotMade::Store(error)) => Err(error),
            // A secret was removed since the yes, or its words are no longer taken: only the user can mend that.
            Err(error @ (NotMade::NoSuchSecret { .. } | NotMade::Errand(_))) => {
                self.plans.set_due(id, None).await?;
                tracing::warn!(%error, "a task that was due cannot be carried out; it waits for somebody");
                Ok(Start::Settled)
            }
            // Another process was first, or gave it up.
            Err(NotMade::WrongState { .. } | NotMade::NoSuchTask) => Ok(Start::Settled),
        }
    }

    /// Returns when a better moment than now is. Where nobody real is rung every moment is as good as any.
    fn later(&self, task: &Task, plan: &TaskPlan) -> Option<Timestamp> {
        let now = self.now();
        if task.line == Line::Practice && !self.assistant.desk().gate.rules.strict_practice {
            return task.schedule.not_before.filter(|not_before| *not_before > now);
        }
        match schedule::best_time(&plan.ring(task), &task.schedule, now) {
            BestTime::At(at) if at > now => Some(at),
            // The gate says no to what is too late, and keeps why.
            BestTime::At(_) | BestTime::PastDeadline(_) | BestTime::Never => None,
        }
    }

    async fn refused(&self, id: &TaskId, refusals: &Refusals) -> Result<Start, StoreError> {
        let now = self.now();
        // The clock jumped since this round began. What is due stays due until it is believed again.
        if refusals.as_slice().iter().any(|refusal| refusal.code == codes::DIALING_CLOCK.code) {
            return Ok(Start::NoLine);
        }
        match refusals.allowed_when() {
            AllowedWhen::From(at) => self.plans.set_due(id, Some(at.max(now + RESTS))).await?,
            AllowedWhen::ACallEnds => return Ok(Start::NoLine),
            AllowedWhen::AfterRemedy | AllowedWhen::Never => {
                self.plans.set_due(id, None).await?;
                if refusals.as_slice().iter().any(|refusal| refusal.code == codes::SCHEDULE_EXPIRED.code) {
                    self.store().set_task_state(id, TaskState::Failed, now).await?;
                }
                tracing::info!(code = refusals.first().code, "a task that was due was refused; it waits for somebody");
            }
        }
        Ok(Start::Settled)
    }

    /// Says of every task whose attempt has ended whether it is tried again, and when.
    async fn follow_up(&self) -> Result<(), StoreError> {
        for id in self.plans.undecided().await? {
            let Some((task, planned)) = self.store().task(&id).await?.zip(self.plans.plan(&id).await?) else { continue };
            let attempts = self.store().attempts(&id).await?;
            let outbound = attempts.iter().rfind(|attempt| attempt.direction == Direction::Outbound);
            let last = outbound.and_then(|attempt| attempt.finish.as_ref());
            let (Some(last), Some((approval, _))) = (last, self.store().approval(&id).await?) else {
                self.plans.set_due(&id, None).await?;
                continue;
            };
            let receipt = self.assistant.desk().receipt(&task).await?;
            let ended = (last.disposition, gate::tried(&attempts));
            match planned.plan.after_attempt(&task, ended, &approval, &receipt, (self.chance)(), self.now()) {
                AfterAttempt::Again(at, approval) => self.plans.try_again(&id, &approval, at).await?,
                AfterAttempt::AwaitsApproval => self.plans.set_due(&id, None).await?,
                AfterAttempt::Over(_) => {
                    self.plans.set_due(&id, None).await?;
                    self.store().set_task_state(&id, TaskState::Failed, self.now()).await?;
                }
            }
        }
        Ok(())
    }

    /// Makes the next occurrence of every errand that comes back whose time has come, or whose last task has ended.
    async fn recur(&self) -> Result<(), StoreError> {
        for id in self.plans.to_follow(self.now()).await? {
            match series::follow(self.assistant.desk(), self.plans.as_ref(), &id, TaskState::Failed).await {
                Ok(_) | Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Returns whether the pace of a task's batch allows one more call now; of a task that belongs to none it does.
    async fn has_room_in_batch(&self, id: &TaskId) -> Result<bool, StoreError> {
        let Some(batch) = self.batches.batch_of(id).await? else { return Ok(true) };
        let now = self.now();
        let begun = self.batches.batch_begun(&batch.id, now).await?;
        Ok(batch.pace.after(&begun, now) == NextStart::At(now))
    }

    async fn readiness(&self, plan: &TaskPlan) -> Result<Readiness, StoreError> {
        let mut ends: Vec<(TaskId, TaskEnd)> = Vec::new();
        for dependency in &plan.dependencies {
            if let Some(end) = self.end_of(&dependency.on).await? {
                ends.push((dependency.on.clone(), end));
            }
        }
        Ok(dependency::readiness(&plan.dependencies, |on| ends.iter().find(|(id, _)| id == on).map(|(_, end)| *end)))
    }

    /// Returns how a task ended, if it has. One that is gone counts as ended.
    async fn end_of(&self, id: &TaskId) -> Result<Option<TaskEnd>, StoreError> {
        let state = self.store().task(id).await?.map(|task| task.state);
        if state.is_some_and(|state| !state.is_final()) {
            return Ok(None);
        }
        let attempts = self.store().attempts(id).await?;
        let last = attempts.last().and_then(|attempt| attempt.finish.as_ref());
        let outcome = last.and_then(|finish| finish.report.as_ref()).map(|report| report.outcome);
        // Given up without an attempt: by the user, or because one for which it waited made it needless.
        let was_not_needed = match self.plans.plan(id).await? {
            Some(planned) if state == Some(TaskState::Canceled) && attempts.is_empty() => {
                matches!(Box::pin(self.readiness(&planned.plan)).await?, Readiness::NotNeeded(_))
            }
            _ => false,
        };
        Ok(Some(TaskEnd { outcome, disposition: last.map(|finish| finish.disposition), was_not_needed }))
    }

    fn store(&self) -> &Arc<dyn TaskStore> {
        &self.assistant.desk().gate.store
    }

    fn policy(&self) -> &Arc<dyn PolicyStore> {
        &self.assistant.desk().gate.policy
    }

    fn now(&self) -> Timestamp {
        self.assistant.desk().gate.clock.now()
    }
}

/// Ends live calls whose task another process has given up, until it is dropped.
pub async fn end_what_was_given_up(plans: Arc<dyn PlanStore>, directory: Arc<Directory>) {
    let mut told: HashSet<AttemptId> = HashSet::new();
    loop {
        tokio::time::sleep(CANCELS_WITHIN).await;
        if directory.live() == 0 {
            told.clear();
            continue;
        }
        match plans.given_up().await {
            Ok(attempts) => {
                for attempt in attempts {
                    if !told.contains(&attempt) && directory.cancel(&attempt) {
                        told.insert(attempt);
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "it cannot be looked whether a call was given up; it is tried again"),
        }
    }
}
