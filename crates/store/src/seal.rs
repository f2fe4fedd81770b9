//! Seals texts: AES-256-GCM, bound to the place where they stand.
//!
//! The master key lies in `vault.key`, readable by its owner only, made on first use, unless one is handed over ([`crate::MasterKeys`]); it
//! seals the keys of [`crate::keyring`], and they seal everything else. Whoever copies the directory copies the keys; whoever copies the database alone has ciphertext. Losing the
//! keys loses the words, so a directory that has data and no key is an error and never gets a new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::keyring::{INSTALLATION, Keyring};
use crate::master::{MasterKey, MasterKeys};

/// The name of the key file within the data directory.
pub(crate) const KEY_FILE: &str = "vault.key";

const NONCE_BYTES: usize = 12;

/// Opens and closes sealed texts with one key.
#[derive(Clone)]
pub(crate) struct KeySeal(Aes256Gcm);

/// Opens and closes what belongs to the installation, and holds the keys of everybody else.
#[derive(Clone)]
pub(crate) struct Seal {
    own: KeySeal,
    lookup_key: [u8; 32],
    audit_key: [u8; 32],
    keyring: Arc<Keyring>,
}

/// Why the key cannot be had.
#[derive(Debug)]
pub(crate) enum KeyError {
    /// There is none, though there is data that it must open, or the file holds no key.
    Wrong,
    /// The file system failed.
    Io(io::Error),
}

/// Bytes that were not sealed with this key at this place.
#[derive(Debug)]
pub(crate) struct Unsealable;

impl KeySeal {
    /// Returns the seal of a key.
    pub(crate) fn of_key(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Seals bytes for a place: nonce, ciphertext and tag. They open at no other place.
    pub(crate) fn close(&self, place: &str, plain: &[u8]) -> io::Result<Vec<u8>> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload).map_err(|_| io::Error::other("too long to be sealed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens bytes that were sealed for a place.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Unsealable)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.0.decrypt(&Nonce::from(*nonce), payload).map_err(|_| Unsealable)
    }
}

impl Seal {
    /// Opens the keys of a data directory, or makes them if there are none and `may_make` allows it.
    pub(crate) fn of_directory(directory: &Path, may_make: bool, master: MasterKeys) -> Result<Self, KeyError> {
        let keyring = Keyring::open(directory, may_make, master)?;
        let key = if may_make { keyring.get_or_make(INSTALLATION)? } else { keyring.get(INSTALLATION)?.ok_or(KeyError::Wrong)? };
        let lookup_key = tag(&key, b"puppetmaster look-up key 1");
        let audit_key = tag(&key, b"puppetmaster audit key 1");
        Ok(Self { own: KeySeal::of_key(&key), lookup_key, audit_key, keyring: Arc::new(keyring) })
    }

    /// Returns the keys of subjects and objects.
    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Builds a seal from a key of its own, as each object of the vault has one.
    pub(crate) fn cipher_of(key: &[u8; 32]) -> Aes256Gcm {
        Aes256Gcm::new(key.into())
    }

    /// Seals bytes of the installation for a place.
    pub(crate) fn close(&self, place: &str, plain: &[u8]) -> io::Result<Vec<u8>> {
        self.own.close(place, plain)
    }

    /// Opens bytes of the installation that were sealed for a place.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        self.own.open(place, sealed)
    }

    /// Returns a text's stand-in for searches: the same text has the same one, and it tells nothing without the key.
    pub(crate) fn lookup(&self, text: &str) -> String {
        hexadecimal(&tag(&self.lookup_key, text.as_bytes()))
    }

    /// Returns the key that stand-ins for searches are made with, so that the do-not-call list of old keeps its own.
    pub(crate) fn lookup_key(&self) -> &[u8; 32] {
        &self.lookup_key
    }

    /// Returns the keyed hash of an entry of the audit log.
    pub(crate) fn audit_hash(&self, bytes: &[u8]) -> String {
        hexadecimal(&tag(&self.audit_key, bytes))
    }
}

/// Returns random bytes from the system.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| io::Error::other("the system gives no random bytes"))?;
    Ok(bytes)
}

/// Returns bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the keyed hash of a text (HMAC-SHA-256).
pub(crate) fn tag(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        // HMAC takes keys of every length, so there is no such case.
        return [0; 32];
    };
    mac.update(text);
    mac.finalize().into_bytes().into()
}

pub(crate) fn read_key(path: &Path) -> Result<MasterKey, KeyError> {
    let mut text = String::new();
    File::open(path).map_err(KeyError::Io)?.take(256).read_to_string(&mut text).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => KeyError::Wrong,
        _ => KeyError::Io(error),
    })?;
    text.parse().map_err(|_| KeyError::Wrong)
}

/// Makes a key whole or not at all; if two processes begin at once, one key wins and both use it.
pub(crate) fn make_key(directory: &Path, path: &Path) -> io::Result<()> {
    let key: [u8; 32] = random()?;
    let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let draft_name: [u8; 8] = random()?;
    let draft = directory.join(format!("vault.key.{:016x}", u64::from_ne_bytes(draft_name)));
    let written = write_private(&draft, format!("{digits}\n").as_bytes());
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    let removed = fs::remove_file(&draft);
    linked.and(removed)?;
    File::open(directory)?.sync_all()
}

/// Writes a new file that only its owner may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private_options().create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Returns options for files that only their owner may read.
pub(crate) fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_directory(directory: &Path, may_make: bool) -> Result<Seal, KeyError> {
        Seal::of_directory(directory, may_make, MasterKeys::default())
    }

    #[test]
    fn a_text_opens_only_where_it_was_sealed() {
        let directory = tempfile::tempdir().unwrap();
        let seal = of_directory(directory.path(), true).unwrap();
        let sealed = seal.close("turns/1", b"we close at nine").unwrap();
        assert_eq!(seal.open("turns/1", &sealed).unwrap(), b"we close at nine");
        assert!(seal.open("turns/2", &sealed).is_err());
        assert!(!sealed.windows(4).any(|window| window == b"nine"));
        let again = of_directory(directory.path(), false).unwrap();
        assert_eq!(again.open("turns/1", &sealed).unwrap(), b"we close at nine");
        assert_eq!(again.lookup("+12125550123"), seal.lookup("+12125550123"));
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let seal = of_directory(directory.path(), true).unwrap();
        let sealed = seal.close("x", b"we close at nine").unwrap();
        for index in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[index] ^= 1;
            assert!(seal.open("x", &altered).is_err(), "byte {index}");
            assert!(seal.open("x", &sealed[..index]).is_err(), "cut at {index}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        of_directory(directory.path(), true).unwrap();
        let mode = fs::metadata(directory.path().join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let names = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        assert_eq!(names(directory.path()).len(), 2, "no draft is left behind");
        assert_eq!(names(&directory.path().join("keys")), ["installation.key"]);
    }

    #[test]
    fn a_file_that_holds_no_key_is_no_key() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(of_directory(directory.path(), false), Err(KeyError::Wrong)));
        for content in [b"".as_slice(), b"abc", &[b'z'; 64], &[0xff; 64]] {
            fs::write(directory.path().join(KEY_FILE), content).unwrap();
            assert!(matches!(of_directory(directory.path(), true), Err(KeyError::Wrong)));
        }
    }
}
