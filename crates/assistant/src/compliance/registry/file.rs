//! The compact registry file: areas one behind the other, then a table of them. Looked up where its bytes lie.
//!
//! Layout, all numbers little-endian: the bytes of each area ([`super::area`]); then for each area, in the order of the
//! codes, its code (2 bytes), how many bytes it has (4) and where they begin (8); then where that table begins (8), how many
//! areas there are (4) and the mark `PMDNC\0\0\x01`. The table stands last so that an import can write as it reads.

use std::ops::Range;

use super::Listing;
use super::area::{AreaBytes, Damaged};
use super::line::Listed;

/// The last bytes of a file; the very last is the version of the layout.
const MARK: &[u8; 8] = b"PMDNC\0\0\x01";
/// Bytes of a row of the table.
const ROW: usize = 14;
/// Bytes behind the table.
const TAIL: usize = 20;

/// A compact registry file, looked at where its bytes lie: a mapped file, or one that was read.
#[derive(Clone, Copy, Debug)]
pub struct RegistryFile<'a> {
    bytes: &'a [u8],
    table: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
struct Row {
    code: u16,
    length: usize,
    offset: usize,
}

/// The table of a file alone, read from its end: a look-up then reads the bytes of one area, however large the file is.
#[derive(Clone, Debug)]
pub struct RegistryTable {
    rows: Vec<Row>,
}

impl RegistryTable {
    /// How many bytes at the end of a file say where its table is.
    pub const TAIL: usize = TAIL;

    /// Returns where the table lies in a file of `length` bytes that ends so.
    ///
    /// # Errors
    /// [`Damaged`]: import the registry again.
    pub fn place(tail: &[u8; TAIL], length: u64) -> Result<Range<u64>, Damaged> {
        let [o @ .., a0, a1, a2, a3, m0, m1, m2, m3, m4, m5, m6, m7] = *tail;
        let (areas, begins) = (u64::from(u32::from_le_bytes([a0, a1, a2, a3])), u64::from_le_bytes(o));
        let ends = length.checked_sub(TAIL as u64).ok_or(Damaged)?;
        let is_whole = begins.checked_add(areas * ROW as u64) == Some(ends);
        if [m0, m1, m2, m3, m4, m5, m6, m7] != *MARK || !is_whole { Err(Damaged) } else { Ok(begins..ends) }
    }

    /// Reads a table that begins at this place of its file.
    ///
    /// # Errors
    /// [`Damaged`]: import the registry again.
    pub fn read(table: &[u8], begins: u64) -> Result<Self, Damaged> {
        let rows: Vec<Row> = table.chunks_exact(ROW).filter_map(row_of).collect();
        let begins = usize::try_from(begins).map_err(|_| Damaged)?;
        let is_in_order = rows.windows(2).all(|pair| pair[0].code < pair[1].code);
        let is_within = rows.iter().all(|row| row.offset.checked_add(row.length).is_some_and(|end| end <= begins));
        let is_whole = rows.len() * ROW == table.len();
        if is_in_order && is_within && is_whole { Ok(Self { rows }) } else { Err(Damaged) }
    }

    /// Returns where the bytes of a number's area lie; `None` if the area was not loaded.
    pub fn area_of(&self, number: Listed) -> Option<Range<u64>> {
        let row = self.rows.iter().find(|row| row.code == number.area())?;
        Some(row.offset as u64..(row.offset + row.length) as u64)
    }

    /// Returns how many areas were loaded.
    pub fn areas(&self) -> usize {
        self.rows.len()
    }

    /// Returns what the bytes of a number's area say of it.
    ///
    /// # Errors
    /// [`Damaged`]: import the registry again.
    pub fn look_up(area: &[u8], number: Listed) -> Result<Listing, Damaged> {
        let is_listed = AreaBytes::open(area)?.contains(number.subscriber());
        Ok(if is_listed { Listing::Listed } else { Listing::NotListed })
    }
}

fn row_of(bytes: &[u8]) -> Option<Row> {
    let row: &[u8; ROW] = bytes.first_chunk()?;
    let [c0, c1, l0, l1, l2, l3, o @ ..] = *row;
    Some(Row {
        code: u16::from_le_bytes([c0, c1]),
        length: usize::try_from(u32::from_le_bytes([l0, l1, l2, l3])).ok()?,
        offset: usize::try_from(u64::from_le_bytes(o)).ok()?,
    })
}

