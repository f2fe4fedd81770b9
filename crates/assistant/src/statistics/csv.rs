//! Tables as CSV (RFC 4180) that a spreadsheet shows and never runs.
//!
//! A cell that begins with one of `= + - @`, a tab or a line break is a formula to a spreadsheet; an apostrophe before it
//! makes it text. Source: OWASP, "CSV Injection".

/// Writes rows as CSV with the heads of their columns first. Lines end with CR LF, as the format demands.
pub fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = line(heads.iter().map(|head| (*head).to_owned()));
    for row in rows {
        text.push_str(&line(row.into_iter()));
    }
    text
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut line = cells.map(|text| cell(&text)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if is_formula || text.contains([',', '"', '\r', '\n', ';']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, written) in [
            ("plain", "plain"),
            ("0.028", "0.028"),
            ("=1+1", "\"'=1+1\""),
            ("+12125550123", "\"'+12125550123\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("＝1", "\"'＝1\""),
            ("a,b", "\"a,b\""),
            ("a;b", "\"a;b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }

    #[test]
    fn a_table_has_its_heads_first() {
        let rows = vec![vec!["2026-11".to_owned(), "50".to_owned()]];
        assert_eq!(table(&["month", "calls"], rows), "month,calls\r\n2026-11,50\r\n");
    }
}
