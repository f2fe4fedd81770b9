//! The keys that seal what is kept, each in a file of its own, sealed by the master key.
//!
//! `keys/installation.key` seals what belongs to nobody in particular, `keys/<subject>.key` the words of and about one callee,
//! `keys/<attempt>.<kind>.key` one recording or trace; `keys/do-not-call.key` makes the stand-ins of barred numbers and is never destroyed.
//! Destroying a file makes everything that its key sealed unreadable for good, in every copy
//! of database and objects: so keep no old copies of this folder. Another master key seals the files anew and touches nothing else.
//!
//! The master key is the one that opens the installation's key, wherever it comes from ([`MasterKeys`]). A rotation seals that one last,
//! so that whoever comes after a crash knows how far it got.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::database::make_private_directory;
use crate::master::{MasterKey, MasterKeys, NewMaster};
use crate::seal::{KEY_FILE, KeyError, KeySeal, hexadecimal, make_key, private_options, random, read_key, write_private};

/// The folder within the data directory.
const FOLDER: &str = "keys";

/// While keys are being sealed anew by one that is made here, the master key that they will have.
const NEXT_KEY_FILE: &str = "vault.key.next";

/// The name of the key that seals what belongs to nobody in particular.
pub(crate) const INSTALLATION: &str = "installation";

/// The name of the key of the do-not-call list.
pub(crate) const DO_NOT_CALL: &str = "do-not-call";

/// The keys of a data directory.
pub(crate) struct Keyring {
    data_directory: PathBuf,
    folder: PathBuf,
    /// Seals new keys.
    master: KeySeal,
    /// Others that may have sealed some: there are any while a rotation is under way, or prepared.
    others: Vec<KeySeal>,
    /// The one that was handed over to become the master key.
    next: Option<MasterKey>,
}

impl Keyring {
    /// Opens the keys of a data directory; makes master key and folder if `may_make` allows it.
    pub(crate) fn open(data_directory: &Path, may_make: bool, given: MasterKeys) -> Result<Self, KeyError> {
        let path = data_directory.join(KEY_FILE);
        let mut file = key_in(&path)?;
        if file.is_none() && given == MasterKeys::default() {
            if !may_make {
                return Err(KeyError::Wrong);
            }
            make_key(data_directory, &path).map_err(KeyError::Io)?;
            file = key_in(&path)?;
        }
        let folder = data_directory.join(FOLDER);
        make_private_directory(&folder).map_err(KeyError::Io)?;
        let candidates = [given.current, file, given.next, key_in(&data_directory.join(NEXT_KEY_FILE))?];
        let mut others: Vec<KeySeal> = candidates.into_iter().flatten().map(|key| KeySeal::of_key(key.bytes())).collect();
        let master = match sealed_in(&folder, INSTALLATION)? {
            Some(sealed) => others.iter().position(|master| master.open(&place(INSTALLATION), &sealed).is_ok()).ok_or(KeyError::Wrong)?,
            None => 0,
        };
        let master = others.remove(master);
        Ok(Self { data_directory: data_directory.to_owned(), folder, master, others, next: given.next })
    }

    /// Returns a key; `None` if there is none, or none any more.
    pub(crate) fn get(&self, name: &str) -> Result<Option<[u8; 32]>, KeyError> {
        let Some(sealed) = sealed_in(&self.folder, name)? else { return Ok(None) };
        let place = place(name);
        let mut masters = std::iter::once(&self.master).chain(&self.others);
        let key = masters.find_map(|master| master.open(&place, &sealed).ok()).ok_or(KeyError::Wrong)?;
        key.try_into().map(Some).map_err(|_| KeyError::Wrong)
    }

    /// Returns a key, a new one if there is none. Of two that are made at once, one stays and both callers get it.
    pub(crate) fn get_or_make(&self, name: &str) -> Result<[u8; 32], KeyError> {
        match self.get(name)? {
            Some(key) => Ok(key),
            None => self.adopt(name, &random().map_err(KeyError::Io)?),
        }
    }

    /// Keeps a key that there was before under no name. Returns the one that now has the name: that of somebody else, if they were sooner.
    pub(crate) fn adopt(&self, name: &str, key: &[u8; 32]) -> Result<[u8; 32], KeyError> {
        let draft = self.draft(&self.master, name, key).map_err(KeyError::Io)?;
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
        let was_there = shred(&self.path(name))?;
        if was_there {
            self.sync()?;
        }
        Ok(was_there)
    }