impl<'a> RegistryFile<'a> {
    /// Looks at the bytes of a file. Checks all its tables, so that a look-up cannot fail; the lists themselves are not read.
    ///
    /// # Errors
    /// [`Damaged`]: import the registry again.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let (rest, tail) = bytes.split_last_chunk::<TAIL>().ok_or(Damaged)?;
        let [o @ .., a0, a1, a2, a3, m0, m1, m2, m3, m4, m5, m6, m7] = *tail;
        let areas = usize::try_from(u32::from_le_bytes([a0, a1, a2, a3])).map_err(|_| Damaged)?;
        let begins = usize::try_from(u64::from_le_bytes(o)).map_err(|_| Damaged)?;
        let (_, table) = rest.split_at_checked(begins).ok_or(Damaged)?;
        if [m0, m1, m2, m3, m4, m5, m6, m7] != *MARK || areas.checked_mul(ROW) != Some(table.len()) {
            return Err(Damaged);
        }
        let file = Self { bytes: &bytes[..begins], table };
        let rows: Vec<Row> = (0..areas).filter_map(|place| file.row(place)).collect();
        let is_in_order = rows.windows(2).all(|pair| pair[0].code < pair[1].code);
        let is_within = rows.iter().all(|row| row.offset.checked_add(row.length).is_some_and(|end| end <= begins));
        if rows.len() != areas || !is_in_order || !is_within {
            return Err(Damaged);
        }
        for row in rows {
            AreaBytes::open(&bytes[row.offset..row.offset + row.length])?;
        }
        Ok(file)
    }

    /// Returns what the file says of a number.
    pub fn look_up(&self, number: Listed) -> Listing {
        match self.area(number.area()).and_then(AreaBytes::unchecked) {
            None => Listing::AreaNotLoaded,
            Some(area) if area.contains(number.subscriber()) => Listing::Listed,
            Some(_) => Listing::NotListed,
        }
    }

    /// Returns the area codes that were loaded, in order.
    pub fn areas(&self) -> impl Iterator<Item = u16> + '_ {
        (0..self.table.len() / ROW).filter_map(|place| self.row(place)).map(|row| row.code)
    }

    /// Returns the bytes of an area, if it was loaded.
    pub(super) fn area(&self, code: u16) -> Option<&'a [u8]> {
        // At most 800 rows, in order.
        let rows = (0..self.table.len() / ROW).map_while(|place| self.row(place));
        let row = rows.into_iter().find(|row| row.code == code)?;
        self.bytes.get(row.offset..row.offset + row.length)
    }

    fn row(&self, place: usize) -> Option<Row> {
        row_of(self.table.get(place * ROW..)?)
    }
}

/// Notes where areas lie as they are written, and writes the end of the file.
#[derive(Clone, Default, Debug)]
pub(super) struct FileEnd {
    written: u64,
    areas: Vec<(u16, u32, u64)>,
}

impl FileEnd {
    /// Returns whether an area was written already.
    pub(super) fn has(&self, code: u16) -> bool {
        self.areas.iter().any(|(known, ..)| *known == code)
    }

    /// Notes an area of so many bytes behind what was written before.
    pub(super) fn note(&mut self, code: u16, length: usize) {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.areas.push((code, length, self.written));
        self.written += u64::from(length);
    }

    /// Returns how many bytes of memory it holds.
    #[cfg(test)]
    pub(super) fn bytes_held(&self) -> usize {
        self.areas.capacity() * size_of::<(u16, u32, u64)>()
    }

    /// Appends the table and what stands behind it.
    pub(super) fn encode(mut self, out: &mut Vec<u8>) {
        self.areas.sort_unstable();
        for (code, length, offset) in &self.areas {
            out.extend(code.to_le_bytes());
            out.extend(length.to_le_bytes());
            out.extend(offset.to_le_bytes());
        }
        out.extend(self.written.to_le_bytes());
        out.extend(u32::try_from(self.areas.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(MARK);
    }
}
