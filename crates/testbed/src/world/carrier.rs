//! The carrier between our machine and the leg: takes requests, sends webhooks, holds the media socket. On a bad day it
//! tells late, twice, in the wrong order or not at all, and its replies get lost; what it did is done all the same.

use simulator::impairment::Chance;
use telephony::CarrierCallId;
use telephony::call::Input;
use telephony::leg::LegState;

use super::invariants::Sight;
use super::{Event, World};
use crate::impairments::Impairments;

/// A request's way to the carrier, and a reply's way back.
pub(super) const WAY_MILLIS: u64 = 50;
/// From a change of the leg to its webhook at our door.
const WEBHOOK_MILLIS: u64 = 80;
/// From the answer to the open media stream.
const MEDIA_MILLIS: u64 = 100;
/// From the end of the leg to the end of its media stream at our door.
const MEDIA_CLOSES_MILLIS: u64 = 30;
/// A doubled webhook comes again after so long: the carrier did not see our answer to the first.
const AGAIN_MILLIS: u64 = 400;
/// A webhook that is overtaken comes so long after the one that overtakes it.
const OVERTAKEN_MILLIS: u64 = 20;
/// A webhook that nothing overtakes comes after so long nevertheless.
const HELD_MILLIS: u64 = 3_000;
/// A call is among those that the carrier lists only so long after it was accepted.
const LISTED_AFTER_MILLIS: u64 = 1_000;
/// The media socket that is lost is lost within so long.
const MEDIA_BREAKS_WITHIN: u64 = 30_000;
/// Carrier failures begin here; below are SIP's provisional and good answers, which no carrier reports as a failure.
const FIRST_FAILURE_CODE: u16 = 300;

/// What we ask of the carrier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Request {
    Dial,
    FindOut,
    Poll,
    End,
}

/// What a webhook tells of the leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Webhook {
    pub state: LegState,
    pub failure_code: Option<u32>,
}

pub(super) struct Carrier {
    impairments: Impairments,
    /// Its own, so that the carrier's bad day does not change what is mis-heard.
    chance: Chance,
    accepted_at: Option<u64>,
    held: Vec<Webhook>,
}

impl Carrier {
    pub fn new(impairments: Impairments, seed: u64) -> Self {
        Self { impairments, chance: Chance::new(seed ^ 0x5163_4E41_4C53), accepted_at: None, held: Vec::new() }
    }

    /// Holds a webhook back, to be overtaken by the next.
    pub fn hold(&mut self, webhook: Webhook) {
        self.held.push(webhook);
    }

    fn strikes(&mut self, permille: fn(&Impairments) -> u16) -> bool {
        self.chance.permille(permille(&self.impairments))
    }
}

/// The call's name at the carrier: it never has another.
pub(super) fn call_id() -> CarrierCallId {
    CarrierCallId::new("CA1")
}

impl World {
    /// A request arrives at the carrier, which does it and replies.
    pub(super) fn carrier_is_asked(&mut self, request: Request) {
        let is_lost = self.carrier.strikes(|bad| bad.lost_replies_permille);
        match request {
            Request::Dial => {
                self.see(&Sight::Placed);
                self.carrier.accepted_at.get_or_insert(self.now);
                self.tell_network(simulator::network::Input::Placed);
            }
            Request::End => {
                self.callees_ear_closes();
                self.tell_network(simulator::network::Input::HangUp);
            }
            Request::FindOut | Request::Poll => {}
        }
        if is_lost { self.reply_is_lost(request) } else { self.reply(request) }
    }

    fn reply(&mut self, request: Request) {
        let (call, state) = (call_id(), self.leg.state());
        let is_listed = self.carrier.accepted_at.is_some_and(|at| at + LISTED_AFTER_MILLIS <= self.now);
        let reply = match request {
            Request::Dial => Input::Placed { call, state },
            Request::FindOut if is_listed => Input::Placed { call, state },
            Request::FindOut => Input::NoneFound,
            Request::Poll => Input::Leg { call, state },
            Request::End => Input::HangUpAccepted,
        };
        self.schedule(self.now + WAY_MILLIS, Event::CarrierReplied(reply));
    }

    /// The connection breaks, or we wait in vain: what the request did is unclear.
    fn reply_is_lost(&mut self, request: Request) {
        self.note(&format!("(the reply to {request:?} is lost)"));
        let patience = 100 + self.carrier.chance.below(10_000);
        let reply = match request {
            Request::Dial => Input::Unclear,
            Request::FindOut => Input::NoneFound,
            Request::End => Input::HangUpFailed,
            // No news.
            Request::Poll => return,
        };
        self.schedule(self.now + patience, Event::CarrierReplied(reply));
    }

    /// The leg has moved: the webhook goes out, and the media socket opens or closes.
    pub(super) fn carrier_sees(&mut self, state: LegState, sip_code: Option<u16>) {
        if state != LegState::Queued {
            let failure_code = sip_code.filter(|code| *code >= FIRST_FAILURE_CODE).map(u32::from);
            self.send_webhook(Webhook { state, failure_code });
        }
        if state == LegState::InProgress {
            self.schedule(self.now + MEDIA_MILLIS, Event::MediaOpens);
        }
        if state.is_terminal() {
            self.schedule(self.now + MEDIA_CLOSES_MILLIS, Event::MediaCloses);
        }
    }

    /// Draws the same number of chances for every webhook.
    fn send_webhook(&mut self, webhook: Webhook) {
        let carrier = &mut self.carrier;
        let is_lost = carrier.strikes(|bad| bad.lost_webhooks_permille);
        let is_doubled = carrier.strikes(|bad| bad.doubled_webhooks_permille);
        let is_late = carrier.strikes(|bad| bad.late_webhooks_permille);
        let is_overtaken = carrier.strikes(|bad| bad.reordered_webhooks_permille);
        let late_by = 500 + carrier.chance.below(4_500);
        let state = webhook.state;
        if is_lost {
            self.note(&format!("(webhook {state:?}: lost)"));
            return;
        }
        if is_overtaken {
            self.note(&format!("(webhook {state:?}: held back, to be overtaken)"));
            self.carrier.hold(webhook);
            self.schedule(self.now + HELD_MILLIS, Event::HeldWebhooksLeave);
            return;
        }
        let mut at = self.now + WEBHOOK_MILLIS;
        if is_late {
            self.note(&format!("(webhook {state:?}: late by {late_by} ms)"));
            at += late_by;
        }
        self.schedule(at, Event::Webhook(webhook));
        if is_doubled {
            self.note(&format!("(webhook {state:?}: doubled)"));
            self.schedule(at + AGAIN_MILLIS, Event::Webhook(webhook));
        }
        self.held_webhooks_leave(at + OVERTAKEN_MILLIS);
    }

    pub(super) fn held_webhooks_leave(&mut self, at: u64) {
        for held in std::mem::take(&mut self.carrier.held) {
            self.schedule(at, Event::Webhook(held));
        }
    }

    /// The carrier opens the media stream, if there is still somebody to hear.
    pub(super) fn media_opens(&mut self) {
        if self.leg.state() != LegState::InProgress {
            return;
        }
        let breaks_after = self.carrier.chance.below(MEDIA_BREAKS_WITHIN);
        if self.carrier.strikes(|bad| bad.lost_media_permille) {
            self.schedule(self.now + breaks_after, Event::MediaBreaks);
        }
        self.media_opened();
    }

    /// The socket is lost; the leg lives on.
    pub(super) fn media_breaks(&mut self) {
        if self.line.is_open && self.leg.state() == LegState::InProgress {
            self.note("(the media socket is lost)");
            self.media_closed();
        }
    }
}
