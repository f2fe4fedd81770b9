//! `setup plivo` as its users run it, with the practice network in Plivo's place: what it leaves behind is used, and calls that come in go
//! where it has led them.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::doctor::{free_address, well};
use crate::fake_twilio::{FakeTwilio, serve};
use crate::program::{Ended, Home, Network};

const NUMBER: &str = "+12125550101";

fn setup(home: &Home, network: &Network, token: &str, args: &[&str]) -> Ended {
    let nobody = format!("http://{}", free_address());
    let tunnels = ["--user-name", "Sam", "--ngrok-api", &nobody, "--cloudflared-metrics", &nobody];
    let of_the_first: &[&str] = if args.contains(&"--second") { &[] } else { &tunnels };
    let account = network.account("plivo");
    let of = |key: &str| account[key].as_str().unwrap().to_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_puppetmaster"));
    command.current_dir(home.path()).env_clear().env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path());
    command.env("PLIVO_API_URL", of("base_url")).env("PLIVO_AUTH_ID", of("auth_id")).env("PLIVO_AUTH_TOKEN", token);
    command.args(["setup", "plivo", "--yes"]).args(of_the_first).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have ended without reading all of it.
    let _ = child.stdin.take().unwrap().write_all(b"");
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ended = Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!ended.stdout.contains(token) && !ended.stderr.contains(token), "the token is shown: {ended:?}");
    ended
}

#[test]
fn a_scripted_setup_writes_a_configuration_and_leads_the_number_here_only_if_that_is_wanted() {
    let (home, elsewhere) = (Home::new(), Home::new());
    let network = Network::start(&elsewhere);
    let token = network.account("plivo")["auth_token"].as_str().unwrap().to_owned();
    // A program that runs already and takes every webhook, those of calls that come in among them.
    let running = serve(|_| (204, String::new()));
    let listen = running.strip_prefix("http://").unwrap();
    let args = ["--listen", listen, "--public-url", &running];
    let ended = setup(&home, &network, &token, &args);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let yaml = std::fs::read_to_string(home.path().join("puppetmaster.yaml")).unwrap();
    assert!(yaml.contains("auth_token: ${PLIVO_AUTH_TOKEN}") && !yaml.contains(&token) && yaml.contains(NUMBER), "{yaml}");
    let shown = home.run(&["config", "show"]).stdout;
    assert!(shown.contains("phone_provider: plivo"), "{shown}");

    let ring = json!({ "from": "+12125550123", "to": NUMBER }).to_string();
    assert_eq!(network.control("/sandbox/ring", &ring)["code"], "sandbox.no_answer_url", "nothing was agreed to be changed");
    let wanted = setup(&Home::new(), &network, &token, &[&args[..], &["--set-webhook"]].concat());
    assert_eq!(wanted.code, Some(0), "{wanted:?}");
    assert!(network.control("/sandbox/ring", &ring)["call_uuid"].is_string(), "{wanted:?}");
}

#[test]
fn the_second_provider_is_added_beside_the_first_and_nothing_else_in_the_file_changes() {
    let (twilio, elsewhere) = (FakeTwilio::start(), Home::new());
    let network = Network::start(&elsewhere);
    let token = network.account("plivo")["auth_token"].as_str().unwrap().to_owned();
    let nothing = setup(&Home::new(), &network, &token, &["--second"]);
    nothing.fails_with(1, "setup.no_first");

    let home = well(&twilio);
    let file = home.path().join("puppetmaster.yaml");
    let before = std::fs::read_to_string(&file).unwrap();
    let ended = setup(&home, &network, &token, &["--second"]);
    assert!(ended.code == Some(0) && ended.stdout.contains("ok      public address"), "{ended:?}");
    let after = std::fs::read_to_string(&file).unwrap();
    let is_old = |line: &&str| before.lines().any(|old| old == *line);
    assert_eq!(after.lines().filter(is_old).collect::<Vec<_>>(), before.lines().collect::<Vec<_>>(), "{after}");
    assert!(after.contains("    second_provider: plivo\n    plivo:\n      auth_id: ${PLIVO_AUTH_ID}\n") && !after.contains(&token), "{after}");
    let checked = home.run(&["config", "check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    setup(&home, &network, &token, &["--second"]).fails_with(1, "setup.by_hand");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), after);
}

#[test]
fn a_token_that_is_wrong_is_told_and_nothing_is_written() {
    let (home, elsewhere) = (Home::new(), Home::new());
    let network = Network::start(&elsewhere);
    let ended = setup(&home, &network, "bm90IHRoZSB0b2tlbiBvZiB0aGlzIGFjY291bnQ", &["--listen", "127.0.0.1:8080"]);
    assert!(ended.code == Some(1) && !ended.stderr.contains("panicked"), "{ended:?}");
    assert!(!home.path().join("puppetmaster.yaml").exists() && !home.path().join(".env").exists(), "{ended:?}");
}
