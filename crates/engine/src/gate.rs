//! The gate at work: gathers what the rules ask about, has them decide, and writes the decision down.
//!
//! Decides nothing itself; that is [`assistant::policy`]. A fact that cannot be had, and a decision that cannot be kept, is a no:
//! the error goes up and nothing dials.

use std::sync::Arc;

use ::assistant::approval::{Approval, Receipt};
use ::assistant::attempt::{AttemptState, Direction};
use ::assistant::compliance::calling_hours::{self, Ring};
use ::assistant::compliance::line_kind::KnownLine;
use ::assistant::compliance::standing::Standing;
use ::assistant::decision_record::DecisionRecord;
use ::assistant::notice::Notice;
use ::assistant::policy::{self, Decision, Facts, Rules};
use ::assistant::refusal::AllowedWhen;
use ::assistant::retry::Tried;
use ports::clock::Clock;
use ports::policy_store::PolicyStore;
use ports::task_store::{AttemptRecord, StoreError, TaskStore};
use telephony::{AttemptId, Private, TaskId, Timestamp};

use crate::breakers::Breakers;
use crate::clock_guard::ClockGuard;

/// How many moments are tried before the search for one at which a call would be allowed is given up: each time another question
/// names a later one.
const TRIED_AT_MOST: usize = 8;

/// The attempt of a decision that nobody means to act on.
const PREVIEW: &str = "preview";

/// Asks the rules.
#[derive(Clone)]
pub struct Gate {
    /// Attempts, approvals and money.
    pub store: Arc<dyn TaskStore>,
    /// The do-not-call list, consents, the pause; and where decisions are kept.
    pub policy: Arc<dyn PolicyStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What may be done.
    pub rules: Rules,
    /// Which phone providers are left alone for a while.
    pub breakers: Arc<Breakers>,
    /// Whether the time can be believed.
    pub clock_guard: ClockGuard,
}

/// What would be decided, and when it would be a yes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The decision at the moment that was asked about.
    pub record: DecisionRecord,
    /// When it would be allowed, all else equal; `None` if it is allowed at that moment.
    pub allowed_when: Option<AllowedWhen>,
}

impl Gate {
    /// Decides whether an attempt of a task may dial now. A refusal is on disk when this returns; a clearance is written with its
    /// intent ([`TaskStore::commit_intent`]).
    ///
    /// # Errors
    /// [`StoreError`]: dial nobody.
    pub async fn decide(&self, task: &TaskId, receipt: &Receipt, attempt: &AttemptId) -> Result<Decision, StoreError> {
        let known = Known::of(self, receipt, Some(task), self.clock.now()).await?;
        let decision = policy::decide(&known.facts(self, receipt, attempt.clone()));
        if let Err(refusals) = &decision.verdict {
            self.policy.keep_decision(task, &decision.record).await?;
            self.store.refused(task, refusals, decision.record.decided_at).await?;
        }
        Ok(decision)
    }

    /// Returns what the user should know of a receipt that nobody has approved yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notices(&self, receipt: &Receipt) -> Result<Vec<Notice>, StoreError> {
        let known = Known::of(self, receipt, None, self.clock.now()).await?;
        Ok(policy::notices(&known.facts(self, receipt, AttemptId::new(PREVIEW))))
    }

    /// Explains what would be decided of a receipt at a moment, if the user said yes, and when it would be allowed. Keeps nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn explain(&self, receipt: &Receipt, at: Timestamp) -> Result<Explanation, StoreError> {
        let record = self.explain_at(receipt, at).await?;
        let mut allowed_when = record.allowed_when();
        for _ in 0..TRIED_AT_MOST {
            let Some(AllowedWhen::From(moment)) = allowed_when else { break };
            // A cap may end at night: the moment counts if the whole of the rules allow it.
            match self.explain_at(receipt, moment).await?.allowed_when() {
                None => break,
                later => allowed_when = later,
            }
        }
        Ok(Explanation { record, allowed_when })
    }

    async fn explain_at(&self, receipt: &Receipt, at: Timestamp) -> Result<DecisionRecord, StoreError> {
        let known = Known::of(self, receipt, None, at).await?;
        Ok(policy::explain(&known.facts(self, receipt, AttemptId::new(PREVIEW))))
    }
}

