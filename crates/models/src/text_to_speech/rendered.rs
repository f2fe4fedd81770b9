//! What was spoken lately, ready to be spoken again at once: the opening that was rendered while it rang, the goodbye.

use std::collections::HashMap;
use std::sync::Arc;

use ports::text_to_speech::SpeakRequest;

/// The pieces of a rendered text.
pub(crate) type Pieces = Arc<[Vec<i16>]>;

/// Bytes of audio that are kept: 4 MiB are four minutes, a few hundred lines.
pub(crate) const BOUND: usize = 4 << 20;

/// Rendered texts by what was asked for; the one that was used longest ago leaves first.
pub(crate) struct Rendered {
    bound: usize,
    bytes: usize,
    uses: u64,
    texts: HashMap<Key, Entry>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    text: String,
    pitch: u32,
    pace: u32,
}

struct Entry {
    pieces: Pieces,
    bytes: usize,
    used: u64,
}

impl Key {
    fn of(request: &SpeakRequest) -> Self {
        Self { text: request.text.clone(), pitch: request.voice.pitch.to_bits(), pace: request.voice.pace.to_bits() }
    }
}

impl Rendered {
    pub(crate) fn new(bound: usize) -> Self {
        Self { bound, bytes: 0, uses: 0, texts: HashMap::new() }
    }

    pub(crate) fn get(&mut self, request: &SpeakRequest) -> Option<Pieces> {
        self.uses += 1;
        let entry = self.texts.get_mut(&Key::of(request))?;
        entry.used = self.uses;
        Some(Arc::clone(&entry.pieces))
    }

    /// Keeps a text, unless it alone would fill a quarter of the space.
    pub(crate) fn put(&mut self, request: &SpeakRequest, pieces: Pieces) {
        let bytes = request.text.len() + pieces.iter().map(|piece| piece.len() * 2).sum::<usize>();
        if bytes > self.bound / 4 {
            return;
        }
        self.uses += 1;
        let entry = Entry { pieces, bytes, used: self.uses };
        let before = self.texts.insert(Key::of(request), entry);
        self.bytes += bytes;
        self.bytes -= before.map_or(0, |before| before.bytes);
        while self.bytes > self.bound {
            let oldest = self.texts.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            let Some(left) = oldest.and_then(|key| self.texts.remove(&key)) else { return };
            self.bytes -= left.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use ports::text_to_speech::Voice;

    use super::*;

    fn line(text: &str) -> SpeakRequest {
        SpeakRequest { text: text.to_owned(), voice: Voice::default() }
    }

    #[test]
    fn the_text_that_was_used_longest_ago_leaves_first() {
        let mut rendered = Rendered::new(1_000);
        let pieces: Pieces = Arc::from([vec![0_i16; 100]]);
        for text in ["a", "b", "c", "d"] {
            rendered.put(&line(text), Arc::clone(&pieces));
        }
        assert!(rendered.get(&line("a")).is_some());
        rendered.put(&line("e"), Arc::clone(&pieces));
        assert!(rendered.get(&line("a")).is_some() && rendered.get(&line("b")).is_none());
        assert!(rendered.bytes <= 1_000);
    }

    #[test]
    fn another_voice_is_another_text_and_a_huge_one_is_not_kept() {
        let mut rendered = Rendered::new(1_000);
        rendered.put(&line("a"), Arc::from([vec![0_i16; 10]]));
        let lower = SpeakRequest { voice: Voice { pitch: 0.8, pace: 1.0 }, ..line("a") };
        assert!(rendered.get(&lower).is_none());
        rendered.put(&line("huge"), Arc::from([vec![0_i16; 400]]));
        assert!(rendered.get(&line("huge")).is_none());
    }
}
