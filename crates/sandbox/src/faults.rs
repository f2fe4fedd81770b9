//! Switches that make the network misbehave, as networks do.
//!
//! A [`Rule`] says what goes wrong, for whom, and how often. What concerns a call is decided when the call is created and then
//! stays; [`Faults::add`] reads what stands behind `--fault` and in `POST /sandbox/faults`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use simulator::impairment::Impairment;
use thiserror::Error;

/// Rules that stand at once. More are refused.
const MAX_RULES: usize = 1_000;

/// Calls with faults that are remembered; the oldest are forgotten.
const MAX_CALLS: usize = 10_000;

/// How long a reply is held back that shall not come in time: longer than any client of the carriers waits.
const LONGER_THAN_ANYBODY_WAITS: Duration = Duration::from_secs(120);

/// What can be switched on, for `--help` and for who wrote it wrong.
pub const FAULTS: &str = "create=STATUS (500: refused, nothing rings), create=STATUS-after-acceptance (refused, but it rings), \
create=late:TIME (the reply comes late), create=timeout-after-acceptance (it rings, the reply never comes in time), \
rest=STATUS (429: every request is refused), webhook=lost, webhook=end-lost (only the news of a call's end), webhook=late:TIME, webhook=twice, webhook=reordered, webhook=forged (a false one \
with a wrong signature goes before each), socket=refused, socket=cut:TIME, socket=silent:TIME (it stays open and nothing comes any more), media=jitter:TIME, media=loss:PERCENT%, call=hang-up:TIME \
(the callee, so long after the answer), call=drop:TIME (the line breaks and nobody is told). TIME is 800ms, 3s or 2m";

/// What goes wrong. The default: nothing.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Faults {
    /// What the reply to a create is, in place of the true one.
    pub create: Option<CreateFault>,
    /// The reply to a create comes so much later, though the phone rings at once: the requester's timeout passes.
    pub create_reply_delay: Option<Duration>,
    /// Every request is refused with this HTTP status.
    pub rest: Option<u16>,
    /// What happens to webhooks.
    pub webhook: Option<WebhookFault>,
    /// What happens to media sockets.
    pub socket: Option<SocketFault>,
    /// Messages of sound come by so much unevenly, both ways.
    pub media_jitter: Option<Duration>,
    /// Of a thousand messages of sound so many are lost, both ways.
    pub media_loss_permille: u16,
    /// So long after the answer the line drops: the socket breaks without a goodbye and no webhook tells.
    pub line_drops_after: Option<Duration>,
    /// So long after the answer the callee hangs up, whoever it is.
    pub callee_hangs_up_after: Option<Duration>,
}

/// What a create is answered with, an HTTP status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CreateFault {
    /// And nothing rings.
    Refused(u16),
    /// But it rings.
    RefusedAfterAcceptance(u16),
}

/// What happens to the webhooks of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WebhookFault {
    /// News never arrive; documents are asked for as ever.
    Lost,
    /// All news arrive but those of the call's end.
    EndLost,
    /// Each comes so much later.
    Late(Duration),
    /// Each comes twice.
    Twice,
    /// News come in pairs, the later before the earlier.
    Reordered,
    /// Before each comes another that says that the call has failed, signed with a key that is not the account's.
    Forged,
}

impl WebhookFault {
    /// Returns whether news are lost, of a call's end or of anything else.
    pub(crate) fn loses(self, is_of_the_end: bool) -> bool {
        match self {
            Self::Lost => true,
            Self::EndLost => is_of_the_end,
            Self::Late(_) | Self::Twice | Self::Reordered | Self::Forged => false,
        }
    }
}

/// What happens to the media sockets of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SocketFault {
    /// They cannot be opened.
    Refused,
    /// They break so long after they were opened, without a goodbye.
    Cut(Duration),
    /// So long after they were opened nothing comes to the program any more, though they stay open.
    Silent(Duration),
}

/// Why a fault cannot be switched on.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum FaultError {
    /// There is no such fault.
    #[error("{0:?} is no fault that the practice network knows")]
    Unknown(String),
    /// It is for a number that is written wrong.
    #[error("a rule names no telephone number to apply to")]
    BadNumber,
    /// It is for calls to one number and for requests, which are to none.
    #[error("rest=STATUS concerns every request, so the rule can name no number")]
    NotOfOneCallee,
    /// There are too many rules.
    #[error("more than {MAX_RULES} rules stand already")]
    Full,
}

