//! One program for all targets; the variable `FUZZ_TARGET` says which. Started by `cargo xtask fuzz`, which builds it so that
//! libFuzzer sees what an input reaches.
//!
//! The targets and what they demand stand in `crates/wire/tests/it/fuzz`, where `cargo test` asks them of the whole corpus.
#![no_main]

use std::sync::OnceLock;

use targets::{TARGETS, Target};

#[path = "../../crates/wire/tests/it/fuzz/targets.rs"]
mod targets;

static TARGET: OnceLock<Target> = OnceLock::new();

fn target() -> Target {
    let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET is set");
    TARGETS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("there is no target {name}")).1
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    TARGET.get_or_init(target)(input);
});
