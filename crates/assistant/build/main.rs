//! Makes the tables of law and numbers from `data/*.csv`: one Rust file a table, of constants that cannot be wrong.
//!
//! A cell that cannot be read ends the build with the table, the line and the column. Nothing is read but these files;
//! the crate itself reads none. Each table also gets a [`version`]: the day of its oldest row and a fingerprint of its
//! text, so that a decision can say on which data it rests.

mod csv;
mod disclosure;
mod emergency;
mod holidays;
mod hours;
mod literal;
mod places;
mod prefixes;
mod recording;
mod version;

use std::path::Path;

use csv::Table;

/// A table: its name, which is that of its file under `data/`, and what makes Rust of it.
type Maker = (&'static str, fn(&Table) -> String);

const MAKERS: [Maker; 9] = [
    ("emergency_numbers", emergency::table),
    ("premium_prefixes", prefixes::table),
    ("npa_timezones", places::area_codes),
    ("region_timezones", places::regions),
    ("calling_hours", hours::table),
    ("holidays", holidays::table),
    ("recording_consent", recording::table),
    ("bot_disclosure", disclosure::duties),
    ("disclosure_words", disclosure::words),
];

fn main() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=build");
    let mut versions = String::new();
    let mut ages = String::new();
    for (name, make) in MAKERS {
        let path = data.join(name).with_extension("csv");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let table = Table::read(name, &text);
        write(Path::new(&out), name, &make(&table));
        versions.push_str(&version::constant(&table, &text));
        ages.push_str(&version::ages(&table));
    }
    let names: Vec<String> = MAKERS.iter().map(|(name, _)| name.to_uppercase()).collect();
    versions.push_str(&format!(
        "/// All tables.\npub const ALL: [&DataVersion; {}] = [{}];\n",
        names.len(),
        names.iter().map(|name| format!("&{name}")).collect::<Vec<_>>().join(", ")
    ));
    versions.push_str(&format!(
        "/// The day on which each row was checked against its source: table, line, day.\npub static ROW_AGES: &[(&str, u32, Date)] = &[{ages}];\n"
    ));
    write(Path::new(&out), "versions", &versions);
}

fn write(out: &Path, name: &str, text: &str) {
    let path = out.join(name).with_extension("rs");
    std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
