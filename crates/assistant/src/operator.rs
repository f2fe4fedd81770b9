//! The user's own telephone, rung so that they can take a call over.
//!
//! It is no errand: nobody approves a receipt for it, and the user has asked for it this very moment. But it is a dial, so it
//! passes the number gate like any other, and there is no other way to [`OperatorGrant`], which a carrier asks for.

use telephony::PhoneNumber;

use crate::compliance::number_gate;
use crate::policy::Rules;
use crate::refusal::Refusal;
use crate::task::Line;

/// Leave to ring the user's own telephone once. Cannot be made otherwise, copied or kept.
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
        number_gate::check(number, line, &rules.allowed_regions, rules.own_number.as_ref())?;
        Ok(Self { number: number.clone(), line })
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
        let rules = Rules { allowed_regions: vec!["US".into()], own_number: Some(own.clone()), ..Rules::default() };
        assert!(OperatorGrant::for_number(&number("+12125552672"), Line::Real, &rules).is_ok());
        assert!(OperatorGrant::for_number(&own, Line::Real, &rules).is_err());
        assert!(OperatorGrant::for_number(&number("+442079460000"), Line::Real, &rules).is_err());
        assert!(OperatorGrant::for_number(&number("+19005550123"), Line::Real, &rules).is_err());
    }
}
