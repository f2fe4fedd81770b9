//! Reads and writes the messages of one ConversationRelay socket.

use ports::carrier::{MediaError, RelayCodec, RelayEvent, RelayMessage};
use telephony::CarrierCallId;
use telephony::dtmf::Digit;
use wire::twilio::document::TOKEN_PARAMETER;
use wire::twilio::relay::{FromApp, FromCarrier, Info};

/// The codec of one socket. It keeps nothing: each message stands for itself.
#[derive(Clone, Copy, Default, Debug)]
pub struct TwilioRelayCodec;

impl RelayCodec for TwilioRelayCodec {
    fn read(&mut self, message: &str) -> Result<RelayEvent, MediaError> {
        Ok(match FromCarrier::read(message).map_err(|fault| MediaError { what: fault.what })? {
            FromCarrier::Setup(setup) => {
                RelayEvent::Started { token: setup.parameter(TOKEN_PARAMETER).map(str::to_owned), call: CarrierCallId::new(setup.call_sid) }
            }
            FromCarrier::Prompt { words, is_last, .. } => RelayEvent::Heard { words, is_last },
            FromCarrier::Interrupt { heard, .. } => RelayEvent::Interrupted { heard },
            FromCarrier::Dtmf { digit } => Digit::new(digit).map_or(RelayEvent::Other, RelayEvent::Digit),
            FromCarrier::Info(Info::WeSpeak(are_heard)) => RelayEvent::WeAreHeard(are_heard),
            FromCarrier::Error { .. } => RelayEvent::Refused,
            FromCarrier::Info(_) | FromCarrier::Other { .. } => RelayEvent::Other,
        })
    }

    fn write(&mut self, message: &RelayMessage) -> String {
        match message {
            RelayMessage::Line { text, may_interrupt } => {
                FromApp::Text { token: text.clone(), is_last: true, language: None, interruptible: Some(*may_interrupt), preemptible: None }
            }
            RelayMessage::Press(digits) => FromApp::SendDigits { digits: digits.iter().map(|digit| digit.as_char()).collect() },
            RelayMessage::End => FromApp::End { handoff: None },
        }
        .write()
    }
}

#[cfg(test)]
mod tests {
    use wire::twilio::relay::Setup;

    use super::*;

    fn read(message: &FromCarrier) -> RelayEvent {
        TwilioRelayCodec.read(&message.write()).unwrap()
    }

    #[test]
    fn a_session_presents_its_token() {
        let setup = Setup { session_id: "VX1".into(), call_sid: "CA1".into(), parameters: vec![("token".into(), "once".into())], ..Setup::default() };
        let started = RelayEvent::Started { call: CarrierCallId::new("CA1"), token: Some("once".into()) };
        assert_eq!(read(&FromCarrier::Setup(Box::new(setup))), started);
        assert!(!format!("{started:?}").contains("once"));
    }

    #[test]
    fn what_is_heard_comes_through() {
        let prompt = FromCarrier::Prompt { words: "We close at 9.".into(), language: None, is_last: true };
        assert_eq!(read(&prompt), RelayEvent::Heard { words: "We close at 9.".into(), is_last: true });
        let interrupt = FromCarrier::Interrupt { heard: "Hello, I am".into(), heard_millis: Some(700) };
        assert_eq!(read(&interrupt), RelayEvent::Interrupted { heard: "Hello, I am".into() });
        assert_eq!(read(&FromCarrier::Dtmf { digit: '9' }), RelayEvent::Digit(Digit::new('9').unwrap()));
        assert_eq!(read(&FromCarrier::Info(Info::WeSpeak(false))), RelayEvent::WeAreHeard(false));
        assert_eq!(read(&FromCarrier::Info(Info::RoundTrip(120))), RelayEvent::Other);
        assert!(TwilioRelayCodec.read("[]").is_err());
    }

    #[test]
    fn a_line_is_a_whole_turn() {
        let line = TwilioRelayCodec.write(&RelayMessage::Line { text: "Hello.".into(), may_interrupt: false });
        let read = FromApp::read(&line).unwrap();
        assert_eq!(read, FromApp::Text { token: "Hello.".into(), is_last: true, language: None, interruptible: Some(false), preemptible: None });
    }
}
