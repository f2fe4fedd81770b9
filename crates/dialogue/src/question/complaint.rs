//! Intents that complain, and the one question that belongs to a complaint.

use super::goal::strip_words;
use super::person::to_callee;
use super::{Answer, Ask, Errand, blank};
use crate::brief::{Brief, TaskType};

/// Returns the errand of an intent that complains.
pub(super) fn complaint(brief: &Brief, goal: &str) -> Option<Errand> {
    let subject = [
        "complain about",
        "complain that",
        "complain",
        "make a complaint about",
        "make a complaint",
        "file a complaint about",
        "file a complaint",
        "report",
    ]
    .iter()
    .find_map(|lead| strip_words(goal, lead))?;
    Some(complaint_about(brief, subject))
}

/// Returns a complaint about this.
pub(super) fn complaint_about(brief: &Brief, subject: &str) -> Errand {
    let subject = to_callee(subject.trim_start_matches("about "), &brief.principal);
    let purpose = if subject.is_empty() { "to make a complaint".to_owned() } else { format!("to make a complaint: {subject}") };
    let ask = Ask {
        question: "What can you do about it?".to_owned(),
        indirect: "what can be done about it".to_owned(),
        fact: "response",
        answer: Answer::Words,
    };
    Errand { asks: vec![ask], subject, ..blank(TaskType::Complaint, purpose) }
}
