//! Verifies, reads and answers what Twilio sends to us.

use std::time::Duration;

use ports::carrier::{CallbackError, Callbacks, CarrierEvent, MediaCodec, WebhookRequest};
use telephony::CarrierCallId;
use telephony::plan::Plan;
use wire::twilio::callback::CallCallback;
use wire::twilio::document::{CONTENT_TYPE, Document};
use wire::twilio::signature::{HEADER, SETTINGS_HEADER, Signed};

use super::{Twilio, TwilioMediaCodec};

impl Callbacks for Twilio {
    fn read(&self, request: &WebhookRequest<'_>) -> Result<CarrierEvent, CallbackError> {
        let signed = Signed {
            url: request.url,
            content_type: (request.header)("content-type"),
            body: request.body,
            signature: (request.header)(HEADER),
            settings: (request.header)(SETTINGS_HEADER),
        };
        let form = self.key.open(&signed).map_err(|_| CallbackError::Forged)?;
        let callback = CallCallback::read(&form).map_err(|missing| CallbackError::Unreadable { what: missing.parameter })?;
        let progress = callback.progress.as_ref();
        let duration = progress.and_then(|progress| progress.call_duration);
        // Twilio's own code says more than the network's; of that, success is no failure.
        let failure_code = progress.and_then(|progress| progress.error_code.or(progress.sip_response_code.filter(|code| *code >= 300)));
        Ok(CarrierEvent {
            key: callback.key(),
            state: callback.status.leg_state(),
            duration: duration.map(|seconds| Duration::from_secs(u64::from(seconds))),
            failure_code,
            call: CarrierCallId::new(callback.call_sid),
        })
    }

    fn verify_socket(&self, url: &str, header: &dyn Fn(&str) -> Option<String>) -> Result<(), CallbackError> {
        let (signature, settings) = (header(HEADER), header(SETTINGS_HEADER));
        self.key.verify_socket(url, signature.as_deref(), settings.as_deref()).map_err(|_| CallbackError::Forged)
    }

    fn document(&self, plan: &Plan) -> (String, &'static str) {
        (Document::from_plan(plan).to_xml(), CONTENT_TYPE)
    }

    fn media_codec(&self) -> Box<dyn MediaCodec> {
        Box::new(TwilioMediaCodec::default())
    }
}
