//! The stereo recording: callee left, assistant right, on one ruler of samples.
//!
//! What we send is ahead of what the callee hears by the pacer's lead, and may be dropped before it is heard; it is
//! therefore kept back until the callee's own audio has passed it, so that the recording holds what was truly heard.
//!
//! What may stay on the recording is known only once the words are: whether the notice was heard to its end, whether the
//! digits were a card's. So the sound itself is held back, in memory, until [`Rules`] can be applied to it; what they forbid
//! never reaches a disk.

use std::collections::VecDeque;
use std::time::Duration;

use audio::g711::{ulaw_decode, ulaw_encode};
use audio::wav::{Side, StereoInterleaver, WavHeader, extend_with_samples};
use ports::recording_vault::VaultWriter;
use telephony::AudioPosition;
use telephony::recording::RecordingGrant;
use tokio::sync::oneshot;

/// How far one side may run ahead of the other, in samples: two seconds, more than pacing and jitter together.
const WINDOW: u64 = 16_000;

/// Bytes gathered before they go to the vault: half a second of stereo.
const FLUSH_AT: usize = 16_000;

/// The most that is held back, in samples: 16 seconds, a quarter of a MiB a call. Of a card that is read out more slowly than
/// that, the first digits stay on the recording; the last ones, without which it is no card, do not.
const HELD_AT_MOST: usize = 128_000;

/// What of a call belongs on its recording.
#[derive(Clone, Default, Debug)]
pub struct Rules {
    ours_from: Option<AudioPosition>,
    callee_from: Option<AudioPosition>,
    /// Neither side is recorded here; the last stretch may have no end yet.
    silences: Vec<(AudioPosition, Option<AudioPosition>)>,
}

impl Rules {
    /// Our own voice is recorded from here on.
    pub fn record_ours(&mut self, from: AudioPosition) {
        self.ours_from.get_or_insert(from);
    }

    /// The callee's voice is recorded from here on.
    pub fn record_callee(&mut self, from: AudioPosition) {
        self.callee_from.get_or_insert(from);
    }

    /// Nothing is recorded from here on. Said again, the earlier beginning counts.
    pub fn silence(&mut self, from: AudioPosition) {
        match self.silences.last_mut() {
            Some((begins, None)) => *begins = from.min(*begins),
            Some(_) | None => self.silences.push((from, None)),
        }
    }

    /// It goes on from here.
    pub fn go_on(&mut self, from: AudioPosition) {
        if let Some((begins, ends @ None)) = self.silences.last_mut() {
            *ends = Some(from.max(*begins));
        }
    }

    /// Returns whether nothing is recorded for the moment.
    pub fn is_silent(&self) -> bool {
        matches!(self.silences.last(), Some((_, None)))
    }

    /// Returns the silenced stretches; the last one may have no end yet.
    pub fn silences(&self) -> &[(AudioPosition, Option<AudioPosition>)] {
        &self.silences
    }

    /// Returns whether anything is recorded at all.
    pub fn records_anything(&self) -> bool {
        self.ours_from.is_some() || self.callee_from.is_some()
    }

    fn is_silenced(&self, at: AudioPosition) -> bool {
        self.silences.iter().any(|(from, to)| at >= *from && to.is_none_or(|to| at < to))
    }
}

/// A call being recorded. Cannot be built without a grant.
pub struct Recorder {
    sink: Option<Box<dyn VaultWriter>>,
    interleaver: StereoInterleaver,
    /// Ours, sent but not yet heard: where each piece begins.
    ahead: VecDeque<(u64, Vec<i16>)>,
    stereo: Vec<i16>,
    /// Both sides, heard but not yet let out; the last one is the sample before `held_to`.
    held: VecDeque<[u8; 2]>,
    held_to: u64,
    bytes: Vec<u8>,
    /// Samples that were silenced.
    silenced: u64,
}

impl Recorder {
    /// Begins a recording in an object of the vault.
    ///
    /// The header names an unknown length, as streamed WAV does; an export writes the true one.
    pub fn new(_grant: &RecordingGrant, sink: Box<dyn VaultWriter>) -> Self {
        let header = WavHeader { rate_hz: audio::RATE_HZ, channels: 2 };
        let bytes = header.bytes(WavHeader::UNKNOWN).to_vec();
        Self {
            sink: Some(sink),
            interleaver: StereoInterleaver::new(WINDOW),
            ahead: VecDeque::new(),
            stereo: Vec::new(),
            held: VecDeque::new(),
            held_to: 0,
            bytes,
            silenced: 0,
        }
    }

