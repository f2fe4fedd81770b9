//! Paths of the API: taken apart for the side that answers, put together for the side that asks.
//!
//! What official libraries really send is taken: any base before `/Account/`, a missing or a doubled slash, ids of the path
//! once more in query or body.

use super::body::Body;
use super::{AuthId, Paging, RestError};
use crate::http::{Method, decode_path};

/// Parts below an account: `MultiPartyCall/…/Participant/…/Record/Pause`.
const MAX_PARTS: usize = 6;

/// A request taken apart as far as all resources need it.
pub(super) struct Asked {
    pub method: Method,
    pub query: Body,
    pub body: Body,
}

impl Asked {
    /// Returns which page is asked for.
    pub fn paging(&self) -> Result<Paging, RestError> {
        Paging::from_query(&self.query)
    }
}

/// Takes a path apart: the account, and what follows it, decoded.
pub(super) fn split(path: &str) -> Option<(String, Vec<String>)> {
    let mut parts = path.split('/').filter(|part| !part.is_empty()).skip_while(|part| *part != "Account").skip(1);
    let account = decode_path(parts.next()?).into_owned();
    let parts: Vec<_> = parts.take(MAX_PARTS + 1).map(|part| decode_path(part).into_owned()).collect();
    (parts.len() <= MAX_PARTS).then_some((account, parts))
}

/// Returns the path of an account: `/v1/Account/MA…`; every resource below it ends with a slash.
pub(super) fn account_path(account: &AuthId) -> String {
    format!("/v1/Account/{account}")
}
