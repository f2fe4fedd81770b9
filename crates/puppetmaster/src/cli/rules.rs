//! The do-not-call list, consents, standing approvals and kinds of lines on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::TaskTypeArg;

/// What can be done with the do-not-call list.
#[derive(Subcommand, Debug)]
pub enum DncCommand {
    /// Put a number on the list.
    Add(DncAddArgs),
    /// Lift an entry: because the callee asked for it, or for a written reason.
    Remove(DncRemoveArgs),
    /// Show the list, with what was asked for on calls.
    List {
        /// Print JSON for machines, a line an entry.
        #[arg(long)]
        json: bool,
    },
    /// Write the list as CSV.
    Export {
        /// Where; to standard output if not given.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Import a file of the national do-not-call registry, for calls that sell.
    Import {
        /// The list as the registry gives it: lines such as 2125550123 or 212,5550123.
        file: PathBuf,
        /// The moment that the list reflects; it is good for 31 days from there.
        #[arg(long, value_name = "TIME")]
        as_of: String,
        /// The file is a list of changes to what was imported before.
        #[arg(long)]
        changes: bool,
    },
    /// Say what stands against a number. Ends with 3 if anything does.
    Check {
        /// Which number.
        number: String,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
}

/// An entry to put on the do-not-call list. It bars everything unless something is named.
#[derive(Args, Debug)]
pub struct DncAddArgs {
    /// Which number.
    pub number: String,
    /// Bar only calls that are made for this user.
    #[arg(long = "for", value_name = "NAME", conflicts_with_all = ["task_type", "selling"])]
    pub user: Option<String>,
    /// Bar only errands of this type.
    #[arg(long = "type", value_enum, conflicts_with = "selling")]
    pub task_type: Option<TaskTypeArg>,
    /// Bar only calls that sell something.
    #[arg(long)]
    pub selling: bool,
    /// The callee asked for it in writing.
    #[arg(long)]
    pub in_writing: bool,
}

/// An entry to lift.
#[derive(Args, Debug)]
pub struct DncRemoveArgs {
    /// The entry from `dnc list`, or a number: then all that stand for it.
    pub entry: String,
    /// Why, in a sentence; it is kept with the entry.
    #[arg(long, value_name = "TEXT", required_unless_present = "callee_asked")]
    pub reason: Option<String>,
    /// The callee took it back.
    #[arg(long, conflicts_with = "reason")]
    pub callee_asked: bool,
}

/// What can be done with consents.
#[derive(Subcommand, Debug)]
pub enum ConsentCommand {
    /// Keep that somebody may be called by a machine.
    Add(ConsentAddArgs),
    /// Show what was given, and what was taken back.
    List {
        /// Only for this number.
        number: Option<String>,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// Keep that leave was taken back. Any way of saying so is good.
    Revoke {
        /// Which, from `consent list`.
        id: String,
    },
}

/// Leave to keep.
#[derive(Args, Debug)]
pub struct ConsentAddArgs {
    /// For which number.
    pub number: String,
    /// In which form it was given.
    #[arg(long, value_enum)]
    pub basis: BasisArg,
    /// In which words, or where they stand: "She gave me this number and said I may have her called".
    #[arg(long, value_name = "TEXT")]
    pub wording: String,
    /// The document, page or recording that proves it: its fingerprint is kept, the file stays where it is.
    #[arg(long, value_name = "FILE")]
    pub document: Option<PathBuf>,
    /// The callee said so on an earlier call; else you say so.
    #[arg(long, conflicts_with = "document")]
    pub callee_said: bool,
    /// Only for errands of this type.
    #[arg(long = "type", value_enum)]
    pub task_type: Option<TaskTypeArg>,
    /// When it was given; now if not said.
    #[arg(long, value_name = "TIME")]
    pub granted: Option<String>,
    /// From when on it no longer stands.
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
}

/// In which form leave was given.
#[derive(Clone, Copy, ValueEnum, Debug)]
#[value(rename_all = "snake_case")]
pub enum BasisArg {
    /// A business has published the number for its customers.
    PublishedForBusiness,
    /// You had contact with the business on this number before.
    EarlierContact,
    /// Spoken or written.
    PriorExpress,
    /// Signed, names who calls, clear about automated calls; needs --document.
    PriorExpressWritten,
    /// Written leave to pass over the do-not-call registry; needs --document.
    Invitation,
    /// They have bought something: at most 18 months, needs --expires.
    Purchase,
    /// They have inquired: at most three months, needs --expires.
    Inquiry,
    /// Your own phone.
    EnrolledUser,
}

/// What can be done with standing approvals.
#[derive(Subcommand, Debug)]
pub enum StandingCommand {
    /// Give one.
    Add {
        /// For calls to this number alone.
        number: String,
        /// The most that one call may cost if it lasts to its limit, in units of the account's currency.
        #[arg(long, value_name = "AMOUNT")]
        most_a_call: String,
        /// Until when, at most 92 days: "+30d", "2026-12-31".
        #[arg(long, value_name = "TIME")]
        until: String,
        /// For errands of this type alone.
        #[arg(long = "type", value_enum)]
        task_type: Option<TaskTypeArg>,
    },
    /// Show them.
    List {
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// Take one back; what it has approved and nobody has dialed is void.
    Revoke {
        /// Which, from `standing list`.
        id: String,
    },
}

/// What can be done with line kinds.
#[derive(Subcommand, Debug)]
pub enum LineCommand {
    /// Say what kind of line a number is; the gate believes it before what a task says.
    Set {
        /// Which number.
        number: String,
        /// Which kind.
        #[arg(value_enum)]
        kind: LineKindArg,
        /// Who says so.
        #[arg(long, value_enum, default_value_t = SourceArg::User)]
        source: SourceArg,
    },
    /// Show what was said.
    List {
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
}

/// What kind of line a number is.
#[derive(Clone, Copy, ValueEnum, Debug)]
#[value(rename_all = "snake_case")]
pub enum LineKindArg {
    /// A business at its desk.
    BusinessLandline,
    /// A mobile phone on which a business answers.
    BusinessMobile,
    /// A private person's landline.
    Residential,
    /// A private person's mobile.
    PersonalMobile,
    /// Free for who calls.
    TollFree,
    /// Not known: the strict path.
    Unknown,
}

/// Who says what kind of line it is.
#[derive(Clone, Copy, ValueEnum, Debug)]
#[value(rename_all = "snake_case")]
pub enum SourceArg {
    /// You.
    User,
    /// A look-up at a phone provider.
    Lookup,
    /// A directory, or the business's own page.
    Directory,
}
