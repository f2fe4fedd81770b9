//! A vault that is written by a thread of its own, so that no call ever waits for a disk.
//!
//! Sealing is cheap, but a disk is not always quick: a file system that is flushing for somebody else may hold a small
//! write for a tenth of a second, which every call would hear. Objects are made, written and finished in the order in
//! which they were asked for. An error of the disk therefore comes back later: with the next piece, or at the end.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread;

use async_trait::async_trait;
use ports::recording_vault::{Finished, ObjectKind, RecordingVault, StoredObject, VaultError, VaultWriter};
use telephony::AttemptId;

/// Bytes that may wait for the disk: ten seconds of 400 recorded calls. A disk that is further behind loses the object
/// whose next piece finds no room; the call goes on without it.
const WAITING_AT_MOST: usize = 128 << 20;

/// Writes behind the calls' backs. Dropping it waits until everything that was handed over is written.
pub struct WriteBehind {
    vault: Arc<dyn RecordingVault>,
    next: AtomicU64,
    jobs: Option<Sender<Job>>,
    waiting: Arc<AtomicUsize>,
    thread: Option<thread::JoinHandle<()>>,
}

enum Job {
    Create(u64, AttemptId, ObjectKind, Trouble),
    Append(u64, Vec<u8>),
    Finish(u64, Finished),
    Leave(u64),
}

/// An object as it stands: still open, or why not.
type Written = Result<Box<dyn VaultWriter>, VaultError>;

/// What went wrong with an object, once something did.
type Trouble = Arc<OnceLock<VaultError>>;

impl WriteBehind {
    /// Starts the thread that writes into this vault.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(vault: Arc<dyn RecordingVault>) -> std::io::Result<Self> {
        let (jobs, to_do) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let shelf = Shelf { vault: vault.clone(), objects: HashMap::new(), waiting: waiting.clone() };
        let thread = thread::Builder::new().name("vault".to_owned()).spawn(move || shelf.work(&to_do))?;
        Ok(Self { vault, next: AtomicU64::new(0), jobs: Some(jobs), waiting, thread: Some(thread) })
    }
}

impl Drop for WriteBehind {
    fn drop(&mut self) {
        self.jobs = None;
        // Writers that are still about keep the thread; it ends with the last of them.
        if let Some(thread) = self.thread.take().filter(|_| Arc::strong_count(&self.waiting) <= 2) {
            // A panic over there has been told there.
            let _ = thread.join();
        }
    }
}

