//! Recordings and traces in sealed files: AES-256-GCM in chunks, a key of its own for each object.
//!
//! An object is `objects/<attempt>.<kind>.part` while it grows and `.sealed` once it is whole. It begins with a header
//! (magic, version), then chunks: length, flag, ciphertext. Its key lies elsewhere ([`crate::keyring`]), so that copies of the objects
//! open nothing once the key is destroyed. The seal of each chunk binds the object's name, the chunk's number and whether it is the last, so none can be moved, swapped,
//! left out or cut off. A `.sealed` may be moved to a bucket ([`moving`]), and leaves a note of where it lies. Only a `.part` may end early, at its last whole chunk: that is what a crash leaves. Deleting an
//! object deletes the only copy of its key.

mod chunks;
mod moving;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use ports::bucket::Bucket;
use ports::recording_vault::{ObjectKind, RecordingVault, StoredObject, VaultError, VaultWriter};
use telephony::AttemptId;

use crate::database::make_private_directory;
use crate::master::MasterKeys;
use crate::seal::{KeyError, Seal};
use chunks::SealedWriter;
pub use moving::Settled;

/// Keeps sealed objects in the directory `objects` of a data directory.
#[derive(Clone)]
pub struct Vault {
    directory: PathBuf,
    seal: Seal,
    /// Where whole objects are moved, if not kept here.
    bucket: Option<Arc<dyn Bucket>>,
}

impl Vault {
    /// Opens the vault of a data directory; makes directory and key if there are none.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`] if there are objects or a database but no key, or the key file holds no key.
    pub fn open(data_directory: &Path) -> Result<Self, VaultError> {
        Self::open_with(data_directory, MasterKeys::default())
    }

    /// The same with a master key that does not lie in the data directory.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_with(data_directory: &Path, master: MasterKeys) -> Result<Self, VaultError> {
        let directory = data_directory.join("objects");
        make_private_directory(data_directory).map_err(|error| told(&error))?;
        make_private_directory(&directory).map_err(|error| told(&error))?;
        let is_empty = fs::read_dir(&directory).map_err(|error| told(&error))?.next().is_none();
        let has_database = fs::metadata(data_directory.join("puppetmaster.db")).is_ok_and(|metadata| metadata.len() > 0);
        let seal = Seal::of_directory(data_directory, is_empty && !has_database, master).map_err(key_trouble)?;
        Ok(Self { directory, seal, bucket: None })
    }

    fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.directory.join(format!("{name}.{ending}"))
    }

    /// Returns all bytes of an object that lies in this directory.
    fn read_here(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Option<Vec<u8>>, VaultError> {
        let name = name_of(attempt, kind);
        // Without its key an object is as good as none: that is what erasing leaves of a copy.
        let Some(key) = self.seal.keyring().get(&name).map_err(key_trouble)? else { return Ok(None) };
        for (ending, may_be_cut) in [("sealed", false), ("part", true)] {
            match File::open(self.path(&name, ending)) {
                Ok(file) => return chunks::read_file(&key, &name, file, may_be_cut).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(told(&error)),
            }
        }
        Ok(None)
    }
}

