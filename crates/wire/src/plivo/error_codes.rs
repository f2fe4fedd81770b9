//! Why calls end and requests fail: what each cause means to a person, and what helps.
//!
//! Plivo numbers the ends of calls (`HangupCauseCode`) but not the refusals of its API, which carry an HTTP status and a
//! text. The texts here are ours: Plivo's hold numbers, and change. `HangupCause` of webhooks is the network's word and
//! decides nothing.

use super::rest::RestError;
pub use crate::twilio::error_codes::Remedy;

/// How a call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// After an answer, in good order.
    Completed,
    /// After an answer, by a limit that we set.
    CompletedByLimit,
    /// Nobody answered in time.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// The far end said no.
    Rejected,
    /// We took it back before the answer.
    Canceled,
    /// A machine answered, and we had asked to end the call then.
    Machine,
    /// Another leg of the same `<Dial>` was quicker.
    AnsweredElsewhere,
    /// It could not be connected, or broke.
    Failed,
}

/// One cause of the end of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HangupCause {
    /// Plivo's number.
    pub code: u32,
    /// Plivo's name.
    pub name: &'static str,
    /// How the call ended.
    pub outcome: Outcome,
    /// What helps.
    pub remedy: Remedy,
    /// What happened, a sentence without its full stop.
    pub meaning: &'static str,
    /// What to do, a sentence without its full stop.
    pub advice: &'static str,
    /// The SIP code that says the same, if there is one; 0 otherwise.
    sip: u32,
}

impl HangupCause {
    /// Returns meaning and advice in one line.
    pub fn sentence(&self) -> String {
        format!("{}; {}", self.meaning, self.advice)
    }

    /// Returns the SIP code that says the same of a call that was not connected: 486 busy, 603 declined, 608 blocked.
    pub fn sip_code(&self) -> Option<u32> {
        (self.sip != 0).then_some(self.sip)
    }
}

/// Returns what is known of a cause.
pub fn cause(code: u32) -> Option<&'static HangupCause> {
    CAUSES.binary_search_by_key(&code, |cause| cause.code).ok().map(|at| &CAUSES[at])
}

/// Returns all known causes, in order.
pub fn all() -> &'static [HangupCause] {
    CAUSES
}

/// Which document of ours Plivo could not get or run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DocumentSource {
    /// The first one.
    Answer,
    /// What follows a step of a document.
    Action,
    /// What a transfer leads to.
    Transfer,
    /// What a `<Redirect>` leads to.
    Redirect,
}

impl DocumentSource {
    const fn place(self) -> u32 {
        match self {
            Self::Answer => 1,
            Self::Action => 2,
            Self::Transfer => 3,
            Self::Redirect => 4,
        }
    }

    /// Returns the cause of a call whose document could not be fetched.
    pub const fn unreachable(self) -> u32 {
        7010 + self.place()
    }

    /// Returns the cause of a call whose document has an address that is none. The answer's address is checked at the create.
    pub const fn invalid_url(self) -> u32 {
        7020 + self.place()
    }

    /// Returns the cause of a call whose document is to be fetched by neither `GET` nor `POST`.
    pub const fn invalid_method(self) -> u32 {
        7030 + self.place()
    }

    /// Returns the cause of a call whose document is none.
    pub const fn invalid_document(self) -> u32 {
        8010 + self.place()
    }
}

/// A refusal of the API, in words for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// What helps.
    pub remedy: Remedy,
    /// What happened, a sentence without its full stop.
    pub meaning: &'static str,
    /// What to do, a sentence without its full stop.
    pub advice: &'static str,
}

impl Refusal {
    /// Returns meaning and advice in one line.
    pub fn sentence(&self) -> String {
        format!("{}; {}", self.meaning, self.advice)
    }
}

/// Returns what a refusal means: by a text that is known, else by the HTTP status.
pub fn refusal(error: &RestError) -> Refusal {
    let text = error.text().to_ascii_lowercase();
    let known = TEXTS.iter().find(|(part, _)| text.contains(part)).map(|(_, refusal)| *refusal);
    known.unwrap_or_else(|| by_status(error.status))
}

