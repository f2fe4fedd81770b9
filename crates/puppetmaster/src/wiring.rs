//! Opens everything once: data folder, speech, practice network or carrier, server, assistant.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use assistant::approval::SecondProvider;
use assistant::audit::AuditEvent;
use assistant::compliance::retention::Retention;
use assistant::notice::Notice;
use assistant::policy::Rules;
use carriers::registry::{self, Account, Practised};
use dialogue::disclosure::APOLOGY;
use engine::assistant::{Assistant, CarrierAddresses, Installation, SecondCarrier};
use engine::breakers::Breakers;
use engine::call_driver::CallPorts;
use engine::clock_guard::{ClockGuard, ProviderTime};
use engine::directory::Directory;
use engine::gate::Gate;
use engine::late_recordings::LateRecordings;
use engine::metrics::Metrics;
use engine::postman::Round;
use engine::reception::addresses::ReceptionAddresses;
use engine::reception::{Reception, ReceptionConfig};
use engine::recovery::{Recovery, Way};
use engine::script_brain::ScriptBrain;
use engine::settlement::settle;
use engine::task_desk::{House, TaskDesk};
use engine::task_runner::end_what_was_given_up;
use engine::troubles::{self, Watch};
use engine::write_behind::WriteBehind;
use models::LocalSpeech;
use models::library::ModelsDir;
use ports::brain::Brain;
use ports::carrier::{Callbacks, Carrier, Line};
use ports::carrier_account::CarrierAccount;
use ports::clock::Clock;
use ports::speech_to_text::SpeechToText;
use ports::text_to_speech::TextToSpeech;
use sandbox::{Sandbox, SandboxConfig, Speech};
use server::serve::Bound;
use server::{Server, ServerState};
use simulator::cast::Cast;
use store::{Access, Options, Store, Vault};
use telephony::cost::RateCard;
use telephony::plan::ConversationMode;
use telephony::recording::RecordingBasis;
use telephony::{AttemptId, PhoneNumber, Private, Timestamp};
use tokio::task::JoinHandle;

use crate::beside;
use crate::checkpoints;
use crate::config::in_force::in_force;
use crate::config::{Config, Provider};
use crate::failure::{Failure, codes};
use crate::keeping;
use crate::notifications;

/// How long a media socket may take to present its token.
pub(crate) const START_WITHIN: Duration = Duration::from_secs(10);

/// How long the end of a run waits for news of its last call to be told. What is not told by then waits for the next start.
const LAST_NEWS: Duration = Duration::from_secs(20);

/// How often `serve` looks for what is over its time: days are counted, so an hour is exact enough.
const SWEEPS_EVERY: Duration = Duration::from_secs(3_600);

/// What stands for our number where the practice network, which has one of its own, is not open.
const PRACTICE_NUMBER: &str = "+15005550006";

/// The wall clock of this machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is none; the gate then refuses by the hour.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Everything that runs while calls are made.
pub struct Running {
    /// The façade.
    pub assistant: Arc<Assistant>,
    /// Rows.
    pub store: Arc<Store>,
    /// Recordings and traces.
    pub vault: Arc<Vault>,
    /// Live calls.
    pub directory: Arc<Directory>,
    /// Where the phone provider reaches us.
    pub origin: Arc<str>,
    server: Server,
    sandbox: Option<Sandbox>,
    settling: Option<JoinHandle<()>>,
    sweeping: Option<JoinHandle<()>>,
    moving: Option<JoinHandle<()>>,
    /// Fetches what is still at the carrier, from time to time.
    fetching: JoinHandle<()>,
    late: Arc<LateRecordings>,
    telling: Round,
    /// Puts troubles among what is to be told.
    watching: Watch,
    config: Config,
    /// Ends calls whose task another process gives up.
    canceling: JoinHandle<()>,
    /// Asks again about what carriers could not tell.
    recovering: JoinHandle<()>,
    /// Looks at the clocks.
    guarding: JoinHandle<()>,
}

