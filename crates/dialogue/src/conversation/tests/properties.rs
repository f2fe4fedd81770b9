//! Whatever comes in, in whatever order: no panic, one hang-up at most, silence after the end, deadlines in the future.

use proptest::prelude::*;
use telephony::dtmf::Digit;
use telephony::{AudioPosition, LineId, SessionTime, UtteranceId};

use super::world::brief;
use crate::conversation::{Config, Conversation, Input, Output, ToneHeard};
use crate::moves::{EndReason, LineKind, Move, Thought, ThoughtId};

const TEXTS: [&str; 14] = [
    "",
    "Hello?",
    "mhm",
    "We close at nine.",
    "we are open until",
    "two one two",
    "Please leave a message after the tone.",
    "For sales, press one.",
    "Please record your name and reason for calling.",
    "Your call is important to us.",
    "The number you have dialed is not in service.",
    "Who is this?",
    "Goodbye.",
    "é’…",
];

fn text() -> impl Strategy<Value = String> {
    proptest::sample::select(&TEXTS[..]).prop_map(str::to_owned)
}

fn step() -> impl Strategy<Value = Move> {
    let kind = proptest::sample::select(vec![
        LineKind::Opening,
        LineKind::Talk,
        LineKind::ReadBack,
        LineKind::Reprompt,
        LineKind::Message,
        LineKind::Goodbye,
    ]);
    prop_oneof![
        6 => (text(), kind).prop_map(|(text, kind)| Move::Say { text, kind }),
        1 => Just(Move::Wait),
        1 => Just(Move::PressDigits { digits: Digit::new('1').into_iter().collect() }),
        1 => (0..4_u32).prop_map(|utterance| Move::OptOut { utterance: UtteranceId(utterance) }),
        1 => Just(Move::End { reason: EndReason::Done }),
    ]
}

fn input() -> impl Strategy<Value = Input> {
    let at = || (0..60_000_u64).prop_map(AudioPosition::from_millis);
    let utterance = || (0..8_u32).prop_map(UtteranceId);
    let line = || (0..10_u32).prop_map(LineId);
    prop_oneof![
        1 => Just(Input::Dialing),
        2 => Just(Input::MediaReady),
        6 => at().prop_map(|at| Input::VoiceOnset { at }),
        6 => at().prop_map(|at| Input::VoiceOffset { at }),
        3 => (utterance(), text()).prop_map(|(utterance, text)| Input::Interim { utterance, text }),
        8 => (utterance(), 0..4_u32, text(), 0..=255_u8)
            .prop_map(|(utterance, revision, text, confidence)| Input::Settled { utterance, revision, text, confidence }),
        2 => (utterance(), 0..4_u32).prop_map(|(utterance, revision)| Input::NotSpeech { utterance, revision }),
        1 => (utterance(), 0..=255_u8).prop_map(|(utterance, finished)| Input::Voted { utterance, finished }),
        1 => proptest::sample::select(vec![ToneHeard::Beep, ToneHeard::Ringback, ToneHeard::Fax, ToneHeard::Busy]).prop_map(Input::Tone),
        1 => Just(Input::Digit(Digit::new('9').unwrap())),
        4 => (line(), at()).prop_map(|(line, at)| Input::LineStarted { line, at }),
        4 => (line(), at()).prop_map(|(line, at)| Input::LineFinished { line, at }),
        2 => (line(), 0..2_000_u16, at()).prop_map(|(line, heard_permille, at)| Input::LineStopped { line, heard_permille, at }),
        1 => line().prop_map(|line| Input::LineFailed { line }),
        1 => Just(Input::DigitsPressed),
        6 => (0..8_u32, proptest::collection::vec(step(), 0..4))
            .prop_map(|(id, moves)| Input::Thought { id: ThoughtId(id), thought: Thought { moves } }),
        1 => Just(Input::EarsFailed),
        1 => Just(Input::UserWantsEnd),
        1 => Just(Input::Ended),
        12 => Just(Input::Wakeup),
    ]
}

