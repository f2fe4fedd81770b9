//! Something else than a person answers.

use expect_test::expect;

use super::world::{check, check_all, check_transcript};

#[test]
fn a_voicemail_gets_its_message_after_the_beep() {
    check_all(
        "0.000 media
         0.500 voice
         2.000 interim 1 you've reached Sam please leave a message after the tone
         3.000 quiet You've reached Sam. Please leave a message after the tone.
         4.000 beep
         mind message This is an automated assistant for Sam Miller, this call is recorded. Please call back. | end done
         12.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            0.550 follow 1 from 500
            2.000 heard 1: you've reached Sam please leave a message after the tone
            2.000 screened Voicemail
            2.000 stop
            2.000 said Assistant(LineId(1)): Hello, this is an automated assistant calling for Sam Miller. This call is recorded.
            3.220 settle 1/1 to 3000
            4.000 said Callee(UtteranceId(1)): You've reached Sam. Please leave a message after the tone.
            4.000 unfollow 1
            4.000 think 1: VoicemailReady
            4.010 speak 2 (Message): This is an automated assistant for Sam Miller, this call is recorded. Please call back.
            8.460 said Assistant(LineId(2)): This is an automated assistant for Sam Miller, this call is recorded. Please call back.
            8.460 hang-up MessageLeft
        "#]],
    );
}

#[test]
fn a_voicemail_without_a_beep_gets_it_after_silence() {
    check(
        "0.000 media
         0.500 voice
         3.000 quiet Please leave a message after the tone.
         mind message Please call back.
         14.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            3.420 screened Voicemail
            5.000 think 1: VoicemailReady
            5.010 speak 2 (Message): Hello, this is an automated assistant calling for Sam Miller.
            5.010 speak 3 (Message): This call is recorded. Please call back.
            10.180 hang-up MessageLeft
        "#]],
    );
}

#[test]
fn a_voicemail_that_gets_nothing_is_hung_up_on() {
    check(
        "0.000 media
         0.500 voice
         3.000 quiet Please leave a message after the tone.
         4.000 beep
         5.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            3.420 screened Voicemail
            4.000 think 1: VoicemailReady
            4.010 hang-up VoicemailNoMessage
        "#]],
    );
}

#[test]
fn a_short_greeting_and_a_beep_are_a_voicemail() {
    check(
        "0.000 media
         0.500 voice
         1.500 quiet Hi, it's Sam.
         2.500 beep
         mind message Please call back.
         3.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            1.920 screened Human
            2.500 screened Voicemail
            2.500 stop
            2.500 think 1: VoicemailReady
            2.510 speak 2 (Message): Hello, this is an automated assistant calling for Sam Miller.
            2.510 speak 3 (Message): This call is recorded. Please call back.
        "#]],
    );
}

#[test]
fn a_menu_is_heard_out_answered_by_a_key_and_the_person_behind_it_hears_the_opening() {
    check(
        "0.000 media
         0.500 voice
         4.000 quiet For sales, press one. For support, press two.
         mind press 1
         8.000 ringback
         12.000 voice
         13.000 quiet Hello, this is Dana.
         18.000 voice
         19.000 quiet We close at nine.
         mind
         mind say Thank you.
         20.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            4.420 screened Menu
            5.500 think 1: menu "For sales, press one. For support, press two."
            5.510 press 1
            13.600 screened Human
            13.600 speak 2: (opening)
            13.600 think 2: PersonJoined
            19.420 think 3: Human said "We close at nine."
            19.430 speak 3: Thank you.
        "#]],
    );
}

#[test]
fn a_recorded_answer_in_a_menu_reaches_the_mind() {
    check(
        "0.000 media
         0.500 voice
         4.000 quiet For opening hours, press one.
         mind press 1
         8.000 voice
         12.000 quiet Our shop is open from nine to five.
         mind note 17:00 | end done
         16.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            4.420 screened Menu
            5.500 think 1: menu "For opening hours, press one."
            5.510 press 1
            13.500 think 2: Menu said "Our shop is open from nine to five."
            13.510 hang-up Done
        "#]],
    );
}

#[test]
fn a_menu_that_is_silent_is_given_up() {
    check(
        "0.000 media
         0.500 voice
         4.000 quiet For sales, press one.
         mind press 1
         40.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            4.420 screened Menu
            5.500 think 1: menu "For sales, press one."
            5.510 press 1
            25.810 hang-up MenuFailed
        "#]],
    );
}

