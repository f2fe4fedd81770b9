//! Leave to be called by a machine: who gave it, in which form, for what, with which proof, and whether it still stands.
//!
//! A business at its desk is there to be called by its customers and needs to give none. A private person's phone, any mobile
//! and any line of unknown kind does (47 CFR 64.1200(a)(1)); who sells needs it in writing. Consent is asked of the list, in
//! one place, and what is not on it was not given.

use dialogue::brief::TaskType;
use serde::{Deserialize, Serialize};
use telephony::{PhoneNumber, Private, Timestamp};
use thiserror::Error;

use super::do_not_call::Channel;
use super::line_kind::LineKind;
use super::purpose::CallPurpose;
use crate::codes;
use crate::refusal::{AllowedWhen, Refusal, Rule};

/// In which form leave was given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentBasis {
    /// A business has published the number for its customers. Weak: good for a business's mobile only.
    PublishedForBusiness,
    /// The user states an earlier contact with the business on this number. Weak as well.
    EarlierContact,
    /// Spoken or written; may follow from giving the number for the purpose.
    PriorExpress,
    /// Signed, names who calls, clear about automated calls.
    PriorExpressWritten,
    /// Written leave to pass over the do-not-call registry. Good for that alone.
    Invitation,
    /// The callee has bought something: 18 months. Good for the registry alone.
    Purchase,
    /// The callee has inquired: three months. Good for the registry alone.
    Inquiry,
    /// The user's own phone, verified.
    EnrolledUser,
}

/// Leave that somebody gave.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "GivenConsent", into = "GivenConsent")]
pub struct Consent(GivenConsent);

/// Leave as it is kept. [`Consent::new`] checks it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GivenConsent {
    /// For which number.
    pub number: PhoneNumber,
    /// In which form.
    pub basis: ConsentBasis,
    /// For which type of task; `None` for any.
    pub topic: Option<TaskType>,
    /// When.
    pub granted_at: Timestamp,
    /// From this moment on it no longer stands. A purchase or an inquiry must have one.
    pub expires_at: Option<Timestamp>,
    /// Set once it was taken back.
    pub revoked: Option<Revocation>,
    /// What proves it.
    pub evidence: Evidence,
}

/// What proves that leave was given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// Who says so.
    pub stated_by: StatedBy,
    /// In which words, or where they stand.
    pub wording: Private<String>,
    /// SHA-256 of the document, page or recording, as 64 hexadecimal digits.
    pub artifact_sha256: Option<String>,
}

/// Who says that leave was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatedBy {
    /// The user: "she gave me this number and said I may have her called".
    User,
    /// The callee, on an earlier call.
    Callee,
    /// A document or page, of which a fingerprint is kept.
    Document,
}

/// Leave taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Revocation {
    /// When.
    pub at: Timestamp,
    /// How. Any reasonable way is good.
    pub channel: Channel,
}

/// Why a consent cannot be kept as it was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum ConsentError {
    /// No words.
    #[error("a consent needs its wording, or where it stands; give either")]
    NoWording,
    /// Nothing that can be shown.
    #[error("a consent in writing needs the SHA-256 of its document, 64 hexadecimal digits")]
    NoDocument,
    /// Without end, or ends before it begins.
    #[error("a consent that rests on a purchase or an inquiry ends after 18 or 3 months; give an end after its beginning and not later")]
    WrongEnd,
}

impl ConsentError {
    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        codes::CONSENT_UNPROVEN.code
    }
}

const DAY_MILLIS: i64 = 24 * 3_600_000;

impl Consent {
    /// Takes leave as it was given, if it is proven as its form demands.
    ///
    /// # Errors
    /// [`ConsentError`].
    pub fn new(given: GivenConsent) -> Result<Self, ConsentError> {
        if given.evidence.wording.expose().trim().is_empty() {
            return Err(ConsentError::NoWording);
        }
        let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let needs_document = matches!(given.basis, ConsentBasis::PriorExpressWritten | ConsentBasis::Invitation);
        let has_document = given.evidence.stated_by == StatedBy::Document && given.evidence.artifact_sha256.as_ref().is_some_and(is_hash);
        if needs_document && !has_document {
            return Err(ConsentError::NoDocument);
        }
        // 18 and 3 months, counted as the longest such spans.
        let longest = match given.basis {
            ConsentBasis::Purchase => Some(549 * DAY_MILLIS),
            ConsentBasis::Inquiry => Some(92 * DAY_MILLIS),
            _ => None,
        };
        let lasts = given.expires_at.map(|end| end.as_millis() - given.granted_at.as_millis());
        let is_end_wrong = lasts.is_some_and(|lasts| lasts <= 0) || longest.is_some_and(|longest| lasts.is_none_or(|lasts| lasts > longest));
        if is_end_wrong {
            return Err(ConsentError::WrongEnd);
        }
        Ok(Self(given))
    }

    /// Returns what was given.
    pub const fn given(&self) -> &GivenConsent {
        &self.0
    }

