//! A phone provider that lies: it loses, doubles, delays and reorders what it tells, answers late or not at all, makes a call that it
//! said nothing of, makes two for one dial, or goes out of order for a while. It outlives every crash of the program, and its own log is
//! what a day is judged by.
//!
//! Webhooks and questions are handed to the directory as the server does; a program that is not there misses them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::directory::Directory;
use ports::carrier::{
    Abilities, Announcement, CallRequest, Carrier, CarrierCall, CarrierError, CarrierEvent, CarrierNews, CarrierRoom, Cleared, LiveLeg, MemberChange,
    OperatorGrant, RecordingState,
};
use ports::clock::Clock;
use simulator::impairment::Chance;
use telephony::cost::{Micros, RateCard, leg_cost};
use telephony::leg::LegState;
use telephony::plan::{Plan, Verb};
use telephony::{AttemptId, CarrierCallId, CarrierRecordingId, PhoneNumber, Private, Timestamp};
use tokio::sync::Notify;

use super::clock::DayClock;

const NAME: &str = "exchange";

/// A call that a dial without an answer has made comes into being no later than this.
const MADE_WITHIN: u64 = 90_000;

const HOUR: u64 = 3_600_000;

/// A call is in the lists no later than this after it was made.
const LISTED_WITHIN: u64 = 1_500;

/// What a call cost is told so long after its end.
const PRICED_AFTER: u64 = 60_000;

/// The server waits so long for a plan.
const PLANNED_WITHIN: Duration = Duration::from_secs(12);

/// What a callee may say, and what is said by whoever wants no call any more.
const SAYS: &[&str] = &["Good afternoon, this is the corner shop.", "We close at nine tonight.", "Yes, that is right.", "You're welcome, goodbye."];
pub const STOP: &str = "Never call me again. Take me off your list.";

/// How bad a day is, in thousandths.
#[derive(Clone, Copy, Debug)]
pub struct Lies {
    pub lost: u16,
    pub doubled: u16,
    pub late: u16,
    pub reordered: u16,
    pub unclear: u16,
    pub refused: u16,
    pub doubled_calls: u16,
    pub unanswered_requests: u16,
    pub outages: u16,
}

impl Lies {
    pub const NONE: Self =
        Self { lost: 0, doubled: 0, late: 0, reordered: 0, unclear: 0, refused: 0, doubled_calls: 0, unanswered_requests: 0, outages: 0 };
    pub const BAD: Self = Self {
        lost: 150,
        doubled: 150,
        late: 100,
        reordered: 100,
        unclear: 250,
        refused: 80,
        doubled_calls: 80,
        unanswered_requests: 150,
        outages: 60,
    };
}

/// A call as it truly was.
#[derive(Clone, Debug)]
pub struct NetCall {
    pub id: CarrierCallId,
    pub attempt: AttemptId,
    pub from: PhoneNumber,
    pub to: PhoneNumber,
    pub state: LegState,
    pub made_at: u64,
    pub listed_at: u64,
    pub answered_at: Option<u64>,
    pub ended_at: Option<u64>,
    pub rang: bool,
    /// It was given something to say.
    pub talked: bool,
    ring_timeout: u64,
    pub time_limit: u64,
    turns: usize,
}

impl NetCall {
    pub fn answered_for(&self) -> Duration {
        let until = self.ended_at.or(self.answered_at).unwrap_or(0);
        Duration::from_millis(self.answered_at.map_or(0, |since| until.saturating_sub(since)))
    }
}

