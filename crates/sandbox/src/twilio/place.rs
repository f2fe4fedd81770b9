//! Makes legs that the API did not ask for by itself: dialled by a document, rung into a conference, or somebody of the cast
//! who rings.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use simulator::callee;
use simulator::network::{self, PracticeLeg};
use telephony::PhoneNumber;
use telephony::leg::LegState;
use tokio::sync::mpsc;
use wire::date;
use wire::twilio::rest::{CallResource, CreateCall};

use super::call::{Driver, Origin};
use super::registry::{CallEntry, Command};
use super::{Service, fresh_sid};
use crate::clock::wall_clock;

/// A leg that was made.
pub(super) struct Placed {
    /// `CA…`.
    pub sid: String,
    /// The way to it.
    pub commands: mpsc::UnboundedSender<Command>,
}

impl Service {
    /// Returns how the network handles a leg.
    pub(super) fn network(&self, queued_for: Duration, ring_s: u32, limit_s: u32) -> network::Config {
        network::Config {
            queued_for,
            ring_timeout: Duration::from_secs(ring_s.into()),
            time_limit: Duration::from_secs(limit_s.into()),
            callee: callee::Config { today: self.today(), seed: self.config.seed },
        }
    }

    /// Returns the leg to a number of the cast, or to nobody.
    pub(super) fn leg_to(&self, number: &PhoneNumber, config: network::Config) -> PracticeLeg {
        match self.config.cast.find(number) {
            Some(script) => PracticeLeg::new(script, config),
            None => PracticeLeg::to_nobody(number, config),
        }
    }

    /// Makes a call and runs it. `None` if there is no line left.
    pub(super) fn place(self: &Arc<Self>, create: CreateCall, leg: PracticeLeg, origin: Origin, state: LegState) -> Option<Placed> {
        let line = self.lines.clone().try_acquire_owned().ok()?;
        let sid = fresh_sid("CA").ok()?;
        let mut resource = CallResource::queued(&self.credentials.account_sid, &sid, &create.to, &create.from);
        let now = date::rfc2822(wall_clock());
        (resource.date_created, resource.date_updated) = (Some(now.clone()), Some(now));
        resource.direction = Some(origin.direction().to_owned());
        resource.parent_call_sid = origin.parent().map(str::to_owned);
        resource.status = Some(wire::twilio::status::CallStatus::of_leg_in_rest(state).as_str().to_owned());
        let (commands, orders) = mpsc::unbounded_channel();
        let entry = CallEntry { resource, state, ended_at: None, commands: commands.clone(), beside: BTreeSet::new() };
        self.registry.with(|shelves| shelves.add_call(sid.clone(), entry));
        let driver = Driver::of_origin(self.clone(), sid.clone(), create, leg, orders, origin);
        self.spawn(async move {
            driver.run().await;
            drop(line);
        });
        Some(Placed { sid, commands })
    }
}
