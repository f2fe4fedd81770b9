//! `config show` and `config check`: the values in effect, each with where it came from.

use std::fmt::Write;

use super::keys::{KEYS, ROOT};
use super::load::Loaded;

/// Returns all values in effect as YAML that could be a configuration file, with the source of each behind it.
///
/// A key without a value stands there as a comment that says what holds instead. Secrets are masked; numbers and names are
/// shown, for it is the user who asks.
pub fn show(loaded: &Loaded) -> String {
    let mut config = loaded.config.clone();
    let mut lines: Vec<(String, String)> = vec![("voice:".into(), String::new()), ("  personal_assistant:".into(), String::new())];
    let mut section = "";
    for key in KEYS {
        if key.section() != section {
            section = key.section();
            lines.push((format!("    {section}:"), String::new()));
        }
        let indent = if section.is_empty() { "    " } else { "      " };
        let field = (key.field)(&mut config);
        lines.push(match field.show() {
            Some(value) => (format!("{indent}{}: {}", key.name(), scalar(&value, field.is_list())), loaded.origin(key).to_string()),
            None => (format!("{indent}# {}:", key.name()), format!("not set: {}", key.unset)),
        });
    }
    let width = lines.iter().filter(|(_, source)| !source.is_empty()).map(|(line, _)| line.chars().count()).max().unwrap_or_default().min(60);
    let mut out = String::new();
    for (line, source) in lines {
        // Writing into a String cannot fail.
        let _ = if source.is_empty() { writeln!(out, "{line}") } else { writeln!(out, "{line:width$}  # {source}") };
    }
    out
}

/// Returns the one line that `config check` prints if nothing is wrong.
pub fn all_is_well(loaded: &Loaded) -> String {
    let from = loaded.file.as_ref().map_or_else(|| "no file; built-in values and the environment".into(), |file| file.display().to_string());
    let provider = loaded.config.phone_provider.as_str();
    let off = if loaded.config.is_enabled { "" } else { "; switched off" };
    format!("The configuration is fine ({from}). {ROOT}.phone_provider is {provider}{off}.")
}

