//! `puppetmaster setup twilio` and `setup plivo`: asks what is needed, checks each answer against the account, writes configuration and `.env`.
//!
//! Runs without a configuration, or with a broken one. Every question has a flag or a variable, so that it can be scripted;
//! with nobody at the terminal a missing answer is an error that names them. Secrets are read from the environment, `.env` or
//! the terminal, written to `.env` (mode 0600), and never shown. At the provider nothing is changed but the webhooks of the chosen
//! number, and only if the user says so.

mod dialog;
mod files;
mod second;
mod words;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use carriers::registry::{self, Account, Provider};
use dialog::Dialog;
use engine::reception::addresses::ReceptionAddresses;
use files::Settings;
use ports::carrier_account::{CarrierAccount, OwnedNumber};
use ports::clock::Clock;
use telephony::{PhoneNumber, Private};

use crate::checkup::reach::Watch;
use crate::checkup::{self, Finding, Level, judge};
use crate::cli::{SetupArgs, TunnelArg};
use crate::config::setting::{Around, PublicUrl, Setting, SpokenName};
use crate::config::sources::Sources;
use crate::failure::{Failure, codes};
use crate::tunnel::{self, Tunnel};
use crate::wiring::SystemClock;
use words::Words;

pub(super) use words::{PLIVO, TWILIO};

/// Where to listen if the user has no wish.
const USUAL_LISTEN: &str = "127.0.0.1:8080";

/// How often a question is put again after an answer that cannot be used.
const TRIES: usize = 3;

