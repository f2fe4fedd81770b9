//! Decides whether an attempt may dial now, and if not, when it may.
//!
//! Pure: all facts, the hour at the callee's place among them, come in through [`Facts`]. Asked at the moment of
//! dialing and not only when a task is made. Does not know about carriers; [`Cleared`] is the only key that opens
//! `Carrier::place_call`. The caller fails closed: a fact that could not be had is no dial.
//!
//! On the practice line nobody real is rung. What only protects real people (decent hours, calls a day, stop
//! requests) becomes a [`Notice`] there, unless the practice is strict.

mod findings;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::cost::Micros;
use telephony::{AttemptId, PhoneNumber, Timestamp};

use crate::approval::{Approval, Receipt, ReceiptHash};
use crate::breaker::Resting;
use crate::budget::{self, Budget, Payer, Spending};
use crate::clock_watch::ClockDoubt;
use crate::codes;
use crate::compliance::calling_hours::CalleeHours;
use crate::compliance::do_not_call;
use crate::compliance::number_gate;
use crate::compliance::purpose::CallPurpose;
use crate::compliance::standing::Standing;
use crate::decision_record::{Answer, DecisionRecord, Question};
use crate::dialing::{self, DiskState, Missing, Pause};
use crate::notice::Notice;
use crate::rate_limit::{self, Caps, Usage};
use crate::refusal::{AllowedWhen, Refusal, Refusals, Rule};
use crate::spending_alert::AlertRules;
use crate::task::{CalleeKind, Line};

use findings::Findings;

/// The rules of an installation.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rules {
    /// ISO regions that may be called on a real line (`["US"]`). Empty: none.
    pub allowed_regions: Vec<String>,
    /// The numbers that we call from, the second provider's among them; never called themselves.
    pub own_numbers: Vec<PhoneNumber>,
    /// How often and how many at once.
    pub caps: Caps,
    /// How much money.
    pub budget: Budget,
    /// When spending is worth a word to the user.
    #[serde(default)]
    pub alerts: AlertRules,
    /// Practice calls obey also what only protects real people.
    pub strict_practice: bool,
    /// Whether calls that sell something may be made at all.
    #[serde(default)]
    pub solicitation: Solicitation,
    /// What the installation was not told yet: while anything is missing, no real telephone is rung.
    #[serde(default)]
    pub missing: Vec<Missing>,
    /// Bytes that must be free on the disk of the data directory before a dial.
    #[serde(default)]
    pub least_free_bytes: u64,
}

/// Whether an installation sells by telephone.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Solicitation {
    /// No.
    #[default]
    Refused,
    /// Yes: to who has agreed in writing, after a look into a do-not-call registry that is not older than 31 days.
    WithRegistry,
}

/// All that a decision rests on.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The attempt that would be made.
    pub attempt: AttemptId,
    /// The task as it stands now, as a receipt.
    pub receipt: &'a Receipt,
    /// The latest approval, if there is one.
    pub approval: Option<&'a Approval>,
    /// Whether an earlier attempt has used it up.
    pub is_approval_used: bool,
    /// How many attempts of this task were made before.
    pub attempts_made: u32,
    /// The callee asked never to be called again.
    pub has_opted_out: bool,
    /// What else is known of the callee: line kind, consents, entries of the do-not-call list.
    pub standing: &'a Standing,
    /// Now.
    pub now: Timestamp,
    /// The hour at the callee's place, for a call that begins now and lasts to its limit.
    pub hours: &'a CalleeHours,
    /// What was done so far.
    pub usage: Usage,
    /// What was spent so far.
    pub spending: Spending,
    /// The pause on all dialing, if there is one.
    pub pause: Option<&'a Pause>,
    /// Every phone provider is left alone for a while, because it failed again and again.
    pub resting: Option<Resting>,
    /// The disk on which the call would be written down.
    pub disk: DiskState,
    /// The wall clock is not believed.
    pub clock: Option<ClockDoubt>,
    /// The rules of the installation.
    pub rules: &'a Rules,
}

