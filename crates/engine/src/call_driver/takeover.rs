//! The user takes a live call over, by their own telephone, and may give it back.
//!
//! Warm: the conversation goes on while the user's telephone rings; they hear what it is about and press one; the callee is
//! told, and both meet in a room of the carrier. Star gives the call back to the assistant; hanging up ends it. Cold: the
//! callee is told and sent to the user's telephone, and comes back only if nobody picks up there.

use std::sync::Arc;
use std::time::Duration;

use assistant::operator::OperatorGrant;
use dialogue::conversation::Input;
use ports::carrier::{CallRequest, Carrier, CarrierCall, CarrierError, CarrierEvent, CarrierNews, ForwardEnd};
use telephony::dtmf::Digit;
use telephony::leg::LegState;
use telephony::plan::{Plan, Verb};
use telephony::{CarrierCallId, PhoneNumber, call};
use tokio::sync::oneshot;

use super::guests::Guests;
use super::room::Members;
use super::{CallDriver, Event};
use crate::live::{LiveEvent, NotTaken};

/// How long the user's telephone rings before the assistant goes on alone: before most voicemails pick up.
pub(super) const RINGS_FOR: Duration = Duration::from_secs(25);

/// How often it is said what the call is about, to a user who presses nothing. A voicemail presses nothing either.
pub(super) const OFFERS: u8 = 3;

/// Silence after which it is said again.
pub(super) const OFFER_AGAIN_AFTER: Duration = Duration::from_secs(4);

/// Where the carrier asks about a takeover.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TakeoverAddresses {
    /// What the user's telephone is to do.
    pub operator: String,
    /// What it is to do when the user has left the room.
    pub operator_left: String,
    /// Reports the leg of the user's telephone.
    pub operator_status: String,
    /// What the callee's leg is to do.
    pub elsewhere: String,
    /// What a guest's telephone is to do.
    pub guest: String,
    /// Reports the leg of a guest's telephone.
    pub guest_status: String,
    /// What all in the room are to hear.
    pub announcement: String,
}

/// The user's wish to take a call over.
pub struct TakeoverOrder {
    /// Leave to ring their telephone.
    pub grant: OperatorGrant,
    /// The callee is sent there, and comes back only if nobody picks up.
    pub is_cold: bool,
    /// Names the room; nobody can guess it, and it says nothing of anybody.
    pub room: String,
}

/// How far a takeover is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// The user's telephone rings, or the user is being told what it is about.
    Offered,
    /// The user has pressed one; the callee is being told.
    Accepted,
    /// They talk.
    Together,
    /// The callee's leg is on its way back to us.
    ComingBack,
    /// The callee is sent to the user's telephone for good.
    Cold,
}

/// A takeover under way.
pub(super) struct Takeover {
    stage: Stage,
    grant: Option<OperatorGrant>,
    number: PhoneNumber,
    room: String,
    operator: Option<CarrierCallId>,
    offers: u8,
    /// How the two are in the room.
    pub(super) members: Members,
    /// Who is in besides.
    pub(super) guests: Guests,
    /// What the user wants all to hear.
    pub(super) announcement: Option<String>,
}

impl CallDriver {
    pub(super) fn take_over(&mut self, order: TakeoverOrder) {
        let is_talking = self.call.leg() == LegState::InProgress && (self.lane.is_some() || self.text.is_some());
        let will_talk = !is_talking && !self.facts.was_connected && !self.call.is_over();
        if will_talk {
            // Asked for while it rings: as soon as somebody is there.
            if let Some(earlier) = self.wanted_takeover.replace(order) {
                self.scribe.leg_unused(earlier.grant.expense().clone());
            }
            return;
        }
        if !is_talking || self.takeover.is_some() {
            let why = if is_talking { NotTaken::UnderWay } else { NotTaken::NoCall };
            self.scribe.leg_unused(order.grant.expense().clone());
            return self.tell(LiveEvent::TakeoverFailed { why });
        }
        let number = order.grant.number().clone();
        let stage = if order.is_cold { Stage::Cold } else { Stage::Offered };
        self.takeover = Some(Takeover {
            stage,
            grant: Some(order.grant),
            number,
            room: order.room,
            operator: None,
            offers: 0,
            members: Members::default(),
            guests: Guests::default(),
            announcement: None,
        });
        if order.is_cold {
            self.converse(Input::UserTakesOver);
        } else {
            self.tell(LiveEvent::OperatorRinging);
            self.ring_operator();
        }
    }

