//! The life of one leg of a call: [`CallMachine`].
