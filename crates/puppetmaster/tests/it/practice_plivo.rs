//! Practising as with a provider; what is the same over all providers is in `provider_contract`.

use crate::program::Home;

#[test]
fn practising_is_refused_where_real_telephones_would_ring() {
    let home = Home::new();
    std::fs::write(home.path().join(".env"), "TWILIO_AUTH_TOKEN=00000000000000000000000000000001\n").unwrap();
    let account = ["phone_provider=twilio", "twilio.account_sid=AC00000000000000000000000000000001", "twilio.phone_number=+12125552600"];
    let here = ["listen=127.0.0.1:8080", "public_url=https://pm.example.com"];
    let settings = account.iter().chain(&here).flat_map(|setting| ["--set", setting]);
    let call = ["call", "+12125550123", "Ask what time they close today", "--provider", "plivo", "--yes"];
    home.run(&settings.chain(call).collect::<Vec<_>>()).fails_with(1, "carrier.settings");
}