impl Running {
    /// Returns where the practice network is that was opened for this run.
    pub fn sandbox_url(&self) -> Option<&str> {
        self.sandbox.as_ref().map(|sandbox| sandbox.base_url.as_str())
    }

    /// Returns where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Ends server and practice network in good order.
    pub async fn stop(self) {
        if let Some(settling) = self.settling {
            // What is open then is asked for at the next start.
            settling.abort();
        }
        if let Some(sweeping) = self.sweeping {
            // What is left is over its time at the next start as well.
            sweeping.abort();
        }
        if let Some(moving) = self.moving {
            moving.abort();
        }
        self.canceling.abort();
        self.guarding.abort();
        // What is still open is asked for at the next start.
        self.recovering.abort();
        beside::fetch_at_the_end(&self.late).await;
        self.fetching.abort();
        self.server.stop().await;
        if let Some(sandbox) = self.sandbox {
            sandbox.shut_down().await;
        }
        self.watching.stop().await;
        if tokio::time::timeout(LAST_NEWS, self.telling.stop()).await.is_err() {
            tracing::warn!("some notifications wait for the next start");
        }
        match keeping::settle(&self.vault).await {
            Ok(settled) if keeping::waiting_in_words(settled.as_ref()).is_none() => {}
            Ok(_) => tracing::warn!("some recordings and traces wait here for the bucket; `serve` and `data sweep` move them"),
            Err(failure) => tracing::warn!(what = failure.what, "recordings and traces could not be moved"),
        }
        checkpoints::at_the_end(&self.config, &self.store).await;
        self.store.close().await;
    }
}

/// Opens the speech engines; loads nothing yet.
///
/// # Errors
/// A model file is missing or has a wrong size.
pub fn speech(config: &Config) -> Result<LocalSpeech, Failure> {
    let folder = config.models_dir.as_ref().map(|directory| directory.0.as_path());
    Ok(LocalSpeech::open(&ModelsDir::find(folder)?)?)
}

/// Returns the assistant's ears: the built-in ones, or the user's program.
pub fn ears(config: &Config, speech: &LocalSpeech) -> Arc<dyn SpeechToText> {
    config.ears_command.clone().map_or_else(|| speech.speech_to_text(), |line| speech.ears_of(line))
}

/// Returns the assistant's voice: the built-in one, or the user's program.
pub fn voice(config: &Config, speech: &LocalSpeech) -> Arc<dyn TextToSpeech> {
    config.voice_command.clone().map_or_else(|| speech.text_to_speech(), |line| speech.voice_of(line))
}

/// Returns the assistant's voice, which keeps the sound of what is said if it fails in the data folder.
fn voice_that_can_apologize(config: &Config, speech: &LocalSpeech) -> Arc<dyn TextToSpeech> {
    let name = config.voice_command.as_ref().map_or("built-in", |line| line.as_str());
    models::stored(voice(config, speech), name, APOLOGY, &config.data_dir.0)
}

/// Returns the cast: what ships, and the user's own scripts over it.
///
/// # Errors
/// A script cannot be read.
pub fn cast(config: &Config) -> Result<Cast, Failure> {
    let bad = |error: &dyn std::fmt::Display| Failure::new(&codes::SANDBOX_BAD_SCRIPT, error.to_string());
    let mut cast = Cast::shipped().map_err(|error| bad(&error))?;
    for (file, yaml) in own_scripts(config)? {
        cast = cast.with(&file, &yaml).map_err(|error| bad(&error))?;
    }
    Ok(cast)
}

/// Returns the user's own scripts: file names and texts, in the order of their names.
///
/// # Errors
/// The folder or a file cannot be read.
pub fn own_scripts(config: &Config) -> Result<Vec<(String, String)>, Failure> {
    let Some(folder) = &config.scenarios_dir else {
        return Ok(Vec::new());
    };
    let bad = |path: &Path, error: &std::io::Error| Failure::new(&codes::SANDBOX_BAD_SCRIPT, format!("{}: {error}", path.display()));
    let entries = std::fs::read_dir(&folder.0).map_err(|error| bad(&folder.0, &error))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    files.into_iter().map(|file| Ok((file.display().to_string(), std::fs::read_to_string(&file).map_err(|error| bad(&file, &error))?))).collect()
}

