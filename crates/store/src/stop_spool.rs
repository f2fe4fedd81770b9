//! A second place for stop requests: a small sealed file beside the database, for the moments in which that takes nothing.
//!
//! Somebody has asked never to be called again, and the database is locked, full or broken: the request is written here and flushed
//! before it is acknowledged, the gate reads it here, and the database takes it at the next chance, at the latest at the next start.
//! The file has its whole length from the beginning, so that it takes requests also when the disk is full. It is never shortened:
//! what was taken over is overwritten.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use telephony::{AttemptId, PhoneNumber, Timestamp};
use tokio::sync::{Mutex, MutexGuard};

use crate::seal::{Seal, private_options};

/// The name of the file within the data directory.
const FILE: &str = "stop-requests.sealed";

/// Its length when it is made: some eighty requests. More make it longer, if the disk has room.
const BYTES: usize = 16 * 1024;

/// What the requests are sealed for.
const PLACE: &str = "stop-requests";

/// A stop request that waits for the database.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct StopRequest {
    pub(crate) number: PhoneNumber,
    pub(crate) attempt: AttemptId,
    pub(crate) at: Timestamp,
}

/// The file. One process writes it: the one that may dial.
#[derive(Clone)]
pub(crate) struct StopSpool {
    path: PathBuf,
    turn: Arc<Mutex<()>>,
}

/// Records that lie in the file, and where the next one begins.
struct Found {
    requests: Vec<StopRequest>,
    end: usize,
}

impl StopSpool {
    pub(crate) fn new(directory: &Path) -> Self {
        Self { path: directory.join(FILE), turn: Arc::default() }
    }

    /// Makes the file with its whole length, if there is none.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        if fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() >= BYTES as u64) {
            return Ok(());
        }
        // Zeros behind what is there already: a file that was cut off in the making, or one of a full disk.
        let mut file = private_options().create(true).truncate(false).open(&self.path)?;
        let length = usize::try_from(file.seek(SeekFrom::End(0))?).unwrap_or(BYTES);
        file.write_all(&vec![0; BYTES.saturating_sub(length)])?;
        file.sync_all()?;
        self.path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
    }

    /// Takes the turn to change the file.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Returns what waits here. A file that cannot be read holds nothing that was acknowledged by it.
    pub(crate) fn waiting(&self, seal: &Seal) -> Vec<StopRequest> {
        self.find(seal).map(|found| found.requests).unwrap_or_default()
    }

    /// Keeps a request. It is on disk when this returns.
    pub(crate) fn keep(&self, seal: &Seal, request: &StopRequest) -> io::Result<()> {
        let end = self.find(seal).map_or(0, |found| found.end);
        let json = serde_json::to_vec(request).map_err(|_| io::Error::other("a stop request has no JSON"))?;
        let sealed = seal.close(PLACE, &json)?;
        let length = u16::try_from(sealed.len()).map_err(|_| io::Error::other("a stop request is too long"))?;
        let mut file = private_options().create(true).truncate(false).open(&self.path)?;
        file.seek(SeekFrom::Start(end as u64))?;
        // Behind it stands a length of zero: the end of the list, whatever lay there before.
        file.write_all(&[length.to_be_bytes().as_slice(), &sealed, &[0, 0]].concat())?;
        file.sync_all()
    }

    /// Forgets everything: the database has it.
    pub(crate) fn empty(&self) -> io::Result<()> {
        let mut file = private_options().open(&self.path)?;
        let length = usize::try_from(file.seek(SeekFrom::End(0))?).unwrap_or(BYTES);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&vec![0; length])?;
        file.sync_all()
    }

    fn find(&self, seal: &Seal) -> io::Result<Found> {
        let mut bytes = Vec::new();
        File::open(&self.path)?.read_to_end(&mut bytes)?;
        let (mut requests, mut end) = (Vec::new(), 0);
        let mut rest = bytes.as_slice();
        while let Some((length, behind)) = rest.split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            if length == 0 || length > behind.len() {
                break;
            }
            let (sealed, next) = behind.split_at(length);
            // One that was being written as the power failed opens nowhere, and was not acknowledged.
            let opened = seal.open(PLACE, sealed).ok().and_then(|json| serde_json::from_slice(&json).ok());
            requests.extend(opened);
            end += 2 + length;
            rest = next;
        }
        Ok(Found { requests, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::MasterKeys;

    fn request(attempt: &str) -> StopRequest {
        let number = PhoneNumber::parse("+12125550123").unwrap();
        StopRequest { number, attempt: AttemptId::new(attempt), at: Timestamp(1_795_539_600_000) }
    }

    fn spool() -> (tempfile::TempDir, Seal, StopSpool) {
        let directory = tempfile::tempdir().unwrap();
        let seal = Seal::of_directory(directory.path(), true, MasterKeys::default()).unwrap();
        let spool = StopSpool::new(directory.path());
        spool.prepare().unwrap();
        (directory, seal, spool)
    }

    #[test]
    fn what_is_kept_is_there_until_the_database_has_it_and_nobody_else_reads_it() {
        let (directory, seal, spool) = spool();
        assert_eq!(spool.waiting(&seal), []);
        for attempt in ["a1", "a2"] {
            spool.keep(&seal, &request(attempt)).unwrap();
        }
        let bytes = fs::read(directory.path().join(FILE)).unwrap();
        assert_eq!(bytes.len(), BYTES, "it has its length from the beginning");
        assert!(!bytes.windows(4).any(|window| window == b"0123"));
        spool.prepare().unwrap();
        assert_eq!(StopSpool::new(directory.path()).waiting(&seal), [request("a1"), request("a2")]);
        spool.empty().unwrap();
        assert_eq!((spool.waiting(&seal), fs::metadata(directory.path().join(FILE)).unwrap().len()), (vec![], BYTES as u64));
    }

    #[test]
    fn more_than_it_was_made_for_are_kept_too() {
        let (_directory, seal, spool) = spool();
        for number in 0..200 {
            spool.keep(&seal, &request(&format!("a{number}"))).unwrap();
        }
        assert_eq!(spool.waiting(&seal).len(), 200);
    }

    #[test]
    fn one_that_was_cut_off_loses_none_of_the_others() {
        let (directory, seal, spool) = spool();
        for attempt in ["a1", "a2", "a3"] {
            spool.keep(&seal, &request(attempt)).unwrap();
        }
        let path = directory.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        bytes[2 + length + 2 + 20] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(spool.waiting(&seal), [request("a1"), request("a3")]);
        fs::write(&path, &bytes[..length + 10]).unwrap();
        assert_eq!(spool.waiting(&seal), [request("a1")], "a file that ends in the middle of one");
        spool.keep(&seal, &request("a4")).unwrap();
        assert_eq!(spool.waiting(&seal), [request("a1"), request("a4")]);
    }
}
