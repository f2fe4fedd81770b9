//! What a mind that says too much gets to say.

use super::world::{World, brief};
use crate::brief::Brief;
use crate::conversation::{Config, DECLINE, WhyWithheld, Withheld};
use crate::detail::{CalleeStanding, Detail, FactClass, Permission, WhyNever};
use crate::transcript::Speaker;

fn with_details() -> Brief {
    let born = |standing| match standing {
        CalleeStanding::Voicemail => Permission::Never(WhyNever::OnTape),
        _ => Permission::OnlyIfAsked,
    };
    let date_of_birth = Detail::new("date of birth".to_owned(), "March 2, 1970".to_owned(), FactClass::DateOfBirth, born);
    let iban = |_| Permission::Never(WhyNever::NotForThisErrand);
    let account = Detail::new("bank account".to_owned(), "@iban".to_owned(), FactClass::Payment, iban);
    Brief { may_disclose: vec![date_of_birth, account], ..brief() }
}

/// Returns what we said after the opening, and what was held back.
fn talk(brief: Brief, trace: &str) -> (Vec<String>, Vec<WhyWithheld>) {
    let world = World::run(brief, Config::default(), trace, false);
    let ours = world.conversation.transcript().turns.iter().filter(|turn| matches!(turn.speaker, Speaker::Assistant(_)));
    let said = ours.skip(1).map(|turn| turn.text.clone()).collect();
    (said, world.conversation.withheld().iter().map(|Withheld { why, .. }| why.clone()).collect())
}

#[test]
fn what_is_never_spoken_is_declined_and_told() {
    let (said, withheld) = talk(
        with_details(),
        "0.000 media
         4.000 voice
         4.500 quiet Hello, what is it about?
         mind say The card is 4111 1111 1111 1111, please book it.
         9.000 voice
         9.500 quiet And where is the money to go?
         mind say Please send it to @iban as soon as you can.
         15.000 end",
    );
    assert_eq!(said, [DECLINE, DECLINE]);
    let refused = WhyWithheld::NotAllowed { label: "bank account".to_owned(), why: WhyNever::NotForThisErrand };
    assert_eq!(withheld, [WhyWithheld::CardDigits, refused]);
}

#[test]
fn a_card_number_in_pieces_is_not_said_to_its_end() {
    let (said, withheld) = talk(
        with_details(),
        "0.000 media
         4.000 voice
         4.500 quiet Which card is it?
         mind say It is four one one one, one one one one.
         9.000 voice
         9.500 quiet Okay.
         mind say one one one one, one one one one.
         15.000 end",
    );
    assert_eq!(said, ["It is four one one one, one one one one.", DECLINE]);
    assert_eq!(withheld, [WhyWithheld::CardDigits]);
}

#[test]
fn what_waits_for_a_question_is_said_after_it() {
    let (said, withheld) = talk(
        with_details(),
        "0.000 media
         4.000 voice
         4.500 quiet Hello, how can I help you?
         mind say He was born on March 2, 1970, by the way.
         9.000 voice
         9.500 quiet And his date of birth?
         mind say It is March 2, 1970, as I said.
         15.000 end",
    );
    assert_eq!(said, [DECLINE, "It is March 2, 1970, as I said."]);
    assert_eq!(withheld, [WhyWithheld::NotAskedFor { label: "date of birth".to_owned() }]);
}

#[test]
fn keys_of_a_card_are_not_pressed() {
    let trace = "0.000 media
                 4.000 voice
                 4.500 quiet Please enter your card number.
                 mind press 4111111111111111
                 9.000 end";
    let (_, withheld) = talk(with_details(), trace);
    assert_eq!(withheld, [WhyWithheld::CardDigits]);
    let world = World::run(with_details(), Config::default(), trace, false);
    assert!(!world.log().contains("press"), "{}", world.log());
}

#[test]
fn a_tape_gets_nothing_that_anybody_may_not_hear() {
    let (said, withheld) = talk(
        with_details(),
        "0.000 media
         0.500 voice
         1.500 interim 1 you've reached Sam please leave a message after the tone
         3.000 quiet You've reached Sam. Please leave a message after the tone.
         4.000 beep
         mind message This is an automated assistant for Sam Miller, this call is recorded. He was born on March 2, 1970, so please call back. | end done
         16.000 end",
    );
    assert_eq!(said, ["This is an automated assistant for Sam Miller, this call is recorded.", DECLINE]);
    assert_eq!(withheld, [WhyWithheld::NotAllowed { label: "date of birth".to_owned(), why: WhyNever::OnTape }]);
}
