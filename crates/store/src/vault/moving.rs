//! Whole objects go to a bucket, if there is one, and are fetched and deleted there.
//!
//! A recording is always written here first, so that no call waits for a network and none is lost with one. [`Vault::settle`] moves what is
//! whole: it puts the ciphertext there, asks how long it is there, leaves a note here (`.moved`: how long, and where), and only then removes
//! the file. What was deleted meanwhile leaves another note (`.gone`) until the bucket has deleted it as well; its key is destroyed by then,
//! so nobody can read it. Whatever fails stays as it is for the next time. One process settles at a time.

use std::fs::{self, File, TryLockError};
use std::io;
use std::sync::Arc;

use ports::bucket::{Bucket, BucketError};
use ports::recording_vault::VaultError;
use serde::{Deserialize, Serialize};

use super::chunks::Opener;
use super::{Vault, key_trouble, remove, told};
use crate::seal::{hexadecimal, private_options, random, write_private};

/// Fetched at a time: a quarter of an hour of a recording takes ten requests.
const FETCH_BYTES: u64 = 4 << 20;

/// The file whose lock says who settles.
const LOCK_FILE: &str = "settling.lock";

/// Where an object lies that was moved.
#[derive(Serialize, Deserialize)]
pub(super) struct Note {
    /// Its size there, sealed.
    pub(super) bytes: u64,
    /// The bucket's own words for the place.
    pub(super) place: String,
}

/// What [`Vault::settle`] did.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Settled {
    /// Objects that lie in the bucket now.
    pub moved: u64,
    /// Objects that it deleted.
    pub deleted: u64,
    /// What still waits: objects to be moved, and to be deleted.
    pub waiting: u64,
    /// Why, if it is the bucket.
    pub trouble: Option<BucketError>,
}

impl Vault {
    /// Returns the same vault with a bucket to which whole objects are moved.
    #[must_use]
    pub fn with_bucket(mut self, bucket: Arc<dyn Bucket>) -> Self {
        self.bucket = Some(bucket);
        self
    }

    /// Returns whether whole objects are moved to a bucket.
    pub const fn has_bucket(&self) -> bool {
        self.bucket.is_some()
    }

