//! The load mode: every media socket with the fixed token is a call, with speech and brain that only take their time.
//!
//! Everything else is what a real call runs through: the errand is kept, approved and cleared, "dialing" is on disk
//! before `StubLine` is asked to dial, the driver, the media lane, the transcript, the recording and the trace are
//! those of the engine. Only nobody's telephone rings. `READY` calls are always dialed and ringing, so that a socket
//! that comes in finds its opening rendered, as after a real answer. Rows, recordings and traces go to a folder of their
//! own that is deleted at the end: a load test has no business in the user's figures.

use std::sync::Arc;
use std::time::Duration;

use assistant::approval::ApprovedBy;
use assistant::budget::Budget;
use assistant::policy::{Rules, Solicitation};
use assistant::rate_limit::Caps;
use assistant::spending_alert::AlertRules;
use assistant::task::{CalleeKind, Limits, Line, Schedule};
use async_trait::async_trait;
use carriers::registry::{self, Account};
use dialogue::brief::TaskType;
use engine::assistant::{Assistant, Errand, Installation};
use engine::call_driver::CallPorts;
use engine::capacity::{Capacity, CapacityConfig};
use engine::clock_guard::ClockGuard;
use engine::directory::{Directory, StreamRefused};
use engine::gate::Gate;
use engine::live::LiveEvent;
use engine::media_link::SocketEnd;
use engine::metrics::Metrics;
use engine::task_desk::{House, TaskDesk};
use models::StubSpeech;
use ports::carrier::{
    Abilities, Announcement, CallRequest, Carrier, CarrierCall, CarrierError, CarrierEvent, CarrierNews, CarrierRoom, Cleared, ConversationMode,
    LiveLeg, MemberChange, OperatorGrant, RecordingState,
};
use serde_json::json;
use server::{Admission, Server, ServerState};
use store::{Access, Options, Store, Vault};
use telephony::cost::RateCard;
use telephony::leg::LegState;
use telephony::plan::Verb;
use telephony::{AttemptId, CarrierCallId, CarrierRecordingId, PhoneNumber, Private, Timestamp};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::failure::{Failure, codes};
use crate::wiring::{self, START_WITHIN, SystemClock};

/// Calls that ring and wait for a socket: at 100 new calls a second, 80 ms of writing them down.
const READY: usize = 8;

/// What load tests call; a fictional number that nobody has.
const CALLEE: &str = "+12125550123";
const CALLER: &str = "+15005550006";

/// Where the carrier's media sockets arrive. A load test opens `ws://ADDRESS` and this.
pub const MEDIA_PATH: &str = "/carrier/media";

/// How the load mode is run.
#[derive(Clone, Debug)]
pub struct StubSettings {
    /// How long ears, brain and voice take.
    pub speech: StubSpeech,
    /// What each stream presents as its parameter `token`; `None` makes one.
    pub token: Option<String>,
    /// Calls at once.
    pub calls_at_most: usize,
}

/// The load mode under way.
pub struct Serving {
    /// Live calls, ringing ones among them.
    pub directory: Arc<Directory>,
    server: Server,
    store: Arc<Store>,
    capacity: Arc<Capacity>,
    token: String,
    secret: String,
    work: [JoinHandle<()>; 2],
    folder: TempDir,
}

/// Opens the load mode.
///
/// # Errors
/// The address or the folder cannot be had.
pub async fn open(settings: &StubSettings, config: &Config) -> Result<Serving, Failure> {
    let folder =
        tempfile::Builder::new().prefix("puppetmaster-load-").tempdir().map_err(|error| Failure::new(&codes::SERVE_NO_FOLDER, error.to_string()))?;
    let (store, vault) = {
        let vault = Vault::open(folder.path())?;
        (Arc::new(Store::open(folder.path(), Options::new(Access::Dialing)).await?), Arc::new(vault))
    };
    let bound = wiring::bind(config).await?;
    let origin: Arc<str> = format!("http://{}", bound.address()).into();
    let secret = wiring::make_token();
    let directory = Arc::new(Directory::default());
    let capacity = Arc::new(Capacity::new(CapacityConfig::new(settings.calls_at_most)));
    let token = settings.token.clone().unwrap_or_else(wiring::make_token);
    let (ringing, ready) = mpsc::channel(READY);
    let state = ServerState {
        reception: None,
        second: None,
        callbacks: callbacks(&secret)?,
        directory: directory.clone(),
        admission: Arc::new(Door { token: token.clone(), directory: directory.clone(), ready: tokio::sync::Mutex::new(ready) }),
        capacity: Some(capacity.clone()),
        metrics: Arc::new(Metrics::default()),
        public_origin: origin.clone(),
        sockets_are_signed: false,
        start_within: START_WITHIN,
    };
    let assistant = Assistant::new(Installation {
        ports: CallPorts {
            carrier: Arc::new(StubLine { directory: directory.clone() }),
            ears: settings.speech.speech_to_text(),
            voice: settings.speech.text_to_speech(),
            end_of_turn: None,
            brain: settings.speech.brain(),
            breakers: Arc::default(),
        },
        desk: TaskDesk {
            gate: Gate {
                store: store.clone(),
                policy: store.clone(),
                clock: Arc::new(SystemClock),
                rules: rules(),
                breakers: Arc::default(),
                clock_guard: ClockGuard::default(),
            },
            secrets: store.clone(),
            house: House {
                line: Line::Practice,
                from: number(CALLER)?,
                rates: RateCard::free(),
                second: None,
                records: Some(true),
                is_in_text: false,
                listens_along: false,
                notices: Vec::new(),
            },
            make_token: Arc::new(wiring::make_token),
        },
        vault: wiring::behind(vault)?,
        recordings: store.clone(),
        directory: directory.clone(),
        deletes_at_carrier: false,
        mode: ConversationMode::MediaStream,
        addresses: wiring::addresses(origin),
        second: None,
    });
    let work = [tokio::spawn(keep_ringing(assistant, number(CALLEE)?, ringing)), tokio::spawn(capacity.clone().watch())];
    Ok(Serving { directory, server: bound.serve(state), store, capacity, token, secret, work, folder })
}

