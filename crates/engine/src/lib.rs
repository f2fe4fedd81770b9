//! Runs calls: one driver task a call, channels, timers, no sockets.
