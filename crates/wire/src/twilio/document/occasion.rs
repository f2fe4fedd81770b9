//! When a document is asked for: not every verb has a meaning on every occasion.

use super::{ConnectTo, DialTo, Document, Target, Verb};

/// What a document is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occasion {
    /// An incoming call that has not been answered: the only one that can be rejected.
    Incoming,
    /// A call that goes on.
    Call,
    /// A call that goes on, its document sent along with a request: there is no address that others are relative to.
    Inline,
    /// Somebody waits in a queue.
    QueueWait,
    /// Somebody waits for a conference, is on hold there, or hears an announcement.
    ConferenceWait,
    /// The one who was rung hears something before being connected.
    Whisper,
}

/// A verb that has no meaning on an occasion.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Misplaced {
    /// Which one, counted from 0.
    pub verb: usize,
    /// Why.
    pub what: &'static str,
}

impl Document {
    /// Returns the verbs that have no meaning on this occasion.
    pub fn misplaced(&self, occasion: Occasion) -> Vec<Misplaced> {
        let wrong = |(at, verb): (usize, &Verb)| reason(verb, at, occasion).map(|what| Misplaced { verb: at, what });
        self.verbs.iter().enumerate().filter_map(wrong).collect()
    }
}

fn reason(verb: &Verb, at: usize, occasion: Occasion) -> Option<&'static str> {
    let waits = matches!(verb, Verb::Say(_) | Verb::Play(_) | Verb::Pause { .. } | Verb::Redirect { .. });
    match (occasion, verb) {
        (Occasion::Incoming, Verb::Reject { .. }) if at == 0 => None,
        (_, Verb::Reject { .. }) => Some("only the first verb of an incoming call can reject it"),
        (Occasion::QueueWait, Verb::Gather(_) | Verb::Hangup | Verb::Leave) => None,
        (_, Verb::Leave) => Some("only somebody who waits in a queue can leave it"),
        (Occasion::QueueWait | Occasion::ConferenceWait, _) if !waits => Some("this cannot be done while somebody waits"),
        (Occasion::Whisper, Verb::Dial(_) | Verb::Enqueue(_)) => Some("who is about to be connected cannot be connected elsewhere"),
        (Occasion::Inline, verb) if has_relative_address(verb) => Some("an inline document has no address that another could be relative to"),
        _ => None,
    }
}

fn has_relative_address(verb: &Verb) -> bool {
    let is_relative = |url: &str| !url.is_empty() && !url.contains("://");
    let any = |urls: &[Option<&str>]| urls.iter().flatten().any(|url| is_relative(url));
    match verb {
        Verb::Play(play) => any(&[play.url.as_deref()]),
        // Without an action the document itself is asked for again, and an inline one cannot be.
        Verb::Gather(gather) => gather.action.as_deref().is_none_or(is_relative) || any(&[gather.partial_result_callback.as_deref()]),
        Verb::Record(record) => {
            record.action.as_deref().is_none_or(is_relative) || any(&[record.status_callback.as_deref(), record.transcribe_callback.as_deref()])
        }
        Verb::Dial(dial) => {
            let inner = match &dial.to {
                DialTo::Conference(conference) => any(&[conference.wait_url.as_deref(), conference.status_callback.as_deref()]),
                DialTo::Queue(queue) => any(&[queue.url.as_deref()]),
                DialTo::Targets(targets) => targets.iter().any(|target| match target {
                    Target::Number(number) => any(&[number.url.as_deref(), number.status_callback.as_deref(), number.amd_status_callback.as_deref()]),
                    Target::Client(client) => any(&[client.url.as_deref(), client.status_callback.as_deref()]),
                    Target::Sip(sip) => any(&[sip.url.as_deref(), sip.status_callback.as_deref(), sip.amd_status_callback.as_deref()]),
                    Target::Other(_) => false,
                }),
                DialTo::Plain(_) => false,
            };
            inner || any(&[dial.action.as_deref(), dial.recording_status_callback.as_deref(), dial.refer_url.as_deref()])
        }
        Verb::Enqueue(enqueue) => any(&[enqueue.action.as_deref(), enqueue.wait_url.as_deref()]),
        Verb::Connect(connect) => {
            let status = match &connect.to {
                ConnectTo::Stream(stream) => stream.status_callback.as_deref(),
                ConnectTo::Relay(_) | ConnectTo::Other(_) => None,
            };
            any(&[connect.action.as_deref(), status])
        }
        Verb::Refer(refer) => any(&[refer.action.as_deref()]),
        Verb::Redirect { url, .. } => url.is_empty() || is_relative(url),
        Verb::Say(_) | Verb::Pause { .. } | Verb::Start(_) | Verb::Stop(_) | Verb::Leave | Verb::Reject { .. } | Verb::Hangup | Verb::Other(_) => {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Conference, Dial, Gather, Say};
    use super::*;

    fn misplaced(verbs: Vec<Verb>, occasion: Occasion) -> Vec<usize> {
        Document { verbs }.misplaced(occasion).into_iter().map(|misplaced| misplaced.verb).collect()
    }

    #[test]
    fn a_call_is_rejected_first_or_never() {
        let verbs = || vec![Verb::Reject { busy: true }, Verb::Say(Say::plain("x")), Verb::Reject { busy: true }];
        assert_eq!(misplaced(verbs(), Occasion::Incoming), [2]);
        assert_eq!(misplaced(verbs(), Occasion::Call), [0, 2]);
    }

    #[test]
    fn who_waits_can_listen_press_keys_and_leave() {
        let verbs = || vec![Verb::Say(Say::plain("x")), Verb::Gather(Box::default()), Verb::Leave, Verb::Dial(Box::new(Dial::number("+1")))];
        assert_eq!(misplaced(verbs(), Occasion::QueueWait), [3]);
        assert_eq!(misplaced(verbs(), Occasion::ConferenceWait), [1, 2, 3]);
        assert_eq!(misplaced(verbs(), Occasion::Whisper), [2, 3]);
    }

    #[test]
    fn an_inline_document_needs_full_addresses() {
        let gather = Gather { action: Some("https://pm.example.com/g".into()), ..Gather::default() };
        let dial = Dial::conference(Conference { wait_url: Some("/music".into()), ..Conference::new("room") });
        let verbs = vec![Verb::Gather(Box::new(gather)), Verb::Gather(Box::default()), Verb::Dial(Box::new(dial)), Verb::Hangup];
        assert_eq!(misplaced(verbs.clone(), Occasion::Inline), [1, 2]);
        assert_eq!(misplaced(verbs, Occasion::Call), [0_usize; 0]);
    }
}
