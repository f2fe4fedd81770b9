//! Reads `.env` files: `NAME=value`, one a line, with quotes, comments and `export`.
//!
//! Nothing is expanded: a `$` in a value is a `$`.

use std::iter::Peekable;
use std::str::Chars;

/// One variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, without quotes.
    pub value: String,
    /// The line on which it begins, from 1.
    pub line: u64,
}

/// A line that is neither a variable nor a comment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadLine {
    /// Which, from 1.
    pub line: u64,
    /// Why: a clause that quotes nothing.
    pub why: &'static str,
}

/// Returns the variables of a file in order, and every line that could not be read.
pub fn parse(text: &str) -> (Vec<Variable>, Vec<BadLine>) {
    let (mut variables, mut bad) = (Vec::new(), Vec::new());
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut chars = text.chars().peekable();
    let mut line = 1;
    while chars.peek().is_some() {
        let begins_at = line;
        match statement(&mut chars, &mut line) {
            Ok(Some((name, value))) => variables.push(Variable { name, value, line: begins_at }),
            Ok(None) => {}
            Err(why) => {
                bad.push(BadLine { line: begins_at, why });
                skip_to_line_end(&mut chars);
            }
        }
        if chars.next().is_some() {
            line += 1;
        }
    }
    (variables, bad)
}

/// Reads up to the line end that ends a statement, and leaves it there.
fn statement(chars: &mut Peekable<Chars<'_>>, line: &mut u64) -> Result<Option<(String, String)>, &'static str> {
    skip_blanks(chars);
    match chars.peek() {
        None | Some('\n') => return Ok(None),
        Some('#') => {
            skip_to_line_end(chars);
            return Ok(None);
        }
        Some(_) => {}
    }
    let mut name = take_name(chars);
    skip_blanks(chars);
    if name == "export" && chars.peek() != Some(&'=') {
        name = take_name(chars);
        skip_blanks(chars);
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("it does not begin with a name of letters, digits and _");
    }
    if chars.next_if_eq(&'=').is_none() {
        return Err("there is no = behind the name");
    }
    skip_blanks(chars);
    let value = match chars.peek() {
        Some(&quote @ ('"' | '\'')) => {
            chars.next();
            let value = quoted(chars, quote, line)?;
            skip_blanks(chars);
            if chars.peek() == Some(&'#') {
                skip_to_line_end(chars);
            }
            if !matches!(chars.peek(), None | Some('\n')) {
                return Err("there is text behind the closing quote");
            }
            value
        }
        _ => unquoted(chars),
    };
    Ok(Some((name, value)))
}

fn take_name(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut name = String::new();
    while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
        name.push(c);
    }
    name
}

/// A value may span lines. In double quotes, `\n`, `\"` and `\\` have their meaning; in single quotes nothing has.
fn quoted(chars: &mut Peekable<Chars<'_>>, quote: char, line: &mut u64) -> Result<String, &'static str> {
    let mut value = String::new();
    while let Some(c) = chars.next() {
        match c {
            _ if c == quote => return Ok(value),
            '\\' if quote == '"' => match chars.next() {
                Some('n') => value.push('\n'),
                Some(other @ ('"' | '\\' | '$')) => value.push(other),
                Some(other) => value.extend(['\\', other]),
                None => break,
            },
            _ => {
                *line += u64::from(c == '\n');
                value.push(c);
            }
        }
    }
    Err("the quote is never closed")
}

/// Ends at the line end, or at a `#` behind a blank.
fn unquoted(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut value = String::new();
    while let Some(c) = chars.next_if(|c| *c != '\n') {
        if c == '#' && (value.is_empty() || value.ends_with([' ', '\t'])) {
            skip_to_line_end(chars);
            break;
        }
        value.push(c);
    }
    value.trim_end().to_owned()
}

fn skip_blanks(chars: &mut Peekable<Chars<'_>>) {
    while chars.next_if(|c| *c == ' ' || *c == '\t').is_some() {}
}

fn skip_to_line_end(chars: &mut Peekable<Chars<'_>>) {
    while chars.next_if(|c| *c != '\n').is_some() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(u64, &str, &str)]) {
        let (variables, bad) = parse(text);
        let found: Vec<(u64, &str, &str)> = variables.iter().map(|v| (v.line, &*v.name, &*v.value)).collect();
        assert_eq!(found, expected);
        assert_eq!(bad, []);
    }

    #[test]
    fn values_are_read_with_and_without_quotes() {
        check(
            "# accounts\nA=1\n\nexport B = two words # why\r\nC='#$ \\n' # note\nD=\"a\\\"b\"\nE=\nF=a#b\n",
            &[(2, "A", "1"), (4, "B", "two words"), (5, "C", "#$ \\n"), (6, "D", "a\"b"), (7, "E", ""), (8, "F", "a#b")],
        );
    }

    #[test]
    fn a_quoted_value_may_span_lines() {
        check("KEY=\"one\ntwo\"\nNEXT=3", &[(1, "KEY", "one\ntwo"), (3, "NEXT", "3")]);
    }

    #[test]
    fn bad_lines_are_all_named_and_the_others_read() {
        let (variables, bad) = parse("A=1\nnonsense\nB='x' y\n=3\n9A=1\nC=3\nD=\"open\nE=1");
        assert_eq!(variables.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["A", "C"]);
        assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2, 3, 4, 5, 7]);
        assert_eq!(bad[4].why, "the quote is never closed");
    }
}
