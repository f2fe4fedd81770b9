//! Each of the cast does what its description says.

use simulator::callee;
use simulator::cast::Cast;
use simulator::network::{Config, Input};
use telephony::PhoneNumber;

use crate::talk::Talk;

const RINGING: [&str; 3] = ["Dialing", "Ringing", "InProgress"];

fn answered(number: &str) -> Talk {
    let mut talk = Talk::call(number);
    talk.wait(8_000);
    assert_eq!(talk.take()[..3], RINGING);
    talk
}

#[test]
fn every_script_has_its_own_number_and_expectation() {
    let cast = Cast::shipped().unwrap();
    assert_eq!(cast.scripts().count(), simulator::cast::SCENARIOS.len());
    for script in cast.scripts() {
        assert!(!script.expect.is_empty(), "{} expects nothing", script.name);
        assert!(script.number.as_e164().starts_with("+1212555"), "{}", script.name);
        for expectation in &script.expect {
            assert_eq!(expectation.outcome.is_some(), expectation.disposition.was_answered(), "{}: {}", script.name, expectation.intent);
        }
    }
    assert_eq!(cast.find(&PhoneNumber::parse("+12125550123").unwrap()).unwrap().name, "Corner shop");
}

#[test]
fn the_shop_answers_what_it_knows() {
    for (question, answer) in [
        ("Hello, this is an automated assistant calling for a customer. What time do you close today?", "We close at nine today."),
        ("how late are you open tonight", "We close at nine today."),
        ("when do you open tomorrow", "We open at eight in the morning, every day."),
        ("are you open on sunday", "Yes, we are open on Sunday, from eight in the morning until nine in the evening."),
        ("how much is a birthday cake", "A birthday cake is forty five dollars."),
        ("is there parking", "Yes, there is parking behind the shop."),
        ("um blue giraffe", "Sorry, could you repeat that?"),
    ] {
        let mut talk = Talk::with("+12125550123", Config { callee: callee::Config { today: 2, seed: 0 }, ..Config::default() });
        talk.wait(6_000).take();
        talk.say(question);
        assert_eq!(talk.take().last().unwrap(), answer, "{question}");
    }
}

#[test]
fn the_shop_confirms_what_is_right_and_corrects_what_is_not() {
    let mut talk = answered("+12125550123");
    talk.say("what time do you close today")
        .say("so you close at 9 pm is that right")
        .say("so you close at 10 pm is that right")
        .say("thank you goodbye");
    let log = talk.take();
    assert_eq!(
        log[1..],
        [
            "We close at nine today.",
            "> so you close at 9 pm is that right",
            "Yes, that's right.",
            "> so you close at 10 pm is that right",
            "No, not quite. We close at nine today.",
            "> thank you goodbye",
            "Goodbye.",
            "Completed 200 by Callee"
        ]
    );
}

#[test]
fn the_restaurant_bargains_about_the_time() {
    let mut talk = answered("+12125550142");
    talk.say("I would like to reserve a table for four people on Friday at seven pm").say("yes that works").say("Sam Miller");
    let log = talk.take();
    assert_eq!(log[1], "I'm sorry, 7 pm is taken. I could offer you 7:30 pm. Would that work?");
    assert_eq!(log[3], "And what name should I put it under?");
    assert_eq!(log[5], "Wonderful. A table for 4 on Friday at 7:30 pm, under the name Sam Miller. It is booked for you.");
    talk.say("so a table for 4 on friday at 7:30 pm is that correct");
    assert_eq!(talk.take().last().unwrap(), "Yes, that's right.");
}

#[test]
fn lines_that_nobody_answers_end_as_they_should() {
    for (number, end) in [
        ("+12125550110", "Busy 486 by Callee"),
        ("+12125550111", "NoAnswer 487 by RingTimeout"),
        ("+12125550112", "Busy 603 by Callee"),
        ("+12125550113", "Failed 404 by Callee"),
        ("+12125550199", "Failed 404 by Callee"),
    ] {
        let mut talk = Talk::call(number);
        talk.wait(90_000);
        assert_eq!(talk.take().last().unwrap(), end, "{number}");
        assert!(talk.leg().next_wakeup().is_none(), "{number}");
    }
}

