//! The news of a call, sent one after the other, also after the call has ended.

use std::time::Duration;

use tokio::sync::mpsc;
use wire::http::{Form, Method};

use crate::clock::Clock;
use crate::network::Network;
use crate::truth::{Notes, WebhookTruth, keep};

/// How long news wait for those that shall overtake them.
const OVERTAKEN_WITHIN: Duration = Duration::from_secs(2);

/// News that wait for their turn.
pub struct Hook {
    /// What it is, for the ground truth.
    pub kind: &'static str,
    /// How it is sent.
    pub method: Method,
    /// Where to.
    pub url: String,
    /// What it says.
    pub form: Form<'static>,
}

/// Starts the sender of a call's news. `deliver` sends one and returns the status that was answered, if any; with `reorders` of
/// two that come soon after each other the later goes first.
pub fn send_in_order<F>(
    network: &Network,
    (truth, clock): (Notes, Clock),
    reorders: bool,
    deliver: impl Fn(Hook) -> F + Send + 'static,
) -> mpsc::UnboundedSender<Hook>
where
    F: Future<Output = Option<u16>> + Send,
{
    let (hooks, mut waiting) = mpsc::unbounded_channel::<Hook>();
    network.spawn(async move {
        while let Some(first) = waiting.recv().await {
            let later = if reorders { tokio::time::timeout(OVERTAKEN_WITHIN, waiting.recv()).await.ok().flatten() } else { None };
            for hook in later.into_iter().chain([first]) {
                let (kind, at_ms) = (hook.kind.into(), clock.now().as_millis());
                let status = deliver(hook).await;
                truth.note(|truth| keep(&mut truth.webhooks, WebhookTruth { kind, at_ms, status }));
            }
        }
    });
    hooks
}
