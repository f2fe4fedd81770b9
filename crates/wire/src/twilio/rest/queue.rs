//! Queues and those who wait in them.

use super::checks::{INVALID, method, needed_url, parameters, text_within, within};
use super::loose::resource;
use super::route::{Asked, delete, get, list, post, segment};
use super::{API_VERSION, Paging, RestError};
use crate::http::{HttpRequest, Method};

/// The member of a queue that is next, whoever it is.
pub const FRONT: &str = "Front";

/// Longest name of a queue.
///
/// Source: OpenAPI description of `FriendlyName`, 2026-04.
pub const MAX_QUEUE_NAME: usize = 64;

parameters! {
    /// A queue to be made, or what to change of one.
    QueueSettings {
        optional {
            /// Its name, 64 characters at most; a new queue needs one.
            friendly_name: Option<String> = text_within("FriendlyName", MAX_QUEUE_NAME);
            /// How many may wait, 5000 at most; 1000 if not said.
            max_size: Option<u32> = within("MaxSize", 0..=5_000, INVALID);
        }
    }
}

parameters! {
    /// Where somebody goes who waited.
    Dequeue {
        required {
            /// The document that goes on.
            url: String = needed_url("Url", INVALID);
        }
        optional {
            /// How to ask for it.
            method: Option<Method> = method("Method");
        }
    }
}

resource! {
    /// A queue as the API shows it.
    QueueResource shows [sid, current_size] {
        /// `AC…`.
        account_sid: String,
        /// Seconds.
        average_wait_time: u32,
        /// How many wait.
        current_size: u32,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// Its name.
        friendly_name: String,
        /// How many may wait.
        max_size: u32,
        /// `QU…`.
        sid: String,
        /// The path of the resource.
        uri: String,
    }
}

impl QueueResource {
    /// Returns a queue in which nobody waits.
    pub fn empty(account: &str, sid: &str, settings: &QueueSettings) -> Self {
        Self {
            account_sid: Some(account.to_owned()),
            average_wait_time: Some(0),
            current_size: Some(0),
            friendly_name: settings.friendly_name.clone(),
            max_size: Some(settings.max_size.unwrap_or(1_000)),
            sid: Some(sid.to_owned()),
            uri: Some(format!("/{API_VERSION}/Accounts/{account}/Queues/{sid}.json")),
            ..Self::default()
        }
    }
}

resource! {
    /// Somebody who waits, as the API shows them.
    QueueMemberResource shows [call_sid, position] {
        /// `QU…`.
        queue_sid: String,
        /// `CA…`.
        call_sid: String,
        /// RFC 2822.
        date_enqueued: String,
        /// 1 is next.
        position: u32,
        /// Seconds.
        wait_time: u32,
        /// The path of the resource.
        uri: String,
    }
}

/// What can be asked of queues.
#[derive(Clone, PartialEq, Debug)]
pub enum QueueRequest {
    /// Make one. Answer 201.
    Create(QueueSettings),
    /// List them.
    List {
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// `QU…`.
        queue: String,
    },
    /// Change one.
    Update {
        /// `QU…`.
        queue: String,
        /// What to change.
        settings: QueueSettings,
    },
    /// Delete one in which nobody waits. Answer 204.
    Delete {
        /// `QU…`.
        queue: String,
    },
    /// List those who wait, the next one first.
    ListMembers {
        /// `QU…`.
        queue: String,
        /// Which page.
        paging: Paging,
    },
    /// Show one who waits.
    FetchMember {
        /// `QU…`.
        queue: String,
        /// `CA…`, or [`FRONT`].
        member: String,
    },
    /// Take one out of the queue and on with another document.
    Dequeue {
        /// `QU…`.
        queue: String,
        /// `CA…`, or [`FRONT`].
        member: String,
        /// Where to go on.
        to: Dequeue,
    },
}

impl QueueRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        let own = |text: &&str| (*text).to_owned();
        Ok(match (asked.method, rest) {
            (Method::Post, []) => {
                let settings = QueueSettings::from_form(&asked.form)?;
                if settings.friendly_name.is_none() {
                    return Err(RestError::invalid(INVALID, "FriendlyName is required"));
                }
                Self::Create(settings)
            }
            (Method::Get, []) => Self::List { paging: asked.paging()? },
            (Method::Get, [queue]) => Self::Fetch { queue: own(queue) },
            (Method::Post, [queue]) => Self::Update { queue: own(queue), settings: QueueSettings::from_form(&asked.form)? },
            (Method::Delete, [queue]) => Self::Delete { queue: own(queue) },
            (Method::Get, [queue, "Members"]) => Self::ListMembers { queue: own(queue), paging: asked.paging()? },
            (Method::Get, [queue, "Members", member]) => Self::FetchMember { queue: own(queue), member: own(member) },
            (Method::Post, [queue, "Members", member]) => {
                Self::Dequeue { queue: own(queue), member: own(member), to: Dequeue::from_form(&asked.form)? }
            }
            (_, [] | [_, "Members"] | [_, "Members", _]) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let all = format!("{account}/Queues");
        let one = |queue: &str| format!("{all}/{}", segment(queue));
        let member_path = |queue: &str, member: &str| format!("{}/Members/{}", one(queue), segment(member));
        match self {
            Self::Create(settings) => post(all, &settings.to_form()),
            Self::List { paging } => list(all, crate::http::Form::new(), paging),
            Self::Fetch { queue } => get(one(queue)),
            Self::Update { queue, settings } => post(one(queue), &settings.to_form()),
            Self::Delete { queue } => delete(one(queue)),
            Self::ListMembers { queue, paging } => list(format!("{}/Members", one(queue)), crate::http::Form::new(), paging),
            Self::FetchMember { queue, member } => get(member_path(queue, member)),
            Self::Dequeue { queue, member, to } => post(member_path(queue, member), &to.to_form()),
        }
    }
}
