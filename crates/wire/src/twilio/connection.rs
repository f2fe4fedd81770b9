//! How an address is to be asked: a fragment behind it (`#rc=2&rp=5xx`), which Twilio takes off before it asks and signs.
//!
//! We write it on the addresses that we hand out; the sandbox reads it and behaves so. Whatever is said, a request about a
//! call is over after fifteen seconds.
//!
//! Source: Twilio's page "Connection Overrides", 2025.

use std::ops::RangeInclusive;

/// Milliseconds after which a request about a call is over, retries included.
pub const HARD_LIMIT_MILLIS: u32 = 15_000;

const CONNECT_MILLIS: RangeInclusive<u32> = 100..=10_000;
const OTHER_MILLIS: RangeInclusive<u32> = 100..=HARD_LIMIT_MILLIS;
const RETRIES: RangeInclusive<u32> = 0..=5;

/// Where Twilio asks from, each also with `-ix` behind it.
pub const EDGES: [&str; 8] = ["ashburn", "dublin", "frankfurt", "sao-paulo", "singapore", "sydney", "tokyo", "umatilla"];

/// What is said of an address. Nothing said is what Twilio does by itself.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ConnectionOverrides {
    /// Milliseconds until connected, 100 to 10 000; 5000 if not said.
    pub connect_millis: Option<u32>,
    /// Milliseconds until the first byte and between two, 100 to 15 000; 15 000 if not said.
    pub read_millis: Option<u32>,
    /// Milliseconds for everything, retries included, 100 to 15 000; 15 000 if not said.
    pub total_millis: Option<u32>,
    /// How often to try again, 0 to 5; once if not said.
    pub retries: Option<u32>,
    /// After what; after a failed connection if not said.
    pub retry_on: Vec<RetryOn>,
    /// Name the host in the TLS handshake; yes if not said.
    pub names_host: Option<bool>,
    /// Where to ask from, each try from the next; `ashburn` if not said.
    pub edges: Vec<String>,
}

/// What a request can fail with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetryOn {
    /// A status of 400 to 499.
    ClientError,
    /// A status of 500 to 599.
    ServerError,
    /// No connection.
    Connect,
    /// A connection, and no reply in time.
    Read,
    /// Any of these.
    All,
}

impl RetryOn {
    const WORDS: [(&'static str, Self); 5] =
        [("4xx", Self::ClientError), ("5xx", Self::ServerError), ("ct", Self::Connect), ("rt", Self::Read), ("all", Self::All)];

    fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, on)| *on)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
            Self::Connect => "ct",
            Self::Read => "rt",
            Self::All => "all",
        }
    }
}

impl ConnectionOverrides {
    /// Returns what keeps trying whatever fails: for addresses that may be asked twice without harm.
    pub fn stubborn(retries: u32) -> Self {
        Self { retries: Some(retries), retry_on: vec![RetryOn::All], ..Self::default() }
    }

