//! Cuts pages out of lists.

use wire::http::HttpReply;
use wire::twilio::rest::{Page, Paging};

/// Cuts a page out of a list. The token names the last entry of the page before, so that new entries do not shift it.
pub(in crate::twilio) fn page<T: serde::Serialize + Clone>(
    plural: &str,
    target: &str,
    paging: &Paging,
    all: &[T],
    sid: impl Fn(&T) -> Option<&str>,
) -> HttpReply {
    let (items, next) = cut(paging, all, sid);
    Page::reply(plural, target, paging, items, next.as_deref())
}

/// Cuts a page in the form of the newer products.
pub(super) fn meta_page<T: serde::Serialize + Clone>(
    (key, origin): (&str, &str),
    target: &str,
    paging: &Paging,
    all: &[T],
    sid: impl Fn(&T) -> Option<&str>,
) -> HttpReply {
    let (items, next) = cut(paging, all, sid);
    Page::meta_reply(key, origin, target, paging, items, next.as_deref())
}

/// Returns a page and the token of the next one, if there is one.
pub(super) fn cut<'a, T>(paging: &Paging, all: &'a [T], sid: impl Fn(&T) -> Option<&str>) -> (&'a [T], Option<String>) {
    let after_token = paging.token.as_deref().and_then(|token| {
        let last = token.strip_prefix("PA")?;
        all.iter().position(|entry| sid(entry) == Some(last)).map(|at| at + 1)
    });
    let size = paging.page_size as usize;
    let start = after_token.unwrap_or_else(|| size.saturating_mul(paging.page as usize)).min(all.len());
    let end = (start + size).min(all.len());
    let items = &all[start..end];
    let next = items.last().filter(|_| end < all.len()).and_then(|last| Some(format!("PA{}", sid(last)?)));
    (items, next)
}

#[cfg(test)]
mod tests {
    use wire::twilio::rest::RecordingResource;

    use super::*;

    #[test]
    fn pages_follow_each_other_by_token_even_if_entries_are_added() {
        let entry = |n: u32| RecordingResource { sid: Some(format!("RE{n:02}")), ..RecordingResource::default() };
        let sids = |reply: &HttpReply| -> Vec<String> {
            Page::<RecordingResource>::read(reply).unwrap().items.into_iter().filter_map(|item| item.sid).collect()
        };
        let all: Vec<_> = (0..5).rev().map(entry).collect();
        let first = page("recordings", "/r", &Paging::first(2), &all, |entry| entry.sid.as_deref());
        assert_eq!(sids(&first), ["RE04", "RE03"]);
        let next = Page::<RecordingResource>::read(&first).unwrap().next_page_uri.unwrap();
        assert!(next.contains("PageToken=PARE03"), "{next}");
        let grown: Vec<_> = (0..7).rev().map(entry).collect();
        let paging = Paging { page_size: 2, page: 1, token: Some("PARE03".into()) };
        assert_eq!(sids(&page("recordings", "/r", &paging, &grown, |entry| entry.sid.as_deref())), ["RE02", "RE01"]);
    }
}
