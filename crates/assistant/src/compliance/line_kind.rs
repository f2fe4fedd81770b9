//! What kind of line a number is, and who says so. It cannot be read from the number: all US numbers read "fixed line or mobile".

use serde::{Deserialize, Serialize};
use telephony::number::NumberKind;
use telephony::{PhoneNumber, Timestamp};

use crate::task::CalleeKind;

/// What kind of line a number is. The law of automated calls turns on it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A business at its desk.
    BusinessLandline,
    /// A mobile phone on which a business answers: a plumber's.
    BusinessMobile,
    /// A private person's landline.
    Residential,
    /// A private person's mobile.
    PersonalMobile,
    /// Free for who calls; a business somewhere in the country.
    TollFree,
    /// Not known: the strict path.
    #[default]
    Unknown,
}

impl LineKind {
    /// Returns whether the phone may be anywhere in its country, whatever its area code says.
    pub const fn is_anywhere(self) -> bool {
        !matches!(self, Self::BusinessLandline)
    }

    /// Returns whether a business answers there.
    pub const fn is_business(self) -> bool {
        matches!(self, Self::BusinessLandline | Self::BusinessMobile | Self::TollFree)
    }

    /// Returns the kind for people: "a business landline".
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::BusinessLandline => "a business landline",
            Self::BusinessMobile => "a business mobile",
            Self::Residential => "a private landline",
            Self::PersonalMobile => "a private mobile",
            Self::TollFree => "a toll-free line",
            Self::Unknown => "a line of unknown kind",
        }
    }
}

/// Who says what kind of line it is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindSource {
    /// The user.
    User,
    /// A line-type look-up at a carrier.
    Lookup,
    /// A directory or the business's own page.
    Directory,
    /// The numbering plan, or what else is known of the task.
    #[default]
    Derived,
}

impl KindSource {
    const fn in_words(self) -> &'static str {
        match self {
            Self::User => "the user says so",
            Self::Lookup => "a line look-up says so",
            Self::Directory => "a directory says so",
            Self::Derived => "by the numbering plan",
        }
    }
}

/// A line kind with who said so, and when.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownLine {
    /// Which kind.
    pub kind: LineKind,
    /// Who says so.
    pub source: KindSource,
    /// When it was last checked; `None` if that is not known.
    pub checked_at: Option<Timestamp>,
}

impl KnownLine {
    /// Returns what follows from a number and from what the user said of who picks up.
    ///
    /// Only what the plan marks as mobile (abroad; never in North America) makes a user's business a business mobile.
    pub fn told_from(number: &PhoneNumber, callee: CalleeKind) -> Self {
        let user = |kind| Self { kind, source: KindSource::User, checked_at: None };
        let derived = |kind| Self { kind, source: KindSource::Derived, checked_at: None };
        match (callee, number.kind()) {
            (_, NumberKind::TollFree) => derived(LineKind::TollFree),
            (CalleeKind::Business, NumberKind::Mobile) => user(LineKind::BusinessMobile),
            (CalleeKind::Business, _) => user(LineKind::BusinessLandline),
            (CalleeKind::Consumer, NumberKind::FixedLine) => user(LineKind::Residential),
            // A private person's American number is as likely a mobile: the stricter of the two.
            (CalleeKind::Consumer, _) => user(LineKind::PersonalMobile),
            (CalleeKind::Unknown, _) => derived(LineKind::Unknown),
        }
    }

    /// Returns the kind and its source for people: "a business landline (the user says so)".
    pub fn in_words(&self) -> String {
        format!("{} ({})", self.kind.in_words(), self.source.in_words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_and_the_user_together_tell_the_kind() {
        let table = [
            ("+12125552671", CalleeKind::Business, LineKind::BusinessLandline, KindSource::User),
            ("+12125552671", CalleeKind::Consumer, LineKind::PersonalMobile, KindSource::User),
            ("+12125552671", CalleeKind::Unknown, LineKind::Unknown, KindSource::Derived),
            ("+18005551234", CalleeKind::Unknown, LineKind::TollFree, KindSource::Derived),
            ("+18005551234", CalleeKind::Business, LineKind::TollFree, KindSource::Derived),
            ("+447400123456", CalleeKind::Business, LineKind::BusinessMobile, KindSource::User),
            ("+442079460018", CalleeKind::Business, LineKind::BusinessLandline, KindSource::User),
            ("+442079460018", CalleeKind::Consumer, LineKind::Residential, KindSource::User),
        ];
        for (number, callee, kind, source) in table {
            let line = KnownLine::told_from(&PhoneNumber::parse(number).unwrap(), callee);
            assert_eq!((line.kind, line.source), (kind, source), "{number} {callee:?}");
        }
    }

    #[test]
    fn a_line_reads_as_a_clause() {
        let line = KnownLine { kind: LineKind::BusinessMobile, source: KindSource::Directory, checked_at: None };
        assert_eq!(line.in_words(), "a business mobile (a directory says so)");
        assert!(line.kind.is_anywhere() && line.kind.is_business());
    }
}
