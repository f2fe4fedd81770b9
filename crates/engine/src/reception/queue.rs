//! The queue: first in, first out, kept by the carrier; we say the position, play music and end what lasts too long. Where the carrier
//! keeps none, [`own_queue`](super::own_queue) does.
//!
//! The user's own phone is rung while somebody waits, and takes the next caller at the press of a key; or the user rings our
//! number from it.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::budget::Payer;
use ::assistant::expense::{ExpenseId, ExpenseKind};
use ports::carrier::{CallRequest, CarrierError, CarrierEvent, CarrierNews, QueueEnd};
use telephony::cost::{Micros, leg_cost};
use telephony::leg::LegState;
use telephony::plan::{Plan, Verb};
use telephony::{AttemptId, CarrierCallId, PhoneNumber};
use tokio::time::Instant;

use crate::assistant::NotMade;
use crate::further_leg::FurtherLeg;

use super::ringing::Rung;
use super::{Reception, say, wording};

/// When the user and a caller are parted: an hour.
pub(super) const TALK_AT_MOST: Duration = Duration::from_secs(3_600);

/// How long the user's telephone rings.
const RINGS_FOR: Duration = Duration::from_secs(25);

/// How long the user has to press the key.
pub(super) const ANSWERS_WITHIN: Duration = Duration::from_secs(8);

/// From one ring of the user's telephone to the next, while somebody waits.
const BETWEEN_RINGS: Duration = Duration::from_secs(90);

impl Reception {
    /// Returns what puts a caller into a queue.
    pub(super) fn wait_in(&self, name: &str) -> Vec<Verb> {
        if self.keeps_queues() {
            return vec![Verb::Redirect { url: self.config.addresses.in_line(name) }];
        }
        let queue = self.config.menus.as_ref().and_then(|menus| menus.queues.get(name)).copied().unwrap_or_default();
        let (wait_at, done_to) = (self.config.addresses.waiting(name), self.config.addresses.left(name));
        vec![Verb::WaitInQueue { queue: name.to_owned(), most: queue.most, wait_at, done_to }]
    }

    /// Somebody waits: what do they hear? The carrier asks again when it has run out.
    pub fn waiting(self: &Arc<Self>, name: &str, event: &CarrierEvent) -> Plan {
        let CarrierNews::Waiting { position, waited } = event.news else {
            return Plan { verbs: vec![Verb::Play { url: self.config.addresses.music() }] };
        };
        let queue = self.config.menus.as_ref().and_then(|menus| menus.queues.get(name)).copied().unwrap_or_default();
        if waited >= queue.longest_wait {
            return Plan { verbs: vec![Verb::LeaveQueue] };
        }
        self.waits(name, &event.call);
        self.ring_operator(name);
        // A breath before the music, so that the position is understood.
        let breath = Verb::Pause { length: Duration::from_secs(1) };
        Plan { verbs: vec![say(&wording::position(position)), breath, Verb::Play { url: self.config.addresses.music() }] }
    }

    /// Somebody does not wait any more.
    pub fn left_queue(&self, event: &CarrierEvent) -> Plan {
        self.waits_no_more(&event.call);
        match event.news {
            CarrierNews::LeftQueue(QueueEnd::Served | QueueEnd::HungUp) => Plan::hang_up(),
            CarrierNews::LeftQueue(QueueEnd::Full) => self.box_plan(vec![say(wording::QUEUE_FULL)]),
            _ => self.box_plan(vec![say(wording::WAITED_TOO_LONG)]),
        }
    }

    /// Connects the user's call with who is next.
    pub(super) async fn take_next(&self, queue: &str, operator: &CarrierCallId) -> Plan {
        if self.keeps_queues() {
            return self.next_in_line(queue, 0, operator).await;
        }
        let take = Verb::TakeFromQueue { queue: queue.to_owned(), time_limit: TALK_AT_MOST, done_to: self.config.addresses.served() };
        Plan { verbs: vec![say(wording::NEXT_CALLER), take] }
    }

