//! The scripted brain behind the port: it answers at once and needs no model.

use dialogue::brief::Brief;
use dialogue::moves::{Observation, ThoughtId};
use dialogue::script::Script;
use ports::brain::{Brain, Mind, ThoughtSink};

/// Opens a [`Script`] for every call.
#[derive(Clone, Copy, Default, Debug)]
pub struct ScriptBrain;

impl Brain for ScriptBrain {
    fn open(&self, brief: &Brief, sink: ThoughtSink) -> Box<dyn Mind> {
        let script = Script::new(brief.clone());
        Box::new(ScriptMind { before: script.clone(), script, sink, last: None })
    }
}

struct ScriptMind {
    script: Script,
    /// The script as it was before its last thought, for when that thought is abandoned.
    before: Script,
    last: Option<ThoughtId>,
    sink: ThoughtSink,
}

impl Mind for ScriptMind {
    fn consider(&mut self, id: ThoughtId, seen: Observation) {
        self.before = self.script.clone();
        self.last = Some(id);
        let thought = self.script.handle(seen);
        (self.sink)(id, thought);
    }

    /// The callee went on talking, so what the script made of half a sentence never happened.
    fn abandon(&mut self, id: ThoughtId) {
        if self.last == Some(id) {
            self.script = self.before.clone();
            self.last = None;
        }
    }
}
