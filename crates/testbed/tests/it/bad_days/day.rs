//! One day: somebody has calls made over a provider that lies, the program crashes now and then, and in the end all must be true.
//!
//! Each life of the program is a runtime of its own with a paused clock; a crash drops it with everything that was under way. Rows and
//! provider live on. The last life has an honest provider and nobody who asks for calls: what is left open must close then.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use assistant::approval::ApprovedBy;
use assistant::budget::{Budget, Payer};
use assistant::policy::{Rules, Solicitation};
use assistant::rate_limit::Caps;
use assistant::spending_alert::AlertRules;
use assistant::task::{CalleeKind, Limits, Line, Schedule};
use dialogue::brief::{Persona, TaskType};
use engine::assistant::{Assistant, CarrierAddresses, Errand, Installation, NotMade};
use engine::breakers::Breakers;
use engine::call_driver::{CallPorts, TakeoverAddresses};
use engine::clock_guard::ClockGuard;
use engine::directory::Directory;
use engine::gate::Gate;
use engine::metrics::Metrics;
use engine::recovery::{Recovery, Way};
use engine::script_brain::ScriptBrain;
use engine::settlement::settle;
use engine::task_desk::{House, TaskDesk};
use engine::troubles::Troubles;
use ports::carrier::{Carrier, ConversationMode};
use ports::clock::Clock;
use simulator::impairment::Chance;
use telephony::cost::{Micros, RateCard};
use telephony::{AttemptId, PhoneNumber};

use super::clock::DayClock;
use super::exchange::{Exchange, Lies};
use super::judge;
use super::memory_store::MemoryStore;
use super::silence::{NoVault, NobodyHears, NobodySpeaks};

/// A day has at least so many events: what happens at the provider, requests to it, and writes.
pub const EVENTS: u64 = 200;

/// Nobody asks for more calls than this.
const TASKS_AT_MOST: u32 = 200;

/// The last life is over by then, or something hangs. The longest call is 10 minutes, the longest wait of the recovery 5.
const CLOSES_WITHIN: Duration = Duration::from_secs(3_600);

pub const OURS: &str = "+12125550100";
pub const CALLEES: &[&str] = &["+12125550123", "+12125550124", "+12125550125", "+12125550126"];

/// What a day came to.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Day {
    pub events: u64,
    pub faults: u64,
    /// News of a call that came more than an hour after it was over.
    pub old_news: u64,
    pub crashes: u64,
    pub dials: u64,
    pub rings: u64,
    /// Telephones that rang a second time for one attempt, because the provider made two calls for one dial.
    pub rings_by_the_provider: u64,
    pub refused: u64,
    /// Attempts that were open when a life of the program had settled what it could.
    pub left_open: u64,
    /// For how long a call lived on in seconds that nobody led, at worst, while the program was there.
    pub orphan_seconds: u64,
    /// Calls that came into being more than 30 seconds after they were asked for.
    pub late: u64,
    /// Attempts in which somebody was talked with.
    pub conversed: u64,
    pub wrong: Vec<String>,
}

impl Day {
    /// Adds another day to the sum of days. What went wrong is told where it went wrong.
    pub fn add(&mut self, day: &Self) {
        self.events += day.events;
        self.faults += day.faults;
        self.old_news += day.old_news;
        self.crashes += day.crashes;
        self.dials += day.dials;
        self.rings += day.rings;
        self.rings_by_the_provider += day.rings_by_the_provider;
        self.refused += day.refused;
        self.left_open += day.left_open;
        self.late += day.late;
        self.conversed += day.conversed;
        self.orphan_seconds = self.orphan_seconds.max(day.orphan_seconds);
    }
}

/// What outlives the program.
pub struct World {
    pub store: MemoryStore,
    pub exchange: Exchange,
    pub clock: DayClock,
    pub rates: RateCard,
    pub budget: Budget,
    /// When each life began.
    pub lives: Vec<u64>,
    chance: Chance,
    tasks: u32,
    day: Day,
}

