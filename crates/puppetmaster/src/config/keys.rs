//! Every key of the configuration, once: its path, its variable, what it does, which field it sets.
//!
//! Reading, `config show`, `config init`, the reference page and the suggestions for misspelt keys all go over
//! [`KEYS`]; a key that is not here does not exist.

use super::Config;
use super::setting::Setting;

/// Above all keys in the file.
pub const ROOT: &str = "voice.personal_assistant";

/// What the variables of all keys begin with that have no name of their own.
pub const VARIABLE_PREFIX: &str = "PERSONAL_ASSISTANT_";

/// One key.
pub struct Key {
    /// Its path below [`ROOT`], `limits.call_seconds`.
    pub path: &'static str,
    /// What it does and who feels it: sentences.
    pub about: &'static str,
    /// What holds if it is not set, where the value alone does not say it; empty otherwise.
    pub unset: &'static str,
    /// A value for examples that would be read without complaint.
    pub example: &'static str,
    /// The field that it sets.
    pub field: fn(&mut Config) -> &mut dyn Setting,
}

impl Key {
    /// Returns the path from the top of the file.
    pub fn full_path(&self) -> String {
        format!("{ROOT}.{}", self.path)
    }

    /// Returns the environment variable that does the same: a carrier's own name for its account, else the path in capitals.
    pub fn variable(&self) -> String {
        let capitals = self.path.replace('.', "_").to_uppercase();
        if self.path.starts_with("twilio.") || self.path.starts_with("plivo.") { capitals } else { format!("{VARIABLE_PREFIX}{capitals}") }
    }

    /// Returns the section in which it stands, empty for keys directly below the root.
    pub fn section(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// Returns its own name, without the section.
    pub fn name(&self) -> &'static str {
        self.path.rsplit_once('.').map_or(self.path, |(_, name)| name)
    }
}

/// Returns the key with this path below the root, or with this full path.
pub fn find(path: &str) -> Option<&'static Key> {
    let below = path.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('.')).unwrap_or(path);
    KEYS.iter().find(|key| key.path == below)
}

