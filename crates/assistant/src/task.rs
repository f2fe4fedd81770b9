//! A task: what the user wants done, within which limits, and how far it has come.
//!
//! A task is not a call: it may need several attempts ([`crate::attempt`]), and whether one may be made is the
//! business of [`crate::policy`].

use std::time::Duration;

use dialogue::brief::{Persona, TaskType};
use dialogue::detail::said;
use dialogue::detail::{CalleeStanding, Detail, Permission};
use serde::{Deserialize, Serialize};
use telephony::cost::Micros;
use telephony::{PhoneNumber, Private, TaskId, Timestamp};
use thiserror::Error;

use crate::disclosure_matrix;
use crate::never_spoken;

/// What the user wants done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Task {
    /// Made by the shell.
    pub id: TaskId,
    /// What kind of errand.
    pub task_type: TaskType,
    /// Whom to ring.
    pub number: PhoneNumber,
    /// Over which network: the practice one or real telephones.
    pub line: Line,
    /// Who picks up there, as far as the user knows. Decides which hours are decent.
    pub callee_kind: CalleeKind,
    /// What the user asked for, in the user's own words. 1 to [`MAX_INTENT_CHARS`] characters.
    pub intent: Private<String>,
    /// For whom the call is made, as it is said aloud: "Sam Miller", "a customer".
    pub principal: Private<String>,
    /// Facts that may be given when asked: label and value, "party size" → "four".
    pub context: Private<Vec<(String, String)>>,
    /// What to leave on a voicemail; `None` leaves nothing.
    pub voicemail_message: Option<Private<String>>,
    /// Manner of speaking.
    pub persona: Persona,
    /// How long and how expensive it may become.
    pub limits: Limits,
    /// When it may be done.
    pub schedule: Schedule,
    /// When it was created.
    pub created_at: Timestamp,
    /// How far it has come.
    pub state: TaskState,
}

/// Longest intent. A call's purpose is a sentence or three; the opening must say it in one breath.
pub const MAX_INTENT_CHARS: usize = 2_000;

/// Most facts that one task may carry, and the longest label or value. Both keep a receipt readable.
pub const MAX_CONTEXT_FACTS: usize = 50;
const MAX_CONTEXT_CHARS: usize = 500;
const MAX_PRINCIPAL_CHARS: usize = 100;

impl Task {
    /// Checks everything that the types cannot: texts present and of bounded length, limits in their ranges.
    ///
    /// # Errors
    /// The first thing that is wrong, with what to do about it.
    pub fn check(&self) -> Result<(), TaskError> {
        let intent = self.intent.expose().trim();
        if intent.is_empty() {
            return Err(TaskError::EmptyIntent);
        }
        if intent.chars().count() > MAX_INTENT_CHARS {
            return Err(TaskError::TooLong { what: "the intent", limit: MAX_INTENT_CHARS });
        }
        let principal = self.principal.expose().trim();
        if principal.is_empty() {
            return Err(TaskError::NoPrincipal);
        }
        if principal.chars().count() > MAX_PRINCIPAL_CHARS {
            return Err(TaskError::TooLong { what: "the name of whom the call is for", limit: MAX_PRINCIPAL_CHARS });
        }
        let context = self.context.expose();
        if context.len() > MAX_CONTEXT_FACTS {
            return Err(TaskError::TooLong { what: "the list of facts", limit: MAX_CONTEXT_FACTS });
        }
        for (label, value) in context {
            // Before everything that may be told of the label in an error.
            if never_spoken::is_never_spoken(label, value) {
                return Err(TaskError::NeverSpoken);
            }
            if label.chars().count().max(value.chars().count()) > MAX_CONTEXT_CHARS {
                return Err(TaskError::TooLong { what: "a fact", limit: MAX_CONTEXT_CHARS });
            }
        }
        let message = self.voicemail_message.as_ref().map(|message| message.expose().as_str()).unwrap_or_default();
        if message.chars().count() > MAX_INTENT_CHARS {
            return Err(TaskError::TooLong { what: "the voicemail message", limit: MAX_INTENT_CHARS });
        }
        if [intent, principal, message].into_iter().any(never_spoken::gives_card_digits) {
            return Err(TaskError::NeverSpoken);
        }
        // What is said as it is written has no place for what is filled in.
        if [intent, principal, message].into_iter().any(|text| said::references(text).next().is_some()) {
            return Err(TaskError::SecretInText);
        }
        let is_barred_from_tape = |detail: &Detail| matches!(detail.permission(CalleeStanding::Voicemail), Permission::Never(_));
        let details = disclosure_matrix::details(context, self.task_type);
        if details.iter().any(|detail| is_barred_from_tape(detail) && said::holds(message, &detail.value)) {
            return Err(TaskError::NotOnTape);
        }
        self.limits.check()?;
        self.schedule.check()
    }
}

