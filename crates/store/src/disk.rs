//! The disk under the data directory: how much of it is free, and a file that is there only to be given up.
//!
//! A full disk takes no row any more, not even the one that says how a call ended. So some of it is held by a file of ours, the ballast:
//! a call that meets a full disk gives it up, and its last rows find room. Nothing new is dialed meanwhile, for the floor of free space
//! ([`assistant::policy::Rules::least_free_bytes`]) is far above what the ballast frees. It is made again once there is room.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use assistant::dialing::DiskState;

use crate::seal::{private_options, random};

/// The name of the ballast within the data directory.
const BALLAST_FILE: &str = "ballast";

/// Its size. The end of a call takes some 60 KB of the write-ahead log, and moving that log into the database as much again: enough
/// for the ends of thirty calls at once.
const BALLAST_BYTES: u64 = 4 << 20;

/// It is made only where this many times its size is free: a disk that is nearly full is not filled by us.
const ROOM_FOR_IT: u64 = 4;

/// What is known of the disk under a data directory. A clone knows the same.
#[derive(Clone)]
pub(crate) struct Disk {
    directory: PathBuf,
    has_failed: Arc<AtomicBool>,
}

impl Disk {
    /// Returns the disk under a data directory.
    pub(crate) fn under(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), has_failed: Arc::default() }
    }

    /// Remembers that a write was not confirmed. Only another start forgets it: the system may say of the next flush that all is well,
    /// though what it could not write is lost.
    pub(crate) fn fail(&self) {
        if !self.has_failed.swap(true, Ordering::SeqCst) {
            tracing::warn!("the disk did not confirm a write; nothing is dialed until the program is started again");
        }
    }

    /// Returns whether a write was not confirmed.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::SeqCst)
    }

    /// Returns how it is now.
    ///
    /// # Errors
    /// The system does not say.
    pub(crate) fn state(&self) -> io::Result<DiskState> {
        Ok(DiskState { free_bytes: free_bytes(&self.directory)?, has_failed: self.has_failed() })
    }

    /// Makes the ballast if there is none and there is room for it. One that cannot be made costs only the protection.
    pub(crate) fn hold_ballast(&self) {
        let path = self.directory.join(BALLAST_FILE);
        let has_room = || free_bytes(&self.directory).is_ok_and(|free| free.is_some_and(|free| free >= BALLAST_BYTES * ROOM_FOR_IT));
        if path.exists() || !has_room() {
            return;
        }
        if let Err(error) = make_ballast(&path) {
            tracing::warn!(kind = %error.kind(), "no space can be held for the last rows of a call on a full disk");
            // What there is of it helps nobody.
            let _ = fs::remove_file(&path);
        }
    }

    /// Gives the ballast up. Returns whether there was one.
    pub(crate) fn release_ballast(&self) -> bool {
        let released = fs::remove_file(self.directory.join(BALLAST_FILE)).is_ok();
        if released {
            tracing::warn!("the disk is full; the space that was held for the last rows of a call is given up");
        }
        released
    }
}

/// Writes it in full: a file with a hole takes no space, and one of zeros may take none.
fn make_ballast(path: &Path) -> io::Result<()> {
    let piece: Vec<u8> = (0..2_048).map(|_| random::<32>()).collect::<io::Result<Vec<_>>>()?.concat();
    let mut file = private_options().create_new(true).open(path)?;
    for _ in 0..BALLAST_BYTES / piece.len() as u64 {
        file.write_all(&piece)?;
    }
    Ok(())
}

/// Returns how many bytes this program may still write on the disk of a directory; `None` on systems that are not asked.
#[cfg(unix)]
fn free_bytes(directory: &Path) -> io::Result<Option<u64>> {
    let disk = rustix::fs::statvfs(directory)?;
    Ok(Some(disk.f_bavail.saturating_mul(disk.f_frsize)))
}

#[cfg(not(unix))]
fn free_bytes(_directory: &Path) -> io::Result<Option<u64>> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ballast_is_held_once_and_given_up_once() {
        let directory = tempfile::tempdir().unwrap();
        let disk = Disk::under(directory.path());
        disk.hold_ballast();
        let path = directory.path().join(BALLAST_FILE);
        assert_eq!(fs::metadata(&path).unwrap().len(), BALLAST_BYTES);
        disk.hold_ballast();
        assert!(disk.release_ballast() && !path.exists());
        assert!(!disk.release_ballast());
        assert!(disk.state().unwrap().free_bytes.unwrap() > 0);
    }

    #[test]
    fn a_disk_that_failed_once_is_not_trusted_again() {
        let disk = Disk::under(Path::new("."));
        assert!(!disk.has_failed());
        disk.clone().fail();
        assert!(disk.state().unwrap().has_failed);
    }
}
