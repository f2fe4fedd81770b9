//! Every stable code that a refusal or an error may carry, with its text and what to do.
//!
//! The troubleshooting page is generated from [`CODES`]. A refusal can only be built from an entry, so none lacks one.

/// One entry of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodeEntry {
    /// The stable code, `family.name`.
    pub code: &'static str,
    /// What it means: a clause in lower case without a full stop.
    pub text: &'static str,
    /// What to do about it: sentences.
    pub remedy: &'static str,
}

/// Makes a table of codes: a constant for each, and `CODES` with all of them in the order of the troubleshooting page.
#[macro_export]
macro_rules! code_table {
    ($($name:ident = $code:literal, $text:literal, $remedy:literal;)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $text, ".")]
            pub const $name: $crate::codes::CodeEntry = $crate::codes::CodeEntry { code: $code, text: $text, remedy: $remedy };
        )*

        /// All entries, in the order in which the troubleshooting page shows them.
        pub const CODES: &[$crate::codes::CodeEntry] = &[$($name),*];
    };
}

code_table! {
    NUMBER_EMPTY = "number.empty",
        "no number was given",
        "Write the number with + and the country code, for example +12125550123.";
    NUMBER_NOT_A_NUMBER = "number.not_a_number",
        "the text is not a phone number",
        "Write digits with + and the country code, for example +12125550123; no letters, no extension.";
    NUMBER_NO_COUNTRY_CODE = "number.no_country_code",
        "the country code is missing",
        "Write the number with + and the country code, for example +12125550123.";
    NUMBER_WRONG_LENGTH = "number.wrong_length",
        "a phone number has 7 to 15 digits behind the +",
        "Check for missing or doubled digits.";
    NUMBER_EMERGENCY = "number.emergency",
        "the digits reach an emergency service somewhere",
        "Puppet Master never calls emergency services. In an emergency, call yourself, now.";
    NUMBER_N11 = "number.n11",
        "three-digit service codes such as 211, 411 or 811 are never called",
        "Call the service yourself, or give the ten-digit number of the office you want.";
    NUMBER_CRISIS = "number.crisis",
        "crisis and public-safety lines are never called",
        "Call the line yourself: the people there expect a person.";
    NUMBER_SHORT_CODE = "number.short_code",
        "short codes are never called",
        "Give the full number with + and the country code.";
    NUMBER_INVALID = "number.invalid",
        "no such number can exist in its country's numbering plan",
        "Check the digits against the source of the number.";
    NUMBER_PREMIUM = "number.premium",
        "the number is a premium-rate line",
        "Look for the ordinary number of the same business.";
    NUMBER_SHARED_COST = "number.shared_cost",
        "the number is a shared-cost line",
        "Look for the ordinary number of the same business.";
    NUMBER_PERSONAL = "number.personal",
        "the number is a follow-me number whose price its holder sets",
        "Ask for a landline or mobile number.";
    NUMBER_PAGER = "number.pager",
        "the number is a pager",
        "Ask for a landline or mobile number.";
    NUMBER_SATELLITE = "number.satellite",
        "the number is a satellite phone, at satellite prices",
        "Ask for a landline or mobile number.";
    NUMBER_GLOBAL_NETWORK = "number.global_network",
        "the number belongs to an international network and not to a country",
        "Ask for a national number.";
    NUMBER_DIRECTORY = "number.directory",
        "directory assistance costs money for every call",
        "Look the number up elsewhere.";
    NUMBER_CARRIER_SERVICE = "number.carrier_service",
        "the area code is reserved for carriers' or government services",
        "Give the ordinary number of the office you want.";
    NUMBER_FOREIGN_NANP = "number.foreign_nanp",
        "the number begins with +1 and yet lies outside the United States and Canada, at international prices",
        "If you mean to call that country, add its region, for example JM, to `allowed_regions`.";
    NUMBER_REGION = "number.region",
        "calls to this country are not allowed",
        "Add the country, for example GB, to `allowed_regions`.";
    NUMBER_KIND = "number.kind",
        "numbers of this kind are not called",
        "Ask for a landline or mobile number.";
    NUMBER_FICTIONAL = "number.fictional",
        "the number is reserved for fiction: no telephone has it",
        "Use the practice line (`phone_provider: mock`) or give a real number.";
    NUMBER_PRACTICE_ONLY = "number.practice_only",
        "the practice line has no real telephones",
        "Choose a number of the cast (`puppetmaster sandbox --cast`), or set `phone_provider` to a real one.";
    NUMBER_OWN = "number.own",
        "the number is our own: the call would ring back to us",
        "Give the number of the callee.";
    DIALING_PAUSED = "dialing.paused",
        "all dialing is paused",
        "Run `puppetmaster resume` when calls may be made again.";
    DIALING_NO_NUMBER = "dialing.no_number",
        "no number to call from is set, so no real telephone is rung",
        "Run `puppetmaster setup`, or set the phone provider's `phone_number`.";
    DIALING_NO_REGION = "dialing.no_region",
        "no country is set that may be called, so no real telephone is rung",
        "Set `allowed_regions`, for example `[US]`.";
    DIALING_NO_BUDGET = "dialing.no_budget",
        "nobody has said how much may be spent, so no real telephone is rung",
        "Set `budget.per_day`, for example 5.00; the other caps of the budget may stay as they are.";
    DIALING_NO_SPACE = "dialing.no_space",
        "too little space is free on the disk of the data directory, so nothing is dialed",
        "Free some space there, or lower `storage.least_free_megabytes`. What a call brings must find room on the disk.";
    DIALING_DISK_FAILED = "dialing.disk_failed",
        "the disk did not confirm a write, so nothing is dialed until the program is started again",
        "Look into the system's log for errors of the disk, mend or replace it, and start the program again.";
    CARRIER_RESTS = "dialing.carrier_rests",
        "the phone provider could not be reached several times in a row, so nothing is dialed by it for a while",
        "Run `puppetmaster doctor`: it says what is out of order. By itself one call tries again at the moment that is named.";
    CARRIER_RESTS_CREDENTIALS = "dialing.carrier_rests_credentials",
        "the phone provider did not accept the credentials several times in a row, so nothing is dialed by it for a while",
        "Run `puppetmaster doctor`, mend the credentials and start again. By itself one call tries again at the moment that is named.";
    DIALING_CLOCK = "dialing.clock_untrusted",
        "the clock of this machine jumped, so nobody knows whether it is a decent hour",
        "Let the system set its clock by network time (NTP). By itself dialing goes on once the clock agrees with the phone provider's, which is asked every few seconds.";
    NUMBER_OPTED_OUT = "number.opted_out",
        "whoever has this number asked never to be called again",
        "Call the number yourself if you must. Only they can take it back.";
    DO_NOT_CALL_SCOPE = "do_not_call.scope",
        "whoever has this number asked not to be called for this",
        "Call the number yourself if you must. Only they can take it back.";
    DO_NOT_CALL_REASON = "do_not_call.reason",
        "an entry of the do-not-call list is lifted only for a written reason",
        "Write a sentence that says why; the audit log keeps it.";
    REGISTRY_MISSING = "registry.missing",
        "no do-not-call registry was loaded, and calls that sell must be checked against it",
        "Import the registry's files for the area codes that you call.";
    REGISTRY_STALE = "registry.stale",
        "the do-not-call registry was read too long ago",
        "Download and import the registry again; a list is good for 31 days.";
    REGISTRY_AREA = "registry.area_missing",
        "the number's area code was not loaded from the do-not-call registry",
        "Import the registry's file for this area code.";
    REGISTRY_LISTED = "registry.listed",
        "the number is on the national do-not-call registry",
        "Do not sell to this number, unless you hold its owner's leave in writing.";
    REGISTRY_LINE = "registry.line",
        "a line of the registry file cannot be read",
        "Check that the file is the registry's own list; nothing was changed.";
    REGISTRY_ORDER = "registry.order",
        "the registry file is not in the order of its area codes",
        "Sort it, or import one file for each area code; nothing was changed.";
    REGISTRY_DAMAGED = "registry.damaged",
        "the imported registry cannot be read",
        "Import the registry again.";
    SOLICITATION_REFUSED = "solicitation.refused",
        "the call would sell something or ask for money",
        "Word the errand as what you want of the callee. Selling by telephone is switched off.";
    CONSENT_MISSING = "consent.missing",
        "nobody there has agreed to be called by a machine",
        "If a business picks up at its desk, say so (`callee_kind: business`). Else keep the callee's leave with the number first, or call yourself.";
    CONSENT_REVOKED = "consent.revoked",
        "leave to be called by a machine was taken back",
        "Ask the callee yourself, and keep the new leave with the number.";
    CONSENT_EXPIRED = "consent.expired",
        "leave to be called by a machine does not stand at this moment",
        "Ask the callee yourself, and keep the new leave with the number.";
    CONSENT_UNPROVEN = "consent.unproven",
        "a consent lacks the proof that its form demands",
        "Give its wording, and for one in writing the document.";
    SCHEDULE_TOO_EARLY = "schedule.too_early",
        "the task's schedule has not begun",
        "Wait, or change the schedule; a changed task needs a new approval.";
    SCHEDULE_EXPIRED = "schedule.expired",
        "the task's schedule is over",
        "Choose a later end; a changed task needs a new approval.";
    SCHEDULE_RECURRENCE = "schedule.recurrence",
        "the recurrence cannot be read",
        "Write it as the error says, for example \"week on mon 10:00\", with values within the ranges that it names.";
    SCHEDULE_MOMENT = "schedule.moment",
        "the moment cannot be read",
        "Write it like 2026-11-30 09:30, or +2h from now; `time_zone` says in which zone.";
    APPROVAL_MISSING = "approval.missing",
        "nobody has approved this call",
        "Look at the receipt and approve it: `puppetmaster task approve`.";
    APPROVAL_VOID = "approval.void",
        "the task was changed after it was approved",
        "Look at the new receipt and approve it again.";
    APPROVAL_EXPIRED = "approval.expired",
        "the approval is too old",
        "Look at the receipt and approve it again.";
    APPROVAL_USED = "approval.used",
        "the approval was used up by an earlier attempt",
        "Each attempt needs an approval of its own: approve it again.";
    APPROVAL_STANDING = "approval.standing",
        "a standing approval would last too long, or not at all",
        "Give an end within 92 days: `--until +30d`.";
    CAP_NUMBER = "cap.number",
        "the number was called often enough for a day",
        "Wait until it is allowed again; more calls would be a nuisance.";
    CAP_ATTEMPTS = "cap.attempts",
        "all attempts of this task are used up",
        "Raise `max_attempts` if another try makes sense; a changed task needs a new approval.";
    CAP_PACE = "cap.pace",
        "as many calls were begun lately as may be",
        "Wait, or raise the limit that the error names: one of `limits.calls_per_second`, `_minute`, `_day`, `_week` and `_month`.";
    CAP_CONCURRENCY = "cap.concurrency",
        "as many calls are running as may run at once",
        "Wait until one ends, or raise `calls_at_once`.";
    CAP_NUMBER_UNCLEAR = "cap.number_unclear",
        "a call to this number is being placed, or nobody knows yet whether it was",
        "Wait: the phone provider is asked again and again, and what came of that call is told once it is known.";
    HOURS_OUTSIDE = "hours.outside",
        "it is not a decent hour to ring there",
        "Wait until it is. If a business picks up, say so (`callee_kind: business`): its hours are longer.";
    HOURS_UNKNOWN_PLACE = "hours.unknown_place",
        "it is not known where the number is, so the hour there is not known either",
        "Check the number; without a place there is no decent hour.";
    BUDGET_CALL = "budget.call",
        "the call may cost more than one call is allowed to",
        "Shorten `total_time`, or raise `max_cost` or the budget for one call.";
    BUDGET_DAY = "budget.day",
        "the budget for 24 hours would be passed",
        "Wait, or raise the budget for a day.";
    BUDGET_TASK = "budget.task",
        "the budget for all attempts of one task would be passed",
        "Make a new task if the call is worth it, or raise `budget.per_task`.";
    BUDGET_USER = "budget.user",
        "the budget of this user for 30 days would be passed",
        "Wait, or raise `budget.per_user`.";
    BUDGET_WEEK = "budget.week",
        "the budget for 7 days would be passed",
        "Wait, or raise the budget for a week.";
    BUDGET_MONTH = "budget.month",
        "the budget for 30 days would be passed",
        "Wait, or raise the budget for a month.";
    TASK_EMPTY_INTENT = "task.empty_intent",
        "the intent is empty",
        "Say in a sentence what the call is for, for example \"Ask what time they close today\".";
    TASK_NO_PRINCIPAL = "task.no_principal",
        "it is not said for whom the call is",
        "Give a name as it should be said aloud, for example \"Sam Miller\".";
    TASK_TOO_LONG = "task.too_long",
        "a text of the task is too long",
        "Shorten it.";
    TASK_NEVER_SPOKEN = "task.never_spoken",
        "a text of the task looks like a card number, a PIN, a code or a password",
        "These are never spoken and never kept. Take it out; if they ask for it, take the call over and give it yourself. A number that is none of these can be given in parts, or with its kind behind the label: --fact \"pin board (terms)=large\".";
    TASK_SECRET_IN_TEXT = "task.secret_in_text",
        "a secret is named where words are said as they are written",
        "Name a secret only as the whole value of a fact: --fact \"member number=@gym\".";
    TASK_NOT_ON_TAPE = "task.not_on_tape",
        "the voicemail message gives a fact that is never left on a tape",
        "Anybody may play a voicemail. Take the fact out of the message, for example ask them to call back.";
    TASK_NO_SUCH_SECRET = "task.no_such_secret",
        "a fact names a secret that is not kept",
        "Keep it with `puppetmaster secret set NAME`, or change the fact. The names that are kept: `puppetmaster secret list`.";
    TASK_OUT_OF_RANGE = "task.out_of_range",
        "a limit of the task is out of its range",
        "Choose a value within the range that the error names.";
    TASK_EMPTY_SCHEDULE = "task.empty_schedule",
        "the schedule ends before it begins",
        "Choose a later end.";
    TASK_CIRCLE = "task.circle",
        "tasks wait for each other in a circle, so none would ever run",
        "Take one of the dependencies away.";
    TASK_OPENING_HOURS = "task.opening_hours",
        "the opening hours cannot be read",
        "Write days and times, for example \"Mo-Fr 09:00-18:00; Sa 10:00-14:00; PH off\".";
    TASK_TIME_ZONE = "task.time_zone",
        "there is no such time zone",
        "Write its IANA name, for example America/Chicago.";
    TASK_WRONG_STATE = "task.wrong_state",
        "the task is in a state in which this cannot be done",
        "Look at the task: `puppetmaster task show`.";
    BATCH_SIZE = "batch.size",
        "a batch has 1 to 500 rows",
        "Add a row, or split the batch.";
    BATCH_FIELD = "batch.field",
        "the row lacks a field that the intent names",
        "Fill the field in this row, or take its name out of the intent.";
    BATCH_CALLEE = "batch.callee",
        "the row's callee is none of business, person and unknown",
        "Write one of the three, or leave the field empty.";
    BATCH_TYPE = "batch.type",
        "the row's type is no kind of errand",
        "Write one of those that `puppetmaster task create --help` lists, or leave the field empty.";
    BATCH_FACT = "batch.fact",
        "the row lacks a fact that such an errand needs",
        "Add a column of this name, or make the batch with `--incomplete`.";
    BATCH_COLUMN = "batch.column",
        "the column has no name, or another one has the same",
        "Give each column a name of its own in the first line.";
    BATCH_NO_NUMBER = "batch.no_number",
        "there is no column `number`",
        "Name the column that holds the telephone numbers `number`, in the first line.";
    BATCH_CELLS = "batch.cells",
        "the row has more cells than there are columns",
        "Put quotation marks around a text that holds the separator: \"Elm Street 5, left door\".";
    BATCH_VALUE = "batch.value",
        "the field holds no text",
        "Write one text behind it.";
    BATCH_DOUBLED = "batch.doubled",
        "another row asks the same of the same number",
        "Take one of the two rows out.";
    BATCH_UNFIT = "batch.unfit",
        "the calls cannot be approved together",
        "Make separate batches, or approve the calls one by one.";
    ALERT_THRESHOLD = "alert.threshold",
        "a part of a budget is used up",
        "Look at `puppetmaster stats`; raise the budget only if the calls are yours.";
    ALERT_CALLS = "alert.calls",
        "more calls were made within an hour than this installation ever made",
        "Look at `puppetmaster task list`. If you did not ask for these calls, stop the program and change the carrier's credentials.";
    ALERT_MONEY = "alert.money",
        "more money was spent within an hour than this installation ever spent",
        "Look at `puppetmaster task list`. If you did not ask for these calls, stop the program and change the carrier's credentials.";
    ALERT_FORGERIES = "alert.forgeries",
        "many requests pretended to come from the phone provider",
        "All of them were refused. If your own calls fail too, `public_url` is not the address that the provider asks, or the auth token was changed: run `puppetmaster doctor`. If not, somebody tries your address; it harms nobody, and a firewall can keep them out.";
    ALERT_CREDENTIALS = "alert.credentials",
        "the phone provider does not accept the credentials any more",
        "Nothing is dialed by it. If you changed the token at the provider, set the new one here; if you did not, look at the provider's console who did.";
    ALERT_CLOCK = "alert.clock",
        "the clock of this machine jumped",
        "Nothing is dialed until the clock agrees with the phone provider's. If the machine was not asleep, let the system set its clock by network time (NTP).";
    DISCLOSURE_MACHINE = "disclosure.machine",
        "the opening does not say that a machine calls",
        "Say it in plain words, for example \"this is an automated assistant\".";
    DISCLOSURE_PRINCIPAL = "disclosure.principal",
        "the opening does not say for whom the call is",
        "Write {principal} where the name belongs.";
    DISCLOSURE_PURPOSE = "disclosure.purpose",
        "the opening does not say why it calls",
        "Write {purpose} where the purpose belongs, for example \"I'm calling {purpose}\".";
    DISCLOSURE_RECORDING = "disclosure.recording",
        "the opening does not say that the call is recorded",
        "Write {recorded} where the notice belongs; it is left out of calls that are not recorded.";
    DISCLOSURE_CALLBACK = "disclosure.callback",
        "the callee cannot ring back, which the law of the place asks for",
        "Call from a number of your own that can be rung back, or say one in the opening.";
    DISCLOSURE_HUMAN = "disclosure.human",
        "the opening claims to be human",
        "Leave that out: an assistant never claims to be human.";
    DISCLOSURE_LANGUAGE = "disclosure.language",
        "openings in this language cannot be checked",
        "Use a language that can be checked; what cannot be checked is not spoken.";
    STORE_LOCKED = "store.locked",
        "another process is using the database",
        "Stop the other Puppet Master, or let it do this: only one process may dial from one data directory.";
    STORE_NEWER = "store.newer",
        "the database was written by a newer version",
        "Use the newer version, or restore the backup that it made before it changed the database.";
    STORE_FULL = "store.full",
        "the disk is full",
        "Make room and try again. Nothing that was acknowledged is lost.";
    STORE_UNSYNCED = "store.unsynced",
        "the disk did not confirm a write, which counts as lost",
        "Look into the system's log for errors of the disk, mend or replace it, and start the program again: nothing is dialed until then.";
    STORE_CORRUPT = "store.corrupt",
        "the database or the vault cannot be read",
        "Restore a backup of the whole data directory; keep the damaged files for inspection.";
    STORE_WRONG_KEY = "store.wrong_key",
        "the vault key does not open this data",
        "Put the key back that belongs to this data directory: the file vault.key and the folder keys, or what `master_key` names in the configuration. Without it the data cannot be read. A rotation that was cut off needs the old and the new one.";
    STORE_UNAVAILABLE = "store.unavailable",
        "the data directory cannot be used",
        "Check that it exists, is on a local disk and belongs to you.";
    STORE_CONFLICT = "store.conflict",
        "the record is not in a state in which this can be done",
        "Look at it again; something else has changed it.";
    STORE_OVERTAKEN = "store.overtaken",
        "other calls have meanwhile used up the money or the place that this one needs",
        "Try again; the caps then say what is in the way.";
    STORE_NOT_FOUND = "store.not_found",
        "there is no such record",
        "Check the identity; `puppetmaster task list` shows all tasks.";
    STORAGE_REFUSED = "storage.refused",
        "the bucket does not let us",
        "Check `storage.access_key_id`, `storage.secret_access_key`, `storage.region` and what the key may do: get, put and delete objects. What waits here is sealed and is moved later.";
    STORAGE_MISSING = "storage.missing",
        "the bucket, or an object in it, is not there",
        "Check `storage.bucket`, `storage.endpoint` and `storage.prefix`, and whether something else deletes in the bucket.";
    STORAGE_UNREACHABLE = "storage.unreachable",
        "the bucket cannot be reached",
        "Check `storage.endpoint` and the network. What waits here is sealed and is moved later, by `serve` or `puppetmaster data sweep`.";
    STORAGE_ELSEWHERE = "storage.elsewhere",
        "an object was moved to a bucket that is not configured any more",
        "Set `storage` to that bucket again to read or delete it.";
}

/// Returns the entry of a code.
pub fn find(code: &str) -> Option<&'static CodeEntry> {
    CODES.iter().find(|entry| entry.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_says_what_to_do() {
        for (index, entry) in CODES.iter().enumerate() {
            assert_eq!(CODES.iter().position(|other| other.code == entry.code), Some(index), "{} stands twice", entry.code);
            assert!(entry.code.split_once('.').is_some_and(|(family, name)| !family.is_empty() && !name.is_empty()));
            assert!(!entry.text.ends_with('.') && entry.remedy.ends_with('.'), "{}", entry.code);
            assert_eq!(find(entry.code), Some(entry));
        }
    }
}
