//! A store in memory that keeps every promise of [`store::contract`], for thousands of days in virtual time.
//!
//! A transaction is done at one moment and waited for before and after it, as a disk lets us wait: a crash falls before the write, or
//! between the write and its acknowledgment. What was written outlives the process that wrote it, as a clone holds the same rows.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assistant::approval::{Approval, Receipt};
use assistant::attempt::{AttemptState, Direction};
use assistant::budget::{DAY, MONTH, Payer, Spending, WEEK};
use assistant::compliance::calling_hours::local_time;
use assistant::compliance::do_not_call::{Bars, Channel, Suppression};
use assistant::decision_record::DecisionRecord;
use assistant::dialing::Pause;
use assistant::expense::{self, Expense, ExpenseId};
use assistant::policy::{Cleared, Rules};
use assistant::rate_limit::{Begun, COUNTED_OVER, PACE_OVER, Usage};
use assistant::refusal::Refusals;
use assistant::spending_alert::Alert;
use assistant::statistics::{EndedCall, TaskCounts};
use assistant::task::{Task, TaskState};
use assistant::task_filter::{Page, TaskFilter};
use async_trait::async_trait;
use dialogue::report::Outcome;
use dialogue::transcript::Turn;
use ports::policy_store::Kept;
use ports::task_store::{AttemptRecord, Finish, FurtherLeg, LegEvent, OpenAttempt, StoreError, TaskStore, Unsettled};
use simulator::impairment::Chance;
use telephony::cost::Micros;
use telephony::{AttemptId, CarrierCallId, PhoneNumber, TaskId, Timestamp};

/// An attempt's rows.
#[derive(Clone)]
pub struct AttemptRow {
    pub attempt: AttemptId,
    pub task: TaskId,
    pub number: PhoneNumber,
    pub payer: Payer,
    pub state: AttemptState,
    pub call: Option<CarrierCallId>,
    pub reserved: Micros,
    pub began_at: Timestamp,
    pub finish: Option<Finish>,
    pub settled: Option<Micros>,
    pub turns: BTreeMap<u32, Turn>,
    pub events: Vec<LegEvent>,
}

impl AttemptRow {
    /// Returns what it cost: the price, once it is told.
    pub fn cost(&self) -> Micros {
        self.settled.or(self.finish.as_ref().map(|finish| finish.cost)).unwrap_or(Micros::ZERO)
    }

    fn is_nameless(&self) -> bool {
        self.call.is_none() && matches!(self.state, AttemptState::Dialing | AttemptState::Unknown)
    }

    fn open(&self) -> OpenAttempt {
        OpenAttempt {
            attempt: self.attempt.clone(),
            task: self.task.clone(),
            direction: Direction::Outbound,
            number: self.number.clone(),
            state: self.state,
            call: self.call.clone(),
            began_at: self.began_at,
        }
    }
}

struct ApprovalRow {
    task: TaskId,
    approval: Approval,
    used_by: Option<AttemptId>,
}

struct ExpenseRow {
    expense: Expense,
    payer: Payer,
    ended: Option<(Micros, Timestamp)>,
    /// The name of the further leg at the carrier.
    call: Option<CarrierCallId>,
}

/// All rows.
#[derive(Default)]
pub struct Rows {
    pub tasks: Vec<(Task, Receipt)>,
    pub attempts: Vec<AttemptRow>,
    pub suppressions: Vec<Kept<Suppression>>,
    pub decisions: Vec<(TaskId, DecisionRecord)>,
    pub pause: Option<Pause>,
    /// The ends that are to be told, in the order of their transactions.
    pub told: Vec<AttemptId>,
    approvals: Vec<ApprovalRow>,
    expenses: Vec<ExpenseRow>,
}

/// The store. A clone has the same rows.
#[derive(Clone)]
pub struct MemoryStore {
    rows: Arc<Mutex<Rows>>,
    /// How long a write takes at most, in microseconds, and what decides it.
    disk: Option<Arc<Mutex<Chance>>>,
    writes: Arc<AtomicU64>,
    /// The do-not-call list cannot be read.
    pub list_is_broken: Arc<AtomicBool>,
}

/// No write takes longer than this on a bad day.
const SLOWEST_WRITE: u64 = 20_000;

