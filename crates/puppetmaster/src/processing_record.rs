//! Records of processing (GDPR, Article 30) and a sketch of an impact assessment (Article 35), made of the configuration in force.
//!
//! They say what this installation does; who answers for it, and whether it may, only its operator can say: those places are left
//! open and marked. No legal advice.

use std::fmt::Write;

use assistant::compliance::retention::{DataClass, Retention};

use crate::config::Config;

/// What only the operator can fill in.
const OPEN: &str = "______";

/// Returns the page, as Markdown.
pub fn page(config: &Config) -> String {
    let mut page = String::new();
    // Writing into a String cannot fail.
    let mut line = |text: &str| {
        let _ = writeln!(page, "{text}");
    };
    line("# Record of processing activities\n");
    line(&format!("Controller: {OPEN}  \nContact: {OPEN}  \nDate: {OPEN}\n"));
    line("## What and why");
    line("Telephone calls by an automated assistant on behalf of its user, to ask for information, make appointments and the like, after the user's");
    line(&format!("approval of each call. Legal basis: {OPEN} (usually Article 6(1)(b) or (f)).\n"));
    line("## Whose data, and which");
    line("| whose | which | kept for |\n| --- | --- | --- |");
    let retention = config.retention();
    line(&format!("| callees | number, words, report, time of the call | {} |", kept(&retention, DataClass::Task)));
    line(&format!("| callees, user | transcript | {} |", kept(&retention, DataClass::Transcript)));
    line(&format!("| callees, user | recording | {} |", recordings(config, &retention)));
    line(&format!("| callees, user | trace of the call's decisions, with its words | {} |", kept(&retention, DataClass::Trace)));
    line(&format!("| user | errand, name, facts that may be given | {} |", kept(&retention, DataClass::Task)));
    if config.inbound.is_enabled {
        line(&format!("| callers | number, message | {} |", kept(&retention, DataClass::Task)));
        line(&format!("| callers | recording of a message that they leave | {} |", kept(&retention, DataClass::Recording)));
    }
    line("| callees | wish not to be called, as a keyed hash of the number | for good |");
    line("| nobody in particular | length, cost and outcome of calls; audit log without names and numbers | for good |\n");
    line("## Who receives it");
    line("| recipient | what | where |\n| --- | --- | --- |");
    for (who, what) in recipients(config) {
        line(&format!("| {who} | {what} | {OPEN} |"));
    }
    line("\n## How it is protected");
    line("Words, numbers, names, recordings and traces are sealed (AES-256-GCM), those of each callee by a key of their own, destroyed on erasure.");
    line(&format!("The master key {}. Recordings and traces lie {}.", master_key(config), objects(config)));
    line("Each call says first that a machine calls and for whom, and whether it is recorded; objections and stop requests are honoured at once.");
    line("Every approval, dial, refusal, stop request, export and erasure stands in an audit log whose changes are noticed.\n");
    line("# Impact assessment (sketch)\n");
    line("| question | answer of this installation |\n| --- | --- |");
    line("| Is it needed, and is there a milder way? | Only what the errand needs is asked and told; a call is made after the user's yes. |");
    line(&format!(
        "| Are calls recorded? | {} |",
        if config.records() { "yes, after a notice, where that is lawful; who objects is not recorded" } else { "no" }
    ));
    line(&format!(
        "| Who hears and speaks? | {} |",
        if mode_is_local(config) { "this machine" } else { "the phone provider, by its own speech services" }
    ));
    line(&format!("| Do recordings leave this machine? | {} |", leaves(config)));
    line(&format!("| Does news of a call leave this machine? | {} |", news(config)));
    line("| How does somebody get their data, or have it erased? | `puppetmaster data export --number …`, `puppetmaster data erase --number …` |");
    line(&format!("| What remains as a risk, and who has accepted it? | {OPEN} |"));
    page
}

fn kept(retention: &Retention, class: DataClass) -> String {
    retention.of(class).map_or_else(|| "until erased".to_owned(), |kept| format!("{} days", kept.as_secs() / 86_400))
}

fn recordings(config: &Config, retention: &Retention) -> String {
    if config.records() { kept(retention, DataClass::Recording) } else { "not made".to_owned() }
}

fn master_key(config: &Config) -> &'static str {
    let source = &config.master_key;
    match (source.value.is_some(), source.command.is_some()) {
        (true, _) => "is handed over by the environment or a file outside the data directory",
        (_, true) => "is handed over by a program, such as the system's keyring",
        (false, false) => "lies in the data directory, readable by its owner only",
    }
}

/// The bucket as its operator would be named: host and bucket, no credentials.
fn bucket(config: &Config) -> Option<String> {
    let storage = &config.storage;
    let bucket = storage.bucket.as_ref()?;
    let host = storage.endpoint.as_ref().map_or("Amazon S3", |url| url.as_str().split_once("://").map_or("", |(_, host)| host));
    Some(format!("the bucket `{}` at {host}, region {}", bucket.as_str(), storage.region.as_str()))
}