    /// Takes a frame of the callee.
    pub fn callee(&mut self, at: u64, samples: &[i16]) {
        self.interleaver.push(Side::Left, at, samples, &mut self.stereo);
        let heard_to = at + samples.len() as u64;
        self.commit(heard_to);
        self.interleaver.reach(Side::Right, heard_to, &mut self.stereo);
        self.hold();
    }

    /// Takes a piece of ours that will be heard from `at` on.
    pub fn assistant(&mut self, at: u64, samples: &[i16]) {
        self.ahead.push_back((at, samples.to_vec()));
    }

    /// What was sent for `from` and later was dropped before it was heard.
    pub fn assistant_cut(&mut self, from: u64) {
        self.ahead.retain_mut(|(at, samples)| {
            let heard = usize::try_from(from.saturating_sub(*at)).unwrap_or(usize::MAX);
            samples.truncate(heard);
            !samples.is_empty()
        });
    }

    /// Writes what is held from before `settled`, as the rules have it, and the oldest of what is more than can be held.
    pub fn let_out(&mut self, settled: AudioPosition, rules: &Rules) {
        let held_from = self.held_to - self.held.len() as u64;
        let is_settled = usize::try_from(settled.0.saturating_sub(held_from)).unwrap_or(usize::MAX);
        let out = is_settled.min(self.held.len()).max(self.held.len().saturating_sub(HELD_AT_MOST));
        for (at, pair) in (held_from..).zip(self.held.drain(..out)) {
            let mut samples = [0; 2];
            ulaw_decode(&pair, &mut samples);
            let at = AudioPosition(at);
            let is_silenced = rules.is_silenced(at);
            self.silenced += u64::from(is_silenced);
            for (sample, begins) in samples.iter_mut().zip([rules.callee_from, rules.ours_from]) {
                if is_silenced || begins.is_none_or(|begins| at < begins) {
                    *sample = 0;
                }
            }
            extend_with_samples(&mut self.bytes, &samples);
        }
        if self.bytes.len() >= FLUSH_AT {
            self.write();
        }
    }

    /// Ends the recording. Returns how much of it was silenced, or `None` if it was not kept whole.
    pub async fn finish(mut self, rules: &Rules) -> Option<Duration> {
        self.commit(u64::MAX);
        self.interleaver.finish(&mut self.stereo);
        self.hold();
        self.let_out(AudioPosition(u64::MAX), rules);
        self.write();
        let sink = self.sink.take()?;
        let (done, is_done) = oneshot::channel();
        // Nobody but us waits for it.
        sink.finish_then(Box::new(move |result| drop(done.send(result))));
        match is_done.await {
            Ok(Ok(())) => Some(AudioPosition(self.silenced).since(AudioPosition::ZERO)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the recording could not be finished");
                None
            }
            Err(_) => None,
        }
    }

    /// Moves what was heard by now into the recording.
    fn commit(&mut self, heard_to: u64) {
        while let Some((at, samples)) = self.ahead.front_mut() {
            if *at >= heard_to {
                return;
            }
            let heard = usize::try_from(heard_to - *at).unwrap_or(usize::MAX).min(samples.len());
            self.interleaver.push(Side::Right, *at, &samples[..heard], &mut self.stereo);
            if heard < samples.len() {
                samples.drain(..heard);
                *at += heard as u64;
                return;
            }
            self.ahead.pop_front();
        }
    }

    /// Both sides came over a line of 8-bit samples, or went out over one: as such nothing of them is lost.
    fn hold(&mut self) {
        let mut pair = [0; 2];
        for samples in self.stereo.chunks_exact(2) {
            ulaw_encode(samples, &mut pair);
            self.held.push_back(pair);
        }
        self.held_to = self.interleaver.position();
        self.stereo.clear();
    }

    fn write(&mut self) {
        if let Some(sink) = &mut self.sink
            && let Err(error) = sink.append(&self.bytes)
        {
            tracing::warn!(%error, "the recording cannot be written; the call goes on without it");
            self.sink = None;
        }
        self.bytes.clear();
    }
}
