//! Whole numbers, spans of time and money, each within bounds.

use std::time::Duration;

use telephony::cost::Micros;

use super::{Around, Setting, Wrong};

/// Whole seconds between two bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seconds<const LEAST: u64, const MOST: u64>(Duration);

impl<const LEAST: u64, const MOST: u64> Seconds<LEAST, MOST> {
    /// Returns the time, cut to the bounds and to whole seconds.
    pub fn clamped(time: Duration) -> Self {
        Self(Duration::from_secs(time.as_secs().clamp(LEAST, MOST)))
    }

    /// Returns the time.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl<const LEAST: u64, const MOST: u64> Setting for Seconds<LEAST, MOST> {
    fn expects(&self) -> String {
        format!("whole seconds, {LEAST} to {MOST}")
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        self.0 = Duration::from_secs(whole_number(text, LEAST, MOST)?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.0.as_secs().to_string())
    }
}

/// A whole number between two bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Count<LEAST, MOST> {
    /// Returns the number, cut to the bounds.
    pub fn clamped(number: u32) -> Self {
        Self(number.clamp(LEAST, MOST))
    }

    /// Returns the number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const LEAST: u32, const MOST: u32> Setting for Count<LEAST, MOST> {
    fn expects(&self) -> String {
        format!("a whole number, {LEAST} to {MOST}")
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let number = whole_number(text, LEAST.into(), MOST.into())?;
        self.0 = u32::try_from(number).map_err(|_| Wrong::range())?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

pub(super) fn whole_number(text: &str, least: u64, most: u64) -> Result<u64, Wrong> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Wrong::value());
    }
    match text.parse::<u64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(Wrong::range()),
    }
}

/// More than any call, day or month of one installation costs; a larger figure is a misplaced point.
const MOST_MONEY: Micros = Micros(100_000 * 1_000_000);

impl Setting for Micros {
    fn expects(&self) -> String {
        "an amount of money with at most six decimals, 0 to 100000".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if text.starts_with('-') && is_digits(&units[1..]) {
            return Err(Wrong::range());
        }
        if !is_digits(units) || !is_digits(decimals) || decimals.len() > 6 {
            return Err(Wrong::value());
        }
        let padded: u64 = format!("{decimals:0<6}").parse().map_err(|_| Wrong::value())?;
        let units: u64 = units.parse().map_err(|_| Wrong::range())?;
        let amount = units.checked_mul(1_000_000).and_then(|micros| micros.checked_add(padded)).map(Micros);
        *self = amount.filter(|amount| *amount <= MOST_MONEY).ok_or_else(Wrong::range)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        let text = format!("{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000);
        let shortest = text.len() - 4;
        let kept = text.trim_end_matches('0').len().max(shortest);
        Some(text[..kept].to_owned())
    }
}

/// Parts of something, in percent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Percentages(pub Vec<u32>);

impl Setting for Percentages {
    fn expects(&self) -> String {
        "a list of whole numbers from 1 to 100, such as [50, 80, 100]".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let mut parts = Vec::new();
        for part in text.split([',', ' ']).filter(|part| !part.is_empty()) {
            parts.push(u32::try_from(whole_number(part, 1, 100)?).map_err(|_| Wrong::range())?);
        }
        self.0 = parts;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        let parts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        Some(format!("[{}]", parts.join(", ")))
    }

    fn is_list(&self) -> bool {
        true
    }
}

impl Setting for Option<Micros> {
    fn expects(&self) -> String {
        Micros::ZERO.expects()
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        let mut amount = Micros::ZERO;
        amount.set(text, around)?;
        *self = Some(amount);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }
}
