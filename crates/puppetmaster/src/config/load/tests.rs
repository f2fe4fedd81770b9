//! Whole configurations from all sources, and the errors of those that are wrong.

use expect_test::{Expect, expect};

use super::*;
use crate::config::Provider;
use crate::config::sources::Places;

/// Puts files into a directory and loads what they and the variables say.
fn loaded(files: &[(&str, &str)], environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    let owned = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    load(&Sources {
        named_file: None,
        environment: owned(environment).into_iter().collect(),
        flags: owned(flags),
        looks_at: None,
        places: Places { working: directory.path().into(), ..Places::default() },
    })
}

fn check_file(yaml: &str, expected: Expect) {
    check(&[("puppetmaster.yaml", yaml)], &[], &[], expected);
}

fn check(files: &[(&str, &str)], environment: &[(&str, &str)], flags: &[(&str, &str)], expected: Expect) {
    let text = loaded(files, environment, flags).map_or_else(|problems| format!("{problems}\n"), |_| "fine\n".into());
    expected.assert_eq(&text);
}

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

#[test]
fn an_api_key_needs_its_secret_and_the_api_s_address_encryption() {
    let yaml = "
voice:
  personal_assistant:
    phone_provider: twilio
    listen: 127.0.0.1:8080
    public_url: http://127.0.0.1:8080
    twilio:
      account_sid: AC0123456789abcdef0123456789abcdef
      auth_token: t0ken
      api_key: SK0123456789abcdef0123456789abcdef
      api_url: API_URL
      phone_number: \"+15551234568\"
";
    let codes = |api_url: &str| {
        let problems = loaded(&[("puppetmaster.yaml", &yaml.replace("API_URL", api_url))], &[], &[]).unwrap_err();
        problems.iter().map(|problem| (problem.entry.code, problem.what.clone())).collect::<Vec<_>>()
    };
    let names = |found: &[(&str, String)], name: &str| found.iter().any(|(_, what)| what.contains(name));
    let inside = codes("http://127.0.0.1:4010");
    assert_eq!(inside.len(), 1, "{inside:?}");
    assert!(inside[0].0 == "config.missing_key" && names(&inside, "twilio.api_secret"), "{inside:?}");
    let outside = codes("http://api.example.org");
    assert!(names(&outside, "twilio.api_url") && names(&outside, "public_url"), "{outside:?}");
}

