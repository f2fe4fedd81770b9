//! Recordings and traces in sealed files: AES-256-GCM in chunks, a key of its own for each object.
//!
//! An object is `objects/<attempt>.<kind>.part` while it grows and `.sealed` once it is whole. It begins with a header
//! (magic, version), then chunks: length, flag, ciphertext. Its key lies elsewhere ([`crate::keyring`]), so that copies of the objects
//! open nothing once the key is destroyed. The seal of each chunk binds the object's name, the chunk's number and whether it is the last, so none can be moved, swapped,
//! left out or cut off. Only a `.part` may end early, at its last whole chunk: that is what a crash leaves. Deleting an
//! object deletes the only copy of its key.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use ports::recording_vault::{ObjectKind, RecordingVault, StoredObject, VaultError, VaultWriter};
use telephony::AttemptId;

use crate::database::make_private_directory;
use crate::master::MasterKeys;
use crate::seal::{KeyError, Seal, private_options};

const MAGIC: &[u8; 5] = b"PMOB\x02";
const TAG_BYTES: usize = 16;
/// Most that one chunk may hold; a reader refuses more, so that no length on disk decides about memory.
const MOST_CHUNK_BYTES: usize = 1 << 20;

/// Keeps sealed objects in the directory `objects` of a data directory.
#[derive(Clone)]
pub struct Vault {
    directory: PathBuf,
    seal: Seal,
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
        Ok(Self { directory, seal })
    }

    fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.directory.join(format!("{name}.{ending}"))
    }
}

