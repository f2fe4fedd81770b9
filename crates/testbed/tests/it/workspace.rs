//! The workspace's own law, checked: which crate may use which (ARCHITECTURE.md, section 1), and a module doc on every file.
//!
//! The table is data; whoever changes it changes the page as well. Dev-dependencies do not count: tests may use what they need.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// One crate's line in the table.
struct Row {
    name: &'static str,
    /// Crates of this workspace that it may name in its manifest.
    may_use: &'static [&'static [&'static str]],
    /// Packages that must not be anywhere in what it pulls in.
    never: &'static [&'static [&'static str]],
}

const LEAVES: &[&str] = &["telephony", "audio"];
const PURE: &[&str] = &["assistant", "dialogue", "wire", "simulator"];
const SHELLS: &[&str] = &["ports", "buckets", "carriers", "models", "notifiers", "store", "engine", "sandbox", "server"];

const RUNTIMES: &[&str] = &["tokio", "async-std", "smol", "mio", "socket2"];
const CLIENTS: &[&str] = &["reqwest", "hyper", "ureq", "tokio-tungstenite", "tungstenite", "rustls"];
const SERVERS: &[&str] = &["axum"];
const DATABASES: &[&str] = &["sqlx", "sqlx-core", "libsqlite3-sys", "rusqlite", "postgres", "diesel"];
const CHANCE: &[&str] = &["rand", "rand_core", "getrandom", "fastrand"];
const CLOCKS: &[&str] = &["chrono", "time", "quanta", "web-time", "iana-time-zone"];
const WORLD: &[&[&str]] = &[RUNTIMES, CLIENTS, SERVERS, DATABASES, CHANCE, CLOCKS];

const TABLE: &[Row] = &[
    Row { name: "telephony", may_use: &[], never: WORLD },
    Row { name: "audio", may_use: &[], never: WORLD },
    Row { name: "wire", may_use: &[LEAVES], never: WORLD },
    Row { name: "dialogue", may_use: &[LEAVES], never: WORLD },
    Row { name: "simulator", may_use: &[LEAVES], never: WORLD },
    Row { name: "assistant", may_use: &[&["dialogue", "telephony"]], never: WORLD },
    Row { name: "ports", may_use: &[LEAVES, PURE], never: &[RUNTIMES, CLIENTS, SERVERS, DATABASES] },
    Row { name: "buckets", may_use: &[&["telephony", "ports"]], never: &[SERVERS, DATABASES, &["wire"]] },
    Row { name: "carriers", may_use: &[LEAVES, &["ports", "wire"]], never: &[SERVERS, DATABASES] },
    Row { name: "models", may_use: &[LEAVES, &["ports", "dialogue"]], never: &[SERVERS, DATABASES, &["wire"]] },
    Row { name: "notifiers", may_use: &[LEAVES, &["ports", "assistant"]], never: &[SERVERS, DATABASES, &["wire"]] },
    Row { name: "store", may_use: &[LEAVES, &["ports", "assistant", "dialogue"]], never: &[SERVERS, &["reqwest"]] },
    Row { name: "engine", may_use: &[LEAVES, &["ports", "assistant", "dialogue"]], never: &[SERVERS, DATABASES, &["reqwest", "wire"]] },
    Row { name: "sandbox", may_use: &[LEAVES, &["ports", "simulator", "wire"]], never: &[DATABASES, &["engine", "store"]] },
    Row { name: "server", may_use: &[LEAVES, &["ports", "engine", "assistant", "dialogue"]], never: &[DATABASES, &["reqwest", "wire"]] },
    Row { name: "puppetmaster", may_use: &[LEAVES, PURE, SHELLS, &["testbed"]], never: &[] },
    Row { name: "testbed", may_use: &[LEAVES, PURE, SHELLS], never: &[] },
    Row { name: "xtask", may_use: &[LEAVES, PURE, SHELLS, &["testbed"]], never: &[] },
];

/// The manifests of the workspace, without what they pull in.
fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).no_deps().other_options(["--offline".to_owned()]);
    command.exec().unwrap_or_else(|error| panic!("cargo metadata: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[test]
fn crates_use_only_what_the_table_allows() {
    let metadata = metadata();
    let members: BTreeMap<&str, _> = metadata.workspace_packages().into_iter().map(|package| (package.name.as_str(), package)).collect();
    let mut violations = Vec::new();
    for (name, package) in &members {
        let Some(row) = TABLE.iter().find(|row| row.name == *name) else {
            violations.push(format!("{name} has no row in the table"));
            continue;
        };
        for dependency in &package.dependencies {
            let is_ours = members.contains_key(dependency.name.as_str());
            let counts = dependency.kind != DependencyKind::Development;
            if is_ours && counts && !row.may_use.iter().any(|group| group.contains(&dependency.name.as_str())) {
                violations.push(format!("{name} may not use {}", dependency.name));
            }
        }
    }
    let missing = TABLE.iter().filter(|row| !members.contains_key(row.name));
    violations.extend(missing.map(|row| format!("{} stands in the table and not in the workspace", row.name)));
    assert_eq!(violations, [""; 0], "see ARCHITECTURE.md, section 1");
}

#[test]
fn nothing_forbidden_is_in_a_closure() {
    let mut violations = Vec::new();
    for row in TABLE.iter().filter(|row| !row.never.is_empty()) {
        let closure = closure(row.name);
        assert!(closure.contains_key(row.name), "cargo tree says nothing of {}", row.name);
        for forbidden in row.never.iter().copied().flatten().filter(|forbidden| closure.contains_key(**forbidden)) {
            violations.push(format!("{0} pulls in {forbidden}; see: cargo tree -p {0} -e normal -i {forbidden}", row.name));
        }
        // jiff is a calendar until its feature `std` gives it the system's clock.
        let is_clockless = row.never.iter().copied().flatten().any(|forbidden| CLOCKS.contains(forbidden));
        if is_clockless && closure.get("jiff").is_some_and(|features| features.split(',').any(|feature| feature == "std")) {
            violations.push(format!("{} pulls in jiff with a clock (feature std)", row.name));
        }
    }
    assert_eq!(violations, [""; 0], "see ARCHITECTURE.md, section 1");
}

/// Returns every package that the crate pulls in outside tests and build scripts, with its features.
///
/// From `cargo tree` and not from `cargo metadata`: the latter gives each package the features that any crate of the
/// workspace switches on, and so finds `rand_core` below `wire` because `store` asks for it.
fn closure(name: &str) -> BTreeMap<String, String> {
    let text = tree(&["--edges", "normal", "--no-dedupe", "--package", name]);
    let packages = text.lines().filter_map(|line| line.split_once('|'));
    packages.map(|(package, features)| (package.split(' ').next().unwrap_or(package).to_owned(), features.to_owned())).collect()
}

/// Returns what `cargo tree` says: a line a package, `name version|features`.
fn tree(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let common = ["tree", "--offline", "--prefix", "none", "--format", "{p}|{f}"];
    let output = Command::new(cargo).args(common).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A feature that only a test switches on has everything above it built once for the program and once for the tests: four minutes.
#[test]
fn the_program_and_its_tests_are_built_of_the_same_parts() {
    let of_tests = tree(&["--workspace", "--edges", "normal,build,dev"]);
    let of_tests: Vec<&str> = of_tests.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    let program = tree(&["--package", "puppetmaster", "--edges", "normal,build"]);
    let built_twice: Vec<&str> = program.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !of_tests.contains(line)).collect();
    assert_eq!(built_twice, [""; 0], "give these the features that they have under `cargo tree --workspace --edges normal,build,dev`");
}

#[test]
fn folders_are_named_as_their_crates_and_take_the_workspaces_lints() {
    for package in metadata().workspace_packages() {
        let folder = package.manifest_path.parent().unwrap();
        assert_eq!(folder.file_name(), Some(package.name.as_str()));
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} does not take the workspace's lints", package.name);
    }
}

#[test]
fn every_file_opens_with_a_module_doc() {
    let mut files = Vec::new();
    rust_files(&root().join("crates"), &mut files);
    assert!(files.len() > 50, "only {} files were found", files.len());
    let without: Vec<String> = files
        .iter()
        .filter(|path| !std::fs::read_to_string(path).unwrap().trim_start().starts_with("//!"))
        .map(|path| path.strip_prefix(root()).unwrap().display().to_string())
        .collect();
    assert_eq!(without, [""; 0], "a file says first what it is, what it is not and who calls it");
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