#[test]
fn a_menu_in_a_circle_is_given_up() {
    let mut trace = "0.000 media\n".to_owned();
    for nth in 0..8 {
        let at = 1 + nth * 6;
        trace.push_str(&format!("{at}.000 voice\n{}.000 quiet For sales, press one.\nmind press 1\n", at + 3));
    }
    trace.push_str("60.000 end");
    check(
        &trace,
        &expect![[r#"
        0.000 speak 1: (opening)
        4.420 screened Menu
        5.500 think 1: menu "For sales, press one."
        5.510 press 1
        11.500 think 2: menu "For sales, press one."
        11.510 press 1
        17.500 think 3: menu "For sales, press one."
        17.510 press 1
        23.500 think 4: menu "For sales, press one."
        23.510 press 1
        29.500 think 5: menu "For sales, press one."
        29.510 press 1
        35.500 think 6: menu "For sales, press one."
        35.510 press 1
        41.500 hang-up MenuFailed
    "#]],
    );
}

#[test]
fn a_screener_is_told_who_calls_and_the_person_hears_the_opening() {
    check(
        "0.000 media
         0.500 voice
         3.500 quiet Please record your name and reason for calling.
         mind say An automated assistant for Sam Miller.
         8.500 voice
         9.500 quiet Please stay on the line.
         15.000 voice
         15.800 quiet Hello?
         20.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            3.920 screened Screener
            5.000 think 1: screener "Please record your name and reason for calling."
            5.010 speak 2: An automated assistant for Sam Miller.
            16.220 screened Human
            16.220 speak 3: (opening)
            16.220 think 2: PersonJoined
        "#]],
    );
}

#[test]
fn on_hold_nothing_is_thought_and_the_person_hears_the_opening() {
    check_all(
        "0.000 media
         0.500 voice
         3.500 quiet Your call is important to us. Please hold.
         6.000 voice (music)
         30.000 quiet (music)
         30.300 voice
         31.000 quiet Hello, Corner Shop.
         36.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            0.550 follow 1 from 500
            3.020 said Assistant(LineId(1)): (opening)
            3.720 settle 1/1 to 3500
            3.920 screened HoldQueue
            5.000 said Callee(UtteranceId(1)): Your call is important to us. Please hold.
            5.000 unfollow 1
            6.050 follow 2 from 6000
            10.000 settle 2/1 to 10000
            10.200 unfollow 2
            20.200 follow 3 from 20200
            22.700 settle 3/1 to 22700
            22.900 unfollow 3
            30.350 follow 4 from 30300
            31.220 settle 4/1 to 31000
            31.600 said Callee(UtteranceId(4)): Hello, Corner Shop.
            31.600 unfollow 4
            31.600 screened Human
            31.600 speak 2: (opening)
            31.600 think 1: PersonJoined
            34.620 said Assistant(LineId(2)): (opening)
        "#]],
    );
}

#[test]
fn a_repeated_announcement_on_hold_is_no_person() {
    check_transcript(
        "0.000 media
         0.500 voice
         3.500 quiet Your call is important to us.
         10.000 voice
         16.000 quiet Did you know that our shop is open on the web around the clock.
         25.000 voice
         31.000 quiet Did you know that our shop is open on the web around the clock.
         40.000 end",
        &expect![[r#"
            20..3020 assistant 1: (opening)
            500..3500 callee 1: Your call is important to us.
            10000..16000 callee 2: Did you know that our shop is open on the web around the clock.
            25000..31000 callee 3: Did you know that our shop is open on the web around the clock.
        "#]],
    );
}

#[test]
fn a_hold_that_lasts_too_long_is_given_up() {
    let brief = crate::brief::Brief { time_limit: std::time::Duration::from_secs(3_600), ..super::brief() };
    let world = super::world::World::run(
        brief,
        crate::conversation::Config::default(),
        "0.000 media
         0.500 voice (music)
         700.000 end",
        false,
    );
    expect![[r#"
        0.000 speak 1: (opening)
        4.700 screened HoldQueue
        604.700 hang-up HoldTooLong
    "#]]
    .assert_eq(world.log());
}

#[test]
fn an_announcement_is_heard_out_and_hung_up_on() {
    check(
        "0.000 media
         0.500 voice
         3.500 quiet The number you have dialed is not in service.
         6.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            3.920 screened Announcement
            5.000 hang-up WrongNumber
        "#]],
    );
}

#[test]
fn a_fax_is_hung_up_on_at_once() {
    check(
        "0.000 media
         1.000 fax
         2.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            1.000 screened Fax
            1.000 hang-up Fax
        "#]],
    );
}

#[test]
fn a_machine_that_turns_out_late_stops_our_talk() {
    check(
        "0.000 media
         0.500 voice
         1.500 quiet Hello.
         3.500 voice
         7.000 quiet I cannot take your call. Leave your message after the beep.
         8.000 beep
         mind message Please call back.
         9.000 end",
        &expect![[r#"
            0.000 speak 1: (opening)
            1.920 screened Human
            7.420 screened Voicemail
            8.000 think 1: VoicemailReady
            8.010 speak 2 (Message): Hello, this is an automated assistant calling for Sam Miller.
            8.010 speak 3 (Message): This call is recorded. Please call back.
        "#]],
    );
}
