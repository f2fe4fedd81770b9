//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use assistant::statistics::costs::CostsBy;
use assistant::statistics::month::Month;
use assistant::task::CalleeKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use dialogue::brief::TaskType;

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
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// Show the phone provider's requests and replies on standard error, with secrets, numbers and words masked.
    #[arg(long, global = true)]
    pub debug: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
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
    /// Run the practice telephone network alone, for any program that speaks to Twilio.
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

/// A call to make.
#[derive(Args, Debug)]
pub struct CallArgs {
    /// Whom to ring, with the country code: "+12125550123".
    pub number: String,
    /// What is wanted, in your words: "Ask what time they close today".
    pub intent: String,
    /// What kind of errand; told from the verb of your words if not given.
    #[arg(long = "type", value_enum)]
    pub task_type: Option<TaskTypeArg>,
    /// For whom the call is made, as it is said aloud.
    #[arg(long = "for", value_name = "NAME")]
    pub principal: Option<String>,
    /// A fact that may be given when asked: --fact name="Sam Miller". May be repeated.
    #[arg(long = "fact", value_name = "LABEL=VALUE")]
    pub facts: Vec<String>,
    /// What to leave on a voicemail; nothing is left without it.
    #[arg(long, value_name = "TEXT")]
    pub voicemail: Option<String>,
    /// Who picks up there.
    #[arg(long, value_enum, default_value_t = CalleeArg::Business)]
    pub callee: CalleeArg,
    /// Do not ask before dialing.
    #[arg(long, short)]
    pub yes: bool,
    /// Print the report as JSON; implies no live view.
    #[arg(long)]
    pub json: bool,
    /// Enforce on practice calls also what only protects real phones.
    #[arg(long)]
    pub strict: bool,
    /// Practise as with this phone provider: the practice network stands in for both, with the same callees.
    #[arg(long, value_enum)]
    pub provider: Option<ProviderArg>,
}

/// A call that is only asked about.
#[derive(Args, Debug)]
pub struct GateArgs {
    /// Whom it would ring, with the country code: "+12125550123".
    pub number: String,
    /// What would be wanted, in your words; a question is taken for granted if nothing is said.
    #[arg(default_value = "Ask a question")]
    pub intent: String,
    /// What kind of errand; told from the verb of your words if not given.
    #[arg(long = "type", value_enum)]
    pub task_type: Option<TaskTypeArg>,
    /// For whom the call would be made.
    #[arg(long = "for", value_name = "NAME")]
    pub principal: Option<String>,
    /// Who picks up there.
    #[arg(long, value_enum, default_value_t = CalleeArg::Business)]
    pub callee: CalleeArg,
    /// At which moment, in your time zone: "2026-11-30 09:30", "09:30", "+2h"; now if not given.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Enforce on practice calls also what only protects real phones.
    #[arg(long)]
    pub strict: bool,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
}

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

/// Who picks up.
#[derive(Clone, Copy, ValueEnum, Debug)]
pub enum CalleeArg {
    /// A business at its desk.
    Business,
    /// A private person.
    Person,
    /// Not known.
    Unknown,
}

/// The task types, as words.
#[derive(Clone, Copy, ValueEnum, Debug)]
#[value(rename_all = "snake_case")]
pub enum TaskTypeArg {
    /// Ask something and bring the answer.
    InformationInquiry,
    /// Get an appointment.
    AppointmentBooking,
    /// Move an appointment.
    AppointmentChange,
    /// Reserve a table, a room, a thing.
    Reservation,
    /// Ask where an order is.
    OrderStatus,
    /// Cancel something.
    Cancellation,
    /// Complain and hear what will be done.
    Complaint,
    /// Ask for a price.
    QuoteRequest,
    /// Pass a message on.
    MessageDelivery,
    /// Anything else.
    Custom,
}

impl From<CalleeArg> for CalleeKind {
    fn from(arg: CalleeArg) -> Self {
        match arg {
            CalleeArg::Business => Self::Business,
            CalleeArg::Person => Self::Consumer,
            CalleeArg::Unknown => Self::Unknown,
        }
    }
}

impl From<TaskTypeArg> for TaskType {
    fn from(arg: TaskTypeArg) -> Self {
        match arg {
            TaskTypeArg::InformationInquiry => Self::InformationInquiry,
            TaskTypeArg::AppointmentBooking => Self::AppointmentBooking,
            TaskTypeArg::AppointmentChange => Self::AppointmentChange,
            TaskTypeArg::Reservation => Self::Reservation,
            TaskTypeArg::OrderStatus => Self::OrderStatus,
            TaskTypeArg::Cancellation => Self::Cancellation,
            TaskTypeArg::Complaint => Self::Complaint,
            TaskTypeArg::QuoteRequest => Self::QuoteRequest,
            TaskTypeArg::MessageDelivery => Self::MessageDelivery,
            TaskTypeArg::Custom => Self::Custom,
        }
    }
}

