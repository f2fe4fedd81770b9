//! The callee's voice over ours. In each trace our line of 58 characters plays from 5.53 to 8.43 s.

use expect_test::expect;

use super::world::{check, check_transcript};

const BEFORE: &str = "
    0.000 media
    4.000 voice
    5.000 quiet Hello?
    mind say Could you please tell me what time you are going to close?
";

fn after_our_line_began(trace: &str) -> String {
    format!("{BEFORE}{trace}")
}

#[test]
fn speech_over_our_voice_pauses_then_stops_us() {
    check(
        &after_our_line_began(
            "7.000 voice
             8.000 quiet We close at nine.
             mind say Thank you.
             10.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.060 pause
            7.200 stop
            8.420 think 2: Human said "We close at nine." [cut us at "Could you please tell me what"]
            8.430 speak 3: Thank you.
        "#]],
    );
}

#[test]
fn what_was_heard_of_a_line_cut_short_stands_in_the_transcript() {
    check_transcript(
        &after_our_line_began(
            "7.000 voice
             8.000 quiet We close at nine.
             mind say Thank you.
             10.000 end",
        ),
        &expect![[r#"
            20..3020 assistant 1: (opening)
            4000..5000 callee 1: Hello?
            5530..7200 assistant 2: Could you please tell me what [cut]
            7000..8000 callee 2: We close at nine.
            8530..9030 assistant 3: Thank you.
        "#]],
    );
}

#[test]
fn words_stop_us_before_the_time_does() {
    check(
        &after_our_line_began(
            "7.000 voice
             7.120 interim 2 no wait
             8.000 quiet No, wait.
             8.300 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.060 pause
            7.120 stop
        "#]],
    );
}

#[test]
fn a_cough_gives_us_the_floor_back() {
    check(
        &after_our_line_began(
            "7.000 voice
             7.080 quiet (cough)
             10.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.060 pause
            7.180 resume
        "#]],
    );
}

#[test]
fn a_voice_that_only_stirs_pauses_us_and_gives_the_line_back() {
    check(
        &after_our_line_began(
            "7.000 stirs
             7.070 nothing
             7.500 stirs
             7.540 nothing
             10.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.060 pause
            7.070 resume
        "#]],
    );
}

#[test]
fn a_voice_that_stirred_is_confirmed_from_its_first_sample() {
    check(
        &after_our_line_began(
            "6.960 stirs
             7.000 voice
             8.000 quiet Wait, wait.
             8.300 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.020 pause
            7.160 stop
        "#]],
    );
}

#[test]
fn a_voice_that_falters_as_it_is_judged_has_not_held_out() {
    check(
        &after_our_line_began(
            "7.000 voice
             7.180 falters
             7.140 quiet (cough)
             10.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.060 pause
            7.240 resume
        "#]],
    );
}

#[test]
fn a_voice_that_goes_on_after_it_faltered_stops_us_at_once() {
    check(
        &after_our_line_began(
            "7.000 voice
             7.190 falters
             7.230 goes-on
             8.000 quiet Wait, wait.
             8.300 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.060 pause
            7.230 stop
        "#]],
    );
}

#[test]
fn times_count_from_the_audio_that_came_with_the_least_delay() {
    // The carrier's audio begins 120 ms after the stream, and the first frame that tells so is delayed by another 80 ms.
    check(
        &after_our_line_began(
            "5.600 arrived 5400
             5.720 arrived 5600
             audio-is-delayed 120
             7.120 voice
             8.120 quiet We close at nine.
             mind say Thank you.
             10.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.180 pause
            7.320 stop
            8.540 think 2: Human said "We close at nine." [cut us at "Could you please tell me what"]
            8.550 speak 3: Thank you.
        "#]],
    );
}

#[test]
fn a_backchannel_that_is_over_in_time_does_not_take_the_floor() {
    check(
        &after_our_line_began(
            "7.000 voice
             7.150 interim 2 mhm
             7.400 quiet Mhm.
             10.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.060 pause
            7.500 resume
        "#]],
    );
}

#[test]
fn a_long_noise_stops_us_and_the_line_is_said_again() {
    check(
        &after_our_line_began(
            "7.000 voice
             7.600 quiet (truck)
             12.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.060 pause
            7.200 stop
            8.020 speak 3: Could you please tell me what time you are going to close?
        "#]],
    );
}

#[test]
fn a_backchannel_that_stopped_us_lets_the_line_be_said_again() {
    check(
        &after_our_line_began(
            "6.000 voice
             6.400 quiet Yeah.
             12.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            6.060 pause
            6.200 stop
            6.820 speak 3: Could you please tell me what time you are going to close?
        "#]],
    );
}

#[test]
fn yeah_to_a_question_that_was_mostly_heard_is_an_answer() {
    check(
        &after_our_line_began(
            "8.000 voice
             8.400 quiet Yeah.
             mind say Thank you.
             12.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            8.060 pause
            8.200 stop
            8.820 think 2: Human said "Yeah." [cut us at "Could you please tell me what time you are going"]
            8.830 speak 3: Thank you.
        "#]],
    );
}

#[test]
fn a_stop_that_is_never_answered_is_not_waited_for() {
    check(
        &after_our_line_began(
            "lost-stops
             7.000 voice
             8.000 quiet We close at nine.
             mind say Thank you.
             10.000 end",
        ),
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            7.060 pause
            7.200 stop
            8.420 think 2: Human said "We close at nine." [cut us at "Could you please tell me what time you"]
            8.430 speak 3: Thank you.
        "#]],
    );
}

#[test]
fn speech_before_our_line_has_begun_takes_the_floor_too() {
    check(
        "0.000 media
         4.000 voice
         5.000 quiet Hello?
         mind say Could you please tell me what time you are going to close?
         5.450 voice
         6.500 quiet Hello? Anybody there?
         mind say Yes.
         9.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            5.420 screened Human
            5.420 think 1: Human said "Hello?"
            5.430 speak 2: Could you please tell me what time you are going to close?
            5.510 pause
            5.650 stop
            6.920 think 2: Human said "Hello? Anybody there?" [cut us at ""]
            6.930 speak 3: Yes.
        "#]],
    );
}
