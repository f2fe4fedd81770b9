//! A call in the terminal, as it happens.
//!
//! Until the line is open, times count from the dial; from then on they are places in the recording, so that what is
//! read here can be found there.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use dialogue::transcript::Speaker;
use engine::live::{LiveEvent, RoomChange};
use engine::recording_guard::RecordingNews;
use telephony::AudioPosition;

use crate::report_view::who_in_words;

/// The most characters of a line that will be written over: one row of a narrow terminal, or it could not be.
const REWRITTEN_AT_MOST: usize = 56;

/// Prints what happens, one line an event; words that may still change are written over.
pub struct LiveView {
    began: Instant,
    connected: Option<Instant>,
    has_interim: bool,
    may_rewrite: bool,
}

impl LiveView {
    /// Returns a view; `may_rewrite` if the output is a terminal.
    pub fn new(may_rewrite: bool) -> Self {
        Self { began: Instant::now(), connected: None, has_interim: false, may_rewrite }
    }

    /// Shows an event.
    pub fn show(&mut self, event: &LiveEvent) {
        match event {
            LiveEvent::Dialing => self.line("dialing"),
            LiveEvent::AsksSecond { provider, because } => self.line(&format!("{because}; {provider} is asked")),
            LiveEvent::Ringing => self.line("ringing"),
            LiveEvent::Answered => self.line("answered"),
            // A call that comes back goes on where its ruler is.
            LiveEvent::Connected => {
                self.connected.get_or_insert_with(Instant::now);
            }
            LiveEvent::Ended => {}
            LiveEvent::Saying { text } => self.interim("assistant…", text),
            LiveEvent::Screened { who } => self.line(&format!("who answered: {}", who_in_words(*who))),
            LiveEvent::Hearing { text, .. } => self.interim("callee…", text),
            LiveEvent::Said { turn } => {
                let name = match turn.speaker {
                    Speaker::Callee(_) => "callee   ",
                    Speaker::Assistant(_) => "assistant",
                    Speaker::User => "you      ",
                };
                let cut = if turn.was_interrupted { " –" } else { "" };
                self.said(turn.from, &format!("{name}  {}{cut}", turn.text));
            }
            LiveEvent::Pressed { digits } => self.line(&format!("pressed {digits}")),
            LiveEvent::OperatorRinging => self.line("ringing your telephone; press one there to take the call"),
            LiveEvent::OperatorJoined => self.line("you have picked up; the callee is being told"),
            LiveEvent::HandedOver => self.line("the call is yours"),
            LiveEvent::RoomChanged { change } => self.line(match change {
                RoomChange::UserMuted => "the callee does not hear you; m again, and they do",
                RoomChange::UserUnmuted => "the callee hears you again",
                RoomChange::CalleeHeld => "the callee waits; h again, and they are back",
                RoomChange::CalleeBack => "the callee is back",
                RoomChange::GuestWhispers => "only you hear your guest; w again, and all do",
                RoomChange::GuestSpeaksToAll => "all hear your guest again",
                RoomChange::GuestRemoved => "your guest is taken out",
                RoomChange::Announced => "all hear what you wrote",
            }),
            LiveEvent::RoomNotChanged => self.line("that could not be done: it needs you and the callee on the line together"),
            LiveEvent::GuestRinging => self.line("ringing your guest, who comes in by pressing one; k gives up"),
            LiveEvent::GuestJoined => self.line("your guest comes in; w lets only you hear them, k takes them out"),
            LiveEvent::GuestLeft => self.line("your guest has left"),
            LiveEvent::GuestNotReached => self.line("your guest does not come"),
            LiveEvent::OperatorLeft => self.line("you gave the call back; the assistant goes on"),
            LiveEvent::TakeoverFailed { why } => self.line(&format!("you did not get the call: {}", why.in_words())),
            LiveEvent::Recording { news } => self.line(match news {
                RecordingNews::Paused => "the recording pauses: the digits of a card",
                RecordingNews::GoesOn => "the recording goes on",
                RecordingNews::Deleted => "the recording is deleted: the callee does not want it",
            }),
            LiveEvent::HangingUp => self.line("hanging up"),
        }
    }

    fn line(&mut self, text: &str) {
        self.clear_interim();
        let at = match self.connected {
            Some(connected) => place(connected.elapsed()).to_string(),
            None => format!("{:.1} s", self.began.elapsed().as_secs_f64()),
        };
        // A terminal that is gone must not end the call.
        let _ = writeln!(io::stdout(), "  {at:>7}   {text}");
    }

    fn said(&mut self, at: AudioPosition, text: &str) {
        self.clear_interim();
        let at = at.to_string();
        let _ = writeln!(io::stdout(), "  {at:>7}   {text}");
    }

    /// Shows the end of what is being said: its beginning was shown a moment ago.
    fn interim(&mut self, who: &str, text: &str) {
        if !self.may_rewrite {
            return;
        }
        let surplus = text.chars().count().saturating_sub(REWRITTEN_AT_MOST);
        let shown: String = text.chars().skip(surplus).collect();
        let _ = write!(io::stdout(), "\r\x1b[2K             {who:<10} {shown}");
        let _ = io::stdout().flush();
        self.has_interim = true;
    }

    fn clear_interim(&mut self) {
        if std::mem::take(&mut self.has_interim) {
            let _ = write!(io::stdout(), "\r\x1b[2K");
        }
    }
}

/// Returns the place in the recording that is reached so long after the line was opened.
fn place(since_connected: Duration) -> AudioPosition {
    AudioPosition::from_millis(u64::try_from(since_connected.as_millis()).unwrap_or(u64::MAX))
}
