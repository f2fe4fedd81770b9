//! `xtask load`: plays Twilio for many calls at once and measures on the wire.
//!
//! For each number of calls a fresh server runs pinned to the first core; we run on the second. The run has four parts:
//! calls are opened one after another, all run steadily (processor time and memory are read here), some more join (do
//! they disturb the others?), and still more want to join (are they refused, and do the others notice?).

mod callee;
mod figures;
mod speech;
mod websocket;

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use self::callee::{Callee, FRAME, Stage};
use self::figures::{Figures, Odd, Phase};
use self::speech::Speech;
use crate::machine::{Pinning, load_average};
use crate::percentile::Spread;
use crate::server::{self, Server};

/// Delays of the stubs.
const STT: Duration = Duration::from_millis(100);
const LLM: Duration = Duration::from_millis(200);
const TTS: Duration = Duration::from_millis(100);

/// The pause after which the words are asked for (`settle_after` of the conversation). The turn's own end, at 350 ms, has
/// come when the stubbed ears and brain have answered, because the brain is asked as soon as the words are complete.
const SETTLE_AFTER: Duration = Duration::from_millis(220);

/// Ticks of different calls are spread over the 20 ms in so many slots of a millisecond.
const SLOTS: usize = 20;

/// How often calls may be refused for a second while they are opened.
const TRIES: usize = 30;

/// Calls that want in although all places are taken.
const TOO_MANY: usize = 20;

/// How to run it.
#[derive(Args, Clone, Debug)]
pub struct LoadArgs {
    /// Calls at once; several, with commas, are measured one after another.
    #[arg(long, value_delimiter = ',', default_value = "100,400")]
    pub calls: Vec<usize>,
    /// Length of the steady part in seconds.
    #[arg(long, default_value_t = 30)]
    pub seconds: u64,
    /// New calls a second while opening.
    #[arg(long, default_value_t = 40)]
    pub rate: u64,
    /// Calls that join the steady ones, ten a second.
    #[arg(long, default_value_t = 20)]
    pub joining: usize,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
    /// Do not build the program first.
    #[arg(long)]
    pub no_build: bool,
}

/// What one number of calls came to.
#[derive(Clone, Debug, Serialize)]
pub struct LoadFigures {
    calls: usize,
    pinning: Pinning,
    /// Load average of the machine before and after: what else was running shows here.
    load_before: f64,
    load_after: f64,
    cpu_ms_per_call_second: f64,
    core_percent: f64,
    mib_per_call: f64,
    base_mib: f64,
    answer_to_first_audio_ms: Spread,
    response_ms: Spread,
    own_share_ms: Spread,
    interruption_to_clear_ms: Spread,
    interruption_to_silence_ms: Spread,
    cough_to_pause_ms: Spread,
    cough_to_resume_ms: Spread,
    behind_pace_ms: Spread,
    behind_pace_while_joining_ms: Spread,
    behind_pace_while_full_ms: Spread,
    hole_ms: Spread,
    messages: u64,
    messages_over_60_ms_late: u64,
    refused_of: (usize, usize),
    /// Refusals while the calls were opened: the machine was too busy for a moment.
    refused_early: usize,
    dropped_audio: u64,
    own_lateness_ms: Spread,
    stopped_after_ms: f64,
    odd: Odd,
}

/// Runs the errand.
pub fn run(args: &LoadArgs) -> Result<()> {
    let figures = measure(args)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
    } else {
        figures.iter().for_each(print);
    }
    Ok(())
}

/// Measures each number of calls.
pub fn measure(args: &LoadArgs) -> Result<Vec<LoadFigures>> {
    let program = server::program(args.no_build)?;
    let pinning = Pinning::establish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    args.calls.iter().map(|calls| LocalSet::new().block_on(&runtime, one(*calls, args, &program, pinning))).collect()
}

