//! The first sentence: a machine calls, for whom, why, and whether it records. No persona and no mind can leave it out.
//!
//! The conversation speaks it, not the mind, and it is not interruptible. Law in brief: US FCC 24-17 and 47 U.S.C.
//! 227(d)(3) (identity at the start), EU AI Act art. 50(1) (say that it is a machine), two-party consent states (say that
//! it is recorded).

use crate::brief::{Brief, Persona};
use crate::question::purpose;

/// The opening of one call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// The whole text, spoken as one line.
    pub text: String,
    /// Where in the text the purpose begins: an answer to us cannot begin before that is spoken. In thousandths.
    pub purpose_from_permille: u16,
}

/// What is said if the opening cannot be: without a name of anybody, so that its sound can lie ready before there is a call.
pub const APOLOGY: &str = "This is an automated assistant. Something went wrong on our side, we are sorry. Goodbye.";

/// What a first utterance must not lack, or must not claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// It does not say that a machine is calling.
    HidesTheMachine,
    /// It says that a human is calling.
    ClaimsToBeHuman,
    /// It does not say for whom.
    NamesNobody,
    /// It does not say why.
    GivesNoPurpose,
    /// It does not say that the call is recorded.
    HidesTheRecording,
}

/// Returns the opening of a call.
pub fn opening(brief: &Brief) -> Opening {
    if brief.is_ring_back {
        return opening_to_who_rang_back(brief);
    }
    let principal = principal(brief);
    let who = match brief.persona {
        Persona::ProfessionalAssistant => format!("Hello, this is an automated assistant calling for {principal}."),
        Persona::FriendlyHelper => format!("Hi there! This is an automated assistant calling for {principal}."),
        Persona::FormalRepresentative => format!("Good day. This is an automated assistant calling on behalf of {principal}."),
        Persona::Concise => format!("Hello, automated assistant for {principal}."),
    };
    let recorded = if brief.is_recorded { " This call is recorded." } else { "" };
    let identity = format!("{who}{recorded} ");
    let purpose = purpose(brief);
    let text = format!("{identity}I'm calling {}.", purpose.trim().trim_end_matches(['.', '?', '!']));
    let share = identity.len() * 1_000 / text.len().max(1);
    Opening { purpose_from_permille: u16::try_from(share).unwrap_or(1_000), text }
}

/// The same to somebody who has rung us back: they know neither what they reached nor why we had called.
fn opening_to_who_rang_back(brief: &Brief) -> Opening {
    let principal = principal(brief);
    let who = match brief.persona {
        Persona::ProfessionalAssistant => format!("Hello, this is the automated assistant of {principal}."),
        Persona::FriendlyHelper => format!("Hi there! This is the automated assistant of {principal}."),
        Persona::FormalRepresentative => format!("Good day. This is the automated assistant of {principal}."),
        Persona::Concise => format!("Hello, automated assistant of {principal}."),
    };
    let recorded = if brief.is_recorded { " This call is recorded." } else { "" };
    let identity = format!("{who}{recorded} Thank you for calling back. ");
    let text = format!("{identity}I called {}.", purpose(brief).trim().trim_end_matches(['.', '?', '!']));
    let share = identity.len() * 1_000 / text.len().max(1);
    Opening { purpose_from_permille: u16::try_from(share).unwrap_or(1_000), text }
}

/// Returns what is wrong with a first utterance; empty if nothing.
///
/// # Examples
/// "Hi, this is Sam" hides the machine and the purpose, and the recording if there is one.
pub fn flaws(text: &str, brief: &Brief) -> Vec<Flaw> {
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let mut flaws = Vec::new();
    if !says(&["automated", "a machine", "robot", "artificial", "ai assistant", "virtual assistant", "computer"]) {
        flaws.push(Flaw::HidesTheMachine);
    }
    if says(&["i am human", "i'm human", "i am a human", "i'm a human", "i am a real person", "i'm a real person", "not a robot", "not a machine"]) {
        flaws.push(Flaw::ClaimsToBeHuman);
    }
    if !text.contains(&principal(brief).to_lowercase()) {
        flaws.push(Flaw::NamesNobody);
    }
    let purpose = purpose(brief).to_lowercase();
    if !text.contains(purpose.trim().trim_end_matches(['.', '?', '!'])) {
        flaws.push(Flaw::GivesNoPurpose);
    }
    if brief.is_recorded && recording_notice(&text).is_none() {
        flaws.push(Flaw::HidesTheRecording);
    }
    flaws
}