/// Opens the data folder only, to look at what it holds.
///
/// # Errors
/// The folder cannot be used.
pub async fn look(config: &Config) -> Result<(Arc<Store>, Arc<Vault>), Failure> {
    open_data(config, Access::Looking).await
}

/// Opens the data folder of an installation, with its master key and its bucket.
///
/// # Errors
/// The folder cannot be used, the key not be had.
pub(crate) async fn open_data(config: &Config, access: Access) -> Result<(Arc<Store>, Arc<Vault>), Failure> {
    let (folder, master) = (&config.data_dir.0, keeping::master_keys(config).await?);
    let mut vault = Vault::open_with(folder, master)?;
    if let Some(bucket) = keeping::bucket(config)? {
        vault = vault.with_bucket(bucket);
    }
    let store = Store::open(folder, Options { master, ..Options::new(access) }).await?;
    Ok((Arc::new(store), Arc::new(vault)))
}

/// Puts a thread between the calls and the disk.
///
/// # Errors
/// The system gives no thread.
pub(crate) fn behind(vault: Arc<Vault>) -> Result<Arc<WriteBehind>, Failure> {
    WriteBehind::start(vault).map(Arc::new).map_err(|error| Failure::new(&codes::NO_RUNTIME, error.to_string()))
}

/// What everything is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// One call, perhaps by the strict rules.
    Call {
        /// Whether practice obeys also what only protects real people.
        is_strict: bool,
    },
    /// To be there: calls that come in are taken, if the configuration says so.
    Serve,
}

/// Opens everything that calls need, and settles what a crash left behind before anything may dial.
///
/// # Errors
/// What cannot be opened, with what to do.
pub async fn run(config: &Config, purpose: Purpose) -> Result<Running, Failure> {
    run_with(config, purpose, Arc::new(ScriptBrain)).await
}

