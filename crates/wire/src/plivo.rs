//! Plivo's formats: the REST API v1, webhooks, Plivo XML, audio streams, signatures V3 and V2, hang-up causes.
//!
//! `rest` and `callback` are values with a reader and a writer each; `document` is Plivo XML; `media` is the hot path of a
//! call. Where Plivo's own pages differ or are silent, readers take every form seen and writers use the safest one; the
//! doubt stands in a comment.

pub mod callback;
pub mod clock;
pub mod decimal;
pub mod document;
pub mod error_codes;
pub mod headers;
pub mod media;
pub mod party;
pub mod rest;
pub mod signature;
pub mod status;
