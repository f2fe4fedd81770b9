//! What the other side has truly heard, by marks, and when the next frames are due.
//!
//! A carrier takes our audio faster than it plays it, so "sent" is not "heard". The only proof is a
//! *mark*: a name sent between two pieces of audio, which the carrier echoes when it has played up to it.
//! Surprise: after a *clear* the carrier echoes all outstanding marks at once, though their audio was
//! thrown away; [`Playout`] therefore takes every echo of a mark sent before the clear as a cancellation.
//! Callers: the media lane of a call, one [`Playout`] and one [`Pacer`] each.

use std::collections::VecDeque;

/// Marks that may be outstanding or cancelled at once; a minute of one mark a 20 ms frame.
///
/// Beyond it the oldest is forgotten, which costs nothing: a later echo proves the earlier audio too.
pub const MARKS_AT_MOST: usize = 3_000;

/// What became of a line of speech, told once each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineEnd {
    /// All of the line was heard.
    Finished {
        /// The number it was queued under.
        line: u32,
        /// Its length in samples.
        samples: u64,
    },
    /// The line was cleared before its end.
    Cut {
        /// The number it was queued under.
        line: u32,
        /// Samples of it that were heard for certain.
        heard: u64,
        /// Samples of it that had been queued.
        of: u64,
    },
}

/// What an echo of a mark means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Echo {
    /// Everything before the mark was played.
    Heard,
    /// The mark was dropped by a clear; nothing follows from it.
    Cancelled,
    /// No such mark is outstanding, e.g. it came twice; nothing follows from it.
    Unknown,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    id: u32,
    /// Where it begins, in samples since the stream began.
    begins: u64,
    queued: u64,
    is_ended: bool,
}

#[derive(Clone, Debug)]
struct Mark {
    name: String,
    at: u64,
}

/// Counts, for each line of speech, what was queued, sent and heard.
///
/// Names of marks are kept in strings that are used again, so the steady path does not allocate.
/// Positions count the samples of speech that were really sent, not silence between them.
#[derive(Clone, Debug, Default)]
pub struct Playout {
    queued: u64,
    sent: u64,
    heard: u64,
    lines: VecDeque<Line>,
    marks: VecDeque<Mark>,
    cancelled: VecDeque<Mark>,
    spare_names: Vec<String>,
}

impl Playout {
    /// Returns a clock at which nothing was said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `samples` of speech to `line`, behind everything queued before.
    ///
    /// Lines are played in the order of their first samples. A line other than the last one queued ends
    /// the one before it; a number that returns later counts as a new line.
    pub fn queue(&mut self, line: u32, samples: u64) {
        match self.lines.back_mut() {
            Some(last) if last.id == line && !last.is_ended => last.queued += samples,
            last => {
                if let Some(last) = last {
                    last.is_ended = true;
                }
                self.lines.push_back(Line { id: line, begins: self.queued, queued: samples, is_ended: false });
            }
        }
        self.queued += samples;
    }

    /// Says that no more samples of `line` will come, so that it can finish. Returns its end if it was
    /// heard already.
    pub fn end_line(&mut self, line: u32) -> Option<LineEnd> {
        self.lines.iter_mut().find(|l| l.id == line && !l.is_ended)?.is_ended = true;
        self.next_finished()
    }

    /// Says that the next `samples` of the queue left for the carrier; more than is queued counts as all of it.
    pub fn sent(&mut self, samples: u64) {
        self.sent = (self.sent + samples).min(self.queued);
    }

    /// Says that a mark called `name` was sent behind everything sent so far.
    pub fn mark_sent(&mut self, name: &str) {
        if self.marks.len() == MARKS_AT_MOST
            && let Some(oldest) = self.marks.pop_front()
        {
            self.spare_names.push(oldest.name);
        }
        let mut kept = self.spare_names.pop().unwrap_or_default();
        kept.clear();
        kept.push_str(name);
        self.marks.push_back(Mark { name: kept, at: self.sent });
    }

    /// Takes the carrier's echo of a mark and hands each line that is now heard whole to `ended`, in order.
    ///
    /// Marks before the echoed one that never came back count as heard with it: the carrier plays in order.
    pub fn mark_echoed(&mut self, name: &str, mut ended: impl FnMut(LineEnd)) -> Echo {
        // Names may be used again after a clear; the carrier answers in order, so the older one is meant.
        if let Some(index) = self.cancelled.iter().position(|mark| mark.name == name) {
            self.spare_names.extend(self.cancelled.drain(..=index).map(|mark| mark.name));
            return Echo::Cancelled;
        }
        let Some(index) = self.marks.iter().position(|mark| mark.name == name) else {
            return Echo::Unknown;
        };
        // Echoes come in order, so this one shows that the clear was answered in full.
        self.spare_names.extend(self.cancelled.drain(..).map(|mark| mark.name));
        self.heard = self.heard.max(self.marks[index].at);
        self.spare_names.extend(self.marks.drain(..=index).map(|mark| mark.name));
        while let Some(end) = self.next_finished() {
            ended(end);
        }
        Echo::Heard
    }

