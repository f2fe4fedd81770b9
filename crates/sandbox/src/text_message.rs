//! A text message on its way: the same steps at every carrier, which tells each in its own words.

use std::time::Duration;

use simulator::script::LineBehaviour;
use telephony::PhoneNumber;

use crate::network::Network;

/// From one step to the next.
const STEP: Duration = Duration::from_millis(100);

/// Where a message is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Passage {
    /// Taken.
    Queued,
    /// Handed on.
    Sent,
    /// It is with whoever it is for.
    Delivered,
    /// Nobody has that number.
    Undelivered,
}

impl Network {
    /// Carries a message to whoever of the cast has a line, and tells each step. It is not carried further once `tell` says that it was
    /// called back.
    pub(crate) fn carry_message<F>(&self, to: &PhoneNumber, mut tell: impl FnMut(Passage) -> F + Send + 'static)
    where
        F: Future<Output = bool> + Send,
    {
        let arrives = self.config.cast.find(to).is_some_and(|script| script.line.behaviour != LineBehaviour::Invalid);
        let last = if arrives { Passage::Delivered } else { Passage::Undelivered };
        self.spawn(async move {
            for passage in [Passage::Queued, Passage::Sent, last] {
                if passage != Passage::Queued {
                    tokio::time::sleep(STEP).await;
                }
                if !tell(passage).await {
                    return;
                }
            }
        });
    }
}