/// How a life ends.
#[derive(Clone, Copy)]
enum End {
    /// After so long.
    After(Duration),
    /// So long after so many dials more.
    AfterDials(u32, Duration),
    /// When the day is full, in good order.
    Full,
}

/// Lives a day.
pub fn live(seed: u64, lies: Lies) -> Day {
    let mut world = World::new(seed, lies, DayClock::new());
    let crashes = world.chance.below(4);
    for _ in 0..crashes {
        let soon = Duration::from_millis(1 << world.chance.below(13));
        let end = if world.chance.permille(700) {
            End::AfterDials(1 + u32::try_from(world.chance.below(3)).unwrap(), soon)
        } else {
            End::After(Duration::from_millis(world.chance.below(120_000)))
        };
        world.life(end);
        world.day.crashes += 1;
    }
    world.life(End::Full);
    world.exchange.inner().lies = Lies::NONE;
    world.last_life();
    judge::judge(&mut world)
}

/// Runs the program once, has something done with it, and returns what it leaves behind.
pub fn scene(lies: Lies, clock: DayClock, done: impl AsyncFnOnce(&mut World, Arc<Assistant>)) -> World {
    let mut world = World::new(1, lies, clock);
    let runtime = runtime();
    runtime.block_on(async {
        world.begin();
        let (assistant, _directory) = world.program().await;
        done(&mut world, assistant).await;
    });
    world.end(runtime);
    world
}

impl World {
    fn new(seed: u64, lies: Lies, clock: DayClock) -> Self {
        let store = MemoryStore::slow(seed);
        let rows = store.clone();
        let is_barred = move |number: &PhoneNumber| rows.rows().suppressions.iter().any(|kept| kept.value.number == *number);
        Self {
            exchange: Exchange::new(seed, lies, clock.clone(), is_barred),
            store,
            clock,
            rates: RateCard::twilio_us(),
            budget: Budget { per_day: Micros(1_500_000), ..Budget::default() },
            lives: Vec::new(),
            chance: Chance::new(seed),
            tasks: 0,
            day: Day::default(),
        }
    }

    pub fn day(&mut self) -> &mut Day {
        &mut self.day
    }

    pub fn events(&self) -> u64 {
        self.exchange.inner().events + self.store.writes()
    }

