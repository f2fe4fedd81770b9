//! `puppetmaster data`: what is kept of whom, and its end.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use assistant::compliance::number_gate::check_text;
use ports::clock::Clock;
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::task_store::StoreError;
use store::{Access, Export, MasterKeys, NewMaster, Store, Vault, Whose};
use telephony::{AttemptId, PhoneNumber};

use crate::checkpoints;
use crate::cli::{DataCommand, WhoseArgs};
use crate::config::Config;
use crate::failure::{Failure, codes};
use crate::keeping;
use crate::processing_record;
use crate::wiring::{self, SystemClock};

const ROWS_FILE: &str = "export.json";

pub(super) async fn data(command: DataCommand, config: &Config) -> Result<ExitCode, Failure> {
    match command {
        DataCommand::Export { whose, to } => export(&whose, &to, config).await?,
        DataCommand::Import { from } => import(&from, config).await?,
        DataCommand::Erase { whose, yes } => return erase(&whose, yes, config).await,
        DataCommand::Sweep => sweep(config).await?,
        DataCommand::RotateKey { to_file } => rotate(to_file, config).await?,
        DataCommand::ProcessingRecord => print!("{}", processing_record::page(config)),
    }
    Ok(ExitCode::SUCCESS)
}

/// A number that may not be called may still be asked about, so any number that can be read is taken.
fn number(whose: &WhoseArgs, config: &Config) -> Result<Option<PhoneNumber>, Failure> {
    let Some(text) = &whose.number else { return Ok(None) };
    match PhoneNumber::parse(text) {
        Ok(number) => Ok(Some(number)),
        // The gate's error says best what is wrong with a text.
        Err(error) => Err(check_text(text, &config.allowed_regions())
            .err()
            .map_or_else(|| Failure::new(&codes::DATA_NUMBER, error.to_string()), |refusal| Failure::new(&codes::DATA_NUMBER, refusal.fact))),
    }
}

fn of(number: Option<&PhoneNumber>) -> Whose<'_> {
    number.map_or(Whose::Everybody, Whose::Callee)
}

async fn export(whose: &WhoseArgs, to: &Path, config: &Config) -> Result<(), Failure> {
    let number = number(whose, config)?;
    let (store, vault) = wiring::look(config).await?;
    let bad = |error: std::io::Error| Failure::new(&codes::DATA_FILE, format!("cannot write {}: {error}", to.display()));
    // A folder of its own, so that nothing is written over.
    make_folder(to).map_err(bad)?;
    let export = store.export(of(number.as_ref()), SystemClock.now()).await?;
    let mut objects = 0;
    for call in export.calls() {
        for kind in ObjectKind::ALL {
            if let Some(bytes) = vault.read(&AttemptId::new(&call), kind).await? {
                write_private(&to.join(object_name(&call, kind)), &bytes).map_err(bad)?;
                objects += 1;
            }
        }
    }
    let json = serde_json::to_vec_pretty(&export).map_err(|error| bad(error.into()))?;
    write_private(&to.join(ROWS_FILE), &json).map_err(bad)?;
    println!("wrote {} calls with {objects} recordings and traces to {}; what lies there is not sealed", export.calls().len(), to.display());
    Ok(())
}

