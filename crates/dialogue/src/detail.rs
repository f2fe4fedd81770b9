//! What the user has told us of themselves, and to whom on a call it may be said.
//!
//! A [`Detail`] comes with its permissions already decided, one for each [`CalleeStanding`]: the rules that decide them are the
//! assistant's (`disclosure_matrix`), and no mind can change them. The conversation holds every line of its own against them
//! before it is spoken, whoever made it; the report holds the transcript against them afterwards.
//!
//! [`asked`] tells whether the callee has asked for a detail, [`said`] whether a line gives it.

pub mod asked;
pub mod said;

use serde::{Deserialize, Serialize};

use crate::screening::WhoAnswered;

/// What kind of fact a detail is. Decides who may hear it.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactClass {
    /// A name: said in every opening.
    Name,
    /// What is wanted: a party size, a day, a colour, what else would do.
    Terms,
    /// How to reach the user: telephone, e-mail.
    Contact,
    /// The name of one matter: an order, a booking, a case.
    Reference,
    /// Where somebody lives or goes.
    Address,
    /// When somebody was born.
    DateOfBirth,
    /// The name of a customer: account, membership, contract.
    Account,
    /// Allergies, medicines, insurance, what somebody has.
    Health,
    /// A passport's, a licence's, a social security number.
    IdNumber,
    /// Where money is: a bank account, an IBAN.
    Payment,
    /// What opens something: PIN, card verification code, one-time code, password. Never spoken.
    Code,
    /// None of these, as far as label and value tell.
    #[default]
    Other,
}

impl FactClass {
    /// All classes, the least private first.
    pub const ALL: [Self; 12] = [
        Self::Name,
        Self::Terms,
        Self::Contact,
        Self::Reference,
        Self::Address,
        Self::DateOfBirth,
        Self::Account,
        Self::Health,
        Self::IdNumber,
        Self::Payment,
        Self::Code,
        Self::Other,
    ];

    /// Returns the class as a stable word, as it stands in JSON and as a user writes it behind a label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Terms => "terms",
            Self::Contact => "contact",
            Self::Reference => "reference",
            Self::Address => "address",
            Self::DateOfBirth => "date_of_birth",
            Self::Account => "account",
            Self::Health => "health",
            Self::IdNumber => "id_number",
            Self::Payment => "payment",
            Self::Code => "code",
            Self::Other => "other",
        }
    }

    /// Returns the class for its stable word; blanks and hyphens may stand for its underscore.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase().replace([' ', '-'], "_");
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }
}

/// Who hears us, as far as we can truly know. A voice proves nothing of itself; how it came to the line tells a little.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalleeStanding {
    /// Whoever picked up at the number that the user gave and approved.
    #[default]
    Dialed,
    /// Somebody who came to the phone later: behind a menu, a queue, a screener, or handed the phone.
    PutThrough,
    /// They rang us: the number that a call shows can be forged.
    RangBack,
    /// A machine that asks: a menu, a screener, an announcement.
    Machine,
    /// A tape, which anybody may play.
    Voicemail,
}

impl CalleeStanding {
    /// All standings, the best known first.
    pub const ALL: [Self; 5] = [Self::Dialed, Self::PutThrough, Self::RangBack, Self::Machine, Self::Voicemail];

    /// Returns the standing of whoever is on the line.
    pub const fn of(who: WhoAnswered, is_ring_back: bool, was_put_through: bool) -> Self {
        match who {
            WhoAnswered::Voicemail => Self::Voicemail,
            WhoAnswered::Menu | WhoAnswered::Screener | WhoAnswered::HoldQueue | WhoAnswered::Announcement | WhoAnswered::Fax => Self::Machine,
            WhoAnswered::Human | WhoAnswered::Unknown | WhoAnswered::Silence if is_ring_back => Self::RangBack,
            WhoAnswered::Human | WhoAnswered::Unknown | WhoAnswered::Silence if was_put_through => Self::PutThrough,
            WhoAnswered::Human | WhoAnswered::Unknown | WhoAnswered::Silence => Self::Dialed,
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Dialed => 0,
            Self::PutThrough => 1,
            Self::RangBack => 2,
            Self::Machine => 3,
            Self::Voicemail => 4,
        }
    }

    /// Returns whom it is said to, for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Dialed => "who picks up",
            Self::PutThrough => "who comes to the phone later",
            Self::RangBack => "who rings back",
            Self::Machine => "a machine",
            Self::Voicemail => "a voicemail",
        }
    }
}

/// Whether a detail may be said.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Also unasked.
    Say,
    /// Once the callee has asked for it.
    OnlyIfAsked,
    /// Not at all.
    Never(WhyNever),
}

