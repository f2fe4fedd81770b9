//! The `puppetmaster` binary: wires everything once and decides nothing.

fn main() {}
