//! Engines that say from the sound whether a turn is over, behind [`ports::turn_vote`].

pub(crate) mod smart_turn;