/// Does the same with another mind.
///
/// # Errors
/// What cannot be opened, with what to do.
pub async fn run_with(config: &Config, purpose: Purpose, brain: Arc<dyn Brain>) -> Result<Running, Failure> {
    let (store, vault) = open_data(config, Access::Dialing).await?;
    let speech = speech(config)?;
    let network = network(config, &speech).await?;
    let takes_calls = purpose == Purpose::Serve && config.inbound.is_enabled;
    let bound = bind(config).await?;
    let origin: Arc<str> = origin(config, bound.address()).into();
    let directory = Arc::new(Directory::default());
    let rates = config.rate_card();
    let carrier = network.provider.carrier.clone();
    let postman = notifications::postman(config, store.clone(), &network.provider, &network.from)?;
    let in_force = in_force(config);
    let started = AuditEvent::Started { version: env!("CARGO_PKG_VERSION").to_owned(), configuration: in_force.hash, settings: in_force.settings };
    store.note(&started, SystemClock.now()).await?;
    store.note_retention(&config.retention(), SystemClock.now()).await?;
    let first = Way { carrier: carrier.clone(), from: network.from.clone(), rates: rates.clone() };
    let late_carriers = std::iter::once(carrier.clone()).chain(network.second.as_ref().map(|second| second.way.carrier.clone())).collect();
    let ways: Vec<Way> = std::iter::once(first).chain(network.second.as_ref().map(|second| second.way.clone())).collect();
    let recovery = Recovery::new(store.clone(), ways.clone(), Arc::new(SystemClock), directory.clone());
    recovery.begin().await?;
    let recovering = tokio::spawn(async move { recovery.run().await });
    let telling = postman.start();
    let sweeping = (purpose == Purpose::Serve).then(|| sweep_beside(store.clone(), vault.clone(), config.retention()));
    let moving = (purpose == Purpose::Serve && vault.has_bucket()).then(|| keeping::move_beside(vault.clone()));
    let settling = (network.provider.line == Line::Real).then(|| {
        let carriers = ways.into_iter().map(|way| (way.carrier, way.rates)).collect();
        settle_beside(store.clone(), carriers, rules(config, Vec::new(), false))
    });
    let callbacks = network.provider.callbacks.clone();
    let mode = network.provider.carrier.abilities().mode_for(config.conversation_mode);
    let second = network.second.map(|Second { way, callbacks }| {
        let addresses = addresses(server::router::second_origin(&origin).into());
        (SecondCarrier { carrier: way.carrier, from: way.from, rates: way.rates, addresses }, callbacks)
    });
    let (second, second_callbacks) = second.unzip();
    let metrics = Arc::new(Metrics::default());
    let names = std::iter::once(carrier.name()).chain(second.as_ref().map(|second: &SecondCarrier| second.carrier.name()));
    let (troubles, watching) = troubles::watch(store.clone(), metrics.clone(), Arc::new(SystemClock));
    let breakers = Arc::new(Breakers::new(names, metrics.clone(), troubles.clone()));
    let clock_guard = ClockGuard::new(Arc::new(SystemClock), troubles);
    let guarding = guard_clock(clock_guard.clone(), network.provider.account.clone());
    let own_number = network.from.clone();
    let own_numbers = [Some(own_number.clone()), second.as_ref().map(|second: &SecondCarrier| second.from.clone())].into_iter().flatten().collect();
    let assistant_vault = behind(vault.clone())?;
    let assistant = Arc::new(Assistant::new(Installation {
        ports: CallPorts {
            carrier,
            ears: ears(config, &speech),
            voice: voice_that_can_apologize(config, &speech),
            end_of_turn: Some(speech.end_of_turn()),
            brain,
            breakers: breakers.clone(),
        },
        desk: desk(
            config,
            store.clone(),
            &network.provider,
            own_numbers,
            purpose == Purpose::Call { is_strict: true },
            (breakers.clone(), clock_guard.clone()),
        )?,
        vault: assistant_vault.clone(),
        recordings: store.clone(),
        directory: directory.clone(),
        deletes_at_carrier: config.deletes_at_carrier,
        mode,
        addresses: addresses(origin.clone()),
        second,
    }));
    let late = Arc::new(LateRecordings {
        recordings: store.clone(),
        store: store.clone(),
        policy: store.clone(),
        least_free_bytes: config.least_free_bytes(),
        carriers: late_carriers,
        vault: assistant_vault,
        directory: directory.clone(),
        clock: Arc::new(SystemClock),
        basis: if network.provider.line == Line::Real { RecordingBasis::Notice } else { RecordingBasis::Practice },
        turn: tokio::sync::Mutex::default(),
    });
    let reception = takes_calls.then(|| reception(config, &origin, assistant.clone(), store.clone()));
    let server = bound.serve(ServerState {
        callbacks,
        second: second_callbacks,
        directory: directory.clone(),
        reception: reception.clone(),
        admission: directory.clone(),
        capacity: None,
        metrics,
        public_origin: origin.clone(),
        sockets_are_signed: true,
        start_within: START_WITHIN,
    });
    let fetching_for = reception.clone();
    if let Some(reception) = reception {
        reception.recover().await;
        if !config.phone_provider.is_real() {
            send_practice_calls(&network.provider, &own_number, &origin).await;
        }
    }
    let fetching = beside::fetch(late.clone(), fetching_for, store.clone());
    let canceling = tokio::spawn(end_what_was_given_up(store.clone(), directory.clone()));
    Ok(Running {
        assistant,
        store,
        vault,
        directory,
        origin,
        server,
        sandbox: network.sandbox,
        settling,
        sweeping,
        moving,
        fetching,
        late,
        telling,
        watching,
        config: config.clone(),
        canceling,
        recovering,
        guarding,
    })
}

/// Deletes what is over its time, now and every hour.
fn sweep_beside(store: Arc<Store>, vault: Arc<Vault>, retention: Retention) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut hours = tokio::time::interval(SWEEPS_EVERY);
        loop {
            hours.tick().await;
            match store.expire(vault.as_ref(), &retention, SystemClock.now()).await {
                Ok(expired) => tracing::debug!(classes = expired.len(), "what was over its time is deleted"),
                Err(error) => tracing::warn!(%error, "what is over its time could not be deleted; it is tried again in an hour"),
            }
        }
    })
}

