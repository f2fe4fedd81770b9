//! Whether a call is an errand or sells something. Who sells is under another law, and refused by default.
//!
//! Told from the intent's own words: selling, advertising, asking for money, canvassing. A customer who asks a shop whether
//! it sells bicycle tubes sells nothing; a task type is no excuse, since whoever wants to sell would choose a harmless one.
//! Knows English alone. It errs towards refusal: an errand refused can be worded anew, a sold-to stranger cannot be called off.

use dialogue::brief::TaskType;
use serde::{Deserialize, Serialize};

/// What a call is for, as far as law cares.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallPurpose {
    /// The user wants something of the callee that the callee is there for.
    #[default]
    Errand,
    /// The user wants to sell something, or asks for money.
    Solicitation,
}

/// What gave a solicitation away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// "Sell them our insurance."
    Sells,
    /// "Tell them about our new service."
    Advertises,
    /// "Ask them to donate."
    AsksForMoney,
    /// "Tell them to vote for Miller."
    Canvasses,
}

impl Sign {
    /// Returns the sign for people: a clause after "the call".
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Sells => "offers something for sale",
            Self::Advertises => "advertises",
            Self::AsksForMoney => "asks for money",
            Self::Canvasses => "canvasses for votes or causes",
        }
    }
}

impl CallPurpose {
    /// Returns the purpose of a call with this intent.
    pub fn of(task_type: TaskType, intent: &str) -> Self {
        if sign(task_type, intent).is_some() { Self::Solicitation } else { Self::Errand }
    }
}

/// Returns the first sign of solicitation in an intent.
pub fn sign(task_type: TaskType, intent: &str) -> Option<Sign> {
    let lower = intent.to_lowercase().replace('’', "'");
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    let text =
        Text { words: &words, is_question: matches!(task_type, TaskType::InformationInquiry | TaskType::QuoteRequest | TaskType::OrderStatus) };
    (0..words.len()).find_map(|at| text.sign_at(at))
}

/// The words of an intent.
struct Text<'a> {
    words: &'a [&'a str],
    /// The task only asks something.
    is_question: bool,
}