impl MemoryStore {
    /// Returns an empty store whose writes take no time.
    pub fn new() -> Self {
        Self { rows: Arc::default(), disk: None, writes: Arc::default(), list_is_broken: Arc::default() }
    }

    /// Returns an empty store whose writes take time by chance.
    pub fn slow(seed: u64) -> Self {
        Self { rows: Arc::default(), disk: Some(Arc::new(Mutex::new(Chance::new(seed)))), writes: Arc::default(), list_is_broken: Arc::default() }
    }

    pub fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many transactions were done.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Does a transaction and waits for the disk around it.
    pub(super) async fn write<T>(&self, transaction: impl FnOnce(&mut Rows) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.wait().await;
        let done = transaction(&mut self.rows());
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.wait().await;
        done
    }

    async fn wait(&self) {
        if let Some(disk) = &self.disk {
            let micros = disk.lock().unwrap_or_else(PoisonError::into_inner).below(SLOWEST_WRITE);
            tokio::time::sleep(Duration::from_micros(micros)).await;
        }
    }
}

impl Rows {
    fn task_mut(&mut self, id: &TaskId) -> Result<&mut Task, StoreError> {
        self.tasks.iter_mut().map(|(task, _)| task).find(|task| task.id == *id).ok_or(StoreError::NotFound)
    }

    fn attempt_mut(&mut self, id: &AttemptId) -> Result<&mut AttemptRow, StoreError> {
        self.attempts.iter_mut().find(|row| row.attempt == *id).ok_or(StoreError::NotFound)
    }

    fn usage(&self, number: &PhoneNumber, now: Timestamp) -> Usage {
        let begun: Vec<&AttemptRow> = self.attempts.iter().collect();
        let within = |span: Duration| begun.iter().filter(move |row| row.began_at > now - span);
        let count = |span| u32::try_from(within(span).count()).unwrap();
        let oldest = |span| within(span).map(|row| row.began_at).min();
        let counts = |row: &AttemptRow| row.finish.as_ref().is_none_or(|finish| finish.disposition.counts_as_try());
        let to_number = || within(COUNTED_OVER).filter(|row| row.number == *number && counts(row));
        let [second, minute, day, week, month] = PACE_OVER;
        Usage {
            attempts_to_number: u32::try_from(to_number().count()).unwrap(),
            oldest_of_them: to_number().map(|row| row.began_at).min(),
            live_calls: u32::try_from(self.attempts.iter().filter(|row| !row.state.is_terminal()).count()).unwrap(),
            begun: Begun {
                in_second: count(second),
                oldest_in_second: oldest(second),
                in_minute: count(minute),
                oldest_in_minute: oldest(minute),
                in_day: count(day),
                oldest_in_day: oldest(day),
                in_week: count(week),
                oldest_in_week: oldest(week),
                in_month: count(month),
                oldest_in_month: oldest(month),
            },
            nameless_to_number: u32::try_from(self.attempts.iter().filter(|row| row.number == *number && row.is_nameless()).count()).unwrap(),
        }
    }

    /// Adds up money: of all that was paid for, when it ended, what it cost, what is reserved, and who pays.
    pub fn spending(&self, payer: &Payer, now: Timestamp) -> Spending {
        let attempts = self.attempts.iter().map(|row| {
            let reserved = if row.state.is_terminal() { Micros::ZERO } else { row.reserved };
            (row.finish.as_ref().map(|finish| finish.at), row.cost(), reserved, &row.payer)
        });
        let expenses = self.expenses.iter().map(|row| match row.ended {
            Some((cost, at)) => (Some(at), cost, Micros::ZERO, &row.payer),
            None => (None, Micros::ZERO, row.expense.worst_case, &row.payer),
        });
        let mut sum = Spending::default();
        for (ended_at, cost, reserved, paid_by) in attempts.chain(expenses) {
            let is_within = |span: Duration| ended_at.is_some_and(|at| at > now - span);
            let counts = |yes: bool| if yes { cost } else { Micros::ZERO };
            sum.last_day = sum.last_day.plus(counts(is_within(DAY)));
            sum.last_week = sum.last_week.plus(counts(is_within(WEEK)));
            sum.last_month = sum.last_month.plus(counts(is_within(MONTH)));
            sum.reserved = sum.reserved.plus(reserved);
            if payer.task.is_some() && paid_by.task == payer.task {
                sum.task = sum.task.plus(cost).plus(reserved);
            }
            if payer.user.is_some() && same_user(paid_by, payer) {
                sum.user = sum.user.plus(counts(is_within(MONTH))).plus(reserved);
            }
        }
        sum
    }

