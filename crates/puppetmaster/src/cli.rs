//! The command line.

mod batch;
mod errand;
mod keeping;
mod provider;
mod rules;

use std::net::SocketAddr;
use std::path::PathBuf;

use assistant::statistics::costs::CostsBy;
use assistant::statistics::month::Month;
use clap::{Arg, ArgAction, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub use self::batch::*;
pub use self::errand::*;
pub use self::keeping::*;
pub use self::provider::*;
pub use self::rules::*;

/// A personal assistant that makes real phone calls for you.
///
/// Exit codes: 0 achieved (or done), 1 failed, 2 wrong command line, 3 refused by you or by the rules, 4 not achieved.
#[derive(Parser, Debug)]
#[command(name = "puppetmaster", version, about, long_about = None, after_help = "Exit codes: 0 achieved or done, 1 failed, 2 wrong command line, 3 refused, 4 not achieved.")]
pub struct Cli {
    /// Read this configuration file instead of ./puppetmaster.yaml.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set a configuration key for this run: persona=concise. Secrets belong in files or the environment.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// Show the phone provider's requests and replies on standard error, with secrets, numbers and words masked.
    #[arg(long, global = true)]
    pub debug: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// `--set` of a subcommand, beside the program's own.
const SETTINGS_BELOW: &str = "settings_below";

impl Cli {
    /// Reads the command line.
    ///
    /// `--set` counts before and behind each subcommand: a global argument of clap's would keep only the last place.
    ///
    /// # Errors
    /// What clap says of it; help and version among it.
    pub fn read(args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Self, clap::Error> {
        let matches = whole_command().try_get_matches_from(args)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        let mut below = matches.subcommand();
        while let Some((_, matches)) = below {
            cli.settings.extend(settings_of(matches));
            below = matches.subcommand();
        }
        Ok(cli)
    }
}

/// Returns the command line as it is read.
pub fn whole_command() -> clap::Command {
    let mut command = Cli::command();
    let help = command.get_arguments().find(|arg| arg.get_id() == "settings").and_then(|arg| arg.get_help().cloned());
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |below| with_settings(below, help.as_ref()));
    }
    command
}

fn with_settings(command: clap::Command, help: Option<&clap::builder::StyledStr>) -> clap::Command {
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    let mut settings = Arg::new(SETTINGS_BELOW).long("set").value_name("KEY=VALUE").action(ArgAction::Append);
    if let Some(help) = help {
        settings = settings.help(help.clone());
    }
    let command = command.arg(settings);
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, |below| with_settings(below, help)))
}

fn settings_of(matches: &ArgMatches) -> Vec<String> {
    // A subcommand's own clap may not know the argument: `help` has none.
    let given = matches.try_get_many::<String>(SETTINGS_BELOW).ok().flatten();
    given.into_iter().flatten().cloned().collect()
}