#[async_trait]
impl RecordingVault for WriteBehind {
    fn create(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Box<dyn VaultWriter>, VaultError> {
        let jobs = self.jobs.clone().ok_or_else(gone)?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let trouble = Trouble::default();
        jobs.send(Job::Create(id, attempt.clone(), kind, trouble.clone())).map_err(|_| gone())?;
        Ok(Box::new(Handle { id, jobs, waiting: self.waiting.clone(), trouble, is_finished: false }))
    }

    async fn read(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Option<Vec<u8>>, VaultError> {
        self.vault.read(attempt, kind).await
    }

    fn list(&self) -> Result<Vec<StoredObject>, VaultError> {
        self.vault.list()
    }

    fn delete(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<bool, VaultError> {
        self.vault.delete(attempt, kind)
    }

    fn place(&self, attempt: &AttemptId, kind: ObjectKind) -> String {
        self.vault.place(attempt, kind)
    }
}

/// An object that is written over there.
struct Handle {
    id: u64,
    jobs: Sender<Job>,
    waiting: Arc<AtomicUsize>,
    trouble: Trouble,
    is_finished: bool,
}

impl Handle {
    fn check(&self) -> Result<(), VaultError> {
        self.trouble.get().cloned().map_or(Ok(()), Err)
    }
}

impl VaultWriter for Handle {
    fn append(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        self.check()?;
        if self.waiting.load(Ordering::Relaxed) + bytes.len() > WAITING_AT_MOST {
            return Err(VaultError::Unavailable { what: "the disk is too slow".into() });
        }
        self.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        self.jobs.send(Job::Append(self.id, bytes.to_vec())).map_err(|_| gone())
    }

    /// Waits for the disk; who must not wait takes [`VaultWriter::finish_then`].
    fn finish(self: Box<Self>) -> Result<(), VaultError> {
        let (done, is_done) = channel();
        // Whoever asked waits below.
        self.finish_then(Box::new(move |result| drop(done.send(result))));
        is_done.recv().unwrap_or_else(|_| Err(gone()))
    }

    fn finish_then(mut self: Box<Self>, done: Finished) {
        self.is_finished = true;
        if let Err(failed) = self.jobs.send(Job::Finish(self.id, done))
            && let Job::Finish(_, done) = failed.0
        {
            done(Err(gone()));
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.is_finished {
            // Without the thread the object is left as it is, which is what was asked for.
            let _ = self.jobs.send(Job::Leave(self.id));
        }
    }
}

fn gone() -> VaultError {
    VaultError::Unavailable { what: "the thread that writes has ended".into() }
}

/// The thread's side: the objects that are open.
struct Shelf {
    vault: Arc<dyn RecordingVault>,
    objects: HashMap<u64, (Written, Trouble)>,
    waiting: Arc<AtomicUsize>,
}

impl Shelf {
    fn work(mut self, to_do: &Receiver<Job>) {
        while let Ok(job) = to_do.recv() {
            match job {
                Job::Create(id, attempt, kind, trouble) => {
                    let writer = self.vault.create(&attempt, kind);
                    self.objects.insert(id, (noted(writer, &trouble), trouble));
                }
                Job::Append(id, bytes) => {
                    self.append(id, &bytes);
                    self.waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
                }
                Job::Finish(id, done) => match self.objects.remove(&id) {
                    Some((Ok(writer), _)) => writer.finish_then(done),
                    Some((Err(error), _)) => done(Err(error)),
                    None => done(Err(gone())),
                },
                Job::Leave(id) => drop(self.objects.remove(&id)),
            }
        }
    }

    fn append(&mut self, id: u64, bytes: &[u8]) {
        let Some((writer, trouble)) = self.objects.get_mut(&id) else {
            return;
        };
        let failed = writer.as_mut().ok().and_then(|writer| writer.append(bytes).err());
        if let Some(error) = failed {
            *writer = noted(Err(error), trouble);
        }
    }
}

/// Lets the other side know of an error; the first one stays.
fn noted<T>(result: Result<T, VaultError>, trouble: &Trouble) -> Result<T, VaultError> {
    if let Err(error) = &result {
        let _ = trouble.set(error.clone());
    }
    result
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Bytes and whether they are whole, by name.
    type Objects = Arc<Mutex<HashMap<String, (Vec<u8>, bool)>>>;

    /// Keeps objects in memory; `full` ones take nothing.
    #[derive(Default)]
    struct Memory {
        objects: Objects,
    }

    struct MemoryWriter {
        name: String,
        objects: Objects,
    }

    #[async_trait]
    impl RecordingVault for Memory {
        fn create(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Box<dyn VaultWriter>, VaultError> {
            if attempt.as_str() == "locked" {
                return Err(VaultError::WrongKey);
            }
            let name = self.place(attempt, kind);
            self.objects.lock().unwrap().insert(name.clone(), (Vec::new(), false));
            Ok(Box::new(MemoryWriter { name, objects: self.objects.clone() }))
        }

        async fn read(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Option<Vec<u8>>, VaultError> {
            Ok(self.objects.lock().unwrap().get(&self.place(attempt, kind)).map(|(bytes, _)| bytes.clone()))
        }

        fn list(&self) -> Result<Vec<StoredObject>, VaultError> {
            Ok(Vec::new())
        }

        fn delete(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<bool, VaultError> {
            Ok(self.objects.lock().unwrap().remove(&self.place(attempt, kind)).is_some())
        }

        fn place(&self, attempt: &AttemptId, kind: ObjectKind) -> String {
            format!("{attempt}.{}", kind.as_str())
        }
    }

    impl VaultWriter for MemoryWriter {
        fn append(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
            if self.name.starts_with("full") {
                return Err(VaultError::Full);
            }
            self.objects.lock().unwrap().get_mut(&self.name).unwrap().0.extend(bytes);
            Ok(())
        }

        fn finish(self: Box<Self>) -> Result<(), VaultError> {
            self.objects.lock().unwrap().get_mut(&self.name).unwrap().1 = true;
            Ok(())
        }
    }

    fn attempt(name: &str) -> AttemptId {
        AttemptId::new(name)
    }

    #[test]
    fn objects_are_whole_when_their_end_is_told() {
        let memory = Memory::default();
        let objects = memory.objects.clone();
        let vault = WriteBehind::start(Arc::new(memory)).unwrap();
        let mut one = vault.create(&attempt("one"), ObjectKind::Recording).unwrap();
        let mut two = vault.create(&attempt("two"), ObjectKind::Trace).unwrap();
        for piece in [b"ab", b"cd"] {
            one.append(piece).unwrap();
            two.append(piece).unwrap();
        }
        one.finish().unwrap();
        assert_eq!(objects.lock().unwrap()["one.recording"].0, b"abcd");
        drop(two);
        drop(vault);
        assert_eq!(objects.lock().unwrap()["one.recording"], (b"abcd".to_vec(), true));
        assert_eq!(objects.lock().unwrap()["two.trace"], (b"abcd".to_vec(), false), "left, and not lost");
    }

    #[test]
    fn trouble_comes_back_with_the_next_piece_and_at_the_end() {
        let vault = WriteBehind::start(Arc::new(Memory::default())).unwrap();
        for (name, error) in [("full", VaultError::Full), ("locked", VaultError::WrongKey)] {
            let mut writer = vault.create(&attempt(name), ObjectKind::Recording).unwrap();
            // Of the locked object the trouble may be known already.
            let _ = writer.append(b"ab");
            // What is finished behind it was done after it, so by then the trouble is known.
            vault.create(&attempt("other"), ObjectKind::Trace).unwrap().finish().unwrap();
            assert_eq!(writer.append(b"cd"), Err(error.clone()));
            assert_eq!(writer.finish(), Err(error));
        }
    }
}
