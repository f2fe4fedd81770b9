//! The configuration: one typed [`Config`] from a YAML file, `.env`, the environment and the command line; later wins.
//!
//! [`load`](load::load) reads it and reports all that is wrong at once, each with its place, the nearest right key and what
//! to do. Every key stands in [`keys::KEYS`]; the reference page (docs/configuration.md), `config init` and `config show`
//! are made from that table. Behind this module nothing needs checking again: a `Config` that exists can be used.
//!
//! Read in the order of what it meets: [`sources`] where to look, [`yaml`] and [`dotenv`] the formats, [`mod@reference`] what a
//! file refers to, [`setting`] what a text means, [`load`] who wins, [`problem`] what is said if it goes wrong.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use assistant::budget::Budget;
use assistant::compliance::retention::Retention;
use assistant::dialing::Missing;
use assistant::menu::Menus;
use assistant::policy::Solicitation;
use assistant::rate_limit::Caps;
use assistant::spending_alert::AlertRules;
use assistant::task::Limits as TaskLimits;
use carriers::registry::Practised;
use dialogue::brief::Persona;
use models::CommandLine;
use store::MasterKey;
use telephony::cost::{CallUses, Micros, RateCard};
use telephony::plan::ConversationMode;
use telephony::{PhoneNumber, Private};

use problem::{DISABLED, Origin, Problem};
use setting::{AccountId, Count, Currency, Day, Directory, NamedFile, Percentages, PlainName, PublicUrl, Seconds, SpokenName, ZoneName};
use sources::Places;

pub mod dotenv;
pub mod in_force;
pub mod keys;
pub mod load;
pub mod menu_file;
pub mod nearest;
pub mod page;
pub mod problem;
pub mod reference;
pub mod setting;
pub mod show;
pub mod sources;
pub mod template;
pub mod yaml;

/// The whole configuration. What each field does and how it is written stands in [`keys::KEYS`].
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether calls may be placed at all; ask [`Config::require_enabled`].
    pub is_enabled: bool,
    /// Who connects the calls.
    pub phone_provider: Provider,
    /// Who connects a call that the phone provider surely did not place.
    pub second_provider: Option<Practised>,
    /// The number that callees see, if it is not the provider's own; ask [`Config::caller_id`].
    pub from_number: Option<PhoneNumber>,
    /// The user's own telephone, rung when they take a call over or a caller waits.
    pub operator_number: Option<PhoneNumber>,
    /// Whether the assistant listens on once the user has taken a call over.
    pub takeover_listens: bool,
    /// For whom calls are made, as it is said aloud.
    pub user_name: SpokenName,
    /// Manner of speaking.
    pub persona: Persona,
    /// The zone in which the user writes moments; ask [`Config::zone`].
    pub time_zone: Option<ZoneName>,
    /// Whether calls that sell may be made.
    pub solicitation: Solicitation,
    /// Countries that may be called, if they are named; ask [`Config::allowed_regions`].
    pub allowed_regions: Option<Vec<String>>,
    /// Where everything is kept that outlives the program.
    pub data_dir: Directory,
    /// Where webhooks and media sockets arrive.
    pub listen: SocketAddr,
    /// How the carrier reaches `listen`; `None` on the practice network.
    pub public_url: Option<PublicUrl>,
    /// The account with Twilio.
    pub twilio: Twilio,
    /// The account with Plivo.
    pub plivo: Plivo,
    /// How long and how often.
    pub limits: Limits,
    /// How much money.
    pub budget: Budget,
    /// When spending is worth a word.
    pub alerts: Alerts,
    /// Whether the user has said anything about the budget.
    pub is_budget_set: bool,
    /// Prices that differ from the built-in list; ask [`Config::rate_card`].
    pub rate_card: RateCardOverride,
    /// Whether calls are recorded, if the user chose; ask [`Config::records`].
    pub recording: Option<bool>,
    /// Whether the provider's own recordings are deleted there once they are kept here.
    pub deletes_at_carrier: bool,
    /// Where the ends of the audit log are kept, if not in the data directory; ask [`Config::checkpoints_file`].
    pub audit_checkpoints: Option<NamedFile>,
    /// Where recordings and traces are moved, if not kept in the data directory.
    pub storage: Storage,
    /// The master key, if it does not lie in the data directory.
    pub master_key: MasterKeySource,
    /// How long what is kept is kept; ask [`Config::retention`].
    pub retention_days: RetentionDays,
    /// How the user is told what calls brought.
    pub notifications: Notifications,
    /// How conversations are held.
    pub conversation_mode: ConversationMode,
    /// Where the speech models are, if not with the program.
    pub models_dir: Option<Directory>,
    /// The program that hears, if not we ourselves.
    pub ears_command: Option<CommandLine>,
    /// The program that speaks, if not we ourselves.
    pub voice_command: Option<CommandLine>,
    /// How to reach a practice network that runs by itself.
    pub sandbox_credentials: Option<NamedFile>,
    /// As which provider the practice network is spoken to.
    pub practised: Practised,
    /// The user's own callees for the practice network.
    pub scenarios_dir: Option<Directory>,
    /// How calls that come to our number are taken.
    pub inbound: Inbound,
}

