//! The program as its users have it: a process with a data folder of its own, its output read line by line.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use assistant::attempt::AttemptState;
use assistant::task::{Task, TaskState};
use assistant::task_filter::{Page, TaskFilter};
use ports::task_store::{AttemptRecord, TaskStore};
use store::{Access, Options, Store};
use telephony::Disposition;

/// A folder to work in, and the program in it.
pub struct Home {
    folder: tempfile::TempDir,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Checks that it ended badly with this exit code and this stable code, says what to do, and did not panic.
    pub fn fails_with(&self, exit: i32, code: &str) {
        assert_eq!(self.code, Some(exit), "{self:?}");
        assert!(self.stderr.contains(&format!("[{code}]")), "{code} is missing: {self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        assert!(self.stderr.trim_end().lines().count() >= 2, "it does not say what to do: {self:?}");
    }
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Returns the program with these arguments, in this home, with no configuration but ours.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_puppetmaster"));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["PERSONAL_ASSISTANT", "TWILIO_", "PLIVO_"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models");
        command.current_dir(self.path()).env("XDG_CONFIG_HOME", self.path()).env("PUPPETMASTER_MODELS_DIR", models).env_remove("RUST_LOG");
        command.arg("--set").arg(format!("data_dir={}", self.data().display())).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> Ended {
        ended(self.command(args))
    }

    /// Runs the program to its end, with this on its standard input.
    pub fn run_with_input(&self, args: &[&str], input: &str) -> Ended {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        // A program that ends before it reads is no error here.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ended { code: output.status.code(), stdout: String::from_utf8(output.stdout).unwrap(), stderr: String::from_utf8(output.stderr).unwrap() }
    }

    /// Starts the program.
    pub fn start(&self, args: &[&str]) -> Running {
        Running::of(self.command(args))
    }

    /// Reads the books back and checks them: every attempt has ended with one disposition and one cost row (a missing one
    /// cannot be read), a report, and a task that follows it.
    pub fn books(&self) -> Vec<(Task, Vec<AttemptRecord>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::open(&self.data(), Options::new(Access::Looking)).await.unwrap();
            assert!(store.unfinished().await.unwrap().is_empty(), "an attempt was left open");
            let mut books = Vec::new();
            for task in store.tasks(&TaskFilter::default(), Page::newest(100)).await.unwrap() {
                let attempts = store.attempts(&task.id).await.unwrap();
                for attempt in &attempts {
                    assert_eq!(attempt.state, AttemptState::Terminal);
                    let finish = attempt.finish.as_ref().expect("an end has its row");
                    assert!(finish.report.is_some(), "{finish:?} has no report");
                    assert!(matches!(task.state, TaskState::Done | TaskState::Canceled), "{:?}", task.state);
                }
                books.push((task, attempts));
            }
            store.close().await;
            books
        })
    }

    /// Returns the disposition of the newest attempt in the books.
    pub fn last_disposition(&self) -> Disposition {
        let books = self.books();
        let (_, attempts) = books.first().expect("there is a task");
        attempts.last().expect("it was attempted").finish.as_ref().unwrap().disposition
    }
}

fn ended(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    Ended { code: output.status.code(), stdout: String::from_utf8(output.stdout).unwrap(), stderr: String::from_utf8(output.stderr).unwrap() }
}

/// A run under way. Dropping it kills the process.
pub struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    seen: String,
    stderr: Option<JoinHandle<String>>,
}

