//! The page docs/what-may-be-said.md, its tables made from the rules themselves.

use std::fmt::Write;

use assistant::disclosure_matrix::decide;
use dialogue::brief::TaskType;
use dialogue::detail::{CalleeStanding, FactClass, Permission};

/// Kinds of errands that the rules treat alike, each with one of them.
const PURPOSES: [(&str, TaskType); 4] = [
    ("Questions, quotes, anything else", TaskType::InformationInquiry),
    ("Appointments and reservations", TaskType::Reservation),
    ("Orders, cancellations, complaints", TaskType::Complaint),
    ("Messages that are passed on", TaskType::MessageDelivery),
];

const BEFORE: &str = "# What may be said

The facts of a task (`--fact LABEL=VALUE`) are all that the assistant knows of you, and the receipt shows each with the condition under which
it is said. Which condition that is depends on what kind of fact it is, on who hears us, and on the kind of errand. No persona and no
model can change it: every line is held against it right before it is spoken, and the transcript once more when the call is over.

## Kinds of facts
The kind is told from the label's words (\"date of birth\", \"member number\"), else from what the value looks like. If that guess is wrong,
write the kind behind the label: `--fact \"chart (health)=A17\"`.

## Who hears us
A voice proves nothing. What can be known is how somebody came to the line: they **picked up** at the number that you approved; they **came later**,
behind a menu, a queue or a screener; they **rang back**, from a number that can be forged; it is **a machine** that asks; or it is **a voicemail**,
which anybody may play.
";

const AFTER: &str = "
`asked`: once the callee has asked for it. What you have approved word for word (the opening, the message for a voicemail) is said as it stands; a
message that gives away what is never left on a tape is refused when the task is made.

## What is never spoken
Card numbers, card verification codes, PINs, one-time codes, passwords. A task that holds one is refused (`task.never_spoken`), by the label or by the
digits (13 to 19 that pass a card's check, or a code with its name). Whatever still comes up on a call is not spoken and not keyed: the
assistant says that it cannot say that, and the report tells you. If they need it, take the call over and give it yourself.

## Secrets
`puppetmaster secret set gym_number` asks for a value, or reads it from standard input, and keeps it sealed by a key of its own. A fact names it:
`--fact \"member number=@gym_number\"`. Receipt, model, transcript, trace, log and report know the name alone; the value is filled in as the line is
spoken, and taken out again where the callee repeats it. `secret list` shows names, `secret remove` destroys the key, and so does `data erase
--all`; an export holds the names only. A secret follows the same table: its label decides. A recording, if there is one, holds what was
spoken aloud; and where the phone provider speaks for us ([conversation modes](conversation-modes.md)) it is told the value.

## After the call
What we said is compared with what you had approved. A breach stands in the report with the second of its sentence, in `task show`, in the JSON
(`report.breaches`), in the summary and in notifications:

| kind | what |
| --- | --- |
| `card_digits` | digits of a card, or a code |
| `not_allowed` | a fact that may not be said to whom we talked with |
| `not_asked_for` | a fact for which nobody had asked |
| `not_on_receipt` | a long number, an e-mail address, a birthday, an address … that neither you nor the callee had named |
| `not_to_be_accepted` | a price, a day or a time was accepted that the task does not allow |

`was_said: false` is what was held back in time. The comparison reads words: a fact that is described instead of given, or a promise in words that
no rule knows, is not found. It reads English.
";

/// Returns the page docs/what-may-be-said.md.
pub fn what_may_be_said_page() -> String {
    let mut page = String::from(BEFORE);
    for (title, purpose) in PURPOSES {
        // Writing into a String cannot fail.
        let _ = write!(
            page,
            "\n## {title}\n| kind | picked up | came later | rang back | a machine | a voicemail |\n| --- | --- | --- | --- | --- | --- |\n"
        );
        for class in FactClass::ALL {
            let cells = CalleeStanding::ALL.map(|standing| match decide(class, standing, purpose) {
                Permission::Say => "say",
                Permission::OnlyIfAsked => "asked",
                Permission::Never(_) => "never",
            });
            let _ = writeln!(page, "| {} | {} |", class.as_str().replace('_', " "), cells.join(" | "));
        }
    }
    page.push_str(AFTER);
    page
}
