//! The ways to tell the user, as they are configured.

use std::sync::Arc;

use assistant::compliance::number_gate;
use carriers::registry::Provider;
use engine::assistant::NotMade;
use engine::postman::Postman;
use notifiers::command::Command;
use notifiers::email::Email;
use notifiers::ntfy::Ntfy;
use notifiers::outbound::{Allowed, system_resolver};
use notifiers::text_message::TextMessage;
use notifiers::webhook::Webhook;
use ports::notifier::Notifier;
use store::Store;
use telephony::PhoneNumber;

use crate::config::Config;
use crate::failure::Failure;
use crate::wiring::{self, SystemClock};

/// Returns who carries news to the user.
///
/// # Errors
/// A number may not be told.
pub(crate) fn postman(config: &Config, store: Arc<Store>, provider: &Provider, from: &PhoneNumber) -> Result<Postman, Failure> {
    let settings = &config.notifications;
    let allowed = || Allowed { loopback: settings.allows_loopback, resolve: system_resolver() };
    let mut notifiers: Vec<Box<dyn Notifier>> = Vec::new();
    // A configuration that sets one key of a pair and not the other does not load.
    if let Some((url, secret)) = settings.webhook_url.clone().zip(settings.webhook_secret.clone()) {
        notifiers.push(Box::new(Webhook { url, secret, allowed: allowed() }));
    }
    if let Some((server, to)) = settings.smtp_url.clone().zip(settings.email_to.clone()) {
        let from = settings.email_from.clone().unwrap_or_else(|| to.clone());
        notifiers.push(Box::new(Email { server, from, to, allowed: allowed() }));
    }
    if let Some(url) = settings.ntfy_url.clone() {
        notifiers.push(Box::new(Ntfy { url, token: settings.ntfy_token.clone(), allowed: allowed() }));
    }
    if let Some(to) = settings.text_to.clone() {
        number_gate::check(&to, provider.line, &config.allowed_regions(), std::slice::from_ref(from))
            .map_err(|refusal| NotMade::Refused(refusal.into()))?;
        notifiers.push(Box::new(TextMessage { carrier: provider.carrier.clone(), from: from.clone(), to, price: config.rate_card().text_message }));
    }
    if let Some(command) = &settings.command {
        notifiers.push(Box::new(Command { line: command.words().to_vec() }));
    }
    Ok(Postman {
        outbox: store.clone(),
        notifiers: notifiers.into(),
        store,
        rules: wiring::rules(config, Vec::new(), false),
        make_token: Arc::new(wiring::make_token),
        tells_summary: settings.tells_summary,
        clock: Arc::new(SystemClock),
    })
}
