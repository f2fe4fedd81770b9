//! A part of a file, for whoever asks for one with the header `Range`: as carriers serve what is long and may break off.

use wire::http::HttpReply;

/// Returns the rest of a sound from a place on, if that is asked for: `bytes=100-`. All other forms get the whole, as RFC 9110 allows.
pub fn part(reply: HttpReply, range: Option<&str>) -> HttpReply {
    let is_sound = reply.status == 200 && reply.header("content-type").is_some_and(|kind| kind.starts_with("audio/"));
    let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let Some(from) = from.filter(|_| is_sound) else {
        return reply;
    };
    let length = reply.body.len();
    if from >= length {
        return HttpReply { status: 416, headers: vec![("content-range".into(), format!("bytes */{length}"))], body: Vec::new() };
    }
    let mut headers = reply.headers;
    headers.push(("content-range".into(), format!("bytes {from}-{}/{length}", length - 1)));
    HttpReply { status: 206, headers, body: reply.body[from..].to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> HttpReply {
        HttpReply { status: 200, headers: vec![("content-type".into(), "audio/x-wav".into())], body: b"0123456789".to_vec() }
    }

    #[test]
    fn the_rest_of_a_sound_is_given_and_everything_else_whole() {
        let rest = part(sound(), Some("bytes=7-"));
        assert_eq!((rest.status, rest.header("content-range"), rest.body.as_slice()), (206, Some("bytes 7-9/10"), b"789".as_slice()));
        for other in [None, Some("bytes=2-4"), Some("bytes=-3"), Some("bytes=0-1,3-4"), Some("lines=1-")] {
            let whole = part(sound(), other);
            assert_eq!((whole.status, whole.body.len()), (200, 10), "{other:?}");
        }
        assert_eq!(part(sound(), Some("bytes=10-")).status, 416);
        let json = HttpReply::json(200, &1);
        assert_eq!(part(json, Some("bytes=0-")).status, 200);
    }
}
