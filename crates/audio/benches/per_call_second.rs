//! Costs per call-second.
fn main() { divan::main(); }
