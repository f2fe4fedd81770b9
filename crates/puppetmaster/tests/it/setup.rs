//! `setup twilio` as its users run it: scripted by flags, or answering questions; the files it leaves behind are then used.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use wire::twilio::rest::NumberResource;

use crate::doctor::free_address;
use crate::fake_twilio::{ACCOUNT, FakeTwilio, NUMBER, TOKEN, serve};
use crate::program::{Ended, Home};

/// Returns the setup with credentials of the fake account in its environment.
fn setup(home: &Home, twilio: &FakeTwilio, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_puppetmaster"));
    command.current_dir(home.path()).env_clear().env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path());
    command.env("TWILIO_API_URL", &twilio.url).env("TWILIO_ACCOUNT_SID", ACCOUNT).env("TWILIO_AUTH_TOKEN", TOKEN);
    // Whatever runs on this machine is not ours.
    let nobody = format!("http://{}", free_address());
    let places = ["--ngrok-api", &nobody, "--cloudflared-metrics", &nobody].map(str::to_owned);
    let given = args.iter().any(|arg| arg.starts_with("--ngrok-api") || arg.starts_with("--cloudflared"));
    command.args(["setup", "twilio"]).args(args).args(places.iter().filter(|_| !given));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(mut command: Command, typed: &str) -> Ended {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // It may have ended without reading all of it.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ended = Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!ended.stdout.contains(TOKEN) && !ended.stderr.contains(TOKEN), "the token is shown: {ended:?}");
    ended
}

fn read(home: &Home, file: &str) -> String {
    std::fs::read_to_string(home.path().join(file)).unwrap()
}