    /// Returns an address with what is said of it; values beyond their range are brought into it.
    pub fn on(&self, url: &str) -> String {
        let within = |value: Option<u32>, range: &RangeInclusive<u32>| value.map(|value| value.clamp(*range.start(), *range.end()).to_string());
        let on: Vec<_> = self.retry_on.iter().map(|on| on.as_str()).collect();
        let list = |words: &[String]| (!words.is_empty()).then(|| words.join(","));
        let pairs = [
            ("ct", within(self.connect_millis, &CONNECT_MILLIS)),
            ("rt", within(self.read_millis, &OTHER_MILLIS)),
            ("tt", within(self.total_millis, &OTHER_MILLIS)),
            ("rc", within(self.retries, &RETRIES)),
            ("rp", (!on.is_empty()).then(|| on.join(","))),
            ("sni", self.names_host.map(|names| if names { "y".to_owned() } else { "n".to_owned() })),
            ("e", list(&self.edges)),
        ];
        let said: Vec<_> = pairs.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?))).collect();
        let url = url.split('#').next().unwrap_or(url);
        if said.is_empty() { url.to_owned() } else { format!("{url}#{}", said.join("&")) }
    }

    /// Takes an address apart: what is asked and signed, and what is said of it. What cannot be read is as if not said.
    pub fn of(url: &str) -> (&str, Self) {
        let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
        let mut said = Self::default();
        for (key, value) in fragment.split('&').filter_map(|pair| pair.split_once('=')) {
            let number = |range: &RangeInclusive<u32>| value.parse().ok().filter(|number| range.contains(number));
            match key {
                "ct" => said.connect_millis = number(&CONNECT_MILLIS),
                "rt" => said.read_millis = number(&OTHER_MILLIS),
                "tt" => said.total_millis = number(&OTHER_MILLIS),
                "rc" => said.retries = number(&RETRIES),
                "rp" => said.retry_on = value.split(',').filter_map(RetryOn::parse).collect(),
                "sni" => said.names_host = matches!(value, "y" | "n").then_some(value == "y"),
                "e" => said.edges = value.split(',').filter(|edge| is_edge(edge)).map(str::to_owned).collect(),
                _ => {}
            }
        }
        (url, said)
    }

    /// Returns milliseconds until connected.
    pub fn connect_millis(&self) -> u32 {
        self.connect_millis.unwrap_or(5_000)
    }

    /// Returns milliseconds until the first byte and between two.
    pub fn read_millis(&self) -> u32 {
        self.read_millis.unwrap_or(HARD_LIMIT_MILLIS)
    }

    /// Returns milliseconds for everything.
    pub fn total_millis(&self) -> u32 {
        self.total_millis.unwrap_or(HARD_LIMIT_MILLIS)
    }

    /// Returns how often to try again after this failure.
    pub fn retries_after(&self, failure: RetryOn) -> u32 {
        let fits =
            if self.retry_on.is_empty() { failure == RetryOn::Connect } else { self.retry_on.iter().any(|on| *on == RetryOn::All || *on == failure) };
        if fits { self.retries.unwrap_or(1) } else { 0 }
    }
}

fn is_edge(text: &str) -> bool {
    EDGES.contains(&text.strip_suffix("-ix").unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_said_of_an_address_is_read_back() {
        let said = ConnectionOverrides {
            connect_millis: Some(2_000),
            names_host: Some(false),
            edges: vec!["dublin-ix".into()],
            ..ConnectionOverrides::stubborn(2)
        };
        let url = said.on("https://pm.example.com/status?a=1#old");
        assert_eq!(url, "https://pm.example.com/status?a=1#ct=2000&rc=2&rp=all&sni=n&e=dublin-ix");
        assert_eq!(ConnectionOverrides::of(&url), ("https://pm.example.com/status?a=1", said));
        assert_eq!(ConnectionOverrides::default().on("https://e.com/"), "https://e.com/");
    }

    #[test]
    fn nothing_said_tries_once_more_after_a_failed_connection() {
        let (_, said) = ConnectionOverrides::of("https://e.com/#rc=9&rp=never&e=mars&ct=1&tt=soon&new=1");
        assert_eq!(said, ConnectionOverrides::default());
        let after = |on| said.retries_after(on);
        assert_eq!((after(RetryOn::Connect), after(RetryOn::Read), after(RetryOn::ServerError)), (1, 0, 0));
        assert_eq!((said.connect_millis(), said.read_millis(), said.total_millis()), (5_000, 15_000, 15_000));
        assert_eq!(ConnectionOverrides::of("https://e.com/#rc=3&rp=5xx,rt").1.retries_after(RetryOn::ServerError), 3);
    }

    proptest! {
        #[test]
        fn any_fragment_is_read(url in ".{0,80}") {
            let (url, said) = ConnectionOverrides::of(&url);
            let again = said.on(url);
            prop_assert_eq!(ConnectionOverrides::of(&again), (url, said));
        }
    }
}
