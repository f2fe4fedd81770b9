//! The installation's own list of numbers that are not to be called, each with what it bars, who asked for it and how.
//!
//! A stop request bars everything for everybody unless the callee said otherwise. It wins over every consent, persona, retry
//! and approval; only the callee takes it back, or an administrator with a written reason. What must never be rung though no
//! table knows it, such as the ordinary ten-digit line of an emergency centre, belongs on this list too.

use dialogue::brief::TaskType;
use serde::{Deserialize, Serialize};
use telephony::{AttemptId, PhoneNumber, Private, Timestamp};
use thiserror::Error;

use super::purpose::CallPurpose;
use crate::codes;
use crate::refusal::{AllowedWhen, Refusal, Rule};

/// One entry: a number, and what may not be done with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Suppression {
    /// Which number.
    pub number: PhoneNumber,
    /// What is barred.
    pub bars: Bars,
    /// How it was asked for.
    pub channel: Channel,
    /// When.
    pub at: Timestamp,
    /// On which attempt, if it was on a call.
    pub attempt: Option<AttemptId>,
    /// SHA-256 of the words in which it was asked, as hexadecimal digits: proof without keeping them.
    pub heard_sha256: Option<String>,
    /// Set once it was taken back.
    pub lifted: Option<Lifted>,
}

/// What an entry bars.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bars {
    /// Every call of this installation.
    #[default]
    Everything,
    /// Calls of one user, by the user's name.
    User(Private<String>),
    /// Calls for one type of task.
    TaskType(TaskType),
    /// Calls that sell something.
    Solicitation,
}

/// How an entry was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Said on a call.
    Speech,
    /// A key was pressed on a call.
    Key,
    /// Whoever was called rang back.
    RingBack,
    /// In writing: a form, a letter, a message.
    Writing,
    /// The user or an administrator put it there.
    Installation,
}

/// How an entry was taken back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lifted {
    /// When.
    pub at: Timestamp,
    /// By whom.
    by: LiftedBy,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LiftedBy {
    Callee { channel: Channel },
    Administrator { reason: Private<String> },
}

/// An administrator gave no reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("an entry is lifted for a written reason of at least {} characters; say why", NoReason::LEAST)]
pub struct NoReason;

impl NoReason {
    /// The least number of characters of a reason: a sentence, and not "ok".
    pub const LEAST: usize = 10;

    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        codes::DO_NOT_CALL_REASON.code
    }
}

impl Lifted {
    /// The callee took it back.
    pub const fn by_callee(at: Timestamp, channel: Channel) -> Self {
        Self { at, by: LiftedBy::Callee { channel } }
    }

    /// An administrator lifts it for a reason, which the audit log keeps.
    ///
    /// # Errors
    /// [`NoReason`].
    pub fn by_administrator(at: Timestamp, reason: &str) -> Result<Self, NoReason> {
        let reason = reason.trim();
        if reason.chars().count() < NoReason::LEAST {
            return Err(NoReason);
        }
        Ok(Self { at, by: LiftedBy::Administrator { reason: Private::new(reason.to_owned()) } })
    }
}

/// A call that is checked against the list.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Whom it would ring.
    pub number: &'a PhoneNumber,
    /// For which user, if the installation knows several.
    pub user: Option<&'a str>,
    /// For which type of task.
    pub task_type: TaskType,
    /// Whether it sells something.
    pub purpose: CallPurpose,
}

impl Suppression {
    /// Returns a stop request made on a call: it bars everything.
    pub const fn stop_request(number: PhoneNumber, channel: Channel, attempt: AttemptId, at: Timestamp) -> Self {
        Self { number, bars: Bars::Everything, channel, at, attempt: Some(attempt), heard_sha256: None, lifted: None }
    }

    /// Returns whether the entry stands in the way of a call.
    pub fn forbids(&self, asked: &Asked<'_>) -> bool {
        let is_barred = match &self.bars {
            Bars::Everything => true,
            // A call of nobody in particular may be anybody's.
            Bars::User(user) => asked.user.is_none_or(|asking| asking == user.expose()),
            Bars::TaskType(task_type) => *task_type == asked.task_type,
            Bars::Solicitation => asked.purpose == CallPurpose::Solicitation,
        };
        self.lifted.is_none() && self.number == *asked.number && is_barred
    }
}

