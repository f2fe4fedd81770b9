//! One direction of one call, listened to: what is kept, when it is decoded, and which results still count.
//!
//! Not the model ([`Decoder`]) and not the voice detector of the turn machine: this only does what [`Listening`] asks for.
//!
//! Interims are taken from every 600 ms of sound that is loud enough to be speech. At most one is waiting or running;
//! a pause makes it stale: it then neither reports nor goes on decoding. Only a graph that already runs is finished,
//! and one worker is always free of interims, so a settled transcript waits for nobody. Where decoding takes long, because the machine is
//! slow or busy, interims become rarer: they take a third of a core at most.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ports::error::SpeechError;
use ports::speech_to_text::{Heard, HeardSink, Listening, SpeechToText, Wanted};
use telephony::{AudioPosition, UtteranceId};

use super::whisper::{Effort, Understood};
use crate::workers::{Priority, Worker, Workers};

/// Samples at 8 kHz that are kept: 60 s, half a minute more than the port promises, because an announcement may be long.
const KEPT: usize = 60 * 8_000;
/// Sound before an utterance that is decoded with it: a detector notices the first consonant late.
const PRE_ROLL: u64 = 1_600;
const SAMPLES_A_MS: u64 = 8;
/// Sound between two interims.
const INTERIM_EVERY: usize = 4_800;
/// So much sound goes by for each part that an interim took to be decoded.
const INTERIM_SHARE: u64 = 3;
/// Sound that an interim looks back over at most: one pass of a model.
const LONGEST_INTERIM: usize = 28 * 8_000;
/// Root mean square (of ±32768) below which a frame is certainly no speech: −54 dBFS.
const QUIET_RMS: f32 = 65.0;
/// Utterances of which something may be wanted at once. Whoever never ends one loses the oldest.
const MOST_OPEN: usize = 8;

/// Turns sound into words, on a thread that may wait.
pub(crate) trait Decoder: Send + Sync + 'static {
    /// Begins to load what it needs, in the background.
    fn warm_up(&self);

    /// Says, without loading, whether it can serve.
    fn check(&self) -> Result<(), SpeechError>;

    /// Returns whether it can be used at once.
    fn is_ready(&self) -> bool;

    /// Returns the words in a sound of 8 kHz; gives up as soon as `wanted` says no.
    fn understand(&self, worker: &Worker, sound: &[i16], effort: Effort, wanted: &dyn Fn() -> bool) -> Result<Outcome, SpeechError>;
}

/// What a decoder made of a sound.
pub(crate) enum Outcome {
    /// Words, if there were any.
    Words(Understood),
    /// There is no voice in it.
    NotSpeech,
    /// Nobody wants to know any more.
    Unwanted,
}

/// A decoder behind the port.
pub(crate) struct Ears {
    engine: Arc<Engine>,
}

struct Engine {
    decoder: Box<dyn Decoder>,
    workers: Arc<Workers>,
}

impl Ears {
    pub(crate) fn new(decoder: impl Decoder, workers: Arc<Workers>) -> Self {
        Self { engine: Arc::new(Engine { decoder: Box::new(decoder), workers }) }
    }
}

impl SpeechToText for Ears {
    fn warm_up(&self) {
        self.engine.decoder.warm_up();
    }

    fn listen(&self, wanted: Wanted, sink: HeardSink) -> Result<Box<dyn Listening>, SpeechError> {
        self.engine.decoder.check()?;
        self.warm_up();
        Ok(Box::new(Session { engine: Arc::clone(&self.engine), wanted, sink, ring: Ring::default(), open: VecDeque::new() }))
    }
}

struct Session {
    engine: Arc<Engine>,
    wanted: Wanted,
    sink: HeardSink,
    ring: Ring,
    /// The utterance in hand is the last; those before it are over, and their words are still wanted until somebody ends them.
    open: VecDeque<Open>,
}

/// An utterance of which something is wanted.
struct Open {
    id: UtteranceId,
    from: AudioPosition,
    /// Loud samples since the last interim was taken.
    loud: usize,
    results: Arc<Results>,
}