#[test]
fn voicemail_beeps_and_keeps_the_message() {
    let mut talk = Talk::call("+12125550114");
    talk.wait(14_500);
    assert_eq!(talk.take().last().unwrap(), "(Beep)");
    talk.say("The order is ready").wait(10_000);
    assert_eq!(talk.take().last().unwrap(), "Completed 200 by Callee");
    assert_eq!(talk.leg().callee().messages(), ["The order is ready"]);
}

#[test]
fn who_hangs_up_after_their_message_has_left_it() {
    let mut talk = Talk::call("+12125550114");
    talk.wait(14_500);
    talk.begin();
    talk.tell(Input::Callee(callee::Input::HeardEnd { text: "The order is ready".into() }));
    talk.tell(Input::HangUp);
    assert_eq!(talk.leg().callee().messages(), ["The order is ready"]);
}

#[test]
fn a_message_keeps_what_was_understood_only_after_the_hang_up() {
    let mut talk = Talk::call("+12125550114");
    talk.wait(14_500);
    talk.begin();
    talk.tell(Input::Callee(callee::Input::HeardEnd { text: "The order".into() }));
    talk.begin();
    talk.tell(Input::HangUp);
    talk.tell(Input::Callee(callee::Input::HeardEnd { text: "is ready".into() }));
    assert_eq!(talk.leg().callee().messages(), ["The order is ready"]);
}

#[test]
fn the_restaurant_agrees_to_the_date_of_its_weekday_and_to_no_other_time() {
    let mut talk = answered("+12125550142");
    talk.say("I would like to reserve a table for four people on Friday at 7:30 pm for Sam Miller").say("Sam Miller").take();
    talk.say("so it is booked for Friday, November 27 at 7:30 pm, is that right");
    assert_eq!(talk.take().last().unwrap(), "Yes, that's right.");
    talk.say("so it is booked for Friday, November 27 at 8:45 pm, is that right");
    assert!(talk.take().last().unwrap().starts_with("No, not quite."));
}

#[test]
fn the_menu_leads_to_a_person_by_key_and_by_word() {
    let mut talk = answered("+12125550116");
    talk.press('0').wait(5_000);
    assert_eq!(talk.take(), ["(stops)", "City Power, this is Chris, how can I help?"]);
    let mut talk = answered("+12125550116");
    talk.say("representative please").wait(2_000);
    assert_eq!(talk.take().last().unwrap(), "City Power, this is Chris, how can I help?");
    let mut talk = Talk::call("+12125550116");
    talk.wait(70_000);
    let log = talk.take();
    assert_eq!(log.iter().filter(|line| line.starts_with("For outages")).count(), 3);
    assert_eq!(log.last().unwrap(), "Completed 200 by Callee");
    let mut talk = answered("+12125550116");
    talk.press('9').wait(3_000);
    assert!(talk.take().contains(&"Sorry, that is not a valid choice.".to_string()));
}

#[test]
fn the_queue_plays_music_until_a_person_comes() {
    let mut talk = Talk::call("+12125550117");
    talk.wait(45_000);
    let log = talk.take();
    let order: Vec<_> =
        log.iter().filter(|line| line.starts_with('(') || line.starts_with("Bluebird") || line.starts_with("Thank")).map(String::as_str).collect();
    assert_eq!(
        order,
        [
            "(PlayMusic)",
            "(StopSound)",
            "Thank you for your patience. You are number two in the queue.",
            "(PlayMusic)",
            "(StopSound)",
            "Bluebird Airlines, thank you for waiting. My name is Dana, how can I help you?"
        ]
    );
}

