//! Scripts of users: what is wrong with them, where, and what to do.

use simulator::cast::Cast;
use simulator::script::Script;

use crate::talk::Talk;

const SMALL: &str = r#"
number: "+13105550177"
name: Kiosk
description: Sells one thing.
scenes:
  kiosk:
    person:
      greeting: [{ say: "Kiosk." }]
      knows:
        - { topic: price, when: ["how_much|price"], say: ["Two dollars."] }
"#;

fn error(yaml: &str) -> String {
    Script::parse("mine.yaml", yaml).unwrap_err().to_string()
}

#[test]
fn a_small_script_is_enough() {
    let mut talk = Talk::from_yaml(SMALL);
    talk.wait(5_000).say("how much is it");
    assert_eq!(talk.take().last().unwrap(), "Two dollars.");
}

#[test]
fn a_users_script_takes_the_place_of_a_shipped_one() {
    let cast = Cast::shipped().unwrap().with("mine.yaml", &SMALL.replace("+13105550177", "+12125550123")).unwrap();
    assert_eq!(cast.scripts().find(|script| script.number.as_e164() == "+12125550123").unwrap().name, "Kiosk");
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let real = error(&SMALL.replace("+13105550177", "+13102345678"));
    assert!(real.starts_with("mine.yaml:2:1: the number must be a fictional one"), "{real}");
    let typo = error(&SMALL.replace("greeting", "greetings"));
    assert!(typo.starts_with("mine.yaml:") && typo.contains("greetings"), "{typo}");
    let empty = error(&SMALL.replace("how_much|price", " "));
    assert!(empty.contains("holds no word"), "{empty}");
    let nowhere = error(&SMALL.replace("say: [\"Two dollars.\"]", "say: [\"Two dollars.\"], then: { goto: cellar }"));
    assert!(nowhere.contains("there is no scene `cellar`; the scenes are: kiosk"), "{nowhere}");
    assert!(nowhere.starts_with("mine.yaml:10:"), "{nowhere}");
    let voice = error(&SMALL.replace("scenes:", "voice: { pitch: 9 }\nscenes:"));
    assert!(voice.contains("factors from 0.5 to 2"), "{voice}");
    let none = error("number: \"+13105550177\"\nname: A\ndescription: B\n");
    assert!(none.contains("there is no scene"), "{none}");
    assert!(error(": : :").starts_with("mine.yaml"), "{}", error(": : :"));
}
