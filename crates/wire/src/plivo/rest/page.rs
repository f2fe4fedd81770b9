//! Pages of a list: which one is asked for, and the envelope around it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::body::{Body, number};
use super::{Outgoing, RestError};
use crate::http::{Form, HttpReply, HttpRequest, Method, split_target};

/// Most entries of a page, and as many as come unasked.
pub const MAX_LIMIT: u32 = 20;

/// Which page, and how large.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paging {
    /// Entries a page, 1 to 20.
    pub limit: u32,
    /// Entries before this page.
    pub offset: u32,
    /// What the page before named as the way to this one; takes the place of the offset.
    ///
    /// Source: plivo-python 4.63.0; no reply with one was seen.
    pub cursor: Option<String>,
}

impl Default for Paging {
    fn default() -> Self {
        Self { limit: MAX_LIMIT, offset: 0, cursor: None }
    }
}

impl Paging {
    /// Reads `limit`, `offset` and `cursor`. A limit out of range is taken for the nearest that is in it.
    pub(super) fn from_query(query: &Body) -> Result<Self, RestError> {
        let limit = number(query, "limit")?.map_or(MAX_LIMIT, |limit| limit.clamp(1, MAX_LIMIT));
        let cursor = query.text("cursor");
        // A cursor is a place already: beside one, an offset says nothing, and a bad one is still told.
        let offset = number(query, "offset")?.filter(|_| cursor.is_none()).unwrap_or(0);
        Ok(Self { limit, offset, cursor })
    }

    pub(super) fn write(&self, query: &mut Form<'_>) {
        if self.limit != MAX_LIMIT || self.offset != 0 {
            query.push("limit", self.limit.to_string());
        }
        if let Some(cursor) = &self.cursor {
            query.push("cursor", cursor.clone());
        } else if self.offset != 0 {
            query.push("offset", self.offset.to_string());
        }
    }
}

/// Under which name a list says how many entries it has in all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CountKey {
    /// Most lists.
    TotalCount,
    /// Multiparty calls, participants, streams.
    Count,
}

/// One page of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// How many there are in all, if said.
    pub total: Option<u64>,
    /// Path and query of the next page; `None` on the last.
    pub next: Option<String>,
}

impl<T: DeserializeOwned> Page<T> {
    /// Reads a page.
    pub fn read(reply: &HttpReply) -> Result<Self, serde_json::Error> {
        let mut body: Map<String, Value> = serde_json::from_slice(&reply.body)?;
        let items = serde_json::from_value(body.remove("objects").unwrap_or_else(|| Value::Array(Vec::new())))?;
        let meta = body.remove("meta").unwrap_or_default();
        let total = ["total_count", "count"].iter().find_map(|key| meta.get(key)?.as_u64());
        Ok(Self { items, total, next: meta.get("next").and_then(Value::as_str).map(str::to_owned) })
    }
}

impl<T: Serialize> Page<T> {
    /// Returns the reply that carries a page. `target` is the request's, `items` are those of this page alone, `total`
    /// counts all.
    pub fn reply(api_id: &str, target: &str, paging: &Paging, items: &[T], total: u32, count_key: CountKey) -> HttpReply {
        let (path, query) = split_target(target);
        let query = Form::parse(query);
        let link = |offset: u32| {
            let mut link = Form::new();
            for (key, value) in query.pairs().filter(|(key, _)| !matches!(*key, "limit" | "offset" | "cursor")) {
                link.push(key, value);
            }
            link.push("limit", paging.limit.to_string());
            link.push("offset", offset.to_string());
            format!("{path}?{}", link.encode())
        };
        let after = paging.offset.saturating_add(paging.limit);
        let next = (after < total).then(|| link(after));
        let previous = (paging.offset > 0).then(|| link(paging.offset.saturating_sub(paging.limit)));
        let mut meta = Map::new();
        meta.insert("limit".into(), paging.limit.into());
        meta.insert("offset".into(), paging.offset.into());
        meta.insert("next".into(), next.into());
        meta.insert("previous".into(), previous.into());
        meta.insert(if count_key == CountKey::Count { "count" } else { "total_count" }.into(), total.into());
        let mut body = Map::new();
        body.insert("api_id".into(), api_id.into());
        body.insert("meta".into(), meta.into());
        body.insert("objects".into(), serde_json::to_value(items).unwrap_or_default());
        HttpReply::json(200, &body)
    }
}

/// Builds the request for the page after this one; `None` if it is the last, or if what the reply calls the next page is
/// not a path of this API.
pub fn next_page<T>(page: &Page<T>) -> Option<Outgoing> {
    let next = page.next.as_deref()?;
    let ours = next.starts_with("/v1/Account/") && next.bytes().all(|b| b.is_ascii_graphic());
    ours.then(|| Outgoing::Repeatable(HttpRequest::new(Method::Get, next)))
}
