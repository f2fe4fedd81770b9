//! Calls: place, show, list, change.

mod create;
mod filter;
mod resource;
mod update;

use std::fmt;

use super::RestError;
use super::checks::{method, url};
use crate::http::{Form, Method};

pub use create::CreateCall;
pub use filter::CallFilter;
pub use resource::CallResource;
pub use update::CallUpdate;

/// Longest inline document that a request may carry.
///
/// Source: OpenAPI description of `Twiml`, 2026-04.
pub const MAX_INLINE_DOCUMENT: usize = 4_000;

/// What the carrier runs once a call is answered, or from now on.
#[derive(Clone, PartialEq, Eq)]
pub enum CallInstructions {
    /// Fetch the document here.
    Url {
        /// Absolute address.
        url: String,
        /// How to ask for it.
        method: Method,
    },
    /// Run this document.
    Twiml(String),
    /// Do what this application says.
    Application(String),
}

impl CallInstructions {
    /// Returns the instruction to fetch a document by `POST`.
    pub fn url(url: impl Into<String>) -> Self {
        Self::Url { url: url.into(), method: Method::Post }
    }

    pub(super) fn write_into(&self, form: &mut Form<'static>) {
        match self {
            Self::Url { url, method } => {
                form.push("Url", url.clone());
                form.push("Method", method.as_str());
            }
            Self::Twiml(document) => form.push("Twiml", document.clone()),
            Self::Application(sid) => form.push("ApplicationSid", sid.clone()),
        }
    }

    /// Reads what is there. An application goes before an address, an address before an inline document.
    pub(super) fn read(form: &Form<'_>) -> Result<Option<Self>, RestError> {
        let method = method(form, "Method")?.unwrap_or(Method::Post);
        if let Some(sid) = form.filled("ApplicationSid") {
            let sound = sid.len() == 34 && sid.starts_with("AP");
            return if sound { Ok(Some(Self::Application(sid.to_owned()))) } else { Err(RestError::invalid(21218, "Invalid ApplicationSid")) };
        }
        if let Some(url) = url(form, "Url", 21205)? {
            return Ok(Some(Self::Url { url, method }));
        }
        match form.filled("Twiml") {
            Some(document) if document.chars().count() > MAX_INLINE_DOCUMENT => {
                Err(RestError::invalid(20001, "Twiml is longer than 4000 characters"))
            }
            Some(document) => Ok(Some(Self::Twiml(document.to_owned()))),
            None => Ok(None),
        }
    }
}

impl fmt::Debug for CallInstructions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url { .. } => "Url",
            Self::Twiml(_) => "Twiml",
            Self::Application(_) => "Application",
        })
    }
}