/// Which results of an utterance still count; shared with the jobs.
#[derive(Default)]
struct Results {
    is_over: AtomicBool,
    /// Rises at each pause: interims of an earlier epoch are stale.
    epoch: AtomicU64,
    interim_is_under_way: AtomicBool,
    /// Samples of sound that went by while the last interim was decoded.
    interim_took: AtomicU64,
    /// The revision that was asked for last: the words up to an earlier pause have no reader any more.
    asked: AtomicU32,
    /// Held while a result is given out, so that a stale interim cannot slip in behind a settled one.
    giving: Mutex<()>,
}

impl Results {
    fn is_asked(&self, revision: u32) -> bool {
        !self.is_over.load(Ordering::Acquire) && self.asked.load(Ordering::Acquire) == revision
    }

    fn is_fresh(&self, epoch: u64) -> bool {
        !self.is_over.load(Ordering::Acquire) && self.epoch.load(Ordering::Acquire) == epoch
    }

    fn give(&self, sink: &HeardSink, heard: Heard, counts: impl Fn() -> bool) {
        let _one_at_a_time = self.giving.lock().unwrap_or_else(PoisonError::into_inner);
        if counts() {
            sink(heard);
        }
    }
}

impl Listening for Session {
    fn push(&mut self, at: AudioPosition, samples: &[i16]) {
        self.ring.push(at, samples);
        let Some(open) = self.open.back_mut().filter(|_| self.wanted == Wanted::Interims) else { return };
        if rms(samples) > QUIET_RMS {
            open.loud += samples.len();
        }
        let rests = open.results.interim_took.load(Ordering::Acquire) * INTERIM_SHARE;
        if open.loud as u64 >= rests.max(INTERIM_EVERY as u64) {
            self.take_interim();
        }
    }

    fn begin(&mut self, utterance: UtteranceId, from: AudioPosition) {
        if let Some(before) = self.open.back() {
            // Nobody reads any more what it may become.
            before.results.epoch.fetch_add(1, Ordering::AcqRel);
        }
        if self.open.len() == MOST_OPEN {
            self.open.pop_front();
        }
        // What is there of it already counts towards the first interim.
        let loud = self.ring.end().0.saturating_sub(from.0).min(KEPT as u64) as usize;
        self.open.push_back(Open { id: utterance, from, loud, results: Arc::default() });
    }

    fn settle(&mut self, utterance: UtteranceId, revision: u32, to: AudioPosition) {
        let Some(open) = self.open.iter_mut().find(|open| open.id == utterance) else {
            (self.sink)(Heard::NotSpeech { utterance, revision });
            return;
        };
        open.loud = 0;
        open.results.epoch.fetch_add(1, Ordering::AcqRel);
        open.results.asked.store(revision, Ordering::Release);
        let sound = self.ring.since(AudioPosition(open.from.0.saturating_sub(PRE_ROLL)), to);
        let (engine, sink, results) = (Arc::clone(&self.engine), Arc::clone(&self.sink), Arc::clone(&open.results));
        let submitted = self.engine.workers.submit(Priority::Settle, move |worker| {
            let counts = || results.is_asked(revision);
            if !counts() {
                return;
            }
            let heard = match engine.decoder.understand(worker, &sound, Effort::AgainIfCircling, &counts) {
                Ok(Outcome::Words(Understood { text, confidence })) => Heard::Settled { utterance, revision, text, confidence },
                Ok(Outcome::NotSpeech) => Heard::NotSpeech { utterance, revision },
                Ok(Outcome::Unwanted) => return,
                Err(error) => {
                    tracing::error!(%error, "an utterance could not be decoded");
                    Heard::Failed { utterance: Some(utterance) }
                }
            };
            results.give(&sink, heard, counts);
        });
        if submitted.is_err() {
            tracing::warn!("too many utterances are waiting to be decoded");
            (self.sink)(Heard::Failed { utterance: Some(utterance) });
        }
    }

    fn end(&mut self, utterance: UtteranceId) {
        self.open.retain(|open| open.id != utterance);
    }
}

