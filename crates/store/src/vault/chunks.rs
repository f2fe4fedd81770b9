//! How an object is written and read: a header, then chunks, each sealed by itself.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use aes_gcm::Aes256Gcm;
use aes_gcm::Nonce;
use aes_gcm::aead::{Aead, Payload};
use ports::recording_vault::{VaultError, VaultWriter};

use super::told;
use crate::seal::Seal;

pub(super) const MAGIC: &[u8; 5] = b"PMOB\x02";
pub(super) const TAG_BYTES: usize = 16;
/// What stands before a chunk: its length and whether it is the last.
const HEAD_BYTES: usize = 5;
/// Most that one chunk may hold; a reader refuses more, so that no length from outside decides about memory.
const MOST_CHUNK_BYTES: usize = 1 << 20;
/// Read from a file at a time.
const READ_BYTES: usize = 64 * 1024;

/// Seals and opens one object's chunks in order.
pub(super) struct Chunks {
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

pub(super) struct SealedWriter {
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

impl SealedWriter {
    /// Begins an object in `part`, which is called `whole` once it is.
    pub(super) fn begin(key: &[u8; 32], name: String, part: PathBuf, whole: PathBuf, chunk_bytes: usize) -> Result<Self, VaultError> {
        let mut file = crate::seal::private_options().create(true).truncate(true).open(&part).map_err(|error| told(&error))?;
        file.write_all(MAGIC).map_err(|error| told(&error))?;
        let chunks = Chunks { cipher: Seal::cipher_of(key), name, next: 0 };
        Ok(Self { file, part, whole, chunks, waiting: Vec::with_capacity(chunk_bytes), chunk_bytes, has_failed: false })
    }
}

/// Opens an object from its bytes as they come, in pieces of any size.
pub(super) struct Opener {
    chunks: Chunks,
    /// What came and is no whole chunk yet.
    waiting: Vec<u8>,
    plain: Vec<u8>,
    has_begun: bool,
    has_ended: bool,
}

impl Opener {
    /// Expects the beginning of the object with this name.
    pub(super) fn new(key: &[u8; 32], name: &str) -> Self {
        let chunks = Chunks { cipher: Seal::cipher_of(key), name: name.to_owned(), next: 0 };
        Self { chunks, waiting: Vec::new(), plain: Vec::new(), has_begun: false, has_ended: false }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if they are none of this object, or stand behind its end.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        self.waiting.extend_from_slice(bytes);
        let mut rest = self.waiting.as_slice();
        if !self.has_begun
            && let Some((magic, behind)) = rest.split_first_chunk::<{ MAGIC.len() }>()
        {
            if magic != MAGIC {
                return Err(VaultError::Damaged);
            }
            (self.has_begun, rest) = (true, behind);
        }
        while self.has_begun && !rest.is_empty() {
            if self.has_ended {
                return Err(VaultError::Damaged);
            }
            let Some(([a, b, c, d, flag], behind)) = rest.split_first_chunk::<HEAD_BYTES>() else { break };
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            if !(TAG_BYTES..=MOST_CHUNK_BYTES).contains(&length) || *flag > 1 {
                return Err(VaultError::Damaged);
            }
            let Some((sealed, behind)) = behind.split_at_checked(length) else { break };
            self.plain.extend(self.chunks.open(sealed, *flag == 1)?);
            self.has_ended = *flag == 1;
            rest = behind;
        }
        self.waiting = rest.to_vec();
        Ok(())
    }

    /// Returns what the object holds. One that may be cut ends at its last whole chunk.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if it has no end, and should have one.
    pub(super) fn finish(self, may_be_cut: bool) -> Result<Vec<u8>, VaultError> {
        if self.has_ended || may_be_cut { Ok(self.plain) } else { Err(VaultError::Damaged) }
    }
}

/// Opens an object that lies in a file.
pub(super) fn read_file(key: &[u8; 32], name: &str, mut file: File, may_be_cut: bool) -> Result<Vec<u8>, VaultError> {
    let (mut opener, mut piece) = (Opener::new(key, name), vec![0; READ_BYTES]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return opener.finish(may_be_cut),
            Ok(read) => opener.feed(&piece[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(told(&error)),
        }
    }
}
