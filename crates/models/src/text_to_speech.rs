//! Engines that speak, behind [`ports::text_to_speech`].

pub(crate) mod hibari;
mod phrases;
pub(crate) mod phrasewise;
pub(crate) mod program;
mod rendered;
pub mod spoken;
pub mod stored;
pub(crate) mod stub;
