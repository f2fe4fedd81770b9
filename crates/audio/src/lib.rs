//! Signals: frames, codecs, voice activity, tones, playout and recordings as pure functions and machines.
