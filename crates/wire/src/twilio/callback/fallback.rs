//! A request for a document after another one failed.

use super::result::result;

result! {
    /// Twilio could not fetch or run a document and asks at the fallback. Both parameters are from memory.
    Fallback shows [error_code] {
        /// Twilio's code of what failed.
        error_code: Option<u32>, "ErrorCode";
        /// The address that failed.
        error_url: Option<String>, "ErrorUrl";
    }
}
