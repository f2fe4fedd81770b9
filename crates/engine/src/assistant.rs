//! The façade of all surfaces: [`Assistant`] takes an errand, shows its receipt, takes the yes, makes the call.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::approval::{ApprovedBy, Receipt};
use ::assistant::attempt::AttemptState;
use ::assistant::budget::Payer;
use ::assistant::compliance::recording::{Asks, RecordingPlan};
use ::assistant::expense::ExpenseKind;
use ::assistant::policy::Rules;
use ::assistant::retry::{RetryPlan, Tried};
use ::assistant::statistics::Statistics;
use ::assistant::task::{Line, Task, TaskState};
use dialogue::brief::Brief;
use dialogue::conversation;
use ports::carrier::{CallRequest, Carrier, ConversationMode};
use ports::clock::Clock;
use ports::recording_store::RecordingStore;
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::task_store::{StoreError, TaskStore};
use ports::text_to_speech::Voice;
use telephony::cost::RateCard;
use telephony::recording::{RecordingBasis, RecordingGrant};
use telephony::{AttemptId, PhoneNumber, TaskId, Timestamp};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use crate::call_driver::{
    Begins, CallDriver, CallOrder, CallOutcome, CallPorts, CarrierRecording, ControlSender, Event, MakeRecorder, Records, RoomWish, SecondWay,
    TakeoverAddresses, TakeoverOrder, control,
};
use crate::directory::{Connection, Directory};
use crate::filling::Secrets;
use crate::further_leg::FurtherLeg;
use crate::gate;
use crate::live::LiveEvent;
use crate::media_lane::LaneConfig;
use crate::recorder::Recorder;
use crate::scribe::{Books, Connecting, Scribe};
use crate::task_desk::TaskDesk;
use crate::text_lane;
use crate::trace_writer::TraceWriter;

pub use crate::task_desk::{Errand, NotMade};

/// Events that a slow watcher may be behind before it loses the oldest.
const WATCHED_AT_MOST: usize = 256;

/// What an installation is made of.
pub struct Installation {
    /// Carrier, ears, voice, mind.
    pub ports: CallPorts,
    /// Takes errands and asks the gate; knows the rows, the clock and the rules.
    pub desk: TaskDesk,
    /// Recordings and traces.
    pub vault: Arc<dyn RecordingVault>,
    /// What becomes of recordings that the carrier makes.
    pub recordings: Arc<dyn RecordingStore>,
    /// Live calls, shared with the server.
    pub directory: Arc<Directory>,
    /// Whether a recording that the carrier made is deleted there once it is kept here.
    pub deletes_at_carrier: bool,
    /// How conversations are held: what the carrier can, see [`ports::carrier::Abilities::mode_for`].
    pub mode: ConversationMode,
    /// Returns the addresses under which the carrier reaches an attempt: answer, status, media socket.
    pub addresses: AddressesOf,
    /// Who dials if the carrier surely did not; the receipts of `desk` name it.
    pub second: Option<SecondCarrier>,
}

/// Returns the addresses of an attempt.
pub type AddressesOf = Arc<dyn Fn(&AttemptId) -> CarrierAddresses + Send + Sync>;

/// A second phone provider. Its conversations must come as sound if the first one's do, and in text if those do.
#[derive(Clone)]
pub struct SecondCarrier {
    /// The provider.
    pub carrier: Arc<dyn Carrier>,
    /// Our number there.
    pub from: PhoneNumber,
    /// What it charges.
    pub rates: RateCard,
    /// Under which addresses it reaches an attempt.
    pub addresses: AddressesOf,
}

impl Installation {
    /// Returns the rows.
    pub fn store(&self) -> &Arc<dyn TaskStore> {
        &self.desk.gate.store
    }

    /// Returns the wall clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.desk.gate.clock
    }

    /// Returns the rules.
    pub const fn rules(&self) -> &Rules {
        &self.desk.gate.rules
    }

    /// Returns what the carrier charges.
    pub const fn rates(&self) -> &RateCard {
        &self.desk.house.rates
    }

    /// Returns which network is behind the carrier.
    pub const fn line(&self) -> Line {
        self.desk.house.line
    }

    /// Returns an identity or token that nobody can guess: at least 128 bits of chance, in characters that an address may hold.
    pub fn make_token(&self) -> String {
        (self.desk.make_token)()
    }
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

/// A call under way.
pub struct LiveCall {
    /// Its attempt.
    pub attempt: AttemptId,
    /// What happens, as it happens.
    pub events: broadcast::Receiver<LiveEvent>,
    control: ControlSender,
    work: JoinHandle<CallOutcome>,
    payer: Payer,
    time_limit: Duration,
}

impl LiveCall {
    fn further_leg<'a>(&'a self, telephone: &'a PhoneNumber, kind: ExpenseKind) -> FurtherLeg<'a> {
        FurtherLeg { telephone, kind, attempt: Some(&self.attempt), payer: &self.payer, time_limit: self.time_limit }
    }

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
    /// Returns the assistant of an installation. Run [`crate::recovery::Recovery::begin`] before the first call.
    pub fn new(installation: Installation) -> Self {
        Self { installation }
    }

