//! `setup --second`: a second phone provider beside the one that is set up. Its account is looked at as the first one's was; where we listen and how we
//! are reached is known already. The configuration file gets the new keys and is left as it is otherwise.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use carriers::registry::Account;
use telephony::PhoneNumber;

use super::dialog::Dialog;
use super::words::Words;
use super::{choose_number, files, sign_in};
use crate::checkup::reach::Watch;
use crate::checkup::{self, Level};
use crate::cli::SetupArgs;
use crate::config::load::{Loaded, load};
use crate::config::sources::Sources;
use crate::failure::{Failure, codes};

/// Walks through it.
///
/// # Errors
/// There is no first provider, an answer is missing or cannot be used, the account refuses, or the file cannot be changed.
pub(super) async fn run(words: &Words, account: Option<&str>, args: &SetupArgs, sources: &Sources) -> Result<ExitCode, Failure> {
    let mut dialog = Dialog::new(sources, args.yes);
    let Loaded { config, file, .. } = load(sources).map_err(|problems| Failure::new(&codes::SETUP_NO_FIRST, first_line(&problems.to_string())))?;
    let (Some(file), Some(public_url)) = (file.filter(|_| config.phone_provider.is_real()), &config.public_url) else {
        return Err(Failure::of(&codes::SETUP_NO_FIRST));
    };
    if config.phone_provider.as_str() == words.provider {
        return Err(Failure::new(&codes::SETUP_NO_FIRST, format!("{} is the first phone provider already", words.name)));
    }
    let (provider, account) = sign_in(words, account, &mut dialog).await?;
    let number = choose_number(words, args, provider.account.as_ref(), &mut dialog).await?;

    let watch = Watch::open(config.listen, public_url.as_str(), Arc::clone(&provider.callbacks)).await;
    let origin = server::router::second_origin(public_url.as_str().trim_end_matches('/'));
    let found = watch.findings(provider.account.as_ref(), &origin).await;
    watch.close().await;
    found.iter().for_each(|finding| println!("{}", finding.line()));

    let file = sources.places.working.join(file);
    add(&file, sources, &Second { words, account: &account, number: &number.number })?;
    println!("\nNext: `puppetmaster doctor`, which looks at both now. The receipt of each call names the second provider with its number.");
    if checkup::worst(&found) == Level::Red {
        println!("The public address does not work yet; calls will fail until the doctor shows it green.");
    }
    Ok(ExitCode::SUCCESS)
}

/// What is added.
struct Second<'a> {
    words: &'a Words,
    account: &'a Account,
    number: &'a PhoneNumber,
}

/// Adds the keys to the file, if what comes of it is a configuration; else it is left alone, and the error tells what to add by hand.
fn add(file: &Path, sources: &Sources, second: &Second<'_>) -> Result<(), Failure> {
    let by_hand = |why: &str| {
        let what = format!("{why}; {} was left as it is. Add below `personal_assistant`:\n{}", file.display(), keys(second, "    "));
        Failure::new(&codes::SETUP_BY_HAND, what)
    };
    let old = std::fs::read_to_string(file).map_err(|error| files::cannot_write(file, &error))?;
    let new = with_second(&old, second).ok_or_else(|| by_hand("the file has such keys already, or is written in another way than setup does"))?;
    files::write_secrets(sources, second.words, second.account)?;
    files::replace(file, &new)?;
    let named = Sources { named_file: Some(file.to_path_buf()), ..sources.clone() };
    if let Err(problems) = load(&named) {
        files::replace(file, &old)?;
        return Err(by_hand(&first_line(&problems.to_string())));
    }
    println!("ok      added {} as the second phone provider to {}", second.words.name, file.display());
    Ok(())
}

/// Returns the text with the keys as the first ones below `personal_assistant`. `None` if that does not open a block, or they are there already.
fn with_second(text: &str, second: &Second<'_>) -> Option<String> {
    let mut lines = text.lines();
    let indent_of = |line: &str| line.len() - line.trim_start().len();
    let is_key = |line: &str, key: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
    let at = lines.position(|line| is_key(line, "personal_assistant") && line.trim_end().ends_with(':'))?;
    let root = indent_of(text.lines().nth(at)?);
    let below = lines.clone().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
    let indent = indent_of(below);
    if indent <= root
        || text.lines().any(|line| indent_of(line) == indent && ["second_provider", second.words.provider].iter().any(|key| is_key(line, key)))
    {
        return None;
    }
    let mut out: String = text.lines().take(at + 1).map(|line| format!("{line}\n")).collect();
    out.push_str(&keys(second, &" ".repeat(indent)));
    out.extend(lines.map(|line| format!("{line}\n")));
    Some(out)
}

fn keys(second: &Second<'_>, indent: &str) -> String {
    let Words { provider, id_key, id_variable, secret_variable, .. } = second.words;
    let mut keys = vec![
        format!("second_provider: {provider}"),
        format!("{provider}:"),
        format!("  {id_key}: ${{{id_variable}}}"),
        format!("  auth_token: ${{{secret_variable}}}"),
    ];
    if let (Some(_), Some((sid, secret))) = (&second.account.key, second.words.key_variables) {
        keys.extend([format!("  api_key: ${{{sid}}}"), format!("  api_secret: ${{{secret}}}")]);
    }
    keys.push(format!("  phone_number: \"{}\"", second.number.as_e164()));
    keys.extend(second.account.base_url.iter().map(|url| format!("  api_url: {url}")));
    keys.into_iter().map(|line| format!("{indent}{line}\n")).collect()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::PLIVO;
    use super::*;

    fn changed(text: &str) -> Option<String> {
        let (account, number) = (Account::default(), PhoneNumber::parse("+12125552600").unwrap());
        with_second(text, &Second { words: &PLIVO, account: &account, number: &number })
    }

    #[test]
    fn the_keys_stand_first_in_the_block_as_deep_as_the_others_and_all_else_stays() {
        let text = "# mine\nvoice:\n  personal_assistant: \n    # the first\n    phone_provider: twilio\n    twilio: { auth_token: x }\nother: 1\n";
        let new = changed(text).unwrap();
        let added = "    second_provider: plivo\n    plivo:\n      auth_id: ${PLIVO_AUTH_ID}\n      auth_token: ${PLIVO_AUTH_TOKEN}\n      phone_number: \"+12125552600\"\n";
        assert_eq!(new, text.replace("    # the first", &format!("{added}    # the first")));
        assert!(changed(&text.replace("    ", "        ")).unwrap().contains("\n        second_provider: plivo\n"));
    }

    #[test]
    fn what_is_there_already_or_is_no_block_is_left_alone() {
        for text in [
            "voice:\n  personal_assistant:\n    phone_provider: twilio\n    second_provider: plivo\n",
            "voice:\n  personal_assistant:\n    plivo: {}\n",
            "voice: { personal_assistant: { phone_provider: twilio } }\n",
            "voice:\n  personal_assistant:\n",
            "",
        ] {
            assert_eq!(changed(text), None, "{text}");
        }
    }
}
