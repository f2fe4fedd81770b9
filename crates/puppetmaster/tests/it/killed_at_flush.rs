//! `kill -9` at every flush of the disk in a call that is declined: once the flush is done, and once more with what it would have made
//! last lost; and the same flush once more failing, in a program that lives on. Judged by what truly happened on the practice network,
//! by the books, and by whoever was told.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use assistant::attempt::AttemptState;
use assistant::budget::Payer;
use ports::clock::Clock;
use ports::task_store::TaskStore;
use puppetmaster::wiring::SystemClock;
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use store::{Access, Options, Store};

use crate::costs::{a_call_that_ended, costs};
use crate::doctor::well;
use crate::fake_twilio::FakeTwilio;
use crate::faulty_disk::{self, Mishap};
use crate::program::{Home, Network};

const ASK: &str = "Ask what time they close today";

/// Calls at the same time: they mostly wait.
const SIDE_BY_SIDE: usize = 8;

/// Where a kill fell, by what was on the disk afterwards and on the network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Point {
    /// No yes is on the disk.
    Unasked,
    /// The yes is, and no intent.
    K1,
    /// The intent is.
    K2,
    /// "Dialing" is, and nobody rings.
    K3,
    /// The same, and the network has the call.
    K6,
    /// The call's name is.
    K7,
    /// The end is, and nobody was told.
    K11,
    /// All is done.
    K14,
}

/// What the program says of a disk that does not confirm a write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Said {
    /// The command ends with the error.
    NothingIsDialed,
    /// The call ends before it was dialed.
    NotDialed,
    /// It went on: what was lost was late news, the end of a call that is settled at the next start, or no row at all.
    Nothing,
}

/// One practice network on which each run has a callee of its own, and one listener for the news of all of them.
struct Scene {
    home: Home,
    network: Network,
    /// A data folder in which nothing has happened yet.
    empty: Home,
    news: String,
    told: Told,
    callees: AtomicUsize,
}

fn number(callee: usize) -> String {
    format!("+1{}55501{:02}", [415, 617, 312][callee / 100], callee % 100)
}

impl Scene {
    fn new() -> Self {
        let home = Home::new();
        let folder = home.path().join("callees");
        std::fs::create_dir(&folder).unwrap();
        for callee in 0..300 {
            let script = format!(
                "number: \"{}\"\nname: Declines\ndescription: Declines soon.\nline: {{ behaviour: rejects, ring_after_ms: 50, answer_after_ms: 250 }}\n",
                number(callee)
            );
            std::fs::write(folder.join(format!("{callee}.yaml")), script).unwrap();
        }
        let network = Network::with(&home, &["--set", &format!("sandbox.scenarios_dir={}", folder.display())]);
        let empty = Home::new();
        assert_eq!(empty.run(&["task", "list"]).code, Some(0));
        let (news, told) = listener();
        Self { home, network, empty, news, told, callees: AtomicUsize::new(0) }
    }

    /// Returns a home in which nothing has happened yet.
    fn fresh(&self) -> Home {
        let home = Home::new();
        copy(&self.empty.data(), &home.data());
        let settings = format!(
            "voice:\n  personal_assistant:\n    notifications:\n      webhook_url: {}\n      webhook_secret: s3cr3t\n      allow_loopback: true\n",
            self.news
        );
        std::fs::write(home.path().join("puppetmaster.yaml"), settings).unwrap();
        home
    }

    /// Returns the command of a call to a callee of its own.
    fn call(&self, home: &Home) -> (std::process::Command, String) {
        let callee = number(self.callees.fetch_add(1, Ordering::Relaxed));
        let folder = format!("sandbox.scenarios_dir={}", self.home.path().join("callees").display());
        let command = home.command(&["--set", &self.network.flag(), "--set", &folder, "call", &callee, ASK, "--yes"]);
        (command, callee)
    }

    /// Calls, and lists the flushes of the call.
    fn counted(&self) -> Vec<String> {
        let home = self.fresh();
        let (mut command, _) = self.call(&home);
        let log = home.path().join("flushes");
        faulty_disk::counted(&mut command, &home.data(), &log);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        faulty_disk::flushes(&log)
    }

