//! What people notice before they see a code: the complaint in their words, what lies behind it, what to do.
//!
//! The first four are those that the product promises to explain by name.

/// A complaint and its cure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Symptom {
    /// The complaint.
    pub name: &'static str,
    /// The codes that it goes with.
    pub codes: &'static [u32],
    /// What lies behind it, a sentence without its full stop.
    pub meaning: &'static str,
    /// What to do, a sentence without its full stop.
    pub advice: &'static str,
}

/// Returns the complaint that a code goes with, if it is one of them; the one named first if it goes with several.
pub fn symptom_of(code: u32) -> Option<&'static Symptom> {
    SYMPTOMS.iter().find(|symptom| symptom.codes.contains(&code))
}

/// All complaints.
pub const SYMPTOMS: &[Symptom] = &[
    Symptom {
        name: "Authentication Error",
        codes: &[20003, 20005, 20006, 10001],
        meaning: "Twilio does not accept the account SID and the auth token: one is wrong, was renewed, or belongs to another region",
        advice: "copy both anew from the Twilio console, and unset TWILIO_REGION and TWILIO_EDGE unless the account has a region of its own",
    },
    Symptom {
        name: "Phone Number Not Verified",
        codes: &[21219, 21210, 21608, 573005, 573002],
        meaning: "a trial account calls verified numbers only, and every account calls from numbers that it owns or has verified",
        advice: "verify the number in the Twilio console under verified caller IDs, or upgrade the account",
    },
    Symptom {
        name: "TwiML Fetch Failed",
        codes: &[11200, 11205, 11206, 11210, 11215, 11220, 11235, 11236, 11237, 11770, 12100, 12102, 12300],
        meaning: "the call was answered, but Twilio got no document from our public address: not reachable, too slow, or not what it expects",
        advice: "check with the doctor command that the public address reaches this program, without redirects, within 15 seconds",
    },
    Symptom {
        name: "No Audio on Call",
        codes: &[31901, 31910, 31920, 31924, 31951, 64102],
        meaning: "the call was answered, but no sound passes: the media socket was refused or cut, or carried something that is no sound",
        advice: "check that the public address passes WebSocket upgrades on port 443 with a valid certificate, and that nothing adds a query to it",
    },
    Symptom {
        name: "Country Not Enabled",
        codes: &[21215, 13227, 21203, 21408],
        meaning: "the account may not call or write to this country",
        advice: "enable the country in the Twilio console under geographic permissions",
    },
    Symptom {
        name: "Number Cannot Be Called",
        codes: &[21211, 21214, 21217, 13223, 13224, 13225, 13226, 21202],
        meaning: "the number is not valid, does not exist, or is of a kind that Twilio never calls",
        advice: "check its digits; it begins with + and the country code",
    },
    Symptom {
        name: "Call Cut After Ten Minutes",
        codes: &[13805],
        meaning: "calls of a trial account end after ten minutes",
        advice: "upgrade the account",
    },
    Symptom {
        name: "Status Not Reported",
        codes: &[15003],
        meaning: "Twilio told us about the call, but our public address did not answer with success",
        advice: "make it reachable; what was missed is fetched from Twilio after the call",
    },
    Symptom {
        name: "Too Many Requests",
        codes: &[20429, 10004],
        meaning: "the account has more requests or calls open at once than it may",
        advice: "wait; ask Twilio for a higher limit if it comes often",
    },
    Symptom {
        name: "An Application Error Has Occurred",
        codes: &[11750, 12101, 12200],
        meaning: "the callee hears this sentence and the call ends, because Twilio could not run what our public address answered",
        advice: "check with the doctor command that the public address leads to this program and that no proxy changes its answers",
    },
    Symptom {
        name: "Worked Until Today",
        codes: &[],
        meaning: "the free address of a tunnel changes at every start, and what was set at Twilio still names the old one",
        advice: "run the setup command again, or take an address that stays",
    },
    Symptom {
        name: "Refused by Our Own Server (HTTP 403)",
        codes: &[],
        meaning: "the signature was made for another address than the one that arrived: a proxy changed it, or the public address is set wrongly",
        advice: "set the public address to the very origin that Twilio calls, and let the proxy pass path, query and body on as they are",
    },
    Symptom {
        name: "Refused Everywhere (HTTP 401)",
        codes: &[],
        meaning: "the auth token was changed, which may end old API keys too, or the account has a region of its own",
        advice: "copy the credentials anew, and set the address of the API to the region's",
    },
    Symptom {
        name: "Caller Shown as Spam",
        codes: &[],
        meaning: "the callee's network does not trust our number, because it is not registered or was called from too often",
        advice: "register the number in the Twilio console (STIR/SHAKEN, CNAM), and call from a number that the account owns",
    },
    Symptom {
        name: "Failed at Once, Without a Ring",
        codes: &[],
        meaning: "the number that was called is itself a Twilio number that has no address for incoming calls",
        advice: "call a real telephone, or set an address for that number",
    },
];