impl RecordingVault for Vault {
    fn create(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Box<dyn VaultWriter>, VaultError> {
        let name = name_of(attempt, kind);
        let (part, whole) = (self.path(&name, "part"), self.path(&name, "sealed"));
        remove(&whole)?;
        // A counter never repeats a nonce under a key that is new.
        self.seal.keyring().destroy(&name).map_err(|error| told(&error))?;
        let key = self.seal.keyring().get_or_make(&name).map_err(key_trouble)?;
        let mut file = private_options().create(true).truncate(true).open(&part).map_err(|error| told(&error))?;
        file.write_all(MAGIC).map_err(|error| told(&error))?;
        Ok(Box::new(SealedWriter {
            file,
            part,
            whole,
            chunks: Chunks { cipher: Seal::cipher_of(&key), name, next: 0 },
            waiting: Vec::with_capacity(chunk_bytes(kind)),
            chunk_bytes: chunk_bytes(kind),
            has_failed: false,
        }))
    }

    fn read(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Option<Vec<u8>>, VaultError> {
        let name = name_of(attempt, kind);
        // Without its key an object is as good as none: that is what erasing leaves of a copy.
        let Some(key) = self.seal.keyring().get(&name).map_err(key_trouble)? else { return Ok(None) };
        for (ending, may_be_cut) in [("sealed", false), ("part", true)] {
            match File::open(self.path(&name, ending)) {
                Ok(file) => return read_object(&key, &name, file, may_be_cut).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(told(&error)),
            }
        }
        Ok(None)
    }

    fn list(&self) -> Result<Vec<StoredObject>, VaultError> {
        let mut objects = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(|error| told(&error))? {
            let entry = entry.map_err(|error| told(&error))?;
            let Some((attempt, kind, is_finished)) = entry.file_name().to_str().and_then(object_of) else { continue };
            let sealed_bytes = entry.metadata().map_err(|error| told(&error))?.len();
            objects.push(StoredObject { attempt, kind, sealed_bytes, is_finished });
        }
        objects.sort_by(|a, b| (&a.attempt, a.kind.as_str()).cmp(&(&b.attempt, b.kind.as_str())));
        Ok(objects)
    }

    fn delete(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<bool, VaultError> {
        let name = name_of(attempt, kind);
        self.seal.keyring().destroy(&name).map_err(|error| told(&error))?;
        let whole = remove(&self.path(&name, "sealed"))?;
        let part = remove(&self.path(&name, "part"))?;
        Ok(whole || part)
    }

    fn place(&self, attempt: &AttemptId, kind: ObjectKind) -> String {
        self.path(&name_of(attempt, kind), "sealed").display().to_string()
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

/// Reads a file name back.
fn object_of(file_name: &str) -> Option<(AttemptId, ObjectKind, bool)> {
    let mut parts = file_name.split('.');
    let (id, kind, ending) = (parts.next()?, parts.next()?, parts.next()?);
    let kind = ObjectKind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    let is_finished = match ending {
        "sealed" => true,
        "part" => false,
        _ => return None,
    };
    let id = match id.strip_prefix("x-") {
        Some(digits) => {
            let pairs = digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
            String::from_utf8(pairs.collect::<Option<Vec<u8>>>()?).ok()?
        }
        None => id.to_owned(),
    };
    parts.next().is_none().then(|| (AttemptId::new(id), kind, is_finished))
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

/// Seals and opens one object's chunks in order.
struct Chunks {
    cipher: Aes256Gcm,
    name: String,
    next: u64,
}

impl Chunks {
    /// The object's key is its own, so a counter never repeats a nonce.
    fn nonce(&self) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.next.to_be_bytes());
        nonce
    }

    fn bound_to(&self, is_last: bool) -> Vec<u8> {
        let mut bound = self.name.clone().into_bytes();
        bound.extend(self.next.to_be_bytes());
        bound.push(u8::from(is_last));
        bound
    }

    fn close(&mut self, plain: &[u8], is_last: bool) -> Result<Vec<u8>, VaultError> {
        let payload = Payload { msg: plain, aad: &self.bound_to(is_last) };
        let sealed = self.cipher.encrypt(&Nonce::from(self.nonce()), payload).map_err(|_| VaultError::Damaged)?;
        self.next += 1;
        let length = u32::try_from(sealed.len()).map_err(|_| VaultError::Damaged)?;
        Ok([&length.to_be_bytes(), [u8::from(is_last)].as_slice(), &sealed].concat())
    }

    fn open(&mut self, sealed: &[u8], is_last: bool) -> Result<Vec<u8>, VaultError> {
        let payload = Payload { msg: sealed, aad: &self.bound_to(is_last) };
        let plain = self.cipher.decrypt(&Nonce::from(self.nonce()), payload).map_err(|_| VaultError::Damaged)?;
        self.next += 1;
        Ok(plain)
    }
}

struct SealedWriter {
    file: File,
    part: PathBuf,
    whole: PathBuf,
    chunks: Chunks,
    waiting: Vec<u8>,
    chunk_bytes: usize,
    has_failed: bool,
}

impl SealedWriter {
    fn write_chunk(&mut self, plain: &[u8], is_last: bool) -> Result<(), VaultError> {
        let sealed = self.chunks.close(plain, is_last)?;
        self.file.write_all(&sealed).map_err(|error| {
            // Half a chunk may be on disk; another behind it could never be read.
            self.has_failed = true;
            told(&error)
        })
    }
}

impl VaultWriter for SealedWriter {
    fn append(&mut self, mut bytes: &[u8]) -> Result<(), VaultError> {
        if self.has_failed {
            return Err(VaultError::Unavailable { what: "an earlier write failed".into() });
        }
        while self.waiting.len() + bytes.len() >= self.chunk_bytes {
            let (now, later) = bytes.split_at(self.chunk_bytes - self.waiting.len());
            let mut chunk = std::mem::take(&mut self.waiting);
            chunk.extend_from_slice(now);
            self.write_chunk(&chunk, false)?;
            chunk.clear();
            self.waiting = chunk;
            bytes = later;
        }
        self.waiting.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), VaultError> {
        if self.has_failed {
            return Err(VaultError::Unavailable { what: "an earlier write failed".into() });
        }
        let rest = std::mem::take(&mut self.waiting);
        self.write_chunk(&rest, true)?;
        self.file.sync_all().map_err(|error| told(&error))?;
        fs::rename(&self.part, &self.whole).map_err(|error| told(&error))?;
        let directory = self.whole.parent().unwrap_or(Path::new("."));
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(|error| told(&error))
    }
}

/// Dropping an unfinished object writes what waits, so that it loses nothing that was appended.
impl Drop for SealedWriter {
    fn drop(&mut self) {
        let rest = std::mem::take(&mut self.waiting);
        if rest.is_empty() || self.has_failed {
            return;
        }
        if let Err(error) = self.write_chunk(&rest, false) {
            tracing::warn!(%error, "the end of an unfinished object could not be written");
        }
    }
}

fn read_object(key: &[u8; 32], name: &str, file: File, may_be_cut: bool) -> Result<Vec<u8>, VaultError> {
    let mut reader = BufReader::new(file);
    let mut magic = [0; MAGIC.len()];
    if !fill(&mut reader, &mut magic)? {
        // A crash between the creation of the file and its first write.
        return if may_be_cut { Ok(Vec::new()) } else { Err(VaultError::Damaged) };
    }
    if &magic != MAGIC {
        return Err(VaultError::Damaged);
    }
    let mut chunks = Chunks { cipher: Seal::cipher_of(key), name: name.to_owned(), next: 0 };
    let mut plain = Vec::new();
    loop {
        let mut head = [0; 5];
        if !fill(&mut reader, &mut head)? {
            return if may_be_cut { Ok(plain) } else { Err(VaultError::Damaged) };
        }
        let [a, b, c, d, flag] = head;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if !(TAG_BYTES..=MOST_CHUNK_BYTES).contains(&length) || flag > 1 {
            return Err(VaultError::Damaged);
        }
        let mut sealed = vec![0; length];
        if !fill(&mut reader, &mut sealed)? {
            return if may_be_cut { Ok(plain) } else { Err(VaultError::Damaged) };
        }
        plain.extend(chunks.open(&sealed, flag == 1)?);
        if flag == 1 {
            // Nothing may stand behind the last chunk.
            return if fill(&mut reader, &mut [0; 1])? { Err(VaultError::Damaged) } else { Ok(plain) };
        }
    }
}

/// Fills the buffer. Returns `false` if the file ends before that.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> Result<bool, VaultError> {
    match reader.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
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
        assert_eq!(vault.read(&attempt(), ObjectKind::Recording).unwrap().unwrap(), bytes);
        assert_eq!(vault.read(&attempt(), ObjectKind::Trace).unwrap(), None);
        assert_eq!(vault.place(&attempt(), ObjectKind::Recording), path.display().to_string());
        let again = Vault::open(directory.path()).unwrap();
        assert_eq!(again.read(&attempt(), ObjectKind::Recording).unwrap().unwrap(), bytes);
    }

    #[test]
    fn an_object_without_bytes_is_an_object() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path()).unwrap();
        vault.create(&attempt(), ObjectKind::Trace).unwrap().finish().unwrap();
        assert_eq!(vault.read(&attempt(), ObjectKind::Trace).unwrap(), Some(Vec::new()));
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
            assert_eq!(vault.read(&attempt(), ObjectKind::Recording), Err(VaultError::Damaged), "cut to {length}");
        }
        fs::write(&path, [whole.as_slice(), b"x"].concat()).unwrap();
        assert_eq!(vault.read(&attempt(), ObjectKind::Recording), Err(VaultError::Damaged), "something behind the end");
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
            assert!(vault.read(&attempt(), ObjectKind::Recording).is_err(), "byte {index}");
        }
        // The first two chunks are equally long: swap them.
        let start = MAGIC.len();
        let length = 5 + 16 * 1024 + TAG_BYTES;
        let swapped = [&whole[..start], &whole[start + length..start + 2 * length], &whole[start..start + length], &whole[start + 2 * length..]];
        fs::write(&path, swapped.concat()).unwrap();
        assert_eq!(vault.read(&attempt(), ObjectKind::Recording), Err(VaultError::Damaged));
        fs::write(vault.path("a2.recording", "sealed"), &whole).unwrap();
        assert_eq!(vault.read(&AttemptId::new("a2"), ObjectKind::Recording), Ok(None), "under another name it has no key");
        vault.create(&AttemptId::new("a2"), ObjectKind::Recording).unwrap().finish().unwrap();
        fs::write(vault.path("a2.recording", "sealed"), &whole).unwrap();
        assert!(vault.read(&AttemptId::new("a2"), ObjectKind::Recording).is_err(), "and with another key it does not open");
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
            let read = vault.read(&attempt(), ObjectKind::Recording).unwrap().unwrap();
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
        assert_eq!(vault.read(&attempt(), ObjectKind::Trace).unwrap().unwrap(), b"half a line");
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
        assert_eq!(vault.read(&attempt(), ObjectKind::Recording).unwrap(), None);
    }

    #[test]
    fn a_copy_of_a_deleted_object_opens_no_more() {
        let directory = tempfile::tempdir().unwrap();
        let (vault, _, path) = finished(directory.path());
        let copy = fs::read(&path).unwrap();
        vault.delete(&attempt(), ObjectKind::Recording).unwrap();
        fs::write(&path, copy).unwrap();
        assert_eq!(vault.read(&attempt(), ObjectKind::Recording).unwrap(), None);
    }
}
