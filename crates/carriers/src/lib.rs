//! Phone providers spoken to over HTTP.
