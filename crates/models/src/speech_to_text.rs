//! Engines that listen, behind [`ports::speech_to_text`].

pub(crate) mod local;
pub(crate) mod program;
pub(crate) mod session;
pub(crate) mod stub;
pub(crate) mod whisper;