    /// Returns the consent taken back. What was taken back before stays as it was.
    #[must_use]
    pub fn revoked(mut self, at: Timestamp, channel: Channel) -> Self {
        self.0.revoked.get_or_insert(Revocation { at, channel });
        self
    }

    /// Returns whether it speaks of a call: this number, and this type of task.
    fn is_about(&self, number: &PhoneNumber, task_type: TaskType) -> bool {
        self.0.number == *number && self.0.topic.is_none_or(|topic| topic == task_type)
    }

    fn stands(&self, now: Timestamp) -> bool {
        self.0.granted_at <= now && self.0.expires_at.is_none_or(|end| now < end) && self.0.revoked.is_none()
    }
}

impl TryFrom<GivenConsent> for Consent {
    type Error = ConsentError;

    fn try_from(given: GivenConsent) -> Result<Self, ConsentError> {
        Self::new(given)
    }
}

impl From<Consent> for GivenConsent {
    fn from(consent: Consent) -> Self {
        consent.0
    }
}

/// Returns the forms of leave that suffice for a call; empty if it needs none.
pub const fn needed(line: LineKind, purpose: CallPurpose) -> &'static [ConsentBasis] {
    use ConsentBasis as B;
    match (purpose, line) {
        (CallPurpose::Solicitation, _) => &[B::PriorExpressWritten],
        (CallPurpose::Errand, LineKind::BusinessLandline | LineKind::TollFree) => &[],
        (CallPurpose::Errand, LineKind::BusinessMobile) => {
            &[B::PublishedForBusiness, B::EarlierContact, B::PriorExpress, B::PriorExpressWritten, B::EnrolledUser]
        }
        (CallPurpose::Errand, LineKind::Residential | LineKind::PersonalMobile | LineKind::Unknown) => {
            &[B::PriorExpress, B::PriorExpressWritten, B::EnrolledUser]
        }
    }
}

/// Returns the consent on which a call may rest: `None` if it needs none.
///
/// # Errors
/// The refusal: no consent suffices, or it was taken back, or it has run out.
pub fn check<'a>(
    consents: &'a [Consent],
    number: &PhoneNumber,
    line: LineKind,
    task_type: TaskType,
    purpose: CallPurpose,
    now: Timestamp,
) -> Result<Option<&'a Consent>, Refusal> {
    let needed = needed(line, purpose);
    if needed.is_empty() {
        return Ok(None);
    }
    let about = || consents.iter().filter(|consent| consent.is_about(number, task_type));
    let suffices = |consent: &&Consent| needed.contains(&consent.0.basis);
    if let Some(consent) = about().filter(suffices).find(|consent| consent.stands(now)) {
        return Ok(Some(consent));
    }
    let entry = match about().find(suffices) {
        Some(consent) if consent.0.revoked.is_some() => codes::CONSENT_REVOKED,
        Some(_) => codes::CONSENT_EXPIRED,
        None => codes::CONSENT_MISSING,
    };
    let fact = format!("{}: it is {}", entry.text, line.in_words());
    Err(Refusal::new(Rule::Consent, &entry, fact, AllowedWhen::AfterRemedy))
}