/// What comes out: a key or the reasons why not, and what the user should know either way.
#[derive(Debug)]
pub struct Decision {
    /// The key, or the reasons.
    pub verdict: Result<Cleared, Refusals>,
    /// What the user should know.
    pub notices: Vec<Notice>,
    /// What it rests on, to be kept with the dial or the refusal.
    pub record: DecisionRecord,
}

/// Leave to dial once. Only [`decide`] makes one, it cannot be copied, and dialing consumes it.
///
/// A program that makes one up does not compile, nor does one that keeps a copy:
///
/// ```compile_fail
/// fn made_up(real: assistant::policy::Cleared) -> assistant::policy::Cleared {
///     assistant::policy::Cleared { ..real }
/// }
/// ```
///
/// ```compile_fail
/// fn kept(real: &assistant::policy::Cleared) -> assistant::policy::Cleared {
///     real.clone()
/// }
/// ```
///
/// ```compile_fail
/// fn from_nothing() -> assistant::policy::Cleared {
///     Default::default()
/// }
/// ```
///
/// Each of these fails for that reason and no other; this compiles:
///
/// ```
/// fn handed_on(real: assistant::policy::Cleared) -> assistant::policy::Cleared {
///     real
/// }
/// ```
#[derive(PartialEq, Eq, Debug)]
pub struct Cleared {
    attempt: AttemptId,
    number: PhoneNumber,
    line: Line,
    receipt_hash: ReceiptHash,
    worst_case_cost: Micros,
    ring_timeout: Duration,
    time_limit: Duration,
    cleared_at: Timestamp,
    caps: Caps,
    budget: Budget,
    alerts: AlertRules,
    payer: Payer,
    task_cap: Micros,
    callee_kind: CalleeKind,
    is_lenient: bool,
    record: Box<DecisionRecord>,
    has_second: bool,
}

/// Leave to dial by the second phone provider that the receipt names, for the same attempt and to the same number. Cannot be copied,
/// and opens nothing before it is released.
#[derive(PartialEq, Eq, Debug)]
pub struct Reserve(Cleared);

impl Reserve {
    /// Returns the leave. Only for whoever knows that the first provider surely placed no call: that is
    /// `telephony::call::Output::DialBySecond`, and nothing else.
    pub fn release(self) -> Cleared {
        self.0
    }
}

impl Cleared {
    /// Returns the one attempt it is good for.
    pub const fn attempt(&self) -> &AttemptId {
        &self.attempt
    }

    /// Returns the one number it is good for.
    pub const fn number(&self) -> &PhoneNumber {
        &self.number
    }

    /// Returns the one network it is good for.
    pub const fn line(&self) -> Line {
        self.line
    }

    /// Returns the hash of the receipt that was approved.
    pub const fn receipt_hash(&self) -> &ReceiptHash {
        &self.receipt_hash
    }

    /// Returns what must be reserved: the cost of a call to its time limit.
    pub const fn worst_case_cost(&self) -> Micros {
        self.worst_case_cost
    }

    /// Returns how long it may ring.
    pub const fn ring_timeout(&self) -> Duration {
        self.ring_timeout
    }

    /// Returns how long the call may last once answered. To be set at the carrier as well.
    pub const fn time_limit(&self) -> Duration {
        self.time_limit
    }

    /// Returns when it was given.
    pub const fn cleared_at(&self) -> Timestamp {
        self.cleared_at
    }

    /// Returns what the clearance rests on: it is written down in the transaction that writes the intent.
    pub fn record(&self) -> &DecisionRecord {
        &self.record
    }

    /// Takes the leave for the second phone provider out, if the approved receipt names one; the next time there is none.
    pub fn take_reserve(&mut self) -> Option<Reserve> {
        std::mem::take(&mut self.has_second).then(|| {
            Reserve(Self {
                attempt: self.attempt.clone(),
                number: self.number.clone(),
                receipt_hash: self.receipt_hash.clone(),
                record: self.record.clone(),
                alerts: self.alerts.clone(),
                payer: self.payer.clone(),
                has_second: false,
                ..*self
            })
        })
    }

    /// Returns the budget under which it was given.
    pub const fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Returns when spending is worth a word to the user.
    pub const fn alerts(&self) -> &AlertRules {
        &self.alerts
    }

    /// Returns for which task and user it was given.
    pub const fn payer(&self) -> &Payer {
        &self.payer
    }

