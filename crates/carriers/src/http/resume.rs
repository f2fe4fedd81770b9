//! Files that a carrier keeps, which are long: one that breaks off is asked for from there on, by the header `Range` (RFC 9110,
//! section 14). Who does not know it gives the whole file once more.

use bytes::BytesMut;
use wire::http::{HttpReply, HttpRequest};

use super::{FIRST_WAIT, HttpShell, MAX_REPLY_BYTES, NoReply, headers_of};

/// Tries, the first one included. A file that comes on by a good piece each time is worth more of them than a request.
const MAX_TRIES: u32 = 6;

/// What has come of a file.
#[derive(Default)]
struct Part {
    bytes: BytesMut,
    /// The file's whole length, if it was told.
    length: Option<u64>,
    /// What tells this file from another under the same address, if it was told.
    tag: Option<String>,
}

impl HttpShell {
    /// Fetches a file: what came of one that broke off is kept, and only the rest is asked for.
    ///
    /// # Errors
    /// The failure of the last try.
    pub async fn fetch(&self, request: &HttpRequest) -> Result<HttpReply, NoReply> {
        let mut part = Part::default();
        let mut tries = 1;
        loop {
            let error = match self.fetch_on(request, &mut part).await {
                Ok(reply) if matches!(reply.status, 429 | 500..=599) && tries < MAX_TRIES => NoReply::Unclear,
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            if tries == MAX_TRIES {
                return Err(error);
            }
            tokio::time::sleep(FIRST_WAIT * tries).await;
            tries += 1;
            tracing::debug!(tries, bytes = part.bytes.len(), "a file broke off; the rest is asked for");
        }
    }

    async fn fetch_on(&self, request: &HttpRequest, part: &mut Part) -> Result<HttpReply, NoReply> {
        let mut request = request.clone();
        if !part.bytes.is_empty() {
            request.headers.push(("range".into(), format!("bytes={}-", part.bytes.len())));
            request.headers.extend(part.tag.clone().map(|tag| ("if-range".into(), tag)));
        }
        let mut response = self.open(&self.pooled, &request).await?;
        let status = response.status().as_u16();
        let mut reply = HttpReply { status, headers: headers_of(&response), body: Vec::new() };
        match status {
            206 if part.goes_on_with(reply.header("content-range")) => {}
            // What was there is of another file, or not what is asked about: the next try begins anew.
            206 | 416 => {
                *part = Part::default();
                return Err(NoReply::Unclear);
            }
            200 => {
                let tag = reply.header("etag").filter(|tag| tag.starts_with('"')).map(str::to_owned);
                *part = Part { bytes: BytesMut::new(), length: response.content_length(), tag };
            }
            _ => {
                reply.body = super::read_body(response).await?.into();
                return Ok(reply);
            }
        }
        while let Some(piece) = response.chunk().await.map_err(|_| NoReply::Unclear)? {
            if part.bytes.len() + piece.len() > MAX_REPLY_BYTES {
                return Err(NoReply::Unclear);
            }
            part.bytes.extend_from_slice(&piece);
        }
        Ok(HttpReply { status: 200, body: std::mem::take(&mut part.bytes).into(), ..reply })
    }
}

impl Part {
    /// Returns whether a reply goes on where this ends, in a file as long as this one: `bytes 100-199/200`.
    fn goes_on_with(&self, content_range: Option<&str>) -> bool {
        let Some((range, whole)) = content_range.and_then(|range| range.strip_prefix("bytes ")).and_then(|range| range.split_once('/')) else {
            return false;
        };
        let from = range.split_once('-').and_then(|(from, _)| from.parse::<usize>().ok());
        let is_as_long = self.length.is_none_or(|length| whole.parse().ok() == Some(length));
        from == Some(self.bytes.len()) && is_as_long
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rest_of_the_same_file_goes_on() {
        let part = Part { bytes: BytesMut::zeroed(100), length: Some(200), tag: None };
        assert!(part.goes_on_with(Some("bytes 100-199/200")));
        for other in ["bytes 0-199/200", "bytes 100-199/201", "bytes 101-199/200", "bytes */200", "items 100-199/200", ""] {
            assert!(!part.goes_on_with(Some(other)), "{other}");
        }
        assert!(!part.goes_on_with(None));
    }
}
