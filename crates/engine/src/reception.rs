//! Calls that come to our number: a callee who rings back goes on with the errand, everybody else gets the menu or the box.
//!
//! Every question of the carrier is answered with a plan, within its patience, and the same question with the same plan:
//! where a caller is stands in the address that is asked, what must be remembered of a call stands in the store. Nothing
//! is dialed here but by a plan of the caller's own call, and that only to numbers the gate lets pass and the budget bears.

pub mod addresses;
mod meeting;
mod message;
mod own_queue;
mod queue;
mod ring_back;
mod ringing;
mod wording;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::assistant::budget::{self, Payer};
use ::assistant::compliance::number_gate;
use ::assistant::menu::{Forward, Heard, Menus, Place, Step, Then};
use ::assistant::waiting_line::WaitingLine;
use ports::carrier::{CarrierEvent, CarrierNews, ForwardEnd};
use ports::inbound_store::InboundStore;
use ports::task_store::StoreError;
use telephony::cost::Micros;
use telephony::plan::{Plan, Verb};
use telephony::{AttemptId, CarrierCallId, PhoneNumber, Private};
use tokio::time::Instant;

use crate::assistant::{Assistant, Installation};
use addresses::ReceptionAddresses;

/// The longest message of the box. Two minutes of speech are more than anybody listens to.
const LONGEST_MESSAGE: Duration = Duration::from_secs(120);

/// Silence after which a message is over.
const SILENT_FOR: Duration = Duration::from_secs(4);

/// How callers are received.
pub struct ReceptionConfig {
    /// The menus; none: everybody gets the box.
    pub menus: Option<Menus>,
    /// The user's phone: who rings from it takes the next caller of a queue, or opens a room.
    pub operator: Option<PhoneNumber>,
    /// For whom calls are taken, as it is said aloud.
    pub principal: String,
    /// Where the carrier asks.
    pub addresses: ReceptionAddresses,
}

/// Takes calls.
pub struct Reception {
    config: ReceptionConfig,
    assistant: Arc<Assistant>,
    store: Arc<dyn InboundStore>,
    guests: Mutex<Guests>,
    /// The line's clock counts from here.
    began: Instant,
}

/// What is known of live calls beyond the store.
#[derive(Default)]
struct Guests {
    /// Calls that are attempts of a task.
    ring_backs: HashMap<CarrierCallId, AttemptId>,
    /// Calls whose message is being fetched.
    fetching: HashSet<CarrierCallId>,
    /// The user's telephone, while it is rung or talked on.
    rung: Option<ringing::Rung>,
    /// When the user's telephone was last rung for who waits.
    operator_rung_at: Option<Instant>,
    /// Until when it is rung or talked on at most; nothing once its end was told.
    operator_is_busy_until: Option<Instant>,
    /// Who waits, by queue, where the phone provider has no queues.
    lines: BTreeMap<String, WaitingLine>,
    /// Who waits, by queue, where it has.
    waiting: BTreeMap<String, HashSet<CarrierCallId>>,
    /// Who was taken out of them, and by whom.
    talks: Vec<own_queue::Talk>,
}

/// Calls that are remembered at once. One whose end was never told is forgotten when there are more.
const REMEMBERED_AT_MOST: usize = 4_096;

impl Guests {
    fn remember(&mut self, call: CarrierCallId, attempt: AttemptId) {
        if self.ring_backs.len() >= REMEMBERED_AT_MOST {
            self.ring_backs.clear();
        }
        self.ring_backs.insert(call, attempt);
    }
}

impl Reception {
    /// Returns the reception of an assistant.
    pub fn new(config: ReceptionConfig, assistant: Arc<Assistant>, store: Arc<dyn InboundStore>) -> Arc<Self> {
        Arc::new(Self { config, assistant, store, guests: Mutex::default(), began: Instant::now() })
    }