/// Over which network a call is made.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The sandbox: nobody real can be reached, nothing costs anything.
    #[default]
    Practice,
    /// Real telephones.
    Real,
}

/// Who picks up at a number. Cannot be read from the number: all US numbers read "fixed line or mobile".
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalleeKind {
    /// Not known: treated as a consumer whose phone may be anywhere in the country.
    #[default]
    Unknown,
    /// A business at its desk.
    Business,
    /// A private person.
    Consumer,
}

/// How long and how expensive a task may become.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// How long it may ring: 15 s to 120 s, whole seconds. Ringing for less is an abandoned call in law.
    pub ring_timeout: Duration,
    /// How long one call may last once answered: 30 s to 1 h, whole seconds. Also set at the carrier.
    pub total_time: Duration,
    /// The most that one call may cost, in µ of the account's currency.
    pub max_cost: Micros,
    /// How often the callee may be tried in all: 1 to 10.
    pub max_attempts: u32,
}

/// 40 s of ringing, 10 min of talk, 1 unit of money, one attempt.
impl Default for Limits {
    fn default() -> Self {
        Self { ring_timeout: Duration::from_secs(40), total_time: Duration::from_secs(600), max_cost: Micros(1_000_000), max_attempts: 1 }
    }
}

impl Limits {
    fn check(&self) -> Result<(), TaskError> {
        let seconds = |what, value: Duration, least: u64, most: u64| {
            if value.subsec_nanos() == 0 && (least..=most).contains(&value.as_secs()) {
                return Ok(());
            }
            Err(TaskError::OutOfRange { what, least, most, unit: "whole seconds" })
        };
        seconds("the ring timeout", self.ring_timeout, 15, 120)?;
        seconds("the total time", self.total_time, 30, 3_600)?;
        if !(1..=10).contains(&self.max_attempts) {
            return Err(TaskError::OutOfRange { what: "the number of attempts", least: 1, most: 10, unit: "attempts" });
        }
        Ok(())
    }
}

/// When a task may be done. Calling hours and opening hours narrow it further.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Schedule {
    /// Not before this moment; `None`: at once.
    pub not_before: Option<Timestamp>,
    /// Not after this moment; `None`: whenever it becomes possible.
    pub not_after: Option<Timestamp>,
}

impl Schedule {
    fn check(&self) -> Result<(), TaskError> {
        match (self.not_before, self.not_after) {
            (Some(from), Some(to)) if to <= from => Err(TaskError::EmptySchedule),
            _ => Ok(()),
        }
    }
}

/// Why a task cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum TaskError {
    /// Nothing to do.
    #[error("the intent is empty; say in a sentence what the call is for, for example \"Ask what time they close today\"")]
    EmptyIntent,
    /// Nobody to call for.
    #[error("it is not said for whom the call is; give a name as it should be said aloud, for example \"Sam Miller\"")]
    NoPrincipal,
    /// A text or list without end.
    #[error("{what} is longer than {limit}; shorten it")]
    TooLong {
        /// Which.
        what: &'static str,
        /// Characters, or entries.
        limit: usize,
    },
    /// A card number, a PIN, a code or a password.
    #[error(
        "a text of the task looks like a card number, a PIN, a code or a password, which are never spoken; take it out, and take the call \
         over if they ask for it. A number that is none of these: give it in parts, or say what it is behind the label, as in \"pin board (terms)\""
    )]
    NeverSpoken,
    /// A secret is named where words are said as they are written.
    #[error(
        "a secret can stand only as the whole value of a fact, as in --fact \"member number=@gym\"; take the @ out of the intent, the name \
         and the voicemail message"
    )]
    SecretInText,
    /// The voicemail message gives a fact that is too private for a tape.
    #[error(
        "the voicemail message gives a fact that is never left on a tape, which anybody may play; take it out of the message, or ask them \
         to call back"
    )]
    NotOnTape,
    /// A number outside its range.
    #[error("{what} must be {least} to {most} {unit}")]
    OutOfRange {
        /// Which.
        what: &'static str,
        /// Least.
        least: u64,
        /// Most.
        most: u64,
        /// Of what.
        unit: &'static str,
    },
    /// The end is not after the beginning.
    #[error("the schedule ends before it begins; choose a later end")]
    EmptySchedule,
}

