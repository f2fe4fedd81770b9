//! API keys: sign in for one program, and can be taken away alone. A key cannot make keys.
//!
//! The shapes are from memory of Twilio's page "Key resource".

use super::checks::{parameters, text_within};
use super::loose::resource;
use super::route::{Asked, delete, get, list, post, segment};
use super::{Paging, RestError};
use crate::http::HttpRequest;

parameters! {
    /// A key to be made, or its new name.
    KeySettings {
        optional {
            /// Its name, 64 characters at most.
            friendly_name: Option<String> = name("FriendlyName");
        }
    }
}

fn name(form: &crate::http::Form<'_>, key: &str) -> Result<Option<String>, RestError> {
    text_within(form, key, 64)
}

resource! {
    /// A key as the API shows it. Its secret is in the reply to its making and never again.
    KeyResource shows [sid] {
        /// `SK…`.
        sid: String,
        /// Its name.
        friendly_name: String,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// What it signs in with.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret: String,
    }
}

/// What can be asked of keys.
#[derive(Clone, PartialEq, Debug)]
pub enum KeyRequest {
    /// Make one. Answer 201, with the secret.
    Create(KeySettings),
    /// List them.
    List {
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// `SK…`.
        key: String,
    },
    /// Give one another name.
    Update {
        /// `SK…`.
        key: String,
        /// What to change.
        settings: KeySettings,
    },
    /// Take one away. Answer 204.
    Delete {
        /// `SK…`.
        key: String,
    },
}

impl KeyRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        use crate::http::Method;
        let own = |text: &&str| (*text).to_owned();
        Ok(match (asked.method, rest) {
            (Method::Post, []) => Self::Create(KeySettings::from_form(&asked.form)?),
            (Method::Get, []) => Self::List { paging: asked.paging()? },
            (Method::Get, [key]) => Self::Fetch { key: own(key) },
            (Method::Post, [key]) => Self::Update { key: own(key), settings: KeySettings::from_form(&asked.form)? },
            (Method::Delete, [key]) => Self::Delete { key: own(key) },
            (_, []) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let all = format!("{account}/Keys");
        let one = |key: &str| format!("{all}/{}", segment(key));
        match self {
            Self::Create(settings) => post(all, &settings.to_form()),
            Self::List { paging } => list(all, crate::http::Form::new(), paging),
            Self::Fetch { key } => get(one(key)),
            Self::Update { key, settings } => post(one(key), &settings.to_form()),
            Self::Delete { key } => delete(one(key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::rest::RestRequest;

    #[test]
    fn requests_are_read_as_they_are_written() {
        let settings = KeySettings { friendly_name: Some("one program".into()), ..KeySettings::default() };
        for request in [
            KeyRequest::Create(settings.clone()),
            KeyRequest::List { paging: Paging::first(7) },
            KeyRequest::Fetch { key: "SK1".into() },
            KeyRequest::Update { key: "SK1".into(), settings },
            KeyRequest::Delete { key: "SK1".into() },
        ] {
            let request = RestRequest::Key { account: "AC1".into(), request };
            let written = request.write();
            let read = RestRequest::parse(written.method.as_str(), &written.target, &written.body).unwrap();
            assert_eq!(read, request);
        }
    }

    #[test]
    fn the_secret_is_written_only_if_there_is_one() {
        let key = KeyResource { sid: Some("SK1".into()), ..KeyResource::default() };
        assert!(!serde_json::to_string(&key).unwrap().contains("secret"));
        let key = KeyResource { secret: Some("s3cr3t".into()), ..key };
        assert!(serde_json::to_string(&key).unwrap().contains("s3cr3t") && !format!("{key:?}").contains("s3cr3t"));
    }
}
