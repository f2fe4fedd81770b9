//! A phone provider, in small traits: [`Carrier`] dials and ends, [`CarrierRoom`] changes who talks with whom, [`Callbacks`] verifies,
//! reads and answers what the provider sends to us, [`MediaCodec`] and [`RelayCodec`] read and write the messages of its sockets.
//!
//! What a provider lacks it says in [`Abilities`]; nobody asks it by name.

mod relay;
mod webhook;

use std::time::Duration;

pub use assistant::operator::OperatorGrant;
pub use assistant::policy::Cleared;
pub use assistant::task::Line;
pub use telephony::plan::ConversationMode;

pub use crate::carrier_room::{Announcement, CarrierRoom, MemberChange};

pub use self::relay::{RelayCodec, RelayEvent, RelayMessage};
pub use self::webhook::{CallbackError, CarrierEvent, CarrierNews, ForwardEnd, MachineVerdict, QueueEnd, RecordingState, WebhookRequest};

use async_trait::async_trait;
use telephony::cost::Micros;
use telephony::dtmf::Digit;
use telephony::leg::LegState;
use telephony::plan::Plan;
use telephony::{AttemptId, CarrierCallId, CarrierRecordingId, PhoneNumber, Private, Timestamp};
use thiserror::Error;

/// Dials, ends, and tells the truth about calls.
#[async_trait]
pub trait Carrier: CarrierRoom {
    /// Returns the provider's name for people and records: `twilio`.
    fn name(&self) -> &'static str;

    /// Returns what the provider can do.
    fn abilities(&self) -> Abilities;

    /// Asks the provider to dial. At most one request leaves this process, whatever happens.
    ///
    /// # Errors
    /// [`CarrierError::Unreachable`] means that no byte of the request was sent; [`CarrierError::Unclear`] that the phone
    /// may be ringing: ask [`Carrier::find_calls`] and never dial again by machine.
    ///
    /// # Leave to dial
    /// There is no other way to a callee's telephone, and the leave is used up:
    ///
    /// ```
    /// # use {assistant::policy::Cleared, ports::carrier::{CallRequest, Carrier}};
    /// async fn once(carrier: &dyn Carrier, leave: Cleared, request: &CallRequest) {
    ///     let _ = carrier.place_call(leave, request).await;
    /// }
    /// ```
    ///
    /// ```compile_fail
    /// # use {assistant::policy::Cleared, ports::carrier::{CallRequest, Carrier}};
    /// async fn twice(carrier: &dyn Carrier, leave: Cleared, request: &CallRequest) {
    ///     let _ = carrier.place_call(leave, request).await;
    ///     let _ = carrier.place_call(leave, request).await;
    /// }
    /// ```
    ///
    /// ```compile_fail
    /// # use {assistant::policy::Cleared, ports::carrier::{CallRequest, Carrier}};
    /// async fn without(carrier: &dyn Carrier, request: &CallRequest) {
    ///     let _ = carrier.place_call(request).await;
    /// }
    /// ```
    async fn place_call(&self, cleared: Cleared, request: &CallRequest) -> Result<CarrierCall, CarrierError>;

    /// Rings the user's own telephone, so that they can take a call over. At most one request leaves this process.
    ///
    /// # Errors
    /// As [`Carrier::place_call`]; [`CarrierError::Unclear`] is left alone: the user's telephone rings, or it does not.
    async fn call_operator(&self, grant: OperatorGrant, request: &CallRequest) -> Result<CarrierCall, CarrierError>;

    /// Ends a call in whatever state it is. Ending a call that has ended is no error.
    async fn end_call(&self, call: &CarrierCallId) -> Result<(), CarrierError>;

    /// Returns the provider's present view of a call, or `None` if it knows no such call: one that was picked up is over then.
    async fn fetch_call(&self, call: &CarrierCallId) -> Result<Option<CarrierCall>, CarrierError>;

    /// Returns the calls between these numbers that were made since `since`, newest first.
    async fn find_calls(&self, from: &PhoneNumber, to: &PhoneNumber, since: Timestamp) -> Result<Vec<CarrierCall>, CarrierError>;

    /// Returns the calls from a number of ours that live or wait at the provider now, whoever asked for them, and whom each rings.
    async fn live_calls(&self, from: &PhoneNumber) -> Result<Vec<LiveLeg>, CarrierError>;