    /// Somebody rings: what do they get?
    pub async fn incoming(&self, event: CarrierEvent) -> Plan {
        let CarrierNews::Incoming { from } = event.news.clone() else {
            return Plan::hang_up();
        };
        if let Some(attempt) = self.guests().ring_backs.get(&event.call).cloned() {
            // The carrier repeats its question.
            return self.installation().directory.answer(&attempt, event);
        }
        let now = self.installation().clock().now();
        let id = AttemptId::new(self.installation().make_token());
        if let Err(error) = self.store.begin_visit(&id, &event.call, from.as_ref(), now).await {
            // Whoever rings is still answered; only a message or a stop request could not be kept, and says so.
            tracing::warn!(%error, "a call that came in could not be written down");
        }
        if from.is_some() && from == self.config.operator {
            return self.user_rings(&event.call).await;
        }
        match self.ring_back(from.as_ref(), &event).await {
            ring_back::Answer::Talks(attempt) => self.installation().directory.answer(&attempt, event),
            ring_back::Answer::IsThanked => self.welcome(wording::SETTLED).await,
            ring_back::Answer::IsNobody => self.welcome("").await,
        }
    }

    /// The carrier's request at the number failed: whoever rings hears that, and not an error of the carrier's.
    pub fn fallback(&self) -> Plan {
        Plan { verbs: vec![say(wording::FALLBACK), Verb::HangUp] }
    }

    /// A menu was answered, or not.
    pub async fn menu(&self, at: &Place, event: CarrierEvent) -> Plan {
        let Some(menus) = &self.config.menus else {
            return self.box_plan(Vec::new());
        };
        let heard = match event.news {
            CarrierNews::Turn { digits, .. } if !digits.is_empty() => Heard::Key(digits[0]),
            CarrierNews::Turn { words: Some(words), .. } => Heard::Words(Private::new(words)),
            _ => Heard::Silence,
        };
        self.plan_of(menus.next(at, &heard), &event.call).await
    }

    /// Whom a caller was connected with is gone, or did not come.
    pub fn forwarded(&self, event: &CarrierEvent) -> Plan {
        match event.news {
            CarrierNews::Forwarded(ForwardEnd::Talked) => Plan::hang_up(),
            _ => self.box_plan(vec![say(wording::NOBODY_THERE)]),
        }
    }

    /// A call that came in is over.
    pub async fn status(&self, event: CarrierEvent) {
        let is_over = event.state.is_some_and(|state| state.is_terminal());
        let (call, length) = (event.call.clone(), event.duration.unwrap_or_default());
        let attempt = self.guests().ring_backs.get(&call).cloned();
        let is_attempt = match attempt {
            Some(attempt) => self.installation().directory.leg_event(&attempt, event),
            None => matches!(self.store.visit(&call).await, Ok(Some(visit)) if visit.attempt.is_some()),
        };
        if !is_over {
            return;
        }
        self.line_is_left(&call);
        self.waits_no_more(&call);
        // An attempt has a cost row of its own.
        let cost = if is_attempt || length.is_zero() { Micros::ZERO } else { self.installation().rates().call_cost(length) };
        if let Err(error) = self.store.end_visit(&call, length, cost, self.installation().clock().now()).await {
            tracing::warn!(%error, "the end of a call that came in could not be written down");
        }
    }

    async fn welcome(&self, first: &str) -> Plan {
        let mut verbs = vec![say(&wording::greeting(&self.config.principal))];
        if !first.is_empty() {
            verbs.push(say(first));
            // Time to answer in, and to hang up: most who are told this want no more.
            verbs.push(Verb::Pause { length: Duration::from_secs(1) });
        }
        match &self.config.menus {
            Some(menus) => {
                verbs.extend(self.listen(menus.next(&menus.beginning(), &Heard::Nothing)));
                Plan { verbs }
            }
            None => self.box_plan(verbs),
        }
    }

    /// What a menu says and listens for; it never does more at the beginning of a call.
    fn listen(&self, step: Step) -> Vec<Verb> {
        let Then::Listen { at, timeout } = step.then else {
            return vec![Verb::HangUp];
        };
        let url = self.config.addresses.menu(&at);
        vec![Verb::Listen { lines: step.lines, answer_to: url.clone(), silence: timeout }, Verb::Redirect { url }]
    }

