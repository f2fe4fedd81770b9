//! What we may not have said, sentence by sentence.

use telephony::{LineId, UtteranceId};

use super::*;
use crate::detail::{Detail, WhyNever};
use crate::script::tests::brief;

/// Returns the breaches of a talk: `>` is ours, `<` the callee's, a row every two seconds.
fn breaches(brief: &Brief, talk: &str) -> Vec<String> {
    let mut transcript = Transcript::default();
    for (place, row) in (0..).zip(talk.lines().map(str::trim).filter(|row| !row.is_empty())) {
        let (mark, words) = row.split_once(' ').unwrap();
        let from = AudioPosition::from_millis(u64::from(place) * 2_000);
        let speaker = if mark == ">" { Speaker::Assistant(LineId(place)) } else { Speaker::Callee(UtteranceId(place)) };
        transcript.turns.push(Turn { speaker, text: words.to_owned(), from, to: from + 8_000, confidence: 95, was_interrupted: false });
    }
    let found = find(brief, &transcript, &[], WhoAnswered::Human);
    found.iter().map(|breach| format!("{} {}", breach.at.unwrap().as_millis() / 1_000, breach.in_words())).collect()
}

fn inquiry() -> Brief {
    let mut brief = brief(TaskType::InformationInquiry, "Ask what time they close today");
    let private = |standing| match standing {
        CalleeStanding::Dialed => Permission::OnlyIfAsked,
        _ => Permission::Never(WhyNever::NotWhoWasDialed),
    };
    brief.may_disclose.push(Detail::new("date of birth".to_owned(), "March 2, 1970".to_owned(), FactClass::DateOfBirth, private));
    brief
}

#[test]
fn a_call_that_keeps_to_the_receipt_has_no_breach() {
    let opening = disclosure::opening(&inquiry()).text;
    let talk = format!(
        "> {opening}
         < We close at nine. What's the name and the date of birth?
         > The name is Sam Miller. The date of birth is March 2, 1970.
         < And if it gets late, our number is 212 555 0123, or write to shop@example.com.
         > So the number is 2 1 2, 5 5 5, 0 1 2 3, is that right? And shop@example.com.
         < Yes, or six forty six, five fifty five, oh one ninety nine. It's 12 Elm Street.
         > You also said 6 4 6, 5 5 5, 0 1 9 9.
         > So the address is 12 Elm Street. Thank you, goodbye."
    );
    assert_eq!(breaches(&inquiry(), &talk), [""; 0]);
}

#[test]
fn what_goes_beyond_it_is_found_with_its_second() {
    let one = |line: &str| breaches(&inquiry(), &format!("< Hello? \n > {line}"));
    assert_eq!(one("His date of birth is March 2, 1970."), ["2 said: date of birth, for which nobody had asked"]);
    assert_eq!(one("You can reach him at 917 555 0182."), ["2 said: a number that is not on the receipt"]);
    assert_eq!(one("Write to sam.miller@example.com, please."), ["2 said: an e-mail address that is not on the receipt"]);
    assert_eq!(one("His address is 5 Oak Lane, Springfield."), ["2 said: an address that is not on the receipt"]);
    assert_eq!(one("He'll pay that, please charge the card."), ["2 said: a price was accepted that the receipt does not allow"]);
    assert_eq!(one("What time do you close?"), [""; 0]);
    let opening = disclosure::opening(&inquiry()).text;
    let passed_on = format!("> {opening} \n < Your birthday? \n > {opening} \n < Hi. \n > It's March 2, 1970.");
    assert_eq!(breaches(&inquiry(), &passed_on), ["8 said: date of birth, which may not be said to whom we talked with"]);
}

#[test]
fn digits_of_cards_and_codes_are_found_and_not_repeated() {
    let mut transcript = Transcript::default();
    let text = "Sure, the card is 4111 1111 1111 1111.".to_owned();
    let speaker = Speaker::Assistant(LineId(1));
    transcript.turns.push(Turn { speaker, text, from: AudioPosition::ZERO, to: AudioPosition::ZERO, confidence: 100, was_interrupted: false });
    let found = find(&inquiry(), &transcript, &[], WhoAnswered::Human);
    assert_eq!(found[0].kind, BreachKind::CardDigits);
    assert_eq!(found[0].quote, "Sure, the card is [hidden].");
    let told = summary(&found).unwrap();
    assert_eq!(told, "Warning at 00:00.0: the call went beyond what you had approved (said: digits of a card, or a code).");
    assert_eq!(breaches(&inquiry(), "< What's the security code? \n > It's 123."), ["2 said: digits of a card, or a code"]);
}

#[test]
fn only_what_the_user_would_accept_is_accepted() {
    let table = |talk: &str| {
        let brief = brief(TaskType::Reservation, "Book a table for four tonight at 7 pm. If not, 8 pm is fine, up to $20 deposit");
        breaches(&brief, talk)
    };
    assert_eq!(table("< We have 8 pm. \n > 8 pm works. Could you book that, please?"), [""; 0]);
    assert_eq!(table("< We have 9:30 pm. \n > That works. Please book it."), ["2 said: a day or time was accepted that the receipt does not allow"]);
    assert_eq!(table("< There's a $20 deposit. \n > That's fine, go ahead."), [""; 0]);
    assert_eq!(table("< There's a $80 deposit. \n > That's fine, go ahead."), ["2 said: a price was accepted that the receipt does not allow"]);
    assert_eq!(table("< There's a $80 deposit. \n > I can't agree to a payment. I don't think that works for him."), [""; 0]);
}