    /// Has a live call ask `url` at once for its next plan, whatever it is doing.
    async fn redirect_call(&self, call: &CarrierCallId, url: &str) -> Result<(), CarrierError>;

    /// Sends a text message from a number of ours to the user's own telephone. At most one request leaves this process.
    ///
    /// # Errors
    /// [`CarrierError::Unclear`]: it may have been sent.
    async fn send_text(&self, from: &PhoneNumber, to: &PhoneNumber, text: &Private<String>) -> Result<(), CarrierError>;

    /// Returns the recordings that the provider has made of a call, or is making, for whoever waits in vain to be told.
    async fn find_recordings(&self, call: &CarrierCallId) -> Result<Vec<(CarrierRecordingId, RecordingState)>, CarrierError>;

    /// Returns the bytes of a finished recording, a WAV file.
    async fn fetch_recording(&self, recording: &CarrierRecordingId) -> Result<Vec<u8>, CarrierError>;

    /// Pauses the recording that the provider makes of a live call: what is said from now on is silence there, so that seconds
    /// of the recording stay seconds of the call.
    async fn pause_recording(&self, call: &CarrierCallId) -> Result<(), CarrierError>;

    /// Goes on with a recording that was paused.
    async fn resume_recording(&self, call: &CarrierCallId) -> Result<(), CarrierError>;

    /// Deletes a recording at the provider for good. Deleting one that is gone is no error.
    async fn delete_recording(&self, recording: &CarrierRecordingId) -> Result<(), CarrierError>;
}

/// What a provider can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Abilities {
    /// It streams the call's audio both ways over a socket.
    pub media_stream: bool,
    /// It hears and speaks by itself and streams texts both ways over a socket.
    pub text_relay: bool,
    /// It tells who answered if asked: a machine at least; some tell persons and the beep as well.
    pub machine_detection: bool,
    /// It waits for a voicemail's beep within a document ([`Verb::AwaitBeep`](telephony::plan::Verb::AwaitBeep)), where its news of machines
    /// do not tell the beep.
    pub waits_for_beeps: bool,
    /// It lines callers up in queues; if not, our reception keeps the line and leads callers into rooms.
    pub queues: bool,
    /// For how long after a request without a clear answer a call may still come into its lists. Nobody says that there is none before.
    pub lists_within: Duration,
}

impl Abilities {
    /// Returns the wished way to hold a conversation, or what every provider can do in its place.
    pub fn mode_for(&self, wished: ConversationMode) -> ConversationMode {
        match wished {
            ConversationMode::MediaStream if self.media_stream => wished,
            ConversationMode::TextRelay if self.text_relay => wished,
            ConversationMode::MediaStream | ConversationMode::TextRelay | ConversationMode::SpokenTurns => ConversationMode::SpokenTurns,
        }
    }
}

/// All that a provider must know to place one call.
#[derive(Clone, Debug)]
pub struct CallRequest {
    /// The attempt; part of both addresses below.
    pub attempt: AttemptId,
    /// Whom to ring.
    pub to: PhoneNumber,
    /// Our number.
    pub from: PhoneNumber,
    /// Where the provider asks what to do once the call is answered.
    pub answer_url: String,
    /// Where the provider asks if its question, or what we answered, has failed.
    pub fallback_url: String,
    /// Where the provider reports the leg's states.
    pub status_url: String,
    /// How long it may ring. Whole seconds, 5 to 600.
    pub ring_timeout: Duration,
    /// When the provider itself ends the call, whatever we do. Whole seconds.
    pub time_limit: Duration,
    /// Where the provider reports whether a person or a machine answered, beside the conversation; `None`: we hear that ourselves.
    pub machine_url: Option<String>,
}

/// The provider's view of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CarrierCall {
    /// Its name at the provider.
    pub id: CarrierCallId,
    /// State of the leg.
    pub state: LegState,
    /// When the provider began to dial, if it says so.
    pub started_at: Option<Timestamp>,
    /// Length of the answered part, if ended.
    pub duration: Option<Duration>,
    /// The price, once the provider has settled it: µ of `currency`.
    pub price: Option<(Micros, String)>,
}

/// A call that lives at the provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiveLeg {
    /// The call.
    pub call: CarrierCall,
    /// Whom it rings.
    pub to: PhoneNumber,
    /// When it was asked for, if the provider says so.
    pub made_at: Option<Timestamp>,
}