    async fn plan_of(&self, step: Step, call: &CarrierCallId) -> Plan {
        if matches!(step.then, Then::Listen { .. }) {
            return Plan { verbs: self.listen(step) };
        }
        let mut verbs: Vec<Verb> = step.lines.iter().map(|line| say(line)).collect();
        match step.then {
            Then::Forward(forward) => return self.forward(verbs, &forward, call).await,
            Then::Queue(name) => verbs.extend(self.wait_in(&name)),
            Then::Room(name) => verbs.extend(self.meet_in(&name)),
            Then::Message => return self.box_plan(verbs),
            Then::NeverAgain => {
                verbs.push(say(self.never_again(call).await));
                verbs.push(Verb::HangUp);
            }
            Then::HangUp | Then::Listen { .. } => verbs.push(Verb::HangUp),
        }
        Plan { verbs }
    }

    /// Connects a caller with somebody, if the gate and the money allow it now.
    async fn forward(&self, mut verbs: Vec<Verb>, forward: &Forward, call: &CarrierCallId) -> Plan {
        match self.may_forward(forward).await {
            Ok(true) => {}
            Ok(false) => return self.box_plan(vec![say(wording::NOBODY_THERE)]),
            Err(error) => {
                tracing::warn!(%error, "a caller is not forwarded, for the books cannot be read");
                return self.box_plan(vec![say(wording::NOBODY_THERE)]);
            }
        }
        if let Err(error) = self.store.forward_visit(call).await {
            tracing::warn!(%error, "a forwarded call could not be written down");
            return self.box_plan(vec![say(wording::NOBODY_THERE)]);
        }
        verbs.push(say(wording::CONNECTING));
        verbs.push(Verb::Forward {
            to: forward.number.clone(),
            shows: None,
            ring_for: forward.ring_for,
            time_limit: forward.time_limit,
            done_to: Some(self.config.addresses.forwarded()),
        });
        Plan { verbs }
    }

    async fn may_forward(&self, forward: &Forward) -> Result<bool, StoreError> {
        let installation = self.installation();
        let rules = installation.rules();
        let gate = number_gate::check(&forward.number, installation.line(), &rules.allowed_regions, &rules.own_numbers);
        let is_paused = installation.desk.gate.policy.paused().await?.is_some();
        if gate.is_err() || is_paused || installation.store().has_opted_out(&forward.number).await? {
            return Ok(false);
        }
        self.bears(forward.time_limit).await
    }

    /// Returns whether the budget bears a caller and a second leg for so long.
    async fn bears(&self, time_limit: Duration) -> Result<bool, StoreError> {
        let installation = self.installation();
        let rules = installation.rules();
        let now = installation.clock().now();
        let spending = installation.store().spending(&Payer::default(), now).await?;
        let worst = installation.rates().forwarded_cost(time_limit);
        Ok(budget::check(worst, rules.budget.per_call, &rules.budget, &spending).is_empty())
    }

    /// Writes down that a caller is never called again, and returns what is said about it: nothing is acknowledged before
    /// it is on disk.
    async fn never_again(&self, call: &CarrierCallId) -> &'static str {
        let installation = self.installation();
        let visit = match self.store.visit(call).await {
            Ok(Some(visit)) => visit,
            Ok(None) => return wording::NOT_NOTED,
            Err(error) => {
                tracing::warn!(%error, "a stop request could not be written down");
                return wording::NOT_NOTED;
            }
        };
        let Some(number) = &visit.caller else {
            return wording::WITHHELD;
        };
        match installation.store().opt_out(number, &visit.id, installation.clock().now()).await {
            Ok(()) => wording::NEVER_AGAIN,
            Err(error) => {
                tracing::warn!(%error, "a stop request could not be written down");
                wording::NOT_NOTED
            }
        }
    }

    fn installation(&self) -> &Installation {
        self.assistant.installation()
    }

    fn guests(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn say(text: &str) -> Verb {
    Verb::Say { text: text.to_owned() }
}
