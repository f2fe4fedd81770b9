//! All listed numbers of one area code: a bit for each of its ten million, and the compact bytes that hold them in a file.
//!
//! The bits are what an import works on, 1.25 MB whatever the number of lines. The bytes hold, for each exchange that has
//! listed numbers, either their last four digits in order or, from 626 on, a bit for each of its ten thousand.

use thiserror::Error;

/// Numbers of an area code.
const NUMBERS: usize = 10_000_000;
/// Numbers of an exchange, the first three digits behind the area code.
const LINES: usize = 10_000;
/// Bytes of an exchange as bits.
const BITS: usize = LINES / 8;
/// From here on bits are shorter than a list of two bytes a number.
const MOST_LISTED: usize = BITS / 2;
/// Bytes of an exchange's entry in the table at the head of an area: exchange, count, offset.
const ENTRY: usize = 8;

/// The most bytes that an area takes in a file: every exchange there, all as bits.
pub const MOST_BYTES: usize = 2 + 1_000 * (ENTRY + BITS);

/// The listed numbers of one area code, to be changed.
#[derive(Clone, PartialEq, Eq)]
pub struct Area {
    bits: Vec<u64>,
    count: u32,
}

impl Default for Area {
    fn default() -> Self {
        Self { bits: vec![0; NUMBERS.div_ceil(64)], count: 0 }
    }
}

/// The bytes of an area are not what this program writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the registry file is damaged; import the registry again")]
pub struct Damaged;

impl Area {
    /// Returns how many numbers are listed.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Lists a number: its seven digits behind the area code. More digits are none of this area.
    pub fn insert(&mut self, subscriber: u32) {
        let Some((word, bit)) = self.place(subscriber) else { return };
        let is_new = *word & bit == 0;
        *word |= bit;
        self.count += u32::from(is_new);
    }

    /// Takes a number off the list.
    pub fn remove(&mut self, subscriber: u32) {
        let Some((word, bit)) = self.place(subscriber) else { return };
        let was_listed = *word & bit != 0;
        *word &= !bit;
        self.count -= u32::from(was_listed);
    }

    fn place(&mut self, subscriber: u32) -> Option<(&mut u64, u64)> {
        let at = usize::try_from(subscriber).ok().filter(|at| *at < NUMBERS)?;
        Some((self.bits.get_mut(at / 64)?, 1 << (at % 64)))
    }

    /// Empties the list, keeping its memory.
    pub fn clear(&mut self) {
        self.bits.fill(0);
        self.count = 0;
    }

    /// Returns how many bytes of memory it holds.
    #[cfg(test)]
    pub(super) fn bytes_held(&self) -> usize {
        self.bits.capacity() * 8
    }

    /// Appends the compact bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let exchanges: Vec<(u16, Vec<u16>)> =
            (0..1_000).map(|exchange| (exchange, self.lines_of(exchange))).filter(|(_, lines)| !lines.is_empty()).collect();
        out.extend(short(exchanges.len()).to_le_bytes());
        let mut offset: u32 = 0;
        for (exchange, lines) in &exchanges {
            out.extend(exchange.to_le_bytes());
            out.extend(short(lines.len()).to_le_bytes());
            out.extend(offset.to_le_bytes());
            offset += u32::try_from(bytes_of(lines.len())).unwrap_or(u32::MAX);
        }
        for (_, lines) in exchanges {
            if lines.len() <= MOST_LISTED {
                out.extend(lines.iter().flat_map(|line| line.to_le_bytes()));
            } else {
                let mut bits = [0u8; BITS];
                for line in lines {
                    bits[usize::from(line) / 8] |= 1 << (line % 8);
                }
                out.extend(bits);
            }
        }
    }

    fn lines_of(&self, exchange: u16) -> Vec<u16> {
        let first = usize::from(exchange) * LINES;
        let is_listed = |line: &u16| {
            let at = first + usize::from(*line);
            self.bits[at / 64] >> (at % 64) & 1 == 1
        };
        // Whole words without a listed number are passed over: most exchanges of most areas are empty.
        let is_empty = self.bits[first / 64..(first + LINES).div_ceil(64)].iter().all(|word| *word == 0);
        if is_empty { Vec::new() } else { (0..10_000).filter(is_listed).collect() }
    }

    /// Reads the compact bytes back.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Damaged> {
        let view = AreaBytes::open(bytes)?;
        let mut area = Self::default();
        for place in 0..view.exchanges {
            let entry = view.entry(place).ok_or(Damaged)?;
            let first = u32::from(entry.exchange) * 10_000;
            for line in 0..10_000 {
                if view.holds(&entry, line) {
                    area.insert(first + u32::from(line));
                }
            }
        }
        Ok(area)
    }
}

fn short(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

/// Returns how many bytes an exchange with so many listed numbers takes.
fn bytes_of(listed: usize) -> usize {
    if listed <= MOST_LISTED { listed * 2 } else { BITS }
}

/// The compact bytes of an area, looked at where they lie.
#[derive(Clone, Copy, Debug)]
pub struct AreaBytes<'a> {
    exchanges: usize,
    table: &'a [u8],
    data: &'a [u8],
}

struct ExchangeEntry {
    exchange: u16,
    listed: usize,
    offset: usize,
}

