//! `puppetmaster doctor`: whether everything that calls need is in order, a line each: this machine, and the phone provider
//! if real telephones ring, the second one too if there is one ([`crate::checkup`]).

use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use assistant::dialing;
use assistant::trouble::Trouble;
use models::LocalSpeech;
use models::library::ModelsDir;
use models::library::verify_all;
use ports::clock::Clock;
use ports::error::SpeechError;
use ports::outbox::Outbox;
use ports::policy_store::PolicyStore;
use ports::recording_store::{RecordingProgress, RecordingStore};
use ports::speech_to_text::{Heard, Wanted};
use ports::text_to_speech::{SpeakRequest, Voice, VoicePiece};
use store::Store;
use telephony::{AudioPosition, UtteranceId};

use crate::checkup::{self, Finding, Level, provider, trial_run};
use crate::cli::DoctorArgs;
use crate::config::Config;
use crate::failure::{FAILED, Failure, codes};
use crate::wiring::{self, SystemClock};

/// What the voice says and the ears must hear: a time and a price, as calls are about.
const SENTENCE: &str = "We are open until nine in the evening.";

/// The one word of it that shows that it was understood.
const KEY_WORD: &str = "evening";

/// How long either may take, loading included.
const SPEECH_WITHIN: Duration = Duration::from_secs(30);

pub(super) async fn doctor(args: &DoctorArgs, config: &Config) -> Result<ExitCode, Failure> {
    let findings = match (args.test_credentials, args.provider) {
        (true, _) => trial_run::check(config).await,
        (false, Some(one)) if config.is_second(one.into()) => provider::check_second(config, &SystemClock).await,
        (false, Some(_)) => provider::check(config, &SystemClock).await,
        (false, None) => {
            let mut findings = this_machine(config).await;
            if config.phone_provider.is_real() {
                findings.extend(provider::check(config, &SystemClock).await);
                findings.extend(provider::check_second(config, &SystemClock).await);
            }
            findings
        }
    };
    if args.json {
        println!("{}", checkup::json(&findings));
    } else {
        findings.iter().for_each(|finding| println!("{}", finding.line()));
        if args.provider.is_none() && !args.test_credentials && config.ears_command.is_none() && config.voice_command.is_none() {
            println!(
                "note    better ears or another voice on this machine (whisper.cpp, faster-whisper, Piper): docs/speech.md says what to install"
            );
        }
    }
    Ok(ExitCode::from(if checkup::worst(&findings) == Level::Red { FAILED } else { 0 }))
}

/// Looks at what lies on this machine: data, callees, speech.
async fn this_machine(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut line = |name: &str, found: Result<String, Failure>| {
        findings.push(match found {
            Ok(text) => Finding::green(name, text),
            Err(failure) => Finding::failed(name, failure),
        });
    };
    let mut forged = None;
    match wiring::look(config).await {
        Ok((store, _)) => {
            line("data folder", Ok(config.data_dir.0.display().to_string()));
            line("free space", free_space(config, &store).await);
            line("recordings to fetch", awaited_recordings(&store).await);
            forged = forgeries(&store).await;
        }
        Err(failure) => line("data folder", Err(failure)),
    }
    match crate::keeping::bucket(config) {
        Ok(None) => line("storage", Ok("recordings and traces stay in the data folder".to_owned())),
        Ok(Some(bucket)) => line("storage", crate::keeping::probe(bucket.as_ref()).await),
        Err(failure) => line("storage", Err(failure)),
    }
    line("cast", wiring::cast(config).map(|cast| format!("{} callees", cast.scripts().count())));
    match ModelsDir::find(config.models_dir.as_ref().map(|directory| directory.0.as_path())) {
        Ok(folder) => {
            for (file, verdict) in verify_all(&folder) {
                line(file, verdict.map(|()| "as pinned".to_owned()).map_err(Failure::from));
            }
        }
        Err(error) => line("speech models", Err(error.into())),
    }
    match wiring::speech(config) {
        Ok(speech) => try_speech(config, &speech, &mut line),
        Err(failure) => line("speech", Err(failure)),
    }
    line("calls that come in", Ok(inbound(config)));
    line("phone provider", Ok(config.phone_provider.as_str().to_owned()));
    findings.extend(forged);
    findings
}

/// Whether there is room for what a call brings: what the gate asks before each dial.
async fn free_space(config: &Config, store: &Store) -> Result<String, Failure> {
    let disk = store.disk().await?;
    if let Some(refusal) = dialing::check_disk(disk, config.least_free_bytes()).into_iter().next() {
        return Err(Failure::new(&assistant::codes::DIALING_NO_SPACE, refusal.fact));
    }
    Ok(disk.free_bytes.map_or_else(|| "not known on this system".to_owned(), |free| format!("{} MB", free / 1_000_000)))
}

/// What is still at the phone provider.
async fn awaited_recordings(store: &Store) -> Result<String, Failure> {
    let awaited = store.awaited_recordings().await?;
    let wanted = awaited.iter().filter(|recording| recording.progress == RecordingProgress::Wanted).count();
    let unwanted = awaited.iter().filter(|recording| recording.progress == RecordingProgress::Unwanted).count();
    Ok(match (wanted, unwanted) {
        (0, 0) => "none waits at the phone provider".to_owned(),
        (wanted, unwanted) => {
            format!("{wanted} to be fetched from the phone provider, {unwanted} to be deleted there; `serve` and every call try again")
        }
    })
}