#[test]
fn who_asks_whether_we_are_a_robot_still_answers_the_question() {
    let mut talk = answered("+12125550118");
    talk.say("what time do you close today").say("yes i am an automated assistant");
    let log = talk.take();
    assert_eq!((log[1].as_str(), log[3].as_str()), ("Hold on. Are you a robot?", "Well, all right. We close at six today."));
}

#[test]
fn who_wants_no_calls_says_so_and_leaves() {
    let mut talk = answered("+12125550119");
    talk.say("are you satisfied with the delivery").say("i am sorry i will not call again");
    let log = talk.take();
    assert!(log[1].contains("never call this number again"));
    assert_eq!(log.last().unwrap(), "Completed 200 by Callee");
}

#[test]
fn who_interrupts_cuts_in_while_the_caller_speaks() {
    let mut talk = answered("+12125550120");
    talk.begin().wait(3_000);
    assert_eq!(talk.take(), ["Yes yes, what do you need? We are very busy here."]);
}

#[test]
fn a_silent_line_says_nothing_for_a_minute() {
    let mut talk = answered("+12125550121");
    talk.wait(50_000);
    assert!(talk.take().is_empty());
    talk.wait(10_000);
    assert_eq!(talk.take(), ["Completed 200 by Callee"]);
}

#[test]
fn the_screener_puts_through_who_says_why() {
    let mut talk = answered("+12125550122");
    talk.wait(6_000).take();
    talk.say("this is an assistant calling for sam about the sofa").wait(8_000);
    let log = talk.take();
    assert_eq!(log[1..4], ["Thank you. Please stay on the line.", "(PlayRingback)", "(StopSound)"]);
    assert_eq!(log[4], "Hello, this is Robin.");
    let mut talk = answered("+12125550122");
    talk.wait(60_000);
    assert_eq!(talk.take().last().unwrap(), "Completed 200 by Callee");
}

#[test]
fn the_mumbler_is_clear_when_asked_again() {
    let mut talk = answered("+12125550127");
    talk.say("what time do you close").say("sorry what time do you close");
    let log = talk.take();
    assert_eq!((log[1].as_str(), log[3].as_str()), ("Mm, well, you know, the usual.", "Oh, sorry. We close at seven pm."));
}

#[test]
fn the_pharmacy_puts_on_hold_and_comes_back() {
    let mut talk = answered("+12125550129");
    talk.say("is the prescription for sam miller ready").wait(20_000);
    let log = talk.take();
    assert!(log.contains(&"Thank you for waiting. Yes, the prescription is ready.".to_string()), "{log:?}");
}

#[test]
fn who_hangs_up_at_once_is_gone_in_the_first_second() {
    let mut talk = Talk::call("+12125550125");
    talk.wait(2_900);
    assert_eq!(talk.take(), ["Dialing", "Ringing", "InProgress", "Completed 200 by Callee"]);
}

#[test]
fn nobody_there_makes_people_ask_and_leave() {
    let mut talk = answered("+12125550123");
    talk.wait(60_000);
    assert_eq!(talk.take(), ["Hello? Is anybody there?", "Hello?", "Completed 200 by Callee"]);
}

#[test]
fn patience_ends() {
    let mut talk = answered("+12125550123");
    for _ in 0..5 {
        talk.say("blue giraffe");
    }
    assert_eq!(talk.take().last().unwrap(), "Completed 200 by Callee");
}

#[test]
fn a_person_yields_to_a_long_voice_and_not_to_a_short_sound() {
    let mut talk = Talk::call("+12125550123");
    talk.wait(2_600).take();
    talk.begin().wait(1_000);
    assert_eq!(talk.take(), ["(stops)"]);
    let mut talk = Talk::call("+12125550123");
    talk.wait(2_600).take();
    talk.begin().wait(300);
    talk.tell(Input::Callee(callee::Input::HeardPause));
    talk.wait(1_000);
    assert!(talk.take().is_empty());
}
