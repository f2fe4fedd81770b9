//! Turns what the user asked for into what is said to the callee: a purpose for the opening, and a question.

use crate::brief::Brief;

/// Returns why the call is made, as a clause that follows "I'm calling": "to ask what time you close today".
pub fn purpose(brief: &Brief) -> String {
    format!("about the following: {}", brief.intent.trim())
}
