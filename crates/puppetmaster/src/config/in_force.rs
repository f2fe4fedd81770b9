//! The configuration in force, as the audit log keeps it: what was set, and a hash by which two starts are compared.

use sha2::{Digest, Sha256};

use super::Config;
use super::keys::KEYS;

/// Stands for a value that names a person, a place on a disk or a secret.
const MASK: &str = "(set)";

/// What was in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InForce {
    /// SHA-256 over all keys with their masked values, as hexadecimal digits.
    pub hash: String,
    /// The keys that have a value, with it.
    pub settings: Vec<(String, String)>,
}

/// Returns what is in force. Secrets, numbers, names, addresses and paths are masked: that they are set is told, not what they are.
pub fn in_force(config: &Config) -> InForce {
    let mut config = config.clone();
    let setting = |key: &super::keys::Key, config: &mut Config| {
        let field = (key.field)(config);
        let value = field.show()?;
        let is_hidden = field.is_private() || field.is_secret() || value.contains(['/', '\\']);
        Some((key.path.to_owned(), if is_hidden { MASK.to_owned() } else { value }))
    };
    let settings: Vec<(String, String)> = KEYS.iter().filter_map(|key| setting(key, &mut config)).collect();
    let mut digest = Sha256::new();
    for (path, value) in &settings {
        digest.update(format!("{path} {} {value}\n", value.len()));
    }
    let hash = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    InForce { hash, settings }
}

#[cfg(test)]
mod tests {
    use super::super::sources::Places;
    use super::*;

    #[test]
    fn what_is_private_is_masked_and_the_rest_is_told() {
        let mut config = Config::defaults(&Places { home: Some("/home/sam".into()), ..Places::default() });
        let before = in_force(&config);
        config.operator_number = telephony::PhoneNumber::parse("+12125550100").ok();
        config.recording = Some(false);
        let after = in_force(&config);
        let of = |path: &str| after.settings.iter().find(|(key, _)| key == path).map(|(_, value)| value.as_str());
        assert_eq!((of("operator_number"), of("recording.enabled"), of("data_dir")), (Some(MASK), Some("false"), Some(MASK)));
        assert!(before.hash != after.hash && before.hash.len() == 64);
        assert!(!format!("{after:?}").contains("5550100") && !format!("{after:?}").contains("sam"));
    }
}
