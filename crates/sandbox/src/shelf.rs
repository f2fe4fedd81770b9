//! A shelf of resources of one kind: by SID, newest first, bounded.

use std::collections::{BTreeMap, VecDeque};

/// Resources of one kind.
pub struct Shelf<T> {
    entries: BTreeMap<String, T>,
    /// Oldest first.
    order: VecDeque<String>,
    most: usize,
}

impl<T> Shelf<T> {
    /// Returns a shelf for so many; one more takes the place of the oldest.
    pub const fn new(most: usize) -> Self {
        Self { entries: BTreeMap::new(), order: VecDeque::new(), most }
    }

    /// Keeps a new one.
    pub fn add(&mut self, sid: String, entry: T) {
        if self.entries.len() >= self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
        self.order.push_back(sid.clone());
        self.entries.insert(sid, entry);
    }

    pub fn get(&self, sid: &str) -> Option<&T> {
        self.entries.get(sid)
    }

    pub fn get_mut(&mut self, sid: &str) -> Option<&mut T> {
        self.entries.get_mut(sid)
    }

    /// Takes one off the shelf.
    pub fn remove(&mut self, sid: &str) -> Option<T> {
        self.order.retain(|other| other != sid);
        self.entries.remove(sid)
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &T> {
        self.order.iter().rev().filter_map(|sid| self.entries.get(sid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_the_newest_comes_first() {
        let mut shelf = Shelf::new(2);
        for n in 1..=3 {
            shelf.add(format!("K{n}"), n);
        }
        assert_eq!(shelf.newest_first().copied().collect::<Vec<_>>(), [3, 2]);
        assert_eq!((shelf.remove("K3"), shelf.get("K1"), shelf.get("K2")), (Some(3), None, Some(&2)));
        assert_eq!(shelf.newest_first().count(), 1);
    }
}