/// How much of the disk stays free, and a bucket of S3, or of what speaks like it. One is used if `bucket` is set; it is then complete.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Megabytes that must be free before a dial; ask [`Config::least_free_bytes`].
    pub least_free_megabytes: Count<0, 10_000_000>,
    /// Where it is, if not at Amazon.
    pub endpoint: Option<PublicUrl>,
    /// Its name.
    pub bucket: Option<PlainName>,
    /// Its region.
    pub region: PlainName,
    /// What goes before every name in it.
    pub prefix: Option<PlainName>,
    /// Who asks.
    pub access_key_id: Option<AccountId>,
    /// What requests are signed with.
    pub secret_access_key: Option<Private<String>>,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            // A call of an hour leaves some 120 MB of recording and trace.
            least_free_megabytes: Count::clamped(200),
            endpoint: None,
            bucket: None,
            region: PlainName::of_default_region(),
            prefix: None,
            access_key_id: None,
            secret_access_key: None,
        }
    }
}

/// Where the master key comes from, if not from `vault.key`; each from one place at most.
#[derive(Clone, Default, Debug)]
pub struct MasterKeySource {
    /// The key itself, by way of the environment or a file.
    pub value: Option<MasterKey>,
    /// A program that prints it.
    pub command: Option<CommandLine>,
    /// The key that takes its place.
    pub next_value: Option<MasterKey>,
    /// A program that prints that one.
    pub next_command: Option<CommandLine>,
}

/// Days after the end of a call; 0 until it is erased.
#[derive(Clone, Copy, Debug)]
pub struct RetentionDays {
    /// Of recordings.
    pub recording: Count<0, 36_500>,
    /// Of transcripts.
    pub transcript: Count<0, 36_500>,
    /// Of traces.
    pub trace: Count<0, 36_500>,
    /// Of tasks with their reports.
    pub task: Count<0, 36_500>,
}

impl Default for RetentionDays {
    fn default() -> Self {
        let Retention { recording_days, transcript_days, trace_days, task_days } = Retention::default();
        let days = Count::clamped;
        Self { recording: days(recording_days), transcript: days(transcript_days), trace: days(trace_days), task: days(task_days) }
    }
}

/// How the user is told what calls brought. Each way that is set is used.
#[derive(Clone, Default, Debug)]
pub struct Notifications {
    /// Where a signed request goes.
    pub webhook_url: Option<Private<String>>,
    /// What it is signed with.
    pub webhook_secret: Option<Private<String>>,
    /// The mail server, with user and password.
    pub smtp_url: Option<Private<String>>,
    /// The sender's mailbox, if it is not the receiver's.
    pub email_from: Option<Private<String>>,
    /// The receiver's mailbox.
    pub email_to: Option<Private<String>>,
    /// Server and topic of ntfy.
    pub ntfy_url: Option<Private<String>>,
    /// Its access token.
    pub ntfy_token: Option<Private<String>>,
    /// The user's telephone, for text messages.
    pub text_to: Option<PhoneNumber>,
    /// A program on this machine.
    pub command: Option<CommandLine>,
    /// Whether the summary of a report is told, and not only what came of it.
    pub tells_summary: bool,
    /// Whether addresses may lead to this machine.
    pub allows_loopback: bool,
}