/// What was read for one decision.
struct Known {
    approval: Option<(Approval, bool)>,
    attempts_made: u32,
    has_opted_out: bool,
    standing: Standing,
    now: Timestamp,
    hours: calling_hours::CalleeHours,
    usage: ::assistant::rate_limit::Usage,
    spending: ::assistant::budget::Spending,
    pause: Option<::assistant::dialing::Pause>,
    resting: Option<::assistant::breaker::Resting>,
    disk: ::assistant::dialing::DiskState,
    clock: Option<::assistant::clock_watch::ClockDoubt>,
}

impl Known {
    async fn of(gate: &Gate, receipt: &Receipt, task: Option<&TaskId>, now: Timestamp) -> Result<Self, StoreError> {
        let store = &gate.store;
        let (approval, attempts) = match task {
            Some(task) => (store.approval(task).await?, store.attempts(task).await?),
            None => (None, Vec::new()),
        };
        let made = attempts.iter().filter(|attempt| counts_as_try(attempt)).count();
        let number = &receipt.number;
        let standing = Standing { user: Some(Private::new(receipt.principal.expose().clone())), ..gate.policy.standing(number).await? };
        let line = standing.line.unwrap_or_else(|| KnownLine::told_from(number, receipt.callee_kind)).kind;
        let ring = Ring { line, ..Ring::errand(number, receipt.callee_kind, receipt.limits.total_time) };
        Ok(Self {
            approval,
            attempts_made: u32::try_from(made).unwrap_or(u32::MAX),
            has_opted_out: store.has_opted_out(number).await?,
            standing,
            now,
            hours: calling_hours::hours(&ring, now),
            usage: store.usage(number, now).await?,
            spending: store.spending(&receipt.payer(), now).await?,
            pause: gate.policy.paused().await?,
            resting: gate.breakers.resting(now),
            disk: gate.policy.disk().await?,
            clock: gate.clock_guard.doubt(),
        })
    }

    fn facts<'a>(&'a self, gate: &'a Gate, receipt: &'a Receipt, attempt: AttemptId) -> Facts<'a> {
        Facts {
            attempt,
            receipt,
            approval: self.approval.as_ref().map(|(approval, _)| approval),
            is_approval_used: self.approval.as_ref().is_some_and(|(_, is_used)| *is_used),
            attempts_made: self.attempts_made,
            has_opted_out: self.has_opted_out,
            standing: &self.standing,
            now: self.now,
            hours: &self.hours,
            usage: self.usage,
            spending: self.spending,
            pause: self.pause.as_ref(),
            resting: self.resting,
            disk: self.disk,
            clock: self.clock,
            rules: &gate.rules,
        }
    }
}

/// Returns whether an attempt used one of the tries up that its task allows: one that was never dialed, or that the carrier put
/// off, did not.
fn counts_as_try(attempt: &AttemptRecord) -> bool {
    let was_put_off = attempt.finish.as_ref().is_some_and(|finish| !finish.disposition.counts_as_try());
    attempt.state != AttemptState::Intent && attempt.direction == Direction::Outbound && !was_put_off
}

/// Returns how often a task was tried whose attempts these are, in order. Who calls us back does not count.
pub(crate) fn tried(attempts: &[AttemptRecord]) -> Tried {
    let outbound = attempts.iter().filter(|attempt| attempt.direction == Direction::Outbound);
    outbound.fold(Tried::default(), |tried, attempt| match &attempt.finish {
        Some(finish) => tried.and(finish.disposition, finish.measured.asked_wait),
        // It has not ended, so it may have rung.
        None => Tried { attempts: tried.attempts.saturating_add(1), ..Tried::default() },
    })
}
