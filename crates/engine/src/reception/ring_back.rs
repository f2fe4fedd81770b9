//! A callee rings back: the latest task of their number goes on, as a new attempt that never dials.

use ::assistant::budget::Payer;
use ::assistant::ring_back::{self, GOOD_FOR, Past, RingBack};
use ports::carrier::CarrierEvent;
use ports::inbound_store::RingBackArrival;
use ports::task_store::StoreError;
use telephony::{AttemptId, PhoneNumber};

use super::Reception;
use crate::call_driver::Begins;
use crate::filling::Secrets;
use crate::task_desk::NotMade;

/// What becomes of a caller.
pub(super) enum Answer {
    /// They talk with the assistant: this attempt.
    Talks(AttemptId),
    /// They are thanked, and get what everybody gets.
    IsThanked,
    /// They get what everybody gets.
    IsNobody,
}

impl Reception {
    /// Looks whom it is and, if an errand goes on, begins its attempt.
    pub(super) async fn ring_back(&self, from: Option<&PhoneNumber>, event: &CarrierEvent) -> Answer {
        let Some(number) = from else {
            return Answer::IsNobody;
        };
        self.answer_to(number, event).await.unwrap_or_else(|error| {
            match error {
                // Another call of the task, or no money or place left for this one.
                StoreError::Conflict | StoreError::Overtaken => tracing::info!(%error, "a callee who rang back is not talked to"),
                error => tracing::warn!(%error, "a callee who rang back was not recognised"),
            }
            Answer::IsNobody
        })
    }

    async fn answer_to(&self, number: &PhoneNumber, event: &CarrierEvent) -> Result<Answer, StoreError> {
        let installation = self.installation();
        let now = installation.clock().now();
        let Some(known) = self.store.task_of_callee(number, now - GOOD_FOR).await? else {
            return Ok(Answer::IsNobody);
        };
        let past = Past {
            state: known.task.state,
            is_live: known.is_live,
            outcome: known.outcome,
            has_opted_out: installation.store().has_opted_out(number).await?,
        };
        match ring_back::decide(&past) {
            RingBack::Stranger => return Ok(Answer::IsNobody),
            RingBack::Settled => return Ok(Answer::IsThanked),
            RingBack::Continues => {}
        }
        let (task, attempt) = (&known.task, AttemptId::new(installation.make_token()));
        let arrival = RingBackArrival {
            task: &task.id,
            attempt: &attempt,
            call: &event.call,
            number,
            worst_cost: installation.rates().call_cost(task.limits.total_time),
            task_cap: task.limits.max_cost,
            caps: installation.rules().caps,
            budget: installation.rules().budget,
            alerts: installation.rules().alerts.clone(),
            payer: Payer { task: Some(task.id.clone()), user: Some(task.principal.clone()) },
            at: now,
        };
        let secrets = match self.assistant.desk().secrets(task).await {
            Ok(secrets) => secrets,
            Err(NotMade::Store(error)) => return Err(error),
            // Removed since: the fact is then said as little as any other name of a secret.
            Err(_) => Secrets::default(),
        };
        self.store.begin_ring_back(&arrival).await?;
        let begins = Begins::Arrived(event.call.clone());
        let limits = (task.limits.ring_timeout, task.limits.total_time);
        // The directory knows the call from here on; nobody waits for its outcome but the books.
        drop(self.assistant.begin(task, attempt.clone(), begins, limits, None, secrets));
        self.guests().remember(event.call.clone(), attempt.clone());
        Ok(Answer::Talks(attempt))
    }
}
