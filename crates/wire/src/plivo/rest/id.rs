//! What stands in a path: accounts, resources, rooms, members. None of them can be empty or lead elsewhere.
//!
//! This is not tidiness. `DELETE /Call/` without an id ends *all* calls of an account, and so would an id of `.`, which
//! every URL library folds away. A request takes a [`ResourceId`], and there is none of these.

use std::fmt;

use thiserror::Error;

use crate::http::encode_path_segment;

/// Longest part of a path that we make or take.
const MAX_LENGTH: usize = 200;

/// Why a text is no identity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum IdError {
    /// Nothing was given.
    #[error("the identity is empty")]
    Empty,
    /// It is not one part of a path.
    #[error("the identity has signs that Plivo's identities never have, or is too long")]
    NotAnId,
}

/// Why a text is no Auth ID.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum AuthIdError {
    /// Nothing was given.
    #[error("no Plivo Auth ID is set; copy it from the overview page of the Plivo console")]
    Empty,
    /// It is another kind of credential.
    #[error("this is not a Plivo Auth ID: it has 20 characters and begins with MA or SA; copy it from the overview page of the Plivo console")]
    NotAnAuthId,
}

/// An account (`MA…`) or a subaccount (`SA…`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AuthId(String);

impl AuthId {
    /// Reads an Auth ID: `MA` or `SA` and 18 capital letters or digits. Blanks around it, left by copying, are passed over.
    ///
    /// Source: the check of plivo-python 4.63.0.
    pub fn parse(text: &str) -> Result<Self, AuthIdError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AuthIdError::Empty);
        }
        let sound = text.len() == 20
            && (text.starts_with("MA") || text.starts_with("SA"))
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if sound { Ok(Self(text.to_owned())) } else { Err(AuthIdError::NotAnAuthId) }
    }

    /// Returns the Auth ID.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it is a subaccount, whose webhooks may be signed with the main account's token as well.
    pub fn is_subaccount(&self) -> bool {
        self.0.starts_with("SA")
    }
}

/// A call, a request, a recording, a stream, a member, an application, a number: letters, digits, `-` and `_`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ResourceId(String);

impl ResourceId {
    /// Reads an identity. Those that Plivo gives are UUIDs and numbers.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        let sound = text.len() <= MAX_LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if sound { Ok(Self(text.to_owned())) } else { Err(IdError::NotAnId) }
    }

    /// Reads a phone number as an identity: its digits, with or without `+`.
    pub fn of_number(text: &str) -> Result<Self, IdError> {
        let digits = text.trim().trim_start_matches('+');
        if digits.bytes().all(|b| b.is_ascii_digit()) { Self::parse(digits) } else { Err(IdError::NotAnId) }
    }

    /// Returns the identity.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a conference or multiparty call. Any text but one that leads elsewhere; our own are letters, digits, `-`, `_`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RoomName(String);

impl RoomName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.trim().is_empty() {
            return Err(IdError::Empty);
        }
        let leads_elsewhere = matches!(text.trim(), "." | "..") || text.contains(['/', '\\']) || text.chars().any(char::is_control);
        if leads_elsewhere || text.len() > MAX_LENGTH { Err(IdError::NotAnId) } else { Ok(Self(text.to_owned())) }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name as one part of a path.
    pub(super) fn segment(&self) -> String {
        encode_path_segment(&self.0)
    }
}

/// Whom of a room a request is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Members {
    /// Everybody.
    All,
    /// These, at least one.
    These(MemberIds),
}

/// Members of a room, at least one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberIds(Vec<ResourceId>);

impl MemberIds {
    /// Returns the members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ResourceId> {
        self.0.iter()
    }
}

impl Members {
    /// Returns one member.
    pub fn one(id: ResourceId) -> Self {
        Self::These(MemberIds(vec![id]))
    }

    /// Reads `17`, `17,18` or `all`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        let ids: Result<Vec<_>, _> = text.split(',').map(|part| ResourceId::parse(part.trim())).collect();
        Ok(Self::These(MemberIds(ids?)))
    }

    /// Returns whether a member is meant.
    pub fn include(&self, member: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.0.iter().any(|id| id.0 == member),
        }
    }

    /// Returns the members as one part of a path.
    pub(super) fn segment(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::These(ids) => ids.0.iter().map(ResourceId::as_str).collect::<Vec<_>>().join(","),
        }
    }
}

/// How a path names a multiparty call: by its name while it is live, by its UUID always.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MultipartyId {
    /// `name_…`.
    Name(RoomName),
    /// `uuid_…`.
    Uuid(ResourceId),
}

impl MultipartyId {
    /// Reads `name_…` or `uuid_…`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        match text.split_once('_') {
            Some(("name", name)) => RoomName::parse(name).map(Self::Name),
            Some(("uuid", uuid)) => ResourceId::parse(uuid).map(Self::Uuid),
            _ => Err(IdError::NotAnId),
        }
    }

    pub(super) fn segment(&self) -> String {
        match self {
            Self::Name(name) => format!("name_{}", name.segment()),
            Self::Uuid(uuid) => format!("uuid_{}", uuid.as_str()),
        }
    }
}

macro_rules! shown_as_text {
    ($($name:ident),+) => {
        $(impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        })+
    };
}

shown_as_text!(AuthId, ResourceId, RoomName);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::decode_path;

    #[test]
    fn no_identity_is_empty_or_leads_elsewhere() {
        assert_eq!(ResourceId::parse(""), Err(IdError::Empty));
        for text in [".", "..", "%2e", "a/b", "a b", "a?b", "a#b", "é", "\n", &"x".repeat(300)] {
            assert_eq!(ResourceId::parse(text), Err(IdError::NotAnId), "{text}");
        }
        for text in [".", "..", " . ", "a/b", "a\\b", "a\nb"] {
            assert_eq!(RoomName::parse(text), Err(IdError::NotAnId), "{text}");
        }
        assert_eq!(
            (RoomName::parse(" "), Members::parse(""), Members::parse("1,,2")),
            (Err(IdError::Empty), Err(IdError::Empty), Err(IdError::Empty))
        );
    }

    #[test]
    fn a_room_is_one_part_of_a_path() {
        let room = RoomName::parse("My Room é?#+").unwrap();
        assert_eq!(room.segment(), "My%20Room%20%C3%A9%3F%23+");
        assert_eq!(decode_path(&room.segment()), room.as_str());
    }

    #[test]
    fn an_auth_id_is_trimmed_and_checked() {
        assert_eq!(AuthId::parse(" MAXXXXXXXXXXXXXXXXXX\n").unwrap().as_str(), "MAXXXXXXXXXXXXXXXXXX");
        assert!(AuthId::parse("SAXXXXXXXXXXXXXXXXXX").unwrap().is_subaccount());
        assert_eq!(AuthId::parse(" "), Err(AuthIdError::Empty));
        for text in ["ACXXXXXXXXXXXXXXXXXX", "MAXXXXXXXXXXXXXXXXX", "MAxxxxxxxxxxxxxxxxxx", "MAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"] {
            assert_eq!(AuthId::parse(text), Err(AuthIdError::NotAnAuthId), "{text}");
        }
    }

    #[test]
    fn members_are_all_or_some() {
        assert_eq!(Members::parse("ALL"), Ok(Members::All));
        let some = Members::parse("17, 18").unwrap();
        assert_eq!((some.segment().as_str(), some.include("18"), some.include("1")), ("17,18", true, false));
        assert_eq!(MultipartyId::parse("name_a_b").unwrap().segment(), "name_a_b");
        assert_eq!(MultipartyId::parse("other"), Err(IdError::NotAnId));
    }
}
