//! Makes the compact file out of a registry list as it streams by, in memory that does not grow with it.
//!
//! A machine: chunks of the list go in, bytes of the file come out, to be appended in that order by whoever reads and writes.
//! It holds one area code (1.25 MB) at a time, so a list must not come back to an area code that it has left; the lists come
//! one file an area code, or in order. A change list goes onto the file that is there; what it does not touch is copied.

use thiserror::Error;

use super::area::{Area, Damaged};
use super::file::{FileEnd, RegistryFile};
use super::line::{self, Entry, LineError, Listed};
use crate::codes;

/// A longer line is no line of a registry file.
const LONGEST_LINE: usize = 100;

/// An import under way.
pub struct Import<'a> {
    base: Option<RegistryFile<'a>>,
    area: Area,
    /// The area code that is being read.
    current: Option<u16>,
    end: FileEnd,
    /// The beginning of a line whose end is in the next chunk.
    cut: Vec<u8>,
    imported: Imported,
}

/// What was imported.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Imported {
    /// Lines that were read, empty ones among them.
    pub lines: u64,
    /// Numbers that are listed in the file.
    pub numbers: u64,
    /// Area codes in the file.
    pub areas: u32,
}

/// Why a list cannot be imported. What was written so far must be thrown away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum ImportError {
    /// A line cannot be read.
    #[error("line {line}: {error}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// Why.
        error: LineError,
    },
    /// The list comes back to an area code.
    #[error("line {line} comes back to area code {area}; sort the list, or import one file for each area code")]
    NotInOrder {
        /// Which, from 1.
        line: u64,
        /// The area code.
        area: u16,
    },
    /// The file that a change list goes onto cannot be read.
    #[error(transparent)]
    Base(#[from] Damaged),
}

impl ImportError {
    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Line { error, .. } => error.code(),
            Self::NotInOrder { .. } => codes::REGISTRY_ORDER.code,
            Self::Base(_) => codes::REGISTRY_DAMAGED.code,
        }
    }
}

impl<'a> Import<'a> {
    /// Returns an import of a full list: numbers that it does not name are not listed.
    pub fn full() -> Self {
        Self { base: None, area: Area::default(), current: None, end: FileEnd::default(), cut: Vec::new(), imported: Imported::default() }
    }

    /// Returns an import of a change list onto a file.
    pub fn changes(base: RegistryFile<'a>) -> Self {
        Self { base: Some(base), ..Self::full() }
    }

    /// Takes a chunk of the list and appends to `out` what can be written.
    ///
    /// # Errors
    /// [`ImportError`]; the import is over.
    pub fn feed(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), ImportError> {
        let mut rest = chunk;
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, behind) = rest.split_at(at);
            if self.cut.is_empty() {
                self.take(line, out)?;
            } else {
                self.cut.extend_from_slice(line);
                let whole = std::mem::take(&mut self.cut);
                self.take(&whole, out)?;
            }
            rest = &behind[1..];
        }
        if self.cut.len() + rest.len() > LONGEST_LINE {
            return Err(ImportError::Line { line: self.imported.lines + 1, error: LineError::NotANumber });
        }
        self.cut.extend_from_slice(rest);
        Ok(())
    }

    fn take(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), ImportError> {
        self.imported.lines += 1;
        let line = self.imported.lines;
        let entry = line::read(text).map_err(|error| ImportError::Line { line, error })?;
        let Some(Entry::Add(number) | Entry::Delete(number)) = entry else { return Ok(()) };
        self.turn_to(number, line, out)?;
        match entry {
            Some(Entry::Delete(_)) => self.area.remove(number.subscriber()),
            _ => self.area.insert(number.subscriber()),
        }
        Ok(())
    }

    fn turn_to(&mut self, number: Listed, line: u64, out: &mut Vec<u8>) -> Result<(), ImportError> {
        let area = number.area();
        if self.current == Some(area) {
            return Ok(());
        }
        if self.end.has(area) {
            return Err(ImportError::NotInOrder { line, area });
        }
        self.write_area(out);
        match self.base.and_then(|base| base.area(area)) {
            Some(bytes) => self.area = Area::decode(bytes)?,
            None => self.area.clear(),
        }
        self.current = Some(area);
        Ok(())
    }

    fn write_area(&mut self, out: &mut Vec<u8>) {
        let Some(code) = self.current.take() else { return };
        let before = out.len();
        self.area.encode(out);
        self.end.note(code, out.len() - before);
        self.imported.numbers += u64::from(self.area.count());
        self.imported.areas += 1;
    }

    /// Ends the list: appends the last area, and returns what is left to do.
    ///
    /// # Errors
    /// [`ImportError`] for a last line without an end.
    pub fn end_of_list(mut self, out: &mut Vec<u8>) -> Result<Ending<'a>, ImportError> {
        let last = std::mem::take(&mut self.cut);
        if !last.is_empty() {
            self.take(&last, out)?;
        }
        self.write_area(out);
        let untouched = self.base.map_or_else(Vec::new, |base| base.areas().filter(|area| !self.end.has(*area)).collect());
        Ok(Ending { base: self.base, untouched, end: self.end, imported: self.imported })
    }
}