#[test]
fn a_way_to_be_told_that_is_half_there_is_named_with_its_other_half() {
    let yaml = "
voice:
  personal_assistant:
    notifications:
      webhook_url: https://hooks.example.org/calls
      email_to: sam@example.org
      ntfy_url: https://ntfy.sh/a-topic
";
    check(
        &[("puppetmaster.yaml", yaml)],
        &[("PERSONAL_ASSISTANT_NOTIFICATIONS_EMAIL_FROM", "calls@example.org")],
        &[],
        expect![[r#"
                puppetmaster.yaml:5:20: `voice.personal_assistant.notifications.webhook_url` is set and `voice.personal_assistant.notifications.webhook_secret` is not, so nothing could be signed and nothing would be sent [notify.settings]
                  Set `voice.personal_assistant.notifications.webhook_secret` as well, or take `voice.personal_assistant.notifications.webhook_url` out.
                puppetmaster.yaml:6:17: `voice.personal_assistant.notifications.email_to` is set and `voice.personal_assistant.notifications.smtp_url` is not, so there is no server that takes the mail [notify.settings]
                  Set `voice.personal_assistant.notifications.smtp_url` as well, or take `voice.personal_assistant.notifications.email_to` out.
                environment PERSONAL_ASSISTANT_NOTIFICATIONS_EMAIL_FROM: `voice.personal_assistant.notifications.email_from` is set and `voice.personal_assistant.notifications.smtp_url` is not, so there is no server that takes the mail [notify.settings]
                  Set `voice.personal_assistant.notifications.smtp_url` as well, or take `voice.personal_assistant.notifications.email_from` out.
            "#]],
    );
    let whole = [
        ("PERSONAL_ASSISTANT_NOTIFICATIONS_WEBHOOK_SECRET", "a-long-text-that-signs"),
        ("PERSONAL_ASSISTANT_NOTIFICATIONS_SMTP_URL", "smtps://sam:secret@mail.example.org"),
    ];
    check(&[("puppetmaster.yaml", yaml)], &whole, &[], expect!["fine\n"]);
}

#[test]
fn nothing_at_all_is_a_configuration() {
    let loaded = loaded(&[], &[("PATH", "/bin")], &[]).unwrap();
    assert_eq!(loaded.config.phone_provider, Provider::Mock);
    assert_eq!(loaded.file, None);
}

#[test]
fn the_founding_file_works_as_written() {
    let yaml = "
voice:
  personal_assistant:
    enabled: true
    phone_provider: twilio          # mock | twilio | plivo | sip
    from_number: \"+15551234567\"
    twilio: { account_sid: \"AC0123456789abcdef0123456789abcdef\", auth_token: \"t0ken\", phone_number: \"+15551234568\" }
    plivo:  { auth_id: \"MA0123456789ABCDEFGH\", auth_token: \"t1ken\", phone_number: \"+15551234569\" }
    public_url: https://calls.example.org
    listen: 127.0.0.1:8080
";
    let config = loaded(&[("puppetmaster.yaml", yaml)], &[], &[]).unwrap().config;
    assert_eq!(config.phone_provider, Provider::Twilio);
    assert_eq!(config.caller_id().unwrap().as_e164(), "+15551234567");
    assert_eq!(config.twilio.account_sid.unwrap().as_str(), ACCOUNT);
    assert_eq!(config.twilio.auth_token.unwrap().expose(), "t0ken");
    assert_eq!(config.plivo.phone_number.unwrap().as_e164(), "+15551234569");
}

#[test]
fn the_founding_variables_do_the_same() {
    let environment = [
        ("PERSONAL_ASSISTANT_ENABLED", "false"),
        ("PERSONAL_ASSISTANT_PHONE_PROVIDER", "twilio"),
        ("PERSONAL_ASSISTANT_PUBLIC_URL", "https://calls.example.org"),
        ("PERSONAL_ASSISTANT_LISTEN", "0.0.0.0:8080"),
        ("TWILIO_ACCOUNT_SID", ACCOUNT),
        ("TWILIO_AUTH_TOKEN", "t0ken"),
        ("TWILIO_PHONE_NUMBER", "+15551234567"),
        ("PLIVO_AUTH_ID", "MA1"),
    ];
    let config = loaded(&[], &environment, &[]).unwrap().config;
    assert!(!config.is_enabled);
    assert_eq!(config.caller_id().unwrap().as_e164(), "+15551234567");
    assert_eq!(config.plivo.auth_id.unwrap().as_str(), "MA1");
}

#[test]
fn later_sources_win() {
    let yaml = "voice: { personal_assistant: { limits: { call_seconds: 100, ring_timeout_seconds: 20, calls_at_once: 2 }, persona: concise } }";
    let dotenv = "PERSONAL_ASSISTANT_LIMITS_CALL_SECONDS=200\nPERSONAL_ASSISTANT_LIMITS_RING_TIMEOUT_SECONDS=30\nPERSONAL_ASSISTANT_PERSONA=\n";
    let environment = [("PERSONAL_ASSISTANT_LIMITS_CALL_SECONDS", "300")];
    let flags = [("limits.call_seconds", "400"), ("voice.personal_assistant.limits.call_seconds", "500")];
    let origins = |loaded: &Loaded| {
        ["limits.calls_at_once", "limits.ring_timeout_seconds", "limits.call_seconds", "persona", "enabled"]
            .map(|path| loaded.origin(keys::find(path).unwrap()).to_string())
    };
    let files = [("puppetmaster.yaml", yaml), (".env", dotenv)];
    let without_flags = loaded(&files, &environment, &[]).unwrap();
    assert_eq!(without_flags.config.limits.call.get().as_secs(), 300);
    let all = loaded(&files, &environment, &flags).unwrap();
    assert_eq!(all.config.limits.call.get().as_secs(), 500);
    assert_eq!(
        origins(&all),
        ["puppetmaster.yaml:1:102", ".env:2 PERSONAL_ASSISTANT_LIMITS_RING_TIMEOUT_SECONDS", "command line", "puppetmaster.yaml:1:116", "default"]
    );
}

#[test]
fn secrets_come_from_files_and_variables() {
    let yaml = "
voice:
  personal_assistant:
    twilio:
      account_sid: ${SID}
      auth_token: ${file:token}
";
    let config = loaded(&[("puppetmaster.yaml", yaml), ("token", "from-file\n"), (".env", "SID=ACx")], &[], &[]).unwrap().config;
    assert_eq!(config.twilio.auth_token.unwrap().expose(), "from-file");
    assert_eq!(config.twilio.account_sid.unwrap().as_str(), "ACx");
}

#[test]
fn all_problems_come_at_once_with_their_places() {
    check_file(
        "
voice:
  personal_assistant:
    enabeld: yes
    phone_provider: twillio
    from_number: 555-0123
    account_sid: AC1
    colour: red
    twilio: here
    persona: [a, b]
    listen: localhost
    limits:
      call_seconds: 10
      ring_timeout_seconds: soon
      twilio: 1
    budget: { per_call: 1,50 }
    recording: { enabled: { a: 1 } }
    sip_trunk: { host: x }
personal_assistant: {}
phone_provider: mock
",
        expect![[r#"
                puppetmaster.yaml:4:5: there is no key `enabeld` in `voice.personal_assistant` [config.unknown_key]
                  Did you mean `voice.personal_assistant.enabled`?
                puppetmaster.yaml:5:21: `voice.personal_assistant.phone_provider` cannot be `twillio` [config.bad_value]
                  Expected: one of mock, twilio, plivo, sip. Did you mean twilio?
                puppetmaster.yaml:6:18: `voice.personal_assistant.from_number` cannot be this value: the country code is missing; write the number with + and the country code, for example +12125550123 [config.bad_value]
                  Expected: a phone number with its country code, in quotes: "+15551234567".
                puppetmaster.yaml:7:5: there is no key `account_sid` in `voice.personal_assistant` [config.unknown_key]
                  Did you mean `voice.personal_assistant.twilio.account_sid`?
                puppetmaster.yaml:8:5: there is no key `colour` in `voice.personal_assistant` [config.unknown_key]
                  Known here: enabled, phone_provider, second_provider, from_number, operator_number, takeover_listens, user_name, persona, conversation_mode, time_zone, solicitation, allowed_regions, data_dir, listen, public_url, twilio, plivo, limits, budget, alerts, rate_card, recording, inbound, audit, storage, master_key, retention, notifications, speech, sandbox.
                puppetmaster.yaml:9:13: `voice.personal_assistant.twilio` is a section and not a value [config.wrong_type]
                  Write its keys below it, indented: account_sid, auth_token, secondary_auth_token, api_key, api_secret, phone_number, api_url, calls_per_second, test_account_sid, test_auth_token.
                puppetmaster.yaml:10:14: `voice.personal_assistant.persona` cannot be a list [config.wrong_type]
                  Expected: one of professional_assistant, friendly_helper, formal_representative, concise.
                puppetmaster.yaml:11:13: `voice.personal_assistant.listen` cannot be `localhost` [config.bad_value]
                  Expected: an address and a port such as 127.0.0.1:8080; port 0 takes a free one.
                puppetmaster.yaml:13:21: `voice.personal_assistant.limits.call_seconds` cannot be `10` [config.out_of_range]
                  Expected: whole seconds, 30 to 3600.
                puppetmaster.yaml:14:29: `voice.personal_assistant.limits.ring_timeout_seconds` cannot be `soon` [config.bad_value]
                  Expected: whole seconds, 15 to 120.
                puppetmaster.yaml:15:7: there is no key `twilio` in `voice.personal_assistant.limits` [config.unknown_key]
                  Did you mean `voice.personal_assistant.twilio`?
                puppetmaster.yaml:16:27: there is no key `50` in `voice.personal_assistant.budget` [config.unknown_key]
                  Known here: per_call, per_task, per_user, per_day, per_week, per_month.
                puppetmaster.yaml:17:27: `voice.personal_assistant.recording.enabled` cannot be a section [config.wrong_type]
                  Expected: true or false.
                puppetmaster.yaml:18:5: there is no key `sip_trunk` in `voice.personal_assistant` [config.unknown_key]
                  Known here: enabled, phone_provider, second_provider, from_number, operator_number, takeover_listens, user_name, persona, conversation_mode, time_zone, solicitation, allowed_regions, data_dir, listen, public_url, twilio, plivo, limits, budget, alerts, rate_card, recording, inbound, audit, storage, master_key, retention, notifications, speech, sandbox.
                puppetmaster.yaml:19:1: there is no key `personal_assistant` [config.unknown_key]
                  Did you mean `voice.personal_assistant`?
                puppetmaster.yaml:20:1: there is no key `phone_provider` [config.unknown_key]
                  Did you mean `voice.personal_assistant.phone_provider`?
            "#]],
    );
}

#[test]
fn a_file_that_is_no_yaml_says_where() {
    check_file(
        "voice:\n  personal_assistant:\n    enabled: [true\n",
        expect![[r#"
            puppetmaster.yaml:3:14: unclosed bracket '[' [config.syntax]
              Look at the place that the error names: mostly indentation, an open bracket or quote, or a `${…}` without quotes inside `{ }`.
        "#]],
    );
    check_file(
        "voice:\n  personal_assistant:\n    enabled: true\n    enabled: false\n",
        expect![[r#"
            puppetmaster.yaml:4:5: the key `enabled` stands twice [config.duplicate_key]
              Keep one of the two.
        "#]],
    );
    check_file(
        "just words",
        expect![[r#"
            puppetmaster.yaml:1:1: the file holds no section [config.wrong_type]
              Write its keys below it, indented: voice.
        "#]],
    );
    check_file(
        "",
        expect![[r#"
            fine
        "#]],
    );
    check_file(
        "voice:\n  personal_assistant:\n",
        expect![[r#"
            fine
        "#]],
    );
}

#[test]
fn variables_and_flags_are_named_in_their_errors() {
    check(
        &[(".env", "PERSONAL_ASSISTANT_LIMITS_CALL_SECONDS=7\nthis is no line\n")],
        &[("PERSONAL_ASSISTANT_PHONE_PROVIDR", "mock"), ("PERSONAL_ASSISTANT_ENABLED", "perhaps"), ("PERSONAL_ASSISTANT_ZZZ", "1")],
        &[("twilio.auth_token", "planted"), ("limits.cal_seconds", "9"), ("persona", "concice")],
        expect![[r#"
                .env:2: this line cannot be read: there is no = behind the name [config.dotenv]
                  Write NAME=value, one a line; values with blanks or `#` stand in quotes.
                .env:1 PERSONAL_ASSISTANT_LIMITS_CALL_SECONDS: `voice.personal_assistant.limits.call_seconds` cannot be `7` [config.out_of_range]
                  Expected: whole seconds, 30 to 3600.
                environment PERSONAL_ASSISTANT_ENABLED: `voice.personal_assistant.enabled` cannot be `perhaps` [config.bad_value]
                  Expected: true or false.
                environment PERSONAL_ASSISTANT_PHONE_PROVIDR: there is no variable PERSONAL_ASSISTANT_PHONE_PROVIDR [config.unknown_variable]
                  Did you mean PERSONAL_ASSISTANT_PHONE_PROVIDER?
                environment PERSONAL_ASSISTANT_ZZZ: there is no variable PERSONAL_ASSISTANT_ZZZ [config.unknown_variable]
                  Unset it; docs/configuration.md lists all variables.
                command line: `twilio.auth_token` is a secret and may not be given on the command line [config.secret_on_command_line]
                  Give it in the environment or in `.env` as TWILIO_AUTH_TOKEN, or in the file as `${file:path}`.
                command line: there is no key `cal_seconds` in `limits` [config.unknown_key]
                  Did you mean `voice.personal_assistant.limits.call_seconds`?
                command line: `voice.personal_assistant.persona` cannot be `concice` [config.bad_value]
                  Expected: one of professional_assistant, friendly_helper, formal_representative, concise. Did you mean concise?
            "#]],
    );
}

#[test]
fn a_second_provider_needs_an_account_and_a_number_of_its_own() {
    let real = "voice:\n  personal_assistant:\n    phone_provider: twilio\n    second_provider: plivo\n    listen: 127.0.0.1:8080\n    public_url: https://pm.example.com\n    from_number: \"+12125550100\"\n    twilio: { account_sid: AC00000000000000000000000000000001, auth_token: t }\n";
    check_file(
        real,
        expect![[r#"
            puppetmaster.yaml:4:22: `second_provider: plivo` needs `voice.personal_assistant.plivo.auth_id` [config.missing_key]
              Set it in the file, or set PLIVO_AUTH_ID in the environment or in `.env`. The Plivo account, MA or SA and 18 capitals and digits.
            puppetmaster.yaml:4:22: `second_provider: plivo` needs `voice.personal_assistant.plivo.auth_token` [config.missing_key]
              Set it in the file, or set PLIVO_AUTH_TOKEN in the environment or in `.env`. The secret of the Plivo account.
            puppetmaster.yaml:4:22: `second_provider: plivo` needs `voice.personal_assistant.plivo.phone_number` [config.missing_key]
              Set it in the file, or set PLIVO_PHONE_NUMBER in the environment or in `.env`. A number of the Plivo account; callees see it unless `from_number` is set.
        "#]],
    );
    check_file(
        &real.replace("second_provider: plivo", "second_provider: twilio"),
        expect![[r#"
            puppetmaster.yaml:4:22: `voice.personal_assistant.second_provider` is twilio, which is the first one already [config.bad_value]
              Name the other one, or take `second_provider` away.
        "#]],
    );
}

#[test]
fn an_account_in_use_must_be_complete() {
    check_file(
        "voice: { personal_assistant: { phone_provider: twilio } }",
        expect![[r#"
                puppetmaster.yaml:1:48: `phone_provider: twilio` needs `voice.personal_assistant.twilio.account_sid` [config.missing_key]
                  Set it in the file, or set TWILIO_ACCOUNT_SID in the environment or in `.env`. The Twilio account, AC and 32 digits and letters a to f.
                puppetmaster.yaml:1:48: `phone_provider: twilio` needs `voice.personal_assistant.twilio.auth_token` [config.missing_key]
                  Set it in the file, or set TWILIO_AUTH_TOKEN in the environment or in `.env`. The secret of the Twilio account. It signs requests and proves that webhooks are Twilio's.
                puppetmaster.yaml:1:48: `phone_provider: twilio` needs `voice.personal_assistant.twilio.phone_number` [config.missing_key]
                  Set it in the file, or set TWILIO_PHONE_NUMBER in the environment or in `.env`. A number of the Twilio account; callees see it unless `from_number` is set.
                puppetmaster.yaml:1:48: `phone_provider: twilio` needs `voice.personal_assistant.public_url` [config.missing_key]
                  Set it in the file, or set PERSONAL_ASSISTANT_PUBLIC_URL in the environment or in `.env`. How the phone provider reaches `listen` from outside. A real provider needs one with https; the practice network needs none.
                puppetmaster.yaml:1:48: `phone_provider: twilio` needs `voice.personal_assistant.listen` with a fixed port [config.missing_key]
                  Set it in the file, or set PERSONAL_ASSISTANT_LISTEN in the environment or in `.env`. Where webhooks and media sockets of the phone provider arrive. A real provider needs a fixed port here, reachable under `public_url`.
            "#]],
    );
    check(
        &[(
            "puppetmaster.yaml",
            "voice: { personal_assistant: { phone_provider: twilio, public_url: \"http://x.example\", twilio: { auth_token: \"${file:none}\", account_sid: \"${SID}\", phone_number: \"+1 2\" } } }",
        )],
        &[("SID", "planted-wrong-account")],
        &[],
        expect![[r#"
                puppetmaster.yaml:1:48: `phone_provider: twilio` needs `voice.personal_assistant.listen` with a fixed port [config.missing_key]
                  Set it in the file, or set PERSONAL_ASSISTANT_LISTEN in the environment or in `.env`. Where webhooks and media sockets of the phone provider arrive. A real provider needs a fixed port here, reachable under `public_url`.
                puppetmaster.yaml:1:68: `voice.personal_assistant.public_url` is not encrypted [config.bad_value]
                  Expected: an origin that begins with https://; Twilio opens media sockets only to encrypted ones.
                puppetmaster.yaml:1:110: `voice.personal_assistant.twilio.auth_token`: `none` does not exist [config.secret_file]
                  Check the path (a relative one begins at the configuration file), that you may read it, and that it holds text below 64 KiB.
                puppetmaster.yaml:1:139: `voice.personal_assistant.twilio.account_sid` is no Twilio account [config.bad_value]
                  Expected: AC and 32 digits and letters a to f, as the Twilio console shows it.
                puppetmaster.yaml:1:163: `voice.personal_assistant.twilio.phone_number` cannot be this value: a phone number has 7 to 15 digits behind the +; check for missing or doubled digits [config.bad_value]
                  Expected: a phone number with its country code, in quotes: "+15551234567".
            "#]],
    );
    check_file(
        "voice: { personal_assistant: { phone_provider: plivo, public_url: \"https://x.example\", listen: \"127.0.0.1:8080\", plivo: { auth_id: AC0123456789ABCDEFGH, api_url: \"http://x.example\" } } }",
        expect![[r#"
                puppetmaster.yaml:1:48: `phone_provider: plivo` needs `voice.personal_assistant.plivo.auth_token` [config.missing_key]
                  Set it in the file, or set PLIVO_AUTH_TOKEN in the environment or in `.env`. The secret of the Plivo account.
                puppetmaster.yaml:1:48: `phone_provider: plivo` needs `voice.personal_assistant.plivo.phone_number` [config.missing_key]
                  Set it in the file, or set PLIVO_PHONE_NUMBER in the environment or in `.env`. A number of the Plivo account; callees see it unless `from_number` is set.
                puppetmaster.yaml:1:132: `voice.personal_assistant.plivo.auth_id` is no Plivo account [config.bad_value]
                  Expected: MA (or SA of a subaccount) and 18 capitals and digits, as the Plivo console shows it.
                puppetmaster.yaml:1:163: `voice.personal_assistant.plivo.api_url` is not encrypted [config.bad_value]
                  Expected: an origin that begins with https://, or one on this machine; the credentials are sent there.
            "#]],
    );
    check_file(
        "voice: { personal_assistant: { phone_provider: sip } }",
        expect![[r#"
            puppetmaster.yaml:1:48: this version cannot call through `sip` yet [config.provider_unavailable]
              Set `phone_provider` to mock, twilio or plivo.
        "#]],
    );
}

#[test]
fn what_nobody_needs_may_lead_nowhere() {
    let yaml = "voice: { personal_assistant: { twilio: { auth_token: \"${TWILIO_AUTH_TOKEN}\" }, user_name: \"${WHO}\" } }";
    check_file(
        yaml,
        expect![[r#"
            puppetmaster.yaml:1:91: `voice.personal_assistant.user_name`: the variable WHO is not set [config.missing_variable]
              Set the variable, in the environment or in `.env`, or write the value itself.
        "#]],
    );
    check(
        &[("puppetmaster.yaml", yaml)],
        &[("PERSONAL_ASSISTANT_USER_NAME", "Sam")],
        &[],
        expect![[r#"
            fine
        "#]],
    );
}

#[test]
fn no_error_shows_a_secret_a_number_or_a_name() {
    let yaml = "
voice:
  personal_assistant:
    from_number: \"planted5550123\"
    user_name: \"planted\\nname\"
    public_url: https://planted:planted@host
    listen: ${SECRET}
    phone_provider: ${SECRET}
    twilio: { auth_token: \"planted token\", account_sid: \"planted sid\", phone_number: planted }
";
    let text = loaded(&[("puppetmaster.yaml", yaml)], &[("SECRET", "planted")], &[("plivo.auth_token", "planted")]).unwrap_err().to_string();
    assert!(!text.contains("planted"), "{text}");
    assert_eq!(text.matches("[config.").count(), 9, "{text}");
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    std::fs::write(path("binary.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    std::fs::write(path("huge.yaml"), vec![b'#'; 1024 * 1024 + 1]).unwrap();
    let text = |name: &str| {
        let places = Places { working: directory.path().into(), ..Places::default() };
        load(&Sources { named_file: Some(name.into()), places, ..Sources::default() }).unwrap_err().to_string()
    };
    expect![[r#"
            none.yaml: the file does not exist [config.no_such_file]
              Check the path behind `--config`, or write a file with `puppetmaster config init`.
            binary.yaml: the file is not UTF-8 text [config.unreadable]
              Check that it is a file, that you may read it, that it is UTF-8 text and below 1 MiB.
            huge.yaml: the file is larger than 1 MiB [config.unreadable]
              Check that it is a file, that you may read it, that it is UTF-8 text and below 1 MiB.
            .: the file is a directory [config.unreadable]
              Check that it is a file, that you may read it, that it is UTF-8 text and below 1 MiB."#]]
    .assert_eq(&[text("none.yaml"), text("binary.yaml"), text("huge.yaml"), text(".")].join("\n"));
}
