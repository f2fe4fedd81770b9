//! The socket that the carrier opens to the program, for media or for a conversation in text: signed handshake, text
//! messages both ways.

use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use simulator::impairment::Impairment;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::faults::{Faults, SocketFault};
use crate::rough_line::carry;

/// How long the handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a program may leave its socket unread before it has lost the stream.
const SENDING_TIMEOUT: Duration = Duration::from_secs(20);

/// How long the program may take to close its side once we have closed ours.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(2);

/// Messages to the program that may wait: 20 s of audio. A program that reads slower than that has lost the stream.
pub const MAX_WAITING: usize = 1_000;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What to send.
#[derive(Debug)]
pub enum Send {
    /// A message.
    Text(String),
    /// Ask for a sign of life.
    Ping,
    /// Close in good order.
    Close,
    /// Close because the program does not keep to the rules.
    CloseWith(u16, &'static str),
}

/// How a socket is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handshake {
    /// The address.
    pub url: String,
    /// Headers that go with the request: signatures, the carrier's name.
    pub headers: Vec<(&'static str, String)>,
}

/// Why a socket is not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The program said no, or the address is none that may be asked.
    Rejected,
    /// It cannot be trusted: the sandbox speaks plain `ws://` to loopback, for `wss://` it has no trust anchors.
    Untrusted,
    /// Nobody answered.
    Unreachable,
}

/// What came from the program.
#[derive(Debug)]
pub enum Came {
    /// The socket is open.
    Opened,
    /// It could not be opened.
    Refused(Refusal),
    /// A text message.
    Text(String),
    /// A message that is no text.
    NotText,
    /// The program's sign of life.
    Pong,
    /// The program closed the socket, or it broke.
    Closed,
}

/// What becomes of a socket on its way.
#[derive(Clone, Copy)]
pub struct Way {
    socket: Option<SocketFault>,
    media: Option<(Impairment, u64)>,
    is_sound: fn(&str) -> bool,
}

impl Way {
    /// Returns the way that these faults make. `is_sound` tells which messages of the program are sound: others always arrive.
    pub fn of(faults: &Faults, seed: u64, is_sound: fn(&str) -> bool) -> Self {
        Self { socket: faults.socket, media: faults.media().map(|impairment| (impairment, seed)), is_sound }
    }
}

/// Opens a socket and carries messages until one side closes, over a way that may be bad. What comes is posted in order; a
/// full channel slows the program down instead of losing words.
pub async fn run(way: Way, to: Result<Handshake, Refusal>, outgoing: mpsc::Receiver<Send>, incoming: mpsc::Sender<Came>) {
    let to = match to {
        Ok(to) => to,
        Err(why) => return refuse(&incoming, why).await,
    };
    if way.socket == Some(SocketFault::Refused) {
        return refuse(&incoming, Refusal::Unreachable).await;
    }
    let Some((impairment, seed)) = way.media else { return keep_open(to, way.socket, outgoing, incoming).await };
    let (to_program, rough_out) = mpsc::channel(MAX_WAITING);
    let (rough_in, from_program) = mpsc::channel(MAX_WAITING);
    tokio::join!(
        carry(outgoing, to_program, (impairment, seed), |send| matches!(send, Send::Text(text) if text.contains(r#""event":"media""#))),
        keep_open(to, way.socket, rough_out, rough_in),
        carry(from_program, incoming, (impairment, !seed), |came| matches!(came, Came::Text(text) if (way.is_sound)(text))),
    );
}

/// Opens a socket and carries messages until one side closes, or until it is cut so long after it was opened. One that falls silent
/// takes what the program says and brings it nothing.
async fn keep_open(to: Handshake, fault: Option<SocketFault>, mut outgoing: mpsc::Receiver<Send>, incoming: mpsc::Sender<Came>) {
    let socket = match tokio::time::timeout(HANDSHAKE_TIMEOUT, open(&to)).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(why)) => return refuse(&incoming, why).await,
        Err(_) => return refuse(&incoming, Refusal::Unreachable).await,
    };
    if incoming.send(Came::Opened).await.is_err() {
        return;
    }
    let (mut sink, mut source) = socket.split();
    let goes_wrong = async {
        match fault {
            Some(SocketFault::Cut(after) | SocketFault::Silent(after)) => tokio::time::sleep(after).await,
            Some(SocketFault::Refused) | None => std::future::pending().await,
        }
    };
    tokio::pin!(goes_wrong);
    let mut is_silent = false;
    loop {
        tokio::select! {
            biased;
            () = &mut goes_wrong, if !is_silent => match fault {
                Some(SocketFault::Silent(_)) => is_silent = true,
                Some(SocketFault::Cut(_) | SocketFault::Refused) | None => break,
            },
            send = outgoing.recv() => match send {
                Some(Send::Text(_) | Send::Ping) if is_silent => {}
                // Not sent in time or not at all: the program has lost the stream.
                Some(Send::Text(text)) => match tokio::time::timeout(SENDING_TIMEOUT, sink.send(Message::text(text))).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) | Err(_) => break,
                },
                // An answer that does not come is told by nobody.
                Some(Send::Ping) => drop(sink.send(Message::Ping(Vec::new().into())).await),
                Some(Send::Close) => return close(sink, source, CloseCode::Normal, "").await,
                Some(Send::CloseWith(code, reason)) => return close(sink, source, code.into(), reason).await,
                // The call is gone without a word: break off, as a lost line does.
                None => return,
            },
            message = source.next() => {
                let came = match message {
                    Some(Ok(Message::Text(text))) => Came::Text(text.as_str().to_owned()),
                    Some(Ok(Message::Binary(_))) => Came::NotText,
                    Some(Ok(Message::Pong(_))) => Came::Pong,
                    Some(Ok(Message::Ping(_) | Message::Frame(_))) => continue,
                    Some(Ok(Message::Close(_))) => {
                        // Our half of the farewell waits in the sink. If it does not leave, the program has gone already.
                        let _ = tokio::time::timeout(CLOSING_TIMEOUT, sink.flush()).await;
                        break;
                    }
                    Some(Err(_)) | None => break,
                };
                if incoming.send(came).await.is_err() {
                    return;
                }
            }
        }
    }
    let _ = incoming.send(Came::Closed).await;
}

/// Says goodbye and waits for the answer. A socket that is dropped with words of the program unread is reset, and a reset may
/// overtake what the callee said last.
async fn close(mut sink: SplitSink<Socket, Message>, mut source: SplitStream<Socket>, code: CloseCode, reason: &'static str) {
    let farewell = async {
        let frame = CloseFrame { code, reason: reason.into() };
        if sink.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = source.next().await {}
        }
    };
    // A program that does not answer loses only the socket.
    let _ = tokio::time::timeout(CLOSING_TIMEOUT, farewell).await;
}

async fn refuse(incoming: &mpsc::Sender<Came>, why: Refusal) {
    let _ = incoming.send(Came::Refused(why)).await;
}

async fn open(to: &Handshake) -> Result<Socket, Refusal> {
    let mut request = to.url.as_str().into_client_request().map_err(|_| Refusal::Rejected)?;
    for (name, value) in &to.headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).map_err(|_| Refusal::Rejected)?);
    }
    match connect_async_with_config(request, None, true).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(_) | Error::Protocol(_)) => Err(Refusal::Rejected),
        Err(Error::Tls(_) | Error::Url(_)) => Err(Refusal::Untrusted),
        Err(_) => Err(Refusal::Unreachable),
    }
}
