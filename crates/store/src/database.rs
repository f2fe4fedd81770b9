//! The database: opening it, its one writing connection, and what its errors mean.
//!
//! Writes take turns, so that they queue in order instead of colliding; a few connections read beside them (WAL). Each
//! write says how much it must survive: money, dials and stop requests a loss of power ([`Survives::PowerLoss`]), words
//! and late news a crash of the process ([`Survives::Crash`]), which spares a disk flush a turn.
//!
//! One process dials from a data directory: whoever opens it with [`Access::Dialing`] holds the lock of `dialing.lock`,
//! which the system frees also after `kill -9`. Others may read, make tasks and approve.

use std::fs::{self, File, TryLockError};
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ports::task_store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, Sqlite, SqliteConnection, Transaction};
use telephony::PhoneNumber;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::disk::Disk;
use crate::keyring::DO_NOT_CALL;
use crate::master::MasterKeys;
use crate::migrations::MIGRATIONS;
use crate::seal::{KeyError, KeySeal, Seal, hexadecimal, private_options, tag};
use crate::stop_spool::StopSpool;

/// The name of the database file within the data directory.
const DATABASE_FILE: &str = "puppetmaster.db";

/// Readers at once. A surface reads a page at a time, and WAL readers never block the writer.
const READERS: u32 = 3;

/// What a process may do with a data directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Everything. One process at a time.
    Dialing,
    /// Everything but dialing.
    Looking,
}

/// How to open a data directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// What for.
    pub access: Access,
    /// How long a write waits for another process's write before it gives up with [`StoreError::Locked`].
    pub patience: Duration,
    /// Largest size of the database in pages of 4 KiB, if it shall be bounded; then it is "full" before the disk is.
    pub max_pages: Option<u32>,
    /// The master key, where it does not lie in the directory.
    pub master: MasterKeys,
}

impl Options {
    /// Opens for this purpose, with 5 s of patience: many times the longest write seen.
    pub const fn new(access: Access) -> Self {
        Self { access, patience: Duration::from_secs(5), max_pages: None, master: MasterKeys { current: None, next: None } }
    }
}

/// Tasks, attempts, turns, reports and costs in one SQLite database.
#[derive(Clone)]
pub struct Store {
    /// One connection that flushes at each commit.
    flushing: SqlitePool,
    /// One connection that leaves flushing to the next checkpoint.
    swift: SqlitePool,
    reader: SqlitePool,
    /// Whose turn it is to write.
    turn: Arc<Mutex<()>>,
    pub(crate) seal: Seal,
    /// The key of the do-not-call list.
    barring_key: [u8; 32],
    /// Stop requests that wait for the database.
    pub(crate) stop_spool: StopSpool,
    /// The data directory.
    pub(crate) directory: PathBuf,
    pub(crate) disk: Disk,
    /// Held as long as the store lives; `None` if it may not dial.
    dialing: Option<Arc<File>>,
}

/// What a write must survive once it was acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Survives {
    /// The end of this process, however sudden.
    Crash,
    /// The end of the machine's power.
    PowerLoss,
}

/// One write in progress: a transaction, and the turn to write.
pub(crate) struct Write {
    transaction: Transaction<'static, Sqlite>,
    disk: Disk,
    _turn: OwnedMutexGuard<()>,
}

impl Write {
    /// Makes it last. Once this has returned, the rows are acknowledged.
    ///
    /// Of a disk that does not confirm them nobody knows whether they will be there: they count as lost, and the disk as failed.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        let committed = self.transaction.commit().await;
        if let Err(error) = &committed
            && told(error) == StoreError::Unsynced
        {
            self.disk.fail();
        }
        committed
    }
}

