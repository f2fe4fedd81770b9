//! Telephones that are rung during a call because the user wants to speak there: their own, and those of guests.
//!
//! It is no errand: nobody approves a receipt for it, the user has asked for it this very moment and speaks in person. But it is a
//! dial, so it passes the number gate like any other, and there is no other way to [`OperatorGrant`], which a carrier asks for.

use telephony::PhoneNumber;

use crate::codes;
use crate::compliance::number_gate;
use crate::policy::Rules;
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::task::Line;

/// Leave to ring the user's own telephone, or a guest's, once. Cannot be made otherwise, copied or kept.
#[derive(PartialEq, Eq, Debug)]
pub struct OperatorGrant {
    number: PhoneNumber,
    line: Line,
}

impl OperatorGrant {
    /// Returns leave to ring this number, which the user has named as theirs.
    ///
    /// # Errors
    /// The number gate's refusal: emergency and premium numbers, countries that are not allowed, our own number.
    pub fn for_number(number: &PhoneNumber, line: Line, rules: &Rules) -> Result<Self, Refusal> {
        number_gate::check(number, line, &rules.allowed_regions, &rules.own_numbers)?;
        Ok(Self { number: number.clone(), line })
    }

    /// Returns leave to ring somebody whom the user wants to bring into the call that they have. Whoever has asked this
    /// installation never to ring again is not rung for this either.
    ///
    /// # Errors
    /// The number gate's refusal, or the do-not-call list's.
    pub fn for_guest(number: &PhoneNumber, line: Line, rules: &Rules, has_opted_out: bool) -> Result<Self, Refusal> {
        let grant = Self::for_number(number, line, rules)?;
        if has_opted_out {
            let entry = codes::NUMBER_OPTED_OUT;
            return Err(Refusal::new(Rule::DoNotCall, &entry, entry.text, AllowedWhen::Never));
        }
        Ok(grant)
    }

    /// Returns the number.
    pub fn number(&self) -> &PhoneNumber {
        &self.number
    }

    /// Returns the network.
    pub fn line(&self) -> Line {
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap()
    }

    #[test]
    fn the_users_telephone_passes_the_gate_and_no_other_line_of_ours() {
        let own = number("+12125552671");
        let rules = Rules { allowed_regions: vec!["US".into()], own_numbers: vec![own.clone()], ..Rules::default() };
        assert!(OperatorGrant::for_number(&number("+12125552672"), Line::Real, &rules).is_ok());
        assert!(OperatorGrant::for_number(&own, Line::Real, &rules).is_err());
        assert!(OperatorGrant::for_number(&number("+442079460000"), Line::Real, &rules).is_err());
        assert!(OperatorGrant::for_number(&number("+19005550123"), Line::Real, &rules).is_err());
    }

    #[test]
    fn a_guest_passes_the_gate_and_has_not_asked_to_be_left_alone() {
        let rules = Rules { allowed_regions: vec!["US".into()], ..Rules::default() };
        let friend = number("+12125552672");
        assert!(OperatorGrant::for_guest(&friend, Line::Real, &rules, false).is_ok());
        assert_eq!(OperatorGrant::for_guest(&friend, Line::Real, &rules, true).unwrap_err().code, "number.opted_out");
        assert_eq!(OperatorGrant::for_guest(&number("+19005550123"), Line::Real, &rules, true).unwrap_err().rule, Rule::NumberGate);
    }
}
