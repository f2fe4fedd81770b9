//! What each receiver gets, and what its refusals mean.

use assistant::notification::{EndedCall, News, Telling};
use dialogue::report::Outcome;
use notifiers::command::Command;
use notifiers::email::Email;
use notifiers::ntfy::Ntfy;
use notifiers::outbound::{Allowed, system_resolver};
use notifiers::webhook::{Webhook, signature};
use ports::notifier::{Notifier, NotifyError};
use telephony::{AttemptId, Disposition, Private, TaskId, Timestamp};

use crate::receivers;

const NOW: Timestamp = Timestamp(1_795_539_600_000);

fn telling() -> Telling {
    Telling {
        event: "0123abcd".into(),
        at: NOW,
        news: News::CallEnded(EndedCall {
            task: TaskId::new("t1"),
            attempt: AttemptId::new("a1"),
            disposition: Disposition::Conversed,
            outcome: Some(Outcome::Achieved),
            summary: Some(Private::new("They close at nine.".into())),
            breaches: 0,
        }),
    }
}

fn allowed(loopback: bool) -> Allowed {
    Allowed { loopback, resolve: system_resolver() }
}

fn webhook(port: u16) -> Webhook {
    Webhook { url: Private::new(format!("http://127.0.0.1:{port}/hook?x=1")), secret: Private::new("s3cr3t".into()), allowed: allowed(true) }
}

#[tokio::test]
async fn a_webhook_is_signed_with_its_time_and_event() {
    let (port, got) = receivers::http(&["204 No Content"]);
    webhook(port).tell(&telling(), NOW).await.unwrap();
    let (head, body) = got.recv().unwrap();
    assert!(head.starts_with("POST /hook?x=1 HTTP/1.1\r\n"), "{head}");
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap().to_owned();
    assert_eq!((header("webhook-id"), header("webhook-timestamp")), ("0123abcd".into(), "1795539600".into()));
    assert_eq!(header("webhook-signature"), signature("s3cr3t", "0123abcd", 1_795_539_600, &body));
    assert_ne!(header("webhook-signature"), signature("s3cr3t", "0123abcd", 1_795_539_601, &body), "the time is signed");
    let json: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&json["type"], &json["data"]["summary"]), (&"call.ended".into(), &"They close at nine.".into()));
}

#[tokio::test]
async fn what_a_server_says_decides_whether_it_is_tried_again() {
    let replies = ["503 Busy", "429 Too Many", "302 Found\r\nlocation: http://127.0.0.1:1/", "404 Not Found", "200 OK"];
    let expected = [Err(NotifyError::Busy), Err(NotifyError::Busy), Err(NotifyError::Refused), Err(NotifyError::Refused), Ok(())];
    const REPLIES: &[&str] = &["503 Busy", "429 Too Many", "302 Found\r\nlocation: http://127.0.0.1:1/", "404 Not Found", "200 OK"];
    let (port, got) = receivers::http(REPLIES);
    for (reply, expected) in replies.iter().zip(expected) {
        assert_eq!(webhook(port).tell(&telling(), NOW).await, expected, "{reply}");
        got.recv().unwrap();
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(webhook(closed).tell(&telling(), NOW).await, Err(NotifyError::NoAnswer));
    let shut = Webhook { allowed: allowed(false), ..webhook(port) };
    assert_eq!(shut.tell(&telling(), NOW).await, Err(NotifyError::BadAddress), "this machine was not opened");
}

#[tokio::test]
async fn ntfy_gets_title_text_and_token() {
    let (port, got) = receivers::http(&["200 OK"]);
    let url = Private::new(format!("http://127.0.0.1:{port}/my-topic"));
    let ntfy = Ntfy { url, token: Some(Private::new("tk_1".into())), allowed: allowed(true) };
    ntfy.tell(&telling(), NOW).await.unwrap();
    let (head, body) = got.recv().unwrap();
    assert!(head.starts_with("POST /my-topic") && head.contains("authorization: Bearer tk_1"), "{head}");
    assert!(head.contains("title: Your call achieved what you asked for"), "{head}");
    assert!(body.contains("They close at nine.") && body.contains("task show t1"), "{body}");
}

fn email(port: u16) -> Email {
    Email {
        server: Private::new(format!("smtp://127.0.0.1:{port}")),
        from: Private::new("Puppet Master <pm@example.org>".into()),
        to: Private::new("sam@example.org".into()),
        allowed: allowed(true),
    }
}

#[tokio::test]
async fn a_mail_server_takes_the_mail() {
    let (port, got) = receivers::smtp("250 fine");
    email(port).tell(&telling(), NOW).await.unwrap();
    let mail = got.recv().unwrap();
    for line in [
        "MAIL FROM:<pm@example.org>",
        "RCPT TO:<sam@example.org>",
        "Subject: Your call achieved what you asked for",
        "Message-ID: <0123abcd@puppetmaster.invalid>",
        "They close at nine.",
    ] {
        assert!(mail.contains(line), "{line} is missing:\n{mail}");
    }
}

#[tokio::test]
async fn a_mail_server_that_refuses_or_is_away_is_told_apart() {
    let (port, _got) = receivers::smtp("550 no such mailbox");
    assert_eq!(email(port).tell(&telling(), NOW).await, Err(NotifyError::Refused));
    let (port, _got) = receivers::smtp("451 later");
    assert_eq!(email(port).tell(&telling(), NOW).await, Err(NotifyError::Busy));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(email(closed).tell(&telling(), NOW).await, Err(NotifyError::NoAnswer));
    let shut = Email { allowed: allowed(false), ..email(port) };
    assert_eq!(shut.tell(&telling(), NOW).await, Err(NotifyError::BadAddress));
    let nobody = Email { to: Private::new("not a mailbox".into()), ..email(port) };
    assert_eq!(nobody.tell(&telling(), NOW).await, Err(NotifyError::Refused));
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_gets_title_text_and_json_without_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let script = r#"printf '%s|%s|' "$2" "$3" > "$1"; cat >> "$1""#;
    let line = |script: &str| vec!["sh".to_owned(), "-c".into(), script.into(), "sh".into(), out.display().to_string()];
    let mut evil = telling();
    let News::CallEnded(call) = &mut evil.news else { unreachable!() };
    call.summary = Some(Private::new("$(touch /tmp/never) `x`; '\"".into()));
    Command { line: line(script) }.tell(&evil, NOW).await.unwrap();
    let written = std::fs::read_to_string(&out).unwrap();
    assert!(written.starts_with("Your call achieved what you asked for|") && written.contains("$(touch /tmp/never) `x`; '\""), "{written}");
    let json: serde_json::Value = serde_json::from_str(written.rsplit_once('|').unwrap().1).unwrap();
    assert_eq!(json["id"], "0123abcd");
    assert_eq!(Command { line: line("exit 3") }.tell(&evil, NOW).await, Err(NotifyError::Refused));
    assert_eq!(Command { line: vec!["/no/such/program".into()] }.tell(&evil, NOW).await, Err(NotifyError::BadAddress));
}
