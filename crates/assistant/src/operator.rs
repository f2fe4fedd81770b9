//! Telephones that are rung during a call because the user wants to speak there: their own, and those of guests.
//!
//! It is no errand: nobody approves a receipt for it, the user has asked for it this very moment and speaks in person. But it is a
//! dial and costs money, so it passes the number gate, the pause and the budget like any other, and there is no other way to
//! [`OperatorGrant`], which a carrier asks for.

use telephony::PhoneNumber;
use telephony::cost::Micros;

use crate::budget::Spending;
use crate::codes;
use crate::compliance::number_gate;
use crate::dialing::Pause;
use crate::expense::{self, ExpenseId, ExpenseKind};
use crate::policy::Rules;
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::task::Line;

/// All that leave to ring a further telephone rests on.
#[derive(Clone, Copy, Debug)]
pub struct LegFacts<'a> {
    /// Whose telephone.
    pub kind: ExpenseKind,
    /// The network.
    pub line: Line,
    /// The rules of the installation.
    pub rules: &'a Rules,
    /// The pause on all dialing, if there is one.
    pub pause: Option<&'a Pause>,
    /// What was spent so far.
    pub spending: &'a Spending,
    /// What the leg costs if it lasts to its limit.
    pub worst_case: Micros,
    /// Whoever is rung asked this installation never to ring again. Of no weight for the user's own telephone.
    pub has_opted_out: bool,
}

/// Leave to ring the user's own telephone, or a guest's, once. Cannot be made otherwise, copied or kept.
#[derive(PartialEq, Eq, Debug)]
pub struct OperatorGrant {
    number: PhoneNumber,
    line: Line,
    expense: ExpenseId,
}

impl OperatorGrant {
    /// Returns leave to ring this number, under this expense.
    ///
    /// # Errors
    /// The first refusal: of the number gate (emergency and premium numbers, countries that are not allowed, our own number), of
    /// the do-not-call list for a guest, of the pause, of the budget.
    pub fn ask(number: &PhoneNumber, expense: ExpenseId, facts: &LegFacts<'_>) -> Result<Self, Refusal> {
        number_gate::check(number, facts.line, &facts.rules.allowed_regions, &facts.rules.own_numbers)?;
        if facts.has_opted_out && facts.kind == ExpenseKind::GuestLeg {
            let entry = codes::NUMBER_OPTED_OUT;
            return Err(Refusal::new(Rule::DoNotCall, &entry, entry.text, AllowedWhen::Never));
        }
        let refusals = expense::check(facts.kind, facts.worst_case, &facts.rules.budget, facts.spending, facts.pause);
        refusals.into_iter().next().map_or(Ok(()), Err)?;
        Ok(Self { number: number.clone(), line: facts.line, expense })
    }

    /// Returns the number.
    pub fn number(&self) -> &PhoneNumber {
        &self.number
    }

    /// Returns the network.
    pub fn line(&self) -> Line {
        self.line
    }

    /// Returns under which expense it is paid.
    pub fn expense(&self) -> &ExpenseId {
        &self.expense
    }
}

#[cfg(test)]
mod tests {
    use telephony::Timestamp;

    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap()
    }

    fn asked(text: &str, change: impl FnOnce(&mut LegFacts<'_>)) -> Result<OperatorGrant, &'static str> {
        let rules = Rules { allowed_regions: vec!["US".into()], own_numbers: vec![number("+12125552671")], ..Rules::default() };
        let (kind, spending) = (ExpenseKind::GuestLeg, Spending::default());
        let mut facts =
            LegFacts { kind, line: Line::Real, rules: &rules, pause: None, spending: &spending, worst_case: Micros(14_000), has_opted_out: false };
        change(&mut facts);
        OperatorGrant::ask(&number(text), ExpenseId("e1".into()), &facts).map_err(|refusal| refusal.code)
    }

    #[test]
    fn the_users_telephone_passes_the_gate_and_no_other_line_of_ours() {
        for (text, is_allowed) in [("+12125552672", true), ("+12125552671", false), ("+442079460000", false), ("+19005550123", false)] {
            assert_eq!(asked(text, |facts| facts.kind = ExpenseKind::UserLeg).is_ok(), is_allowed, "{text}");
        }
    }

    #[test]
    fn a_guest_has_not_asked_to_be_left_alone() {
        assert!(asked("+12125552672", |_| {}).is_ok());
        assert_eq!(asked("+12125552672", |facts| facts.has_opted_out = true), Err("number.opted_out"));
        let own = |facts: &mut LegFacts<'_>| (facts.has_opted_out, facts.kind) = (true, ExpenseKind::UserLeg);
        assert!(asked("+12125552672", own).is_ok(), "the user's own telephone is theirs");
    }

    #[test]
    fn pause_and_budget_bind_also_here() {
        const PAUSE: Pause = Pause { since: Timestamp(0), reason: None };
        assert_eq!(asked("+12125552672", |facts| facts.pause = Some(&PAUSE)), Err("dialing.paused"));
        assert_eq!(asked("+12125552672", |facts| facts.worst_case = Micros(1_000_001)), Err("budget.call"));
    }
}
