//! Resolves what a file refers to: `${VARIABLE}` and `${file:path}`.
//!
//! Only values of the file are resolved, never those of the environment, and what was put in is not read again: a secret
//! that happens to hold `${` stays as it is.

use std::path::Path;

use assistant::codes::CodeEntry;

use super::problem::{BAD_REFERENCE, MISSING_VARIABLE, SECRET_FILE};

/// Longer than any token or certificate; a longer file is the wrong one.
const MOST_BYTES: u64 = 64 * 1024;

/// Why a reference cannot be resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unresolved {
    /// The code.
    pub entry: &'static CodeEntry,
    /// What, in a clause. Names variables and paths, never content.
    pub what: String,
}

/// Returns the text with every reference replaced. `directory` is where relative paths begin; an empty variable counts
/// as not set.
pub fn resolve<'v>(text: &str, variable: impl Fn(&str) -> Option<&'v str>, directory: &Path) -> Result<String, Unresolved> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let before = &rest[..at];
        let behind = &rest[at + 2..];
        if let Some(literal) = before.strip_suffix('$') {
            out.push_str(literal);
            out.push_str("${");
            rest = behind;
            continue;
        }
        out.push_str(before);
        let Some((inside, after)) = behind.split_once('}') else {
            return Err(Unresolved { entry: &BAD_REFERENCE, what: "a `${` is never closed".into() });
        };
        out.push_str(&one(inside, &variable, directory)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn one<'v>(inside: &str, variable: &impl Fn(&str) -> Option<&'v str>, directory: &Path) -> Result<String, Unresolved> {
    if let Some(path) = inside.strip_prefix("file:") {
        return secret(&directory.join(path)).map_err(|why| Unresolved { entry: &SECRET_FILE, what: format!("`{}` {why}", path.trim()) });
    }
    let is_name = !inside.is_empty() && inside.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !inside.as_bytes()[0].is_ascii_digit();
    if !is_name {
        return Err(Unresolved {
            entry: &BAD_REFERENCE,
            what: "between `${` and `}` stands neither a variable's name nor `file:` and a path".into(),
        });
    }
    match variable(inside) {
        Some(value) if !value.is_empty() => Ok(value.to_owned()),
        _ => Err(Unresolved { entry: &MISSING_VARIABLE, what: format!("the variable {inside} is not set") }),
    }
}

/// Reads a secret; the line end behind it does not belong to it.
fn secret(path: &Path) -> Result<String, &'static str> {
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist",
        std::io::ErrorKind::PermissionDenied => "may not be read by this user",
        _ => "cannot be read",
    })?;
    if !metadata.is_file() {
        return Err("is not a file");
    }
    if metadata.len() > MOST_BYTES {
        return Err("is larger than 64 KiB");
    }
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => "is not UTF-8 text",
        std::io::ErrorKind::PermissionDenied => "may not be read by this user",
        _ => "cannot be read",
    })?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() { Err("is empty") } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<String, String> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("token"), "s3cret${X}\n").unwrap();
        std::fs::write(directory.path().join("empty"), "\n").unwrap();
        std::fs::write(directory.path().join("binary"), [0xff, 0xfe]).unwrap();
        let variable = |name: &str| [("SID", "AC12"), ("EMPTY", "")].into_iter().find(|(n, _)| *n == name).map(|(_, value)| value);
        resolve(text, variable, directory.path()).map_err(|error| format!("{}: {}", error.entry.code, error.what))
    }

    #[test]
    fn variables_and_files_are_put_in() {
        assert_eq!(check("plain $ text"), Ok("plain $ text".into()));
        assert_eq!(check("<${SID}>-${SID}"), Ok("<AC12>-AC12".into()));
        assert_eq!(check("${file:token}"), Ok("s3cret${X}".into()), "what was put in is not read again");
        assert_eq!(check("$${SID}"), Ok("${SID}".into()));
    }

    #[test]
    fn what_cannot_be_resolved_says_why() {
        assert_eq!(check("${NONE}").unwrap_err(), "config.missing_variable: the variable NONE is not set");
        assert_eq!(check("${EMPTY}").unwrap_err(), "config.missing_variable: the variable EMPTY is not set");
        assert_eq!(check("${file:none}").unwrap_err(), "config.secret_file: `none` does not exist");
        assert_eq!(check("${file:.}").unwrap_err(), "config.secret_file: `.` is not a file");
        assert_eq!(check("${file:empty}").unwrap_err(), "config.secret_file: `empty` is empty");
        assert_eq!(check("${file:binary}").unwrap_err(), "config.secret_file: `binary` is not UTF-8 text");
        assert_eq!(check("${SID").unwrap_err(), "config.bad_reference: a `${` is never closed");
        assert!(check("${SID:-x}").unwrap_err().starts_with("config.bad_reference"));
        assert!(check("${}").unwrap_err().starts_with("config.bad_reference"));
    }
}
