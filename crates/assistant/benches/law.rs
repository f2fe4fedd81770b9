//! What the law costs: one decision of the gate, and the import of a registry.
//!
//! `cargo bench -p assistant`. A decision is made before every dial and should stay below 100 µs; an import should read a
//! million lines a second or more.

use std::time::Duration;

use assistant::approval::{Approval, ApprovedBy, Quote, Receipt};
use assistant::budget::Spending;
use assistant::compliance::calling_hours::callee_hours;
use assistant::compliance::number_gate::check_text;
use assistant::compliance::registry::file::RegistryFile;
use assistant::compliance::registry::import::Import;
use assistant::compliance::registry::line::Listed;
use assistant::compliance::standing::Standing;
use assistant::dialing::DiskState;
use assistant::policy::{self, Facts, Rules};
use assistant::rate_limit::Usage;
use assistant::task::{CalleeKind, Limits, Line, Schedule, Task, TaskState};
use dialogue::brief::{Persona, TaskType};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use telephony::cost::Micros;
use telephony::{AttemptId, PhoneNumber, Private, TaskId, Timestamp};

fn main() {
    divan::main();
}

/// 2026-11-24, noon in New York; and nine hours later, when all doors are closed.
const NOON: Timestamp = Timestamp(1_795_539_600_000);
const NIGHT: Timestamp = Timestamp(NOON.0 + 9 * 3_600_000);

fn receipt(number: &str, callee_kind: CalleeKind) -> Receipt {
    let task = Task {
        id: TaskId::new("t1"),
        task_type: TaskType::InformationInquiry,
        number: PhoneNumber::parse(number).expect("a number"),
        line: Line::Real,
        callee_kind,
        intent: Private::new("Ask what time they close today".into()),
        principal: Private::new("Sam Miller".into()),
        context: Private::default(),
        voicemail_message: None,
        persona: Persona::default(),
        limits: Limits::default(),
        schedule: Schedule::default(),
        created_at: NOON,
        state: TaskState::Approved,
    };
    let quote = Quote {
        opening: "Hello, this is an automated assistant calling for Sam Miller.".into(),
        is_recorded: false,
        estimated_cost: Micros(36_000),
        worst_case_cost: Micros(180_000),
        currency: "USD".into(),
        second: None,
        notices: Vec::new(),
    };
    Receipt::of(&task, quote)
}

/// Decides everything that is decided before a dial, the hours at the callee's place included.
fn decide(bencher: Bencher<'_, '_>, callee: CalleeKind, now: Timestamp) {
    let receipt = receipt("+12125552671", callee);
    let approval = Approval::of(&receipt, ApprovedBy::User, NOON, Approval::GOOD_FOR);
    let rules = Rules { allowed_regions: vec!["US".into()], ..Rules::default() };
    let standing = Standing::default();
    bencher.bench(|| {
        let hours = callee_hours(&receipt.number, callee, now, Duration::from_secs(600));
        black_box(policy::decide(&Facts {
            attempt: AttemptId::new("a1"),
            receipt: &receipt,
            approval: Some(&approval),
            is_approval_used: false,
            attempts_made: 0,
            has_opted_out: false,
            standing: &standing,
            now,
            hours: &hours,
            usage: Usage::default(),
            spending: Spending::default(),
            pause: None,
            resting: None,
            disk: DiskState::default(),
            clock: None,
            rules: &rules,
        }))
    });
}

#[divan::bench]
fn a_shop_at_noon(bencher: Bencher<'_, '_>) {
    decide(bencher, CalleeKind::Business, NOON);
}

#[divan::bench]
fn a_shop_at_night(bencher: Bencher<'_, '_>) {
    decide(bencher, CalleeKind::Business, NIGHT);
}

#[divan::bench]
fn an_unknown_phone_anywhere_in_the_country(bencher: Bencher<'_, '_>) {
    decide(bencher, CalleeKind::Unknown, NIGHT);
}

#[divan::bench(args = ["911", "0044999", "+12125552671", "+881612345678"])]
fn a_typed_number(text: &str) -> bool {
    check_text(black_box(text), &[]).is_ok()
}

/// 200,000 lines of two area codes, as a registry's files hold them.
fn list() -> Vec<u8> {
    let numbers = |area: u32| (0..100_000u32).map(move |index| format!("{area}{:07}\n", (index * 7_919 + area) % 10_000_000));
    numbers(212).chain(numbers(305)).collect::<String>().into_bytes()
}

fn import(list: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut import = Import::full();
    for chunk in list.chunks(64 * 1024) {
        import.feed(chunk, &mut file).expect("a good list");
    }
    import.end_of_list(&mut file).expect("a good list").finish(&mut file);
    file
}

#[divan::bench]
fn a_registry_is_imported(bencher: Bencher<'_, '_>) {
    let list = list();
    bencher.counter(ItemsCount::new(200_000usize)).bench(|| import(black_box(&list)));
}

#[divan::bench]
fn a_number_is_looked_up(bencher: Bencher<'_, '_>) {
    let bytes = import(&list());
    let file = RegistryFile::open(&bytes).expect("a good file");
    let number = Listed::of(&PhoneNumber::parse("+12125552671").expect("a number")).expect("an American number");
    bencher.bench(|| black_box(file.look_up(black_box(number))));
}
