//! Virtual time over all machines: the whole cast in a thousand calls without a socket.
