//! Traces of a call's life.

use expect_test::{Expect, expect};

use super::*;

fn at(text: &str) -> SessionTime {
    let (seconds, millis) = text.split_once('.').unwrap();
    SessionTime::from_millis(seconds.parse::<u64>().unwrap() * 1_000 + millis.parse::<u64>().unwrap())
}

/// Runs a trace, one input a line, waking the machine whenever a deadline has come, and compares what came out.
fn check(trace: &str, expected: Expect) {
    check_with(Config::new(Duration::from_secs(30), Duration::from_secs(60)), trace, expected);
}

/// Does the same where there is a second carrier.
fn check_with_second(trace: &str, expected: Expect) {
    check_with(Config { has_second: true, ..Config::new(Duration::from_secs(30), Duration::from_secs(60)) }, trace, expected);
}

fn check_with(config: Config, trace: &str, expected: Expect) {
    expected.assert_eq(&told(config, trace));
}

/// Runs a trace and returns what came out, one output a line.
fn told(config: Config, trace: &str) -> String {
    let mut machine = CallMachine::new(config);
    let mut printed = String::new();
    let mut print = |now: SessionTime, outputs: Vec<Output>| {
        for output in outputs {
            printed.push_str(&format!("{now} {output:?}\n"));
        }
    };
    let call = || CarrierCallId::new("CA1");
    for line in trace.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (time, what) = line.split_once(' ').unwrap();
        let now = at(time);
        while let Some((due, _)) = machine.next_wakeup().filter(|(due, _)| *due <= now) {
            let outputs = machine.handle(due, Input::Wakeup);
            print(due, outputs);
        }
        let input = match what {
            "start" => Input::Start,
            "arrived" => Input::Arrived { call: call() },
            "placed" => Input::Placed { call: call(), state: LegState::Queued },
            "not-placed" => Input::NotPlaced,
            "unclear" => Input::Unclear,
            "none-found" => Input::NoneFound,
            "ringing" => Input::Leg { call: call(), state: LegState::Ringing },
            "answered" => Input::Leg { call: call(), state: LegState::InProgress },
            "completed" => Input::Leg { call: call(), state: LegState::Completed },
            "gone" => Input::Gone,
            "busy" => Input::Leg { call: call(), state: LegState::Busy },
            "stranger-completed" => Input::Leg { call: CarrierCallId::new("CA2"), state: LegState::Completed },
            "media-opened" => Input::MediaOpened,
            "media-closed" => Input::MediaClosed,
            "media-flows" => Input::MediaFlows,
            "handed-over" => Input::HandedOver,
            "taken-back" => Input::TakenBack,
            "hang-up" => Input::HangUp,
            "cancel" => Input::Cancel,
            "hang-up-accepted" => Input::HangUpAccepted,
            "later" => Input::Wakeup,
            other => panic!("unknown input {other}"),
        };
        let outputs = machine.handle(now, input);
        print(now, outputs);
    }
    printed
}