#[derive(Debug)]
enum Happens {
    Made { request: Box<Asked>, calls: u8 },
    Rings(usize),
    Answers(usize),
    NotAnswered(usize, LegState),
    FarEndLeaves(usize),
    TimeIsUp(usize),
    HungUpByUs(usize),
    Asks(usize),
    AsksForTurn(usize, Option<&'static str>),
    Told(usize, LegState, u32),
}

#[derive(Clone, Debug)]
struct Asked {
    attempt: AttemptId,
    from: PhoneNumber,
    to: PhoneNumber,
    ring_timeout: u64,
    time_limit: u64,
}

/// All that the provider is and knows.
pub struct Inner {
    chance: Chance,
    pub lies: Lies,
    queue: BTreeMap<(u64, u64), Happens>,
    sequence: u64,
    out_until: u64,
    pub calls: Vec<NetCall>,
    /// How often a dial of each attempt arrived.
    pub dials: BTreeMap<AttemptId, u32>,
    /// Attempts that were given something to say, each with its calls.
    pub talked: BTreeMap<AttemptId, BTreeSet<usize>>,
    pub events: u64,
    pub faults: u64,
    /// News that came more than an hour after their call was over.
    pub old_news: u64,
    /// What must not be, as it was seen.
    pub wrong: Vec<String>,
}

/// The provider. A clone is the same one.
#[derive(Clone)]
pub struct Exchange {
    inner: Arc<Mutex<Inner>>,
    clock: DayClock,
    woken: Arc<Notify>,
    /// Rung at each dial.
    pub dialed: Arc<Notify>,
    is_barred: Arc<dyn Fn(&PhoneNumber) -> bool + Send + Sync>,
    leg_per_minute: Micros,
}

impl Exchange {
    pub fn new(seed: u64, lies: Lies, clock: DayClock, is_barred: impl Fn(&PhoneNumber) -> bool + Send + Sync + 'static) -> Self {
        let inner = Inner {
            chance: Chance::new(seed ^ 0x4558_4348_414E_4745),
            lies,
            queue: BTreeMap::new(),
            sequence: 0,
            out_until: 0,
            calls: Vec::new(),
            dials: BTreeMap::new(),
            talked: BTreeMap::new(),
            events: 0,
            faults: 0,
            old_news: 0,
            wrong: Vec::new(),
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            clock,
            woken: Arc::default(),
            dialed: Arc::default(),
            is_barred: Arc::new(is_barred),
            leg_per_minute: RateCard::twilio_us().leg_per_minute,
        }
    }

    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets happen what is due while the program is there, until it is dropped.
    pub async fn run(&self, directory: Arc<Directory>) {
        loop {
            let due = self.inner().queue.first_key_value().map(|((at, _), _)| *at);
            let wait = due.map(|at| at.saturating_sub(self.clock.millis()));
            tokio::select! {
                biased;
                () = self.woken.notified() => {}
                () = tokio::time::sleep(Duration::from_millis(wait.unwrap_or(0))), if wait.is_some() => {}
            }
            self.catch_up(Some(&directory));
        }
    }

    /// Has a call in the provider's books that was made for this attempt, lasted so long and is over.
    pub fn remember(&self, attempt: &AttemptId, from: &PhoneNumber, to: &PhoneNumber, seconds: u64) -> CarrierCallId {
        let now = self.clock.millis();
        let mut inner = self.inner();
        let asked = Asked { attempt: attempt.clone(), from: from.clone(), to: to.clone(), ring_timeout: 0, time_limit: 0 };
        inner.make(now, &asked);
        inner.queue.clear();
        let call = inner.calls.last_mut().unwrap();
        (call.state, call.answered_at, call.ended_at) = (LegState::Completed, Some(now), Some(now + seconds * 1_000));
        call.id.clone()
    }

    /// Lets happen what has become due.
    pub fn catch_up(&self, directory: Option<&Arc<Directory>>) {
        let now = self.clock.millis();
        loop {
            let (at, happens) = {
                let mut inner = self.inner();
                match inner.queue.first_key_value() {
                    Some(((at, _), _)) if *at <= now => {}
                    _ => return,
                }
                let Some(((at, _), happens)) = inner.queue.pop_first() else { return };
                inner.events += 1;
                (at, happens)
            };
            self.happen(at, happens, directory);
        }
    }

    fn happen(&self, at: u64, happens: Happens, directory: Option<&Arc<Directory>>) {
        match happens {
            Happens::Asks(index) => self.asks(at, index, directory),
            Happens::AsksForTurn(index, words) => self.asks_for_turn(at, index, words, directory),
            Happens::Told(index, state, key) => {
                let is_old_news = self.inner().calls[index].ended_at.is_some_and(|ended_at| at > ended_at + HOUR);
                self.inner().old_news += u64::from(is_old_news);
                let event = self.inner().event(index, Some(state), key.to_string(), CarrierNews::Nothing);
                let attempt = self.inner().calls[index].attempt.clone();
                if let Some(directory) = directory {
                    directory.leg_event(&attempt, event);
                }
            }
            others => self.inner().happen(at, others),
        }
    }

    fn asks(&self, at: u64, index: usize, directory: Option<&Arc<Directory>>) {
        let (attempt, event) = {
            let inner = self.inner();
            let call = &inner.calls[index];
            if call.state != LegState::InProgress {
                return;
            }
            (call.attempt.clone(), inner.event(index, Some(LegState::InProgress), "asks".into(), CarrierNews::Nothing))
        };
        // Nobody there to say what to do: the carrier apologises and hangs up.
        let Some(directory) = directory else { return self.inner().end(at, index, LegState::Completed) };
        let plan = directory.answer(&attempt, event);
        self.follow(at, index, plan);
    }

