//! The codes of what `doctor` finds, with the fix.

assistant::code_table! {
    CREDENTIALS_FORM = "doctor.credentials_form",
        "the credentials are not written as the phone provider writes them",
        "Copy the account's name (account SID, Auth ID) and auth token (or API key and secret) anew from the provider's console; no blanks, no quotes.";
    CREDENTIALS_REFUSED = "doctor.credentials_refused",
        "the phone provider does not accept the credentials",
        "Copy the account's name (account SID, Auth ID) and auth token anew from the provider's console. If a Twilio account has a region of its own, set `twilio.api_url`.";
    KEY_REFUSED = "doctor.key_refused",
        "the phone provider does not accept the API key",
        "Copy `twilio.api_key` and `twilio.api_secret` anew, or make a new key in the provider's console; changing the auth token may end old keys.";
    PROVIDER_UNREACHABLE = "doctor.provider_unreachable",
        "the phone provider's API does not answer",
        "Check the network of this machine, its proxy settings, and `twilio.api_url` or `plivo.api_url`.";
    NOT_KNOWN = "doctor.not_known",
        "the phone provider does not tell this",
        "Look it up in the provider's console; subaccounts and restricted API keys cannot see everything.";
    ACCOUNT_INACTIVE = "doctor.account_inactive",
        "the account with the phone provider is suspended or closed",
        "Reactivate it in the provider's console, or pay what is due.";
    TRIAL = "doctor.trial",
        "the account with the phone provider is on trial, which limits calls",
        "Verify every number you call in the provider's console, or upgrade the account.";
    NUMBER_NOT_OWNED = "doctor.number_not_owned",
        "the account does not own the number we call from",
        "Set `twilio.phone_number` or `plivo.phone_number` to a number of this account, or buy one with voice.";
    NUMBER_WITHOUT_VOICE = "doctor.number_without_voice",
        "the number we call from cannot speak",
        "Choose a number of the account that has the capability voice.";
    CALLER_ID = "doctor.caller_id",
        "callees may not see the number of `from_number`",
        "Verify it in the provider's console as a caller ID, or take `from_number` away.";
    CANNOT_LISTEN = "doctor.cannot_listen",
        "the address for webhooks and media sockets cannot be had",
        "Name another address with the key `listen`.";
    PUBLIC_URL_UNREACHABLE = "doctor.public_url_unreachable",
        "the public address cannot be reached, so the phone provider gets no instructions (TwiML Fetch Failed)",
        "Check that the tunnel or proxy of `public_url` runs and leads to the address of `listen`; free tunnels change their address at every start.";
    PUBLIC_URL_ELSEWHERE = "doctor.public_url_elsewhere",
        "the public address leads to another program",
        "Point the tunnel or proxy of `public_url` at the address of `listen`.";
    PUBLIC_URL_REDIRECTS = "doctor.public_url_redirects",
        "the public address redirects, and the phone provider loses its form on the way",
        "Set `public_url` to the address that answers itself, mostly the https one.";
    SIGNATURE_REFUSED = "doctor.signature_refused",
        "what the phone provider signs for the public address would be refused here",
        "Let the proxy pass path, query and body on as they are, and set `public_url` to the very origin that the provider calls.";
    SOCKET_REFUSED = "doctor.socket_refused",
        "media sockets do not come through the public address, so calls stay silent (No Audio on Call)",
        "Let the proxy pass WebSocket upgrades on (headers Upgrade and Connection), on port 443 with a valid certificate.";
    WEBHOOKS = "doctor.webhooks",
        "calls that come in to our number do not come to this program",
        "Run `puppetmaster setup` for the provider; calls that we make bring their own addresses and do not need it.";
    WEBHOOKS_OF_SECOND = "doctor.webhooks_of_second",
        "whoever rings the second provider's number back is not connected: calls that come in are taken at the first provider's number",
        "Have the second provider forward its number to the first one's, or let it say in its console that the number takes no calls.";
    COUNTRY = "doctor.country_not_enabled",
        "the account may not call a country of `allowed_regions`",
        "Enable it in the provider's console under voice geographic permissions, or take it out of `allowed_regions`.";
    NO_COUNTRY = "doctor.no_country",
        "no country may be called",
        "Set `allowed_regions`.";
    NO_BUDGET = "doctor.no_budget",
        "nobody has said how much calls may cost, so no real telephone is rung",
        "Set `budget.per_day`, for example 5.00.";
    LIMITS = "doctor.limits",
        "our own time limits are longer than the phone provider's",
        "Shorten `limits.call_seconds` or `limits.ring_timeout_seconds`, or ask the provider for more; the shorter limit wins in the middle of a sentence.";
    CLOCK = "doctor.clock",
        "the clock of this machine is wrong, and with it calling hours, records and certificates",
        "Let the system set its clock by network time (NTP).";
    BALANCE = "doctor.balance",
        "little or nothing is left on the account with the phone provider",
        "Pay in, or lower `budget.per_day`.";
    PRICE = "doctor.price",
        "calls cost more than our rate card says, so budgets would be passed",
        "Set `rate_card.leg_per_minute` to the account's price.";
    TEST_CREDENTIALS_MISSING = "doctor.test_credentials_missing",
        "there are no test credentials",
        "Set TWILIO_TEST_ACCOUNT_SID and TWILIO_TEST_AUTH_TOKEN in the environment or in `.env`; the provider's console shows the pair. They are not the live ones.";
    TEST_CREDENTIALS_LIVE = "doctor.test_credentials_live",
        "the test credentials are live ones, so nothing was tried with them",
        "Copy the pair that the provider's console shows as test credentials.";
    TEST_CREDENTIALS_STRANGE = "doctor.test_credentials_strange",
        "a magic number did not give what the provider documents",
        "Nothing to do: the provider changed it. Calls are not concerned.";
}
