//! Lines that the user types while a call runs.

use std::io::{self, BufRead};

use tokio::sync::mpsc;

/// Lines that wait to be looked at; a user who types more is not in a hurry.
const WAITING_AT_MOST: usize = 8;

/// The lines, as they come.
pub(super) struct Typed {
    lines: mpsc::Receiver<String>,
    has_ended: bool,
}

impl Typed {
    /// Begins to read. The thread ends with the input or with the program, whichever is first: a blocked read cannot be ended.
    pub(super) fn begin() -> Self {
        let (sender, lines) = mpsc::channel(WAITING_AT_MOST);
        // Without a thread nothing can be typed, and the call goes on.
        let _ = std::thread::Builder::new().name("typed".into()).spawn(move || {
            for line in io::stdin().lock().lines().map_while(Result::ok) {
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        Self { lines, has_ended: false }
    }

    /// Waits for the next line; for ever once the input has ended.
    pub(super) async fn next(&mut self) -> String {
        if !self.has_ended {
            match self.lines.recv().await {
                Some(line) => return line,
                None => self.has_ended = true,
            }
        }
        std::future::pending().await
    }
}
