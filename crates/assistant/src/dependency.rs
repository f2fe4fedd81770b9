//! Tasks that wait for others: "try the next garage if this one says no".

use dialogue::report::Outcome;
use serde::{Deserialize, Serialize};
use telephony::{Disposition, TaskId};
use thiserror::Error;

use crate::codes;

/// A task waits for another and runs only if that ended so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Dependency {
    /// For which it waits.
    pub on: TaskId,
    /// How that must have ended.
    pub when: Condition,
}

/// How a task must have ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// All that was asked was achieved.
    Achieved,
    /// We talked, and it was not: they said no.
    SaidNo,
    /// Nobody was reached.
    NotReached,
    /// Anything but achieved.
    NotAchieved,
    /// However it ended.
    Ended,
}

/// How a task ended, all its attempts made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TaskEnd {
    /// What came of it; `None` if there was no report.
    pub outcome: Option<Outcome>,
    /// How the last attempt ended on the line; `None` if none was made.
    pub disposition: Option<Disposition>,
    /// It was not made at all, because one for which it waited ended otherwise.
    pub was_not_needed: bool,
}

/// Whether a task may run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// All that it waits for has ended as it must.
    Ready,
    /// One has not ended yet.
    WaitsFor(TaskId),
    /// One ended otherwise, so it will not run: what it is for is done, or cannot be.
    NotNeeded(TaskId),
}

impl Condition {
    /// Returns whether an end fulfils it.
    ///
    /// What was not needed has neither been achieved nor failed: whoever waits for one of those is not needed either, so that of a chain
    /// "until one says yes" nobody behind the one who did is rung.
    pub fn is_met(self, end: &TaskEnd) -> bool {
        if end.was_not_needed {
            return self == Self::Ended;
        }
        let is_achieved = end.outcome == Some(Outcome::Achieved);
        let was_talked = end.disposition == Some(Disposition::Conversed);
        match self {
            Self::Achieved => is_achieved,
            Self::SaidNo => was_talked && matches!(end.outcome, Some(Outcome::NotAchieved | Outcome::Partly)),
            Self::NotReached => !was_talked,
            Self::NotAchieved => !is_achieved,
            Self::Ended => true,
        }
    }
}

/// Returns for which tasks each of a chain waits: for the one before it, and runs only if that did not achieve what is wanted.
pub fn until_achieved<'a>(chain: impl IntoIterator<Item = &'a TaskId>) -> Vec<Option<Dependency>> {
    let mut before: Option<&TaskId> = None;
    let waits = |task| before.replace(task).map(|on| Dependency { on: on.clone(), when: Condition::NotAchieved });
    chain.into_iter().map(waits).collect()
}

/// Returns whether a task may run, `end` telling how another ended if it has.
pub fn readiness(dependencies: &[Dependency], end: impl Fn(&TaskId) -> Option<TaskEnd>) -> Readiness {
    let ends: Vec<(&Dependency, Option<TaskEnd>)> = dependencies.iter().map(|dependency| (dependency, end(&dependency.on))).collect();
    // One that ended otherwise decides, whatever the others do.
    let failed = ends.iter().find(|(dependency, end)| end.is_some_and(|end| !dependency.when.is_met(&end)));
    if let Some((dependency, _)) = failed {
        return Readiness::NotNeeded(dependency.on.clone());
    }
    let open = ends.iter().find(|(_, end)| end.is_none());
    open.map_or(Readiness::Ready, |(dependency, _)| Readiness::WaitsFor(dependency.on.clone()))
}

/// Tasks that wait for each other in a circle.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{} tasks wait for each other in a circle, so none would ever run; take one of the dependencies away", tasks.len())]
pub struct Circle {
    /// The tasks of the circle, each waiting for the next.
    pub tasks: Vec<TaskId>,
}

impl Circle {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        codes::TASK_CIRCLE.code
    }
}

