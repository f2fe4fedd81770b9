//! The national do-not-call registry: a compact file beside the database, found again by the row of its import.
//!
//! An import streams: it holds one area code's bits and one line, however long the list is. The new file is whole and flushed
//! before its row is written, so that a crash leaves the old list in force. A look-up reads the table and one area.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use assistant::audit::AuditEvent;
use assistant::compliance::registry::file::{RegistryFile, RegistryTable};
use assistant::compliance::registry::import::{Import, ImportError, Imported};
use assistant::compliance::registry::line::Listed;
use assistant::compliance::registry::{Listing, RegistryAnswer, Snapshot};
use ports::policy_store::RegistryEdition;
use ports::task_store::StoreError;
use sha2::{Digest, Sha256};
use telephony::{PhoneNumber, Timestamp};

use crate::attempts::{amount, column};
use crate::database::{Store, Survives, make_private_directory, stored, told, unavailable};
use crate::seal::private_options;

/// Bytes read of a list at a time.
const CHUNK: usize = 64 * 1024;

/// Which list is imported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListKind {
    /// A full list: takes the place of what was there.
    Full,
    /// A list of changes onto what is there. The list that is there is then held in memory.
    Changes,
}

/// Why a registry list was not imported. What was in force before still is.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The list cannot be read where it lies.
    #[error("the list cannot be read: {0}")]
    Read(io::Error),
    /// The list itself is wrong.
    #[error(transparent)]
    List(#[from] ImportError),
    /// Changes, and nothing that they could change.
    #[error("there is no list yet that could be changed; import a full one first")]
    NoBase,
    /// It cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Imports a registry list that reflects the moment `as_of`.
    ///
    /// Takes as long as the disk does, so it belongs on a thread that may wait. Returns what was found and the edition that is
    /// now in force.
    ///
    /// # Errors
    /// [`RegistryError`]; nothing has changed.
    pub async fn import_registry(
        &self,
        list: impl Read + Send + 'static,
        kind: ListKind,
        as_of: Timestamp,
        now: Timestamp,
    ) -> Result<(Imported, RegistryEdition), RegistryError> {
        let folder = self.directory.join("registry");
        make_private_directory(&folder).map_err(unavailable)?;
        let base = match kind {
            ListKind::Full => None,
            ListKind::Changes => Some(folder.join(self.select_registry().await?.ok_or(RegistryError::NoBase)?.0)),
        };
        let written = tokio::task::spawn_blocking(move || write_file(list, base.as_deref(), &folder));
        let (file, sha256, imported) = written.await.map_err(|_| StoreError::Unavailable { what: "the import was interrupted".into() })??;
        let edition = RegistryEdition { snapshot: Snapshot { as_of, sha256, numbers: imported.numbers }, areas: imported.areas, imported_at: now };
        self.insert_registry(&file, &edition).await?;
        Ok((imported, edition))
    }

    async fn insert_registry(&self, file: &str, edition: &RegistryEdition) -> Result<(), StoreError> {
        let before = self.select_registry().await?;
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let insert = sqlx::query("INSERT INTO registries (file, sha256, as_of, imported_at, numbers, areas) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(file)
            .bind(&edition.snapshot.sha256)
            .bind(edition.snapshot.as_of.as_millis())
            .bind(edition.imported_at.as_millis())
            .bind(stored(edition.snapshot.numbers))
            .bind(i64::from(edition.areas));
        insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        let Snapshot { sha256, numbers, as_of } = edition.snapshot.clone();
        self.audit(&mut transaction, edition.imported_at, &AuditEvent::RegistryImported { sha256, numbers, as_of }).await?;
        transaction.commit().await.map_err(|error| told(&error))?;
        if let Some((old, _)) = before.filter(|(old, _)| old != file)
            && let Err(error) = fs::remove_file(self.directory.join("registry").join(old))
        {
            tracing::warn!(%error, "an old registry file could not be deleted; it is not used any more");
        }
        Ok(())
    }

    /// Returns the newest import with the name of its file.
    pub(crate) async fn select_registry(&self) -> Result<Option<(String, RegistryEdition)>, StoreError> {
        let select = sqlx::query("SELECT file, sha256, as_of, imported_at, numbers, areas FROM registries ORDER BY number DESC LIMIT 1");
        let row = select.fetch_optional(self.read()).await.map_err(|error| told(&error))?;
        let Some(row) = row else { return Ok(None) };
        let snapshot = Snapshot { as_of: Timestamp(column(&row, 2)?), sha256: column(&row, 1)?, numbers: amount(&row, 4)? };
        let areas = u32::try_from(amount(&row, 5)?).unwrap_or(u32::MAX);
        Ok(Some((column(&row, 0)?, RegistryEdition { snapshot, areas, imported_at: Timestamp(column(&row, 3)?) })))
    }

    /// Returns what the registry says of a number. A file that is gone or damaged is no leave: then there is no list.
    pub(crate) async fn look_up_in_registry(&self, number: &PhoneNumber) -> Result<RegistryAnswer, StoreError> {
        let Some((file, edition)) = self.select_registry().await? else { return Ok(RegistryAnswer::NoList) };
        let path = self.directory.join("registry").join(file);
        let number = number.clone();
        let found = tokio::task::spawn_blocking(move || look_up(&path, &number)).await;
        let listing = match found {
            Ok(Ok(listing)) => listing,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the imported registry cannot be read; import it again");
                return Ok(RegistryAnswer::NoList);
            }
            Err(_) => return Err(StoreError::Unavailable { what: "the look-up was interrupted".into() }),
        };
        Ok(RegistryAnswer::Found { listing, snapshot: edition.snapshot })
    }
}