    /// Says that a clear was sent and our own queue emptied: hands the fate of every open line to `ended`.
    ///
    /// `played_since_echo` is how many samples the caller's clock says were played after the last echo,
    /// e.g. 160 for each 20 ms that passed; it is capped by what was sent. Pass 0 to count proof only.
    pub fn cleared(&mut self, played_since_echo: u64, mut ended: impl FnMut(LineEnd)) {
        self.heard = self.heard.saturating_add(played_since_echo).min(self.sent);
        self.cancelled.append(&mut self.marks);
        while self.cancelled.len() > MARKS_AT_MOST {
            self.spare_names.extend(self.cancelled.pop_front().map(|mark| mark.name));
        }
        for line in self.lines.drain(..) {
            let heard = self.heard.saturating_sub(line.begins).min(line.queued);
            ended(if heard == line.queued && line.is_ended {
                LineEnd::Finished { line: line.id, samples: heard }
            } else {
                LineEnd::Cut { line: line.id, heard, of: line.queued }
            });
        }
        // What was thrown away leaves the count, so that positions stay those of audio really played.
        self.queued = self.heard;
        self.sent = self.heard;
    }

    /// Returns how many samples of `line` were heard for certain, `None` once its end was told.
    pub fn heard_of(&self, line: u32) -> Option<u64> {
        let line = self.lines.iter().rev().find(|l| l.id == line)?;
        Some(self.heard.saturating_sub(line.begins).min(line.queued))
    }

    /// Returns all samples heard since the stream began.
    pub fn heard(&self) -> u64 {
        self.heard
    }

    /// Returns samples that were queued and are not yet known to be heard.
    pub fn outstanding(&self) -> u64 {
        self.queued - self.heard
    }

    /// Returns samples that were queued and not yet sent.
    pub fn unsent(&self) -> u64 {
        self.queued - self.sent
    }

    /// Tells whether anything was queued that was not heard yet.
    pub fn is_speaking(&self) -> bool {
        self.outstanding() > 0
    }

    /// Returns the line that is being heard now.
    pub fn current_line(&self) -> Option<u32> {
        self.lines.iter().find(|line| self.heard < line.begins + line.queued).map(|line| line.id)
    }

    fn next_finished(&mut self) -> Option<LineEnd> {
        let line = self.lines.front()?;
        if !line.is_ended || self.heard < line.begins + line.queued {
            return None;
        }
        let line = self.lines.pop_front()?;
        Some(LineEnd::Finished { line: line.id, samples: line.queued })
    }
}

/// The times of a [`Pacer`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PacerConfig {
    /// Audio to keep ahead of what the carrier plays, in µs. 60 000 rides out a late wake-up of two
    /// frames and costs at most 60 ms of speech that cannot be called back without a clear.
    pub lead_us: u64,
    /// Frames to send together. 1 wakes 50 times a second; 3 a third of that, with coarser marks.
    pub frames_per_message: u32,
}

impl Default for PacerConfig {
    fn default() -> Self {
        Self { lead_us: 60_000, frames_per_message: 1 }
    }
}

/// Says how many frames are due, by keeping count of when the carrier's buffer runs dry.
///
/// Deadlines are absolute, so late wake-ups do not add up; only a buffer that really ran dry starts the
/// count afresh. Ducking is no matter of time: pass the frames through [`crate::mixer::Gain::duck`].
/// All times are µs of one monotonic clock that the caller reads.
#[derive(Clone, Debug)]
pub struct Pacer {
    config: PacerConfig,
    /// When the carrier will have played all that was sent.
    dry_at_us: u64,
    is_paused: bool,
}

impl Pacer {
    /// One frame in µs.
    pub const FRAME_US: u64 = crate::FRAME_MS as u64 * 1_000;

    /// Returns a pacer whose carrier has nothing to play.
    pub fn new(config: PacerConfig) -> Self {
        let frames_per_message = config.frames_per_message.max(1);
        let lead_us = config.lead_us.max(Self::FRAME_US * u64::from(frames_per_message));
        Self { config: PacerConfig { lead_us, frames_per_message }, dry_at_us: 0, is_paused: false }
    }