    fn ring_operator(&mut self) {
        let Some(grant) = self.takeover.as_mut().and_then(|takeover| takeover.grant.take()) else {
            return;
        };
        let request = CallRequest {
            to: grant.number().clone(),
            answer_url: self.takeover_addresses.operator.clone(),
            fallback_url: self.takeover_addresses.operator.clone(),
            status_url: self.takeover_addresses.operator_status.clone(),
            ring_timeout: RINGS_FOR,
            machine_url: None,
            ..self.request.clone()
        };
        self.leg_is_rung(grant.expense().clone());
        let (carrier, sender) = (self.ports.carrier.clone(), self.sender.clone());
        tokio::spawn(async move { sender.send(Event::OperatorPlaced(carrier.call_operator(grant, &request).await)) });
    }

    pub(super) fn operator_placed(&mut self, placed: Result<CarrierCall, CarrierError>) {
        self.leg_is_placed(&placed);
        match (placed, &mut self.takeover) {
            (Ok(call), Some(takeover)) => {
                takeover.operator.get_or_insert(call.id);
            }
            // The takeover is over before it began: nobody is to be left ringing.
            (Ok(call), None) => self.end_operator(call.id),
            (Err(error), _) => {
                tracing::warn!(%error, "the user's telephone could not be rung");
                self.takeover_failed(NotTaken::NotRung);
            }
        }
    }

    /// The user's telephone asks what to do.
    pub(super) fn operator_asked(&mut self, event: &CarrierEvent, reply: oneshot::Sender<Plan>) {
        let Some(takeover) = self.takeover.as_mut().and_then(|takeover| takeover.is(&event.call).then_some(takeover)) else {
            let _ = reply.send(Plan::hang_up());
            return;
        };
        let one = Digit::new('1');
        let has_pressed_one = matches!(&event.news, CarrierNews::Turn { digits, .. } if digits.iter().any(|digit| Some(*digit) == one));
        let verbs = match takeover.stage {
            Stage::Offered if has_pressed_one => {
                takeover.stage = Stage::Accepted;
                takeover.room_for_the_user(&self.takeover_addresses.operator_left)
            }
            // The answer to the key press may have been lost; the carrier then asks again.
            Stage::Accepted | Stage::Together => takeover.room_for_the_user(&self.takeover_addresses.operator_left),
            Stage::Offered if takeover.offers < OFFERS => {
                takeover.offers += 1;
                let url = self.takeover_addresses.operator.clone();
                let offer = format!(
                    "This is your assistant. Your call is on the line: {}. Press one to take it. Then star gives it back to me, and hanging up ends it.",
                    self.conversation.brief().intent.trim_end_matches('.')
                );
                vec![Verb::Listen { lines: vec![offer], answer_to: url.clone(), silence: OFFER_AGAIN_AFTER }, Verb::Redirect { url }]
            }
            Stage::Offered | Stage::ComingBack | Stage::Cold => vec![Verb::HangUp],
        };
        let is_accepted = takeover.stage == Stage::Accepted;
        // The carrier may be gone; then its leg says so.
        let _ = reply.send(Plan { verbs });
        if is_accepted && has_pressed_one {
            self.tell(LiveEvent::OperatorJoined);
            self.hurry();
            self.converse(Input::UserTakesOver);
        }
    }

