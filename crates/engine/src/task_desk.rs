//! Takes errands, shows receipts, takes the yes and the no. Dials nobody and needs no carrier, so that a task can be made and
//! approved by one process while another one dials.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::approval::{Approval, ApprovedBy, Quote, Receipt, SecondProvider};
use ::assistant::compliance::calling_hours::local_time;
use ::assistant::compliance::number_gate;
use ::assistant::compliance::recording::RecordingPlan;
use ::assistant::disclosure_matrix;
use ::assistant::never_spoken::secrets_of;
use ::assistant::notice::Notice;
use ::assistant::task::{CalleeKind, Limits, Line, Schedule, Task, TaskError, TaskState};
use dialogue::brief::{Brief, Persona, TaskType};
use dialogue::disclosure;
use ports::secret_store::SecretStore;
use ports::task_store::StoreError;
use telephony::cost::{Micros, RateCard};
use telephony::{PhoneNumber, Private, TaskId, Timestamp};
use thiserror::Error;

use ::assistant::refusal::Refusals;

use crate::filling::Secrets;
use crate::gate::Gate;
use crate::recording_plan::{self, Circumstances};

/// A usual call lasts this long; the estimate on a receipt rests on it.
const USUAL_CALL: Duration = Duration::from_secs(120);

/// What a receipt says beside the errand itself: the same in every process of an installation, or an approval given in one would
/// be void in the other.
#[derive(Clone, Debug)]
pub struct House {
    /// Which network is behind the carrier.
    pub line: Line,
    /// Our number.
    pub from: PhoneNumber,
    /// What the carrier charges.
    pub rates: RateCard,
    /// Who is asked to dial if the first phone provider surely placed no call, and what it charges.
    pub second: Option<(SecondProvider, RateCard)>,
    /// Whether the user wants calls recorded where that is lawful; `None` if nobody said so: then practice is, and real calls are not.
    pub records: Option<bool>,
    /// Whether conversations are held in text, so that only the carrier can record.
    pub is_in_text: bool,
    /// Whether the assistant listens on, and writes down what is said, once the user has taken a call over.
    pub listens_along: bool,
    /// What every receipt tells besides.
    pub notices: Vec<Notice>,
}

impl House {
    /// Returns what a call of this length costs by whoever charges more for it: the same currency is taken for granted.
    fn worst_case_cost(&self, length: Duration) -> Micros {
        let second = self.second.as_ref().map_or(Micros::ZERO, |(_, rates)| rates.call_cost(length));
        self.rates.call_cost(length).max(second)
    }
}

/// An errand as the user gives it.
#[derive(Clone, Debug)]
pub struct Errand {
    /// What kind.
    pub task_type: TaskType,
    /// Whom to ring.
    pub number: PhoneNumber,
    /// Who picks up there, as far as the user knows.
    pub callee_kind: CalleeKind,
    /// What is wanted, in the user's words.
    pub intent: String,
    /// For whom, as it is said aloud.
    pub principal: String,
    /// Facts that may be given: label and value.
    pub context: Vec<(String, String)>,
    /// What to leave on a voicemail.
    pub voicemail_message: Option<String>,
    /// Manner of speaking.
    pub persona: Persona,
    /// How long and how expensive.
    pub limits: Limits,
    /// When.
    pub schedule: Schedule,
}

