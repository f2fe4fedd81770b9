//! A door between the program and the practice network: each request passes through it, and at a named moment of a named request the
//! program is killed. So a kill falls exactly there, and the program knows nothing of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};

use crate::program::signal;

/// Which request of the program is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asks {
    /// That a call be made.
    Call,
    /// That a call be ended.
    End,
    /// That the sound of a recording be given.
    Recording,
}

/// At which moment of it the program is killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// It has been sent and has not arrived.
    Sent,
    /// It has been carried out, and its reply has not been seen.
    CarriedOut,
    /// Half of its reply is in the program.
    Halfway,
    /// Its reply is on its way into the program.
    Answered,
}

/// The kill that is to come.
struct Kill {
    pid: u32,
    asks: Asks,
    moment: Moment,
    done: mpsc::Sender<()>,
}

/// The kill, and who waits for somebody to say when it is to be.
#[derive(Default)]
struct Kills {
    next: Mutex<Option<Kill>>,
    is_said: Condvar,
}

/// The door.
pub struct Door {
    pub address: SocketAddr,
    kills: Arc<Kills>,
    is_open: Arc<AtomicBool>,
    recordings: Arc<Recordings>,
}

/// The recordings that are asked for through the door.
#[derive(Default)]
struct Recordings {
    /// How many went through it, whole.
    whole: AtomicU32,
    /// They go through without anybody having said when the kill is to be.
    may_pass: AtomicBool,
}

impl Door {
    /// Opens a door to the practice network at this address. It lives as long as the test's process.
    pub fn to(network: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (kills, is_open) = (Arc::new(Kills::default()), Arc::new(AtomicBool::new(true)));
        let recordings = Arc::new(Recordings::default());
        let (network, passing, opens, handed_over) = (network.to_owned(), kills.clone(), is_open.clone(), recordings.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (network, kills, recordings) = (network.clone(), passing.clone(), handed_over.clone());
                if opens.load(Ordering::SeqCst) {
                    std::thread::spawn(move || pass(stream, &network, &kills, &recordings));
                }
            }
        });
        Self { address, kills, is_open, recordings }
    }

    /// Kills a program at a moment of its next request of this kind. Returns what tells that it was done. No call is asked for
    /// through the door before this was said, however slow the test is.
    pub fn kill(&self, pid: u32, asks: Asks, moment: Moment) -> mpsc::Receiver<()> {
        let (done, is_done) = mpsc::channel();
        *self.kills.next.lock().unwrap() = Some(Kill { pid, asks, moment, done });
        self.kills.is_said.notify_all();
        is_done
    }

    /// Returns how many recordings went through it, whole.
    pub fn recordings(&self) -> u32 {
        self.recordings.whole.load(Ordering::SeqCst)
    }

    /// Lets recordings through from now on; before, they wait for the kill as calls do.
    pub fn let_recordings_through(&self) {
        self.recordings.may_pass.store(true, Ordering::SeqCst);
    }

    /// Lets nobody through any more, or everybody again.
    pub fn set_open(&self, is_open: bool) {
        self.is_open.store(is_open, Ordering::SeqCst);
    }
}

fn pass(mut program: TcpStream, network: &str, kills: &Kills, recordings: &Recordings) {
    let Some((head, body)) = message(&mut program) else { return };
    let asks = asks_of(&head);
    if asks == Some(Asks::Call) || asks == Some(Asks::Recording) && !recordings.may_pass.load(Ordering::SeqCst) {
        drop(kills.is_said.wait_while(kills.next.lock().unwrap(), |next| next.is_none()).unwrap());
    }
    let falls = |moment: Moment| {
        let mut waiting = kills.next.lock().unwrap();
        let is_now = waiting.as_ref().is_some_and(|kill| Some(kill.asks) == asks && kill.moment == moment);
        if let Some(kill) = waiting.take_if(|_| is_now) {
            signal(kill.pid, "KILL");
            // The test may have given up.
            let _ = kill.done.send(());
        }
        is_now
    };
    if falls(Moment::Sent) {
        return;
    }
    let mut carrier = TcpStream::connect(network).unwrap();
    let kept = head.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("connection:")).collect::<Vec<_>>().join("\r\n");
    let head = kept.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    carrier.write_all(format!("{head}\r\n\r\n").as_bytes()).unwrap();
    carrier.write_all(&body).unwrap();
    let mut reply = Vec::new();
    carrier.read_to_end(&mut reply).unwrap();
    if falls(Moment::CarriedOut) {
        return;
    }
    let (half, rest) = reply.split_at(reply.len() / 2);
    // Whoever asked may be gone.
    let _ = program.write_all(half);
    if falls(Moment::Halfway) {
        return;
    }
    if program.write_all(rest).is_ok() && asks == Some(Asks::Recording) && reply.starts_with(b"HTTP/1.1 200") {
        recordings.whole.fetch_add(1, Ordering::SeqCst);
    }
    falls(Moment::Answered);
}

fn asks_of(head: &str) -> Option<Asks> {
    if let Some(target) = head.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()) {
        let path = target.split('?').next()?;
        return (path.contains("/Recordings/RE") && path.ends_with(".wav")).then_some(Asks::Recording);
    }
    let target = head.strip_prefix("POST ")?.split(' ').next()?;
    if target.ends_with("/Calls.json") {
        return Some(Asks::Call);
    }
    target.contains("/Calls/CA").then_some(Asks::End)
}

/// Reads a request: its head without the empty line, and its body.
fn message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let mut piece = [0; 1_024];
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = |line: &str| line.to_ascii_lowercase().strip_prefix("content-length:").map(|length| length.trim().parse::<usize>().unwrap());
    let length = head.split("\r\n").find_map(length).unwrap_or(0);
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        let mut piece = [0; 1_024];
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&piece[..read]);
    }
    Some((head, body))
}