    /// The user's telephone was answered, or has heard that somebody waits (`asked`).
    pub async fn operator(&self, queue: &str, asked: bool, event: &CarrierEvent) -> Plan {
        if self.picked_up_for_nobody() {
            return Plan { verbs: vec![say(wording::NOBODY_WAITS_ANY_MORE), Verb::HangUp] };
        }
        if !asked {
            let answer_to = self.config.addresses.operator(queue, true);
            return Plan {
                verbs: vec![Verb::Listen { lines: vec![wording::SOMEBODY_WAITS.to_owned()], answer_to, silence: ANSWERS_WITHIN }, Verb::HangUp],
            };
        }
        let takes = matches!(&event.news, CarrierNews::Turn { digits, .. } if digits.iter().any(|digit| digit.as_char() == '1'));
        if takes { self.take_next(queue, &event.call).await } else { Plan::hang_up() }
    }

    /// News of the user's leg.
    pub async fn operator_status(&self, event: &CarrierEvent) {
        let Some(state) = event.state.filter(|state| state.is_terminal()) else { return };
        let leg = {
            let mut guests = self.guests();
            guests.operator_is_busy_until = None;
            guests.rung.take()
        };
        if let Some(Rung { expense, .. }) = leg {
            let talked = if state == LegState::Completed { event.duration.unwrap_or(TALK_AT_MOST) } else { Duration::ZERO };
            self.spent(&expense, leg_cost(talked, self.installation().rates().leg_per_minute)).await;
        }
        self.line_is_left(&event.call);
    }

    /// Rings the user's telephone for who waits, if it is not rung or talked on already.
    pub(super) fn ring_operator(self: &Arc<Self>, queue: &str) {
        let Some(operator) = self.config.operator.clone() else {
            return;
        };
        let now = Instant::now();
        {
            let mut guests = self.guests();
            let is_busy = guests.operator_is_busy_until.is_some_and(|until| now < until);
            let was_just_rung = guests.operator_rung_at.is_some_and(|at| now < at + BETWEEN_RINGS);
            if is_busy || was_just_rung {
                return;
            }
            guests.operator_rung_at = Some(now);
            guests.operator_is_busy_until = Some(now + RINGS_FOR + TALK_AT_MOST);
        }
        let (reception, queue) = (self.clone(), queue.to_owned());
        tokio::spawn(async move {
            if let Err(error) = reception.call_operator(operator, &queue).await {
                tracing::warn!(error, "the user's telephone is not rung for who waits");
                reception.guests().operator_is_busy_until = None;
            }
        });
    }

    async fn call_operator(&self, operator: PhoneNumber, queue: &str) -> Result<(), &'static str> {
        let installation = self.installation();
        let leg = FurtherLeg { telephone: &operator, kind: ExpenseKind::UserLeg, attempt: None, payer: &Payer::default(), time_limit: TALK_AT_MOST };
        let grant = installation.leave_to_ring(&leg).await.map_err(|error| match error {
            NotMade::Refused(_) => "number gate, pause or budget refuse it",
            _ => "the books cannot be used",
        })?;
        let expense = grant.expense().clone();
        self.guests().rung = Some(Rung::new(queue, expense.clone()));
        let addresses = &self.config.addresses;
        let request = CallRequest {
            attempt: AttemptId::new(installation.make_token()),
            to: operator,
            from: installation.desk.house.from.clone(),
            answer_url: addresses.operator(queue, false),
            fallback_url: addresses.fallback(),
            status_url: addresses.operator_status(),
            ring_timeout: RINGS_FOR,
            time_limit: TALK_AT_MOST,
            machine_url: None,
        };
        match installation.ports.carrier.call_operator(grant, &request).await {
            Ok(leg) => {
                self.is_rung_as(leg.id);
                Ok(())
            }
            // It may ring: its status, or the next start, ends the expense.
            Err(CarrierError::Unclear { .. }) => Err("the carrier gave no clear answer"),
            Err(_) => {
                self.guests().rung = None;
                self.spent(&expense, Micros::ZERO).await;
                Err("the carrier refuses it")
            }
        }
    }

    async fn spent(&self, expense: &ExpenseId, cost: Micros) {
        let installation = self.installation();
        if let Err(error) = installation.store().spend(expense, cost, installation.clock().now()).await {
            tracing::warn!(%error, "what a leg to the user's telephone has cost could not be written down; its worst case counts");
        }
    }
}