/// Why a call is not made. Nothing rang.
#[derive(Debug, Error)]
pub enum NotMade {
    /// The errand itself is not right.
    #[error(transparent)]
    Errand(#[from] TaskError),
    /// The rules say no.
    #[error("the call may not be made")]
    Refused(Refusals),
    /// There is no such task.
    #[error("there is no such task")]
    NoSuchTask,
    /// A fact names a secret that is not kept.
    #[error("a fact names the secret @{name}, which is not kept; keep it with: puppetmaster secret set {name}")]
    NoSuchSecret {
        /// Its name.
        name: String,
    },
    /// The task cannot be called for in its state.
    #[error("the task is {}", state.in_words())]
    WrongState {
        /// Its state.
        state: TaskState,
    },
    /// The rows cannot be read or written, and without them nothing dials.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes errands.
#[derive(Clone)]
pub struct TaskDesk {
    /// Asks the rules, and knows the stores and the clock.
    pub gate: Gate,
    /// What is filled in as it is spoken.
    pub secrets: Arc<dyn SecretStore>,
    /// What receipts say beside the errand.
    pub house: House,
    /// Makes identities that nobody can guess.
    pub make_token: Arc<dyn Fn() -> String + Send + Sync>,
}

impl TaskDesk {
    /// Returns an errand as a task of this state. Nothing is kept.
    ///
    /// # Errors
    /// [`NotMade::Errand`], and [`NotMade::Refused`] for a number that may never be called.
    pub fn task(&self, errand: Errand, state: TaskState) -> Result<Task, NotMade> {
        let task = self.unchecked_task(errand, state)?;
        let rules = &self.gate.rules;
        number_gate::check(&task.number, task.line, &rules.allowed_regions, &rules.own_numbers)
            .map_err(|refusal| NotMade::Refused(refusal.into()))?;
        Ok(task)
    }

    /// Returns the same whatever the number is: for whoever asks the gate about it.
    ///
    /// # Errors
    /// [`NotMade::Errand`].
    pub fn unchecked_task(&self, errand: Errand, state: TaskState) -> Result<Task, NotMade> {
        let task = Task {
            id: TaskId::new((self.make_token)()),
            task_type: errand.task_type,
            number: errand.number,
            line: self.house.line,
            callee_kind: errand.callee_kind,
            intent: Private::new(errand.intent),
            principal: Private::new(errand.principal),
            context: Private::new(errand.context),
            voicemail_message: errand.voicemail_message.map(Private::new),
            persona: errand.persona,
            limits: errand.limits,
            schedule: errand.schedule,
            created_at: self.gate.clock.now(),
            state,
        };
        task.check()?;
        Ok(task)
    }

    /// Keeps an errand as a task that waits for its approval, and returns it with the receipt to show.
    ///
    /// # Errors
    /// [`NotMade`]; a number that may never be called is refused here already.
    pub async fn create_task(&self, errand: Errand) -> Result<(Task, Receipt), NotMade> {
        let task = self.task(errand, TaskState::AwaitingApproval)?;
        let receipt = self.checked_receipt(&task).await?;
        self.gate.store.create_task(&task, &receipt).await?;
        Ok((task, receipt))
    }

    /// Returns the receipt of a task as it stands now, if the task may be taken: its words may be spoken, and the secrets that it
    /// names are kept.
    ///
    /// # Errors
    /// [`NotMade`].
    pub async fn checked_receipt(&self, task: &Task) -> Result<Receipt, NotMade> {
        task.check()?;
        self.secrets(task).await?;
        Ok(self.receipt(task).await?)
    }

    /// Returns the secrets that a task names, to be filled in as they are spoken.
    ///
    /// # Errors
    /// [`NotMade::NoSuchSecret`].
    pub async fn secrets(&self, task: &Task) -> Result<Secrets, NotMade> {
        let mut values = Vec::new();
        for name in secrets_of(task.context.expose()) {
            match self.secrets.secret(&name).await? {
                Some(value) => values.push((name, value)),
                None => return Err(NotMade::NoSuchSecret { name }),
            }
        }
        Ok(Secrets::new(values))
    }

    /// Returns the receipt of a task as it stands now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn receipt(&self, task: &Task) -> Result<Receipt, StoreError> {
        let now = self.gate.clock.now();
        let brief = self.brief(task, now);
        let rates = &self.house.rates;
        let mut receipt = Receipt::of(
            task,
            Quote {
                opening: disclosure::opening(&brief).text,
                is_recorded: brief.is_recorded,
                estimated_cost: rates.call_cost(USUAL_CALL),
                worst_case_cost: self.house.worst_case_cost(task.limits.total_time),
                currency: rates.currency.clone(),
                second: self.house.second.as_ref().map(|(second, _)| second.clone()),
                notices: Vec::new(),
            },
        );
        receipt.cost_parts = rates.parts(USUAL_CALL);
        receipt.prices_read_on = rates.read_on.clone();
        let notices = self.gate.notices(&receipt).await?;
        receipt.notices = self.house.notices.iter().cloned().chain(notices).collect();
        Ok(receipt)
    }

    /// Takes the user's yes to a receipt.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn approve(&self, receipt: &Receipt, by: ApprovedBy) -> Result<(), StoreError> {
        let now = self.gate.clock.now();
        let approval = Approval::of(receipt, by, now, Approval::good_for(&receipt.schedule, now));
        self.gate.store.approve(&receipt.task, &approval).await
    }

    /// Approves a receipt by a standing approval that covers it. Returns its name, `None` if none does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn approve_by_standing(&self, receipt: &Receipt) -> Result<Option<String>, StoreError> {
        match self.standing_approval(receipt).await? {
            Some(approval) => {
                self.gate.store.approve(&receipt.task, &approval).await?;
                Ok(if let ApprovedBy::Standing(id) = approval.by { Some(id) } else { None })
            }
            None => Ok(None),
        }
    }

    /// Returns the yes of a standing approval that covers a receipt, if one does. Keeps nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn standing_approval(&self, receipt: &Receipt) -> Result<Option<Approval>, StoreError> {
        let now = self.gate.clock.now();
        let standing = self.gate.policy.standing_approvals(Some(&receipt.number)).await?;
        Ok(standing.iter().find_map(|standing| standing.approve(receipt, now)))
    }

    /// Gives a task up, at any time. A call of it that is live is ended by the process that made it.
    ///
    /// # Errors
    /// [`NotMade`].
    pub async fn cancel(&self, task: &TaskId) -> Result<(), NotMade> {
        let found = self.gate.store.task(task).await?.ok_or(NotMade::NoSuchTask)?;
        if found.state.is_final() {
            return Err(NotMade::WrongState { state: found.state });
        }
        Ok(self.gate.store.set_task_state(task, TaskState::Canceled, self.gate.clock.now()).await?)
    }

    pub(crate) fn recording_plan(&self, task: &Task, now: Timestamp) -> RecordingPlan {
        let house = &self.house;
        let circumstances = Circumstances { line: house.line, choice: house.records, is_at_carrier: house.is_in_text, own: &house.from, now };
        recording_plan::plan(task, &circumstances)
    }

    pub(crate) fn brief(&self, task: &Task, now: Timestamp) -> Brief {
        Brief {
            task_type: task.task_type,
            intent: task.intent.expose().clone(),
            principal: task.principal.expose().clone(),
            may_disclose: disclosure_matrix::details(task.context.expose(), task.task_type),
            voicemail_message: task.voicemail_message.as_ref().map(|message| message.expose().clone()),
            persona: task.persona,
            is_recorded: matches!(self.recording_plan(task, now), RecordingPlan::FromNotice { .. }),
            local_time: local_time(&task.number, now),
            time_limit: task.limits.total_time,
            is_ring_back: false,
            listens_along: self.house.listens_along,
        }
    }
}
