//! Makes calls: those that the API asks for, those that a document dials, those of somebody of the cast who rings.

use std::sync::Arc;

use simulator::network::PracticeLeg;
use telephony::PhoneNumber;
use telephony::leg::LegState;
use tokio::sync::mpsc;
use wire::plivo::party::bare;
use wire::plivo::rest::{CreateCall, LiveCall};
use wire::plivo::status::CallStatus;

use super::call::{Driver, Origin};
use super::registry::{CallEntry, Command};
use super::rest::shown_start;
use super::{Service, fresh_uuid};
use crate::clock::wall_clock;
use crate::faults::Faults;

/// A call to be made.
pub(super) struct Placing {
    /// What its document and news follow from.
    pub create: CreateCall,
    /// Who is rung; of a call that comes in, the account's number.
    pub to: PhoneNumber,
    /// Its leg on the network.
    pub leg: PracticeLeg,
    /// Where it comes from.
    pub origin: Origin,
    /// What goes wrong with it.
    pub faults: Faults,
}

/// A call that was made.
pub(super) struct Placed {
    /// Its UUID.
    pub uuid: String,
    /// The way to it.
    pub commands: mpsc::UnboundedSender<Command>,
}

impl Service {
    /// Makes a call and runs it. `None` if there is no line left.
    pub(super) fn place(self: &Arc<Self>, placing: Placing) -> Option<Placed> {
        let line = self.network.take_line()?;
        let uuid = fresh_uuid().ok()?;
        let Placing { create, to, leg, origin, faults } = placing;
        let state = if origin.is_inbound() { LegState::Ringing } else { LegState::Queued };
        let (commands, orders) = mpsc::unbounded_channel();
        let text = |text: &str| Some(text.to_owned());
        let live = LiveCall {
            call_status: text(CallStatus::of_leg(state).as_str()),
            call_uuid: text(&uuid),
            caller_name: Some(create.caller_name.clone().unwrap_or_default()),
            direction: text(origin.direction().as_str()),
            from: text(create.from.trim_start_matches('+')),
            to: text(bare(&to)),
            request_uuid: if origin.is_inbound() { None } else { text(&uuid) },
            session_start: if origin.is_inbound() { shown_start(wall_clock()) } else { None },
            ..LiveCall::default()
        };
        let entry = CallEntry { live, record: None, state, ended_at: None, has_stream: false, second_leg: None, commands: commands.clone() };
        self.registry.with(|shelves| shelves.calls.add(uuid.clone(), entry));
        self.network.faults.assign(&uuid, faults);
        let driver = Driver::new(self.clone(), uuid.clone(), (create, to), leg, orders, origin);
        self.network.spawn(async move {
            driver.run().await;
            drop(line);
        });
        Some(Placed { uuid, commands })
    }
}
