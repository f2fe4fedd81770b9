//! Reads a table: comma-separated, a header line, fields in double quotes where they need it.

/// A table as it stands in its file.
pub struct Table {
    /// The file's name without its ending.
    pub name: String,
    header: Vec<String>,
    rows: Vec<(u32, Vec<String>)>,
}

/// One row, its fields by the names of their columns.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    /// The line in the file on which it begins, from 1.
    pub line: u32,
    fields: &'a [String],
}

impl Table {
    /// Reads the text of a file. Ends the build if a row has more or fewer fields than the header.
    pub fn read(name: &str, text: &str) -> Self {
        let mut records = records(text).into_iter();
        let Some((_, header)) = records.next() else { panic!("data/{name}.csv is empty") };
        let rows: Vec<(u32, Vec<String>)> = records.collect();
        for (line, fields) in &rows {
            assert_eq!(fields.len(), header.len(), "data/{name}.csv line {line}: the header has {} columns", header.len());
        }
        Self { name: name.to_owned(), header, rows }
    }

    /// Returns the rows in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row { table: self, line: *line, fields })
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

impl<'a> Row<'a> {
    /// Returns a field.
    pub fn get(&self, column: &str) -> &'a str {
        let place = self.table.header.iter().position(|name| name == column);
        let Some(place) = place else { panic!("data/{}.csv has no column {column}", self.table.name) };
        self.fields[place].trim()
    }

    /// Reads a field, or ends the build saying where it stands and what it should be.
    pub fn read<T>(&self, column: &str, what: &str, parse: impl FnOnce(&'a str) -> Option<T>) -> T {
        let text = self.get(column);
        match parse(text) {
            Some(value) => value,
            None => panic!("data/{}.csv line {}, column {column}: \"{text}\" is no {what}", self.table.name, self.line),
        }
    }
}

/// Returns the records of a text, each with the line on which it begins. Empty lines are none.
fn records(text: &str) -> Vec<(u32, Vec<String>)> {
    let mut records = Vec::new();
    let (mut line, mut begins) = (1, 1);
    let mut record = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
        }
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut record, '"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => record.push(String::new()),
            '\n' if !is_quoted => {
                records.push((begins, std::mem::replace(&mut record, vec![String::new()])));
                begins = line;
            }
            '\r' if !is_quoted => {}
            other => push(&mut record, other),
        }
    }
    records.push((begins, record));
    records.retain(|(_, record)| record.len() > 1);
    records
}

fn push(record: &mut [String], c: char) {
    if let Some(field) = record.last_mut() {
        field.push(c);
    }
}
