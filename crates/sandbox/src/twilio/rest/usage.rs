//! What was used, counted from what is kept. Practice costs nothing, so every price is nought.

use telephony::Timestamp;
use wire::date;
use wire::http::Form;
use wire::twilio::rest::{API_VERSION, RestError, UsageFilter, UsagePeriod, UsageRequest, UsageResource};

use super::pages::cut;
use super::{Answer, path};
use crate::clock::wall_clock;
use crate::twilio::Service;

const DAY_MS: i64 = 86_400_000;

/// Pieces that one answer is cut into at most; the oldest are left out.
const MAX_PIECES: usize = 400;

/// The categories: name, name for people, unit of the count, unit of the usage.
const CATEGORIES: [(&str, &str, &str, &str); 6] = [
    ("calls", "Voice Minutes", "calls", "minutes"),
    ("calls-outbound", "Outbound Voice Minutes", "calls", "minutes"),
    ("recordings", "Recordings", "recordings", "minutes"),
    ("sms", "SMS", "messages", "segments"),
    ("phonenumbers", "Phone Numbers", "numbers", "numbers"),
    ("totalprice", "Total Price", "", "usd"),
];

/// One thing that was used.
struct Used {
    category: &'static str,
    at: Timestamp,
    amount: u64,
}

impl Service {
    pub(super) fn usage(&self, request: &UsageRequest, target: &str) -> Answer {
        let used = self.used();
        let today = day_of(wall_clock());
        let pieces = pieces(request.period.as_ref(), &request.filter, today, day_of(self.network.opened_at))?;
        let wanted = |name: &str| request.filter.category.as_deref().is_none_or(|category| category == name);
        let mut all = Vec::new();
        for (first, last) in pieces {
            for category in CATEGORIES.iter().filter(|(name, ..)| wanted(name)) {
                let record = self.record(category, (first, last), &used, path(target));
                all.push((format!("{}{first}", category.0), record));
            }
        }
        let (items, next) = cut(&request.paging, &all, |(name, _)| Some(name));
        let items: Vec<UsageResource> = items.iter().map(|(_, record)| record.clone()).collect();
        Ok(wire::twilio::rest::Page::reply("usage_records", target, &request.paging, &items, next.as_deref()))
    }

    fn used(&self) -> Vec<Used> {
        let moment = |text: &Option<String>| text.as_deref().and_then(date::parse);
        let minutes = |seconds: Option<&str>| seconds.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0).div_ceil(60);
        let mut used = Vec::new();
        self.registry.with(|shelves| {
            for call in shelves.calls.values() {
                let Some(at) = moment(&call.resource.date_created) else { continue };
                let amount = minutes(call.resource.duration.as_deref());
                used.push(Used { category: "calls", at, amount });
                if call.resource.direction.as_deref().is_some_and(|direction| direction.starts_with("outbound")) {
                    used.push(Used { category: "calls-outbound", at, amount });
                }
            }
            for recording in shelves.recordings.values() {
                let Some(at) = moment(&recording.resource.date_created) else { continue };
                used.push(Used { category: "recordings", at, amount: minutes(recording.resource.duration.as_deref()) });
            }
        });
        self.holdings.with(|held| {
            for message in held.messages.newest_first() {
                let Some(at) = moment(&message.date_created) else { continue };
                let amount = message.num_segments.as_deref().and_then(|count| count.parse().ok()).unwrap_or(1);
                used.push(Used { category: "sms", at, amount });
            }
            for number in held.numbers.newest_first() {
                let Some(at) = moment(&number.date_created) else { continue };
                used.push(Used { category: "phonenumbers", at, amount: 1 });
            }
        });
        used
    }

    fn record(&self, category: &(&str, &str, &str, &str), (first, last): (i64, i64), used: &[Used], path: &str) -> UsageResource {
        let (name, description, count_unit, usage_unit) = *category;
        let within = |used: &&Used| used.category == name && (first..=last).contains(&day_of(used.at));
        let text = |text: &str| Some(text.to_owned());
        let mut query = Form::new();
        query.push("Category", name.to_owned());
        query.push("StartDate", day_text(first));
        query.push("EndDate", day_text(last));
        UsageResource {
            account_sid: text(&self.credentials.account_sid),
            api_version: text(API_VERSION),
            as_of: Some(date::iso8601(wall_clock()).replace('Z', "+00:00")),
            category: text(name),
            count: Some(used.iter().filter(within).count().to_string()),
            count_unit: text(count_unit),
            description: text(description),
            start_date: Some(day_text(first)),
            end_date: Some(day_text(last)),
            price: text("0"),
            price_unit: text("usd"),
            usage: Some(used.iter().filter(within).map(|used| used.amount).sum::<u64>().to_string()),
            usage_unit: text(usage_unit),
            subresource_uris: Some(serde_json::Map::new()),
            uri: Some(format!("{path}?{}", query.encode())),
        }
    }
}

