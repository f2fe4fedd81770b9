//! What differs from provider to provider in a setup: names of variables and of what is asked for.

/// The words of one provider.
#[derive(Debug)]
pub(in crate::commands) struct Words {
    /// As in the configuration.
    pub(super) provider: &'static str,
    /// As people write it.
    pub(super) name: &'static str,
    /// The key of the account's name.
    pub(super) id_key: &'static str,
    /// How it is asked for.
    pub(super) id_question: &'static str,
    /// What answers that beforehand.
    pub(super) id_flag: &'static str,
    /// The variable of the account's name.
    pub(super) id_variable: &'static str,
    /// The variable of its secret.
    pub(super) secret_variable: &'static str,
    /// The variable of the number to call from.
    pub(super) number_variable: &'static str,
    /// The variable of the API's address.
    pub(super) url_variable: &'static str,
    /// The variables of a key that signs in, and of its secret, where there are such keys.
    pub(super) key_variables: Option<(&'static str, &'static str)>,
}

/// Twilio's.
pub(in crate::commands) const TWILIO: Words = Words {
    provider: "twilio",
    name: "Twilio",
    id_key: "account_sid",
    id_question: "Twilio account SID (AC…, from the console)",
    id_flag: "--account-sid or TWILIO_ACCOUNT_SID",
    id_variable: "TWILIO_ACCOUNT_SID",
    secret_variable: "TWILIO_AUTH_TOKEN",
    number_variable: "TWILIO_PHONE_NUMBER",
    url_variable: "TWILIO_API_URL",
    key_variables: Some(("TWILIO_API_KEY", "TWILIO_API_SECRET")),
};

/// Plivo's.
pub(in crate::commands) const PLIVO: Words = Words {
    provider: "plivo",
    name: "Plivo",
    id_key: "auth_id",
    id_question: "Plivo Auth ID (MA…, from the console)",
    id_flag: "--auth-id or PLIVO_AUTH_ID",
    id_variable: "PLIVO_AUTH_ID",
    secret_variable: "PLIVO_AUTH_TOKEN",
    number_variable: "PLIVO_PHONE_NUMBER",
    url_variable: "PLIVO_API_URL",
    key_variables: None,
};
