//! Passing menus: counts them, so that a menu that leads back to itself ends.

use serde::{Deserialize, Serialize};

/// The menus of one call.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Menus {
    heard: u8,
}

impl Menus {
    /// Takes in that a menu was read out. Returns whether it may still be answered, with `limit` menus in all.
    pub fn heard_one(&mut self, limit: u8) -> bool {
        self.heard = self.heard.saturating_add(1);
        self.heard <= limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_that_leads_to_itself_ends() {
        let mut menus = Menus::default();
        assert!(menus.heard_one(2));
        assert!(menus.heard_one(2));
        assert!(!menus.heard_one(2));
    }
}
