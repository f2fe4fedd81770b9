//! As little HTTP as the measurements need: one reply read whole from a socket that stays open.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, Result, bail};

/// Returns the status and the length of the reply at the beginning of `bytes`, once all of it is there.
///
/// # Errors
/// Anything that is no reply with a length.
pub fn whole_reply(bytes: &[u8]) -> Result<Option<(u16, usize)>> {
    let Some(head_end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..head_end]).context("a reply's head is no text")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("a reply without a status")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let whole = head_end + 4 + length.unwrap_or(0);
    Ok((bytes.len() >= whole).then_some((status, whole)))
}

/// Fetches a page over a connection of its own and returns its body.
pub fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes)?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        bail!("no reply from {path}");
    };
    if !head.starts_with("HTTP/1.1 200") {
        bail!("{path}: {}", head.lines().next().unwrap_or_default());
    }
    Ok(body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_whole_when_its_body_is() {
        let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP";
        assert_eq!(whole_reply(reply).unwrap(), Some((200, reply.len() - 4)));
        assert_eq!(whole_reply(&reply[..40]).unwrap(), None);
        assert_eq!(whole_reply(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap(), Some((204, 27)));
        assert!(whole_reply(b"tea\r\n\r\n").is_err());
    }
}
