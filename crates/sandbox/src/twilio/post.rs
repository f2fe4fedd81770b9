//! The news of a call, sent one after the other, also after the call has ended.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use wire::http::{Form, Method};

use super::Service;
use crate::clock::{Clock, wall_clock};
use crate::faults::WebhookFault;
use crate::truth::{Notes, WebhookTruth, keep};

/// Twilio's code for news that were not taken.
const NEWS_NOT_TAKEN: u32 = 15_003;

/// How long news wait for those that shall overtake them.
const OVERTAKEN_WITHIN: Duration = Duration::from_secs(2);

/// News that wait for their turn.
pub(super) struct Hook {
    pub kind: &'static str,
    pub method: Method,
    pub url: String,
    pub form: Form<'static>,
}

/// Starts the sender of a call's news.
pub(super) fn send_in_order(service: &Arc<Service>, call_sid: &str, truth: Notes, clock: Clock) -> mpsc::UnboundedSender<Hook> {
    let (hooks, mut waiting) = mpsc::unbounded_channel::<Hook>();
    let (webhooks, log, call_sid) = (service.webhooks.clone(), service.log.clone(), call_sid.to_owned());
    let reorders = service.faults.of_call(&call_sid).webhook == Some(WebhookFault::Reordered);
    service.spawn(async move {
        while let Some(first) = waiting.recv().await {
            let later = if reorders { tokio::time::timeout(OVERTAKEN_WITHIN, waiting.recv()).await.ok().flatten() } else { None };
            for hook in later.into_iter().chain([first]) {
                let at_ms = clock.now().as_millis();
                let reply = webhooks.send(hook.method, &hook.url, &hook.form).await;
                let status = reply.as_ref().ok().map(|reply| reply.status);
                let is_taken = status.is_some_and(|status| (200..300).contains(&status));
                truth.note(|truth| {
                    keep(&mut truth.webhooks, WebhookTruth { kind: hook.kind.into(), at_ms, status });
                    if !is_taken {
                        keep(&mut truth.errors, NEWS_NOT_TAKEN);
                    }
                });
                if !is_taken {
                    log.complain(&call_sid, NEWS_NOT_TAKEN, wall_clock());
                }
            }
        }
    });
    hooks
}