impl Deref for Write {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

impl Store {
    /// Opens the database of a data directory; makes directory, key and database if there are none.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process dials from it or writes for longer than our patience;
    /// [`StoreError::Newer`], [`StoreError::Corrupt`], [`StoreError::WrongKey`], [`StoreError::Full`] as they say.
    pub async fn open(directory: &Path, options: Options) -> Result<Self, StoreError> {
        make_private_directory(directory).map_err(unavailable)?;
        let dialing = match options.access {
            Access::Dialing => Some(Arc::new(lock(&directory.join("dialing.lock"))?)),
            Access::Looking => None,
        };
        let path = directory.join(DATABASE_FILE);
        let has_data = fs::metadata(&path).is_ok_and(|metadata| metadata.len() > 0);
        let seal = Seal::of_directory(directory, !has_data, options.master).map_err(key_trouble)?;
        if !has_data {
            make_private_file(&path).map_err(unavailable)?;
        }
        let connect = connect_options(&path, options);
        let pool = |connections| SqlitePoolOptions::new().max_connections(connections).acquire_timeout(options.patience * 4);
        let flushing = pool(1).connect_with(connect.clone()).await.map_err(|error| told(&error))?;
        migrate(&flushing).await?;
        let swift = pool(1).connect_lazy_with(connect.clone().synchronous(SqliteSynchronous::Normal));
        let reader = pool(READERS).connect_lazy_with(connect.read_only(true).create_if_missing(false));
        let (turn, barring_key, disk, stop_spool) = (Arc::default(), [0; 32], Disk::under(directory), StopSpool::new(directory));
        let directory = directory.to_owned();
        let mut store = Self { flushing, swift, reader, turn, seal, barring_key, stop_spool, directory, disk, dialing };
        store.check_key().await?;
        store.barring_key = store.find_barring_key().await?;
        store.take_spooled_in().await;
        Ok(store)
    }

    /// Closes all connections. Rows that were acknowledged are on disk whether or not this is called.
    pub async fn close(&self) {
        self.reader.close().await;
        self.swift.close().await;
        self.flushing.close().await;
    }

    /// Begins a transaction that holds the write lock from its first statement on. Dropping it undoes it.
    pub(crate) async fn write(&self, survives: Survives) -> Result<Write, StoreError> {
        let turn = self.turn.clone().lock_owned().await;
        let pool = match survives {
            Survives::Crash => &self.swift,
            Survives::PowerLoss => &self.flushing,
        };
        let transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(|error| told(&error))?;
        Ok(Write { transaction, disk: self.disk.clone(), _turn: turn })
    }

    /// Returns the connections that read.
    pub(crate) fn read(&self) -> &SqlitePool {
        &self.reader
    }

    /// Returns the connection that flushes.
    pub(crate) fn flushing(&self) -> &SqlitePool {
        &self.flushing
    }

    /// Returns a value as JSON sealed for a place by a subject's key.
    pub(crate) fn close_for(&self, subject: &str, place: &str, value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
        let json = serde_json::to_vec(value).map_err(|_| StoreError::Unavailable { what: "a value has no JSON".into() })?;
        let key = self.seal.keyring().get(subject).map_err(key_trouble)?.ok_or(StoreError::NotFound)?;
        KeySeal::of_key(&key).close(place, &json).map_err(unavailable)
    }

    /// Returns the value that was sealed for a place by a subject's key, or by the installation's if it belongs to nobody; `None` if it
    /// was emptied or its key was destroyed.
    pub(crate) fn open_for<T: DeserializeOwned>(&self, subject: Option<&str>, place: &str, sealed: &[u8]) -> Result<Option<T>, StoreError> {
        if sealed.is_empty() {
            return Ok(None);
        }
        let Some(subject) = subject else { return self.open_json(place, sealed).map(Some) };
        let Some(key) = self.seal.keyring().get(subject).map_err(key_trouble)? else { return Ok(None) };
        let json = KeySeal::of_key(&key).open(place, sealed).map_err(|_| StoreError::Corrupt)?;
        serde_json::from_slice(&json).map(Some).map_err(|_| StoreError::Corrupt)
    }

    /// Holds some space for the last rows of calls on a full disk, if there is room for that and none is held yet.
    pub fn hold_ballast(&self) {
        self.disk.hold_ballast();
    }

    /// Says whether this process may dial from this database.
    pub(crate) fn may_dial(&self) -> Result<(), StoreError> {
        if self.disk.has_failed() {
            return Err(StoreError::Unsynced);
        }
        self.dialing.as_ref().map(drop).ok_or(StoreError::Locked)
    }

