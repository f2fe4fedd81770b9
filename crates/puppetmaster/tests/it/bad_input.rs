//! Whatever is wrong is told with a stable code and what to do, costs no data and leaves nothing running.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use telephony::Disposition;

use crate::program::{Home, Network, Running};

const ASK: &str = "Ask what time they close today";
const SHOP: &str = "+12125550123";

#[test]
fn a_number_that_may_not_be_called_is_refused_before_anything_rings() {
    let home = Home::new();
    for (number, exit, code) in [
        ("hello", 3, "number.not_a_number"),
        ("", 3, "number.empty"),
        ("911", 3, "number.emergency"),
        ("+1911", 3, "number.emergency"),
        ("112", 3, "number.emergency"),
        ("+19005550123", 3, "number.premium"),
    ] {
        home.run(&["call", number, ASK, "--yes"]).fails_with(exit, code);
    }
    assert_eq!(home.books().iter().map(|(_, attempts)| attempts.len()).sum::<usize>(), 0);
}

#[test]
fn an_empty_wish_is_refused() {
    let home = Home::new();
    for intent in ["", "   ", "\n"] {
        home.run(&["call", SHOP, intent, "--yes"]).fails_with(3, "task.empty_intent");
    }
    home.run(&["call", SHOP, ASK, "--fact", "no equals sign", "--yes"]).fails_with(1, "command.bad_fact");
}

/// Makes a folder of links to the models, so that one file of it can be spoilt.
fn models(home: &Home) -> std::path::PathBuf {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").canonicalize().unwrap();
    let folder = home.path().join("models");
    for engine in std::fs::read_dir(shipped).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let own = folder.join(engine.file_name().unwrap());
        std::fs::create_dir_all(&own).unwrap();
        for file in std::fs::read_dir(&engine).unwrap().map(|entry| entry.unwrap().path()) {
            std::os::unix::fs::symlink(&file, own.join(file.file_name().unwrap())).unwrap();
        }
    }
    folder
}

#[test]
fn a_missing_or_damaged_model_is_named() {
    let home = Home::new();
    let folder = models(&home);
    let setting = format!("speech.models_dir={}", folder.display());
    let encoder = folder.join("whisper-tiny.en/encoder.int8.onnx");

    let mut bytes = std::fs::read(&encoder).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::remove_file(&encoder).unwrap();
    std::fs::write(&encoder, &bytes).unwrap();
    let ended = home.run(&["--set", &setting, "doctor"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("encoder.int8.onnx") && ended.stdout.contains("[speech.model_corrupt]"), "{}", ended.stdout);

    std::fs::write(&encoder, &bytes[..middle]).unwrap();
    home.run(&["--set", &setting, "call", SHOP, ASK, "--yes"]).fails_with(1, "speech.model_corrupt");
    std::fs::remove_file(&encoder).unwrap();
    home.run(&["--set", &setting, "call", SHOP, ASK, "--yes"]).fails_with(1, "speech.model_missing");
    home.run(&["--set", "speech.models_dir=/nowhere", "call", SHOP, ASK, "--yes"]).fails_with(1, "speech.model_missing");
}

#[test]
fn a_port_in_use_is_told() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    home.run(&["--set", &format!("listen={address}"), "call", SHOP, ASK, "--yes"]).fails_with(1, "server.cannot_listen");
    home.run(&["sandbox", "--listen", &address, "--json"]).fails_with(1, "sandbox.port_in_use");
    home.run(&["sandbox", "--listen", "192.0.2.1:0", "--json"]).fails_with(1, "sandbox.not_loopback");
    home.run(&["sandbox", "--fault", "rest=429", "--fault", "webhook=eaten", "--json"]).fails_with(1, "sandbox.bad_fault");
}

#[test]
fn a_database_that_another_program_holds_or_a_newer_one_wrote_is_told() {
    let home = Home::new();
    let mut command = home.command(&["call", SHOP, ASK]);
    command.stdin(Stdio::piped());
    let mut asking = Running::of(command);
    asking.until("cost");
    home.run(&["call", SHOP, ASK, "--yes"]).fails_with(1, "store.locked");
    assert_eq!(home.run(&["task", "list"]).code, Some(0), "looking is possible all the while");
    asking.type_line("no");
    asking.end().fails_with(3, "command.approval_denied");

    let status = Command::new("python3").arg("-c").arg(NEWER).arg(home.data().join("puppetmaster.db")).status().unwrap();
    assert!(status.success());
    home.run(&["call", SHOP, ASK, "--yes"]).fails_with(1, "store.newer");
    home.run(&["task", "list"]).fails_with(1, "store.newer");
    std::fs::write(home.data().join("puppetmaster.db"), "no database at all, but long enough to be looked at as one").unwrap();
    home.run(&["task", "list"]).fails_with(1, "store.corrupt");
}

/// Writes down that a migration was applied which this program does not know.
const NEWER: &str = "import sqlite3, sys\n\
     base = sqlite3.connect(sys.argv[1])\n\
     base.execute(\"INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 1)\")\n\
     base.commit()";