/// Checks that no tasks wait for each other in a circle.
///
/// # Errors
/// [`Circle`]: the first one found.
pub fn check(tasks: &[(TaskId, Vec<Dependency>)]) -> Result<(), Circle> {
    let waits_for = |task: &TaskId| tasks.iter().find(|(id, _)| id == task).map(|(_, dependencies)| dependencies.as_slice()).unwrap_or_default();
    let mut done: Vec<&TaskId> = Vec::new();
    for (start, _) in tasks {
        let mut path: Vec<(&TaskId, usize)> = vec![(start, 0)];
        while let Some((task, place)) = path.last().copied() {
            let next = waits_for(task).get(place).map(|dependency| &dependency.on);
            let Some(next) = next.filter(|_| !done.contains(&task)) else {
                done.push(task);
                path.pop();
                continue;
            };
            if let Some(last) = path.last_mut() {
                last.1 += 1;
            }
            if let Some(begin) = path.iter().position(|(task, _)| *task == next) {
                return Err(Circle { tasks: path[begin..].iter().map(|(task, _)| (*task).clone()).collect() });
            }
            path.push((next, 0));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> TaskId {
        TaskId::new(name)
    }

    fn on(name: &str, when: Condition) -> Dependency {
        Dependency { on: id(name), when }
    }

    fn end(outcome: Outcome, disposition: Disposition) -> TaskEnd {
        TaskEnd { outcome: Some(outcome), disposition: Some(disposition), was_not_needed: false }
    }

    #[test]
    fn conditions_are_met_by_what_they_say() {
        use Condition::{Achieved, Ended, NotAchieved, NotReached, SaidNo};
        let table = [
            (end(Outcome::Achieved, Disposition::Conversed), vec![Achieved, Ended]),
            (end(Outcome::NotAchieved, Disposition::Conversed), vec![SaidNo, NotAchieved, Ended]),
            (end(Outcome::Partly, Disposition::Conversed), vec![SaidNo, NotAchieved, Ended]),
            (end(Outcome::Unconfirmed, Disposition::Conversed), vec![NotAchieved, Ended]),
            (end(Outcome::NotAchieved, Disposition::NoAnswer), vec![NotReached, NotAchieved, Ended]),
            (end(Outcome::NotAchieved, Disposition::Voicemail), vec![NotReached, NotAchieved, Ended]),
            (TaskEnd { outcome: None, disposition: None, was_not_needed: false }, vec![NotReached, NotAchieved, Ended]),
            (TaskEnd { outcome: None, disposition: None, was_not_needed: true }, vec![Ended]),
        ];
        for (end, met) in table {
            let found: Vec<Condition> =
                [Achieved, SaidNo, NotReached, NotAchieved, Ended].into_iter().filter(|condition| condition.is_met(&end)).collect();
            assert_eq!(found, met, "{end:?}");
        }
    }

    #[test]
    fn the_next_garage_is_tried_if_this_one_says_no() {
        let dependencies = [on("a", Condition::SaidNo)];
        let after = |end: Option<TaskEnd>| readiness(&dependencies, |_| end);
        assert_eq!(after(None), Readiness::WaitsFor(id("a")));
        assert_eq!(after(Some(end(Outcome::NotAchieved, Disposition::Conversed))), Readiness::Ready);
        assert_eq!(after(Some(end(Outcome::Achieved, Disposition::Conversed))), Readiness::NotNeeded(id("a")));
        assert_eq!(readiness(&[], |_| None), Readiness::Ready);
    }

    #[test]
    fn nobody_behind_the_first_who_says_yes_is_rung() {
        let names = ["a", "b", "c", "d"].map(id);
        let waits = until_achieved(&names);
        assert_eq!((waits.len(), &waits[0], &waits[3]), (4, &None, &Some(on("c", Condition::NotAchieved))));
        let mut ends: Vec<(TaskId, TaskEnd)> =
            vec![(id("a"), end(Outcome::NotAchieved, Disposition::Busy)), (id("b"), end(Outcome::Achieved, Disposition::Conversed))];
        let mut rung = Vec::new();
        for (name, waits) in names.iter().zip(&waits) {
            match readiness(waits.as_slice(), |on| ends.iter().find(|(known, _)| known == on).map(|(_, end)| *end)) {
                Readiness::Ready => rung.push(name.as_str()),
                Readiness::NotNeeded(_) => ends.push((name.clone(), TaskEnd { outcome: None, disposition: None, was_not_needed: true })),
                Readiness::WaitsFor(_) => panic!("{name:?} waits"),
            }
        }
        assert_eq!(rung, ["a", "b"]);
    }

    #[test]
    fn one_that_ended_otherwise_decides_at_once() {
        let dependencies = [on("a", Condition::Ended), on("b", Condition::NotAchieved)];
        let ended = |task: &TaskId| (task.as_str() == "b").then(|| end(Outcome::Achieved, Disposition::Conversed));
        assert_eq!(readiness(&dependencies, ended), Readiness::NotNeeded(id("b")));
    }

    #[test]
    fn a_circle_is_found_and_a_diamond_is_none() {
        let after = |names: &[&str]| names.iter().map(|name| on(name, Condition::Ended)).collect::<Vec<_>>();
        let diamond = [(id("a"), vec![]), (id("b"), after(&["a"])), (id("c"), after(&["a"])), (id("d"), after(&["b", "c"]))];
        assert_eq!(check(&diamond), Ok(()));
        let circle = [(id("x"), after(&["a"])), (id("a"), after(&["b"])), (id("b"), after(&["c"])), (id("c"), after(&["a"]))];
        let found = check(&circle).unwrap_err();
        assert_eq!((found.tasks.clone(), found.code()), (vec![id("a"), id("b"), id("c")], "task.circle"));
        assert_eq!(check(&[(id("a"), after(&["a"]))]).unwrap_err().tasks, [id("a")]);
        assert_eq!(check(&[(id("a"), after(&["unknown"]))]), Ok(()));
    }
}