    /// The user has pressed star, or the room has closed because the callee left.
    pub(super) fn operator_left(&mut self, event: &CarrierEvent, reply: oneshot::Sender<Plan>) {
        let farewell = Plan { verbs: vec![Verb::Say { text: "Your assistant goes on. Goodbye.".to_owned() }, Verb::HangUp] };
        let takeover =
            self.takeover.as_mut().and_then(|takeover| (takeover.is(&event.call) && takeover.stage == Stage::Together).then_some(takeover));
        let is_given_back = takeover.is_some() && !self.call.is_over();
        let _ = reply.send(if is_given_back { farewell } else { Plan::hang_up() });
        if let Some(takeover) = takeover.filter(|_| is_given_back) {
            takeover.stage = Stage::ComingBack;
            self.end_guests();
            self.tell(LiveEvent::OperatorLeft);
            self.line(call::Input::TakenBack);
            self.send_elsewhere();
        }
    }

    /// News of the leg to the user's telephone.
    pub(super) fn operator_leg(&mut self, event: &CarrierEvent) {
        let Some(takeover) = self.takeover.as_mut().and_then(|takeover| takeover.is(&event.call).then_some(takeover)) else {
            return;
        };
        if !event.state.is_some_and(LegState::is_terminal) {
            return;
        }
        match takeover.stage {
            Stage::Offered => self.takeover_failed(NotTaken::NotAnswered),
            // The user has hung up on the callee: that ends the call for both.
            Stage::Accepted | Stage::Together => self.line(call::Input::HangUp),
            Stage::ComingBack | Stage::Cold => {}
        }
    }

    /// The callee was told: their leg goes where the user is.
    pub(super) fn hand_over(&mut self) {
        self.line(call::Input::HandedOver);
        self.send_elsewhere();
    }

    fn send_elsewhere(&self) {
        let Some(call) = self.call.carrier_call().cloned() else {
            return;
        };
        let (carrier, sender, url) = (self.ports.carrier.clone(), self.sender.clone(), self.takeover_addresses.elsewhere.clone());
        tokio::spawn(async move { sender.send(Event::SentElsewhere(carrier.redirect_call(&call, &url).await)) });
    }

    pub(super) fn sent_elsewhere(&mut self, sent: Result<(), CarrierError>) {
        let stage = self.takeover.as_ref().map(|takeover| takeover.stage);
        match (sent, stage) {
            (Ok(()), _) | (Err(_), None) => {}
            // The stream is still there: the assistant goes on as if nothing had been.
            (Err(error), Some(Stage::Accepted | Stage::Cold)) => {
                tracing::warn!(%error, "the callee could not be connected with the user");
                self.takeover_failed(NotTaken::NotConnected);
                self.line(call::Input::TakenBack);
                self.is_coming_back = true;
                self.line(call::Input::MediaOpened);
            }
            // They cannot be fetched back: the leg's own deadline ends it.
            (Err(error), Some(_)) => tracing::warn!(%error, "the callee could not be fetched back"),
        }
    }

