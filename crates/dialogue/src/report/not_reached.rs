//! The report of an attempt in which nobody was reached: what happened on the line is all there is to tell.

use telephony::Disposition;

use super::{Outcome, Report};
use crate::moves::EndReason;
use crate::screening::WhoAnswered;

impl Report {
    /// Returns the report of an attempt that nobody answered; `None` if somebody or something did.
    pub fn not_reached(disposition: Disposition) -> Option<Self> {
        let next = match disposition {
            Disposition::Busy => "Try again in a few minutes.",
            Disposition::NoAnswer => "Try again at another time of the day.",
            Disposition::Rejected => "They declined the call; try again only if they expect it.",
            Disposition::Unreachable => "Check the number.",
            Disposition::Canceled => "Make the call again when you want it.",
            Disposition::CarrierRejected => "Mend what the phone provider names, then make the call again.",
            Disposition::Throttled => "Make the call again in a minute; a task that `serve` carries out is tried again by itself.",
            Disposition::FailedUnknown => "Look at the phone provider's own list of calls before you try again.",
            Disposition::SetupFailed => "Make the call again; `puppetmaster doctor` looks whether everything is in order.",
            Disposition::Conversed
            | Disposition::Voicemail
            | Disposition::Fax
            | Disposition::Silent
            | Disposition::HungUpEarly
            | Disposition::LineDropped
            | Disposition::TimeLimit
            | Disposition::Interrupted => return None,
        };
        let words = disposition.in_words();
        let (first, rest) = words.split_at(words.len().min(1));
        Some(Self {
            outcome: Outcome::NotAchieved,
            summary: format!("{}{rest}.", first.to_uppercase()),
            facts: Vec::new(),
            who_answered: WhoAnswered::Unknown,
            ended_because: if disposition == Disposition::Canceled { EndReason::UserEnded } else { EndReason::CalleeLeft },
            follow_ups: vec![next.to_owned()],
            opted_out: None,
            breaches: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_not_reached_is_told_as_it_was() {
        let told = Report::not_reached(Disposition::Busy).unwrap();
        assert_eq!((told.summary.as_str(), told.follow_ups[0].as_str()), ("The line was busy.", "Try again in a few minutes."));
        assert_eq!(told.outcome, Outcome::NotAchieved);
        assert_eq!(Report::not_reached(Disposition::Conversed), None);
    }
}
