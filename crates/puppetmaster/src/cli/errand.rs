//! Calls and tasks on the command line.

use assistant::task::{CalleeKind, TaskState};
use clap::{Args, Subcommand, ValueEnum};
use dialogue::brief::TaskType;

use super::{BatchArgs, ProviderArg};

/// What is wanted of whom, as it is typed for a call and for a task.
#[derive(Args, Debug)]
pub struct ErrandArgs {
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
}

/// A call to make.
#[derive(Args, Debug)]
pub struct CallArgs {
    /// What is wanted of whom.
    #[command(flatten)]
    pub errand: ErrandArgs,
    /// Whether it comes back.
    #[command(flatten)]
    pub series: SeriesArgs,
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
    /// Say no to a task: it is never called. If the errand comes back, the next time still stands.
    Deny {
        /// Which.
        task: String,
    },
    /// Give a task up, at any time: a call of it is ended, whichever program made it, and it does not come back.
    Cancel {
        /// Which.
        task: String,
    },
    /// Change when a task comes back, or that it does.
    Change(TaskChangeArgs),
    /// Many calls under one yes, made of a table, dialed at a pace.
    Batch(BatchArgs),
    /// Carry an approved task out now.
    Run {
        /// Which.
        task: String,
    },
    /// The tasks that you ask for, the newest first, and how many there are.
    List(TaskListArgs),
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

/// Which tasks are wanted; several of one kind mean any of them, several kinds all at once.
#[derive(Args, Debug)]
pub struct TaskListArgs {
    /// In this state; may be given several times.
    #[arg(long, value_enum)]
    pub state: Vec<TaskStateArg>,
    /// Of this kind; may be given several times.
    #[arg(long = "type", value_enum)]
    pub task_type: Vec<TaskTypeArg>,
    /// Calls of this number, with the country code.
    #[arg(long)]
    pub number: Option<String>,
    /// Made at this moment or later, in your time zone: "2026-11-30" or "2026-11-30 09:30".
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Made before this moment.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// How many at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub at_most: u32,
    /// Which part of the list: 1 is the newest.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub page: u32,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
}

/// How a task stands, as words.
#[derive(Clone, Copy, ValueEnum, Debug)]
#[value(rename_all = "snake_case")]
pub enum TaskStateArg {
    /// Lacks facts.
    Draft,
    /// Waits for your yes.
    AwaitingApproval,
    /// May be called.
    Approved,
    /// Is being called.
    Running,
    /// Ended with a report.
    Done,
    /// You gave it up.
    Canceled,
    /// It could not be done.
    Failed,
}

impl From<TaskStateArg> for TaskState {
    fn from(arg: TaskStateArg) -> Self {
        match arg {
            TaskStateArg::Draft => Self::Draft,
            TaskStateArg::AwaitingApproval => Self::AwaitingApproval,
            TaskStateArg::Approved => Self::Approved,
            TaskStateArg::Running => Self::Running,
            TaskStateArg::Done => Self::Done,
            TaskStateArg::Canceled => Self::Canceled,
            TaskStateArg::Failed => Self::Failed,
        }
    }
}

/// A task to make.
#[derive(Args, Debug)]
pub struct TaskCreateArgs {
    /// What is wanted of whom.
    #[command(flatten)]
    pub errand: ErrandArgs,
    /// When, and how often.
    #[command(flatten)]
    pub when: WhenArgs,
    /// Whether it comes back.
    #[command(flatten)]
    pub series: SeriesArgs,
    /// Only after this task, if it ended as `--if` says. May be repeated. Not for errands that come back.
    #[arg(long, value_name = "TASK", conflicts_with = "every")]
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

/// When a task is carried out, and how often it is tried.
#[derive(Args, Debug)]
pub struct WhenArgs {
    /// Not before this moment, in your time zone: "2026-11-30 09:30", "+2h".
    #[arg(long, value_name = "TIME")]
    pub not_before: Option<String>,
    /// Not after this moment. Each time of an errand that comes back may be called until the next one comes.
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
}

/// Whether an errand comes back, and until when.
#[derive(Args, Debug)]
pub struct SeriesArgs {
    /// Comes back: "day 10:00", "weekday 9:30", "week on mon 10:00", "2 weeks on tue,fri 10:00", "month on 15 10:00", "month on last fri
    /// 10:00", in your time zone. Each time is a task of its own with a yes of its own, unless a standing approval covers it.
    #[arg(long, value_name = "RHYTHM")]
    pub every: Option<String>,
    /// Comes back until this moment: "2027-03-01".
    #[arg(long, value_name = "TIME", requires = "every")]
    pub until: Option<String>,
    /// Comes back until it was done so often, this time counted.
    #[arg(long, value_name = "N", requires = "every", value_parser = clap::value_parser!(u32).range(1..))]
    pub times: Option<u32>,
}

/// What to change about a task.
#[derive(Args, Debug)]
pub struct TaskChangeArgs {
    /// Which.
    pub task: String,
    /// Comes back from now on as `task create --every` says, or "never". This time stays when it is.
    #[arg(long, value_name = "RHYTHM")]
    pub every: String,
    /// Comes back until this moment.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Comes back until it was done so often, all times from this one on counted.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub times: Option<u32>,
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
