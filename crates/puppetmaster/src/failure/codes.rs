//! The codes of commands that end badly, with what to do. The codes of the configuration and of the errand stand elsewhere.

use assistant::codes::CodeEntry;

assistant::code_table! {
    BAD_FLAG = "command.bad_flag",
        "`--set` needs a key and a value",
        "Write it as KEY=VALUE, for example `--set persona=concise`.";
    BAD_FACT = "command.bad_fact",
        "`--fact` needs a label and a value",
        "Write it as LABEL=VALUE, for example `--fact name=\"Sam Miller\"`.";
    APPROVAL_DENIED = "command.approval_denied",
        "you did not approve the call, so nothing was dialed",
        "Make the call again and answer `y`, or add `--yes`.";
    BAD_NUMBER = "command.bad_number",
        "the text is not a phone number",
        "Write the number with + and the country code, for example +12125550123.";
    DNC_NO_ENTRY = "do_not_call.no_entry",
        "no such entry stands on the do-not-call list",
        "Look at the list with `puppetmaster dnc list`.";
    DNC_CANNOT_WRITE = "do_not_call.cannot_write",
        "the do-not-call list cannot be written there",
        "Name another file with `--to`.";
    CANNOT_READ = "command.cannot_read",
        "a file that was named cannot be read",
        "Check its name and that it belongs to you.";
    DNC_FROM_THE_FUTURE = "do_not_call.from_the_future",
        "the moment that the registry's list reflects has not come yet",
        "Give the day on which you downloaded it: `--as-of 2026-11-25`.";
    REGISTRY_NO_BASE = "registry.no_base",
        "there is no list yet that changes could be made to",
        "Import a full list first, without `--changes`.";
    CONSENT_UNKNOWN = "consent.unknown",
        "there is no such consent",
        "List them with `puppetmaster consent list`.";
    BAD_AMOUNT = "command.bad_amount",
        "the text is no amount of money",
        "Write it like 0.50 or 2.";
    STANDING_UNKNOWN = "approval.no_standing",
        "there is no such standing approval",
        "List them with `puppetmaster standing list`.";
    TASK_MISSING_FACTS = "task.missing_facts",
        "the task is a draft, for facts are missing that such an errand needs",
        "Tell them with `puppetmaster task fact TASK \"LABEL=VALUE\"`, or make the task with `--incomplete`.";
    TASK_NOT_PLANNED = "task.not_planned",
        "the task belongs to a single call and is not carried out by itself",
        "Make the call again with `puppetmaster call`, or a task with `puppetmaster task create`.";
    SERIES_EMPTY = "schedule.never",
        "the errand would never be carried out: it ends before its first time",
        "Choose a later end with `--until`.";
    SERIES_FOLLOWED = "schedule.followed",
        "the task that follows this one is made already",
        "Change that one; `puppetmaster task list` shows it.";
    SERIES_DEADLINE = "schedule.no_deadline",
        "an errand that comes back takes no `--deadline`: each time may be called until the next one comes",
        "Leave `--deadline` away, or end the errand with `--until` or `--times`.";
    BATCH_UNKNOWN = "batch.unknown",
        "there is no such batch",
        "List them with `puppetmaster task batch list`.";
    BATCH_ROWS = "batch.rows",
        "the file has mistakes, so nothing of it was stored",
        "Correct the lines that are named and make the batch again.";
    BATCH_WHICH = "batch.which",
        "a file was named, and what to do with a batch as well",
        "Give one of the two: `task batch FILE` makes a batch, `task batch show BATCH` shows one.";
    BATCH_NOTHING_OPEN = "batch.nothing_open",
        "no call of the batch waits for a yes",
        "Look at it with `puppetmaster task batch show`.";
    TASK_UNKNOWN = "command.no_such_task",
        "there is no such task",
        "List them with `puppetmaster task list`.";
    SECRET_BAD_NAME = "secret.bad_name",
        "the text cannot name a secret",
        "Use 1 to 40 small letters, digits and underscores, a letter first: `puppetmaster secret set gym_number`.";
    SECRET_NO_VALUE = "secret.no_value",
        "no value was given, or one that is too short to be told from other words",
        "Type it when it is asked for, or pipe it in: `puppetmaster secret set gym_number < FILE`. One line of 4 to 500 characters.";
    SECRET_NEVER_SPOKEN = "secret.never_spoken",
        "card numbers, PINs, codes and passwords are never spoken, so they are not kept either",
        "Take the call over when they ask for it, and give it yourself.";
    SECRET_UNKNOWN = "secret.unknown",
        "there is no such secret",
        "List them with `puppetmaster secret list`.";
    INBOX_UNKNOWN = "command.no_such_call",
        "no call of this name has come in",
        "List them with `puppetmaster inbox list`.";
    CALL_LOST = "call.lost",
        "the call's own work in this program ended unexpectedly",
        "The carrier's time limit ends the call; the next call settles it in the books first.";
    CARRIER_SETTINGS = "carrier.settings",
        "the phone provider cannot be used as it is set up",
        "Run `puppetmaster config check`; docs/configuration.md says what each key takes.";
    CARRIER_OTHER_MODE = "carrier.other_mode",
        "the phone provider cannot hold conversations as `conversation_mode` wants them",
        "The call is held by spoken turns instead, and the receipt says so. Set `conversation_mode` to `spoken_turns` or `media_stream` to say what you want.";
    SERVER_CANNOT_LISTEN = "server.cannot_listen",
        "the address for webhooks and media sockets cannot be had",
        "Stop the other program, or name another address with the key `listen` (port 0 takes a free one).";
    SERVER_FULL = "server.full",
        "the server carries as many calls as it can",
        "Try again when a call has ended, raise `--calls-at-most`, or give it a faster machine; docs/performance.md says what one carries.";
    SERVE_BAD_STUB_SPEECH = "serve.bad_stub_speech",
        "`--stub-speech` does not name three delays",
        "Write all three, each once and at most a minute: `--stub-speech stt=100ms,llm=200ms,tts=100ms`.";
    SERVE_MOCK_ONLY = "serve.mock_only",
        "`--stub-speech` answers calls with a hum, which is for load tests on the practice network alone",
        "Leave `--stub-speech` away, or set `phone_provider` to `mock`.";
    SERVE_NO_FOLDER = "serve.no_folder",
        "a load test keeps its calls in a temporary folder, and none can be made",
        "Make room there, or name another place in the environment variable `TMPDIR`.";
    SANDBOX_BAD_ADDRESS = "sandbox.bad_address",
        "the text behind `--listen` is not an address with a port",
        "Write it like 127.0.0.1:4010, or 127.0.0.1:0 for a free port.";
    SANDBOX_PORT_IN_USE = "sandbox.port_in_use",
        "another program listens where the practice network should",
        "Stop it, or choose another address with `--listen` (port 0 takes a free one).";
    SANDBOX_NOT_LOOPBACK = "sandbox.not_loopback",
        "the practice network listens on this machine only",
        "Choose a loopback address such as 127.0.0.1:0.";
    SANDBOX_CANNOT_LISTEN = "sandbox.cannot_listen",
        "the address for the practice network cannot be had",
        "Choose another address with `--listen`.";
    SANDBOX_CANNOT_SET_UP = "sandbox.cannot_set_up",
        "the practice network cannot be set up",
        "Look at what the system says; most often it is a limit on open files or processes.";
    SANDBOX_BAD_FAULT = "sandbox.bad_fault",
        "the text behind `--fault`, or a rule sent to `/sandbox/faults`, names no fault that the practice network knows",
        "`puppetmaster sandbox --help` lists them; write it like `--fault webhook=late:800ms`.";
    SANDBOX_BAD_SCRIPT = "sandbox.bad_script",
        "a callee's script cannot be read",
        "Correct the script at the place that is named, or take it out of the folder; scenarios/README.md says how scripts are written.";
    SANDBOX_BAD_CREDENTIALS = "sandbox.bad_credentials",
        "the file of `sandbox.credentials` does not say how to reach a practice network",
        "Start one with `puppetmaster sandbox --json > FILE` and name that file.";
    SIMULATE_UNKNOWN = "simulate.no_such_scenario",
        "there is no scenario of this name",
        "`puppetmaster simulate --list` shows them.";
    SIMULATE_LOST = "simulate.lost",
        "the simulation ended unexpectedly",
        "Run it again with the same seed, and report it.";
    SPEECH_MODEL_MISSING = "speech.model_missing",
        "a speech model is not where it should be",
        "Fetch the repository whole, or name the folder with the key `speech.models_dir`.";
    SPEECH_MODEL_CORRUPT = "speech.model_corrupt",
        "a speech model is not the one that was pinned",
        "Restore the file from the repository: `git checkout -- models`.";
    SPEECH_NO_PROGRAM = "speech.no_program",
        "the program that should hear or speak is not there",
        "Install it, or write its whole path in `speech.ears_command` or `speech.voice_command`; docs/speech.md says how.";
    SPEECH_NOT_UNDERSTOOD = "speech.not_understood",
        "the ears in use did not understand the voice in use",
        "Try the other engines: leave out `speech.ears_command` or `speech.voice_command`.";
    SPEECH_OVERLOADED = "speech.overloaded",
        "too much speech is waiting already",
        "Wait until other calls have ended.";
    SPEECH_FAILED = "speech.failed",
        "a speech engine failed",
        "Run `puppetmaster doctor`, which tries ears and voice.";
    AUDIT_BROKEN = "audit.broken",
        "the audit log is not as it was written",
        "Keep the data directory as it is for inspection; the places that are named, and the checkpoints, tell since when.";
    AUDIT_CHECKPOINTS = "audit.checkpoints",
        "the file of the audit log's checkpoints cannot be used",
        "Name another file with the key `audit.checkpoints`, or look at the line that is named.";
    DATA_NUMBER = "data.number",
        "the number cannot be read",
        "Write it with its country code: \"+12125550123\".";
    DATA_FILE = "data.file",
        "the folder of an export cannot be used",
        "Name a folder that does not exist yet to write one, or the folder that an export made to read it.";
    DATA_THERE = "data.there",
        "something of the export is here already, so nothing was read in",
        "Read it into an empty data directory (`--set data_dir=…`), or erase the callee here first.";
    DATA_NOT_AGREED = "data.not_agreed",
        "you did not agree, so nothing was erased",
        "Answer `y`, or add `--yes`.";
    DATA_LIVE = "data.live",
        "a call of theirs is running, so nothing was erased",
        "Wait until it ends, or end it.";
    DATA_NO_NEXT_KEY = "data.no_next_key",
        "the master key comes from outside, and no next one is there to take its place",
        "Give the new key as `master_key.next_value` or `master_key.next_command`, or add `--to-file` to keep one in the data directory.";
    MASTER_KEY_COMMAND = "master_key.command",
        "the program that should print the master key does not",
        "Run `master_key.command` (or `next_command`) yourself: it must print 64 hexadecimal digits and nothing else, and end well.";
    STORAGE_SETTINGS = "storage.settings",
        "the bucket cannot be used as it is configured",
        "Check `storage.endpoint` and `storage.bucket`.";
    RECORDING_UNKNOWN = "recording.unknown",
        "there is no recording of this attempt",
        "Look at the task with `puppetmaster task show`; a call that nobody answered has none.";
    RECORDING_CANNOT_WRITE = "recording.cannot_write",
        "the recording cannot be written there",
        "Name another file with `--to`.";
    TRACE_UNKNOWN = "trace.unknown",
        "there is no such file and no trace of such an attempt",
        "Look at the task with `puppetmaster task show`.";
    TRACE_CANNOT_READ = "trace.cannot_read",
        "the trace cannot be read",
        "Name another file.";
    TRACE_UNREADABLE = "trace.unreadable",
        "the file is no trace that this version can replay",
        "Replay it with the version that wrote it.";
    SETUP_NO_ANSWER = "setup.no_answer",
        "an answer is missing, and there is nobody to ask",
        "Give it as the flag or variable that the error names, or run the setup in a terminal.";
    SETUP_BAD_ANSWER = "setup.bad_answer",
        "an answer cannot be used",
        "Give another one; the error says what is wrong with it.";
    SETUP_NO_TUNNEL = "setup.no_tunnel",
        "no such tunnel runs on this machine",
        "Start it first (`ngrok http 8080`, or `cloudflared tunnel --url http://127.0.0.1:8080`), or give `--public-url`.";
    SETUP_FILE_EXISTS = "setup.file_exists",
        "there is a configuration file already; it was left as it is",
        "Add `--overwrite` to replace it (the old one is kept beside it), or name another file with `--config`.";
    SETUP_CANNOT_WRITE = "setup.cannot_write",
        "a file of the setup cannot be written",
        "Check that the directory exists, belongs to you and has room.";
    SETUP_NO_FIRST = "setup.no_first",
        "a second phone provider stands beside another one, and none is set up",
        "Run `puppetmaster setup` with the first one, see that `puppetmaster config check` is content, and then add the second.";
    SETUP_BY_HAND = "setup.by_hand",
        "the configuration file could not be changed",
        "Write the keys into it by hand, as the error shows them, and run `puppetmaster config check`.";
    NO_RUNTIME = "system.no_runtime",
        "the program's threads cannot be started",
        "Look at the limits of processes and threads.";
}

/// Returns the entry of a code of the practice network.
pub fn of_sandbox(error: &sandbox::SandboxError) -> &'static CodeEntry {
    CODES.iter().find(|entry| entry.code == error.code()).unwrap_or(&SANDBOX_CANNOT_SET_UP)
}
