//! The façade of all surfaces: [`Assistant`] takes an errand, shows its receipt, takes the yes, makes the call.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::approval::{Approval, ApprovedBy, Quote, Receipt};
use ::assistant::attempt::{AttemptState, Direction};
use ::assistant::budget::{DAY, MONTH};
use ::assistant::compliance::calling_hours::{callee_hours, local_time};
use ::assistant::compliance::recording::{Asks, RecordingPlan};
use ::assistant::compliance::standing::Standing;
use ::assistant::operator::OperatorGrant;
use ::assistant::policy::{self, Facts, Rules};
use ::assistant::rate_limit::COUNTED_OVER;
use ::assistant::refusal::Refusals;
use ::assistant::statistics::Statistics;
use ::assistant::task::{CalleeKind, Limits, Line, Schedule, Task, TaskError, TaskState};
use dialogue::brief::{Brief, Persona, TaskType};
use dialogue::{conversation, disclosure};
use ports::carrier::{CallRequest, ConversationMode};
use ports::clock::Clock;
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::task_store::{StoreError, TaskStore};
use ports::text_to_speech::Voice;
use telephony::cost::RateCard;
use telephony::recording::{RecordingBasis, RecordingGrant};
use telephony::{AttemptId, PhoneNumber, Private, TaskId, Timestamp};
use thiserror::Error;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use crate::call_driver::{
    Begins, CallDriver, CallOrder, CallOutcome, CallPorts, CarrierRecording, ControlSender, Event, MakeRecorder, Records, RoomWish,
    TakeoverAddresses, TakeoverOrder, control,
};
use crate::directory::{Connection, Directory};
use crate::live::LiveEvent;
use crate::media_lane::LaneConfig;
use crate::recorder::Recorder;
use crate::recording_plan::{self, Circumstances};
use crate::scribe::{Connecting, Scribe};
use crate::text_lane;
use crate::trace_writer::TraceWriter;

/// Events that a slow watcher may be behind before it loses the oldest.
const WATCHED_AT_MOST: usize = 256;

/// What an installation is made of.
pub struct Installation {
    /// Carrier, ears, voice, mind.
    pub ports: CallPorts,
    /// Rows.
    pub store: Arc<dyn TaskStore>,
    /// Recordings and traces.
    pub vault: Arc<dyn RecordingVault>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Makes identities and tokens that nobody can guess: at least 128 bits of chance, in characters that an address may hold.
    pub make_token: Arc<dyn Fn() -> String + Send + Sync>,
    /// Live calls, shared with the server.
    pub directory: Arc<Directory>,
    /// Which network is behind the carrier.
    pub line: Line,
    /// Our number.
    pub from: PhoneNumber,
    /// What the carrier charges.
    pub rates: RateCard,
    /// What may be done.
    pub rules: Rules,
    /// Whether calls are recorded where that is lawful.
    pub records: bool,
    /// Whether a recording that the carrier made is deleted there once it is kept here.
    pub deletes_at_carrier: bool,
    /// Whether the assistant listens on, and writes down what is said, once the user has taken a call over.
    pub listens_along: bool,
    /// How conversations are held: what the carrier can, see [`ports::carrier::Abilities::mode_for`].
    pub mode: ConversationMode,
    /// Returns the addresses under which the carrier reaches an attempt: answer, status, media socket.
    pub addresses: Arc<dyn Fn(&AttemptId) -> CarrierAddresses + Send + Sync>,
}

/// Where the carrier reaches an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CarrierAddresses {
    /// Asks what to do.
    pub answer: String,
    /// Asks if that failed.
    pub fallback: String,
    /// Reports the leg.
    pub status: String,
    /// Streams the audio.
    pub media: String,
    /// Streams texts.
    pub relay: String,
    /// Asks for a turn.
    pub turn: String,
    /// Reports a recording.
    pub recording: String,
    /// Reports who answered.
    pub machine: String,
    /// Asks and reports when the user takes a call over.
    pub takeover: TakeoverAddresses,
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