/// How calls that come to our number are taken.
#[derive(Clone, Default, Debug)]
pub struct Inbound {
    /// Whether they are.
    pub is_enabled: bool,
    /// The file with the menus, if there are any.
    pub menu_file: Option<NamedFile>,
    /// What the file says, read when the configuration was.
    pub menus: Option<Menus>,
}

/// Who connects the calls.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Provider {
    /// The practice network.
    #[default]
    Mock,
    /// Twilio.
    Twilio,
    /// Plivo.
    Plivo,
    /// A SIP trunk.
    Sip,
}

impl Provider {
    /// Returns the word of the configuration for a provider that has accounts.
    pub const fn of(provider: Practised) -> Self {
        match provider {
            Practised::Twilio => Self::Twilio,
            Practised::Plivo => Self::Plivo,
        }
    }

    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mock, Self::Twilio, Self::Plivo, Self::Sip];

    /// Returns the word of the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mock => "mock",
            Self::Twilio => "twilio",
            Self::Plivo => "plivo",
            Self::Sip => "sip",
        }
    }

    /// Returns whether real telephones ring.
    pub const fn is_real(self) -> bool {
        !matches!(self, Self::Mock)
    }

    /// Returns whether this version has an adapter for it.
    pub const fn is_available(self) -> bool {
        matches!(self, Self::Mock | Self::Twilio | Self::Plivo)
    }
}

/// An account with Twilio. Complete if Twilio is the provider in use.
#[derive(Clone, Default, Debug)]
pub struct Twilio {
    /// Who.
    pub account_sid: Option<AccountId>,
    /// The secret.
    pub auth_token: Option<Private<String>>,
    /// The secret before or after this one, while they are changed.
    pub secondary_auth_token: Option<Private<String>>,
    /// A key that signs in, in place of the secret.
    pub api_key: Option<AccountId>,
    /// The secret of the key.
    pub api_secret: Option<Private<String>>,
    /// A number of the account.
    pub phone_number: Option<PhoneNumber>,
    /// Where the API is, if not at Twilio's usual address.
    pub api_url: Option<PublicUrl>,
    /// Calls that may be asked for in a second.
    pub calls_per_second: CallsPerSecond,
    /// Who, for tests of the account.
    pub test_account_sid: Option<AccountId>,
    /// The secret for tests of the account.
    pub test_auth_token: Option<Private<String>>,
}

/// How fast calls may be asked for.
///
/// Source: Twilio's page of the Call resource, 2026: one a second unless the account is approved for more, 30 at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallsPerSecond(pub Count<1, 30>);

impl Default for CallsPerSecond {
    fn default() -> Self {
        Self(Count::clamped(1))
    }
}

/// An account with Plivo. Complete if Plivo is the provider in use.
#[derive(Clone, Default, Debug)]
pub struct Plivo {
    /// Who.
    pub auth_id: Option<AccountId>,
    /// The secret.
    pub auth_token: Option<Private<String>>,
    /// The secret before or after this one, or the main account's beside a subaccount's.
    pub secondary_auth_token: Option<Private<String>>,
    /// A number of the account.
    pub phone_number: Option<PhoneNumber>,
    /// Where the API is, if not at Plivo's usual address.
    pub api_url: Option<PublicUrl>,
    /// Calls that may be asked for in a second.
    pub calls_per_second: PlivoCallsPerSecond,
    /// Whether webhooks signed by the older scheme alone are taken.
    pub accepts_v2_signatures: bool,
}

/// How fast calls may be asked for.
///
/// Source: Plivo's page on account limits, 2026: two a second unless more was agreed. Thirty is our own bound, as at Twilio.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlivoCallsPerSecond(pub Count<1, 30>);

impl Default for PlivoCallsPerSecond {
    fn default() -> Self {
        Self(Count::clamped(2))
    }
}

