//! Pages of a list: which one is asked for, and the envelope around it.

use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Map, Value};

use super::{RestError, with_query};
use crate::http::{Form, HttpReply, split_target};

/// Which page, and how large.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paging {
    /// Entries a page, 1 to 1000.
    pub page_size: u32,
    /// The page, counted from 0.
    pub page: u32,
    /// What the page before named as the way to this one.
    pub token: Option<String>,
}

impl Default for Paging {
    fn default() -> Self {
        Self { page_size: 50, page: 0, token: None }
    }
}

impl Paging {
    /// Returns the first page of this size.
    pub fn first(page_size: u32) -> Self {
        Self { page_size: page_size.clamp(1, 1_000), ..Self::default() }
    }

    /// Reads `PageSize`, `Page` and `PageToken`.
    pub(super) fn from_query(query: &Form<'_>) -> Result<Self, RestError> {
        let number = |key: &str, otherwise: u32| match query.filled(key) {
            None => Ok(otherwise),
            Some(text) => text.parse::<u32>().map_err(|_| RestError::invalid(20001, format!("{key} is not a number"))),
        };
        let page_size = number("PageSize", 50)?;
        if page_size == 0 {
            return Err(RestError::invalid(20001, "PageSize must be positive"));
        }
        Ok(Self { page_size: page_size.min(1_000), page: number("Page", 0)?, token: query.filled("PageToken").map(str::to_owned) })
    }

    pub(super) fn write_query(&self, query: &mut Form<'_>) {
        if self.page_size != 50 || self.page != 0 {
            query.push("PageSize", self.page_size.to_string());
        }
        if self.page != 0 {
            query.push("Page", self.page.to_string());
        }
        if let Some(token) = &self.token {
            query.push("PageToken", token.clone());
        }
    }
}

/// One page of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Path and query of the next page; `None` on the last.
    pub next_page_uri: Option<String>,
}

/// Keys of the envelope that are not the list.
const ENVELOPE: [&str; 11] =
    ["end", "first_page_uri", "last_page_uri", "next_page_uri", "num_pages", "page", "page_size", "previous_page_uri", "start", "total", "uri"];

impl<T: DeserializeOwned> Page<T> {
    /// Reads a page. The list is the one key that is not part of the envelope, whatever its name; the newer products name it
    /// in `meta`.
    pub fn read(reply: &HttpReply) -> Result<Self, serde_json::Error> {
        let mut body: Map<String, Value> = serde_json::from_slice(&reply.body)?;
        if let Some(meta) = body.get("meta").and_then(Value::as_object) {
            let next_page_uri = meta.get("next_page_url").and_then(Value::as_str).and_then(path_of);
            let key = meta.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
            let items = body.remove(&key).ok_or_else(|| serde_json::Error::custom("a page without its list"))?;
            return Ok(Self { items: serde_json::from_value(items)?, next_page_uri });
        }
        let next_page_uri = body.get("next_page_uri").and_then(Value::as_str).map(str::to_owned);
        body.retain(|key, value| value.is_array() && !ENVELOPE.contains(&key.as_str()));
        let Some(items) = body.into_iter().map(|(_, value)| value).next() else {
            return Err(serde_json::Error::custom("a page without its list"));
        };
        Ok(Self { items: serde_json::from_value(items)?, next_page_uri })
    }
}

/// Returns path and query of an address; whose host it is does not count, since only we choose whom to ask.
fn path_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    rest.find('/').map(|at| rest[at..].to_owned())
}

impl<T: Serialize> Page<T> {
    /// Returns the reply that carries a page. `target` is the request's, `plural` names the list (`calls`), `items` are
    /// those of this page alone, `has_more` tells whether another follows.
    pub fn reply(plural: &str, target: &str, paging: &Paging, items: &[T], next_token: Option<&str>) -> HttpReply {
        let (path, query) = split_target(target);
        let link = |page: u32, token: Option<&str>| link(path, query, paging, page, token);
        let start = u64::from(paging.page) * u64::from(paging.page_size);
        let end = start + (items.len() as u64).saturating_sub(1);
        let mut body = Map::new();
        body.insert("first_page_uri".into(), link(0, None).into());
        body.insert("end".into(), end.into());
        body.insert("previous_page_uri".into(), paging.page.checked_sub(1).map(|page| link(page, None)).into());
        body.insert(plural.into(), serde_json::to_value(items).unwrap_or_default());
        body.insert("uri".into(), link(paging.page, paging.token.as_deref()).into());
        body.insert("page_size".into(), paging.page_size.into());
        body.insert("start".into(), start.into());
        body.insert("next_page_uri".into(), next_token.map(|token| link(paging.page + 1, Some(token))).into());
        body.insert("page".into(), paging.page.into());
        HttpReply::json(200, &body)
    }

    /// Returns the reply that carries a page of the newer products. `origin` is theirs; the rest is as for [`Page::reply`].
    pub fn meta_reply(key: &str, origin: &str, target: &str, paging: &Paging, items: &[T], next_token: Option<&str>) -> HttpReply {
        let (path, query) = split_target(target);
        let link = |page: u32, token: Option<&str>| format!("{origin}{}", link(path, query, paging, page, token));
        let meta = serde_json::json!({
            "page": paging.page,
            "page_size": paging.page_size,
            "first_page_url": link(0, None),
            "previous_page_url": paging.page.checked_sub(1).map(|page| link(page, None)),
            "url": link(paging.page, paging.token.as_deref()),
            "next_page_url": next_token.map(|token| link(paging.page + 1, Some(token))),
            "key": key,
        });
        let mut body = Map::new();
        body.insert("meta".into(), meta);
        body.insert(key.into(), serde_json::to_value(items).unwrap_or_default());
        HttpReply::json(200, &body)
    }
}

/// Returns the address of another page of the same list.
fn link(path: &str, query: &str, paging: &Paging, page: u32, token: Option<&str>) -> String {
    let mut link = Form::new();
    for (key, value) in Form::parse(query).pairs() {
        if !matches!(key, "Page" | "PageSize" | "PageToken") {
            link.push(key.to_owned(), value.to_owned());
        }
    }
    link.push("PageSize", paging.page_size.to_string());
    link.push("Page", page.to_string());
    if let Some(token) = token {
        link.push("PageToken", token.to_owned());
    }
    with_query(path, &link)
}