/// Hands in an input and checks what must hold after each.
fn step_and_check(conversation: &mut Conversation, now: SessionTime, input: Input, has_ended: &mut bool, hang_ups: &mut usize) {
    let is_end = input == Input::Ended;
    let outputs = conversation.handle(now, input);
    let opt_out = outputs.iter().position(|output| matches!(output, Output::OptOut { .. }));
    let speak = outputs.iter().position(|output| matches!(output, Output::Speak { .. }));
    if let (Some(opt_out), Some(speak)) = (opt_out, speak) {
        assert!(opt_out < speak, "a stop request comes before any word");
    }
    let sounds = |output: &Output| !matches!(output, Output::Said(_));
    if *has_ended {
        assert_eq!(outputs, [], "nothing after the end");
    } else if *hang_ups > 0 || is_end {
        assert!(!outputs.iter().any(sounds), "only the transcript grows after the hang-up: {outputs:?}");
    }
    *has_ended |= is_end;
    *hang_ups += outputs.iter().filter(|output| matches!(output, Output::HangUp { .. })).count();
    assert!(*hang_ups <= 1, "one hang-up");
    if let Some((at, timer)) = conversation.next_wakeup() {
        assert!(at > now, "{timer:?} at {at} is not later than {now}");
    }
    let turns = &conversation.transcript().turns;
    assert!(turns.iter().all(|turn| turn.from <= turn.to && !turn.text.is_empty()));
    assert!(turns.is_sorted_by_key(|turn| turn.from));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_may_come_in(
        begins_well in any::<bool>(),
        steps in proptest::collection::vec((0..3_000_u64, any::<bool>(), input()), 0..160),
    ) {
        let mut conversation = Conversation::new(brief(), Config::default());
        let (mut now, mut has_ended, mut hang_ups) = (SessionTime::ZERO, false, 0);
        if begins_well {
            step_and_check(&mut conversation, now, Input::MediaReady, &mut has_ended, &mut hang_ups);
        }
        for (millis, to_wakeup, input) in steps {
            now = match conversation.next_wakeup() {
                Some((at, _)) if to_wakeup => at,
                _ => now + std::time::Duration::from_millis(millis),
            };
            step_and_check(&mut conversation, now, input, &mut has_ended, &mut hang_ups);
        }
        // Left alone, it ends itself: every wait has its deadline.
        let mut wakeups = 0;
        while let Some((at, timer)) = conversation.next_wakeup() {
            step_and_check(&mut conversation, at, Input::Wakeup, &mut has_ended, &mut hang_ups);
            wakeups += 1;
            prop_assert!(wakeups < 10_000, "{timer:?} comes again and again");
        }
    }

    #[test]
    fn waits_of_zero_do_not_hang(steps in proptest::collection::vec((0..500_u64, input()), 0..80)) {
        let zero = std::time::Duration::ZERO;
        let config = Config {
            settle_after: zero, complete_after: zero, incomplete_after: zero, no_input_after: zero, patience: zero, settle_timeout: zero,
            wordless_after: zero, utterance_limit: zero, machine_patience: zero, hold_probe_every: zero, hold_probe: zero,
            line_start_timeout: zero, lost_mark_slack: zero, stop_timeout: zero, pause_after: zero, confirm_after: zero,
            thought_timeout: zero, hold_limit: zero, voicemail_silence: zero, voicemail_limit: zero, time_short_before: zero,
            ..Config::default()
        };
        let mut conversation = Conversation::new(brief(), config);
        let (mut now, mut has_ended, mut hang_ups) = (SessionTime::ZERO, false, 0);
        step_and_check(&mut conversation, now, Input::MediaReady, &mut has_ended, &mut hang_ups);
        for (millis, input) in steps {
            now = now + std::time::Duration::from_millis(millis);
            step_and_check(&mut conversation, now, input, &mut has_ended, &mut hang_ups);
        }
    }
}
