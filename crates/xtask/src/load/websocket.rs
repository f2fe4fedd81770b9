//! The client's side of a WebSocket, as thin as a load test needs it: text out, text in, no fragments.
//!
//! The masking key is zero, which every server must take like any other; the server's own work is the same, ours is less.

use anyhow::{Result, bail};

/// The handshake of a media socket.
pub fn handshake(host: &str, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
}

/// Appends a text message as one frame.
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    write_frame(0x1, text.as_bytes(), out);
}

/// Appends the wish to close.
pub fn write_close(out: &mut Vec<u8>) {
    write_frame(0x8, &[], out);
}

fn write_frame(opcode: u8, payload: &[u8], out: &mut Vec<u8>) {
    const FINAL: u8 = 0x80;
    const MASKED: u8 = 0x80;
    out.push(FINAL | opcode);
    match payload.len() {
        length @ 0..=125 => out.push(MASKED | length as u8),
        length => {
            out.push(MASKED | 126);
            out.extend((length as u16).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend(payload);
}

/// What the server sent.
#[derive(PartialEq, Eq, Debug)]
pub enum Frame<'a> {
    /// A message.
    Text(&'a str),
    /// The end.
    Close,
    /// Ping or pong.
    Other,
}

/// Takes the first frame off `bytes` if it is whole: the frame and its length.
///
/// # Errors
/// What a server must not send, or we do not read: masked frames, fragments, binary, more than 64 KiB.
pub fn read_frame(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>> {
    let [first, second, rest @ ..] = bytes else {
        return Ok(None);
    };
    let (length, header) = match (second, rest) {
        (0..=125, _) => (usize::from(*second), 2),
        (126, [high, low, ..]) => (usize::from(u16::from_be_bytes([*high, *low])), 4),
        (126, _) => return Ok(None),
        _ => bail!("a frame that is masked or too long"),
    };
    let Some(payload) = bytes.get(header..header + length) else {
        return Ok(None);
    };
    let frame = match first {
        0x81 => Frame::Text(std::str::from_utf8(payload)?),
        0x88 => Frame::Close,
        0x89 | 0x8A => Frame::Other,
        other => bail!("a frame of kind {other:#x}"),
    };
    Ok(Some((frame, header + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_a_server_are_read_when_whole() {
        let long = "x".repeat(300);
        let mut bytes = vec![0x81, 126, 1, 44];
        bytes.extend(long.as_bytes());
        assert_eq!(read_frame(&bytes).unwrap(), Some((Frame::Text(&long), 304)));
        assert_eq!(read_frame(&bytes[..303]).unwrap(), None);
        assert_eq!(read_frame(&bytes[..1]).unwrap(), None);
        assert_eq!(read_frame(&[0x88, 0]).unwrap(), Some((Frame::Close, 2)));
        assert!(read_frame(&[0x81, 0x80]).is_err());
    }

    #[test]
    fn ours_are_masked_with_zero() {
        let mut out = Vec::new();
        write_text("hi", &mut out);
        assert_eq!(out, [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
    }
}
