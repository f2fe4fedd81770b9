//! What a call tells the program: the parameters that all webhooks carry, and the sender of its news.

use std::sync::Arc;

use tokio::sync::mpsc;
use wire::plivo::callback::CallParameters;
use wire::plivo::clock::session_start;
use wire::plivo::headers::PREFIX;
use wire::plivo::party::bare;
use wire::plivo::status::{CallEvent, CallStatus};

use super::Driver;
use crate::faults::WebhookFault;
use crate::line::Line;
use crate::plivo::Service;
use crate::post::{Hook, send_in_order};

/// The word for trust in the caller's number on calls that do not carry it.
const NOT_APPLICABLE: &str = "Not Applicable";

/// Starts the sender of a call's news.
pub(super) fn sender(service: &Arc<Service>, uuid: &str, line: &Line) -> mpsc::UnboundedSender<Hook> {
    let reorders = line.faults.webhook == Some(WebhookFault::Reordered);
    let (webhooks, uuid) = (service.webhooks.clone(), uuid.to_owned());
    send_in_order(&service.network, (line.truth.clone(), line.clock), reorders, move |hook| {
        let (webhooks, uuid) = (webhooks.clone(), uuid.clone());
        async move { webhooks.send(&uuid, hook.method, &hook.url, &hook.form).await.ok().map(|reply| reply.status) }
    })
}

impl Driver {
    /// Returns the parameters that every request about this call carries.
    pub(super) fn parameters(&self, status: CallStatus, event: Option<CallEvent>) -> CallParameters {
        let text = |text: &str| Some(text.to_owned());
        let of_outgoing = |text: &str| (!self.origin.is_inbound()).then(|| text.to_owned());
        let first_leg = self.origin.dialled().map_or(self.uuid.as_str(), |dialled| dialled.by.as_str());
        CallParameters {
            call_uuid: self.uuid.clone(),
            request_uuid: of_outgoing(&self.uuid),
            aleg_uuid: of_outgoing(first_leg),
            aleg_request_uuid: of_outgoing(first_leg),
            event,
            status: Some(status),
            direction: Some(self.origin.direction()),
            from: text(self.create.from.trim_start_matches('+')),
            to: text(bare(&self.to)),
            session_start: Some(session_start(self.requested_at)),
            parent_auth_id: text(self.service.account.as_str()),
            stir_verification: text(NOT_APPLICABLE),
            stir_attestation: text(NOT_APPLICABLE),
            machine: self.is_machine.then_some(true),
            ..CallParameters::default()
        }
    }

    /// Returns the headers that the create gave the call, as they come back.
    pub(super) fn custom_headers(&self) -> Vec<(String, String)> {
        self.create.sip_headers.pairs().map(|(name, value)| (format!("{PREFIX}{name}"), value.to_owned())).collect()
    }

    /// Returns both ends as records write them: the caller with `+`, the callee without.
    pub(super) fn ends(&self) -> (String, String) {
        (format!("+{}", self.create.from.trim_start_matches('+')), bare(&self.to).to_owned())
    }
}
