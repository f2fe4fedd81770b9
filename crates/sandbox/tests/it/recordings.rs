//! Recordings over REST: lists and their filters, sound in its forms, deletion.

use wire::twilio::rest::Channels;

use crate::app::App;

#[tokio::test]
async fn a_recording_is_listed_heard_and_deleted() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Pause length=\"2\"/></Response>");
    let mut create = app.create("+12125550123");
    create.record = true;
    create.recording_channels = Some(Channels::Dual);
    let call = app.place(&create).await;
    app.until_over().await;
    let (_, under_call) = app.ask("GET", &format!("/Calls/{call}/Recordings.json"), "").await;
    let (_, all) = app.ask("GET", &format!("/Recordings.json?CallSid={call}"), "").await;
    let sid = all["recordings"][0]["sid"].as_str().unwrap().to_owned();
    assert_eq!(under_call["recordings"][0]["sid"], sid.as_str());
    assert!(under_call["recordings"][0]["track"].is_string() && under_call["recordings"][0]["media_url"].is_null());
    assert!(all["recordings"][0]["track"].is_null() && all["recordings"][0]["channels"].as_u64() == Some(2));
    assert_eq!(app.ask("GET", "/Recordings.json?DateCreated%3C=2020-01-01", "").await.1["recordings"].as_array().unwrap().len(), 0);
    assert_eq!(app.ask("GET", "/Calls/CA1/Recordings.json", "").await.0, 404);

    let media = all["recordings"][0]["media_url"].as_str().unwrap();
    let sound = async |address: String| {
        let credentials = &app.sandbox.credentials;
        let reply = app.client.get(address).basic_auth(&credentials.account_sid, Some(&credentials.auth_token)).send().await.unwrap();
        let kind = reply.headers()["content-type"].to_str().unwrap().to_owned();
        (reply.status().as_u16(), kind, reply.bytes().await.unwrap())
    };
    let (status, kind, both) = sound(media.to_owned()).await;
    assert_eq!((status, kind.as_str()), (200, "audio/x-wav"));
    let both = audio::wav::read_wav(&both, 1_000_000).unwrap();
    let (_, _, mixed) = sound(format!("{media}.wav?RequestedChannels=1")).await;
    let mixed = audio::wav::read_wav(&mixed, 1_000_000).unwrap();
    assert_eq!((both.rate_hz, both.channels, mixed.channels, mixed.samples.len() * 2), (8_000, 2, 1, both.samples.len()));
    let (status, kind, body) = sound(format!("{media}.mp3")).await;
    if has_encoder() {
        assert_eq!((status, kind.as_str()), (200, "audio/mpeg"));
        let frames = mp3_frames(&body);
        let seconds = frames as f64 * 576.0 / 8_000.0;
        let lasts = both.samples.len() as f64 / 2.0 / 8_000.0;
        // The encoder pads both ends.
        assert!((seconds - lasts).abs() < 0.3, "{seconds} s of MP3 for {lasts} s of sound");
    } else {
        assert_eq!(status, 415);
        assert!(String::from_utf8_lossy(&body).contains("lame"));
    }
    assert_eq!(app.ask("DELETE", &format!("/Calls/CA1/Recordings/{sid}.json"), "").await.0, 404);
    assert_eq!(app.ask("DELETE", &format!("/Recordings/{sid}.json"), "").await.0, 204);
    assert_eq!(sound(media.to_owned()).await.0, 404);
    // What is known of it is kept for who asks.
    assert_eq!(app.ask("GET", &format!("/Recordings/{sid}.json"), "").await.0, 404);
    let (_, kept) = app.ask("GET", &format!("/Recordings/{sid}.json?IncludeSoftDeleted=true"), "").await;
    assert_eq!(kept["status"], "deleted");
    let listed = async |path: &str| app.ask("GET", path, "").await.1["recordings"].as_array().unwrap().len();
    assert_eq!((listed("/Recordings.json").await, listed("/Recordings.json?IncludeSoftDeleted=true").await), (0, 1));
}

/// `scripts/test` installs it; a machine without it is told so instead.
fn has_encoder() -> bool {
    std::process::Command::new("lame").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Walks through MPEG 2.5 layer III at 8 kHz, stereo, and counts its frames; anything else is none.
fn mp3_frames(mut bytes: &[u8]) -> usize {
    let mut frames = 0;
    while let [0xff, 0xe2 | 0xe3, third, fourth, ..] = bytes {
        // Kilobits of the lower-rate table, which begins 0, 8, 16, 24, 32, 40, 48, 56, 64.
        let kilobits = usize::from(third >> 4) * 8;
        assert_eq!(((third >> 2) & 3, (fourth >> 6) == 3), (2, false), "8 kHz, two channels");
        let length = 72 * kilobits * 1_000 / 8_000 + usize::from((third >> 1) & 1);
        assert!(length > 4 && length <= bytes.len(), "frame {frames} of {length} bytes");
        bytes = &bytes[length..];
        frames += 1;
    }
    assert!(bytes.is_empty(), "{} bytes after {frames} frames", bytes.len());
    frames
}