/// Looks at the clocks, and at the provider's while ours is doubted.
fn guard_clock(guard: ClockGuard, account: Arc<dyn CarrierAccount>) -> JoinHandle<()> {
    let provider_time: ProviderTime = Box::new(move || {
        let account = account.clone();
        Box::pin(async move { account.identity().await.ok()?.provider_time })
    });
    tokio::spawn(async move { guard.run(provider_time).await })
}

/// Returns the desk of an installation: the same in a process that dials and in one that only looks, so that an approval given here
/// is good there.
fn desk(
    config: &Config,
    store: Arc<Store>,
    provider: &registry::Provider,
    own: Vec<PhoneNumber>,
    is_strict: bool,
    (breakers, clock_guard): (Arc<Breakers>, ClockGuard),
) -> Result<TaskDesk, Failure> {
    // On the practice network nothing that a user is shown depends on it.
    let from = own.first().cloned().map_or_else(|| PhoneNumber::parse(PRACTICE_NUMBER), Ok);
    let from = from.map_err(|error| Failure::new(&codes::CARRIER_SETTINGS, error.to_string()))?;
    let rules = rules(config, own, is_strict);
    // Who only looks has not opened the practice network as whom it is spoken to.
    let (name, abilities) = match config.phone_provider {
        Provider::Mock => (config.practised.as_str(), config.practised.abilities()),
        Provider::Twilio | Provider::Plivo | Provider::Sip => (provider.carrier.name(), provider.carrier.abilities()),
    };
    let mode = abilities.mode_for(config.conversation_mode);
    let house = House {
        line: provider.line,
        from,
        rates: config.rate_card(),
        second: config.second_provider.zip(config.second_rate_card()).map(|(second, rates)| {
            let mode = Some(second.abilities().mode_for(mode)).filter(|second| *second != mode);
            let receipt = SecondProvider { provider: second.as_str().to_owned(), from: config.second_number().cloned(), mode };
            (receipt, rates)
        }),
        records: config.recording,
        is_in_text: mode.is_in_text(),
        listens_along: config.takeover_listens,
        notices: (mode != config.conversation_mode).then(|| other_mode(name, config.conversation_mode, mode)).into_iter().collect(),
    };
    let gate = Gate { store: store.clone(), policy: store.clone(), clock: Arc::new(SystemClock), rules, breakers, clock_guard };
    Ok(TaskDesk { gate, secrets: store, house, make_token: Arc::new(make_token) })
}

/// Says on receipts that conversations are not held as it is wished.
fn other_mode(provider: &str, wished: ConversationMode, held: ConversationMode) -> Notice {
    Notice::new(codes::CARRIER_OTHER_MODE.code, format!("{provider} has no {}; the conversation is held by {}", wished.in_words(), held.in_words()))
}

/// Returns the rules of an installation.
pub(crate) fn rules(config: &Config, own_numbers: Vec<PhoneNumber>, is_strict: bool) -> Rules {
    Rules {
        allowed_regions: config.allowed_regions(),
        own_numbers,
        caps: config.caps(),
        budget: config.budget,
        alerts: config.alerts.rules(),
        strict_practice: is_strict,
        solicitation: config.solicitation,
        missing: config.missing(),
        least_free_bytes: config.least_free_bytes(),
    }
}

/// Opens the data folder with the desk: for whoever makes tasks, approves them or asks the gate, and dials nobody.
///
/// # Errors
/// The folder or the settings of the phone provider cannot be used.
pub async fn look_with_desk(config: &Config, is_strict: bool) -> Result<(Arc<Store>, TaskDesk), Failure> {
    let (store, _) = look(config).await?;
    let account = match config.phone_provider {
        // Where the practice network is matters only to who dials.
        Provider::Mock => Account { base_url: Some("http://127.0.0.1:9".into()), ..Account::default() },
        _ => provider_account(config),
    };
    let provider = registry::open(config.phone_provider.as_str(), account);
    let provider = provider.map_err(|error| Failure::new(&codes::CARRIER_SETTINGS, error.to_string()))?;
    let own = [config.caller_id(), config.second_number()].into_iter().flatten().cloned().collect();
    let desk = desk(config, store.clone(), &provider, own, is_strict, Default::default())?;
    Ok((store, desk))
}

