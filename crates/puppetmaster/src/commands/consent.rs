//! `puppetmaster consent` and `puppetmaster line`: leave to be called by a machine, and what kind of line a number is.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use assistant::compliance::consent::{Consent, ConsentBasis, Evidence, GivenConsent, Revocation, StatedBy};
use assistant::compliance::do_not_call::Channel;
use assistant::compliance::line_kind::{KindSource, KnownLine, LineKind};
use assistant::moment;
use ports::clock::Clock;
use ports::policy_store::{Kept, PolicyStore};
use ports::task_store::StoreError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use telephony::{PhoneNumber, Private, Timestamp};

use super::do_not_call::parsed;
use crate::cli::{BasisArg, ConsentAddArgs, ConsentCommand, LineCommand, LineKindArg, SourceArg};
use crate::config::Config;
use crate::failure::{Failure, codes};
use crate::wiring::{self, SystemClock, make_token};

pub(super) async fn consent(command: ConsentCommand, config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    let (zone, now) = (config.zone(), SystemClock.now());
    match command {
        ConsentCommand::Add(args) => {
            let consent = given(args, &zone, now)?;
            let id = make_token();
            store.keep_consent(&id, &consent, now).await?;
            println!("{}", in_words(&Kept { id, value: consent }, &zone, now));
        }
        ConsentCommand::List { number, json } => {
            let number = number.as_deref().map(parsed).transpose()?;
            let kept = store.consents(number.as_ref()).await?;
            if json {
                println!("{}", kept.iter().map(|kept| json!({ "id": kept.id, "consent": kept.value })).collect::<Value>());
            } else if kept.is_empty() {
                println!("nobody's leave is kept; `puppetmaster consent add` keeps it");
            } else {
                kept.iter().for_each(|kept| println!("{}", in_words(kept, &zone, now)));
            }
        }
        ConsentCommand::Revoke { id } => {
            let revoked = store.revoke_consent(&id, &Revocation { at: now, channel: Channel::Installation }).await;
            revoked.map_err(|error| match error {
                StoreError::NotFound => Failure::of(&codes::CONSENT_UNKNOWN),
                other => other.into(),
            })?;
            println!("{id}  taken back");
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn given(args: ConsentAddArgs, zone: &str, now: Timestamp) -> Result<Consent, Failure> {
    let document = args.document.as_deref().map(fingerprint).transpose()?;
    let stated_by = match (&document, args.callee_said) {
        (Some(_), _) => StatedBy::Document,
        (None, true) => StatedBy::Callee,
        (None, false) => StatedBy::User,
    };
    let given = GivenConsent {
        number: parsed(&args.number)?,
        basis: args.basis.into(),
        topic: args.task_type.map(Into::into),
        granted_at: args.granted.as_deref().map_or(Ok(now), |text| moment::read(text, zone, now))?,
        expires_at: args.expires.as_deref().map(|text| moment::read(text, zone, now)).transpose()?,
        revoked: None,
        evidence: Evidence { stated_by, wording: Private::new(args.wording), artifact_sha256: document },
    };
    Consent::new(given).map_err(|error| Failure::new(&assistant::codes::CONSENT_UNPROVEN, error.to_string()).refused())
}

/// Returns the SHA-256 of a file, read piece by piece.
fn fingerprint(file: &Path) -> Result<String, Failure> {
    let read = || -> io::Result<String> {
        let (mut file, mut hash, mut piece) = (File::open(file)?, Sha256::new(), vec![0; 64 * 1024]);
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
                length => hash.update(&piece[..length]),
            }
        }
    };
    read().map_err(|error| Failure::new(&codes::CANNOT_READ, format!("{}: {error}", file.display())))
}

fn in_words(kept: &Kept<Consent>, zone: &str, now: Timestamp) -> String {
    let given = kept.value.given();
    let topic = given.topic.map_or_else(|| "any errand".to_owned(), |topic| word(&topic));
    let state = match (given.revoked, given.expires_at) {
        (Some(revoked), _) => format!("taken back {}", moment::show(revoked.at, zone)),
        (None, Some(end)) if end <= now => format!("ran out {}", moment::show(end, zone)),
        (None, Some(end)) => format!("until {}", moment::show(end, zone)),
        (None, None) => "until it is taken back".to_owned(),
    };
    format!(
        "{}  {:<18}  {} for {topic}, given {}, {state}: “{}” ({})",
        kept.id,
        given.number.in_international_format(),
        word(&given.basis),
        moment::show(given.granted_at, zone),
        given.evidence.wording.expose(),
        word(&given.evidence.stated_by)
    )
}

fn word(value: &impl serde::Serialize) -> String {
    json!(value).as_str().unwrap_or_default().replace('_', " ")
}

pub(super) async fn line(command: LineCommand, config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    let zone = config.zone();
    match command {
        LineCommand::Set { number, kind, source } => {
            let (number, now) = (parsed(&number)?, SystemClock.now());
            let line = KnownLine { kind: kind.into(), source: source.into(), checked_at: Some(now) };
            store.keep_line(&number, &line, now).await?;
            println!("{}", line_in_words(&number, &line, &zone));
        }
        LineCommand::List { json } => {
            let lines = store.lines().await?;
            if json {
                println!("{}", lines.iter().map(|(number, line)| json!({ "number": number, "line": line })).collect::<Value>());
            } else if lines.is_empty() {
                println!("no line's kind was said; `puppetmaster line set NUMBER KIND` says it");
            } else {
                lines.iter().for_each(|(number, line)| println!("{}", line_in_words(number, line, &zone)));
            }
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn line_in_words(number: &PhoneNumber, line: &KnownLine, zone: &str) -> String {
    let when = line.checked_at.map_or_else(String::new, |at| format!(", {}", moment::show(at, zone)));
    format!("{:<18}  {}{when}", number.in_international_format(), line.in_words())
}

impl From<BasisArg> for ConsentBasis {
    fn from(arg: BasisArg) -> Self {
        match arg {
            BasisArg::PublishedForBusiness => Self::PublishedForBusiness,
            BasisArg::EarlierContact => Self::EarlierContact,
            BasisArg::PriorExpress => Self::PriorExpress,
            BasisArg::PriorExpressWritten => Self::PriorExpressWritten,
            BasisArg::Invitation => Self::Invitation,
            BasisArg::Purchase => Self::Purchase,
            BasisArg::Inquiry => Self::Inquiry,
            BasisArg::EnrolledUser => Self::EnrolledUser,
        }
    }
}

impl From<LineKindArg> for LineKind {
    fn from(arg: LineKindArg) -> Self {
        match arg {
            LineKindArg::BusinessLandline => Self::BusinessLandline,
            LineKindArg::BusinessMobile => Self::BusinessMobile,
            LineKindArg::Residential => Self::Residential,
            LineKindArg::PersonalMobile => Self::PersonalMobile,
            LineKindArg::TollFree => Self::TollFree,
            LineKindArg::Unknown => Self::Unknown,
        }
    }
}

impl From<SourceArg> for KindSource {
    fn from(arg: SourceArg) -> Self {
        match arg {
            SourceArg::User => Self::User,
            SourceArg::Lookup => Self::Lookup,
            SourceArg::Directory => Self::Directory,
        }
    }
}
