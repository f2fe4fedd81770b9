//! Tells by e-mail, through the user's own mail server.
//!
//! `smtps://user:password@host` speaks TLS from the first byte, `smtp://user:password@host` begins in the clear and must change
//! to TLS before anything is said (STARTTLS). Only on this machine, where the configuration opens it, is it spoken in the clear.

use assistant::notification::{Channel, Telling};
use async_trait::async_trait;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use ports::notifier::{Notifier, NotifyError};
use reqwest::Url;
use std::time::Duration;
use telephony::{Private, Timestamp};

use crate::outbound::{Allowed, install_tls};

/// A mail server answers within seconds; some think about spam for a while.
const WITHIN: Duration = Duration::from_secs(30);

/// Tells by e-mail.
pub struct Email {
    /// The mail server, with user and password.
    pub server: Private<String>,
    /// The sender's mailbox.
    pub from: Private<String>,
    /// The receiver's mailbox.
    pub to: Private<String>,
    /// Where addresses may lead.
    pub allowed: Allowed,
}

#[async_trait]
impl Notifier for Email {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    async fn tell(&self, telling: &Telling, _: Timestamp) -> Result<(), NotifyError> {
        let message = self.message(telling).ok_or(NotifyError::Refused)?;
        let transport = self.transport().await?;
        match transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(NotifyError::Refused),
            Err(error) if error.is_transient() => Err(NotifyError::Busy),
            Err(_) => Err(NotifyError::NoAnswer),
        }
    }
}

/// `Message-ID` is made of the event, so that a mail that was sent twice is shown once by most programs.
impl Email {
    fn message(&self, telling: &Telling) -> Option<Message> {
        let mailbox = |text: &Private<String>| text.expose().parse::<Mailbox>().ok();
        Message::builder()
            .from(mailbox(&self.from)?)
            .to(mailbox(&self.to)?)
            .subject(telling.title())
            .message_id(Some(format!("<{}@puppetmaster.invalid>", telling.event)))
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .body(telling.text())
            .ok()
    }

    async fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, NotifyError> {
        let url = Url::parse(self.server.expose()).map_err(|_| NotifyError::BadAddress)?;
        let host = url.host_str().ok_or(NotifyError::BadAddress)?;
        let is_wrapped = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(NotifyError::BadAddress),
        };
        let port = url.port().unwrap_or(if is_wrapped { 465 } else { 587 });
        let places = self.allowed.places(host, port).await?;
        install_tls();
        let is_here = places.iter().all(|place| place.ip().is_loopback());
        let bad = |_| NotifyError::BadAddress;
        let mut builder = match (is_wrapped, is_here) {
            (true, _) => AsyncSmtpTransport::<Tokio1Executor>::relay(host).map_err(bad)?,
            (false, true) => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host),
            (false, false) => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host).map_err(bad)?,
        };
        builder = builder.port(port).timeout(Some(WITHIN));
        if !url.username().is_empty() {
            let plain = |text: &str| percent_decoded(text);
            builder = builder.credentials(Credentials::new(plain(url.username()), plain(url.password().unwrap_or_default())));
        }
        Ok(builder.build())
    }
}

/// User names are often mail addresses, whose @ an address holds as %40.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, digits) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_hides_is_read() {
        for (text, plain) in [("sam%40example.org", "sam@example.org"), ("100%", "100%"), ("%zz", "%zz"), ("%C3%A9", "é"), ("", "")] {
            assert_eq!(percent_decoded(text), plain);
        }
    }
}
