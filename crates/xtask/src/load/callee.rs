//! One call as Twilio and the callee have it: frames every 20 ms, marks echoed when their audio was played, and a
//! person who answers, interrupts and coughs.
//!
//! No socket here but for the bytes to send: [`Callee::tick`] once every 20 ms, [`Callee::received`] whenever the server
//! has sent something. Times of sounds count from when they sounded: a frame is sent when its 20 ms are over.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use audio::FRAME_SAMPLES;
use wire::twilio::media::{CarrierStream, FromApp, Track, decode_payload, read_from_app};

use super::figures::{Figures, Phase};
use super::speech::{Clip, Speech};
use super::websocket::{Frame, read_frame, write_close, write_text};

/// One frame.
pub const FRAME: Duration = Duration::from_millis(20);

/// A turn without an answer is given up after this long.
const PATIENCE: Duration = Duration::from_secs(8);

/// What all callees share.
pub struct Stage {
    /// What is said.
    pub speech: Speech,
    /// What is measured.
    pub figures: RefCell<Figures>,
    /// The part of the run.
    pub phase: Cell<Phase>,
    /// The delays of the stubs and the pause that ends a turn, together.
    pub expected_response: Duration,
}

/// What the callee does at the moment.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// Listens to the opening.
    Opening,
    /// Draws breath.
    Pausing { until: Instant },
    /// Says something and expects an answer.
    Speaking,
    /// Waits for the answer to what sounded until then; the detector heard it end at the second time.
    Awaiting { since: Instant, voice_ended: Instant },
    /// Hears the answer.
    Hearing { since: Instant },
    /// Speaks over the answer since then.
    Interrupting { since: Instant, is_cleared: bool },
    /// Coughed over the answer.
    Coughing { since: Instant },
}

/// What to do about the answer that is being heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plan {
    HearOut,
    Interrupt,
    Cough,
}

/// What is said now, and how far it is.
struct Saying {
    clip: Clip,
    next: usize,
    voice_ended: Option<Instant>,
}

/// A line of ours as it arrives.
struct Line {
    first: Instant,
    frames: u32,
    offsets: Vec<f64>,
}

/// One call.
pub struct Callee {
    stage: Rc<Stage>,
    carrier: CarrierStream,
    number: usize,
    ran_before: bool,
    began: Instant,
    frames: u64,
    act: Act,
    /// Utterances begun.
    turns: usize,
    /// Answers heard.
    answers: usize,
    saying: Option<Saying>,
    has_heard: bool,
    plays_until: Instant,
    marks: VecDeque<(Instant, String)>,
    line: Option<Line>,
    is_over: bool,
    text: String,
    audio: Vec<u8>,
    /// Bytes for the socket.
    pub outgoing: Vec<u8>,
}

impl Callee {
    /// Begins a call: what opens the stream is in [`Callee::outgoing`]. `ran_before`: whether it is one of those that
    /// others may disturb by joining.
    pub fn new(stage: Rc<Stage>, number: usize, token: &str, ran_before: bool, now: Instant) -> Self {
        let mut carrier = CarrierStream::new("AC0", &format!("CA{number}"), &format!("MZ{number:032}"));
        let mut outgoing = Vec::with_capacity(1_024);
        let mut text = String::with_capacity(512);
        carrier.connected(&mut text);
        write_text(&text, &mut outgoing);
        text.clear();
        carrier.start(&[("token".to_owned(), token.to_owned())], &mut text);
        write_text(&text, &mut outgoing);
        Self {
            stage,
            carrier,
            number,
            ran_before,
            began: now,
            frames: 0,
            act: Act::Opening,
            turns: 0,
            answers: 0,
            saying: None,
            has_heard: false,
            plays_until: now,
            marks: VecDeque::new(),
            line: None,
            is_over: false,
            text,
            audio: Vec::new(),
            outgoing,
        }
    }

    /// Returns whether the call has ended, whoever ended it.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Hangs up.
    pub fn hang_up(&mut self) {
        self.is_over = true;
        self.text.clear();
        self.carrier.stop(&mut self.text);
        write_text(&self.text, &mut self.outgoing);
        write_close(&mut self.outgoing);
    }

    /// Says that the server ended the call.
    pub fn lost(&mut self) {
        if !std::mem::replace(&mut self.is_over, true) {
            self.stage.figures.borrow_mut().odd.lost_calls += 1;
        }
    }

    /// Lets 20 ms pass: the next frame and the echoes that are due go to [`Callee::outgoing`].
    pub fn tick(&mut self, now: Instant) {
        if self.is_over {
            return;
        }
        self.act_at(now);
        self.send_frame(now);
        while let Some((_, name)) = self.marks.pop_front_if(|(at, _)| *at <= now) {
            self.echo(&name);
            self.line_was_played(now);
        }
    }