    /// Returns the desk, which takes errands and approvals.
    pub const fn desk(&self) -> &TaskDesk {
        &self.installation.desk
    }

    /// Keeps an errand as a task and returns it with the receipt to show.
    ///
    /// # Errors
    /// [`NotMade`]; a number that may never be called is refused here already.
    pub async fn create_task(&self, errand: Errand) -> Result<(Task, Receipt), NotMade> {
        self.desk().create_task(errand).await
    }

    /// Takes the user's yes to a receipt.
    ///
    /// # Errors
    /// [`NotMade`].
    pub async fn approve(&self, receipt: &Receipt, by: ApprovedBy) -> Result<(), NotMade> {
        Ok(self.desk().approve(receipt, by).await?)
    }

    /// Gives a task up, at any time. A call of it that is live is ended at the carrier.
    ///
    /// # Errors
    /// [`NotMade`].
    pub async fn cancel(&self, task: &TaskId) -> Result<(), NotMade> {
        self.desk().cancel(task).await?;
        for attempt in self.installation.store().attempts(task).await?.iter().filter(|attempt| attempt.state != AttemptState::Terminal) {
            self.installation.directory.cancel(&attempt.attempt);
        }
        Ok(())
    }

    /// Asks the gate at the moment of dialing, writes the intent with the decision, and makes the call. A refusal is written down
    /// as well.
    ///
    /// The gate is asked again if other calls took the money or the place meanwhile, so that its refusal names the cap.
    ///
    /// # Errors
    /// [`NotMade`]; nothing rang.
    pub async fn execute(&self, task: &TaskId) -> Result<LiveCall, NotMade> {
        self.execute_planned(task, None).await
    }

