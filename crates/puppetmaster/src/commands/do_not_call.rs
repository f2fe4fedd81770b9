//! `puppetmaster dnc`: the installation's do-not-call list, and the national registry for those who sell.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use assistant::compliance::do_not_call::{Bars, Channel, Lifted, Suppression};
use assistant::compliance::registry::{Listing, RegistryAnswer};
use assistant::moment;
use ports::clock::Clock;
use ports::policy_store::{Kept, PolicyStore, RegistryEdition};
use serde_json::{Value, json};
use store::{ListKind, Store};
use telephony::{PhoneNumber, Private, Timestamp};

use crate::cli::{DncAddArgs, DncCommand, DncRemoveArgs};
use crate::config::Config;
use crate::failure::{Failure, REFUSED, codes};
use crate::wiring::{self, SystemClock, make_token};

/// Entries read at a time: a list of any length is shown in bounded memory.
const PAGE: u32 = 500;

pub(super) async fn dnc(command: DncCommand, config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    let zone = config.zone();
    let code = match command {
        DncCommand::Add(args) => add(&store, args).await?,
        DncCommand::Remove(args) => remove(&store, &args).await?,
        DncCommand::List { json } => list(&store, &zone, json).await?,
        DncCommand::Export { to } => export(&store, to.as_deref()).await?,
        DncCommand::Import { file, as_of, changes } => {
            let as_of = moment::read(&as_of, &zone, SystemClock.now())?;
            import(&store, &file, as_of, changes, &zone).await?
        }
        DncCommand::Check { number, json } => check(&store, &parsed(&number)?, &zone, json).await?,
    };
    store.close().await;
    Ok(code)
}

/// Any number may stand on the list, one that may never be called too.
pub(super) fn parsed(text: &str) -> Result<PhoneNumber, Failure> {
    PhoneNumber::parse(text).map_err(|error| Failure::new(&codes::BAD_NUMBER, error.to_string()))
}

async fn add(store: &Store, args: DncAddArgs) -> Result<ExitCode, Failure> {
    let bars = match (args.user, args.task_type, args.selling) {
        (Some(user), _, _) => Bars::User(Private::new(user)),
        (None, Some(task_type), _) => Bars::TaskType(task_type.into()),
        (None, None, true) => Bars::Solicitation,
        (None, None, false) => Bars::Everything,
    };
    let entry = Suppression {
        number: parsed(&args.number)?,
        bars,
        channel: if args.in_writing { Channel::Writing } else { Channel::Installation },
        at: SystemClock.now(),
        attempt: None,
        heard_sha256: None,
        lifted: None,
    };
    let id = make_token();
    if store.suppress(&id, &entry).await? {
        println!("{id}  {} is not called: {}", entry.number.in_international_format(), bars_in_words(&entry.bars));
    } else {
        println!("it stands on the list already: {}", bars_in_words(&entry.bars));
    }
    Ok(ExitCode::SUCCESS)
}

async fn remove(store: &Store, args: &DncRemoveArgs) -> Result<ExitCode, Failure> {
    let now = SystemClock.now();
    let lifted = match (&args.reason, args.callee_asked) {
        (_, true) => Lifted::by_callee(now, Channel::Writing),
        (reason, false) => {
            let reason = reason.as_deref().unwrap_or_default();
            let bad = |error: assistant::compliance::do_not_call::NoReason| {
                Failure::new(&assistant::codes::DO_NOT_CALL_REASON, error.to_string()).refused()
            };
            Lifted::by_administrator(now, reason).map_err(bad)?
        }
    };
    let ids = match PhoneNumber::parse(&args.entry) {
        Ok(number) => {
            let entries = store.suppressions_of(&number).await?.into_iter();
            entries.filter(|kept| kept.value.lifted.is_none()).map(|kept| kept.id).collect()
        }
        Err(_) => vec![args.entry.clone()],
    };
    if ids.is_empty() {
        return Err(Failure::of(&codes::DNC_NO_ENTRY));
    }
    for id in ids {
        store.lift(&id, &lifted).await.map_err(|error| match error {
            ports::task_store::StoreError::NotFound => Failure::of(&codes::DNC_NO_ENTRY),
            other => other.into(),
        })?;
        println!("{id}  lifted");
    }
    Ok(ExitCode::SUCCESS)
}

/// Hands every entry to `each`, a page at a time.
async fn for_each(store: &Store, mut each: impl FnMut(&Kept<Suppression>) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut after: Option<String> = None;
    loop {
        let page = store.suppressions(after.as_deref(), PAGE).await?;
        for kept in &page {
            each(kept)?;
        }
        match page.last() {
            Some(last) => after = Some(last.id.clone()),
            None => return Ok(()),
        }
    }
}

async fn list(store: &Store, zone: &str, is_json: bool) -> Result<ExitCode, Failure> {
    let mut count = 0_u64;
    for_each(store, |kept| {
        count += 1;
        match is_json {
            // A line an entry, so that the list may be long.
            true => println!("{}", json!({ "id": kept.id, "entry": kept.value })),
            false => println!("{}", line(kept, zone)),
        }
        Ok(())
    })
    .await?;
    if count == 0 && !is_json {
        println!("nobody is on the list; `puppetmaster dnc add NUMBER` puts somebody there");
    }
    Ok(ExitCode::SUCCESS)
}