    /// Returns whether it was given without what only protects real people: on the practice network nobody can be disturbed.
    pub const fn is_lenient(&self) -> bool {
        self.is_lenient
    }

    /// Returns whether the caps under which it was given still leave room for this call.
    ///
    /// Between the facts that [`decide`] saw and the row that reserves a call's money and its place, another call may have
    /// taken the last of either; so the store asks once more, in the transaction that writes the row.
    pub fn still_holds(&self, usage: &Usage, spending: &Spending) -> bool {
        let number_is_free = || rate_limit::check_number(self.callee_kind, &self.caps, usage).is_none();
        let is_slow_enough = || rate_limit::check_pace(&self.caps, usage, self.cleared_at).is_none();
        (self.is_lenient || number_is_free() && is_slow_enough())
            && rate_limit::check_concurrency(&self.caps, usage).is_none()
            && budget::check(self.worst_case_cost, self.task_cap, &self.budget, spending).is_empty()
    }
}

/// Decides whether the attempt may dial now.
///
/// Asks in the order of [`Question`]. A number that may not be rung ends the questions; of everything else all reasons are
/// given at once, so that the user need not ask again and again.
pub fn decide(facts: &Facts<'_>) -> Decision {
    let mut findings = ask(facts, ApprovalIs::Asked);
    findings.record.is_cleared = findings.refusals.is_empty();
    let verdict = match Refusals::from_list(findings.refusals) {
        Some(refusals) => Err(refusals),
        None => Ok(clear(facts, findings.record.clone())),
    };
    Decision { verdict, notices: findings.notices, record: findings.record }
}

/// Explains what would be decided if the user had said yes: the approval is the one question that is not asked.
///
/// Gives a record and no key, so that whoever only wants to know cannot dial.
pub fn explain(facts: &Facts<'_>) -> DecisionRecord {
    let mut findings = ask(facts, ApprovalIs::StillToCome);
    findings.record.is_cleared = findings.refusals.is_empty();
    findings.record
}

/// Whether the approval is a question at this moment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ApprovalIs {
    Asked,
    StillToCome,
}

/// Asks in the order of [`Question`].
fn ask<'a>(facts: &'a Facts<'a>, approval: ApprovalIs) -> Findings<'a> {
    let receipt = facts.receipt;
    let rules = facts.rules;
    let mut findings = Findings::new(facts);
    let gate = number_gate::ask(&receipt.number, receipt.line, &rules.allowed_regions, &rules.own_numbers);
    if let Some(refusal) = findings.take_gate(gate) {
        findings.refusals.push(refusal);
        return findings;
    }
    let rests = facts.resting.map(|resting| resting.refusal());
    let disk = dialing::check_disk(facts.disk, rules.least_free_bytes);
    let clock = facts.clock.map(|doubt| doubt.refusal());
    let at_all = dialing::check(facts.pause, &rules.missing, receipt.line);
    findings.binds(Question::Dialing, at_all.into_iter().chain(disk).chain(rests).chain(clock));
    findings.protects_people(Question::DoNotCall, check_do_not_call(facts));
    findings.take_purpose(facts);
    findings.take_consent(facts);
    findings.protects_people(Question::CallsToNumber, rate_limit::check_number(receipt.callee_kind, &rules.caps, &facts.usage));
    findings.binds(Question::Attempts, check_attempts(facts));
    findings.binds(Question::Schedule, check_schedule(facts));
    findings.take_hours(facts);
    match approval {
        ApprovalIs::Asked => findings.binds(Question::Approval, check_approval(facts)),
        ApprovalIs::StillToCome => {
            let fact = "the receipt is shown and asked for before the call".to_owned();
            findings.record.answer(Question::Approval, Answer::NotAsked { fact });
        }
    }
    findings.binds(Question::Budget, budget::check(receipt.worst_case_cost, receipt.limits.max_cost, &rules.budget, &facts.spending));
    findings.protects_people(Question::Pace, rate_limit::check_pace(&rules.caps, &facts.usage, facts.now));
    findings.binds(Question::Concurrency, rate_limit::check_concurrency(&rules.caps, &facts.usage));
    findings
}

