//! Tells by a push message through a ntfy server, the public one or the user's own.
//!
//! Whoever knows a topic of the public server reads it, so the topic is a secret.
//!
//! Source: <https://docs.ntfy.sh/publish/>.

use assistant::notification::{Channel, Telling};
use async_trait::async_trait;
use ports::notifier::{Notifier, NotifyError};
use telephony::{Private, Timestamp};

use crate::outbound::{self, Allowed};

/// Tells by ntfy.
pub struct Ntfy {
    /// Server and topic: `https://ntfy.sh/my-secret-topic`.
    pub url: Private<String>,
    /// An access token, if the topic needs one.
    pub token: Option<Private<String>>,
    /// Where addresses may lead.
    pub allowed: Allowed,
}

#[async_trait]
impl Notifier for Ntfy {
    fn channel(&self) -> Channel {
        Channel::Ntfy
    }

    async fn tell(&self, telling: &Telling, _: Timestamp) -> Result<(), NotifyError> {
        let judged = self.allowed.judge(self.url.expose()).await?;
        outbound::post(&judged, |request| {
            let request = request.header("title", telling.title()).header("tags", "telephone_receiver").body(telling.text());
            match &self.token {
                Some(token) => request.bearer_auth(token.expose()),
                None => request,
            }
        })
        .await
    }
}