/// What can be done with tasks.
#[derive(Subcommand, Debug)]
pub enum TaskCommand {
    /// Make a task for `serve` or `task run` to carry out: asks for the facts that its kind needs, and shows the receipt.
    Create(TaskCreateArgs),
    /// Tell a task a fact that it lacks, or change one. An approval is void then.
    Fact {
        /// Which.
        task: String,
        /// "party size=four".
        #[arg(value_name = "LABEL=VALUE", required = true)]
        facts: Vec<String>,
    },
    /// Look at a task's receipt and say yes to it.
    Approve {
        /// Which.
        task: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Say no to a task: it is never called.
    Deny {
        /// Which.
        task: String,
    },
    /// Give a task up, at any time: a call of it is ended, whichever program made it.
    Cancel {
        /// Which.
        task: String,
    },
    /// Carry an approved task out now.
    Run {
        /// Which.
        task: String,
    },
    /// The newest tasks.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 20)]
        at_most: u32,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// One task with its attempts, reports and words.
    Show {
        /// Which.
        task: String,
        /// Show why each attempt was dialed or refused, question by question.
        #[arg(long)]
        why: bool,
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
}

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
    /// Delete what is over its time (`retention` in the configuration); `serve` does it by itself.
    Sweep,
    /// Seal all keys anew by a new master key. No other program may use the data directory meanwhile.
    RotateKey,
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

/// A task to make.
#[derive(Args, Debug)]
pub struct TaskCreateArgs {
    /// Whom to ring, with the country code: "+12125550123".
    pub number: String,
    /// What is wanted, in your words.
    pub intent: String,
    /// What kind of errand; told from the verb of your words if not given.
    #[arg(long = "type", value_enum)]
    pub task_type: Option<TaskTypeArg>,
    /// For whom the call is made, as it is said aloud.
    #[arg(long = "for", value_name = "NAME")]
    pub principal: Option<String>,
    /// A fact that may be given when asked: --fact name="Sam Miller". May be repeated.
    #[arg(long = "fact", value_name = "LABEL=VALUE")]
    pub facts: Vec<String>,
    /// What to leave on a voicemail; nothing is left without it.
    #[arg(long, value_name = "TEXT")]
    pub voicemail: Option<String>,
    /// Who picks up there.
    #[arg(long, value_enum, default_value_t = CalleeArg::Business)]
    pub callee: CalleeArg,
    /// Not before this moment, in your time zone: "2026-11-30 09:30", "+2h".
    #[arg(long, value_name = "TIME")]
    pub not_before: Option<String>,
    /// Not after this moment.
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<String>,
    /// Of several tasks that are due the more urgent one is called first.
    #[arg(long, value_enum, default_value_t = PriorityArg::Normal)]
    pub priority: PriorityArg,
    /// How often they may be tried in all. A busy line is tried again after five minutes, no answer after half an hour, each time
    /// twice as long.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub attempts: u32,
    /// When they are there: "Mo-Fr 09:00-18:00; Sa 10:00-14:00; PH off". Calls are made within it, away from its edges.
    #[arg(long, value_name = "HOURS")]
    pub opening_hours: Option<String>,
    /// Only after this task, if it ended as `--if` says. May be repeated.
    #[arg(long, value_name = "TASK")]
    pub after: Vec<String>,
    /// How the tasks of `--after` must have ended.
    #[arg(long = "if", value_enum, requires = "after", default_value_t = ConditionArg::Ended)]
    pub if_it: ConditionArg,
    /// Make the task though facts are missing that its kind needs.
    #[arg(long)]
    pub incomplete: bool,
    /// Print JSON for machines; asks nothing.
    #[arg(long)]
    pub json: bool,
}

/// How urgent a task is.
#[derive(Clone, Copy, ValueEnum, Debug)]
pub enum PriorityArg {
    /// When nothing else is due.
    Low,
    /// Like most.
    Normal,
    /// Before others.
    High,
    /// Before all others.
    Urgent,
}

/// How another task must have ended.
#[derive(Clone, Copy, ValueEnum, Debug)]
#[value(rename_all = "snake_case")]
pub enum ConditionArg {
    /// All that was asked was achieved.
    Achieved,
    /// We talked, and they said no.
    SaidNo,
    /// Nobody was reached.
    NotReached,
    /// Anything but achieved.
    NotAchieved,
    /// However it ended.
    Ended,
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

/// What to look at.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// Look at this phone provider only: credentials, number, public address, permissions, limits, money.
    #[arg(long, value_enum)]
    pub provider: Option<ProviderArg>,
    /// Try the provider's test credentials instead: the magic numbers give what is documented, nothing rings.
    #[arg(long, requires = "provider")]
    pub test_credentials: bool,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
}

/// The phone providers that have an account of yours.
#[derive(Clone, Copy, ValueEnum, Debug)]
pub enum ProviderArg {
    /// Twilio.
    Twilio,
    /// Plivo.
    Plivo,
}

impl ProviderArg {
    /// Returns the word of the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Plivo => "plivo",
        }
    }
}

