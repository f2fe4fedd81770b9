//! `config init`: writes a file in which every key stands as a comment, ready to be taken in.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::Config;
use super::keys::KEYS;
use super::problem::{ALREADY_EXISTS, CANNOT_WRITE, Origin, Problem};
use super::sources::Places;

/// How wide a comment may become.
const WIDTH: usize = 100;

/// Returns the text of the file: all keys with what they do, what may be written and what holds without them.
pub fn example() -> String {
    let mut out = String::from(
        "# The configuration of Puppet Master. Nothing in here is needed for practice calls: take the # away from what you want to\n\
         # change. `puppetmaster config check` tells what is wrong, `puppetmaster config show` what is in effect.\n\
         # Secrets: ${VARIABLE} takes one from the environment or from .env, ${file:path} from a file.\n\
         \n\
         voice:\n  personal_assistant:\n",
    );
    let mut defaults = Config::defaults(&Places::default());
    let mut section = "";
    for key in KEYS {
        if key.section() != section {
            section = key.section();
            // Writing into a String cannot fail.
            let _ = writeln!(out, "\n    #{section}:");
        }
        // Taking the first # away leaves the right indentation.
        let (about, name) = if section.is_empty() { ("    ", "    #") } else { ("      ", "    #  ") };
        let field = (key.field)(&mut defaults);
        let otherwise = match field.show() {
            Some(value) if key.unset.is_empty() => format!("Without it: {value}."),
            _ => format!("Without it: {}.", key.unset),
        };
        out.push('\n');
        for line in wrapped(&format!("{} Takes {}. {otherwise} [{}]", key.about, field.expects(), key.variable())) {
            let _ = writeln!(out, "{about}# {line}");
        }
        let _ = writeln!(out, "{name}{}: {}", key.name(), key.example);
    }
    out
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Writes [`example`] to a new file that only its owner may read: secrets will be put in. An existing file stays as it is.
pub fn init(path: &Path) -> Result<(), Problem> {
    let at = || Origin::File { path: path.to_owned(), line: 0, column: 0 };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Problem::new(&ALREADY_EXISTS, at(), ALREADY_EXISTS.text),
        ErrorKind::NotFound => Problem::new(&CANNOT_WRITE, at(), "the directory does not exist"),
        ErrorKind::PermissionDenied => Problem::new(&CANNOT_WRITE, at(), "this user may not write there"),
        _ => Problem::new(&CANNOT_WRITE, at(), CANNOT_WRITE.text),
    })?;
    let written = file.write_all(example().as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|_| {
        // Half a file would be worse than none, and `init` would refuse to replace it.
        let _ = std::fs::remove_file(path);
        Problem::new(&CANNOT_WRITE, at(), CANNOT_WRITE.text)
    })
}

#[cfg(test)]
mod tests {
    use super::super::load::load;
    use super::super::sources::Sources;
    use super::*;

    fn sources(file: &Path) -> Sources {
        let variables = [
            ("TWILIO_ACCOUNT_SID", "ACx"),
            ("PLIVO_AUTH_ID", "MAx"),
            ("WEBHOOK_SECRET", "s3cr3t"),
            ("SMTP_URL", "smtps://sam:pass@example.org"),
            ("NTFY_TOKEN", "t0ken"),
            ("PUPPETMASTER_MASTER_KEY", "1111111111111111111111111111111111111111111111111111111111111111"),
            ("NEXT_MASTER_KEY", "2222222222222222222222222222222222222222222222222222222222222222"),
        ];
        let environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let places = Places { home: Some("/home/sam".into()), ..Places::default() };
        Sources { named_file: Some(file.into()), environment: environment.into(), places, ..Sources::default() }
    }

    #[test]
    fn a_fresh_file_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("puppetmaster.yaml");
        init(&path).unwrap();
        let loaded = load(&sources(&path)).unwrap();
        assert_eq!(loaded.file.as_deref(), Some(&*path));
        assert!(
            KEYS.iter()
                .filter(|key| !key.path.contains("account_sid") && !key.path.contains("auth_id"))
                .all(|key| *loaded.origin(key) == Origin::Default)
        );
    }

    #[test]
    fn every_commented_key_can_be_taken_in() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("all.yaml");
        for file in KEYS.iter().filter_map(|key| key.example.strip_prefix("${file:")?.strip_suffix('}')) {
            std::fs::write(directory.path().join(file), "secret").unwrap();
        }
        let menu = KEYS.iter().find(|key| key.path == "inbound.menu_file").unwrap().example;
        std::fs::write(directory.path().join(menu), include_str!("../../../../docs/menu.example.yaml")).unwrap();
        // A line of explanation has one blank behind its `#`; a key has none, or two in a section.
        let taken_in: Vec<String> = example()
            .lines()
            .map(|line| match line.strip_prefix("    #") {
                Some(key) if !key.starts_with(' ') || key.starts_with("  ") => format!("    {key}"),
                _ => line.to_owned(),
            })
            .collect();
        std::fs::write(&path, taken_in.join("\n")).unwrap();
        let loaded = load(&sources(&path)).unwrap_or_else(|problems| panic!("{problems}"));
        for key in KEYS {
            let is_from_file = matches!(loaded.origin(key), Origin::File { .. });
            assert!(is_from_file || key.path == "twilio.account_sid" || key.path == "plivo.auth_id", "{}", key.path);
        }
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("puppetmaster.yaml");
        std::fs::write(&path, "mine").unwrap();
        assert_eq!(init(&path).unwrap_err().entry.code, "config.already_exists");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(init(&directory.path().join("none/x.yaml")).unwrap_err().entry.code, "config.cannot_write");
    }
}
