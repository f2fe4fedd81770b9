//! Ears and voices: local speech engines and their stubs behind the ports.
