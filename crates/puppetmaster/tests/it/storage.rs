//! Recordings in a bucket, and a master key from outside, as users meet them.

use ::assistant::task::TaskState;
use dialogue::report::Outcome;
use ports::bucket::Bucket;
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::task_store::TaskStore;
use puppetmaster::keeping;
use store::{Access, Options, Store, Vault, contract};
use telephony::Disposition;

use crate::fake_s3::{BUCKET, FakeS3, Fault, KEY_ID, SECRET};
use crate::program::Home;

const CALLEE: &str = "+12125550123";

/// A home with a finished call in its books, and whose recordings go to the bucket.
fn home(fake: &FakeS3) -> Home {
    let home = Home::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let vault = Vault::open(&home.data()).unwrap();
        let store = Store::open(&home.data(), Options::new(Access::Dialing)).await.unwrap();
        let (_, attempt) = contract::begin(&store, "t1", "a1").await;
        for (kind, bytes) in [(ObjectKind::Recording, wav()), (ObjectKind::Trace, b"{}\n".to_vec())] {
            let mut writer = vault.create(&attempt, kind).unwrap();
            writer.append(&bytes).unwrap();
            writer.finish().unwrap();
        }
        let end = contract::finish(Disposition::Conversed, Some(Outcome::Achieved), 61);
        store.finish_attempt(&attempt, &end, TaskState::Done).await.unwrap();
        store.close().await;
    });
    write_settings(&home, &fake.url, "");
    home
}

/// A header and a second of a tone that no ciphertext has.
fn wav() -> Vec<u8> {
    let mut wav =
        b"RIFF\x24\x3e\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x3e\x00\x00".to_vec();
    wav.extend((0..8_000_u16).flat_map(|n| (n % 64 * 100).to_le_bytes()));
    wav
}

fn write_settings(home: &Home, endpoint: &str, more: &str) {
    let yaml = format!(
        "voice:\n  personal_assistant:\n    storage:\n      endpoint: {endpoint}\n      bucket: {BUCKET}\n      prefix: home\n      access_key_id: {KEY_ID}\n      \
         secret_access_key: ${{STORAGE_SECRET}}\n{more}"
    );
    std::fs::write(home.path().join("puppetmaster.yaml"), yaml).unwrap();
    std::fs::write(home.path().join(".env"), format!("STORAGE_SECRET={SECRET}\n")).unwrap();
}

fn objects(home: &Home) -> Vec<String> {
    let files = std::fs::read_dir(home.data().join("objects")).unwrap();
    let mut names: Vec<String> =
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).filter(|name| name.starts_with("a1")).collect();
    names.sort();
    names
}

#[test]
fn recordings_go_to_the_bucket_come_back_and_end_with_their_callee() {
    let fake = FakeS3::start();
    let home = home(&fake);
    fake.shelves().always = Some(Fault::Status(503, "SlowDown"));
    let swept = home.run(&["data", "sweep"]);
    assert_eq!(swept.code, Some(0), "{swept:?}");
    assert!(swept.stdout.contains("2 objects wait here for the bucket") && swept.stdout.contains("[storage.unreachable]"), "{swept:?}");
    assert_eq!(objects(&home), ["a1.recording.sealed", "a1.trace.sealed"], "nothing is lost");

    fake.shelves().always = None;
    let swept = home.run(&["data", "sweep"]);
    assert!(swept.stdout.contains("2  moved to the bucket"), "{swept:?}");
    assert_eq!(objects(&home), ["a1.recording.moved", "a1.trace.moved"]);
    let there = fake.shelves().objects["home/a1.recording"].clone();
    assert!(there.len() > wav().len() && !there.windows(64).any(|window| wav().windows(64).any(|plain| plain == window)), "ciphertext");

    let (file, folder) = (home.path().join("call.wav"), home.path().join("export"));
    let fetched = home.run(&["data", "export", "--number", CALLEE, "--to", folder.to_str().unwrap()]);
    assert_eq!(fetched.code, Some(0), "{fetched:?}");
    assert_eq!(std::fs::read(folder.join("a1.wav")).unwrap(), wav());
    assert!(std::fs::read_to_string(folder.join("export.json")).unwrap().contains(CALLEE));
    fake.shelves().objects.insert("home/a1.recording".into(), there[..there.len() - 1].to_vec());
    home.run(&["recording", "a1", "--to", file.to_str().unwrap()]).fails_with(1, "storage.missing");

    // The bucket is away, and erasing does not wait for it.
    fake.shelves().always = Some(Fault::Status(503, "SlowDown"));
    let erased = home.run(&["data", "erase", "--number", CALLEE, "--yes"]);
    assert_eq!(erased.code, Some(0), "{erased:?}");
    assert!(erased.stdout.contains("nothing of it can be read any more; 2 objects wait"), "{erased:?}");
    assert_eq!(fake.left().0, 2);
    fake.shelves().always = None;
    assert!(home.run(&["data", "sweep"]).stdout.contains("2  deleted in the bucket"));
    assert_eq!((fake.left(), objects(&home)), ((0, 0), Vec::new()));
}