#[async_trait]
impl RecordingVault for Vault {
    fn create(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Box<dyn VaultWriter>, VaultError> {
        let name = name_of(attempt, kind);
        let (part, whole) = (self.path(&name, "part"), self.path(&name, "sealed"));
        remove(&whole)?;
        self.forget_moved(&name)?;
        // A counter never repeats a nonce under a key that is new.
        self.seal.keyring().destroy(&name).map_err(|error| told(&error))?;
        let key = self.seal.keyring().get_or_make(&name).map_err(key_trouble)?;
        Ok(Box::new(SealedWriter::begin(&key, name, part, whole, chunk_bytes(kind))?))
    }

    async fn read(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Option<Vec<u8>>, VaultError> {
        match self.read_here(attempt, kind)? {
            Some(bytes) => Ok(Some(bytes)),
            None => self.fetch(&name_of(attempt, kind)).await,
        }
    }

    fn list(&self) -> Result<Vec<StoredObject>, VaultError> {
        let mut objects = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(|error| told(&error))? {
            let entry = entry.map_err(|error| told(&error))?;
            let Some((attempt, kind, ending)) = entry.file_name().to_str().and_then(object_of) else { continue };
            let sealed_bytes = match ending {
                Ending::Moved => self.note_of(&name_of(&attempt, kind))?.map_or(0, |note| note.bytes),
                Ending::Part | Ending::Whole => entry.metadata().map_err(|error| told(&error))?.len(),
            };
            objects.push(StoredObject { attempt, kind, sealed_bytes, is_finished: ending != Ending::Part });
        }
        objects.sort_by(|a, b| (&a.attempt, a.kind.as_str()).cmp(&(&b.attempt, b.kind.as_str())));
        // Between the note and the end of the file here an object is both.
        objects.dedup_by(|a, b| (&a.attempt, a.kind) == (&b.attempt, b.kind));
        Ok(objects)
    }

    fn delete(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<bool, VaultError> {
        let name = name_of(attempt, kind);
        self.seal.keyring().destroy(&name).map_err(|error| told(&error))?;
        let whole = remove(&self.path(&name, "sealed"))?;
        let part = remove(&self.path(&name, "part"))?;
        let moved = self.forget_moved(&name)?;
        Ok(whole || part || moved)
    }

    fn place(&self, attempt: &AttemptId, kind: ObjectKind) -> String {
        let name = name_of(attempt, kind);
        match self.note_of(&name) {
            Ok(Some(note)) => note.place,
            // What cannot be read is looked for where it ought to be.
            Ok(None) | Err(_) => self.path(&name, "sealed").display().to_string(),
        }
    }
}

/// Returns how much an object gathers before a chunk is sealed, which is what a crash may lose: half a second of stereo
/// audio, or a few seconds of a trace.
const fn chunk_bytes(kind: ObjectKind) -> usize {
    match kind {
        ObjectKind::Recording => 16 * 1024,
        ObjectKind::Trace => 4 * 1024,
    }
}

/// Returns a file name for an object. An identity that could be a path is written in hexadecimal digits.
fn name_of(attempt: &AttemptId, kind: ObjectKind) -> String {
    let id = attempt.as_str();
    let is_plain = (1..=100).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_plain && !id.starts_with("x-") {
        return format!("{id}.{}", kind.as_str());
    }
    let digits: String = id.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("x-{digits}.{}", kind.as_str())
}

/// What a file in the directory says of its object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// It is growing, or a crash cut it off.
    Part,
    /// It is whole and lies here.
    Whole,
    /// It is whole and lies in a bucket.
    Moved,
}

/// Reads a file name back.
fn object_of(file_name: &str) -> Option<(AttemptId, ObjectKind, Ending)> {
    let mut parts = file_name.split('.');
    let (id, kind, ending) = (parts.next()?, parts.next()?, parts.next()?);
    let kind = ObjectKind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    let ending = match ending {
        "sealed" => Ending::Whole,
        "part" => Ending::Part,
        "moved" => Ending::Moved,
        _ => return None,
    };
    let id = match id.strip_prefix("x-") {
        Some(digits) => {
            let pairs = digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
            String::from_utf8(pairs.collect::<Option<Vec<u8>>>()?).ok()?
        }
        None => id.to_owned(),
    };
    parts.next().is_none().then(|| (AttemptId::new(id), kind, ending))
}

fn key_trouble(error: KeyError) -> VaultError {
    match error {
        KeyError::Wrong => VaultError::WrongKey,
        KeyError::Io(error) => told(&error),
    }
}

/// Removes a file. Returns whether there was one.
fn remove(path: &Path) -> Result<bool, VaultError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(told(&error)),
    }
}