    /// Does the same for a task that is tried again by itself if `retry` says so: then it waits for its next approval once the
    /// attempt has ended, instead of being done.
    ///
    /// # Errors
    /// [`NotMade`]; nothing rang.
    pub async fn execute_planned(&self, task: &TaskId, retry: Option<RetryPlan>) -> Result<LiveCall, NotMade> {
        let (desk, store) = (self.desk(), self.installation.store());
        let task = store.task(task).await?.ok_or(NotMade::NoSuchTask)?;
        if task.state != TaskState::Approved {
            return Err(NotMade::WrongState { state: task.state });
        }
        let receipt = desk.checked_receipt(&task).await?;
        let secrets = desk.secrets(&task).await?;
        let attempt = AttemptId::new(self.installation.make_token());
        let before = gate::tried(&store.attempts(&task.id).await?);
        let retry = retry.map(|plan| (plan, before));
        for _ in 0..OVERTAKEN_AT_MOST {
            let decision = desk.gate.decide(&task.id, &receipt, &attempt).await?;
            let cleared = decision.verdict.map_err(NotMade::Refused)?;
            match store.commit_intent(&task.id, &cleared).await {
                Ok(()) => {
                    let limits = (cleared.ring_timeout(), cleared.time_limit());
                    return Ok(self.begin(&task, attempt, Begins::Dialed(Box::new(cleared)), limits, retry, secrets));
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
        let store = self.installation.store();
        Ok(Statistics::of(&store.ended_calls(since, until).await?, store.task_counts(since, until).await?))
    }

    /// Returns the order to hand a live call over to the user, whose telephone this is.
    ///
    /// # Errors
    /// [`NotMade`]: the refusal of the number gate, the pause or the budget.
    pub async fn takeover_order(&self, live: &LiveCall, telephone: &PhoneNumber, is_cold: bool) -> Result<TakeoverOrder, NotMade> {
        let grant = self.installation.leave_to_ring(&live.further_leg(telephone, ExpenseKind::UserLeg)).await?;
        Ok(TakeoverOrder { grant, is_cold, room: self.installation.make_token() })
    }

    /// Returns the wish to have somebody in the room in which the user talks with a callee.
    ///
    /// # Errors
    /// [`NotMade`]: the refusal of the number gate, the pause or the budget, or theirs who asked never to be called again.
    pub async fn invitation(&self, live: &LiveCall, guest: &PhoneNumber) -> Result<RoomWish, NotMade> {
        Ok(RoomWish::Invite(self.installation.leave_to_ring(&live.further_leg(guest, ExpenseKind::GuestLeg)).await?))
    }

    pub(crate) fn begin(
        &self,
        task: &Task,
        attempt: AttemptId,
        begins: Begins,
        (ring_timeout, time_limit): (Duration, Duration),
        retry: Option<(RetryPlan, Tried)>,
        secrets: Secrets,
    ) -> LiveCall {
        let installation = &self.installation;
        let addresses = (installation.addresses)(&attempt);
        let payer = Payer { task: Some(task.id.clone()), user: Some(task.principal.clone()) };
        let (sender, receiver) = control();
        let mode = installation.mode;
        let (watchers, events) = broadcast::channel(WATCHED_AT_MOST);
        let now = installation.clock().now();
        let plan = self.desk().recording_plan(task, now);
        let brief = Brief { is_ring_back: matches!(begins, Begins::Arrived(_)), ..self.desk().brief(task, now) };
        let connection = connected(mode, brief.is_recorded, &addresses);
        installation.directory.enter(attempt.clone(), sender.clone(), connection, installation.make_token());
        let request = |carrier: &dyn Carrier, from: &PhoneNumber, addresses: &CarrierAddresses| {
            let finds_machines = mode.is_in_text() && carrier.abilities().machine_detection;
            CallRequest {
                attempt: attempt.clone(),
                to: task.number.clone(),
                from: from.clone(),
                answer_url: addresses.answer.clone(),
                fallback_url: addresses.fallback.clone(),
                status_url: addresses.status.clone(),
                ring_timeout,
                time_limit,
                machine_url: finds_machines.then(|| addresses.machine.clone()),
            }
        };
        let second = installation.second.as_ref().map(|second| {
            let addresses = (second.addresses)(&attempt);
            let (directory, of) = (installation.directory.clone(), attempt.clone());
            let mode = second.carrier.abilities().mode_for(mode);
            let connection = connected(mode, brief.is_recorded, &addresses);
            SecondWay {
                carrier: second.carrier.clone(),
                mode,
                request: request(second.carrier.as_ref(), &second.from, &addresses),
                rates: second.rates.clone(),
                turn_url: addresses.turn,
                takeover: addresses.takeover,
                report_to: addresses.recording,
                reconnect: Box::new(move || directory.reconnect(&of, connection)),
            }
        });
        let order = CallOrder {
            request: request(installation.ports.carrier.as_ref(), &installation.desk.house.from, &addresses),
            second,
            call: telephony::call::Config::new(ring_timeout, time_limit),
            records: self.records(&attempt, plan, addresses.recording),
            begins,
            brief,
            secrets,
            conversation: match mode {
                ConversationMode::MediaStream => conversation::Config::default(),
                ConversationMode::TextRelay => text_lane::config(conversation::Config::default(), true),
                ConversationMode::SpokenTurns => text_lane::config(conversation::Config::default(), false),
            },
            mode,
            turn_url: addresses.turn,
            takeover: addresses.takeover,
            reopen: {
                let (directory, attempt, make_token) = (installation.directory.clone(), attempt.clone(), installation.desk.make_token.clone());
                Box::new(move || directory.reopen(&attempt, make_token()))
            },
            overhear: {
                let (directory, attempt, make_token) = (installation.directory.clone(), attempt.clone(), installation.desk.make_token.clone());
                let listens = installation.desk.house.listens_along;
                Box::new(move || listens.then(|| directory.overhear(&attempt, make_token())).flatten())
            },
            lane: LaneConfig::default(),
            voice: Voice::default(),
        };
        let by = Connecting { provider: installation.ports.carrier.name(), rates: installation.rates().clone(), retry };
        let books = Books {
            store: installation.store().clone(),
            recordings: installation.recordings.clone(),
            attempt: attempt.clone(),
            number: task.number.clone(),
        };
        let scribe = Scribe::begin(books, installation.clock().clone(), by);
        let driver = CallDriver::new(order, installation.ports.clone(), (sender.clone(), receiver), watchers, scribe);
        let (directory, left) = (installation.directory.clone(), attempt.clone());
        let work = tokio::spawn(async move {
            let outcome = driver.run().await;
            directory.leave(&left);
            outcome
        });
        LiveCall { attempt, events, control: sender, work, payer, time_limit }
    }

    /// A vault that cannot be used costs recording and trace, not the call; the warning says so.
    fn records(&self, attempt: &AttemptId, plan: RecordingPlan, report_to: String) -> Records {
        let (vault, of) = (self.installation.vault.clone(), attempt.clone());
        let (where_it_lies, deleted) = (vault.clone(), attempt.clone());
        let (late, named) = (vault.clone(), attempt.clone());
        let (part_in, part_of) = (vault.clone(), attempt.clone());
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
            open: Box::new(move || late.create(&named, ObjectKind::Recording)),
            discard: Box::new(move || {
                if let Err(error) = part_in.delete(&part_of, ObjectKind::Recording) {
                    tracing::warn!(%error, "a part of a recording could not be deleted; the next try replaces it");
                }
            }),
        });
        records
    }

    pub(crate) fn installation(&self) -> &Installation {
        &self.installation
    }

    pub(crate) fn recording_basis(&self) -> RecordingBasis {
        match self.installation.line() {
            Line::Practice => RecordingBasis::Practice,
            Line::Real => RecordingBasis::Notice,
        }
    }
}

/// How the carrier is told to hold a conversation, by the addresses under which it reaches us.
fn connected(mode: ConversationMode, is_recorded: bool, addresses: &CarrierAddresses) -> Connection {
    Connection {
        mode,
        socket_url: if mode == ConversationMode::TextRelay { addresses.relay.clone() } else { addresses.media.clone() },
        turn_url: addresses.turn.clone(),
        records_to: (is_recorded && mode.is_in_text()).then(|| addresses.recording.clone()),
        listens_at: addresses.media.clone(),
    }
}

/// How often a dial may be overtaken by others before it is given up: each time somebody else's call was let through.
const OVERTAKEN_AT_MOST: usize = 8;