impl Session {
    fn take_interim(&mut self) {
        let Some(open) = self.open.back_mut() else { return };
        // While the model is still being loaded the worker would only wait for it.
        if !self.engine.decoder.is_ready() || open.results.interim_is_under_way.swap(true, Ordering::AcqRel) {
            return;
        }
        open.loud = 0;
        let utterance = open.id;
        let epoch = open.results.epoch.load(Ordering::Acquire);
        let from = open.from.0.saturating_sub(PRE_ROLL).max(self.ring.end().0.saturating_sub(LONGEST_INTERIM as u64));
        let sound = self.ring.since(AudioPosition(from), self.ring.end());
        let (engine, sink, results) = (Arc::clone(&self.engine), Arc::clone(&self.sink), Arc::clone(&open.results));
        let submitted = self.engine.workers.submit(Priority::Interim, move |worker| {
            let counts = || results.is_fresh(epoch);
            let began = Instant::now();
            let understood = engine.decoder.understand(worker, &sound, Effort::Once, &counts);
            results.interim_took.store(began.elapsed().as_millis() as u64 * SAMPLES_A_MS, Ordering::Release);
            results.interim_is_under_way.store(false, Ordering::Release);
            match understood {
                Ok(Outcome::Words(Understood { text, .. })) if !text.is_empty() => {
                    results.give(&sink, Heard::Interim { utterance, text }, counts);
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(%error, "an interim could not be decoded"),
            }
        });
        if submitted.is_err() {
            // The next 600 ms will ask again.
            open.results.interim_is_under_way.store(false, Ordering::Release);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.results.is_over.store(true, Ordering::Release);
    }
}

/// Returns the root mean square of some samples, of ±32768.
pub(crate) fn rms(samples: &[i16]) -> f32 {
    let sum: f32 = samples.iter().map(|&sample| f32::from(sample) * f32::from(sample)).sum();
    (sum / samples.len().max(1) as f32).sqrt()
}

/// The last minute of sound. When it is full the oldest is dropped.
#[derive(Default)]
struct Ring {
    samples: VecDeque<i16>,
    /// Position of the first kept sample.
    start: u64,
}

impl Ring {
    fn end(&self) -> AudioPosition {
        AudioPosition(self.start + self.samples.len() as u64)
    }

    /// Appends; a gap in the positions becomes silence, what is known already is left as it is.
    fn push(&mut self, at: AudioPosition, samples: &[i16]) {
        let gap = at.0.saturating_sub(self.end().0);
        if self.samples.is_empty() || gap > KEPT as u64 {
            self.samples.clear();
            self.start = at.0;
        } else {
            self.samples.extend(std::iter::repeat_n(0, gap as usize));
        }
        let known = self.end().0.saturating_sub(at.0).min(samples.len() as u64) as usize;
        self.samples.extend(&samples[known..]);
        let surplus = self.samples.len().saturating_sub(KEPT);
        self.samples.drain(..surplus);
        self.start += surplus as u64;
    }

    /// Returns what is kept between two positions.
    fn since(&self, from: AudioPosition, to: AudioPosition) -> Vec<i16> {
        let index = |position: AudioPosition| (position.0.saturating_sub(self.start) as usize).min(self.samples.len());
        let (from, to) = (index(from), index(to));
        self.samples.range(from..to.max(from)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Understands always the same, and counts how often it was asked in passing.
    struct Counting(Arc<AtomicU32>);

    impl Decoder for Counting {
        fn warm_up(&self) {}

        fn check(&self) -> Result<(), SpeechError> {
            Ok(())
        }

        fn is_ready(&self) -> bool {
            true
        }

        fn understand(&self, _: &Worker, _: &[i16], effort: Effort, _: &dyn Fn() -> bool) -> Result<Outcome, SpeechError> {
            self.0.fetch_add(u32::from(effort == Effort::Once), Ordering::AcqRel);
            Ok(Outcome::Words(Understood { text: "Yes.".to_owned(), confidence: 90 }))
        }
    }

    #[test]
    fn interims_cost_nothing_where_nobody_wants_them() {
        for wanted in [Wanted::Interims, Wanted::SettledOnly] {
            let in_passing = Arc::new(AtomicU32::new(0));
            let (sink, heard) = mpsc::channel();
            let ears = Ears::new(Counting(Arc::clone(&in_passing)), Arc::new(Workers::start(2)));
            let mut session = ears.listen(wanted, Arc::new(move |heard| drop(sink.send(heard)))).unwrap();
            let utterance = UtteranceId(1);
            session.begin(utterance, AudioPosition::ZERO);
            session.push(AudioPosition::ZERO, &[2_000; 8_000]);
            if wanted == Wanted::Interims {
                assert!(matches!(heard.recv().unwrap(), Heard::Interim { .. }));
            }
            session.settle(utterance, 1, AudioPosition(8_000));
            assert!(matches!(heard.recv().unwrap(), Heard::Settled { revision: 1, .. }), "{wanted:?}");
            assert_eq!(in_passing.load(Ordering::Acquire) > 0, wanted == Wanted::Interims);
        }
    }

    /// Understands each sound by its length, once it is allowed to.
    struct Slow(Mutex<mpsc::Receiver<()>>);

    impl Decoder for Slow {
        fn warm_up(&self) {}

        fn check(&self) -> Result<(), SpeechError> {
            Ok(())
        }

        fn is_ready(&self) -> bool {
            true
        }

        fn understand(&self, _: &Worker, sound: &[i16], _: Effort, _: &dyn Fn() -> bool) -> Result<Outcome, SpeechError> {
            self.0.lock().unwrap().recv().unwrap();
            Ok(Outcome::Words(Understood { text: sound.len().to_string(), confidence: 90 }))
        }
    }

    #[test]
    fn the_words_of_an_utterance_come_although_the_next_has_begun_unless_somebody_ended_it() {
        let ((allow, allowed), (sink, heard)) = (mpsc::channel(), mpsc::channel());
        let ears = Ears::new(Slow(Mutex::new(allowed)), Arc::new(Workers::start(2)));
        let mut session = ears.listen(Wanted::SettledOnly, Arc::new(move |heard| drop(sink.send(heard)))).unwrap();
        session.push(AudioPosition::ZERO, &[2_000; 9_000]);
        for (number, to) in [(1, 1_000), (2, 3_000), (3, 6_000)] {
            session.begin(UtteranceId(number), AudioPosition(to - 1_000));
            session.settle(UtteranceId(number), 1, AudioPosition(to));
        }
        session.end(UtteranceId(2));
        (0..3).for_each(|_| allow.send(()).unwrap());
        let mut words: Vec<(u32, String)> = (0..2)
            .map(|_| match heard.recv().unwrap() {
                Heard::Settled { utterance, text, .. } => (utterance.0, text),
                other => panic!("{other:?}"),
            })
            .collect();
        words.sort();
        assert_eq!(words, [(1, "1000".to_owned()), (3, "2600".to_owned())]);
        drop(session);
        drop(ears);
        assert!(heard.recv().is_err(), "of the second nothing was wanted any more");
    }

    #[test]
    fn of_an_utterance_that_went_on_only_the_last_pause_is_answered() {
        let ((allow, allowed), (sink, heard)) = (mpsc::channel(), mpsc::channel());
        let ears = Ears::new(Slow(Mutex::new(allowed)), Arc::new(Workers::start(2)));
        let mut session = ears.listen(Wanted::SettledOnly, Arc::new(move |heard| drop(sink.send(heard)))).unwrap();
        session.push(AudioPosition::ZERO, &[2_000; 9_000]);
        session.begin(UtteranceId(1), AudioPosition::ZERO);
        for (revision, to) in [(1, 2_000), (2, 4_000), (3, 6_000)] {
            session.settle(UtteranceId(1), revision, AudioPosition(to));
        }
        (0..3).for_each(|_| allow.send(()).unwrap());
        assert!(matches!(heard.recv().unwrap(), Heard::Settled { revision: 3, text, .. } if text == "6000"));
        drop(session);
        drop(ears);
        assert!(heard.recv().is_err(), "the earlier pauses were nobody's any more");
    }

    #[test]
    fn the_ring_fills_gaps_ignores_repeats_and_forgets_the_oldest() {
        let mut ring = Ring::default();
        ring.push(AudioPosition(100), &[1, 2, 3]);
        ring.push(AudioPosition(105), &[6]);
        ring.push(AudioPosition(104), &[9, 9, 7]);
        assert_eq!(ring.since(AudioPosition(0), AudioPosition(200)), [1, 2, 3, 0, 0, 6, 7]);
        assert_eq!(ring.since(AudioPosition(101), AudioPosition(103)), [2, 3]);
        assert!(ring.since(AudioPosition(103), AudioPosition(101)).is_empty());
        ring.push(AudioPosition(107), &vec![5; KEPT]);
        assert_eq!(ring.since(AudioPosition(0), ring.end()).len(), KEPT);
        assert_eq!(ring.end(), AudioPosition(107 + KEPT as u64));
    }
}
