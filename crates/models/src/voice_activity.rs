//! Voice activity for the engines of this crate: is there speech in this sound at all?

pub(crate) mod silero;
