//! Whether an errand's call is recorded, before it is made: the law's answer, and what this engine can keep to of it.

use ::assistant::compliance::calling_hours::callee_hours;
use ::assistant::compliance::line_kind::LineKind;
use ::assistant::compliance::place::Candidates;
use ::assistant::compliance::recording::{self, Asks, RecordingFacts, RecordingPlan, WhyNot};
use ::assistant::task::{Line, Task};
use telephony::{PhoneNumber, Timestamp};

/// What is known of an errand besides itself.
pub(crate) struct Circumstances<'a> {
    /// Which network.
    pub line: Line,
    /// Whether recording is wanted; `None` if nobody chose.
    pub choice: Option<bool>,
    /// Whether the carrier records, who begins before the notice was heard.
    pub is_at_carrier: bool,
    /// Our number.
    pub own: &'a PhoneNumber,
    /// The time.
    pub now: Timestamp,
}

/// Returns the plan for a call whose opening says that it is recorded.
///
/// Where the callee must say yes first, nothing is recorded: the conversation does not ask for it. Where both sides must
/// know, the carrier's own recording would hold words from before the notice, so there is none either.
pub(crate) fn plan(task: &Task, circumstances: &Circumstances<'_>) -> RecordingPlan {
    let callee = callee_hours(&task.number, task.callee_kind, circumstances.now, task.limits.total_time).jurisdictions;
    let own = Candidates::of(circumstances.own, LineKind::BusinessLandline, None).jurisdictions;
    let plan =
        recording::plan(&RecordingFacts { line: circumstances.line, choice: circumstances.choice, callee: &callee, own: &own, is_announced: true });
    match plan {
        RecordingPlan::FromNotice { asks: Asks::ExpressYes, .. } => RecordingPlan::Off { because: WhyNot::NotAsked },
        RecordingPlan::FromNotice { asks: Asks::AllParties, .. } if circumstances.is_at_carrier => RecordingPlan::Off { because: WhyNot::FromAnswer },
        plan => plan,
    }
}
