//! The list of parts: every package that is compiled into the program, with its version, its licence and the checksum under which it was
//! fetched, as a CycloneDX 1.5 document.
//!
//! From `cargo tree` and Cargo.lock, so it names what is built for the machine that it runs on, and no more. Whether a part is known to be
//! dangerous it does not say: for that its list is handed to a scanner, or `cargo audit` is run where there is a network.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// Licences under which a part may be shipped with the program: they ask for no more than to be named.
const SHIPPED: &[&str] =
    &["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "Unicode-3.0", "Unlicense", "Zlib"];

/// Exceptions take nothing away.
const EXCEPTIONS: &[&str] = &["LLVM-exception"];

/// A package.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Part {
    name: String,
    version: String,
    /// An SPDX expression, or its older form with strokes.
    licence: String,
    /// SHA-256 of the archive that was fetched; `None` for our own crates.
    checksum: Option<String>,
}

/// Prints the list.
///
/// # Errors
/// If cargo does not answer or a part may not be shipped.
pub fn run() -> anyhow::Result<()> {
    let parts = parts()?;
    let unfit: Vec<String> =
        parts.iter().filter(|part| !may_be_shipped(&part.licence)).map(|part| format!("{} {} ({})", part.name, part.version, part.licence)).collect();
    if !unfit.is_empty() {
        bail!("these parts have a licence that is not known to allow shipping them: {}", unfit.join(", "));
    }
    println!("{}", serde_json::to_string_pretty(&document(&parts))?);
    Ok(())
}

/// Returns every package of the program, by name and version.
fn parts() -> anyhow::Result<Vec<Part>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let args =
        ["tree", "--offline", "--prefix", "none", "--no-dedupe", "--package", "puppetmaster", "--edges", "normal,build", "--format", "{p}|{l}"];
    let output = Command::new(cargo).args(args).current_dir(&root).output().context("cargo tree cannot be run")?;
    if !output.status.success() {
        bail!("cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    }
    let checksums = checksums(&std::fs::read_to_string(root.join("Cargo.lock")).context("Cargo.lock cannot be read")?);
    let mut parts: Vec<Part> = String::from_utf8(output.stdout)?.lines().filter_map(|line| part(line, &checksums)).collect();
    parts.sort();
    parts.dedup();
    Ok(parts)
}

/// Reads a line of `cargo tree`: `name v1.2.3 (where)|licence`.
fn part(line: &str, checksums: &BTreeMap<(String, String), String>) -> Option<Part> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split(' ');
    let (name, version) = (words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned());
    let checksum = checksums.get(&(name.clone(), version.clone())).cloned();
    Some(Part { licence: licence.trim_end_matches(" (*)").to_owned(), checksum, name, version })
}

/// Returns the checksum of each package of a lock file, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let packages = lock.split("[[package]]").skip(1);
    let field = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'));
        line.map(str::to_owned)
    };
    packages.filter_map(|package| Some(((field(package, "name")?, field(package, "version")?), field(package, "checksum")?))).collect()
}

/// Returns whether an expression leaves a choice that lets a part be shipped. What cannot be read does not.
fn may_be_shipped(licence: &str) -> bool {
    let spaced = licence.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words) == Some(true) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>) -> Option<bool> {
    let mut fits = all_of(words)?;
    while words.next_if_eq(&"OR").is_some() {
        fits |= all_of(words)?;
    }
    Some(fits)
}

fn all_of(words: &mut Words<'_>) -> Option<bool> {
    let mut fits = one(words)?;
    while words.next_if_eq(&"AND").is_some() {
        fits &= one(words)?;
    }
    Some(fits)
}

fn one(words: &mut Words<'_>) -> Option<bool> {
    let name = words.next()?;
    if name == "(" {
        let fits = any_of(words)?;
        return (words.next()? == ")").then_some(fits);
    }
    let is_harmless = words.next_if_eq(&"WITH").is_none() || EXCEPTIONS.contains(&words.next()?);
    Some(SHIPPED.contains(&name) && is_harmless)
}

fn document(parts: &[Part]) -> Value {
    let component = |part: &Part| {
        let mut component = json!({
            "type": "library",
            "name": part.name,
            "version": part.version,
            "licenses": [{ "expression": part.licence.replace(" / ", " OR ").replace('/', " OR ") }],
        });
        if let Some(checksum) = &part.checksum {
            component["purl"] = format!("pkg:cargo/{}@{}", part.name, part.version).into();
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        component
    };
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": { "type": "application", "name": "puppetmaster", "version": env!("CARGO_PKG_VERSION") } },
        "components": parts.iter().map(component).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_program_may_be_shipped_and_is_fetched_under_a_checksum() {
        let parts = parts().unwrap();
        assert!(parts.len() > 200 && parts.iter().any(|part| part.name == "sqlx-sqlite"), "{}", parts.len());
        let unfit: Vec<&Part> = parts.iter().filter(|part| !may_be_shipped(&part.licence)).collect();
        assert!(unfit.is_empty(), "{unfit:#?}");
        let ours: Vec<&str> = parts.iter().filter(|part| part.checksum.is_none()).map(|part| part.name.as_str()).collect();
        assert!(ours.contains(&"puppetmaster") && ours.contains(&"wire") && ours.len() < 25, "all others come from a registry: {ours:?}");
        let document = document(&parts);
        assert_eq!(document["components"].as_array().map(Vec::len), Some(parts.len()));
        let sqlx = document["components"].as_array().unwrap().iter().find(|component| component["name"] == "sqlx-sqlite").unwrap();
        assert!(sqlx["purl"].as_str().unwrap().starts_with("pkg:cargo/sqlx-sqlite@0."), "{sqlx}");
        assert_eq!(sqlx["hashes"][0]["content"].as_str().map(str::len), Some(64), "{sqlx}");
    }

    #[test]
    fn an_expression_is_read_as_its_words_say() {
        for fits in
            ["MIT", "GPL-3.0 OR MIT", "MIT/Apache-2.0", "(GPL-2.0 OR MIT) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception", "Apache-2.0 / MIT"]
        {
            assert!(may_be_shipped(fits), "{fits}");
        }
        for unfit in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND SSPL-1.0", "MIT OR", "(MIT", "MIT WITH some-exception", "MIT ISC"] {
            assert!(!may_be_shipped(unfit), "{unfit}");
        }
    }
}