    fn is_barred(&self, number: &PhoneNumber) -> bool {
        self.suppressions.iter().any(|kept| kept.value.number == *number && kept.value.lifted.is_none() && kept.value.bars == Bars::Everything)
    }

    fn is_barred_since(&self, cleared: &Cleared) -> bool {
        let is_new = |entry: &Suppression| entry.number == *cleared.number() && entry.lifted.is_none() && entry.at >= cleared.cleared_at();
        let is_asked = self.is_barred(cleared.number()) || self.suppressions.iter().any(|kept| is_new(&kept.value));
        self.pause.is_some() || is_asked && !cleared.is_lenient()
    }

    fn commit(&mut self, id: &TaskId, cleared: &Cleared) -> Result<(), StoreError> {
        let latest = self.approvals.iter().rposition(|row| row.task == *id).ok_or(StoreError::Conflict)?;
        let row = &self.approvals[latest];
        let is_good = row.used_by.is_none() && row.approval.receipt_hash == *cleared.receipt_hash() && row.approval.expires_at > cleared.cleared_at();
        let lives = self.attempts.iter().any(|row| row.task == *id && !row.state.is_terminal());
        let task = self.task_mut(id)?;
        if !is_good || task.state.is_final() || lives {
            return Err(StoreError::Conflict);
        }
        let usage = self.usage(cleared.number(), cleared.cleared_at());
        let spending = self.spending(cleared.payer(), cleared.cleared_at());
        if !cleared.still_holds(&usage, &spending) || self.is_barred_since(cleared) {
            return Err(StoreError::Overtaken);
        }
        self.task_mut(id)?.state = TaskState::Running;
        self.approvals[latest].used_by = Some(cleared.attempt().clone());
        self.decisions.push((id.clone(), cleared.record().clone()));
        self.attempts.push(AttemptRow {
            attempt: cleared.attempt().clone(),
            task: id.clone(),
            number: cleared.number().clone(),
            payer: cleared.payer().clone(),
            state: AttemptState::Intent,
            call: None,
            reserved: cleared.worst_case_cost(),
            began_at: cleared.cleared_at(),
            finish: None,
            settled: None,
            turns: BTreeMap::new(),
            events: Vec::new(),
        });
        Ok(())
    }

    fn finish(&mut self, attempt: &AttemptId, finish: &Finish, then: TaskState) -> Result<bool, StoreError> {
        let row = self.attempt_mut(attempt)?;
        if row.state.is_terminal() {
            return Ok(false);
        }
        row.state = AttemptState::Terminal;
        row.finish = Some(finish.clone());
        let task = row.task.clone();
        let task = self.task_mut(&task)?;
        if task.state == TaskState::Running {
            task.state = then;
        }
        self.told.push(attempt.clone());
        self.close_expenses(|expense| expense.attempt.as_ref() == Some(attempt), finish.at);
        Ok(true)
    }

    /// Ends what nobody saw the end of with its worst case, and returns how many.
    fn close_expenses(&mut self, is_meant: impl Fn(&Expense) -> bool, at: Timestamp) -> u64 {
        let open = self.expenses.iter_mut().filter(|row| row.ended.is_none() && is_meant(&row.expense));
        open.map(|row| row.ended = Some((row.expense.worst_case, at))).count() as u64
    }
}

fn same_user(one: &Payer, other: &Payer) -> bool {
    let name = |payer: &Payer| payer.user.as_ref().map(|user| user.expose().trim().to_lowercase());
    name(one) == name(other)
}

fn record(row: &AttemptRow) -> AttemptRecord {
    AttemptRecord {
        attempt: row.attempt.clone(),
        direction: Direction::Outbound,
        state: row.state,
        call: row.call.clone(),
        began_at: row.began_at,
        is_settled: row.finish.is_some() && (row.settled.is_some() || row.cost() == Micros::ZERO),
        finish: row.finish.clone().map(|finish| Finish { cost: row.cost(), ..finish }),
    }
}