    /// Calls, and is killed at this flush. Starts again, and judges. Returns the file that was flushed and where the kill fell; `None` if
    /// there were fewer flushes.
    fn killed(&self, at: usize, mishap: Mishap) -> Option<(String, Point)> {
        let home = self.fresh();
        let (mut command, callee) = self.call(&home);
        let log = home.path().join("flushes");
        faulty_disk::mishap(&mut command, &home.data(), &log, at, mishap);
        let output = command.output().unwrap();
        if output.status.code().is_some() {
            assert_eq!(output.status.code(), Some(4), "{output:?}");
            return None;
        }
        let point = self.point(&home, &callee);
        let what = format!("flush {at}, {mishap:?}, {point:?}");
        self.start_again(&home, &what);
        self.judge(&home, &callee, &what);
        Some((faulty_disk::flushes(&log).last().map_or_else(String::new, |flush| file_of(flush)), point))
    }

    /// Calls, and this flush fails with an error of the disk. Starts again, and judges. Returns what the program said of it.
    fn failed(&self, at: usize) -> Said {
        let home = self.fresh();
        let (mut command, callee) = self.call(&home);
        faulty_disk::mishap(&mut command, &home.data(), &home.path().join("flushes"), at, Mishap::Fails);
        let output = command.output().unwrap();
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let what = format!("flush {at} fails: {out} {err}");
        assert!(output.status.code().is_some() && !err.contains("panicked"), "{what}");
        let said = match () {
            () if err.contains("[store.unsynced]") => Said::NothingIsDialed,
            () if out.contains("the disk did not take the row") => Said::NotDialed,
            () => Said::Nothing,
        };
        assert!(said == Said::Nothing || self.calls_to(&callee).is_empty(), "{what}");
        self.start_again(&home, &what);
        self.judge(&home, &callee, &what);
        said
    }

    fn start_again(&self, home: &Home, what: &str) {
        let mut serving = home.start(&["--set", &self.network.flag(), "serve", "--listen", "127.0.0.1:0"]);
        serving.until("address");
        serving.signal("TERM");
        let ended = serving.end();
        assert_eq!(ended.code, Some(0), "{what}: {ended:?}");
        assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{what}: {}", ended.stderr);
        let verified = home.run(&["audit", "verify"]);
        assert_eq!(verified.code, Some(0), "{what}: {verified:?}");
    }

    fn calls_to(&self, callee: &str) -> Vec<Value> {
        self.network.calls().into_iter().filter(|call| call["to"] == callee).collect()
    }

    fn point(&self, home: &Home, callee: &str) -> Point {
        let rows = Rows::of(&home.data());
        let is_on_network = !self.calls_to(callee).is_empty();
        let state = rows.state.as_deref().and_then(AttemptState::from_word);
        let may_ring = !matches!(state, None | Some(AttemptState::Intent));
        assert!(may_ring || !is_on_network, "{callee} was dialed before that stood on the disk: {state:?}");
        match state {
            None if rows.approvals == 0 => Point::Unasked,
            None => Point::K1,
            Some(AttemptState::Intent) => Point::K2,
            Some(AttemptState::Dialing | AttemptState::Unknown) if is_on_network => Point::K6,
            Some(AttemptState::Dialing | AttemptState::Unknown) => Point::K3,
            Some(AttemptState::Terminal) if rows.untold > 0 => Point::K11,
            Some(AttemptState::Terminal) => Point::K14,
            Some(_) => Point::K7,
        }
    }