/// Asks for the prices of earlier calls without keeping anybody waiting.
fn settle_beside(store: Arc<Store>, carriers: Vec<(Arc<dyn Carrier>, RateCard)>, rules: Rules) -> JoinHandle<()> {
    tokio::spawn(async move {
        match settle(store.as_ref(), &carriers, &rules, &SystemClock).await {
            Ok(settled) => tracing::debug!(settled = settled.settled, open = settled.open, "prices of earlier calls were asked for"),
            Err(error) => tracing::warn!(%error, "prices of earlier calls could not be kept; they are asked for at the next start"),
        }
    })
}

/// Asks for open prices before costs are shown; where that is not possible they are shown as they are.
///
/// # Errors
/// The database cannot be used.
pub(crate) async fn settle_now(config: &Config, store: &Store) -> Result<(), Failure> {
    if !config.phone_provider.is_real() {
        return Ok(());
    }
    let Ok(provider) = registry::open(config.phone_provider.as_str(), provider_account(config)) else {
        return Ok(());
    };
    let second = config.second_provider.zip(config.second_rate_card()).and_then(|(second, rates)| {
        let opened = registry::open(second.as_str(), account_at(config, second)).ok()?;
        Some((opened.carrier, rates))
    });
    let carriers: Vec<_> = std::iter::once((provider.carrier, config.rate_card())).chain(second).collect();
    settle(store, &carriers, &rules(config, Vec::new(), false), &SystemClock).await?;
    Ok(())
}

fn reception(config: &Config, origin: &str, assistant: Arc<Assistant>, store: Arc<Store>) -> Arc<Reception> {
    let settings = ReceptionConfig {
        menus: config.inbound.menus.clone(),
        operator: config.operator_number.clone(),
        principal: config.user_name.as_str().to_owned(),
        addresses: ReceptionAddresses::under(origin),
    };
    Reception::new(settings, assistant, store)
}

/// Has the practice network send us the calls of its number. At a real provider the number is the user's to set: `setup` does.
async fn send_practice_calls(provider: &registry::Provider, number: &PhoneNumber, origin: &str) {
    let addresses = ReceptionAddresses::under(origin);
    let account = &provider.account;
    let set = match account.number(number).await {
        Ok(Some(owned)) => account.set_webhooks(&owned, &addresses.incoming(), &addresses.fallback(), &addresses.status()).await,
        Ok(None) => return tracing::warn!("the practice network does not know its number; nobody can ring us"),
        Err(error) => Err(error),
    };
    if let Err(error) = set {
        tracing::warn!(%error, "the practice network was not told where we are; nobody can ring us");
    }
}

/// Returns what tells the addresses of an attempt under an origin.
pub(crate) fn addresses(origin: Arc<str>) -> Arc<dyn Fn(&AttemptId) -> CarrierAddresses + Send + Sync> {
    Arc::new(move |attempt| server::router::addresses(&origin, attempt))
}

/// Takes the address at which webhooks and media sockets arrive.
///
/// # Errors
/// Somebody else listens there, or it is not ours.
pub(crate) async fn bind(config: &Config) -> Result<Bound, Failure> {
    Bound::to(config.listen).await.map_err(|error| Failure::new(&codes::SERVER_CANNOT_LISTEN, error.to_string()))
}