fn look_up(path: &Path, number: &PhoneNumber) -> io::Result<Listing> {
    let Some(number) = Listed::of(number) else { return Ok(Listing::AreaNotLoaded) };
    let damaged = |_| io::Error::from(io::ErrorKind::InvalidData);
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut tail = [0; RegistryTable::TAIL];
    file.seek(SeekFrom::End(-i64::try_from(RegistryTable::TAIL).unwrap_or(0)))?;
    file.read_exact(&mut tail)?;
    let place = RegistryTable::place(&tail, length).map_err(damaged)?;
    let table = RegistryTable::read(&read_range(&mut file, &place)?, place.start).map_err(damaged)?;
    let Some(area) = table.area_of(number) else { return Ok(Listing::AreaNotLoaded) };
    RegistryTable::look_up(&read_range(&mut file, &area)?, number).map_err(damaged)
}

/// The ranges come from a checked table, so no length on disk decides about memory: an area has at most 1.3 MB.
fn read_range(file: &mut File, range: &std::ops::Range<u64>) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(range.start))?;
    let mut bytes = Vec::new();
    file.take(range.end - range.start).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes the compact file of a list, flushed, under the name of its fingerprint. Returns the name, the fingerprint of the list and
/// what was found.
fn write_file(list: impl Read, base: Option<&Path>, folder: &Path) -> Result<(String, String, Imported), RegistryError> {
    let base = base.map(fs::read).transpose().map_err(RegistryError::Read)?;
    let base = base.as_deref().map(RegistryFile::open).transpose().map_err(ImportError::from)?;
    let import = base.map_or_else(Import::full, Import::changes);
    let draft = folder.join("import.part");
    let written = stream(list, import, &draft);
    let (sha256, imported) = match written {
        Ok(done) => done,
        Err(error) => {
            // Whatever is left of it is in nobody's way: the next import writes over it.
            let _ = fs::remove_file(&draft);
            return Err(error);
        }
    };
    let name = format!("{sha256}.{}", imported.numbers);
    fs::rename(&draft, folder.join(&name)).map_err(unavailable)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(unavailable)?;
    Ok((name, sha256, imported))
}

fn stream(mut list: impl Read, mut import: Import<'_>, draft: &PathBuf) -> Result<(String, Imported), RegistryError> {
    let mut file = private_options().create(true).truncate(true).open(draft).map_err(unavailable)?;
    let mut hash = Sha256::new();
    let (mut chunk, mut out) = (vec![0; CHUNK], Vec::new());
    loop {
        let read = match list.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(RegistryError::Read(error)),
        };
        hash.update(&chunk[..read]);
        import.feed(&chunk[..read], &mut out)?;
        file.write_all(&out).map_err(unavailable)?;
        out.clear();
    }
    let mut ending = import.end_of_list(&mut out)?;
    loop {
        file.write_all(&out).map_err(unavailable)?;
        out.clear();
        if !ending.copy_area(&mut out).map_err(ImportError::from)? {
            break;
        }
    }
    let imported = ending.finish(&mut out);
    file.write_all(&out).map_err(unavailable)?;
    file.sync_all().map_err(unavailable)?;
    Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), imported))
}
