//! A mind for load tests: after a fixed delay, one long sentence to whatever was said. Costs a timer.

use std::sync::Arc;
use std::time::Duration;

use dialogue::brief::Brief;
use dialogue::moves::{EndReason, LineKind, Move, Observation, Thought, ThoughtId};
use ports::brain::{Brain, Mind, ThoughtSink};
use tokio::task::AbortHandle;

/// One sentence, so one line, of 52 words: with the stub voice 3.1 s, long enough to be interrupted.
const ANSWER: &str = "Thank you and let me say it all once more so that we are sure about it as I have put down the day and the hour \
                      and the name and now I only need to hear from you if there is more that I may tell them or do so now";
const STILL_THERE: &str = "Are you still there?";
const GOODBYE: &str = "Thank you, goodbye.";

struct StubBrain {
    delay: Duration,
}

struct StubMind {
    delay: Duration,
    sink: Arc<ThoughtSink>,
    thinking: Option<(ThoughtId, AbortHandle)>,
}

impl Brain for StubBrain {
    fn open(&self, _brief: &Brief, sink: ThoughtSink) -> Box<dyn Mind> {
        Box::new(StubMind { delay: self.delay, sink: Arc::new(sink), thinking: None })
    }
}

impl Mind for StubMind {
    fn consider(&mut self, id: ThoughtId, seen: Observation) {
        let (delay, sink) = (self.delay, self.sink.clone());
        let task = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            sink(id, Thought { moves: moves(&seen) });
        });
        self.thinking = Some((id, task.abort_handle()));
    }

    fn abandon(&mut self, id: ThoughtId) {
        if let Some((_, task)) = self.thinking.take_if(|(thinking, _)| *thinking == id) {
            task.abort();
        }
    }
}

impl Drop for StubMind {
    fn drop(&mut self) {
        if let Some((_, task)) = &self.thinking {
            task.abort();
        }
    }
}

fn moves(seen: &Observation) -> Vec<Move> {
    let say = |text: &str, kind| Move::Say { text: text.to_owned(), kind };
    let leave = |reason| vec![say(GOODBYE, LineKind::Goodbye), Move::End { reason }];
    match seen {
        Observation::CalleeSaid { .. }
        | Observation::PersonJoined
        | Observation::CameBack
        | Observation::Menu { .. }
        | Observation::ScreenerAsks { .. } => {
            vec![say(ANSWER, LineKind::Talk)]
        }
        Observation::NoInput { .. } => vec![say(STILL_THERE, LineKind::Reprompt)],
        Observation::VoicemailReady => leave(EndReason::VoicemailNoMessage),
        Observation::TimeIsShort => leave(EndReason::TimeLimit),
        Observation::UserWantsEnd => leave(EndReason::UserEnded),
    }
}

/// Makes the stub brain.
pub(crate) fn brain(delay: Duration) -> Arc<dyn Brain> {
    Arc::new(StubBrain { delay })
}