    fn asks_for_turn(&self, at: u64, index: usize, words: Option<&'static str>, directory: Option<&Arc<Directory>>) {
        let (attempt, event) = {
            let mut inner = self.inner();
            inner.calls[index].turns += 1;
            let call = &inner.calls[index];
            if call.state != LegState::InProgress {
                return;
            }
            let news =
                words.map_or(CarrierNews::Nothing, |words| CarrierNews::Turn { words: Some(words.to_owned()), confidence: Some(90), digits: vec![] });
            (call.attempt.clone(), inner.event(index, None, format!("turn{}", call.turns), news))
        };
        let plan = directory.and_then(|directory| directory.turn(&attempt, event));
        let Some(plan) = plan else { return self.inner().end(at, index, LegState::Completed) };
        let exchange = self.clone();
        tokio::spawn(async move {
            let plan = tokio::time::timeout(PLANNED_WITHIN, plan).await.ok().and_then(Result::ok);
            let number = exchange.inner().calls[index].to.clone();
            if words == Some(STOP) && plan.as_ref().is_some_and(says_something) && !(exchange.is_barred)(&number) {
                exchange.inner().wrong.push("I9: a stop request was answered and is not on disk".into());
            }
            exchange.follow(exchange.clock.millis(), index, plan.unwrap_or_else(Plan::hang_up));
        });
    }

    /// Does what a document says.
    fn follow(&self, at: u64, index: usize, plan: Plan) {
        let mut inner = self.inner();
        if inner.calls[index].state != LegState::InProgress {
            return;
        }
        let mut at = at + 50;
        for verb in plan.verbs {
            match verb {
                Verb::Listen { lines, .. } => {
                    inner.talks(index);
                    at += 1_500 * lines.len() as u64;
                    let turn = inner.calls[index].turns;
                    let leaves = inner.chance.permille(120) || turn > 12;
                    let words = if inner.chance.permille(40) { STOP } else { SAYS[turn.saturating_sub(1).min(SAYS.len() - 1)] };
                    let speaks = inner.chance.permille(800);
                    let thinks = 500 + inner.chance.below(4_000);
                    let next = if leaves { Happens::FarEndLeaves(index) } else { Happens::AsksForTurn(index, speaks.then_some(words)) };
                    inner.later(at + thinks, next);
                    self.woken.notify_one();
                    return;
                }
                Verb::Say { .. } => {
                    inner.talks(index);
                    at += 1_500;
                }
                Verb::Redirect { .. } => {
                    inner.later(at, Happens::AsksForTurn(index, None));
                    self.woken.notify_one();
                    return;
                }
                Verb::HangUp => break,
                _ => {}
            }
        }
        inner.later(at, Happens::HungUpByUs(index));
        self.woken.notify_one();
    }

    fn later(&self, millis: u64, happens: Happens) {
        let at = self.clock.millis() + millis;
        self.inner().later(at, happens);
        self.woken.notify_one();
    }

    /// A request that asks or ends: it arrives or not, and its reply comes back or not.
    async fn request<T>(&self, reply: impl FnOnce(&Self) -> T) -> Result<T, CarrierError> {
        let (way, is_lost, arrives) = {
            let now = self.clock.millis();
            let mut inner = self.inner();
            inner.events += 1;
            if inner.is_out(now) {
                inner.faults += 1;
                return Err(CarrierError::Unreachable { carrier: NAME });
            }
            let is_lost = inner.strikes(|lies| lies.unanswered_requests);
            (20 + inner.chance.below(400), is_lost, inner.chance.permille(500))
        };
        tokio::time::sleep(Duration::from_millis(way)).await;
        if is_lost {
            if arrives {
                reply(self);
            }
            return Err(CarrierError::Unclear { carrier: NAME });
        }
        Ok(reply(self))
    }

    fn shown(&self, call: &NetCall) -> CarrierCall {
        let told_at = call.ended_at.map_or(u64::MAX, |ended_at| ended_at + PRICED_AFTER);
        CarrierCall {
            id: call.id.clone(),
            state: call.state,
            started_at: Some(Timestamp(i64::try_from(call.made_at).unwrap())),
            duration: call.state.is_terminal().then(|| whole_seconds(call.answered_for())),
            price: (told_at <= self.clock.millis()).then(|| (self.price(call), "USD".to_owned())),
        }
    }