/// Why a detail is not said.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNever {
    /// Codes and passwords are never spoken, to nobody.
    NeverSpoken,
    /// Anybody may play the tape.
    OnTape,
    /// A machine needs no more than who calls and why.
    ToMachine,
    /// Whoever rings back may be anybody.
    TheyRangUs,
    /// It is not the one who picked up.
    NotWhoWasDialed,
    /// An errand of this kind needs no such fact.
    NotForThisErrand,
}

impl WhyNever {
    /// Returns the reason for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NeverSpoken => "codes and passwords are never spoken",
            Self::OnTape => "anybody may play a voicemail",
            Self::ToMachine => "a machine needs no more than who calls and why",
            Self::TheyRangUs => "whoever rings back may be anybody",
            Self::NotWhoWasDialed => "it is not the one who picked up",
            Self::NotForThisErrand => "an errand of this kind does not need it",
        }
    }
}

/// One fact that the user has given for the call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Detail {
    /// What it is called: "party size".
    pub label: String,
    /// What is said: "four", or the name of a secret, "@gym_number", that is filled in as it is spoken.
    pub value: String,
    /// What kind of fact it is.
    #[serde(default)]
    pub class: FactClass,
    /// By standing, in the order of [`CalleeStanding::ALL`].
    pub permissions: [Permission; 5],
}

impl Detail {
    /// Returns whether it may be said to somebody of this standing.
    pub const fn permission(&self, standing: CalleeStanding) -> Permission {
        self.permissions[standing.index()]
    }

    /// Returns the detail with what decides of each standing.
    pub fn new(label: String, value: String, class: FactClass, decide: impl Fn(CalleeStanding) -> Permission) -> Self {
        Self { label, value, class, permissions: CalleeStanding::ALL.map(decide) }
    }

    /// Returns the condition under which it is said, for a receipt: "only if asked; never on a voicemail".
    pub fn condition_in_words(&self) -> String {
        let with = |wanted: fn(Permission) -> bool| {
            CalleeStanding::ALL.into_iter().filter(|standing| wanted(self.permission(*standing))).collect::<Vec<_>>()
        };
        let never = with(|permission| matches!(permission, Permission::Never(_)));
        if let (5, Permission::Never(why)) = (never.len(), self.permission(CalleeStanding::Dialed)) {
            return format!("never: {}", why.in_words());
        }
        let said = with(|permission| permission == Permission::Say);
        let mut parts = Vec::new();
        match said.len() + never.len() {
            5 => {}
            _ if said.is_empty() => parts.push("only if asked".to_owned()),
            _ => parts.push(format!("unasked to {}, else only if asked", listed(&said))),
        }
        if !never.is_empty() {
            parts.push(format!("never to {}", listed(&never)));
        }
        parts.join("; ")
    }
}

fn listed(standings: &[CalleeStanding]) -> String {
    match standings {
        [] => String::new(),
        [one] => one.in_words().to_owned(),
        [others @ .., last] => {
            let others: Vec<&str> = others.iter().map(|standing| standing.in_words()).collect();
            format!("{} or {}", others.join(", "), last.in_words())
        }
    }
}

/// A label and a value of which nothing is known and that everybody may hear: for practice and tests.
impl From<(String, String)> for Detail {
    fn from((label, value): (String, String)) -> Self {
        Self::new(label, value, FactClass::Terms, |_| Permission::Say)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(permissions: [Permission; 5]) -> String {
        let detail = Detail { label: "x".to_owned(), value: "y".to_owned(), class: FactClass::Other, permissions };
        detail.condition_in_words()
    }

    #[test]
    fn a_condition_is_told_in_words() {
        use Permission::{Never, OnlyIfAsked, Say};
        let table = [
            ([Say; 5], ""),
            ([OnlyIfAsked; 5], "only if asked"),
            ([Never(WhyNever::NeverSpoken); 5], "never: codes and passwords are never spoken"),
            ([Say, Say, OnlyIfAsked, OnlyIfAsked, Say], "unasked to who picks up, who comes to the phone later or a voicemail, else only if asked"),
            (
                [OnlyIfAsked, OnlyIfAsked, OnlyIfAsked, Never(WhyNever::ToMachine), Never(WhyNever::OnTape)],
                "only if asked; never to a machine or a voicemail",
            ),
        ];
        for (permissions, words) in table {
            assert_eq!(condition(permissions), words);
        }
    }

    #[test]
    fn a_class_is_read_back_from_its_word() {
        for class in FactClass::ALL {
            assert_eq!(FactClass::from_word(class.as_str()), Some(class));
        }
        assert_eq!(FactClass::from_word(" Date of Birth "), Some(FactClass::DateOfBirth));
        assert_eq!(FactClass::from_word("colour"), None);
    }
}