    /// Takes bytes that the server sent; returns how many are done with.
    ///
    /// # Errors
    /// What no server of ours must send.
    pub fn received(&mut self, bytes: &[u8], now: Instant) -> Result<usize> {
        let mut used = 0;
        while let Some((frame, length)) = read_frame(&bytes[used..])? {
            used += length;
            match frame {
                Frame::Text(text) => self.message(text, now)?,
                Frame::Close => self.lost(),
                Frame::Other => {}
            }
        }
        Ok(used)
    }

    fn message(&mut self, text: &str, now: Instant) -> Result<()> {
        match read_from_app(text)? {
            FromApp::Media { payload, .. } => {
                self.audio.clear();
                decode_payload(&payload, &mut self.audio)?;
                self.hear(u32::try_from(self.audio.len() / FRAME_SAMPLES)?, now);
            }
            FromApp::Mark { name, .. } => {
                self.end_line();
                self.marks.push_back((self.plays_until, name.into_owned()));
            }
            FromApp::Clear { .. } => self.clear(now),
        }
        Ok(())
    }

    fn hear(&mut self, frames: u32, now: Instant) {
        let phase = self.stage.phase.get();
        let mut figures = self.stage.figures.borrow_mut();
        figures.messages += 1;
        if !std::mem::replace(&mut self.has_heard, true) {
            figures.first_audio.add(phase, millis(now - self.began));
        }
        match self.act {
            Act::Awaiting { since, voice_ended } => {
                figures.response.add(phase, millis(now - since));
                let own = signed_millis(now, voice_ended + self.stage.expected_response);
                figures.own_share.add(phase, own);
                self.answers += 1;
                self.act = Act::Hearing { since: now };
            }
            Act::Coughing { since } if now > self.plays_until => {
                figures.paused.add(phase, millis(self.plays_until.saturating_duration_since(since)));
                figures.resumed.add(phase, millis(now - since));
                self.line = None;
                self.answers += 1;
                self.act = Act::Hearing { since: now };
            }
            // Something that we did not ask for: hear it out.
            Act::Pausing { .. } => self.act = Act::Hearing { since: now },
            Act::Opening | Act::Speaking | Act::Hearing { .. } | Act::Interrupting { .. } | Act::Coughing { .. } => {}
        }
        let is_calm = matches!(self.act, Act::Opening | Act::Hearing { .. });
        match &mut self.line {
            Some(line) if is_calm => {
                let offset = signed_millis(now, line.first + FRAME * line.frames);
                line.offsets.push(offset);
                figures.too_late += u64::from(offset > 60.0);
                figures.holes.add(phase, millis(now.saturating_duration_since(self.plays_until)));
                line.frames += frames;
            }
            Some(line) => line.frames += frames,
            None => self.line = Some(Line { first: now, frames, offsets: Vec::with_capacity(96) }),
        }
        self.plays_until = self.plays_until.max(now) + FRAME * frames;
    }

    /// The pace of a line is that of its earliest message; the others are behind it by what came between.
    fn end_line(&mut self) {
        let Some(line) = self.line.take() else {
            return;
        };
        let earliest = line.offsets.iter().copied().fold(f64::INFINITY, f64::min);
        let phase = self.stage.phase.get();
        let mut figures = self.stage.figures.borrow_mut();
        for offset in line.offsets {
            figures.behind.add(phase, offset - earliest);
            if self.ran_before {
                figures.behind_old.add(phase, offset - earliest);
            }
        }
    }

    fn clear(&mut self, now: Instant) {
        let phase = self.stage.phase.get();
        let audible_until = self.plays_until.min(now);
        self.line = None;
        self.plays_until = now;
        match self.act {
            Act::Interrupting { since, is_cleared: false } => {
                let mut figures = self.stage.figures.borrow_mut();
                figures.clear.add(phase, millis(now - since));
                figures.silent.add(phase, millis(audible_until.saturating_duration_since(since)));
                self.act = Act::Interrupting { since, is_cleared: true };
            }
            Act::Coughing { .. } => {
                self.stage.figures.borrow_mut().odd.coughs_obeyed += 1;
                self.pause(now);
            }
            Act::Opening | Act::Pausing { .. } | Act::Speaking | Act::Awaiting { .. } | Act::Hearing { .. } | Act::Interrupting { .. } => {}
        }
        for (_, name) in std::mem::take(&mut self.marks) {
            self.echo(&name);
        }
    }

    fn line_was_played(&mut self, now: Instant) {
        match self.act {
            Act::Opening | Act::Hearing { .. } => self.pause(now),
            Act::Coughing { .. } => {
                self.stage.figures.borrow_mut().odd.coughs_unnoticed += 1;
                self.pause(now);
            }
            Act::Pausing { .. } | Act::Speaking | Act::Awaiting { .. } | Act::Interrupting { .. } => {}
        }
    }