    fn price(&self, call: &NetCall) -> Micros {
        leg_cost(whole_seconds(call.answered_for()), self.leg_per_minute)
    }
}

/// Providers count begun seconds.
fn whole_seconds(length: Duration) -> Duration {
    Duration::from_secs(length.as_millis().div_ceil(1_000) as u64)
}

fn says_something(plan: &Plan) -> bool {
    plan.verbs.iter().any(|verb| match verb {
        Verb::Listen { lines, .. } => !lines.is_empty(),
        // A goodbye that was on its way already answers nothing.
        Verb::Say { text } => !text.contains("Goodbye"),
        _ => false,
    })
}

impl Inner {
    fn later(&mut self, at: u64, happens: Happens) {
        self.sequence += 1;
        self.queue.insert((at, self.sequence), happens);
    }

    /// Returns whether webhooks are still under way.
    pub fn has_news(&self) -> bool {
        self.queue.values().any(|happens| matches!(happens, Happens::Told(..)))
    }

    /// Returns whether nothing is going to happen any more; what did happen may not be told yet.
    pub fn is_quiet(&self) -> bool {
        self.queue.values().all(|happens| matches!(happens, Happens::Told(..)))
    }

    fn strikes(&mut self, permille: fn(&Lies) -> u16) -> bool {
        let strikes = self.chance.permille(permille(&self.lies));
        self.faults += u64::from(strikes);
        strikes
    }

    /// Now and then nothing at all can be reached, for up to three minutes.
    fn is_out(&mut self, now: u64) -> bool {
        if now >= self.out_until && self.chance.permille(self.lies.outages) {
            self.out_until = now + self.chance.below(180_000);
        }
        self.lies.outages > 0 && now < self.out_until
    }

    fn talks(&mut self, index: usize) {
        self.calls[index].talked = true;
        let attempt = self.calls[index].attempt.clone();
        let calls = self.talked.entry(attempt).or_default();
        calls.insert(index);
        if calls.len() > 1 {
            self.wrong.push("I1: two calls of one attempt were given something to say".into());
        }
    }

    fn event(&self, index: usize, state: Option<LegState>, key: String, news: CarrierNews) -> CarrierEvent {
        let call = &self.calls[index];
        let duration = state.filter(|state| state.is_terminal()).map(|_| whole_seconds(call.answered_for()));
        CarrierEvent { call: call.id.clone(), state, key, duration, failure_code: None, news }
    }

    fn happen(&mut self, at: u64, happens: Happens) {
        match happens {
            Happens::Made { request, calls } => {
                for _ in 0..calls {
                    self.make(at, &request);
                }
            }
            Happens::Rings(index) => {
                if self.moves(index, LegState::Ringing) {
                    self.calls[index].rang = true;
                    self.tell(at, index, LegState::Ringing);
                    let answers = 1_000 + self.chance.below(20_000);
                    let timeout = self.calls[index].ring_timeout;
                    if answers < timeout && self.chance.permille(780) {
                        self.later(at + answers, Happens::Answers(index));
                    } else {
                        self.later(at + timeout, Happens::NotAnswered(index, LegState::NoAnswer));
                    }
                }
            }
            Happens::Answers(index) => {
                if self.moves(index, LegState::InProgress) {
                    self.calls[index].answered_at = Some(at);
                    self.tell(at, index, LegState::InProgress);
                    self.later(at + 30, Happens::Asks(index));
                    let limit = self.calls[index].time_limit;
                    self.later(at + limit, Happens::TimeIsUp(index));
                    if self.chance.permille(150) {
                        let leaves = at + self.chance.below(30_000);
                        self.later(leaves, Happens::FarEndLeaves(index));
                    }
                }
            }
            Happens::NotAnswered(index, state) => {
                if self.calls[index].answered_at.is_none() {
                    self.end(at, index, state);
                }
            }
            Happens::FarEndLeaves(index) | Happens::TimeIsUp(index) => self.end(at, index, LegState::Completed),
            Happens::HungUpByUs(index) => {
                let state = if self.calls[index].answered_at.is_some() { LegState::Completed } else { LegState::Canceled };
                self.end(at, index, state);
            }
            Happens::Asks(_) | Happens::AsksForTurn(..) | Happens::Told(..) => {}
        }
    }

