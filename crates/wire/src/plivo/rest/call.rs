//! Calls: place, show, list, transfer, end.

mod create;
mod filter;
mod shown;
mod transfer;

use super::body::query_of;
use super::id::ResourceId;
use super::route::Asked;
use super::{AuthId, Outgoing, Paging, RestError};
use crate::http::{Form, Method};

pub use create::{CreateCall, MAX_DESTINATIONS, MachineDetection};
pub use filter::{CallFilter, LiveFilter};
pub use shown::{CallFired, CallIds, CallRecord, LiveCall};
pub use transfer::{NextDocument, Transfer};

/// What can be asked of calls. There is deliberately no way to ask for the end of all of them.
#[derive(Clone, PartialEq, Debug)]
pub enum CallRequest {
    /// Place a call. Answer 201 with [`CallFired`].
    Create(Box<CreateCall>),
    /// Show the record of a call that is over. Answer [`CallRecord`]; 404 while it lives.
    Fetch {
        /// The call.
        call: ResourceId,
    },
    /// Show a call that lives. Answer [`LiveCall`].
    FetchLive {
        /// The call.
        call: ResourceId,
    },
    /// Show a call that waits for its turn. Answer [`LiveCall`].
    FetchQueued {
        /// The call.
        call: ResourceId,
    },
    /// List records of calls that are over, newest first. Answer a page of [`CallRecord`].
    List {
        /// Which.
        filter: Box<CallFilter>,
        /// Which page.
        paging: Paging,
    },
    /// List calls that live. Answer [`CallIds`].
    ListLive {
        /// Which.
        filter: LiveFilter,
        /// Which page.
        paging: Paging,
    },
    /// List calls that wait for their turn. Answer [`CallIds`].
    ListQueued {
        /// Which page.
        paging: Paging,
    },
    /// End a call. Answer 204, or 404 if it is over already, which is as good.
    HangUp {
        /// The call.
        call: ResourceId,
    },
    /// Take a request back before its call is answered. Answer 204.
    Cancel {
        /// What the create answered.
        request: ResourceId,
    },
    /// Give a live call a new document. Answer 202.
    ///
    /// A call in a stream with `keepCallAlive` must be transferred *before* its socket is closed, else it runs on.
    Transfer {
        /// The call.
        call: ResourceId,
        /// Which leg goes where.
        transfer: Transfer,
    },
}

impl CallRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        let status = asked.query.text("status");
        Ok(match (asked.method, parts, status.as_deref()) {
            (Method::Post, ["Call"], _) => Self::Create(Box::new(CreateCall::read(asked)?)),
            (Method::Get, ["Call"], Some("live")) => Self::ListLive { filter: LiveFilter::from_body(&asked.query)?, paging: asked.paging()? },
            (Method::Get, ["Call"], Some("queued")) => Self::ListQueued { paging: asked.paging()? },
            (Method::Get, ["Call"], _) => Self::List { filter: Box::new(CallFilter::from_body(&asked.query)?), paging: asked.paging()? },
            (Method::Get, ["Call", call], Some("live")) => Self::FetchLive { call: ResourceId::parse(call)? },
            (Method::Get, ["Call", call], Some("queued")) => Self::FetchQueued { call: ResourceId::parse(call)? },
            (Method::Get, ["Call", call], _) => Self::Fetch { call: ResourceId::parse(call)? },
            (Method::Post, ["Call", call], _) => Self::Transfer { call: ResourceId::parse(call)?, transfer: Transfer::read(asked)? },
            (Method::Delete, ["Call", call], _) => Self::HangUp { call: ResourceId::parse(call)? },
            (Method::Delete, ["Request", request], _) => Self::Cancel { request: ResourceId::parse(request)? },
            _ => return Err(RestError::not_found()),
        })
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId) -> Outgoing {
        match self {
            Self::Create(call) => Outgoing::post(account, "/Call/", call.to_body()),
            Self::Fetch { call } => Outgoing::get(account, &format!("/Call/{call}/")),
            Self::FetchLive { call } => Outgoing::get(account, &format!("/Call/{call}/?status=live")),
            Self::FetchQueued { call } => Outgoing::get(account, &format!("/Call/{call}/?status=queued")),
            Self::List { filter, paging } => {
                let mut query = query_of(filter.to_body());
                paging.write(&mut query);
                Outgoing::get_with(account, "/Call/", &query)
            }
            Self::ListLive { filter, paging } => {
                let mut query = query_of(filter.to_body());
                query.push("status", "live");
                paging.write(&mut query);
                Outgoing::get_with(account, "/Call/", &query)
            }
            Self::ListQueued { paging } => {
                let mut query = Form::new();
                query.push("status", "queued");
                paging.write(&mut query);
                Outgoing::get_with(account, "/Call/", &query)
            }
            Self::HangUp { call } => Outgoing::delete(account, &format!("/Call/{call}/")),
            Self::Cancel { request } => Outgoing::delete(account, &format!("/Request/{request}/")),
            Self::Transfer { call, transfer } => Outgoing::post(account, &format!("/Call/{call}/"), transfer.to_body()),
        }
    }
}
