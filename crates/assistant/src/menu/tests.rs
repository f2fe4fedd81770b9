//! What callers press, say and do not say, as a table.

use super::*;

fn option(key: char, words: &[&str], action: Action) -> MenuOption {
    MenuOption { key: Digit::new(key), words: words.iter().map(|word| (*word).to_owned()).collect(), action }
}

fn forward() -> Forward {
    Forward { number: PhoneNumber::parse("+12125550123").unwrap(), ring_for: Duration::from_secs(20), time_limit: Duration::from_secs(600) }
}

fn menus() -> Menus {
    let menu = |say: &str, options| Menu {
        say: say.to_owned(),
        options,
        timeout: Duration::from_secs(5),
        tries: 3,
        no_input: "I did not hear you.".into(),
        invalid: "That is not a choice.".into(),
        at_last: Action::Message,
    };
    let main = vec![
        option('1', &["sales"], Action::GoTo("sales".into())),
        option('2', &["support", "help"], Action::Queue("support".into())),
        option('3', &["opening hours", "hours"], Action::Say("We are open from nine to five.".into())),
        option('4', &["message"], Action::Message),
        option('0', &["somebody", "help desk"], Action::Forward(forward())),
        option('5', &["meeting"], Action::Room("family".into())),
        option('#', &[], Action::End),
    ];
    Menus {
        start: "main".into(),
        menus: BTreeMap::from([
            ("main".to_owned(), menu("For sales press 1.", main)),
            ("sales".to_owned(), Menu { tries: 1, at_last: Action::GoTo("sales".into()), ..menu("Sales.", Vec::new()) }),
        ]),
        queues: BTreeMap::from([("support".to_owned(), Queue::default())]),
        rooms: BTreeMap::from([("family".to_owned(), Room::default())]),
    }
}

fn at(menu: &str, misses: u8) -> Place {
    Place { menu: menu.into(), misses }
}

fn key(key: char) -> Heard {
    Heard::Key(Digit::new(key).unwrap())
}

fn words(text: &str) -> Heard {
    Heard::Words(Private::new(text.into()))
}

#[test]
fn keys_and_words_lead_to_the_same() {
    let table = [
        (key('1'), words("I'd like sales, please."), "sales"),
        (key('2'), words("Help!"), "queue"),
        (key('3'), words("What are your opening hours?"), "said"),
        (key('4'), words("four"), "message"),
        (key('5'), words("the meetings"), "room"),
        (key('0'), words("The help desk"), "forward"),
        (key('#'), words("pound"), "ended"),
        (key('9'), words("Please never call me again"), "never"),
        (key('9'), words("nine"), "never"),
        (key('9'), words("Don’t call here"), "never"),
    ];
    for (pressed, said, expected) in table {
        for heard in [pressed, said] {
            let step = menus().next(&at("main", 0), &heard);
            let kind = match &step.then {
                Then::Listen { at, .. } => at.menu.as_str(),
                Then::Queue(_) => "queue",
                Then::Room(_) => "room",
                Then::Message => "message",
                Then::Forward(_) => "forward",
                Then::NeverAgain => "never",
                Then::HangUp if step.lines == ["Goodbye."] => "ended",
                Then::HangUp => "said",
            };
            assert_eq!(kind, expected, "{heard:?}");
        }
    }
}

#[test]
fn every_menu_offers_never_to_be_called_again_in_its_last_line() {
    for place in [at("main", 0), at("sales", 0)] {
        let step = menus().next(&place, &Heard::Nothing);
        assert_eq!(step.lines.last().map(String::as_str), Some(NEVER_AGAIN_LINE));
    }
}

#[test]
fn silence_and_wrong_choices_are_told_apart_and_come_to_an_end() {
    let first = menus().next(&at("main", 0), &Heard::Silence);
    assert_eq!(first.lines[0], "I did not hear you.");
    assert_eq!(first.then, Then::Listen { at: at("main", 1), timeout: Duration::from_secs(5) });
    let second = menus().next(&at("main", 1), &key('7'));
    assert_eq!(second.lines[0], "That is not a choice.");
    assert_eq!(menus().next(&at("main", 2), &words("the weather")).then, Then::Message);
    assert_eq!(menus().next(&at("main", u8::MAX), &Heard::Silence).then, Then::Message, "an address that somebody made up");
}

#[test]
fn a_menu_that_leads_to_itself_at_last_ends() {
    assert_eq!(menus().next(&at("sales", 0), &Heard::Silence), Step { lines: vec!["Goodbye.".into()], then: Then::HangUp });
}

#[test]
fn the_same_question_has_the_same_answer_and_an_unknown_place_is_the_beginning() {
    let menus = menus();
    assert_eq!(menus.next(&at("main", 1), &key('1')), menus.next(&at("main", 1), &key('1')));
    assert_eq!(menus.next(&at("gone", 2), &key('1')), menus.next(&menus.beginning(), &Heard::Nothing));
}

#[test]
fn two_keys_in_one_breath_choose_nothing() {
    let step = menus().next(&at("main", 0), &words("one two"));
    assert_eq!(step.lines[0], "That is not a choice.");
    assert!(matches!(menus().next(&at("main", 0), &words("one one")).then, Then::Listen { at, .. } if at.menu == "sales"));
}