/// A disk of 300 kB, in a mount namespace of its own: needs root, as the checks' machines have it.
#[test]
fn a_full_disk_is_told_and_keeps_what_was_there() {
    if !Command::new("unshare").args(["--mount", "true"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: only root can make a small disk");
        return;
    }
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    let inside = home.command(&["call", SHOP, ASK, "--yes"]);
    let mut words = vec![inside.get_program().to_owned()];
    words.extend(inside.get_args().map(ToOwned::to_owned));
    let mut command = Command::new("unshare");
    // The program's first run makes its files; then the disk is filled to the last byte, and a call is tried.
    let script = r#"mount -t tmpfs -o size=2000k none "$DATA" && "$0" --set data_dir="$DATA" task list >/dev/null
        head -c 4000000 /dev/zero > "$DATA/ballast" 2>/dev/null; "$0" "$@"; code=$?
        rm "$DATA/ballast"; "$0" --set data_dir="$DATA" task list || code=99; exit $code"#;
    command
        .args(["--mount", "sh", "-c", script])
        .args(&words)
        .env("DATA", home.data())
        .envs(inside.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(home.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = Running::of(command).end();
    ended.fails_with(1, "store.full");
}

#[test]
fn a_network_that_dies_in_mid_call_ends_the_call_and_the_books_close() {
    let home = Home::new();
    let network = Network::start(&home);
    let mut call = home.start(&["--set", &network.flag(), "call", SHOP, ASK, "--yes"]);
    call.until("assistant  Hello");
    network.running.signal("KILL");
    let ended = call.end();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("the line dropped"), "{}", ended.stdout);
    assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert_eq!(home.last_disposition(), Disposition::LineDropped);
    // The network is gone: the next call cannot be placed, and says so.
    let ended = home.run(&["--set", &network.flag(), "call", SHOP, ASK, "--yes"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("cannot be reached"), "{}", ended.stdout);
    assert_eq!(home.last_disposition(), Disposition::CarrierRejected);
}

#[test]
fn a_stream_that_stays_open_and_brings_nothing_ends_the_call() {
    let home = Home::new();
    let network = Network::start(&home);
    network.control("/sandbox/faults", r#"{"faults": ["socket=silent:2s"]}"#);
    let ended = home.run(&["--set", &network.flag(), "call", SHOP, ASK, "--yes"]);
    assert!(ended.code == Some(1) && ended.stdout.contains("the line dropped"), "{ended:?}");
    assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{}", ended.stderr);
    let calls = network.calls();
    assert_eq!((calls.len(), calls[0]["ended_by"].as_str()), (1, Some("caller")), "it lived on until we ended it: {calls:?}");
    home.books();
}

/// A voice that says whatever it is given as half a second of a tone, and nothing at all once this file is there.
#[cfg(unix)]
#[test]
fn a_voice_that_fails_says_at_least_sorry() {
    let home = Home::new();
    let network = Network::start(&home);
    let (tone, broken) = (home.path().join("tone.wav"), home.path().join("broken"));
    let samples: Vec<i16> = (0..4_000).map(|n| (8_000.0 * (f64::from(n) * 0.2).sin()) as i16).collect();
    std::fs::write(&tone, audio::wav::write_wav(8_000, 1, &samples)).unwrap();
    let voice = format!("speech.voice_command=sh -c 'cat > /dev/null; test ! -e {} && cp {} \"$0\"' {{wav}}", broken.display(), tone.display());
    let call = |number: &str| home.run(&["--set", &network.flag(), "--set", &voice, "call", number, ASK, "--yes"]);
    // Nobody picks up, but while it rings the opening is made, and with it what is said if the voice fails.
    assert_eq!(call("+12125550110").code, Some(4));
    std::fs::write(&broken, "").unwrap();
    let ended = call(SHOP);
    assert!(ended.stdout.contains("Something went wrong on our side") && !ended.stderr.contains("panicked"), "{ended:?}");
    let calls = network.calls();
    let shop = calls.iter().find(|call| call["to"] == SHOP).unwrap();
    assert!(shop["samples_played"].as_u64() > Some(8_000), "three sentences of half a second each were played: {shop}");
}

#[test]
fn credentials_of_a_network_are_read_with_care() {
    let home = Home::new();
    let file = home.path().join("sandbox.json");
    let flag = format!("sandbox.credentials={}", file.display());
    home.run(&["--set", &flag, "call", SHOP, ASK, "--yes"]).fails_with(1, "sandbox.bad_credentials");
    for text in
        ["", "{}", "not json", r#"{"twilio": {"base_url": "http://127.0.0.1:1", "account_sid": "AC1", "auth_token": "t", "from_number": "x"}}"#]
    {
        std::fs::write(&file, text).unwrap();
        home.run(&["--set", &flag, "call", SHOP, ASK, "--yes"]).fails_with(1, "sandbox.bad_credentials");
    }
    let real = r#"{"twilio": {"base_url": "https://api.twilio.com", "account_sid": "AC1", "auth_token": "t", "from_number": "+12125550100"}}"#;
    std::fs::write(&file, real).unwrap();
    let ended = home.run(&["--set", &flag, "call", SHOP, ASK, "--yes"]);
    ended.fails_with(1, "carrier.settings");
    assert!(ended.stderr.contains("must be on this machine"), "{}", ended.stderr);
}

#[test]
fn whoever_stops_reading_ends_nothing_badly() {
    let home = Home::new();
    for args in [["task", "list"], ["stats", "--json"]] {
        let mut command = home.command(&args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success() && !told.contains("panicked"), "{args:?}: {:?} {told}", ended.status);
    }
}
