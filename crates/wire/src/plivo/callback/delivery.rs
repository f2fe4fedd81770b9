//! How Plivo calls an address: times, tries and region, written behind the `#` of the address itself.
//!
//! `https://h/x#ct=2000&rt=5000&rc=2&rp=ct,rt,5xx`. The fragment never reaches the server, so it is no part of what is
//! signed as far as the server can tell; whether Plivo agrees is not verified, and its libraries drop it.

use std::time::Duration;

use crate::http::Form;

/// For which failures an address is tried again.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct RetryOn {
    /// The connection did not come about in time.
    pub connect_timeout: bool,
    /// The reply did not come in time.
    pub read_timeout: bool,
    /// The reply was 4xx.
    pub client_errors: bool,
    /// The reply was 5xx.
    pub server_errors: bool,
}

/// How an address is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// For the connection; 2 s if not said.
    pub connect_timeout: Duration,
    /// For the reply; 40 s if not said. (For documents another page says 15 s: answer sooner.)
    pub read_timeout: Duration,
    /// For all tries together; 55 s if not said.
    pub total_timeout: Duration,
    /// Tries after the first one; 1 if not said.
    pub retries: u32,
    /// For which failures.
    pub retry_on: RetryOn,
    /// From where: `nearest`, `frankfurt`, …; the account's own if not said.
    pub edge: Option<String>,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(2),
            read_timeout: Duration::from_secs(40),
            total_timeout: Duration::from_secs(55),
            retries: 1,
            retry_on: RetryOn { connect_timeout: true, read_timeout: true, ..RetryOn::default() },
            edge: None,
        }
    }
}

impl Delivery {
    /// Reads how an address is to be called. What is not said, or out of its range, holds as if not said.
    pub fn of_url(url: &str) -> Self {
        let mut delivery = Self::default();
        let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
        for (key, value) in Form::parse(fragment).pairs() {
            let within = |low: u64, high: u64| value.parse::<u64>().ok().filter(|number| (low..=high).contains(number));
            match key {
                "ct" => delivery.connect_timeout = within(100, 10_000).map_or(delivery.connect_timeout, Duration::from_millis),
                "rt" => delivery.read_timeout = within(100, 40_000).map_or(delivery.read_timeout, Duration::from_millis),
                "tt" => delivery.total_timeout = within(100, 55_000).map_or(delivery.total_timeout, Duration::from_millis),
                "rc" => delivery.retries = within(0, 5).and_then(|count| u32::try_from(count).ok()).unwrap_or(delivery.retries),
                "rp" => delivery.retry_on = RetryOn::parse(value),
                "er" => delivery.edge = Some(value.to_owned()),
                _ => {}
            }
        }
        delivery
    }

    /// Returns an address with how it is to be called behind it; what holds anyway is left out.
    pub fn onto_url(&self, url: &str) -> String {
        let plain = Self::default();
        let mut parts = Vec::new();
        let mut differs = |key: &str, value: String, is_plain: bool| {
            if !is_plain {
                parts.push(format!("{key}={value}"));
            }
        };
        differs("ct", self.connect_timeout.as_millis().to_string(), self.connect_timeout == plain.connect_timeout);
        differs("rt", self.read_timeout.as_millis().to_string(), self.read_timeout == plain.read_timeout);
        differs("tt", self.total_timeout.as_millis().to_string(), self.total_timeout == plain.total_timeout);
        differs("rc", self.retries.to_string(), self.retries == plain.retries);
        differs("rp", self.retry_on.to_text(), self.retry_on == plain.retry_on);
        differs("er", self.edge.clone().unwrap_or_default(), self.edge.is_none());
        let bare = url.split('#').next().unwrap_or(url);
        if parts.is_empty() { bare.to_owned() } else { format!("{bare}#{}", parts.join("&")) }
    }
}

impl RetryOn {
    fn parse(text: &str) -> Self {
        let mut retry_on = Self::default();
        for word in text.split(',').map(str::trim) {
            match word {
                "ct" => retry_on.connect_timeout = true,
                "rt" => retry_on.read_timeout = true,
                "4xx" => retry_on.client_errors = true,
                "5xx" => retry_on.server_errors = true,
                "all" => retry_on = Self { connect_timeout: true, read_timeout: true, client_errors: true, server_errors: true },
                _ => {}
            }
        }
        retry_on
    }

    fn to_text(self) -> String {
        let words = [(self.connect_timeout, "ct"), (self.read_timeout, "rt"), (self.client_errors, "4xx"), (self.server_errors, "5xx")];
        words.iter().filter(|(is_on, _)| *is_on).map(|(_, word)| *word).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_it_is_called() {
        let delivery = Delivery::of_url("https://h/x?a=1#ct=2500&rt=5000&tt=15000&rc=2&rp=ct,rt,5xx&er=nearest&zz=1");
        assert_eq!((delivery.connect_timeout, delivery.read_timeout), (Duration::from_millis(2_500), Duration::from_secs(5)));
        assert_eq!((delivery.retries, delivery.edge.as_deref()), (2, Some("nearest")));
        assert!(delivery.retry_on.server_errors && !delivery.retry_on.client_errors);
        assert_eq!(Delivery::of_url(&delivery.onto_url("https://h/x?a=1#old")), delivery);
        assert_eq!(delivery.onto_url("https://h/x?a=1"), "https://h/x?a=1#ct=2500&rt=5000&tt=15000&rc=2&rp=ct,rt,5xx&er=nearest");
    }

    #[test]
    fn what_is_out_of_range_is_not_said() {
        assert_eq!(Delivery::of_url("https://h/x#ct=1&rt=999999&rc=9&tt=soon"), Delivery::default());
        assert_eq!(Delivery::default().onto_url("https://h/x"), "https://h/x");
        assert!(Delivery::of_url("https://h/x#rp=all").retry_on.client_errors);
    }
}
