//! A call in the terminal, as it happens.

use std::io::{self, Write};
use std::time::Instant;

use dialogue::transcript::Speaker;
use engine::live::LiveEvent;
use telephony::AudioPosition;

use crate::report_view::who_in_words;

/// Prints what happens, one line an event; words that may still change are written over.
pub struct LiveView {
    began: Instant,
    has_interim: bool,
    may_rewrite: bool,
}

impl LiveView {
    /// Returns a view; `may_rewrite` if the output is a terminal.
    pub fn new(may_rewrite: bool) -> Self {
        Self { began: Instant::now(), has_interim: false, may_rewrite }
    }

    /// Shows an event.
    pub fn show(&mut self, event: &LiveEvent) {
        match event {
            LiveEvent::Dialing => self.line("dialing"),
            LiveEvent::Ringing => self.line("ringing"),
            LiveEvent::Answered => self.line("answered"),
            LiveEvent::Connected | LiveEvent::Saying { .. } | LiveEvent::Ended => {}
            LiveEvent::Screened { who } => self.line(&format!("who answered: {}", who_in_words(*who))),
            LiveEvent::Hearing { text, .. } => self.interim(text),
            LiveEvent::Said { turn } => {
                let name = match turn.speaker {
                    Speaker::Callee(_) => "callee   ",
                    Speaker::Assistant(_) => "assistant",
                };
                let cut = if turn.was_interrupted { " –" } else { "" };
                self.said(turn.from, &format!("{name}  {}{cut}", turn.text));
            }
            LiveEvent::Pressed { digits } => self.line(&format!("pressed {digits}")),
            LiveEvent::HangingUp => self.line("hanging up"),
        }
    }

    fn line(&mut self, text: &str) {
        self.clear_interim();
        let seconds = self.began.elapsed().as_secs_f64();
        // A terminal that is gone must not end the call.
        let _ = writeln!(io::stdout(), "  {seconds:6.1} s   {text}");
    }

    fn said(&mut self, at: AudioPosition, text: &str) {
        self.clear_interim();
        let _ = writeln!(io::stdout(), "  {at:>8}   {text}");
    }

    fn interim(&mut self, text: &str) {
        if !self.may_rewrite {
            return;
        }
        let shown: String = text.chars().take(90).collect();
        let _ = write!(io::stdout(), "\r\x1b[2K             callee…    {shown}");
        let _ = io::stdout().flush();
        self.has_interim = true;
    }

    fn clear_interim(&mut self) {
        if std::mem::take(&mut self.has_interim) {
            let _ = write!(io::stdout(), "\r\x1b[2K");
        }
    }
}