impl Running {
    pub fn of(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut errors = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            text
        });
        Self { child, lines, seen: String::new(), stderr: Some(stderr) }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Reads lines until one holds `what`, and returns it.
    pub fn until(&mut self, what: &str) -> String {
        self.until_one_of(&[what])
    }

    /// Reads lines until each of these was said, in whatever order: of what is told by different ways nobody promises which is first.
    pub fn until_each(&mut self, whats: &[&str]) {
        let mut missing = whats.to_vec();
        while !missing.is_empty() {
            let line = self.until_one_of(&missing);
            missing.retain(|what| !line.contains(what));
        }
    }

    fn until_one_of(&mut self, whats: &[&str]) -> String {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            self.seen.push_str(&line);
            self.seen.push('\n');
            if whats.iter().any(|what| line.contains(what)) {
                return line;
            }
        }
        let stderr = self.stderr.take().map(|reader| reader.join().unwrap());
        panic!("the program ended before it said “{}”:\n{}\n{stderr:?}", whats.join("”, “"), self.seen);
    }

    /// Types a line.
    pub fn type_line(&mut self, text: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{text}").unwrap();
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Returns whether it has ended already.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end.
    pub fn end(mut self) -> Ended {
        for line in self.lines.by_ref() {
            self.seen.push_str(&line.unwrap());
            self.seen.push('\n');
        }
        let status = self.child.wait().unwrap();
        let stderr = self.stderr.take().unwrap().join().unwrap();
        Ended { code: status.code(), stdout: std::mem::take(&mut self.seen), stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process of ours.
pub fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).status().unwrap();
    assert!(status.success(), "{name} could not be sent");
}

/// A practice network that runs by itself, and its credentials in a file.
pub struct Network {
    pub running: Running,
    base_url: String,
    file: PathBuf,
}

impl Network {
    pub fn start(home: &Home) -> Self {
        Self::with(home, &[])
    }

    /// Opens one with these settings.
    pub fn with(home: &Home, settings: &[&str]) -> Self {
        Self::of(home.start(&[settings, &["sandbox", "--json"]].concat()), home)
    }

    /// Opens one that misbehaves.
    pub fn with_faults(home: &Home, faults: &[&str]) -> Self {
        let flags = faults.iter().flat_map(|fault| ["--fault", fault]);
        Self::of(home.start(&["sandbox", "--json"].into_iter().chain(flags).collect::<Vec<_>>()), home)
    }

    fn of(mut running: Running, home: &Home) -> Self {
        let line = running.until("base_url");
        let file = home.path().join("sandbox.json");
        std::fs::write(&file, &line).unwrap();
        let json: serde_json::Value = serde_json::from_str(&line).unwrap();
        Self { running, base_url: json["twilio"]["base_url"].as_str().unwrap().to_owned(), file }
    }

    /// Returns the flag that makes calls use it.
    pub fn flag(&self) -> String {
        format!("sandbox.credentials={}", self.file.display())
    }

    /// Returns the flag that makes calls use it through a door at this address.
    pub fn flag_through(&self, home: &Home, door: std::net::SocketAddr) -> String {
        let mut account: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&self.file).unwrap()).unwrap();
        account["twilio"]["base_url"] = format!("http://{door}").into();
        let file = home.path().join("door.json");
        std::fs::write(&file, account.to_string()).unwrap();
        format!("sandbox.credentials={}", file.display())
    }

    /// Returns where it listens: host and port.
    pub fn address(&self) -> &str {
        self.base_url.strip_prefix("http://").unwrap()
    }

    /// Returns what truly happened on it: for each call how often it rang and whether it is over.
    pub fn calls(&self) -> Vec<serde_json::Value> {
        self.get("/sandbox/log", "")["calls"].as_array().unwrap().clone()
    }

    /// Returns the text messages that were sent by it.
    pub fn messages(&self) -> Vec<serde_json::Value> {
        self.list("Messages", "messages")
    }

    /// Returns the recordings that still lie there.
    pub fn recordings(&self) -> Vec<serde_json::Value> {
        self.list("Recordings", "recordings").into_iter().filter(|recording| recording["status"] != "deleted").collect()
    }

    fn list(&self, resource: &str, field: &str) -> Vec<serde_json::Value> {
        let account: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&self.file).unwrap()).unwrap();
        let [sid, token] = ["account_sid", "auth_token"].map(|key| account["twilio"][key].as_str().unwrap().to_owned());
        let credentials = base64_simd::STANDARD.encode_to_string(format!("{sid}:{token}"));
        let header = format!("Authorization: Basic {credentials}\r\n");
        self.get(&format!("/2010-04-01/Accounts/{sid}/{resource}.json"), &header)[field].as_array().unwrap().clone()
    }

    /// Has the next so many creates of calls go wrong, at whichever provider they are asked for.
    pub fn next_creates(&self, times: u32, fault: &str) {
        let rule = serde_json::json!({ "faults": [fault], "times": times }).to_string();
        self.control("/sandbox/faults", &rule);
    }

    /// Tells it something by its own way in for programs of this machine.
    pub fn control(&self, path: &str, body: &str) -> serde_json::Value {
        self.ask("POST", path, &format!("Content-Length: {}\r\n", body.len()), body)
    }

    /// Returns how it is reached as this provider.
    pub fn account(&self, provider: &str) -> serde_json::Value {
        let account: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&self.file).unwrap()).unwrap();
        account[provider].clone()
    }

    /// Has nobody listen where calls are asked for of this provider: its address in the credentials leads to a port that is closed.
    pub fn cannot_be_reached(&self, provider: &str) {
        let mut account: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&self.file).unwrap()).unwrap();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        account[provider]["base_url"] = format!("http://{closed}").into();
        std::fs::write(&self.file, account.to_string()).unwrap();
    }

    fn get(&self, path: &str, header: &str) -> serde_json::Value {
        self.ask("GET", path, header, "")
    }

    fn ask(&self, method: &str, path: &str, header: &str, body: &str) -> serde_json::Value {
        let address = self.address();
        let mut socket = std::net::TcpStream::connect(address).unwrap();
        write!(socket, "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{header}Connection: close\r\n\r\n{body}").unwrap();
        let mut reply = String::new();
        socket.read_to_string(&mut reply).unwrap();
        let body = reply.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {reply}"))
    }
}

/// Lets the programs under test have the processor between two looks. Nothing depends on how long it is.
pub fn give_way() {
    let (_sender, nothing) = std::sync::mpsc::channel::<()>();
    let _ = nothing.recv_timeout(std::time::Duration::from_millis(200));
}
