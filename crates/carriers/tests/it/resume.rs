//! A file that breaks off is asked for from there on.

use carriers::http::{HttpConfig, HttpShell, NoReply};
use telephony::Private;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wire::http::{HttpRequest, Method};

/// An answer: its head, how many bytes of the file come, and from where on.
type Answer = (String, std::ops::Range<usize>);

fn file() -> Vec<u8> {
    (0..1_000_u16).flat_map(u16::to_le_bytes).collect()
}

fn whole(to: usize) -> Answer {
    (format!("HTTP/1.1 200 OK\r\ncontent-type: audio/x-wav\r\netag: \"one\"\r\ncontent-length: {}\r\n\r\n", file().len()), 0..to)
}

fn rest(from: usize, to: usize) -> Answer {
    let all = file().len();
    let head = format!("HTTP/1.1 206 Partial Content\r\ncontent-range: bytes {from}-{}/{all}\r\ncontent-length: {}\r\n\r\n", all - 1, all - from);
    (head, from..to)
}

/// Gives these answers, a connection each, and returns what was fetched and the ranges that were asked for.
async fn fetched(answers: Vec<Answer>) -> (Result<Vec<u8>, NoReply>, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let shell = HttpShell::new(HttpConfig::new(format!("http://{}", listener.local_addr().unwrap()), "AC1", Private::new("s3cr3t".into()))).unwrap();
    let peer = tokio::spawn(async move {
        let mut asked = Vec::new();
        for (head, bytes) in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(socket.read_u8().await.unwrap());
            }
            let request = String::from_utf8(request).unwrap().to_ascii_lowercase();
            let of = |name: &str| request.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("-").to_owned();
            asked.push(format!("{} {}", of("range: "), of("if-range: ")));
            socket.write_all(head.as_bytes()).await.unwrap();
            socket.write_all(&file()[bytes]).await.unwrap();
        }
        asked
    });
    let reply = shell.fetch(&HttpRequest::new(Method::Get, "/RE1.wav")).await;
    (reply.map(|reply| reply.body), peer.await.unwrap())
}

#[tokio::test]
async fn what_broke_off_goes_on_where_it_did() {
    let (bytes, asked) = fetched(vec![whole(700), rest(700, 1_500), rest(1_500, 2_000)]).await;
    assert_eq!(bytes.unwrap(), file());
    assert_eq!(asked, ["- -", "bytes=700- \"one\"", "bytes=1500- \"one\""]);
}

#[tokio::test]
async fn who_knows_no_ranges_gives_the_whole_once_more() {
    let (bytes, asked) = fetched(vec![whole(700), whole(2_000)]).await;
    assert_eq!((bytes.unwrap(), asked.len()), (file(), 2));
}

#[tokio::test]
async fn another_piece_than_was_asked_for_is_not_put_behind() {
    let (bytes, asked) = fetched(vec![whole(700), rest(600, 2_000), whole(2_000)]).await;
    assert_eq!(bytes.unwrap(), file());
    assert_eq!(asked, ["- -", "bytes=700- \"one\"", "- -"], "it begins anew");
}