/// Returns the days that each record covers, first and last, counted from 1970; the newest first.
fn pieces(period: Option<&UsagePeriod>, filter: &UsageFilter, today: i64, opened: i64) -> Result<Vec<(i64, i64)>, RestError> {
    let first = day(filter.start_date.as_deref(), "StartDate", today)?.unwrap_or(opened);
    let last = day(filter.end_date.as_deref(), "EndDate", today)?.unwrap_or(today);
    let days = || (first..=last).rev().take(MAX_PIECES);
    let month = |day: i64| day_text(day)[..7].to_owned();
    Ok(match period {
        None | Some(UsagePeriod::AllTime | UsagePeriod::Other(_)) => vec![(first, last)],
        Some(UsagePeriod::Today) => vec![(today, today)],
        Some(UsagePeriod::Yesterday) => vec![(today - 1, today - 1)],
        Some(UsagePeriod::ThisMonth) => vec![(first_of(today, month), today)],
        Some(UsagePeriod::LastMonth) => {
            let end = first_of(today, month) - 1;
            vec![(first_of(end, month), end)]
        }
        Some(UsagePeriod::Daily) => days().map(|day| (day, day)).collect(),
        Some(UsagePeriod::Monthly) => grouped(days(), month),
        Some(UsagePeriod::Yearly) => grouped(days(), |day| day_text(day)[..4].to_owned()),
    })
}

/// Joins days, the newest first, that have the same name.
fn grouped(days: impl Iterator<Item = i64>, name: impl Fn(i64) -> String) -> Vec<(i64, i64)> {
    let mut pieces: Vec<(i64, i64)> = Vec::new();
    for day in days {
        match pieces.last_mut() {
            Some(piece) if name(piece.0) == name(day) => piece.0 = day,
            _ => pieces.push((day, day)),
        }
    }
    pieces
}

/// Returns the first day that has the same name as this one.
fn first_of(day: i64, name: impl Fn(i64) -> String) -> i64 {
    (0..31).map(|back| day - back).take_while(|earlier| name(*earlier) == name(day)).last().unwrap_or(day)
}

/// Reads `2026-10-01` or `-30days`.
fn day(text: Option<&str>, key: &str, today: i64) -> Result<Option<i64>, RestError> {
    let Some(text) = text else { return Ok(None) };
    let offset = text.strip_suffix("days").or_else(|| text.strip_suffix("day")).and_then(|days| days.parse::<i32>().ok());
    let day = match offset {
        Some(days) => Some(today + i64::from(days)),
        None => date::parse(text).map(day_of),
    };
    day.map(Some).ok_or_else(|| RestError::invalid(20_001, format!("Invalid {key}")))
}

const fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY_MS)
}

fn day_text(day: i64) -> String {
    date::iso8601(Timestamp(day.saturating_mul(DAY_MS))).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(period: Option<UsagePeriod>, start: Option<&str>, end: Option<&str>) -> Vec<String> {
        let today = day_of(date::parse("2026-03-02").unwrap());
        let filter = UsageFilter { start_date: start.map(str::to_owned), end_date: end.map(str::to_owned), ..UsageFilter::default() };
        let pieces = pieces(period.as_ref(), &filter, today, today - 1).unwrap();
        pieces.iter().map(|(first, last)| format!("{}..{}", day_text(*first), day_text(*last))).collect()
    }

    #[test]
    fn a_period_is_cut_into_its_pieces() {
        assert_eq!(shown(None, None, None), ["2026-03-01..2026-03-02"]);
        assert_eq!(shown(None, Some("-30days"), Some("2026-02-28")), ["2026-01-31..2026-02-28"]);
        assert_eq!(shown(Some(UsagePeriod::Yesterday), None, None), ["2026-03-01..2026-03-01"]);
        assert_eq!(shown(Some(UsagePeriod::LastMonth), None, None), ["2026-02-01..2026-02-28"]);
        assert_eq!(shown(Some(UsagePeriod::Daily), None, None), ["2026-03-02..2026-03-02", "2026-03-01..2026-03-01"]);
        assert_eq!(shown(Some(UsagePeriod::Monthly), Some("2026-02-27"), None), ["2026-03-01..2026-03-02", "2026-02-27..2026-02-28"]);
        assert_eq!(shown(Some(UsagePeriod::Yearly), Some("2025-12-31"), None), ["2026-01-01..2026-03-02", "2025-12-31..2025-12-31"]);
    }

    #[test]
    fn a_date_that_is_none_is_refused() {
        let filter = UsageFilter { start_date: Some("soon".into()), ..UsageFilter::default() };
        assert_eq!(pieces(None, &filter, 0, 0).unwrap_err().code, 20_001);
    }
}
