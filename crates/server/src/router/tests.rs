//! What every route asks of whoever comes, over a real socket, one row a route: the list is the router's own.

use std::sync::Arc;
use std::time::Duration;

use carriers::plivo::{Plivo, PlivoConfig};
use carriers::twilio::{Twilio, TwilioConfig};
use engine::directory::Directory;
use engine::metrics::Metrics;
use ports::carrier::Callbacks;
use telephony::Private;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::serve::{Bound, Server};

fn twilio() -> Arc<dyn Callbacks> {
    Arc::new(Twilio::new(TwilioConfig::new("AC0123456789abcdef0123456789abcdef", Private::new("twilio secret".to_owned()))).unwrap())
}

fn plivo() -> Arc<dyn Callbacks> {
    let account = wire::plivo::rest::AuthId::parse("MAMDEXAMPLEEXAMPLE00").unwrap();
    Arc::new(Plivo::new(PlivoConfig::new(account, Private::new("plivo secret".to_owned()))).unwrap())
}

/// A server with two carriers and no live call.
async fn served() -> Server {
    served_with(true, Duration::from_secs(5)).await
}

async fn served_with(sockets_are_signed: bool, start_within: Duration) -> Server {
    let bound = Bound::to("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let directory = Arc::new(Directory::default());
    let public_origin = format!("http://{}", bound.address()).into();
    bound.serve(ServerState {
        callbacks: twilio(),
        second: Some(plivo()),
        directory: directory.clone(),
        reception: None,
        admission: directory,
        capacity: None,
        metrics: Arc::new(Metrics::default()),
        public_origin,
        sockets_are_signed,
        start_within,
    })
}

/// All routes as they are asked for: something stands for what is in braces.
fn all() -> Vec<(Route, String)> {
    let first = routes().into_iter().map(|route| (route.clone(), route.path));
    let second = of_carrier().into_iter().map(|route| (route.clone(), format!("{SECOND}{}", route.path)));
    let filled = |path: String| path.split('/').map(|part| if part.starts_with('{') { "7" } else { part }).collect::<Vec<_>>().join("/");
    first.chain(second).map(|(route, path)| (route, filled(path))).collect()
}

/// Sends a request as it stands here, and returns the status.
async fn status_of(server: &Server, request: &[&[u8]]) -> u16 {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    for piece in request {
        // Who is refused before all is sent may find the connection closed.
        if stream.write_all(piece).await.is_err() {
            break;
        }
    }
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        match stream.read_u8().await {
            Ok(byte) => line.push(byte),
            Err(_) => break,
        }
    }
    let line = String::from_utf8(line).unwrap();
    line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

const FORM: &str = "CallSid=CA0123456789abcdef0123456789abcdef&CallStatus=ringing&From=%2B12125550100&To=%2B12125550123";
const HANDSHAKE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const FORGED: [&str; 4] = [
    "",
    "X-Twilio-Signature: RSOYDt4T1cUTdK1PDd93/VVr8B8=\r\n",
    "X-Plivo-Signature-V3: RSOYDt4T1cUTdK1PDd93/VVr8B8=\r\nX-Plivo-Signature-V3-Nonce: 1\r\n",
    "X-Twilio-Signature: \r\nX-Plivo-Signature-V3: ,,\r\nX-Plivo-Signature-V3-Nonce: \r\n",
];

#[tokio::test]
async fn every_route_of_a_carrier_refuses_who_has_not_signed() {
    let server = served().await;
    let all = all();
    assert!(all.iter().filter(|(route, _)| route.proof == Proof::Signature).count() > 25, "the list is not empty");
    for (route, path) in &all {
        for signature in FORGED {
            let request = match route.proof {
                Proof::Signature => format!(
                    "POST {path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{signature}\r\n{FORM}",
                    FORM.len()
                ),
                Proof::SignatureThenToken => format!("GET {path} HTTP/1.1\r\nHost: h\r\n{HANDSHAKE}{signature}\r\n"),
                Proof::Nothing => format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n"),
            };
            let expected = if route.proof == Proof::Nothing { 200 } else { 403 };
            assert_eq!(status_of(&server, &[request.as_bytes()]).await, expected, "{} {path} with {signature:?}", route.method);
        }
    }
}

/// Returns what the server counts, as a scraper reads it.
async fn metrics(server: &Server) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

/// Returns how many requests without a good signature the server says it refused.
async fn refused(server: &Server) -> u64 {
    let text = metrics(server).await;
    let line = text.lines().find_map(|line| line.strip_prefix("puppetmaster_refused_callbacks_total "));
    line.unwrap().trim().parse().unwrap()
}

/// A label with a value of a request in it would let anybody fill a scraper's memory, and tell it of calls.
#[tokio::test]
async fn counters_are_the_same_few_without_labels_whatever_is_asked() {
    let server = served().await;
    let series = |text: String| -> Vec<String> {
        let of_ours = text.lines().filter(|line| line.starts_with("puppetmaster_"));
        of_ours.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
    };
    let before = series(metrics(&server).await);
    for (index, (route, path)) in all().into_iter().enumerate() {
        let request =
            format!("{} {path}?From=%2B1212555{index:04} HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{FORM}", route.method, FORM.len());
        status_of(&server, &[request.as_bytes()]).await;
    }
    assert_eq!(series(metrics(&server).await), before);
    let is_plain = |name: &String| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    assert!((1..40).contains(&before.len()) && before.iter().all(is_plain), "{before:?}");
}

#[tokio::test]
async fn forged_webhooks_are_counted() {
    let server = served().await;
    let (_, path) = all().into_iter().find(|(route, _)| route.proof == Proof::Signature).unwrap();
    for (count, signature) in FORGED.iter().enumerate() {
        assert_eq!(refused(&server).await, count as u64);
        let request = format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n{signature}\r\n{FORM}", FORM.len());
        assert_eq!(status_of(&server, &[request.as_bytes()]).await, 403);
    }
    let socket = format!("GET /carrier/media HTTP/1.1\r\nHost: h\r\n{HANDSHAKE}\r\n");
    assert_eq!(status_of(&server, &[socket.as_bytes()]).await, 403);
    assert_eq!(refused(&server).await, FORGED.len() as u64 + 1);
}

/// Ten megabytes whose length nobody told beforehand: refused as soon as the bound is passed, before anything is parsed.
#[tokio::test]
async fn every_route_of_a_carrier_bounds_what_it_reads() {
    let server = served().await;
    let chunk = [b"10000\r\n".as_slice(), &[b'a'; 0x1_0000], b"\r\n"].concat();
    for (_, path) in all().iter().filter(|(route, _)| route.proof == Proof::Signature) {
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n");
        let mut request = vec![head.as_bytes()];
        request.extend(std::iter::repeat_n(chunk.as_slice(), 160));
        assert_eq!(status_of(&server, &request).await, 413, "{path}");
    }
}

/// Sends these messages to a media socket that was let in at the door, and returns whether we have closed it.
async fn is_closed_after(server: &Server, messages: &[Vec<u8>]) -> bool {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(format!("GET /carrier/media HTTP/1.1\r\nHost: h\r\n{HANDSHAKE}\r\n").as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    for message in messages {
        if stream.write_all(message).await.is_err() {
            return true;
        }
    }
    let mut rest = Vec::new();
    // The end of the stream, or a connection that was reset: both are closed. Far more than a bound needs, far less than it would wait.
    tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut rest)).await.is_ok()
}

/// A masked text message with the mask 0, which changes nothing.
fn text(content: &[u8]) -> Vec<u8> {
    let length = u64::try_from(content.len()).unwrap().to_be_bytes();
    [&[0x81, 0x80 | 127], &length[..], &[0; 4], content].concat()
}

/// Before its token a socket gets a few small messages and a short time, and no audio of it is read.
#[tokio::test]
async fn a_socket_that_shows_no_token_is_closed_soon() {
    let long = served_with(false, Duration::from_secs(600)).await;
    let megabyte = text(&vec![b'a'; 1 << 20]);
    assert!(is_closed_after(&long, &[megabyte]).await, "too large a message");
    let other = text(br#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#);
    assert!(is_closed_after(&long, &vec![other; 8]).await, "too many messages");
    assert!(is_closed_after(&long, &[text(b"not JSON")]).await, "what is no message of a carrier");
    let short = served_with(false, Duration::from_millis(50)).await;
    assert!(is_closed_after(&short, &[]).await, "too long a silence");
}
