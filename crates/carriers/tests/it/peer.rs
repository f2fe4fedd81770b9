//! A peer on loopback that answers, refuses, hangs or breaks as told, and counts what it received.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the peer does with a request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers.
    Reply {
        /// Status.
        status: u16,
        /// One more header, or none.
        header: Option<(&'static str, &'static str)>,
        /// JSON.
        body: String,
    },
    /// Answers, then closes the connection although more might follow.
    ReplyAndClose {
        /// Status.
        status: u16,
        /// JSON.
        body: String,
    },
    /// Reads the request and never answers.
    Hang,
    /// Reads the request and closes.
    Close,
    /// Resets the connection once bytes have arrived.
    Reset,
    /// Answers half of what it promised, then closes.
    HalfReply,
    /// Does what this makes of the request.
    Answer(fn(&Received) -> Act),
}

impl Act {
    /// An answer without further headers.
    pub fn reply(status: u16, body: impl Into<String>) -> Self {
        Self::Reply { status, header: None, body: body.into() }
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Header lines, in lower case up to the colon.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

#[derive(Default)]
struct Log {
    received: Vec<Received>,
    connections: usize,
}

/// A running peer; it stops when dropped.
pub struct Peer {
    /// `http://127.0.0.1:…`.
    pub origin: String,
    log: Arc<Mutex<Log>>,
    task: JoinHandle<()>,
}

impl Peer {
    /// Starts a peer that does these things in turn; the last one again and again.
    pub async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let acts = Arc::new(Mutex::new(acts.into_iter().collect::<VecDeque<_>>()));
        let log = Arc::new(Mutex::new(Log::default()));
        let task = tokio::spawn(accept(listener, acts, Arc::clone(&log)));
        Self { origin, log, task }
    }

    /// Starts a peer that answers each request by what it asks for.
    pub async fn answering(answer: fn(&Received) -> Act) -> Self {
        Self::start([Act::Answer(answer)]).await
    }

    /// Returns an address at which nobody listens.
    pub async fn nobody() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    /// Returns all requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.log.lock().unwrap().received.clone()
    }

    /// Returns the number of connections so far.
    pub fn connections(&self) -> usize {
        self.log.lock().unwrap().connections
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, acts: Arc<Mutex<VecDeque<Act>>>, log: Arc<Mutex<Log>>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        log.lock().unwrap().connections += 1;
        connections.spawn(serve(stream, Arc::clone(&acts), Arc::clone(&log)));
    }
}

async fn serve(mut stream: TcpStream, acts: Arc<Mutex<VecDeque<Act>>>, log: Arc<Mutex<Log>>) {
    let next = || {
        let mut acts = acts.lock().unwrap();
        if acts.len() > 1 { acts.pop_front().unwrap() } else { acts.front().cloned().unwrap() }
    };
    loop {
        // Wait for bytes without taking them: a socket dropped with unread bytes is reset.
        match stream.peek(&mut [0]).await {
            Ok(1..) => {}
            _ => return,
        }
        let act = next();
        if matches!(act, Act::Reset) {
            log.lock().unwrap().received.push(Received { method: String::new(), target: String::new(), headers: Vec::new(), body: String::new() });
            return;
        }
        let Some(received) = read_request(&mut stream).await else { return };
        log.lock().unwrap().received.push(received.clone());
        let act = if let Act::Answer(answer) = act { answer(&received) } else { act };
        match act {
            Act::Reply { status, header, body } => {
                let extra = header.map(|(name, value)| format!("{name}: {value}\r\n")).unwrap_or_default();
                write_reply(&mut stream, status, &extra, &body).await;
            }
            Act::ReplyAndClose { status, body } => return write_reply(&mut stream, status, "", &body).await,
            Act::HalfReply => {
                let _ = stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n{\"sid\":").await;
                return;
            }
            Act::Hang => std::future::pending().await,
            Act::Close | Act::Reset | Act::Answer(_) => return,
        }
    }
}

async fn write_reply(stream: &mut TcpStream, status: u16, extra: &str, body: &str) {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{extra}content-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

async fn read_request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<_> =
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Received { method, target, headers, body: String::from_utf8(body).ok()? })
}
