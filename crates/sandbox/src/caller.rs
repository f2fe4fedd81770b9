//! Somebody of the cast as a caller: who rings a number of ours, whichever carrier has it.

use simulator::script::{Ask, Line, LineBehaviour, Scene, Script, Then};

/// How long somebody lets it ring before they give up, in seconds.
pub const RINGS_S: u32 = 60;

/// Longest call that comes in, in seconds.
pub const LIMIT_S: u32 = 4 * 3_600;

/// Returns somebody of the cast as a caller: they talk once they are talked to. `None` if they never talk.
pub fn caller(script: &Script) -> Option<Script> {
    let (name, _) = script.first_scene()?;
    let name = name.to_owned();
    let mut script = script.clone();
    script.line = Line { ring_after_ms: 0, answer_after_ms: 0, behaviour: LineBehaviour::Answers };
    if let Some(Scene::Person(person)) = script.scenes.get_mut(&name) {
        let greeting: Vec<String> = std::mem::take(&mut person.greeting).into_iter().map(|saying| saying.say).collect();
        if !greeting.is_empty() {
            person.asks.insert(0, Ask { after_line: 1, say: greeting.join(" "), then: Then::Stay });
        }
    }
    Some(script)
}
