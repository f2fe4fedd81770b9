//! The HTTP surfaces: carriers' webhooks and media sockets, health.