/// What can be done.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a call: show the receipt, ask, call, report.
    Call(CallArgs),
    /// Explain whether a number may be called, question by question, without calling it.
    Gate(GateArgs),
    /// The do-not-call list of this installation, and the national registry for calls that sell.
    #[command(subcommand)]
    Dnc(DncCommand),
    /// Leave to be called by a machine, with its proof.
    #[command(subcommand)]
    Consent(ConsentCommand),
    /// What kind of line a number is, and who says so.
    #[command(subcommand)]
    Line(LineCommand),
    /// A yes given beforehand, to calls of a narrow kind: tasks that it covers are approved as they are made.
    #[command(subcommand)]
    Standing(StandingCommand),
    /// Dial nobody until `resume`; calls that are under way go on.
    Pause {
        /// Why, for whoever wonders.
        reason: Option<String>,
    },
    /// Let calls be dialed again.
    Resume,
    /// Look at tasks and their reports.
    #[command(subcommand)]
    Task(TaskCommand),
    /// What may be said aloud and must be seen by nobody else: a fact names it, --fact "member number=@gym", and it is filled in as it
    /// is spoken.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Look at calls that came in, and at the messages that were left.
    #[command(subcommand)]
    Inbox(InboxCommand),
    /// Figures of calls: how many, how they went, how long, how dear, how quick to answer.
    Stats(StatsArgs),
    /// What calls cost: lately against the budget, or by month, provider, kind or task; and what would make them cheaper.
    Costs(CostsArgs),
    /// Look at the record of what was decided and done, and check that nobody changed it.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// What is kept of whom: take it out, read it in, erase it, delete what is over its time.
    #[command(subcommand)]
    Data(DataCommand),
    /// Run the server (webhooks, media sockets, health, metrics) until Ctrl-C or SIGTERM; live calls then say goodbye.
    Serve(ServeArgs),
    /// Run the practice telephone network alone, for any program that speaks to Twilio or Plivo.
    Sandbox(SandboxArgs),
    /// Play the whole cast in virtual time and compare with what is expected.
    Simulate(SimulateArgs),
    /// Run a call's trace through fresh machines and compare.
    Replay {
        /// An attempt (from `task show`), or a file.
        trace: String,
    },
    /// Take a call's recording out of the vault.
    Recording {
        /// The attempt (from the report or `task show`).
        attempt: String,
        /// Where to write the WAV file.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Look whether everything that calls need is in order: this machine, and the phone provider if one is in use.
    Doctor(DoctorArgs),
    /// Set a phone provider up: asks what it needs, checks each answer against the account, writes the configuration.
    #[command(subcommand)]
    Setup(SetupCommand),
    /// Make, check or show the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Which figures.
#[derive(Args, Debug)]
pub struct StatsArgs {
    /// The report of one month, in universal time: 2026-11. All months without it.
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    pub month: Option<Month>,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
}

/// Which costs.
#[derive(Args, Debug)]
pub struct CostsArgs {
    /// Sort what calls cost by this, instead of what they cost lately against the budget.
    #[arg(long, value_enum)]
    pub by: Option<CostsByArg>,
    /// Only calls that ended in this month, in universal time: 2026-11.
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    pub month: Option<Month>,
    /// Print the table as CSV for spreadsheets; by month unless --by says otherwise.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
}

/// By what costs are sorted.
#[derive(Clone, Copy, ValueEnum, Debug)]
pub enum CostsByArg {
    /// Calendar months, in universal time.
    Month,
    /// Phone providers.
    Provider,
    /// Kinds of errands.
    Type,
    /// Tasks.
    Task,
}

impl From<CostsByArg> for CostsBy {
    fn from(arg: CostsByArg) -> Self {
        match arg {
            CostsByArg::Month => Self::Month,
            CostsByArg::Provider => Self::Provider,
            CostsByArg::Type => Self::Type,
            CostsByArg::Task => Self::Task,
        }
    }
}

/// Reads a calendar month.
fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).map_err(|error| error.to_string())
}

/// What can be done with calls that came in.
#[derive(Subcommand, Debug)]
pub enum InboxCommand {
    /// The newest calls, with the messages that were left.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 20)]
        at_most: u32,
        /// Only those that left a message.
        #[arg(long)]
        messages: bool,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// One of them with its words.
    Show {
        /// Which, from `inbox list`.
        id: String,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
}

/// How to run the server.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Where to listen, instead of the key `listen`; port 0 takes a free one. The first line of output, JSON, names it.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// For load tests: every media socket is a call, with ears, brain and voice that only take this long:
    /// stt=100ms,llm=200ms,tts=100ms. Provider `mock` only.
    #[arg(long, value_name = "DELAYS")]
    pub stub_speech: Option<String>,
    /// For load tests: what each stream presents as its parameter `token`; one is made if none is given.
    #[arg(long, value_name = "TOKEN", requires = "stub_speech")]
    pub media_token: Option<String>,
    /// For load tests: calls at once, whatever the machine shows.
    #[arg(long, value_name = "N", default_value_t = 1_000, requires = "stub_speech")]
    pub calls_at_most: usize,
}