/// How long one call may be, and how many there may be. The bounds of the times are those of a task.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long it may ring.
    pub ring_timeout: Seconds<15, 120>,
    /// How long it may last once answered.
    pub call: Seconds<30, 3600>,
    /// Attempts to one business number in 24 hours.
    pub calls_per_business_per_day: Count<1, 20>,
    /// Attempts to any other number in 24 hours.
    pub calls_per_person_per_day: Count<1, 20>,
    /// Calls at the same time.
    pub calls_at_once: Count<1, 1000>,
    /// Calls begun in a second.
    pub calls_per_second: Count<1, 30>,
    /// Calls begun in a minute.
    pub calls_per_minute: Count<1, 1800>,
    /// Calls begun in 24 hours.
    pub calls_per_day: Count<1, 100_000>,
    /// Calls begun in 7 days.
    pub calls_per_week: Count<1, 1_000_000>,
    /// Calls begun in 30 days.
    pub calls_per_month: Count<1, 1_000_000>,
}

/// What the rules of the house say if the user says nothing.
impl Default for Limits {
    fn default() -> Self {
        let (task, caps) = (TaskLimits::default(), Caps::default());
        Self {
            ring_timeout: Seconds::clamped(task.ring_timeout),
            call: Seconds::clamped(task.total_time),
            calls_per_business_per_day: Count::clamped(caps.per_business_number),
            calls_per_person_per_day: Count::clamped(caps.per_consumer_number),
            calls_at_once: Count::clamped(caps.calls_at_once),
            calls_per_second: Count::clamped(caps.calls_per_second),
            calls_per_minute: Count::clamped(caps.calls_per_minute),
            calls_per_day: Count::clamped(caps.calls_per_day),
            calls_per_week: Count::clamped(caps.calls_per_week),
            calls_per_month: Count::clamped(caps.calls_per_month),
        }
    }
}

/// When spending is worth a word to the user.
#[derive(Clone, Debug)]
pub struct Alerts {
    /// At which parts of a budget.
    pub at_percent: Percentages,
    /// How many times the busiest hour an hour may bring.
    pub times_usual: Count<1, 100>,
    /// Calls within an hour that are never too many.
    pub calls_always_fine: Count<1, 100_000>,
    /// The part of a day's budget that is never too much for an hour, in percent.
    pub percent_of_day_always_fine: Count<0, 100>,
}

impl Default for Alerts {
    fn default() -> Self {
        let rules = AlertRules::default();
        Self {
            at_percent: Percentages(rules.at_percent),
            times_usual: Count::clamped(rules.times_usual),
            calls_always_fine: Count::clamped(rules.calls_always_fine),
            percent_of_day_always_fine: Count::clamped(rules.percent_of_day_always_fine),
        }
    }
}

impl Alerts {
    /// Returns them as the rules know them.
    pub fn rules(&self) -> AlertRules {
        AlertRules {
            at_percent: self.at_percent.0.clone(),
            times_usual: self.times_usual.get(),
            calls_always_fine: self.calls_always_fine.get(),
            percent_of_day_always_fine: self.percent_of_day_always_fine.get(),
        }
    }
}

/// Prices that the user's contract has and the list has not.
#[derive(Clone, Default, Debug)]
pub struct RateCardOverride {
    /// The account's currency.
    pub currency: Option<Currency>,
    /// A begun minute of an answered leg.
    pub leg_per_minute: Option<Micros>,
    /// A begun minute of media stream.
    pub stream_per_minute: Option<Micros>,
    /// A begun minute of a relay of texts.
    pub relay_per_minute: Option<Micros>,
    /// A begun minute that the carrier records.
    pub recording_per_minute: Option<Micros>,
    /// A begun minute of speech that the carrier puts into text.
    pub transcription_per_minute: Option<Micros>,
    /// An answered call in which the carrier looks for machines.
    pub detection_per_call: Option<Micros>,
    /// A part of a text message.
    pub text_message: Option<Micros>,
    /// A month of our number.
    pub number_per_month: Option<Micros>,
    /// When the user read them.
    pub read_on: Option<Day>,
}

