//! What is printed for people and programs. Whoever reads it may stop reading, as `head` does: the rest is dropped, and what is under
//! way goes on. The standard library's macros of these names end the program instead.

use std::fmt::Arguments;
use std::io::Write;

/// Prints a text to standard output.
pub fn out(text: Arguments<'_>) {
    let _ = std::io::stdout().write_fmt(text);
}

/// Prints a text to standard error.
pub fn err(text: Arguments<'_>) {
    let _ = std::io::stderr().write_fmt(text);
}

macro_rules! print {
    ($($text:tt)*) => { $crate::output::out(format_args!($($text)*)) };
}

macro_rules! println {
    () => { $crate::output::out(format_args!("\n")) };
    ($($text:tt)*) => { $crate::output::out(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! eprintln {
    () => { $crate::output::err(format_args!("\n")) };
    ($($text:tt)*) => { $crate::output::err(format_args!("{}\n", format_args!($($text)*))) };
}