    /// Moves whole objects to the bucket and deletes there what was deleted here. Without a bucket, or while another process does the
    /// same, it does nothing. Returns what was done, and what the bucket did not let be done.
    ///
    /// # Errors
    /// [`VaultError`] of this machine's disk.
    pub async fn settle(&self) -> Result<Settled, VaultError> {
        let mut settled = Settled::default();
        let Some(bucket) = self.bucket.clone() else { return Ok(settled) };
        let lock = private_options().create(true).truncate(false).open(self.directory.join(LOCK_FILE)).map_err(|error| told(&error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(settled),
            Err(TryLockError::Error(error)) => return Err(told(&error)),
        }
        // Deletions first: a name may have been given anew since.
        for (ending, is_move) in [("gone", false), ("sealed", true)] {
            for name in self.names_with(ending)? {
                if settled.trouble.is_some() {
                    settled.waiting += 1;
                    continue;
                }
                let done = if is_move { self.move_one(bucket.as_ref(), &name).await } else { self.delete_one(bucket.as_ref(), &name).await };
                match done {
                    Ok(()) if is_move => settled.moved += 1,
                    Ok(()) => settled.deleted += 1,
                    Err(VaultError::Bucket(error)) => {
                        settled.waiting += 1;
                        // What is bound to another bucket holds up nothing else.
                        if !matches!(error, BucketError::Elsewhere { .. }) {
                            settled.trouble = Some(error);
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(settled)
    }

    /// Returns how many objects wait to be moved or deleted.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn waiting(&self) -> Result<u64, VaultError> {
        if self.bucket.is_none() {
            return Ok(0);
        }
        Ok((self.names_with("sealed")?.len() + self.names_with("gone")?.len()) as u64)
    }

    async fn move_one(&self, bucket: &dyn Bucket, name: &str) -> Result<(), VaultError> {
        let path = self.path(name, "sealed");
        let file = match File::open(&path) {
            Ok(file) => file,
            // Deleted since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(told(&error)),
        };
        let bytes = file.metadata().map_err(|error| told(&error))?.len();
        bucket.put(name, bytes, Box::new(file)).await?;
        if bucket.size(name).await? != Some(bytes) {
            return Err(BucketError::Unreachable { what: "it holds another length than was put there".into() }.into());
        }
        let note = serde_json::to_vec(&Note { bytes, place: bucket.place(name) }).map_err(|_| VaultError::Damaged)?;
        let draft = self.directory.join(format!("{}.draft", hexadecimal(&random::<8>().map_err(|error| told(&error))?)));
        write_private(&draft, &note).and_then(|()| fs::rename(&draft, self.path(name, "moved"))).map_err(|error| told(&error))?;
        File::open(&self.directory).and_then(|directory| directory.sync_all()).map_err(|error| told(&error))?;
        if !remove(&path)? {
            // Deleted while it went up, before there was a note that could have been turned.
            self.forget_moved(name)?;
        }
        Ok(())
    }

    async fn delete_one(&self, bucket: &dyn Bucket, name: &str) -> Result<(), VaultError> {
        let path = self.path(name, "gone");
        let Some(note) = note_in(&path)? else { return Ok(()) };
        if note.place != bucket.place(name) {
            return Err(BucketError::Elsewhere { place: note.place }.into());
        }
        bucket.delete(name).await?;
        remove(&path).map(drop)
    }

    /// Turns the note of where an object lies into one that it is to be deleted there. Returns whether there was one.
    pub(super) fn forget_moved(&self, name: &str) -> Result<bool, VaultError> {
        match fs::rename(self.path(name, "moved"), self.path(name, "gone")) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(told(&error)),
        }
    }

    /// Fetches an object that was moved.
    pub(super) async fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        let Some(key) = self.seal.keyring().get(name).map_err(key_trouble)? else { return Ok(None) };
        let Some(note) = self.note_of(name)? else { return Ok(None) };
        let bucket = self.bucket.as_ref().filter(|bucket| bucket.place(name) == note.place);
        let bucket = bucket.ok_or_else(|| BucketError::Elsewhere { place: note.place.clone() })?;
        let mut opener = Opener::new(&key, name);
        let mut at = 0;
        while at < note.bytes {
            let until = note.bytes.min(at + FETCH_BYTES);
            opener.feed(&bucket.read(name, at..until).await?)?;
            at = until;
        }
        opener.finish(false).map(Some)
    }

    pub(super) fn note_of(&self, name: &str) -> Result<Option<Note>, VaultError> {
        note_in(&self.path(name, "moved"))
    }

    fn names_with(&self, ending: &str) -> Result<Vec<String>, VaultError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(|error| told(&error))? {
            let file = entry.map_err(|error| told(&error))?.file_name().to_string_lossy().into_owned();
            names.extend(file.strip_suffix(ending).and_then(|name| name.strip_suffix('.')).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }
}

fn note_in(path: &std::path::Path) -> Result<Option<Note>, VaultError> {
    match fs::read(path) {
        Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|_| VaultError::Damaged),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(told(&error)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read;
    use std::ops::Range;
    use std::path::Path;
    use std::sync::Mutex;

    use async_trait::async_trait;
    use ports::recording_vault::{ObjectKind, RecordingVault};
    use telephony::AttemptId;

    use super::*;

    /// A bucket in memory that can be away.
    #[derive(Default)]
    struct Memory {
        objects: Mutex<BTreeMap<String, Vec<u8>>>,
        is_away: Mutex<bool>,
        /// Is done while an object goes up.
        meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
        name: &'static str,
    }

    impl Memory {
        fn check(&self) -> Result<(), BucketError> {
            if *self.is_away.lock().unwrap() { Err(BucketError::Unreachable { what: "away".into() }) } else { Ok(()) }
        }
    }

    #[async_trait]
    impl Bucket for Memory {
        fn place(&self, name: &str) -> String {
            format!("memory{}/{name}", self.name)
        }

        async fn put(&self, name: &str, _: u64, mut bytes: Box<dyn Read + Send>) -> Result<(), BucketError> {
            self.check()?;
            let mut all = Vec::new();
            bytes.read_to_end(&mut all).unwrap();
            self.objects.lock().unwrap().insert(name.to_owned(), all);
            if let Some(meanwhile) = self.meanwhile.lock().unwrap().take() {
                meanwhile();
            }
            Ok(())
        }

        async fn size(&self, name: &str) -> Result<Option<u64>, BucketError> {
            self.check()?;
            Ok(self.objects.lock().unwrap().get(name).map(|bytes| bytes.len() as u64))
        }

        async fn read(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, BucketError> {
            self.check()?;
            let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            self.objects.lock().unwrap().get(name).and_then(|bytes| bytes.get(range)).map(<[u8]>::to_vec).ok_or(BucketError::Missing)
        }

        async fn delete(&self, name: &str) -> Result<(), BucketError> {
            self.check()?;
            self.objects.lock().unwrap().remove(name);
            Ok(())
        }
    }

    fn attempt() -> AttemptId {
        AttemptId::new("a1")
    }

    fn write(vault: &Vault, bytes: &[u8]) {
        let mut writer = vault.create(&attempt(), ObjectKind::Recording).unwrap();
        writer.append(bytes).unwrap();
        writer.finish().unwrap();
    }

    fn open(directory: &Path, bucket: &Arc<Memory>) -> Vault {
        Vault::open(directory).unwrap().with_bucket(bucket.clone())
    }

    fn files(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(directory.join("objects")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != LOCK_FILE);
        names.sort();
        names
    }

    #[tokio::test]
    async fn what_is_whole_goes_there_as_ciphertext_and_is_fetched_in_pieces() {
        let (directory, bucket) = (tempfile::tempdir().unwrap(), Arc::new(Memory::default()));
        let vault = open(directory.path(), &bucket);
        let bytes: Vec<u8> = b"We close at nine. ".iter().copied().cycle().take(9_000_000).collect();
        write(&vault, &bytes);
        let growing = vault.create(&attempt(), ObjectKind::Trace).unwrap();
        assert_eq!(vault.settle().await.unwrap(), Settled { moved: 1, ..Settled::default() });
        assert_eq!(files(directory.path()), ["a1.recording.moved", "a1.trace.part"], "what grows stays");
        drop(growing);
        let there = bucket.objects.lock().unwrap()["a1.recording"].clone();
        assert!(!there.windows(9).any(|window| window == b"We close "));
        assert_eq!(vault.read(&attempt(), ObjectKind::Recording).await.unwrap().unwrap(), bytes);
        let listed = vault.list().unwrap();
        assert_eq!((listed[0].sealed_bytes, listed[0].is_finished), (there.len() as u64, true));
        assert_eq!(vault.place(&attempt(), ObjectKind::Recording), "memory/a1.recording");
        assert_eq!(vault.settle().await.unwrap(), Settled::default(), "once");
        for change in [|there: &mut Vec<u8>| there[100] ^= 1, |there: &mut Vec<u8>| there[20_000..60_000].rotate_left(16)] {
            let mut altered = there.clone();
            change(&mut altered);
            bucket.objects.lock().unwrap().insert("a1.recording".into(), altered);
            assert_eq!(vault.read(&attempt(), ObjectKind::Recording).await.err(), Some(VaultError::Damaged));
        }
    }

    #[tokio::test]
    async fn an_unreachable_bucket_loses_nothing_and_erasing_does_not_wait_for_it() {
        let (directory, bucket) = (tempfile::tempdir().unwrap(), Arc::new(Memory::default()));
        let vault = open(directory.path(), &bucket);
        write(&vault, b"first");
        *bucket.is_away.lock().unwrap() = true;
        let away = BucketError::Unreachable { what: "away".into() };
        assert_eq!(vault.settle().await.unwrap(), Settled { waiting: 1, trouble: Some(away.clone()), ..Settled::default() });
        assert_eq!((vault.read(&attempt(), ObjectKind::Recording).await.unwrap().unwrap(), vault.waiting().unwrap()), (b"first".to_vec(), 1));
        *bucket.is_away.lock().unwrap() = false;
        assert_eq!(vault.settle().await.unwrap().moved, 1);
        *bucket.is_away.lock().unwrap() = true;
        assert_eq!(vault.read(&attempt(), ObjectKind::Recording).await, Err(away.into()));
        // Its key is gone at once; the bucket follows when it can.
        assert!(vault.delete(&attempt(), ObjectKind::Recording).unwrap());
        assert_eq!((vault.read(&attempt(), ObjectKind::Recording).await, vault.list().unwrap()), (Ok(None), Vec::new()));
        assert_eq!((vault.settle().await.unwrap().waiting, bucket.objects.lock().unwrap().len()), (1, 1));
        *bucket.is_away.lock().unwrap() = false;
        assert_eq!(vault.settle().await.unwrap(), Settled { deleted: 1, ..Settled::default() });
        assert!(bucket.objects.lock().unwrap().is_empty() && files(directory.path()).is_empty());
    }

    #[tokio::test]
    async fn what_is_deleted_while_it_goes_up_does_not_stay_there_and_a_name_given_anew_does() {
        let (directory, bucket) = (tempfile::tempdir().unwrap(), Arc::new(Memory::default()));
        let vault = open(directory.path(), &bucket);
        write(&vault, b"first");
        let other = vault.clone();
        *bucket.meanwhile.lock().unwrap() = Some(Box::new(move || assert!(other.delete(&attempt(), ObjectKind::Recording).unwrap())));
        vault.settle().await.unwrap();
        assert_eq!(files(directory.path()), ["a1.recording.gone"]);
        write(&vault, b"second");
        assert_eq!(vault.settle().await.unwrap(), Settled { moved: 1, deleted: 1, ..Settled::default() });
        assert_eq!(vault.read(&attempt(), ObjectKind::Recording).await.unwrap().unwrap(), b"second");
    }

    #[tokio::test]
    async fn another_bucket_is_not_asked_for_what_lies_elsewhere() {
        let (directory, bucket) = (tempfile::tempdir().unwrap(), Arc::new(Memory::default()));
        let vault = open(directory.path(), &bucket);
        write(&vault, b"first");
        vault.settle().await.unwrap();
        let elsewhere = VaultError::Bucket(BucketError::Elsewhere { place: "memory/a1.recording".into() });
        let other = open(directory.path(), &Arc::new(Memory { name: "2", ..Memory::default() }));
        for vault in [&other, &Vault::open(directory.path()).unwrap()] {
            assert_eq!(vault.read(&attempt(), ObjectKind::Recording).await, Err(elsewhere.clone()));
        }
        other.delete(&attempt(), ObjectKind::Recording).unwrap();
        assert_eq!(other.settle().await.unwrap(), Settled { waiting: 1, ..Settled::default() });
        assert_eq!(vault.settle().await.unwrap().deleted, 1);
    }
}