impl Text<'_> {
    fn sign_at(&self, at: usize) -> Option<Sign> {
        match self.words[at] {
            "sell" | "selling" | "resell" | "upsell" if self.is_ours(at) && !self.is_for_us(at) => Some(Sign::Sells),
            "offer" | "offering" | "pitch" if self.is_ours(at) && self.has_after(at, 4, &["our", "my"]) => Some(Sign::Sells),
            "buy" | "purchase" | "subscribe" | "invest" if self.is_asked_of_them(at) && !self.is_for_us(at) => Some(Sign::Sells),
            "telemarket" | "telemarketing" | "telesales" | "upselling" => Some(Sign::Sells),
            "cold" if self.has_after(at, 1, &["call", "calling"]) => Some(Sign::Sells),
            "sales" if self.has_after(at, 1, &["pitch", "call", "calls", "demo"]) && !self.has_before(at, 1, &["their", "your"]) => Some(Sign::Sells),
            "promote" | "advertise" | "market" if self.is_ours(at) && self.has_after(at, 3, &["our", "my", "the"]) => Some(Sign::Advertises),
            "introduce" | "present" | "interested" if self.is_our_goods(at) => Some(Sign::Advertises),
            "about" if self.has_before(at, 5, &["tell", "inform", "talk", "speak", "hear", "know"]) && self.is_our_goods(at) => {
                Some(Sign::Advertises)
            }
            "demo" | "demonstration" if self.has_after(at, 2, &["our"]) => Some(Sign::Advertises),
            "donate" | "pledge" | "sponsor" | "contribute" if self.is_asked_of_them(at) => Some(Sign::AsksForMoney),
            "donation" | "donations" | "sponsorship"
                if self.has_before(at, 3, &["for", "collect", "solicit", "request", "raise"]) && !self.is_given_by_us(at) =>
            {
                Some(Sign::AsksForMoney)
            }
            "fundraise" | "fundraiser" | "fundraising" if self.is_ours(at) => Some(Sign::AsksForMoney),
            "raise" if self.has_after(at, 2, &["money", "funds"]) && self.is_ours(at) => Some(Sign::AsksForMoney),
            "vote" if self.has_after(at, 1, &["for", "against"]) && self.is_asked_of_them(at) => Some(Sign::Canvasses),
            "canvass" | "canvassing" => Some(Sign::Canvasses),
            _ => None,
        }
    }

    fn has_after(&self, at: usize, within: usize, any: &[&str]) -> bool {
        self.words.iter().skip(at + 1).take(within).any(|word| any.contains(word))
    }

    fn has_before(&self, at: usize, within: usize, any: &[&str]) -> bool {
        self.words[..at].iter().rev().take(within).any(|word| any.contains(word))
    }

    /// "whether they sell", "if you offer", "is anyone selling": the callee does it. "if I can sell": the user only asks.
    fn is_ours(&self, at: usize) -> bool {
        let is_theirs =
            self.has_before(at, 4, &["they", "you", "he", "she", "who", "where", "shop", "store", "anyone", "anybody", "somebody", "someone"]);
        let is_asked = self.is_question && self.has_before(at, 4, &["can", "could", "may", "how", "whether", "if"]);
        let is_noun =
            self.has_before(at, 1, &["best", "the", "their", "your", "a", "an", "farmers", "flea", "of", "about", "any", "this", "that", "to"])
                && !self.has_before(at, 1, &["to"]);
        !is_theirs && !is_asked && !is_noun
    }

    /// "sell me a ticket", "buy back my phone".
    fn is_for_us(&self, at: usize) -> bool {
        self.has_after(at, 1, &["me", "us", "back"]) || self.has_after(at, 2, &["from"]) && self.has_after(at, 3, &["me"])
    }

    /// "ask them to buy", "whether they would like to donate", "if they want to subscribe": but not "where I can donate".
    fn is_asked_of_them(&self, at: usize) -> bool {
        let is_theirs = self.has_before(at, 6, &["them", "they", "him", "her", "people", "everyone", "everybody", "neighbours", "neighbors"]);
        let is_wish = self.has_before(at, 1, &["to"])
            && self.has_before(at, 3, &["them", "him", "her", "like", "want", "wish", "interested", "people", "willing", "everyone"]);
        let is_ours = self.has_before(at, 4, &["i", "we", "me"]);
        is_theirs && is_wish && !is_ours
    }

    /// "about our new service", "interested in our insurance": goods, and not "about our reservation".
    fn is_our_goods(&self, at: usize) -> bool {
        const GOODS: &[&str] = &[
            "product",
            "products",
            "service",
            "services",
            "offer",
            "offers",
            "deal",
            "deals",
            "discount",
            "promotion",
            "sale",
            "company",
            "business",
            "brand",
            "catalog",
            "catalogue",
            "insurance",
            "subscription",
            "program",
            "programme",
            "platform",
            "software",
            "solution",
            "solutions",
            "startup",
            "app",
            "fund",
            "charity",
            "campaign",
            "agency",
        ];
        // "Our insurance claim" is a customer's affair.
        const AFFAIRS: &[&str] =
            &["appointment", "claim", "contract", "bill", "invoice", "account", "request", "renewal", "cancellation", "complaint", "order", "policy"];
        let Some(ours) = self.words.iter().skip(at + 1).take(2).position(|word| *word == "our") else { return false };
        let goods = self.words.iter().skip(at + 2 + ours).take(4).position(|word| GOODS.contains(word));
        goods.is_some_and(|goods| !self.has_after(at + 2 + ours + goods, 1, AFFAIRS))
    }

    /// "drop off a donation", "make a donation": the user gives.
    fn is_given_by_us(&self, at: usize) -> bool {
        self.has_before(at, 5, &["make", "drop", "give", "accept", "take", "tax", "receipt", "my", "pick"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sells_is_found_out() {
        let table = [
            ("Sell them our home insurance", Sign::Sells),
            ("Call and sell my old car to them", Sign::Sells),
            ("Call the neighbours and try to sell our cookies", Sign::Sells),
            ("Offer them our cleaning service for 20 dollars", Sign::Sells),
            ("Pitch our new coffee machine", Sign::Sells),
            ("Make a cold call and see whether they bite", Sign::Sells),
            ("Ask them to buy two tickets for the gala", Sign::Sells),
            ("Ask if they want to subscribe to the newsletter", Sign::Sells),
            ("Find out whether they would like to buy solar panels", Sign::Sells),
            ("Do the sales pitch for the spring catalogue", Sign::Sells),
            ("Tell them about our new service", Sign::Advertises),
            ("Introduce our company and ask for a meeting", Sign::Advertises),
            ("Ask if they are interested in our software", Sign::Advertises),
            ("Promote our opening night", Sign::Advertises),
            ("Book a demo of our platform with the manager", Sign::Advertises),
            ("Ask them to donate to the shelter", Sign::AsksForMoney),
            ("Ask for a donation for the school fair", Sign::AsksForMoney),
            ("Raise money for the club", Sign::AsksForMoney),
            ("Remind people to vote for Miller on Tuesday", Sign::Canvasses),
            ("Tell them to vote against the bypass", Sign::Canvasses),
        ];
        for (intent, expected) in table {
            let task_type = TaskType::told_from(intent);
            assert_eq!(sign(task_type, intent), Some(expected), "{intent}");
            assert_eq!(sign(TaskType::Custom, intent), Some(expected), "{intent}: a task type is no excuse");
        }
    }

    #[test]
    fn who_buys_asks_or_complains_is_left_in_peace() {
        let table = [
            "Ask what time they close today",
            "Ask whether they sell bicycle tubes",
            "Ask if you sell gift cards",
            "Find out where they sell second-hand books",
            "Ask if I can sell my textbooks there",
            "Ask how much they pay if I could sell them my phone",
            "Ask them to sell me two tickets for tonight",
            "Ask what their best selling cake is",
            "Ask about their offer on winter tyres",
            "Ask whether the sale is still on",
            "Ask whether the market is open on Sunday",
            "Ask about our reservation for tonight",
            "Ask about our service appointment on Friday",
            "Talk to them about our insurance claim",
            "Ask how I can donate clothes",
            "Ask where to drop off a donation",
            "Ask if they accept donations of furniture",
            "Ask for a receipt for my donation",
            "Ask whether they will buy back my phone",
            "Book a table for four tonight at 7",
            "Cancel my subscription",
            "Ask the sales department for a quote for ten chairs",
            "Complain that the offer on the website was wrong",
            "Tell my aunt I'll be late",
            "Tell them we will buy the house",
            "Ask to present our tickets at the door",
            "Ask where I can vote on Tuesday",
            "Ask whether the demo version can be returned",
            "Ask about the fundraiser on Saturday",
            "",
        ];
        for intent in table {
            assert_eq!(sign(TaskType::told_from(intent), intent), None, "{intent}");
        }
    }

    #[test]
    fn the_purpose_follows_the_sign() {
        assert_eq!(CallPurpose::of(TaskType::Custom, "Sell them our insurance"), CallPurpose::Solicitation);
        assert_eq!(CallPurpose::of(TaskType::Custom, "Ask when they open"), CallPurpose::Errand);
        assert_eq!(Sign::AsksForMoney.in_words(), "asks for money");
    }
}