impl Serving {
    /// Returns what a load test needs to know, as one line of JSON.
    pub fn description(&self) -> serde_json::Value {
        let address = self.server.address();
        json!({
            "address": address,
            "media_url": format!("ws://{address}{MEDIA_PATH}"),
            "media_path": MEDIA_PATH,
            "media_token": self.token,
            "answer_url": format!("http://{address}/carrier/answer/none"),
            "webhook_secret": self.secret,
            "calls_at_most": self.capacity.config().calls_at_most,
        })
    }

    /// Takes no new call any more.
    pub fn close_door(&self) {
        self.capacity.close();
        self.work.iter().for_each(JoinHandle::abort);
    }

    /// Ends the server, once its calls are over, and deletes the folder.
    pub async fn stop(self) {
        self.server.stop().await;
        self.store.close().await;
        if let Err(error) = self.folder.close() {
            tracing::warn!(%error, "the temporary folder could not be deleted");
        }
    }
}

/// The rules of the load mode: only its own capacity bounds it.
fn rules() -> Rules {
    Rules {
        allowed_regions: Vec::new(),
        own_numbers: Vec::new(),
        caps: Caps { per_business_number: u32::MAX, per_consumer_number: u32::MAX, calls_at_once: u32::MAX, ..Caps::default() },
        budget: Budget::default(),
        alerts: AlertRules::default(),
        strict_practice: false,
        solicitation: Solicitation::Refused,
        missing: Vec::new(),
        least_free_bytes: 0,
    }
}

fn number(text: &str) -> Result<PhoneNumber, Failure> {
    PhoneNumber::parse(text).map_err(|error| Failure::new(&codes::CARRIER_SETTINGS, error.to_string()))
}

/// Webhooks are signed as Twilio signs them, with a secret that the description names. No request leaves for anywhere.
fn callbacks(secret: &str) -> Result<Arc<dyn ports::carrier::Callbacks>, Failure> {
    let account =
        Account { id: "AC0".into(), secret: Private::new(secret.to_owned()), base_url: Some("http://127.0.0.1:9".into()), ..Account::default() };
    let provider = registry::open("mock", account).map_err(|error| Failure::new(&codes::CARRIER_SETTINGS, error.to_string()))?;
    Ok(provider.callbacks)
}

/// Keeps the channel full of calls that ring.
async fn keep_ringing(assistant: Assistant, callee: PhoneNumber, ringing: mpsc::Sender<AttemptId>) {
    // An error means that nobody answers any more.
    while let Ok(place) = ringing.reserve().await {
        match ring(&assistant, &callee).await {
            Ok(attempt) => place.send(attempt),
            Err(failure) => {
                tracing::error!(code = failure.code, what = failure.what, "no call can be made");
                return;
            }
        }
    }
}

async fn ring(assistant: &Assistant, callee: &PhoneNumber) -> Result<AttemptId, Failure> {
    let errand = Errand {
        task_type: TaskType::InformationInquiry,
        number: callee.clone(),
        callee_kind: CalleeKind::Business,
        intent: "Ask what time they close today".into(),
        principal: "a load test".into(),
        context: Vec::new(),
        voicemail_message: None,
        persona: Default::default(),
        limits: Limits { ring_timeout: Duration::from_secs(120), total_time: Duration::from_secs(3_600), ..Limits::default() },
        schedule: Schedule::default(),
    };
    let (task, receipt) = assistant.create_task(errand).await?;
    assistant.approve(&receipt, ApprovedBy::StandingChoice).await?;
    let mut call = assistant.execute(&task.id).await?;
    // Whatever else happens to it before it rings, its answer shows it.
    while !matches!(call.events.recv().await, Ok(LiveEvent::Ringing) | Err(_)) {}
    Ok(call.attempt)
}

/// Lets in who presents the token, and gives each the next call that rings.
struct Door {
    token: String,
    directory: Arc<Directory>,
    ready: tokio::sync::Mutex<mpsc::Receiver<AttemptId>>,
}

