//! Engines that speak, behind [`ports::text_to_speech`].

pub(crate) mod hibari;
mod rendered;
pub mod spoken;
pub(crate) mod stub;