/// Walks through the setup.
///
/// # Errors
/// An answer is missing or cannot be used, the account refuses, or a file cannot be written.
pub(super) async fn run(words: &Words, account: Option<&str>, args: &SetupArgs, sources: &Sources) -> Result<ExitCode, Failure> {
    if args.second {
        return second::run(words, account, args, sources).await;
    }
    let mut dialog = Dialog::new(sources, args.yes);
    let file = files::target(sources, args.overwrite, &mut dialog)?;
    let (provider, account) = sign_in(words, account, &mut dialog).await?;
    let number = choose_number(words, args, provider.account.as_ref(), &mut dialog).await?;
    let user_name = user_name(args, &mut dialog)?;
    let listen = listen(args, &mut dialog)?;
    let public_url = public_url(args, listen, account.base_url.is_some(), &mut dialog).await?;

    let watch = Watch::open(listen, &public_url, Arc::clone(&provider.callbacks)).await;
    let found = watch.findings(provider.account.as_ref(), &public_url).await;
    found.iter().for_each(|finding| println!("{}", finding.line()));
    let arranged = webhooks(words, args, &watch, provider.account.as_ref(), &number, &public_url, &mut dialog).await;
    watch.close().await;
    arranged?;

    let settings = Settings { words, account: &account, number: &number.number, user_name: &user_name, listen, public_url: &public_url };
    files::write(&file, sources, &settings)?;
    println!("\nNext: `puppetmaster doctor --provider {}`, then call your own phone: `puppetmaster call \"+1…\" \"Say hello\"`", words.provider);
    if checkup::worst(&found) == Level::Red {
        println!("The public address does not work yet; calls will fail until the doctor shows it green.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks for the credentials until the account takes them.
async fn sign_in(words: &Words, account: Option<&str>, dialog: &mut Dialog) -> Result<(Provider, Account), Failure> {
    let key = words.key_variables.and_then(|(sid, secret)| dialog.variable(sid).zip(dialog.variable(secret)));
    let base_url = dialog.variable(words.url_variable);
    if let Some(url) = &base_url {
        let mut origin: Option<PublicUrl> = None;
        read(&mut origin, url, words.url_variable)?;
        // The credentials are sent there.
        if origin.is_some_and(|origin| !origin.is_encrypted() && !origin.is_loopback()) {
            return Err(Failure::new(&codes::SETUP_BAD_ANSWER, format!("{} does not begin with https://", words.url_variable)));
        }
    }
    let mut last = Failure::of(&codes::SETUP_BAD_ANSWER);
    for attempt in 0..TRIES {
        // A given answer that was refused is asked for again.
        let given = account.map(str::to_owned).or_else(|| dialog.variable(words.id_variable)).filter(|_| attempt == 0);
        let id = match given {
            Some(id) => id,
            None => dialog.ask(words.id_question, words.id_flag, None)?,
        };
        let secret = match dialog.variable(words.secret_variable).filter(|_| attempt == 0) {
            Some(token) => token,
            None => dialog.ask_secret(&format!("{} auth token", words.name), &format!("{} in the environment or in .env", words.secret_variable))?,
        };
        let account = Account {
            id,
            secret: Private::new(secret),
            key: key.clone().map(|(sid, secret)| (sid, Private::new(secret))),
            base_url: base_url.clone(),
            ..Account::default()
        };
        let provider = registry::open(words.provider, account.clone()).map_err(|error| Failure::new(&codes::CARRIER_SETTINGS, error.to_string()))?;
        let findings = look_at(provider.account.as_ref()).await;
        findings.iter().for_each(|finding| println!("{}", finding.line()));
        match findings.into_iter().find(|finding| finding.level == Level::Red) {
            None => return Ok((provider, account)),
            Some(red) => last = failure(red),
        }
        if !dialog.may_ask() {
            break;
        }
    }
    Err(last)
}

async fn look_at(account: &dyn CarrierAccount) -> Vec<Finding> {
    let form = judge::form(&account.check_form());
    if form.level == Level::Red {
        return vec![form];
    }
    match account.identity().await {
        Ok(identity) => {
            let mut findings = judge::identity(&identity);
            findings.push(judge::clock(SystemClock.now(), identity.provider_time));
            if let Err(error) = account.check_key().await {
                findings.push(judge::refused("API key", account, &error));
            }
            findings
        }
        Err(error) => vec![judge::refused("account", account, &error)],
    }
}

/// Returns the failure that a finding is, with its code and fix.
fn failure(finding: Finding) -> Failure {
    let entry = finding.code.and_then(crate::codes::find).unwrap_or(&codes::SETUP_BAD_ANSWER);
    let failure = Failure::new(entry, format!("{}: {}", finding.check, finding.text));
    Failure { remedy: finding.fix.unwrap_or(failure.remedy), ..failure }
}

async fn choose_number(words: &Words, args: &SetupArgs, account: &dyn CarrierAccount, dialog: &mut Dialog) -> Result<OwnedNumber, Failure> {
    let owned = account.numbers().await.map_err(|error| failure(judge::refused("number", account, &error)))?;
    let speaking: Vec<&OwnedNumber> = owned.iter().filter(|owned| owned.has_voice != Some(false)).collect();
    let Some(first) = speaking.first() else {
        return Err(Failure::new(&checkup::codes::NUMBER_NOT_OWNED, "the account has no number that can speak"));
    };
    let mut given = args.number.clone().or_else(|| dialog.variable(words.number_variable));
    if given.is_none() && speaking.len() > 1 {
        speaking.iter().for_each(|owned| println!("  {}", owned.number.in_international_format()));
    }
    for _ in 0..TRIES {
        let is_given = given.is_some();
        let text = match given.take() {
            Some(text) => text,
            None => dialog.ask("Number to call from", "--number", Some(first.number.as_e164()))?,
        };
        let wrong = match PhoneNumber::parse(&text) {
            Err(error) => Failure::new(&codes::SETUP_BAD_ANSWER, format!("the number to call from: {error}")),
            Ok(number) => match judge::number(&number, owned.iter().find(|owned| owned.number == number)) {
                finding if finding.level == Level::Red => failure(finding),
                finding => {
                    println!("{}", finding.line());
                    return owned.into_iter().find(|owned| owned.number == number).ok_or_else(|| Failure::of(&checkup::codes::NUMBER_NOT_OWNED));
                }
            },
        };
        if is_given || !dialog.may_ask() {
            return Err(wrong);
        }
        println!("failed  {}", wrong.what);
    }
    Err(Failure::of(&checkup::codes::NUMBER_NOT_OWNED))
}

fn user_name(args: &SetupArgs, dialog: &mut Dialog) -> Result<String, Failure> {
    let text = match &args.user_name {
        Some(name) => name.clone(),
        None => dialog.ask("For whom are calls made, as it is said aloud", "--user-name", Some(SpokenName::of_nobody().as_str()))?,
    };
    let mut name = SpokenName::of_nobody();
    read(&mut name, &text, "the name")?;
    Ok(name.as_str().to_owned())
}

fn listen(args: &SetupArgs, dialog: &mut Dialog) -> Result<SocketAddr, Failure> {
    let listen = match args.listen {
        Some(listen) => listen,
        None => {
            let text = dialog.ask("Where to listen on this machine", "--listen", Some(USUAL_LISTEN))?;
            text.parse().map_err(|_| Failure::new(&codes::SETUP_BAD_ANSWER, "the address to listen at is none; write it like 127.0.0.1:8080"))?
        }
    };
    if listen.port() == 0 {
        return Err(Failure::new(&codes::SETUP_BAD_ANSWER, "the address to listen at needs a fixed port"));
    }
    Ok(listen)
}

/// Returns the public origin: given, of a tunnel that runs, or asked for. `is_stand_in` allows addresses of this machine.
async fn public_url(args: &SetupArgs, listen: SocketAddr, is_stand_in: bool, dialog: &mut Dialog) -> Result<String, Failure> {
    let text = match (&args.public_url, args.tunnel) {
        (Some(url), _) => url.clone(),
        (None, Some(wanted)) => {
            let found = match wanted {
                TunnelArg::Ngrok => tunnel::ngrok(&args.ngrok_api, listen.port()).await,
                TunnelArg::Cloudflared => tunnel::cloudflared(args.cloudflared_metrics.as_deref()).await,
            };
            let found = found.ok_or_else(|| Failure::of(&codes::SETUP_NO_TUNNEL))?;
            println!("{}", told(&found, listen.port()));
            found.public_url
        }
        (None, None) => {
            let mut offered = tunnel::ngrok(&args.ngrok_api, listen.port()).await;
            if offered.is_none() {
                offered = tunnel::cloudflared(args.cloudflared_metrics.as_deref()).await;
            }
            match &offered {
                Some(found) => println!("{}", told(found, listen.port())),
                None => println!(
                    "note    no tunnel runs here; for a first try: `ngrok http {0}` or `cloudflared tunnel --url http://127.0.0.1:{0}`",
                    listen.port()
                ),
            }
            dialog.ask("Public address (https://…)", "--public-url or --tunnel", offered.as_ref().map(|found| found.public_url.as_str()))?
        }
    };
    let mut url: Option<PublicUrl> = None;
    read(&mut url, &text, "the public address")?;
    match url {
        Some(url) if url.is_encrypted() || (is_stand_in && url.is_loopback()) => Ok(url.as_str().to_owned()),
        _ => Err(Failure::new(&codes::SETUP_BAD_ANSWER, "the public address does not begin with https://")),
    }
}

fn told(tunnel: &Tunnel, port: u16) -> String {
    let elsewhere = match tunnel.port {
        Some(other) if other != port => format!(", but leads to port {other} and not to {port}"),
        _ => String::new(),
    };
    format!("{:<7} tunnel: {} runs here as {}{elsewhere}", if elsewhere.is_empty() { "ok" } else { "warn" }, tunnel.name, tunnel.public_url)
}

/// Sends calls that come in to us, if the user agrees and this program answers them.
async fn webhooks(
    words: &Words,
    args: &SetupArgs,
    watch: &Watch,
    account: &dyn CarrierAccount,
    number: &OwnedNumber,
    origin: &str,
    dialog: &mut Dialog,
) -> Result<(), Failure> {
    let (voice, status) = server::router::incoming(origin);
    if number.voice_url == voice && number.status_url == status {
        return Ok(());
    }
    let answers = watch.webhook(account, &voice).await.and_then(|trip| trip.answer.ok()).is_some_and(|answer| matches!(answer.status, 200..=299));
    if !answers {
        println!("note    calls that come in are not taken there, so the number's webhooks at {} were left as they are", words.name);
        return Ok(());
    }
    let now = if number.voice_url.is_empty() { "nowhere" } else { "somewhere else" };
    let is_agreed = args.set_webhook || dialog.agree(&format!("Calls that come in to the number go {now} now. Have {} send them to us?", words.name));
    if !is_agreed {
        return Ok(());
    }
    account
        .set_webhooks(number, &voice, &ReceptionAddresses::under(origin).fallback(), &status)
        .await
        .map_err(|error| failure(judge::refused("incoming calls", account, &error)))?;
    println!("ok      incoming calls: {} sends them to us now", words.name);
    Ok(())
}

fn read(setting: &mut dyn Setting, text: &str, what: &str) -> Result<(), Failure> {
    let around = Around { directory: ".".as_ref(), home: None };
    setting.set(text.trim(), &around).map_err(|wrong| {
        let why = wrong.why.map_or_else(String::new, |why| format!(", {why}"));
        Failure::new(&codes::SETUP_BAD_ANSWER, format!("{what} cannot be used{why}; expected: {}", setting.expects()))
    })
}