    fn make(&mut self, at: u64, request: &Asked) {
        let index = self.calls.len();
        let listed_at = at + self.chance.below(LISTED_WITHIN);
        self.calls.push(NetCall {
            id: CarrierCallId::new(format!("CA{index}")),
            attempt: request.attempt.clone(),
            from: request.from.clone(),
            to: request.to.clone(),
            state: LegState::Queued,
            made_at: at,
            listed_at,
            answered_at: None,
            ended_at: None,
            rang: false,
            talked: false,
            ring_timeout: request.ring_timeout,
            time_limit: request.time_limit,
            turns: 0,
        });
        let rings = at + 200 + self.chance.below(2_000);
        if self.chance.permille(100) {
            self.later(rings, Happens::NotAnswered(index, LegState::Busy));
        } else {
            self.later(rings, Happens::Rings(index));
        }
    }

    fn moves(&mut self, index: usize, state: LegState) -> bool {
        let moves = self.calls[index].state.advances_to(state);
        if moves {
            self.calls[index].state = state;
        }
        moves
    }

    fn end(&mut self, at: u64, index: usize, state: LegState) {
        if self.moves(index, state) {
            self.calls[index].ended_at = Some(at);
            self.tell(at, index, state);
        }
    }

    /// Sends the webhook, or what a bad day makes of it.
    fn tell(&mut self, at: u64, index: usize, state: LegState) {
        let is_lost = self.strikes(|lies| lies.lost);
        let is_doubled = self.strikes(|lies| lies.doubled);
        let is_late = self.strikes(|lies| lies.late);
        let is_overtaken = self.strikes(|lies| lies.reordered);
        if is_lost {
            return;
        }
        let mut comes = at + 10 + self.chance.below(100);
        if is_late {
            let hours = if self.chance.below(20) == 0 { HOUR + self.chance.below(5 * HOUR) } else { 0 };
            comes += hours + self.chance.below(600_000);
        }
        if is_overtaken {
            comes += 3_000;
        }
        self.later(comes, Happens::Told(index, state, state as u32));
        if is_doubled {
            let again = comes + self.chance.below(5_000);
            self.later(again, Happens::Told(index, state, state as u32));
        }
    }

    /// Returns how a dial goes: how long until the call is made, how many are made, how long until we hear, and what.
    fn dial(&mut self, now: u64) -> (Option<(u64, u8)>, u64, Result<(), CarrierError>) {
        let carrier = NAME;
        if self.is_out(now) {
            self.faults += 1;
            return (None, 5, Err(CarrierError::Unreachable { carrier }));
        }
        let calls = if self.strikes(|lies| lies.doubled_calls) { 2 } else { 1 };
        if self.strikes(|lies| lies.unclear) {
            let patience = 100 + self.chance.below(30_000);
            let made = match self.chance.below(3) {
                0 => None,
                1 => Some((self.chance.below(patience), calls)),
                _ => Some((self.chance.below(MADE_WITHIN), calls)),
            };
            return (made, patience, Err(CarrierError::Unclear { carrier }));
        }
        if self.strikes(|lies| lies.refused) {
            let error = match self.chance.below(3) {
                0 => CarrierError::Rejected { carrier, code: 21_219, message: "the number is not verified".into() },
                1 => CarrierError::Unauthorized { carrier, code: 20_003 },
                _ => CarrierError::Throttled { carrier, wait: None },
            };
            return (None, 50, Err(error));
        }
        let way = 20 + self.chance.below(300);
        (Some((way, calls)), way + 20 + self.chance.below(2_000), Ok(()))
    }
}

fn lacks<T>() -> Result<T, CarrierError> {
    Err(CarrierError::Rejected { carrier: NAME, code: 0, message: "there is none here".into() })
}

#[async_trait]
impl CarrierRoom for Exchange {
    async fn change_member(&self, _room: &str, _member: &CarrierCallId, _change: &MemberChange) -> Result<(), CarrierError> {
        lacks()
    }

    async fn announce(&self, _room: &str, _announcement: &Announcement) -> Result<(), CarrierError> {
        lacks()
    }
}

#[async_trait]
impl Carrier for Exchange {
    fn name(&self) -> &'static str {
        NAME
    }

    fn abilities(&self) -> Abilities {
        let lists_within = Duration::from_millis(MADE_WITHIN + LISTED_WITHIN + 30_000);
        Abilities { media_stream: false, text_relay: false, machine_detection: false, waits_for_beeps: false, queues: false, lists_within }
    }