impl Faults {
    /// Reads faults as they are written on the command line.
    ///
    /// # Errors
    /// The first that is not known.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, FaultError> {
        let mut faults = Self::default();
        for text in texts {
            faults.add(text)?;
        }
        Ok(faults)
    }

    /// Switches one fault on, written like `webhook=late:800ms`.
    ///
    /// # Errors
    /// It is not known.
    pub fn add(&mut self, text: &str) -> Result<(), FaultError> {
        self.read(text).ok_or_else(|| FaultError::Unknown(text.to_owned()))
    }

    fn read(&mut self, text: &str) -> Option<()> {
        let (part, what) = text.trim().split_once('=')?;
        let (kind, amount) = what.split_once(':').map_or((what, None), |(kind, amount)| (kind, Some(amount)));
        match (part, kind, amount) {
            ("create", "timeout-after-acceptance", None) => self.create_reply_delay = Some(LONGER_THAN_ANYBODY_WAITS),
            ("create", "late", Some(time)) => self.create_reply_delay = Some(duration(time)?),
            ("create", status, None) => {
                self.create = Some(match status.strip_suffix("-after-acceptance") {
                    Some(status) => CreateFault::RefusedAfterAcceptance(refusal(status)?),
                    None => CreateFault::Refused(refusal(status)?),
                });
            }
            ("rest", status, None) => self.rest = Some(refusal(status)?),
            ("webhook", "lost", None) => self.webhook = Some(WebhookFault::Lost),
            ("webhook", "end-lost", None) => self.webhook = Some(WebhookFault::EndLost),
            ("webhook", "late", Some(time)) => self.webhook = Some(WebhookFault::Late(duration(time)?)),
            ("webhook", "twice", None) => self.webhook = Some(WebhookFault::Twice),
            ("webhook", "reordered", None) => self.webhook = Some(WebhookFault::Reordered),
            ("webhook", "forged", None) => self.webhook = Some(WebhookFault::Forged),
            ("socket", "refused", None) => self.socket = Some(SocketFault::Refused),
            ("socket", "cut", Some(time)) => self.socket = Some(SocketFault::Cut(duration(time)?)),
            ("socket", "silent", Some(time)) => self.socket = Some(SocketFault::Silent(duration(time)?)),
            ("media", "jitter", Some(time)) => self.media_jitter = Some(duration(time)?),
            ("media", "loss", Some(share)) => self.media_loss_permille = permille(share)?,
            ("call", "hang-up", Some(time)) => self.callee_hangs_up_after = Some(duration(time)?),
            ("call", "drop", Some(time)) => self.line_drops_after = Some(duration(time)?),
            _ => return None,
        }
        Some(())
    }

    /// Returns the faults as they are written.
    pub fn names(&self) -> Vec<String> {
        let ms = |time: Duration| format!("{}ms", time.as_millis());
        let create = self.create.map(|fault| match fault {
            CreateFault::Refused(status) => format!("create={status}"),
            CreateFault::RefusedAfterAcceptance(status) => format!("create={status}-after-acceptance"),
        });
        let webhook = self.webhook.map(|fault| match fault {
            WebhookFault::Lost => "webhook=lost".to_owned(),
            WebhookFault::EndLost => "webhook=end-lost".to_owned(),
            WebhookFault::Late(time) => format!("webhook=late:{}", ms(time)),
            WebhookFault::Twice => "webhook=twice".to_owned(),
            WebhookFault::Reordered => "webhook=reordered".to_owned(),
            WebhookFault::Forged => "webhook=forged".to_owned(),
        });
        let socket = self.socket.map(|fault| match fault {
            SocketFault::Refused => "socket=refused".to_owned(),
            SocketFault::Cut(time) => format!("socket=cut:{}", ms(time)),
            SocketFault::Silent(time) => format!("socket=silent:{}", ms(time)),
        });
        let reply = self.create_reply_delay.map(|delay| match delay {
            LONGER_THAN_ANYBODY_WAITS => "create=timeout-after-acceptance".to_owned(),
            delay => format!("create=late:{}", ms(delay)),
        });
        let tenths = self.media_loss_permille;
        [
            create,
            reply,
            self.rest.map(|status| format!("rest={status}")),
            webhook,
            socket,
            self.media_jitter.map(|time| format!("media=jitter:{}", ms(time))),
            (tenths > 0).then(|| format!("media=loss:{}.{}%", tenths / 10, tenths % 10)),
            self.callee_hangs_up_after.map(|time| format!("call=hang-up:{}", ms(time))),
            self.line_drops_after.map(|time| format!("call=drop:{}", ms(time))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Returns how bad the way of the sound is; `None` if it is perfect.
    pub(crate) fn media(&self) -> Option<Impairment> {
        let impairment =
            Impairment { lost_permille: self.media_loss_permille, jitter: self.media_jitter.unwrap_or_default(), ..Impairment::default() };
        (impairment != Impairment::default()).then_some(impairment)
    }

    /// Takes over what another set says.
    fn take_over(&mut self, other: &Self) {
        self.create = other.create.or(self.create);
        self.create_reply_delay = other.create_reply_delay.or(self.create_reply_delay);
        self.rest = other.rest.or(self.rest);
        self.webhook = other.webhook.or(self.webhook);
        self.socket = other.socket.or(self.socket);
        self.media_jitter = other.media_jitter.or(self.media_jitter);
        self.media_loss_permille = if other.media_loss_permille > 0 { other.media_loss_permille } else { self.media_loss_permille };
        self.line_drops_after = other.line_drops_after.or(self.line_drops_after);
        self.callee_hangs_up_after = other.callee_hangs_up_after.or(self.callee_hangs_up_after);
    }
}

/// The longest time of a fault: that of the longest call.
const LONGEST: u64 = 24 * 3_600_000;

fn duration(text: &str) -> Option<Duration> {
    let number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u64>().ok()).flatten();
    let ms = match (text.strip_suffix("ms"), text.strip_suffix('s'), text.strip_suffix('m')) {
        (Some(digits), ..) => number(digits)?,
        (_, Some(digits), _) => number(digits)?.checked_mul(1_000)?,
        (.., Some(digits)) => number(digits)?.checked_mul(60_000)?,
        _ => return None,
    };
    (ms <= LONGEST).then(|| Duration::from_millis(ms))
}

/// Reads `2%` or `0.5%` as twenty or five in a thousand.
fn permille(text: &str) -> Option<u16> {
    let share = text.strip_suffix('%')?;
    let (whole, tenth) = share.split_once('.').unwrap_or((share, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(tenth) || tenth.len() > 1 {
        return None;
    }
    let permille = whole.parse::<u16>().ok()?.checked_mul(10)?.checked_add(tenth.parse().ok()?)?;
    (1..=1_000).contains(&permille).then_some(permille)
}

fn refusal(text: &str) -> Option<u16> {
    text.parse().ok().filter(|status| (400..600).contains(status))
}

/// What goes wrong, for whom, how often.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What.
    pub faults: Faults,
    /// Only calls to this number; `None`: all.
    pub to: Option<String>,
    /// Only the next so many calls, or requests if it refuses those; `None`: from now on.
    pub times: Option<u32>,
}

impl Rule {
    /// Returns whether `times` counts requests rather than calls.
    const fn counts_requests(&self) -> bool {
        self.faults.rest.is_some()
    }
}

/// The switches of a sandbox, shared.
#[derive(Clone, Default, Debug)]
pub struct FaultSwitches(Arc<Mutex<Switches>>);

#[derive(Default, Debug)]
struct Switches {
    /// A later one goes before an earlier one.
    rules: Vec<Rule>,
    /// What was decided for calls, oldest first.
    calls: VecDeque<(String, Faults)>,
}

impl FaultSwitches {
    /// Sets them all, for every call from now on.
    pub fn set(&self, faults: Faults) {
        let rule = (faults != Faults::default()).then_some(Rule { faults, to: None, times: None });
        self.with(|switches| switches.rules = rule.into_iter().collect());
    }

    /// Adds a rule to those that stand.
    ///
    /// # Errors
    /// There are too many, or it contradicts itself.
    pub fn add(&self, rule: Rule) -> Result<(), FaultError> {
        self.with(|switches| {
            if rule.faults.rest.is_some() && rule.to.is_some() {
                return Err(FaultError::NotOfOneCallee);
            }
            if switches.rules.len() >= MAX_RULES {
                return Err(FaultError::Full);
            }
            switches.rules.push(rule);
            Ok(())
        })
    }

    /// Takes all rules away. Calls that run keep what was decided for them.
    pub fn clear(&self) {
        self.with(|switches| switches.rules.clear());
    }

    /// Returns the rules that stand.
    pub fn rules(&self) -> Vec<Rule> {
        self.with(|switches| switches.rules.clone())
    }

    /// Decides what goes wrong with a new call to a number, and counts it.
    pub(crate) fn decide(&self, to: &str) -> Faults {
        let concerns = |rule: &Rule| rule.to.as_deref().is_none_or(|number| number == to);
        Faults { rest: None, ..self.with(|switches| switches.take(concerns, |rule| !rule.counts_requests())) }
    }

    /// Decides what goes wrong with a request, and counts it.
    pub(crate) fn decide_request(&self) -> Option<u16> {
        self.with(|switches| switches.take(Rule::counts_requests, Rule::counts_requests).rest)
    }

    /// Remembers what was decided for a call.
    pub(crate) fn assign(&self, call_sid: &str, faults: Faults) {
        if faults == Faults::default() {
            return;
        }
        self.with(|switches| {
            if switches.calls.len() >= MAX_CALLS {
                switches.calls.pop_front();
            }
            switches.calls.push_back((call_sid.to_owned(), faults));
        });
    }

    /// Returns what was decided for a call.
    pub(crate) fn of_call(&self, call_sid: &str) -> Faults {
        self.with(|switches| switches.calls.iter().rev().find(|(sid, _)| sid == call_sid).map(|(_, faults)| faults.clone()).unwrap_or_default())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Switches) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Switches {
    fn take(&mut self, concerns: impl Fn(&Rule) -> bool, counts: impl Fn(&Rule) -> bool) -> Faults {
        let mut faults = Faults::default();
        for rule in self.rules.iter_mut().filter(|rule| concerns(rule)) {
            faults.take_over(&rule.faults);
            if counts(rule) {
                rule.times = rule.times.map(|times| times.saturating_sub(1));
            }
        }
        self.rules.retain(|rule| rule.times != Some(0));
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_written_as_it_is_read() {
        for text in [
            "create=500",
            "create=502-after-acceptance",
            "create=timeout-after-acceptance",
            "create=late:2500ms",
            "rest=429",
            "webhook=lost",
            "webhook=end-lost",
            "webhook=late:800ms",
            "webhook=twice",
            "webhook=reordered",
            "webhook=forged",
            "socket=refused",
            "socket=cut:2000ms",
            "socket=silent:5000ms",
            "media=jitter:40ms",
            "media=loss:2.0%",
            "call=hang-up:3000ms",
            "call=drop:60000ms",
        ] {
            assert_eq!(Faults::parse([text]).unwrap().names(), [text]);
        }
        assert_eq!(Faults::parse(["socket=cut:2s"]), Faults::parse(["socket=cut:2000ms"]));
        assert_eq!(Faults::parse(["media=loss:2%"]), Faults::parse(["media=loss:2.0%"]));
        assert_eq!(Faults::parse(["call=drop:1m", "rest=503"]).unwrap().names(), ["rest=503", "call=drop:60000ms"]);
    }

    #[test]
    fn what_is_no_fault_is_named() {
        for text in [
            "",
            "create",
            "create=200",
            "create=abc",
            "webhook=late",
            "webhook=late:-1s",
            "media=loss:101%",
            "media=loss:0%",
            "call=hang-up:3h",
            "x=y",
        ] {
            assert_eq!(Faults::parse([text]), Err(FaultError::Unknown(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_rule_counts_and_a_later_one_goes_before() {
        let switches = FaultSwitches::default();
        let rule = |text: &str, to: Option<&str>, times| Rule { faults: Faults::parse([text]).unwrap(), to: to.map(str::to_owned), times };
        switches.add(rule("webhook=lost", None, None)).unwrap();
        switches.add(rule("webhook=twice", Some("+1"), Some(1))).unwrap();
        switches.add(rule("rest=429", None, Some(2))).unwrap();
        assert_eq!(switches.decide("+2").names(), ["webhook=lost"]);
        assert_eq!(switches.decide("+1").names(), ["webhook=twice"]);
        assert_eq!(switches.decide("+1").names(), ["webhook=lost"]);
        assert_eq!([switches.decide_request(), switches.decide_request(), switches.decide_request()], [Some(429), Some(429), None]);
        switches.clear();
        assert_eq!((switches.decide("+1"), switches.rules()), (Faults::default(), Vec::new()));
        switches.set(Faults::parse(["rest=503", "webhook=lost"]).unwrap());
        assert_eq!((switches.decide_request(), switches.decide("+1").webhook), (Some(503), Some(WebhookFault::Lost)));
        assert_eq!(switches.add(rule("rest=429", Some("+1"), None)), Err(FaultError::NotOfOneCallee));
    }
}
