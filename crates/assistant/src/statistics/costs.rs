//! What calls cost, sorted by month, provider, kind of errand or task.

use std::collections::BTreeMap;

use serde::Serialize;
use telephony::cost::Micros;

use super::month::Month;
use super::{EndedCall, csv};

/// By what costs are sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CostsBy {
    /// The calendar month in which a call ended, in universal time.
    Month,
    /// The phone provider.
    Provider,
    /// The kind of errand.
    Type,
    /// The task.
    Task,
}

impl CostsBy {
    /// Returns the word for the head of a column.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Provider => "provider",
            Self::Type => "type",
            Self::Task => "task",
        }
    }

    fn key(self, call: &EndedCall) -> String {
        match self {
            Self::Month => Month::of(call.ended_at).to_string(),
            Self::Provider => call.provider_word(),
            Self::Type => call.type_word(),
            Self::Task => call.task.as_ref().map_or_else(|| "incoming".to_owned(), |task| task.as_str().to_owned()),
        }
    }
}

/// What some calls cost.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize)]
pub struct CostRow {
    /// Which calls: "2026-11", "twilio".
    pub key: String,
    /// How many.
    pub calls: u64,
    /// How many begun minutes of them were answered, which is what carriers bill.
    pub begun_minutes: u64,
    /// What they cost, in µ.
    pub cost: Micros,
    /// How much of it is our own reckoning, because the carrier has not told its price yet, in µ.
    pub reckoned: Micros,
}

/// Sorts what calls cost. Months and tasks stand in their order, all else by cost, the dearest first.
pub fn costs(calls: &[EndedCall], by: CostsBy) -> Vec<CostRow> {
    let mut rows: BTreeMap<String, CostRow> = BTreeMap::new();
    for call in calls {
        let key = by.key(call);
        let row = rows.entry(key.clone()).or_insert_with(|| CostRow { key, ..CostRow::default() });
        row.add(call);
    }
    let mut rows: Vec<CostRow> = rows.into_values().collect();
    if by != CostsBy::Month {
        rows.sort_by_key(|row| std::cmp::Reverse(row.cost));
    }
    rows
}

/// Adds rows up.
pub fn total(rows: &[CostRow]) -> CostRow {
    rows.iter().fold(CostRow { key: "total".to_owned(), ..CostRow::default() }, |sum, row| CostRow {
        calls: sum.calls + row.calls,
        begun_minutes: sum.begun_minutes + row.begun_minutes,
        cost: sum.cost.plus(row.cost),
        reckoned: sum.reckoned.plus(row.reckoned),
        ..sum
    })
}

/// Writes rows as CSV: amounts in units of the currency with six decimals, so that no spreadsheet rounds them.
pub fn as_csv(rows: &[CostRow], by: CostsBy, currency: &str) -> String {
    let exact = |amount: Micros| format!("{}.{:06}", amount.0 / 1_000_000, amount.0 % 1_000_000);
    csv::table(
        &[by.as_str(), "calls", "begun_minutes", "cost", "of_which_reckoned", "currency"],
        rows.iter().map(|row| {
            vec![row.key.clone(), row.calls.to_string(), row.begun_minutes.to_string(), exact(row.cost), exact(row.reckoned), currency.to_owned()]
        }),
    )
}

impl CostRow {
    fn add(&mut self, call: &EndedCall) {
        self.calls += 1;
        self.begun_minutes += call.begun_minutes();
        self.cost = self.cost.plus(call.cost);
        if !call.is_settled {
            self.reckoned = self.reckoned.plus(call.cost);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use telephony::Disposition;
    use telephony::cost::RateCard;

    use super::super::ended_call::tests::call;
    use super::*;

    /// The founding example: 50 calls of three minutes a month. At Twilio's 0.014 a minute the legs cost 2.10, and 3.25 with
    /// the number; the sound that we hear and speak by adds 0.60.
    #[test]
    fn fifty_calls_of_three_minutes() {
        let card = RateCard::twilio_us();
        let three_minutes = Duration::from_secs(180);
        let calls: Vec<EndedCall> = (0..50)
            .map(|n| EndedCall {
                cost: card.call_cost(three_minutes),
                is_settled: n % 2 == 0,
                ..call(&format!("a{n}"), Disposition::Conversed, None, 180)
            })
            .collect();
        let rows = costs(&calls, CostsBy::Month);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].key.as_str(), rows[0].calls, rows[0].begun_minutes), ("2026-11", 50, 150));
        assert_eq!((rows[0].cost, rows[0].reckoned), (Micros(2_700_000), Micros(1_350_000)));
        let legs = card.parts(three_minutes)[0].1;
        assert_eq!((legs.0 * 50, legs.0 * 50 + card.number_per_month.0), (2_100_000, 3_250_000));
        assert_eq!(
            as_csv(&rows, CostsBy::Month, "USD"),
            "month,calls,begun_minutes,cost,of_which_reckoned,currency\r\n2026-11,50,150,2.700000,1.350000,USD\r\n"
        );
        assert_eq!(costs(&calls, CostsBy::Task).len(), 50);
        assert_eq!(total(&costs(&calls, CostsBy::Task)).cost, Micros(2_700_000));
    }

    #[test]
    fn the_dearest_comes_first_and_months_in_their_order() {
        let later = Duration::from_secs(40 * 86_400);
        let cheap = EndedCall { cost: Micros(1), provider: Some("plivo".into()), ..call("a1", Disposition::Conversed, None, 10) };
        let dear = EndedCall { cost: Micros(9), ended_at: cheap.ended_at + later, ..call("a2", Disposition::Conversed, None, 10) };
        let came_in = EndedCall { task: None, task_type: None, provider: None, ..cheap.clone() };
        let calls = [cheap, dear, came_in];
        let keys = |by| costs(&calls, by).into_iter().map(|row| row.key).collect::<Vec<_>>();
        assert_eq!(keys(CostsBy::Month), ["2026-11", "2027-01"]);
        assert_eq!(keys(CostsBy::Provider), ["twilio", "plivo", "unknown"]);
        assert_eq!(keys(CostsBy::Type), ["information_inquiry", "incoming"]);
        assert_eq!(keys(CostsBy::Task), ["t-a2", "incoming", "t-a1"]);
    }
}