#[test]
fn a_call_that_goes_well() {
    check(
        "0.000 start
         0.100 placed
         0.500 ringing
         3.000 answered
         3.200 media-opened
         20.000 hang-up
         20.100 hang-up-accepted
         20.300 completed",
        expect![[r#"
            0.000 Dial
            0.500 Ringing
            3.000 Answered
            3.200 OpenLine
            20.000 CloseLine
            20.000 EndCall
            20.300 Ended { leg: Completed, by: Conversation }
        "#]],
    );
}

#[test]
fn late_doubled_and_foreign_news_change_nothing() {
    check(
        "0.000 start
         0.050 ringing
         0.100 placed
         0.200 ringing
         1.000 stranger-completed
         2.000 answered
         2.100 ringing
         2.200 answered
         3.000 completed
         4.000 completed",
        expect![[r#"
            0.000 Dial
            0.050 Ringing
            2.000 Answered
            3.000 Ended { leg: Completed, by: FarEnd }
        "#]],
    );
}

#[test]
fn an_unclear_dial_is_looked_up_and_never_repeated() {
    check(
        "0.000 start
         30.000 unclear
         30.500 none-found
         33.000 placed
         34.000 busy",
        expect![[r#"
            0.000 Dial
            30.000 FindOut
            32.500 FindOut
            34.000 Ended { leg: Busy, by: FarEnd }
        "#]],
    );
}

#[test]
fn an_unclear_dial_that_nobody_knows_ends_in_the_books() {
    check(
        "0.000 start
         30.000 unclear
         30.500 none-found
         95.000 later",
        expect![[r#"
            0.000 Dial
            30.000 FindOut
            32.500 FindOut
            90.000 Ended { leg: Failed, by: Unknown }
        "#]],
    );
}

#[test]
fn a_cancel_before_the_carrier_answers_ends_the_call_as_soon_as_it_has_a_name() {
    check(
        "0.000 start
         0.100 cancel
         0.500 placed
         0.900 completed",
        expect![[r#"
            0.000 Dial
            0.500 EndCall
            0.900 Ended { leg: Completed, by: User }
        "#]],
    );
}

#[test]
fn a_hang_up_that_nobody_confirms_is_repeated_and_then_closed() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.100 media-opened
         5.000 hang-up
         5.100 hang-up-accepted
         7.500 later
         40.000 later",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.100 OpenLine
            5.000 CloseLine
            5.000 EndCall
            7.100 Poll
            7.100 EndCall
            9.100 Poll
            9.100 EndCall
            11.100 Poll
            11.100 EndCall
            13.100 Poll
            13.100 EndCall
            15.100 Poll
            15.100 EndCall
            17.100 Poll
            17.100 EndCall
            19.100 Poll
            19.100 EndCall
            21.100 Poll
            21.100 EndCall
            23.100 Poll
            23.100 EndCall
            25.100 Poll
            25.100 EndCall
            27.100 Poll
            27.100 EndCall
            29.100 Poll
            29.100 EndCall
            31.100 Poll
            31.100 EndCall
            33.100 Poll
            33.100 EndCall
            35.000 Ended { leg: Failed, by: Conversation }
        "#]],
    );
}

#[test]
fn a_lost_stream_ends_the_call_unless_the_far_end_already_did() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.100 media-opened
         5.000 media-closed
         5.200 answered
         8.000 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.100 OpenLine
            5.000 CloseLine
            5.000 Poll
            7.000 EndCall
            8.000 Ended { leg: Completed, by: MediaLost }
        "#]],
    );
}

#[test]
fn whether_the_far_end_did_is_waited_for_a_little_and_not_for_ever() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.100 media-opened
         5.000 media-closed
         8.500 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.100 OpenLine
            5.000 CloseLine
            5.000 Poll
            7.000 Poll
            8.500 Ended { leg: Completed, by: FarEnd }
        "#]],
    );
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.100 media-opened
         5.000 media-closed
         10.000 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.100 OpenLine
            5.000 CloseLine
            5.000 Poll
            7.000 Poll
            9.000 EndCall
            10.000 Ended { leg: Completed, by: MediaLost }
        "#]],
    );
}

#[test]
fn a_leg_that_was_picked_up_and_is_not_found_any_more_is_over() {
    let lost = "0.000 start
         0.100 placed
         1.000 answered
         1.100 media-opened
         5.000 media-closed
         5.200 gone\n";
    let opened = "0.000 Dial\n1.000 Answered\n1.100 OpenLine\n5.000 CloseLine\n5.000 Poll\n7.000 Poll\n";
    for (then, ends) in [
        ("7.300 gone", "7.300 Ended { leg: Completed, by: FarEnd }\n"),
        // The record was made meanwhile.
        ("7.300 completed", "7.300 Ended { leg: Completed, by: FarEnd }\n"),
        // It was not gone, or nobody says more.
        ("7.300 answered\n9.500 completed", "9.000 EndCall\n9.500 Ended { leg: Completed, by: MediaLost }\n"),
        ("9.500 completed", "9.000 EndCall\n9.500 Ended { leg: Completed, by: MediaLost }\n"),
    ] {
        assert_eq!(told(Config::new(Duration::from_secs(30), Duration::from_secs(60)), &format!("{lost}{then}")), format!("{opened}{ends}"));
    }
}

#[test]
fn a_leg_that_we_have_ended_is_over_when_it_is_not_found_any_more_but_not_before_it_was_picked_up() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.100 media-opened
         5.000 hang-up
         5.100 hang-up-accepted
         7.200 gone
         9.200 gone",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.100 OpenLine
            5.000 CloseLine
            5.000 EndCall
            7.100 Poll
            7.100 EndCall
            9.100 Poll
            9.100 EndCall
            9.200 Ended { leg: Completed, by: Conversation }
        "#]],
    );
    check(
        "0.000 start
         0.100 placed
         1.000 cancel
         1.100 hang-up-accepted
         3.200 gone
         5.200 gone
         5.300 busy",
        expect![[r#"
            0.000 Dial
            1.000 EndCall
            3.100 Poll
            3.100 EndCall
            5.100 Poll
            5.100 EndCall
            5.300 Ended { leg: Busy, by: User }
        "#]],
    );
}

#[test]
fn a_stream_that_comes_back_is_too_late() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.100 media-opened
         5.000 media-closed
         5.500 media-opened
         8.000 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.100 OpenLine
            5.000 CloseLine
            5.000 Poll
            7.000 Poll
            8.000 Ended { leg: Completed, by: FarEnd }
        "#]],
    );
}

#[test]
fn a_stream_is_proof_of_a_call_that_nobody_has_named_yet() {
    check(
        "0.000 start
         0.500 unclear
         3.000 media-opened
         3.500 none-found
         6.000 placed
         20.000 hang-up
         20.300 completed",
        expect![[r#"
            0.000 Dial
            0.500 FindOut
            3.000 Answered
            3.000 OpenLine
            5.500 FindOut
            20.000 CloseLine
            20.000 EndCall
            20.300 Ended { leg: Completed, by: Conversation }
        "#]],
    );
}

#[test]
fn a_call_that_is_never_named_ends_in_the_books_when_it_has_ended_for_us() {
    check(
        "0.000 start
         3.000 media-opened
         4.000 unclear
         4.500 none-found
         20.000 hang-up
         99.000 later",
        expect![[r#"
            0.000 Dial
            3.000 Answered
            3.000 OpenLine
            4.000 FindOut
            6.500 FindOut
            20.000 CloseLine
            50.000 Ended { leg: Failed, by: Conversation }
        "#]],
    );
}

#[test]
fn a_stream_that_goes_before_the_call_is_named_is_asked_about_then() {
    check(
        "0.000 start
         0.500 unclear
         3.000 media-opened
         5.000 media-closed
         6.000 placed
         6.100 completed",
        expect![[r#"
            0.000 Dial
            0.500 FindOut
            3.000 Answered
            3.000 OpenLine
            5.000 CloseLine
            6.000 Poll
            6.100 Ended { leg: Completed, by: FarEnd }
        "#]],
    );
}

#[test]
fn an_answer_without_a_stream_is_ended() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         11.500 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            11.000 EndCall
            11.500 Ended { leg: Completed, by: SetupTimeout }
        "#]],
    );
}

#[test]
fn the_total_time_ends_the_call_though_the_carrier_forgot() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.100 media-opened
         66.500 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.100 OpenLine
            66.000 CloseLine
            66.000 EndCall
            66.500 Ended { leg: Completed, by: TimeLimit }
        "#]],
    );
}

#[test]
fn a_call_that_came_to_us_is_there_at_once_and_never_dials() {
    check(
        "0.000 arrived
         0.001 ringing
         0.200 media-opened
         0.300 start
         9.000 completed",
        expect![[r#"
            0.000 Answered
            0.200 OpenLine
            9.000 CloseLine
            9.000 Ended { leg: Completed, by: FarEnd }
        "#]],
    );
}

#[test]
fn a_call_that_came_to_us_and_whose_stream_does_not_is_ended() {
    check(
        "0.000 arrived
         10.500 completed",
        expect![[r#"
            0.000 Answered
            10.000 EndCall
            10.500 Ended { leg: Completed, by: SetupTimeout }
        "#]],
    );
}

#[test]
fn the_second_carrier_dials_once_when_the_first_surely_placed_no_call() {
    check_with_second(
        "0.000 start
         0.100 not-placed
         0.200 placed
         0.500 ringing
         3.000 busy",
        expect![[r#"
            0.000 Dial
            0.100 DialBySecond
            0.500 Ringing
            3.000 Ended { leg: Busy, by: FarEnd }
        "#]],
    );
    check_with_second(
        "0.000 start
         0.100 not-placed
         0.200 not-placed",
        expect![[r#"
            0.000 Dial
            0.100 DialBySecond
            0.200 Ended { leg: Failed, by: Carrier }
        "#]],
    );
}

#[test]
fn the_second_carrier_is_not_asked_after_an_unclear_answer() {
    check_with_second(
        "0.000 start
         1.000 unclear
         2.000 none-found
         3.000 none-found
         70.000 later",
        expect![[r#"
            0.000 Dial
            1.000 FindOut
            5.000 FindOut
            61.000 Ended { leg: Failed, by: Unknown }
        "#]],
    );
    check_with_second(
        "0.000 start
         0.100 not-placed
         1.000 unclear
         2.000 placed
         3.000 busy",
        expect![[r#"
            0.000 Dial
            0.100 DialBySecond
            1.000 FindOut
            3.000 Ended { leg: Busy, by: FarEnd }
        "#]],
    );
}

#[test]
fn the_second_carrier_is_not_asked_if_the_phone_may_ring_or_the_user_has_given_up() {
    check_with_second(
        "0.000 start
         0.100 media-opened
         0.200 not-placed",
        expect![[r#"
            0.000 Dial
            0.100 Answered
            0.100 OpenLine
            0.200 CloseLine
            0.200 Ended { leg: Failed, by: Carrier }
        "#]],
    );
    check_with_second(
        "0.000 start
         0.100 ringing
         0.200 not-placed",
        expect![[r#"
            0.000 Dial
            0.100 Ringing
            0.200 Ended { leg: Failed, by: Carrier }
        "#]],
    );
    check_with_second(
        "0.000 start
         0.100 cancel
         0.200 not-placed",
        expect![[r#"
            0.000 Dial
            0.200 Ended { leg: Failed, by: User }
        "#]],
    );
}

#[test]
fn an_open_stream_that_carries_nothing_is_asked_about_and_then_the_call_is_ended() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.200 media-opened
         1.200 media-flows
         2.200 media-flows
         3.200 media-flows
         12.000 hang-up-accepted
         12.100 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.200 OpenLine
            8.200 Poll
            10.200 CloseLine
            10.200 EndCall
            12.100 Ended { leg: Completed, by: MediaLost }
        "#]],
    );
}

#[test]
fn a_silent_stream_whose_leg_is_over_was_hung_up_by_the_far_end() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.200 media-opened
         1.200 media-flows
         6.300 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.200 OpenLine
            6.200 Poll
            6.300 CloseLine
            6.300 Ended { leg: Completed, by: FarEnd }
        "#]],
    );
}

#[test]
fn sound_that_comes_again_in_time_ends_nothing() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.200 media-opened
         1.200 media-flows
         7.000 media-flows
         11.900 media-flows
         13.000 hang-up
         13.100 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.200 OpenLine
            6.200 Poll
            13.000 CloseLine
            13.000 EndCall
            13.100 Ended { leg: Completed, by: Conversation }
        "#]],
    );
}

#[test]
fn a_stream_of_texts_and_a_call_that_is_elsewhere_may_be_silent() {
    check(
        "0.000 start
         0.100 placed
         1.000 answered
         1.200 media-opened
         20.000 media-flows
         21.000 handed-over
         29.000 media-flows
         36.000 taken-back
         36.500 media-opened
         36.500 media-flows
         42.000 completed",
        expect![[r#"
            0.000 Dial
            1.000 Answered
            1.200 OpenLine
            36.500 OpenLine
            41.500 Poll
            42.000 CloseLine
            42.000 Ended { leg: Completed, by: FarEnd }
        "#]],
    );
}