#[test]
fn a_bucket_is_tried_before_it_is_needed() {
    let fake = FakeS3::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let probe = |key_id: &str| {
        let settings = buckets::S3Settings {
            endpoint: Some(fake.url.clone()),
            bucket: BUCKET.into(),
            region: "us-east-1".into(),
            prefix: "home".into(),
            access_key_id: key_id.into(),
            secret_access_key: telephony::Private::new(SECRET.into()),
        };
        let bucket = buckets::S3::new(&settings).unwrap();
        runtime.block_on(async { keeping::probe(&bucket).await.map(|text| (text, bucket.place(""))).map_err(|failure| failure.code) })
    };
    let (text, _) = probe(KEY_ID).unwrap();
    assert!(text.contains("writes, reads and deletes"), "{text}");
    assert_eq!((fake.left(), probe("AKIDOTHER")), ((0, 0), Err("storage.refused")));
    // What is said of it in part is told before anything is done.
    let home = Home::new();
    home.run(&["--set", "storage.bucket=calls", "config", "check"]).fails_with(1, "config.missing_key");
}

#[test]
fn the_master_key_moves_out_of_the_data_folder_and_back() {
    let home = Home::new();
    let (first, second) = ("11".repeat(32), "22".repeat(32));
    assert_eq!(home.run(&["dnc", "add", CALLEE]).code, Some(0));
    let listed = |args: &[&str]| home.run(&[args, &["dnc", "list"]].concat());
    let in_file = |setting: &str| std::fs::write(home.path().join(".env"), setting).unwrap();
    let rotated = |args: &[&str]| {
        let ended = home.run(&[args, &["data", "rotate-key"]].concat());
        assert!(ended.code == Some(0) && ended.stdout.contains("sealed 3 keys"), "{ended:?}");
        assert!(![&first, &second].iter().any(|key| ended.stdout.contains(key.as_str()) || ended.stderr.contains(key.as_str())));
    };
    in_file(&format!("PERSONAL_ASSISTANT_MASTER_KEY_NEXT_VALUE={first}\n"));
    rotated(&[]);
    assert!(!home.data().join("vault.key").exists());
    in_file(&format!("PERSONAL_ASSISTANT_MASTER_KEY_VALUE={first}\n"));
    assert!(listed(&[]).stdout.contains("212-555-0123"));
    home.run(&["data", "rotate-key"]).fails_with(1, "data.no_next_key");

    // A keyring is asked by its own program.
    let keyring = home.path().join("next");
    std::fs::write(&keyring, format!("{second}\n")).unwrap();
    let next = format!("master_key.next_command=cat {}", keyring.display());
    rotated(&["--set", &next]);
    listed(&[]).fails_with(1, "store.wrong_key");
    in_file("");
    listed(&[]).fails_with(1, "store.wrong_key");
    let program = format!("master_key.command=cat {}", keyring.display());
    assert!(listed(&["--set", &program]).stdout.contains("212-555-0123"));
    for bad in ["master_key.command=cat /nowhere", "master_key.command=echo short", "master_key.command=no-such-program-here"] {
        listed(&["--set", bad]).fails_with(1, "master_key.command");
    }
    let ended = home.run(&["--set", &program, "data", "rotate-key", "--to-file"]);
    assert!(ended.code == Some(0) && ended.stdout.contains("take `master_key` out"), "{ended:?}");
    assert!(listed(&[]).stdout.contains("212-555-0123"));
}
