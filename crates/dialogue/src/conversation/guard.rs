//! Holds every line against what may be said, right before it is spoken, whoever made it.
//!
//! Two things are held back: digits of a card or a code, which are never spoken, and details that may not be said to whom we are
//! talking with, or not yet. A line that gives such a thing is replaced by [`DECLINE`] and told in the report. What the user has
//! approved word for word, the opening and the message for a voicemail, is looked at when the task is taken and not here: the
//! opening must be heard whole.

use serde::{Deserialize, Serialize};
use telephony::dtmf::Digit;
use telephony::{AudioPosition, LineId};

use super::Conversation;
use crate::brief::Brief;
use crate::card_digits::{CardWatch, HIDDEN, Side};
use crate::detail::asked::asks_for;
use crate::detail::said;
use crate::detail::{CalleeStanding, Permission, WhyNever};
use crate::moves::LineKind;

/// What is said in place of what may not be said.
pub const DECLINE: &str = "I'm sorry, I can't say that on this call.";

/// Things held back that are remembered: a mind in a loop fills no memory.
const WITHHELD_AT_MOST: usize = 50;

/// Something that was to be said, or pressed, and was not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Withheld {
    /// The line that was spoken in its place; `None` if keys were to be pressed.
    pub line: Option<LineId>,
    /// Why.
    pub why: WhyWithheld,
}

/// Why something was held back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyWithheld {
    /// It gave digits of a card, or a code.
    CardDigits,
    /// The detail of this label may not be said to whom we talked with.
    NotAllowed {
        /// Which.
        label: String,
        /// Why not.
        why: WhyNever,
    },
    /// Nobody had asked for the detail of this label.
    NotAskedFor {
        /// Which.
        label: String,
    },
}

/// Follows a call and knows what may be said now.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    cards: CardWatch,
    was_put_through: bool,
    /// For each detail, whether whoever is on the line has asked for it.
    asked: Vec<bool>,
    /// For each detail, whether it stands in words that the user has approved as they are.
    approved: Vec<bool>,
    withheld: Vec<Withheld>,
}

impl Guard {
    pub(super) fn new(brief: &Brief) -> Self {
        let is_approved = |value: &str| {
            let message = brief.voicemail_message.as_deref().unwrap_or_default();
            [brief.intent.as_str(), &brief.principal, message].iter().any(|text| said::holds(text, value))
        };
        Self {
            cards: CardWatch::default(),
            was_put_through: false,
            asked: vec![false; brief.may_disclose.len()],
            approved: brief.may_disclose.iter().map(|detail| is_approved(&detail.value)).collect(),
            withheld: Vec::new(),
        }
    }

    pub(super) fn callee_said(&mut self, brief: &Brief, text: &str) {
        for (asked, detail) in self.asked.iter_mut().zip(&brief.may_disclose) {
            *asked |= asks_for(text, detail);
        }
        self.cards.hear(Side::Callee, text, AudioPosition::ZERO);
    }

    /// Somebody new is on the line, who has asked for nothing yet.
    pub(super) fn somebody_joins(&mut self) {
        self.was_put_through = true;
        self.asked.fill(false);
    }

    pub(super) fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }

    /// Returns why a line may not be said, `None` if it may; its digits then count with those of the next line.
    fn judge(&mut self, brief: &Brief, standing: CalleeStanding, text: &str) -> Option<WhyWithheld> {
        let mut next = self.cards.clone();
        // Whoever hid the digits beforehand, so that no trace keeps them, hid them because they were a card's.
        if next.hear(Side::Us, text, AudioPosition::ZERO).is_some() || text.contains(HIDDEN) {
            return Some(WhyWithheld::CardDigits);
        }
        let details = brief.may_disclose.iter().zip(self.asked.iter().zip(&self.approved));
        for (detail, (is_asked, is_approved)) in details {
            let permission = detail.permission(standing);
            if permission == Permission::Say || *is_approved || !said::gives(text, detail) {
                continue;
            }
            let label = detail.label.clone();
            match permission {
                Permission::Never(why) => return Some(WhyWithheld::NotAllowed { label, why }),
                Permission::OnlyIfAsked if !is_asked => return Some(WhyWithheld::NotAskedFor { label }),
                Permission::OnlyIfAsked | Permission::Say => {}
            }
        }
        self.cards = next;
        None
    }

    fn withhold(&mut self, line: Option<LineId>, why: WhyWithheld) {
        if self.withheld.len() < WITHHELD_AT_MOST {
            self.withheld.push(Withheld { line, why });
        }
    }
}

impl Conversation {
    /// Returns the line, or what is said in its place.
    pub(super) fn sayable(&mut self, line: LineId, text: String, kind: LineKind) -> String {
        if kind == LineKind::Opening {
            return text;
        }
        let standing = CalleeStanding::of(self.who, self.brief.is_ring_back, self.guard.was_put_through);
        match self.guard.judge(&self.brief, standing, &text) {
            None => text,
            Some(why) => {
                self.guard.withhold(Some(line), why);
                DECLINE.to_owned()
            }
        }
    }

    /// Returns whether these keys may be pressed: those of a card are not.
    pub(super) fn may_press(&mut self, digits: &[Digit]) -> bool {
        let keys: String = digits.iter().map(ToString::to_string).collect();
        let is_card = self.guard.cards.key(Side::Us, &keys, AudioPosition::ZERO).is_some();
        if is_card {
            self.guard.withhold(None, WhyWithheld::CardDigits);
        }
        !is_card
    }
}
