//! Developers' errands: load runs, generated pages.

fn main() {}