/// Quotes what YAML would not give back as the same text.
fn scalar(value: &str, is_list: bool) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:".contains(c);
    let begins_well = value.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    if is_list || (begins_well && value.chars().all(is_plain) && !value.ends_with(':')) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::expect;

    use super::super::load::load;
    use super::super::sources::{Places, Sources};
    use super::*;

    fn sources() -> Sources {
        let environment =
            [("TWILIO_AUTH_TOKEN", "planted"), ("TWILIO_PHONE_NUMBER", "+12125550100"), ("PERSONAL_ASSISTANT_USER_NAME", "Sam \"the\" ${X}")];
        let environment: BTreeMap<String, String> = environment.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let flags = vec![("allowed_regions".into(), "US,CA".into())];
        Sources {
            environment,
            flags,
            looks_at: None,
            places: Places { working: "/nowhere".into(), home: Some("/home/sam".into()), ..Places::default() },
            named_file: None,
        }
    }

    #[test]
    fn every_value_says_where_it_came_from() {
        expect![[r#"
            voice:
              personal_assistant:
                enabled: true                                  # default
                phone_provider: mock                           # default
                # second_provider:                             # not set: nobody; the call is reported as not placed
                # from_number:                                 # not set: the `phone_number` of the phone provider in use; the practice network has one of its own
                # operator_number:                             # not set: calls cannot be taken over, and callers who have waited too long leave a message
                takeover_listens: false                        # default
                user_name: "Sam \"the\" $${X}"                 # environment PERSONAL_ASSISTANT_USER_NAME
                persona: professional_assistant                # default
                conversation_mode: media_stream                # default
                # time_zone:                                   # not set: the zone of this machine
                solicitation: refused                          # default
                allowed_regions: [US, CA]                      # command line
                data_dir: /home/sam/.local/share/puppetmaster  # default
                listen: 127.0.0.1:0                            # default
                # public_url:                                  # not set: the address of `listen`, which only the practice network can reach
                twilio:
                  # account_sid:                               # not set: none; needed if `phone_provider` is `twilio`
                  auth_token: "********"                       # environment TWILIO_AUTH_TOKEN
                  # secondary_auth_token:                      # not set: none
                  # api_key:                                   # not set: none; requests are signed with the auth token
                  # api_secret:                                # not set: none; needed if `api_key` is set
                  phone_number: "+12125550100"                 # environment TWILIO_PHONE_NUMBER
                  # api_url:                                   # not set: https://api.twilio.com
                  calls_per_second: 1                          # default
                  # test_account_sid:                          # not set: none
                  # test_auth_token:                           # not set: none
                plivo:
                  # auth_id:                                   # not set: none; needed if `phone_provider` is `plivo`
                  # auth_token:                                # not set: none; needed if `phone_provider` is `plivo`
                  # secondary_auth_token:                      # not set: none
                  # phone_number:                              # not set: none
                  # api_url:                                   # not set: https://api.plivo.com
                  calls_per_second: 2                          # default
                  accept_v2_signatures: false                  # default
                limits:
                  ring_timeout_seconds: 40                     # default
                  call_seconds: 600                            # default
                  calls_per_business_per_day: 3                # default
                  calls_per_person_per_day: 1                  # default
                  calls_at_once: 4                             # default
                  calls_per_second: 1                          # default
                  calls_per_minute: 20                         # default
                  calls_per_day: 100                           # default
                  calls_per_week: 300                          # default
                  calls_per_month: 1000                        # default
                budget:
                  per_call: 1.00                               # default
                  per_task: 3.00                               # default
                  per_user: 50.00                              # default
                  per_day: 5.00                                # default
                  per_week: 20.00                              # default
                  per_month: 50.00                             # default
                alerts:
                  at_percent: [50, 80, 100]                    # default
                  times_usual: 3                               # default
                  calls_always_fine: 10                        # default
                  percent_of_day_always_fine: 25               # default
                rate_card:
                  # currency:                                  # not set: USD
                  # leg_per_minute:                            # not set: the list price for calls to US numbers (Twilio: 0.014, Plivo: 0.012); the practice network is free
                  # stream_per_minute:                         # not set: the list price (Twilio and Plivo: 0.004); the practice network is free
                  # relay_per_minute:                          # not set: the list price (Twilio: 0.07, from memory); the practice network is free
                  # recording_per_minute:                      # not set: the list price (Twilio: 0.0025, Plivo: none); the practice network is free
                  # transcription_per_minute:                  # not set: the list price (Twilio: 0.05, Plivo: 0.08); the practice network is free
                  # detection_per_call:                        # not set: the list price (Twilio: 0.0075, Plivo: none); the practice network is free
                  # text_message:                              # not set: 0.0133, of which 0.005 are fees from memory; the practice network is free
                  # number_per_month:                          # not set: the list price of a local number (Twilio: 1.15, Plivo: 0.80); the practice network is free
                  # read_on:                                   # not set: the day on which the built-in list was read
                recording:
                  # enabled:                                   # not set: calls on the practice network are recorded, calls to real telephones are not
                  delete_at_provider: true                     # default
                inbound:
                  enabled: false                               # default
                  # menu_file:                                 # not set: no menu; callers leave a message
                audit:
                  # checkpoints:                               # not set: `audit-checkpoints.jsonl` in the data directory, which shows accidents but no malice
                storage:
                  least_free_megabytes: 200                    # default
                  # endpoint:                                  # not set: Amazon's own, in `storage.region`
                  # bucket:                                    # not set: recordings and traces stay in the data directory
                  region: us-east-1                            # default
                  # prefix:                                    # not set: nothing
                  # access_key_id:                             # not set: none; needed with `storage.bucket`
                  # secret_access_key:                         # not set: none; needed with `storage.bucket`
                master_key:
                  # value:                                     # not set: the file `vault.key` in the data directory, made on first use
                  # command:                                   # not set: no program
                  # next_value:                                # not set: none
                  # next_command:                              # not set: no program
                retention:
                  recording_days: 30                           # default
                  transcript_days: 90                          # default
                  trace_days: 30                               # default
                  task_days: 365                               # default
                notifications:
                  # webhook_url:                               # not set: no request
                  # webhook_secret:                            # not set: needed with `webhook_url`
                  # smtp_url:                                  # not set: no e-mail
                  # email_from:                                # not set: the same as `email_to`
                  # email_to:                                  # not set: needed with `smtp_url`
                  # ntfy_url:                                  # not set: no push message
                  # ntfy_token:                                # not set: none
                  # text_to:                                   # not set: no text message
                  # command:                                   # not set: no program
                  summary: false                               # default
                  allow_loopback: false                        # default
                speech:
                  # models_dir:                                # not set: the models that came with the program
                  # ears_command:                              # not set: the built-in ears
                  # voice_command:                             # not set: the built-in voice
                sandbox:
                  # credentials:                               # not set: each call brings its own practice network
                  provider: twilio                             # default
                  # scenarios_dir:                             # not set: only the cast that ships
        "#]].assert_eq(&show(&load(&sources()).unwrap()));
    }

    #[test]
    fn what_is_shown_could_be_a_file_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("shown.yaml");
        let shown = show(&load(&sources()).unwrap());
        assert!(!shown.contains("planted"));
        std::fs::write(&path, &shown).unwrap();
        let again = load(&Sources { named_file: Some(path), places: sources().places, ..Sources::default() }).unwrap();
        let values = |text: &str| text.lines().map(|line| line.split("  #").next().unwrap_or_default().trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(values(&show(&again)), values(&shown));
    }

    #[test]
    fn a_good_configuration_is_said_to_be_good() {
        expect!["The configuration is fine (no file; built-in values and the environment). voice.personal_assistant.phone_provider is mock."]
            .assert_eq(&all_is_well(&load(&sources()).unwrap()));
    }
}