    /// Returns how many frames should leave now, a multiple of `frames_per_message`, 0 while paused.
    ///
    /// Send fewer if fewer exist, and say so with [`Pacer::sent`].
    pub fn due(&self, now_us: u64) -> u32 {
        if self.is_paused {
            return 0;
        }
        let room_us = (now_us + self.config.lead_us).saturating_sub(self.dry_at_us.max(now_us));
        let messages = room_us / self.message_us();
        u32::try_from(messages).unwrap_or(u32::MAX) * self.config.frames_per_message
    }

    /// Says that `frames` left at `now_us`.
    pub fn sent(&mut self, now_us: u64, frames: u32) {
        self.dry_at_us = self.dry_at_us.max(now_us) + u64::from(frames) * Self::FRAME_US;
    }

    /// Returns when the next message is due, `None` while paused. In the past if it is due already.
    pub fn next_wakeup(&self) -> Option<u64> {
        (!self.is_paused).then(|| (self.dry_at_us + self.message_us()).saturating_sub(self.config.lead_us))
    }

    /// Returns how much audio the carrier still has to play, in µs.
    pub fn ahead_us(&self, now_us: u64) -> u64 {
        self.dry_at_us.saturating_sub(now_us)
    }

    /// Stops sending; what the carrier has already plays out within the lead.
    pub fn pause(&mut self) {
        self.is_paused = true;
    }

    /// Goes on where it stopped.
    pub fn resume(&mut self) {
        self.is_paused = false;
    }

    /// Tells whether sending is stopped.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Says that the carrier's buffer was cleared at `now_us`; also ends a pause.
    pub fn cleared(&mut self, now_us: u64) {
        self.dry_at_us = now_us;
        self.is_paused = false;
    }

