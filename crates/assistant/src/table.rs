//! Reads the tables under `data/`: comma-separated, a header line, fields in double quotes where they need it.
//!
//! The tables are embedded and known at build time; their tests read every row, so a reader here may be plain.

/// Returns the rows of a table, header left out, each with its fields.
pub(crate) fn rows(csv: &'static str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut row, '"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(String::new()),
            '\n' if !is_quoted => rows.push(std::mem::replace(&mut row, vec![String::new()])),
            '\r' if !is_quoted => {}
            other => push(&mut row, other),
        }
    }
    if row.len() > 1 {
        rows.push(row);
    }
    rows.retain(|row| row.len() > 1);
    if rows.is_empty() { rows } else { rows.split_off(1) }
}

fn push(row: &mut [String], c: char) {
    if let Some(field) = row.last_mut() {
        field.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hide_commas_and_lines() {
        assert_eq!(rows("a,b\n1,\"x, \"\"y\"\"\nz\"\n2,\n"), [vec!["1", "x, \"y\"\nz"], vec!["2", ""]]);
    }
}