impl Config {
    /// Returns the configuration of a user who set nothing.
    pub fn defaults(places: &Places) -> Self {
        Self {
            is_enabled: true,
            phone_provider: Provider::default(),
            second_provider: None,
            from_number: None,
            operator_number: None,
            takeover_listens: false,
            user_name: SpokenName::of_nobody(),
            persona: Persona::default(),
            time_zone: None,
            solicitation: Solicitation::default(),
            allowed_regions: None,
            data_dir: Directory(places.data_dir()),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_url: None,
            twilio: Twilio::default(),
            plivo: Plivo::default(),
            limits: Limits::default(),
            budget: Budget::default(),
            alerts: Alerts::default(),
            is_budget_set: false,
            rate_card: RateCardOverride::default(),
            recording: None,
            deletes_at_carrier: true,
            audit_checkpoints: None,
            storage: Storage::default(),
            master_key: MasterKeySource::default(),
            retention_days: RetentionDays::default(),
            notifications: Notifications::default(),
            conversation_mode: ConversationMode::default(),
            models_dir: None,
            ears_command: None,
            voice_command: None,
            sandbox_credentials: None,
            practised: Practised::default(),
            scenarios_dir: None,
            inbound: Inbound::default(),
        }
    }

    /// Returns the refusal `config.disabled` if the user switched the assistant off. Asked before every call.
    pub fn require_enabled(&self) -> Result<(), Problem> {
        if self.is_enabled { Ok(()) } else { Err(Problem::new(&DISABLED, Origin::Default, DISABLED.text)) }
    }

    /// Returns whether calls are recorded where that is lawful: as the user chose, else on the practice network only.
    pub fn records(&self) -> bool {
        self.recording.unwrap_or(!self.phone_provider.is_real())
    }

    /// Returns how long each class of what is kept is kept.
    pub fn retention(&self) -> Retention {
        let days = &self.retention_days;
        Retention {
            recording_days: days.recording.get(),
            transcript_days: days.transcript.get(),
            trace_days: days.trace.get(),
            task_days: days.task.get(),
        }
    }

    /// Returns how many bytes must be free on the disk of the data directory before a dial.
    pub fn least_free_bytes(&self) -> u64 {
        u64::from(self.storage.least_free_megabytes.get()) * 1_000_000
    }

    /// Returns the file of the audit log's checkpoints.
    pub fn checkpoints_file(&self) -> PathBuf {
        self.audit_checkpoints.as_ref().map_or_else(|| self.data_dir.0.join("audit-checkpoints.jsonl"), |file| file.0.clone())
    }

    /// Returns the number of the account in use, whatever callees see.
    pub fn account_number(&self) -> Option<&PhoneNumber> {
        match self.phone_provider {
            Provider::Twilio => self.twilio.phone_number.as_ref(),
            Provider::Plivo => self.plivo.phone_number.as_ref(),
            Provider::Mock | Provider::Sip => None,
        }
    }

    /// Returns the number that callees see; `None` on the practice network if the user named none.
    pub fn caller_id(&self) -> Option<&PhoneNumber> {
        self.from_number.as_ref().or(self.account_number())
    }

    /// Returns the ISO regions that may be called: those that the user named, else that of the caller ID.
    pub fn allowed_regions(&self) -> Vec<String> {
        self.allowed_regions.clone().unwrap_or_else(|| self.caller_id().and_then(PhoneNumber::region).into_iter().collect())
    }

    /// Returns what must be said before a real telephone is rung.
    pub fn missing(&self) -> Vec<Missing> {
        let number = self.caller_id().is_none().then_some(Missing::Number);
        let region = self.allowed_regions().is_empty().then_some(Missing::Region);
        let budget = (!self.is_budget_set).then_some(Missing::Budget);
        [number, region, budget].into_iter().flatten().collect()
    }

    /// Returns how often one number may be tried and how many calls may run.
    pub fn caps(&self) -> Caps {
        Caps {
            per_business_number: self.limits.calls_per_business_per_day.get(),
            per_consumer_number: self.limits.calls_per_person_per_day.get(),
            calls_at_once: self.limits.calls_at_once.get(),
            calls_per_second: self.limits.calls_per_second.get(),
            calls_per_minute: self.limits.calls_per_minute.get(),
            calls_per_day: self.limits.calls_per_day.get(),
            calls_per_week: self.limits.calls_per_week.get(),
            calls_per_month: self.limits.calls_per_month.get(),
        }
    }

    /// Returns the IANA name of the zone in which the user writes moments: the one that is set, else this machine's, else UTC.
    pub fn zone(&self) -> String {
        self.time_zone.clone().or_else(machine_zone).map_or_else(|| "UTC".to_owned(), |zone| zone.as_str().to_owned())
    }

