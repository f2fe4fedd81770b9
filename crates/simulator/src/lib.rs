//! A telephone network in a box, without sockets: callees, the cast, impairments.