fn by_status(status: u16) -> Refusal {
    let (remedy, meaning, advice) = match status {
        401 => {
            (FixAccount, "Plivo does not accept the credentials", "check the Auth ID and the Auth Token, and that they belong to the same account")
        }
        402 => (FixAccount, "the Plivo account has no credit left", "add credit in the Plivo console, or switch auto recharge on"),
        403 => (
            FixAccount,
            "the Plivo account may not do this",
            "check in the Plivo console that the country is enabled under voice geo permissions and that the account is active",
        ),
        404 => (Nothing, "this does not exist at Plivo", "it is over, or belongs to another account"),
        405 => (Report, "Plivo does not know this method here", "report this"),
        429 => (Wait, "too many requests at once", "wait a moment"),
        500.. => (Wait, "Plivo has a fault of its own", "try again later"),
        _ => (Report, "Plivo refuses this request", "report this, with the request's api_id"),
    };
    Refusal { remedy, meaning, advice }
}

const fn text(part: &'static str, remedy: Remedy, meaning: &'static str, advice: &'static str) -> (&'static str, Refusal) {
    (part, Refusal { remedy, meaning, advice })
}

/// Parts of texts that were seen in replies of Plivo (the third and the last two are our guess), in lower case.
const TEXTS: &[(&str, Refusal)] = &[
    text(
        "compliance application",
        FixAccount,
        "our number may not call yet: its compliance application is not accepted",
        "complete it in the Plivo console under phone numbers, compliance",
    ),
    text("voice capability is currently disabled", FixAccount, "voice is switched off for the Plivo account", "ask Plivo's support to enable it"),
    text("concurrency limit", Wait, "the account has as many calls open as it may", "wait for one to end, or ask Plivo for a higher limit"),
    text("insufficient credit", FixAccount, "the Plivo account has no credit left", "add credit in the Plivo console, or switch auto recharge on"),
    text("parameter is missing", Report, "the request lacks something that Plivo needs", "report this"),
    text("parameter is invalid", Report, "Plivo does not accept a parameter of the request", "report this"),
];

use Outcome::{AnsweredElsewhere, Busy, Canceled, Completed, CompletedByLimit, Failed, Machine, NoAnswer, Rejected};
use Remedy::{FixAccount, FixNumber, FixSettings, Nothing, Report, Wait};

const fn entry(
    code: u32,
    name: &'static str,
    outcome: Outcome,
    remedy: Remedy,
    sip: u32,
    meaning: &'static str,
    advice: &'static str,
) -> HangupCause {
    HangupCause { code, name, outcome, remedy, meaning, advice, sip }
}

const UNREACHABLE: &str = "make it reachable from the internet, with a valid certificate, answering within 15 seconds";
const INVALID_URL: &str = "set the public address to a full https:// address";
const INVALID_DOCUMENT: &str = "check which program answers there: a tunnel's own page or another provider's document ends the call";