    /// Returns a value as sealed JSON for a place.
    pub(crate) fn close_json(&self, place: &str, value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
        let json = serde_json::to_vec(value).map_err(|_| StoreError::Unavailable { what: "a value has no JSON".into() })?;
        self.seal.close(place, &json).map_err(unavailable)
    }

    /// Returns the value that was sealed for a place.
    pub(crate) fn open_json<T: DeserializeOwned>(&self, place: &str, sealed: &[u8]) -> Result<T, StoreError> {
        let json = self.seal.open(place, sealed).map_err(|_| StoreError::Corrupt)?;
        serde_json::from_slice(&json).map_err(|_| StoreError::Corrupt)
    }

    /// Checks that the key is the one that sealed this database, by a word sealed when it was made.
    async fn check_key(&self) -> Result<(), StoreError> {
        const PLACE: &str = "meta/key_check";
        let mut transaction = self.write(Survives::PowerLoss).await?;
        match meta(&mut transaction, "key_check").await? {
            Some(sealed) => self.seal.open(PLACE, &sealed).map(drop).map_err(|_| StoreError::WrongKey),
            None => {
                let sealed = self.seal.close(PLACE, b"puppetmaster").map_err(unavailable)?;
                insert_meta(&mut transaction, "key_check", &sealed).await?;
                transaction.commit().await.map_err(|error| told(&error))
            }
        }
    }

    /// Returns the key of the do-not-call list, and makes one for a database that has none yet: a new one, or, where there are numbers
    /// already, the one that they were hidden with so far. Once it was there it must never be missing: every barred number would be
    /// called again.
    async fn find_barring_key(&self) -> Result<[u8; 32], StoreError> {
        let keyring = self.seal.keyring();
        let mut transaction = self.write(Survives::PowerLoss).await?;
        if let Some(known) = meta(&mut transaction, "do_not_call_check").await? {
            let key = keyring.get(DO_NOT_CALL).map_err(key_trouble)?.ok_or(StoreError::WrongKey)?;
            return if tag(&key, b"puppetmaster").as_slice() == known { Ok(key) } else { Err(StoreError::WrongKey) };
        }
        let old = sqlx::query("SELECT 1 FROM subjects UNION ALL SELECT 1 FROM suppressions LIMIT 1").fetch_optional(&mut *transaction).await;
        let key = match (keyring.get(DO_NOT_CALL).map_err(key_trouble)?, old.map_err(|error| told(&error))?) {
            (Some(key), _) => key,
            (None, Some(_)) => keyring.adopt(DO_NOT_CALL, self.seal.lookup_key()).map_err(key_trouble)?,
            (None, None) => keyring.get_or_make(DO_NOT_CALL).map_err(key_trouble)?,
        };
        insert_meta(&mut transaction, "do_not_call_check", &tag(&key, b"puppetmaster")).await?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(key)
    }

    /// Returns the stand-in of a number on the do-not-call list.
    pub(crate) fn barring(&self, number: &PhoneNumber) -> String {
        hexadecimal(&tag(&self.barring_key, number.as_e164().as_bytes()))
    }
}

async fn meta(connection: &mut SqliteConnection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query("SELECT value FROM meta WHERE name = ?").bind(name).fetch_optional(connection).await;
    row.and_then(|row| row.map(|row| row.try_get(0)).transpose()).map_err(|error| told(&error))
}

async fn insert_meta(connection: &mut SqliteConnection, name: &str, value: &[u8]) -> Result<(), StoreError> {
    let insert = sqlx::query("INSERT INTO meta (name, value) VALUES (?, ?)").bind(name).bind(value);
    insert.execute(connection).await.map(drop).map_err(|error| told(&error))
}

fn connect_options(path: &Path, options: Options) -> SqliteConnectOptions {
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What is deleted is overwritten, so that its ciphertext is gone too.
        .pragma("secure_delete", "ON")
        .busy_timeout(options.patience);
    match options.max_pages {
        Some(pages) => connect.pragma("max_page_count", pages.to_string()),
        None => connect,
    }
}

/// Brings the schema up to date, unless a newer program has been here.
async fn migrate(writer: &SqlitePool) -> Result<(), StoreError> {
    let mut connection = writer.acquire().await.map_err(|error| told(&error))?;
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    let found = newest_migration(&mut connection).await.map_err(|error| told(&error))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    // Not by the newest alone: of two lines of development that were joined, the older number may have come last.
    if found == known && count_of_migrations(&mut connection).await.map_err(|error| told(&error))? == MIGRATIONS.iter().count() as i64 {
        return Ok(());
    }
    MIGRATIONS.run(&mut *connection).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => told(&error),
        other => StoreError::Unavailable { what: other.to_string() },
    })
}

