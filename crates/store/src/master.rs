//! The master key: in a file of the data directory, or from somewhere else, such as the environment or the keyring of the system.
//!
//! Whoever opens the data directory hands over what the configuration names; where it names nothing the file `vault.key` counts. A second
//! key may be handed over while the first is being replaced: everything is readable with both.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A master key: 32 bytes, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MasterKey([u8; 32]);

/// A text that is no master key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("a master key is 64 hexadecimal digits; `openssl rand -hex 32` makes one")]
pub struct NoMasterKey;

impl MasterKey {
    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for MasterKey {
    type Err = NoMasterKey;

    fn from_str(text: &str) -> Result<Self, NoMasterKey> {
        let digits = text.trim();
        if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NoMasterKey);
        }
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NoMasterKey)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NoMasterKey)?;
        }
        Ok(Self(key))
    }
}

/// Shows nothing of the key.
impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private]")
    }
}

/// The master keys that are handed over; none of them is ever written down here.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct MasterKeys {
    /// The one in use; `None` if it lies in `vault.key`, which is then made on first use.
    pub current: Option<MasterKey>,
    /// The one that takes its place, see [`crate::Store::rotate_master`].
    pub next: Option<MasterKey>,
}

/// Where a new master key comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NewMaster {
    /// It is made here and lies in `vault.key`.
    File,
    /// It is [`MasterKeys::next`].
    HandedOver,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_digits_and_is_not_shown() {
        let key: MasterKey = format!(" {}\n", "aB".repeat(32)).parse().unwrap();
        assert_eq!((key.bytes(), format!("{key:?}").as_str()), (&[0xab; 32], "[private]"));
        for text in ["", "ab", &"ab".repeat(33), &"zz".repeat(32), &"é".repeat(32)] {
            assert_eq!(text.parse::<MasterKey>(), Err(NoMasterKey), "{text}");
        }
    }
}
