//! How the personas say the same things. None of them hides that a machine speaks.

use crate::brief::Persona;

/// One persona's manner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wording {
    persona: Persona,
}

impl Wording {
    pub(super) fn new(persona: Persona) -> Self {
        Self { persona }
    }

    /// A question that was not answered, put differently: `times` counts from 1.
    pub(super) fn once_more(self, times: u8, question: &str) -> String {
        let lead = match (self.persona, times) {
            (Persona::Concise, _) => "Again:",
            (Persona::FriendlyHelper, 1) => "Oh, sorry, I didn't quite get that.",
            (Persona::FriendlyHelper, _) => "Sorry, let me try once more.",
            (Persona::FormalRepresentative, 1) => "I beg your pardon, I did not understand that.",
            (Persona::FormalRepresentative, _) => "Allow me to ask once more.",
            (Persona::ProfessionalAssistant, 1) => "I'm sorry, I didn't understand that.",
            (Persona::ProfessionalAssistant, _) => "Let me ask once more.",
        };
        format!("{lead} {question}")
    }

    /// The same, when the callee asked for it.
    pub(super) fn repeat(self, line: &str) -> String {
        match self.persona {
            Persona::Concise => line.to_owned(),
            Persona::FriendlyHelper => format!("Sure! {line}"),
            Persona::FormalRepresentative => format!("Certainly. {line}"),
            Persona::ProfessionalAssistant => format!("Of course. {line}"),
        }
    }

    /// When an answer was heard badly.
    pub(super) fn say_again(self) -> &'static str {
        match self.persona {
            Persona::Concise => "Could you say that again?",
            Persona::FriendlyHelper => "Sorry, the line isn't great! Could you say that again?",
            Persona::FormalRepresentative => "I beg your pardon, the line is not good. Could you say that again, please?",
            Persona::ProfessionalAssistant => "I'm sorry, I didn't hear that well. Could you say that again?",
        }
    }

    /// "So you close at 9 pm today, is that right?"
    pub(super) fn read_back(self, claim: &str) -> String {
        match self.persona {
            Persona::Concise => format!("So {claim}, right?"),
            Persona::FriendlyHelper => format!("Great, so {claim}, is that right?"),
            Persona::FormalRepresentative => format!("To confirm: {claim}. Is that correct?"),
            Persona::ProfessionalAssistant => format!("So {claim}, is that right?"),
        }
    }

    /// Takes leave after the errand is done.
    pub(super) fn thanks(self) -> &'static str {
        match self.persona {
            Persona::Concise => "Thank you, goodbye.",
            Persona::FriendlyHelper => "Wonderful, thanks so much for your help! Goodbye!",
            Persona::FormalRepresentative => "Thank you very much for your assistance. Goodbye.",
            Persona::ProfessionalAssistant => "Thank you for your help. Goodbye.",
        }
    }

    /// Takes leave when the callee could or would not help.
    pub(super) fn no_harm(self) -> &'static str {
        match self.persona {
            Persona::Concise => "I see. Goodbye.",
            Persona::FriendlyHelper => "No worries at all, thanks anyway. Goodbye!",
            Persona::FormalRepresentative => "I understand. Thank you for your time. Goodbye.",
            Persona::ProfessionalAssistant => "I understand. Thank you for your time. Goodbye.",
        }
    }

    /// "Sure, take your time."
    pub(super) fn waits(self) -> &'static str {
        match self.persona {
            Persona::Concise => "Okay.",
            Persona::FriendlyHelper => "Sure, no rush!",
            Persona::FormalRepresentative => "Certainly, I will wait.",
            Persona::ProfessionalAssistant => "Sure, take your time.",
        }
    }

    /// After a correction.
    pub(super) fn sorry(self) -> &'static str {
        match self.persona {
            Persona::Concise => "Sorry.",
            Persona::FriendlyHelper => "Oops, sorry about that!",
            Persona::FormalRepresentative => "My apologies.",
            Persona::ProfessionalAssistant => "I'm sorry.",
        }
    }

    /// Between two questions.
    pub(super) fn and_now(self, question: &str) -> String {
        match self.persona {
            Persona::Concise => question.to_owned(),
            _ => format!("Thank you. {question}"),
        }
    }
}
