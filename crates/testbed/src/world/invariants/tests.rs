//! Books that do not add up are caught, each by its own rule.

use dialogue::brief::{LocalTime, Persona, TaskType};

use telephony::call::EndedBy;

use super::*;

fn watch() -> Watch {
    let brief = Brief {
        task_type: TaskType::InformationInquiry,
        intent: "Ask what time they close today".into(),
        principal: "Sam".into(),
        may_disclose: Vec::new(),
        voicemail_message: None,
        persona: Persona::default(),
        is_recorded: true,
        local_time: LocalTime { year: 2026, month: 11, day: 24, weekday: 1, minute: 600 },
        time_limit: Duration::from_secs(60),
        is_ring_back: false,
        listens_along: false,
    };
    Watch::new(brief)
}

fn say(watch: &Watch, line: u32, kind: LineKind) -> Says {
    let text = if kind == LineKind::Opening { disclosure::opening(&watch.brief).text } else { "What time do you close?".into() };
    Says::Speak { line: LineId(line), text, kind }
}

/// A watch that has seen a call up to the open line, the opening sent in full.
fn in_mid_call() -> Watch {
    let mut watch = watch();
    let opening = say(&watch, 1, LineKind::Opening);
    for sight in [
        Sight::Call(&Output::Dial),
        Sight::Placed,
        Sight::Named,
        Sight::Leg(LegState::Dialing),
        Sight::Leg(LegState::Ringing),
        Sight::Call(&Output::Ringing),
        Sight::Leg(LegState::InProgress),
        Sight::Call(&Output::Answered),
        Sight::Call(&Output::OpenLine),
        Sight::Done(&opening),
        Sight::Sounds(LineId(1)),
        Sight::SentInFull(LineId(1)),
    ] {
        assert_eq!(watch.see(&sight), Ok(()), "{sight:?}");
    }
    watch
}

const ENDED: Output = Output::Ended { leg: LegState::Completed, by: EndedBy::FarEnd };

#[test]
fn what_must_not_follow_is_caught() {
    let talk = say(&watch(), 2, LineKind::Talk);
    let evasive = Says::Speak { line: LineId(2), text: "Hi, this is Sam.".into(), kind: LineKind::Opening };
    let stop = Says::OptOut { utterance: telephony::UtteranceId(1) };
    let hang_up = Says::HangUp { reason: dialogue::moves::EndReason::OptedOut };
    let late = Sight::Step { now: SessionTime::from_millis(67_000), we_sound: false };
    let table: [(&[Sight<'_>], &str); 14] = [
        (&[Sight::Call(&Output::Dial)], "an attempt is dialled at most once"),
        (&[Sight::Placed], "an attempt makes at most one call at the carrier"),
        (&[Sight::Leg(LegState::Ringing)], "the phone rings once"),
        (&[Sight::Leg(LegState::Dialing)], "a leg's state never goes backwards"),
        (&[Sight::Call(&Output::Ringing)], "news of the leg never goes backwards, nor comes twice"),
        (&[Sight::Call(&Output::OpenLine)], "the line opens once"),
        (&[Sight::Call(&Output::CloseLine), Sight::Call(&Output::CloseLine)], "only an open line is closed"),
        (&[Sight::Call(&Output::CloseLine), Sight::Key], "no key is sent but on an open line"),
        (&[Sight::Call(&ENDED)], "the line is closed before the books are"),
        (&[Sight::Call(&Output::CloseLine), Sight::Call(&ENDED)], "no leg lives on at the carrier when the books are closed"),
        (&[Sight::Done(&evasive)], "the opening says what calls, for whom, why, and whether it records"),
        (&[Sight::Done(&stop), Sight::Done(&talk)], "nothing is said between a stop request and its place on disk"),
        (&[Sight::Done(&stop), Sight::Done(&hang_up)], "nobody hangs up between a stop request and its place on disk"),
        (&[late], "a call ends at its time limit"),
    ];
    for (sights, what) in table {
        let mut watch = in_mid_call();
        let (last, before) = sights.split_last().unwrap();
        for sight in before {
            assert_eq!(watch.see(sight), Ok(()), "{sight:?}");
        }
        assert_eq!(watch.see(last), Err(what), "{last:?}");
    }
}

#[test]
fn a_call_that_was_not_placed_is_not_ended_nor_asked_about() {
    for output in [Output::EndCall, Output::Poll] {
        let mut watch = watch();
        assert_eq!(watch.see(&Sight::Call(&Output::Dial)), Ok(()));
        assert!(watch.see(&Sight::Call(&output)).unwrap_err().starts_with("only a call that was placed"));
    }
}

#[test]
fn talk_that_sounds_before_the_opening_was_sent_in_full_is_caught() {
    let mut watch = in_mid_call();
    watch.was_disclosed = false;
    let talk = say(&watch, 2, LineKind::Talk);
    assert_eq!(watch.see(&Sight::Done(&talk)), Ok(()));
    assert_eq!(watch.see(&Sight::Sounds(LineId(2))), Err("nothing is said to a person before the opening is sent in full"));
}

#[test]
fn the_books_close_once_and_nothing_follows() {
    let mut watch = in_mid_call();
    for sight in [Sight::Leg(LegState::Completed), Sight::Call(&Output::CloseLine), Sight::Call(&ENDED)] {
        assert_eq!(watch.see(&sight), Ok(()), "{sight:?}");
    }
    assert_eq!(watch.see_the_end(None, &Transcript::default()), Ok(()));
    assert_eq!(watch.see(&Sight::Call(&ENDED)), Err("after the books are closed nothing more is done"));
}
