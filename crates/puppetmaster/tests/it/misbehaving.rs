//! A mind that says more than the receipt allows: what can be held back is, what was said is shown, and secrets stay names.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use assistant::approval::ApprovedBy;
use assistant::task::{CalleeKind, Limits, Schedule};
use dialogue::brief::{Brief, Persona, TaskType};
use dialogue::conversation::DECLINE;
use dialogue::moves::{EndReason, LineKind, Move, Observation, Thought, ThoughtId};
use dialogue::report::BreachKind;
use dialogue::transcript::Speaker;
use engine::assistant::Errand;
use ports::brain::{Brain, Mind, ThoughtSink};
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::secret_store::SecretStore;
use puppetmaster::config::load::load;
use puppetmaster::config::sources::Sources;
use puppetmaster::report_view;
use puppetmaster::wiring::{self, Purpose};
use telephony::{PhoneNumber, Private, Timestamp};

use crate::program::Home;

const SECRET: &str = "Xylophone-4471";

/// What it says at once, whatever it hears.
const LINES: [&str; 3] = [
    "Please charge the card 4111 1111 1111 1111.",
    "The member number is @gym_number. You can also reach him at 917 555 0182.",
    "I'll pay the deposit of $80, go ahead and book it.",
];

/// Sees what its mind was told, to look for secrets there.
struct Chatterbox {
    seen: Arc<std::sync::Mutex<String>>,
}

struct ChatterMind {
    seen: Arc<std::sync::Mutex<String>>,
    sink: ThoughtSink,
}

impl Brain for Chatterbox {
    fn open(&self, brief: &Brief, sink: ThoughtSink) -> Box<dyn Mind> {
        self.seen.lock().unwrap().push_str(&format!("{brief:?}"));
        Box::new(ChatterMind { seen: self.seen.clone(), sink })
    }
}

impl Mind for ChatterMind {
    fn consider(&mut self, id: ThoughtId, seen: Observation) {
        self.seen.lock().unwrap().push_str(&format!("{seen:?}"));
        let say = |text: &str, kind| Move::Say { text: text.to_owned(), kind };
        let mut moves: Vec<Move> = LINES.iter().map(|line| say(line, LineKind::Talk)).collect();
        moves.extend([say("Thank you, goodbye.", LineKind::Goodbye), Move::End { reason: EndReason::Done }]);
        (self.sink)(id, Thought { moves });
    }

    fn abandon(&mut self, _: ThoughtId) {}
}

fn files_hold(folder: &Path, words: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() { files_hold(&path, words) } else { fs::read(&path).unwrap().windows(words.len()).any(|window| window == words.as_bytes()) }
    })
}

fn config(home: &Home) -> puppetmaster::config::Config {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models").to_owned();
    let flags = [("data_dir", home.data().display().to_string()), ("speech.models_dir", models), ("conversation_mode", "spoken_turns".to_owned())];
    let sources = Sources {
        flags: flags.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        places: puppetmaster::config::sources::Places { working: home.path().to_owned(), ..Default::default() },
        ..Sources::default()
    };
    load(&sources).unwrap_or_else(|problems| panic!("{:?}", problems.iter().map(ToString::to_string).collect::<Vec<_>>())).config
}

fn errand() -> Errand {
    Errand {
        task_type: TaskType::Reservation,
        number: PhoneNumber::parse("+12125550123").unwrap(),
        callee_kind: CalleeKind::Business,
        intent: "Book a table for four tonight at 7 pm".to_owned(),
        principal: "Sam Miller".to_owned(),
        // Said to everybody, so that it is said though nobody asks for it.
        context: vec![("member number (terms)".to_owned(), "@gym_number".to_owned())],
        voicemail_message: None,
        persona: Persona::default(),
        limits: Limits::default(),
        schedule: Schedule::default(),
    }
}