    /// Returns the limits that a new task begins with.
    pub fn task_limits(&self) -> TaskLimits {
        TaskLimits {
            ring_timeout: self.limits.ring_timeout.get(),
            total_time: self.limits.call.get(),
            max_cost: self.budget.per_call,
            ..TaskLimits::default()
        }
    }

    /// Returns how conversations are held by this provider: as it is wished, or as it can.
    pub fn mode_at(&self, provider: Practised) -> ConversationMode {
        provider.abilities().mode_for(self.conversation_mode)
    }

    /// Returns what calls use at this provider: what we do ourselves costs nothing there.
    fn call_uses(&self, provider: Practised) -> CallUses {
        let mode = self.mode_at(provider);
        CallUses {
            stream: mode == ConversationMode::MediaStream,
            relay: mode == ConversationMode::TextRelay,
            recording: mode.is_in_text() && self.records(),
            transcription: mode == ConversationMode::SpokenTurns,
            detection: mode.is_in_text(),
        }
    }

    /// Returns what a call costs: the provider's list with the user's own prices on top.
    ///
    /// The practice network is free whatever the contract says. SIP has no built-in list yet and begins with Twilio's.
    pub fn rate_card(&self) -> RateCard {
        self.rate_card_of(match self.phone_provider {
            Provider::Plivo => Practised::Plivo,
            Provider::Mock | Provider::Twilio | Provider::Sip => Practised::Twilio,
        })
    }

    /// Returns what a call costs by the second provider, in the same currency: prices that the user named hold for both.
    pub fn second_rate_card(&self) -> Option<RateCard> {
        self.second_provider.map(|second| self.rate_card_of(second))
    }

    /// Returns whether this is the second provider beside another one with an account.
    pub fn is_second(&self, provider: Practised) -> bool {
        self.phone_provider.is_real() && self.second_provider == Some(provider) && self.phone_provider.as_str() != provider.as_str()
    }

    /// Returns the configuration with the second provider, beside one with an account, in the place of the first: for whoever looks at it.
    #[must_use]
    pub fn with_second_first(&self) -> Option<Self> {
        let second = self.second_provider.filter(|second| self.is_second(*second))?;
        // The countries are those of the installation, whoever's number leads there.
        let allowed_regions = Some(self.allowed_regions());
        Some(Self { phone_provider: Provider::of(second), second_provider: None, from_number: None, allowed_regions, ..self.clone() })
    }

    /// Returns the number that callees see if the second provider dials; `None` on the practice network, which has one of its own.
    pub fn second_number(&self) -> Option<&PhoneNumber> {
        match self.second_provider.filter(|_| self.phone_provider.is_real())? {
            Practised::Twilio => self.twilio.phone_number.as_ref(),
            Practised::Plivo => self.plivo.phone_number.as_ref(),
        }
    }

    fn rate_card_of(&self, provider: Practised) -> RateCard {
        if !self.phone_provider.is_real() {
            return RateCard::free();
        }
        let list = match provider {
            Practised::Twilio => RateCard::twilio_us(),
            Practised::Plivo => RateCard::plivo_us(),
        };
        let own = &self.rate_card;
        RateCard {
            currency: own.currency.as_ref().map_or(list.currency, |currency| currency.as_str().into()),
            leg_per_minute: own.leg_per_minute.unwrap_or(list.leg_per_minute),
            stream_per_minute: own.stream_per_minute.unwrap_or(list.stream_per_minute),
            relay_per_minute: own.relay_per_minute.unwrap_or(list.relay_per_minute),
            recording_per_minute: own.recording_per_minute.unwrap_or(list.recording_per_minute),
            transcription_per_minute: own.transcription_per_minute.unwrap_or(list.transcription_per_minute),
            detection_per_call: own.detection_per_call.unwrap_or(list.detection_per_call),
            text_message: own.text_message.unwrap_or(list.text_message),
            number_per_month: own.number_per_month.unwrap_or(list.number_per_month),
            uses: self.call_uses(provider),
            read_on: own.read_on.as_ref().map_or(list.read_on, |day| day.as_str().into()),
        }
    }
}