impl<'a> AreaBytes<'a> {
    /// Looks at an area's bytes. Checks that the tables and everything they point at lie within.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn open(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let view = Self::unchecked(bytes).ok_or(Damaged)?;
        let mut expected = 0;
        let mut before = None;
        for place in 0..view.exchanges {
            let entry = view.entry(place).ok_or(Damaged)?;
            let is_in_order = before.is_none_or(|before| before < entry.exchange) && entry.exchange < 1_000;
            if !is_in_order || entry.offset != expected || !(1..=LINES).contains(&entry.listed) {
                return Err(Damaged);
            }
            expected += bytes_of(entry.listed);
            before = Some(entry.exchange);
        }
        if expected == view.data.len() { Ok(view) } else { Err(Damaged) }
    }

    /// Looks at bytes that were checked before. Wrong bytes give wrong answers and no panic.
    pub(super) fn unchecked(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<2>()?;
        let exchanges = usize::from(u16::from_le_bytes(*head));
        let (table, data) = rest.split_at_checked(exchanges * ENTRY)?;
        Some(Self { exchanges, table, data })
    }

    /// Returns whether a number is listed: its seven digits behind the area code.
    pub fn contains(&self, subscriber: u32) -> bool {
        let (exchange, line) = (subscriber / 10_000, subscriber % 10_000);
        let (Ok(exchange), Ok(line)) = (u16::try_from(exchange), u16::try_from(line)) else { return false };
        self.find(exchange).is_some_and(|entry| self.holds(&entry, line))
    }

    /// Returns how many numbers are listed.
    pub fn count(&self) -> u64 {
        (0..self.exchanges).filter_map(|place| self.entry(place)).map(|entry| entry.listed as u64).sum()
    }

    fn find(&self, exchange: u16) -> Option<ExchangeEntry> {
        let (mut low, mut high) = (0, self.exchanges);
        while low < high {
            let middle = low.midpoint(high);
            let entry = self.entry(middle)?;
            match entry.exchange.cmp(&exchange) {
                std::cmp::Ordering::Equal => return Some(entry),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn entry(&self, place: usize) -> Option<ExchangeEntry> {
        let entry: &[u8; ENTRY] = self.table.get(place * ENTRY..)?.first_chunk()?;
        let [e0, e1, c0, c1, o0, o1, o2, o3] = *entry;
        Some(ExchangeEntry {
            exchange: u16::from_le_bytes([e0, e1]),
            listed: usize::from(u16::from_le_bytes([c0, c1])),
            offset: usize::try_from(u32::from_le_bytes([o0, o1, o2, o3])).ok()?,
        })
    }

    fn holds(&self, entry: &ExchangeEntry, line: u16) -> bool {
        let Some(bytes) = self.data.get(entry.offset..entry.offset + bytes_of(entry.listed)) else { return false };
        if entry.listed > MOST_LISTED {
            return bytes.get(usize::from(line) / 8).is_some_and(|byte| byte >> (line % 8) & 1 == 1);
        }
        let (lines, _) = bytes.as_chunks::<2>();
        lines.binary_search_by_key(&line, |bytes| u16::from_le_bytes(*bytes)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(area: &Area) -> Vec<u8> {
        let mut bytes = Vec::new();
        area.encode(&mut bytes);
        bytes
    }

    #[test]
    fn what_is_listed_is_found_and_nothing_else() {
        let mut area = Area::default();
        // A sparse exchange, one at the turn from list to bits on either side, a full one, both ends of the area.
        let mut listed: Vec<u32> = vec![0, 9_999_999, 5_550_123, 5_550_125];
        listed.extend((0..625).map(|line| 2_000_000 + line * 16));
        listed.extend((0..626).map(|line| 2_010_000 + line * 15));
        listed.extend(7_770_000..7_780_000);
        for subscriber in &listed {
            area.insert(*subscriber);
            area.insert(*subscriber);
        }
        assert_eq!(usize::try_from(area.count()).unwrap(), listed.len(), "a number counts once");
        let bytes = encoded(&area);
        let view = AreaBytes::open(&bytes).unwrap();
        assert_eq!(view.count(), u64::from(area.count()));
        assert!(listed.iter().all(|subscriber| view.contains(*subscriber)));
        for other in [1, 9_999_998, 5_550_124, 2_000_001, 2_010_001, 7_769_999, 7_780_000, 4_000_000, 10_000_000, u32::MAX] {
            assert!(!view.contains(other), "{other}");
        }
        assert!(Area::decode(&bytes).unwrap() == area, "the bytes read back");
    }

    #[test]
    fn what_was_taken_off_is_not_found() {
        let mut area = Area::default();
        area.insert(5_550_123);
        area.remove(5_550_123);
        area.remove(5_550_124);
        assert_eq!((area.count(), encoded(&area)), (0, vec![0, 0]));
    }

    #[test]
    fn an_area_never_takes_more_than_its_bound() {
        let mut area = Area::default();
        for subscriber in 0..10_000_000 {
            area.insert(subscriber);
        }
        assert_eq!(encoded(&area).len(), MOST_BYTES);
        // 800 area codes of all numbers that can exist: eight billion. A quarter of a billion takes less.
        assert_eq!(MOST_BYTES, 1_258_002);
    }

    #[test]
    fn damaged_bytes_are_refused_and_never_panic() {
        let mut area = Area::default();
        for line in 0..700 {
            area.insert(5_550_000 + line);
            area.insert(6_000_000 + line * 11);
        }
        let bytes = encoded(&area);
        for length in 0..bytes.len() {
            assert_eq!(AreaBytes::open(&bytes[..length]).err(), Some(Damaged), "{length}");
        }
        for place in 0..18 {
            for value in [0, 1, 0x7f, 0xff] {
                let mut broken = bytes.clone();
                broken[place] = value;
                if let Ok(view) = AreaBytes::open(&broken) {
                    let _ = view.contains(5_550_001);
                }
            }
        }
        assert_eq!(Area::decode(&[]).err(), Some(Damaged));
    }
}
