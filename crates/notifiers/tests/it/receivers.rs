//! Receivers on loopback: an HTTP server and a mail server that write down what they get.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// Answers each HTTP request in turn with the next of these status lines, and passes on what was sent: head and body.
pub fn http(replies: &'static [&'static str]) -> (u16, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, got) = channel();
    std::thread::spawn(move || {
        for reply in replies {
            let (socket, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(socket.try_clone().unwrap());
            let (mut head, mut line) = (String::new(), String::new());
            while reader.read_line(&mut line).unwrap() > 2 {
                head.push_str(&line);
                line.clear();
            }
            let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").and_then(|n| n.parse().ok()));
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).unwrap();
            write!(&socket, "HTTP/1.1 {reply}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            sender.send((head, String::from_utf8(body).unwrap())).unwrap();
        }
    });
    (port, got)
}

/// Takes one mail as a mail server does, and passes on its envelope and text. Answers the recipient with `recipient`.
pub fn smtp(recipient: &'static str) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, got) = channel();
    std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        // A test that has seen enough may have gone.
        let _ = sender.send(converse(&socket, recipient));
    });
    (port, got)
}

fn converse(socket: &TcpStream, recipient: &str) -> String {
    let mut out = socket;
    let mut all = String::new();
    writeln!(out, "220 test\r").unwrap();
    let mut is_data = false;
    for line in BufReader::new(socket.try_clone().unwrap()).lines().map_while(Result::ok) {
        all.push_str(&line);
        all.push('\n');
        let reply = match line.split(' ').next().unwrap_or_default() {
            "." if is_data => {
                is_data = false;
                "250 taken"
            }
            _ if is_data => continue,
            "EHLO" => "250-test\r\n250 8BITMIME",
            "RCPT" => recipient,
            "DATA" => {
                is_data = true;
                "354 go on"
            }
            "QUIT" => {
                let _ = writeln!(out, "221 bye\r");
                break;
            }
            _ => "250 fine",
        };
        writeln!(out, "{reply}\r").unwrap();
    }
    all
}