/// Returns where the sentence ends that says that the call is recorded, in thousandths of the text; `None` if none says so.
pub fn recording_notice(text: &str) -> Option<u16> {
    let text = text.to_lowercase();
    let begins = ["recorded", "recording", "record this"].iter().filter_map(|words| text.find(words)).min()?;
    let ends = text[begins..].find(['.', '?', '!']).map_or(text.len(), |length| begins + length + 1);
    Some(u16::try_from(ends * 1_000 / text.len()).unwrap_or(1_000))
}

/// Returns a message for a voicemail that says who calls, put before the mind's words if they do not.
///
/// A recipient who was not there for the call hears it first from the tape; the purpose is the message itself.
pub fn message(text: &str, brief: &Brief) -> String {
    let lacks = |flaw: &Flaw| matches!(flaw, Flaw::HidesTheMachine | Flaw::NamesNobody | Flaw::HidesTheRecording);
    if flaws(text, brief).iter().any(lacks) {
        let recorded = if brief.is_recorded { " This call is recorded." } else { "" };
        format!("Hello, this is an automated assistant calling for {}.{recorded} {text}", principal(brief))
    } else {
        text.to_owned()
    }
}

fn principal(brief: &Brief) -> String {
    match brief.principal.trim() {
        "" => "a customer".to_owned(),
        name => name.trim_end_matches('.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::tests::brief;

    const PERSONAS: [Persona; 4] = [Persona::ProfessionalAssistant, Persona::FriendlyHelper, Persona::FormalRepresentative, Persona::Concise];

    #[test]
    fn the_notice_ends_with_its_sentence() {
        assert_eq!(recording_notice("Hello. This call is recorded. Hi."), Some(878));
        assert_eq!(recording_notice("This call is recorded"), Some(1_000));
        assert_eq!(recording_notice("Hello, who is there?"), None);
    }

    #[test]
    fn every_persona_discloses() {
        for persona in PERSONAS {
            for is_recorded in [true, false] {
                for is_ring_back in [true, false] {
                    let brief = Brief { persona, is_recorded, is_ring_back, ..brief() };
                    let opening = opening(&brief);
                    assert_eq!(flaws(&opening.text, &brief), [], "{}", opening.text);
                    assert_eq!(opening.text.contains("recorded"), is_recorded);
                    assert_eq!(opening.text.contains("Thank you for calling back."), is_ring_back);
                }
            }
        }
    }

    #[test]
    fn the_purpose_is_the_last_part() {
        let opening = opening(&brief());
        let from = opening.text.len() * usize::from(opening.purpose_from_permille) / 1_000;
        assert!(opening.text[..from].contains("recorded"), "{}", &opening.text[..from]);
        assert!(opening.text[from..].contains("I'm calling"), "{}", &opening.text[from..]);
    }

    #[test]
    fn a_first_utterance_that_hides_something_is_found_out() {
        let all = [Flaw::HidesTheMachine, Flaw::NamesNobody, Flaw::GivesNoPurpose, Flaw::HidesTheRecording];
        assert_eq!(flaws("Hi, how are you doing?", &brief()), all);
        assert!(flaws("I'm a human calling for Sam Miller", &brief()).contains(&Flaw::ClaimsToBeHuman));
    }

    #[test]
    fn a_message_says_who_speaks_even_if_the_mind_forgot() {
        let brief = brief();
        assert!(message("Please call back.", &brief).starts_with("Hello, this is an automated assistant calling for Sam Miller."));
        let whole = "This is an automated assistant for Sam Miller, this call is recorded. Please call back.";
        assert_eq!(message(whole, &brief), whole);
    }
}
