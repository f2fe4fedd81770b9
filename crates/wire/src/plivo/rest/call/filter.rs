//! Which calls a list shows.

use telephony::Timestamp;

use super::CallRecord;
use crate::date;
use crate::plivo::rest::body::{number, parameters, text, word};
use crate::plivo::rest::range::{Range, moments, numbers};
use crate::plivo::status::{Direction, HangupSource};

parameters! {
    /// Which records to list. Without times, those of the last 7 days.
    CallFilter {
        optional {
            /// Those of this subaccount.
            subaccount: Option<String> = text("subaccount");
            /// Those of this direction.
            call_direction: Option<Direction> = word("call_direction");
            /// Those from this number.
            from_number: Option<String> = text("from_number");
            /// Those to this number.
            to_number: Option<String> = text("to_number");
            /// Child legs of this call.
            parent_call_uuid: Option<String> = text("parent_call_uuid");
            /// Those of so many seconds.
            bill_duration: Range<u32> = numbers("bill_duration");
            /// Those that ended then.
            end_time: Range<Timestamp> = moments("end_time");
            /// Those that ended so.
            hangup_cause_code: Option<u32> = number("hangup_cause_code");
            /// Those that this side ended.
            hangup_source: Option<HangupSource> = word("hangup_source");
        }
        also ["limit", "offset", "cursor", "status"]
    }
}

impl CallFilter {
    /// Returns whether a record passes the filter. Numbers are the same with and without `+`.
    pub fn passes(&self, record: &CallRecord) -> bool {
        let bare = |number: &str| number.trim_start_matches('+').to_owned();
        let same_number = |wanted: &Option<String>, is: &Option<String>| {
            wanted.as_deref().is_none_or(|wanted| is.as_deref().is_some_and(|is| bare(is) == bare(wanted)))
        };
        let same = |wanted: Option<&str>, is: &Option<String>| wanted.is_none_or(|wanted| is.as_deref() == Some(wanted));
        same(self.call_direction.as_ref().map(Direction::as_str), &record.call_direction)
            && same_number(&self.from_number, &record.from_number)
            && same_number(&self.to_number, &record.to_number)
            && same(self.parent_call_uuid.as_deref(), &record.parent_call_uuid)
            && self.bill_duration.contains(record.bill_duration)
            && self.end_time.contains(record.end_time.as_deref().and_then(date::parse))
            && self.hangup_cause_code.is_none_or(|code| record.hangup_cause_code == Some(code))
            && same(self.hangup_source.as_ref().map(HangupSource::as_str), &record.hangup_source)
    }
}

parameters! {
    /// Which live calls to list.
    LiveFilter {
        optional {
            /// Those of this direction.
            call_direction: Option<Direction> = word("call_direction");
            /// Those from this number.
            from_number: Option<String> = text("from_number");
            /// Those to this number.
            to_number: Option<String> = text("to_number");
        }
        also ["limit", "offset", "cursor", "status"]
    }
}
