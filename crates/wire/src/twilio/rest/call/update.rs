//! A change of a call.

use super::CallInstructions;
use crate::http::{Form, Method};
use crate::twilio::rest::RestError;
use crate::twilio::rest::checks::{INVALID, Write as _, method, number, one_of, url};
use crate::twilio::status::CallStatus;

/// A change of a call: its end, or new instructions; Twilio refuses both at once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CallUpdate {
    /// `Completed` ends it in any state, `Canceled` only before the answer.
    pub status: Option<CallStatus>,
    /// What to run from now on. An application cannot be named here.
    pub instructions: Option<CallInstructions>,
    /// Where to ask if the instructions cannot be fetched or run.
    pub fallback_url: Option<String>,
    /// How to ask there.
    pub fallback_method: Option<Method>,
    /// Where to report the states from now on.
    pub status_callback: Option<String>,
    /// How to report them.
    pub status_callback_method: Option<Method>,
    /// Seconds after which the carrier ends the call.
    pub time_limit: Option<u32>,
}

impl CallUpdate {
    /// Returns the change that ends a call in any state.
    pub fn end() -> Self {
        Self { status: Some(CallStatus::Completed), ..Self::default() }
    }

    /// Returns the change that ends a call which nobody has answered yet.
    pub fn cancel() -> Self {
        Self { status: Some(CallStatus::Canceled), ..Self::default() }
    }

    /// Returns the change that gives a call new instructions.
    pub fn redirect(instructions: CallInstructions) -> Self {
        Self { instructions: Some(instructions), ..Self::default() }
    }

    pub(in crate::twilio::rest) fn to_form(&self) -> Form<'static> {
        let mut form = Form::new();
        form.push_some("Status", self.status.as_ref().map(|status| status.as_str().to_owned()));
        if let Some(instructions) = &self.instructions {
            instructions.write_into(&mut form);
        }
        self.fallback_url.write("FallbackUrl", &mut form);
        self.fallback_method.write("FallbackMethod", &mut form);
        self.status_callback.write("StatusCallback", &mut form);
        self.status_callback_method.write("StatusCallbackMethod", &mut form);
        self.time_limit.write("TimeLimit", &mut form);
        form
    }

    pub(in crate::twilio::rest) fn from_form(form: &Form<'_>) -> Result<Self, RestError> {
        let status = one_of(form, "Status", &["canceled", "completed"])?;
        let instructions = CallInstructions::read(form)?;
        if matches!(instructions, Some(CallInstructions::Application(_))) {
            return Err(RestError::invalid(INVALID, "ApplicationSid cannot be changed"));
        }
        if status.is_some() && instructions.is_some() {
            return Err(RestError::invalid(INVALID, "Status and new instructions exclude each other"));
        }
        Ok(Self {
            status: status.as_deref().map(CallStatus::parse),
            instructions,
            fallback_url: url(form, "FallbackUrl", 21205)?,
            fallback_method: method(form, "FallbackMethod")?,
            status_callback: url(form, "StatusCallback", 21205)?,
            status_callback_method: method(form, "StatusCallbackMethod")?,
            time_limit: number(form, "TimeLimit", INVALID)?,
        })
    }
}
