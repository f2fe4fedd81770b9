//! Leave to ring a telephone beside the callee's: the user's own, or a guest's. The money for it is reserved when it is given.

use std::time::Duration;

use ::assistant::budget::Payer;
use ::assistant::expense::{Expense, ExpenseId, ExpenseKind};
use ::assistant::operator::{LegFacts, OperatorGrant};
use ports::task_store::StoreError;
use telephony::cost::leg_cost;
use telephony::{AttemptId, PhoneNumber};

use crate::assistant::{Installation, NotMade};

/// How often other calls may take the money meanwhile before it is given up.
const OVERTAKEN_AT_MOST: usize = 8;

/// A telephone that is to be rung.
pub(crate) struct FurtherLeg<'a> {
    pub(crate) telephone: &'a PhoneNumber,
    pub(crate) kind: ExpenseKind,
    /// The call that it belongs to.
    pub(crate) attempt: Option<&'a AttemptId>,
    pub(crate) payer: &'a Payer,
    /// When the carrier ends it at the latest.
    pub(crate) time_limit: Duration,
}

impl Installation {
    /// Returns leave to ring a telephone, once. Whoever does not use it ends its expense with nothing spent.
    ///
    /// # Errors
    /// [`NotMade::Refused`]: number gate, do-not-call list, pause, budget. [`NotMade::Store`]: ring nobody.
    pub(crate) async fn leave_to_ring(&self, leg: &FurtherLeg<'_>) -> Result<OperatorGrant, NotMade> {
        let (store, rules) = (self.store(), self.rules());
        let worst_case = leg_cost(leg.time_limit, self.rates().leg_per_minute);
        let has_opted_out = store.has_opted_out(leg.telephone).await?;
        for _ in 0..OVERTAKEN_AT_MOST {
            let now = self.clock().now();
            let spending = store.spending(leg.payer, now).await?;
            let pause = self.desk.gate.policy.paused().await?;
            let facts = LegFacts { kind: leg.kind, line: self.line(), rules, pause: pause.as_ref(), spending: &spending, worst_case, has_opted_out };
            let id = ExpenseId(self.make_token());
            let grant = OperatorGrant::ask(leg.telephone, id.clone(), &facts).map_err(|refusal| NotMade::Refused(refusal.into()))?;
            let attempt = leg.attempt.cloned();
            let telephone = Some(leg.telephone.clone());
            let (budget, alerts) = (rules.budget, rules.alerts.clone());
            let expense = Expense { id, kind: leg.kind, attempt, telephone, worst_case, budget, alerts, at: now };
            match store.reserve(&expense).await {
                Ok(()) => return Ok(grant),
                Err(StoreError::Overtaken) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Overtaken.into())
    }
}