impl TaskError {
    /// Returns the stable code of the error, an entry of [`crate::codes::CODES`].
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmptyIntent => crate::codes::TASK_EMPTY_INTENT.code,
            Self::NoPrincipal => crate::codes::TASK_NO_PRINCIPAL.code,
            Self::TooLong { .. } => crate::codes::TASK_TOO_LONG.code,
            Self::NeverSpoken => crate::codes::TASK_NEVER_SPOKEN.code,
            Self::SecretInText => crate::codes::TASK_SECRET_IN_TEXT.code,
            Self::NotOnTape => crate::codes::TASK_NOT_ON_TAPE.code,
            Self::OutOfRange { .. } => crate::codes::TASK_OUT_OF_RANGE.code,
            Self::EmptySchedule => crate::codes::TASK_EMPTY_SCHEDULE.code,
        }
    }
}

/// How far a task has come.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Being written; nothing was shown yet.
    #[default]
    Draft,
    /// The receipt was shown; the user has not answered.
    AwaitingApproval,
    /// May be dialed.
    Approved,
    /// An attempt is under way.
    Running,
    /// Ended with a report, whatever it says.
    Done,
    /// The user gave it up.
    Canceled,
    /// All attempts are used up, or it cannot be done.
    Failed,
}

/// What happens to a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskEvent {
    /// The receipt is shown.
    Present,
    /// The user (or the standing choice) says yes.
    Approve,
    /// Something was changed; an approval, if any, is void.
    Edit,
    /// An attempt begins.
    Start,
    /// The attempt ended and there will be no other: a report is there.
    Finish,
    /// The attempt ended and another is wanted; it needs an approval of its own.
    TryAgain,
    /// The attempt ended or cannot be made, and there is nothing to report.
    Fail,
    /// The user gives the task up.
    Cancel,
}

impl TaskEvent {
    /// All events.
    pub const ALL: [Self; 8] = [Self::Present, Self::Approve, Self::Edit, Self::Start, Self::Finish, Self::TryAgain, Self::Fail, Self::Cancel];
}

/// The task is in a state in which this cannot happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the task is {}, so this cannot be done", state.in_words())]
pub struct WrongTaskState {
    /// The state it is in.
    pub state: TaskState,
    /// What was tried.
    pub event: TaskEvent,
}

impl TaskState {
    /// Returns whether nothing more can happen.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Canceled | Self::Failed)
    }

    /// Returns the state as a stable word, as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Approved => "approved",
            Self::Running => "running",
            Self::Done => "done",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
        }
    }

    /// Returns the state for its stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Draft, Self::AwaitingApproval, Self::Approved, Self::Running, Self::Done, Self::Canceled, Self::Failed];
        all.into_iter().find(|state| state.as_str() == word)
    }

    /// Returns the state for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Draft => "a draft",
            Self::AwaitingApproval => "waiting for approval",
            Self::Approved => "approved",
            Self::Running => "running",
            Self::Done => "done",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
        }
    }

    /// Returns whether some event leads from this state to `next`. Staying in a state is always possible.
    pub fn may_become(self, next: Self) -> bool {
        self == next || TaskEvent::ALL.into_iter().any(|event| self.after(event) == Ok(next))
    }

    /// Returns the state after an event.
    ///
    /// # Errors
    /// [`WrongTaskState`] if the event cannot happen now; nothing changes.
    pub const fn after(self, event: TaskEvent) -> Result<Self, WrongTaskState> {
        use TaskEvent as E;
        use TaskState as S;
        match (event, self) {
            (E::Present, S::Draft | S::AwaitingApproval) => Ok(S::AwaitingApproval),
            (E::Approve, S::AwaitingApproval) => Ok(S::Approved),
            (E::Edit, S::Draft | S::AwaitingApproval | S::Approved) => Ok(S::Draft),
            (E::Start, S::Approved) => Ok(S::Running),
            (E::Finish, S::Running) => Ok(S::Done),
            (E::TryAgain, S::Running) => Ok(S::AwaitingApproval),
            (E::Fail, S::Draft | S::AwaitingApproval | S::Approved | S::Running) => Ok(S::Failed),
            (E::Cancel, S::Draft | S::AwaitingApproval | S::Approved | S::Running) => Ok(S::Canceled),
            (E::Present, S::Approved | S::Running | S::Done | S::Canceled | S::Failed)
            | (E::Approve, S::Draft | S::Approved | S::Running | S::Done | S::Canceled | S::Failed)
            | (E::Edit, S::Running | S::Done | S::Canceled | S::Failed)
            | (E::Start, S::Draft | S::AwaitingApproval | S::Running | S::Done | S::Canceled | S::Failed)
            | (E::Finish | E::TryAgain, S::Draft | S::AwaitingApproval | S::Approved | S::Done | S::Canceled | S::Failed)
            | (E::Fail | E::Cancel, S::Done | S::Canceled | S::Failed) => Err(WrongTaskState { state: self, event }),
        }
    }
}