/// Returns the zone of this machine: the variable `TZ`, else where `/etc/localtime` leads.
fn machine_zone() -> Option<ZoneName> {
    let named = std::env::var("TZ").ok().and_then(|name| ZoneName::of(name.trim_start_matches(':')));
    let linked = || {
        let link = std::fs::read_link("/etc/localtime").ok()?;
        let (_, name) = link.to_str()?.split_once("zoneinfo/")?;
        ZoneName::of(name)
    };
    named.or_else(linked)
}

#[cfg(test)]
mod tests {
    use telephony::cost::CostPart;

    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap()
    }

    #[test]
    fn the_caller_id_is_the_named_number_or_the_accounts() {
        let mut config = Config::defaults(&Places::default());
        config.twilio.phone_number = Some(number("+442079460000"));
        assert_eq!(config.caller_id(), None, "the practice network does not show a Twilio number");
        config.phone_provider = Provider::Twilio;
        assert_eq!(config.caller_id(), Some(&number("+442079460000")));
        assert_eq!(config.allowed_regions(), ["GB"]);
        config.from_number = Some(number("+12125550100"));
        assert_eq!(config.caller_id(), Some(&number("+12125550100")));
        assert_eq!(config.allowed_regions(), ["US"]);
        config.allowed_regions = Some(vec![]);
        assert_eq!(config.allowed_regions(), [""; 0]);
    }

    #[test]
    fn practice_is_free_and_own_prices_win_on_real_lines() {
        let mut config = Config::defaults(&Places::default());
        config.rate_card.leg_per_minute = Some(Micros(20_000));
        assert_eq!(config.rate_card(), RateCard::free());
        config.phone_provider = Provider::Twilio;
        assert_eq!(config.rate_card(), RateCard { leg_per_minute: Micros(20_000), ..RateCard::twilio_us() });
        config.phone_provider = Provider::Plivo;
        assert_eq!(config.rate_card(), RateCard { leg_per_minute: Micros(20_000), ..RateCard::plivo_us() });
    }

    #[test]
    fn calls_are_charged_for_what_the_way_of_talking_uses() {
        let mut config = Config { phone_provider: Provider::Twilio, ..Config::defaults(&Places::default()) };
        let parts =
            |config: &Config| config.rate_card().parts(std::time::Duration::from_secs(1)).into_iter().map(|(part, _)| part).collect::<Vec<_>>();
        assert_eq!(parts(&config), [CostPart::Leg, CostPart::Stream]);
        config.conversation_mode = ConversationMode::TextRelay;
        assert_eq!(parts(&config), [CostPart::Leg, CostPart::Relay, CostPart::Detection], "real lines are recorded only if somebody says so");
        config.recording = Some(true);
        assert_eq!(parts(&config), [CostPart::Leg, CostPart::Relay, CostPart::Recording, CostPart::Detection]);
        config.conversation_mode = ConversationMode::SpokenTurns;
        config.recording = Some(false);
        assert_eq!(parts(&config), [CostPart::Leg, CostPart::Transcription, CostPart::Detection]);
        // Plivo has no relay of texts, so such a call is held by turns, and its speech is charged.
        config.phone_provider = Provider::Plivo;
        config.conversation_mode = ConversationMode::TextRelay;
        assert_eq!(parts(&config), [CostPart::Leg, CostPart::Transcription]);
    }

    #[test]
    fn the_defaults_are_those_of_the_rules() {
        let config = Config::defaults(&Places::default());
        assert_eq!(config.caps(), Caps::default());
        assert_eq!(config.task_limits(), TaskLimits::default());
        assert_eq!(config.require_enabled(), Ok(()));
    }

    #[test]
    fn who_is_switched_off_places_no_call() {
        let config = Config { is_enabled: false, ..Config::defaults(&Places::default()) };
        assert_eq!(config.require_enabled().unwrap_err().entry.code, "config.disabled");
    }

    #[test]
    fn debug_shows_no_secret_no_number_and_no_name() {
        let mut config = Config::defaults(&Places::default());
        config.twilio.auth_token = Some(Private::new("planted-token".into()));
        config.from_number = Some(number("+12125550199"));
        let around = setting::Around { directory: "/".as_ref(), home: None };
        setting::Setting::set(&mut config.user_name, "Planted Name", &around).unwrap();
        let text = format!("{config:?}");
        assert!(!text.contains("lanted") && !text.contains("5550199"), "{text}");
    }
}