    fn message_us(&self) -> u64 {
        Self::FRAME_US * u64::from(self.config.frames_per_message)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn echoed(playout: &mut Playout, name: &str) -> (Echo, Vec<LineEnd>) {
        let mut ends = Vec::new();
        let echo = playout.mark_echoed(name, |end| ends.push(end));
        (echo, ends)
    }

    fn cleared(playout: &mut Playout, played: u64) -> Vec<LineEnd> {
        let mut ends = Vec::new();
        playout.cleared(played, |end| ends.push(end));
        ends
    }

    #[test]
    fn a_line_is_heard_when_the_mark_behind_it_comes_back() {
        let mut playout = Playout::new();
        playout.queue(1, 320);
        playout.queue(2, 160);
        playout.end_line(2);
        playout.sent(320);
        playout.mark_sent("a");
        playout.sent(160);
        playout.mark_sent("b");
        assert_eq!(playout.heard_of(1), Some(0));
        assert_eq!(echoed(&mut playout, "a"), (Echo::Heard, vec![LineEnd::Finished { line: 1, samples: 320 }]));
        assert_eq!(playout.current_line(), Some(2));
        assert_eq!(playout.outstanding(), 160);
        assert_eq!(echoed(&mut playout, "b"), (Echo::Heard, vec![LineEnd::Finished { line: 2, samples: 160 }]));
        assert!(!playout.is_speaking());
    }

    #[test]
    fn a_line_still_being_synthesised_does_not_finish() {
        let mut playout = Playout::new();
        playout.queue(1, 160);
        playout.sent(160);
        playout.mark_sent("a");
        assert_eq!(echoed(&mut playout, "a"), (Echo::Heard, vec![]));
        playout.queue(1, 160);
        playout.sent(160);
        playout.mark_sent("b");
        assert_eq!(echoed(&mut playout, "b"), (Echo::Heard, vec![]));
        assert_eq!(playout.end_line(1), Some(LineEnd::Finished { line: 1, samples: 320 }));
    }

    #[test]
    fn marks_echoed_by_a_clear_prove_nothing() {
        let mut playout = Playout::new();
        playout.queue(1, 800);
        playout.sent(400);
        playout.mark_sent("a");
        playout.sent(400);
        playout.mark_sent("b");
        echoed(&mut playout, "a");
        assert_eq!(cleared(&mut playout, 0), [LineEnd::Cut { line: 1, heard: 400, of: 800 }]);
        assert_eq!(echoed(&mut playout, "b"), (Echo::Cancelled, vec![]));
        assert_eq!(echoed(&mut playout, "b"), (Echo::Unknown, vec![]));
        assert_eq!(playout.heard(), 400);
        assert_eq!(playout.outstanding(), 0);
    }

    #[test]
    fn a_name_used_again_after_a_clear_is_told_apart() {
        let mut playout = Playout::new();
        playout.queue(1, 160);
        playout.sent(160);
        playout.mark_sent("m");
        cleared(&mut playout, 0);
        playout.queue(2, 160);
        playout.end_line(2);
        playout.sent(160);
        playout.mark_sent("m");
        assert_eq!(echoed(&mut playout, "m").0, Echo::Cancelled);
        assert_eq!(echoed(&mut playout, "m"), (Echo::Heard, vec![LineEnd::Finished { line: 2, samples: 160 }]));
    }

    #[test]
    fn the_clock_adds_what_was_played_since_the_last_echo_but_never_more_than_was_sent() {
        let mut playout = Playout::new();
        playout.queue(1, 800);
        playout.sent(320);
        assert_eq!(cleared(&mut playout, 1_600), [LineEnd::Cut { line: 1, heard: 320, of: 800 }]);
    }

    #[test]
    fn a_lost_echo_is_made_good_by_the_next() {
        let mut playout = Playout::new();
        playout.queue(1, 320);
        playout.end_line(1);
        playout.sent(160);
        playout.mark_sent("a");
        playout.sent(160);
        playout.mark_sent("b");
        assert_eq!(echoed(&mut playout, "b").1, [LineEnd::Finished { line: 1, samples: 320 }]);
        assert_eq!(echoed(&mut playout, "a").0, Echo::Unknown);
    }

    #[test]
    fn frames_leave_ahead_by_the_lead_and_never_more() {
        let mut pacer = Pacer::new(PacerConfig::default());
        assert_eq!(pacer.due(1_000_000), 3);
        pacer.sent(1_000_000, 3);
        assert_eq!(pacer.due(1_000_000), 0);
        assert_eq!(pacer.next_wakeup(), Some(1_020_000));
        assert_eq!(pacer.due(1_019_999), 0);
        assert_eq!(pacer.due(1_020_000), 1);
    }

    #[test]
    fn late_wakeups_do_not_add_up() {
        let mut pacer = Pacer::new(PacerConfig::default());
        let start = 5_000_000;
        let mut sent = 0;
        for wake in 0..3_000u64 {
            let now = start + wake * 20_000 + (wake * 7_919) % 13_000;
            let due = pacer.due(now);
            pacer.sent(now, due);
            sent += due;
        }
        // 2999 frames of time passed, and three are ahead.
        assert!((3_001..=3_003).contains(&sent), "{sent}");
    }

    #[test]
    fn an_empty_queue_does_not_save_up_a_burst() {
        let mut pacer = Pacer::new(PacerConfig::default());
        pacer.sent(0, 3);
        assert_eq!(pacer.due(10_000_000), 3);
    }

    #[test]
    fn a_pause_sends_nothing_and_a_clear_ends_it() {
        let mut pacer = Pacer::new(PacerConfig::default());
        pacer.sent(0, 3);
        pacer.pause();
        assert_eq!((pacer.due(50_000), pacer.next_wakeup()), (0, None));
        pacer.resume();
        assert_eq!(pacer.due(50_000), 2);
        pacer.pause();
        pacer.cleared(50_000);
        assert_eq!(pacer.due(50_000), 3);
    }

    #[test]
    fn messages_of_three_frames_leave_whole() {
        let mut pacer = Pacer::new(PacerConfig { lead_us: 100_000, frames_per_message: 3 });
        assert_eq!(pacer.due(0), 3);
        pacer.sent(0, 3);
        assert_eq!(pacer.next_wakeup(), Some(20_000));
        assert_eq!(pacer.due(19_999), 0);
        assert_eq!(pacer.due(20_000), 3);
    }

    proptest! {
        #[test]
        fn heard_never_exceeds_sent_nor_sent_queued(steps in prop::collection::vec((0u8..6, 0u64..500, 0u32..4), 0..120)) {
            let mut playout = Playout::new();
            for (step, amount, id) in steps {
                let name = id.to_string();
                let before = playout.heard();
                match step {
                    0 => playout.queue(id, amount),
                    1 => playout.sent(amount),
                    2 => playout.mark_sent(&name),
                    3 => { playout.mark_echoed(&name, |_| ()); }
                    4 => playout.cleared(amount, |_| ()),
                    _ => { playout.end_line(id); }
                }
                prop_assert!(playout.heard() >= before);
                prop_assert!(playout.unsent() <= playout.outstanding());
            }
        }
    }
}