/// How to run the sandbox.
#[derive(Args, Debug)]
pub struct SandboxArgs {
    /// A loopback address; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS:PORT")]
    pub listen: String,
    /// Print nothing but the first line of JSON; with --cast, the list as JSON.
    #[arg(long)]
    pub json: bool,
    /// List who can be reached, and end.
    #[arg(long)]
    pub cast: bool,
    /// Make something go wrong, for every call; may be repeated. A TIME is 800ms, 3s or 2m.
    ///
    /// create=500 refuses calls (any status from 400 to 599). create=502-after-acceptance refuses them, but they ring.
    /// create=late:TIME and create=timeout-after-acceptance: they ring, the reply comes late or never in time.
    /// rest=429 refuses every request (any status from 400 to 599).
    /// webhook=lost, webhook=end-lost, webhook=late:TIME, webhook=twice, webhook=reordered; webhook=forged sends a false one with a wrong signature before each.
    /// socket=refused; socket=cut:TIME breaks a media socket so long after it was opened; socket=silent:TIME leaves it open and sends nothing more.
    /// media=jitter:TIME, media=loss:2%: sound comes unevenly, or is lost, both ways.
    /// call=hang-up:TIME: the callee hangs up so long after the answer; call=drop:TIME: the line breaks and nobody is told.
    /// POST /sandbox/faults takes the same while it runs, for one callee or so many times: {"faults": ["webhook=lost"], "to": "+12125550123", "times": 2}.
    #[arg(long = "fault", value_name = "FAULT", verbatim_doc_comment)]
    pub faults: Vec<String>,
    /// Calls that leave the queue in a second; the others wait in it. A new Twilio account has 1, a Plivo account 2.
    #[arg(long, value_name = "N", value_parser = positive)]
    pub cps: Option<f64>,
    /// Requests that are answered in a second; the others get 429.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub requests_per_second: Option<u32>,
    /// Requests that are answered at the same time; the others get 429.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub requests_at_once: Option<u32>,
}

/// Reads a number of calls a second, at least one in a thousand seconds.
fn positive(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate >= 0.001).ok_or_else(|| "write a number such as 1 or 0.5".to_owned())
}

/// What to play in virtual time.
#[derive(Args, Debug)]
pub struct SimulateArgs {
    /// Only this scenario; `--list` shows them.
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// How many calls; the scenarios take turns. One of each if not given.
    #[arg(long, value_name = "N")]
    pub calls: Option<usize>,
    /// Decides everything that chance decides.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub seed: u64,
    /// How bad lines, ears and the phone provider's news are.
    #[arg(long, value_enum, default_value_t = ImpairmentsArg::None)]
    pub impairments: ImpairmentsArg,
    /// Print all that happened in the calls that were not as expected.
    #[arg(long)]
    pub log: bool,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
    /// List the scenarios, and end.
    #[arg(long)]
    pub list: bool,
}

/// How bad lines, ears and the phone provider's news are.
#[derive(Clone, Copy, ValueEnum, Debug)]
pub enum ImpairmentsArg {
    /// Perfect.
    None,
    /// A bad mobile line in a loud street; the ears know where they were unsure. News of the call now and then comes late,
    /// twice, in the wrong order or never.
    Rough,
    /// As rough, and every fourth wrong word is taken for a clear one.
    Deceptive,
    /// So bad that people would hang up, and every seventh webhook or reply of the phone provider is lost.
    Awful,
}

/// What can be done with the configuration.
#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Write a commented file; never replaces one.
    Init {
        /// Where.
        #[arg(default_value = "puppetmaster.yaml")]
        file: PathBuf,
    },
    /// Say all that is wrong with it.
    Check,
    /// Show the values in force and where each comes from.
    Show,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(line: &str) -> Vec<String> {
        Cli::read(line.split_whitespace().map(Into::into)).unwrap().settings
    }

    #[test]
    fn settings_count_before_and_behind_every_subcommand() {
        assert_eq!(settings("puppetmaster --set a=1 task --set b=2 list --set c=3 --set=d=4"), ["a=1", "b=2", "c=3", "d=4"]);
        assert_eq!(settings("puppetmaster config check --set persona=concise"), ["persona=concise"]);
        assert_eq!(settings("puppetmaster --set a=1 --set a=2 pause"), ["a=1", "a=2"]);
    }

    #[test]
    fn a_batch_is_made_of_a_file_or_asked_for_by_name() {
        let batch = |line: &str| match Cli::read(line.split_whitespace().map(Into::into)).map(|cli| cli.command) {
            Ok(Command::Task(TaskCommand::Batch(args))) => (args.command.is_some(), args.make.file),
            other => panic!("{other:?}"),
        };
        assert_eq!(batch("puppetmaster task batch shops.csv --at-once 3 --yes"), (false, Some("shops.csv".into())));
        assert_eq!(batch("puppetmaster task batch show b1 --csv --set data_dir=d"), (true, None));
        assert!(Cli::read("puppetmaster task batch".split(' ').map(Into::into)).is_err(), "neither a file nor a command");
        assert!(Cli::read("puppetmaster task batch shops.csv --at-once 0".split(' ').map(Into::into)).is_err());
    }

    #[test]
    fn the_command_line_is_sound() {
        whole_command().debug_assert();
    }
}
