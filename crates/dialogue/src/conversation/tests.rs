//! Whole conversations as traces: what the callee does and what the mind answers, by the second, and what comes out.
//!
//! A trace says what truly sounds: `1.000 voice` is a first voiced sample, `2.000 quiet We close at nine.` a last one
//! with the words said until then. The detector reports 50 ms and 100 ms later, the ears need 200 ms, the voice 100 ms
//! a line (the opening is prepared), the mind 10 ms. The opening lasts 3 s, other lines 50 ms a character.

mod floor;
mod guard;
mod machines;
mod properties;
mod talk;
mod world;

pub(crate) use self::world::brief;