async fn one(calls: usize, args: &LoadArgs, program: &Path, pinning: Pinning) -> Result<LoadFigures> {
    let load_before = load_average();
    let stub = format!("stt={}ms,llm={}ms,tts={}ms", STT.as_millis(), LLM.as_millis(), TTS.as_millis());
    let server = Server::start(program, pinning, &stub, calls + args.joining)?;
    let theatre = Rc::new(Theatre::new(&server)?);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let base = server.usage()?;
    let ticking = tokio::task::spawn_local(theatre.clone().tick_for_ever());

    let mut refused_early = 0;
    for number in 0..calls {
        // Whoever is refused tries again when the server says; one that is full for good is no machine for so many calls.
        while let Err(refusal) = theatre.clone().open(number, true).await {
            refused_early += 1;
            if refused_early > TRIES {
                return Err(refusal.context(format!("call {number} of {calls} was refused {TRIES} times")));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(1_000 / args.rate.max(1))).await;
    }
    tokio::time::sleep(Duration::from_secs(4)).await;

    theatre.stage.phase.set(Phase::Steady);
    let (began, before) = (Instant::now(), server.usage()?);
    tokio::time::sleep(Duration::from_secs(args.seconds)).await;
    let (elapsed, after) = (began.elapsed(), server.usage()?);

    theatre.stage.phase.set(Phase::Joining);
    let mut joined = 0;
    for number in 0..args.joining {
        joined += usize::from(theatre.clone().open(calls + number, false).await.is_ok());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;

    theatre.stage.phase.set(Phase::Full);
    let mut refused = args.joining - joined;
    for number in 0..TOO_MANY {
        refused += usize::from(theatre.clone().open(calls + args.joining + number, false).await.is_err());
    }
    tokio::time::sleep(Duration::from_secs(4)).await;

    let counters = crate::http::get(server.description.address, "/metrics")?;
    theatre.end();
    tokio::time::sleep(Duration::from_millis(500)).await;
    ticking.abort();
    let load_after = load_average();
    let stopped = tokio::task::spawn_blocking(move || server.stop()).await??;

    let figures = theatre.stage.figures.borrow();
    let cpu = (after.cpu - before.cpu).as_secs_f64();
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    Ok(LoadFigures {
        calls,
        pinning,
        load_before,
        load_after,
        cpu_ms_per_call_second: cpu * 1_000.0 / elapsed.as_secs_f64() / calls as f64,
        core_percent: cpu / elapsed.as_secs_f64() * 100.0,
        mib_per_call: mib(after.own_memory.saturating_sub(base.own_memory)) / calls as f64,
        base_mib: mib(base.own_memory),
        answer_to_first_audio_ms: figures.first_audio.all(),
        response_ms: figures.response.of(Phase::Steady),
        own_share_ms: figures.own_share.of(Phase::Steady),
        interruption_to_clear_ms: figures.clear.of(Phase::Steady),
        interruption_to_silence_ms: figures.silent.of(Phase::Steady),
        cough_to_pause_ms: figures.paused.of(Phase::Steady),
        cough_to_resume_ms: figures.resumed.of(Phase::Steady),
        behind_pace_ms: figures.behind_old.of(Phase::Steady),
        behind_pace_while_joining_ms: figures.behind_old.of(Phase::Joining),
        behind_pace_while_full_ms: figures.behind_old.of(Phase::Full),
        hole_ms: figures.holes.all(),
        messages: figures.messages,
        messages_over_60_ms_late: figures.too_late,
        refused_of: (refused, TOO_MANY + args.joining - joined),
        refused_early,
        dropped_audio: counter(&counters, "puppetmaster_dropped_audio_total"),
        own_lateness_ms: figures.own_lateness.of(Phase::Steady),
        stopped_after_ms: stopped.as_secs_f64() * 1_000.0,
        odd: figures.odd,
    })
}

fn counter(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|value| value.trim().parse().ok()).unwrap_or_default()
}

/// All calls of a run.
struct Theatre {
    stage: Rc<Stage>,
    address: SocketAddr,
    path: String,
    token: String,
    slots: [RefCell<Vec<Rc<Seat>>>; SLOTS],
    /// The slot that was served last.
    slot: Cell<usize>,
}

/// One call and its socket.
struct Seat {
    callee: RefCell<Callee>,
    stream: TcpStream,
}

impl Theatre {
    fn new(server: &Server) -> Result<Self> {
        let stage = Stage {
            speech: Speech::load()?,
            figures: RefCell::new(Figures::default()),
            phase: Cell::new(Phase::Ramp),
            expected_response: SETTLE_AFTER + STT + LLM + TTS,
        };
        let description = &server.description;
        Ok(Self {
            stage: Rc::new(stage),
            address: description.address,
            path: description.media_path.clone(),
            token: description.media_token.clone(),
            slots: Default::default(),
            slot: Cell::new(0),
        })
    }

    /// Opens one call.
    async fn open(self: Rc<Self>, number: usize, ran_before: bool) -> Result<()> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        stream.write_all(websocket::handshake(&self.address.to_string(), &self.path).as_bytes()).await?;
        let mut reply = Vec::new();
        // Nothing follows the head of a handshake until we have said who we are; a refusal has a body, which nobody needs.
        while !reply.windows(4).any(|four| four == b"\r\n\r\n") {
            if stream.read_buf(&mut reply).await? == 0 {
                break;
            }
        }
        if !reply.starts_with(b"HTTP/1.1 101") {
            let reply = String::from_utf8_lossy(&reply);
            bail!("{} {}", reply.lines().next().unwrap_or("no reply"), reply.lines().last().unwrap_or_default());
        }
        let callee = RefCell::new(Callee::new(self.stage.clone(), number, &self.token, ran_before, Instant::now()));
        let seat = Rc::new(Seat { callee, stream });
        seat.flush(&self.stage);
        // Its first frame is due 20 ms after its start: with the slot that has just been served.
        self.slots[self.slot.get()].borrow_mut().push(seat.clone());
        tokio::task::spawn_local(async move {
            // However the reading ends, the call is over.
            let ended = seat.read().await;
            seat.callee.borrow_mut().lost();
            if let Err(error) = ended {
                eprintln!("call {number}: {error:#}");
            }
        });
        Ok(())
    }

    /// Lets time pass for all calls, each in its slot. A late tick is followed by the next at its own time.
    async fn tick_for_ever(self: Rc<Self>) {
        let began = Instant::now();
        for step in 0_u32.. {
            let due = began + FRAME / SLOTS as u32 * step;
            tokio::time::sleep_until(due.into()).await;
            let now = Instant::now();
            self.stage.figures.borrow_mut().own_lateness.add(self.stage.phase.get(), (now - due).as_secs_f64() * 1_000.0);
            self.slot.set(step as usize % SLOTS);
            for seat in self.slots[self.slot.get()].borrow().iter() {
                seat.callee.borrow_mut().tick(Instant::now());
                seat.flush(&self.stage);
            }
        }
    }

    fn end(&self) {
        for seat in self.slots.iter().flat_map(|slot| slot.borrow().clone()) {
            seat.callee.borrow_mut().hang_up();
            seat.flush(&self.stage);
        }
    }
}