async fn count_of_migrations(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query("SELECT count(*) FROM _sqlx_migrations").fetch_one(connection).await?.try_get(0)
}

async fn newest_migration(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let table = sqlx::query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'");
    if table.fetch_optional(&mut *connection).await?.is_none() {
        return Ok(0);
    }
    let newest = sqlx::query("SELECT coalesce(max(version), 0) FROM _sqlx_migrations");
    newest.fetch_one(connection).await?.try_get(0)
}

/// Says what a database error means, by SQLite's result codes (<https://sqlite.org/rescode.html>).
///
/// Its text names tables and columns at most; values are bound and never part of it.
pub(crate) fn told(error: &sqlx::Error) -> StoreError {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return StoreError::Locked;
    }
    if matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) {
        return StoreError::Corrupt;
    }
    let Some(database) = error.as_database_error() else {
        return StoreError::Unavailable { what: error.to_string() };
    };
    let code: Option<u32> = database.code().and_then(|code| code.parse().ok());
    // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC.
    if matches!(code, Some(1_034 | 1_290)) {
        return StoreError::Unsynced;
    }
    match code.map(|code| code & 0xff) {
        Some(5 | 6) => StoreError::Locked,
        Some(13) => StoreError::Full,
        Some(11 | 26) => StoreError::Corrupt,
        Some(19) => StoreError::Conflict,
        _ => StoreError::Unavailable { what: database.message().to_owned() },
    }
}

pub(crate) fn key_trouble(error: KeyError) -> StoreError {
    match error {
        KeyError::Wrong => StoreError::WrongKey,
        KeyError::Io(error) => unavailable(error),
    }
}

pub(crate) fn unavailable(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        kind => StoreError::Unavailable { what: kind.to_string() },
    }
}

/// Takes the lock that says: this process dials. The system frees it when the process ends, however it ends.
fn lock(path: &Path) -> Result<File, StoreError> {
    let file = private_options().create(true).truncate(false).open(path).map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked),
        Err(TryLockError::Error(error)) => Err(unavailable(error)),
    }
}

/// Makes a directory that only its owner may enter; one that exists stays as it is.
pub(crate) fn make_private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(directory)
}

fn make_private_file(path: &PathBuf) -> io::Result<()> {
    private_options().create(true).truncate(false).open(path).map(drop)
}

/// Returns an amount as the database keeps it. Amounts beyond 2^53 µ (nine thousand million units) stay there, so that no sum overflows.
pub(crate) fn stored(amount: u64) -> i64 {
    i64::try_from(amount.min(1 << 53)).unwrap_or(1 << 53)
}

#[cfg(test)]
mod tests {
    use ports::policy_store::PolicyStore;
    use ports::task_store::TaskStore;

    use super::*;
    use crate::contract::{self, NOON};

    #[tokio::test]
    async fn nothing_is_dialed_from_a_disk_that_failed_until_the_next_start() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
        let task = contract::task("t1");
        store.create_task(&task, &contract::receipt(&task)).await.unwrap();
        store.approve(&task.id, &contract::approval(&task, NOON)).await.unwrap();
        store.disk.fail();
        let cleared = contract::cleared(&task, "a1", NOON);
        assert_eq!(store.commit_intent(&task.id, &cleared).await, Err(StoreError::Unsynced));
        assert!(PolicyStore::disk(&store).await.unwrap().has_failed, "the gate knows");
        store.close().await;
        drop(store);
        let again = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
        again.commit_intent(&task.id, &cleared).await.unwrap();
    }
}
