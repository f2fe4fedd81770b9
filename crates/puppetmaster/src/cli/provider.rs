//! Looking at a phone provider and setting it up, on the command line.

use std::net::SocketAddr;

use carriers::registry::Practised;
use clap::{Args, Subcommand, ValueEnum};

/// What to look at.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// Look at this phone provider only: credentials, number, public address, permissions, limits, money.
    #[arg(long, value_enum)]
    pub provider: Option<ProviderArg>,
    /// Try the provider's test credentials instead: the magic numbers give what is documented, nothing rings.
    #[arg(long, requires = "provider")]
    pub test_credentials: bool,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
}

/// The phone providers that have an account of yours.
#[derive(Clone, Copy, ValueEnum, Debug)]
pub enum ProviderArg {
    /// Twilio.
    Twilio,
    /// Plivo.
    Plivo,
}

impl ProviderArg {
    /// Returns the word of the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Plivo => "plivo",
        }
    }
}

impl From<ProviderArg> for Practised {
    fn from(arg: ProviderArg) -> Self {
        match arg {
            ProviderArg::Twilio => Self::Twilio,
            ProviderArg::Plivo => Self::Plivo,
        }
    }
}

/// Which provider to set up.
#[derive(Subcommand, Debug)]
pub enum SetupCommand {
    /// Twilio. The auth token comes from TWILIO_AUTH_TOKEN or is asked for, never from the command line.
    Twilio(SetupTwilioArgs),
    /// Plivo. The auth token comes from PLIVO_AUTH_TOKEN or is asked for, never from the command line.
    Plivo(SetupPlivoArgs),
}

/// Answers given beforehand; what is missing is asked for.
#[derive(Args, Debug)]
pub struct SetupTwilioArgs {
    /// The account, AC and 32 digits and letters a to f. TWILIO_ACCOUNT_SID counts as well.
    #[arg(long, value_name = "AC…")]
    pub account_sid: Option<String>,
    /// The answers that every provider needs.
    #[command(flatten)]
    pub answers: SetupArgs,
}

/// Answers given beforehand; what is missing is asked for.
#[derive(Args, Debug)]
pub struct SetupPlivoArgs {
    /// The account, MA or SA and 18 capitals and digits. PLIVO_AUTH_ID counts as well.
    #[arg(long, value_name = "MA…")]
    pub auth_id: Option<String>,
    /// The answers that every provider needs.
    #[command(flatten)]
    pub answers: SetupArgs,
}

/// What every setup asks.
#[derive(Args, Debug)]
pub struct SetupArgs {
    /// The number of the account to call from.
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<String>,
    /// For whom calls are made, as it is said aloud.
    #[arg(long, value_name = "NAME")]
    pub user_name: Option<String>,
    /// Where to listen on this machine.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// How the provider reaches that from outside: an address with https
    #[arg(long, value_name = "URL", conflicts_with = "tunnel")]
    pub public_url: Option<String>,
    /// Take the address of a tunnel that runs on this machine.
    #[arg(long, value_enum)]
    pub tunnel: Option<TunnelArg>,
    /// Where ngrok tells its tunnels.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4040")]
    pub ngrok_api: String,
    /// Where cloudflared tells its tunnel; its usual ports are tried if this is not given.
    #[arg(long, value_name = "URL")]
    pub cloudflared_metrics: Option<String>,
    /// Have calls that come in to the number sent to us: sets its webhooks at the provider.
    #[arg(long)]
    pub set_webhook: bool,
    /// Add it as the second phone provider, beside the one that is set up: it dials what the first one surely did not.
    #[arg(long, conflicts_with_all = ["listen", "public_url", "tunnel", "set_webhook", "overwrite", "user_name"])]
    pub second: bool,
    /// Replace an existing configuration file; the old one is kept beside it.
    #[arg(long)]
    pub overwrite: bool,
    /// Do not ask: take what is given, and the usual answer for the rest. Changes nothing at the provider unless --set-webhook is given.
    #[arg(long, short)]
    pub yes: bool,
}

/// Tunnels that are known by name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum TunnelArg {
    /// `ngrok http PORT`.
    Ngrok,
    /// `cloudflared tunnel --url http://127.0.0.1:PORT`.
    Cloudflared,
}