/// Returns 128 bits of chance as 32 hexadecimal digits.
///
/// A system without chance cannot make tokens that nobody guesses, so the process ends rather than make others.
pub fn make_token() -> String {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        eprintln!("error[system.no_chance]: the system gives no random numbers");
        std::process::exit(1);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns any number, all equally likely. Where the system gives none, waits are not stretched.
pub fn chance() -> u32 {
    getrandom::u32().unwrap_or(0)
}

struct Network {
    provider: registry::Provider,
    from: PhoneNumber,
    second: Option<Second>,
    sandbox: Option<Sandbox>,
}

/// The second phone provider, ready to be used.
struct Second {
    way: Way,
    callbacks: Arc<dyn Callbacks>,
}

async fn network(config: &Config, speech: &LocalSpeech) -> Result<Network, Failure> {
    let wrong = |what: String| Failure::new(&codes::CARRIER_SETTINGS, what);
    let (account, from, sandbox) = match config.phone_provider {
        Provider::Mock if let Some(file) = &config.sandbox_credentials => {
            let (account, from) = sandbox_elsewhere(&file.0, config.practised)?;
            (account, from, None)
        }
        Provider::Mock => {
            let sandbox = open_sandbox(config, speech, |sandbox| sandbox).await?;
            let (account, from) = practice_account(&sandbox, config.practised);
            let from = PhoneNumber::parse(&from).map_err(|error| wrong(error.to_string()))?;
            (account, from, Some(sandbox))
        }
        _ => {
            let (account, from) = (provider_account(config), config.caller_id());
            let Some(from) = from.filter(|_| !account.id.is_empty() && !account.secret.expose().is_empty()) else {
                return Err(wrong("the account with the phone provider is not complete".into()));
            };
            (account, from.clone(), None)
        }
    };
    let opened = match config.phone_provider {
        Provider::Mock => registry::open_practice(config.practised, account),
        provider => registry::open(provider.as_str(), account),
    };
    let provider = opened.map_err(|error| wrong(error.to_string()))?;
    let second = config.second_provider.map(|second| open_second(config, second, &provider, sandbox.as_ref())).transpose()?;
    Ok(Network { provider, from, second, sandbox })
}

/// Opens the second phone provider: beside a real one its own account, beside the practice network the same network once more.
fn open_second(config: &Config, second: Practised, first: &registry::Provider, sandbox: Option<&Sandbox>) -> Result<Second, Failure> {
    let wrong = |what: String| Failure::new(&codes::CARRIER_SETTINGS, what);
    let (opened, from) = if config.phone_provider.is_real() {
        let from = config.second_number().cloned().ok_or_else(|| wrong(format!("the account with {} has no number", second.as_str())))?;
        (registry::open(second.as_str(), account_at(config, second)), from)
    } else {
        let (account, from) = match (sandbox, &config.sandbox_credentials) {
            (Some(sandbox), _) => {
                let (account, from) = practice_account(sandbox, second);
                (account, PhoneNumber::parse(&from).map_err(|error| wrong(error.to_string()))?)
            }
            (None, Some(file)) => sandbox_elsewhere(&file.0, second)?,
            (None, None) => return Err(wrong("the practice network is not open".into())),
        };
        (registry::open_practice(second, account), from)
    };
    let opened = opened.map_err(|error| wrong(error.to_string()))?;
    let (first, second) = (&first.carrier, &opened.carrier);
    if first.name() == second.name() {
        return Err(wrong(format!("`second_provider` is {}, which is the first one already", second.name())));
    }
    let mode = first.abilities().mode_for(config.conversation_mode);
    if second.abilities().mode_for(mode).is_in_text() != mode.is_in_text() {
        // Who hears, speaks and records (we, or the provider) must be the same whoever connects the call: receipt and recording rest on that.
        let what =
            format!("{} cannot hold conversations as `conversation_mode` wants them and {} does; choose another mode", second.name(), first.name());
        return Err(wrong(what));
    }
    let rates = config.second_rate_card().unwrap_or_else(RateCard::free);
    Ok(Second { way: Way { carrier: opened.carrier, from, rates }, callbacks: opened.callbacks })
}

/// Returns the account with a provider as it is configured, complete or not.
fn account_at(config: &Config, provider: Practised) -> Account {
    match provider {
        Practised::Twilio => twilio_account(config),
        Practised::Plivo => plivo_account(config),
    }
}

/// Returns the account with the phone provider in use as it is configured, complete or not.
pub(crate) fn provider_account(config: &Config) -> Account {
    match config.phone_provider {
        Provider::Plivo => plivo_account(config),
        Provider::Mock | Provider::Twilio | Provider::Sip => twilio_account(config),
    }
}

fn plivo_account(config: &Config) -> Account {
    let plivo = &config.plivo;
    Account {
        id: plivo.auth_id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default(),
        secret: plivo.auth_token.clone().unwrap_or_default(),
        other_secret: plivo.secondary_auth_token.clone(),
        takes_old_signatures: plivo.accepts_v2_signatures,
        base_url: plivo.api_url.as_ref().map(|url| url.as_str().to_owned()),
        calls_per_second: Some(plivo.calls_per_second.0.get()),
        ..Account::default()
    }
}

/// Returns the account with Twilio as it is configured, complete or not.
pub(crate) fn twilio_account(config: &Config) -> Account {
    let twilio = &config.twilio;
    Account {
        id: twilio.account_sid.as_ref().map(|sid| sid.as_str().to_owned()).unwrap_or_default(),
        secret: twilio.auth_token.clone().unwrap_or_default(),
        other_secret: twilio.secondary_auth_token.clone(),
        key: twilio.api_key.as_ref().zip(twilio.api_secret.clone()).map(|(sid, secret)| (sid.as_str().to_owned(), secret)),
        base_url: twilio.api_url.as_ref().map(|url| url.as_str().to_owned()),
        calls_per_second: Some(twilio.calls_per_second.0.get()),
        ..Account::default()
    }
}

/// Returns the account on a practice network of our own, and its number.
fn practice_account(sandbox: &Sandbox, practised: Practised) -> (Account, String) {
    let (id, token, from) = match practised {
        Practised::Twilio => {
            let credentials = &sandbox.credentials;
            (&credentials.account_sid, &credentials.auth_token, &credentials.from_number)
        }
        Practised::Plivo => {
            let credentials = &sandbox.plivo_credentials;
            (&credentials.auth_id, &credentials.auth_token, &credentials.from_number)
        }
    };
    let account = Account { id: id.clone(), secret: Private::new(token.clone()), base_url: Some(sandbox.base_url.clone()), ..Account::default() };
    (account, from.clone())
}

/// Reads how to reach a practice network that runs by itself.
fn sandbox_elsewhere(file: &Path, practised: Practised) -> Result<(Account, PhoneNumber), Failure> {
    let bad = |what: &str| Failure::new(&codes::SANDBOX_BAD_CREDENTIALS, format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| bad(&error.to_string()))?;
    let line = text.lines().next().unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(line).map_err(|_| bad("its first line is not JSON"))?;
    let (part, id) = match practised {
        Practised::Twilio => ("twilio", "account_sid"),
        Practised::Plivo => ("plivo", "auth_id"),
    };
    let field = |name: &str| json[part][name].as_str().map(str::to_owned).ok_or_else(|| bad(&format!("{part}.{name} is missing")));
    let account = Account { id: field(id)?, secret: Private::new(field("auth_token")?), base_url: Some(field("base_url")?), ..Account::default() };
    let from = PhoneNumber::parse(&field("from_number")?).map_err(|_| bad(&format!("{part}.from_number is no telephone number")))?;
    Ok((account, from))
}

/// Opens the practice network with callees that speak and listen, on a free port if `change` names none.
///
/// # Errors
/// The address cannot be had, or a script cannot be read.
pub async fn open_sandbox(config: &Config, speech: &LocalSpeech, change: impl FnOnce(SandboxConfig) -> SandboxConfig) -> Result<Sandbox, Failure> {
    let settings =
        SandboxConfig { speech: Some(Speech { ears: speech.speech_to_text(), voice: speech.text_to_speech() }), ..SandboxConfig::new(cast(config)?) };
    Ok(Sandbox::start(change(settings)).await?)
}

fn origin(config: &Config, address: SocketAddr) -> String {
    match &config.public_url {
        Some(url) if config.phone_provider.is_real() => url.as_str().trim_end_matches('/').to_owned(),
        _ => format!("http://{address}"),
    }
}
