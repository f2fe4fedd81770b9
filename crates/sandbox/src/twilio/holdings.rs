//! What the account has beside calls and recordings: numbers, caller IDs, applications, keys, messages.

use std::sync::{Mutex, PoisonError};

use wire::twilio::rest::{ApplicationResource, CallerIdResource, KeyResource, MessageResource, NumberResource, TranscriptionResource};

use super::fresh_sid;
use crate::shelf::Shelf;
use crate::{Credentials, SandboxError};

/// The account's second number, beside the one of [`Credentials`].
pub const SECOND_NUMBER: &str = "+12125550102";

/// Of each kind so many are remembered: more than anybody makes by hand, little enough to keep.
const MOST: usize = 1_000;

/// Messages that are remembered.
const MOST_MESSAGES: usize = 10_000;

/// A key of the account, with what it signs in with.
pub struct KeyEntry {
    pub resource: KeyResource,
    pub secret: String,
}

/// What the account has.
pub struct Holdings(Mutex<Held>);

pub struct Held {
    pub numbers: Shelf<NumberResource>,
    pub caller_ids: Shelf<CallerIdResource>,
    pub applications: Shelf<ApplicationResource>,
    pub keys: Shelf<KeyEntry>,
    pub messages: Shelf<MessageResource>,
    /// Of recordings, once made.
    pub transcriptions: Shelf<TranscriptionResource>,
}

impl Holdings {
    /// Returns an account with two numbers and nothing else. Calls of the first go to this address, if there is one.
    pub fn new(credentials: &Credentials, voice_url: Option<&str>) -> Result<Self, SandboxError> {
        let mut held = Held {
            numbers: Shelf::new(MOST),
            caller_ids: Shelf::new(MOST),
            applications: Shelf::new(MOST),
            keys: Shelf::new(MOST),
            messages: Shelf::new(MOST_MESSAGES),
            transcriptions: Shelf::new(MOST),
        };
        // The one that is named first is also the newest, and so the first of a list.
        for number in [SECOND_NUMBER, &credentials.from_number] {
            let sid = fresh_sid("PN").map_err(|_| SandboxError::CannotSetUp { what: "the system gives no random numbers" })?;
            let now = wire::date::rfc2822(crate::clock::wall_clock());
            let mut resource = NumberResource::plain(&credentials.account_sid, &sid, number);
            (resource.date_created, resource.date_updated) = (Some(now.clone()), Some(now));
            held.numbers.add(sid, resource);
        }
        if let (Some(url), Some(first)) = (voice_url, held.own_number_mut(&credentials.from_number)) {
            first.voice_url = Some(url.to_owned());
        }
        Ok(Self(Mutex::new(held)))
    }

    /// Does something with what is held; nothing in it may wait.
    pub fn with<T>(&self, act: impl FnOnce(&mut Held) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Held {
    /// Returns the SID of a number of the account.
    pub fn own_number(&self, number: &str) -> Option<String> {
        self.numbers.newest_first().find(|own| own.phone_number.as_deref() == Some(number)).and_then(|own| own.sid.clone())
    }

    /// Returns a number of the account, to be read or changed.
    pub fn own_number_mut(&mut self, number: &str) -> Option<&mut NumberResource> {
        let sid = self.own_number(number)?;
        self.numbers.get_mut(&sid)
    }

    /// Returns whether the owner of a number has proved it.
    pub fn is_proved(&self, number: &str) -> bool {
        self.caller_ids.newest_first().any(|proved| proved.phone_number.as_deref() == Some(number))
    }
}
