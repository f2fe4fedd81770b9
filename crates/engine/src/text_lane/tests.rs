//! Lines and words of a conversation in texts: what counts as said, heard and cut short.

use super::*;

const AT: fn(u64) -> SessionTime = SessionTime::from_millis;
const LINE: LineId = LineId(1);
const NEXT: LineId = LineId(2);

/// 100 characters: 6 s.
fn long() -> String {
    "a".repeat(100)
}

fn lane() -> TextLane {
    TextLane::new(AT(1_000))
}

fn position(millis: u64) -> AudioPosition {
    AudioPosition::from_millis(millis)
}

/// Says lines that the carrier gets at 1 s.
fn say(lane: &mut TextLane, lines: &[(LineId, &str)]) {
    for (id, text) in lines {
        lane.speak(*id, text, LineKind::Talk);
    }
    lane.hand_over(AT(1_000));
}

fn collect(work: impl FnOnce(&mut Vec<Input>)) -> Vec<Input> {
    let mut inputs = Vec::new();
    work(&mut inputs);
    inputs
}

#[test]
fn lines_begin_and_end_one_after_the_other_as_reckoned() {
    let mut lane = lane();
    assert!(!lane.speak(LINE, &long(), LineKind::Opening));
    assert!(lane.speak(NEXT, &long(), LineKind::Talk));
    assert_eq!(lane.next_wakeup(), None);
    assert_eq!(collect(|inputs| lane.all_was_played(AT(1_000), inputs)), []);
    lane.hand_over(AT(1_000));
    assert_eq!(lane.next_wakeup(), Some(AT(1_300)));
    assert_eq!(collect(|inputs| lane.wake(AT(1_300), inputs)), [Input::LineStarted { line: LINE, at: position(300) }]);
    assert_eq!(lane.next_wakeup(), Some(AT(7_300)));
    assert_eq!(
        collect(|inputs| lane.wake(AT(7_300), inputs)),
        [Input::LineFinished { line: LINE, at: position(6_300) }, Input::LineStarted { line: NEXT, at: position(6_300) }]
    );
}

#[test]
fn a_carrier_that_tells_is_believed() {
    let mut lane = lane();
    say(&mut lane, &[(LINE, &long()), (NEXT, &long())]);
    let begun = collect(|inputs| lane.heard_of_us(AT(1_900), true, inputs));
    assert_eq!(begun, [Input::LineStarted { line: LINE, at: position(900) }]);
    assert_eq!(collect(|inputs| lane.wake(AT(20_000), inputs)), []);
    // 5 s instead of 6: the first line only.
    let ended = collect(|inputs| lane.heard_of_us(AT(6_900), false, inputs));
    assert_eq!(ended, [Input::LineFinished { line: LINE, at: position(5_900) }]);
    assert_eq!(collect(|inputs| lane.heard_of_us(AT(7_000), true, inputs)), [Input::LineStarted { line: NEXT, at: position(6_000) }]);
    assert_eq!(collect(|inputs| lane.heard_of_us(AT(13_600), false, inputs)), [Input::LineFinished { line: NEXT, at: position(12_600) }]);
    assert_eq!(lane.next_wakeup(), None);
}

#[test]
fn two_lines_without_a_pause_between_them_end_together() {
    let mut lane = lane();
    say(&mut lane, &[(LINE, &long()), (NEXT, &long())]);
    lane.heard_of_us(AT(1_000), true, &mut Vec::new());
    let ended = collect(|inputs| lane.heard_of_us(AT(14_200), false, inputs));
    let finished: Vec<_> = ended.iter().filter(|input| matches!(input, Input::LineFinished { .. })).collect();
    assert_eq!(finished.len(), 2);
}

#[test]
fn a_line_that_was_never_told_of_does_not_wait_for_ever() {
    let mut lane = lane();
    say(&mut lane, &[(LINE, &long()), (NEXT, "Yes.")]);
    lane.heard_of_us(AT(1_000), true, &mut Vec::new());
    lane.heard_of_us(AT(7_300), false, &mut Vec::new());
    assert_eq!(lane.next_wakeup(), Some(AT(8_800)));
    let ended = collect(|inputs| lane.wake(AT(8_800), inputs));
    assert!(ended.contains(&Input::LineFinished { line: NEXT, at: position(7_800) }), "{ended:?}");
}

#[test]
fn words_become_a_voice_with_an_end() {
    let mut lane = lane();
    let heard = collect(|inputs| lane.heard(AT(5_000), "We close at nine.", true, Some(91), inputs));
    assert_eq!(heard, [Input::VoiceOnset { at: position(2_680) }, Input::VoiceOffset { at: position(4_000) }]);
    let utterance = UtteranceId(1);
    assert_eq!(collect(|inputs| lane.follow(utterance, inputs)), [Input::Interim { utterance, text: "We close at nine.".into() }]);
    let settled = collect(|inputs| lane.settle(utterance, 1, inputs));
    assert_eq!(settled, [Input::Settled { utterance, revision: 1, text: "We close at nine.".into(), confidence: 91 }]);
}

#[test]
fn a_turn_in_pieces_is_one_turn_until_it_is_over() {
    let mut lane = lane();
    let utterance = UtteranceId(1);
    lane.heard(AT(3_000), "We are open", false, None, &mut Vec::new());
    lane.follow(utterance, &mut Vec::new());
    let interim = collect(|inputs| lane.heard(AT(3_500), "We are open until", true, None, inputs));
    assert!(interim.contains(&Input::Interim { utterance, text: "We are open until".into() }), "{interim:?}");
    lane.heard(AT(4_000), "nine.", true, None, &mut Vec::new());
    let settled = collect(|inputs| lane.settle(utterance, 2, inputs));
    assert_eq!(settled, [Input::Settled { utterance, revision: 2, text: "We are open until nine.".into(), confidence: CONFIDENCE }]);
    lane.unfollow(utterance);
    assert_eq!(collect(|inputs| lane.settle(utterance, 3, inputs)), [Input::NotSpeech { utterance, revision: 3 }]);
}

#[test]
fn an_interruption_says_how_much_was_heard() {
    let mut lane = lane();
    say(&mut lane, &[(LINE, "What time do you close?"), (NEXT, "It is for today.")]);
    lane.wake(AT(1_300), &mut Vec::new());
    let cut = collect(|inputs| lane.interrupted(AT(2_000), "What time", inputs));
    assert_eq!(cut, [Input::VoiceOnset { at: position(1_000) }]);
    let stopped = collect(|inputs| lane.stop(AT(2_000), inputs));
    let at = position(1_000);
    assert_eq!(stopped, [Input::LineStopped { line: LINE, heard_permille: 444, at }, Input::LineStopped { line: NEXT, heard_permille: 0, at }]);
}

#[test]
fn what_was_played_before_the_callee_began_was_heard_whole() {
    let mut lane = lane();
    say(&mut lane, &[(LINE, "Hello there.")]);
    let inputs = collect(|inputs| lane.heard(AT(5_000), "Yes, hello.", true, None, inputs));
    assert!(matches!(inputs[..2], [Input::LineStarted { .. }, Input::LineFinished { line: LINE, .. }]), "{inputs:?}");
}

#[test]
fn without_words_nothing_was_heard() {
    let mut lane = lane();
    assert_eq!(collect(|inputs| lane.heard(AT(5_000), "  ", true, None, inputs)), []);
}
