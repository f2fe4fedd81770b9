//! What has become of a batch: each call in a line, the facts as a table, and the sums.

use std::collections::BTreeMap;

use dialogue::report::Outcome;
use serde::Serialize;
use telephony::cost::Micros;
use telephony::{Disposition, PhoneNumber, Private, TaskId};

use crate::statistics::{csv, word};
use crate::task::TaskState;

/// A call of a batch as it stands now.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct BatchLine {
    /// Which of the batch's calls, from 1.
    pub place: u32,
    /// The task.
    pub task: TaskId,
    /// Whom it rings.
    pub number: PhoneNumber,
    /// What for.
    pub intent: Private<String>,
    /// How far it has come.
    pub state: TaskState,
    /// How often it was tried.
    pub attempts: u32,
    /// How the last attempt ended on the line, if one has ended.
    pub disposition: Option<Disposition>,
    /// What came of it, if it has a report.
    pub outcome: Option<Outcome>,
    /// What was found out: label and value.
    pub facts: Private<Vec<(String, String)>>,
    /// What all its attempts cost, in µ.
    pub cost: Micros,
}

/// What has become of a batch.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct BatchReport {
    /// How many calls of each state there are, by the word of the state.
    pub states: BTreeMap<&'static str, u32>,
    /// How many calls there are.
    pub calls: u32,
    /// How many have ended, however.
    pub ended: u32,
    /// How many achieved all that was asked.
    pub achieved: u32,
    /// How many have ended without that.
    pub not_achieved: u32,
    /// What all of it cost, in µ.
    pub cost: Micros,
    /// The calls, in the order of their rows.
    pub lines: Vec<BatchLine>,
}

impl BatchReport {
    /// Adds lines up.
    pub fn of(lines: Vec<BatchLine>) -> Self {
        let mut states: BTreeMap<&'static str, u32> = BTreeMap::new();
        let (mut ended, mut achieved) = (0, 0);
        for line in &lines {
            *states.entry(line.state.as_str()).or_default() += 1;
            ended += u32::from(line.state.is_final());
            achieved += u32::from(line.state.is_final() && line.outcome == Some(Outcome::Achieved));
        }
        Self {
            states,
            calls: u32::try_from(lines.len()).unwrap_or(u32::MAX),
            ended,
            achieved,
            not_achieved: ended - achieved,
            cost: lines.iter().map(|line| line.cost).fold(Micros::ZERO, Micros::plus),
            lines,
        }
    }

    /// Returns the labels of all facts that were found out, in the order in which they first stand.
    pub fn labels(&self) -> Vec<&str> {
        let mut labels: Vec<&str> = Vec::new();
        for (label, _) in self.lines.iter().flat_map(|line| line.facts.expose()) {
            if !labels.contains(&label.as_str()) {
                labels.push(label);
            }
        }
        labels
    }

    /// Returns the table for a spreadsheet: a row a call, a column a fact. `currency` names the column of the cost.
    pub fn as_csv(&self, currency: &str) -> String {
        let labels = self.labels();
        let cost = format!("cost {currency}");
        let heads = ["row", "task", "number", "intent", "state", "outcome", "ended", "attempts", &cost];
        let heads: Vec<&str> = heads.into_iter().chain(labels.iter().copied()).collect();
        csv::table(&heads, self.lines.iter().map(|line| line.cells(&labels)))
    }
}

impl BatchLine {
    /// Returns what was found out under a label, if anything was.
    pub fn fact(&self, label: &str) -> Option<&str> {
        self.facts.expose().iter().find(|(known, _)| known == label).map(|(_, value)| value.as_str())
    }

    fn cells(&self, labels: &[&str]) -> Vec<String> {
        let facts = labels.iter().map(|label| self.fact(label).unwrap_or_default().to_owned());
        let own = [
            self.place.to_string(),
            self.task.as_str().to_owned(),
            self.number.as_e164().to_owned(),
            self.intent.expose().clone(),
            self.state.as_str().to_owned(),
            self.outcome.as_ref().map(word).unwrap_or_default(),
            self.disposition.as_ref().map(word).unwrap_or_default(),
            self.attempts.to_string(),
            self.cost.to_string(),
        ];
        own.into_iter().chain(facts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(place: u32, state: TaskState, outcome: Option<Outcome>, facts: &[(&str, &str)]) -> BatchLine {
        BatchLine {
            place,
            task: TaskId::new(format!("t{place}")),
            number: PhoneNumber::parse("+12125552671").unwrap(),
            intent: Private::new("Ask, politely, when they close".into()),
            state,
            attempts: u32::from(outcome.is_some()),
            disposition: outcome.map(|_| Disposition::Conversed),
            outcome,
            facts: Private::new(facts.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()),
            cost: Micros(14_000),
        }
    }

    #[test]
    fn the_calls_add_up() {
        let report = BatchReport::of(vec![
            line(1, TaskState::Done, Some(Outcome::Achieved), &[("closing time", "9 pm")]),
            line(2, TaskState::Done, Some(Outcome::Unconfirmed), &[]),
            line(3, TaskState::Canceled, None, &[]),
            line(4, TaskState::Running, None, &[]),
            line(5, TaskState::Approved, Some(Outcome::Achieved), &[]),
        ]);
        assert_eq!((report.calls, report.ended, report.achieved, report.not_achieved), (5, 3, 1, 2), "the fifth is tried again");
        assert_eq!((report.cost, report.states["done"], report.states["running"]), (Micros(70_000), 2, 1));
        assert_eq!(BatchReport::of(Vec::new()).calls, 0);
    }

    #[test]
    fn facts_stand_in_columns_of_their_own() {
        let report = BatchReport::of(vec![
            line(1, TaskState::Done, Some(Outcome::Achieved), &[("closing time", "9 pm")]),
            line(2, TaskState::Done, Some(Outcome::Partly), &[("price", "=1+1"), ("closing time", "8 pm")]),
        ]);
        assert_eq!(report.labels(), ["closing time", "price"]);
        assert_eq!(
            report.as_csv("USD").split("\r\n").collect::<Vec<_>>(),
            [
                "row,task,number,intent,state,outcome,ended,attempts,cost USD,closing time,price",
                "1,t1,\"'+12125552671\",\"Ask, politely, when they close\",done,achieved,conversed,1,0.014,9 pm,",
                "2,t2,\"'+12125552671\",\"Ask, politely, when they close\",done,partly,conversed,1,0.014,8 pm,\"'=1+1\"",
                "",
            ]
        );
    }
}
