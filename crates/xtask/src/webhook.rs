//! `xtask webhook`: the voice webhook with a signed body, from many connections that each ask again as soon as they have
//! their answer.
//!
//! The attempt in the address is none that lives, so the answer is the document that hangs up: routing, body, signature,
//! parameters, look-up and document are those of every voice webhook.
//!
//! With `--peer` it asks somebody else's server, which runs already: benches/peers/run.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use wire::twilio::callback::CallCallback;
use wire::twilio::signature::{Algorithm, HEADER, SigningKey};
use wire::twilio::status::CallStatus;

use crate::http::whole_reply;
use crate::machine::{Pinning, Usage, load_average};
use crate::percentile::Spread;
use crate::server::{self, Description, Server};

/// How to run it.
#[derive(Args, Clone, Debug)]
pub struct WebhookArgs {
    /// Connections.
    #[arg(long, default_value_t = 32)]
    pub connections: usize,
    /// How long.
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
    /// Do not build the program first.
    #[arg(long)]
    pub no_build: bool,
    /// Ask this address of a server that runs already, in place of ours.
    #[arg(long, requires_all = ["peer_secret", "peer_pid"])]
    pub peer: Option<String>,
    /// What signs the requests to it.
    #[arg(long, requires = "peer")]
    pub peer_secret: Option<String>,
    /// Whose processor time counts.
    #[arg(long, requires = "peer")]
    pub peer_pid: Option<u32>,
}

/// What came out.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookFigures {
    pinning: Pinning,
    load_before: f64,
    load_after: f64,
    connections: usize,
    requests_per_second: f64,
    /// Of the server's core. Below 100 it is we who were too slow, and the next figure says what the core would carry.
    core_percent: f64,
    requests_per_core_second: f64,
    latency_ms: Spread,
    body_bytes: usize,
}

/// Runs the errand.
pub fn run(args: &WebhookArgs) -> Result<()> {
    let figures = measure(args)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
        return Ok(());
    }
    let latency = figures.latency_ms;
    println!("\nvoice webhook, {} connections, body of {} bytes", figures.connections, figures.body_bytes);
    println!("load average {:.2} before, {:.2} after; pinned: {:?}", figures.load_before, figures.load_after, figures.pinning);
    println!(
        "requests a second: {:.0} at {:.0} % of a core, so {:.0} a core",
        figures.requests_per_second, figures.core_percent, figures.requests_per_core_second
    );
    println!("latency ms: p50 {:.2}, p95 {:.2}, p99 {:.2}, max {:.2}", latency.p50, latency.p95, latency.p99, latency.max);
    Ok(())
}

/// Measures.
pub fn measure(args: &WebhookArgs) -> Result<WebhookFigures> {
    if let (Some(url), Some(secret), Some(pid)) = (&args.peer, &args.peer_secret, args.peer_pid) {
        let pinning = Pinning::establish();
        return figures(args, pinning, &Asked::of_peer(url, secret)?, || Usage::of(pid));
    }
    let program = server::program(args.no_build)?;
    let pinning = Pinning::establish();
    let server = Server::start(&program, pinning, "stt=100ms,llm=200ms,tts=100ms", 1)?;
    let Description { address, answer_url, webhook_secret, .. } = &server.description;
    let figures = figures(args, pinning, &Asked { address: *address, url: answer_url, secret: webhook_secret }, || server.usage());
    server.stop()?;
    figures
}

/// Who is asked, and what.
struct Asked<'a> {
    address: std::net::SocketAddr,
    url: &'a str,
    secret: &'a str,
}

impl<'a> Asked<'a> {
    fn of_peer(url: &'a str, secret: &'a str) -> Result<Self> {
        let address = url.strip_prefix("http://").and_then(|rest| rest.split('/').next()).and_then(|host| host.parse().ok());
        Ok(Self { address: address.context("--peer is no http://ADDRESS:PORT/PATH")?, url, secret })
    }
}

fn figures(args: &WebhookArgs, pinning: Pinning, asked: &Asked<'_>, usage: impl Fn() -> Result<Usage>) -> Result<WebhookFigures> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let load_before = load_average();
    let (request, body_bytes) = request(asked);
    // Connections, caches and branch predictors are warm before the clock runs.
    LocalSet::new().block_on(&runtime, ask_all(asked, &request, args.connections, Duration::from_secs(1)))?;
    let (began, before) = (Instant::now(), usage()?);
    let latencies = LocalSet::new().block_on(&runtime, ask_all(asked, &request, args.connections, Duration::from_secs(args.seconds)))?;
    let (elapsed, after) = (began.elapsed().as_secs_f64(), usage()?);
    let cpu = (after.cpu - before.cpu).as_secs_f64();
    Ok(WebhookFigures {
        pinning,
        load_before,
        load_after: load_average(),
        connections: args.connections,
        requests_per_second: latencies.len() as f64 / elapsed,
        core_percent: cpu / elapsed * 100.0,
        requests_per_core_second: latencies.len() as f64 / cpu,
        latency_ms: Spread::of(&latencies),
        body_bytes,
    })
}

/// A voice webhook as Twilio sends it once a call that we placed is answered, with all its headers.
fn request(asked: &Asked<'_>) -> (String, usize) {
    let call = "CA0123456789abcdef0123456789abcdef";
    let mut callback = CallCallback::document_request("AC0", call, "+15005550006", "+12125550123", CallStatus::InProgress);
    for (key, value) in [
        ("CallerCountry", "US"),
        ("CallerState", "NY"),
        ("CallerCity", "NEW YORK"),
        ("CallerZip", "10001"),
        ("FromCountry", "US"),
        ("FromState", "NY"),
        ("FromCity", "NEW YORK"),
        ("FromZip", "10001"),
        ("ToCountry", "US"),
        ("ToState", "NY"),
        ("ToCity", "NEW YORK"),
        ("ToZip", "10001"),
        ("CalledCountry", "US"),
        ("CalledState", "NY"),
        ("CalledCity", "NEW YORK"),
        ("CalledZip", "10001"),
    ] {
        callback = callback.with(key, value);
    }
    let form = callback.to_form();
    let signature = SigningKey::new(asked.secret).sign(asked.url, &form, Algorithm::HmacSha1);
    let body = form.encode();
    let path = asked.url.splitn(4, '/').nth(3).unwrap_or_default();
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: {}\r\n\
         I-Twilio-Idempotency-Token: 0f8fad5b-d9cb-469f-a165-70867728950e\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n{HEADER}: {signature}\r\n\r\n{body}",
        asked.address,
        body.len()
    );
    (request, body.len())
}

async fn ask_all(asked: &Asked<'_>, request: &str, connections: usize, length: Duration) -> Result<Vec<f64>> {
    let until = Instant::now() + length;
    let asking: Vec<_> = (0..connections).map(|_| tokio::task::spawn_local(ask(asked.address, request.to_owned(), until))).collect();
    let mut latencies = Vec::new();
    for answers in asking {
        latencies.extend(answers.await??);
    }
    Ok(latencies)
}

async fn ask(address: std::net::SocketAddr, request: String, until: Instant) -> Result<Vec<f64>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut latencies, mut reply) = (Vec::new(), Vec::with_capacity(1_024));
    while Instant::now() < until {
        let began = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        reply.clear();
        let status = loop {
            ensure!(stream.read_buf(&mut reply).await? > 0, "the server closed the connection");
            if let Some((status, _)) = whole_reply(&reply)? {
                break status;
            }
        };
        ensure!(status == 200, "the webhook was answered with {status}");
        latencies.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(latencies)
}
