//! What is kept, and the audit log, on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What can be done with what is kept.
#[derive(Subcommand, Debug)]
pub enum DataCommand {
    /// Write everything that is kept of a callee, or of everybody, into a new folder: rows as JSON, recordings as WAV. Not sealed.
    Export {
        /// Whose.
        #[command(flatten)]
        whose: WhoseArgs,
        /// The folder to make.
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
    /// Read an export in.
    Import {
        /// The folder of the export.
        from: PathBuf,
    },
    /// Erase a callee, or everybody, for good: the key is destroyed, and what it sealed is deleted. Stop requests stay, as keyed hashes.
    Erase {
        /// Whose.
        #[command(flatten)]
        whose: WhoseArgs,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Delete what is over its time (`retention` in the configuration), and move what waits for the bucket (`storage`); `serve` does it by
    /// itself.
    Sweep,
    /// Seal all keys anew by a new master key: the one of `master_key.next_…` if there is one, else one that is made. No other program may
    /// use the data directory meanwhile.
    RotateKey {
        /// Make the new key and keep it in the data directory, though the one in use comes from outside.
        #[arg(long)]
        to_file: bool,
    },
    /// Print records of processing and a sketch of an impact assessment, as the configuration has it.
    ProcessingRecord,
}

/// Whose data is meant.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct WhoseArgs {
    /// That of and about the callee with this number.
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<String>,
    /// Everything.
    #[arg(long)]
    pub all: bool,
}

/// What can be done with the audit log.
#[derive(Subcommand, Debug)]
pub enum AuditCommand {
    /// The newest entries, the newest last.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        at_most: u32,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// Look through the whole log for changed, removed, inserted and reordered entries, and compare it with the checkpoints.
    Verify {
        /// Compare with this file of checkpoints instead of the configured one.
        #[arg(long, value_name = "FILE")]
        checkpoints: Option<PathBuf>,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// Write down how long the log is and what stands at its end, into a file that should lie elsewhere.
    Checkpoint {
        /// Append to this file instead of the configured one.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}
