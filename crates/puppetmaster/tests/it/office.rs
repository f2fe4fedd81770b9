//! A desk that takes errands, on a store of its own, with a clock that is wound.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use assistant::policy::Rules;
use assistant::task::{CalleeKind, Limits, Line, Schedule, TaskState};
use dialogue::brief::{Persona, TaskType};
use engine::clock_guard::ClockGuard;
use engine::gate::Gate;
use engine::task_desk::{Errand, House, TaskDesk};
use ports::clock::Clock;
use ports::task_store::TaskStore;
use store::{Access, Options, Store};
use telephony::cost::RateCard;
use telephony::{PhoneNumber, TaskId, Timestamp};

/// Tuesday, 2026-11-24, ten in New York.
pub const TEN: Timestamp = Timestamp(1_795_532_400_000);

/// A clock that stands until it is wound.
pub struct Wound(AtomicI64);

impl Clock for Wound {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

pub struct Office {
    folder: tempfile::TempDir,
    pub store: Arc<Store>,
    pub clock: Arc<Wound>,
    pub desk: TaskDesk,
}

impl Office {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path(), Options::new(Access::Dialing)).await.unwrap());
        let clock = Arc::new(Wound(AtomicI64::new(TEN.as_millis())));
        let gate = Gate {
            store: store.clone(),
            policy: store.clone(),
            clock: clock.clone(),
            rules: Rules::default(),
            breakers: Arc::default(),
            clock_guard: ClockGuard::default(),
        };
        let house = House {
            line: Line::Practice,
            from: PhoneNumber::parse("+12125550100").unwrap(),
            rates: RateCard::free(),
            second: None,
            records: Some(false),
            is_in_text: false,
            listens_along: false,
            notices: Vec::new(),
        };
        let made = AtomicU32::new(0);
        let make_token = Arc::new(move || format!("t{}", made.fetch_add(1, Ordering::SeqCst) + 1));
        let desk = TaskDesk { gate, secrets: store.clone(), house, make_token };
        Self { folder, store, clock, desk }
    }

    pub fn wind(&self, by: Duration) {
        self.clock.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub fn errand(intent: &str) -> Errand {
        Errand {
            task_type: TaskType::InformationInquiry,
            number: PhoneNumber::parse("+12125550110").unwrap(),
            callee_kind: CalleeKind::Business,
            intent: intent.into(),
            principal: "Sam Miller".into(),
            context: Vec::new(),
            voicemail_message: None,
            persona: Persona::default(),
            limits: Limits::default(),
            schedule: Schedule::default(),
        }
    }

    pub async fn state(&self, id: &TaskId) -> TaskState {
        self.store.task(id).await.unwrap().unwrap().state
    }

    /// Returns where its database lies.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("puppetmaster.db")
    }
}
