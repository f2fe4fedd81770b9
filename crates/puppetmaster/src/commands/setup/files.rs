//! What the setup writes: the configuration, and `.env` with the secrets. Each file is there whole or not at all.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use assistant::budget::Budget;
use carriers::registry::Account;
use telephony::PhoneNumber;

use super::dialog::Dialog;
use super::words::Words;
use crate::config::dotenv;
use crate::config::sources::{FILE_NAME, Sources};
use crate::failure::{Failure, codes};

/// Everything that was answered.
pub(super) struct Settings<'a> {
    pub(super) words: &'a Words,
    pub(super) account: &'a Account,
    pub(super) number: &'a PhoneNumber,
    pub(super) user_name: &'a str,
    pub(super) listen: SocketAddr,
    pub(super) public_url: &'a str,
}

/// Returns the file to write, after leave to replace one that exists.
pub(super) fn target(sources: &Sources, may_overwrite: bool, dialog: &mut Dialog) -> Result<PathBuf, Failure> {
    let file = sources.places.working.join(sources.named_file.clone().unwrap_or_else(|| FILE_NAME.into()));
    let shown = file.display();
    if file.exists() && !may_overwrite && !dialog.agree(&format!("{shown} exists. Replace it? The old one is kept as {}", kept(&file).display())) {
        return Err(Failure::new(&codes::SETUP_FILE_EXISTS, format!("{shown} exists and was left as it is")));
    }
    Ok(file)
}

/// Writes both files.
pub(super) fn write(file: &Path, sources: &Sources, settings: &Settings<'_>) -> Result<(), Failure> {
    write_secrets(sources, settings.words, settings.account)?;
    if file.exists() {
        let kept = kept(file);
        std::fs::rename(file, &kept).map_err(|error| cannot_write(&kept, &error))?;
        println!("ok      kept the old configuration as {}", kept.display());
    }
    replace(file, &yaml(settings))?;
    println!("ok      wrote {}", file.display());
    let Budget { per_day, per_month, .. } = Budget::default();
    println!("note    calls may cost {per_day} a day and {per_month} a month; `budget` in that file says so");
    Ok(())
}

/// Writes the secrets of an account to `.env` and leaves all else in it as it is.
pub(super) fn write_secrets(sources: &Sources, words: &Words, account: &Account) -> Result<(), Failure> {
    let env = sources.places.working.join(".env");
    let old = match std::fs::read_to_string(&env) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(cannot_write(&env, &error)),
    };
    replace(&env, &with_variables(&old, &secrets(words, account)))?;
    println!("ok      wrote the secrets to {} (only you may read it)", env.display());
    Ok(())
}

/// Where the old file goes.
fn kept(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".old");
    name.into()
}

fn secrets<'a>(words: &Words, account: &'a Account) -> Vec<(&'static str, &'a str)> {
    let mut variables = vec![(words.id_variable, account.id.as_str()), (words.secret_variable, account.secret.expose().as_str())];
    if let (Some((sid, secret)), Some((sid_variable, secret_variable))) = (&account.key, words.key_variables) {
        variables.extend([(sid_variable, sid.as_str()), (secret_variable, secret.expose().as_str())]);
    }
    variables
}

/// Returns the text of `.env` with these variables set; all other lines stay as they are.
fn with_variables(old: &str, variables: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let (found, _) = dotenv::parse(old);
    let is_ours = |line: u64| found.iter().any(|variable| variable.line == line && variables.iter().any(|(name, _)| *name == variable.name));
    for (line, text) in (1..).zip(old.lines()) {
        if !is_ours(line) {
            out.push_str(text);
            out.push('\n');
        }
    }
    for (name, value) in variables {
        // Writing into a String cannot fail. Credentials have no quotes: the account took them.
        let _ = writeln!(out, "{name}=\"{value}\"");
    }
    out
}

fn yaml(settings: &Settings<'_>) -> String {
    let Settings { words, account, number, user_name, listen, public_url } = settings;
    let Words { provider, id_key, id_variable, secret_variable, .. } = words;
    let mut out = format!(
        "# Written by `puppetmaster setup {provider}`; the secrets are in .env of the working directory.\n\
         # docs/configuration.md explains every key, `puppetmaster config show` shows what is in effect.\n\
         voice:\n  personal_assistant:\n    phone_provider: {provider}\n",
    );
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        "    user_name: {}\n    listen: {listen}\n    public_url: {public_url}\n    {provider}:\n      {id_key}: ${{{id_variable}}}\n      \
         auth_token: ${{{secret_variable}}}\n",
        quoted(user_name)
    );
    if let (Some(_), Some((sid, secret))) = (&account.key, words.key_variables) {
        let _ = write!(out, "      api_key: ${{{sid}}}\n      api_secret: ${{{secret}}}\n");
    }
    let _ = writeln!(out, "      phone_number: \"{}\"", number.as_e164());
    if let Some(url) = &account.base_url {
        let _ = writeln!(out, "      api_url: {url}");
    }
    let Budget { per_call, per_day, per_month, .. } = Budget::default();
    let _ = write!(
        out,
        "    # No real telephone is rung before it is said how much may be spent. Change it as you see fit.\n    budget:\n      \
         per_call: {per_call}\n      per_day: {per_day}\n      per_month: {per_month}\n"
    );
    out
}

/// Quotes a text for YAML; a `${` in it stays what it is.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${"))
}

/// Writes a file beside its place and moves it there: only its owner may read it, and no half of it is ever seen.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // What a broken run left here is ours, and its mode may be wrong.
    let _ = std::fs::remove_file(&beside);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.and_then(|()| std::fs::rename(&beside, path)).map_err(|error| {
        // Secrets must not lie about under another name.
        let _ = std::fs::remove_file(&beside);
        cannot_write(path, &error)
    })
}

pub(super) fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(&codes::SETUP_CANNOT_WRITE, format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_of_the_env_file_stay() {
        let old = "# mine\nOTHER=1\nexport TWILIO_AUTH_TOKEN=old\nTWILIO_PHONE_NUMBER='+1'\n";
        let new = with_variables(old, &[("TWILIO_AUTH_TOKEN", "new")]);
        assert_eq!(new, "# mine\nOTHER=1\nTWILIO_PHONE_NUMBER='+1'\nTWILIO_AUTH_TOKEN=\"new\"\n");
        assert_eq!(with_variables("", &[("A", "b")]), "A=\"b\"\n");
    }

    #[test]
    fn a_name_is_quoted_for_yaml() {
        assert_eq!(quoted("Sam \"the\" ${X} \\"), "\"Sam \\\"the\\\" $${X} \\\\\"");
    }
}
