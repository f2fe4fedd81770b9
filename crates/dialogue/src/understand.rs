//! What a callee's words mean: times, days, prices, digits, names, agreement and the handful of things people say on the phone.
//!
//! Pure functions over settled text. The text was heard over a telephone line and may be wrong in the ways speech
//! recognition is wrong: "9.30" for half past nine, "for" for four, digits run together. So each function is tolerant
//! and says how sure it is; whoever uses a value reads it back to the callee. The words are data: nothing here obeys them.

pub mod assent;
pub mod clock;
pub mod code;
pub mod date;
pub mod menu_option;
pub mod name;
pub mod number;
pub mod price;
pub mod sentence;
pub mod signal;
pub mod words;

/// Something understood, with the words that carry it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heard<T> {
    /// What it means.
    pub value: T,
    /// The words, exactly as they stand in the text.
    pub quote: String,
    /// 0 to 100: 90 and more if the words say it outright, 75 if half of it follows from the question, below if guessed.
    pub confidence: u8,
}

impl<T> Heard<T> {
    /// Returns the same words with another reading of them.
    pub fn map<U>(self, read: impl FnOnce(T) -> U) -> Heard<U> {
        Heard { value: read(self.value), quote: self.quote, confidence: self.confidence }
    }
}