fn told(error: &io::Error) -> VaultError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => VaultError::Full,
        kind => VaultError::Unavailable { what: kind.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::chunks::{MAGIC, TAG_BYTES};
    use super::*;

    fn attempt() -> AttemptId {
        AttemptId::new("a1")
    }

    /// A finished recording of 40,000 bytes (three chunks), and its file.
    fn finished(directory: &Path) -> (Vault, Vec<u8>, PathBuf) {
        let vault = Vault::open(directory).unwrap();
        let bytes: Vec<u8> = (0..40_000_u32).map(|n| (n % 251) as u8).collect();
        let mut writer = vault.create(&attempt(), ObjectKind::Recording).unwrap();
        for piece in bytes.chunks(777) {
            writer.append(piece).unwrap();
        }
        writer.finish().unwrap();
        let path = vault.path("a1.recording", "sealed");
        (vault, bytes, path)
    }

    #[test]
    fn what_is_appended_is_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let (vault, bytes, path) = finished(directory.path());
        assert_eq!(vault.read_here(&attempt(), ObjectKind::Recording).unwrap().unwrap(), bytes);
        assert_eq!(vault.read_here(&attempt(), ObjectKind::Trace).unwrap(), None);
        assert_eq!(vault.place(&attempt(), ObjectKind::Recording), path.display().to_string());
        let again = Vault::open(directory.path()).unwrap();
        assert_eq!(again.read_here(&attempt(), ObjectKind::Recording).unwrap().unwrap(), bytes);
    }

    #[test]
    fn an_object_without_bytes_is_an_object() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path()).unwrap();
        vault.create(&attempt(), ObjectKind::Trace).unwrap().finish().unwrap();
        assert_eq!(vault.read_here(&attempt(), ObjectKind::Trace).unwrap(), Some(Vec::new()));
    }

    #[test]
    fn nothing_of_the_words_is_on_disk() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path()).unwrap();
        let mut writer = vault.create(&attempt(), ObjectKind::Trace).unwrap();
        writer.append(b"we close at nine ".repeat(1_000).as_slice()).unwrap();
        writer.finish().unwrap();
        let sealed = fs::read(vault.path("a1.trace", "sealed")).unwrap();
        assert!(!sealed.windows(5).any(|window| window == b"close"));
    }

    #[test]
    fn every_cut_of_a_finished_object_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let (vault, _, path) = finished(directory.path());
        let whole = fs::read(&path).unwrap();
        for length in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(vault.read_here(&attempt(), ObjectKind::Recording), Err(VaultError::Damaged), "cut to {length}");
        }
        fs::write(&path, [whole.as_slice(), b"x"].concat()).unwrap();
        assert_eq!(vault.read_here(&attempt(), ObjectKind::Recording), Err(VaultError::Damaged), "something behind the end");
    }

    #[test]
    fn altered_moved_and_renamed_chunks_are_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let (vault, _, path) = finished(directory.path());
        let whole = fs::read(&path).unwrap();
        for index in (0..whole.len()).step_by(61) {
            let mut altered = whole.clone();
            altered[index] ^= 0x10;
            fs::write(&path, &altered).unwrap();
            assert!(vault.read_here(&attempt(), ObjectKind::Recording).is_err(), "byte {index}");
        }
        // The first two chunks are equally long: swap them.
        let start = MAGIC.len();
        let length = 5 + 16 * 1024 + TAG_BYTES;
        let swapped = [&whole[..start], &whole[start + length..start + 2 * length], &whole[start..start + length], &whole[start + 2 * length..]];
        fs::write(&path, swapped.concat()).unwrap();
        assert_eq!(vault.read_here(&attempt(), ObjectKind::Recording), Err(VaultError::Damaged));
        fs::write(vault.path("a2.recording", "sealed"), &whole).unwrap();
        assert_eq!(vault.read_here(&AttemptId::new("a2"), ObjectKind::Recording), Ok(None), "under another name it has no key");
        vault.create(&AttemptId::new("a2"), ObjectKind::Recording).unwrap().finish().unwrap();
        fs::write(vault.path("a2.recording", "sealed"), &whole).unwrap();
        assert!(vault.read_here(&AttemptId::new("a2"), ObjectKind::Recording).is_err(), "and with another key it does not open");
    }

    #[test]
    fn an_unfinished_object_gives_its_whole_chunks() {
        let directory = tempfile::tempdir().unwrap();
        let (vault, bytes, path) = finished(directory.path());
        let whole = fs::read(&path).unwrap();
        let part = vault.path("a1.recording", "part");
        fs::remove_file(&path).unwrap();
        let (start, length) = (MAGIC.len(), 5 + 16 * 1024 + TAG_BYTES);
        for (cut, chunks) in [(0, 0), (start, 0), (start + length - 1, 0), (start + length, 1), (start + 2 * length + 3, 2)] {
            fs::write(&part, &whole[..cut]).unwrap();
            let read = vault.read_here(&attempt(), ObjectKind::Recording).unwrap().unwrap();
            assert_eq!(read, bytes[..chunks * 16 * 1024], "cut to {cut}");
        }
    }

    #[test]
    fn a_dropped_writer_loses_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path()).unwrap();
        let mut writer = vault.create(&attempt(), ObjectKind::Trace).unwrap();
        writer.append(b"half a line").unwrap();
        drop(writer);
        assert_eq!(vault.read_here(&attempt(), ObjectKind::Trace).unwrap().unwrap(), b"half a line");
        assert!(!vault.list().unwrap()[0].is_finished);
    }

    #[test]
    fn another_key_opens_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let (_, _, _) = finished(directory.path());
        fs::write(directory.path().join("vault.key"), format!("{}\n", "ab".repeat(32))).unwrap();
        assert_eq!(Vault::open(directory.path()).err(), Some(VaultError::WrongKey));
        fs::remove_file(directory.path().join("vault.key")).unwrap();
        assert_eq!(Vault::open(directory.path()).err(), Some(VaultError::WrongKey), "no new key beside old objects");
    }

    #[test]
    fn objects_are_listed_and_deleted() {
        let directory = tempfile::tempdir().unwrap();
        let (vault, _, _) = finished(directory.path());
        vault.create(&AttemptId::new("../evil"), ObjectKind::Trace).unwrap().finish().unwrap();
        let names: Vec<_> = vault.list().unwrap().into_iter().map(|object| (object.attempt, object.kind, object.is_finished)).collect();
        assert_eq!(names, [(AttemptId::new("../evil"), ObjectKind::Trace, true), (attempt(), ObjectKind::Recording, true)]);
        assert!(vault.delete(&attempt(), ObjectKind::Recording).unwrap());
        assert!(!vault.delete(&attempt(), ObjectKind::Recording).unwrap());
        assert_eq!(vault.read_here(&attempt(), ObjectKind::Recording).unwrap(), None);
    }

    #[test]
    fn a_copy_of_a_deleted_object_opens_no_more() {
        let directory = tempfile::tempdir().unwrap();
        let (vault, _, path) = finished(directory.path());
        let copy = fs::read(&path).unwrap();
        vault.delete(&attempt(), ObjectKind::Recording).unwrap();
        fs::write(&path, copy).unwrap();
        assert_eq!(vault.read_here(&attempt(), ObjectKind::Recording).unwrap(), None);
    }
}
