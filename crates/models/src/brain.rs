//! Minds: whoever decides what to say, beside the script that needs no model.

pub(crate) mod stub;
