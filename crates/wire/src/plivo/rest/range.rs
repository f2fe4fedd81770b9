//! Ranges of filters.

use serde_json::{Map, Value};
use telephony::Timestamp;

use super::RestError;
use super::body::{Body, Write, number};
use crate::date;
use crate::plivo::clock;

/// A range of a filter: `key__gt`, `key__gte`, `key__lt`, `key__lte`, or the key alone for one value.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Range<T> {
    /// Exactly this.
    pub exactly: Option<T>,
    /// More than this.
    pub above: Option<T>,
    /// This or more.
    pub from: Option<T>,
    /// Less than this.
    pub below: Option<T>,
    /// This or less.
    pub until: Option<T>,
}

impl<T: PartialOrd> Range<T> {
    /// Returns whether a value lies in the range. One that is not known lies only in an open one.
    pub fn contains(&self, value: Option<T>) -> bool {
        let Some(value) = value else {
            return [&self.exactly, &self.above, &self.from, &self.below, &self.until].iter().all(|bound| bound.is_none());
        };
        self.exactly.as_ref().is_none_or(|bound| value == *bound)
            && self.above.as_ref().is_none_or(|bound| value > *bound)
            && self.from.as_ref().is_none_or(|bound| value >= *bound)
            && self.below.as_ref().is_none_or(|bound| value < *bound)
            && self.until.as_ref().is_none_or(|bound| value <= *bound)
    }
}

/// Reads a range with the reader of its values.
fn range<T>(body: &Body, key: &str, read: impl Fn(&Body, &str) -> Result<Option<T>, RestError>) -> Result<Range<T>, RestError> {
    let bound = |suffix: &str| read(body, &format!("{key}{suffix}"));
    Ok(Range { exactly: bound("")?, above: bound("__gt")?, from: bound("__gte")?, below: bound("__lt")?, until: bound("__lte")? })
}

/// Reads a range of moments.
pub(super) fn moments(body: &Body, key: &str) -> Result<Range<Timestamp>, RestError> {
    range(body, key, |body, key| match body.text(key) {
        None => Ok(None),
        Some(text) => date::parse_second(&text).map(Some).ok_or_else(|| RestError::invalid(key, "YYYY-MM-DD HH:MM:SS")),
    })
}

/// Reads a range of whole numbers.
pub(super) fn numbers(body: &Body, key: &str) -> Result<Range<u32>, RestError> {
    range(body, key, number)
}

impl<T> Write for Range<T>
where
    Option<T>: WriteBound,
{
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        for (suffix, bound) in [("", &self.exactly), ("__gt", &self.above), ("__gte", &self.from), ("__lt", &self.below), ("__lte", &self.until)] {
            if let Some(value) = bound.value() {
                body.insert(format!("{key}{suffix}"), value);
            }
        }
    }
}

/// A bound of a range, if there is one, as it stands in a query.
pub(super) trait WriteBound {
    fn value(&self) -> Option<Value>;
}

impl WriteBound for Option<u32> {
    fn value(&self) -> Option<Value> {
        self.map(Value::from)
    }
}

impl WriteBound for Option<Timestamp> {
    fn value(&self) -> Option<Value> {
        self.map(|at| clock::filter(at).into())
    }
}
