//! The keys that seal what is kept, each in a file of its own, sealed by the master key of `vault.key`.
//!
//! `keys/installation.key` seals what belongs to nobody in particular, `keys/<subject>.key` the words of and about one callee,
//! `keys/<attempt>.<kind>.key` one recording or trace. Destroying a file makes everything that its key sealed unreadable for good, in every copy
//! of database and objects: so keep no old copies of this folder. Another master key seals the files anew and touches nothing else.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::database::make_private_directory;
use crate::seal::{KEY_FILE, KeyError, KeySeal, hexadecimal, make_key, private_options, random, read_key, write_private};

/// The folder within the data directory.
const FOLDER: &str = "keys";

/// While keys are being sealed anew, the master key that they will have.
const NEXT_KEY_FILE: &str = "vault.key.next";

/// The keys of a data directory.
pub(crate) struct Keyring {
    data_directory: PathBuf,
    folder: PathBuf,
    master: KeySeal,
    /// There is one after a crash in the middle of a rotation.
    next: Option<KeySeal>,
}

impl Keyring {
    /// Opens the keys of a data directory; makes master key and folder if `may_make` allows it.
    pub(crate) fn open(data_directory: &Path, may_make: bool) -> Result<Self, KeyError> {
        let path = data_directory.join(KEY_FILE);
        let master = match read_key(&path) {
            Err(KeyError::Io(error)) if error.kind() == io::ErrorKind::NotFound && may_make => {
                make_key(data_directory, &path).map_err(KeyError::Io)?;
                read_key(&path)?
            }
            Err(KeyError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Err(KeyError::Wrong),
            other => other?,
        };
        let next = match read_key(&data_directory.join(NEXT_KEY_FILE)) {
            Ok(key) => Some(KeySeal::of_key(&key)),
            Err(KeyError::Io(error)) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let folder = data_directory.join(FOLDER);
        make_private_directory(&folder).map_err(KeyError::Io)?;
        Ok(Self { data_directory: data_directory.to_owned(), folder, master: KeySeal::of_key(&master), next })
    }

    /// Returns a key; `None` if there is none, or none any more.
    pub(crate) fn get(&self, name: &str) -> Result<Option<[u8; 32]>, KeyError> {
        let sealed = match fs::read(self.path(name)) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(KeyError::Io(error)),
        };
        let place = place(name);
        let masters = [Some(&self.master), self.next.as_ref()];
        let key = masters.into_iter().flatten().find_map(|master| master.open(&place, &sealed).ok()).ok_or(KeyError::Wrong)?;
        key.try_into().map(Some).map_err(|_| KeyError::Wrong)
    }

    /// Returns a key, a new one if there is none. Of two that are made at once, one stays and both callers get it.
    pub(crate) fn get_or_make(&self, name: &str) -> Result<[u8; 32], KeyError> {
        if let Some(key) = self.get(name)? {
            return Ok(key);
        }
        let key: [u8; 32] = random().map_err(KeyError::Io)?;
        let sealed = self.newest_master().close(&place(name), &key).map_err(KeyError::Io)?;
        let draft = self.draft().map_err(KeyError::Io)?;
        write_private(&draft, &sealed).map_err(KeyError::Io)?;
        let linked = match fs::hard_link(&draft, self.path(name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        };
        let removed = fs::remove_file(&draft);
        linked.and(removed).and_then(|()| self.sync()).map_err(KeyError::Io)?;
        self.get(name)?.ok_or(KeyError::Wrong)
    }

    /// Destroys a key: writes over its file, then removes it. On disk when it returns. Returns whether there was one.
    pub(crate) fn destroy(&self, name: &str) -> io::Result<bool> {
        let path = self.path(name);
        let mut file = match private_options().open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
        file.write_all(&vec![0; length])?;
        file.sync_all()?;
        fs::remove_file(&path)?;
        self.sync()?;
        Ok(true)
    }

    /// Seals all keys anew by a new master key, which takes the place of the old one. A crash in the middle leaves both, and
    /// everything readable; calling it again goes on. Returns how many keys there are.
    pub(crate) fn rotate(&mut self) -> Result<u64, KeyError> {
        let next_path = self.data_directory.join(NEXT_KEY_FILE);
        if self.next.is_none() {
            make_key(&self.data_directory, &next_path).map_err(KeyError::Io)?;
            self.next = Some(KeySeal::of_key(&read_key(&next_path)?));
        }
        let mut keys = 0;
        for name in self.names().map_err(KeyError::Io)? {
            let Some(key) = self.get(&name)? else { continue };
            let sealed = self.newest_master().close(&place(&name), &key).map_err(KeyError::Io)?;
            let draft = self.draft().map_err(KeyError::Io)?;
            write_private(&draft, &sealed).map_err(KeyError::Io)?;
            fs::rename(&draft, self.path(&name)).map_err(KeyError::Io)?;
            keys += 1;
        }
        self.sync().map_err(KeyError::Io)?;
        fs::rename(&next_path, self.data_directory.join(KEY_FILE)).map_err(KeyError::Io)?;
        File::open(&self.data_directory).and_then(|directory| directory.sync_all()).map_err(KeyError::Io)?;
        if let Some(next) = self.next.take() {
            self.master = next;
        }
        Ok(keys)
    }

    fn newest_master(&self) -> &KeySeal {
        self.next.as_ref().unwrap_or(&self.master)
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.folder)?.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        Ok(names.collect::<io::Result<Vec<_>>>()?.iter().filter_map(|name| name.strip_suffix(".key").map(str::to_owned)).collect())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }

    fn draft(&self) -> io::Result<PathBuf> {
        Ok(self.folder.join(format!("{}.draft", hexadecimal(&random::<8>()?))))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

fn place(name: &str) -> String {
    format!("keys/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destroyed_key_is_gone_and_a_new_one_is_another() {
        let directory = tempfile::tempdir().unwrap();
        let keys = Keyring::open(directory.path(), true).unwrap();
        let key = keys.get_or_make("s1").unwrap();
        assert_eq!(keys.get_or_make("s1").unwrap(), key);
        assert_eq!(Keyring::open(directory.path(), false).unwrap().get("s1").unwrap(), Some(key));
        assert!(keys.destroy("s1").unwrap() && !keys.destroy("s1").unwrap());
        assert_eq!(keys.get("s1").unwrap(), None);
        assert_ne!(keys.get_or_make("s1").unwrap(), key);
    }

    #[test]
    fn rotation_changes_every_file_and_no_key() {
        let directory = tempfile::tempdir().unwrap();
        let mut keys = Keyring::open(directory.path(), true).unwrap();
        let before: Vec<_> = ["a", "b"].iter().map(|name| (*name, keys.get_or_make(name).unwrap(), fs::read(keys.path(name)).unwrap())).collect();
        let old = fs::read(directory.path().join(KEY_FILE)).unwrap();
        assert_eq!(keys.rotate().unwrap(), 2);
        assert_ne!(fs::read(directory.path().join(KEY_FILE)).unwrap(), old);
        assert!(!directory.path().join(NEXT_KEY_FILE).exists());
        let again = Keyring::open(directory.path(), false).unwrap();
        for (name, key, file) in before {
            assert_eq!(again.get(name).unwrap(), Some(key));
            assert_ne!(fs::read(keys.path(name)).unwrap(), file, "{name}");
        }
        // Whoever has the old master key opens nothing.
        fs::write(directory.path().join(KEY_FILE), old).unwrap();
        assert!(matches!(Keyring::open(directory.path(), false).unwrap().get("a"), Err(KeyError::Wrong)));
    }

    #[test]
    fn a_rotation_that_was_cut_off_leaves_all_readable_and_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let keys = Keyring::open(directory.path(), true).unwrap();
        let (a, b) = (keys.get_or_make("a").unwrap(), keys.get_or_make("b").unwrap());
        // The crash: the next master key is there, and one of two keys is sealed by it.
        make_key(directory.path(), &directory.path().join(NEXT_KEY_FILE)).unwrap();
        let halfway = Keyring::open(directory.path(), false).unwrap();
        let sealed = halfway.newest_master().close(&place("a"), &a).unwrap();
        fs::write(halfway.path("a"), sealed).unwrap();
        let mut again = Keyring::open(directory.path(), false).unwrap();
        assert_eq!((again.get("a").unwrap(), again.get("b").unwrap()), (Some(a), Some(b)));
        again.rotate().unwrap();
        let whole = Keyring::open(directory.path(), false).unwrap();
        assert!(whole.next.is_none());
        assert_eq!((whole.get("a").unwrap(), whole.get("b").unwrap()), (Some(a), Some(b)));
    }
}
