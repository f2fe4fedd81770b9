//! The account with a phone provider: who we are there, what we own, what we may do, what it costs.
//!
//! For checks before the first call (`doctor`, `setup`), never on the way of a call. Nothing here rings a telephone. What a
//! provider lacks it says in [`AccountAbilities`]; what it does not tell this caller is `None`, which means "not known" and
//! never "no".

use std::time::Duration;

use async_trait::async_trait;
use telephony::cost::Micros;
use telephony::{PhoneNumber, Timestamp};
use thiserror::Error;

use crate::carrier::CarrierError;

/// Shows and arranges an account.
#[async_trait]
pub trait CarrierAccount: Send + Sync {
    /// Returns the provider's name for people and records: `twilio`.
    fn name(&self) -> &'static str;

    /// Returns what can be asked of the account at all.
    fn abilities(&self) -> AccountAbilities;

    /// Checks how the credentials are written, without asking anybody.
    ///
    /// # Errors
    /// What is not written as the provider writes it.
    fn check_form(&self) -> Result<(), BadForm>;

    /// Asks who we are. The cheapest way to know whether the account's own secret is right.
    ///
    /// # Errors
    /// [`CarrierError::Unauthorized`] if it is wrong.
    async fn identity(&self) -> Result<Identity, CarrierError>;

    /// Asks whether the key that signs requests in place of the account's own secret is right; `None` if there is none.
    ///
    /// # Errors
    /// [`CarrierError::Unauthorized`] if it is wrong.
    async fn check_key(&self) -> Result<Option<()>, CarrierError>;

    /// Returns the numbers that the account owns, the first thousand.
    async fn numbers(&self) -> Result<Vec<OwnedNumber>, CarrierError>;

    /// Returns one of them, or `None` if the account does not own it.
    async fn number(&self, number: &PhoneNumber) -> Result<Option<OwnedNumber>, CarrierError>;

    /// Sets where the calls that come in to a number go, where if that fails, and where their end is told. All addresses must be
    /// absolute.
    async fn set_webhooks(&self, number: &OwnedNumber, voice: &str, fallback: &str, status: &str) -> Result<(), CarrierError>;

    /// Returns whether a number that is not the account's own was proved to be ours, so that callees may see it.
    async fn is_proved(&self, number: &PhoneNumber) -> Result<Option<bool>, CarrierError>;

    /// Returns what is left on the account.
    async fn balance(&self) -> Result<Option<Balance>, CarrierError>;

    /// Returns what the account may call in a country, by its two ISO letters.
    async fn dialing(&self, region: &str) -> Result<Option<DialingPermission>, CarrierError>;

    /// Returns what a begun minute of a call between these numbers costs this account.
    async fn price(&self, from: &PhoneNumber, to: &PhoneNumber) -> Result<Option<Price>, CarrierError>;

    /// Returns what this month has cost so far, all of it.
    async fn spent_this_month(&self) -> Result<Option<Price>, CarrierError>;

    /// Tries what the provider documents for credentials that are only for tests. Nothing rings and nothing costs: with live
    /// credentials not one create is sent.
    ///
    /// # Errors
    /// [`TestError::Live`] for live credentials, [`TestError::None`] where there is no such thing.
    async fn try_test_credentials(&self) -> Result<Vec<TestCase>, TestError>;

    /// Returns news of a call as the provider would send them to this address, with its signature; `None` where only the
    /// provider can sign. What verifies them is right, what refuses them is not, and the call they tell of does not exist.
    fn sample_webhook(&self, url: &str) -> Option<SampleRequest>;

    /// Returns the signature headers of a media socket's handshake with this address (`ws` or `wss`); `None` as above.
    fn sample_handshake(&self, url: &str) -> Option<Vec<(String, String)>>;

    /// Explains a code of the provider.
    fn explain(&self, code: u32) -> Explanation;
}

/// What can be asked of the account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AccountAbilities {
    /// Numbers of others can be proved and shown.
    pub proved_numbers: bool,
    /// What is left can be asked.
    pub balance: bool,
    /// Which countries may be called can be asked.
    pub permissions: bool,
    /// The account's own prices can be asked.
    pub prices: bool,
    /// Where calls that come in go can be read and set.
    pub webhooks: bool,
    /// There are credentials that are only for tests.
    pub test_credentials: bool,
    /// The longest ringing that the provider allows.
    pub longest_ringing: Duration,
    /// The longest call that the provider allows without being asked.
    pub longest_call: Duration,
}

/// Credentials are not written as the provider writes them.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{what}")]
pub struct BadForm {
    /// What is wrong, a clause; holds no secret.
    pub what: String,
    /// Whether requests cannot succeed, or it is only unusual.
    pub is_certain: bool,
}

/// Who we are at the provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// Whether the account is neither suspended nor closed.
    pub is_active: Option<bool>,
    /// Whether it is on trial.
    pub trial: Option<Trial>,
    /// What the provider's clock shows, to whole seconds.
    pub provider_time: Option<Timestamp>,
}

/// Whether an account is on trial, and what that forbids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trial {
    /// It is not.
    No,
    /// It is.
    Yes {
        /// Calls end after this time.
        longest_call: Duration,
        /// What else holds, a sentence without its full stop.
        limits: &'static str,
    },
}

/// A number of the account.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedNumber {
    /// The provider's name for it.
    pub id: String,
    /// The number.
    pub number: PhoneNumber,
    /// Whether it can speak.
    pub has_voice: Option<bool>,
    /// Where calls that come in ask what to do; empty if nowhere.
    pub voice_url: String,
    /// Where their end is told; empty if nowhere.
    pub status_url: String,
    /// What takes its calls in place of these addresses, in a word: `application`, `trunk`.
    pub taken_by: Option<&'static str>,
}

/// Numbers are private.
impl std::fmt::Debug for OwnedNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnedNumber").field("id", &self.id).field("has_voice", &self.has_voice).finish_non_exhaustive()
    }
}

/// What is left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Balance {
    /// Millionths of the currency unit; negative for what is owed.
    pub micros: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// What something costs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Price {
    /// How much.
    pub amount: Micros,
    /// ISO 4217 code.
    pub currency: String,
}

/// What an account may call in a country.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DialingPermission {
    /// Ordinary numbers.
    pub ordinary: Option<bool>,
    /// Special services.
    pub special: Option<bool>,
}

/// One thing that a provider documents for test credentials, and what came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestCase {
    /// What was tried, a clause without numbers of people: the magic numbers are nobody's.
    pub what: String,
    /// The code that it is refused with by the documents; `None` if it is accepted.
    pub expected: Option<u32>,
    /// What came.
    pub found: Option<u32>,
}

impl TestCase {
    /// Returns whether it came as documented.
    pub fn is_as_documented(&self) -> bool {
        self.expected == self.found
    }
}

/// Why test credentials could not be tried.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum TestError {
    /// They are live ones, so nothing was tried with them.
    #[error("these are live credentials, so nothing was tried with them")]
    Live,
    /// The provider has none.
    #[error("this phone provider has no test credentials")]
    None,
    /// No answer, or they are wrong.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
}

/// A request as the provider would send it.
#[derive(Clone, PartialEq, Eq)]
pub struct SampleRequest {
    /// Headers, content type and signature among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What a code of the provider means to a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The complaint that people know it by, if it has a name.
    pub name: Option<&'static str>,
    /// What happened and what to do, a sentence without its full stop.
    pub sentence: String,
}