/// A call under way.
pub struct LiveCall {
    /// Its attempt.
    pub attempt: AttemptId,
    /// What happens, as it happens.
    pub events: broadcast::Receiver<LiveEvent>,
    control: ControlSender,
    work: JoinHandle<CallOutcome>,
}

impl LiveCall {
    /// Asks for a goodbye and the end.
    pub fn end_politely(&self) {
        self.control.send(Event::EndPolitely);
    }

    /// Rings the user's telephone, for them to take the call over; what comes of it is told as events.
    pub fn take_over(&self, order: TakeoverOrder) {
        self.control.send(Event::TakeOver(order));
    }

    /// Changes something in the room in which the user, who has the call, talks with the callee; what comes of it is told as events.
    pub fn wish(&self, wish: RoomWish) {
        self.control.send(Event::Wished(wish));
    }

    /// Ends it at the carrier without another word.
    pub fn cancel(&self) {
        self.control.send(Event::Cancel);
    }

    /// Waits until the carrier's leg is over and everything is on disk; `None` if our own task died.
    pub async fn outcome(self) -> Option<CallOutcome> {
        self.work.await.ok()
    }
}

/// Takes errands and makes calls.
pub struct Assistant {
    installation: Installation,
}

impl Assistant {
    /// Returns the assistant of an installation. Run [`crate::recovery::recover`] before the first call.
    pub fn new(installation: Installation) -> Self {
        Self { installation }
    }

    /// Keeps an errand as a task and returns it with the receipt to show.
    ///
    /// # Errors
    /// [`NotMade`]; a number that may never be called is refused here already.
    pub async fn create_task(&self, errand: Errand) -> Result<(Task, Receipt), NotMade> {
        let now = self.installation.clock.now();
        let task = Task {
            id: TaskId::new((self.installation.make_token)()),
            task_type: errand.task_type,
            number: errand.number,
            line: self.installation.line,
            callee_kind: errand.callee_kind,
            intent: Private::new(errand.intent),
            principal: Private::new(errand.principal),
            context: Private::new(errand.context),
            voicemail_message: errand.voicemail_message.map(Private::new),
            persona: errand.persona,
            limits: errand.limits,
            schedule: Schedule::default(),
            created_at: now,
            state: TaskState::AwaitingApproval,
        };
        task.check()?;
        let rules = &self.installation.rules;
        ::assistant::compliance::number_gate::check(&task.number, task.line, &rules.allowed_regions, rules.own_number.as_ref())
            .map_err(|refusal| NotMade::Refused(refusal.into()))?;
        let receipt = self.receipt(&task).await?;
        self.installation.store.create_task(&task, &receipt).await?;
        Ok((task, receipt))
    }

    /// Returns the receipt of a task as it stands now.
    ///
    /// # Errors
    /// [`NotMade::Store`].
    pub async fn receipt(&self, task: &Task) -> Result<Receipt, NotMade> {
        let now = self.installation.clock.now();
        let brief = self.brief(task, now);
        let rates = &self.installation.rates;
        let mut receipt = Receipt::of(
            task,
            Quote {
                opening: disclosure::opening(&brief).text,
                is_recorded: brief.is_recorded,
                estimated_cost: rates.call_cost(USUAL_CALL),
                worst_case_cost: rates.call_cost(task.limits.total_time),
                currency: rates.currency.clone(),
                notices: Vec::new(),
            },
        );
        receipt.cost_parts = rates.parts(USUAL_CALL);
        receipt.prices_read_on = rates.read_on.clone();
        receipt.notices = self.with_facts(&receipt, AttemptId::new("preview"), None, policy::notices).await?;
        Ok(receipt)
    }

    /// Takes the user's yes to a receipt.
    ///
    /// # Errors
    /// [`NotMade`].
    pub async fn approve(&self, receipt: &Receipt, by: ApprovedBy) -> Result<(), NotMade> {
        let approval = Approval::of(receipt, by, self.installation.clock.now(), Approval::GOOD_FOR);
        Ok(self.installation.store.approve(&receipt.task, &approval).await?)
    }