    fn pause(&mut self, now: Instant) {
        self.act = Act::Pausing { until: now + Duration::from_millis(300) };
    }

    fn plan(&self) -> Plan {
        match (self.number + self.answers) % 4 {
            1 => Plan::Interrupt,
            3 => Plan::Cough,
            _ => Plan::HearOut,
        }
    }

    fn act_at(&mut self, now: Instant) {
        match self.act {
            Act::Pausing { until } if now >= until => {
                self.say_next();
                self.act = Act::Speaking;
            }
            Act::Awaiting { since, .. } if now > since + PATIENCE => self.give_up(now),
            Act::Opening if !self.has_heard && now > self.began + PATIENCE => self.give_up(now),
            Act::Hearing { since } if now >= since + self.interrupts_after() && self.saying.is_none() && self.plays_until > now => {
                match self.plan() {
                    Plan::HearOut => {}
                    Plan::Interrupt => {
                        self.say_next();
                        self.act = Act::Interrupting { since: now, is_cleared: false };
                    }
                    Plan::Cough => {
                        self.saying = Some(Saying { clip: self.stage.speech.cough.clone(), next: 0, voice_ended: None });
                        self.act = Act::Coughing { since: now };
                    }
                }
            }
            Act::Opening | Act::Pausing { .. } | Act::Speaking | Act::Awaiting { .. } => {}
            Act::Hearing { .. } | Act::Interrupting { .. } | Act::Coughing { .. } => {}
        }
    }

    fn give_up(&mut self, now: Instant) {
        self.stage.figures.borrow_mut().odd.unanswered += 1;
        self.pause(now);
    }

    /// People interrupt at any moment, so each call does it at another.
    fn interrupts_after(&self) -> Duration {
        Duration::from_millis(900 + (self.number as u64 * 37 + self.turns as u64 * 53) % 600)
    }

    fn say_next(&mut self) {
        let utterances = &self.stage.speech.utterances;
        let clip = utterances[(self.number + self.turns) % utterances.len()].clone();
        self.turns += 1;
        self.saying = Some(Saying { clip, next: 0, voice_ended: None });
    }

    fn send_frame(&mut self, now: Instant) {
        let quiet = &self.stage.speech.quiet;
        let mut frame = quiet[(self.frames as usize + self.number) % quiet.len()];
        if let Some(saying) = &mut self.saying {
            frame = saying.clip.frames[saying.next];
            let sounded = |sample: usize| now - FRAME + Duration::from_micros((sample - saying.next * FRAME_SAMPLES) as u64 * 125);
            let holds = |sample: usize| (saying.next * FRAME_SAMPLES..(saying.next + 1) * FRAME_SAMPLES).contains(&sample);
            if holds(saying.clip.begins) {
                match &mut self.act {
                    Act::Interrupting { since, .. } | Act::Coughing { since } => *since = sounded(saying.clip.begins),
                    _ => {}
                }
            }
            if holds(saying.clip.voice_ends - 1) {
                saying.voice_ended = Some(sounded(saying.clip.voice_ends));
            }
            saying.next += 1;
            if saying.next == saying.clip.frames.len() {
                let last = saying.clip.ends - (saying.next - 1) * FRAME_SAMPLES;
                let since = now - FRAME + Duration::from_micros(last as u64 * 125);
                let voice_ended = saying.voice_ended.unwrap_or(since);
                self.saying = None;
                self.said(since, voice_ended, now);
            }
        }
        self.text.clear();
        self.carrier.media(Track::Inbound, self.frames * 20, &frame, &mut self.text);
        write_text(&self.text, &mut self.outgoing);
        self.frames += 1;
    }

    fn said(&mut self, since: Instant, voice_ended: Instant, now: Instant) {
        match self.act {
            Act::Speaking | Act::Interrupting { is_cleared: true, .. } => {
                self.act = Act::Awaiting { since, voice_ended };
            }
            Act::Interrupting { is_cleared: false, .. } => {
                self.stage.figures.borrow_mut().odd.not_cleared += 1;
                self.pause(now);
            }
            Act::Opening | Act::Pausing { .. } | Act::Awaiting { .. } | Act::Hearing { .. } | Act::Coughing { .. } => {}
        }
    }

    fn echo(&mut self, name: &str) {
        self.text.clear();
        self.carrier.mark(name, &mut self.text);
        write_text(&self.text, &mut self.outgoing);
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn signed_millis(at: Instant, expected: Instant) -> f64 {
    if at >= expected { millis(at - expected) } else { -millis(expected - at) }
}
