//! Makes legs that the API did not ask for by itself: dialled by a document, rung into a conference, or somebody of the cast
//! who rings.

use std::collections::BTreeSet;
use std::sync::Arc;

use simulator::network::PracticeLeg;
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
    /// Makes a call and runs it. `None` if there is no line left.
    pub(super) fn place(self: &Arc<Self>, create: CreateCall, leg: PracticeLeg, origin: Origin, state: LegState) -> Option<Placed> {
        let line = self.network.take_line()?;
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
        self.network.spawn(async move {
            driver.run().await;
            drop(line);
        });
        Some(Placed { sid, commands })
    }
}