    /// Gives a task up, at any time. A call of it that is live is ended at the carrier.
    ///
    /// # Errors
    /// [`NotMade`].
    pub async fn cancel(&self, task: &TaskId) -> Result<(), NotMade> {
        let store = &self.installation.store;
        let found = store.task(task).await?.ok_or(NotMade::NoSuchTask)?;
        if found.state.is_final() {
            return Err(NotMade::WrongState { state: found.state });
        }
        store.set_task_state(task, TaskState::Canceled).await?;
        for attempt in store.attempts(task).await?.iter().filter(|attempt| attempt.state != AttemptState::Terminal) {
            self.installation.directory.cancel(&attempt.attempt);
        }
        Ok(())
    }

    /// Asks the gate at the moment of dialing, writes the intent, and makes the call.
    ///
    /// The gate is asked again if other calls took the money or the place meanwhile, so that its refusal names the cap.
    ///
    /// # Errors
    /// [`NotMade`]; nothing rang.
    pub async fn execute(&self, task: &TaskId) -> Result<LiveCall, NotMade> {
        let store = &self.installation.store;
        let task = store.task(task).await?.ok_or(NotMade::NoSuchTask)?;
        if task.state != TaskState::Approved {
            return Err(NotMade::WrongState { state: task.state });
        }
        let receipt = self.receipt(&task).await?;
        let attempt = AttemptId::new((self.installation.make_token)());
        for _ in 0..OVERTAKEN_AT_MOST {
            let decision = self.with_facts(&receipt, attempt.clone(), Some(&task.id), policy::decide).await?;
            let cleared = match decision.verdict {
                Ok(cleared) => cleared,
                Err(refusals) => {
                    store.refused(&task.id, &refusals, self.installation.clock.now()).await?;
                    return Err(NotMade::Refused(refusals));
                }
            };
            match store.commit_intent(&task.id, &cleared).await {
                Ok(()) => {
                    let limits = (cleared.ring_timeout(), cleared.time_limit());
                    return Ok(self.begin(&task, attempt, Begins::Dialed(cleared), limits));
                }
                Err(StoreError::Overtaken) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Overtaken.into())
    }

    /// Returns the figures of what ended within this time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn statistics(&self, since: Timestamp, until: Timestamp) -> Result<Statistics, StoreError> {
        let store = &self.installation.store;
        Ok(Statistics::of(&store.ended_calls(since, until).await?, store.task_counts(since, until).await?))
    }

    /// Returns the order to hand a live call over to the user, whose telephone this is.
    ///
    /// # Errors
    /// The number gate's refusal.
    pub fn takeover_order(&self, telephone: &PhoneNumber, is_cold: bool) -> Result<TakeoverOrder, NotMade> {
        let grant = OperatorGrant::for_number(telephone, self.installation.line, &self.installation.rules)
            .map_err(|refusal| NotMade::Refused(refusal.into()))?;
        Ok(TakeoverOrder { grant, is_cold, room: (self.installation.make_token)() })
    }

    /// Returns the wish to have somebody in the room in which the user talks with a callee.
    ///
    /// # Errors
    /// [`NotMade`]: the number gate's refusal, or theirs who asked never to be called again.
    pub async fn invitation(&self, guest: &PhoneNumber) -> Result<RoomWish, NotMade> {
        let installation = &self.installation;
        let has_opted_out = installation.store.has_opted_out(guest).await?;
        let grant = OperatorGrant::for_guest(guest, installation.line, &installation.rules, has_opted_out)
            .map_err(|refusal| NotMade::Refused(refusal.into()))?;
        Ok(RoomWish::Invite(grant))
    }