    /// One yes rang once at most; no call lives; an attempt that there was has one end, one price, one piece of news, and no reserve.
    fn judge(&self, home: &Home, callee: &str, what: &str) {
        let calls = self.calls_to(callee);
        assert!(calls.len() <= 1 && calls.iter().all(|call| call["rings"].as_u64() <= Some(1)), "{what}: {calls:?}");
        assert!(calls.iter().all(|call| !call["ended_by"].is_null()), "{what}: it still lives: {calls:?}");
        let books = home.books();
        let attempts: Vec<_> = books.iter().flat_map(|(_, attempts)| attempts).collect();
        assert!(attempts.len() <= 1 && calls.len() <= attempts.len(), "{what}: {attempts:?} {calls:?}");
        assert!(attempts.iter().all(|attempt| attempt.finish.is_some()), "{what}: {attempts:?}");
        let rows = Rows::of(&home.data());
        assert_eq!((rows.costs, rows.events, rows.untold), (attempts.len() as i64, attempts.len() as i64, 0), "{what}");
        assert_eq!(home.reserved(), 0, "{what}");
        let is_about = |attempt: &str| attempts.iter().any(|known| known.attempt.as_str() == attempt);
        let told = self.told.lock().unwrap();
        let told: BTreeSet<&str> = told.iter().filter(|(_, attempt)| is_about(attempt)).map(|(event, _)| event.as_str()).collect();
        assert_eq!(told.len(), attempts.len(), "{what}: told {told:?}");
    }
}

/// What of a database can be seen from outside.
struct Rows {
    state: Option<String>,
    approvals: i64,
    costs: i64,
    events: i64,
    untold: i64,
}

impl Rows {
    fn of(data: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(data.join("puppetmaster.db"))).await.unwrap();
            let state: Option<String> = sqlx::query("SELECT state FROM attempts").fetch_optional(&pool).await.unwrap().map(|row| row.get(0));
            let count = async |sql: &'static str| -> i64 { sqlx::query(sql).fetch_one(&pool).await.unwrap().get(0) };
            let rows = Self {
                state,
                approvals: count("SELECT count(*) FROM approvals").await,
                costs: count("SELECT count(*) FROM costs").await,
                events: count("SELECT count(*) FROM outbox WHERE attempt_id IS NOT NULL").await,
                untold: count(
                    "SELECT count(*) FROM outbox LEFT JOIN deliveries ON event_id = outbox.id WHERE addressed_at IS NULL OR next_at IS NOT NULL",
                )
                .await,
            };
            pool.close().await;
            rows
        })
    }
}

impl Home {
    fn reserved(&self) -> u64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::open(&self.data(), Options::new(Access::Looking)).await.unwrap();
            let spending = store.spending(&Payer::default(), SystemClock.now()).await.unwrap();
            store.close().await;
            spending.reserved.0
        })
    }
}

/// News that came: the event of each, and the attempt that it is about.
type Told = Arc<Mutex<Vec<(String, String)>>>;

/// Takes every piece of news: its event, and whom it is about.
fn listener() -> (String, Told) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = told.clone();
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let list = list.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(socket.try_clone().unwrap());
                let (mut head, mut line) = (String::new(), String::new());
                // Whoever is killed while it tells has told nothing.
                while reader.read_line(&mut line).unwrap_or(0) > 2 {
                    head.push_str(&line);
                    line.clear();
                }
                let of = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let Some((event, length)) = of("webhook-id: ").zip(of("content-length: ")) else { return };
                let mut body = vec![0; length.parse().unwrap()];
                if reader.read_exact(&mut body).is_ok() {
                    let body: Value = serde_json::from_slice(&body).unwrap();
                    list.lock().unwrap().push((event, body["data"]["attempt"].as_str().unwrap_or_default().to_owned()));
                }
                // Whoever asked may be gone.
                let _ = write!(&socket, "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
            });
        }
    });
    (url, told)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Returns the file of a flush as it is written down, without the names that are made by chance.
fn file_of(flush: &str) -> String {
    let file = flush.split_once(" /").map_or("", |(_, file)| file);
    file.split_once('/').map_or_else(|| file.to_owned(), |(folder, _)| format!("{folder}/…"))
}

/// Does something once for each number below this, several side by side.
fn each(below: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= below {
                        return;
                    }
                    work(number);
                }
            });
        }
    });
}

