//! A SIP REFER of the other end.

use super::result::result;

result! {
    /// The other end asks that the call go elsewhere.
    Referred shows [] {
        /// Where to: `sip:…` or `tel:…`.
        target: Option<String>, "ReferTransferTarget";
    }
}