    /// The callee's leg asks what to do now.
    pub(super) fn elsewhere_asked(&mut self, event: CarrierEvent, reply: oneshot::Sender<Plan>) {
        let mut cold_leg = None;
        let forwarded = if let CarrierNews::Forwarded(end) = &event.news { Some(*end) } else { None };
        self.leg_event(event);
        let plan = match self.takeover.as_mut() {
            Some(takeover) if matches!(takeover.stage, Stage::Accepted | Stage::Together) => {
                takeover.stage = Stage::Together;
                let room = Verb::Room { name: takeover.room.clone(), opens: true, closes: true, star_leaves: false, beeps: false };
                Some(Plan { verbs: (self.overhear)().into_iter().chain([room, Verb::HangUp]).collect() })
            }
            // They have talked, and one of them has hung up.
            Some(Takeover { stage: Stage::Cold, .. }) if forwarded == Some(ForwardEnd::Talked) => None,
            Some(Takeover { stage: Stage::Cold, .. }) if forwarded.is_some() => {
                self.leg_is_not_rung();
                self.takeover_failed(NotTaken::NotAnswered);
                self.line(call::Input::TakenBack);
                self.is_coming_back = true;
                Some((self.reopen)())
            }
            Some(takeover) if takeover.stage == Stage::Cold => {
                // The carrier may ask for the plan again; the leg is rung once.
                cold_leg = takeover.grant.take();
                let forward = Verb::Forward {
                    to: takeover.number.clone(),
                    shows: Some(self.request.from.clone()),
                    ring_for: RINGS_FOR,
                    time_limit: self.request.time_limit,
                    done_to: Some(self.takeover_addresses.elsewhere.clone()),
                };
                Some(Plan { verbs: vec![forward] })
            }
            Some(_) => {
                self.takeover = None;
                // However the conversation goes on, what is said from here on is said to us.
                self.stop_overhearing();
                self.is_coming_back = true;
                Some((self.reopen)())
            }
            None => None,
        };
        if let Some(grant) = cold_leg {
            self.leg_is_rung(grant.expense().clone());
        }
        let is_away = plan.is_some() && !self.is_coming_back;
        let _ = reply.send(plan.unwrap_or_else(Plan::hang_up));
        if is_away {
            self.leave_line();
            self.tell(LiveEvent::HandedOver);
        }
    }

    /// Our stream has ended with the redirection; recorder and place in the call are kept for when it comes back.
    fn leave_line(&mut self) {
        self.left_at = Some((self.position(), self.now()));
        self.listening = None;
        self.text_was_open |= self.text.take().is_some();
        if let Some(lane) = self.lane.take() {
            self.recorder = lane.close();
        }
    }

    fn takeover_failed(&mut self, why: NotTaken) {
        if let Some(operator) = self.takeover.take().and_then(|takeover| takeover.operator) {
            self.end_operator(operator);
        }
        self.tell(LiveEvent::TakeoverFailed { why });
    }

    pub(super) fn end_operator(&self, call: CarrierCallId) {
        tokio::spawn(end_operator(self.ports.carrier.clone(), call));
    }

    /// The call is over: a telephone of the user that still rings for it is told so.
    pub(super) async fn end_takeover(&mut self) {
        if let Some(unused) = self.wanted_takeover.take() {
            self.scribe.leg_unused(unused.grant.expense().clone());
        }
        let Some(mut takeover) = self.takeover.take() else {
            return;
        };
        if let Some(unused) = takeover.grant.take() {
            self.scribe.leg_unused(unused.expense().clone());
        }
        for call in takeover.guests.take_all().chain(takeover.operator) {
            end_operator(self.ports.carrier.clone(), call).await;
        }
    }
}

async fn end_operator(carrier: Arc<dyn Carrier>, call: CarrierCallId) {
    if let Err(error) = carrier.end_call(&call).await {
        tracing::warn!(%error, "a call to the user's or a guest's telephone could not be ended; its time limit will");
    }
}

impl Takeover {
    /// Returns the room in which callee and user talk, and the user's call; `None` while they do not.
    pub(super) fn room(&self) -> Option<(&str, &CarrierCallId)> {
        Some((self.room.as_str(), self.operator.as_ref().filter(|_| self.stage == Stage::Together)?))
    }

    /// Returns whether this is the call to the user's telephone; the first that asks is, if the carrier has not named it yet.
    fn is(&mut self, call: &CarrierCallId) -> bool {
        self.operator.get_or_insert_with(|| call.clone()) == call
    }

    fn room_for_the_user(&self, left_url: &str) -> Vec<Verb> {
        let room = Verb::Room { name: self.room.clone(), opens: false, closes: false, star_leaves: true, beeps: false };
        vec![room, Verb::Redirect { url: left_url.to_owned() }]
    }
}