    pub(crate) fn begin(&self, task: &Task, attempt: AttemptId, begins: Begins, (ring_timeout, time_limit): (Duration, Duration)) -> LiveCall {
        let installation = &self.installation;
        let addresses = (installation.addresses)(&attempt);
        let (sender, receiver) = control();
        let mode = installation.mode;
        let (watchers, events) = broadcast::channel(WATCHED_AT_MOST);
        let now = installation.clock.now();
        let plan = self.recording_plan(task, now);
        let brief = Brief { is_ring_back: matches!(begins, Begins::Arrived(_)), ..self.brief(task, now) };
        let connection = Connection {
            mode,
            socket_url: if mode == ConversationMode::TextRelay { addresses.relay.clone() } else { addresses.media.clone() },
            turn_url: addresses.turn.clone(),
            records_to: (brief.is_recorded && mode.is_in_text()).then(|| addresses.recording.clone()),
            listens_at: addresses.media.clone(),
        };
        installation.directory.enter(attempt.clone(), sender.clone(), connection, (installation.make_token)());
        let finds_machines = mode.is_in_text() && installation.ports.carrier.abilities().machine_detection;
        let order = CallOrder {
            request: CallRequest {
                attempt: attempt.clone(),
                to: task.number.clone(),
                from: installation.from.clone(),
                answer_url: addresses.answer,
                fallback_url: addresses.fallback,
                status_url: addresses.status,
                ring_timeout,
                time_limit,
                machine_url: finds_machines.then(|| addresses.machine.clone()),
            },
            call: telephony::call::Config::new(ring_timeout, time_limit),
            records: self.records(&attempt, plan, addresses.recording),
            begins,
            brief,
            conversation: match mode {
                ConversationMode::MediaStream => conversation::Config::default(),
                ConversationMode::TextRelay => text_lane::config(conversation::Config::default(), true),
                ConversationMode::SpokenTurns => text_lane::config(conversation::Config::default(), false),
            },
            mode,
            turn_url: addresses.turn,
            takeover: addresses.takeover,
            reopen: {
                let (directory, attempt, make_token) = (installation.directory.clone(), attempt.clone(), installation.make_token.clone());
                Box::new(move || directory.reopen(&attempt, make_token()))
            },
            overhear: {
                let (directory, attempt, make_token) = (installation.directory.clone(), attempt.clone(), installation.make_token.clone());
                let listens = installation.listens_along;
                Box::new(move || listens.then(|| directory.overhear(&attempt, make_token())).flatten())
            },
            lane: LaneConfig::default(),
            voice: Voice::default(),
        };
        let by = Connecting { provider: installation.ports.carrier.name(), rates: installation.rates.clone() };
        let scribe = Scribe::begin(installation.store.clone(), installation.clock.clone(), (attempt.clone(), task.number.clone()), by);
        let driver = CallDriver::new(order, installation.ports.clone(), (sender.clone(), receiver), watchers, scribe);
        let (directory, left) = (installation.directory.clone(), attempt.clone());
        let work = tokio::spawn(async move {
            let outcome = driver.run().await;
            directory.leave(&left);
            outcome
        });
        LiveCall { attempt, events, control: sender, work }
    }

    /// A vault that cannot be used costs recording and trace, not the call; the warning says so.
    fn records(&self, attempt: &AttemptId, plan: RecordingPlan, report_to: String) -> Records {
        let (vault, of) = (self.installation.vault.clone(), attempt.clone());
        let (where_it_lies, deleted) = (vault.clone(), attempt.clone());
        let open = move |kind| match vault.create(&of, kind) {
            Ok(sink) => Some(sink),
            Err(error) => {
                tracing::warn!(%error, "the vault cannot be used; the call goes on without {}", kind.as_str());
                None
            }
        };
        let trace = open(ObjectKind::Trace).map(TraceWriter::new);
        let RecordingPlan::FromNotice { asks, .. } = &plan else {
            return Records { plan, trace, delete: None, recorder: None, carrier: None };
        };
        let may_carrier = *asks == Asks::OneParty;
        let mut records = Records { plan, trace, delete: None, recorder: None, carrier: None };
        records.delete = Some(Box::new(move || {
            if let Err(error) = where_it_lies.delete(&deleted, ObjectKind::Recording) {
                tracing::error!(%error, "a recording could not be deleted; delete it by hand");
            }
        }));
        let grant = || RecordingGrant::after_notice(self.recording_basis());
        if !self.installation.mode.is_in_text() {
            let (open, grant) = (open.clone(), grant());
            let recorder: MakeRecorder = Box::new(move || open(ObjectKind::Recording).map(|sink| Recorder::new(&grant, sink)));
            records.recorder = Some(recorder);
        }
        // Also for a call whose stream does not come about: it goes on where no audio comes to us, and is recorded there if it
        // may be before the notice was heard.
        records.carrier = may_carrier.then(|| CarrierRecording {
            report_to,
            deletes_there: self.installation.deletes_at_carrier,
            grant: grant(),
            open: Box::new(move || open(ObjectKind::Recording)),
        });
        records
    }