#[async_trait]
impl TaskStore for MemoryStore {
    async fn create_task(&self, task: &Task, receipt: &Receipt) -> Result<(), StoreError> {
        self.write(|rows| {
            if rows.tasks.iter().any(|(known, _)| known.id == task.id) {
                return Err(StoreError::Conflict);
            }
            rows.tasks.push((task.clone(), receipt.clone()));
            Ok(())
        })
        .await
    }

    async fn task(&self, id: &TaskId) -> Result<Option<Task>, StoreError> {
        Ok(self.rows().tasks.iter().map(|(task, _)| task).find(|task| task.id == *id).cloned())
    }

    async fn receipt(&self, id: &TaskId) -> Result<Option<Receipt>, StoreError> {
        Ok(self.rows().tasks.iter().find(|(task, _)| task.id == *id).map(|(_, receipt)| receipt.clone()))
    }

    async fn tasks(&self, filter: &TaskFilter, page: Page) -> Result<Vec<Task>, StoreError> {
        let mut tasks: Vec<Task> = self.rows().tasks.iter().map(|(task, _)| task).filter(|task| filter.fits(task)).cloned().collect();
        tasks.sort_by_key(|task| std::cmp::Reverse((task.created_at, task.id.clone())));
        Ok(tasks.into_iter().skip(page.skip as usize).take(page.at_most as usize).collect())
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, StoreError> {
        Ok(self.rows().tasks.iter().filter(|(task, _)| filter.fits(task)).count() as u64)
    }

    async fn set_task_state(&self, id: &TaskId, state: TaskState, _at: Timestamp) -> Result<(), StoreError> {
        self.write(|rows| {
            let task = rows.task_mut(id)?;
            if !task.state.may_become(state) {
                return Err(StoreError::Conflict);
            }
            task.state = state;
            Ok(())
        })
        .await
    }

    async fn approve(&self, id: &TaskId, approval: &Approval) -> Result<(), StoreError> {
        self.write(|rows| {
            let task = rows.task_mut(id)?;
            if task.state == TaskState::AwaitingApproval {
                task.state = TaskState::Approved;
            }
            rows.approvals.push(ApprovalRow { task: id.clone(), approval: approval.clone(), used_by: None });
            Ok(())
        })
        .await
    }

    async fn approval(&self, id: &TaskId) -> Result<Option<(Approval, bool)>, StoreError> {
        let rows = self.rows();
        Ok(rows.approvals.iter().rfind(|row| row.task == *id).map(|row| (row.approval.clone(), row.used_by.is_some())))
    }

    async fn commit_intent(&self, id: &TaskId, cleared: &Cleared) -> Result<(), StoreError> {
        self.write(|rows| rows.commit(id, cleared)).await
    }

    async fn advance(&self, attempt: &AttemptId, state: AttemptState, call: Option<&CarrierCallId>, _at: Timestamp) -> Result<bool, StoreError> {
        if state.is_terminal() {
            return Err(StoreError::Conflict);
        }
        self.write(|rows| {
            let is_taken = rows.attempts.iter().any(|row| row.call.is_some() && row.call.as_ref() == call);
            let row = rows.attempt_mut(attempt)?;
            if row.call.is_none() && !is_taken {
                row.call = call.cloned();
            }
            let moves = row.state.advances_to(state);
            if moves {
                row.state = state;
            }
            Ok(moves)
        })
        .await
    }

    async fn record_leg_event(&self, attempt: &AttemptId, event: &LegEvent, _at: Timestamp) -> Result<bool, StoreError> {
        self.write(|rows| {
            let row = rows.attempt_mut(attempt)?;
            let is_new = !row.events.iter().any(|known| known.call == event.call && known.key == event.key);
            if is_new {
                row.events.push(event.clone());
            }
            Ok(is_new)
        })
        .await
    }

    async fn append_turn(&self, attempt: &AttemptId, number: u32, turn: &Turn) -> Result<(), StoreError> {
        self.write(|rows| {
            rows.attempt_mut(attempt)?.turns.entry(number).or_insert_with(|| turn.clone());
            Ok(())
        })
        .await
    }

    async fn finish_attempt(&self, attempt: &AttemptId, finish: &Finish, then: TaskState) -> Result<bool, StoreError> {
        self.write(|rows| rows.finish(attempt, finish, then)).await
    }

    async fn settle_price(&self, attempt: &AttemptId, price: Micros, _at: Timestamp, _rules: &Rules) -> Result<bool, StoreError> {
        self.write(|rows| {
            let row = rows.attempt_mut(attempt)?;
            let is_first = row.finish.is_some() && row.settled.is_none();
            if is_first {
                row.settled = Some(price);
            }
            Ok(is_first)
        })
        .await
    }

    async fn unsettled(&self, since: Timestamp, at_most: u32) -> Result<Vec<Unsettled>, StoreError> {
        let rows = self.rows();
        let mut open: Vec<(Timestamp, Unsettled)> = Vec::new();
        for row in rows.attempts.iter().filter(|row| row.settled.is_none()) {
            if let (Some(finish), Some(call)) = (&row.finish, &row.call)
                && finish.cost > Micros::ZERO
                && finish.at >= since
            {
                let unsettled = Unsettled {
                    attempt: row.attempt.clone(),
                    provider: finish.measured.provider.clone(),
                    call: call.clone(),
                    answered_for: finish.answered_for,
                };
                open.push((finish.at, unsettled));
            }
        }
        open.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        Ok(open.into_iter().take(at_most as usize).map(|(_, unsettled)| unsettled).collect())
    }

    async fn unfinished(&self) -> Result<Vec<OpenAttempt>, StoreError> {
        Ok(self.rows().attempts.iter().filter(|row| !row.state.is_terminal()).map(AttemptRow::open).collect())
    }

    async fn recent(&self, since: Timestamp) -> Result<Vec<OpenAttempt>, StoreError> {
        Ok(self.rows().attempts.iter().filter(|row| row.began_at >= since).map(AttemptRow::open).collect())
    }

    async fn attempts(&self, id: &TaskId) -> Result<Vec<AttemptRecord>, StoreError> {
        Ok(self.rows().attempts.iter().filter(|row| row.task == *id).map(record).collect())
    }

    async fn turns(&self, attempt: &AttemptId) -> Result<Vec<Turn>, StoreError> {
        let rows = self.rows();
        let row = rows.attempts.iter().find(|row| row.attempt == *attempt);
        Ok(row.map(|row| row.turns.values().cloned().collect()).unwrap_or_default())
    }

    async fn usage(&self, number: &PhoneNumber, now: Timestamp) -> Result<Usage, StoreError> {
        Ok(self.rows().usage(number, now))
    }

    async fn spending(&self, payer: &Payer, now: Timestamp) -> Result<Spending, StoreError> {
        Ok(self.rows().spending(payer, now))
    }

    async fn reserve(&self, expense: &Expense) -> Result<(), StoreError> {
        self.write(|rows| {
            let payer = match &expense.attempt {
                Some(attempt) => {
                    let row = rows.attempt_mut(attempt)?;
                    if row.state.is_terminal() {
                        return Err(StoreError::Conflict);
                    }
                    row.payer.clone()
                }
                None => Payer::default(),
            };
            let before = rows.spending(&payer, expense.at);
            let pause = rows.pause.as_ref().filter(|_| expense.kind.rings());
            if !expense::check(expense.kind, expense.worst_case, &expense.budget, &before, pause).is_empty() {
                return Err(StoreError::Overtaken);
            }
            rows.expenses.push(ExpenseRow { expense: expense.clone(), payer, ended: None, call: None });
            Ok(())
        })
        .await
    }

    async fn spend(&self, expense: &ExpenseId, cost: Micros, at: Timestamp) -> Result<bool, StoreError> {
        self.write(|rows| {
            let open = rows.expenses.iter_mut().find(|row| row.expense.id == *expense && row.ended.is_none());
            Ok(open.map(|row| row.ended = Some((cost, at))).is_some())
        })
        .await
    }

    async fn name_leg(&self, expense: &ExpenseId, call: &CarrierCallId) -> Result<(), StoreError> {
        self.write(|rows| {
            if let Some(row) = rows.expenses.iter_mut().find(|row| row.expense.id == *expense) {
                row.call.get_or_insert_with(|| call.clone());
            }
            Ok(())
        })
        .await
    }

    async fn further_legs(&self, call: &CarrierCallId, telephone: &PhoneNumber, since: Timestamp) -> Result<Vec<FurtherLeg>, StoreError> {
        let is_meant = |row: &&ExpenseRow| match &row.call {
            Some(name) => name == call,
            None => row.expense.telephone.as_ref() == Some(telephone),
        };
        let leg = |row: &ExpenseRow| FurtherLeg { attempt: row.expense.attempt.clone(), call: row.call.clone(), began_at: row.expense.at };
        let rows = self.rows();
        let known = rows.expenses.iter().filter(|row| row.expense.telephone.is_some() && row.expense.at >= since);
        Ok(known.filter(is_meant).map(leg).collect())
    }

    async fn close_expenses(&self, at: Timestamp) -> Result<u64, StoreError> {
        self.write(|rows| {
            for row in rows.expenses.iter_mut().filter(|row| row.expense.at < at - 2 * DAY) {
                row.expense.telephone = None;
            }
            Ok(rows.close_expenses(|expense| expense.attempt.is_none(), at))
        })
        .await
    }

    /// Alerts go with what is told, which is not kept here.
    async fn alerts(&self, _since: Timestamp) -> Result<Vec<(Timestamp, Alert)>, StoreError> {
        Ok(Vec::new())
    }

    async fn opt_out(&self, number: &PhoneNumber, attempt: &AttemptId, at: Timestamp) -> Result<(), StoreError> {
        let entry = Suppression::stop_request(number.clone(), Channel::Speech, attempt.clone(), at);
        self.write(|rows| {
            let id = format!("heard-{attempt}");
            if !rows.suppressions.iter().any(|kept| kept.id == id) {
                rows.suppressions.push(Kept { id, value: entry });
            }
            Ok(())
        })
        .await
    }

    async fn has_opted_out(&self, number: &PhoneNumber) -> Result<bool, StoreError> {
        if self.list_is_broken.load(Ordering::Relaxed) {
            return Err(StoreError::Corrupt);
        }
        Ok(self.rows().is_barred(number))
    }

    async fn refused(&self, _id: &TaskId, _refusals: &Refusals, _at: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    async fn ended_calls(&self, since: Timestamp, until: Timestamp) -> Result<Vec<EndedCall>, StoreError> {
        let rows = self.rows();
        let mut calls = Vec::new();
        for row in &rows.attempts {
            let Some(finish) = row.finish.as_ref().filter(|finish| finish.at >= since && finish.at < until) else { continue };
            let task = rows.tasks.iter().map(|(task, _)| task).find(|task| task.id == row.task);
            calls.push(EndedCall {
                attempt: row.attempt.clone(),
                task: Some(row.task.clone()),
                direction: Direction::Outbound,
                began_at: row.began_at,
                ended_at: finish.at,
                disposition: finish.disposition,
                outcome: finish.report.as_ref().map(|report| report.outcome),
                answered_for: finish.answered_for,
                cost: row.cost(),
                is_settled: row.settled.is_some() || row.cost() == Micros::ZERO,
                task_type: task.map(|task| task.task_type),
                region: row.number.region(),
                hour: u8::try_from(local_time(&row.number, row.began_at).minute / 60).unwrap(),
                limit: task.map(|task| task.limits.total_time).unwrap_or_default(),
                provider: finish.measured.provider.clone(),
                is_recorded: finish.measured.is_recorded,
                response_times: finish.measured.response_times.clone(),
            });
        }
        calls.sort_by(|one, other| (one.ended_at, one.attempt.as_str()).cmp(&(other.ended_at, other.attempt.as_str())));
        Ok(calls)
    }

    async fn task_counts(&self, since: Timestamp, until: Timestamp) -> Result<TaskCounts, StoreError> {
        let rows = self.rows();
        let is_achieved = |task: &Task| {
            let reports = rows.attempts.iter().filter(|row| row.task == task.id).filter_map(|row| row.finish.as_ref()?.report.as_ref());
            matches!(task.state, TaskState::Done | TaskState::Failed) && reports.into_iter().any(|report| report.outcome == Outcome::Achieved)
        };
        let mut counts = TaskCounts::default();
        for (task, _) in rows.tasks.iter().filter(|(task, _)| task.created_at >= since && task.created_at < until) {
            counts.add(task.state, 1);
            counts.achieved += u64::from(is_achieved(task));
        }
        Ok(counts)
    }
}