#[test]
fn every_flush_of_a_call_may_be_the_last_thing_it_does() {
    let began = std::time::Instant::now();
    let scene = Scene::new();
    let flushes = scene.counted();
    let points = Mutex::new(BTreeMap::new());
    let said = Mutex::new(BTreeMap::new());
    each(flushes.len() * 3, |number| {
        let at = number / 3 + 1;
        let mishap = [Mishap::Lost, Mishap::KilledAfter, Mishap::Fails][number % 3];
        if mishap == Mishap::Fails {
            said.lock().unwrap().insert(at, scene.failed(at));
        } else if let Some(point) = scene.killed(at, mishap) {
            points.lock().unwrap().insert((at, if mishap == Mishap::Lost { "lost" } else { "done" }), point);
        }
    });
    let (points, said) = (points.into_inner().unwrap(), said.into_inner().unwrap());
    let mut table = String::from("\nflush  file                     lost                       done                       fails\n");
    for (index, flush) in flushes.iter().enumerate() {
        let file = file_of(flush);
        // What the disk is asked for side by side comes in another order now and then.
        let point = |how| match points.get(&(index + 1, how)) {
            Some((at, point)) if *at == file => format!("{point:?}"),
            Some((at, point)) => format!("{point:?} ({at})"),
            None => "-".to_owned(),
        };
        let fails = said.get(&(index + 1)).map_or_else(String::new, |said| format!("{said:?}"));
        table.push_str(&format!("{:<6} {file:<24} {:<26} {:<26} {fails}\n", index + 1, point("lost"), point("done")));
    }
    println!("{table}{} kills in {:.0?}", points.len(), began.elapsed());
    for wanted in [Point::K1, Point::K2, Point::K3, Point::K7, Point::K11, Point::K14] {
        assert!(points.values().any(|(_, point)| *point == wanted), "no kill fell at {wanted:?}:{table}");
    }
    let is_at = |at: usize, how, wanted| points.get(&(at, how)).is_some_and(|(_, point)| *point == wanted);
    let begins = |at: &usize| is_at(*at, "lost", Point::K1) && is_at(*at, "done", Point::K2);
    assert!((1..=flushes.len()).any(|at| begins(&at)), "no kill fell into the transaction of an intent:{table}");
    for wanted in [Said::NothingIsDialed, Said::NotDialed] {
        assert!(said.values().any(|said| *said == wanted), "no failed flush was told as {wanted:?}:{table}");
    }
}

/// K13: the price that the carrier told is being written.
#[test]
fn a_price_is_settled_once_wherever_it_is_cut_off() {
    let twilio = FakeTwilio::start();
    twilio.change(|books| books.call_price = Some("-0.02600"));
    let homes: Vec<Home> = (0..2).map(|_| well(&twilio)).collect();
    let [home, counted] = homes.as_slice() else { unreachable!() };
    homes.iter().for_each(a_call_that_ended);
    let log = counted.path().join("flushes");
    let mut command = counted.command(&["costs", "--json"]);
    faulty_disk::counted(&mut command, &counted.data(), &log);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    let flushes = faulty_disk::flushes(&log).len();
    assert!(flushes > 0, "nothing was written");
    // A price that was lost is asked for again, so the same home serves until one was kept.
    let mut kept = 0;
    for (at, mishap) in (1..=flushes).flat_map(|at| [(at, Mishap::Lost), (at, Mishap::KilledAfter)]) {
        let mut command = home.command(&["costs", "--json"]);
        faulty_disk::mishap(&mut command, &home.data(), &home.path().join("flushes"), at, mishap);
        let was_killed = command.output().unwrap().status.code().is_none();
        let looked = home.run(&["--set", "phone_provider=mock", "costs", "--json"]);
        let looked: Value = serde_json::from_str(&looked.stdout).unwrap();
        kept += usize::from(was_killed && looked["open_prices"] == 0);
        assert_eq!(home.run(&["audit", "verify"]).code, Some(0), "flush {at}, {mishap:?}");
    }
    assert!(kept > 0, "no kill fell behind the price");
    let after = costs(home);
    assert_eq!((&after["day"]["cost_micros"], &after["open_prices"]), (&34_000.into(), &0.into()), "{after}");
}
