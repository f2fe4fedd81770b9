//! What must hold in every call, checked while it runs: a break ends the call and is told with its step.
//!
//! The watch sees what the machines say and what truly happens on the line, and keeps its own books of both. It trusts
//! neither machine: what it knows of the call it has seen itself.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use dialogue::brief::Brief;
use dialogue::conversation::Output as Says;
use dialogue::disclosure;
use dialogue::moves::LineKind;
use dialogue::report::Report;
use dialogue::screening::WhoAnswered;
use dialogue::transcript::Transcript;
use telephony::call::Output;
use telephony::leg::LegState;
use telephony::{LineId, SessionTime};

/// Beyond the time limit: the machine's own grace, and a second for the network.
const LIMIT_GRACE: Duration = Duration::from_secs(6);

/// A broken invariant, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// The so-manieth step of the call.
    pub step: u32,
    /// When, in virtual time.
    pub at: SessionTime,
    /// What must never be.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant broken at step {} ({}): {}", self.step, self.at, self.what)
    }
}

/// What the watch sees.
#[derive(Debug)]
pub(super) enum Sight<'a> {
    /// The call's machine says something.
    Call(&'a Output),
    /// The carrier took a dial.
    Placed,
    /// We were told the call's name at the carrier.
    Named,
    /// The leg has truly moved.
    Leg(LegState),
    /// What the conversation says is done.
    Done(&'a Says),
    /// A line of ours begins to sound on the line, or goes on.
    Sounds(LineId),
    /// A line of ours was sent to its end.
    SentInFull(LineId),
    /// A key's tone is sent.
    Key,
    /// The stop request is on disk.
    OptOutKept,
    /// Time has passed; whether a line of ours sounds.
    Step { now: SessionTime, we_sound: bool },
}

/// How far our own news of the leg has come.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum News {
    #[default]
    Nothing,
    Ringing,
    Answered,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum LineIs {
    #[default]
    NotOpen,
    Open {
        since: SessionTime,
    },
    Closed,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum Stop {
    #[default]
    NotAsked,
    Asked,
    Kept,
}

/// Machines talk over the opening and are answered nevertheless: a screener asks who calls, a menu which key.
const fn is_machine(who: WhoAnswered) -> bool {
    !matches!(who, WhoAnswered::Unknown | WhoAnswered::Human | WhoAnswered::Silence)
}

/// Sees one call through.
#[derive(Debug)]
pub(super) struct Watch {
    brief: Brief,
    now: SessionTime,
    dials: u32,
    placed: u32,
    is_named: bool,
    leg: LegState,
    rings: u32,
    news: News,
    line: LineIs,
    lines: BTreeMap<LineId, LineKind>,
    who: WhoAnswered,
    /// Whether whoever is there now was told in full what calls.
    was_disclosed: bool,
    stop: Stop,
    books_closed: u32,
}

type Verdict = Result<(), &'static str>;

fn must(holds: bool, else_broken: &'static str) -> Verdict {
    if holds { Ok(()) } else { Err(else_broken) }
}

impl Watch {
    pub fn new(brief: Brief) -> Self {
        Self {
            brief,
            now: SessionTime::ZERO,
            dials: 0,
            placed: 0,
            is_named: false,
            leg: LegState::Queued,
            rings: 0,
            news: News::Nothing,
            line: LineIs::NotOpen,
            lines: BTreeMap::new(),
            who: WhoAnswered::Unknown,
            was_disclosed: false,
            stop: Stop::NotAsked,
            books_closed: 0,
        }
    }

    /// Takes in what is seen.
    ///
    /// # Errors
    /// What is broken.
    pub fn see(&mut self, sight: &Sight<'_>) -> Verdict {
        match sight {
            Sight::Call(output) => self.call_says(output),
            Sight::Placed => {
                self.placed += 1;
                must(self.placed == 1, "an attempt makes at most one call at the carrier")
            }
            Sight::Named => {
                self.is_named = true;
                must(self.placed == 1, "no call is named that was not placed")
            }
            Sight::Leg(state) => self.leg_moves(*state),
            Sight::Done(says) => self.conversation_says(says),
            Sight::Sounds(line) => self.sounds(*line),
            Sight::SentInFull(line) => {
                self.was_disclosed |= self.lines.get(line) == Some(&LineKind::Opening);
                Ok(())
            }
            Sight::Key => must(self.is_open(), "no key is sent but on an open line"),
            Sight::OptOutKept => {
                self.stop = Stop::Kept;
                Ok(())
            }
            Sight::Step { now, we_sound } => self.step(*now, *we_sound),
        }
    }

    const fn is_open(&self) -> bool {
        matches!(self.line, LineIs::Open { .. })
    }

    fn call_says(&mut self, output: &Output) -> Verdict {
        must(self.books_closed == 0, "after the books are closed nothing more is done")?;
        match output {
            Output::Dial => {
                self.dials += 1;
                must(self.dials == 1, "an attempt is dialled at most once")
            }
            Output::DialBySecond => must(self.dials == 1 && self.placed == 0, "the second carrier is asked only if the first placed no call"),
            Output::FindOut => must(self.dials == 1, "nothing is looked for that was not dialled"),
            Output::Poll => must(self.is_named, "only a call that was placed is asked about"),
            Output::EndCall => must(self.is_named, "only a call that was placed is ended"),
            Output::Ringing => self.news_is(News::Ringing),
            Output::Answered => self.news_is(News::Answered),
            Output::OpenLine => {
                let was = std::mem::replace(&mut self.line, LineIs::Open { since: self.now });
                must(was == LineIs::NotOpen, "the line opens once")?;
                must(self.leg == LegState::InProgress, "the line opens only on an answered leg")
            }
            Output::CloseLine => {
                let was_open = self.is_open();
                self.line = LineIs::Closed;
                must(was_open, "only an open line is closed")
            }
            Output::Ended { .. } => self.books_close(),
        }
    }

    fn news_is(&mut self, news: News) -> Verdict {
        let was = std::mem::replace(&mut self.news, news);
        must(was < news, "news of the leg never goes backwards, nor comes twice")
    }

    /// What nobody ever named cannot be ended by name: the carrier's own time limit ends it.
    fn books_close(&mut self) -> Verdict {
        self.books_closed += 1;
        must(!self.is_open(), "the line is closed before the books are")?;
        must(!self.is_named || self.leg.is_terminal(), "no leg lives on at the carrier when the books are closed")
    }

    fn leg_moves(&mut self, state: LegState) -> Verdict {
        must(self.placed == 1, "no leg moves before the dial")?;
        let was = std::mem::replace(&mut self.leg, state);
        self.rings += u32::from(state == LegState::Ringing);
        must(self.rings <= 1, "the phone rings once")?;
        must(was.advances_to(state), "a leg's state never goes backwards")
    }

    fn conversation_says(&mut self, says: &Says) -> Verdict {
        match says {
            Says::Speak { line, text, kind } => {
                let is_first = self.lines.insert(*line, *kind).is_none() && self.lines.len() == 1;
                must(!is_first || *kind == LineKind::Opening, "the first line is the opening")?;
                let is_plain = *kind != LineKind::Opening || disclosure::flaws(text, &self.brief).is_empty();
                must(is_plain, "the opening says what calls, for whom, why, and whether it records")?;
                must(self.stop != Stop::Asked, "nothing is said between a stop request and its place on disk")
            }
            Says::OptOut { .. } => {
                if self.stop == Stop::NotAsked {
                    self.stop = Stop::Asked;
                }
                Ok(())
            }
            Says::Screened { who } => {
                let was = std::mem::replace(&mut self.who, *who);
                // Somebody comes to the phone who has heard nothing yet.
                self.was_disclosed &= !is_machine(was) || is_machine(*who);
                Ok(())
            }
            Says::HangUp { .. } => must(self.stop != Stop::Asked, "nobody hangs up between a stop request and its place on disk"),
            _ => Ok(()),
        }
    }

    fn sounds(&self, line: LineId) -> Verdict {
        must(self.is_open(), "no sound is sent but on an open line")?;
        let is_disclosure = matches!(self.lines.get(&line), Some(LineKind::Opening | LineKind::Message));
        must(is_disclosure || self.was_disclosed || is_machine(self.who), "nothing is said to a person before the opening is sent in full")
    }

    fn step(&mut self, now: SessionTime, we_sound: bool) -> Verdict {
        must(self.now <= now, "time never goes backwards")?;
        self.now = now;
        must(!we_sound || self.is_open(), "nothing sounds but on an open line")?;
        let LineIs::Open { since } = self.line else { return Ok(()) };
        must(now <= since + self.brief.time_limit + LIMIT_GRACE, "a call ends at its time limit")
    }

    /// Looks at what is left of the call.
    ///
    /// # Errors
    /// What is broken.
    pub fn see_the_end(&self, report: Option<&Report>, transcript: &Transcript) -> Verdict {
        must(self.books_closed == 1, "every call ends, and its books close once")?;
        must(self.stop != Stop::Asked, "a stop request is on disk before the call is over")?;
        let Some(report) = report else { return Ok(()) };
        must(report.opted_out.is_none() || self.stop == Stop::Kept, "a stop request that is reported is on disk")?;
        for fact in &report.facts {
            let turn = transcript.of_utterance(fact.evidence.utterance);
            must(turn.is_some_and(|turn| turn.text.contains(&fact.evidence.quote)), "the words that prove a fact were said")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