    /// Runs the program until it crashes or the day is full.
    fn life(&mut self, end: End) {
        let runtime = runtime();
        runtime.block_on(async {
            self.begin();
            let dials = self.exchange.inner().dials.len();
            let exchange = self.exchange.clone();
            let crash = async move {
                match end {
                    End::After(time) => tokio::time::sleep(time).await,
                    End::AfterDials(more, then) => {
                        while exchange.inner().dials.len() < dials + more as usize {
                            exchange.dialed.notified().await;
                        }
                        tokio::time::sleep(then).await;
                    }
                    End::Full => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = crash => {}
                () = self.is_used() => {}
            }
        });
        self.end(runtime);
    }

    /// Runs the program with an honest provider and nobody who asks for calls, until all is over.
    fn last_life(&mut self) {
        let runtime = runtime();
        runtime.block_on(async {
            self.begin();
            let (_assistant, _directory) = self.program().await;
            let until = tokio::time::Instant::now() + CLOSES_WITHIN;
            while !self.is_over() && tokio::time::Instant::now() < until {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            // What is under way to us for hours comes after all, and changes nothing any more.
            while self.exchange.inner().has_news() {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
            // The provider tells its prices late, and they are asked for at the next start.
            tokio::time::sleep(Duration::from_secs(90)).await;
            let carriers: [(Arc<dyn Carrier>, RateCard); 1] = [(Arc::new(self.exchange.clone()), self.rates.clone())];
            if let Err(error) = settle(&self.store, &carriers, &self.rules(), &self.clock).await {
                self.wrong(&format!("prices cannot be kept: {error}"));
            }
        });
        self.end(runtime);
    }

    fn is_over(&self) -> bool {
        let inner = self.exchange.inner();
        inner.is_quiet()
            && inner.calls.iter().all(|call| call.state.is_terminal())
            && self.store.rows().attempts.iter().all(|row| row.state.is_terminal())
    }

    fn begin(&mut self) {
        self.clock.goes();
        self.lives.push(self.clock.millis());
    }

    /// Drops the program with all that was under way. It comes back after up to two minutes.
    fn end(&mut self, runtime: tokio::runtime::Runtime) {
        let down = self.chance.below(120_000);
        {
            let _context = runtime.enter();
            self.clock.stops(down);
        }
        drop(runtime);
        self.exchange.catch_up(None);
    }

    /// Somebody has calls made until the day is full.
    async fn is_used(&mut self) {
        let (assistant, directory) = self.program().await;
        while self.events() < EVENTS && self.tasks < TASKS_AT_MOST {
            self.tasks += 1;
            self.one_errand(&assistant).await;
            self.check_money();
            let pause = Duration::from_millis(1_000 + self.chance.below(20_000));
            tokio::time::sleep(pause).await;
        }
        directory.emptied().await;
    }

    async fn one_errand(&mut self, assistant: &Arc<Assistant>) {
        let number = CALLEES[usize::try_from(self.chance.below(CALLEES.len() as u64)).unwrap()];
        let Ok((task, receipt)) = assistant.create_task(errand(number, Limits::default())).await else {
            return self.wrong("an errand was not taken");
        };
        if self.chance.permille(60) {
            // Nobody has said yes: this must not dial.
            if !matches!(assistant.execute(&task.id).await, Err(NotMade::WrongState { .. })) {
                self.wrong("I2: a task was dialed that nobody approved");
            }
            return;
        }
        if assistant.approve(&receipt, ApprovedBy::User).await.is_err() {
            return self.wrong("an approval was not taken");
        }
        match assistant.execute(&task.id).await {
            Ok(_) => {
                // The same task a second time, while the first attempt lives.
                if self.chance.permille(100) && assistant.execute(&task.id).await.is_ok() {
                    self.wrong("I1: a task was dialed twice");
                }
                if self.chance.permille(100) {
                    let assistant = assistant.clone();
                    let after = Duration::from_millis(self.chance.below(20_000));
                    tokio::spawn(async move {
                        tokio::time::sleep(after).await;
                        // It may have ended by itself.
                        let _ = assistant.cancel(&task.id).await;
                    });
                }
            }
            Err(NotMade::Refused(_)) => {
                // Whoever is refused waits longer.
                self.day.refused += 1;
                let rests = Duration::from_millis(self.chance.below(120_000));
                tokio::time::sleep(rests).await;
            }
            Err(error) => self.wrong(&format!("a call was not made: {error}")),
        }
    }

    /// What is spent and reserved is within the day's cap at every moment.
    fn check_money(&mut self) {
        let spending = self.store.rows().spending(&Payer::default(), self.clock.now());
        if spending.last_day.plus(spending.reserved) > self.budget.per_day {
            self.wrong("I3: more is spent and reserved than the day allows");
        }
    }

    fn wrong(&mut self, what: &str) {
        self.day.wrong.push(what.to_owned());
    }

    /// Starts the program: recovery first, then what makes calls.
    async fn program(&mut self) -> (Arc<Assistant>, Arc<Directory>) {
        let directory = Arc::new(Directory::default());
        let carrier = Arc::new(self.exchange.clone());
        let ways = vec![Way { carrier: carrier.clone(), from: PhoneNumber::parse(OURS).unwrap(), rates: self.rates.clone() }];
        let store: Arc<MemoryStore> = Arc::new(self.store.clone());
        let recovery = Recovery::new(store.clone(), ways, Arc::new(self.clock.clone()), directory.clone());
        tokio::spawn({
            let (exchange, directory) = (self.exchange.clone(), directory.clone());
            async move { exchange.run(directory).await }
        });
        match recovery.begin().await {
            Ok(recovered) => self.day.left_open += u64::from(recovered.unclear),
            Err(error) => self.wrong(&format!("recovery failed: {error}")),
        }
        tokio::spawn(async move { recovery.run().await });
        let breakers = Arc::new(Breakers::new(["exchange"], Arc::new(Metrics::default()), Troubles::default()));
        let names = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let life = self.lives.len();
        let assistant = Assistant::new(Installation {
            ports: CallPorts {
                carrier,
                ears: Arc::new(NobodyHears),
                voice: Arc::new(NobodySpeaks),
                end_of_turn: None,
                brain: Arc::new(ScriptBrain),
                breakers: breakers.clone(),
            },
            desk: TaskDesk {
                gate: Gate {
                    store: store.clone(),
                    policy: store.clone(),
                    clock: Arc::new(self.clock.clone()),
                    rules: self.rules(),
                    breakers,
                    clock_guard: ClockGuard::default(),
                },
                secrets: store,
                house: House {
                    line: Line::Practice,
                    from: PhoneNumber::parse(OURS).unwrap(),
                    rates: self.rates.clone(),
                    second: None,
                    records: Some(false),
                    is_in_text: true,
                    listens_along: false,
                    notices: Vec::new(),
                },
                make_token: Arc::new(move || format!("{life}-{}", names.fetch_add(1, std::sync::atomic::Ordering::Relaxed))),
            },
            vault: Arc::new(NoVault),
            recordings: Arc::new(self.store.clone()),
            directory: directory.clone(),
            deletes_at_carrier: false,
            mode: ConversationMode::SpokenTurns,
            addresses: Arc::new(addresses),
            second: None,
        });
        (Arc::new(assistant), directory)
    }

    pub fn rules(&self) -> Rules {
        Rules {
            allowed_regions: Vec::new(),
            own_numbers: vec![PhoneNumber::parse(OURS).unwrap()],
            caps: Caps { per_business_number: 20, ..Caps::default() },
            budget: self.budget,
            alerts: AlertRules::default(),
            strict_practice: true,
            solicitation: Solicitation::Refused,
            missing: Vec::new(),
            least_free_bytes: 0,
        }
    }

    /// Counts calls by attempt.
    pub fn calls_of(&self) -> BTreeMap<AttemptId, Vec<super::exchange::NetCall>> {
        let mut calls: BTreeMap<AttemptId, Vec<_>> = BTreeMap::new();
        for call in &self.exchange.inner().calls {
            calls.entry(call.attempt.clone()).or_default().push(call.clone());
        }
        calls
    }
}

/// Returns the errand of everybody here.
pub fn errand(number: &str, limits: Limits) -> Errand {
    Errand {
        task_type: TaskType::InformationInquiry,
        number: PhoneNumber::parse(number).unwrap(),
        callee_kind: CalleeKind::Business,
        intent: "Ask what time they close today".into(),
        principal: "Sam Miller".into(),
        context: Vec::new(),
        voicemail_message: None,
        persona: Persona::default(),
        limits,
        schedule: Schedule::default(),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

fn addresses(attempt: &AttemptId) -> CarrierAddresses {
    let at = |what: &str| format!("http://ours.example/{what}/{attempt}");
    CarrierAddresses {
        answer: at("answer"),
        fallback: at("fallback"),
        status: at("status"),
        media: at("media"),
        relay: at("relay"),
        turn: at("turn"),
        recording: at("recording"),
        machine: at("machine"),
        takeover: TakeoverAddresses {
            operator: at("operator"),
            operator_left: at("operator_left"),
            operator_status: at("operator_status"),
            elsewhere: at("elsewhere"),
            guest: at("guest"),
            guest_status: at("guest_status"),
            announcement: at("announcement"),
        },
    }
}
