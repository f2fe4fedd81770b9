//! The stereo recording: callee left, assistant right, on one ruler of samples.
//!
//! What we send is ahead of what the callee hears by the pacer's lead, and may be dropped before it is heard; it is
//! therefore kept back until the callee's own audio has passed it, so that the recording holds what was truly heard.

use std::collections::VecDeque;

use audio::wav::{Side, StereoInterleaver, WavHeader, extend_with_samples};
use ports::recording_vault::VaultWriter;
use telephony::recording::RecordingGrant;
use tokio::sync::oneshot;

/// How far one side may run ahead of the other, in samples: two seconds, more than pacing and jitter together.
const WINDOW: u64 = 16_000;

/// Bytes gathered before they go to the vault: half a second of stereo.
const FLUSH_AT: usize = 16_000;

/// A call being recorded. Cannot be built without a grant.
pub struct Recorder {
    sink: Option<Box<dyn VaultWriter>>,
    interleaver: StereoInterleaver,
    /// Ours, sent but not yet heard: where each piece begins.
    ahead: VecDeque<(u64, Vec<i16>)>,
    stereo: Vec<i16>,
    bytes: Vec<u8>,
}

impl Recorder {
    /// Begins a recording in an object of the vault.
    ///
    /// The header names an unknown length, as streamed WAV does; an export writes the true one.
    pub fn new(_grant: &RecordingGrant, sink: Box<dyn VaultWriter>) -> Self {
        let header = WavHeader { rate_hz: audio::RATE_HZ, channels: 2 };
        let bytes = header.bytes(WavHeader::UNKNOWN).to_vec();
        Self { sink: Some(sink), interleaver: StereoInterleaver::new(WINDOW), ahead: VecDeque::new(), stereo: Vec::new(), bytes }
    }

    /// Takes a frame of the callee.
    pub fn callee(&mut self, at: u64, samples: &[i16]) {
        self.interleaver.push(Side::Left, at, samples, &mut self.stereo);
        let heard_to = at + samples.len() as u64;
        self.commit(heard_to);
        self.interleaver.reach(Side::Right, heard_to, &mut self.stereo);
        self.gather();
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

    /// Ends the recording; returns whether all of it was kept.
    pub async fn finish(mut self) -> bool {
        self.commit(u64::MAX);
        self.interleaver.finish(&mut self.stereo);
        extend_with_samples(&mut self.bytes, &self.stereo);
        self.write();
        let Some(sink) = self.sink.take() else {
            return false;
        };
        let (done, is_done) = oneshot::channel();
        // Nobody but us waits for it.
        sink.finish_then(Box::new(move |result| drop(done.send(result))));
        match is_done.await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the recording could not be finished");
                false
            }
            Err(_) => false,
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

    fn gather(&mut self) {
        extend_with_samples(&mut self.bytes, &self.stereo);
        self.stereo.clear();
        if self.bytes.len() >= FLUSH_AT {
            self.write();
        }
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