/// Returns whether some consent that still stands lets a seller pass over the do-not-call registry.
pub(super) fn passes_over_registry(consents: &[Consent], number: &PhoneNumber, task_type: TaskType, now: Timestamp) -> bool {
    use ConsentBasis as B;
    let is_good = |basis| matches!(basis, B::PriorExpressWritten | B::Invitation | B::Purchase | B::Inquiry);
    consents.iter().any(|consent| is_good(consent.0.basis) && consent.is_about(number, task_type) && consent.stands(now))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_539_600_000);

    fn number() -> PhoneNumber {
        PhoneNumber::parse("+12125552671").unwrap()
    }

    /// Returns leave of some form for a number, given a day ago.
    pub(crate) fn given(number: &PhoneNumber, basis: ConsentBasis) -> GivenConsent {
        let is_bounded = matches!(basis, ConsentBasis::Purchase | ConsentBasis::Inquiry);
        GivenConsent {
            number: number.clone(),
            basis,
            topic: None,
            granted_at: Timestamp(NOW.0 - DAY_MILLIS),
            expires_at: is_bounded.then_some(Timestamp(NOW.0 + 60 * DAY_MILLIS)),
            revoked: None,
            evidence: Evidence {
                stated_by: StatedBy::Document,
                wording: Private::new("You may call me.".into()),
                artifact_sha256: Some("ab".repeat(32)),
            },
        }
    }

    fn consent(basis: ConsentBasis) -> Consent {
        Consent::new(given(&number(), basis)).unwrap()
    }

    fn code(consents: &[Consent], line: LineKind, purpose: CallPurpose) -> &'static str {
        check(consents, &number(), line, TaskType::Custom, purpose, NOW).map_or_else(|refusal| refusal.code, |_| "ok")
    }

    #[test]
    fn who_needs_consent_and_in_which_form() {
        use CallPurpose::{Errand, Solicitation};
        use ConsentBasis as B;
        use LineKind as L;
        let table: [(L, CallPurpose, &[B]); 8] = [
            (L::BusinessLandline, Errand, &[]),
            (L::TollFree, Errand, &[]),
            (L::BusinessMobile, Errand, &[B::PublishedForBusiness, B::EarlierContact, B::PriorExpress, B::PriorExpressWritten, B::EnrolledUser]),
            (L::Residential, Errand, &[B::PriorExpress, B::PriorExpressWritten, B::EnrolledUser]),
            (L::PersonalMobile, Errand, &[B::PriorExpress, B::PriorExpressWritten, B::EnrolledUser]),
            (L::Unknown, Errand, &[B::PriorExpress, B::PriorExpressWritten, B::EnrolledUser]),
            (L::BusinessLandline, Solicitation, &[B::PriorExpressWritten]),
            (L::PersonalMobile, Solicitation, &[B::PriorExpressWritten]),
        ];
        let all = [
            B::PublishedForBusiness,
            B::EarlierContact,
            B::PriorExpress,
            B::PriorExpressWritten,
            B::Invitation,
            B::Purchase,
            B::Inquiry,
            B::EnrolledUser,
        ];
        for (line, purpose, good) in table {
            assert_eq!(code(&[], line, purpose), if good.is_empty() { "ok" } else { "consent.missing" }, "{line:?} {purpose:?}");
            for basis in all {
                let expected = if good.is_empty() || good.contains(&basis) { "ok" } else { "consent.missing" };
                assert_eq!(code(&[consent(basis)], line, purpose), expected, "{line:?} {purpose:?} {basis:?}");
            }
        }
    }

    #[test]
    fn consent_ends_when_it_was_taken_back_or_has_run_out() {
        let code = |consent| code(&[consent], LineKind::PersonalMobile, CallPurpose::Errand);
        let with = |change: fn(&mut GivenConsent)| {
            let mut given = given(&number(), ConsentBasis::PriorExpress);
            change(&mut given);
            Consent::new(given).unwrap()
        };
        assert_eq!(code(consent(ConsentBasis::PriorExpress).revoked(NOW, Channel::Speech)), "consent.revoked");
        assert_eq!(code(with(|given| given.expires_at = Some(NOW))), "consent.expired");
        assert_eq!(code(with(|given| given.expires_at = Some(Timestamp(NOW.0 + 1)))), "ok");
        assert_eq!(code(with(|given| given.granted_at = Timestamp(NOW.0 + 1))), "consent.expired", "not yet given");
        assert_eq!(code(with(|given| given.topic = Some(TaskType::Complaint))), "consent.missing", "for another kind of errand");
        assert_eq!(code(with(|given| given.number = PhoneNumber::parse("+12125552672").unwrap())), "consent.missing");
    }

    #[test]
    fn one_consent_that_stands_is_enough() {
        let consents = [consent(ConsentBasis::PriorExpress).revoked(NOW, Channel::Writing), consent(ConsentBasis::PriorExpressWritten)];
        let found = check(&consents, &number(), LineKind::Unknown, TaskType::Custom, CallPurpose::Errand, NOW).unwrap().unwrap();
        assert_eq!(found.given().basis, ConsentBasis::PriorExpressWritten);
    }

    #[test]
    fn what_is_not_proven_is_not_kept() {
        let wrong = |basis, change: fn(&mut GivenConsent)| {
            let mut given = given(&number(), basis);
            change(&mut given);
            Consent::new(given).unwrap_err()
        };
        assert_eq!(wrong(ConsentBasis::PriorExpress, |given| given.evidence.wording = Private::new(" ".into())), ConsentError::NoWording);
        assert_eq!(wrong(ConsentBasis::PriorExpressWritten, |given| given.evidence.artifact_sha256 = None), ConsentError::NoDocument);
        assert_eq!(wrong(ConsentBasis::PriorExpressWritten, |given| given.evidence.artifact_sha256 = Some("ab".into())), ConsentError::NoDocument);
        assert_eq!(wrong(ConsentBasis::Invitation, |given| given.evidence.stated_by = StatedBy::User), ConsentError::NoDocument);
        assert_eq!(wrong(ConsentBasis::Purchase, |given| given.expires_at = None), ConsentError::WrongEnd);
        assert_eq!(wrong(ConsentBasis::Inquiry, |given| given.expires_at = Some(Timestamp(NOW.0 + 92 * DAY_MILLIS))), ConsentError::WrongEnd);
        assert_eq!(wrong(ConsentBasis::PriorExpress, |given| given.expires_at = Some(given.granted_at)), ConsentError::WrongEnd);
    }

    #[test]
    fn a_kept_consent_is_checked_again_when_it_is_read() {
        let kept = serde_json::to_string(&consent(ConsentBasis::PriorExpressWritten)).unwrap();
        assert_eq!(serde_json::from_str::<Consent>(&kept).unwrap(), consent(ConsentBasis::PriorExpressWritten));
        let forged = kept.replace(&"ab".repeat(32), "nothing");
        assert!(serde_json::from_str::<Consent>(&forged).unwrap_err().to_string().contains("SHA-256"));
    }
}