    /// Seals all keys anew by a new master key. A crash in the middle leaves everything readable with both; calling it again goes on.
    /// Returns how many keys there are.
    pub(crate) fn rotate(&mut self, to: NewMaster) -> Result<u64, KeyError> {
        let (path, next_path) = (self.data_directory.join(KEY_FILE), self.data_directory.join(NEXT_KEY_FILE));
        let next = match to {
            NewMaster::HandedOver => self.next.ok_or(KeyError::Wrong)?,
            NewMaster::File => {
                // What is there already was made by a rotation that a crash cut off.
                make_key(&self.data_directory, &next_path).map_err(KeyError::Io)?;
                key_in(&next_path)?.ok_or(KeyError::Wrong)?
            }
        };
        let next = KeySeal::of_key(next.bytes());
        let mut names = self.names().map_err(KeyError::Io)?;
        names.sort_by_key(|name| name == INSTALLATION);
        self.others.push(next.clone());
        let mut keys = 0;
        for name in names {
            let Some(key) = self.get(&name)? else { continue };
            if name == INSTALLATION {
                self.sync().map_err(KeyError::Io)?;
            }
            let draft = self.draft(&next, &name, &key).map_err(KeyError::Io)?;
            fs::rename(&draft, self.path(&name)).map_err(KeyError::Io)?;
            keys += 1;
        }
        self.sync().map_err(KeyError::Io)?;
        let settled = match to {
            NewMaster::File => fs::rename(&next_path, &path),
            NewMaster::HandedOver => shred(&path).and_then(|_| shred(&next_path)).map(drop),
        };
        let settled = settled.and_then(|()| File::open(&self.data_directory)?.sync_all());
        settled.map_err(KeyError::Io)?;
        self.master = next;
        Ok(keys)
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.folder)?.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        Ok(names.collect::<io::Result<Vec<_>>>()?.iter().filter_map(|name| name.strip_suffix(".key").map(str::to_owned)).collect())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }

    /// Writes a key under a passing name, sealed for the name that it will have.
    fn draft(&self, master: &KeySeal, name: &str, key: &[u8; 32]) -> io::Result<PathBuf> {
        let sealed = master.close(&place(name), key)?;
        let draft = self.folder.join(format!("{}.draft", hexadecimal(&random::<8>()?)));
        write_private(&draft, &sealed)?;
        Ok(draft)
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

/// Writes over a file and removes it. Returns whether there was one.
fn shred(path: &Path) -> io::Result<bool> {
    let mut file = match private_options().open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    fs::remove_file(path)?;
    Ok(true)
}

fn sealed_in(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, KeyError> {
    match fs::read(folder.join(format!("{name}.key"))) {
        Ok(sealed) => Ok(Some(sealed)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(KeyError::Io(error)),
    }
}

fn key_in(path: &Path) -> Result<Option<MasterKey>, KeyError> {
    match read_key(path) {
        Ok(key) => Ok(Some(key)),
        Err(KeyError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn place(name: &str) -> String {
    format!("keys/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(directory: &Path, may_make: bool) -> Result<Keyring, KeyError> {
        Keyring::open(directory, may_make, MasterKeys::default())
    }

    fn given(current: Option<u8>, next: Option<u8>) -> MasterKeys {
        let key = |byte: u8| format!("{byte:02x}").repeat(32).parse().unwrap();
        MasterKeys { current: current.map(key), next: next.map(key) }
    }

    /// The keys of a fresh directory, with one callee.
    fn with_keys(directory: &Path, master: MasterKeys) -> (Keyring, Vec<(&'static str, [u8; 32])>) {
        let keys = Keyring::open(directory, true, master).unwrap();
        let made = [INSTALLATION, "a", "b"].map(|name| (name, keys.get_or_make(name).unwrap()));
        (keys, made.to_vec())
    }

    fn opens(directory: &Path, master: MasterKeys, keys: &[(&str, [u8; 32])]) -> bool {
        Keyring::open(directory, false, master).is_ok_and(|ring| keys.iter().all(|(name, key)| ring.get(name).is_ok_and(|found| found == Some(*key))))
    }

    #[test]
    fn a_destroyed_key_is_gone_and_a_new_one_is_another() {
        let directory = tempfile::tempdir().unwrap();
        let keys = open(directory.path(), true).unwrap();
        let key = keys.get_or_make("s1").unwrap();
        assert_eq!(keys.get_or_make("s1").unwrap(), key);
        assert_eq!(open(directory.path(), false).unwrap().get("s1").unwrap(), Some(key));
        assert!(keys.destroy("s1").unwrap() && !keys.destroy("s1").unwrap());
        assert_eq!(keys.get("s1").unwrap(), None);
        assert_ne!(keys.get_or_make("s1").unwrap(), key);
    }

    #[test]
    fn rotation_changes_every_file_and_no_key() {
        let directory = tempfile::tempdir().unwrap();
        let (mut keys, made) = with_keys(directory.path(), MasterKeys::default());
        let files: Vec<_> = made.iter().map(|(name, _)| (*name, fs::read(keys.path(name)).unwrap())).collect();
        let old = fs::read(directory.path().join(KEY_FILE)).unwrap();
        assert_eq!(keys.rotate(NewMaster::File).unwrap(), 3);
        assert_ne!(fs::read(directory.path().join(KEY_FILE)).unwrap(), old);
        assert!(!directory.path().join(NEXT_KEY_FILE).exists());
        assert!(opens(directory.path(), MasterKeys::default(), &made));
        for (name, file) in files {
            assert_ne!(fs::read(keys.path(name)).unwrap(), file, "{name}");
        }
        // Whoever has the old master key opens nothing.
        fs::write(directory.path().join(KEY_FILE), old).unwrap();
        assert!(matches!(open(directory.path(), false), Err(KeyError::Wrong)));
    }

    #[test]
    fn a_rotation_that_was_cut_off_leaves_all_readable_and_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let (keys, made) = with_keys(directory.path(), MasterKeys::default());
        // The crash: the next master key is there, and one of three keys is sealed by it.
        make_key(directory.path(), &directory.path().join(NEXT_KEY_FILE)).unwrap();
        let next = key_in(&directory.path().join(NEXT_KEY_FILE)).unwrap().unwrap();
        let draft = keys.draft(&KeySeal::of_key(next.bytes()), "a", &made[1].1).unwrap();
        fs::rename(draft, keys.path("a")).unwrap();
        assert!(opens(directory.path(), MasterKeys::default(), &made));
        let mut again = open(directory.path(), false).unwrap();
        again.rotate(NewMaster::File).unwrap();
        assert!(!directory.path().join(NEXT_KEY_FILE).exists());
        assert!(opens(directory.path(), MasterKeys::default(), &made));
    }

    #[test]
    fn a_key_that_is_handed_over_lies_in_no_file_and_another_opens_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let (_, made) = with_keys(directory.path(), given(Some(1), None));
        assert!(!directory.path().join(KEY_FILE).exists());
        assert!(opens(directory.path(), given(Some(1), None), &made));
        assert!(!opens(directory.path(), given(Some(2), None), &made) && !opens(directory.path(), MasterKeys::default(), &made));
    }

    #[test]
    fn the_master_key_moves_from_the_file_to_the_outside_and_back() {
        let directory = tempfile::tempdir().unwrap();
        let (mut keys, made) = with_keys(directory.path(), given(None, None));
        assert!(matches!(keys.rotate(NewMaster::HandedOver), Err(KeyError::Wrong)), "there is none to take");
        let mut keys = Keyring::open(directory.path(), false, given(None, Some(1))).unwrap();
        // What is made before the rotation is sealed by the key in use.
        let early = keys.get_or_make("early").unwrap();
        let made = [made, vec![("early", early)]].concat();
        assert_eq!(keys.rotate(NewMaster::HandedOver).unwrap(), 4);
        assert!(!directory.path().join(KEY_FILE).exists());
        // The configuration names it as the next one until somebody changes that, and then as the one in use.
        for master in [given(None, Some(1)), given(Some(1), None), given(Some(1), Some(2)), given(Some(3), Some(1))] {
            assert!(opens(directory.path(), master, &made), "{master:?}");
        }
        let mut keys = Keyring::open(directory.path(), false, given(Some(1), Some(2))).unwrap();
        keys.rotate(NewMaster::HandedOver).unwrap();
        assert!(opens(directory.path(), given(Some(2), None), &made) && !opens(directory.path(), given(Some(1), None), &made));
        let mut keys = Keyring::open(directory.path(), false, given(Some(2), None)).unwrap();
        keys.rotate(NewMaster::File).unwrap();
        // Also while the old one is still named, what is new is sealed by the one in use.
        let late = Keyring::open(directory.path(), false, given(Some(2), None)).unwrap().get_or_make("late").unwrap();
        assert!(opens(directory.path(), MasterKeys::default(), &[made, vec![("late", late)]].concat()));
    }
}