fn line(kept: &Kept<Suppression>, zone: &str) -> String {
    let entry = &kept.value;
    let lifted = entry.lifted.as_ref().map_or_else(String::new, |lifted| format!("  lifted {}", moment::show(lifted.at, zone)));
    format!(
        "{}  {:<18}  {}, {} {}{lifted}",
        kept.id,
        entry.number.in_international_format(),
        bars_in_words(&entry.bars),
        channel_in_words(entry.channel),
        moment::show(entry.at, zone)
    )
}

/// Writes the list as CSV: number, what is barred, how it was asked for, when (UTC), when it was lifted, on which attempt. A file that it
/// makes is its owner's alone.
async fn export(store: &Store, to: Option<&Path>) -> Result<ExitCode, Failure> {
    let out: Box<dyn Write + Send> = match to {
        Some(path) => Box::new(private_file(path).map_err(cannot_write)?),
        None => Box::new(io::stdout()),
    };
    let mut out = io::BufWriter::new(out);
    writeln!(out, "number,bars,channel,asked_at,lifted_at,attempt").map_err(cannot_write)?;
    for_each(store, |kept| writeln!(out, "{}", csv_row(&kept.value)).map_err(cannot_write)).await?;
    out.flush().map_err(cannot_write)?;
    Ok(ExitCode::SUCCESS)
}

fn cannot_write(error: io::Error) -> Failure {
    Failure::new(&codes::DNC_CANNOT_WRITE, error.to_string())
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn csv_row(entry: &Suppression) -> String {
    let bars = match &entry.bars {
        Bars::Everything => "everything".to_owned(),
        Bars::Solicitation => "solicitation".to_owned(),
        Bars::TaskType(task_type) => format!("task_type:{}", word(task_type)),
        Bars::User(user) => quoted(&format!("user:{}", user.expose())),
    };
    let lifted = entry.lifted.as_ref().map_or_else(String::new, |lifted| utc(lifted.at));
    let attempt = entry.attempt.as_ref().map_or("", |attempt| attempt.as_str());
    format!("{},{bars},{},{},{lifted},{attempt}", entry.number.as_e164(), word(&entry.channel), utc(entry.at))
}

fn word(value: &impl serde::Serialize) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}

fn utc(at: Timestamp) -> String {
    moment::show_exact(at)
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

async fn import(store: &Store, file: &Path, as_of: Timestamp, changes: bool, zone: &str) -> Result<ExitCode, Failure> {
    let list = File::open(file).map_err(|error| Failure::new(&codes::CANNOT_READ, format!("{}: {error}", file.display())))?;
    let kind = if changes { ListKind::Changes } else { ListKind::Full };
    let now = SystemClock.now();
    if as_of > now {
        return Err(Failure::of(&codes::DNC_FROM_THE_FUTURE));
    }
    let (imported, edition) = store.import_registry(list, kind, as_of, now).await?;
    println!("read {} lines; {} numbers in {} area codes", imported.lines, imported.numbers, imported.areas);
    println!("{}", edition_in_words(&edition, now, zone));
    Ok(ExitCode::SUCCESS)
}

fn edition_in_words(edition: &RegistryEdition, now: Timestamp, zone: &str) -> String {
    let good = if edition.snapshot.is_fresh(now) { "good for 31 days" } else { "too old to be used: import it again" };
    let Some(fingerprint) = edition.snapshot.sha256.get(..12) else { return String::new() };
    format!(
        "registry    of {} ({good}), {} numbers in {} area codes, sha256 {fingerprint}…",
        moment::show(edition.snapshot.as_of, zone),
        edition.snapshot.numbers,
        edition.areas
    )
}

async fn check(store: &Store, number: &PhoneNumber, zone: &str, is_json: bool) -> Result<ExitCode, Failure> {
    let entries = store.suppressions_of(number).await?;
    let standing = store.standing(number).await?;
    let edition = store.registry().await?;
    let now = SystemClock.now();
    let is_barred = entries.iter().any(|kept| kept.value.lifted.is_none());
    if is_json {
        let entries: Vec<Value> = entries.iter().map(|kept| json!({ "id": kept.id, "entry": kept.value })).collect();
        println!("{}", json!({ "is_barred": is_barred, "entries": entries, "registry": standing.registry }));
    } else {
        if entries.is_empty() {
            println!("list        {} is not on it", number.in_international_format());
        }
        for kept in &entries {
            println!("list        {}", line(kept, zone));
        }
        let listing = match &standing.registry {
            RegistryAnswer::NoList => "no registry was imported; only calls that sell need one",
            RegistryAnswer::Found { listing: Listing::Listed, .. } => "the number is on it",
            RegistryAnswer::Found { listing: Listing::NotListed, .. } => "the number is not on it",
            RegistryAnswer::Found { listing: Listing::AreaNotLoaded, .. } => "the number's area code was not imported",
        };
        println!("registry    {listing}");
        if let Some(edition) = &edition {
            println!("{}", edition_in_words(edition, now, zone));
        }
    }
    Ok(ExitCode::from(if is_barred { REFUSED } else { 0 }))
}

fn bars_in_words(bars: &Bars) -> String {
    match bars {
        Bars::Everything => "for anything".to_owned(),
        Bars::User(user) => format!("for {}", user.expose()),
        Bars::TaskType(task_type) => format!("for errands of the type {}", word(task_type)),
        Bars::Solicitation => "to be sold something".to_owned(),
    }
}

const fn channel_in_words(channel: Channel) -> &'static str {
    match channel {
        Channel::Speech => "said on a call",
        Channel::Key => "by a key on a call",
        Channel::RingBack => "ringing back",
        Channel::Writing => "in writing",
        Channel::Installation => "entered",
    }
}