/// Why the provider did not do what we asked, sorted by what helps.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CarrierError {
    /// The credentials are wrong or lack a right. Fix the settings; nothing was done.
    #[error("{carrier} does not accept the credentials (code {code})")]
    Unauthorized {
        /// Who.
        carrier: &'static str,
        /// The provider's own code, or the HTTP status.
        code: u32,
    },
    /// The provider refuses this request for good. Nothing was done; the code says why.
    #[error("{carrier} refused the request (code {code}): {message}")]
    Rejected {
        /// Who.
        carrier: &'static str,
        /// The provider's own code, or the HTTP status.
        code: u32,
        /// A sentence a person understands, with what to do; made by us from the code.
        message: String,
    },
    /// Too many requests; nothing was done. Wait this long.
    #[error("{carrier} asks to wait before the next request")]
    Throttled {
        /// Who.
        carrier: &'static str,
        /// How long, if it said so.
        wait: Option<Duration>,
    },
    /// No connection, so no byte of the request was sent. May be tried again.
    #[error("{carrier} cannot be reached")]
    Unreachable {
        /// Who.
        carrier: &'static str,
    },
    /// The request may or may not have been carried out, e.g. the reply timed out.
    ///
    /// The phone may be ringing. Find out first.
    #[error("no clear answer from {carrier}")]
    Unclear {
        /// Who.
        carrier: &'static str,
    },
}

/// Verifies, reads and answers what a provider sends over HTTP.
pub trait Callbacks: Send + Sync {
    /// Checks the signature of a webhook and reads it.
    ///
    /// # Errors
    /// [`CallbackError::Forged`] before anything else is looked at.
    fn read(&self, request: &WebhookRequest<'_>) -> Result<CarrierEvent, CallbackError>;

    /// Checks the signature of a webhook that is about no call, so that there is nothing to read in it.
    ///
    /// # Errors
    /// [`CallbackError::Forged`].
    fn verify(&self, request: &WebhookRequest<'_>) -> Result<(), CallbackError>;

    /// Checks the signature of a media socket's handshake; `url` is the public address with `ws` or `wss`.
    fn verify_socket(&self, url: &str, header: &dyn Fn(&str) -> Option<String>) -> Result<(), CallbackError>;

    /// Writes a plan as the provider's document: body and content type.
    fn document(&self, plan: &Plan) -> (String, &'static str);

    /// Returns a reader and writer for one media socket.
    fn media_codec(&self) -> Box<dyn MediaCodec>;

    /// Returns a reader and writer for one socket of texts; `None` if the provider has none.
    fn relay_codec(&self) -> Option<Box<dyn RelayCodec>>;
}

/// Reads and writes the messages of one media socket. Keeps the stream's identity between messages.
pub trait MediaCodec: Send {
    /// Reads one text message. Audio is decoded from its transport form into `audio` (μ-law bytes, cleared first).
    ///
    /// # Errors
    /// A message that cannot be read is an error; one that is merely unknown is [`MediaEvent::Other`].
    fn read(&mut self, message: &str, audio: &mut Vec<u8>) -> Result<MediaEvent, MediaError>;

    /// Appends a message that plays μ-law audio.
    fn write_audio(&mut self, ulaw: &[u8], out: &mut String);

    /// Appends a message that asks for an echo once all audio before it was played.
    fn write_mark(&mut self, name: &str, out: &mut String);

    /// Appends a message that drops all audio not yet played.
    fn write_clear(&mut self, out: &mut String);
}

/// Whose sound a stream carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Track {
    /// What the far end of the leg says.
    FromCallee,
    /// What the far end of the leg hears: only a stream that overhears carries it.
    ToCallee,
}

/// What a message of the media socket says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MediaEvent {
    /// The socket is open; nothing is known yet.
    Connected,
    /// The stream begins.
    Started {
        /// The call at the provider.
        call: CarrierCallId,
        /// The one-time token that the stream presents.
        token: Option<String>,
    },
    /// Audio; the bytes are in the buffer.
    Audio {
        /// Whose.
        track: Track,
        /// Milliseconds since the stream began, as the provider counts.
        at_millis: u64,
    },
    /// All audio before this mark was played, or dropped by a clear.
    Mark {
        /// Its name.
        name: String,
    },
    /// The callee pressed a key.
    Digit(Digit),
    /// The stream is over.
    Stopped,
    /// Something newer than we are.
    Other,
}

/// Why a message of the media socket cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("bad media message: {what}")]
pub struct MediaError {
    /// What is wrong; holds nothing of the message.
    pub what: &'static str,
}
