//! What the wire costs: media messages a call-second (50 a second and direction), a webhook's signature.
fn main() { divan::main(); }