/// Codes and names: Plivo's page on hang-up causes, 2026. The capitals of the names from 7022 to 8014 are not verified.
const CAUSES: &[HangupCause] = &[
    entry(0, "Unknown", Failed, Wait, 0, "Plivo does not know why the call ended", "check whether something ended all calls of the account"),
    entry(1000, "Canceled", Canceled, Nothing, 487, "the call was taken back before the answer", "nothing is to be done"),
    entry(
        1010,
        "Canceled (Out Of Credits)",
        Failed,
        FixAccount,
        0,
        "the Plivo account has no credit left",
        "add credit in the Plivo console, or switch auto recharge on",
    ),
    entry(1020, "Canceled (Simultaneous dial limit reached)", Failed, Report, 0, "too many numbers were rung at once", "ring fewer at once"),
    entry(
        2000,
        "Invalid Destination Address",
        Failed,
        FixNumber,
        404,
        "the number to call is not valid",
        "check its digits; it begins with + and the country code",
    ),
    entry(2010, "Destination Out Of Service", Failed, FixNumber, 404, "the line is disconnected", "use another number"),
    entry(2020, "Endpoint Not Registered", Failed, FixNumber, 480, "the SIP phone is not online", "bring it online, or call a phone number"),
    entry(
        2030,
        "Destination Country Barred",
        Failed,
        FixAccount,
        403,
        "the account may not call this country",
        "enable it in the Plivo console under voice geo permissions",
    ),
    entry(
        2040,
        "Destination Number Barred",
        Failed,
        FixNumber,
        403,
        "Plivo does not call this number: it is a premium or a blocked one",
        "use another number",
    ),
    entry(2050, "Destination Prefix Barred", Failed, FixAccount, 403, "the account may not call numbers that begin so", "ask Plivo's support"),
    entry(2060, "Loop Detected", Failed, FixNumber, 482, "the call came back to itself", "do not call our own number"),
    entry(
        2070,
        "Violates Media Anchoring",
        Failed,
        FixAccount,
        403,
        "a rule of India forbids this call: its sound would leave the country",
        "ask Plivo's support about calls in India",
    ),
    entry(3000, "No Answer", NoAnswer, Nothing, 480, "nobody picked up", "try again later"),
    entry(3010, "Busy Line", Busy, Nothing, 486, "the line was busy", "try again in some minutes"),
    entry(3020, "Rejected", Rejected, Nothing, 603, "the callee or their carrier refused the call", "do not try again soon"),
    entry(
        3030,
        "Unknown Caller ID",
        Failed,
        FixSettings,
        403,
        "our number is neither owned nor verified by this account",
        "buy or verify it in the Plivo console, or set another one",
    ),
    entry(
        3040,
        "Forbidden",
        Failed,
        FixSettings,
        403,
        "a carrier on the way refuses calls between these numbers",
        "set another number to call from, or ask Plivo's support",
    ),
    entry(3050, "Unallocated number", Failed, FixNumber, 404, "the number does not exist", "check its digits"),
    entry(3070, "Request timeout", Failed, Wait, 408, "a carrier on the way did not answer", "try again later"),
    entry(3080, "Internal server error from carrier", Failed, Wait, 500, "a carrier on the way has a fault", "try again later"),
    entry(3090, "Network congestion from carrier", Failed, Wait, 503, "the network is full", "try again later"),
    entry(3100, "Busy everywhere", Busy, Nothing, 600, "all lines were busy", "try again later"),
    entry(3110, "Declined", Rejected, Nothing, 603, "the callee declined the call", "do not try again soon"),
    entry(3120, "User does not exist anywhere", Failed, FixNumber, 604, "the number does not exist", "check its digits"),
    entry(
        3130,
        "Spam block",
        Failed,
        FixAccount,
        608,
        "the call was blocked as probable spam",
        "register our number and improve its attestation; calling again makes it worse",
    ),
    entry(
        3140,
        "DNO Caller ID",
        Failed,
        FixSettings,
        403,
        "our number stands on a list of numbers that never call",
        "set another number to call from",
    ),
    entry(4000, "Normal Hangup", Completed, Nothing, 0, "the call ended in good order", "nothing is to be done"),
    entry(
        4010,
        "End Of XML Instructions",
        Completed,
        Nothing,
        0,
        "our document had nothing left to do",
        "if the call ended at once, check that the media socket can be reached from the internet",
    ),
    entry(4020, "Multiparty Call Ended", Completed, Nothing, 0, "the conference ended", "nothing is to be done"),
    entry(4030, "Kicked Out Of Multiparty Call", Completed, Nothing, 0, "we took this leg out of the conference", "nothing is to be done"),
    entry(4240, "sip_auth_failed", Failed, FixSettings, 403, "the SIP phone or trunk has other credentials", "check its user and password"),
    entry(4250, "sip_auth_timeout", Failed, Wait, 408, "the SIP phone or trunk did not finish its login", "try again later"),
    entry(5000, "Network Error", Failed, Wait, 0, "Plivo's network had a fault", "try again later"),
    entry(5010, "Internal Error", Failed, Wait, 500, "Plivo had a fault of its own", "try again later"),
    entry(5020, "Routing Error", Failed, Wait, 0, "Plivo found no way to this number", "try again later, or ask Plivo's support"),
    entry(
        5030,
        "Concurrency Limit Breached",
        Failed,
        Wait,
        0,
        "the account has as many calls open as it may",
        "wait for one to end, or ask Plivo for a higher limit",
    ),
    entry(6000, "Scheduled Hangup", CompletedByLimit, Nothing, 0, "the time limit ended the call", "raise the limit if the talk was cut short"),
    entry(6010, "Ring Timeout Reached", NoAnswer, Nothing, 480, "nobody picked up in time", "try again later, or let it ring longer"),
    entry(6020, "Media Timeout", Failed, Wait, 0, "no sound came for a minute: one side lost its network", "try again later"),
    entry(7011, "Error Reaching Answer URL", Failed, FixSettings, 0, "Plivo asked our public address and got no usable answer", UNREACHABLE),
    entry(
        7012,
        "Error Reaching Action URL",
        Failed,
        FixSettings,
        0,
        "Plivo asked our public address for the next step and got no usable answer",
        UNREACHABLE,
    ),
    entry(
        7013,
        "Error Reaching Transfer URL",
        Failed,
        FixSettings,
        0,
        "Plivo asked our public address where to transfer the call and got no usable answer",
        UNREACHABLE,
    ),
    entry(
        7014,
        "Error Reaching Redirect URL",
        Failed,
        FixSettings,
        0,
        "Plivo asked our public address how to go on and got no usable answer",
        UNREACHABLE,
    ),
    entry(7022, "Invalid Action URL", Failed, FixSettings, 0, "Plivo cannot read the address of the next step", INVALID_URL),
    entry(7023, "Invalid Transfer URL", Failed, FixSettings, 0, "Plivo cannot read the address of the transfer", INVALID_URL),
    entry(7024, "Invalid Redirect URL", Failed, FixSettings, 0, "Plivo cannot read the address to go on with", INVALID_URL),
    entry(7032, "Invalid Method For Action URL", Failed, Report, 0, "the method of the next step is not valid", "report this"),
    entry(7033, "Invalid Method For Transfer URL", Failed, Report, 0, "the method of the transfer is not valid", "report this"),
    entry(7034, "Invalid Method For Redirect URL", Failed, Report, 0, "the method to go on with is not valid", "report this"),
    entry(
        8011,
        "Invalid Answer XML",
        Failed,
        FixSettings,
        0,
        "our public address answered with something that Plivo does not take for a document",
        INVALID_DOCUMENT,
    ),
    entry(
        8012,
        "Invalid Action XML",
        Failed,
        FixSettings,
        0,
        "our public address answered the next step with something that is no document",
        INVALID_DOCUMENT,
    ),
    entry(
        8013,
        "Invalid Transfer XML",
        Failed,
        FixSettings,
        0,
        "our public address answered the transfer with something that is no document",
        INVALID_DOCUMENT,
    ),
    entry(
        8014,
        "Invalid Redirect XML",
        Failed,
        FixSettings,
        0,
        "our public address answered the redirect with something that is no document",
        INVALID_DOCUMENT,
    ),
    entry(9000, "Lost Race", AnsweredElsewhere, Nothing, 0, "another phone that rang at the same time was quicker", "nothing is to be done"),
    entry(9100, "Machine Detected", Machine, Nothing, 0, "a machine answered", "try again later, or leave a message"),
    entry(9110, "Confirm Key Challenge Failed", Rejected, Nothing, 603, "who answered did not press the key to take the call", "try again later"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_reads_as_sentences() {
        assert!(CAUSES.is_sorted_by(|a, b| a.code < b.code));
        for cause in CAUSES {
            assert!(!cause.meaning.ends_with('.') && !cause.advice.ends_with('.'), "{}", cause.code);
            assert!(!cause.meaning.is_empty() && !cause.advice.is_empty(), "{}", cause.code);
        }
        assert_eq!(cause(3010).and_then(HangupCause::sip_code), Some(486));
        assert_eq!((cause(4000).and_then(HangupCause::sip_code), cause(1)), (None, None));
    }

    #[test]
    fn a_refusal_says_what_to_do_and_nothing_of_plivos_text() {
        let read = |status, text: &str| refusal(&RestError::new(status, text));
        assert_eq!(read(400, "answer_url parameter is missing").remedy, Report);
        assert_eq!(read(400, "Voice capability is currently disabled for this account").remedy, FixAccount);
        assert_eq!(read(401, "").remedy, FixAccount);
        assert_eq!(read(404, "call not found").remedy, Nothing);
        assert_eq!((read(429, "").remedy, read(503, "").remedy), (Wait, Wait));
        assert!(!read(400, "14155550100 is bad").sentence().contains("415"));
    }

    #[test]
    fn the_codes_of_documents_are_all_in_the_table() {
        for source in [DocumentSource::Answer, DocumentSource::Action, DocumentSource::Transfer, DocumentSource::Redirect] {
            assert!(cause(source.unreachable()).is_some() && cause(source.invalid_document()).is_some());
            let is_answer = source == DocumentSource::Answer;
            assert_eq!((cause(source.invalid_url()).is_none(), cause(source.invalid_method()).is_none()), (is_answer, is_answer));
        }
    }
}
