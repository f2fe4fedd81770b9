//! A person answers: opening, turns, silences, leave-taking.

use expect_test::expect;

use super::world::{World, brief, check, check_all, check_transcript};
use crate::brief::Brief;
use crate::conversation::Config;
use std::time::Duration;

#[test]
fn the_opening_is_prepared_while_it_rings_and_spoken_at_once() {
    check_all(
        "0.000 dialing
         2.000 media
         5.100 end",
        &expect![[r#"
            0.000 prepare
            2.000 speak 1: (opening)
            5.020 said Assistant(LineId(1)): (opening)
        "#]],
    );
}

#[test]
fn a_greeting_under_the_opening_is_no_answer_and_the_answer_after_it_is() {
    check_all(
        "0.000 media
         0.400 voice
         1.300 quiet Hello, Corner Shop.
         3.500 voice
         4.500 quiet We close at nine.
         mind note 21:00 | say Thank you. | bye Goodbye. | end done
         8.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            0.450 follow 1 from 400
            1.520 settle 1/1 to 1300
            1.720 screened Human
            1.900 said Callee(UtteranceId(1)): Hello, Corner Shop.
            1.900 unfollow 1
            3.020 said Assistant(LineId(1)): (opening)
            3.550 follow 2 from 3500
            4.720 settle 2/1 to 4500
            4.920 think 1: Human said "We close at nine."
            4.930 said Callee(UtteranceId(2)): We close at nine.
            4.930 unfollow 2
            4.930 speak 2: Thank you.
            4.930 speak 3 (Goodbye): Goodbye.
            5.530 said Assistant(LineId(2)): Thank you.
            5.950 said Assistant(LineId(3)): Goodbye.
            5.950 hang-up Done
        "#]],
    );
}

#[test]
fn an_answer_that_began_after_the_purpose_counts_though_the_opening_still_played() {
    check(
        "0.000 media
         2.700 voice
         2.740 quiet Nine.
         mind say Thank you.
         4.500 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            3.160 screened Human
            3.160 think 1: Human said "Nine."
            3.170 speak 2: Thank you.
        "#]],
    );
}

#[test]
fn an_answer_within_the_end_of_the_opening_is_passed_on_when_that_ends() {
    check(
        "0.000 media
         2.200 voice
         2.400 quiet Nine.
         mind say Thank you.
         4.500 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            2.820 screened Human
            3.020 think 1: Human said "Nine."
            3.030 speak 2: Thank you.
        "#]],
    );
}

#[test]
fn what_the_mind_would_say_to_earlier_words_is_not_said_over_later_ones() {
    check(
        "0.000 media
         2.200 voice
         2.400 quiet Nine.
         3.300 voice
         4.000 quiet Are you there?
         slow-mind 700
         mind note 21:00 | say Thank you.
         mind say Yes.
         6.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            2.820 screened Human
            3.020 think 1: Human said "Nine."
            4.420 think 2: Human said "Are you there?" [cut us at ""]
            5.120 speak 2: Yes.
        "#]],
    );
}

#[test]
fn an_answer_that_outlasts_the_opening_counts() {
    check(
        "0.000 media
         1.000 voice
         3.300 quiet Corner Shop, we close at nine.
         mind say Thank you.
         4.500 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            3.720 screened Human
            3.720 think 1: Human said "Corner Shop, we close at nine."
            3.730 speak 2: Thank you.
        "#]],
    );
}

#[test]
fn the_opening_is_not_interruptible() {
    check(
        "0.000 media
         0.500 voice
         0.900 interim 1 who is this
         2.500 quiet Who is this?
         4.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            2.920 screened Human
        "#]],
    );
}

#[test]
fn an_unfinished_sentence_gets_more_time() {
    check_all(
        "0.000 media
         4.000 voice
         5.000 quiet We are open until
         7.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            3.020 said Assistant(LineId(1)): (opening)
            4.050 follow 1 from 4000
            5.220 settle 1/1 to 5000
            5.420 screened Human
            5.900 think 1: Human said "We are open until"
            5.910 said Callee(UtteranceId(1)): We are open until
            5.910 unfollow 1
        "#]],
    );
}

#[test]
fn digits_being_read_out_get_the_most_time() {
    check(
        "0.000 media
         4.000 voice
         5.000 quiet Two one two.
         6.000 voice
         7.000 quiet Two one two, five five five.
         9.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            8.200 think 1: Human said "Two one two, five five five."
        "#]],
    );
}

#[test]
fn the_vote_shortens_an_unclear_pause() {
    check_all(
        "0.000 media
         4.000 voice
         5.000 quiet I have to ask my colleague.
         5.430 voted 1 80
         6.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            3.020 said Assistant(LineId(1)): (opening)
            4.050 follow 1 from 4000
            5.220 settle 1/1 to 5000
            5.420 screened Human
            5.420 vote 1
            5.450 think 1: Human said "I have to ask my colleague."
            5.460 said Callee(UtteranceId(1)): I have to ask my colleague.
            5.460 unfollow 1
        "#]],
    );
}

#[test]
fn a_turn_that_goes_on_voids_what_was_thought_of_its_first_half() {
    check(
        "0.000 media
         4.000 voice
         5.000 quiet We close at nine.
         5.400 voice
         6.500 quiet We close at nine. But today at eight.
         mind say Nine, thank you.
         mind say Eight, thank you.
         slow-mind 100
         8.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "We close at nine."
            5.450 abandon 1
            6.920 think 2: Human said "We close at nine. But today at eight."
            7.020 speak 2: Eight, thank you.
        "#]],
    );
}

#[test]
fn speech_while_the_mind_thinks_belongs_to_the_same_turn() {
    check_transcript(
        "0.000 media
         4.000 voice
         5.000 quiet We close at nine.
         6.000 voice
         6.500 quiet We close at nine. Hello?
         slow-mind 2000
         mind say One.
         mind say Two, thank you.
         11.000 end",
        &expect![[r#"
            20..3020 assistant 1: (opening)
            4000..6500 callee 1: We close at nine. Hello?
            9020..9770 assistant 2: Two, thank you.
        "#]],
    );
}

#[test]
fn silence_is_asked_about_twice_then_given_up() {
    check(
        "0.000 media
         mind reprompt Are you still there?
         mind reprompt Hello?
         30.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            9.020 think 1: NoInput { times: 1 }
            9.030 speak 2 (Reprompt): Are you still there?
            16.130 think 2: NoInput { times: 2 }
            16.140 speak 3 (Reprompt): Hello?
            22.540 screened Silence
            22.540 hang-up NoInput
        "#]],
    );
}

#[test]
fn silence_after_words_is_not_nobody() {
    let world = World::run(
        brief(),
        Config::default(),
        "0.000 media
         0.400 voice
         1.000 quiet Hello?
         40.000 end",
        false,
    );
    assert_eq!(world.conversation.who_answered(), crate::screening::WhoAnswered::Human);
    assert_eq!(world.conversation.end_reason(), Some(crate::moves::EndReason::NoInput));
}

#[test]
fn a_moment_asked_for_is_given() {
    check(
        "0.000 media
         4.000 voice
         4.500 quiet One moment, please.
         mind wait
         30.000 voice
         31.000 quiet Nine.
         31.500 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            4.920 screened Human
            4.920 think 1: Human said "One moment, please."
            31.420 think 2: Human said "Nine."
        "#]],
    );
}

#[test]
fn a_noise_is_as_if_it_had_not_been() {
    check(
        "0.000 media
         8.000 voice
         8.200 quiet (cough)
         9.700 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            9.620 think 1: NoInput { times: 1 }
        "#]],
    );
}

#[test]
fn we_hang_up_once_the_goodbye_was_heard() {
    check(
        "0.000 media
         4.000 voice
         5.000 quiet Nine.
         mind bye Thank you, goodbye. | end done
         8.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Nine."
            5.430 speak 2 (Goodbye): Thank you, goodbye.
            6.480 hang-up Done
        "#]],
    );
}

#[test]
fn a_lost_mark_does_not_keep_the_line_open() {
    check(
        "0.000 media
         4.000 voice
         4.500 lost-marks
         5.000 quiet Nine.
         mind bye Thank you, goodbye. | end done
         40.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Nine."
            5.430 speak 2 (Goodbye): Thank you, goodbye.
            9.145 hang-up Done
        "#]],
    );
}

#[test]
fn a_lost_mark_of_the_opening_does_not_lose_the_answer() {
    check(
        "0.000 media
         0.100 lost-marks
         13.000 voice
         13.500 quiet Nine.
         mind bye Thank you, goodbye. | end done
         40.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            13.920 screened Human
            13.920 think 1: Human said "Nine."
            13.930 speak 2 (Goodbye): Thank you, goodbye.
            17.645 hang-up Done
        "#]],
    );
}

#[test]
fn their_goodbye_over_ours_is_waited_for() {
    check_transcript(
        "0.000 media
         4.000 voice
         5.000 quiet Nine.
         mind bye Thank you, goodbye. | end done
         6.000 voice
         6.500 quiet Bye.
         8.000 end",
        &expect![[r#"
            20..3020 assistant 1: (opening)
            4000..5000 callee 1: Nine.
            5530..6480 assistant 2: Thank you, goodbye.
            6000..6500 callee 2: Bye.
        "#]],
    );
}

#[test]
fn a_question_at_our_goodbye_opens_the_talk_again_once() {
    check(
        "0.000 media
         4.000 voice
         5.000 quiet Nine.
         mind bye Thank you very much for your help, goodbye. | end done
         5.700 voice
         6.500 quiet Wait, who is this?
         mind say An automated assistant. | bye Goodbye then. | end done
         10.000 voice
         10.300 quiet What?
         14.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Nine."
            5.430 speak 2 (Goodbye): Thank you very much for your help, goodbye.
            6.920 stop
            6.920 think 2: Human said "Wait, who is this?"
            6.930 speak 3: An automated assistant.
            6.930 speak 4 (Goodbye): Goodbye then.
            8.850 hang-up Done
        "#]],
    );
}

#[test]
fn a_stop_request_is_reported_before_it_is_acknowledged() {
    check(
        "0.000 media
         4.000 voice
         5.000 quiet Never call again.
         mind bye I will not. Goodbye. | opt-out 1
         8.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.600 think 1: Human said "Never call again."
            5.610 opt-out in 1
            5.610 speak 2 (Goodbye): I will not. Goodbye.
            6.710 hang-up OptedOut
        "#]],
    );
}

#[test]
fn a_stop_request_after_our_goodbye_counts() {
    check(
        "0.000 media
         4.000 voice
         5.000 quiet Nine.
         mind bye Thank you very much for your help, goodbye. | end done
         5.700 voice
         6.500 quiet Never call me again.
         14.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Nine."
            5.430 speak 2 (Goodbye): Thank you very much for your help, goodbye.
            7.100 opt-out in 2
            7.100 stop
            7.100 speak 3 (Goodbye): Understood. You will not be called again. Goodbye.
            9.700 hang-up OptedOut
        "#]],
    );
}

#[test]
fn a_stop_request_by_key_counts_at_any_time() {
    check(
        "0.000 media
         1.000 key 9
         1.100 key 9
         8.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            1.000 opt-out in 0
            1.000 stop
            1.000 speak 2 (Goodbye): Understood. You will not be called again. Goodbye.
            3.600 hang-up OptedOut
        "#]],
    );
}

#[test]
fn the_time_limit_is_mentioned_and_kept() {
    let brief = Brief { time_limit: Duration::from_secs(30), ..brief() };
    let log = World::run(
        brief,
        Config::default(),
        "0.000 media
         4.000 voice
         4.500 quiet One moment, please.
         mind wait
         40.000 end",
        false,
    );
    expect![[r#"
        0.000 speak 1: (opening)
        4.920 screened Human
        4.920 think 1: Human said "One moment, please."
        15.000 think 2: TimeIsShort
        30.000 hang-up TimeLimit
    "#]]
    .assert_eq(log.log());
}

#[test]
fn the_same_words_again_and_again_end_the_call() {
    check(
        "0.000 media
         4.000 voice
         5.000 quiet I did not understand that.
         7.000 voice
         8.000 quiet I did not understand that.
         10.000 voice
         11.000 quiet I did not understand that.
         13.000 voice
         14.000 quiet I did not understand that.
         22.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.600 think 1: Human said "I did not understand that."
            8.600 think 2: Human said "I did not understand that."
            11.600 think 3: Human said "I did not understand that."
            14.600 speak 2 (Goodbye): I'm sorry, I cannot go on with this call. Thank you for your time. Goodbye.
            18.450 hang-up NotUnderstood
        "#]],
    );
}

#[test]
fn a_mind_that_does_not_answer_is_apologised_for() {
    check(
        "0.000 media
         slow-mind 60000
         4.000 voice
         5.000 quiet Nine.
         22.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Nine."
            15.420 abandon 1
            15.420 speak 2 (Goodbye): I'm sorry, I cannot go on with this call. Thank you for your time. Goodbye.
            19.270 hang-up EngineFailed
        "#]],
    );
}

#[test]
fn deaf_ears_leave_the_words_heard_last() {
    check(
        "0.000 media
         deaf-ears
         4.000 voice
         4.500 interim 1 we close at nine
         5.000 quiet We close at nine.
         9.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            7.720 screened Human
            7.720 think 1: Human said "we close at nine"
        "#]],
    );
}

#[test]
fn ears_that_fail_end_the_call_politely() {
    check(
        "0.000 media
         4.000 ears-failed
         12.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            4.000 speak 2 (Goodbye): I'm sorry, I cannot go on with this call. Thank you for your time. Goodbye.
            7.850 hang-up EngineFailed
        "#]],
    );
}

#[test]
fn an_opening_that_cannot_be_spoken_ends_the_call_with_what_lies_ready() {
    check(
        "0.000 media
         0.010 failed 1
         1.000 voice
         2.000 quiet Hello? Who is this?
         9.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            0.010 speak 2 (Goodbye): This is an automated assistant. Something went wrong on our side, we are sorry. Goodbye.
            2.420 screened Human
            7.440 hang-up EngineFailed
        "#]],
    );
}

#[test]
fn if_nothing_can_be_said_it_is_hung_up_at_once() {
    check(
        "0.000 media
         0.010 failed 1
         0.020 failed 2
         1.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            0.010 speak 2 (Goodbye): This is an automated assistant. Something went wrong on our side, we are sorry. Goodbye.
            0.020 hang-up EngineFailed
        "#]],
    );
}

#[test]
fn the_user_ends_the_call_with_a_goodbye_and_the_second_time_at_once() {
    check(
        "0.000 media
         4.000 user-end
         mind bye I have to go, goodbye.
         4.500 user-end
         8.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            4.000 think 1: UserWantsEnd
            4.010 speak 2 (Goodbye): I have to go, goodbye.
            4.500 hang-up UserEnded
        "#]],
    );
}

#[test]
fn a_callee_who_hangs_up_leaves_their_settled_words() {
    check_transcript(
        "0.000 media
         4.000 voice
         5.000 quiet We are open until
         5.500 voice
         5.700 ended
         6.000 end",
        &expect![[r#"
            20..3020 assistant 1: (opening)
            4000..5000 callee 1: We are open until
        "#]],
    );
}

#[test]
fn a_callee_who_hangs_up_in_our_line_heard_a_part_of_it() {
    check_transcript(
        "0.000 media
         1.500 ended
         6.000 end",
        &expect![[r#"
            20..1500 assistant 1: Hello, this is an [cut]
        "#]],
    );
}

#[test]
fn late_and_doubled_inputs_change_nothing() {
    check(
        "0.000 media
         0.100 media
         0.200 dialing
         0.500 thought 7 say Never asked.
         0.600 failed 9
         0.700 voted 3 100
         3.500 voice
         3.600 voice
         4.500 quiet Nine.
         4.550 quiet Nine.
         mind say Thank you.
         5.200 thought 1 say Again.
         6.500 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            4.920 screened Human
            4.920 think 1: Human said "Nine."
            4.930 speak 2: Thank you.
        "#]],
    );
}

#[test]
fn a_trace_replays() {
    let world = World::run(
        brief(),
        Config::default(),
        "0.000 dialing
         1.000 media
         1.400 voice
         2.300 quiet Hello, Corner Shop.
         4.500 voice
         5.500 quiet We close at nine.
         mind say Thank you. | bye Goodbye. | end done
         9.000 end",
        false,
    );
    let text = serde_json::to_string(&(brief(), Config::default(), &world.records)).unwrap();
    type Trace = (Brief, Config, Vec<(telephony::SessionTime, crate::conversation::Input, Vec<crate::conversation::Output>)>);
    let (brief, config, records): Trace = serde_json::from_str(&text).unwrap();
    let mut again = crate::conversation::Conversation::new(brief, config);
    for (now, input, outputs) in records {
        assert_eq!(again.handle(now, input), outputs);
    }
    assert_eq!(again.transcript(), world.conversation.transcript());
}
