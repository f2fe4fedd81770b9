//! Tells by a request to an address of the user's, signed as "Standard Webhooks" demands, so that existing libraries check it.
//!
//! The signed text is `id.timestamp.body`: a replay is known by its age and by the event's identity, which stays the same for
//! every try. Headers: `webhook-id`, `webhook-timestamp` (seconds), `webhook-signature` (`v1,` and base64 of HMAC-SHA-256).
//!
//! Source: <https://www.standardwebhooks.com>, specification 1.0.0.

use assistant::notification::{Channel, Telling};
use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use ports::notifier::{Notifier, NotifyError};
use sha2::Sha256;
use telephony::{Private, Timestamp};

use crate::outbound::{self, Allowed};

/// Tells by a signed request.
pub struct Webhook {
    /// Where to.
    pub url: Private<String>,
    /// What it is signed with: any text, or `whsec_` and the key in base64.
    pub secret: Private<String>,
    /// Where addresses may lead.
    pub allowed: Allowed,
}

#[async_trait]
impl Notifier for Webhook {
    fn channel(&self) -> Channel {
        Channel::Webhook
    }

    async fn tell(&self, telling: &Telling, now: Timestamp) -> Result<(), NotifyError> {
        let judged = self.allowed.judge(self.url.expose()).await?;
        let body = telling.json().to_string();
        let seconds = now.as_millis() / 1_000;
        let signature = signature(self.secret.expose(), &telling.event, seconds, &body);
        outbound::post(&judged, |request| {
            request
                .header("content-type", "application/json")
                .header("webhook-id", &telling.event)
                .header("webhook-timestamp", seconds.to_string())
                .header("webhook-signature", signature)
                .body(body)
        })
        .await
    }
}

/// Returns the signature of a body, as the header holds it.
pub fn signature(secret: &str, event: &str, seconds: i64, body: &str) -> String {
    let decoded = secret.strip_prefix("whsec_").and_then(|text| base64_simd::STANDARD.decode_to_vec(text).ok());
    let key = decoded.unwrap_or_else(|| secret.as_bytes().to_vec());
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        // HMAC takes keys of every length, so there is no such case.
        return String::new();
    };
    mac.update(format!("{event}.{seconds}.{body}").as_bytes());
    format!("v1,{}", base64_simd::STANDARD.encode_to_string(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn the_signature_is_the_one_of_the_standard() {
        let signed = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