    async fn place_call(&self, cleared: Cleared, request: &CallRequest) -> Result<CarrierCall, CarrierError> {
        let now = self.clock.millis();
        let (first, waits, reply) = {
            let mut inner = self.inner();
            inner.events += 1;
            let dials = inner.dials.entry(request.attempt.clone()).or_default();
            *dials += 1;
            if *dials > 1 || cleared.attempt() != &request.attempt || cleared.number() != &request.to {
                inner.wrong.push("I1: an attempt was dialed twice, or under another's leave".into());
            }
            let (made, waits, reply) = inner.dial(now);
            let index = inner.calls.len();
            if let Some((after, calls)) = made {
                let request = Box::new(Asked {
                    attempt: request.attempt.clone(),
                    from: request.from.clone(),
                    to: request.to.clone(),
                    ring_timeout: u64::try_from(request.ring_timeout.as_millis()).unwrap(),
                    time_limit: u64::try_from(request.time_limit.as_millis()).unwrap(),
                });
                inner.later(now + after, Happens::Made { request, calls });
            }
            (index, waits, reply)
        };
        self.woken.notify_one();
        self.dialed.notify_one();
        tokio::time::sleep(Duration::from_millis(waits)).await;
        reply?;
        let inner = self.inner();
        let made = inner.calls[first..].iter().find(|call| call.attempt == request.attempt);
        made.map(|call| self.shown(call)).ok_or(CarrierError::Unclear { carrier: NAME })
    }

    async fn call_operator(&self, _grant: OperatorGrant, _request: &CallRequest) -> Result<CarrierCall, CarrierError> {
        lacks()
    }

    async fn end_call(&self, call: &CarrierCallId) -> Result<(), CarrierError> {
        let call = call.clone();
        self.request(move |exchange| {
            let index = exchange.inner().calls.iter().position(|known| known.id == call);
            let takes = exchange.inner().chance.below(1_500);
            if let Some(index) = index {
                exchange.later(takes, Happens::HungUpByUs(index));
            }
        })
        .await
    }

    async fn fetch_call(&self, call: &CarrierCallId) -> Result<Option<CarrierCall>, CarrierError> {
        self.request(|exchange| exchange.inner().calls.iter().find(|known| known.id == *call).map(|call| exchange.shown(call))).await
    }

    async fn find_calls(&self, from: &PhoneNumber, to: &PhoneNumber, since: Timestamp) -> Result<Vec<CarrierCall>, CarrierError> {
        let since = u64::try_from(since.as_millis()).unwrap_or(0);
        self.request(|exchange| {
            let now = exchange.clock.millis();
            let is_meant = |call: &&NetCall| call.from == *from && call.to == *to && call.made_at >= since && call.listed_at <= now;
            exchange.inner().calls.iter().rev().filter(is_meant).map(|call| exchange.shown(call)).collect()
        })
        .await
    }

    async fn live_calls(&self, from: &PhoneNumber) -> Result<Vec<LiveLeg>, CarrierError> {
        self.request(|exchange| {
            let now = exchange.clock.millis();
            let is_meant = |call: &&NetCall| call.from == *from && !call.state.is_terminal() && call.listed_at <= now;
            let leg = |call: &NetCall| LiveLeg { call: exchange.shown(call), to: call.to.clone(), made_at: Some(Timestamp(call.made_at as i64)) };
            exchange.inner().calls.iter().filter(is_meant).map(leg).collect()
        })
        .await
    }

    async fn redirect_call(&self, _call: &CarrierCallId, _url: &str) -> Result<(), CarrierError> {
        lacks()
    }

    async fn send_text(&self, _from: &PhoneNumber, _to: &PhoneNumber, _text: &Private<String>) -> Result<(), CarrierError> {
        lacks()
    }

    async fn find_recordings(&self, _call: &CarrierCallId) -> Result<Vec<(CarrierRecordingId, RecordingState)>, CarrierError> {
        Ok(Vec::new())
    }

    async fn fetch_recording(&self, _recording: &CarrierRecordingId) -> Result<Vec<u8>, CarrierError> {
        lacks()
    }

    async fn pause_recording(&self, _call: &CarrierCallId) -> Result<(), CarrierError> {
        lacks()
    }

    async fn resume_recording(&self, _call: &CarrierCallId) -> Result<(), CarrierError> {
        lacks()
    }

    async fn delete_recording(&self, _recording: &CarrierRecordingId) -> Result<(), CarrierError> {
        lacks()
    }
}

impl Clock for DayClock {
    fn now(&self) -> Timestamp {
        Timestamp(i64::try_from(self.millis()).unwrap_or(i64::MAX))
    }
}