/// All keys, in the order of the reference page.
pub const KEYS: &[Key] = &[
    Key {
        path: "enabled",
        about: "Whether the assistant may place calls at all.",
        unset: "",
        example: "true",
        field: |config| &mut config.is_enabled,
    },
    Key {
        path: "phone_provider",
        about: "Who connects the calls. `mock` is the practice telephone network inside this program: no account, no cost, no real telephones. \
                `sip` is named so that a file written for it is understood; this version cannot call through it.",
        unset: "",
        example: "mock",
        field: |config| &mut config.phone_provider,
    },
    Key {
        path: "second_provider",
        about: "Who is asked to dial if `phone_provider` surely placed no call: it refused, or could not be reached. Never after an answer that is \
                not clear, for then the telephone may be ringing. Its account is set up as if it were the first, and callees see the \
                `phone_number` of that account; the receipt that you approve names both. With `phone_provider: mock` the practice network \
                stands in for both.",
        unset: "nobody; the call is reported as not placed",
        example: "plivo",
        field: |config| &mut config.second_provider,
    },
    Key {
        path: "from_number",
        about: "The number that callees see. It must belong to your account with the phone provider.",
        unset: "the `phone_number` of the phone provider in use; the practice network has one of its own",
        example: "\"+15551234567\"",
        field: |config| &mut config.from_number,
    },
    Key {
        path: "operator_number",
        about: "Your own telephone. Type `t` and Enter during a call, and it rings, for you to take the call over; `serve` rings it for callers \
                who wait in a queue.",
        unset: "calls cannot be taken over, and callers who have waited too long leave a message",
        example: "\"+15551234568\"",
        field: |config| &mut config.operator_number,
    },
    Key {
        path: "takeover_listens",
        about: "Whether the assistant listens on once you have taken a call over, and writes down, and records if the call is recorded, what \
                you and the callee say. The callee is told. Otherwise it hears nothing.",
        unset: "",
        example: "false",
        field: |config| &mut config.takeover_listens,
    },
    Key {
        path: "user_name",
        about: "For whom the assistant calls, as it says it aloud in its first sentence.",
        unset: "",
        example: "\"Sam Miller\"",
        field: |config| &mut config.user_name,
    },
    Key {
        path: "persona",
        about: "Manner of speaking. Every persona says that it is a machine.",
        unset: "",
        example: "professional_assistant",
        field: |config| &mut config.persona,
    },
    Key {
        path: "conversation_mode",
        about: "How a conversation is held. `media_stream`: the call's audio comes here, and everything is heard and spoken on this machine. \
                `text_relay`: the phone provider hears and speaks, and only texts come here (Twilio's ConversationRelay). `spoken_turns`: the \
                same by webhooks alone, without any socket (Twilio's Say and Gather); the slowest of the three. A call whose stream does not \
                come about goes on by spoken turns.",
        unset: "",
        example: "media_stream",
        field: |config| &mut config.conversation_mode,
    },
    Key {
        path: "time_zone",
        about: "The time zone in which you write moments and read them: `--at`, `--not-before`, `--deadline`. Whether it is a decent hour to \
                ring is always asked at the callee's place.",
        unset: "the zone of this machine",
        example: "America/Chicago",
        field: |config| &mut config.time_zone,
    },
    Key {
        path: "solicitation",
        about: "Whether calls that sell something or ask for money may be made at all. `with_registry`: to who has agreed in writing, after a \
                look into a do-not-call registry that is not older than 31 days. See docs/rules.md.",
        unset: "",
        example: "refused",
        field: |config| &mut config.solicitation,
    },
    Key {
        path: "allowed_regions",
        about: "Countries whose numbers may be called on real telephones. The practice network ignores it.",
        unset: "the country of the number we call from",
        example: "[US, CA]",
        field: |config| &mut config.allowed_regions,
    },
    Key {
        path: "data_dir",
        about: "Where the database, recordings, traces and the vault's key live. One running program a directory.",
        unset: "`$XDG_DATA_HOME/puppetmaster`, usually `~/.local/share/puppetmaster`",
        example: "~/.local/share/puppetmaster",
        field: |config| &mut config.data_dir,
    },
    Key {
        path: "listen",
        about: "Where webhooks and media sockets of the phone provider arrive. A real provider needs a fixed port here, reachable under `public_url`.",
        unset: "",
        example: "127.0.0.1:8080",
        field: |config| &mut config.listen,
    },
    Key {
        path: "public_url",
        about: "How the phone provider reaches `listen` from outside. A real provider needs one with https; the practice network needs none.",
        unset: "the address of `listen`, which only the practice network can reach",
        example: "https://calls.example.org",
        field: |config| &mut config.public_url,
    },
    Key {
        path: "twilio.account_sid",
        about: "The Twilio account, AC and 32 digits and letters a to f.",
        unset: "none; needed if `phone_provider` is `twilio`",
        example: "${TWILIO_ACCOUNT_SID}",
        field: |config| &mut config.twilio.account_sid,
    },
    Key {
        path: "twilio.auth_token",
        about: "The secret of the Twilio account. It signs requests and proves that webhooks are Twilio's.",
        unset: "none; needed if `phone_provider` is `twilio`",
        example: "${file:twilio-token}",
        field: |config| &mut config.twilio.auth_token,
    },
    Key {
        path: "twilio.secondary_auth_token",
        about: "The auth token before or after `auth_token`, while you change it: webhooks that either has signed are accepted. Take it away \
                when the change is done.",
        unset: "none",
        example: "${file:twilio-secondary-token}",
        field: |config| &mut config.twilio.secondary_auth_token,
    },
    Key {
        path: "twilio.api_key",
        about: "An API key of the account, SK and 32 digits and letters a to f, that signs requests in place of the auth token and can be taken \
                away alone. Webhooks are still signed with the auth token, so that stays needed.",
        unset: "none; requests are signed with the auth token",
        example: "SK0123456789abcdef0123456789abcdef",
        field: |config| &mut config.twilio.api_key,
    },
    Key {
        path: "twilio.api_secret",
        about: "The secret of `api_key`.",
        unset: "none; needed if `api_key` is set",
        example: "${file:twilio-api-secret}",
        field: |config| &mut config.twilio.api_secret,
    },
    Key {
        path: "twilio.phone_number",
        about: "A number of the Twilio account; callees see it unless `from_number` is set.",
        unset: "none",
        example: "\"+15551234567\"",
        field: |config| &mut config.twilio.phone_number,
    },
    Key {
        path: "twilio.api_url",
        about: "Where Twilio's API is: a region's own address, or something on this machine that stands in for Twilio. The credentials are sent \
                there, so it begins with https:// unless it is on this machine.",
        unset: "https://api.twilio.com",
        example: "https://api.dublin.ie1.twilio.com",
        field: |config| &mut config.twilio.api_url,
    },
    Key {
        path: "twilio.calls_per_second",
        about: "How many calls may be asked for in a second; further ones wait here. Twilio allows one, and up to 30 with an approved business \
                profile; what is asked for faster waits there, while its ringing time passes.",
        unset: "",
        example: "1",
        field: |config| &mut config.twilio.calls_per_second.0,
    },
    Key {
        path: "twilio.test_account_sid",
        about: "The account of your test credentials, from the Twilio console; for `puppetmaster doctor --provider twilio --test-credentials` only.",
        unset: "none",
        example: "AC0123456789abcdef0123456789abcdef",
        field: |config| &mut config.twilio.test_account_sid,
    },
    Key {
        path: "twilio.test_auth_token",
        about: "The secret of your test credentials.",
        unset: "none",
        example: "${file:twilio-test-token}",
        field: |config| &mut config.twilio.test_auth_token,
    },
    Key {
        path: "plivo.auth_id",
        about: "The Plivo account, MA or SA and 18 capitals and digits.",
        unset: "none; needed if `phone_provider` is `plivo`",
        example: "${PLIVO_AUTH_ID}",
        field: |config| &mut config.plivo.auth_id,
    },
    Key {
        path: "plivo.auth_token",
        about: "The secret of the Plivo account.",
        unset: "none; needed if `phone_provider` is `plivo`",
        example: "${file:plivo-token}",
        field: |config| &mut config.plivo.auth_token,
    },
    Key {
        path: "plivo.secondary_auth_token",
        about: "The secret before or after `auth_token`, while you change it; if `auth_id` is a subaccount, the main account's. Webhooks that \
                either has signed are accepted.",
        unset: "none",
        example: "${file:plivo-secondary-token}",
        field: |config| &mut config.plivo.secondary_auth_token,
    },
    Key {
        path: "plivo.phone_number",
        about: "A number of the Plivo account; callees see it unless `from_number` is set.",
        unset: "none",
        example: "\"+15551234567\"",
        field: |config| &mut config.plivo.phone_number,
    },
    Key {
        path: "plivo.api_url",
        about: "Where Plivo's API is, if something on this machine stands in for Plivo. The credentials are sent there, so it begins with \
                https:// or is on this machine.",
        unset: "https://api.plivo.com",
        example: "http://127.0.0.1:4010",
        field: |config| &mut config.plivo.api_url,
    },
    Key {
        path: "plivo.calls_per_second",
        about: "How many calls may be asked for in a second; further ones wait here. Plivo allows two unless more was agreed; what is asked \
                for faster waits there.",
        unset: "",
        example: "2",
        field: |config| &mut config.plivo.calls_per_second.0,
    },
    Key {
        path: "plivo.accept_v2_signatures",
        about: "Whether a webhook that carries Plivo's older signature alone is taken. That one does not cover what the webhook says.",
        unset: "",
        example: "false",
        field: |config| &mut config.plivo.accepts_v2_signatures,
    },
    Key {
        path: "limits.ring_timeout_seconds",
        about: "How long it may ring before the attempt counts as not answered. Ringing for less than 15 seconds is an abandoned call in law.",
        unset: "",
        example: "40",
        field: |config| &mut config.limits.ring_timeout,
    },
    Key {
        path: "limits.call_seconds",
        about: "How long a call may last once answered. The carrier is told the same limit.",
        unset: "",
        example: "600",
        field: |config| &mut config.limits.call,
    },
    Key {
        path: "limits.calls_per_business_per_day",
        about: "Attempts to one business number in 24 hours. The strictest statutes allow three.",
        unset: "",
        example: "3",
        field: |config| &mut config.limits.calls_per_business_per_day,
    },
    Key {
        path: "limits.calls_per_person_per_day",
        about: "Attempts to any other number in 24 hours.",
        unset: "",
        example: "1",
        field: |config| &mut config.limits.calls_per_person_per_day,
    },
    Key {
        path: "limits.calls_at_once",
        about: "Calls that may run at the same time.",
        unset: "",
        example: "4",
        field: |config| &mut config.limits.calls_at_once,
    },
    Key {
        path: "limits.calls_per_second",
        about: "Calls to real telephones that may be begun in a second, whoever asked for them.",
        unset: "",
        example: "1",
        field: |config| &mut config.limits.calls_per_second,
    },
    Key {
        path: "limits.calls_per_minute",
        about: "The same for a minute.",
        unset: "",
        example: "20",
        field: |config| &mut config.limits.calls_per_minute,
    },
    Key {
        path: "limits.calls_per_day",
        about: "The same for 24 hours.",
        unset: "",
        example: "100",
        field: |config| &mut config.limits.calls_per_day,
    },
    Key {
        path: "limits.calls_per_week",
        about: "The same for 7 days.",
        unset: "",
        example: "300",
        field: |config| &mut config.limits.calls_per_week,
    },
    Key {
        path: "limits.calls_per_month",
        about: "The same for 30 days.",
        unset: "",
        example: "1000",
        field: |config| &mut config.limits.calls_per_month,
    },
    Key {
        path: "budget.per_call",
        about: "The most that one call may cost, in units of the rate card's currency. A call whose worst case is dearer is not dialed.",
        unset: "",
        example: "1.00",
        field: |config| &mut config.budget.per_call,
    },
    Key {
        path: "budget.per_task",
        about: "The most that all attempts of one task may cost together.",
        unset: "",
        example: "3.00",
        field: |config| &mut config.budget.per_task,
    },
    Key {
        path: "budget.per_user",
        about: "The most that calls for one user may cost in 30 days: for whoever is named as the one the call is made for.",
        unset: "",
        example: "20.00",
        field: |config| &mut config.budget.per_user,
    },
    Key {
        path: "budget.per_day",
        about: "The most that the last 24 hours may cost together: calls with all their legs, calls that come in, text messages.",
        unset: "",
        example: "5.00",
        field: |config| &mut config.budget.per_day,
    },
    Key { path: "budget.per_week", about: "The same for the last 7 days.", unset: "", example: "20.00", field: |config| &mut config.budget.per_week },
    Key {
        path: "budget.per_month",
        about: "The same for the last 30 days.",
        unset: "",
        example: "50.00",
        field: |config| &mut config.budget.per_month,
    },
    Key {
        path: "alerts.at_percent",
        about: "At which parts of the budget of a day, a week and a month you are told that it runs out, in percent. `costs` shows it too.",
        unset: "",
        example: "[50, 80, 100]",
        field: |config| &mut config.alerts.at_percent,
    },
    Key {
        path: "alerts.times_usual",
        about: "You are told when an hour brings so many times the calls, or costs so many times the money, of the busiest hour of the last 30 days.",
        unset: "",
        example: "3",
        field: |config| &mut config.alerts.times_usual,
    },
    Key {
        path: "alerts.calls_always_fine",
        about: "So many calls within an hour are never too many: a new installation has no usual hour.",
        unset: "",
        example: "10",
        field: |config| &mut config.alerts.calls_always_fine,
    },
    Key {
        path: "alerts.percent_of_day_always_fine",
        about: "So large a part of `budget.per_day` within an hour is never too much, in percent.",
        unset: "",
        example: "25",
        field: |config| &mut config.alerts.percent_of_day_always_fine,
    },
    Key {
        path: "rate_card.currency",
        about: "The currency of your account with the phone provider.",
        unset: "USD",
        example: "USD",
        field: |config| &mut config.rate_card.currency,
    },
    Key {
        path: "rate_card.leg_per_minute",
        about: "What the phone provider charges for a begun minute of an answered call. Estimates and budgets rest on it.",
        unset: "the list price for calls to US numbers (Twilio: 0.014, Plivo: 0.012); the practice network is free",
        example: "0.014",
        field: |config| &mut config.rate_card.leg_per_minute,
    },
    Key {
        path: "rate_card.stream_per_minute",
        about: "What the phone provider charges for a begun minute of media stream.",
        unset: "the list price (Twilio and Plivo: 0.004); the practice network is free",
        example: "0.004",
        field: |config| &mut config.rate_card.stream_per_minute,
    },
    Key {
        path: "rate_card.relay_per_minute",
        about: "What the phone provider charges for a begun minute in which it hears and speaks for us (`conversation_mode: text_relay`).",
        unset: "the list price (Twilio: 0.07, from memory); the practice network is free",
        example: "0.07",
        field: |config| &mut config.rate_card.relay_per_minute,
    },
    Key {
        path: "rate_card.recording_per_minute",
        about: "What the phone provider charges for a begun minute that it records; recordings of our own cost nothing there.",
        unset: "the list price (Twilio: 0.0025, Plivo: none); the practice network is free",
        example: "0.0025",
        field: |config| &mut config.rate_card.recording_per_minute,
    },
    Key {
        path: "rate_card.transcription_per_minute",
        about: "What the phone provider charges for a begun minute of speech that it puts into text (`conversation_mode: spoken_turns`).",
        unset: "the list price (Twilio: 0.05, Plivo: 0.08); the practice network is free",
        example: "0.05",
        field: |config| &mut config.rate_card.transcription_per_minute,
    },
    Key {
        path: "rate_card.detection_per_call",
        about: "What the phone provider charges for finding out whether a machine answered.",
        unset: "the list price (Twilio: 0.0075, Plivo: none); the practice network is free",
        example: "0.0075",
        field: |config| &mut config.rate_card.detection_per_call,
    },
    Key {
        path: "rate_card.text_message",
        about: "What the phone provider charges for a part of a text message (`notifications.text_to`), the networks' own fees with it.",
        unset: "0.0133, of which 0.005 are fees from memory; the practice network is free",
        example: "0.0133",
        field: |config| &mut config.rate_card.text_message,
    },
    Key {
        path: "rate_card.number_per_month",
        about: "What your number costs a month; `costs` shows it beside the calls.",
        unset: "the list price of a local number (Twilio: 1.15, Plivo: 0.80); the practice network is free",
        example: "1.15",
        field: |config| &mut config.rate_card.number_per_month,
    },
    Key {
        path: "rate_card.read_on",
        about: "The day on which you read these prices; receipts show it.",
        unset: "the day on which the built-in list was read",
        example: "2026-11-22",
        field: |config| &mut config.rate_card.read_on,
    },
    Key {
        path: "recording.enabled",
        about: "Whether calls are recorded where that is lawful. The receipt and the first sentence of a recorded call say so, and whoever \
                objects is not recorded. See docs/recording.md.",
        unset: "calls on the practice network are recorded, calls to real telephones are not",
        example: "true",
        field: |config| &mut config.recording,
    },
    Key {
        path: "recording.delete_at_provider",
        about: "Whether a recording that the phone provider made is deleted there once it is kept here. Only the two conversation modes \
                without a media stream need the provider to record.",
        unset: "",
        example: "true",
        field: |config| &mut config.deletes_at_carrier,
    },
    Key {
        path: "inbound.enabled",
        about: "Whether `puppetmaster serve` takes calls that come to your number: a callee who rings back goes on with the errand, everybody \
                else gets the menu or leaves a message. See docs/inbound.md.",
        unset: "",
        example: "true",
        field: |config| &mut config.inbound.is_enabled,
    },
    Key {
        path: "inbound.menu_file",
        about: "The YAML file with the menus for callers. See docs/inbound.md.",
        unset: "no menu; callers leave a message",
        example: "menu.yaml",
        field: |config| &mut config.inbound.menu_file,
    },
    Key {
        path: "audit.checkpoints",
        about: "The file to which the end of the audit log is written after each run, so that a log whose end was cut off is noticed. Put it \
                where whoever can change the data directory cannot change it: another disk, another account, an append-only place.",
        unset: "`audit-checkpoints.jsonl` in the data directory, which shows accidents but no malice",
        example: "/var/log/puppetmaster/audit-checkpoints.jsonl",
        field: |config| &mut config.audit_checkpoints,
    },
    Key {
        path: "storage.least_free_megabytes",
        about: "Megabytes that must be free on the disk of the data directory before a call is dialed: what the call brings must find room. A call \
                of an hour leaves some 120 of recording and trace. 0 asks for none.",
        unset: "",
        example: "200",
        field: |config| &mut config.storage.least_free_megabytes,
    },
    Key {
        path: "storage.endpoint",
        about: "Where the bucket is to which sealed recordings and traces are moved: S3, or what speaks like it (MinIO, Ceph, R2, B2). Only \
                ciphertext goes there. See docs/storage.md.",
        unset: "Amazon's own, in `storage.region`",
        example: "https://s3.example.org",
        field: |config| &mut config.storage.endpoint,
    },
    Key {
        path: "storage.bucket",
        about: "The bucket's name. Recording and trace of a call are moved there once it is over; until then, and as long as the bucket cannot be \
                reached, they lie sealed in the data directory.",
        unset: "recordings and traces stay in the data directory",
        example: "my-calls",
        field: |config| &mut config.storage.bucket,
    },
    Key {
        path: "storage.region",
        about: "The bucket's region. Others than Amazon mostly take any.",
        unset: "",
        example: "eu-central-1",
        field: |config| &mut config.storage.region,
    },
    Key {
        path: "storage.prefix",
        about: "What goes before the names of objects, so that several installations share a bucket.",
        unset: "nothing",
        example: "home",
        field: |config| &mut config.storage.prefix,
    },
    Key {
        path: "storage.access_key_id",
        about: "Who asks the bucket. The key may put, get and delete objects below the prefix and needs no more.",
        unset: "none; needed with `storage.bucket`",
        example: "AKIDEXAMPLE",
        field: |config| &mut config.storage.access_key_id,
    },
    Key {
        path: "storage.secret_access_key",
        about: "What requests to the bucket are signed with.",
        unset: "none; needed with `storage.bucket`",
        example: "${file:storage-secret}",
        field: |config| &mut config.storage.secret_access_key,
    },
    Key {
        path: "master_key.value",
        about: "The master key that seals all other keys, 64 hexadecimal digits (`openssl rand -hex 32` makes one), from the environment or as \
                `${file:path}`. Without it nothing that is kept can be read. See docs/storage.md.",
        unset: "the file `vault.key` in the data directory, made on first use",
        example: "${PUPPETMASTER_MASTER_KEY}",
        field: |config| &mut config.master_key.value,
    },
    Key {
        path: "master_key.command",
        about: "A program that prints the master key: how the keyring of the system, a password manager or a hardware token is asked. Run at \
                every start of every command, unless there is a `master_key.value`.",
        unset: "no program",
        example: "secret-tool lookup service puppetmaster",
        field: |config| &mut config.master_key.command,
    },
    Key {
        path: "master_key.next_value",
        about: "The master key that takes the place of the one in use when `puppetmaster data rotate-key` is run. Put it in that one's place \
                afterwards.",
        unset: "none",
        example: "${NEXT_MASTER_KEY}",
        field: |config| &mut config.master_key.next_value,
    },
    Key {
        path: "master_key.next_command",
        about: "A program that prints the next master key, unless there is a `master_key.next_value`.",
        unset: "no program",
        example: "secret-tool lookup service puppetmaster-next",
        field: |config| &mut config.master_key.next_command,
    },
    Key {
        path: "retention.recording_days",
        about: "Days after a call for which its recording is kept; 0 keeps it until it is erased. See docs/privacy.md.",
        unset: "",
        example: "30",
        field: |config| &mut config.retention_days.recording,
    },
    Key {
        path: "retention.transcript_days",
        about: "Days after a call for which its words are kept.",
        unset: "",
        example: "90",
        field: |config| &mut config.retention_days.transcript,
    },
    Key {
        path: "retention.trace_days",
        about: "Days after a call for which its trace is kept, from which its decisions can be replayed.",
        unset: "",
        example: "30",
        field: |config| &mut config.retention_days.trace,
    },
    Key {
        path: "retention.task_days",
        about: "Days after its last call for which an errand is kept, with its report. Recording, words and trace go with it.",
        unset: "",
        example: "365",
        field: |config| &mut config.retention_days.task,
    },
    Key {
        path: "notifications.webhook_url",
        about: "Where a request goes when a call has ended, as JSON, signed by the scheme of standardwebhooks.com. With https, unless it stays on \
                this machine; addresses of private networks are refused.",
        unset: "no request",
        example: "https://hooks.example.org/calls",
        field: |config| &mut config.notifications.webhook_url,
    },
    Key {
        path: "notifications.webhook_secret",
        about: "What the request is signed with: any long text, or `whsec_` and a key in base64.",
        unset: "needed with `webhook_url`",
        example: "${WEBHOOK_SECRET}",
        field: |config| &mut config.notifications.webhook_secret,
    },
    Key {
        path: "notifications.smtp_url",
        about: "The mail server that sends you an e-mail: `smtps://user:password@host`, or `smtp://…` with STARTTLS. An @ in the user is written %40.",
        unset: "no e-mail",
        example: "${SMTP_URL}",
        field: |config| &mut config.notifications.smtp_url,
    },
    Key {
        path: "notifications.email_from",
        about: "The sender's mailbox.",
        unset: "the same as `email_to`",
        example: "calls@example.org",
        field: |config| &mut config.notifications.email_from,
    },
    Key {
        path: "notifications.email_to",
        about: "Your mailbox.",
        unset: "needed with `smtp_url`",
        example: "sam@example.org",
        field: |config| &mut config.notifications.email_to,
    },
    Key {
        path: "notifications.ntfy_url",
        about: "Server and topic of ntfy, for push messages to your telephone. Whoever knows a topic of the public server reads it.",
        unset: "no push message",
        example: "https://ntfy.sh/a-topic-that-nobody-guesses",
        field: |config| &mut config.notifications.ntfy_url,
    },
    Key {
        path: "notifications.ntfy_token",
        about: "The access token of the topic, if it needs one.",
        unset: "none",
        example: "${NTFY_TOKEN}",
        field: |config| &mut config.notifications.ntfy_token,
    },
    Key {
        path: "notifications.text_to",
        about: "Your telephone, for a text message that the phone provider sends from the number that calls are made from. It passes the \
                same gate as a call; the provider charges for it, outside the budget.",
        unset: "no text message",
        example: "\"+15551234568\"",
        field: |config| &mut config.notifications.text_to,
    },
    Key {
        path: "notifications.command",
        about: "A program on this machine: it gets a title and a text as its last two arguments, and JSON on its standard input.",
        unset: "no program",
        example: "notify-send",
        field: |config| &mut config.notifications.command,
    },
    Key {
        path: "notifications.summary",
        about: "Whether the report's summary is told, words of the call among them. Without it, only what came of the call.",
        unset: "",
        example: "true",
        field: |config| &mut config.notifications.tells_summary,
    },
    Key {
        path: "notifications.allow_loopback",
        about: "Whether webhook, ntfy and mail server may be on this machine.",
        unset: "",
        example: "true",
        field: |config| &mut config.notifications.allows_loopback,
    },
    Key {
        path: "speech.models_dir",
        about: "Where the speech models are, if not with the program.",
        unset: "the models that came with the program",
        example: "~/puppetmaster-models",
        field: |config| &mut config.models_dir,
    },
    Key {
        path: "speech.ears_command",
        about: "Another program that hears, in place of the built-in ears. With `{wav}` it is run for each utterance and prints the words; \
                without, it is kept and answers each line, the path of a WAV file, with a line of words. See docs/speech.md.",
        unset: "the built-in ears",
        example: "\"whisper-cli -m ggml-base.en.bin -nt -np -f {wav}\"",
        field: |config| &mut config.ears_command,
    },
    Key {
        path: "speech.voice_command",
        about: "Another program that speaks, in place of the built-in voice; callees of the practice network keep theirs. With `{wav}` it is run for \
                each phrase, reads the text and writes that WAV file; without, it is kept and answers each line, the path, a tab and the text, \
                with a line once the file is written. See docs/speech.md.",
        unset: "the built-in voice",
        example: "\"espeak-ng -v en-us --stdin -w {wav}\"",
        field: |config| &mut config.voice_command,
    },
    Key {
        path: "sandbox.credentials",
        about: "A practice network that runs by itself on this machine, in place of one inside each call: the file that holds the first line of \
                `puppetmaster sandbox --json`.",
        unset: "each call brings its own practice network",
        example: "~/sandbox.json",
        field: |config| &mut config.sandbox_credentials,
    },
    Key {
        path: "sandbox.provider",
        about: "As which phone provider the practice network is spoken to: it stands in for Twilio and for Plivo, with the same callees. \
                `puppetmaster call --provider` says it for one call.",
        unset: "",
        example: "twilio",
        field: |config| &mut config.practised,
    },
    Key {
        path: "sandbox.scenarios_dir",
        about: "YAML scripts of your own callees for the practice network, beside the cast that ships.",
        unset: "only the cast that ships",
        example: "~/scenarios",
        field: |config| &mut config.scenarios_dir,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_founding_variables_keep_their_names() {
        let variables: Vec<String> = KEYS.iter().map(Key::variable).collect();
        let founding = [
            "PERSONAL_ASSISTANT_ENABLED",
            "PERSONAL_ASSISTANT_PHONE_PROVIDER",
            "TWILIO_ACCOUNT_SID",
            "TWILIO_AUTH_TOKEN",
            "TWILIO_PHONE_NUMBER",
            "PLIVO_AUTH_ID",
            "PLIVO_AUTH_TOKEN",
            "PLIVO_PHONE_NUMBER",
        ];
        for name in founding {
            assert!(variables.iter().any(|variable| variable == name), "{name}");
        }
    }

    /// A file made from the table has each section once, and its own keys before them.
    #[test]
    fn keys_of_a_section_stand_together() {
        let mut sections: Vec<&str> = KEYS.iter().map(Key::section).collect();
        sections.dedup();
        for (index, section) in sections.iter().enumerate() {
            assert_eq!(sections.iter().position(|other| other == section), Some(index), "{section} stands apart");
        }
        assert_eq!(sections[0], "");
    }

    #[test]
    fn no_key_and_no_variable_stands_twice() {
        for (index, key) in KEYS.iter().enumerate() {
            assert_eq!(KEYS.iter().position(|other| other.path == key.path), Some(index), "{}", key.path);
            assert_eq!(KEYS.iter().position(|other| other.variable() == key.variable()), Some(index), "{}", key.path);
            assert!(find(&key.full_path()).is_some_and(|found| found.path == key.path));
        }
    }
}
