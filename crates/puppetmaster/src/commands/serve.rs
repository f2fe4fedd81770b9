//! `puppetmaster serve`: the server until it is told to end; live calls say goodbye first.
//!
//! With `--stub-speech` it is the load mode: see [`crate::stub_line`].

use std::process::ExitCode;
use std::time::Duration;

use engine::directory::Directory;
use engine::task_runner::TaskRunner;
use models::StubSpeech;
use serde_json::json;

use super::ending::Ending;
use crate::cli::ServeArgs;
use crate::config::{Config, Provider};
use crate::failure::{Failure, WRONG_COMMAND_LINE, codes};
use crate::stub_line::{self, StubSettings};
use crate::wiring;

/// How long live calls may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(20);

/// How long the carrier and the disk may take to end calls that said none.
const HANG_UP: Duration = Duration::from_secs(10);

pub(super) async fn serve(args: ServeArgs, config: &Config) -> Result<ExitCode, Failure> {
    config.require_enabled().map_err(|problem| Failure::new(problem.entry, problem.what.clone()))?;
    let mut end = Ending::new();
    let config = Config { listen: args.listen.unwrap_or(config.listen), ..config.clone() };
    match &args.stub_speech {
        Some(text) => {
            let speech = stub_speech(text)?;
            if config.phone_provider != Provider::Mock {
                return Err(Failure { exit: WRONG_COMMAND_LINE, ..Failure::of(&codes::SERVE_MOCK_ONLY) });
            }
            let settings = StubSettings { speech, token: args.media_token, calls_at_most: args.calls_at_most };
            stubbed(&settings, &config, &mut end).await
        }
        None => whole(&config, &mut end).await,
    }
}

async fn whole(config: &Config, end: &mut Ending) -> Result<ExitCode, Failure> {
    let running = wiring::run(config, wiring::Purpose::Serve).await?;
    let description = json!({
        "address": running.address(),
        "origin": &*running.origin,
        "phone_provider": config.phone_provider.as_str(),
        "takes_calls": config.inbound.is_enabled,
        "sandbox": running.sandbox_url(),
    });
    println!("{description}");
    let runner = TaskRunner::new(running.assistant.clone(), running.store.clone(), running.store.clone(), wiring::chance);
    let carrying_out = tokio::spawn(async move { runner.run().await });
    end.next().await;
    // What is due from here on is carried out after the next start.
    carrying_out.abort();
    drain(&running.directory, end).await;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

async fn stubbed(settings: &StubSettings, config: &Config, end: &mut Ending) -> Result<ExitCode, Failure> {
    let serving = stub_line::open(settings, config).await?;
    println!("{}", serving.description());
    end.next().await;
    serving.close_door();
    drain(&serving.directory, end).await;
    serving.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Lets live calls say goodbye; a second signal or too long a farewell hangs up on them.
pub(super) async fn drain(directory: &Directory, end: &mut Ending) {
    directory.end_all_politely();
    tokio::select! {
        () = directory.emptied() => return,
        () = tokio::time::sleep(FAREWELL) => {}
        () = end.next() => {}
    }
    directory.cancel_all();
    if tokio::time::timeout(HANG_UP, directory.emptied()).await.is_err() {
        tracing::warn!(calls = directory.live(), "some calls did not end in time; they are settled at the next start");
    }
}

/// Reads `stt=100ms,llm=200ms,tts=100ms`, in any order.
fn stub_speech(text: &str) -> Result<StubSpeech, Failure> {
    let bad = |what: String| Failure { exit: WRONG_COMMAND_LINE, ..Failure::new(&codes::SERVE_BAD_STUB_SPEECH, what) };
    let (mut stt, mut llm, mut tts) = (None, None, None);
    for part in text.split(',') {
        let (name, value) = part.split_once('=').ok_or_else(|| bad(format!("`{part}` is not NAME=DELAY")))?;
        let delay = delay(value).ok_or_else(|| bad(format!("`{value}` is not a delay of up to a minute, such as 100ms or 0.2s")))?;
        let slot = match name.trim() {
            "stt" => &mut stt,
            "llm" => &mut llm,
            "tts" => &mut tts,
            other => return Err(bad(format!("`{other}` is none of stt, llm and tts"))),
        };
        if slot.replace(delay).is_some() {
            return Err(bad(format!("`{}` stands twice", name.trim())));
        }
    }
    match (stt, llm, tts) {
        (Some(stt), Some(llm), Some(tts)) => Ok(StubSpeech { stt, llm, tts }),
        _ => Err(bad("one of stt, llm and tts is missing".to_owned())),
    }
}

/// Reads `100ms` or `0.2s`.
fn delay(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, seconds) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = number.parse::<f64>().ok().filter(|_| is_number)? * seconds;
    Duration::try_from_secs_f64(seconds).ok().filter(|delay| *delay <= Duration::from_secs(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_delays_are_read_in_any_order() {
        let ms = Duration::from_millis;
        let expected = StubSpeech { stt: ms(100), llm: ms(200), tts: ms(0) };
        assert_eq!(stub_speech("stt=100ms,llm=0.2s,tts=0ms").unwrap(), expected);
        assert_eq!(stub_speech(" tts=0s, llm=200ms ,stt=100ms").unwrap(), expected);
    }

    #[test]
    fn anything_else_says_what_is_wrong() {
        for (text, what) in [
            ("", "`` is not NAME=DELAY"),
            ("stt", "`stt` is not NAME=DELAY"),
            ("stt=100", "`100` is not a delay of up to a minute, such as 100ms or 0.2s"),
            ("stt=-1ms", "`-1ms` is not a delay of up to a minute, such as 100ms or 0.2s"),
            ("stt=1e3ms", "`1e3ms` is not a delay of up to a minute, such as 100ms or 0.2s"),
            ("stt=61s", "`61s` is not a delay of up to a minute, such as 100ms or 0.2s"),
            ("stt=1ms,ttl=1ms", "`ttl` is none of stt, llm and tts"),
            ("stt=1ms,stt=1ms", "`stt` stands twice"),
            ("stt=1ms,llm=1ms", "one of stt, llm and tts is missing"),
        ] {
            let failure = stub_speech(text).unwrap_err();
            assert_eq!((failure.code, failure.what.as_str(), failure.exit), ("serve.bad_stub_speech", what, 2), "{text}");
        }
    }
}
