//! Stands in for the carriers on the wire: REST, signed webhooks, documents, media sockets, callees that speak.
