//! A mind that says more than the receipt allows: what can be held back is, what was said is shown, and secrets stay names.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use assistant::approval::ApprovedBy;
use assistant::task::{CalleeKind, Limits, Schedule};
use dialogue::brief::{Brief, Persona, TaskType};
use dialogue::conversation::DECLINE;
use dialogue::moves::{EndReason, LineKind, Move, Observation, Thought, ThoughtId};
use dialogue::report::BreachKind;
use dialogue::transcript::Speaker;
use engine::assistant::Errand;
use ports::brain::{Brain, Mind, ThoughtSink};
use ports::carrier::ConversationMode;
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::secret_store::SecretStore;
use puppetmaster::config::load::load;
use puppetmaster::config::sources::Sources;
use puppetmaster::report_view;
use puppetmaster::wiring::{self, Purpose};
use telephony::{PhoneNumber, Private, Timestamp};

use crate::program::Home;

const SECRET: &str = "Xylophone-4471";

/// What it says, whatever it hears.
const LINES: [&str; 3] = [
    "Please charge the card 4111 1111 1111 1111.",
    "The member number is @gym_number. You can also reach him at 917 555 0182.",
    "I'll pay the deposit of $80, go ahead and book it.",
];

/// Sees what its mind was told, to look for secrets there.
struct Chatterbox {
    said: Arc<AtomicUsize>,
    seen: Arc<std::sync::Mutex<String>>,
}

struct ChatterMind {
    said: Arc<AtomicUsize>,
    seen: Arc<std::sync::Mutex<String>>,
    sink: ThoughtSink,
}

impl Brain for Chatterbox {
    fn open(&self, brief: &Brief, sink: ThoughtSink) -> Box<dyn Mind> {
        self.seen.lock().unwrap().push_str(&format!("{brief:?}"));
        Box::new(ChatterMind { said: self.said.clone(), seen: self.seen.clone(), sink })
    }
}

impl Mind for ChatterMind {
    fn consider(&mut self, id: ThoughtId, seen: Observation) {
        self.seen.lock().unwrap().push_str(&format!("{seen:?}"));
        let say = |text: &str, kind| Move::Say { text: text.to_owned(), kind };
        let moves = match LINES.get(self.said.fetch_add(1, Ordering::Relaxed)) {
            Some(line) => vec![say(line, LineKind::Talk)],
            None => vec![say("Thank you, goodbye.", LineKind::Goodbye), Move::End { reason: EndReason::Done }],
        };
        (self.sink)(id, Thought { moves });
    }

    fn abandon(&mut self, _: ThoughtId) {}
}

fn files_hold(folder: &Path, words: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() { files_hold(&path, words) } else { fs::read(&path).unwrap().windows(words.len()).any(|window| window == words.as_bytes()) }
    })
}