/// How long forged webhooks are shown for.
const FORGERIES_ARE_SHOWN_FOR: Duration = Duration::from_secs(7 * 86_400);

/// What was told of forged webhooks lately; nothing where it cannot be read.
async fn forgeries(store: &Store) -> Option<Finding> {
    const CHECK: &str = "forged webhooks";
    let troubles = store.troubles(SystemClock.now() - FORGERIES_ARE_SHOWN_FOR).await.ok()?;
    let last = troubles.iter().rfind(|(_, trouble)| matches!(trouble, Trouble::Forgeries { .. }));
    Some(match last {
        None => Finding::green(CHECK, "none in numbers within the last week"),
        Some((_, trouble)) => Finding::yellow(CHECK, trouble.entry(), format!("within the last week, {}", trouble.notice().text)),
    })
}

/// What the configuration says of them; a menu that is wrong was told when it was read.
fn inbound(config: &Config) -> String {
    let inbound = &config.inbound;
    if !inbound.is_enabled {
        return "not taken (`inbound.enabled` is false)".to_owned();
    }
    match &inbound.menus {
        Some(menus) => format!("taken by `serve`; menus: {}, queues: {}", menus.menus.len(), menus.queues.len()),
        None => "taken by `serve`; no menu, so callers leave a message".to_owned(),
    }
}

/// Speaks a sentence and listens to it, with whichever engines calls would use.
fn try_speech(config: &Config, speech: &LocalSpeech, mut line: impl FnMut(&str, Result<String, Failure>)) {
    let named = |command: Option<&str>| command.map_or_else(|| "built in".to_owned(), |command| format!("`{command}`"));
    let sound = speak(config, speech);
    line(
        "voice",
        sound.as_ref().map_err(|error| error.clone().into()).map(|(samples, took)| {
            let seconds = samples.len() as f64 / 8_000.0;
            format!(
                "{}, {seconds:.1} s of speech in {:.1} s with loading",
                named(config.voice_command.as_ref().map(|c| c.as_str())),
                took.as_secs_f64()
            )
        }),
    );
    let Ok((samples, _)) = sound else { return };
    let heard = listen(config, speech, &samples).map_err(Failure::from).and_then(|(text, took)| {
        if text.to_lowercase().contains(KEY_WORD) {
            let ears = named(config.ears_command.as_ref().map(|c| c.as_str()));
            Ok(format!("{ears}, understood the voice in {:.1} s with loading", took.as_secs_f64()))
        } else {
            Err(Failure::new(&codes::SPEECH_NOT_UNDERSTOOD, format!("“{SENTENCE}” was heard as “{text}”")))
        }
    });
    line("ears", heard);
}

fn speak(config: &Config, speech: &LocalSpeech) -> Result<(Vec<i16>, Duration), SpeechError> {
    let began = Instant::now();
    let (sender, pieces) = mpsc::channel();
    let request = SpeakRequest { text: SENTENCE.to_owned(), voice: Voice::default() };
    let sink = move |piece| {
        // Nobody listens any more once the time is over.
        let _ = sender.send(piece);
    };
    let _work = wiring::voice(config, speech).speak(request, Box::new(sink))?;
    let mut samples = Vec::new();
    loop {
        match pieces.recv_timeout(SPEECH_WITHIN) {
            Ok(VoicePiece::Audio(piece)) => samples.extend(piece),
            Ok(VoicePiece::End) => return Ok((samples, began.elapsed())),
            Ok(VoicePiece::Failed) => return Err(SpeechError::Failed { what: "the voice could not speak; the log says why".into() }),
            Err(_) => return Err(SpeechError::Failed { what: "the voice did not speak in time".into() }),
        }
    }
}

fn listen(config: &Config, speech: &LocalSpeech, samples: &[i16]) -> Result<(String, Duration), SpeechError> {
    let began = Instant::now();
    let (sender, results) = mpsc::channel();
    let mut listening = wiring::ears(config, speech).listen(
        Wanted::SettledOnly,
        Arc::new(move |heard| {
            let _ = sender.send(heard);
        }),
    )?;
    let utterance = UtteranceId(1);
    listening.push(AudioPosition::ZERO, samples);
    listening.begin(utterance, AudioPosition::ZERO);
    listening.settle(utterance, 1, AudioPosition(samples.len() as u64));
    loop {
        match results.recv_timeout(SPEECH_WITHIN) {
            Ok(Heard::Settled { text, .. }) => return Ok((text, began.elapsed())),
            Ok(Heard::NotSpeech { .. }) => return Ok((String::new(), began.elapsed())),
            Ok(Heard::Interim { .. }) => {}
            Ok(Heard::Failed { .. }) => return Err(SpeechError::Failed { what: "the ears could not hear; the log says why".into() }),
            Err(_) => return Err(SpeechError::Failed { what: "the ears did not answer in time".into() }),
        }
    }
}
