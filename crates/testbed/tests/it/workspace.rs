//! The workspace's own law, checked: which crate may use which (ARCHITECTURE.md, section 1), and a module doc on every file.
//!
//! The table is data; whoever changes it changes the page as well. Dev-dependencies do not count: tests may use what they need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

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
const SHELLS: &[&str] = &["ports", "carriers", "models", "store", "engine", "sandbox", "server"];

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
    Row { name: "carriers", may_use: &[LEAVES, &["ports", "wire"]], never: &[SERVERS, DATABASES] },
    Row { name: "models", may_use: &[LEAVES, &["ports", "dialogue"]], never: &[SERVERS, DATABASES, &["wire"]] },
    Row { name: "store", may_use: &[LEAVES, &["ports", "assistant", "dialogue"]], never: &[SERVERS, &["reqwest"]] },
    Row { name: "engine", may_use: &[LEAVES, &["ports", "assistant", "dialogue"]], never: &[SERVERS, DATABASES, &["reqwest", "wire"]] },
    Row { name: "sandbox", may_use: &[LEAVES, &["ports", "simulator", "wire"]], never: &[DATABASES, &["engine", "store"]] },
    Row { name: "server", may_use: &[LEAVES, &["ports", "engine", "assistant", "dialogue"]], never: &[DATABASES, &["reqwest", "wire"]] },
    Row { name: "puppetmaster", may_use: &[LEAVES, PURE, SHELLS, &["testbed"]], never: &[] },
    Row { name: "testbed", may_use: &[LEAVES, PURE, SHELLS], never: &[] },
    Row { name: "xtask", may_use: &[LEAVES, PURE, SHELLS, &["testbed"]], never: &[] },
];

/// What cargo resolved for this machine; offline, for all of it has just been built.
fn metadata() -> Metadata {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("-vV").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--offline", "--filter-platform", host].map(str::to_owned))
        .exec()
        .unwrap_or_else(|error| panic!("cargo metadata: {error}"))
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
    let metadata = metadata();
    let mut violations = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(row) = TABLE.iter().find(|row| row.name == package.name.as_str()) else {
            continue;
        };
        let closure = closure(&metadata, &package.id);
        for forbidden in row.never.iter().copied().flatten() {
            if let Some(path) = closure.get(forbidden) {
                violations.push(format!("{} pulls in {forbidden}: {path}", row.name));
            }
        }
        // jiff is a calendar until its feature `std` gives it the system's clock.
        let is_pure = row.never.iter().any(|group| *group == CLOCKS);
        if is_pure && closure.contains_key("jiff") && resolved_features(&metadata, "jiff").contains("std") {
            violations.push(format!("{} pulls in jiff with a clock (feature std)", row.name));
        }
    }
    assert_eq!(violations, [""; 0], "see ARCHITECTURE.md, section 1");
}

/// Returns every package that the crate pulls in outside tests and build scripts, each with one way that leads there.
fn closure(metadata: &Metadata, from: &PackageId) -> BTreeMap<String, String> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut seen = BTreeSet::from([from]);
    let mut found = BTreeMap::new();
    let mut open = vec![(from, metadata[from].name.to_string())];
    while let Some((id, way)) = open.pop() {
        for dependency in &nodes[id].deps {
            let is_normal = dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if is_normal && seen.insert(&dependency.pkg) {
                let name = metadata[&dependency.pkg].name.to_string();
                let way = format!("{way} → {name}");
                found.insert(name, way.clone());
                open.push((&dependency.pkg, way));
            }
        }
    }
    found
}

fn resolved_features(metadata: &Metadata, name: &str) -> BTreeSet<String> {
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    let of_name = nodes.iter().filter(|node| metadata[&node.id].name.as_str() == name);
    of_name.flat_map(|node| node.features.iter().map(ToString::to_string)).collect()
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