async fn import(from: &Path, config: &Config) -> Result<(), Failure> {
    let bad = |what: String| Failure::new(&codes::DATA_FILE, what);
    let rows = from.join(ROWS_FILE);
    let json = std::fs::read(&rows).map_err(|error| bad(format!("cannot read {}: {error}", rows.display())))?;
    let export: Export = serde_json::from_slice(&json).map_err(|error| bad(format!("{} is no export: {error}", rows.display())))?;
    let (store, vault) = wiring::open_data(config, Access::Dialing).await?;
    store.import(&export, SystemClock.now()).await.map_err(|error| match error {
        StoreError::Conflict => Failure::of(&codes::DATA_THERE),
        StoreError::Corrupt => bad(format!("{} is no export that this version can read, or a call was running when it was made", rows.display())),
        error => error.into(),
    })?;
    for call in export.calls() {
        for kind in ObjectKind::ALL {
            let file = from.join(object_name(&call, kind));
            match std::fs::read(&file) {
                Ok(bytes) => {
                    let mut writer = vault.create(&AttemptId::new(&call), kind)?;
                    writer.append(&bytes)?;
                    writer.finish()?;
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(bad(format!("cannot read {}: {error}", file.display()))),
            }
        }
    }
    store.close().await;
    println!("read {} calls in", export.calls().len());
    Ok(())
}

async fn erase(whose: &WhoseArgs, is_agreed: bool, config: &Config) -> Result<ExitCode, Failure> {
    let number = number(whose, config)?;
    let (store, vault) = wiring::look(config).await?;
    if !is_agreed && !ask(number.as_ref()) {
        return Err(Failure::of(&codes::DATA_NOT_AGREED).refused());
    }
    let erased = store.erase(vault.as_ref(), of(number.as_ref()), SystemClock.now()).await.map_err(|error| match error {
        StoreError::Conflict => Failure::of(&codes::DATA_LIVE),
        error => error.into(),
    })?;
    // Nobody can read it any more; the bucket is told to delete it as well.
    let settled = keeping::settle(&vault).await?;
    // A database from before the erasure is thereby known as one.
    checkpoints::at_the_end(config, &store).await;
    store.close().await;
    println!("erased {} callees with {} calls; a stop request stays, as a keyed hash", erased.subjects, erased.calls);
    if let Some(words) = keeping::waiting_in_words(settled.as_ref()) {
        println!("nothing of it can be read any more; {words}");
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(number: Option<&PhoneNumber>) -> bool {
    let whose = number.map_or_else(|| "EVERYTHING of everybody".to_owned(), PhoneNumber::in_international_format);
    if !std::io::stdin().is_terminal() {
        eprintln!("nobody is there to ask; add --yes");
        return false;
    }
    print!("  Erase {whose} for good? [y/N] ");
    // A prompt that cannot be shown is answered by whoever types anyway.
    let _ = std::io::stdout().flush();
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).is_ok() && matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

async fn sweep(config: &Config) -> Result<(), Failure> {
    let (store, vault) = wiring::look(config).await?;
    let expired = store.expire(vault.as_ref(), &config.retention(), SystemClock.now()).await?;
    store.close().await;
    if expired.is_empty() {
        println!("nothing is over its time");
    }
    for (class, count) in expired {
        println!("{:>6}  {}", count, class.as_str());
    }
    let settled = vault.settle().await?;
    for (count, what) in [(settled.moved, "moved to the bucket"), (settled.deleted, "deleted in the bucket")] {
        if count > 0 {
            println!("{count:>6}  {what}");
        }
    }
    if let Some(words) = keeping::waiting_in_words(Some(&settled)) {
        println!("{words}");
    }
    Ok(())
}

/// Nobody else may use the keys meanwhile, so the lock of a dialing program is taken.
async fn rotate(is_to_file: bool, config: &Config) -> Result<(), Failure> {
    let master = keeping::master_keys(config).await?;
    let to = match (is_to_file, master.next, master.current) {
        (true, ..) | (false, None, None) => NewMaster::File,
        (false, Some(_), _) => NewMaster::HandedOver,
        (false, None, Some(_)) => return Err(Failure::of(&codes::DATA_NO_NEXT_KEY)),
    };
    let (store, _): (_, std::sync::Arc<Vault>) = wiring::open_data(config, Access::Dialing).await?;
    let keys = Store::rotate_master(&config.data_dir.0, &store, master, to, SystemClock.now()).await?;
    store.close().await;
    println!("sealed {keys} keys by a new master key; the old one opens nothing any more");
    match to {
        NewMaster::HandedOver => {
            println!("put it in the place of the old one: `master_key.next_value` or `next_command` becomes `value` or `command`")
        }
        NewMaster::File if master != MasterKeys::default() => println!("it lies in vault.key; take `master_key` out of the configuration"),
        NewMaster::File => println!("it lies in vault.key"),
    }
    Ok(())
}

fn object_name(call: &str, kind: ObjectKind) -> String {
    let plain: String = call.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect();
    match kind {
        ObjectKind::Recording => format!("{plain}.wav"),
        ObjectKind::Trace => format!("{plain}.trace.jsonl"),
    }
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file)?.write_all(bytes)
}