#[test]
fn a_scripted_setup_leaves_a_configuration_that_the_doctor_finds_in_order() {
    let (twilio, home, listen) = (FakeTwilio::start(), Home::new(), free_address());
    let public_url = format!("http://{listen}");
    let args = ["--yes", "--user-name", "Sam \"the\" Miller", "--listen", &listen, "--public-url", &public_url];
    let ended = run(setup(&home, &twilio, &args), "");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("ok      public address: a signed webhook came through"), "{}", ended.stdout);

    let yaml = read(&home, "puppetmaster.yaml");
    assert!(yaml.contains("auth_token: ${TWILIO_AUTH_TOKEN}") && !yaml.contains(TOKEN) && yaml.contains(NUMBER), "{yaml}");
    assert!(read(&home, ".env").contains(&format!("TWILIO_AUTH_TOKEN=\"{TOKEN}\"")));
    for file in [".env", "puppetmaster.yaml"] {
        assert_eq!(std::fs::metadata(home.path().join(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
    let shown = home.run(&["config", "show"]).stdout;
    assert!(shown.contains("phone_provider: twilio") && shown.contains("Sam \\\"the\\\" Miller"), "{shown}");
    let doctor = home.run(&["doctor", "--provider", "twilio"]);
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert!(twilio.asked().iter().all(|asked| asked.starts_with("GET ")), "nothing was agreed to be changed: {:?}", twilio.asked());
}

#[test]
fn a_file_that_exists_is_replaced_only_with_leave_and_kept() {
    let (twilio, home, listen) = (FakeTwilio::start(), Home::new(), free_address());
    let public_url = format!("http://{listen}");
    let base = ["--listen", &listen, "--public-url", &public_url, "--user-name", "Sam"];
    std::fs::write(home.path().join("puppetmaster.yaml"), "mine").unwrap();
    std::fs::write(home.path().join(".env"), "OTHER=kept\nTWILIO_AUTH_TOKEN=old\n").unwrap();
    run(setup(&home, &twilio, &[&base[..], &["--yes"]].concat()), "").fails_with(1, "setup.file_exists");
    run(setup(&home, &twilio, &base), "n\n").fails_with(1, "setup.file_exists");
    assert_eq!((read(&home, "puppetmaster.yaml").as_str(), read(&home, ".env").contains("old")), ("mine", true));

    assert_eq!(run(setup(&home, &twilio, &[&base[..], &["--yes", "--overwrite"]].concat()), "").code, Some(0));
    assert_eq!(read(&home, "puppetmaster.yaml.old"), "mine");
    let env = read(&home, ".env");
    assert!(env.starts_with("OTHER=kept\n") && !env.contains("old"), "{env}");
}

#[test]
fn each_answer_is_checked_against_the_account_and_asked_for_again() {
    let (twilio, home, listen) = (FakeTwilio::start(), Home::new(), free_address());
    twilio.change(|books| books.numbers.push(NumberResource::plain(ACCOUNT, "PN2", "+12125550124")));
    let mut command = setup(&home, &twilio, &[]);
    command.env_remove("TWILIO_ACCOUNT_SID").env_remove("TWILIO_AUTH_TOKEN");
    let typed = format!("AC1\nx\n{ACCOUNT}\n{TOKEN}\n+12125550199\n+12125550124\nSam Miller\n{listen}\nhttp://{listen}\n");
    let ended = run(command, &typed);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for told in ["an account SID is AC and 32 hexadecimal digits", "+1 212-555-0199 is not a number of this account", "no tunnel runs here"] {
        assert!(ended.stdout.contains(told), "{told}: {}", ended.stdout);
    }
    assert!(read(&home, "puppetmaster.yaml").contains("+12125550124"));
}

#[test]
fn what_is_missing_or_wrong_is_told_with_its_flag_and_nothing_is_written() {
    let (twilio, home) = (FakeTwilio::start(), Home::new());
    run(setup(&home, &twilio, &["--yes"]), "").fails_with(1, "setup.no_answer");
    run(setup(&home, &twilio, &["--yes", "--number", "+12125550199"]), "").fails_with(1, "doctor.number_not_owned");
    run(setup(&home, &twilio, &["--yes", "--public-url", "http://calls.example.org"]), "").fails_with(1, "setup.bad_answer");
    run(setup(&home, &twilio, &["--yes", "--tunnel", "ngrok"]), "").fails_with(1, "setup.no_tunnel");
    run(setup(&home, &twilio, &["--yes", "--listen", "127.0.0.1:0"]), "").fails_with(1, "setup.bad_answer");
    let mut wrong = setup(&home, &twilio, &["--yes"]);
    wrong.env("TWILIO_AUTH_TOKEN", "00000000000000000000000000000000");
    run(wrong, "").fails_with(1, "doctor.credentials_refused");
    let mut plain = setup(&home, &twilio, &["--yes"]);
    plain.env("TWILIO_API_URL", "http://api.example.org");
    run(plain, "").fails_with(1, "setup.bad_answer");
    let left: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Nothing answers behind these addresses, which is told; the setup is kept, for a tunnel may be mended later.
#[test]
fn tunnels_that_run_are_found_by_their_names() {
    let twilio = FakeTwilio::start();
    let there = format!("https://{}", free_address());
    let body = format!(r#"{{"tunnels":[{{"public_url":"{there}","config":{{"addr":"http://localhost:8080"}}}}]}}"#);
    let ngrok = serve(move |path| if path == "/api/tunnels" { (200, body.clone()) } else { (404, String::new()) });
    let listen = free_address();
    let home = Home::new();
    let ended = run(setup(&home, &twilio, &["--yes", "--listen", &listen, "--tunnel", "ngrok", "--ngrok-api", &ngrok]), "");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("warn    tunnel: ngrok runs here as https://") && ended.stdout.contains("leads to port 8080"), "{}", ended.stdout);
    assert!(ended.stdout.contains("[doctor.public_url_unreachable]"), "{}", ended.stdout);
    assert!(read(&home, "puppetmaster.yaml").contains(&there));

    // Without a word about tunnels the one that runs is offered.
    let host = free_address().split(':').next().unwrap().to_owned();
    let body = format!(r#"{{"hostname":"{host}"}}"#);
    let cloudflared = serve(move |path| if path == "/quicktunnel" { (200, body.clone()) } else { (404, String::new()) });
    let home = Home::new();
    let nobody = format!("http://{}", free_address());
    let args = ["--yes", "--listen", &listen, "--ngrok-api", &nobody, "--cloudflared-metrics", &cloudflared];
    let ended = run(setup(&home, &twilio, &args), "");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("ok      tunnel: cloudflared runs here as https://127.0.0.1"), "{}", ended.stdout);
}

#[test]
fn webhooks_are_set_at_twilio_only_with_leave_and_only_if_something_answers_there() {
    let twilio = FakeTwilio::start();
    // A program that runs already and takes every webhook, those of calls that come in among them.
    let running = serve(|_| (204, String::new()));
    let listen = running.strip_prefix("http://").unwrap();
    let base = ["--listen", listen, "--public-url", &running, "--user-name", "Sam"];
    let voice_url = || twilio.books.lock().unwrap().numbers[0].voice_url.clone().unwrap();

    assert_eq!(run(setup(&Home::new(), &twilio, &[&base[..], &["--yes"]].concat()), "").code, Some(0));
    assert_eq!(run(setup(&Home::new(), &twilio, &base), "\nn\n").code, Some(0));
    assert_eq!(voice_url(), "");
    let ended = run(setup(&Home::new(), &twilio, &base), "\ny\n");
    assert_eq!(voice_url(), format!("{running}/carrier/inbound"), "{ended:?}");

    twilio.change(|books| books.numbers[0] = NumberResource::plain(ACCOUNT, "PN1", NUMBER));
    assert_eq!(run(setup(&Home::new(), &twilio, &[&base[..], &["--yes", "--set-webhook"]].concat()), "").code, Some(0));
    assert_eq!(voice_url(), format!("{running}/carrier/inbound"));

    twilio.change(|books| books.numbers[0] = NumberResource::plain(ACCOUNT, "PN1", NUMBER));
    let deaf = serve(|path| if path.starts_with("/carrier/inbound") { (404, String::new()) } else { (204, String::new()) });
    let args = ["--listen", deaf.strip_prefix("http://").unwrap(), "--public-url", &deaf, "--yes", "--set-webhook"];
    let ended = run(setup(&Home::new(), &twilio, &args), "");
    assert!(ended.stdout.contains("left as they are"), "{}", ended.stdout);
    assert_eq!(voice_url(), "");
}