/// The end of an import: areas that no change touched, then the end of the file.
pub struct Ending<'a> {
    base: Option<RegistryFile<'a>>,
    untouched: Vec<u16>,
    end: FileEnd,
    imported: Imported,
}

impl Ending<'_> {
    /// Appends the next area that no change touched. Returns whether there was one; call it until there is none.
    ///
    /// # Errors
    /// [`Damaged`] if the old file's area cannot be read any more: a damaged area is not carried on.
    pub fn copy_area(&mut self, out: &mut Vec<u8>) -> Result<bool, Damaged> {
        let Some(code) = self.untouched.pop() else { return Ok(false) };
        let bytes = self.base.and_then(|base| base.area(code)).ok_or(Damaged)?;
        self.imported.numbers += super::area::AreaBytes::open(bytes)?.count();
        self.imported.areas += 1;
        out.extend_from_slice(bytes);
        self.end.note(code, bytes.len());
        Ok(true)
    }

    /// Appends the end of the file. Areas that were not copied are not in it.
    pub fn finish(self, out: &mut Vec<u8>) -> Imported {
        self.end.encode(out);
        self.imported
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::registry::Listing;

    /// Imports a list given in chunks and returns the file.
    fn import(mut import: Import<'_>, list: &[u8], chunk: usize) -> Result<(Vec<u8>, Imported), ImportError> {
        let mut file = Vec::new();
        for chunk in list.chunks(chunk) {
            import.feed(chunk, &mut file)?;
        }
        let mut ending = import.end_of_list(&mut file)?;
        while ending.copy_area(&mut file)? {}
        let imported = ending.finish(&mut file);
        Ok((file, imported))
    }

    fn look_up(file: &[u8], area: u16, subscriber: u32) -> Listing {
        RegistryFile::open(file).unwrap().look_up(Listed::new(area, subscriber))
    }

    #[test]
    fn a_list_becomes_a_file_wherever_its_chunks_are_cut() {
        let list = b"2125552671\r\n212,5552672\n\n3055550000";
        let (whole, imported) = import(Import::full(), list, list.len()).unwrap();
        assert_eq!(imported, Imported { lines: 4, numbers: 3, areas: 2 });
        for chunk in 1..list.len() {
            assert_eq!(import(Import::full(), list, chunk).unwrap().0, whole, "{chunk}");
        }
        assert_eq!(look_up(&whole, 212, 5_552_671), Listing::Listed);
        assert_eq!(look_up(&whole, 212, 5_552_673), Listing::NotListed);
        assert_eq!(look_up(&whole, 305, 5_550_000), Listing::Listed);
        assert_eq!(look_up(&whole, 415, 5_550_000), Listing::AreaNotLoaded);
    }

    #[test]
    fn a_table_read_alone_finds_the_same() {
        use crate::compliance::registry::file::RegistryTable;
        let (file, _) = import(Import::full(), b"2125552671\n3055550000\n", 7).unwrap();
        let length = file.len() as u64;
        let place = RegistryTable::place(file.last_chunk().unwrap(), length).unwrap();
        let bytes = |range: std::ops::Range<u64>| &file[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        let table = RegistryTable::read(bytes(place.clone()), place.start).unwrap();
        assert_eq!(table.areas(), 2);
        for (area, subscriber) in [(212, 5_552_671), (212, 5_552_672), (305, 5_550_000), (415, 5_550_000)] {
            let number = Listed::new(area, subscriber);
            let found = table.area_of(number).map_or(Listing::AreaNotLoaded, |range| RegistryTable::look_up(bytes(range), number).unwrap());
            assert_eq!(found, look_up(&file, area, subscriber), "{area} {subscriber}");
        }
        assert!(RegistryTable::place(file.last_chunk().unwrap(), length - 1).is_err(), "cut off in front");
        assert!(RegistryTable::read(&bytes(place.clone())[1..], place.start).is_err());
    }

    #[test]
    fn changes_go_onto_the_file_that_is_there() {
        let (base, _) = import(Import::full(), b"2125552671\n2125552672\n3055550000\n4155550000\n", 7).unwrap();
        let base = RegistryFile::open(&base).unwrap();
        let changes = b"212,5552671,2026-11-20,D\n212,5552699,2026-11-20,A\n646,5550000,2026-11-21,A\n";
        let (file, imported) = import(Import::changes(base), changes, 11).unwrap();
        assert_eq!(imported, Imported { lines: 3, numbers: 5, areas: 4 });
        assert_eq!(RegistryFile::open(&file).unwrap().areas().collect::<Vec<_>>(), [212, 305, 415, 646]);
        assert_eq!(look_up(&file, 212, 5_552_671), Listing::NotListed);
        assert_eq!(look_up(&file, 212, 5_552_672), Listing::Listed);
        assert_eq!(look_up(&file, 212, 5_552_699), Listing::Listed);
        assert_eq!(look_up(&file, 305, 5_550_000), Listing::Listed);
        assert_eq!(look_up(&file, 646, 5_550_000), Listing::Listed);
    }

    #[test]
    fn a_wrong_list_is_refused_with_its_line() {
        let error = |list: &[u8]| import(Import::full(), list, 5).unwrap_err();
        let wrong = error(b"2125552671\nnumber\n");
        assert_eq!((wrong, wrong.code()), (ImportError::Line { line: 2, error: LineError::NotANumber }, "registry.line"));
        let back = error(b"2125552671\n3055550000\n2125552672\n");
        assert_eq!((back, back.code()), (ImportError::NotInOrder { line: 3, area: 212 }, "registry.order"));
        assert_eq!(back.to_string(), "line 3 comes back to area code 212; sort the list, or import one file for each area code");
        assert_eq!(error(&[b'2'; 200]), ImportError::Line { line: 1, error: LineError::NotANumber }, "a line without end");
    }

    #[test]
    fn an_empty_list_is_a_file_in_which_nothing_is_loaded() {
        let (file, imported) = import(Import::full(), b"", 1).unwrap();
        assert_eq!((imported, look_up(&file, 212, 5_552_671)), (Imported::default(), Listing::AreaNotLoaded));
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let (file, _) = import(Import::full(), b"2125552671\n3055550000\n", 100).unwrap();
        for length in 0..file.len() {
            assert_eq!(RegistryFile::open(&file[..length]).err(), Some(Damaged), "{length}");
        }
        for place in 0..file.len() {
            for value in [0, 0x80, 0xff] {
                let mut broken = file.clone();
                broken[place] = value;
                // Whatever it says, it says it without a panic.
                if let Ok(opened) = RegistryFile::open(&broken) {
                    let _ = opened.look_up(Listed::new(212, 5_552_671));
                    let _ = import(Import::changes(opened), b"212,5552699,2026-11-20,A\n", 100);
                }
            }
        }
    }

    #[test]
    fn a_million_lines_are_found_again_in_memory_that_does_not_grow() {
        // Numbers as a stride through an area: all different, not in order within it, as files are not.
        let numbers = |area: u32| (0..100_000u32).map(move |index| (index * 7_919 + area * 13) % 10_000_000);
        let areas = [201u16, 202, 203, 205, 206, 207, 208, 209, 210, 212];
        let mut running = Import::full();
        let (mut file, mut chunk) = (Vec::new(), Vec::new());
        let mut most_held = 0;
        for area in areas {
            for subscriber in numbers(u32::from(area)) {
                chunk.extend_from_slice(format!("{area}{subscriber:07}\n").as_bytes());
                if chunk.len() > 64 * 1024 {
                    running.feed(&chunk, &mut file).unwrap();
                    chunk.clear();
                    most_held = most_held.max(running.cut.capacity() + running.area.bytes_held() + running.end.bytes_held());
                }
            }
        }
        running.feed(&chunk, &mut file).unwrap();
        let imported = running.end_of_list(&mut file).unwrap().finish(&mut file);
        assert_eq!(imported, Imported { lines: 1_000_000, numbers: 1_000_000, areas: 10 });
        assert!(most_held < 1_300_000, "{most_held} bytes: one area code and a line");
        assert!(file.len() < 2_200_000, "{} bytes: about two a number", file.len());
        let opened = RegistryFile::open(&file).unwrap();
        for area in areas {
            let listed: std::collections::BTreeSet<u32> = numbers(u32::from(area)).collect();
            assert_eq!(listed.len(), 100_000);
            for subscriber in listed.iter().flat_map(|subscriber| [*subscriber, (subscriber + 1) % 10_000_000]) {
                let expected = if listed.contains(&subscriber) { Listing::Listed } else { Listing::NotListed };
                assert_eq!(opened.look_up(Listed::new(area, subscriber)), expected, "{area} {subscriber}");
            }
        }
    }
}