#[cfg(test)]
impl Task {
    /// Returns a task for tests: a business in New York is to be asked when it closes, and the user has not said yes.
    pub(crate) fn example(created_at: Timestamp) -> Self {
        Self {
            id: TaskId::new("t1"),
            task_type: TaskType::InformationInquiry,
            number: PhoneNumber::parse("+12125552671").unwrap(),
            line: Line::Real,
            callee_kind: CalleeKind::Business,
            intent: Private::new("Ask what time they close today".into()),
            principal: Private::new("Sam Miller".into()),
            context: Private::default(),
            voicemail_message: None,
            persona: Persona::default(),
            limits: Limits::default(),
            schedule: Schedule::default(),
            created_at,
            state: TaskState::AwaitingApproval,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> Task {
        Task { line: Line::Practice, callee_kind: CalleeKind::Unknown, state: TaskState::Draft, ..Task::example(Timestamp(0)) }
    }

    #[test]
    fn a_task_with_everything_in_order_is_taken() {
        assert_eq!(task().check(), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_said_with_a_remedy() {
        let wrong = |change: fn(&mut Task)| {
            let mut task = task();
            change(&mut task);
            let error = task.check().unwrap_err();
            (error.code(), error.to_string())
        };
        assert_eq!(wrong(|t| t.intent = Private::new("  \n".into())).0, "task.empty_intent");
        assert_eq!(wrong(|t| t.intent = Private::new("x".repeat(2_001))).0, "task.too_long");
        assert_eq!(wrong(|t| t.principal = Private::new(String::new())).0, "task.no_principal");
        assert_eq!(wrong(|t| t.context = Private::new(vec![(String::new(), "x".repeat(501))])).0, "task.too_long");
        let fact = |label: &str, value: &str| Private::new(vec![(label.to_owned(), value.to_owned())]);
        let with_fact = |label: &str, value: &str| {
            let task = Task { context: fact(label, value), voicemail_message: Some(Private::new("I was born on March 2, 1970.".into())), ..task() };
            task.check().map_err(|error| error.code())
        };
        assert_eq!(with_fact("card", "4111 1111 1111 1111"), Err("task.never_spoken"));
        assert_eq!(with_fact("PIN", "@pin"), Err("task.never_spoken"));
        assert_eq!(with_fact("birthday", "March 2, 1970"), Err("task.not_on_tape"));
        assert_eq!(with_fact("member number", "@gym"), Ok(()));
        assert_eq!(wrong(|t| t.intent = Private::new("Pay with 4111 1111 1111 1111".into())).0, "task.never_spoken");
        assert_eq!(wrong(|t| t.intent = Private::new("Tell them @gym".into())).0, "task.secret_in_text");
        assert_eq!(
            wrong(|t| t.limits.ring_timeout = Duration::from_secs(14)),
            ("task.out_of_range", "the ring timeout must be 15 to 120 whole seconds".into())
        );
        assert_eq!(wrong(|t| t.limits.ring_timeout = Duration::from_millis(15_500)).0, "task.out_of_range");
        assert_eq!(wrong(|t| t.limits.total_time = Duration::from_secs(3_601)).0, "task.out_of_range");
        assert_eq!(wrong(|t| t.limits.max_attempts = 0).0, "task.out_of_range");
        assert_eq!(wrong(|t| t.schedule = Schedule { not_before: Some(Timestamp(5)), not_after: Some(Timestamp(5)) }).0, "task.empty_schedule");
    }

    #[test]
    fn a_task_walks_from_draft_to_done() {
        let mut state = TaskState::Draft;
        for (event, then) in [
            (TaskEvent::Present, TaskState::AwaitingApproval),
            (TaskEvent::Approve, TaskState::Approved),
            (TaskEvent::Start, TaskState::Running),
            (TaskEvent::TryAgain, TaskState::AwaitingApproval),
            (TaskEvent::Approve, TaskState::Approved),
            (TaskEvent::Edit, TaskState::Draft),
            (TaskEvent::Present, TaskState::AwaitingApproval),
            (TaskEvent::Approve, TaskState::Approved),
            (TaskEvent::Start, TaskState::Running),
            (TaskEvent::Finish, TaskState::Done),
        ] {
            state = state.after(event).unwrap();
            assert_eq!(state, then);
        }
    }

    #[test]
    fn nothing_moves_a_task_that_has_ended() {
        for state in [TaskState::Done, TaskState::Canceled, TaskState::Failed] {
            for event in TaskEvent::ALL {
                assert_eq!(state.after(event), Err(WrongTaskState { state, event }));
            }
        }
        assert!(TaskState::AwaitingApproval.after(TaskEvent::Start).is_err(), "nothing starts without approval");
        assert!(TaskState::Running.may_become(TaskState::Done) && !TaskState::Done.may_become(TaskState::Running));
    }
}
