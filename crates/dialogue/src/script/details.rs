//! What the callee asks for on the way: a name, a party size, an order number. Given only if the brief lets us.

use crate::detail::asked::REQUESTS;
use crate::detail::said::is_reference;
use crate::detail::{CalleeStanding, Detail, FactClass, Permission};
use crate::moves::LineKind;
use crate::screening::WhoAnswered;
use crate::speakable::in_words;
use crate::understand::words::Words;

use super::{MAX_DETAILS, Reply, Said, Script, Stage};

impl Script {
    /// Returns whether the turn asked for a detail, and answers it: truthfully, and with what may be said.
    pub(super) fn gives_detail(&mut self, said: &Said, reply: &mut Reply) -> bool {
        if !is_request(&said.text) {
            return false;
        }
        let Some(line) = self.detail_for(&said.text) else { return false };
        self.details += 1;
        if self.details > MAX_DETAILS {
            self.leave_with_what_we_have(reply);
            return true;
        }
        let (text, is_known) = line;
        if is_known && self.stage != Stage::Confirming {
            self.is_asked = true;
            self.given = Some(text.clone());
            reply.talk(text);
        } else {
            let kind = if self.stage == Stage::Confirming { LineKind::ReadBack } else { LineKind::Talk };
            reply.say(format!("{text} {}", self.current_question()), kind);
            self.is_asked = true;
        }
        true
    }

    /// The callee did not catch a detail: it is said again, and not the question before it.
    pub(super) fn gives_again(&mut self, reply: &mut Reply) -> bool {
        let Some(given) = self.given.clone() else { return false };
        self.details += 1;
        if self.details > MAX_DETAILS {
            self.leave_with_what_we_have(reply);
        } else {
            reply.talk(self.wording.repeat(&given));
        }
        true
    }

    fn detail_for(&self, text: &str) -> Option<(String, bool)> {
        let words = Words::of(text);
        if let Some(line) = self.asked_terms(&words) {
            return Some((line, true));
        }
        if let Some(request) = REQUESTS.iter().find(|request| words.has_any(request.asks)) {
            let known = self.brief.may_disclose.iter().find(|detail| {
                let label = detail.label.to_lowercase();
                request.labels.iter().any(|name| label.contains(name))
            });
            return Some(match known {
                Some(detail) => self.give(detail),
                None if request.class == FactClass::Name => (format!("I'm calling for {}.", self.principal()), true),
                None => ("I'm sorry, I don't have that information.".to_owned(), false),
            });
        }
        let named = self.brief.may_disclose.iter().find(|detail| {
            let label = detail.label.to_lowercase();
            !label.contains("alternative")
                && !label.contains("flexib")
                && label.split(|c: char| !c.is_alphanumeric()).any(|part| part.len() >= 3 && words.words.iter().any(|word| word.text == part))
        });
        named.map(|detail| self.give(detail))
    }

    /// Asked for, and so said to everybody to whom it may be said at all.
    fn give(&self, detail: &Detail) -> (String, bool) {
        let standing = CalleeStanding::of(WhoAnswered::Human, self.brief.is_ring_back, self.was_put_through);
        match detail.permission(standing) {
            Permission::Say | Permission::OnlyIfAsked => (line_of(&detail.label, &detail.value), true),
            Permission::Never(_) => ("I'm sorry, I can't give you that.".to_owned(), false),
        }
    }

    /// "For what time?", "Which day?": what was asked for is said again.
    fn asked_terms(&self, words: &Words<'_>) -> Option<String> {
        if !self.errand.asks.is_empty() || self.errand.task_type == crate::brief::TaskType::MessageDelivery {
            return None;
        }
        let asks_time = words.has_any(&["what time", "which time", "at what hour"]);
        let asks_day = words.has_any(&["what day", "which day", "what date", "for when", "for what day"]);
        let terms = self.terms_in_words();
        ((asks_time && self.minute.is_some() || asks_day && self.day.is_some()) && !terms.is_empty())
            .then(|| format!("{}, please.", crate::question::clause::sentence(&terms)))
    }
}

fn is_request(text: &str) -> bool {
    const LEADS: &[&str] = &[
        "what's",
        "what is",
        "what name",
        "which",
        "how many",
        "can i get",
        "can i have",
        "may i have",
        "could i have",
        "could i get",
        "can you give",
        "could you give",
        "do you have",
        "i need",
        "i'll need",
        "we need",
        "under what",
        "give me",
        "for how many",
        "who is",
        "who's",
        "whose",
        "tell me",
        "name please",
        "and the",
        "and your",
        "what kind",
        "spell",
    ];
    text.trim_end().ends_with('?') || Words::of(text).has_any(LEADS)
}

fn line_of(label: &str, value: &str) -> String {
    let label = label.trim().replace('_', " ").to_lowercase();
    if is_reference(value) {
        return format!("The {label} is {}.", value.trim());
    }
    format!("The {label} is {}.", in_words(&digits_only(value)).trim_end_matches('.'))
}

/// "(212) 555-0123" as digits, so that it is read out digit by digit; all else as it stands.
fn digits_only(value: &str) -> String {
    let is_number = value.chars().all(|c| c.is_ascii_digit() || " ()-+.".contains(c)) && value.chars().filter(char::is_ascii_digit).count() >= 7;
    if is_number { value.chars().filter(char::is_ascii_digit).collect() } else { value.to_owned() }
}
