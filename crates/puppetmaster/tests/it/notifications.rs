//! The user is told what a call brought, once an outcome, also after a kill.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;

use crate::program::{Home, Network};

const ASK: &str = "Ask what time they close today";
const BUSY: &str = "+12125550110";

/// A server that takes every request and passes on its event and body.
fn receiver(listener: TcpListener) -> Receiver<(String, Value)> {
    let (sender, got) = channel();
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(socket.try_clone().unwrap());
            let (mut head, mut line) = (String::new(), String::new());
            while reader.read_line(&mut line).unwrap() > 2 {
                head.push_str(&line);
                line.clear();
            }
            let of = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
            let mut body = vec![0; of("content-length: ").parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            write!(&socket, "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
            sender.send((of("webhook-id: "), serde_json::from_slice(&body).unwrap())).unwrap();
        }
    });
    got
}

fn configure(home: &Home, notifications: &str) {
    let yaml = format!("voice:\n  personal_assistant:\n    notifications:\n{notifications}");
    std::fs::write(home.path().join("puppetmaster.yaml"), yaml).unwrap();
}

#[test]
fn a_kill_before_the_news_is_out_tells_it_once_afterwards() {
    let home = Home::new();
    let network = Network::start(&home);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody listens yet, and the program is killed in the middle of the call.
    drop(listener);
    configure(&home, &format!("      webhook_url: http://{address}/hook\n      webhook_secret: s3cr3t\n      allow_loopback: true\n"));
    let mut call = home.start(&["--set", &network.flag(), "call", "+12125550123", ASK, "--yes"]);
    call.until("assistant  Hello");
    call.signal("KILL");
    call.end();
    let got = receiver(TcpListener::bind(address).unwrap());
    // The next call settles what was left behind, and tells both.
    let next = home.run(&["--set", &network.flag(), "call", BUSY, ASK, "--yes"]);
    assert_eq!(next.code, Some(4), "{next:?}");
    let news = [got.recv().unwrap(), got.recv().unwrap()];
    let again = home.run(&["--set", &network.flag(), "call", BUSY, ASK, "--yes"]);
    assert_eq!(again.code, Some(4), "{again:?}");
    let last = got.recv().unwrap();
    assert!(got.try_recv().is_err(), "told twice");
    let dispositions: Vec<&str> = news.iter().chain([&last]).map(|(_, body)| body["data"]["disposition"].as_str().unwrap()).collect();
    assert_eq!(dispositions, ["interrupted", "busy", "busy"]);
    assert!(news[0].0 != news[1].0 && news[1].0 != last.0, "each has its own event");
    assert_eq!(news[0].1["data"]["summary"], Value::Null, "words leave this machine only where that was asked for");
}

#[cfg(unix)]
#[test]
fn a_program_is_run_with_what_came_out() {
    let home = Home::new();
    let out = home.path().join("told");
    let script = home.path().join("tell.sh");
    std::fs::write(&script, format!("cat > {}\n", out.display())).unwrap();
    configure(&home, &format!("      command: \"sh {}\"\n      summary: true\n", script.display()));
    let ended = home.run(&["call", BUSY, ASK, "--yes"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let told: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!((&told["data"]["summary"], &told["data"]["outcome"]), (&"The line was busy.".into(), &"not_achieved".into()));
}

#[cfg(unix)]
#[test]
fn credentials_that_are_not_accepted_any_more_are_told_once() {
    let home = Home::new();
    let network = Network::start(&home);
    network.next_creates(2, "create=401");
    let (out, script) = (home.path().join("told"), home.path().join("tell.sh"));
    std::fs::write(&script, format!("cat >> {0} && echo >> {0}\n", out.display())).unwrap();
    configure(&home, &format!("      command: \"sh {}\"\n", script.display()));
    for _ in 0..2 {
        let ended = home.run(&["--set", &network.flag(), "call", BUSY, ASK, "--yes"]);
        assert!(ended.code == Some(1) && !ended.stderr.contains("ERROR"), "{ended:?}");
    }
    let told: Vec<Value> = std::fs::read_to_string(&out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = told.iter().map(|news| news["type"].as_str().unwrap()).collect();
    let troubles: Vec<&Value> = told.iter().filter(|news| news["type"] == "installation.trouble").collect();
    let [trouble] = troubles.as_slice() else { panic!("{kinds:?}") };
    assert_eq!((told.len(), trouble["data"]["code"].as_str()), (3, Some("alert.credentials")), "{told:?}");
}

#[test]
fn half_a_configuration_is_refused_and_a_private_address_is_never_asked() {
    let home = Home::new();
    configure(&home, "      webhook_url: https://hooks.example.org/x\n");
    let checked = home.run(&["config", "check"]);
    checked.fails_with(1, "notify.settings");
    assert!(checked.stderr.contains("notifications.webhook_secret` as well"), "{checked:?}");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    configure(&home, &format!("      webhook_url: http://{}/hook\n      webhook_secret: s3cr3t\n", listener.local_addr().unwrap()));
    let ended = home.run(&["call", BUSY, ASK, "--yes"]);
    assert!(ended.code == Some(4) && ended.stderr.contains("bad_address"), "{ended:?}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody knocked");
}

#[test]
fn a_text_message_goes_to_the_users_telephone_and_to_no_emergency_number() {
    let home = Home::new();
    let network = Network::start(&home);
    configure(&home, "      text_to: \"+12125550150\"\n");
    let ended = home.run(&["--set", &network.flag(), "call", BUSY, ASK, "--yes"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let messages = network.messages();
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(message["to"], "+12125550150");
    let body = message["body"].as_str().unwrap();
    assert!(body.contains("did not achieve") && !body.contains("close"), "{body}");
    home.run(&["--set", &network.flag(), "--set", "notifications.text_to=+19005550123", "call", BUSY, ASK, "--yes"])
        .fails_with(3, "number.practice_only");
}
