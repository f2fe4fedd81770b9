//! Those of the cast that several tests ring, whichever carrier is between.

use sandbox::SandboxConfig;
use simulator::cast::Cast;

use crate::telling::telling;

/// Asks when they close, thanks and hangs up. Presses a key when told to.
pub const ASKER: &str = r#"
number: "+12125550190"
name: Asker
description: Asks a shop when it closes.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      knows:
        - { topic: help, when: ["help"], say: ["When do you close tonight?"] }
        - { topic: nine, when: ["nine"], say: ["Thank you, goodbye."], then: hang_up }
        - { topic: star, when: ["star"], presses: "*", say: ["Done."] }
        - { topic: one, when: ["one"], presses: "1", say: ["Done."] }
"#;

/// Says one sentence and hangs up.
pub const LEAVES: &str = r#"
number: "+12125550192"
name: Leaves
description: Says one sentence and hangs up.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  tape: { announcement: { say: [{ after_ms: 600, say: "We are closed until Monday. Please press the star key." }, { after_ms: 2000, say: "Goodbye." }] } }
"#;

/// Presses two keys when asked, and talks long when asked for a story.
pub const HELPFUL: &str = r#"
number: "+12125550190"
name: Helpful
description: Presses keys or tells a story, as asked.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      knows:
        - { topic: keys, when: ["press"], presses: "42", say: ["There you are."] }
        - { topic: story, when: ["story"], say: ["Well damn it was a dark and stormy night and nobody knew where the old captain had gone that night."] }
"#;

/// Returns a network on which these are to be reached as well, and on which everybody understands everybody word for word.
pub fn network(people: &[&str]) -> SandboxConfig {
    let names = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"];
    let cast = names.iter().zip(people).fold(Cast::shipped().unwrap(), |cast, (name, script)| cast.with(name, script).unwrap());
    SandboxConfig { cast, ..telling() }
}