/// Which provider to set up.
#[derive(Subcommand, Debug)]
pub enum SetupCommand {
    /// Twilio. The auth token comes from TWILIO_AUTH_TOKEN or is asked for, never from the command line.
    Twilio(SetupTwilioArgs),
    /// Plivo. The auth token comes from PLIVO_AUTH_TOKEN or is asked for, never from the command line.
    Plivo(SetupPlivoArgs),
}

/// Answers given beforehand; what is missing is asked for.
#[derive(Args, Debug)]
pub struct SetupTwilioArgs {
    /// The account, AC and 32 digits and letters a to f. TWILIO_ACCOUNT_SID counts as well.
    #[arg(long, value_name = "AC…")]
    pub account_sid: Option<String>,
    /// The answers that every provider needs.
    #[command(flatten)]
    pub answers: SetupArgs,
}

/// Answers given beforehand; what is missing is asked for.
#[derive(Args, Debug)]
pub struct SetupPlivoArgs {
    /// The account, MA or SA and 18 capitals and digits. PLIVO_AUTH_ID counts as well.
    #[arg(long, value_name = "MA…")]
    pub auth_id: Option<String>,
    /// The answers that every provider needs.
    #[command(flatten)]
    pub answers: SetupArgs,
}

/// What every setup asks.
#[derive(Args, Debug)]
pub struct SetupArgs {
    /// The number of the account to call from.
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<String>,
    /// For whom calls are made, as it is said aloud.
    #[arg(long, value_name = "NAME")]
    pub user_name: Option<String>,
    /// Where to listen on this machine.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// How the provider reaches that from outside: an address with https
    #[arg(long, value_name = "URL", conflicts_with = "tunnel")]
    pub public_url: Option<String>,
    /// Take the address of a tunnel that runs on this machine.
    #[arg(long, value_enum)]
    pub tunnel: Option<TunnelArg>,
    /// Where ngrok tells its tunnels.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4040")]
    pub ngrok_api: String,
    /// Where cloudflared tells its tunnel; its usual ports are tried if this is not given.
    #[arg(long, value_name = "URL")]
    pub cloudflared_metrics: Option<String>,
    /// Have calls that come in to the number sent to us: sets its webhooks at the provider.
    #[arg(long)]
    pub set_webhook: bool,
    /// Replace an existing configuration file; the old one is kept beside it.
    #[arg(long)]
    pub overwrite: bool,
    /// Do not ask: take what is given, and the usual answer for the rest. Changes nothing at the provider unless --set-webhook is given.
    #[arg(long, short)]
    pub yes: bool,
}

/// Tunnels that are known by name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum TunnelArg {
    /// `ngrok http PORT`.
    Ngrok,
    /// `cloudflared tunnel --url http://127.0.0.1:PORT`.
    Cloudflared,
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
    /// webhook=lost, webhook=late:TIME, webhook=twice, webhook=reordered; webhook=forged sends a false one with a wrong signature before each.
    /// socket=refused; socket=cut:TIME breaks a media socket so long after it was opened.
    /// media=jitter:TIME, media=loss:2%: sound comes unevenly, or is lost, both ways.
    /// call=hang-up:TIME: the callee hangs up so long after the answer; call=drop:TIME: the line breaks and nobody is told.
    /// POST /sandbox/faults takes the same while it runs, for one callee or so many times: {"faults": ["webhook=lost"], "to": "+12125550123", "times": 2}.
    #[arg(long = "fault", value_name = "FAULT", verbatim_doc_comment)]
    pub faults: Vec<String>,
    /// Calls that leave the queue in a second; the others wait in it. A new Twilio account has 1.
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
