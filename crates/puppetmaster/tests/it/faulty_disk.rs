//! A disk that loses what was not flushed, fails or is full at a moment that the test names: a small library that is put between the
//! program and the system. `disk.c` says what it can do; the program knows nothing of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What happens at a flush.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mishap {
    /// It is done, then the program is killed.
    KilledAfter,
    /// What it would have made last is lost, and the program is killed.
    Lost,
    /// It fails, and the program lives on.
    Fails,
}

impl Mishap {
    const fn word(self) -> &'static str {
        match self {
            Self::KilledAfter => "after",
            Self::Lost => "lose",
            Self::Fails => "fail",
        }
    }
}

/// Puts a disk under the program that is as good as the system's, but writes down each flush of a file in this folder.
pub fn counted(command: &mut Command, folder: &Path, log: &Path) {
    // Links are followed: the system names files by where they truly lie.
    let folder = folder.canonicalize().unwrap();
    command.env("LD_PRELOAD", library()).env("DISK_FOLDER", folder).env("DISK_LOG", log);
}

/// The same, with a mishap at the flush of this number, from 1.
pub fn mishap(command: &mut Command, folder: &Path, log: &Path, at: usize, mishap: Mishap) {
    counted(command, folder, log);
    command.env("DISK_AT", at.to_string()).env("DISK_DO", mishap.word());
}

/// Puts a disk under the program that is full for files whose path holds this, as long as the file `flag` is there, and, if one is
/// named, as long as the ballast is.
pub fn filled(command: &mut Command, folder: &Path, flag: &Path, files: &str, ballast: Option<&Path>) {
    counted(command, folder, &folder.with_extension("flushes"));
    command.env("DISK_FULL", flag).env("DISK_FULL_IN", files);
    if let Some(ballast) = ballast {
        command.env("DISK_BALLAST", ballast);
    }
}

/// Returns the flushes that were written down.
pub fn flushes(log: &Path) -> Vec<String> {
    std::fs::read_to_string(log).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Compiles the library, once a run of the tests.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/disk.c");
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("disk-{}.so", std::process::id()));
        let compiled = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).output().unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        library
    })
}
