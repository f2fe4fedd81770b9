//! Counters of the process, as plain numbers. Holds nothing of any call.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the process has done since it began.
#[derive(Default, Debug)]
pub struct Metrics {
    /// Calls whose media stream is open.
    pub live_calls: AtomicU64,
    /// Calls that ended.
    pub ended_calls: AtomicU64,
    /// Streams refused because the process is full.
    pub refused_calls: AtomicU64,
    /// Audio messages dropped because a driver lagged.
    pub dropped_audio: AtomicU64,
    /// Webhooks and sockets refused for their signature or token.
    pub refused_callbacks: AtomicU64,
    /// Phone providers that are left alone now, as of the last dial.
    pub resting_carriers: AtomicU64,
    /// How often one was.
    pub carrier_rests: AtomicU64,
}

impl Metrics {
    /// Adds to a counter.
    pub fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    /// Returns all counters in the text form that scrapers read.
    pub fn to_text(&self) -> String {
        let lines = [
            ("puppetmaster_live_calls", "gauge", &self.live_calls),
            ("puppetmaster_ended_calls_total", "counter", &self.ended_calls),
            ("puppetmaster_refused_calls_total", "counter", &self.refused_calls),
            ("puppetmaster_dropped_audio_total", "counter", &self.dropped_audio),
            ("puppetmaster_refused_callbacks_total", "counter", &self.refused_callbacks),
            ("puppetmaster_resting_carriers", "gauge", &self.resting_carriers),
            ("puppetmaster_carrier_rests_total", "counter", &self.carrier_rests),
        ];
        lines.iter().map(|(name, kind, counter)| format!("# TYPE {name} {kind}\n{name} {}\n", counter.load(Ordering::Relaxed))).collect()
    }
}