fn objects(config: &Config) -> String {
    bucket(config).map_or_else(|| "in the data directory".to_owned(), |bucket| format!("in {bucket}, sealed before they leave this machine"))
}

fn leaves(config: &Config) -> &'static str {
    if bucket(config).is_some() { "as ciphertext; the keys do not" } else { "no" }
}

fn mode_is_local(config: &Config) -> bool {
    !config.conversation_mode.is_in_text() && config.ears_command.is_none() && config.voice_command.is_none()
}

fn recipients(config: &Config) -> Vec<(String, &'static str)> {
    let settings = &config.notifications;
    let news = if settings.tells_summary { "outcome and summary of calls" } else { "outcome of calls" };
    let mut found = Vec::new();
    if config.phone_provider.is_real() {
        let providers = [Some(config.phone_provider.as_str()), config.second_provider.map(|second| second.as_str())];
        found.extend(providers.into_iter().flatten().map(|who| (who.to_owned(), "numbers, sound and time of calls")));
    } else {
        found.push(("nobody".to_owned(), "practice calls stay on this machine"));
    }
    if let Some(bucket) = bucket(config) {
        found.push((bucket, "recordings and traces, as ciphertext without the keys; their number, size and time"));
    }
    if config.ears_command.is_some() || config.voice_command.is_some() {
        found.push((
            "the speech programs that are configured".to_owned(),
            "sound and words of calls; whether they send them elsewhere, their makers say",
        ));
    }
    for (is_set, who) in [
        (settings.webhook_url.is_some(), "the webhook of the user"),
        (settings.smtp_url.is_some(), "the mail server of the user"),
        (settings.ntfy_url.is_some(), "the ntfy server"),
        (settings.text_to.is_some(), "the phone provider, for text messages to the user"),
        (settings.command.is_some(), "the notification program of the user"),
    ] {
        if is_set {
            found.push((who.to_owned(), news));
        }
    }
    found
}

fn news(config: &Config) -> &'static str {
    let settings = &config.notifications;
    let is_any = settings.webhook_url.is_some()
        || settings.smtp_url.is_some()
        || settings.ntfy_url.is_some()
        || settings.text_to.is_some()
        || settings.command.is_some();
    match (is_any, settings.tells_summary) {
        (false, _) => "no",
        (true, false) => "what came of a call, without words of it",
        (true, true) => "what came of a call, with its summary",
    }
}

#[cfg(test)]
mod tests {
    use telephony::Private;

    use super::*;
    use crate::config::setting::Around;
    use crate::config::sources::Places;
    use crate::config::{Provider, keys};

    #[test]
    fn the_record_says_what_the_configuration_does() {
        let mut config = Config::defaults(&Places::default());
        let practice = page(&config);
        assert!(practice.contains("| nobody | practice calls stay on this machine |"), "{practice}");
        assert!(
            practice.contains("| callees, user | recording | 30 days |")
                && practice.contains("The master key lies in the data directory")
                && practice.contains("leave this machine? | no |"),
            "{practice}"
        );
        config.phone_provider = Provider::Twilio;
        config.inbound.is_enabled = true;
        config.second_provider = Some(carriers::registry::Practised::Plivo);
        let around = Around { directory: std::path::Path::new("."), home: None };
        for (path, text) in
            [("storage.endpoint", "https://s3.example.org"), ("storage.bucket", "my-calls"), ("master_key.command", "secret-tool lookup a b")]
        {
            (keys::find(path).unwrap().field)(&mut config).set(text, &around).unwrap();
        }
        config.notifications.ntfy_url = Some(Private::new("https://ntfy.sh/secret-topic".into()));
        config.notifications.tells_summary = true;
        let real = page(&config);
        for line in [
            "| twilio | numbers, sound and time of calls |",
            "| the ntfy server | outcome and summary of calls |",
            "| plivo | numbers, sound and time of calls |",
            "| the bucket `my-calls` at s3.example.org, region us-east-1 | recordings and traces, as ciphertext without the keys; their number, size and time |",
            "The master key is handed over by a program, such as the system's keyring. Recordings and traces lie in the bucket `my-calls`",
            "| Do recordings leave this machine? | as ciphertext; the keys do not |",
            "| Are calls recorded? | no |",
            "| callees, user | recording | not made |",
            "| callers | recording of a message that they leave | 30 days |",
            "| callers | number, message | 365 days |",
            "what came of a call, with its summary",
        ] {
            assert!(real.contains(line), "{line}\n{real}");
        }
        assert!(!real.contains("secret-topic"), "no secret stands in a document that is handed on");
    }
}
