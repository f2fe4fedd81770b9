//! Others whom the user brings into the talk: a partner who knows the date, somebody who speaks the callee's language.
//!
//! Each is rung like any telephone, hears who wants them and that a machine asks, and comes in by pressing one: no voicemail ever
//! talks into the room. Whoever is in may whisper: only the user hears them then. When the user leaves, all guests do.

use assistant::operator::OperatorGrant;
use ports::carrier::{CallRequest, CarrierCall, CarrierError, CarrierEvent, CarrierNews};
use telephony::CarrierCallId;
use telephony::dtmf::Digit;
use telephony::leg::LegState;
use telephony::plan::{Plan, Verb};
use tokio::sync::oneshot;

use super::takeover::{OFFER_AGAIN_AFTER, OFFERS, RINGS_FOR};
use super::{CallDriver, Event};
use crate::live::LiveEvent;

/// Guests at once. More is a conference call, which a meeting room of the reception holds better.
const AT_MOST: usize = 3;

/// Those whom the user has brought in, or is having rung.
#[derive(Default)]
pub(super) struct Guests {
    /// In the order in which they came.
    inside: Vec<Inside>,
    ringing: Option<Ringing>,
}

struct Inside {
    call: CarrierCallId,
    whispers: bool,
}

#[derive(Default)]
struct Ringing {
    call: Option<CarrierCallId>,
    offers: u8,
}

impl Guests {
    /// Returns whether one is being rung.
    pub(super) fn rings(&self) -> bool {
        self.ringing.is_some()
    }

    /// Returns the one who came last, and whether they whisper.
    pub(super) fn last_inside(&self) -> Option<(&CarrierCallId, bool)> {
        self.inside.last().map(|guest| (&guest.call, guest.whispers))
    }

    /// The one who came last whispers from now on, or does not.
    pub(super) fn whispers(&mut self, whispers: bool) {
        if let Some(guest) = self.inside.last_mut() {
            guest.whispers = whispers;
        }
    }

    /// Returns the calls of all, and forgets them.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = CarrierCallId> {
        let ringing = self.ringing.take().and_then(|ringing| ringing.call);
        std::mem::take(&mut self.inside).into_iter().map(|guest| guest.call).chain(ringing)
    }

    /// Returns the one who is rung, if this is their call; the first that asks is, if the carrier has not named it yet.
    fn ringing_as(&mut self, call: &CarrierCallId) -> Option<&mut Ringing> {
        self.ringing.as_mut().filter(|ringing| ringing.call.as_ref().is_none_or(|known| known == call))
    }
}

impl CallDriver {
    pub(super) fn invite(&mut self, grant: OperatorGrant) {
        let Some(takeover) = self.takeover.as_mut().filter(|takeover| !takeover.guests.rings() && takeover.guests.inside.len() < AT_MOST) else {
            self.scribe.leg_unused(grant.expense().clone());
            return self.tell(LiveEvent::RoomNotChanged);
        };
        takeover.guests.ringing = Some(Ringing::default());
        let request = CallRequest {
            to: grant.number().clone(),
            answer_url: self.takeover_addresses.guest.clone(),
            fallback_url: self.takeover_addresses.guest.clone(),
            status_url: self.takeover_addresses.guest_status.clone(),
            ring_timeout: RINGS_FOR,
            machine_url: None,
            ..self.request.clone()
        };
        self.leg_is_rung(grant.expense().clone());
        let (carrier, sender) = (self.ports.carrier.clone(), self.sender.clone());
        tokio::spawn(async move { sender.send(Event::GuestPlaced(carrier.call_operator(grant, &request).await)) });
        self.tell(LiveEvent::GuestRinging);
    }

