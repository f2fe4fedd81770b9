//! What goes wrong when there is no sound to spoil: mis-heard words, late words, noise and lost marks between mouths and
//! machines; webhooks, replies and media sockets between the carrier and us.
//!
//! Each is drawn from the call's own seed, so a bad call replays. Losses of frames are the sandbox's business.

use serde::Serialize;
use simulator::impairment::Chance;

/// How bad the line, the ears and the carrier are. The default is perfect.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
pub struct Impairments {
    /// Of a thousand words so many are heard as another, or not at all; in both directions.
    pub misheard_permille: u16,
    /// Of a thousand mis-heard words so many are heard with full confidence: the ears do not know that they erred.
    pub unnoticed_permille: u16,
    /// Of a thousand settled texts so many come late by half a second to four seconds.
    pub late_words_permille: u16,
    /// Of a thousand of our lines so many are spoken over by a noise that passes for the start of a voice.
    pub false_voice_permille: u16,
    /// Of a thousand lines of ours so many are played without a mark ever coming back.
    pub lost_marks_permille: u16,
    /// Of a thousand webhooks so many never come.
    pub lost_webhooks_permille: u16,
    /// Of a thousand webhooks so many come twice.
    pub doubled_webhooks_permille: u16,
    /// Of a thousand webhooks so many come late by half a second to five seconds.
    pub late_webhooks_permille: u16,
    /// Of a thousand webhooks so many come just after the one behind them, or late if there is none.
    pub reordered_webhooks_permille: u16,
    /// Of a thousand requests to the carrier so many are done without a reply: a dial of which it is unclear whether it rings.
    pub lost_replies_permille: u16,
    /// Of a thousand calls so many lose their media socket, once, while the leg lives on.
    pub lost_media_permille: u16,
}

impl Impairments {
    /// A bad mobile line in a loud street, and a carrier whose news now and then comes late, twice or never. The ears know
    /// where they were unsure.
    pub const ROUGH: Self = Self {
        misheard_permille: 20,
        unnoticed_permille: 0,
        late_words_permille: 50,
        false_voice_permille: 100,
        lost_marks_permille: 30,
        lost_webhooks_permille: 30,
        doubled_webhooks_permille: 50,
        late_webhooks_permille: 50,
        reordered_webhooks_permille: 30,
        lost_replies_permille: 20,
        lost_media_permille: 10,
    };
    /// A rough line, and ears that take every fourth wrong word for a clear one.
    pub const DECEPTIVE: Self = Self { unnoticed_permille: 250, ..Self::ROUGH };
    /// So bad that people would hang up: five words of a hundred are wrong, and every seventh webhook is lost.
    pub const AWFUL: Self = Self {
        misheard_permille: 50,
        unnoticed_permille: 0,
        late_words_permille: 150,
        false_voice_permille: 300,
        lost_marks_permille: 100,
        lost_webhooks_permille: 150,
        doubled_webhooks_permille: 150,
        late_webhooks_permille: 150,
        reordered_webhooks_permille: 150,
        lost_replies_permille: 150,
        lost_media_permille: 50,
    };

    /// Returns whether nothing goes wrong.
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Words that telephones confuse. Digits first: they are what matters in an answer.
const ALIKE: [(&str, &str); 14] = [
    ("nine", "five"),
    ("five", "nine"),
    ("six", "sick"),
    ("eight", "ate"),
    ("ten", "then"),
    ("four", "for"),
    ("fifteen", "fifty"),
    ("fifty", "fifteen"),
    ("thirty", "thirteen"),
    ("today", "to day"),
    ("close", "clothes"),
    ("yes", "yet"),
    ("right", "write"),
    ("seven", "heaven"),
];

/// Returns what is heard instead of a word; empty if it is not heard at all. Signs at its end stay.
pub fn misheard(word: &str, chance: &mut Chance) -> String {
    let letters = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let signs = &word[letters.len()..];
    let lower = letters.to_lowercase();
    match ALIKE.iter().find(|(said, _)| *said == lower) {
        Some((_, heard)) => format!("{heard}{signs}"),
        None if chance.below(2) == 0 => String::new(),
        None => format!("the{signs}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_confused_with_their_like_and_keep_their_signs() {
        let mut chance = Chance::new(1);
        assert_eq!(misheard("Nine.", &mut chance), "five.");
        let others: Vec<String> = (0..20).map(|_| misheard("umbrella,", &mut chance)).collect();
        assert!(others.contains(&String::new()) && others.contains(&"the,".to_owned()));
    }
}