/// Returns what speaks against a call, if any entry does.
pub fn check(entries: &[Suppression], asked: &Asked<'_>) -> Option<Refusal> {
    let standing = entries.iter().filter(|entry| entry.forbids(asked));
    let gravest = standing.min_by_key(|entry| entry.bars != Bars::Everything)?;
    let entry = if gravest.bars == Bars::Everything { codes::NUMBER_OPTED_OUT } else { codes::DO_NOT_CALL_SCOPE };
    let fact = match &gravest.bars {
        Bars::Everything => entry.text.to_owned(),
        Bars::User(_) => "whoever has this number does not want to be called for this user".to_owned(),
        Bars::TaskType(_) => "whoever has this number does not want to be called for this kind of errand".to_owned(),
        Bars::Solicitation => "whoever has this number does not want to be sold anything".to_owned(),
    };
    Some(Refusal::new(Rule::DoNotCall, &entry, fact, AllowedWhen::Never))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number() -> PhoneNumber {
        PhoneNumber::parse("+12125552671").unwrap()
    }

    fn entry(bars: Bars) -> Suppression {
        Suppression { bars, ..Suppression::stop_request(number(), Channel::Speech, AttemptId::new("a1"), Timestamp(0)) }
    }

    fn code(bars: Bars, user: Option<&str>, task_type: TaskType, purpose: CallPurpose) -> &'static str {
        let number = number();
        check(&[entry(bars)], &Asked { number: &number, user, task_type, purpose }).map_or("ok", |refusal| refusal.code)
    }

    #[test]
    fn an_entry_bars_what_it_says_and_no_more() {
        use CallPurpose::{Errand, Solicitation};
        use TaskType::{Complaint, Reservation};
        let sam = || Bars::User(Private::new("sam".into()));
        let table = [
            (Bars::Everything, Some("sam"), Complaint, Errand, "number.opted_out"),
            (Bars::Everything, None, Reservation, Errand, "number.opted_out"),
            (sam(), Some("sam"), Complaint, Errand, "do_not_call.scope"),
            (sam(), Some("alex"), Complaint, Errand, "ok"),
            (sam(), None, Complaint, Errand, "do_not_call.scope"),
            (Bars::TaskType(Complaint), None, Complaint, Errand, "do_not_call.scope"),
            (Bars::TaskType(Complaint), None, Reservation, Errand, "ok"),
            (Bars::Solicitation, None, Complaint, Solicitation, "do_not_call.scope"),
            (Bars::Solicitation, None, Complaint, Errand, "ok"),
        ];
        for (bars, user, task_type, purpose, expected) in table {
            assert_eq!(code(bars.clone(), user, task_type, purpose), expected, "{bars:?} {user:?} {task_type:?} {purpose:?}");
        }
    }

    #[test]
    fn another_number_is_not_meant() {
        let other = PhoneNumber::parse("+12125552672").unwrap();
        let asked = Asked { number: &other, user: None, task_type: TaskType::Custom, purpose: CallPurpose::Errand };
        assert_eq!(check(&[entry(Bars::Everything)], &asked), None);
    }

    #[test]
    fn the_gravest_entry_is_told() {
        let number = number();
        let asked = Asked { number: &number, user: None, task_type: TaskType::Complaint, purpose: CallPurpose::Errand };
        let entries = [entry(Bars::TaskType(TaskType::Complaint)), entry(Bars::Everything)];
        assert_eq!(check(&entries, &asked).unwrap().code, "number.opted_out");
    }

    #[test]
    fn only_the_callee_or_a_written_reason_lifts_an_entry() {
        let number = number();
        let asked = Asked { number: &number, user: None, task_type: TaskType::Custom, purpose: CallPurpose::Errand };
        let mut lifted = entry(Bars::Everything);
        lifted.lifted = Some(Lifted::by_callee(Timestamp(1), Channel::RingBack));
        assert_eq!(check(std::slice::from_ref(&lifted), &asked), None);
        assert_eq!(check(&[lifted, entry(Bars::Everything)], &asked).unwrap().code, "number.opted_out", "a later request stands");
        assert_eq!(Lifted::by_administrator(Timestamp(1), "  ok "), Err(NoReason));
        assert_eq!(NoReason.to_string(), "an entry is lifted for a written reason of at least 10 characters; say why");
        assert!(Lifted::by_administrator(Timestamp(1), "the number has changed hands").is_ok());
    }

    #[test]
    fn an_entry_survives_being_kept() {
        let kept = serde_json::to_string(&entry(Bars::User(Private::new("sam".into())))).unwrap();
        assert_eq!(serde_json::from_str::<Suppression>(&kept).unwrap(), entry(Bars::User(Private::new("sam".into()))));
        assert!(!format!("{:?}", entry(Bars::User(Private::new("sam".into())))).contains("sam"));
    }
}