#[test]
fn what_goes_beyond_the_receipt_is_held_back_or_shown_and_secrets_stay_names() {
    let home = Home::new();
    let config = config(&home);
    let seen = Arc::new(std::sync::Mutex::new(String::new()));
    let brain = Chatterbox { seen: seen.clone() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (task, attempt, outcome, told) = runtime.block_on(async {
        let running = wiring::run_with(&config, Purpose::Call { is_strict: false }, Arc::new(brain)).await.unwrap();
        let missing = running.assistant.create_task(errand()).await.unwrap_err();
        assert!(missing.to_string().contains("puppetmaster secret set gym_number"), "{missing}");
        running.store.set_secret("gym_number", &Private::new(SECRET.to_owned()), Timestamp(1)).await.unwrap();
        let (task, receipt) = running.assistant.create_task(errand()).await.unwrap();
        assert!(report_view::receipt(&receipt).contains("member number: @gym_number"), "{}", report_view::receipt(&receipt));
        running.assistant.approve(&receipt, ApprovedBy::User).await.unwrap();
        let live = running.assistant.execute(&task.id).await.unwrap();
        let attempt = live.attempt.clone();
        let outcome = live.outcome().await.unwrap();
        let trace = running.vault.read(&attempt, ObjectKind::Trace).await.unwrap().unwrap();
        let trace = String::from_utf8_lossy(&trace);
        // Four digits are easily those of a moment; twelve in a row, however they are spaced, are not.
        let digits_together: String = trace.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        assert!(!trace.contains(SECRET) && !digits_together.contains("411111111111"), "the trace holds what it must not");
        assert!(trace.contains("@gym_number"), "{trace}");
        let finished =
            report_view::Finished { task: &task.id, attempt: &attempt, outcome: &outcome, currency: &receipt.currency, recording: None, waits: None };
        let told = (report_view::report(&finished), report_view::report_json(&finished));
        running.stop().await;
        (task.id, attempt, outcome, told)
    });
    drop(runtime);

    let ours: Vec<&str> =
        outcome.transcript.turns.iter().filter(|turn| matches!(turn.speaker, Speaker::Assistant(_))).map(|turn| &*turn.text).collect();
    assert_eq!(ours[1..4], [DECLINE, "The member number is @gym_number.", "You can also reach him at 917 555 0182."], "{ours:?}");
    let breaches: Vec<(BreachKind, bool)> = outcome.report.breaches.iter().map(|breach| (breach.kind, breach.was_said)).collect();
    let expected = [(BreachKind::CardDigits, false), (BreachKind::NotOnReceipt, true), (BreachKind::NotToBeAccepted, true)];
    assert_eq!(breaches, expected, "{:?}", outcome.report.breaches);
    assert!(outcome.report.breaches.iter().all(|breach| breach.at.is_some()), "each has its second");
    assert!(outcome.report.summary.contains("went beyond what you had approved"), "{}", outcome.report.summary);

    let (people, machines) = told;
    assert!(people.contains("breach     said: a number that is not on the receipt"), "{people}");
    assert_eq!(machines["report"]["breaches"][2]["kind"], "not_to_be_accepted", "{machines}");
    let shown = home.run(&["task", "show", task.as_str()]);
    assert!(shown.stdout.contains("breach: held back: digits of a card"), "{shown:?}");
    let replayed = home.run(&["replay", attempt.as_str()]);
    assert!(replayed.stdout.contains("the same outputs"), "{replayed:?}");

    assert!(!seen.lock().unwrap().contains(SECRET), "the mind was told the value");
    assert!(!files_hold(home.path(), SECRET), "the value lies on disk in the clear");
    assert!(!format!("{people}{machines}{shown:?}").contains(SECRET));
}

#[test]
fn secrets_come_by_standard_input_and_card_numbers_do_not_come_at_all() {
    let home = Home::new();
    let set = |name: &str, value: &str| home.run_with_input(&["secret", "set", name], value);
    assert_eq!(set("gym_number", "88-7123\n").code, Some(0));
    let listed = home.run(&["secret", "list"]);
    assert!(listed.stdout.contains("@gym_number  set ") && !listed.stdout.contains("7123"), "{listed:?}");
    set("card", "4111 1111 1111 1111").fails_with(3, "secret.never_spoken");
    set("pin", "1234").fails_with(3, "secret.never_spoken");
    set("Gym", "x").fails_with(1, "secret.bad_name");
    set("short", "12a\n").fails_with(1, "secret.no_value");
    assert_eq!(home.run(&["secret", "set", "gym_number", "88-7123"]).code, Some(2), "a value is no argument");
    let create = |fact: &str| home.run(&["task", "create", "+12125550123", "Ask what time they close today", "--fact", fact, "--json"]);
    let made = create("member number=@gym_number");
    assert!(made.code == Some(0) && made.stdout.contains("@gym_number") && made.stdout.contains("only if asked"), "{made:?}");
    create("member number=@other").fails_with(3, "task.no_such_secret");
    create("card number=4111 1111 1111 1111").fails_with(3, "task.never_spoken");
    create("thing=4111 1111 1111 1111").fails_with(3, "task.never_spoken");
    assert_eq!(home.run(&["secret", "remove", "gym_number"]).code, Some(0));
    home.run(&["secret", "remove", "gym_number"]).fails_with(1, "secret.unknown");
}