impl Seat {
    fn flush(&self, stage: &Stage) {
        let mut callee = self.callee.borrow_mut();
        if callee.outgoing.is_empty() {
            return;
        }
        match self.stream.try_write(&callee.outgoing) {
            Ok(written) => drop(callee.outgoing.drain(..written)),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => stage.figures.borrow_mut().odd.not_read += 1,
            Err(_) => callee.lost(),
        }
    }

    async fn read(&self) -> Result<()> {
        let mut bytes = Vec::with_capacity(4 * 1_024);
        loop {
            self.stream.readable().await?;
            match self.stream.try_read_buf(&mut bytes) {
                Ok(0) => return Ok(()),
                Ok(_) => {
                    let used = self.callee.borrow_mut().received(&bytes, Instant::now())?;
                    bytes.drain(..used);
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                // After our own hang-up the server may close before it has read everything.
                Err(_) if self.callee.borrow().is_over() => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn print(figures: &LoadFigures) {
    let spread = |name: &str, spread: Spread| {
        println!("{name:<44} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>9}", spread.p50, spread.p95, spread.p99, spread.max, spread.count);
    };
    println!(
        "\n{} calls (load average {:.2} before, {:.2} after; pinned: {:?})",
        figures.calls, figures.load_before, figures.load_after, figures.pinning
    );
    println!("processor: {:.2} ms per call-second, {:.0} % of a core", figures.cpu_ms_per_call_second, figures.core_percent);
    println!("memory: {:.3} MiB a call over {:.0} MiB", figures.mib_per_call, figures.base_mib);
    println!(
        "audio messages: {}, more than 60 ms late: {}; audio dropped on the way in: {}",
        figures.messages, figures.messages_over_60_ms_late, figures.dropped_audio
    );
    println!(
        "refused past capacity: {} of {} (and {} while opening); ended {:.0} ms after SIGTERM",
        figures.refused_of.0, figures.refused_of.1, figures.refused_early, figures.stopped_after_ms
    );
    println!("{:<44} {:>8} {:>8} {:>8} {:>8} {:>9}", "ms", "p50", "p95", "p99", "max", "count");
    spread("answer → first audio", figures.answer_to_first_audio_ms);
    spread("callee stops → our first audio", figures.response_ms);
    spread("  our own share of it", figures.own_share_ms);
    spread("interruption → clear sent", figures.interruption_to_clear_ms);
    spread("interruption → callee hears nothing of us", figures.interruption_to_silence_ms);
    spread("cough → pause", figures.cough_to_pause_ms);
    spread("cough → we go on", figures.cough_to_resume_ms);
    spread("audio behind its pace", figures.behind_pace_ms);
    spread("  while others join", figures.behind_pace_while_joining_ms);
    spread("  while others are refused", figures.behind_pace_while_full_ms);
    spread("holes heard in our audio", figures.hole_ms);
    spread("(this tool's own lateness)", figures.own_lateness_ms);
    println!("odd: {:?}", figures.odd);
}
