//! Every kept input through its target: what `cargo xtask fuzz` once found, and what it starts from.

use std::fs;
use std::path::{Path, PathBuf};

use targets::TARGETS;

mod targets;

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target)
}

#[test]
fn every_kept_input_holds() {
    for (name, target) in TARGETS {
        let mut seen = 0;
        for entry in fs::read_dir(corpus(name)).unwrap_or_else(|error| panic!("{name}: {error}")) {
            let path = entry.unwrap().path();
            let input = fs::read(&path).unwrap();
            if let Err(panic) = std::panic::catch_unwind(|| target(&input)) {
                eprintln!("that was {}", path.display());
                std::panic::resume_unwind(panic);
            }
            seen += 1;
        }
        assert!(seen > 5, "{name} has only {seen} inputs");
    }
}

#[test]
fn every_corpus_has_its_target() {
    for entry in fs::read_dir(corpus("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(TARGETS.iter().any(|(target, _)| *target == name), "no target reads {name}");
    }
}
