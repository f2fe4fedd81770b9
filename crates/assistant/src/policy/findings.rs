//! Gathers the answers of one decision: refusals, notices and the record, so that none of the three can lack what another has.

use super::{Facts, Solicitation, is_lenient};
use crate::codes;
use crate::compliance::line_kind::KnownLine;
use crate::compliance::purpose::{self, CallPurpose};
use crate::compliance::{calling_hours, consent, number_gate, registry};
use crate::decision_record::{Answer, DecisionRecord, No, Question, found};
use crate::notice::Notice;
use crate::refusal::{AllowedWhen, Refusal, Rule};

/// The answers to the questions as they come.
pub(super) struct Findings<'a> {
    facts: &'a Facts<'a>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) notices: Vec<Notice>,
    is_lenient: bool,
    pub(super) record: DecisionRecord,
}

impl<'a> Findings<'a> {
    pub(super) fn new(facts: &'a Facts<'a>) -> Self {
        let receipt = facts.receipt;
        let line = facts.standing.line.unwrap_or_else(|| KnownLine::told_from(&receipt.number, receipt.callee_kind));
        let record = DecisionRecord::new(facts.attempt.clone(), receipt.hash(), facts.now, receipt.line, line, facts.hours);
        Self { facts, refusals: Vec::new(), notices: Vec::new(), is_lenient: is_lenient(receipt, facts.rules), record }
    }

    /// Takes what the number gate says, and returns its refusal, which ends the questions.
    pub(super) fn take_gate(&mut self, gate: number_gate::GateAnswer) -> Option<Refusal> {
        self.record.number_kind = gate.kind;
        self.record.region = gate.region;
        for step in number_gate::Step::ALL {
            match &gate.refused {
                Some((refused, refusal)) if *refused == step => {
                    self.record.answer(Question::Number(step), Answer::No(No::from(refusal)));
                    self.record.rest_not_asked();
                    break;
                }
                _ => self.record.yes(Question::Number(step), found(Question::Number(step), self.facts)),
            }
        }
        gate.refused.map(|(_, refusal)| refusal)
    }

    pub(super) fn take_purpose(&mut self, facts: &Facts<'_>) {
        let receipt = facts.receipt;
        let sign = purpose::sign(receipt.task_type, receipt.intent.expose());
        let Some(sign) = sign else {
            self.record.yes(Question::Solicitation, "an errand");
            let fact = "the call sells nothing".to_owned();
            return self.record.answer(Question::Registry, Answer::NotAsked { fact });
        };
        self.record.purpose = CallPurpose::Solicitation;
        let entry = codes::SOLICITATION_REFUSED;
        let is_refused = facts.rules.solicitation == Solicitation::Refused;
        let refusal = is_refused.then(|| Refusal::new(Rule::Consent, &entry, format!("the call {}", sign.in_words()), AllowedWhen::AfterRemedy));
        self.protects_people(Question::Solicitation, refusal);
        let standing = facts.standing;
        self.protects_people(
            Question::Registry,
            registry::check(&standing.registry, &standing.consents, &receipt.number, receipt.task_type, facts.now),
        );
    }

    pub(super) fn take_consent(&mut self, facts: &Facts<'_>) {
        let receipt = facts.receipt;
        if self.is_lenient {
            let fact = "nobody real is rung".to_owned();
            return self.record.answer(Question::Consent, Answer::NotAsked { fact });
        }
        let (line, purpose) = (self.record.line_kind.kind, self.record.purpose);
        match consent::check(&facts.standing.consents, &receipt.number, line, receipt.task_type, purpose, facts.now) {
            Ok(consent) => {
                self.record.consent = consent.map(|consent| consent.given().basis);
                self.record.yes(Question::Consent, consent.map_or("none is needed", |_| "given"));
            }
            Err(refusal) => self.protects_people(Question::Consent, Some(refusal)),
        }
    }

    /// Calls that sell are under other windows than those that the shell asked for.
    pub(super) fn take_hours(&mut self, facts: &Facts<'_>) {
        let receipt = facts.receipt;
        let purpose = self.record.purpose;
        if purpose == facts.hours.purpose {
            return self.protects_people(Question::Hours, calling_hours::check(facts.hours));
        }
        let errand = calling_hours::Ring::errand(&receipt.number, receipt.callee_kind, receipt.limits.total_time);
        let ring = calling_hours::Ring { line: self.record.line_kind.kind, purpose, ..errand };
        let hours = calling_hours::hours(&ring, facts.now);
        self.record.places.clone_from(&hours.places);
        self.record.jurisdictions.clone_from(&hours.jurisdictions);
        self.record.because = hours.because;
        self.protects_people(Question::Hours, calling_hours::check(&hours));
    }

    /// Takes refusals that hold on every line.
    pub(super) fn binds(&mut self, question: Question, refusals: impl IntoIterator<Item = Refusal>) {
        let before = self.refusals.len();
        for refusal in refusals {
            self.record.answer(question, Answer::No(No::from(&refusal)));
            self.refusals.push(refusal);
        }
        if self.refusals.len() == before {
            self.record.yes(question, found(question, self.facts));
        }
    }

    /// Takes a refusal that only protects real people.
    pub(super) fn protects_people(&mut self, question: Question, refusal: Option<Refusal>) {
        match refusal {
            Some(refusal) if self.is_lenient => {
                self.record.answer(question, Answer::Told(No::from(&refusal)));
                self.notices.push(Notice::new(refusal.code, format!("a real call would not be dialed now: {}", refusal.fact)));
            }
            other => self.binds(question, other),
        }
    }
}