/// Returns the notices for a receipt that nobody has approved yet: what would be refused now, and what is merely to be known.
///
/// Nothing about the approval itself, which is what the receipt asks for.
pub fn notices(facts: &Facts<'_>) -> Vec<Notice> {
    let decision = decide(facts);
    let mut notices = decision.notices;
    if let Err(refusals) = decision.verdict {
        let others = refusals.as_slice().iter().filter(|refusal| refusal.rule != Rule::Approval);
        notices.extend(others.map(|refusal| Notice::new(refusal.code, format!("as things stand it would not be dialed: {}", refusal.fact))));
    }
    notices
}

fn clear(facts: &Facts<'_>, record: DecisionRecord) -> Cleared {
    Cleared {
        attempt: facts.attempt.clone(),
        number: facts.receipt.number.clone(),
        line: facts.receipt.line,
        receipt_hash: facts.receipt.hash(),
        worst_case_cost: facts.receipt.worst_case_cost,
        ring_timeout: facts.receipt.limits.ring_timeout,
        time_limit: facts.receipt.limits.total_time,
        cleared_at: facts.now,
        caps: facts.rules.caps,
        budget: facts.rules.budget,
        alerts: facts.rules.alerts.clone(),
        payer: facts.receipt.payer(),
        task_cap: facts.receipt.limits.max_cost,
        callee_kind: facts.receipt.callee_kind,
        is_lenient: is_lenient(facts.receipt, facts.rules),
        record: Box::new(record),
        has_second: facts.receipt.second.is_some(),
    }
}

fn is_lenient(receipt: &Receipt, rules: &Rules) -> bool {
    receipt.line == Line::Practice && !rules.strict_practice
}

fn check_do_not_call(facts: &Facts<'_>) -> Option<Refusal> {
    let entry = codes::NUMBER_OPTED_OUT;
    if facts.has_opted_out {
        return Some(Refusal::new(Rule::DoNotCall, &entry, entry.text, AllowedWhen::Never));
    }
    let receipt = facts.receipt;
    let asked = do_not_call::Asked {
        number: &receipt.number,
        user: facts.standing.user.as_ref().map(|user| user.expose().as_str()),
        task_type: receipt.task_type,
        purpose: CallPurpose::of(receipt.task_type, receipt.intent.expose()),
    };
    do_not_call::check(&facts.standing.suppressions, &asked)
}

fn check_approval(facts: &Facts<'_>) -> Option<Refusal> {
    let refuse = |entry: codes::CodeEntry| Some(Refusal::new(Rule::Approval, &entry, entry.text, AllowedWhen::AfterRemedy));
    let Some(approval) = facts.approval else {
        return refuse(codes::APPROVAL_MISSING);
    };
    if approval.receipt_hash != facts.receipt.hash() {
        return refuse(codes::APPROVAL_VOID);
    }
    if facts.is_approval_used {
        return refuse(codes::APPROVAL_USED);
    }
    // A clock that was set back must not bring an approval from the future to life.
    if facts.now < approval.approved_at || facts.now >= approval.expires_at {
        return refuse(codes::APPROVAL_EXPIRED);
    }
    None
}

fn check_attempts(facts: &Facts<'_>) -> Option<Refusal> {
    let cap = facts.receipt.limits.max_attempts;
    if facts.attempts_made < cap {
        return None;
    }
    let fact = format!("{} attempts were made; the task allows {cap}", facts.attempts_made);
    Some(Refusal::new(Rule::Caps, &codes::CAP_ATTEMPTS, fact, AllowedWhen::AfterRemedy))
}

fn check_schedule(facts: &Facts<'_>) -> Option<Refusal> {
    let schedule = facts.receipt.schedule;
    if let Some(from) = schedule.not_before
        && facts.now < from
    {
        let entry = codes::SCHEDULE_TOO_EARLY;
        return Some(Refusal::new(Rule::Hours, &entry, entry.text, AllowedWhen::From(from)));
    }
    if let Some(to) = schedule.not_after
        && facts.now >= to
    {
        let entry = codes::SCHEDULE_EXPIRED;
        return Some(Refusal::new(Rule::Hours, &entry, entry.text, AllowedWhen::AfterRemedy));
    }
    None
}