#[async_trait]
impl Admission for Door {
    async fn admit(&self, token: Option<&str>, _call: &CarrierCallId) -> Result<SocketEnd, StreamRefused> {
        if token != Some(self.token.as_str()) {
            return Err(StreamRefused::BadToken);
        }
        loop {
            let attempt = self.ready.lock().await.recv().await.ok_or(StreamRefused::BadToken)?;
            let call = name_at_carrier(&attempt);
            // A call that rang for too long is over: it is told to hang up, and the next one is asked.
            for verb in self.directory.answer(&attempt, event(&call, LegState::InProgress)).verbs {
                if let Verb::ConnectMedia { token, .. } = verb {
                    return self.directory.attach(Some(&token), &call);
                }
            }
        }
    }
}

/// A carrier whose calls ring until a socket comes, and are over when it goes.
struct StubLine {
    directory: Arc<Directory>,
}

/// Its calls meet nobody.
#[async_trait]
impl CarrierRoom for StubLine {
    async fn change_member(&self, _room: &str, _member: &CarrierCallId, _change: &MemberChange) -> Result<(), CarrierError> {
        Err(lacks())
    }

    async fn announce(&self, _room: &str, _announcement: &Announcement) -> Result<(), CarrierError> {
        Err(lacks())
    }
}

#[async_trait]
impl Carrier for StubLine {
    fn name(&self) -> &'static str {
        "stub"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            media_stream: true,
            text_relay: false,
            machine_detection: false,
            waits_for_beeps: false,
            queues: false,
            lists_within: Duration::ZERO,
        }
    }

    async fn place_call(&self, cleared: Cleared, _request: &CallRequest) -> Result<CarrierCall, CarrierError> {
        let id = name_at_carrier(cleared.attempt());
        Ok(seen(id, LegState::Ringing))
    }

    /// Tells the end as a carrier's webhook does.
    async fn end_call(&self, call: &CarrierCallId) -> Result<(), CarrierError> {
        self.directory.leg_event(&attempt_of(call), event(call, LegState::Completed));
        Ok(())
    }

    /// Asked only when the stream has gone, and with it the call.
    async fn fetch_call(&self, call: &CarrierCallId) -> Result<Option<CarrierCall>, CarrierError> {
        Ok(Some(seen(call.clone(), LegState::Completed)))
    }

    async fn find_calls(&self, _from: &PhoneNumber, _to: &PhoneNumber, _since: Timestamp) -> Result<Vec<CarrierCall>, CarrierError> {
        Ok(Vec::new())
    }

    /// A load test has a folder of its own, so nothing was left behind.
    async fn live_calls(&self, _from: &PhoneNumber) -> Result<Vec<LiveLeg>, CarrierError> {
        Ok(Vec::new())
    }

    async fn call_operator(&self, _grant: OperatorGrant, _request: &CallRequest) -> Result<CarrierCall, CarrierError> {
        Err(lacks())
    }

    /// Its calls have nothing but their streams.
    async fn redirect_call(&self, _call: &CarrierCallId, _url: &str) -> Result<(), CarrierError> {
        Err(lacks())
    }

    async fn send_text(&self, _from: &PhoneNumber, _to: &PhoneNumber, _text: &Private<String>) -> Result<(), CarrierError> {
        Err(lacks())
    }

    async fn find_recordings(&self, _call: &CarrierCallId) -> Result<Vec<(CarrierRecordingId, RecordingState)>, CarrierError> {
        Ok(Vec::new())
    }

    async fn fetch_recording(&self, _recording: &CarrierRecordingId) -> Result<Vec<u8>, CarrierError> {
        Err(lacks())
    }

    async fn pause_recording(&self, _call: &CarrierCallId) -> Result<(), CarrierError> {
        Err(lacks())
    }

    async fn resume_recording(&self, _call: &CarrierCallId) -> Result<(), CarrierError> {
        Err(lacks())
    }

    async fn delete_recording(&self, _recording: &CarrierRecordingId) -> Result<(), CarrierError> {
        Err(lacks())
    }
}

fn lacks() -> CarrierError {
    CarrierError::Rejected { carrier: "stub", code: 0, message: "the load mode has nothing but streams".into() }
}

/// The carrier's name of a call is its attempt's with `CA` before it.
fn name_at_carrier(attempt: &AttemptId) -> CarrierCallId {
    CarrierCallId::new(format!("CA{attempt}"))
}

fn attempt_of(call: &CarrierCallId) -> AttemptId {
    AttemptId::new(call.as_str().trim_start_matches("CA"))
}

fn seen(id: CarrierCallId, state: LegState) -> CarrierCall {
    CarrierCall { id, state, started_at: None, duration: None, price: None }
}

fn event(call: &CarrierCallId, state: LegState) -> CarrierEvent {
    CarrierEvent {
        call: call.clone(),
        state: Some(state),
        key: format!("{call}/{state:?}"),
        duration: None,
        failure_code: None,
        news: CarrierNews::Nothing,
    }
}