    pub(super) fn guest_placed(&mut self, placed: Result<CarrierCall, CarrierError>) {
        self.leg_is_placed(&placed);
        match placed {
            // They may have come in before the reply did.
            Ok(call) if self.is_inside(&call.id) => {}
            Ok(call) => match self.takeover.as_mut().and_then(|takeover| takeover.guests.ringing_as(&call.id)) {
                Some(ringing) => ringing.call = Some(call.id),
                // Nobody waits for them any more.
                None => self.end_operator(call.id),
            },
            Err(error) => {
                tracing::warn!(%error, "a guest's telephone could not be rung");
                self.guest_is_not_coming();
            }
        }
    }

    fn is_inside(&self, call: &CarrierCallId) -> bool {
        self.takeover.as_ref().is_some_and(|takeover| takeover.guests.inside.iter().any(|guest| guest.call == *call))
    }

    /// A guest's telephone asks what to do.
    pub(super) fn guest_asked(&mut self, event: &CarrierEvent, reply: oneshot::Sender<Plan>) {
        let verbs = self.guest_plan(event).unwrap_or_else(|| vec![Verb::HangUp]);
        // The carrier may be gone; then its leg says so.
        let _ = reply.send(Plan { verbs });
    }

    fn guest_plan(&mut self, event: &CarrierEvent) -> Option<Vec<Verb>> {
        let url = self.takeover_addresses.guest.clone();
        let principal = self.conversation.brief().principal.clone();
        let is_inside = self.is_inside(&event.call);
        let takeover = self.takeover.as_mut()?;
        let room = Verb::Room { name: takeover.room()?.0.to_owned(), opens: false, closes: false, star_leaves: true, beeps: true };
        if is_inside {
            // The answer to the key press was lost, and the carrier asks again.
            return Some(vec![room, Verb::HangUp]);
        }
        let ringing = takeover.guests.ringing_as(&event.call)?;
        ringing.call.get_or_insert_with(|| event.call.clone());
        let one = Digit::new('1');
        if matches!(&event.news, CarrierNews::Turn { digits, .. } if digits.iter().any(|digit| Some(*digit) == one)) {
            takeover.guests.ringing = None;
            takeover.guests.inside.push(Inside { call: event.call.clone(), whispers: false });
            self.tell(LiveEvent::GuestJoined);
            return Some(vec![room, Verb::HangUp]);
        }
        if ringing.offers == OFFERS {
            return None;
        }
        ringing.offers += 1;
        let offer = format!(
            "This is the automated assistant of {principal}, who is on a call and would like you to join it. Press one to join. Then star, or hanging up, leaves it."
        );
        Some(vec![Verb::Listen { lines: vec![offer], answer_to: url.clone(), silence: OFFER_AGAIN_AFTER }, Verb::Redirect { url }])
    }

    /// News of the leg to a guest's telephone.
    pub(super) fn guest_leg(&mut self, event: &CarrierEvent) {
        if !event.state.is_some_and(LegState::is_terminal) {
            return;
        }
        let Some(takeover) = &mut self.takeover else {
            return;
        };
        let guests = &mut takeover.guests;
        if let Some(place) = guests.inside.iter().position(|guest| guest.call == event.call) {
            guests.inside.remove(place);
            self.tell(LiveEvent::GuestLeft);
        } else if guests.ringing_as(&event.call).is_some() {
            self.guest_is_not_coming();
        }
    }

    /// The user does not want to wait for them.
    pub(super) fn give_guest_up(&mut self) {
        let ringing = self.takeover.as_mut().and_then(|takeover| takeover.guests.ringing.take());
        if let Some(call) = ringing.and_then(|ringing| ringing.call) {
            self.end_operator(call);
        }
        self.tell(LiveEvent::GuestNotReached);
    }

    fn guest_is_not_coming(&mut self) {
        if self.takeover.as_mut().and_then(|takeover| takeover.guests.ringing.take()).is_some() {
            self.tell(LiveEvent::GuestNotReached);
        }
    }

    /// Everybody whom the user has brought in leaves with them.
    pub(super) fn end_guests(&mut self) {
        let calls: Vec<_> = self.takeover.as_mut().map(|takeover| takeover.guests.take_all().collect()).unwrap_or_default();
        for call in calls {
            self.end_operator(call);
        }
    }
}