    pub(crate) fn installation(&self) -> &Installation {
        &self.installation
    }

    pub(crate) fn recording_basis(&self) -> RecordingBasis {
        match self.installation.line {
            Line::Practice => RecordingBasis::Practice,
            Line::Real => RecordingBasis::Notice,
        }
    }

    fn recording_plan(&self, task: &Task, now: Timestamp) -> RecordingPlan {
        let installation = &self.installation;
        let circumstances = Circumstances {
            line: installation.line,
            is_wanted: installation.records,
            is_at_carrier: installation.mode.is_in_text(),
            own: &installation.from,
            now,
        };
        recording_plan::plan(task, &circumstances)
    }

    fn brief(&self, task: &Task, now: Timestamp) -> Brief {
        Brief {
            task_type: task.task_type,
            intent: task.intent.expose().clone(),
            principal: task.principal.expose().clone(),
            may_disclose: task.context.expose().clone(),
            voicemail_message: task.voicemail_message.as_ref().map(|message| message.expose().clone()),
            persona: task.persona,
            is_recorded: is_recorded(&self.recording_plan(task, now)),
            local_time: local_time(&task.number, now),
            time_limit: task.limits.total_time,
            is_ring_back: false,
            listens_along: self.installation.listens_along,
        }
    }

    async fn with_facts<T>(
        &self,
        receipt: &Receipt,
        attempt: AttemptId,
        task: Option<&TaskId>,
        ask: impl FnOnce(&Facts<'_>) -> T,
    ) -> Result<T, StoreError> {
        let store = &self.installation.store;
        let now = self.installation.clock.now();
        let approval = match task {
            Some(task) => store.approval(task).await?,
            None => None,
        };
        let attempts = match task {
            Some(task) => store
                .attempts(task)
                .await?
                .iter()
                .filter(|attempt| attempt.state != AttemptState::Intent && attempt.direction == Direction::Outbound)
                .count(),
            None => 0,
        };
        let hours = callee_hours(&receipt.number, receipt.callee_kind, now, receipt.limits.total_time);
        let facts = Facts {
            attempt,
            receipt,
            is_approval_used: approval.as_ref().is_some_and(|(_, is_used)| *is_used),
            approval: approval.as_ref().map(|(approval, _)| approval),
            attempts_made: u32::try_from(attempts).unwrap_or(u32::MAX),
            has_opted_out: store.has_opted_out(&receipt.number).await?,
            standing: &Standing::default(),
            now,
            hours: &hours,
            usage: store.usage(&receipt.number, now - COUNTED_OVER).await?,
            spending: store.spending(now - DAY, now - MONTH).await?,
            rules: &self.installation.rules,
        };
        Ok(ask(&facts))
    }
}

const fn is_recorded(plan: &RecordingPlan) -> bool {
    matches!(plan, RecordingPlan::FromNotice { .. })
}

/// A usual call lasts this long; the estimate on a receipt rests on it.
const USUAL_CALL: Duration = Duration::from_secs(120);

/// How often a dial may be overtaken by others before it is given up: each time somebody else's call was let through.
const OVERTAKEN_AT_MOST: usize = 8;
