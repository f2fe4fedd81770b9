//! Batches on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CalleeArg, TaskTypeArg, WhenArgs};

/// Many calls under one yes: a file to make them of, or what to do with a batch that is there.
#[derive(Args, Debug)]
#[command(subcommand_negates_reqs = true)]
pub struct BatchArgs {
    /// What to do with a batch.
    #[command(subcommand)]
    pub command: Option<BatchCommand>,
    /// What to make.
    #[command(flatten)]
    pub make: MakeBatchArgs,
}

/// A batch to make.
#[derive(Args, Debug)]
pub struct MakeBatchArgs {
    /// A table (CSV) or a list (YAML) of calls, one a row. The columns `number`, `intent`, `for`, `callee`, `type` and `voicemail` say what
    /// they do for a single call; every other one is a fact that may be given when asked, and fills `{its name}` in the intent.
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// What is wanted, where a row does not say: "Ask whether they have {item} in stock".
    #[arg(long, value_name = "TEXT")]
    pub intent: Option<String>,
    /// For whom the calls are made, where a row does not say.
    #[arg(long = "for", value_name = "NAME")]
    pub principal: Option<String>,
    /// What kind of errand, where a row does not say; told from the verb of the intent if nobody does.
    #[arg(long = "type", value_enum)]
    pub task_type: Option<TaskTypeArg>,
    /// Who picks up, where a row does not say.
    #[arg(long, value_enum)]
    pub callee: Option<CalleeArg>,
    /// What to leave on a voicemail, where a row does not say; nothing is left without it.
    #[arg(long, value_name = "TEXT")]
    pub voicemail: Option<String>,
    /// Calls of this batch at the same time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub at_once: Option<u32>,
    /// Calls of this batch begun in any hour.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub per_hour: Option<u32>,
    /// Seconds between the beginnings of two calls of this batch.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=3_600))]
    pub gap: Option<u32>,
    /// One after another, in the order of the rows, until one has achieved what is wanted; those behind it are not rung.
    #[arg(long, conflicts_with = "at_once")]
    pub until_achieved: bool,
    /// When, and how often.
    #[command(flatten)]
    pub when: WhenArgs,
    /// Make the tasks though rows lack facts that their kind needs.
    #[arg(long)]
    pub incomplete: bool,
    /// Approve all calls without being asked.
    #[arg(long, short)]
    pub yes: bool,
    /// Print JSON for machines; asks nothing.
    #[arg(long)]
    pub json: bool,
}

/// What can be done with batches.
#[derive(Subcommand, Debug)]
pub enum BatchCommand {
    /// The newest batches, with how far each has come.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 20)]
        at_most: u32,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// One batch: what has become of each call, what was found out, and what it cost.
    Show {
        /// Which.
        batch: String,
        /// Print the table as CSV for spreadsheets, a column a fact.
        #[arg(long, conflicts_with = "json")]
        csv: bool,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// Look at the calls of a batch that wait for a yes, and say it to all of them.
    Approve {
        /// Which.
        batch: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Give up all calls of a batch that have not ended; those that run are ended.
    Cancel {
        /// Which.
        batch: String,
    },
}
